//! Sentences that the code, a network or the database has in English, as a reader gets to see them.

use askama::Template;
use askama::filters::HtmlSafe;

use super::ui::Ui;
use crate::i18n::Tr;

/// A text for a page: in the reader's language, or English and marked so, for those who have it read out.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(
    source = r#"{% if english %}<span lang="en">{{ text }}</span>{% else %}{{ text }}{% endif %}"#,
    ext = "html"
)]
pub struct Said {
    text: String,
    english: bool,
}

/// It escapes its text itself.
impl HtmlSafe for Said {}

impl Said {
    /// An English sentence for a reader of this language.
    pub fn new(t: Tr, english: &str) -> Self {
        match t.said(english) {
            Some(text) => Self { text, english: false },
            None => Self { text: english.trim().to_owned(), english: true },
        }
    }
}

/// What is in the reader's language from the beginning.
impl From<String> for Said {
    fn from(text: String) -> Self {
        Self { text, english: false }
    }
}

impl Ui {
    /// An English sentence of the code for this page's reader.
    pub fn said(&self, english: &str) -> Said {
        Said::new(self.t, english)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_english_is_marked_and_escaped_once() {
        let t = Tr::negotiate(Some("el"), None);
        assert_eq!(Said::new(t, "A & B").to_string(), "<span lang=\"en\">A &#38; B</span>");
        assert_eq!(Said::from("A & B".to_owned()).to_string(), "A &#38; B");
        let english = Tr::negotiate(None, None);
        assert_eq!(Said::new(english, "Whatever it is.").to_string(), "Whatever it is.");
    }
}
