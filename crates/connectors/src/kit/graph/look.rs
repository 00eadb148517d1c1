//! Looking for what was published: what is compared, what may be missing, and when to look again.

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::time::{SignedDuration, Timestamp};

use crate::contract::publisher::Reconciliation;

/// Pause between the first looks.
const SHORTEST: SignedDuration = SignedDuration::from_secs(20);

/// Not known: look again with growing pauses until `patience` has passed since the commit, then a person decides.
pub fn unknown(
    now: Timestamp,
    since: Timestamp,
    patience: SignedDuration,
    evidence: String,
) -> Reconciliation {
    let age = now.duration_since(since);
    let pause = (age / 2).clamp(SHORTEST, SignedDuration::from_mins(15));
    let look_again_at = (age < patience).then(|| now.checked_add(pause.min(patience - age)).ok()).flatten();
    Reconciliation::Unknown { look_again_at, evidence }
}

/// The network works on what was sent at `since`: look again with growing pauses, for as long as it says so.
pub fn working(now: Timestamp, since: Timestamp, evidence: String) -> Reconciliation {
    let pause = (now.duration_since(since) / 2).clamp(SHORTEST, SignedDuration::from_mins(5));
    Reconciliation::Working { look_again_at: now.checked_add(pause).unwrap_or(Timestamp::MAX), evidence }
}

/// Passes on what says that this login is of no use or must wait; anything else is only a missing value.
///
/// # Errors
/// Those of the login and of limits.
pub fn tolerate<T>(result: Result<T, ConnectorError>) -> Result<Option<T>, ConnectorError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) => match error.kind {
            ErrorKind::AuthExpired | ErrorKind::AuthRevoked | ErrorKind::RateLimited { .. } => Err(error),
            _ => Ok(None),
        },
    }
}

/// Text with runs of white space as one space: how texts are compared, since these networks trim and fold line ends.
pub fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn folding_is_stable_and_ignores_white_space_at_the_ends(text in any::<String>()) {
            let once = folded(&text);
            prop_assert_eq!(folded(&once), once.clone());
            prop_assert_eq!(folded(&format!("\n {text}\r\n")), once);
        }
    }
}
