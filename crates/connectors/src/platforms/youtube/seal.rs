//! The address of an upload session, sealed.
//!
//! Whoever has it can send bytes in the account's name, so that it is a secret; and it must be kept over a restart, in notes that are
//! no place for secrets. So it is kept under a key made from the grant, which the database holds only sealed: who reads the notes alone
//! learns nothing. When the account is connected again the key is another one, and the upload begins anew.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use carillon_domain::secret::Secret;
use carillon_domain::time::{Entropy, random_bytes};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::contract::cx::Credential;

/// What the key is for, so that the same grant gives other keys for other purposes.
const PURPOSE: &[u8] = b"carillon youtube upload session\0";
const NONCE: usize = 12;

/// An address that only the holder of the grant can read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Sealed(String);

impl Sealed {
    /// Seals an address. `None` only when the cipher refuses, which it does for texts of many gigabytes.
    pub(super) fn new(address: &Secret, credential: &Credential, entropy: &dyn Entropy) -> Option<Self> {
        let nonce = random_bytes::<NONCE>(entropy);
        let payload = Payload { msg: address.expose().as_bytes(), aad: PURPOSE };
        let text = cipher(credential).encrypt(&Nonce::from(nonce), payload).ok()?;
        Some(Self(URL_SAFE_NO_PAD.encode([nonce.as_slice(), &text].concat())))
    }

    /// The address; `None` when the grant is another one by now.
    pub(super) fn open(&self, credential: &Credential) -> Option<Secret> {
        let bytes = URL_SAFE_NO_PAD.decode(&self.0).ok()?;
        let (nonce, text) = bytes.split_at_checked(NONCE)?;
        let nonce = <[u8; NONCE]>::try_from(nonce).ok()?;
        let payload = Payload { msg: text, aad: PURPOSE };
        let plain = cipher(credential).decrypt(&Nonce::from(nonce), payload).ok()?;
        String::from_utf8(plain).ok().map(Secret::new)
    }
}

/// Google's refresh tokens stay the same for the life of a grant.
fn cipher(credential: &Credential) -> Aes256Gcm {
    let secret = credential.refresh_token.as_ref().unwrap_or(&credential.access_token);
    let key: [u8; 32] = Sha256::new().chain_update(PURPOSE).chain_update(secret.expose()).finalize().into();
    Aes256Gcm::new(&key.into())
}

#[cfg(test)]
mod tests {
    use carillon_domain::time::SeededEntropy;

    use super::*;

    fn grant(refresh: &str, access: &str) -> Credential {
        Credential {
            access_token: Secret::new(access),
            refresh_token: Some(Secret::new(refresh)),
            expires_at: None,
            refresh_expires_at: None,
            scopes: Vec::new(),
            extra: serde_json::Value::Null,
        }
    }

    #[test]
    fn only_the_same_grant_opens_it() {
        let entropy = SeededEntropy::new(1);
        let address = Secret::new("https://www.googleapis.com/upload/youtube/v3/videos?upload_id=ABPnz");
        let sealed = Sealed::new(&address, &grant("1//refresh", "one"), &entropy).expect("sealed");
        let written = serde_json::to_string(&sealed).expect("text");
        assert!(!written.contains("ABPnz") && !written.contains("upload_id"), "{written}");
        let read: Sealed = serde_json::from_str(&written).expect("sealed");
        let opened = read.open(&grant("1//refresh", "another access token")).expect("opened");
        assert_eq!(opened.expose(), address.expose());
        assert!(read.open(&grant("1//another", "one")).is_none());
        let again = Sealed::new(&address, &grant("1//refresh", "one"), &entropy).expect("sealed");
        assert_ne!(sealed, again, "no two look the same");
        for broken in ["", "AAAA", &written[1..40]] {
            assert!(Sealed(broken.to_owned()).open(&grant("1//refresh", "one")).is_none(), "{broken}");
        }
    }
}
