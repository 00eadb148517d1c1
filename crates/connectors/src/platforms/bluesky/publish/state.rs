//! What stays fixed over all retries of a publication: the record keys, and everything that a record is made of.

use std::collections::BTreeMap;

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::time::{Clock, Entropy, Timestamp, random_bytes};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::errors::PLATFORM;
use crate::contract::progress::Progress;

/// Version of the saved form.
const VERSION: u16 = 1;

/// Our notes in [`Progress::state`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// By unit.
    pub units: Vec<UnitState>,
}

/// Our notes on one unit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct UnitState {
    /// The record key, chosen at the start: the address at which a repeated write has no second effect.
    pub rkey: String,
    /// Blobs of the unit's media so far, in order, as the server answered them.
    #[serde(default)]
    pub blobs: Vec<Value>,
    /// When the last file was uploaded; servers drop files that no record uses.
    #[serde(default)]
    pub uploaded_at: Option<Timestamp>,
    /// DIDs of the mentioned handles, once looked up; `None` for handles that nobody has.
    #[serde(default)]
    pub mentions: BTreeMap<String, Option<String>>,
    /// The link card, once made.
    #[serde(default)]
    pub card: Option<Card>,
    /// The finished record but for its `createdAt`.
    #[serde(default)]
    pub record: Option<Value>,
    /// `createdAt` of the public record.
    #[serde(default)]
    pub created_at: Option<Timestamp>,
    /// Content id of the public record; replies refer to it.
    #[serde(default)]
    pub cid: Option<String>,
}

/// What a link card shows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// The page.
    pub uri: String,
    /// Its title, or its address.
    pub title: String,
    /// Its description; may be empty.
    pub description: String,
    /// Its picture, uploaded.
    #[serde(default)]
    pub thumb: Option<Value>,
}

impl State {
    /// Fresh notes for so many units.
    pub fn begin(units: u16, clock: &dyn Clock, entropy: &dyn Entropy) -> Self {
        // Keys within one publication keep its order; the noise keeps publications of one instant apart.
        let noise = u64::from_le_bytes(random_bytes(entropy));
        let start = u64::try_from(clock.now().as_microsecond()).unwrap_or(0) + noise % 1000;
        let key = |unit: u16| UnitState {
            rkey: tid(start + u64::from(unit) * 1000, noise >> 32),
            ..UnitState::default()
        };
        Self { units: (0..units).map(key).collect() }
    }

    /// Reads saved notes.
    pub fn load(progress: &Progress) -> Result<Self, ConnectorError> {
        let state: Option<Self> = (progress.version == VERSION)
            .then(|| serde_json::from_value(progress.state.clone()).ok())
            .flatten()
            .filter(|s: &Self| s.units.len() == progress.units.len());
        state.ok_or_else(|| {
            ConnectorError::new(
                ErrorKind::Rejected,
                PLATFORM,
                "resume",
                "state_unreadable",
                "The saved progress of this post can't be read by this version.",
            )
            .with_action("Check on the network whether it is public, then publish it again as a new post if it is not.")
        })
    }

    /// Progress at the beginning.
    pub fn into_progress(self) -> Progress {
        let units = u16::try_from(self.units.len()).unwrap_or(u16::MAX);
        Progress::new(VERSION, units, self.json())
    }

    /// `progress` with these notes.
    pub fn save(&self, mut progress: Progress) -> Progress {
        progress.state = self.json();
        progress
    }

    fn json(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// The notes on one unit.
    pub fn unit(&mut self, unit: u16) -> Result<&mut UnitState, ConnectorError> {
        self.units.get_mut(usize::from(unit)).ok_or_else(|| {
            ConnectorError::new(
                ErrorKind::Rejected,
                PLATFORM,
                "resume",
                "no_such_unit",
                "The saved progress does not fit the post.",
            )
        })
    }
}

/// A record key: 53 bits of microseconds and 10 bits that tell writers apart, in 13 characters that sort like time.
/// Source: atproto.com, "Timestamp Identifiers (TIDs)".
fn tid(micros: u64, clock_id: u64) -> String {
    const LETTERS: &[u8; 32] = b"234567abcdefghijklmnopqrstuvwxyz";
    let bits = (micros & ((1 << 53) - 1)) << 10 | (clock_id & 0x3ff);
    (0..13).rev().map(|i| char::from(LETTERS[(bits >> (5 * i) & 31) as usize])).collect()
}

#[cfg(test)]
mod tests {
    use carillon_domain::time::{ManualClock, SeededEntropy};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_first_key_of_the_epoch_is_all_twos() {
        assert_eq!(tid(0, 0), "2222222222222");
        assert_eq!(tid(u64::MAX, u64::MAX), "bzzzzzzzzzzzz");
    }

    #[test]
    fn publications_of_one_instant_get_different_keys() {
        let clock = ManualClock::new("2026-11-20T10:00:00Z".parse().unwrap());
        let entropy = SeededEntropy::new(3);
        let mut keys = std::collections::BTreeSet::new();
        for _ in 0..100 {
            keys.extend(State::begin(3, &clock, &entropy).units.into_iter().map(|u| u.rkey));
        }
        assert!(keys.len() >= 299, "{}", keys.len());
    }

    proptest! {
        #[test]
        fn keys_sort_like_time_and_have_the_form(a in 0u64..1 << 53, b in 0u64..1 << 53, id: u64) {
            let (first, second) = (tid(a, id), tid(b, id));
            prop_assert_eq!(a.cmp(&b), first.cmp(&second));
            prop_assert_eq!(first.len(), 13);
            prop_assert!("234567abcdefghij".contains(&first[..1]));
            prop_assert!(first.bytes().all(|c| b"234567abcdefghijklmnopqrstuvwxyz".contains(&c)));
        }
    }
}
