//! A post in the calendar: its time, networks, state, picture and the beginning of its text. What is the same for many is looked up
//! once per page.

use std::collections::HashMap;

use askama::Template;
use carillon_domain::composition::Composition;
use carillon_domain::error::AppError;
use carillon_domain::id::{MediaId, PostId};
use carillon_domain::permission::Permission;
use carillon_domain::publication::PostStatus;
use carillon_engine::Actor;
use carillon_engine::usecase::posts::{self, Entry};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::assets::{self, glyph};
use crate::http::App;
use crate::urls;
use crate::web::library;
use crate::web::posts::card::{excerpt, status_words};
use crate::web::time::written;
use crate::web::ui::Ui;

/// A post in the calendar.
#[derive(Template)]
#[template(path = "components/cal_tile.html")]
pub struct Tile {
    id: PostId,
    version: i64,
    url: String,
    /// Local time, `18:30`.
    time: Option<String>,
    text: String,
    /// The class of its colour.
    hue: String,
    /// How it stands; and its time for whoever looks, where that is another.
    label: String,
    /// Marks of the networks that it goes to.
    marks: Vec<String>,
    /// What shows its state beside the colour.
    sign: Option<&'static str>,
    thumb: Option<String>,
    /// Whoever looks may move it.
    pub movable: bool,
}

/// Who looks, and how.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    /// The page.
    pub ui: &'a Ui,
    /// Whoever looks.
    pub actor: &'a Actor,
    /// The zone of the calendar, which is the workspace's.
    pub zone: &'a TimeZone,
    /// Colours by network rather than by state.
    pub by_network: bool,
}

impl Look<'_> {
    /// The time on the clock of whoever looks, where that shows another one than the calendar.
    fn elsewhere(&self, at: Timestamp) -> Option<String> {
        let (ui, here) = (self.ui, self.zone.to_datetime(at));
        let there = ui.zone.to_datetime(at);
        (here != there).then(|| {
            let time = if here.date() == there.date() {
                there.strftime("%H:%M").to_string()
            } else {
                written(ui.t, &ui.zone, at)
            };
            ui.arg("time", time).arg("zone", ui.zone_name()).tr("calendar-yours")
        })
    }
}

/// What the tiles of a page need.
pub struct Tiles<'a> {
    look: Look<'a>,
    /// Beginnings of texts, and the file that is shown.
    composed: HashMap<PostId, (String, Option<MediaId>)>,
    thumbs: HashMap<MediaId, String>,
    words: HashMap<(PostStatus, bool), String>,
    marks: HashMap<String, String>,
}

impl<'a> Tiles<'a> {
    /// Reads what these need.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of(app: &App, look: Look<'a>, entries: &[&Entry]) -> Result<Self, AppError> {
        let mut composed = HashMap::with_capacity(entries.len());
        for entry in entries {
            let composition = entry.composition()?;
            composed.insert(entry.id(), (excerpt(look.ui, &composition), first_file(&composition)));
        }
        let mut files: Vec<MediaId> = composed.values().filter_map(|(_, file)| *file).collect();
        files.sort_unstable();
        files.dedup();
        let workspace = look.actor.workspace;
        let pictures = posts::pictures(&app.engine, look.actor, &files).await?;
        let thumb =
            |p: &posts::Picture| Some((p.id, library::thumb(workspace, (p.id, p.kind), &p.renditions)?));
        let thumbs = pictures.iter().filter_map(thumb).collect();
        Ok(Self { look, composed, thumbs, words: HashMap::new(), marks: HashMap::new() })
    }

    /// One of them.
    pub fn tile(&mut self, entry: &Entry) -> Tile {
        let Look { ui, actor, zone, by_network } = self.look;
        let (text, file) = self.composed.get(&entry.id()).cloned().unwrap_or_default();
        let words = self.words.entry((entry.status, entry.in_inbox));
        let mut label = words.or_insert_with(|| status_words(ui, entry.status, entry.in_inbox)).clone();
        if let Some(elsewhere) = entry.due_at().and_then(|at| self.look.elsewhere(at)) {
            label.push_str(" · ");
            label.push_str(&elsewhere);
        }
        let platforms = entry.platforms();
        let mut marks = Vec::with_capacity(platforms.len());
        for platform in &platforms {
            let mark = self.marks.entry((*platform).to_owned());
            marks.push(mark.or_insert_with(|| assets::brand(platform)).clone());
        }
        let needed = if entry.status == PostStatus::Draft { Permission::Write } else { Permission::Publish };
        Tile {
            id: entry.id(),
            version: entry.version(),
            url: urls::post(actor.workspace, entry.id()),
            time: entry.due_at().map(|at| zone.to_datetime(at).strftime("%H:%M").to_string()),
            text,
            hue: match (by_network, platforms.first()) {
                (false, _) => format!("chip-{}", entry.status.as_str()),
                (true, Some(one)) if platforms.len() == 1 => format!("chip-on-{one}"),
                (true, _) => "chip-on-several".to_owned(),
            },
            label,
            marks,
            sign: sign(entry),
            thumb: file.and_then(|file| self.thumbs.get(&file).cloned()),
            movable: entry.can_move() && actor.role.may(needed),
        }
    }
}

/// The file that stands for a post: its first, else the first that an account or a part has of its own.
fn first_file(composition: &Composition) -> Option<MediaId> {
    let own = composition.overrides.values().find_map(|own| own.media.as_deref()?.first());
    let part = composition.parts.iter().find_map(|part| part.media.first());
    composition.media.first().or(own).or(part).copied()
}

/// What is scheduled has none: it is the rule.
fn sign(entry: &Entry) -> Option<&'static str> {
    use PostStatus::{Draft, Failed, Held, PartiallyPublished, Published, Publishing, Unconfirmed};
    match entry.status {
        Published | PartiallyPublished if entry.in_inbox => Some(glyph("upload")),
        Published => Some(glyph("check")),
        PartiallyPublished | Failed | Unconfirmed | Held => Some(glyph("alert-triangle")),
        Publishing => Some(glyph("send")),
        Draft => Some(glyph("edit")),
        _ => None,
    }
}
