//! Secrets at rest: AES-256-GCM under a data key, which is itself wrapped by a key-encryption key.
//!
//! The associated data names table, column and row, so that a ciphertext that was moved elsewhere does not open. The ring of
//! key-encryption keys lets an operator replace one: the first seals, all of them open.
//!
//! Layout of a sealed value: version (1 byte, 1), id of the data key (16), nonce (12), ciphertext with tag.

use std::collections::HashMap;
use std::path::Path;
use std::sync::RwLock;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use carillon_domain::secret::Secret;
use carillon_domain::time::{Clock, Entropy, random_bytes};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::repo::data_key::{self, DataKeyRow};
use crate::repo::setting;
use crate::{Db, StoreError};

const VERSION: u8 = 1;
const HEAD: usize = 1 + 16 + 12;

type Key = Zeroizing<[u8; 32]>;

/// Where a sealed value lives. Binds it to its place.
#[derive(Debug, Clone)]
pub struct Place(String);

impl Place {
    /// Column `column` of `table`, in the row with this key.
    pub fn new(table: &str, column: &str, row: impl std::fmt::Display) -> Self {
        Self(format!("{table}/{column}/{row}"))
    }
}

/// The ring of key-encryption keys; the first one is active.
pub struct KeyRing(Vec<Key>);

impl KeyRing {
    /// Reads one or more keys of 64 hex digits, separated by commas.
    ///
    /// # Errors
    /// [`StoreError::Config`] that names the setting but never the value.
    pub fn parse(text: &Secret) -> Result<Self, StoreError> {
        let wrong = || {
            StoreError::Config(
                "secrets.encryption_key (CARILLON_ENCRYPTION_KEY) must be 64 hex digits; several keys are separated by \
                 commas, the first one is active."
                    .to_owned(),
            )
        };
        let mut keys = Vec::new();
        for part in text.expose().split(',').map(str::trim).filter(|p| !p.is_empty()) {
            let mut key = Key::default();
            hex::decode_to_slice(part, key.as_mut_slice()).map_err(|_| wrong())?;
            keys.push(key);
        }
        if keys.is_empty() { Err(wrong()) } else { Ok(Self(keys)) }
    }

    /// Reads the key file in the data folder, or makes one that only its owner can read.
    ///
    /// # Errors
    /// [`StoreError::Config`] when the file can't be read or written, or holds something else.
    pub fn from_folder(folder: &Path, entropy: &dyn Entropy) -> Result<Self, StoreError> {
        let path = folder.join("encryption.key");
        let failed = |e: std::io::Error| StoreError::Config(format!("{}: {e}", path.display()));
        if path.exists() {
            return Self::parse(&Secret::new(std::fs::read_to_string(&path).map_err(failed)?));
        }
        let key = Zeroizing::new(random_bytes::<32>(entropy));
        let text = Zeroizing::new(hex::encode(key.as_slice()));
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path).map_err(failed)?;
        std::io::Write::write_all(&mut file, text.as_bytes())
            .and_then(|()| file.sync_all())
            .map_err(failed)?;
        Ok(Self(vec![key]))
    }

    fn active(&self) -> &Key {
        &self.0[0]
    }

    fn find(&self, fingerprint: &str) -> Option<&Key> {
        self.0.iter().find(|k| fingerprint_of(k) == fingerprint)
    }
}

fn fingerprint_of(key: &Key) -> String {
    hex::encode(&Sha256::digest([b"carillon kek".as_slice(), key.as_slice()].concat())[..8])
}

struct DataKeys {
    active: Uuid,
    keys: HashMap<Uuid, Key>,
}

/// Seals and opens.
pub struct Sealer {
    ring: KeyRing,
    state: RwLock<DataKeys>,
    /// What other keys are derived from. Sealed like everything else, and the same over all rotations, so that a signed
    /// URL outlives one.
    root: Key,
}

