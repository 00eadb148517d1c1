//! What a browser or program holds to prove who it is.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use carillon_domain::secret::Secret;
use carillon_domain::time::{Entropy, random_bytes};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// 32 random bytes as text, after `prefix`.
pub fn new(prefix: &str, entropy: &dyn Entropy) -> Secret {
    let bytes = Zeroizing::new(random_bytes::<32>(entropy));
    Secret::new(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes.as_slice())))
}

/// What is kept of it. A fast hash will do: there is nothing to guess in 32 random bytes.
pub fn hash(proof: &Secret) -> Vec<u8> {
    Sha256::digest(proof.expose().as_bytes()).to_vec()
}
