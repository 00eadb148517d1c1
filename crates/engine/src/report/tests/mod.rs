//! Files that are made are read back by other people's readers.

mod tables;

use jiff::civil::Date;

use super::Words;

/// The names of things for their texts, which shows where each comes from.
pub(crate) struct Plain;

impl Words for Plain {
    fn of(&self, set: &'static str, name: &str) -> String {
        format!("{set}.{name}")
    }

    fn with(&self, set: &'static str, name: &str, arguments: &[(&'static str, String)]) -> String {
        let all: Vec<_> = arguments.iter().map(|(name, value)| format!("{name}={value}")).collect();
        format!("{set}.{name}({})", all.join(" "))
    }

    fn said(&self, english: &str) -> String {
        english.to_owned()
    }

    fn date(&self, date: Date) -> String {
        date.to_string()
    }

    fn day(&self, date: Date) -> String {
        date.strftime("%m-%d").to_string()
    }

    fn exact(&self, value: i64, unit: &str) -> String {
        if unit == "basis points" {
            format!("{}.{:02} %", value / 100, value.abs() % 100)
        } else {
            value.to_string()
        }
    }

    fn short(&self, value: i64, unit: &str) -> String {
        self.exact(value, unit)
    }

    fn language(&self) -> &str {
        "en"
    }
}
