//! From a failed remote call to what happens next. Pure: the whole retry policy of the product is this table.

use std::time::Duration;

use carillon_connectors::contract::progress::Stage;
use carillon_domain::account::NetworkState;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::publication::HeldReason;
use carillon_domain::time::{Entropy, SignedDuration, Timestamp, random_bytes};

/// When a failed try is repeated.
#[derive(Debug, Clone)]
pub struct RetryPolicy {
    /// Pause before the second, third … try. After the last one the publication fails.
    pub pauses: Vec<Duration>,
    /// Largest share of a pause that chance adds, so that many do not come back at once.
    pub jitter: f64,
    /// Pause after a rate limit without a reset time.
    pub rate_limit_pause: Duration,
    /// Pause after "not ready" without the network's own advice.
    pub poll_pause: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            pauses: [60, 300, 900].map(Duration::from_secs).to_vec(),
            jitter: 0.1,
            rate_limit_pause: Duration::from_secs(60),
            poll_pause: Duration::from_secs(10),
        }
    }
}

/// What to do after a failed call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Try again then; `counts` says whether a try is used up.
    Again {
        /// When.
        at: Timestamp,
        /// Whether it uses up a try.
        counts: bool,
    },
    /// Refresh the token and go on at once; only once per attempt.
    Refresh,
    /// Wait for a person or a reconnection.
    Hold(HeldReason),
    /// Over; nothing of this unit is public.
    Fail,
    /// The commit may have had its effect: look first.
    Reconcile,
}

/// What is known about the try that failed.
#[derive(Debug, Clone, Copy)]
pub struct Tried {
    /// Tries that counted before this one.
    pub tries: u32,
    /// Whether the token was already refreshed in this attempt.
    pub refreshed: bool,
    /// Where the progress stood.
    pub stage: Stage,
}

/// Decides. `Ambiguous` matters only when a commit was sent; before that the same call may simply be repeated.
pub fn decide(
    error: &ConnectorError,
    tried: Tried,
    policy: &RetryPolicy,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Verdict {
    match &error.kind {
        ErrorKind::Ambiguous if matches!(tried.stage, Stage::Committing { .. }) => Verdict::Reconcile,
        ErrorKind::Transient | ErrorKind::Ambiguous => match policy.pauses.get(tried.tries as usize) {
            Some(pause) => Verdict::Again { at: later(now, *pause, policy.jitter, entropy), counts: true },
            None => Verdict::Fail,
        },
        ErrorKind::RateLimited { until } => {
            let at = until
                .filter(|u| *u > now)
                .unwrap_or_else(|| later(now, policy.rate_limit_pause, 0.0, entropy));
            Verdict::Again { at, counts: false }
        }
        ErrorKind::NotReady => {
            Verdict::Again { at: later(now, policy.poll_pause, policy.jitter, entropy), counts: false }
        }
        ErrorKind::AuthExpired if !tried.refreshed => Verdict::Refresh,
        ErrorKind::AuthExpired | ErrorKind::AuthRevoked | ErrorKind::PermissionMissing => {
            Verdict::Hold(HeldReason::Reauth)
        }
        // It is the account that was refused, not the post, which goes out once the account is back.
        ErrorKind::Rejected if NetworkState::of_code(&error.code).is_some() => {
            Verdict::Hold(HeldReason::Reauth)
        }
        ErrorKind::Rejected => Verdict::Fail,
    }
}

fn later(now: Timestamp, pause: Duration, jitter: f64, entropy: &dyn Entropy) -> Timestamp {
    let share = f64::from(u32::from_le_bytes(random_bytes(entropy))) / f64::from(u32::MAX);
    let pause = pause.mul_f64(1.0 + jitter * share);
    now + SignedDuration::try_from(pause).unwrap_or(SignedDuration::from_secs(60))
}

#[cfg(test)]
mod tests {
    use super::*;
    use carillon_domain::time::SeededEntropy;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    #[test]
    fn a_post_waits_for_an_account_that_its_network_suspended() {
        let tried = Tried { tries: 0, refreshed: false, stage: Stage::Preparing { unit: 0 } };
        let entropy = SeededEntropy::new(1);
        let of = |code: &str| {
            let error = ConnectorError::new(ErrorKind::Rejected, "x", "op", code, "cause");
            decide(&error, tried, &RetryPolicy::default(), NOW, &entropy)
        };
        assert_eq!(of("account_suspended"), Verdict::Hold(HeldReason::Reauth));
        assert_eq!(of("account_closed"), Verdict::Hold(HeldReason::Reauth));
        assert_eq!(of("account_banned"), Verdict::Fail, "it may not post, which says nothing about the rest");
        assert_eq!(of("profile_unknown"), Verdict::Fail, "an index that lags says nothing about the account");
    }

    fn verdict(kind: ErrorKind, tries: u32, refreshed: bool, stage: Stage) -> Verdict {
        let error = ConnectorError::new(kind, "x", "op", "code", "cause");
        decide(
            &error,
            Tried { tries, refreshed, stage },
            &RetryPolicy::default(),
            NOW,
            &SeededEntropy::new(1),
        )
    }

    #[test]
    fn transient_errors_come_back_after_1_5_and_15_minutes_and_then_fail() {
        for (tries, minutes) in [(0, 1), (1, 5), (2, 15)] {
            let Verdict::Again { at, counts: true } =
                verdict(ErrorKind::Transient, tries, false, Stage::Ready { unit: 0 })
            else {
                panic!("no retry after {tries}")
            };
            let pause = at.duration_since(NOW).as_secs_f64() / 60.0;
            assert!((f64::from(minutes)..=f64::from(minutes) * 1.1).contains(&pause), "{pause}");
        }
        assert_eq!(verdict(ErrorKind::Transient, 3, false, Stage::Ready { unit: 0 }), Verdict::Fail);
    }

    #[test]
    fn a_rate_limit_waits_for_its_reset_and_costs_nothing() {
        let until = NOW + SignedDuration::from_mins(20);
        let kind = ErrorKind::RateLimited { until: Some(until) };
        assert_eq!(
            verdict(kind, 3, false, Stage::Ready { unit: 0 }),
            Verdict::Again { at: until, counts: false }
        );
    }

    #[test]
    fn an_ambiguous_commit_is_never_simply_retried() {
        let committing = Stage::Committing { unit: 0, since: NOW };
        assert_eq!(verdict(ErrorKind::Ambiguous, 0, false, committing), Verdict::Reconcile);
        assert!(matches!(
            verdict(ErrorKind::Ambiguous, 0, false, Stage::Preparing { unit: 0 }),
            Verdict::Again { counts: true, .. }
        ));
    }

    #[test]
    fn an_expired_token_is_refreshed_once() {
        let stage = Stage::Ready { unit: 0 };
        assert_eq!(verdict(ErrorKind::AuthExpired, 0, false, stage), Verdict::Refresh);
        assert_eq!(verdict(ErrorKind::AuthExpired, 0, true, stage), Verdict::Hold(HeldReason::Reauth));
        assert_eq!(verdict(ErrorKind::AuthRevoked, 0, false, stage), Verdict::Hold(HeldReason::Reauth));
    }
}
