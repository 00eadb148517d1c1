//! How often a post comes again: what the form has about it, and what is changed of a series.

use askama::Template;
use carillon_domain::recurrence::{End, Rule};
use carillon_engine::usecase::series::{AHEAD, SeriesView};

use crate::web::components::Errors;
use crate::web::said::Said;
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
        let (rule, ends) = match series.rule.end {
            // The last day has a field of its own.
            End::Day(last) => (Rule { end: End::Never, ..series.rule.clone() }, last.to_string()),
            _ => (series.rule.clone(), String::new()),
        };
        Self { choice: RULE.to_owned(), rule: rule.to_string(), ends, ..Self::default() }
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
    error: Option<Said>,
    /// How much of its series is changed; empty for a post of its own.
    scopes: Vec<(&'static str, String, bool)>,
    is_open: bool,
}

impl RepeatForm {
    /// For what is chosen, of a post that may belong to a series; rules are on the clock of `zone`.
    pub fn new(ui: &Ui, repeat: Repeat, zone: &str, in_series: bool, errors: &Errors) -> Self {
        let names = CHOICES.iter().map(|(name, _)| *name).chain([RULE]);
        let choices = names.map(|name| (name.to_owned(), ui.of("repeat", name))).collect();
        let hint = ui.arg("zone", zone).count("days", AHEAD.as_hours() / 24).tr("repeat-hint");
        let error = errors.of("repeat");
        let is_open = in_series || error.is_some() || !repeat.choice.is_empty();
        let scopes = if in_series { scopes(ui, &repeat.scope) } else { Vec::new() };
        Self { ui: ui.clone(), repeat, choices, hint, error, scopes, is_open }
    }
}

/// What can be changed of a series, and which of it is chosen: nothing but this one, unless somebody says otherwise.
fn scopes(ui: &Ui, chosen: &str) -> Vec<(&'static str, String, bool)> {
    let all = [
        ("one", ui.tr("repeat-scope-one")),
        ("following", ui.tr("repeat-scope-following")),
        ("all", ui.tr("repeat-scope-all")),
    ];
    let chosen = if chosen.is_empty() { "one" } else { chosen };
    all.into_iter().map(|(name, label)| (name, label, name == chosen)).collect()
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
