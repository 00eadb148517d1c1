//! Who exists: every persona has a profile. The ids of accounts, containers, posts and places are disjoint spaces here.

use super::PLATFORM;
use crate::sandbox::Persona;
use crate::sandbox::persona::everybody;

/// What an id is the id of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NodeKind {
    Me,
    Account,
    Container,
    Post,
    Place,
    /// One of the API's own words, or nothing.
    Other,
}

const ACCOUNT: &str = "17841";
const CONTAINER: &str = "17889";
const POST: &str = "180";
const PLACE: &str = "27";

/// Ids that a post and the files of its carousel take.
const STEP: u64 = 32;

/// What an id is the id of.
pub(super) fn kind_of(id: &str) -> NodeKind {
    let number = !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit());
    match (id.len(), id) {
        (_, "me") => NodeKind::Me,
        _ if !number => NodeKind::Other,
        (17, id) if id.starts_with(ACCOUNT) => NodeKind::Account,
        (17, id) if id.starts_with(CONTAINER) => NodeKind::Container,
        (17, id) if id.starts_with(POST) => NodeKind::Post,
        (15, id) if id.starts_with(PLACE) => NodeKind::Place,
        _ => NodeKind::Other,
    }
}

/// Id of the `n`th container.
pub(super) fn container_id(n: u64) -> String {
    format!("{CONTAINER}{:012}", 615_691_000_000 + n * 7_919)
}

/// Id of the `n`th post.
pub(super) fn post_id(n: u64) -> String {
    format!("{POST}{:014}", 61_310_000_000_000 + n * STEP)
}

/// Id of a file in the carousel that is the `n`th post; files count from 0.
pub(super) fn item_id(n: u64, index: usize) -> String {
    format!("{POST}{:014}", 61_310_000_000_000 + n * STEP + 1 + index as u64)
}

/// Id of the `n`th place.
pub(super) fn place_id(n: u64) -> String {
    format!("{PLACE}{:013}", 1_106_078_429_431 + n)
}

/// The profile's id.
pub(super) fn account_id(persona: &Persona) -> String {
    format!("{ACCOUNT}{:012}", persona.number(PLATFORM, "account") % 1_000_000_000_000)
}

pub(super) fn by_account(id: &str) -> Option<&'static Persona> {
    everybody().find(|p| account_id(p) == id)
}

/// The handle of an account.
pub(super) fn handle_of(account: &str) -> &'static str {
    by_account(account).map_or("", |persona| persona.key)
}
