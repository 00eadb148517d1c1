//! Requests that are not signed as the network would. Anybody can send them, so they must not fill the log.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use carillon_domain::time::{SignedDuration, Timestamp};

/// There is one line in this time for each network.
const BETWEEN_LINES: SignedDuration = SignedDuration::from_mins(1);

/// What was refused since the last line, by network. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Forged(Arc<Mutex<BTreeMap<String, Since>>>);

struct Since {
    line: Timestamp,
    unsaid: u64,
}

impl Forged {
    /// Counts one; how many to speak of, if it is time for a line.
    pub(super) fn count(&self, platform: &str, now: Timestamp) -> Option<u64> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(since) = all.get_mut(platform) else {
            all.insert(platform.to_owned(), Since { line: now, unsaid: 0 });
            return Some(1);
        };
        since.unsaid += 1;
        if now.duration_since(since.line) < BETWEEN_LINES {
            return None;
        }
        since.line = now;
        Some(std::mem::take(&mut since.unsaid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_a_line_a_minute_that_tells_how_many() {
        let (forged, start) = (Forged::default(), Timestamp::UNIX_EPOCH);
        assert_eq!(forged.count("x", start), Some(1));
        for second in 1..60 {
            assert_eq!(forged.count("x", start + SignedDuration::from_secs(second)), None);
        }
        assert_eq!(forged.count("youtube", start), Some(1), "each network for itself");
        assert_eq!(forged.count("x", start + SignedDuration::from_secs(60)), Some(60));
        assert_eq!(forged.count("x", start + SignedDuration::from_secs(61)), None);
    }
}