/// The setting that holds the sealed root.
const ROOT: &str = "derivation_root";

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
        let mut rows = data_key::all(db).await?;
        if rows.is_empty() {
            let row = new_key(&ring, clock, entropy)?;
            let copy = row.clone();
            db.write(move |tx| Box::pin(async move { data_key::insert(tx, &copy).await })).await?;
            rows.push(row);
        }
        let mut keys = HashMap::new();
        for row in &rows {
            keys.insert(row.id, unwrap(&ring, row)?);
        }
        let active = rows.last().map(|r| r.id).unwrap_or_default();
        let mut sealer = Self { ring, state: RwLock::new(DataKeys { active, keys }), root: Key::default() };
        sealer.root = sealer.load_root(db, entropy).await?;
        Ok(sealer)
    }

    async fn load_root(&self, db: &Db, entropy: &dyn Entropy) -> Result<Key, StoreError> {
        let broken = || StoreError::Seal("the derivation root is damaged".to_owned());
        if let Some(text) = setting::get::<String>(db, ROOT).await? {
            let sealed = hex::decode(text).map_err(|_| broken())?;
            let plain = self.open(&root_place(), &sealed)?;
            let mut root = Key::default();
            if plain.len() != root.len() {
                return Err(broken());
            }
            root.copy_from_slice(&plain);
            return Ok(root);
        }
        let root = Zeroizing::new(random_bytes::<32>(entropy));
        self.save_root(db, &root, entropy).await?;
        Ok(root)
    }

    async fn save_root(&self, db: &Db, root: &Key, entropy: &dyn Entropy) -> Result<(), StoreError> {
        let sealed = self.seal(&root_place(), root.as_slice(), entropy)?;
        let value = serde_json::Value::String(hex::encode(sealed));
        db.write(move |tx| Box::pin(async move { setting::put(tx, ROOT, &value).await })).await
    }

    /// Makes a new data key under the active key-encryption key; everything sealed from now on uses it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn renew(&self, db: &Db, clock: &dyn Clock, entropy: &dyn Entropy) -> Result<(), StoreError> {
        let row = new_key(&self.ring, clock, entropy)?;
        let key = unwrap(&self.ring, &row)?;
        let copy = row.clone();
        db.write(move |tx| Box::pin(async move { data_key::insert(tx, &copy).await })).await?;
        let mut state = self.write();
        state.keys.insert(row.id, key);
        state.active = row.id;
        Ok(())
    }

    /// Learns data keys that another node made. Call it when a value does not open because its key is unknown.
    ///
    /// # Errors
    /// When the database fails or a key can't be unwrapped.
    pub async fn reload(&self, db: &Db) -> Result<(), StoreError> {
        let rows = data_key::all(db).await?;
        let mut keys = HashMap::new();
        for row in &rows {
            keys.insert(row.id, unwrap(&self.ring, row)?);
        }
        if let Some(last) = rows.last() {
            *self.write() = DataKeys { active: last.id, keys };
        }
        Ok(())
    }

    /// The first bytes of every value sealed under the active key.
    pub fn active_head(&self) -> Vec<u8> {
        let state = self.read();
        [&[VERSION][..], state.active.as_bytes()].concat()
    }

    /// The id of the active data key.
    pub fn active(&self) -> Uuid {
        self.read().active
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
    pub fn open(&self, place: &Place, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let broken = |why: &str| StoreError::Seal(format!("the sealed value of {} {why}", place.0));
        if sealed.len() < HEAD || sealed[0] != VERSION {
            return Err(broken("has an unknown format"));
        }
        let id = Uuid::from_slice(&sealed[1..17]).map_err(|_| broken("has an unknown format"))?;
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

    /// Forgets data keys other than the active one, here and in the database.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn retire_old(&self, db: &Db, entropy: &dyn Entropy) -> Result<(), StoreError> {
        self.save_root(db, &self.root, entropy).await?;
        let active = self.active();
        db.write(move |tx| Box::pin(async move { data_key::delete_others(tx, active).await })).await?;
        self.write().keys.retain(|id, _| *id == active);
        Ok(())
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

fn new_key(ring: &KeyRing, clock: &dyn Clock, entropy: &dyn Entropy) -> Result<DataKeyRow, StoreError> {
    let millis = u64::try_from(clock.now().as_millisecond()).unwrap_or(0);
    let id = uuid::Builder::from_unix_timestamp_millis(millis, &random_bytes(entropy)).into_uuid();
    let key = Zeroizing::new(random_bytes::<32>(entropy));
    let nonce = random_bytes::<12>(entropy);
    let text = encrypt(ring.active(), &nonce, key.as_slice(), id.as_bytes())?;
    Ok(DataKeyRow {
        id,
        kek: fingerprint_of(ring.active()),
        wrapped: [nonce.as_slice(), &text].concat(),
        created_at: clock.now(),
    })
}

fn unwrap(ring: &KeyRing, row: &DataKeyRow) -> Result<Key, StoreError> {
    let wrong = || {
        StoreError::Seal(
            "The encryption key does not belong to this database. Set CARILLON_ENCRYPTION_KEY (or the key file in the data \
             folder) to the key that it was made with."
                .to_owned(),
        )
    };
    let kek = ring.find(&row.kek).ok_or_else(wrong)?;
    if row.wrapped.len() < 12 {
        return Err(wrong());
    }
    let plain = decrypt(kek, &row.wrapped[..12], &row.wrapped[12..], row.id.as_bytes()).ok_or_else(wrong)?;
    let mut key = Key::default();
    if plain.len() != key.len() {
        return Err(wrong());
    }
    key.copy_from_slice(&plain);
    Ok(key)
}

fn encrypt(key: &Key, nonce: &[u8; 12], plain: &[u8], aad: &[u8]) -> Result<Vec<u8>, StoreError> {
    let failed = || StoreError::Seal("sealing failed".to_owned());
    let cipher = Aes256Gcm::new_from_slice(key.as_slice()).map_err(|_| failed())?;
    cipher.encrypt(&Nonce::from(*nonce), Payload { msg: plain, aad }).map_err(|_| failed())
}

fn decrypt(key: &Key, nonce: &[u8], text: &[u8], aad: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let cipher = Aes256Gcm::new_from_slice(key.as_slice()).ok()?;
    let nonce: [u8; 12] = nonce.try_into().ok()?;
    cipher.decrypt(&Nonce::from(nonce), Payload { msg: text, aad }).ok().map(Zeroizing::new)
}
