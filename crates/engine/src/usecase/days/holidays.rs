//! Reading an iCalendar file (RFC 5545) of holidays: the whole days of its events, with their names.

use std::collections::BTreeSet;

use carillon_domain::error::AppError;
use carillon_store::repo::holiday::Holiday;
use icalendar::{Calendar, Component, Event, parser};
use jiff::ToSpan;
use jiff::civil::Date;

use super::MOST_NAME;

/// Largest file, bytes.
pub const MOST_BYTES: usize = 1 << 20;

/// Most days of a list.
const MOST_HOLIDAYS: usize = 2_000;

/// Most days of one event: longer ones are no holidays.
const LONGEST: usize = 31;

/// How deep the parts of a file may lie in each other; the reader goes down with them.
const DEEPEST: usize = 8;

/// What a file holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// What it calls itself.
    pub name: Option<String>,
    /// Its days, in order, each name once a day.
    pub days: Vec<Holiday>,
}

/// What is said to whoever sends more than [`MOST_BYTES`].
pub fn too_large() -> AppError {
    wrong("too_large", format!("The file may have up to {} KB.", MOST_BYTES / 1024))
}

/// Reads a file.
///
/// # Errors
/// [`AppError::Invalid`] on `file`.
pub(super) fn read(bytes: &[u8]) -> Result<Found, AppError> {
    if bytes.len() > MOST_BYTES {
        return Err(too_large());
    }
    let none = || wrong("not_a_calendar", "The file is no iCalendar file (.ics) in UTF-8.".to_owned());
    let text = str::from_utf8(bytes).map_err(|_| none())?.trim_start_matches('\u{feff}');
    let text = parser::unfold(text);
    if !text.trim_start().starts_with("BEGIN:VCALENDAR") || depth(&text) > DEEPEST {
        return Err(none());
    }
    let calendar: Calendar = text.parse().map_err(|_: String| none())?;
    if calendar.events().any(|event| event.property_value("RRULE").is_some()) {
        let message =
            "Some days of the file repeat by a rule. Take a list that names each day with its year.";
        return Err(wrong("repeats", message.to_owned()));
    }
    let mut days = BTreeSet::new();
    for event in calendar.events() {
        let Some(name) = event.get_summary().map(short).filter(|name| !name.is_empty()) else { continue };
        days.extend(whole_days(event).into_iter().map(|day| Holiday { day, name: name.clone() }));
        if days.len() > MOST_HOLIDAYS {
            return Err(wrong("too_many", format!("A list has up to {MOST_HOLIDAYS} days.")));
        }
    }
    if days.is_empty() {
        return Err(wrong("empty", "There are no whole days with names in the file.".to_owned()));
    }
    let name = calendar.get_name().map(short).filter(|name| !name.is_empty());
    Ok(Found { name, days: days.into_iter().collect() })
}

/// The days of an event of whole days, the end not being one of them (RFC 5545, section 3.6.1).
fn whole_days(event: &Event) -> Vec<Date> {
    let day = |name: &str| event.property_value(name).and_then(whole);
    let Some(first) = day("DTSTART") else { return Vec::new() };
    let end = day("DTEND").filter(|end| *end > first);
    let end = end.or_else(|| first.tomorrow().ok()).unwrap_or(first);
    first.series(1.day()).take_while(|day| *day < end).take(LONGEST).collect()
}

/// A date without a time: eight digits.
fn whole(value: &str) -> Option<Date> {
    let digits = value.len() == 8 && value.bytes().all(|byte| byte.is_ascii_digit());
    if digits { Date::strptime("%Y%m%d", value).ok() } else { None }
}

/// How deep parts lie in each other at most.
fn depth(text: &str) -> usize {
    let (mut now, mut most) = (0_usize, 0);
    for line in text.lines() {
        let begins = |word: &str| line.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
        if begins("BEGIN:") {
            now += 1;
            most = most.max(now);
        } else if begins("END:") {
            now = now.saturating_sub(1);
        }
    }
    most
}

/// A name in one line, without control characters, not too long.
pub(super) fn short(name: &str) -> String {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    name.chars().filter(|c| !c.is_control()).take(MOST_NAME).collect()
}

fn wrong(code: &str, message: String) -> AppError {
    AppError::invalid("file", code, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn file(events: &str) -> String {
        format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:Greece\r\n{events}END:VCALENDAR\r\n")
    }

    fn event(lines: &str) -> String {
        format!("BEGIN:VEVENT\r\nUID:1\r\n{lines}\r\nEND:VEVENT\r\n")
    }

    fn code(bytes: &[u8]) -> String {
        let AppError::Invalid(errors) = read(bytes).expect_err("refused") else {
            panic!("refused otherwise")
        };
        errors[0].code.clone()
    }

    #[test]
    fn whole_days_with_names_are_holidays() {
        let events = [
            event(
                "DTSTART;VALUE=DATE:20261225\r\nDTEND;VALUE=DATE:20261227\r\nSUMMARY:Christmas\\, and\r\n  more",
            ),
            event("DTSTART;VALUE=DATE:20270101\r\nSUMMARY:New Year"),
            event("DTSTART;VALUE=DATE:20270101\r\nSUMMARY:New Year"),
            event("DTSTART:20270106T090000Z\r\nSUMMARY:A meeting"),
            event("DTSTART;VALUE=DATE:20270106"),
        ];
        let found = read(file(&events.concat()).as_bytes()).expect("a list");
        let day = |date, name: &str| Holiday { day: date, name: name.to_owned() };
        assert_eq!(found.name.as_deref(), Some("Greece"));
        assert_eq!(
            found.days,
            [
                day(date(2026, 12, 25), "Christmas, and more"),
                day(date(2026, 12, 26), "Christmas, and more"),
                day(date(2027, 1, 1), "New Year")
            ]
        );
    }

    #[test]
    fn what_is_no_list_of_days_is_refused() {
        assert_eq!(code(b"day,name\n2026-12-25,Christmas\n"), "not_a_calendar");
        assert_eq!(code(b"\xff\xfe"), "not_a_calendar");
        assert_eq!(code(file("").as_bytes()), "empty");
        let repeating = event("DTSTART;VALUE=DATE:20261225\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:Christmas");
        assert_eq!(code(file(&repeating).as_bytes()), "repeats");
        let deep = format!("BEGIN:VCALENDAR\r\n{}", "BEGIN:X\r\n".repeat(50_000));
        assert_eq!(code(deep.as_bytes()), "not_a_calendar");
        assert_eq!(code(&vec![b' '; MOST_BYTES + 1]), "too_large");
    }
}
