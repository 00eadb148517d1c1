//! Everything that the simulated networks remember.

use std::any::Any;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use carillon_domain::time::{Clock, Entropy, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use super::blob::Blobs;
use super::fault::FaultScript;
use super::fetch::{Fetch, FetchError, Fetched};
use super::ledger::{Ledger, LedgerItem};
use super::oauth::{App, Apps, CodeGrant, Codes};
use super::tally::{Tallies, Tally};
use super::token::{TokenTable, Tokens};
use super::{OffsetClock, lock};

/// The state behind all simulators: time, tokens, ledger, faults, uploads and each platform's own data.
pub struct World {
    pub(super) clock: OffsetClock,
    pub(super) random: Random,
    pub(super) ledger: Mutex<Vec<LedgerItem>>,
    pub(super) tokens: Mutex<TokenTable>,
    pub(super) apps: Mutex<Vec<App>>,
    pub(super) codes: Mutex<BTreeMap<String, CodeGrant>>,
    pub(super) sequences: Mutex<BTreeMap<String, u64>>,
    pub(super) states: Mutex<BTreeMap<String, Arc<Mutex<Slot>>>>,
    faults: FaultScript,
    pub(super) blobs: Blobs,
    fetch: Option<Arc<dyn Fetch>>,
    changed: watch::Sender<u64>,
    kept: Mutex<Option<watch::Receiver<u64>>>,
    unpermitted: Mutex<Vec<&'static str>>,
    pub(super) tallies: Tallies,
}

/// Builds a [`World`].
pub struct WorldBuilder {
    clock: OffsetClock,
    seed: u64,
    blob_dir: Option<PathBuf>,
    keep_at_most: u64,
    fetch: Option<Arc<dyn Fetch>>,
}

impl WorldBuilder {
    /// Seed of everything random; the same seed gives the same tokens and ids. 1 by default.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Folder for uploaded bytes. Without one they are kept in memory, which only suits small tests.
    #[must_use]
    pub fn blob_dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.blob_dir = Some(dir.into());
        self
    }

    /// The largest file that is kept whole, in bytes; of larger ones hash, size and beginning. Without it every file is.
    #[must_use]
    pub fn keep_at_most(mut self, bytes: u64) -> Self {
        self.keep_at_most = bytes;
        self
    }

    /// How the networks pull files from URLs. Without it every pull fails.
    #[must_use]
    pub fn fetch(mut self, fetch: Arc<dyn Fetch>) -> Self {
        self.fetch = Some(fetch);
        self
    }

    /// The world.
    pub fn build(self) -> Arc<World> {
        Arc::new(World {
            clock: self.clock,
            random: Random { seed: self.seed, counter: Mutex::new(0) },
            ledger: Mutex::default(),
            tokens: Mutex::default(),
            apps: Mutex::default(),
            codes: Mutex::default(),
            sequences: Mutex::default(),
            states: Mutex::default(),
            faults: FaultScript::default(),
            blobs: Blobs::new(self.blob_dir, self.keep_at_most),
            fetch: self.fetch,
            changed: watch::Sender::new(0),
            kept: Mutex::default(),
            unpermitted: Mutex::default(),
            tallies: Tallies::default(),
        })
    }
}

impl World {
    /// A world on this clock.
    pub fn builder(clock: Arc<dyn Clock>) -> WorldBuilder {
        Self::on(OffsetClock::new(clock))
    }

    /// A world on a clock whose offset others share.
    pub fn on(clock: OffsetClock) -> WorldBuilder {
        WorldBuilder { clock, seed: 1, blob_dir: None, keep_at_most: u64::MAX, fetch: None }
    }

    /// The virtual clock.
    pub fn clock(&self) -> &OffsetClock {
        &self.clock
    }

