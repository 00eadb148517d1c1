//! Everything of the library, files and posts, by one filter; a choice of it is published or tagged from here.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use carillon_domain::id::{MediaId, PostId};
use carillon_domain::permission::Permission;
use carillon_engine::usecase::library::{self, GridFilter, Item, Reaction, Shown, Standing};
use carillon_engine::usecase::posts::PostView;
use jiff::Timestamp;
use serde::Deserialize;

use super::{ACCEPT, FileCard};
use crate::assets::glyph;
use crate::http::App;
use crate::http::extract::{self, Form, Query};
use crate::urls;
use crate::web::account::Amount;
use crate::web::components::{Alert, Choice, Empty, Errors, Face, Pager, State as StateBadge};
use crate::web::frame::Section;
use crate::web::posts::card::{Card, Faces};
use crate::web::signed_in::Member;
use crate::web::trash::Undo;
use crate::web::ui::Ui;
use crate::web::{Failure, html};

/// Files and posts on one page.
const PER_PAGE: u16 = 36;

/// What networks told of a post, in few words. What none told is said to be missing.
#[derive(Template)]
#[template(path = "components/told.html")]
pub struct Told {
    ui: Ui,
    engagements: Option<Amount>,
    views: Option<Amount>,
    /// Of how many accounts, where not all told.
    part: Option<String>,
}

impl Told {
    /// From what is kept.
    pub fn new(ui: &Ui, reaction: Reaction) -> Self {
        let amount = |n: u64| Amount::new(ui.t, i64::try_from(n).unwrap_or(i64::MAX));
        let part = (reaction.told > 0 && reaction.told < reaction.of)
            .then(|| ui.arg("told", reaction.told).arg("of", reaction.of).tr("library-told-part"));
        Self {
            engagements: reaction.engagements.map(amount),
            views: reaction.views.map(amount),
            part,
            ui: ui.clone(),
        }
    }
}

/// A file or a post in the grid.
struct Cell {
    id: String,
    url: String,
    title: String,
    thumb: Option<String>,
    alt: String,
    icon: &'static str,
    badge: Option<String>,
    made_for: Option<String>,
    /// How it stands, and where it goes: of a post.
    state: Option<StateBadge>,
    faces: Vec<Face>,
    due_at: Option<Timestamp>,
    /// By how many posts it is used: of a file.
    used: Option<String>,
    no_alt: bool,
    tags: Vec<String>,
    told: Option<Told>,
    chosen: bool,
}

impl Cell {
    fn new(ui: &Ui, item: Item, faces: &Faces) -> Self {
        match item {
            Item::File { row, uses } => {
                let used = (uses > 0).then(|| ui.count("n", uses).tr("library-used"));
                let card = FileCard::new(ui, &row);
                Self { used, no_alt: card.alt.is_empty(), ..Self::of(card) }
            }
            Item::Post { view, picture, reaction } => {
                let picture = picture.map(|row| Self::of(FileCard::new(ui, &row)));
                Self::post(ui, &view, picture, reaction, faces)
            }
        }
    }

    fn of(card: FileCard) -> Self {
        Self {
            id: card.id,
            url: card.url,
            title: card.name,
            thumb: card.thumb,
            alt: card.alt,
            icon: card.icon,
            badge: card.badge,
            made_for: card.made_for,
            state: None,
            faces: Vec::new(),
            due_at: None,
            used: None,
            no_alt: false,
            tags: card.tags,
            told: None,
            chosen: false,
        }
    }

    fn post(
        ui: &Ui,
        view: &PostView,
        picture: Option<Self>,
        reaction: Option<Reaction>,
        faces: &Faces,
    ) -> Self {
        let card = Card::new(ui, view, faces);
        let (thumb, icon, badge) = match picture {
            Some(picture) => (picture.thumb, picture.icon, picture.badge),
            None => (None, glyph("file-text"), None),
        };
        Self {
            id: view.post.id.to_string(),
            url: card.url,
            title: card.text,
            thumb,
            // The link says what the post says.
            alt: String::new(),
            icon,
            badge,
            made_for: None,
            state: Some(card.state),
            faces: card.faces,
            due_at: card.due_at,
            used: None,
            no_alt: false,
            tags: view.post.tags.clone(),
            told: reaction.map(|reaction| Told::new(ui, reaction)),
            chosen: false,
        }
    }
}

