//! Parts that pages are made of. Each is a template of its own; in a page it is written `{{ part|safe }}`, since what it
//! renders is escaped already.

use askama::Template;
use carillon_domain::error::{AppError, FieldError};
pub use carillon_engine::usecase::names::handle as at;

use super::said::Said;
use crate::assets;
use crate::i18n::Tr;

/// A labelled input with its hint and its error.
#[derive(Template)]
#[template(path = "components/field.html")]
pub struct Field {
    name: &'static str,
    label: String,
    control: Control,
    value: String,
    hint: Option<String>,
    error: Option<Said>,
    autocomplete: Option<&'static str>,
    required: bool,
    autofocus: bool,
    zone_guess: bool,
    min_length: Option<usize>,
    /// Smallest and largest number.
    range: Option<(i64, i64)>,
    suggestions: Vec<String>,
}

/// What a field is filled in with.
enum Control {
    Input(&'static str),
    Select(Vec<Choice>),
    /// Text with suggestions.
    Suggest(&'static [String]),
}

/// One option of a select.
#[derive(Debug, Clone)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
}

impl Field {
    fn new(name: &'static str, label: String, control: Control) -> Self {
        Self {
            name,
            label,
            control,
            value: String::new(),
            hint: None,
            error: None,
            autocomplete: None,
            required: true,
            autofocus: false,
            zone_guess: false,
            min_length: None,
            range: None,
            suggestions: Vec::new(),
        }
    }

    /// What could be typed, offered while typing.
    #[must_use]
    pub fn suggest(mut self, options: &[String]) -> Self {
        self.suggestions = options.to_vec();
        self
    }

    /// One line of text.
    pub fn text(name: &'static str, label: String) -> Self {
        Self::new(name, label, Control::Input("text"))
    }

    /// An email address.
    pub fn email(name: &'static str, label: String) -> Self {
        Self::new(name, label, Control::Input("email"))
    }

    /// A password; `autocomplete` is `current-password` or `new-password`.
    pub fn password(name: &'static str, label: String, autocomplete: &'static str) -> Self {
        Self { autocomplete: Some(autocomplete), ..Self::new(name, label, Control::Input("password")) }
    }

    /// A whole number from the first to the last of these.
    pub fn number(name: &'static str, label: String, range: (i64, i64)) -> Self {
        Self { range: Some(range), ..Self::new(name, label, Control::Input("number")) }
    }

    /// A day of the calendar.
    pub fn date(name: &'static str, label: String) -> Self {
        Self::new(name, label, Control::Input("date"))
    }

    /// A time of day.
    pub fn time(name: &'static str, label: String) -> Self {
        Self::new(name, label, Control::Input("time"))
    }

    /// One of a few.
    pub fn select(name: &'static str, label: String, choices: Vec<Choice>) -> Self {
        Self::new(name, label, Control::Select(choices))
    }

    /// A time zone by its IANA name.
    pub fn zone(name: &'static str, label: String) -> Self {
        Self::new(name, label, Control::Suggest(super::time::zone_names()))
    }

    /// Lets the browser put its own zone in.
    #[must_use]
    pub fn guessing(mut self) -> Self {
        self.zone_guess = true;
        self
    }

    /// What is in it. Passwords are never put back.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    /// What helps to fill it in.
    #[must_use]
    pub fn hint(mut self, hint: String) -> Self {
        self.hint = Some(hint);
        self
    }

    /// The error of this field's name, if there is one.
    #[must_use]
    pub fn errors(mut self, errors: &Errors) -> Self {
        self.error = errors.of(self.name);
        self
    }

    /// An error that goes by another name in the request.
    #[must_use]
    pub fn error(mut self, error: Option<Said>) -> Self {
        self.error = error;
        self
    }

    /// For browsers' and password managers' memory.
    #[must_use]
    pub fn autocomplete(mut self, token: &'static str) -> Self {
        self.autocomplete = Some(token);
        self
    }

    /// Fewest characters.
    #[must_use]
    pub fn min_length(mut self, characters: usize) -> Self {
        self.min_length = Some(characters);
        self
    }

    /// May stay empty.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.required = false;
        self
    }

    /// Takes the focus when the page opens.
    #[must_use]
    pub fn autofocus(mut self) -> Self {
        self.autofocus = true;
        self
    }
}

/// What was wrong with a form that was sent.
#[derive(Debug, Clone, Default)]
pub struct Errors {
    errors: Vec<FieldError>,
    /// Who reads messages that are the code's own, in English; `None`: they are in the reader's language.
    reader: Option<Tr>,
}

impl Errors {
    /// Splits a refusal that the person can correct in the form from a failure that they can't. It is told in the words of `t`.
    ///
    /// # Errors
    /// Every failure but [`AppError::Invalid`] and [`AppError::Conflict`].
    pub fn from_refusal(t: Tr, error: AppError) -> Result<Self, AppError> {
        let errors = match error {
            AppError::Invalid(errors) => errors,
            AppError::Conflict { code, message } => vec![FieldError::new("", code, message)],
            other => return Err(other),
        };
        Ok(Self { errors, reader: Some(t) })
    }

    /// A single message for one field, in the reader's language.
    pub fn field(field: &str, code: &str, message: impl Into<String>) -> Self {
        Self { errors: vec![FieldError::new(field, code, message)], reader: None }
    }

