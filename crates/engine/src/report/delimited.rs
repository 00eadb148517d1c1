//! Tables as CSV (RFC 4180): comma, CRLF, quotes where they are needed, UTF-8.

use std::borrow::Cow;

use carillon_domain::error::AppError;
use csv::{Terminator, WriterBuilder};
use jiff::tz::TimeZone;

use super::{Cell, Table, Words};

/// Whether the file begins with a byte order mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Yes, for people: without it, Excel takes UTF-8 for the code page of the computer, and every `é` breaks.
    With,
    /// No, for programs: most take it for a part of the first heading.
    Without,
}

/// Writes a table. Days and times are ISO 8601, times with their offset from UTC, rates percent with two decimals.
///
/// # Errors
/// None are known: it is written to memory.
pub fn csv(table: &Table, words: &dyn Words, zone: &TimeZone, mark: Mark) -> Result<Vec<u8>, AppError> {
    let begun = if mark == Mark::With { "\u{feff}".as_bytes().to_vec() } else { Vec::new() };
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(begun);
    let headings = table.headings(words, zone);
    writer
        .write_record(headings.iter().map(|heading| harmless(heading).into_owned()))
        .map_err(AppError::internal)?;
    for row in &table.rows {
        writer.write_record(row.iter().map(|cell| written(cell, words, zone))).map_err(AppError::internal)?;
    }
    writer.into_inner().map_err(|error| AppError::internal(error.to_string()))
}

fn written(cell: &Cell, words: &dyn Words, zone: &TimeZone) -> String {
    match cell {
        Cell::Missing => String::new(),
        Cell::Metric(name) => words.of("metric", name),
        Cell::Text(text) | Cell::Link(text) => harmless(text).into_owned(),
        Cell::Time(at) => at.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
        Cell::Date(date) => date.to_string(),
        Cell::Count(number) => number.to_string(),
        Cell::Rate(points) => percent(*points),
    }
}

/// Hundredths of a percent as percent.
fn percent(points: i64) -> String {
    let sign = if points < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", points.unsigned_abs() / 100, points.unsigned_abs() % 100)
}

/// A text that a spreadsheet would run as a formula gets an apostrophe in front, which spreadsheets take for "this is text".
fn harmless(text: &str) -> Cow<'_, str> {
    if runs(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// The same for a text that is read back with [`unguarded`]: apostrophes that were there before are told from ours.
pub fn guarded(text: &str) -> Cow<'_, str> {
    if runs(text.trim_start_matches('\'')) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// What was written by [`guarded`], as it was before; also what somebody guarded by hand.
pub fn unguarded(text: &str) -> &str {
    text.strip_prefix('\'').filter(|rest| runs(rest.trim_start_matches('\''))).unwrap_or(text)
}

/// Whether a spreadsheet would run it as a formula. The characters are those of OWASP, "CSV Injection" (read 2026-11-22), with the
/// wide forms that some spreadsheets read as the same. A number with a sign is no formula.
fn runs(text: &str) -> bool {
    let begins = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    begins && !is_number(text)
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        && digits.bytes().filter(|b| *b == b'.').count() < 2
}
