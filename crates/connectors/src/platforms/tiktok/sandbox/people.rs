//! The personas' accounts: their ids, and what their owners have set.

use super::PLATFORM;
use super::memory::Memory;
use crate::sandbox::Persona;
use crate::sandbox::persona::everybody;

/// Key of the persona whose account is private unless the rules say otherwise.
pub(super) const PRIVATE: &str = "nikospapadakis";

fn id(persona: &Persona, purpose: &str) -> String {
    let half = |name: &str| persona.number(PLATFORM, &format!("{purpose} {name}"));
    format!("-000{:016x}{:016x}", half("a"), half("b"))
}

/// A person's id for one app ("Login Kit": `open_id` is unique per app and user).
pub(super) fn open_id(persona: &Persona, client: &str) -> String {
    id(persona, &format!("open id of {client}"))
}

/// A person's id for all apps of one developer, who here is always the same.
pub(super) fn union_id(persona: &Persona) -> String {
    id(persona, "union id")
}

/// Who has this name, with or without `@`.
pub(super) fn by_username(name: &str) -> Option<&'static Persona> {
    let name = name.strip_prefix('@').unwrap_or(name);
    everybody().find(|persona| persona.key.eq_ignore_ascii_case(name))
}

/// What an account's owner has set, or TikTok for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Settings {
    /// Only followers see it.
    pub private: bool,
    /// Nobody may comment.
    pub no_comment: bool,
    /// Nobody may make duets.
    pub no_duet: bool,
    /// Nobody may stitch.
    pub no_stitch: bool,
    /// Longest video, seconds: 180, 300 or 600.
    pub longest_s: u64,
}

/// An account's settings now.
pub(super) fn settings(memory: &Memory, persona: &Persona) -> Settings {
    let private = memory.rules.private.get(persona.key).copied().unwrap_or(persona.key == PRIVATE);
    Settings {
        private,
        no_comment: persona.key == "fernwehbikes",
        // Private accounts can't be used by others in videos of their own.
        no_duet: private || persona.key == "aishaokafor",
        no_stitch: private,
        longest_s: match persona.key {
            PRIVATE => 180,
            "theolund" => 300,
            _ => 600,
        },
    }
}
