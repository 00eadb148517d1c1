//! What surrounds the content of a signed-in person's page: navigation, workspaces, the person's own menu.

use carillon_domain::id::WorkspaceId;
use carillon_domain::permission::{Permission, Role};
use carillon_engine::usecase::notices::Unread;

use super::components::Face;
use crate::{assets, i18n, urls};

const COMPOSE: &str = i18n::key("nav-compose");

/// The parts of the product that have an entry in the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Section {
    /// Numbers, and what is next.
    Overview,
    /// Posts by day.
    Calendar,
    /// All posts.
    Posts,
    /// Writing one.
    Compose,
    /// Pictures, videos and documents.
    Library,
    /// Accounts.
    Connections,
    /// Finding things.
    Search,
    /// What the person hears of; the bell leads there.
    Notices,
    /// Workspace and personal settings.
    Settings,
}

/// One entry of the navigation.
pub struct Entry {
    /// Key of its label.
    pub label: &'static str,
    /// Its icon.
    pub icon: &'static str,
    /// Where it leads.
    pub url: String,
    /// The keys that lead there, one after the other.
    pub keys: &'static str,
    /// Whether the open page belongs to it.
    pub current: bool,
}

/// A workspace that one can switch to.
#[derive(Debug, Clone)]
pub struct Place {
    /// Its id.
    pub id: WorkspaceId,
    /// Its name.
    pub name: String,
}

/// The frame of one page.
#[derive(Debug, Clone)]
pub struct Frame {
    /// The person's name.
    pub name: String,
    /// The person's email address.
    pub email: String,
    /// The open workspace.
    pub workspace: Place,
    /// Where it tells what changes there, from before anything of the page was read.
    pub events_url: String,
    /// The person's role in it.
    pub role: Role,
    /// All workspaces of the person.
    pub workspaces: Vec<Place>,
    /// Which entry the page belongs to.
    pub section: Section,
    /// Whether programs get in with tokens here.
    pub api_tokens: bool,
    /// How many notices the person has not read.
    pub unread: Unread,
    /// Whether single keys do something.
    pub single_keys: bool,
}

impl Frame {
    /// The entries, in order.
    pub fn entries(&self) -> Vec<Entry> {
        let entry = |section, label, (icon, keys), url| Entry {
            label,
            icon,
            url,
            keys,
            current: self.section == section,
        };
        let workspace = self.workspace.id;
        let mut entries = vec![
            entry(
                Section::Overview,
                i18n::key("nav-overview"),
                (assets::glyph("chart-bar"), "g o"),
                urls::overview(workspace),
            ),
            entry(
                Section::Calendar,
                i18n::key("nav-calendar"),
                (assets::glyph("calendar"), "g c"),
                urls::calendar(workspace),
            ),
            entry(
                Section::Posts,
                i18n::key("nav-posts"),
                (assets::glyph("list"), "g p"),
                urls::posts(workspace),
            ),
            entry(Section::Compose, COMPOSE, (assets::glyph("edit"), "c"), urls::compose(workspace)),
            entry(
                Section::Library,
                i18n::key("nav-library"),
                (assets::glyph("photo"), "g l"),
                urls::library(workspace),
            ),
            entry(
                Section::Connections,
                i18n::key("nav-connections"),
                (assets::glyph("plug"), "g a"),
                urls::connections(workspace),
            ),
            entry(
                Section::Settings,
                i18n::key("nav-settings"),
                (assets::glyph("settings"), "g s"),
                urls::workspace_settings(workspace),
            ),
        ];
        if !self.may_write() {
            entries.retain(|entry| entry.label != COMPOSE);
        }
        entries
    }

    /// Whether the person hears what changes here while the page is open.
    pub fn may_read(&self) -> bool {
        self.role.may(Permission::Read)
    }

    /// Whether the person may write posts here.
    pub fn may_write(&self) -> bool {
        self.role.may(Permission::Write)
    }

    /// The entries at the bottom of a phone; settings are in the person's own menu there.
    pub fn tabs(&self) -> Vec<Entry> {
        let mut entries = self.entries();
        entries.pop();
        entries
    }

    /// The person's face.
    pub fn person(&self) -> Face {
        Face::person(&self.name)
    }

    /// The workspace's face.
    pub fn place(&self) -> Face {
        Face::workspace(&self.workspace.name)
    }
}
