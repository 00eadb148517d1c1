//! Who exists: every persona has a professional account, linked to a Facebook Page.
//!
//! Under the Facebook login Mara Fields also manages the Page of Harbor Light Coffee, and Theo Lund manages that of Fernweh
//! Bikes through a Business only, and an old Page without an Instagram account. The ids of accounts, containers, media,
//! comments and Pages are disjoint spaces, as at the network.

use crate::sandbox::Persona;
use crate::sandbox::persona::everybody;

use super::PLATFORM;

/// What an id is the id of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NodeKind {
    Account,
    Container,
    Media,
    Comment,
    Other,
}

const ACCOUNT: &str = "17841";
const CONTAINER: &str = "17889";
const COMMENT: &str = "17870";
const MEDIA: &str = "180";

/// What an id is the id of.
pub(super) fn kind_of(id: &str) -> NodeKind {
    match id {
        _ if id.len() != 17 || !id.bytes().all(|b| b.is_ascii_digit()) => NodeKind::Other,
        _ if id.starts_with(ACCOUNT) => NodeKind::Account,
        _ if id.starts_with(CONTAINER) => NodeKind::Container,
        _ if id.starts_with(COMMENT) => NodeKind::Comment,
        _ if id.starts_with(MEDIA) => NodeKind::Media,
        _ => NodeKind::Other,
    }
}

pub(super) fn container_id(n: u64) -> String {
    format!("{CONTAINER}{:012}", 615_691_000_000 + n * 7919)
}

pub(super) fn comment_id(n: u64) -> String {
    format!("{COMMENT}{:012}", 913_000_000 + n * 7907)
}

pub(super) fn media_id(n: u64) -> String {
    format!("{MEDIA}{:014}", 27_310_000_000_000 + n * 7901)
}

/// The professional account's id.
pub(super) fn account_id(persona: &Persona) -> String {
    format!("{ACCOUNT}{:012}", persona.number(PLATFORM, "account") % 1_000_000_000_000)
}

/// The id that is only valid inside the app.
pub(super) fn scoped_id(persona: &Persona) -> String {
    format!("26{:015}", persona.number(PLATFORM, "scoped") % 1_000_000_000_000_000)
}

/// The Facebook user's id.
pub(super) fn user_id(persona: &Persona) -> String {
    format!("10{:015}", persona.number(PLATFORM, "user") % 1_000_000_000_000_000)
}

/// The Facebook Page's id.
pub(super) fn page_id(persona: &Persona) -> String {
    format!("61{:013}", persona.number(PLATFORM, "page") % 10_000_000_000_000)
}

pub(super) fn by_account(id: &str) -> Option<&'static Persona> {
    everybody().find(|p| account_id(p) == id)
}

pub(super) fn by_handle(handle: &str) -> Option<&'static Persona> {
    everybody().find(|p| p.key == handle)
}

/// The account's type as `account_type` says it.
pub(super) fn account_type(persona: &Persona) -> &'static str {
    if persona.brand { "Business" } else { "Media_Creator" }
}

/// Pages that somebody manages directly.
pub(super) fn own_pages(persona: &'static Persona) -> Vec<&'static Persona> {
    let friend = (persona.key == "marafields").then(|| Persona::find("harborlightcoffee")).flatten();
    std::iter::once(persona).chain(friend).collect()
}

/// The Business that somebody works for: its id and the owner of its Page.
pub(super) fn business(persona: &Persona) -> Option<(&'static str, &'static Persona)> {
    (persona.key == "theolund").then(|| Persona::find("fernwehbikes")).flatten().map(|p| (BUSINESS, p))
}

/// The one Business.
pub(super) const BUSINESS: &str = "1029384756102938";

/// The Page without an Instagram account.
pub(super) const BARE_PAGE: &str = "610000000000042";

/// Every account that somebody can reach with the Facebook login.
pub(super) fn reachable(persona: &'static Persona) -> Vec<&'static Persona> {
    own_pages(persona).into_iter().chain(business(persona).map(|(_, owner)| owner)).collect()
}
