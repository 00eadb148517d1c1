//! How often a post comes again: what the form has about it, and what is changed of a series.

use askama::Template;
use carillon_engine::usecase::series::{AHEAD, SeriesView};

use crate::web::components::Errors;
use crate::web::ui::Ui;

/// The choices, with the beginnings of their rules. The last one has its rule written beside it.
const CHOICES: [(&str, &str); 6] = [
    ("daily", "FREQ=DAILY"),
    ("weekdays", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
    ("weekly", "FREQ=WEEKLY"),
    ("fortnightly", "FREQ=WEEKLY;INTERVAL=2"),
    ("monthly", "FREQ=MONTHLY"),
    ("yearly", "FREQ=YEARLY"),
];

/// The choice of a rule that is written.
const RULE: &str = "rule";

/// What was chosen.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Repeat {
    /// Which choice; empty: it does not come again.
    pub choice: String,
    /// A rule that was written.
    pub rule: String,
    /// The last day, as in 2026-12-31.
    pub ends: String,
    /// How much of a series is changed.
    pub scope: String,
}

impl Repeat {
    /// What a post of this series has.
    pub fn of(series: &SeriesView) -> Self {
        Self { choice: RULE.to_owned(), rule: series.row.rule.clone(), ..Self::default() }
    }

    /// The rule that is meant; `None` where the post does not come again.
    pub fn rule(&self) -> Option<String> {
        let known = CHOICES.iter().find(|(name, _)| *name == self.choice).map(|(_, rule)| (*rule).to_owned());
        let rule = match known {
            Some(rule) => rule,
            None if self.choice == RULE => self.rule.trim().to_owned(),
            None => return None,
        };
        let ends: String = self.ends.chars().filter(|c| *c != '-').collect();
        Some(if ends.trim().is_empty() { rule } else { format!("{rule};UNTIL={ends}") })
    }
}

/// The fields.
#[derive(Template)]
#[template(path = "components/repeat.html")]
pub struct RepeatForm {
    ui: Ui,
    repeat: Repeat,
    choices: Vec<(String, String)>,
    hint: String,
    error: Option<String>,
    in_series: bool,
}

impl RepeatForm {
    /// For what is chosen, of a post that may belong to a series; rules are on the clock of `zone`.
    pub fn new(ui: &Ui, repeat: Repeat, zone: &str, in_series: bool, errors: &Errors) -> Self {
        let names = CHOICES.iter().map(|(name, _)| *name).chain([RULE]);
        let choices = names.map(|name| (name.to_owned(), ui.of("repeat", name))).collect();
        let hint = ui.arg("zone", zone).count("days", AHEAD.as_hours() / 24).tr("repeat-hint");
        Self { ui: ui.clone(), repeat, choices, hint, error: errors.of("repeat"), in_series }
    }

    /// Whether the fields are unfolded.
    fn is_open(&self) -> bool {
        self.in_series || self.error.is_some() || !self.repeat.choice.is_empty()
    }

    fn is_scope(&self, name: &str) -> bool {
        let scope = if self.repeat.scope.is_empty() { "one" } else { self.repeat.scope.as_str() };
        scope == name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_become_rules() {
        let meant = |choice: &str, rule: &str, ends: &str| {
            let of = str::to_owned;
            Repeat { choice: of(choice), rule: of(rule), ends: of(ends), scope: String::new() }.rule()
        };
        assert_eq!(meant("", "FREQ=DAILY", "2026-12-31"), None);
        assert_eq!(meant("weekly", "", "").as_deref(), Some("FREQ=WEEKLY"));
        assert_eq!(meant("daily", "nonsense", "2026-12-31").as_deref(), Some("FREQ=DAILY;UNTIL=20261231"));
        assert_eq!(meant("rule", " FREQ=MONTHLY;BYDAY=1FR ", "").as_deref(), Some("FREQ=MONTHLY;BYDAY=1FR"));
        for (name, rule) in CHOICES {
            assert!(rule.parse::<carillon_domain::recurrence::Rule>().is_ok(), "{name}");
        }
    }
}
