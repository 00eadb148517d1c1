//! Reading a rule.

use std::str::FromStr;

use jiff::civil::{Date, Weekday};

use super::{ByDay, End, Freq, Rule, RuleError};
use crate::time::Timestamp;

/// The RFC's names of the days, from Monday on.
pub(super) const NAMES: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// Largest interval: years that nobody means are far beyond it.
const MOST_INTERVAL: u16 = 400;

/// Largest count.
const MOST_COUNT: u32 = 10_000;

/// Longest rule, in characters.
const LONGEST: usize = 400;

impl FromStr for Rule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let text = text.trim().to_ascii_uppercase();
        let text = text.strip_prefix("RRULE:").unwrap_or(&text);
        if text.chars().count() > LONGEST {
            return Err(RuleError::Malformed(text.chars().take(20).collect()));
        }
        let mut freq = None;
        let mut rule = Self {
            freq: Freq::Daily,
            interval: 1,
            by_day: Vec::new(),
            by_month_day: Vec::new(),
            end: End::Never,
        };
        let mut seen: Vec<&str> = Vec::new();
        for part in text.split(';') {
            let malformed = || RuleError::Malformed(part.to_owned());
            let (name, value) = part.split_once('=').ok_or_else(malformed)?;
            if seen.contains(&name) {
                return Err(malformed());
            }
            seen.push(name);
            match name {
                "FREQ" => freq = Some(read_freq(part, value)?),
                "INTERVAL" => {
                    rule.interval = number(value, 1, MOST_INTERVAL).ok_or_else(malformed)?;
                }
                "COUNT" => rule.end = End::After(number(value, 1, MOST_COUNT).ok_or_else(malformed)?),
                "UNTIL" => rule.end = read_until(value).ok_or_else(malformed)?,
                "BYDAY" => {
                    rule.by_day = list(value, read_day).ok_or_else(malformed)?;
                }
                "BYMONTHDAY" => {
                    rule.by_month_day = list(value, read_month_day).ok_or_else(malformed)?;
                }
                "WKST" if value == "MO" => {}
                "WKST" | "BYMONTH" | "BYWEEKNO" | "BYYEARDAY" | "BYSETPOS" | "BYHOUR" | "BYMINUTE"
                | "BYSECOND" => return Err(RuleError::Unsupported(part.to_owned())),
                _ => return Err(malformed()),
            }
        }
        rule.freq = freq.ok_or_else(|| RuleError::Malformed(text.to_owned()))?;
        fits(&rule, &seen)?;
        Ok(rule)
    }
}

fn read_freq(part: &str, value: &str) -> Result<Freq, RuleError> {
    match value {
        "DAILY" => Ok(Freq::Daily),
        "WEEKLY" => Ok(Freq::Weekly),
        "MONTHLY" => Ok(Freq::Monthly),
        "YEARLY" => Ok(Freq::Yearly),
        "HOURLY" | "MINUTELY" | "SECONDLY" => Err(RuleError::Unsupported(part.to_owned())),
        _ => Err(RuleError::Malformed(part.to_owned())),
    }
}

/// Which parts go together.
fn fits(rule: &Rule, seen: &[&str]) -> Result<(), RuleError> {
    let unsupported = |what: &str| Err(RuleError::Unsupported(what.to_owned()));
    if seen.contains(&"COUNT") && seen.contains(&"UNTIL") {
        return unsupported("COUNT and UNTIL");
    }
    if !rule.by_month_day.is_empty() && rule.freq != Freq::Monthly {
        return unsupported("BYMONTHDAY");
    }
    if !rule.by_day.is_empty() && rule.freq == Freq::Yearly {
        return unsupported("BYDAY");
    }
    let numbered = rule.by_day.iter().find(|day| day.nth.is_some());
    match numbered {
        Some(day) if rule.freq != Freq::Monthly || !rule.by_month_day.is_empty() => {
            unsupported(&day.to_string())
        }
        _ => Ok(()),
    }
}

fn number<T: FromStr + PartialOrd>(text: &str, least: T, most: T) -> Option<T> {
    let are_digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse::<T>().ok().filter(|n| are_digits && *n >= least && *n <= most)
}

fn list<T: PartialEq>(text: &str, read: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    let mut found: Vec<T> = Vec::new();
    for one in text.split(',') {
        let one = read(one)?;
        if !found.contains(&one) {
            found.push(one);
        }
    }
    Some(found)
}

fn read_day(text: &str) -> Option<ByDay> {
    let at = text.len().checked_sub(2)?;
    let (nth, name) = (text.get(..at)?, text.get(at..)?);
    let place = NAMES.iter().position(|known| *known == name)?;
    let weekday = Weekday::from_monday_zero_offset(i8::try_from(place).ok()?).ok()?;
    let nth = if nth.is_empty() { None } else { Some(signed(nth, 5)?) };
    Some(ByDay { nth, weekday })
}

fn read_month_day(text: &str) -> Option<i8> {
    signed(text, 31)
}

/// From 1 to `most`, or the same below zero.
fn signed(text: &str, most: i8) -> Option<i8> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let n = number(digits, 1, most)?;
    Some(if text.starts_with('-') { -n } else { n })
}

fn read_until(text: &str) -> Option<End> {
    if text.len() == 8 {
        return Date::strptime("%Y%m%d", text).ok().map(End::Day);
    }
    let wall = text.strip_suffix('Z')?;
    let wall = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%S", wall).ok()?;
    let at: Timestamp = jiff::tz::TimeZone::UTC.to_timestamp(wall).ok()?;
    Some(End::At(at))
}
