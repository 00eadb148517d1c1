//! Days and times as people and spreadsheets write them. Nothing is guessed: of two readings the person says which one is meant.

use jiff::civil::{Date, Time};

/// What days with slashes mean, as in 03/04/2027.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Slashes {
    /// Nobody said; they are refused.
    #[default]
    Unsaid,
    /// 3 April.
    DayFirst,
    /// 4 March.
    MonthFirst,
}

impl Slashes {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Unsaid, Self::DayFirst, Self::MonthFirst];

    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unsaid => "unsaid",
            Self::DayFirst => "day",
            Self::MonthFirst => "month",
        }
    }

    /// Reads the stable name; everything else is unsaid.
    pub fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|one| one.as_str() == text).unwrap_or_default()
    }
}

/// A day: `2026-12-24`, `2026/12/24`, `24.12.2026`, and with slashes as said.
///
/// # Errors
/// What to write instead.
pub(super) fn day(text: &str, slashes: Slashes) -> Result<Date, String> {
    let nonsense = || format!("`{text}` is not a day. Write it like 2026-12-24.");
    let separator = text.chars().find(|c| !c.is_ascii_digit()).ok_or_else(nonsense)?;
    let parts: Vec<&str> = text.trim_end_matches('.').split(separator).collect();
    let [first, second, third] = parts[..] else { return Err(nonsense()) };
    let (year, month, day) = match separator {
        '-' | '/' if first.len() == 4 => (first, second, third),
        '.' => (third, second, first),
        '/' => match slashes {
            Slashes::DayFirst => (third, second, first),
            Slashes::MonthFirst => (third, first, second),
            Slashes::Unsaid => {
                return Err(format!(
                    "`{text}` can be read in two ways. Say which comes first in this file, the day or the month."
                ));
            }
        },
        _ => return Err(nonsense()),
    };
    if year.len() != 4 {
        return Err(format!("`{text}` lacks a year of four digits. Write it like 2026-12-24."));
    }
    let date = Date::new(
        year.parse().map_err(|_| nonsense())?,
        month.parse().map_err(|_| nonsense())?,
        day.parse().map_err(|_| nonsense())?,
    );
    date.map_err(|_| format!("There is no day `{text}`."))
}

/// A time of day, as it stands behind the day in a time of the API: `18:30`, `18:30:05`, `6:30 PM`, and with an offset as it is.
///
/// # Errors
/// What to write instead.
pub(super) fn clock(text: &str) -> Result<String, String> {
    let nonsense = || format!("`{text}` is not a time of day. Write it like 18:30.");
    let upper = text.to_ascii_uppercase();
    let (digits, half) = match (upper.strip_suffix("AM"), upper.strip_suffix("PM")) {
        (Some(rest), _) => (rest.trim(), Some(0)),
        (_, Some(rest)) => (rest.trim(), Some(12)),
        _ => (upper.as_str(), None),
    };
    if half.is_none()
        && digits.ends_with(|c: char| c.is_ascii_digit() || c == 'Z')
        && digits.contains(['+', '-', 'Z'])
    {
        // An instant; whether it is one is found out with the day.
        return Ok(digits.to_owned());
    }
    let numbers: Option<Vec<i8>> = digits.split(':').map(|part| part.parse().ok()).collect();
    let (hour, minute, second) = match numbers.as_deref() {
        Some([hour, minute]) => (*hour, *minute, 0),
        Some([hour, minute, second]) => (*hour, *minute, *second),
        _ => return Err(nonsense()),
    };
    let hour = match half {
        None => hour,
        Some(from) if (1..=12).contains(&hour) => hour % 12 + from,
        Some(_) => return Err(nonsense()),
    };
    let time = Time::new(hour, minute, second, 0).map_err(|_| nonsense())?;
    Ok(time.strftime("%H:%M:%S").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_in_one_way_only() {
        let christmas = Ok(jiff::civil::date(2026, 12, 24));
        for text in ["2026-12-24", "2026/12/24", "24.12.2026", "24.12.2026."] {
            assert_eq!(day(text, Slashes::Unsaid), christmas, "{text}");
        }
        assert_eq!(day("24/12/2026", Slashes::DayFirst), christmas);
        assert_eq!(day("12/24/2026", Slashes::MonthFirst), christmas);
        assert!(day("12/24/2026", Slashes::DayFirst).is_err());
        assert!(day("24/12/2026", Slashes::Unsaid).expect_err("two ways").contains("two ways"));
        for text in ["", "tomorrow", "2026-13-01", "2026-02-30", "24.12.26", "1-2-3", "2026-12", "46380"] {
            assert!(day(text, Slashes::DayFirst).is_err(), "{text}");
        }
    }

    #[test]
    fn times_are_those_of_spreadsheets() {
        for (text, read) in [
            ("18:30", "18:30:00"),
            ("9:05", "09:05:00"),
            ("18:30:05", "18:30:05"),
            ("6:30 PM", "18:30:00"),
            ("12:00 am", "00:00:00"),
            ("12:15PM", "12:15:00"),
            ("03:30:00+02:00", "03:30:00+02:00"),
            ("16:30Z", "16:30Z"),
        ] {
            assert_eq!(clock(text).as_deref(), Ok(read), "{text}");
        }
        for text in ["", "noon", "25:00", "12:60", "13:00 PM", "0:10 am", "1830", "18:30:00:00"] {
            assert!(clock(text).is_err(), "{text}");
        }
    }
}