#[derive(Template)]
#[template(path = "pages/library.html")]
struct Page {
    ui: Ui,
    alerts: Vec<Alert>,
    undo: Option<Undo>,
    trash_url: String,
    tabs: Vec<Tab>,
    kinds: Vec<Choice>,
    tags: Vec<String>,
    campaigns: Vec<String>,
    query: GridQuery,
    cells: Vec<Cell>,
    pager: Pager,
    empty: Empty,
    /// Tags that were typed for the choice.
    new_tags: String,
    /// Addresses that were typed and not fetched.
    addresses: String,
    here: String,
    /// With the filter.
    back: String,
    fetch_url: String,
    publish_url: String,
    tag_url: String,
    accept: &'static str,
    may_write: bool,
}

struct Tab {
    label: String,
    url: String,
    current: bool,
}

/// Which of the library.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct GridQuery {
    status: String,
    kind: String,
    tag: String,
    campaign: String,
    q: String,
    cursor: Option<String>,
    /// How many files were tagged just now.
    tagged: Option<usize>,
    /// The file that was just thrown away.
    trashed: Option<MediaId>,
}

impl GridQuery {
    fn filter(&self) -> GridFilter {
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        GridFilter {
            shown: Shown::parse(&self.kind),
            standing: Standing::parse(&self.status),
            tag: given(&self.tag),
            campaign: given(&self.campaign),
            q: given(&self.q),
            cursor: self.cursor.clone(),
            limit: PER_PAGE,
        }
    }

    /// The address of this filter with another standing, and at a place.
    fn url(&self, here: &str, status: &str, cursor: Option<&str>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let own = [("kind", &self.kind), ("tag", &self.tag), ("campaign", &self.campaign), ("q", &self.q)];
        let pairs = own.into_iter().map(|(name, value)| (name, value.as_str()));
        for (name, value) in [("status", status)].into_iter().chain(pairs) {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        if let Some(cursor) = cursor {
            query.append_pair("cursor", cursor);
        }
        let query = query.finish();
        if query.is_empty() { here.to_owned() } else { format!("{here}?{query}") }
    }

    fn is_empty(&self) -> bool {
        let all = [&self.status, &self.kind, &self.tag, &self.campaign, &self.q];
        all.into_iter().all(String::is_empty) && self.cursor.is_none()
    }
}

/// The page as it was when a form was sent from it, with what that form held.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// The filter.
    pub(super) query: GridQuery,
    /// What was chosen, as ids.
    pub(super) items: Vec<String>,
    /// Tags for it.
    pub(super) tags: String,
    /// Addresses to fetch, one to a line.
    pub(super) addresses: String,
}

impl Kept {
    /// The page with this filter, and nothing typed or chosen on it.
    pub(super) fn on(query: GridQuery) -> Self {
        Self { query, ..Self::default() }
    }

    /// The page at this address. One that is none of the library's has no filter.
    pub(super) fn at(back: &str) -> Self {
        let query = back.split_once('?').map_or("", |(_, query)| query);
        let query: GridQuery = extract::pairs(query.as_bytes()).unwrap_or_default();
        Self::on(GridQuery { tagged: None, trashed: None, ..query })
    }
}

/// The page.
pub async fn show(
    State(app): State<App>,
    member: Member,
    Query(query): Query<GridQuery>,
) -> Result<Response, Failure> {
    page(&app, member, Kept::on(query), &Errors::default(), StatusCode::OK).await
}

