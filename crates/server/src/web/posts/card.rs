//! A post at a glance: in words, and as a line of a list.

use std::collections::BTreeMap;

use carillon_domain::composition::Composition;
use carillon_domain::error::AppError;
use carillon_domain::id::AccountId;
use carillon_domain::publication::{Delivered, PostStatus, PublicationState};
use carillon_engine::Actor;
use carillon_engine::usecase::accounts;
use carillon_engine::usecase::posts::{PostView, PublicationView};
use carillon_store::repo::account::AccountRow;
use jiff::Timestamp;

use crate::http::App;
use crate::urls;
use crate::web::components::{Face, State};
use crate::web::said::Said;
use crate::web::ui::Ui;

/// Longest excerpt of a text, in characters.
const EXCERPT: usize = 140;

/// The workspace's accounts, for showing who a post goes to.
pub struct Faces(BTreeMap<AccountId, AccountRow>);

impl Faces {
    /// Loads them.
    ///
    /// # Errors
    /// When the role may not read.
    pub async fn load(app: &App, actor: &Actor) -> Result<Self, AppError> {
        Ok(Self::of(accounts::list(&app.engine, actor).await?))
    }

    /// Those of these accounts.
    pub fn of(rows: Vec<AccountRow>) -> Self {
        Self(rows.into_iter().map(|row| (row.id, row)).collect())
    }

    /// The account of this id.
    pub fn get(&self, id: AccountId) -> Option<&AccountRow> {
        self.0.get(&id)
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &AccountRow> {
        self.0.values()
    }

    /// The face of an account, or of one that is gone.
    pub fn face(&self, id: AccountId, platform: &str) -> Face {
        match self.get(id) {
            Some(row) => Face::account(&row.name, row.avatar_url.as_deref(), &row.platform),
            None => Face::account("?", None, platform),
        }
    }
}

/// The platform as people write it. The same handle is used on several networks, so a handle alone names no account.
pub fn title(app: &App, platform: &str) -> &'static str {
    app.engine.networks.connector(platform).map_or("", |c| c.descriptor().title)
}

/// A post in the list.
pub struct Card {
    /// Its page.
    pub url: String,
    /// Beginning of its text.
    pub text: String,
    /// How it stands.
    pub state: State,
    /// When it is due.
    pub due_at: Option<Timestamp>,
    /// The accounts that it goes to.
    pub faces: Vec<Face>,
    /// What needs a person, in plain words.
    pub trouble: Option<Said>,
}

impl Card {
    /// From a post.
    pub fn new(ui: &Ui, view: &PostView, faces: &Faces) -> Self {
        let cause = |p: &PublicationView| {
            let error = p.error.as_ref().filter(|_| p.published_at.is_none());
            let held = p.held_reason.map(|r| Said::from(ui.of("held", r.as_str())));
            held.or(error.map(|e| ui.said(&e.cause)))
        };
        let trouble = view.publications.iter().find_map(cause);
        let mut places: Vec<_> = view.publications.iter().collect();
        places.sort_by(|a, b| (&a.platform, a.account).cmp(&(&b.platform, b.account)));
        Self {
            url: urls::post(view.post.workspace, view.post.id),
            text: excerpt(ui, &view.post.composition),
            state: State::new(view.status.as_str(), status(ui, view)),
            due_at: view.post.due_at,
            faces: places.into_iter().map(|p| faces.face(p.account, &p.platform)).collect(),
            trouble,
        }
    }
}

/// How a post stands, in words. What went nowhere but into inboxes is not said to be published.
pub fn status(ui: &Ui, view: &PostView) -> String {
    let mut published =
        view.publications.iter().filter(|p| p.state == PublicationState::Published).peekable();
    let in_inbox = published.peek().is_some() && published.all(is_in_inbox);
    status_words(ui, view.status, in_inbox)
}

/// A post's status in words, where that is known; `in_inbox` if all of it that is published waits in inboxes.
pub fn status_words(ui: &Ui, status: PostStatus, in_inbox: bool) -> String {
    match status {
        PostStatus::Published if in_inbox => ui.tr("status-inbox"),
        PostStatus::PartiallyPublished if in_inbox => ui.tr("status-partly-inbox"),
        other => ui.of("status", other.as_str()),
    }
}

/// Whether it waits in an inbox for a person to post it.
pub fn is_in_inbox(view: &PublicationView) -> bool {
    view.delivered == Some(Delivered::Inbox) && view.deleted_at.is_none()
}

/// The beginning of a post's text, in one line.
pub fn excerpt(ui: &Ui, composition: &Composition) -> String {
    let own = composition.overrides.values().find_map(|o| o.text.as_deref());
    let text = if composition.text.trim().is_empty() { own.unwrap_or_default() } else { &composition.text };
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() {
        return ui.tr("post-no-text");
    }
    match text.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
