//! The states of a publication and the only transitions between them. No other code changes a state.
//!
//! The failure this prevents: a publication that is public and gets sent again. There is no event that leads from
//! [`PublicationState::Published`] back to sending, and once an intent was saved before the unsafe call
//! ([`Intent::Saved`]), a person can neither edit, move nor cancel; only proof of absence ([`Event::ProvedAbsent`]) opens
//! it again.

use serde::{Deserialize, Serialize};

mod unit;

pub use unit::{Delivered, UnitReport, UnitState};

/// Where a publication stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PublicationState {
    /// Being written; has no due time that counts.
    Draft,
    /// Waiting for an approver.
    InReview,
    /// Approved, not yet scheduled.
    Approved,
    /// Will be sent at its due time.
    Scheduled,
    /// An attempt is under way, or waits to go on.
    Publishing,
    /// The root is public and its remote id is known; or it waits in the network's inbox ([`Delivered`]), done as far as Carillon
    /// can do it.
    Published,
    /// It is certain that nothing is public.
    Failed,
    /// It may or may not be public; a person decides.
    Unconfirmed,
    /// Due but not sent; waits for a person or a reconnection.
    Held,
    /// Taken back before it was sent.
    Canceled,
}

/// Why a publication is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeldReason {
    /// Overdue by more than the workspace's grace.
    Overdue,
    /// The account must be connected again.
    Reauth,
    /// A cap that the user enforces is reached.
    Cap,
    /// The platform is switched off by the operator.
    PlatformOff,
}

/// What can happen to a publication.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Event {
    /// A person asks for review.
    Submit,
    /// An approver agrees.
    Approve,
    /// A person sets or moves the due time, or says "now".
    Schedule,
    /// A person turns it back into a draft.
    Unschedule,
    /// A person cancels.
    Cancel,
    /// A worker begins, or takes over after a lost lease, an attempt.
    Start,
    /// The root commit is known to be public.
    RootPublic,
    /// It ended, and nothing is public.
    Fail,
    /// Looking for it gave no certainty.
    Unsure,
    /// Looking is possible again.
    LookAgain,
    /// The open commit is proved to have had no effect, so it may be sent again.
    ProvedAbsent,
    /// It must wait for a person or a reconnection.
    Hold,
    /// A person, or a reconnection within the grace, lets a held one go.
    Release,
    /// A person tries a failed one again.
    Retry,
    /// A person says that an unconfirmed one is public.
    ResolvePublished,
    /// A person says that an unconfirmed one is not public.
    ResolveNotPublished,
}

/// Whether a commit may have been sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Intent {
    /// No commit was ever intended, or the last one is proved to have had no effect.
    None,
    /// An intent is durable: the unsafe call may have been sent.
    Saved,
}

/// A transition that does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a publication that is {} can't {event:?}", from.as_str())]
pub struct IllegalTransition {
    /// The state it is in.
    pub from: PublicationState,
    /// What was asked for.
    pub event: Event,
}

impl PublicationState {
    /// All states.
    pub const ALL: [Self; 10] = [
        Self::Draft,
        Self::InReview,
        Self::Approved,
        Self::Scheduled,
        Self::Publishing,
        Self::Published,
        Self::Failed,
        Self::Unconfirmed,
        Self::Held,
        Self::Canceled,
    ];

    /// The stable name used in the database and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::InReview => "in_review",
            Self::Approved => "approved",
            Self::Scheduled => "scheduled",
            Self::Publishing => "publishing",
            Self::Published => "published",
            Self::Failed => "failed",
            Self::Unconfirmed => "unconfirmed",
            Self::Held => "held",
            Self::Canceled => "canceled",
        }
    }

    /// Reads the stable name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == text)
    }

    /// Whether its content and time may still be edited.
    pub const fn is_editable(self, intent: Intent) -> bool {
        match self {
            Self::Draft | Self::InReview | Self::Approved | Self::Scheduled | Self::Held | Self::Failed => {
                true
            }
            Self::Publishing => matches!(intent, Intent::None),
            Self::Published | Self::Unconfirmed | Self::Canceled => false,
        }
    }

    /// The state after `event`.
    ///
    /// # Errors
    /// [`IllegalTransition`] when the event makes no sense in this state, or comes from a person while an intent is saved.
    pub fn after(self, event: Event, intent: Intent) -> Result<Self, IllegalTransition> {
        use Event as E;
        use PublicationState as S;
        let by_person = matches!(event, E::Schedule | E::Unschedule | E::Cancel);
        let illegal = IllegalTransition { from: self, event };
        if by_person && intent == Intent::Saved {
            return Err(illegal);
        }
        let next = match (self, event) {
            (S::Draft, E::Submit) => S::InReview,
            (S::InReview, E::Approve) => S::Approved,
            (S::Published | S::Unconfirmed, _) | (S::Canceled, E::Cancel) if by_person => Err(illegal)?,
            (_, E::Schedule) => S::Scheduled,
            (_, E::Unschedule) => S::Draft,
            (_, E::Cancel) => S::Canceled,
            (S::Scheduled | S::Publishing, E::Start) => S::Publishing,
            (S::Publishing, E::RootPublic) => S::Published,
            (S::Scheduled | S::Publishing | S::Held, E::Fail) => S::Failed,
            (S::Publishing, E::Unsure) => S::Unconfirmed,
            (S::Publishing, E::ProvedAbsent) | (S::Unconfirmed, E::LookAgain) => S::Publishing,
            (S::Scheduled | S::Publishing, E::Hold) => S::Held,
            (S::Unconfirmed, E::ResolvePublished) => S::Published,
            (S::Held, E::Release) | (S::Failed, E::Retry) | (S::Unconfirmed, E::ResolveNotPublished) => {
                S::Scheduled
            }
            _ => Err(illegal)?,
        };
        Ok(next)
    }
}

