//! Numbers as people read them: 12.3K, with the exact value on hover.

use askama::Template;

use crate::i18n::Tr;

/// A number, exact for machines and on hover.
#[derive(Debug, Template)]
#[template(
    source = r#"<data class="num" value="{{ value }}" title="{{ exact }}">{{ text }}</data>"#,
    ext = "html"
)]
pub struct Amount {
    value: i64,
    exact: String,
    text: String,
}

impl Amount {
    /// In the words of a language.
    pub fn new(t: Tr, value: i64) -> Self {
        Self { value, exact: grouped(value), text: short(t, value) }
    }
}

impl Amount {
    /// In the words of a language, by its unit: lengths of time and shares look like what they are.
    pub fn of(t: Tr, value: i64, unit: &str) -> Self {
        match unit {
            "milliseconds" => {
                Self { value, exact: t.count("n", value).tr("step-ms"), text: lasting(t, value) }
            }
            "basis points" => {
                let text = t.arg("n", hundredths(t, value)).tr("number-percent");
                Self { value, exact: text.clone(), text }
            }
            _ => Self::new(t, value),
        }
    }

    /// As it is shown.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// All of it.
    pub fn exact(&self) -> &str {
        &self.exact
    }
}

/// A length of time; cut, not rounded.
fn lasting(t: Tr, ms: i64) -> String {
    let seconds = ms / 1_000;
    match seconds {
        ..90 => {
            t.arg("n", format!("{}{}{}", seconds, t.tr("number-point"), ms % 1_000 / 100)).tr("sync-seconds")
        }
        90..5_400 => t.arg("n", seconds / 60).tr("sync-minutes"),
        _ => t.arg("n", grouped(seconds / 3_600)).tr("number-hours"),
    }
}

/// Hundredths as whole ones and what is left.
fn hundredths(t: Tr, value: i64) -> String {
    let sign = if value < 0 { "−" } else { "" };
    let (whole, part) = (value.unsigned_abs() / 100, value.unsigned_abs() % 100);
    format!("{sign}{whole}{}{part:02}", t.tr("number-point"))
}

/// With narrow spaces between thousands, which every language reads.
fn grouped(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = String::new();
    if value < 0 {
        text.push('−');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// At most three digits and a unit; cut, not rounded, so that nothing looks like more than it is.
fn short(t: Tr, value: i64) -> String {
    let size = value.unsigned_abs();
    let (unit, key) = match size {
        0..1_000 => return grouped(value),
        1_000..1_000_000 => (1_000, crate::i18n::key("number-thousand")),
        1_000_000..1_000_000_000 => (1_000_000, crate::i18n::key("number-million")),
        _ => (1_000_000_000, crate::i18n::key("number-billion")),
    };
    let sign = if value < 0 { "−" } else { "" };
    let (whole, tenth) = (size / unit, size % unit / (unit / 10));
    let number = if whole < 100 && tenth > 0 {
        format!("{sign}{whole}{}{tenth}", t.tr("number-point"))
    } else {
        format!("{sign}{whole}")
    };
    t.arg("n", number).tr(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_shares_look_like_what_they_are() {
        let t = Tr::negotiate(None, None);
        let cases = [
            (4_260, "milliseconds", "4.2 s"),
            (600_000, "milliseconds", "10 min"),
            (7_200_000_000, "milliseconds", "2\u{202f}000 h"),
            (4_205, "basis points", "42.05 %"),
            (10_000, "basis points", "100.00 %"),
            (4_205, "views", "4.2K"),
        ];
        for (value, unit, text) in cases {
            assert_eq!(Amount::of(t, value, unit).text, text, "{value} {unit}");
        }
    }

    #[test]
    fn numbers_are_short_and_never_more_than_they_are() {
        let t = Tr::negotiate(None, None);
        let cases = [
            (0, "0", "0"),
            (999, "999", "999"),
            (1_000, "1K", "1\u{202f}000"),
            (1_234, "1.2K", "1\u{202f}234"),
            (12_345, "12.3K", "12\u{202f}345"),
            (123_456, "123K", "123\u{202f}456"),
            (999_999, "999K", "999\u{202f}999"),
            (1_000_000, "1M", "1\u{202f}000\u{202f}000"),
            (12_999_999, "12.9M", "12\u{202f}999\u{202f}999"),
            (2_500_000_000, "2.5B", "2\u{202f}500\u{202f}000\u{202f}000"),
            (-4_200, "−4.2K", "−4\u{202f}200"),
        ];
        for (value, text, exact) in cases {
            let amount = Amount::new(t, value);
            assert_eq!((amount.text.as_str(), amount.exact.as_str()), (text, exact), "{value}");
        }
    }
}
