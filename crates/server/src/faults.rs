//! What can be made to go wrong inside a process, for trials such as `cargo xtask chaos`. A release has none of this: it is in debug
//! builds, and in those with the feature `faults`.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use carillon_domain::time::{Clock, SignedDuration, Timestamp};

/// The variable that names a file; the number in it is by how many seconds the machine's wall clock is wrong. It may change at any
/// time, and counts soon after.
const WALL_CLOCK: &str = "CARILLON_FAULTS_CLOCK";

/// Between two looks at the file.
const LOOK: Duration = Duration::from_millis(50);

/// A wall clock that is as wrong as a file says. Its monotonic face is right, as it is on a machine whose clock somebody sets.
struct WrongClock {
    machine: Arc<dyn Clock>,
    file: PathBuf,
    seen: Mutex<Seen>,
}

/// What the file said, and when it may be asked again.
#[derive(Default)]
struct Seen {
    wrong_by: SignedDuration,
    again_at: Duration,
}

impl Clock for WrongClock {
    fn now(&self) -> Timestamp {
        let now = self.machine.now();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let monotonic = self.machine.monotonic();
        if monotonic >= seen.again_at {
            seen.again_at = monotonic + LOOK;
            let said = std::fs::read_to_string(&self.file).ok();
            // Half of a number that is just written says nothing; what it said before counts on.
            if let Some(seconds) = said.and_then(|text| text.strip_suffix('\n')?.parse().ok()) {
                seen.wrong_by = SignedDuration::from_secs(seconds);
            }
        }
        now.checked_add(seen.wrong_by).unwrap_or(now)
    }

    fn monotonic(&self) -> Duration {
        self.machine.monotonic()
    }
}

/// The machine's clock, wrong where the environment asks for it.
pub fn clock(machine: Arc<dyn Clock>) -> Arc<dyn Clock> {
    match std::env::var_os(WALL_CLOCK) {
        Some(file) => wrong_clock(machine, file.into()),
        None => machine,
    }
}

fn wrong_clock(machine: Arc<dyn Clock>, file: PathBuf) -> Arc<dyn Clock> {
    Arc::new(WrongClock { machine, file, seen: Mutex::default() })
}

#[cfg(test)]
mod tests {
    use carillon_domain::time::ManualClock;

    use super::*;

    #[test]
    fn a_wall_clock_is_as_wrong_as_its_file_says() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("clock");
        let start = Timestamp::from_second(1_800_000_000).expect("a time");
        let machine = Arc::new(ManualClock::new(start));
        let clock = wrong_clock(machine.clone(), file.clone());
        let shows = |seconds: i64| {
            machine.advance(LOOK);
            let wrong_by = clock.now().duration_since(machine.now());
            assert_eq!(wrong_by, SignedDuration::from_secs(seconds));
            assert_eq!(clock.monotonic(), machine.monotonic());
        };
        shows(0);
        for (said, seconds) in [("30\n", 30), ("-30\n", -30), ("2", -30), ("", -30), ("0\n", 0)] {
            std::fs::write(&file, said).expect("written");
            shows(seconds);
        }
    }
}
