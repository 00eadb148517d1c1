//! Texts that a workspace keeps for its posts.

use std::collections::BTreeSet;

use crate::error::FieldError;
use crate::filling;
use crate::text::facets::{self, Feature, Links, Marks, Mentions, Tags};

/// Longest name, characters.
pub const NAME_CHARS: usize = 60;
/// Longest text, characters.
pub const BODY_CHARS: usize = 5_000;
/// Most hashtags of a group. No network takes more in one post.
pub const MOST_TAGS: usize = 60;

/// What a kept text is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TextKind {
    /// A whole post to begin with.
    Template,
    /// A few words, put in where one writes.
    Snippet,
    /// Put at the end.
    Signature,
    /// Hashtags, put at the end.
    Hashtags,
    /// Parameters of links, as a query.
    Links,
}

impl TextKind {
    /// All of them, in the order in which people see them.
    pub const ALL: [Self; 5] = [Self::Template, Self::Snippet, Self::Signature, Self::Hashtags, Self::Links];

    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Template => "template",
            Self::Snippet => "snippet",
            Self::Signature => "signature",
            Self::Hashtags => "hashtags",
            Self::Links => "links",
        }
    }

    /// Reads the stable name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// A post's text with a kept one put in, where nobody said where: a signature after an empty line, all else after the last word.
    pub fn put_into(self, text: &str, kept: &str) -> String {
        let text = text.trim_end();
        let joint = match self {
            _ if text.is_empty() => "",
            Self::Template | Self::Signature => "\n\n",
            Self::Snippet | Self::Hashtags | Self::Links => " ",
        };
        format!("{text}{joint}{kept}")
    }
}

/// Name and body as they are kept.
///
/// # Errors
/// What is wrong with either.
pub fn tidied(kind: TextKind, name: &str, body: &str) -> Result<(String, String), Vec<FieldError>> {
    let mut errors = Vec::new();
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    errors.extend(length("name", &name, NAME_CHARS));
    errors.extend(FieldError::control("name", &name));
    errors.extend(FieldError::control("body", body));
    let body = match kind {
        TextKind::Template | TextKind::Snippet | TextKind::Signature => body.trim().to_owned(),
        TextKind::Hashtags => hashtags(body, &mut errors),
        TextKind::Links => {
            let parameters = filling::from_query(body);
            let wrong = filling::problems(&parameters).into_iter();
            errors.extend(wrong.map(|error| FieldError { field: "body".to_owned(), ..error }));
            filling::to_query(&parameters)
        }
    };
    errors.extend(length("body", &body, BODY_CHARS));
    if errors.is_empty() { Ok((name, body)) } else { Err(errors) }
}

fn length(field: &str, text: &str, most: usize) -> Option<FieldError> {
    let length = text.chars().count();
    if length == 0 {
        return Some(FieldError::new(field, "required", "Write something here."));
    }
    let message = format!("At most {most} characters are possible; these are {length}.");
    (length > most).then(|| FieldError::new(field, "too_long", message).with_limit(most, length))
}

/// The words as hashtags with spaces between, each once.
fn hashtags(body: &str, errors: &mut Vec<FieldError>) -> String {
    let marks = Marks { links: Links::No, mentions: Mentions::No, tags: Tags::Words };
    let (mut seen, mut tags) = (BTreeSet::new(), Vec::new());
    for word in body.split(|c: char| c.is_whitespace() || c == ',').filter(|word| !word.is_empty()) {
        let tag = format!("#{}", word.trim_start_matches('#'));
        let whole = facets::find(&tag, marks)
            .into_iter()
            .any(|facet| facet.bytes.end == tag.len() && matches!(facet.feature, Feature::Tag(_)));
        if !whole {
            let message = format!(
                "`{word}` is no hashtag: one has letters, digits and `_` only, and is more than a number."
            );
            errors.push(FieldError::new("body", "wrong_format", message));
            break;
        }
        if seen.insert(tag.to_lowercase()) {
            tags.push(tag);
        }
    }
    if tags.len() > MOST_TAGS {
        let message = format!("At most {MOST_TAGS} hashtags are possible; these are {}.", tags.len());
        errors.push(FieldError::new("body", "too_many", message).with_limit(MOST_TAGS, tags.len()));
    }
    tags.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(kind: TextKind, name: &str, body: &str) -> Vec<(String, String)> {
        let errors = tidied(kind, name, body).expect_err("refused");
        errors.into_iter().map(|error| (error.field, error.code)).collect()
    }

    #[test]
    fn texts_are_kept_tidy() {
        for (kind, body, kept) in [
            (TextKind::Signature, " – {account.name}\n ", "– {account.name}"),
            (TextKind::Hashtags, "bells, #Towers #bells\nώρα", "#bells #Towers #ώρα"),
            (TextKind::Links, "utm_source={network}&utm_medium=&x=a+b", "utm_source=%7Bnetwork%7D&x=a+b"),
        ] {
            let (name, body) = tidied(kind, "  My \n name ", body).expect("kept");
            assert_eq!((name.as_str(), body.as_str()), ("My name", kept));
        }
    }

    #[test]
    fn what_is_no_text_of_its_kind_is_refused() {
        let body = |code: &str| vec![("body".to_owned(), code.to_owned())];
        assert_eq!(codes(TextKind::Snippet, "a", "  "), body("required"));
        assert_eq!(codes(TextKind::Snippet, "a", &"x".repeat(5_001)), body("too_long"));
        assert_eq!(codes(TextKind::Snippet, "a", "a\u{7}"), body("control_character"));
        assert_eq!(codes(TextKind::Hashtags, "a", "#one two-three"), body("wrong_format"));
        assert_eq!(codes(TextKind::Links, "a", "utm_source={netwrok}"), body("unknown_variable"));
        let many: Vec<String> = (0..61).map(|n| format!("t{n}")).collect();
        assert_eq!(codes(TextKind::Hashtags, "a", &many.join(" ")), body("too_many"));
        assert_eq!(codes(TextKind::Snippet, " ", "a"), vec![("name".to_owned(), "required".to_owned())]);
    }

    #[test]
    fn a_kept_text_goes_where_its_kind_belongs() {
        assert_eq!(TextKind::Signature.put_into("Hello. ", "– Ada"), "Hello.\n\n– Ada");
        assert_eq!(TextKind::Hashtags.put_into("Hello.", "#bells"), "Hello. #bells");
        assert_eq!(TextKind::Template.put_into(" \n", "News: "), "News: ");
    }
}