    /// The message for this field.
    pub fn of(&self, field: &str) -> Option<Said> {
        self.errors.iter().find(|e| e.field == field).map(|e| self.said(e))
    }

    fn said(&self, error: &FieldError) -> Said {
        match self.reader {
            Some(t) => Said::new(t, &error.message),
            None => Said::from(error.message.clone()),
        }
    }

    /// A single message for the whole form, in the reader's language.
    pub fn general(code: &str, message: impl Into<String>) -> Self {
        Self { errors: vec![FieldError::new("", code, message)], reader: None }
    }

    /// Fields under this prefix, with their messages.
    pub fn starting_with(&self, prefix: &str) -> Vec<(String, Said)> {
        let under = self.errors.iter().filter(|e| e.field.starts_with(prefix));
        under.map(|e| (e.field.clone(), self.said(e))).collect()
    }

    /// Messages that belong to none of these fields, for the top of the form: nothing that was refused goes unsaid.
    pub fn besides(&self, fields: &[&str]) -> Vec<Said> {
        let others = self.errors.iter().filter(|e| !fields.contains(&e.field.as_str()));
        others.map(|e| self.said(e)).collect()
    }
}

/// A message in the flow of the page.
#[derive(Template)]
#[template(path = "components/alert.html")]
pub struct Alert {
    kind: &'static str,
    icon: &'static str,
    text: Said,
}

impl Alert {
    /// Something failed.
    pub fn danger(text: impl Into<Said>) -> Self {
        Self { kind: "danger", icon: assets::glyph("alert-triangle"), text: text.into() }
    }

    /// Something that is good to know.
    pub fn info(text: impl Into<Said>) -> Self {
        Self { kind: "info", icon: assets::glyph("clock"), text: text.into() }
    }

    /// Something was done.
    pub fn success(text: impl Into<Said>) -> Self {
        Self { kind: "success", icon: assets::glyph("check"), text: text.into() }
    }
}

/// Nothing here yet, and what to do about it.
#[derive(Template)]
#[template(path = "components/empty.html")]
pub struct Empty {
    icon: &'static str,
    title: String,
    text: String,
    action: Option<(String, String)>,
}

impl Empty {
    /// Why there is nothing.
    pub fn new(icon: &'static str, title: String, text: String) -> Self {
        Self { icon, title, text, action: None }
    }

    /// The same for whoever may do it.
    #[must_use]
    pub fn action_if(self, may: bool, label: String, url: String) -> Self {
        if may { self.action(label, url) } else { self }
    }

    /// A button with its address.
    #[must_use]
    pub fn action(mut self, label: String, url: String) -> Self {
        self.action = Some((label, url));
        self
    }
}

/// How something stands: a dot and a word. `name` is the stable name of the state, `label` what people read.
#[derive(Template)]
#[template(path = "components/state.html")]
pub struct State {
    name: &'static str,
    label: String,
}

impl State {
    /// A state in words.
    pub fn new(name: &'static str, label: String) -> Self {
        Self { name, label }
    }
}

/// A person's or an account's face: the picture, or the initials; for accounts with the network's mark.
#[derive(Template)]
#[template(path = "components/face.html")]
pub struct Face {
    initials: String,
    image: Option<String>,
    mark: Option<String>,
    square: bool,
}

impl Face {
    /// A person.
    pub fn person(name: &str) -> Self {
        Self { initials: initials(name), image: None, mark: None, square: false }
    }

    /// A workspace.
    pub fn workspace(name: &str) -> Self {
        Self { square: true, ..Self::person(name) }
    }

    /// An account at a network; its icon is called `brand-<platform>`.
    pub fn account(name: &str, image: Option<&str>, platform: &str) -> Self {
        let mark = Some(format!("brand-{platform}"));
        Self { initials: initials(name), image: image.map(str::to_owned), mark, square: false }
    }
}

/// At most two letters that stand for a name.
fn initials(name: &str) -> String {
    let mut words = name.split_whitespace().filter_map(|w| w.chars().find(|c| c.is_alphanumeric()));
    let first = words.next();
    let last = words.next_back();
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

/// Leads to the next page of a list.
#[derive(Template)]
#[template(path = "components/pager.html")]
pub struct Pager {
    label: String,
    next: Option<String>,
}

impl Pager {
    /// `next` is the address of the next page, if there is one.
    pub fn new(label: String, next: Option<String>) -> Self {
        Self { label, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_the_first_and_the_last() {
        for (name, want) in
            [("Ada Lovelace", "AL"), ("ada", "A"), ("Ada de la Cruz", "AC"), ("  ", ""), ("éric", "É")]
        {
            assert_eq!(initials(name), want, "{name:?}");
        }
    }

    #[test]
    fn what_people_typed_can_not_become_markup() {
        let field = Field::text("name", "Name".into()).value("\"><script>alert(1)</script>");
        let html = field.render().expect("renders");
        assert!(!html.contains("<script>"), "{html}");
    }

    #[test]
    fn a_message_for_a_field_that_is_not_there_is_shown_on_top() {
        let errors = vec![FieldError::new("email", "x", "A"), FieldError::new("other", "x", "B")];
        let errors = Errors { errors, reader: None };
        assert_eq!(errors.of("email"), Some(Said::from("A".to_owned())));
        assert_eq!(errors.besides(&["email"]), [Said::from("B".to_owned())]);
    }
}
