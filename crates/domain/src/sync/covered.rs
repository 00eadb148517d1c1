//! How far back an account was read, and when: what is due again, and what was looked for and not found.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::SyncKind;
use crate::time::Timestamp;

/// One complete reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reach {
    /// When it began.
    pub began: Timestamp,
    /// Every post that became public since then was looked at; `None`: every post there is.
    pub back_to: Option<Timestamp>,
}

/// The last complete reading of each kind. Kinds that this build does not know are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Covered(BTreeMap<String, Reach>);

impl Covered {
    /// Keeps a complete reading of this kind.
    pub fn note(&mut self, kind: SyncKind, reach: Reach) {
        self.0.insert(kind.as_str().to_owned(), reach);
    }

    /// When the last reading began that read at least what this kind reads.
    pub fn since(&self, kind: SyncKind) -> Option<Timestamp> {
        let read = |deeper: &SyncKind| self.0.get(deeper.as_str()).map(|reach| reach.began);
        SyncKind::ALL.iter().filter(|deeper| deeper.covers(kind)).filter_map(read).max()
    }

    /// Whether a post that was seen last at `seen_at` should have been found since, and was not.
    pub fn misses(&self, published_at: Timestamp, seen_at: Timestamp) -> bool {
        let looked = |reach: &Reach| reach.back_to.is_none_or(|back_to| published_at >= back_to);
        self.0.values().any(|reach| reach.began > seen_at && looked(reach))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn read(readings: &[(SyncKind, i64, Option<i64>)]) -> Covered {
        let mut covered = Covered::default();
        for (kind, began, back_to) in readings {
            covered.note(*kind, Reach { began: at(*began), back_to: back_to.map(at) });
        }
        covered
    }

    #[test]
    fn what_goes_further_back_counts_for_what_does_not() {
        let covered = read(&[(SyncKind::Full, 10, None), (SyncKind::Week, 30, Some(5))]);
        let since = |kind| covered.since(kind).map(Timestamp::as_second);
        assert_eq!(since(SyncKind::Day), Some(30));
        assert_eq!(since(SyncKind::Week), Some(30));
        assert_eq!(since(SyncKind::Month), Some(10));
        assert_eq!(since(SyncKind::Basic), Some(10));
        assert_eq!(read(&[(SyncKind::Basic, 7, None)]).since(SyncKind::Month), Some(at(7)));
        assert_eq!(Covered::default().since(SyncKind::Day), None);
    }

    #[test]
    fn what_was_looked_for_and_not_found_stays_missed_by_shorter_readings() {
        let covered = read(&[(SyncKind::Week, 100, Some(50)), (SyncKind::Day, 120, Some(110))]);
        assert!(covered.misses(at(60), at(90)), "the week's reading did not find it");
        assert!(!covered.misses(at(60), at(100)), "it did");
        assert!(!covered.misses(at(40), at(90)), "nobody looked so far back");
        assert!(covered.misses(at(115), at(116)));
    }

    #[test]
    fn it_is_kept_with_kinds_of_later_versions() {
        let text = r#"{"day":{"began":"2026-11-02T09:00:00Z","back_to":null},"moon":{"began":"2026-11-02T09:00:00Z","back_to":null}}"#;
        let covered: Covered = serde_json::from_str(text).expect("is read");
        assert_eq!(serde_json::to_string(&covered).expect("is written"), text);
    }
}
