//! Sentences that are made below the pages, in English and without a reader: refusals, findings of networks' rules, causes of
//! failures, also those that the database keeps from before.
//!
//! They are known again by their English texts: the messages of `said.ftl` and `said_networks.ftl`, whose English is what the code
//! says, with arguments where it puts something in. What is in the reader's language under the same key is said instead. What is not
//! known stays as it is: it is shown as English, not taken for the reader's language.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use fluent_bundle::FluentArgs;

use super::{DEFAULT_LANGUAGE, Files, LOCALES, Tr};

/// How the names of the files with sentences begin, in every language's folder.
const FILES: &str = "said";

/// How the sentences' keys begin.
const PREFIX: &str = "said-";

/// An English sentence with places where something is put in.
struct Pattern {
    key: String,
    /// What stands before, between and after the arguments.
    pieces: Vec<String>,
    /// The arguments' names; one fewer than pieces.
    names: Vec<String>,
}

/// All of them; those that say most come first.
static PATTERNS: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    let begin = format!("{DEFAULT_LANGUAGE}/{FILES}");
    let mut patterns = Vec::new();
    for path in Files::iter().filter(|path| path.starts_with(&begin)) {
        let Some(file) = Files::get(&path) else { continue };
        let text = String::from_utf8_lossy(&file.data);
        let keys = text.lines().filter(|line| line.starts_with(PREFIX));
        patterns.extend(keys.filter_map(|line| Pattern::of(line.split_once(" =")?.0)));
    }
    patterns.sort_by_key(|pattern| std::cmp::Reverse(pattern.weight()));
    patterns
});

/// Those without arguments.
static WHOLE: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let whole = PATTERNS.iter().filter(|pattern| pattern.names.is_empty());
    whole.map(|pattern| (pattern.pieces[0].as_str(), pattern.key.as_str())).collect()
});

impl Pattern {
    /// From the English message of a key.
    fn of(key: &str) -> Option<Self> {
        let bundle = &LOCALES.get(DEFAULT_LANGUAGE)?.bundle;
        let value = bundle.get_message(key)?.value()?;
        // Without arguments their names stand in their places.
        let english = bundle.format_pattern(value, None, &mut Vec::new());
        let (mut pieces, mut names) = (Vec::new(), Vec::new());
        let mut rest: &str = &english;
        while let Some((before, after)) = rest.split_once("{$") {
            let (name, after) = after.split_once('}')?;
            pieces.push(before.to_owned());
            names.push(name.to_owned());
            rest = after;
        }
        pieces.push(rest.to_owned());
        Some(Self { key: key.to_owned(), pieces, names })
    }

    fn weight(&self) -> usize {
        self.pieces.iter().map(String::len).sum()
    }

    /// What is put in, if this is such a sentence.
    fn arguments<'t>(&self, text: &'t str) -> Option<Vec<&'t str>> {
        let (first, others) = self.pieces.split_first()?;
        let mut rest = text.strip_prefix(first.as_str())?;
        let Some((last, between)) = others.split_last() else {
            return rest.is_empty().then(Vec::new);
        };
        let mut found = Vec::with_capacity(self.names.len());
        for piece in between {
            let (argument, after) = rest.split_once(piece.as_str())?;
            found.push(argument);
            rest = after;
        }
        found.push(rest.strip_suffix(last.as_str())?);
        Some(found)
    }
}

impl Tr {
    /// An English sentence of the code in the reader's language; `None` where nobody put it into that one.
    pub fn said(self, english: &str) -> Option<String> {
        let english = english.trim();
        if self.language() == DEFAULT_LANGUAGE || english.is_empty() {
            return Some(english.to_owned());
        }
        // Several sentences are often one after the other, and what one puts in must not swallow the next.
        self.one(english, false).or_else(|| self.several(english)).or_else(|| self.one(english, true))
    }

    /// The same as plain text: English where it is not in the reader's language.
    pub fn said_or_english(self, english: &str) -> String {
        self.said(english).unwrap_or_else(|| english.to_owned())
    }

    /// By one message. `greedy`: what it puts in may hold whole sentences.
    fn one(self, english: &str, greedy: bool) -> Option<String> {
        if let Some(key) = WHOLE.get(english) {
            return self.own(key, None);
        }
        let fits = |pattern: &'static Pattern| {
            let found = pattern.arguments(english)?;
            let small = greedy || !found.iter().any(|argument| argument.contains(". "));
            (small && !found.is_empty()).then_some((pattern, found))
        };
        let (pattern, found) = PATTERNS.iter().find_map(fits)?;
        let mut args = FluentArgs::new();
        for (name, argument) in pattern.names.iter().zip(found) {
            args.set(name.as_str(), self.argument(argument));
        }
        self.own(&pattern.key, Some(&args))
    }

    /// As two parts that are known both.
    fn several(self, english: &str) -> Option<String> {
        english.match_indices(". ").find_map(|(at, _)| {
            let (first, others) = (&english[..=at], &english[at + 2..]);
            Some(format!("{} {}", self.one(first, false)?, self.said(others)?))
        })
    }

    /// What is put in: a word or sentence of the code's own, a number, or a name that stays as it is.
    fn argument(self, text: &str) -> String {
        let word = || WHOLE.get(text).and_then(|key| self.own(key, None));
        // It is shorter than what it is put into, so this ends.
        let own = if text.ends_with('.') { self.said(text) } else { word() };
        if let Some(own) = own {
            return own;
        }
        let is_decimal = text.contains('.') && text.chars().all(|c| c.is_ascii_digit() || c == '.');
        if is_decimal && text.parse::<f64>().is_ok() {
            return text.replace('.', &self.tr("number-point"));
        }
        text.to_owned()
    }

    /// The text in this very language.
    fn own(self, key: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
        let locale = self.0?;
        let value = locale.bundle.get_message(key)?.value()?;
        Some(Cow::into_owned(locale.bundle.format_pattern(value, args, &mut Vec::new())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn greek() -> Tr {
        Tr::negotiate(Some("el"), None)
    }

    #[test]
    fn english_stays_as_the_code_says_it() {
        let t = Tr::negotiate(None, None);
        assert_eq!(t.said("Whatever a network says.").as_deref(), Some("Whatever a network says."));
    }

    #[test]
    fn what_is_known_is_said_with_what_was_put_in() {
        let said = greek().said("There is no time zone called `Nowhere`. Use a name like Europe/Athens.");
        let said = said.expect("known");
        assert!(said.contains("`Nowhere`") && !said.contains("There is"), "{said}");
    }

    #[test]
    fn words_of_the_code_are_put_in_as_words_of_the_reader() {
        let said = greek().said("There is no such workspace.").expect("known");
        assert!(!said.contains("workspace"), "{said}");
    }

    #[test]
    fn sentences_one_after_the_other_are_known_each() {
        let cause = greek().said("The network did not answer in time.").expect("known");
        let action = greek().said("It is tried again by itself.").expect("known");
        let both = greek().said("The network did not answer in time. It is tried again by itself.");
        assert_eq!(both, Some(format!("{cause} {action}")));
    }

    #[test]
    fn what_nobody_knows_stays_english_and_is_told_so() {
        assert_eq!(greek().said("Nobody ever wrote this."), None);
        let half = "The network did not answer in time. Nobody ever wrote this.";
        assert_eq!(greek().said(half), None, "no sentence is half in one language");
    }
}
