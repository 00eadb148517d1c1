//! Notices: what needs a person, told once until it is settled; and what needs nobody, but is good to know.
//!
//! Who hears follows from the role and from what a person wishes. What needs a person always reaches somebody: owners can't put it away.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::permission::{Permission, Role};
use crate::time::{SignedDuration, Timestamp};

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
    /// A publication is public.
    Published,
    /// Most of what an account may send on this day is sent or planned.
    CapNear,
    /// A report that goes out by itself was made.
    ReportReady,
}

/// Whom a notice is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Audience {
    /// Those who may connect accounts.
    Accounts,
    /// Those who may publish.
    Posts,
    /// Those who may read the numbers.
    Numbers,
}

/// By which ways somebody hears of a kind. By neither: not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ways {
    /// In the list, and at the bell.
    pub in_app: bool,
    /// By e-mail: what needs a person at once, the rest once a day.
    pub by_mail: bool,
}

impl NoticeKind {
    /// All kinds.
    pub const ALL: [Self; 11] = [
        Self::SignedOut,
        Self::LoginEnds,
        Self::ReadingFails,
        Self::Failed,
        Self::Unconfirmed,
        Self::Held,
        Self::Incomplete,
        Self::Unscheduled,
        Self::Published,
        Self::CapNear,
        Self::ReportReady,
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
            Self::Published => "published",
            Self::CapNear => "cap_near",
            Self::ReportReady => "report_ready",
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
            Self::Failed
            | Self::Unconfirmed
            | Self::Held
            | Self::Incomplete
            | Self::Unscheduled
            | Self::Published
            | Self::CapNear => Audience::Posts,
            Self::ReportReady => Audience::Numbers,
        }
    }

    /// Whether it stays open until somebody settles its cause. What does not is news: nobody has to do anything about it, and it is
    /// over by itself.
    pub const fn needs_a_person(self) -> bool {
        !matches!(self, Self::Published | Self::CapNear | Self::ReportReady)
    }

    /// Whether e-mails tell of it also when it is over: what went out or was made stays so, and a day that is over can't fill up.
    pub const fn told_when_over(self) -> bool {
        matches!(self, Self::Published | Self::ReportReady)
    }

    /// The ways for those who wished for nothing else. News goes by e-mail to nobody who did not ask for it.
    pub const fn usual_ways(self) -> Ways {
        Ways { in_app: true, by_mail: self.needs_a_person() }
    }

    /// Whether somebody of this role has it in the app, whatever they wish: what needs a person must not be put away by everybody.
    pub const fn stays_with(self, role: Role) -> bool {
        self.needs_a_person() && matches!(role, Role::Owner)
    }

    /// What people hear of a publication whose try ended so, if they do. `outcome` is what the attempt says.
    pub fn of_outcome(outcome: &str) -> Option<Self> {
        match outcome {
            "published" => Some(Self::Published),
            "failed" => Some(Self::Failed),
            "unconfirmed" => Some(Self::Unconfirmed),
            "held" => Some(Self::Held),
            "incomplete" => Some(Self::Incomplete),
            _ => None,
        }
    }
}

impl Audience {
    /// Whether somebody of this role hears of it.
    pub const fn includes(self, role: Role) -> bool {
        match self {
            Self::Accounts => role.may(Permission::ManageAccounts),
            Self::Posts => role.may(Permission::Publish),
            Self::Numbers => role.may(Permission::Read),
        }
    }
}

/// The hour at which news goes out by e-mail, in the zone of whoever gets it.
const MORNING: i8 = 8;

/// The first morning after `now`. Where clocks skip that hour, it is the one that they show then.
pub fn next_morning(now: Timestamp, zone: &TimeZone) -> Timestamp {
    let today = zone.to_datetime(now).date();
    let on = |day: Date| day.at(MORNING, 0, 0, 0).to_zoned(zone.clone()).ok().map(|at| at.timestamp());
    let days = [Some(today), today.tomorrow().ok()];
    // The end of the calendar has no morning.
    days.into_iter()
        .flatten()
        .filter_map(on)
        .find(|at| *at > now)
        .unwrap_or(now + SignedDuration::from_hours(24))
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
        for (role, accounts, posts, numbers) in [
            (Role::Owner, true, true, true),
            (Role::Admin, true, true, true),
            (Role::Editor, false, true, true),
            (Role::Contributor, false, false, true),
            (Role::Analyst, false, false, true),
            (Role::Client, false, false, false),
        ] {
            let hears =
                [Audience::Accounts, Audience::Posts, Audience::Numbers].map(|who| who.includes(role));
            assert_eq!(hears, [accounts, posts, numbers], "{role:?}");
        }
    }

    #[test]
    fn only_an_end_is_a_notice_and_success_needs_nobody() {
        assert_eq!(NoticeKind::of_outcome("retry"), None);
        assert_eq!(NoticeKind::of_outcome("held"), Some(NoticeKind::Held));
        assert_eq!(NoticeKind::of_outcome("published"), Some(NoticeKind::Published));
        for outcome in ["failed", "unconfirmed", "held", "incomplete"] {
            assert!(NoticeKind::of_outcome(outcome).is_some_and(NoticeKind::needs_a_person), "{outcome}");
        }
        assert!(!NoticeKind::Published.needs_a_person());
    }

    #[test]
    fn what_needs_a_person_always_reaches_somebody_and_news_is_mailed_to_nobody_unasked() {
        for kind in NoticeKind::ALL {
            assert!(kind.audience().includes(Role::Owner), "{kind:?}: owners hear of everything");
            assert_eq!(kind.stays_with(Role::Owner), kind.needs_a_person(), "{kind:?}");
            assert!(!kind.stays_with(Role::Admin), "{kind:?}");
            let usual = Ways { in_app: true, by_mail: kind.needs_a_person() };
            assert_eq!(kind.usual_ways(), usual, "{kind:?}");
        }
    }

    #[test]
    fn a_morning_is_that_of_the_zone_also_when_clocks_change() {
        let athens = TimeZone::get("Europe/Athens").expect("a zone");
        let at = |text: &str| text.parse::<Timestamp>().expect("a time");
        for (now, next) in [
            ("2026-11-24T05:59:59Z", "2026-11-24T06:00:00Z"),
            ("2026-11-24T06:00:00Z", "2026-11-25T06:00:00Z"),
            // Clocks go back in the night before the 25th of October.
            ("2026-10-24T12:00:00Z", "2026-10-25T06:00:00Z"),
            ("2026-10-23T12:00:00Z", "2026-10-24T05:00:00Z"),
        ] {
            assert_eq!(next_morning(at(now), &athens), at(next), "{now}");
        }
    }
}
