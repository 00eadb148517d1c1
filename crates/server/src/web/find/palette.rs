//! What the palette offers: pages and actions, accounts, recent posts; for a text, what it finds. The browser filters the first and
//! asks for the second.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use carillon_domain::permission::Permission;
use carillon_engine::Actor;
use carillon_engine::usecase::posts::{self, PostFilter};

use super::page::Asked;
use super::{Answer, Group, Item};
use crate::assets::{self, glyph};
use crate::http::App;
use crate::http::extract::Query;
use crate::urls;
use crate::web::frame::Frame;
use crate::web::posts::card::Faces;
use crate::web::signed_in::Member;
use crate::web::ui::Ui;
use crate::web::{Failure, html};

/// Found things of each kind.
const MOST: usize = 6;
/// Recent posts.
const RECENT: i64 = 5;

#[derive(Template)]
#[template(path = "components/palette_lines.html")]
struct Lines {
    /// Begins the ids of its lines.
    prefix: &'static str,
    groups: Vec<Group>,
}

/// The lines, as a part of the page.
pub async fn show(
    State(app): State<App>,
    member: Member,
    Query(asked): Query<Asked>,
) -> Result<Response, Failure> {
    let (ui, actor) = (member.ui, member.actor);
    let text = asked.q.trim();
    let reads = actor.role.may(Permission::Read);
    let (prefix, groups) = match (text.is_empty(), reads) {
        (true, _) => ("go", offered(&app, &ui, &actor).await?),
        (false, true) => ("hit", Answer::to(&app, &ui, &actor, text, MOST).await?.groups),
        (false, false) => ("hit", Vec::new()),
    };
    Ok(html(&Lines { prefix, groups })?.into_response())
}

/// Everything that is there without a text.
async fn offered(app: &App, ui: &Ui, actor: &Actor) -> Result<Vec<Group>, Failure> {
    let Some(frame) = &ui.frame else { return Ok(Vec::new()) };
    let mut groups = vec![
        Group { name: "pages", label: ui.tr("palette-pages"), items: pages(ui, frame) },
        Group { name: "actions", label: ui.tr("palette-actions"), items: actions(ui, frame) },
    ];
    if frame.may_read() {
        let faces = Faces::load(app, actor).await?;
        let filter = PostFilter { limit: RECENT, ..PostFilter::default() };
        let (recent, _) = posts::list(&app.engine, actor, &filter).await?;
        groups.push(Group {
            name: "accounts",
            label: ui.tr("found-accounts"),
            items: faces.all().map(|row| Item::account(app, row)).collect(),
        });
        groups.push(Group {
            name: "posts",
            label: ui.tr("palette-recent"),
            items: recent.iter().map(|view| Item::post(ui, view, &faces)).collect(),
        });
    }
    groups.retain(|group| !group.items.is_empty());
    Ok(groups)
}

fn pages(ui: &Ui, frame: &Frame) -> Vec<Item> {
    let workspace = frame.workspace.id;
    let entries = frame.entries().into_iter().filter(|entry| entry.url != urls::compose(workspace));
    let mut items: Vec<Item> = entries
        .map(|entry| Item { keys: entry.keys, ..Item::page(ui.tr(entry.label), entry.icon, entry.url) })
        .collect();
    let mut add = |label, icon, url| items.push(Item::page(label, icon, url));
    if frame.may_read() {
        add(ui.tr("notices"), glyph("bell"), urls::notices(workspace));
        add(ui.tr("networks"), glyph("world"), urls::networks(workspace));
        add(ui.tr("definitions"), glyph("chart-bar"), urls::definitions(workspace));
        add(ui.tr("trash"), glyph("trash"), urls::trash(workspace));
        add(ui.tr("settings-reports"), glyph("file-text"), urls::report_schedules(workspace));
        add(ui.tr("settings-texts"), glyph("edit"), urls::texts(workspace));
        add(ui.tr("settings-feed"), glyph("calendar"), urls::feed_settings(workspace));
        add(ui.tr("calendar-notes"), glyph("calendar"), urls::notes(workspace));
    }
    if frame.may_write() {
        add(ui.tr("calendar-import"), glyph("upload"), urls::import_posts(workspace));
    }
    add(ui.tr("settings-members"), glyph("users"), urls::members(workspace));
    if frame.api_tokens {
        add(ui.tr("settings-tokens"), glyph("key"), urls::tokens(workspace));
    }
    add(ui.tr("nav-profile"), glyph("user"), urls::profile());
    add(ui.tr("notices-choose"), glyph("bell"), urls::notice_wishes(workspace));
    add(ui.tr("settings-sessions"), glyph("device-desktop"), urls::sessions());
    for place in frame.workspaces.iter().filter(|place| place.id != workspace) {
        let label = ui.arg("name", &place.name).tr("palette-workspace");
        items.push(Item::page(label, glyph("selector"), urls::workspace(place.id)));
    }
    items
}

fn actions(ui: &Ui, frame: &Frame) -> Vec<Item> {
    let mut items = Vec::new();
    if frame.may_write() {
        let keys = frame.entries().into_iter().find(|entry| entry.url == urls::compose(frame.workspace.id));
        items.push(Item {
            keys: keys.map_or("", |entry| entry.keys),
            ..Item::page(ui.tr("nav-compose"), glyph("edit"), urls::compose(frame.workspace.id))
        });
    }
    let looks = [
        ("auto", ui.tr("look-auto"), glyph("device-desktop")),
        ("light", ui.tr("look-light"), glyph("sun")),
        ("dark", ui.tr("look-dark"), glyph("moon")),
    ];
    items.extend(looks.map(|(value, label, icon)| Item {
        label: ui.arg("look", label).tr("palette-look"),
        icon: assets::icon(icon),
        sends: Some(("palette-look", "theme", value)),
        ..Item::default()
    }));
    items.push(Item {
        label: ui.tr("keys-title"),
        icon: assets::icon(glyph("keyboard")),
        opens: Some("keys"),
        keys: "?",
        ..Item::default()
    });
    items.push(Item {
        label: ui.tr("nav-sign-out"),
        icon: assets::icon(glyph("logout")),
        sends: Some(("palette-out", "", "")),
        ..Item::default()
    });
    items
}
