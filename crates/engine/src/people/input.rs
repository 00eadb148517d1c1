//! What people type, and what is wrong with it. All problems are told at once.

use carillon_domain::error::{AppError, FieldError};
use carillon_domain::schedule;
use carillon_domain::secret::Secret;

const EMAIL_BYTES: usize = 254;
const NAME_CHARS: usize = 100;
/// Fewest characters of a password.
pub const PASSWORD_CHARS: usize = 10;
const PASSWORD_BYTES: usize = 1024;

/// Longest time that a publication may be late without a person: a week.
const MOST_GRACE_S: i64 = 7 * 24 * 3600;

/// The least grace of a workspace: with less, what is a moment late on a busy machine would wait for a person.
const LEAST_GRACE_S: i64 = 60;

/// The least and the most grace of a workspace, in seconds.
pub const GRACE_RANGE_S: (i64, i64) = (LEAST_GRACE_S, MOST_GRACE_S);

/// How late a publication may go out without a person, where nobody chose: six hours.
pub(super) const DEFAULT_GRACE_S: i64 = 6 * 3600;

/// For how many days every snapshot may be kept before each day's last one is enough, from and to. What is read from the first days of
/// posts needs all of some weeks.
pub const SNAPSHOT_DAYS_RANGE: (i64, i64) = (30, 3_650);
/// What a new workspace begins with.
pub(super) const DEFAULT_SNAPSHOT_DAYS: i64 = 90;

/// A person who is to get an account.
#[derive(Debug, Clone)]
pub struct NewPerson {
    /// E-mail address.
    pub email: String,
    /// What others see.
    pub name: String,
    /// At least 10 characters, at most 1024 bytes, not the e-mail address.
    pub password: Secret,
}

/// A workspace to be made.
#[derive(Debug, Clone)]
pub struct NewWorkspace {
    /// Name.
    pub name: String,
    /// IANA zone.
    pub timezone: String,
}

/// What is to change in a workspace.
#[derive(Debug, Clone, Default)]
pub struct WorkspacePatch {
    /// Name.
    pub name: Option<String>,
    /// IANA zone.
    pub timezone: Option<String>,
    /// How many seconds late a publication may go out without a person; between a minute and a week.
    pub grace_s: Option<i64>,
    /// For how many days every snapshot is kept; within [`SNAPSHOT_DAYS_RANGE`], or 0 for ever.
    pub snapshot_days: Option<i64>,
}

/// Gathers what is wrong with several fields.
#[derive(Default)]
pub(super) struct Problems(Vec<FieldError>);

impl Problems {
    pub fn end(self) -> Result<(), AppError> {
        if self.0.is_empty() { Ok(()) } else { Err(AppError::Invalid(self.0)) }
    }

    fn add(&mut self, field: &str, code: &str, message: String) {
        self.0.push(FieldError::new(field, code, message));
    }

    /// The address as it is kept: without spaces around it, in lower case.
    pub fn email(&mut self, text: &str) -> String {
        let email = text.trim().to_lowercase();
        let parts = email.split_once('@');
        let well_formed = parts.is_some_and(|(local, host)| {
            !local.is_empty()
                && !host.is_empty()
                && !host.contains('@')
                && !host.starts_with('.')
                && !host.ends_with('.')
        });
        if !well_formed || email.chars().any(|c| c.is_whitespace() || c.is_control()) {
            self.add("email", "invalid_email", "Enter an e-mail address like name@example.org.".into());
        } else if email.len() > EMAIL_BYTES {
            let message =
                format!("An e-mail address has at most {EMAIL_BYTES} bytes; this one has {}.", email.len());
            self.0.push(FieldError::new("email", "too_long", message).with_limit(EMAIL_BYTES, email.len()));
        }
        email
    }

    /// A name without spaces around it.
    pub fn name(&mut self, field: &str, text: &str) -> String {
        let name = text.trim().to_owned();
        let length = name.chars().count();
        if name.is_empty() {
            self.add(field, "required", "Enter a name.".into());
        } else if length > NAME_CHARS {
            let message = format!("A name has at most {NAME_CHARS} characters; this one has {length}.");
            self.0.push(FieldError::new(field, "too_long", message).with_limit(NAME_CHARS, length));
        } else if name.chars().any(char::is_control) {
            self.add(field, "invalid", "A name has no line breaks or control characters.".into());
        }
        name
    }

    pub fn timezone(&mut self, field: &str, text: &str) -> String {
        if let Err(error) = schedule::zone(text) {
            self.add(field, "unknown_timezone", error.to_string());
        }
        text.to_owned()
    }

    /// The lengths are told, the password never.
    pub fn password(&mut self, field: &str, password: &Secret, email: &str) {
        let (chars, bytes) = (password.expose().chars().count(), password.expose().len());
        if chars < PASSWORD_CHARS {
            let message = format!(
                "Choose a password of at least {PASSWORD_CHARS} characters. A few unrelated words are good."
            );
            self.0.push(FieldError::new(field, "too_short", message).with_limit(PASSWORD_CHARS, chars));
        } else if bytes > PASSWORD_BYTES {
            let message = format!("A password has at most {PASSWORD_BYTES} bytes.");
            self.0.push(FieldError::new(field, "too_long", message).with_limit(PASSWORD_BYTES, bytes));
        } else if password.expose().trim().to_lowercase() == email {
            self.add(field, "is_email", "Choose a password that is not your e-mail address.".into());
        }
    }

    pub fn grace(&mut self, seconds: i64) {
        if !(LEAST_GRACE_S..=MOST_GRACE_S).contains(&seconds) {
            let message = format!(
                "The grace is between {LEAST_GRACE_S} seconds (a minute) and {MOST_GRACE_S} (a week)."
            );
            let limit = if seconds < LEAST_GRACE_S { LEAST_GRACE_S } else { MOST_GRACE_S };
            self.0.push(FieldError::new("grace_s", "out_of_range", message).with_limit(limit, seconds));
        }
    }

    pub fn snapshot_days(&mut self, days: i64) {
        let (least, most) = SNAPSHOT_DAYS_RANGE;
        if days != 0 && !(least..=most).contains(&days) {
            let message = format!("Every snapshot is kept for {least} to {most} days, or for ever (0).");
            let limit = if days < least { least } else { most };
            self.0.push(FieldError::new("snapshot_days", "out_of_range", message).with_limit(limit, days));
        }
    }
}