/// The page, with what was refused.
pub(super) async fn page(
    app: &App,
    member: Member,
    kept: Kept,
    errors: &Errors,
    status: StatusCode,
) -> Result<Response, Failure> {
    let member = member.at(Section::Library);
    let (ui, actor) = (member.ui, member.actor);
    let Kept { query, items, tags: new_tags, addresses } = kept;
    let here = urls::library(actor.workspace);
    let grid = library::grid(&app.engine, &actor, &query.filter()).await?;
    let faces = Faces::load(app, &actor).await?;
    let labels = library::labels(&app.engine, &actor).await?;
    let mut alerts: Vec<Alert> = errors.besides(&[]).into_iter().map(Alert::danger).collect();
    alerts.extend(query.tagged.map(|n| Alert::success(ui.count("n", n).tr("library-tagged"))));
    let tab = |name: &'static str| Tab {
        label: ui.of("library-standing", name),
        url: query.url(&here, if name == "all" { "" } else { name }, None),
        current: query.status == name || (name == "all" && query.status.is_empty()),
    };
    let standings = Standing::ALL.into_iter().map(Standing::as_str);
    let kind = |name: &str| Choice {
        value: name.to_owned(),
        label: match name {
            "" => ui.tr("library-everything"),
            "files" => ui.tr("library-files"),
            "posts" => ui.tr("nav-posts"),
            kind => ui.of("kinds", kind),
        },
    };
    let empty = if query.is_empty() {
        Empty::new("photo", ui.tr("library-empty"), ui.tr("library-empty-text"))
    } else {
        Empty::new("photo", ui.tr("posts-none-found"), ui.tr("library-none-found-text"))
    };
    let cell = |item| {
        let cell = Cell::new(&ui, item, &faces);
        Cell { chosen: items.contains(&cell.id), ..cell }
    };
    let next = grid.next.as_deref().map(|cursor| query.url(&here, &query.status, Some(cursor)));
    let undo = query.trashed.map(|media| {
        let url = urls::restore_file(actor.workspace, media);
        Undo::new(ui.tr("trash-moved-file"), ui.tr("trash-undo"), url)
    });
    let page = Page {
        alerts,
        undo,
        trash_url: urls::trash(actor.workspace),
        tabs: ["all"].into_iter().chain(standings).map(tab).collect(),
        kinds: ["", "files", "posts", "image", "gif", "video", "document"].map(kind).into(),
        tags: labels.tags.into_iter().collect(),
        campaigns: labels.campaigns.into_iter().collect(),
        cells: grid.items.into_iter().map(cell).collect(),
        pager: Pager::new(ui.tr("older"), next),
        empty,
        new_tags,
        addresses,
        back: query.url(&here, &query.status, query.cursor.as_deref()),
        fetch_url: urls::library_fetch(actor.workspace),
        publish_url: urls::library_publish(actor.workspace),
        tag_url: urls::library_tag(actor.workspace),
        accept: ACCEPT,
        may_write: actor.role.may(Permission::Write),
        here,
        query,
        ui,
    };
    Ok((status, html(&page)?).into_response())
}

/// Adds tags to the files of a choice.
pub async fn tag(
    State(app): State<App>,
    member: Member,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let said =
        |wanted: &'static str| pairs.iter().filter(move |(name, _)| name == wanted).map(|(_, value)| value);
    let files: Vec<MediaId> = said("item").filter_map(|id| id.parse().ok()).collect();
    let tags: Vec<String> = said("tags").flat_map(|tags| tags.split(',')).map(str::to_owned).collect();
    let back = said("back").next().map(String::as_str).unwrap_or_default();
    let kept = || Kept {
        items: said("item").cloned().collect(),
        tags: said("tags").next().cloned().unwrap_or_default(),
        ..Kept::at(back)
    };
    if said("item").any(|id| id.parse::<PostId>().is_ok()) {
        let errors = Errors::general("posts_chosen", member.ui.tr("library-tag-posts"));
        return page(&app, member, kept(), &errors, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    if files.is_empty() || tags.iter().all(|tag| tag.trim().is_empty()) {
        let errors = Errors::general("nothing_chosen", member.ui.tr("library-tag-nothing"));
        return page(&app, member, kept(), &errors, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    match app.engine.library.add_tags(&member.actor, &files, &tags).await {
        Ok(count) => {
            let library = urls::library(member.actor.workspace);
            let back = if urls::local(back).starts_with(&library) { back } else { library.as_str() };
            Ok(Redirect::to(&urls::with_word(back, &format!("tagged={count}"))).into_response())
        }
        Err(error) => {
            let errors = Errors::from_refusal(member.ui.t, error)?;
            page(&app, member, kept(), &errors, StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}
