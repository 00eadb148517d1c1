//! Texts in the language of whoever takes the file away. The engine knows what has to be said, not how.

use jiff::civil::Date;

/// Words of files that are not the name of a column, a table or a metric; the set `report`.
pub const WORDS: &[&str] = &[
    "about",
    "workspace",
    "time",
    "zone",
    "as_of",
    "known_on",
    "kept",
    "kept_last",
    "account",
    "network",
    "tag",
    "campaign",
    "before",
    "column",
    "meaning",
    "definition",
    "unit",
    "source",
    "page",
    "logo",
    "accounts",
    "compared",
    "moved",
    "moved_some",
    "moved_points",
    "no_past",
    "missing",
    "post",
    "gave_accounts",
    "gave_posts",
    "chart",
    "rate",
    "top_rule",
    "no_text",
    "few",
    "notes",
    "definitions",
    "definitions_lead",
    "read",
];

/// Texts and numbers for people.
pub trait Words: Send + Sync {
    /// The text of one of a closed set: `metric`, `column` ([`super::COLUMNS`]), `table` ([`super::TABLES`]) or `report` ([`WORDS`]).
    fn of(&self, set: &'static str, name: &str) -> String;

    /// The same for a text that takes arguments.
    fn with(&self, set: &'static str, name: &str, arguments: &[(&'static str, String)]) -> String;

    /// A sentence or word of the code, which has it in English: what a metric means, and its unit.
    fn said(&self, english: &str) -> String;

    /// A day.
    fn date(&self, date: Date) -> String;

    /// A day without its year, for where there is little room.
    fn day(&self, date: Date) -> String;

    /// All of a number, by its unit: `basis points` are shown as percent.
    fn exact(&self, value: i64, unit: &str) -> String;

    /// A number with few digits: `12.3K`.
    fn short(&self, value: i64, unit: &str) -> String;

    /// The language's tag, as in RFC 5646.
    fn language(&self) -> &str;
}
