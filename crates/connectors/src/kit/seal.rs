//! Secrets that must survive a restart, in notes that are no place for secrets.
//!
//! Networks give addresses that stand for the account: whoever has one can send bytes in its name. An upload that goes on after a restart
//! needs its address, and [`Progress`](crate::contract::progress::Progress) holds none. So it is kept under a key made from the grant,
//! which the database has only sealed: who reads the notes alone learns nothing.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use carillon_domain::secret::Secret;
use carillon_domain::time::{Entropy, random_bytes};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

const NONCE: usize = 12;

/// A key for one purpose.
pub struct Key {
    cipher: Aes256Gcm,
    purpose: &'static str,
}

impl Key {
    /// The key that belongs to a secret of the grant, one that stays the same for as long as what is sealed must be read. The same
    /// secret gives other keys for other purposes.
    pub fn new(purpose: &'static str, secret: &Secret) -> Self {
        let hash = Sha256::new().chain_update(purpose).chain_update([0_u8]).chain_update(secret.expose());
        let key: [u8; 32] = hash.finalize().into();
        Self { cipher: Aes256Gcm::new(&key.into()), purpose }
    }
}

/// A text that only the holder of its [`Key`] can read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sealed(String);

impl Sealed {
    /// Seals a text. `None` only when the cipher refuses, which it does for texts of many gigabytes.
    pub fn new(text: &Secret, key: &Key, entropy: &dyn Entropy) -> Option<Self> {
        let nonce = random_bytes::<NONCE>(entropy);
        let payload = Payload { msg: text.expose().as_bytes(), aad: key.purpose.as_bytes() };
        let sealed = key.cipher.encrypt(&Nonce::from(nonce), payload).ok()?;
        Some(Self(URL_SAFE_NO_PAD.encode([nonce.as_slice(), &sealed].concat())))
    }

    /// The text; `None` with any other key.
    pub fn open(&self, key: &Key) -> Option<Secret> {
        let bytes = URL_SAFE_NO_PAD.decode(&self.0).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE)?;
        let nonce = <[u8; NONCE]>::try_from(nonce).ok()?;
        let payload = Payload { msg: sealed, aad: key.purpose.as_bytes() };
        let plain = key.cipher.decrypt(&Nonce::from(nonce), payload).ok()?;
        String::from_utf8(plain).ok().map(Secret::new)
    }
}

#[cfg(test)]
mod tests {
    use carillon_domain::time::SeededEntropy;

    use super::*;

    fn key(purpose: &'static str, secret: &str) -> Key {
        Key::new(purpose, &Secret::new(secret))
    }

    #[test]
    fn only_the_same_grant_opens_it_and_only_for_the_same_purpose() {
        let entropy = SeededEntropy::new(1);
        let address = Secret::new("https://upload.example/?upload_id=7&upload_token=Xza1");
        let sealed = Sealed::new(&address, &key("uploads", "one"), &entropy).expect("sealed");
        let written = serde_json::to_string(&sealed).expect("text");
        assert!(!written.contains("Xza1") && !written.contains("upload"), "{written}");
        let read: Sealed = serde_json::from_str(&written).expect("read back");
        assert_eq!(
            read.open(&key("uploads", "one")).map(|s| s.expose().to_owned()).as_deref(),
            Some(address.expose())
        );
        assert!(read.open(&key("uploads", "two")).is_none(), "another grant");
        assert!(read.open(&key("downloads", "one")).is_none(), "another purpose");
        let again = Sealed::new(&address, &key("uploads", "one"), &entropy).expect("sealed");
        assert_ne!(sealed, again, "no two look the same");
        for broken in ["", "AAAA", &written[1..30]] {
            assert!(Sealed(broken.to_owned()).open(&key("uploads", "one")).is_none(), "{broken}");
        }
    }
}
