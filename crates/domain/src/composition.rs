//! What a person composed: a base, and what differs per account. Merging the two gives the [`Draft`] of each publication.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::error::FieldError;
use crate::filling::Filled;
use crate::id::{AccountId, MediaId};
use crate::media::MediaInfo;
use crate::post::{Draft, Part};

/// One part of a thread as composed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartSpec {
    /// Text.
    #[serde(default)]
    pub text: String,
    /// Library files.
    #[serde(default)]
    pub media: Vec<MediaId>,
}

/// What is different on one account. Absent means "as in the base".
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// Another text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Other media.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<Vec<MediaId>>,
    /// Another thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<Vec<PartSpec>>,
    /// Another first comment; an empty text means none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_comment: Option<String>,
    /// Options of the account's platform.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub options: serde_json::Map<String, serde_json::Value>,
}

/// Everything composed for one post.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Composition {
    /// Base text.
    pub text: String,
    /// Base media.
    pub media: Vec<MediaId>,
    /// Further parts of a thread.
    pub parts: Vec<PartSpec>,
    /// First comment; empty means none.
    pub first_comment: Option<String>,
    /// What differs, by account.
    pub overrides: BTreeMap<AccountId, Override>,
    /// Parameters that links get, by name; their values may hold variables.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub link_parameters: BTreeMap<String, String>,
    /// Whether variables in texts are filled in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fill_in: bool,
    /// With what each account's content was filled in when the post was saved.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub filled: BTreeMap<AccountId, Filled>,
}

impl Composition {
    /// Every text that any account would get, before it is filled in.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let parts = self.parts.iter().map(|part| &part.text);
        let own = self.overrides.values().flat_map(|own| {
            let parts = own.parts.iter().flatten().map(|part| &part.text);
            own.text.iter().chain(&own.first_comment).chain(parts)
        });
        [&self.text].into_iter().chain(parts).chain(&self.first_comment).chain(own).map(String::as_str)
    }

    /// All library files that any account would send.
    pub fn media_ids(&self) -> BTreeSet<MediaId> {
        let overrides = self
            .overrides
            .values()
            .flat_map(|o| o.media.iter().flatten().chain(o.parts.iter().flatten().flat_map(|p| &p.media)));
        self.media.iter().chain(self.parts.iter().flat_map(|p| &p.media)).chain(overrides).copied().collect()
    }

    /// One field error for each place that names a file that is not in the library, also those that no account would send.
    pub fn unknown_media(&self, known: impl Fn(MediaId) -> bool) -> Vec<FieldError> {
        let mut lists: Vec<(String, &[MediaId])> = vec![("media".to_owned(), &self.media)];
        lists.extend(lists_of_parts("", &self.parts));
        for (account, own) in &self.overrides {
            let head = format!("overrides.{account}.");
            lists.extend(own.media.iter().map(|ids| (format!("{head}media"), ids.as_slice())));
            lists.extend(lists_of_parts(&head, own.parts.as_deref().unwrap_or_default()));
        }
        let named = lists.into_iter().flat_map(|(field, ids)| {
            ids.iter().enumerate().map(move |(index, id)| (format!("{field}.{index}"), *id))
        });
        named.filter(|(_, id)| !known(*id)).map(|(field, id)| unknown_file(field, id)).collect()
    }

    /// The content for `account`, filled in, with media looked up by `find`.
    ///
    /// # Errors
    /// One field error per file that `find` does not know.
    pub fn draft_for(
        &self,
        account: AccountId,
        find: impl Fn(MediaId) -> Option<MediaInfo>,
    ) -> Result<Draft, Vec<FieldError>> {
        let own = self.overrides.get(&account);
        let mut errors = Vec::new();
        let mut resolve = |ids: &[MediaId], field: String| -> Vec<MediaInfo> {
            let mut found = Vec::with_capacity(ids.len());
            for (index, id) in ids.iter().enumerate() {
                match find(*id) {
                    Some(info) => found.push(info),
                    None => errors.push(unknown_file(format!("{field}.{index}"), *id)),
                }
            }
            found
        };
        let text = own.and_then(|o| o.text.as_ref()).unwrap_or(&self.text);
        let media = own.and_then(|o| o.media.as_ref()).unwrap_or(&self.media);
        let parts = own.and_then(|o| o.parts.as_ref()).unwrap_or(&self.parts);
        let comment = own.and_then(|o| o.first_comment.as_ref()).or(self.first_comment.as_ref());
        let mut draft = Draft {
            root: Part { text: text.clone(), media: resolve(media, self.path(account, "media")) },
            parts: parts
                .iter()
                .enumerate()
                .map(|(index, part)| Part {
                    text: part.text.clone(),
                    media: resolve(&part.media, self.path(account, &format!("parts.{index}.media"))),
                })
                .collect(),
            first_comment: comment.filter(|c| !c.trim().is_empty()).cloned(),
            options: own.map(|o| o.options.clone()).unwrap_or_default(),
        };
        if let Some(filled) = self.filled.get(&account) {
            filled.apply(&mut draft);
        }
        if errors.is_empty() { Ok(draft) } else { Err(errors) }
    }

    /// The text that this account gets in place of the base: its own, or the base filled in; `None` where it gets the base as it is.
    pub fn own_text(&self, account: AccountId) -> Option<String> {
        let own = self.overrides.get(&account).and_then(|own| own.text.as_ref());
        let text = own.unwrap_or(&self.text);
        let sent = self.filled.get(&account).map_or_else(|| text.clone(), |filled| filled.text(text));
        (own.is_some() || sent != *text).then_some(sent)
    }

    /// Where in the request a finding about `account`'s draft belongs: at the override if that is what was used.
    pub fn path(&self, account: AccountId, field: &str) -> String {
        let own = self.overrides.get(&account);
        let head = field.split('.').next().unwrap_or(field);
        let overridden = own.is_some_and(|o| match head {
            "text" => o.text.is_some(),
            "media" => o.media.is_some(),
            "parts" => o.parts.is_some(),
            "first_comment" => o.first_comment.is_some(),
            _ => true,
        });
        if overridden { format!("overrides.{account}.{field}") } else { field.to_owned() }
    }
}

