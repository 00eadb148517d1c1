//! Public addresses of library files, for networks that fetch media themselves. Whoever has such an address can read this
//! one file until the address expires, and can't make another one.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use carillon_domain::id::{MediaId, WorkspaceId};
use carillon_domain::time::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use url::Url;
use uuid::Uuid;

/// Where the addresses begin; the server's route must agree.
pub const PATH: &str = "/media/public";

/// Signs and checks.
#[derive(Clone)]
pub struct LinkKey([u8; 32]);

/// What a valid address names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Linked {
    /// The file's workspace.
    pub workspace: WorkspaceId,
    /// The file.
    pub media: MediaId,
}

impl LinkKey {
    /// A key derived from the installation's secret, for this purpose alone.
    pub fn derive(secret: &[u8]) -> Self {
        Self(mac(secret, &[b"carillon media links 1"]))
    }

    /// The address of `media` under `base`, valid until `expires`. `name` is what a download would be called.
    pub fn url(&self, base: &Url, linked: Linked, expires: Timestamp, name: &str) -> Option<Url> {
        let expiry = expires.as_second();
        let mut token = linked.workspace.uuid().as_bytes().to_vec();
        token.extend(self.sign(linked, expiry));
        let mut url = base.clone();
        url.set_query(None);
        let mut segments = url.path_segments_mut().ok()?;
        segments.pop_if_empty().extend(PATH.split('/').filter(|part| !part.is_empty()));
        segments.push(&linked.media.to_string()).push(&expiry.to_string());
        segments.push(&URL_SAFE_NO_PAD.encode(token)).push(name);
        drop(segments);
        Some(url)
    }

    /// What the parts of an address name, if we signed them and they have not expired. Takes the same time for every
    /// wrong signature.
    pub fn check(&self, media: MediaId, expiry: &str, token: &str, now: Timestamp) -> Option<Linked> {
        let expiry: i64 = expiry.parse().ok()?;
        let token = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (workspace, signature) = token.split_at_checked(16)?;
        let workspace = WorkspaceId::from_uuid(Uuid::from_slice(workspace).ok()?);
        let linked = Linked { workspace, media };
        let valid = subtle::ConstantTimeEq::ct_eq(signature, self.sign(linked, expiry).as_slice());
        (bool::from(valid) && now.as_second() < expiry).then_some(linked)
    }

    fn sign(&self, linked: Linked, expiry: i64) -> [u8; 32] {
        let (workspace, media) = (linked.workspace.uuid(), linked.media.uuid());
        mac(&self.0, &[workspace.as_bytes(), media.as_bytes(), &expiry.to_be_bytes()])
    }
}

impl std::fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LinkKey(..)")
    }
}

fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes keys of any length, so this does not fail.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn linked(media: u128) -> Linked {
        let workspace = WorkspaceId::from_uuid(Uuid::from_u128(3));
        Linked { workspace, media: MediaId::from_uuid(Uuid::from_u128(media)) }
    }

    fn parts(url: &Url) -> Vec<String> {
        url.path_segments().expect("segments").map(str::to_owned).collect()
    }

    #[test]
    fn an_address_is_good_until_it_expires() {
        let key = LinkKey::derive(b"secret");
        let base = Url::parse("https://bells.example/app/").expect("url");
        let expires = Timestamp::from_second(1000).expect("time");
        let url = key.url(&base, linked(7), expires, "my cat.jpg").expect("url");
        assert!(url.as_str().starts_with("https://bells.example/app/media/public/media_"), "{url}");
        let parts = parts(&url);
        let (expiry, token) = (&parts[4], &parts[5]);
        let at = |second| Timestamp::from_second(second).expect("time");
        assert_eq!(key.check(linked(7).media, expiry, token, at(999)), Some(linked(7)));
        assert_eq!(key.check(linked(7).media, expiry, token, at(1000)), None);
    }

    #[test]
    fn nothing_of_an_address_can_be_changed() {
        let key = LinkKey::derive(b"secret");
        let base = Url::parse("https://bells.example").expect("url");
        let expires = Timestamp::from_second(1000).expect("time");
        let now = Timestamp::from_second(0).expect("time");
        let url = key.url(&base, linked(7), expires, "a").expect("url");
        let parts = parts(&url);
        let (expiry, token) = (parts[3].as_str(), parts[4].as_str());
        assert!(key.check(linked(7).media, expiry, token, now).is_some());
        assert_eq!(key.check(linked(8).media, expiry, token, now), None);
        assert_eq!(key.check(linked(7).media, "2000", token, now), None);
        assert_eq!(LinkKey::derive(b"other").check(linked(7).media, expiry, token, now), None);
        for wrong in ["", "AAAA", "%%%", &token[..token.len() - 2], &format!("B{}", &token[1..])] {
            assert_eq!(key.check(linked(7).media, expiry, wrong, now), None, "{wrong}");
        }
    }
}
