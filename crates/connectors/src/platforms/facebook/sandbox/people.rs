//! Who exists: every persona is a Facebook user with a Page of the same name, and some may do things for other Pages.
//!
//! Mara Fields also works for the Page of Harbor Light Coffee. Theo Lund works for Fernweh Bikes through a Business that owns
//! its Page, and for Aisha Okafor's as that Business's client; of an old bakery's Page he may only see the numbers. The ids of
//! users, Pages, posts, photos, videos, stories and comments are disjoint spaces here.

use super::PLATFORM;
use crate::sandbox::Persona;
use crate::sandbox::persona::{PERSONAS, crowd};

/// What an id is the id of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NodeKind {
    Me,
    User,
    Page,
    Business,
    Post,
    Story,
    Photo,
    Video,
    Comment,
    Upload,
    Other,
}

const PAGE: &str = "61";
const USER: &str = "10";
const PHOTO: &str = "122";
const VIDEO: &str = "88";
const STORY: &str = "77";
const POST: &str = "123";

/// What an id is the id of.
pub(super) fn kind_of(id: &str) -> NodeKind {
    let digits = |text: &str, len: usize| text.len() == len && text.bytes().all(|b| b.is_ascii_digit());
    if let Some((first, second)) = id.split_once('_') {
        let whole = digits(first, 15) && digits(second, 15);
        return match first {
            _ if whole && first.starts_with(PAGE) => NodeKind::Post,
            _ if whole && first.starts_with(POST) => NodeKind::Comment,
            _ => NodeKind::Other,
        };
    }
    match id {
        "me" => NodeKind::Me,
        BUSINESS => NodeKind::Business,
        _ if id.starts_with("upload:") => NodeKind::Upload,
        _ if digits(id, 15) && id.starts_with(PAGE) => NodeKind::Page,
        _ if digits(id, 15) && id.starts_with(PHOTO) => NodeKind::Photo,
        _ if digits(id, 16) && id.starts_with(VIDEO) => NodeKind::Video,
        _ if digits(id, 16) && id.starts_with(STORY) => NodeKind::Story,
        _ if digits(id, 17) && id.starts_with(USER) => NodeKind::User,
        _ => NodeKind::Other,
    }
}

pub(super) fn photo_id(n: u64) -> String {
    format!("{PHOTO}{:012}", 101_234_000_000 + n * 7919)
}

pub(super) fn video_id(n: u64) -> String {
    format!("{VIDEO}{:014}", 21_034_000_000_000 + n * 7907)
}

pub(super) fn story_id(n: u64) -> String {
    format!("{STORY}{:014}", 41_034_000_000_000 + n * 7901)
}

pub(super) fn post_id(page: &str, n: u64) -> String {
    format!("{page}_{POST}{:012}", 202_345_000_000 + n * 7883)
}

/// The id of a comment on a post, or on what a story or video is as a post.
pub(super) fn comment_id(post: &str, n: u64) -> String {
    let own = post.split_once('_').map_or(post, |(_, own)| own);
    format!("{own}_{:015}", 913_000_000_000_000 + n * 7877)
}

/// The user's id.
pub(super) fn user_id(persona: &Persona) -> String {
    format!("{USER}{:015}", persona.number(PLATFORM, "user") % 1_000_000_000_000_000)
}

/// A Page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Page {
    /// Whose face and numbers it has.
    pub look: &'static Persona,
    /// Its name in addresses.
    pub handle: &'static str,
    pub name: &'static str,
    pub category: &'static str,
}

impl Page {
    fn of(look: &'static Persona) -> Self {
        let category = if look.brand { "Shopping & retail" } else { "Digital creator" };
        Self { look, handle: look.key, name: look.name, category }
    }

    pub(super) fn id(&self) -> String {
        format!("{PAGE}{:013}", self.look.number(PLATFORM, self.handle) % 10_000_000_000_000)
    }
}

/// Every Page that is shown.
pub(super) fn pages() -> Vec<Page> {
    let bakery = Persona::find("theolund").map(|look| Page {
        look,
        handle: "lundsoldbakery",
        name: "Lund's old bakery",
        category: "Bakery",
    });
    PERSONAS.iter().map(Page::of).chain(bakery).collect()
}

/// Those of the crowd, too.
fn all() -> impl Iterator<Item = Page> {
    pages().into_iter().chain(crowd().iter().map(Page::of))
}

pub(super) fn page(id: &str) -> Option<Page> {
    all().find(|p| p.id() == id)
}

pub(super) fn page_of_handle(handle: &str) -> Option<Page> {
    all().find(|p| p.handle == handle)
}

/// How somebody came to work for a Page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Through {
    /// By a role on the Page.
    Role,
    /// The Business owns the Page.
    Owned,
    /// The Page is the Business's client.
    Client,
}

/// What somebody may do for a Page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Work {
    pub page: Page,
    pub through: Through,
    pub tasks: &'static [&'static str],
}

const ALL: &[&str] = &["ANALYZE", "ADVERTISE", "MESSAGING", "MODERATE", "CREATE_CONTENT", "MANAGE"];
const EDITOR: &[&str] = &["ANALYZE", "ADVERTISE", "MESSAGING", "MODERATE", "CREATE_CONTENT"];
const ANALYST: &[&str] = &["ANALYZE"];

/// The one Business.
pub(super) const BUSINESS: &str = "1029384756102938";
/// Its name.
pub(super) const BUSINESS_NAME: &str = "Lund & Partners AB";

/// The Business that somebody works for.
pub(super) fn business(user: &Persona) -> Option<&'static str> {
    (user.key == "theolund").then_some(BUSINESS)
}

/// Everything that somebody may do, their own Page first.
pub(super) fn work_of(user: &'static Persona) -> Vec<Work> {
    let own = Work { page: Page::of(user), through: Through::Role, tasks: ALL };
    let more: &[(&str, Through, &'static [&'static str])] = match user.key {
        "marafields" => &[("harborlightcoffee", Through::Role, EDITOR)],
        "theolund" => &[
            ("lundsoldbakery", Through::Role, ANALYST),
            ("fernwehbikes", Through::Owned, ALL),
            ("aishaokafor", Through::Client, EDITOR),
        ],
        _ => &[],
    };
    let more = more.iter().filter_map(|(handle, through, tasks)| {
        Some(Work { page: page_of_handle(handle)?, through: *through, tasks })
    });
    std::iter::once(own).chain(more).collect()
}