fn lists_of_parts<'a>(
    head: &str,
    parts: &'a [PartSpec],
) -> impl Iterator<Item = (String, &'a [MediaId])> + use<'a> {
    let head = head.to_owned();
    parts
        .iter()
        .enumerate()
        .map(move |(index, part)| (format!("{head}parts.{index}.media"), part.media.as_slice()))
}

fn unknown_file(field: String, id: MediaId) -> FieldError {
    let message = format!("There is no file {id} in the library. Upload it first.");
    FieldError::new(field, "unknown_media", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn account(n: u128) -> AccountId {
        AccountId::from_uuid(Uuid::from_u128(n))
    }

    #[test]
    fn an_override_replaces_only_what_it_names() {
        let mut composed =
            Composition { text: "base".into(), first_comment: Some("hi".into()), ..Default::default() };
        composed
            .overrides
            .insert(account(1), Override { first_comment: Some(String::new()), ..Default::default() });
        let one = composed.draft_for(account(1), |_| None).expect("draft");
        let two = composed.draft_for(account(2), |_| None).expect("draft");
        assert_eq!((one.root.text.as_str(), one.first_comment), ("base", None));
        assert_eq!(two.first_comment.as_deref(), Some("hi"));
    }

    #[test]
    fn an_account_has_a_text_of_its_own_where_it_differs_from_the_base() {
        let mut composed =
            Composition { text: "{network} https://a.example".into(), fill_in: true, ..Default::default() };
        composed.overrides.insert(account(1), Override { text: Some("Mine".into()), ..Default::default() });
        let words = BTreeMap::from([("network".to_owned(), "X".to_owned())]);
        let filled = Filled { words, parameters: vec![("s".into(), "1".into())], link_option: None };
        composed.filled.insert(account(2), filled);
        assert_eq!(composed.own_text(account(1)).as_deref(), Some("Mine"));
        assert_eq!(composed.own_text(account(2)).as_deref(), Some("X https://a.example?s=1"));
        assert_eq!(composed.own_text(account(3)), None);
        let draft = composed.draft_for(account(2), |_| None).expect("draft");
        assert_eq!(draft.root.text, "X https://a.example?s=1", "what is shown is what goes out");
    }

    #[test]
    fn every_text_is_among_the_texts() {
        let part = |text: &str| PartSpec { text: text.into(), ..Default::default() };
        let mut composed = Composition {
            text: "1".into(),
            parts: vec![part("2")],
            first_comment: Some("3".into()),
            ..Default::default()
        };
        let own = Override {
            text: Some("4".into()),
            first_comment: Some("5".into()),
            parts: Some(vec![part("6")]),
            ..Default::default()
        };
        composed.overrides.insert(account(1), own);
        assert_eq!(composed.texts().collect::<Vec<_>>(), ["1", "2", "3", "4", "5", "6"]);
    }

    #[test]
    fn a_missing_file_is_named_where_it_was_given() {
        let media = MediaId::from_uuid(Uuid::from_u128(9));
        let mut composed = Composition { media: vec![media], ..Default::default() };
        composed.overrides.insert(account(1), Override { media: Some(vec![media]), ..Default::default() });
        let base = composed.draft_for(account(2), |_| None).expect_err("unknown");
        let own = composed.draft_for(account(1), |_| None).expect_err("unknown");
        assert_eq!(base[0].field, "media.0");
        assert_eq!(own[0].field, format!("overrides.{}.media.0", account(1)));
    }
}
