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
