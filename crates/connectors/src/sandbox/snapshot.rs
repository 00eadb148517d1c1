//! The world's memory as bytes, for a sandbox that survives restarts.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::blob::BlobInfo;
use super::ledger::LedgerItem;
use super::oauth::{App, CodeGrant};
use super::token::{Token, TokenTable};
use super::world::Slot;
use super::{World, lock};

impl World {
    /// Everything that must survive a restart, as bytes. Contains tokens in clear: seal it before storing it. Faults and
    /// uploaded bytes are not part of it.
    ///
    /// # Errors
    /// When a platform's state can't be written as JSON.
    pub fn snapshot(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut states = BTreeMap::new();
        for (name, slot) in lock(&self.states).iter() {
            let slot = lock(slot);
            let json = match (&slot.live, &slot.saved) {
                (Some((state, to_json)), _) => to_json(state.as_ref())?,
                (None, Some(saved)) => saved.clone(),
                (None, None) => continue,
            };
            states.insert(name.clone(), json);
        }
        serde_json::to_vec(&Snapshot {
            version: 1,
            offset: self.clock.offset(),
            random: *lock(&self.random.counter),
            ledger: lock(&self.ledger).clone(),
            tokens: lock(&self.tokens).all.clone(),
            apps: lock(&self.apps).clone(),
            codes: lock(&self.codes).clone(),
            sequences: lock(&self.sequences).clone(),
            blobs: self.blobs.list(),
            states,
        })
    }

    /// Replaces the world's memory by a snapshot. To be called before anything is served.
    ///
    /// # Errors
    /// When the bytes are not a snapshot of a known version.
    pub fn restore(&self, bytes: &[u8]) -> Result<(), serde_json::Error> {
        let saved: Snapshot = serde_json::from_slice(bytes)?;
        if saved.version != 1 {
            return Err(serde::de::Error::custom(format!("unknown snapshot version {}", saved.version)));
        }
        self.clock.restore(saved.offset);
        *lock(&self.random.counter) = saved.random;
        *lock(&self.ledger) = saved.ledger;
        *lock(&self.tokens) = TokenTable::from_list(saved.tokens);
        *lock(&self.apps) = saved.apps;
        *lock(&self.codes) = saved.codes;
        *lock(&self.sequences) = saved.sequences;
        self.blobs.restore(saved.blobs);
        let slots = saved
            .states
            .into_iter()
            .map(|(name, json)| (name, Arc::new(Mutex::new(Slot { saved: Some(json), live: None }))));
        *lock(&self.states) = slots.collect();
        Ok(())
    }
}

#[derive(Serialize, Deserialize)]
struct Snapshot {
    version: u16,
    offset: Duration,
    random: u64,
    ledger: Vec<LedgerItem>,
    tokens: Vec<Token>,
    apps: Vec<App>,
    codes: BTreeMap<String, CodeGrant>,
    sequences: BTreeMap<String, u64>,
    blobs: Vec<BlobInfo>,
    states: BTreeMap<String, serde_json::Value>,
}
