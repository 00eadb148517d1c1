//! The options of an account's platform in the composer's form, drawn from what the platform says of itself.

use std::collections::BTreeMap;

use carillon_connectors::contract::capability::{OptionField, OptionInput};
use carillon_domain::id::AccountId;
use serde_json::{Map, Value, json};

use crate::http::App;
use crate::web::ui::Ui;

/// One option in the form.
pub struct OptionRow {
    /// Name in the form.
    pub name: String,
    /// What people read.
    pub label: String,
    /// What is set.
    pub value: String,
    /// How it is filled in.
    pub kind: OptionKind,
}

/// How it is filled in.
pub enum OptionKind {
    /// Yes, no, or as usual. Without `may` the account can't switch it on.
    Switch {
        /// Whether yes may be chosen.
        may: bool,
    },
    /// A line of text.
    Line,
    /// One of several values with their texts.
    Choice(Vec<(String, String)>),
    /// Answers to choose from, and for how long.
    Poll(PollForm),
}

/// The fields of a poll.
pub struct PollForm {
    /// The answers, empty ones at the end.
    pub answers: Vec<String>,
    /// Longest answer, characters.
    pub chars: u32,
    /// How long it may run: minutes with their text.
    pub durations: Vec<(u64, String)>,
    /// How long it runs, minutes.
    pub minutes: u64,
    /// Whether several answers are allowed; `None` where the platform has no such thing.
    pub multiple: Option<bool>,
}

impl PollForm {
    /// Whether there is a poll.
    pub fn is_set(&self) -> bool {
        self.answers.iter().any(|answer| !answer.is_empty())
    }
}

/// Durations that people think in, minutes.
const DURATIONS: &[u64] =
    &[30, 60, 6 * 60, 12 * 60, 24 * 60, 3 * 24 * 60, 7 * 24 * 60, 14 * 24 * 60, 30 * 24 * 60];
const ONE_DAY: u64 = 24 * 60;

/// What was written into the fields of options. A field may come several times.
#[derive(Debug, Default)]
pub struct Written(BTreeMap<(AccountId, String), Vec<String>>);

impl Written {
    /// One field's text.
    pub fn add(&mut self, account: AccountId, name: &str, value: String) {
        self.0.entry((account, name.to_owned())).or_default().push(value);
    }

    fn all(&self, account: AccountId, name: &str) -> &[String] {
        self.0.get(&(account, name.to_owned())).map_or(&[], Vec::as_slice)
    }

    fn last(&self, account: AccountId, name: &str) -> Option<&str> {
        self.all(account, name).last().map(|text| text.trim())
    }
}

/// The options of a platform.
pub fn option_fields(app: &App, platform: &str) -> &'static [OptionField] {
    app.engine.networks.connector(platform).map_or(&[], |c| c.capabilities().options)
}

/// What the fields of an option say, in the option's own type; an untouched default says nothing.
pub fn option_value(field: &OptionField, written: &Written, account: AccountId) -> Option<Value> {
    if let OptionInput::Poll { multiple, .. } = field.input {
        return poll_value(field.name, multiple, written, account);
    }
    let text = written.last(account, field.name)?;
    match field.input {
        OptionInput::Bool => Some(Value::Bool(matches!(text, "on" | "true"))),
        OptionInput::Number { .. } => {
            text.parse::<i64>().map_or_else(|_| Some(text.into()), |n| Some(n.into()))
        }
        OptionInput::Choice { values } => (values.first() != Some(&text)).then(|| text.into()),
        OptionInput::List { .. } => {
            Some(text.split(',').map(str::trim).filter(|t| !t.is_empty()).collect::<Vec<_>>().into())
        }
        OptionInput::Text { .. } => Some(text.into()),
        OptionInput::Poll { .. } => None,
    }
}