impl HeldReason {
    /// The stable name used in the database and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Overdue => "overdue",
            Self::Reauth => "reauth",
            Self::Cap => "cap",
            Self::PlatformOff => "platform_off",
        }
    }

    /// Reads the stable name.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Overdue, Self::Reauth, Self::Cap, Self::PlatformOff].into_iter().find(|r| r.as_str() == text)
    }
}

/// A post's own status, derived from its publications. `any_incomplete` says that a root is public but later parts or
/// comments are missing.
///
/// The most urgent open state wins while something is under way; mixed ends give [`PostStatus::PartiallyPublished`].
pub fn post_status(states: &[PublicationState], any_incomplete: bool) -> PostStatus {
    use PublicationState as S;
    let has = |s: S| states.contains(&s);
    let live: Vec<S> = states.iter().copied().filter(|s| *s != S::Canceled).collect();
    if live.is_empty() {
        return if states.is_empty() { PostStatus::Draft } else { PostStatus::Canceled };
    }
    if has(S::Publishing) {
        return PostStatus::Publishing;
    }
    if has(S::Unconfirmed) && !has(S::Published) {
        return PostStatus::Unconfirmed;
    }
    if live.iter().all(|s| *s == S::Published) {
        return if any_incomplete || live.len() < states.len() {
            PostStatus::PartiallyPublished
        } else {
            PostStatus::Published
        };
    }
    if has(S::Published) {
        return PostStatus::PartiallyPublished;
    }
    for (state, status) in [
        (S::Held, PostStatus::Held),
        (S::Scheduled, PostStatus::Scheduled),
        (S::Failed, PostStatus::Failed),
        (S::Approved, PostStatus::Approved),
        (S::InReview, PostStatus::InReview),
    ] {
        if has(state) {
            return status;
        }
    }
    PostStatus::Draft
}

/// A post's derived status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PostStatus {
    /// Being written.
    Draft,
    /// Waiting for an approver.
    InReview,
    /// Approved, not scheduled.
    Approved,
    /// At least one publication is waiting for its time.
    Scheduled,
    /// At least one publication is on its way.
    Publishing,
    /// All are public and complete.
    Published,
    /// Some are public, others are not, or parts are missing.
    PartiallyPublished,
    /// None is public, for certain.
    Failed,
    /// None is known to be public, and one may be.
    Unconfirmed,
    /// Waiting for a person or a reconnection.
    Held,
    /// Taken back.
    Canceled,
}

impl PostStatus {
    /// The stable name used in the database and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::InReview => "in_review",
            Self::Approved => "approved",
            Self::Scheduled => "scheduled",
            Self::Publishing => "publishing",
            Self::Published => "published",
            Self::PartiallyPublished => "partially_published",
            Self::Failed => "failed",
            Self::Unconfirmed => "unconfirmed",
            Self::Held => "held",
            Self::Canceled => "canceled",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use PublicationState as S;

    const EVENTS: [Event; 15] = [
        Event::Submit,
        Event::Approve,
        Event::Schedule,
        Event::Unschedule,
        Event::Cancel,
        Event::Start,
        Event::RootPublic,
        Event::Fail,
        Event::Unsure,
        Event::ProvedAbsent,
        Event::Hold,
        Event::Release,
        Event::Retry,
        Event::ResolvePublished,
        Event::ResolveNotPublished,
    ];

    #[test]
    fn nothing_leaves_published() {
        for event in EVENTS {
            for intent in [Intent::None, Intent::Saved] {
                assert!(S::Published.after(event, intent).is_err(), "{event:?}");
            }
        }
    }

    #[test]
    fn an_unconfirmed_one_moves_only_by_a_persons_word() {
        for event in EVENTS {
            let by_person = matches!(event, Event::ResolvePublished | Event::ResolveNotPublished);
            assert_eq!(S::Unconfirmed.after(event, Intent::Saved).is_ok(), by_person, "{event:?}");
        }
    }

    #[test]
    fn after_the_intent_it_can_be_neither_edited_nor_moved_nor_canceled() {
        for event in [Event::Schedule, Event::Unschedule, Event::Cancel] {
            assert!(S::Publishing.after(event, Intent::Saved).is_err(), "{event:?}");
            assert!(S::Publishing.after(event, Intent::None).is_ok(), "{event:?}");
        }
        assert!(!S::Publishing.is_editable(Intent::Saved));
    }

    #[test]
    fn names_round_trip() {
        for state in S::ALL {
            assert_eq!(S::parse(state.as_str()), Some(state));
        }
    }

    #[test]
    fn status_of_a_post() {
        let cases: [(&[S], bool, PostStatus); 9] = [
            (&[], false, PostStatus::Draft),
            (&[S::Published, S::Published], false, PostStatus::Published),
            (&[S::Published], true, PostStatus::PartiallyPublished),
            (&[S::Published, S::Failed], false, PostStatus::PartiallyPublished),
            (&[S::Failed, S::Publishing], false, PostStatus::Publishing),
            (&[S::Unconfirmed, S::Failed], false, PostStatus::Unconfirmed),
            (&[S::Canceled, S::Canceled], false, PostStatus::Canceled),
            (&[S::Scheduled, S::Canceled], false, PostStatus::Scheduled),
            (&[S::Held, S::Scheduled], false, PostStatus::Held),
        ];
        for (states, incomplete, want) in cases {
            assert_eq!(post_status(states, incomplete), want, "{states:?}");
        }
    }
}
