//! Notices: what needs a person, told once until it is settled.

use crate::permission::{Permission, Role};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoticeKind {
    /// An account's login is gone; a person must connect it again.
    SignedOut,
    /// An account's login ends soon, and Carillon can't renew it by itself.
    LoginEnds,
    /// Reading an account fails, and has for longer than a day.
    ReadingFails,
    /// A publication failed; nothing of it is public.
    Failed,
    /// Nobody knows whether a publication is public.
    Unconfirmed,
    /// A publication waits for a person or a login.
    Held,
    /// A part of what is public is missing.
    Incomplete,
    /// A post of a series could not be scheduled, or the series stopped.
    Unscheduled,
}

/// Whom a notice is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Audience {
    /// Those who may connect accounts.
    Accounts,
    /// Those who may publish.
    Posts,
}

impl NoticeKind {
    /// All kinds.
    pub const ALL: [Self; 8] = [
        Self::SignedOut,
        Self::LoginEnds,
        Self::ReadingFails,
        Self::Failed,
        Self::Unconfirmed,
        Self::Held,
        Self::Incomplete,
        Self::Unscheduled,
    ];

    /// The stable name used in the database and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::LoginEnds => "login_ends",
            Self::ReadingFails => "reading_fails",
            Self::Failed => "failed",
            Self::Unconfirmed => "unconfirmed",
            Self::Held => "held",
            Self::Incomplete => "incomplete",
            Self::Unscheduled => "unscheduled",
        }
    }

    /// Reads the stable name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Whom it is for: those who can do something about it.
    pub const fn audience(self) -> Audience {
        match self {
            Self::SignedOut | Self::LoginEnds | Self::ReadingFails => Audience::Accounts,
            Self::Failed | Self::Unconfirmed | Self::Held | Self::Incomplete | Self::Unscheduled => {
                Audience::Posts
            }
        }
    }

    /// What a publication whose try ended so needs a person for, if it does. `outcome` is what the attempt says.
    pub fn of_outcome(outcome: &str) -> Option<Self> {
        match outcome {
            "failed" => Some(Self::Failed),
            "unconfirmed" => Some(Self::Unconfirmed),
            "held" => Some(Self::Held),
            "incomplete" => Some(Self::Incomplete),
            _ => None,
        }
    }
}

impl Audience {
    /// The stable name used in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Posts => "posts",
        }
    }

    /// Whether somebody of this role hears of it.
    pub const fn includes(self, role: Role) -> bool {
        match self {
            Self::Accounts => role.may(Permission::ManageAccounts),
            Self::Posts => role.may(Permission::Publish),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_differ() {
        for kind in NoticeKind::ALL {
            assert_eq!(NoticeKind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(NoticeKind::parse("well"), None);
    }

    #[test]
    fn who_hears_can_do_something_about_it() {
        for (role, accounts, posts) in [
            (Role::Owner, true, true),
            (Role::Admin, true, true),
            (Role::Editor, false, true),
            (Role::Contributor, false, false),
            (Role::Analyst, false, false),
            (Role::Client, false, false),
        ] {
            let hears = (Audience::Accounts.includes(role), Audience::Posts.includes(role));
            assert_eq!(hears, (accounts, posts), "{role:?}");
        }
    }

    #[test]
    fn only_an_end_without_success_is_a_notice() {
        assert_eq!(NoticeKind::of_outcome("published"), None);
        assert_eq!(NoticeKind::of_outcome("retry"), None);
        assert_eq!(NoticeKind::of_outcome("held"), Some(NoticeKind::Held));
    }
}
