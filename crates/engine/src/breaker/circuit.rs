//! One circuit: closed, open, or open with one call on its way that finds out. Pure; time is what the caller says.

use std::time::Duration;

use super::Purpose;

/// When a network is left alone, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// Failures in a row that open a circuit; 0 leaves all closed. More than one publication fails by itself, so that a post which
    /// a network stumbles over does not stop the others.
    pub failures: u32,
    /// After so long one call may find out whether the network answers again.
    pub first: Duration,
    /// Each time that it does not, twice as long passes, up to this.
    pub longest: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { failures: 5, first: Duration::from_secs(30), longest: Duration::from_secs(300) }
    }
}

/// A call that finds out and never comes back, because its worker died, is waited for so long: longer than calls take.
const TRIAL: Duration = Duration::from_secs(60);

/// Whoever comes while a call finds out asks again after so long.
const MOMENT: Duration = Duration::from_secs(2);

/// Those who wait come back one after the other, so that most of them learn from the first instead of standing there at once.
const APART: Duration = Duration::from_millis(5);

/// The failures of one operation since its last answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Circuit {
    failures: u32,
    open: Option<Open>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Open {
    /// How long it is left alone this time.
    wait: Duration,
    /// Until when.
    until: Duration,
    /// Who was sent away since then.
    waiting: u32,
    trial: Option<Trial>,
}

/// A call that finds out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Trial {
    began: Duration,
    purpose: Purpose,
}

impl Circuit {
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Whether it is open and its wait is not over, or so lately that a call may be finding out.
    pub fn is_left_alone(&self, now: Duration) -> bool {
        self.open.as_ref().is_some_and(|open| now < open.until + TRIAL)
    }

    /// Asks for one call. Says how long to wait if it must.
    pub fn admit(&mut self, now: Duration, purpose: Purpose) -> Result<(), Duration> {
        let Some(open) = &mut self.open else { return Ok(()) };
        let busy = open.trial.is_some_and(|trial| now < trial.began + TRIAL);
        if !busy && (purpose == Purpose::Look || now >= open.until) {
            open.trial = Some(Trial { began: now, purpose });
            return Ok(());
        }
        let back = match purpose {
            Purpose::Look => MOMENT,
            Purpose::Work => open.until.saturating_sub(now).max(MOMENT),
        };
        open.waiting = open.waiting.saturating_add(1);
        Err(back + APART * (open.waiting - 1).min(10_000))
    }

    /// A call failed: no answer, or one that says that the network is in trouble.
    pub fn failed(&mut self, now: Duration, patience: Patience) {
        self.failures = self.failures.saturating_add(1);
        match &mut self.open {
            None if patience.failures > 0 && self.failures >= patience.failures => {
                self.open =
                    Some(Open { wait: patience.first, until: now + patience.first, waiting: 0, trial: None });
            }
            None => {}
            // Calls that had left before it opened say nothing new.
            Some(open) => {
                let Some(trial) = open.trial.take() else { return };
                if trial.purpose == Purpose::Work {
                    open.wait = (open.wait * 2).min(patience.longest.max(patience.first));
                    open.until = now + open.wait;
                    open.waiting = 0;
                }
            }
        }
    }
}
