//! Planned and published posts as a CSV that can be taken in again: what plain columns can't hold stands in the columns for programs.

use std::collections::BTreeMap;

use carillon_domain::error::{AppError, FieldError};
use carillon_domain::id::{AccountId, MediaId};
use carillon_domain::permission::Permission;
use carillon_domain::publication::{PostStatus, PublicationState};
use carillon_domain::schedule;
use carillon_domain::time::Timestamp;
use carillon_store::repo::{media, workspace};
use csv::{Terminator, WriterBuilder};
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::judging::one_line;
use super::names::Names;
use crate::report::{About, Mark, guarded};
use crate::usecase::posts::{self, PostView, PublicationView};
use crate::{Actor, Engine};

/// Most posts of one file, as in the calendar.
const MOST: usize = 5_000;

/// Headings, in order: those that are read again, and those for readers.
const HEADINGS: [&str; 18] = [
    "id",
    "status",
    "date",
    "time",
    "timezone",
    "accounts",
    "text",
    "media",
    "alt_text",
    "tags",
    "campaign",
    "first_comment",
    "parts",
    "overrides",
    "link_parameters",
    "fill_in",
    "published_at",
    "links",
];

/// Which posts, as the calendar shows them: by the time at which they are due.
#[derive(Debug, Clone, Default)]
pub struct PlanFilter {
    /// First day, in the workspace's zone.
    pub from: Option<Date>,
    /// Last day.
    pub to: Option<Date>,
    /// Only with a publication on this account.
    pub account: Option<AccountId>,
    /// Only with a publication on this network.
    pub platform: Option<String>,
    /// Only where the post, or one of its publications, stands so.
    pub status: Option<PostStatus>,
    /// Only with this tag.
    pub tag: Option<String>,
    /// Only of this campaign.
    pub campaign: Option<String>,
    /// Only with this in their text, case ignored.
    pub q: Option<String>,
}

impl PlanFilter {
    fn range(&self, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
        let begin = |day: Date| Some(day.to_zoned(zone.clone()).ok()?.start_of_day().ok()?.timestamp());
        let from = self.from.map_or(Some(Timestamp::MIN), begin)?;
        let to = self.to.map_or(Some(Timestamp::MAX), |day| begin(day.tomorrow().ok()?))?;
        Some((from, to))
    }

    fn takes(&self, view: &PostView) -> bool {
        let (post, places) = (&view.post, &view.publications);
        let stands = |status: PostStatus| {
            status == view.status || places.iter().any(|p| p.state.as_str() == status.as_str())
        };
        // As the calendar and the library find them.
        let same = |own: &str, asked: &str| own.to_lowercase() == asked.to_lowercase();
        let says = |q: &String| post.composition.text.to_lowercase().contains(&q.to_lowercase());
        self.account.is_none_or(|id| places.iter().any(|p| p.account == id))
            && self.platform.as_ref().is_none_or(|name| places.iter().any(|p| p.platform == *name))
            && self.status.is_none_or(stands)
            && self.tag.as_ref().is_none_or(|tag| post.tags.iter().any(|own| same(own, tag)))
            && self
                .campaign
                .as_ref()
                .is_none_or(|name| post.campaign.as_ref().is_some_and(|own| same(own, name)))
            && self.q.as_ref().is_none_or(says)
    }
}

