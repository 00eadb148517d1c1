//! Every text that people read in the web interface, by key, in their language (Fluent).
//!
//! Keys are literals in calls of [`Tr::tr`] or [`key`] (written `i18n::key`), or the names of a closed set ([`Tr::of`]); a
//! test reads templates and code and compares them with the files, so that no key is missing and none is left over.

mod said;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use rust_embed::RustEmbed;

/// The language that every text exists in.
pub const DEFAULT_LANGUAGE: &str = "en";

#[derive(RustEmbed)]
#[folder = "locales/"]
struct Files;

struct Locale {
    language: String,
    bundle: FluentBundle<FluentResource>,
}

static LOCALES: LazyLock<BTreeMap<String, Locale>> = LazyLock::new(|| {
    let mut locales = BTreeMap::new();
    for path in Files::iter() {
        let Some((language, _)) = path.split_once('/') else { continue };
        let Some(file) = Files::get(&path) else { continue };
        let Ok(id) = language.parse() else { continue };
        let locale = locales.entry(language.to_owned()).or_insert_with(|| {
            let mut bundle = FluentBundle::new_concurrent(vec![id]);
            // The marks around arguments protect right-to-left text; our languages are left-to-right, and the marks
            // would end up in page titles and copied text.
            bundle.set_use_isolating(false);
            Locale { language: language.to_owned(), bundle }
        });
        let text = String::from_utf8_lossy(&file.data).into_owned();
        let resource = FluentResource::try_new(text).unwrap_or_else(|(resource, errors)| {
            tracing::error!(%path, ?errors, "a file of texts has mistakes");
            resource
        });
        if let Err(errors) = locale.bundle.add_resource(resource) {
            tracing::error!(%path, ?errors, "a text exists twice");
        }
    }
    locales
});

/// Marks a literal as a key, where it is kept before it is looked up.
pub const fn key(literal: &'static str) -> &'static str {
    literal
}

/// The languages that can be chosen.
pub fn languages() -> impl Iterator<Item = &'static str> {
    LOCALES.keys().map(String::as_str)
}

/// Texts in one language.
#[derive(Clone, Copy)]
pub struct Tr(Option<&'static Locale>);

impl std::fmt::Debug for Tr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Tr").field(&self.language()).finish()
    }
}

impl Tr {
    /// The best language: the user's own choice, else what the browser asks for, else English.
    pub fn negotiate(chosen: Option<&str>, accept_language: Option<&str>) -> Self {
        let asked = accept_language.map(by_preference).unwrap_or_default();
        let wanted = chosen.into_iter().chain(asked.iter().map(String::as_str));
        let found = wanted.filter_map(|tag| {
            let primary = tag.split('-').next().unwrap_or(tag).to_ascii_lowercase();
            LOCALES.get(tag).or_else(|| LOCALES.get(primary.as_str()))
        });
        Self(found.chain(LOCALES.get(DEFAULT_LANGUAGE)).next())
    }

    /// The language's tag.
    pub fn language(self) -> &'static str {
        self.0.map_or(DEFAULT_LANGUAGE, |l| l.language.as_str())
    }

    /// The text of a key.
    pub fn tr(self, key: &str) -> String {
        self.lookup(key, None)
    }

    /// The text of one of a closed set: key `family-value`.
    pub fn of(self, family: &str, value: &str) -> String {
        self.lookup(&format!("{family}-{value}"), None)
    }

    /// Whether the key has a text, for details that exist only for some values.
    pub fn has(self, key: &str) -> bool {
        let find = |locale: &Locale| locale.bundle.has_message(key);
        self.0.is_some_and(find) || LOCALES.get(DEFAULT_LANGUAGE).is_some_and(find)
    }

    /// The text of one value of an option, key `value-option-value`; a value without a text speaks for itself.
    pub fn choice(self, option: &str, value: &str) -> String {
        let key = format!("value-{}-{value}", option.replace('_', "-"));
        if self.has(&key) { self.tr(&key) } else { value.replace('_', " ") }
    }

    /// Begins a text with an argument.
    pub fn arg(self, name: &'static str, value: impl Display) -> TrWith {
        TrWith { tr: self, args: FluentArgs::new() }.arg(name, value)
    }

    /// Begins a text with a number, which may choose its plural form.
    pub fn count(self, name: &'static str, value: impl Display) -> TrWith {
        TrWith { tr: self, args: FluentArgs::new() }.count(name, value)
    }

    fn lookup(self, key: &str, args: Option<&FluentArgs<'_>>) -> String {
        let locales = self.0.into_iter().chain(LOCALES.get(DEFAULT_LANGUAGE));
        for locale in locales {
            let Some(pattern) = locale.bundle.get_message(key).and_then(|m| m.value()) else { continue };
            let mut errors = Vec::new();
            let text = locale.bundle.format_pattern(pattern, args, &mut errors);
            if !errors.is_empty() {
                tracing::error!(key, ?errors, "a text misses an argument");
            }
            return Cow::into_owned(text);
        }
        tracing::error!(key, "a text is missing");
        key.to_owned()
    }
}

/// A text in the making, with arguments.
pub struct TrWith {
    tr: Tr,
    args: FluentArgs<'static>,
}

impl TrWith {
    /// Adds text.
    #[must_use]
    pub fn arg(mut self, name: &'static str, value: impl Display) -> Self {
        self.args.set(name, FluentValue::from(value.to_string()));
        self
    }

    /// Adds a number.
    #[must_use]
    pub fn count(mut self, name: &'static str, value: impl Display) -> Self {
        // Text that is no number stays text.
        let value = match FluentValue::try_number(&value.to_string()) {
            FluentValue::Number(number) => FluentValue::Number(number),
            _ => FluentValue::from(value.to_string()),
        };
        self.args.set(name, value);
        self
    }

    /// The text.
    pub fn tr(self, key: &str) -> String {
        self.tr.lookup(key, Some(&self.args))
    }
}

/// The tags of an `Accept-Language` header, most wanted first.
fn by_preference(header: &str) -> Vec<String> {
    let mut tags: Vec<(u32, String)> = header
        .split(',')
        .filter_map(|item| {
            let mut parts = item.trim().split(';');
            let tag = parts.next()?.trim();
            let weight = parts
                .find_map(|p| p.trim().strip_prefix("q="))
                .map_or(Some(1.0), |q| q.parse::<f32>().ok())?;
            let thousandths = (weight.clamp(0.0, 1.0) * 1000.0) as u32;
            (thousandths > 0 && !tag.is_empty() && tag.len() < 36).then(|| (thousandths, tag.to_owned()))
        })
        .take(20)
        .collect();
    tags.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    tags.into_iter().map(|(_, tag)| tag).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn preference_follows_the_weights() {
        assert_eq!(by_preference("fr;q=0.5, el-GR, en;q=0.8, de;q=0"), ["el-GR", "en", "fr"]);
    }

    #[test]
    fn an_unknown_language_falls_back_to_english() {
        assert_eq!(Tr::negotiate(Some("xx"), Some("tlh")).language(), "en");
    }
}