    /// The time on the virtual clock.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Moves the virtual clock ahead.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
        self.touch();
    }

    /// The world's randomness.
    pub fn entropy(&self) -> &dyn Entropy {
        &self.random
    }

    /// `len` random characters out of `A-Za-z0-9`.
    pub fn random_text(&self, len: usize) -> String {
        const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        let mut bytes = vec![0; len];
        self.random.fill(&mut bytes);
        bytes.iter().map(|b| char::from(LETTERS[usize::from(*b) % LETTERS.len()])).collect()
    }

    /// The next number of a named sequence, from 1.
    pub fn next_number(&self, sequence: &str) -> u64 {
        let mut sequences = lock(&self.sequences);
        let n = sequences.entry(sequence.to_owned()).or_insert(0);
        *n += 1;
        let n = *n;
        drop(sequences);
        self.touch();
        n
    }

    /// Everything that became public.
    pub fn ledger(&self) -> Ledger<'_> {
        Ledger { items: &self.ledger, now: self.now(), changed: &self.changed }
    }

    /// Every token that was issued.
    pub fn tokens(&self) -> Tokens<'_> {
        Tokens { table: &self.tokens, now: self.now(), changed: &self.changed }
    }

    /// The apps that may ask for authorisation.
    pub fn apps(&self) -> Apps<'_> {
        Apps { world: self }
    }

    /// Authorisation codes.
    pub fn codes(&self) -> Codes<'_> {
        Codes { world: self }
    }

    /// The fault script.
    pub fn faults(&self) -> &FaultScript {
        &self.faults
    }

    /// How long work takes that usually takes `usual`: longer while a `slow_processing` fault says so.
    pub fn processing_time(&self, platform: &str, operation: &str, usual: Duration) -> Duration {
        usual + self.faults.slowness(platform, operation)
    }

    /// Uploaded bytes.
    pub fn blobs(&self) -> &Blobs {
        &self.blobs
    }

    /// Pulls a file from a URL, as networks do that fetch media themselves. Store the stream with [`Blobs::store`].
    ///
    /// # Errors
    /// When no answer arrives.
    pub async fn fetch(&self, url: &str) -> Result<Fetched, FetchError> {
        match &self.fetch {
            Some(fetch) => fetch.fetch(url).await,
            None => Err(FetchError("this sandbox pulls nothing".to_owned())),
        }
    }

    /// Reads and changes the platform's own data, which begins as `T::default()`. Runs under the platform's lock: don't call
    /// it again for the same platform inside `change`, and don't wait there. A platform uses one `T`.
    pub fn state<T: PlatformState, R>(&self, platform: &str, change: impl FnOnce(&mut T) -> R) -> R {
        let result = self.with_slot(platform, change);
        self.touch();
        result
    }

    /// Reads the platform's own data. The same rules as for [`World::state`].
    pub fn read<T: PlatformState, R>(&self, platform: &str, look: impl FnOnce(&T) -> R) -> R {
        self.with_slot(platform, |state: &mut T| look(state))
    }

    fn with_slot<T: PlatformState, R>(&self, platform: &str, f: impl FnOnce(&mut T) -> R) -> R {
        let slot = lock(&self.states).entry(platform.to_owned()).or_default().clone();
        let mut slot = lock(&slot);
        let saved = slot.saved.take();
        let live = slot.live.get_or_insert_with(|| {
            let restored = saved.and_then(|json| serde_json::from_value::<T>(json).ok());
            (Box::new(restored.unwrap_or_default()), to_json::<T>)
        });
        match live.0.downcast_mut::<T>() {
            Some(state) => f(state),
            // Another type under the same name is a programming error of the platform; it gets a state of its own, unsaved.
            None => f(&mut T::default()),
        }
    }

    pub(super) fn note_unpermitted(&self, operation: &'static str) {
        lock(&self.unpermitted).push(operation);
    }

    /// Operations that make something public and were called, in process, without a permit to commit. A connector that is
    /// seen here sends unsafe calls behind the engine's back.
    pub fn unpermitted(&self) -> Vec<&'static str> {
        lock(&self.unpermitted).clone()
    }

    /// How often each network was called, and refused because of a limit, since the world was made or [`World::count_anew`].
    pub fn tally(&self) -> Tally {
        self.tallies.look()
    }

    /// Begins the [`World::tally`] anew.
    pub fn count_anew(&self) {
        self.tallies.clear();
    }

    /// Notes that a platform refuses a call because this limit of it is full.
    pub fn refused(&self, platform: &'static str, limit: &str) {
        self.tallies.refused(platform, limit);
    }

    /// Notes that something changed.
    pub(super) fn touch(&self) {
        self.changed.send_modify(|n| *n += 1);
    }

    /// Changes whenever there is something new to save.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    /// Names who makes changes durable: `kept` shows the newest change (of [`World::changes`]) that is.
    pub fn kept_by(&self, kept: watch::Receiver<u64>) {
        *lock(&self.kept) = Some(kept);
    }

    /// Returns when everything that has changed until now is durable; at once when nobody keeps it. A network that answers
    /// before that could forget, in a crash, what it has promised.
    pub async fn settled(&self) {
        let Some(mut kept) = lock(&self.kept).clone() else { return };
        let now = *self.changed.borrow();
        // An error means that the keeper has ended; nothing is promised any more.
        drop(kept.wait_for(|saved| *saved >= now).await);
    }
}

/// What a platform may keep in a [`World`].
pub trait PlatformState: Serialize + DeserializeOwned + Default + Send + 'static {}
impl<T: Serialize + DeserializeOwned + Default + Send + 'static> PlatformState for T {}

pub(super) type Live = (Box<dyn Any + Send>, fn(&dyn Any) -> Result<serde_json::Value, serde_json::Error>);

/// A platform's data: as saved until it is first used, typed from then on.
#[derive(Default)]
pub(super) struct Slot {
    pub(super) saved: Option<serde_json::Value>,
    pub(super) live: Option<Live>,
}

fn to_json<T: PlatformState>(state: &dyn Any) -> Result<serde_json::Value, serde_json::Error> {
    state.downcast_ref::<T>().map_or(Ok(serde_json::Value::Null), serde_json::to_value)
}

/// SHA-256 of seed and counter: repeatable, and continues after a restart instead of giving the same values again.
pub(super) struct Random {
    seed: u64,
    pub(super) counter: Mutex<u64>,
}

impl Entropy for Random {
    fn fill(&self, bytes: &mut [u8]) {
        let mut counter = lock(&self.counter);
        for chunk in bytes.chunks_mut(32) {
            *counter += 1;
            let block = Sha256::new()
                .chain_update(self.seed.to_le_bytes())
                .chain_update(counter.to_le_bytes())
                .finalize();
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}
