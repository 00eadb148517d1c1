//! The options of an account's platform in the composer's form, drawn from what the platform says of itself.

use carillon_connectors::contract::capability::{OptionField, OptionInput};

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
    /// Yes, no, or as usual.
    Switch,
    /// A line of text.
    Line,
    /// One of several values with their texts.
    Choice(Vec<(String, String)>),
}

/// The options of a platform.
pub fn option_fields(app: &App, platform: &str) -> &'static [OptionField] {
    app.engine.networks.connector(platform).map_or(&[], |c| c.capabilities().options)
}

/// What a form field says, in the option's own type; an untouched default says nothing.
pub fn option_value(field: &OptionField, text: &str) -> Option<serde_json::Value> {
    match field.input {
        OptionInput::Bool => Some(serde_json::Value::Bool(matches!(text, "on" | "true"))),
        OptionInput::Number { .. } => text.parse::<i64>().ok().map(serde_json::Value::from),
        OptionInput::Choice { values } => (values.first() != Some(&text)).then(|| text.into()),
        OptionInput::List { .. } => {
            Some(text.split(',').map(str::trim).filter(|t| !t.is_empty()).collect::<Vec<_>>().into())
        }
        OptionInput::Text { .. } => Some(text.into()),
        OptionInput::Poll { .. } => None,
    }
}

/// How an option is drawn; polls have no form yet and are set by API.
pub fn option_row(
    ui: &Ui,
    field: &OptionField,
    set: Option<&serde_json::Map<String, serde_json::Value>>,
) -> Option<OptionRow> {
    let value = set.and_then(|s| s.get(field.name));
    let text = match value {
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(serde_json::Value::Array(items)) => {
            items.iter().filter_map(|i| i.as_str()).collect::<Vec<_>>().join(", ")
        }
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let kind = match field.input {
        OptionInput::Bool => OptionKind::Switch,
        OptionInput::Choice { values } => {
            OptionKind::Choice(values.iter().map(|v| ((*v).to_owned(), ui.choice(field.name, v))).collect())
        }
        OptionInput::Text { .. } | OptionInput::Number { .. } | OptionInput::List { .. } => OptionKind::Line,
        OptionInput::Poll { .. } => return None,
    };
    Some(OptionRow {
        name: field.name.to_owned(),
        label: ui.of("option", &field.name.replace('_', "-")),
        value: text,
        kind,
    })
}
