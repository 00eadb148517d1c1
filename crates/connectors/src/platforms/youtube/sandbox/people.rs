//! Channels of the personas.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::PLATFORM;
use crate::sandbox::Persona;
use crate::sandbox::persona::everybody;

/// Key of the persona whose channel has shown YouTube no telephone number: no pictures of its own for videos, and at most 15
/// minutes (YouTube Help, "Access to intermediate and advanced features").
pub(super) const UNVERIFIED: &str = "nikospapadakis";

fn id(persona: &Persona, purpose: &str) -> String {
    let half = |name: &str| persona.number(PLATFORM, &format!("{purpose} {name}")).to_be_bytes();
    URL_SAFE_NO_PAD.encode([half("a"), half("b")].concat())
}

/// A channel's id: `UC` and 22 characters.
pub(super) fn channel_id(persona: &Persona) -> String {
    format!("UC{}", id(persona, "channel"))
}

/// The playlist of everything that a channel uploaded.
pub(super) fn uploads_id(persona: &Persona) -> String {
    format!("UU{}", id(persona, "channel"))
}

/// The playlist of what it likes.
pub(super) fn likes_id(persona: &Persona) -> String {
    format!("LL{}", id(persona, "channel"))
}

/// The Google account's number, as id tokens name it.
pub(super) fn google_id(persona: &Persona) -> String {
    format!("1{:020}", persona.number(PLATFORM, "google"))
}

/// Whose channel this is.
pub(super) fn by_channel(id: &str) -> Option<&'static Persona> {
    everybody().find(|persona| channel_id(persona) == id)
}

/// Whose uploads these are.
pub(super) fn by_uploads(id: &str) -> Option<&'static Persona> {
    everybody().find(|persona| uploads_id(persona) == id)
}

/// Who has this handle, with or without `@`.
pub(super) fn by_handle(handle: &str) -> Option<&'static Persona> {
    let handle = handle.strip_prefix('@').unwrap_or(handle);
    everybody().find(|persona| persona.key.eq_ignore_ascii_case(handle))
}

/// Subscribers as everybody sees them: three significant digits, the rest cut off (YouTube Data API revision history,
/// 10 Sep 2019).
pub(super) fn rounded(count: u64) -> u64 {
    let mut scale = 1;
    while count / scale >= 1_000 {
        scale *= 10;
    }
    count / scale * scale
}
