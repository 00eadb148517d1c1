//! The rows of a network's table of codes.

use carillon_domain::time::SignedDuration;

/// How long to stay away from a limit that names no time.
pub(super) const PAUSE: SignedDuration = SignedDuration::from_mins(15);

/// The same for limits of a kind that Meta does not describe (613): their windows are hours.
const PAUSE_OF_CUSTOM: SignedDuration = SignedDuration::from_hours(1);

/// How a documented error wants to be treated. What it becomes depends on whether the refused call was a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Refused for good.
    Rejected,
    /// The grant lacks a permission, or the account's owner must do something first.
    Permission,
    /// The grant is gone.
    Revoked,
    /// The token has run out.
    Expired,
    /// What was prepared is still being worked on.
    NotReady,
    /// May work later.
    Transient,
    /// May work with something newly prepared.
    NewContainer,
    /// A rate limit; the usage headers say for how long. The call was not executed.
    Limit,
    /// A rate limit that was also answered to calls that had been executed.
    LimitUnclear,
    /// The publishing quota is used up. The call was not executed.
    Window,
    /// Blocked for a while; not before an hour has passed.
    Cooldown,
    /// The network does not say whether it did anything.
    Unclear,
    /// The same is there already: after an unclear try often that very try.
    Duplicate,
}

/// Which codes a rule is for.
#[derive(Debug, Clone, Copy)]
pub enum Codes {
    /// This one.
    One(i64),
    /// These, both ends included.
    Range(i64, i64),
    /// Whatever the code; the subcode decides.
    Any,
    /// This number, as code or as subcode.
    Number(i64),
}

/// One row.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// The codes.
    pub codes: Codes,
    /// The subcode, where only one is meant.
    pub subcode: Option<i64>,
    /// How it wants to be treated.
    pub class: Class,
    /// Our stable code of the cause.
    pub name: &'static str,
    /// What happened and why, for people.
    pub cause: &'static str,
    /// What to do now, for people.
    pub action: &'static str,
}

impl Rule {
    /// How long to stay away when the network does not say.
    pub(super) fn pause(&self) -> SignedDuration {
        if matches!(self.codes, Codes::One(613)) { PAUSE_OF_CUSTOM } else { PAUSE }
    }

    pub(super) fn fits(&self, code: Option<i64>, subcode: Option<i64>) -> bool {
        let code_fits = match self.codes {
            Codes::Any => true,
            Codes::One(own) => code == Some(own),
            Codes::Range(from, to) => code.is_some_and(|c| (from..=to).contains(&c)),
            Codes::Number(own) => code == Some(own) || subcode == Some(own),
        };
        code_fits && (self.subcode.is_none() || self.subcode == subcode)
    }
}

/// For a subcode, whatever the code beside it.
pub const fn sub(
    subcode: i64,
    class: Class,
    name: &'static str,
    cause: &'static str,
    action: &'static str,
) -> Rule {
    Rule { codes: Codes::Any, subcode: Some(subcode), class, name, cause, action }
}

/// For a number, whether it stands as code or as subcode.
pub const fn number(
    number: i64,
    class: Class,
    name: &'static str,
    cause: &'static str,
    action: &'static str,
) -> Rule {
    Rule { codes: Codes::Number(number), subcode: None, class, name, cause, action }
}

/// For a code with a subcode.
pub const fn pair(
    code: i64,
    subcode: i64,
    class: Class,
    name: &'static str,
    cause: &'static str,
    action: &'static str,
) -> Rule {
    Rule { codes: Codes::One(code), subcode: Some(subcode), class, name, cause, action }
}

/// For a code with any subcode or none.
pub const fn code(
    code: i64,
    class: Class,
    name: &'static str,
    cause: &'static str,
    action: &'static str,
) -> Rule {
    Rule { codes: Codes::One(code), subcode: None, class, name, cause, action }
}

/// For codes from the first to the last, both included.
pub const fn range(
    codes: (i64, i64),
    class: Class,
    name: &'static str,
    cause: &'static str,
    action: &'static str,
) -> Rule {
    Rule { codes: Codes::Range(codes.0, codes.1), subcode: None, class, name, cause, action }
}
