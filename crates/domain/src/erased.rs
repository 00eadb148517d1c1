//! What is remembered of a publication that was erased with its account.
//!
//! The failure this prevents: a post that went out loses its only publication, looks like a draft, and is sent again.

use serde::{Deserialize, Serialize};

use crate::publication::PublicationState;

/// How an erased publication stood. It names neither the account nor its network, and nothing that was said there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erased {
    /// The state that it ended in.
    pub state: PublicationState,
    /// A part or comment was missing.
    #[serde(default)]
    pub incomplete: bool,
}

impl Erased {
    /// What is left of one in this state: nothing of a draft; what was still to go out never will, so it is canceled.
    pub fn of(state: PublicationState, incomplete: bool) -> Option<Self> {
        use PublicationState as S;
        let state = match state {
            S::Draft => return None,
            S::InReview | S::Approved | S::Scheduled | S::Publishing | S::Held => S::Canceled,
            ended => ended,
        };
        Some(Self { state, incomplete })
    }

    /// Whether it is public, or nobody knows. Such a post never changes again.
    pub fn may_be_public(self) -> bool {
        matches!(self.state, PublicationState::Published | PublicationState::Unconfirmed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use PublicationState as S;

    #[test]
    fn only_an_end_is_remembered() {
        for state in S::ALL {
            let left = Erased::of(state, false).map(|e| e.state);
            let want = match state {
                S::Draft => None,
                S::Published | S::Unconfirmed | S::Failed => Some(state),
                _ => Some(S::Canceled),
            };
            assert_eq!(left, want, "{state:?}");
        }
    }
}
