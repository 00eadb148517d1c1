//! Says that something was done, with the button that takes it back.

use askama::Template;

/// A message with its button.
#[derive(Template)]
#[template(path = "components/undo.html")]
pub struct Undo {
    text: String,
    label: String,
    url: String,
}

impl Undo {
    /// `url` takes a form without fields.
    pub fn new(text: String, label: String, url: String) -> Self {
        Self { text, label, url }
    }
}
