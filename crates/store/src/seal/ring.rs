//! Key-encryption keys, and the data keys that they wrap.

use std::path::Path;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use carillon_domain::secret::Secret;
use carillon_domain::time::{Clock, Entropy, random_bytes};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::StoreError;
use crate::repo::data_key::DataKeyRow;

pub(super) type Key = Zeroizing<[u8; 32]>;

/// The ring of key-encryption keys; the first one is active.
pub struct KeyRing(Vec<Key>);

impl KeyRing {
    /// Reads one or more keys of 64 hex digits, separated by commas.
    ///
    /// # Errors
    /// [`StoreError::Config`], which never shows the value.
    pub fn parse(text: &Secret) -> Result<Self, StoreError> {
        let wrong = || {
            StoreError::Config(
                "a key (CARILLON_ENCRYPTION_KEY) is 64 hex digits; several keys are separated by commas, the first one is \
                 active."
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
    /// [`StoreError::Unreachable`] when the file can't be read or written, or holds something else.
    pub fn from_folder(folder: &Path, entropy: &dyn Entropy) -> Result<Self, StoreError> {
        let path = folder.join("encryption.key");
        let failed = |e: std::io::Error| StoreError::Unreachable(format!("{}: {e}", path.display()));
        if path.exists() {
            let text = std::fs::read_to_string(&path).map(Secret::new).map_err(failed)?;
            return Self::parse(&text).map_err(|_| {
                StoreError::Unreachable(format!(
                    "{} does not hold a key of 64 hex digits. Put the key back that this database was made with.",
                    path.display()
                ))
            });
        }
        let key = Zeroizing::new(random_bytes::<32>(entropy));
        write_new(folder, &path, &key).map_err(failed)?;
        Ok(Self(vec![key]))
    }

    /// A new data key under the active key-encryption key.
    pub(super) fn new_data_key(
        &self,
        clock: &dyn Clock,
        entropy: &dyn Entropy,
    ) -> Result<(DataKeyRow, Key), StoreError> {
        let now = clock.now();
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        let id = uuid::Builder::from_unix_timestamp_millis(millis, &random_bytes(entropy)).into_uuid();
        let key = Zeroizing::new(random_bytes::<32>(entropy));
        let (kek, wrapped) = self.wrap(id, &key, entropy)?;
        Ok((DataKeyRow { id, kek, wrapped, created_at: now, retired_at: None }, key))
    }

    /// A data key under the active key-encryption key: the latter's fingerprint, and the sealed key.
    pub(super) fn wrap(
        &self,
        id: Uuid,
        key: &Key,
        entropy: &dyn Entropy,
    ) -> Result<(String, Vec<u8>), StoreError> {
        let active = &self.0[0];
        let nonce = random_bytes::<12>(entropy);
        let text = encrypt(active, &nonce, key.as_slice(), id.as_bytes())?;
        Ok((fingerprint(active), [nonce.as_slice(), &text].concat()))
    }

    /// Whether the data key is already wrapped by the active key-encryption key.
    pub(super) fn is_current(&self, row: &DataKeyRow) -> bool {
        row.kek == fingerprint(&self.0[0])
    }

    pub(super) fn unwrap(&self, row: &DataKeyRow) -> Result<Key, StoreError> {
        let wrong = || {
            StoreError::Seal(
                "The encryption key does not belong to this database. Set CARILLON_ENCRYPTION_KEY (or the key file in the \
                 data folder) to the key that it was made with."
                    .to_owned(),
            )
        };
        let kek = self.0.iter().find(|k| fingerprint(k) == row.kek).ok_or_else(wrong)?;
        let (nonce, text) = row.wrapped.split_at_checked(12).ok_or_else(wrong)?;
        let plain = decrypt(kek, nonce, text, row.id.as_bytes()).ok_or_else(wrong)?;
        key_from(&plain).ok_or_else(wrong)
    }
}

/// The file appears with all of its content or not at all, so that a crash does not leave half a key.
fn write_new(folder: &Path, path: &Path, key: &Key) -> std::io::Result<()> {
    let text = Zeroizing::new(hex::encode(key.as_slice()));
    let unfinished = folder.join(".encryption.key.new");
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&unfinished)?;
    std::io::Write::write_all(&mut file, text.as_bytes())?;
    file.sync_all()?;
    // Unlike a rename this fails when another process was faster, so its key is never replaced.
    let placed = std::fs::hard_link(&unfinished, path);
    std::fs::remove_file(&unfinished)?;
    placed?;
    std::fs::File::open(folder)?.sync_all()
}

fn fingerprint(key: &Key) -> String {
    hex::encode(&Sha256::digest([b"carillon kek".as_slice(), key.as_slice()].concat())[..8])
}

pub(super) fn key_from(bytes: &[u8]) -> Option<Key> {
    let mut key = Key::default();
    (bytes.len() == key.len()).then(|| {
        key.copy_from_slice(bytes);
        key
    })
}

pub(super) fn encrypt(key: &Key, nonce: &[u8; 12], plain: &[u8], aad: &[u8]) -> Result<Vec<u8>, StoreError> {
    let failed = || StoreError::Seal("sealing failed".to_owned());
    let cipher = Aes256Gcm::new_from_slice(key.as_slice()).map_err(|_| failed())?;
    cipher.encrypt(&Nonce::from(*nonce), Payload { msg: plain, aad }).map_err(|_| failed())
}

pub(super) fn decrypt(key: &Key, nonce: &[u8], text: &[u8], aad: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let cipher = Aes256Gcm::new_from_slice(key.as_slice()).ok()?;
    let nonce: [u8; 12] = nonce.try_into().ok()?;
    cipher.decrypt(&Nonce::from(nonce), Payload { msg: text, aad }).ok().map(Zeroizing::new)
}
