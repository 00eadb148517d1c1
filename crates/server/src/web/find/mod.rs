//! Finding things and going to them: the page of the search, and what the palette offers. Both show the same lines.

pub mod page;
pub mod palette;

use carillon_domain::media::MediaKind;
use carillon_engine::Actor;
use carillon_engine::media::MediaRow;
use carillon_engine::usecase::posts::PostView;
use carillon_engine::usecase::search::{self, Found};
use carillon_store::repo::account::AccountRow;
use jiff::Timestamp;

use super::Failure;
use super::components::{State, at};
use super::posts::card::{Card, Faces, title};
use super::ui::Ui;
use crate::assets::{self, glyph};
use crate::http::App;
use crate::urls;

/// Lines of one kind.
pub struct Group {
    /// Its name within the page.
    pub name: &'static str,
    /// What they are.
    pub label: String,
    /// The lines.
    pub items: Vec<Item>,
}

/// Something to go to, or to do.
#[derive(Default)]
pub struct Item {
    /// What it is called.
    pub label: String,
    /// What tells it from others of that name.
    pub note: Option<String>,
    /// Reference to its icon.
    pub icon: String,
    /// How a post stands.
    pub state: Option<State>,
    /// When a post is due.
    pub due_at: Option<Timestamp>,
    /// Where it leads.
    pub url: Option<String>,
    /// The form that it sends, with a name and a value.
    pub sends: Option<(&'static str, &'static str, &'static str)>,
    /// The dialog that it opens.
    pub opens: Option<&'static str>,
    /// The keys that do the same.
    pub keys: &'static str,
}

impl Item {
    /// A page.
    fn page(label: String, icon: &'static str, url: String) -> Self {
        Self { label, icon: assets::icon(icon), url: Some(url), ..Self::default() }
    }

    fn account(app: &App, row: &AccountRow) -> Self {
        Self {
            label: row.name.clone(),
            note: Some(format!("{} · {}", at(&row.handle), title(app, &row.platform))),
            icon: assets::brand(&row.platform),
            url: Some(urls::account(row.workspace, row.id)),
            ..Self::default()
        }
    }

    fn post(ui: &Ui, view: &PostView, faces: &Faces) -> Self {
        let card = Card::new(ui, view, faces);
        Self {
            label: card.text,
            icon: assets::icon(glyph("list")),
            state: Some(card.state),
            due_at: card.due_at,
            url: Some(card.url),
            ..Self::default()
        }
    }

    fn file(row: &MediaRow) -> Self {
        let icon = match row.info.kind {
            MediaKind::Image | MediaKind::Gif => glyph("photo"),
            MediaKind::Video => glyph("video"),
            MediaKind::Document => glyph("file-text"),
        };
        Self {
            label: row.name.clone(),
            note: row.info.alt.clone(),
            icon: assets::icon(icon),
            url: Some(urls::library_file(row.workspace, row.info.id)),
            ..Self::default()
        }
    }
}

/// What a text finds, by kind, and whether there is more that was not looked at.
struct Answer {
    groups: Vec<Group>,
    partial: bool,
}

impl Answer {
    /// Searches; at most `most` of each kind.
    async fn to(app: &App, ui: &Ui, actor: &Actor, text: &str, most: usize) -> Result<Self, Failure> {
        let Found { accounts, posts, files, partial } = search::find(&app.engine, actor, text, most).await?;
        let faces = Faces::load(app, actor).await?;
        let mut groups = vec![
            Group {
                name: "accounts",
                label: ui.tr("found-accounts"),
                items: accounts.iter().map(|row| Item::account(app, row)).collect(),
            },
            Group {
                name: "posts",
                label: ui.tr("found-posts"),
                items: posts.iter().map(|view| Item::post(ui, view, &faces)).collect(),
            },
            Group {
                name: "files",
                label: ui.tr("found-files"),
                items: files.iter().map(Item::file).collect(),
            },
        ];
        groups.retain(|group| !group.items.is_empty());
        Ok(Self { groups, partial })
    }

    /// How many lines.
    fn len(&self) -> usize {
        self.groups.iter().map(|group| group.items.len()).sum()
    }
}