/// The posts as a file, and the name of that.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not read; [`AppError::Invalid`] for a time that is none, and for more than 5,000 posts.
pub async fn export(
    engine: &Engine,
    actor: &Actor,
    filter: &PlanFilter,
    mark: Mark,
) -> Result<(Vec<u8>, String), AppError> {
    actor.require(Permission::Read)?;
    let zone = schedule::zone(&actor.timezone).unwrap_or(TimeZone::UTC);
    let none = || AppError::invalid("to", "invalid", "The last day is not behind the first one.");
    let range = filter.range(&zone).filter(|(from, to)| from < to).ok_or_else(none)?;
    let (views, more) = posts::due_between(engine, actor, range, MOST).await?;
    if more {
        let message = format!("More than {MOST} posts are planned in that time. Choose a shorter one.");
        let error = FieldError::new("from", "too_many", message);
        return Err(AppError::Invalid(vec![error.with_limit(MOST, MOST + 1)]));
    }
    let mut pen = Pen { names: Names::load(engine, actor).await?, alts: BTreeMap::new() };
    let mut rows = Vec::new();
    for view in views.iter().filter(|view| filter.takes(view)) {
        pen.look_up(engine, actor, view).await?;
        rows.push(pen.row(view, &actor.timezone));
    }
    Ok((written(&HEADINGS, &rows, mark)?, file_name(engine, actor, zone).await?))
}

/// What to write into a file for each account.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not read.
pub async fn accounts(engine: &Engine, actor: &Actor) -> Result<Vec<String>, AppError> {
    Ok(Names::load(engine, actor).await?.all().collect())
}

/// A file to begin with: the headings, and a row that can be taken in as it is.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not write.
pub async fn example(engine: &Engine, actor: &Actor) -> Result<Vec<u8>, AppError> {
    actor.require(Permission::Write)?;
    let names = Names::load(engine, actor).await?;
    let zone = schedule::zone(&actor.timezone).unwrap_or(TimeZone::UTC);
    let today = zone.to_datetime(engine.clock.now()).date();
    let day = today.checked_add(7.days()).unwrap_or(today);
    let row = super::COLUMNS.map(|column| match column {
        "text" => "We open at nine. Come by.".to_owned(),
        "accounts" => names.all().next().unwrap_or_default(),
        "status" => "draft".to_owned(),
        "date" => day.to_string(),
        "time" => "09:00".to_owned(),
        "timezone" => actor.timezone.clone(),
        "tags" => "opening, shop".to_owned(),
        _ => String::new(),
    });
    written(&super::COLUMNS, &[row], Mark::With)
}

async fn file_name(engine: &Engine, actor: &Actor, zone: TimeZone) -> Result<String, AppError> {
    let row = workspace::find(&engine.db, actor.workspace).await?;
    let about = About {
        workspace: row.ok_or(AppError::NotFound { what: "workspace" })?.name,
        zone,
        period: None,
        as_of: engine.clock.now(),
        known_on: None,
        account: None,
        network: None,
        tag: None,
        campaign: None,
        compared: None,
    };
    Ok(about.file_name("calendar", "csv"))
}

/// Writes a table as every other CSV here is written: comma, CRLF, and nothing that a spreadsheet would run.
fn written<const N: usize>(
    headings: &[&str; N],
    rows: &[[String; N]],
    mark: Mark,
) -> Result<Vec<u8>, AppError> {
    let begun = if mark == Mark::With { "\u{feff}".as_bytes().to_vec() } else { Vec::new() };
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(begun);
    writer.write_record(headings).map_err(AppError::internal)?;
    for row in rows {
        writer.write_record(row.iter().map(|cell| guarded(cell).into_owned())).map_err(AppError::internal)?;
    }
    writer.into_inner().map_err(|error| AppError::internal(error.to_string()))
}

/// What is needed to write posts down.
struct Pen {
    names: Names,
    /// Descriptions of the files that were looked up.
    alts: BTreeMap<MediaId, String>,
}

impl Pen {
    async fn look_up(&mut self, engine: &Engine, actor: &Actor, view: &PostView) -> Result<(), AppError> {
        for id in &view.post.composition.media {
            if !self.alts.contains_key(id) {
                let row = media::find(&engine.db, actor.workspace, *id).await?;
                self.alts.insert(*id, row.and_then(|row| row.info.alt).unwrap_or_default());
            }
        }
        Ok(())
    }

