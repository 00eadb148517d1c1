//! Messages that are signed with a shared secret. Signatures are compared in constant time.

use carillon_domain::secret::Secret;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// HMAC-SHA256 of a message, given in pieces.
pub fn sha256(secret: &Secret, message: &[&[u8]]) -> Vec<u8> {
    over::<Hmac<Sha256>>(secret, message).map(|mac| mac.finalize().into_bytes().to_vec()).unwrap_or_default()
}

/// Whether `signature` is the HMAC-SHA256 of the message.
pub fn is_sha256(secret: &Secret, message: &[&[u8]], signature: &[u8]) -> bool {
    over::<Hmac<Sha256>>(secret, message).is_some_and(|mac| mac.verify_slice(signature).is_ok())
}

/// Whether `signature` is the HMAC-SHA1 of the message: out of date, but it is what the hubs of WebSub sign with.
pub fn is_sha1(secret: &Secret, message: &[&[u8]], signature: &[u8]) -> bool {
    over::<Hmac<Sha1>>(secret, message).is_some_and(|mac| mac.verify_slice(signature).is_ok())
}

/// Whether somebody repeats what only they and we know.
pub fn is_same(secret: &Secret, given: &str) -> bool {
    secret.expose().as_bytes().ct_eq(given.as_bytes()).into()
}

/// Never none: HMAC takes keys of any length.
fn over<M: Mac + KeyInit>(secret: &Secret, message: &[&[u8]]) -> Option<M> {
    let mut mac = <M as KeyInit>::new_from_slice(secret.expose().as_bytes()).ok()?;
    message.iter().for_each(|piece| mac.update(piece));
    Some(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOX: &[u8] = b"The quick brown fox jumps over the lazy dog";

    #[test]
    fn signatures_are_those_that_everybody_else_computes() {
        let key = Secret::new("key");
        let known =
            hex::decode("f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8").expect("hex");
        assert_eq!(sha256(&key, &[&FOX[..7], &FOX[7..]]), known);
        assert!(is_sha256(&key, &[FOX], &known));
        let known = hex::decode("de7c9b85b8b78aa6bc8a7a36f70a90701c9db4d9").expect("hex");
        assert!(is_sha1(&key, &[FOX], &known));
    }

    #[test]
    fn another_key_message_or_length_is_none() {
        let key = Secret::new("key");
        let good = sha256(&key, &[FOX]);
        assert!(!is_sha256(&Secret::new("kez"), &[FOX], &good));
        assert!(!is_sha256(&key, &[&FOX[1..]], &good));
        assert!(!is_sha256(&key, &[FOX], &good[..31]) && !is_sha256(&key, &[FOX], &[]));
        assert!(is_same(&key, "key") && !is_same(&key, "ke") && !is_same(&key, ""));
    }
}