fn poll_value(name: &str, multiple: bool, written: &Written, account: AccountId) -> Option<Value> {
    let answers: Vec<&str> =
        written.all(account, &format!("{name}.answer")).iter().map(|a| a.trim()).collect();
    if answers.is_empty() {
        return None;
    }
    let minutes = written.last(account, &format!("{name}.minutes")).and_then(|m| m.parse().ok());
    let mut poll = json!({ "options": answers, "duration_minutes": minutes.unwrap_or(ONE_DAY) });
    if multiple {
        poll["multiple"] = Value::Bool(written.last(account, &format!("{name}.multiple")).is_some());
    }
    Some(poll)
}

/// Whether the form's fields can hold this value without losing any of it.
pub fn can_draw(field: &OptionField, value: &Value) -> bool {
    match field.input {
        OptionInput::Bool => value.is_boolean(),
        OptionInput::Number { .. } => value.is_i64() || value.is_string(),
        OptionInput::Choice { .. } => value.is_string(),
        OptionInput::Text { .. } => value.as_str().is_some_and(|text| !text.contains('\n')),
        OptionInput::List { .. } => value.as_array().is_some_and(|list| {
            list.iter().all(|item| item.as_str().is_some_and(|text| !text.contains(',')))
        }),
        OptionInput::Poll { .. } => value.is_object(),
    }
}

/// How an option is drawn; a value that the form can't hold is not drawn, and stays as it is. Of the values only those are
/// drawn that the account offers, and the one that is set.
pub fn option_row(
    ui: &Ui,
    field: &OptionField,
    set: Option<&Map<String, Value>>,
    offers: impl Fn(&str) -> bool,
) -> Option<OptionRow> {
    let value = set.and_then(|s| s.get(field.name));
    if value.is_some_and(|value| !can_draw(field, value)) {
        return None;
    }
    let text = match value {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let kind = match field.input {
        OptionInput::Bool => OptionKind::Switch { may: offers("true") },
        OptionInput::Choice { values } => {
            let drawn = values.iter().copied().filter(|v| *v == text || offers(v));
            // What a program wrote in the network's own words, or wrongly, is a choice too: the form gives back what it got.
            let as_written = Some(text.as_str()).filter(|text| !text.is_empty() && !values.contains(text));
            let drawn = drawn.chain(as_written);
            OptionKind::Choice(drawn.map(|v| (v.to_owned(), ui.choice(field.name, v))).collect())
        }
        OptionInput::Text { .. } | OptionInput::Number { .. } | OptionInput::List { .. } => OptionKind::Line,
        OptionInput::Poll { options, option_chars, minutes, multiple } => {
            OptionKind::Poll(poll_form(ui, value, options.1 as usize, option_chars, minutes, multiple))
        }
    };
    Some(OptionRow {
        name: field.name.to_owned(),
        label: ui.of("option", &field.name.replace('_', "-")),
        value: text,
        kind,
    })
}

fn poll_form(
    ui: &Ui,
    value: Option<&Value>,
    most: usize,
    chars: u32,
    range: (u32, u32),
    multiple: bool,
) -> PollForm {
    let set = |key: &str| value.and_then(|v| v.get(key));
    let given = set("options").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let mut answers: Vec<String> = given.map(str::to_owned).collect();
    answers.resize(answers.len().max(most), String::new());
    let minutes = set("duration_minutes").and_then(Value::as_u64).unwrap_or(ONE_DAY);
    let possible = u64::from(range.0)..=u64::from(range.1);
    let mut durations: Vec<u64> = DURATIONS.iter().copied().filter(|d| possible.contains(d)).collect();
    if !durations.contains(&minutes) {
        durations.push(minutes);
        durations.sort_unstable();
    }
    PollForm {
        answers,
        chars,
        durations: durations.into_iter().map(|d| (d, duration(ui, d))).collect(),
        minutes,
        multiple: multiple.then(|| set("multiple").and_then(Value::as_bool).unwrap_or(false)),
    }
}

fn duration(ui: &Ui, minutes: u64) -> String {
    match minutes {
        m if m % ONE_DAY == 0 => ui.count("n", m / ONE_DAY).tr("days"),
        m if m % 60 == 0 => ui.count("n", m / 60).tr("hours"),
        m => ui.count("n", m).tr("minutes"),
    }
}