    fn row(&self, view: &PostView, zone: &str) -> [String; 18] {
        let post = &view.post;
        let composition = &post.composition;
        let (date, time, timezone) = moment(post.due_at, &post.timezone, zone);
        let publications = shown(view);
        let accounts: Vec<_> = publications.iter().map(|p| self.names.of(p.account)).collect();
        let on = |id: &AccountId| publications.iter().any(|p| p.account == *id);
        let own: BTreeMap<_, _> = composition.overrides.iter().filter(|(id, _)| on(id)).collect();
        let media: Vec<_> = composition.media.iter().map(ToString::to_string).collect();
        let alts = composition.media.iter().map(|id| one_line(self.alts.get(id).map_or("", String::as_str)));
        let links: Vec<_> = publications.iter().filter_map(|p| p.remote_url.clone()).collect();
        let published = publications.iter().filter_map(|p| p.published_at).min();
        [
            post.id.to_string(),
            view.status.as_str().to_owned(),
            date,
            time,
            timezone,
            list(&accounts),
            composition.text.clone(),
            list(&media),
            alts.collect::<Vec<_>>().join("\n").trim_end().to_owned(),
            list(&post.tags),
            post.campaign.clone().unwrap_or_default(),
            composition.first_comment.clone().unwrap_or_default(),
            json(&composition.parts, composition.parts.is_empty()),
            json(&own, own.is_empty()),
            json(&composition.link_parameters, composition.link_parameters.is_empty()),
            json(&true, !composition.fill_in),
            published.map(|at| at.to_string()).unwrap_or_default(),
            list(&links),
        ]
    }
}

/// The publications that the post is about: an account that was taken off leaves a canceled one behind.
fn shown(view: &PostView) -> Vec<&PublicationView> {
    let live = |p: &&PublicationView| p.state != PublicationState::Canceled;
    let found: Vec<_> = view.publications.iter().filter(live).collect();
    if found.is_empty() { view.publications.iter().collect() } else { found }
}

/// Day, time and zone as they were meant. Where clocks show a time twice, its offset says which one it is.
fn moment(at: Option<Timestamp>, meant: &str, usual: &str) -> (String, String, String) {
    let Some(at) = at else { return (String::new(), String::new(), meant.to_owned()) };
    let (name, zone) = match schedule::zone(meant) {
        Ok(zone) => (meant, zone),
        Err(_) => (usual, schedule::zone(usual).unwrap_or(TimeZone::UTC)),
    };
    let zoned = at.to_zoned(zone);
    let date = zoned.date().to_string();
    let plain = zoned.strftime(if zoned.second() == 0 { "%H:%M" } else { "%H:%M:%S" }).to_string();
    let unclear = schedule::resolve(&format!("{date}T{plain}"), name).is_err();
    let time = if unclear { zoned.strftime("%H:%M:%S%:z").to_string() } else { plain };
    (date, time, name.to_owned())
}

/// Several in one cell, as they are read again.
fn list(entries: &[String]) -> String {
    if entries.iter().any(|entry| entry.contains([',', ';'])) {
        entries.iter().map(|entry| format!("{entry}\n")).collect()
    } else {
        entries.join(", ")
    }
}

fn json(value: &impl Serialize, empty: bool) -> String {
    if empty { String::new() } else { serde_json::to_string(value).unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_that_clocks_show_twice_says_which_one_it_is() {
        let zone = "Europe/Athens";
        for (at, written) in [
            ("2026-10-24T22:30:00Z", ("2026-10-25", "01:30")),
            ("2026-10-25T00:30:00Z", ("2026-10-25", "03:30:00+03:00")),
            ("2026-10-25T01:30:00Z", ("2026-10-25", "03:30:00+02:00")),
            ("2026-10-25T02:30:05Z", ("2026-10-25", "04:30:05")),
        ] {
            let instant: Timestamp = at.parse().expect("time");
            let (date, time, name) = moment(Some(instant), zone, "UTC");
            assert_eq!((date.as_str(), time.as_str(), name.as_str()), (written.0, written.1, zone));
            let due = schedule::resolve(&format!("{date}T{time}"), zone).expect("a time");
            assert_eq!(due.at, instant);
        }
    }
}
