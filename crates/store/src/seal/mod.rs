//! Secrets at rest: AES-256-GCM under a data key, which is itself wrapped by a key-encryption key.
//!
//! The associated data names table, column and row, so that a ciphertext that was moved elsewhere does not open. The ring of
//! key-encryption keys lets an operator replace one: the first seals, all of them open.
//!
//! Several processes share the data keys, and any of them may rotate. So a process learns of new keys when it meets a value
//! that it can't open, and a replaced key stays for a day: a process that has not heard yet may still seal with it.
//!
//! Layout of a sealed value: version (1 byte, 1), id of the data key (16), nonce (12), ciphertext with tag.

mod ring;
mod rotate;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::RwLock;

use carillon_domain::time::{Clock, Entropy, random_bytes};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::repo::{data_key, setting};
use crate::{Db, StoreError};

pub use ring::KeyRing;
use ring::{Key, decrypt, encrypt, key_from};

const VERSION: u8 = 1;
const HEAD: usize = 1 + 16 + 12;

/// The setting that holds the sealed root.
const ROOT: &str = "derivation_root";

/// Where a sealed value lives. Binds it to its place. The repository of a table makes the places of its columns.
#[derive(Debug, Clone)]
pub struct Place(String);

impl Place {
    /// Column `column` of `table`, in the row with this key.
    pub fn new(table: &str, column: &str, row: impl std::fmt::Display) -> Self {
        Self(format!("{table}/{column}/{row}"))
    }
}

struct DataKeys {
    active: Uuid,
    keys: HashMap<Uuid, Key>,
}

/// Seals and opens.
pub struct Sealer {
    db: Db,
    ring: KeyRing,
    state: RwLock<DataKeys>,
    /// What other keys are derived from. Sealed like everything else, and the same over all rotations, so that a signed
    /// URL outlives one.
    root: Key,
}

impl Sealer {
    /// Unwraps the data keys of `db`; makes the first one in an empty database.
    ///
    /// # Errors
    /// [`StoreError::Seal`] when no key of the ring opens them: the wrong encryption key was given.
    pub async fn load(
        db: &Db,
        ring: KeyRing,
        clock: &dyn Clock,
        entropy: &dyn Entropy,
    ) -> Result<Self, StoreError> {
        if data_key::all(db).await?.is_empty() {
            // Two nodes that start together may both do this. They then share two keys.
            let (row, _) = ring.new_data_key(clock, entropy)?;
            db.write(move |tx| Box::pin(async move { data_key::insert(tx, &row).await })).await?;
        }
        let mut keys = HashMap::new();
        let mut active = Uuid::nil();
        for row in data_key::all(db).await? {
            keys.insert(row.id, ring.unwrap(&row)?);
            if row.retired_at.is_none() {
                active = row.id;
            }
        }
        let state = RwLock::new(DataKeys { active, keys });
        let mut sealer = Self { db: db.clone(), ring, state, root: Key::default() };
        sealer.root = sealer.load_root(entropy).await?;
        Ok(sealer)
    }

    /// The root in the database; makes one where there is none.
    async fn load_root(&self, entropy: &dyn Entropy) -> Result<Key, StoreError> {
        let broken = || StoreError::Seal("the derivation root is damaged".to_owned());
        let root = Zeroizing::new(random_bytes::<32>(entropy));
        let value = self.sealed_root(&root, entropy)?;
        if setting::get::<String>(&self.db, ROOT).await?.is_none() {
            self.db.write(move |tx| Box::pin(async move { setting::claim(tx, ROOT, &value).await })).await?;
        }
        // Whoever was first, all nodes use what is there now.
        let text = setting::get::<String>(&self.db, ROOT).await?.ok_or_else(broken)?;
        let sealed = hex::decode(text).map_err(|_| broken())?;
        key_from(&self.open(&root_place(), &sealed).await?).ok_or_else(broken)
    }

    fn sealed_root(&self, root: &Key, entropy: &dyn Entropy) -> Result<serde_json::Value, StoreError> {
        let sealed = self.seal(&root_place(), root.as_slice(), entropy)?;
        Ok(serde_json::Value::String(hex::encode(sealed)))
    }

    /// Learns data keys that another process made or replaced. Called by itself when a value uses an unknown key, and by the
    /// upkeep.
    ///
    /// # Errors
    /// When the database fails. A key that can't be unwrapped is left out: this process was started before its
    /// key-encryption key was known.
    pub async fn reload(&self) -> Result<(), StoreError> {
        let rows = data_key::all(&self.db).await?;
        let mut state = self.write();
        let mut keys = HashMap::new();
        for row in &rows {
            match state.keys.remove(&row.id).map_or_else(|| self.ring.unwrap(row), Ok) {
                Ok(key) => {
                    keys.insert(row.id, key);
                    if row.retired_at.is_none() {
                        state.active = row.id;
                    }
                }
                Err(error) => {
                    tracing::error!(key = %row.id, %error, "a data key can't be used here; restart with the new key")
                }
            }
        }
        state.keys = keys;
        Ok(())
    }

    /// The id of the active data key.
    pub fn active(&self) -> Uuid {
        self.read().active
    }

    /// The first bytes of every value sealed under the active key.
    pub(crate) fn active_head(&self) -> Vec<u8> {
        [&[VERSION][..], self.active().as_bytes()].concat()
    }

    /// Seals `plain` for `place`.
    ///
    /// # Errors
    /// [`StoreError::Seal`] when the cipher fails, which only absurd lengths cause.
    pub fn seal(&self, place: &Place, plain: &[u8], entropy: &dyn Entropy) -> Result<Vec<u8>, StoreError> {
        let state = self.read();
        let key = state.keys.get(&state.active).ok_or_else(|| StoreError::Seal("no data key".to_owned()))?;
        let nonce = random_bytes::<12>(entropy);
        let text = encrypt(key, &nonce, plain, place.0.as_bytes())?;
        Ok([&[VERSION][..], state.active.as_bytes(), &nonce, &text].concat())
    }

    /// Opens what was sealed for `place`.
    ///
    /// # Errors
    /// [`StoreError::Seal`] when it was sealed for another place, under an unknown key, or was changed.
    pub async fn open(&self, place: &Place, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let broken = |why: &str| StoreError::Seal(format!("the sealed value of {} {why}", place.0));
        if sealed.len() < HEAD || sealed[0] != VERSION {
            return Err(broken("has an unknown format"));
        }
        let id = Uuid::from_slice(&sealed[1..17]).map_err(|_| broken("has an unknown format"))?;
        let known = self.read().keys.contains_key(&id);
        if !known {
            self.reload().await?;
        }
        let state = self.read();
        let key = state.keys.get(&id).ok_or_else(|| broken("uses a data key that is not here"))?;
        decrypt(key, &sealed[17..HEAD], &sealed[HEAD..], place.0.as_bytes())
            .ok_or_else(|| broken("does not open: it was changed or belongs elsewhere"))
    }

    /// A key of 32 bytes for `purpose` (signing URLs, for example). It stays the same over rotations.
    pub fn derive(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        let mut hash = Sha256::new();
        hash.update(b"carillon derived key");
        hash.update(self.root.as_slice());
        hash.update(purpose.as_bytes());
        Zeroizing::new(hash.finalize().into())
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, DataKeys> {
        self.state.read().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn write(&self) -> std::sync::RwLockWriteGuard<'_, DataKeys> {
        self.state.write().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn root_place() -> Place {
    Place::new("settings", "value", ROOT)
}
