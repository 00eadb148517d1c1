//! A plan as a calendar of RFC 5545. Times are in UTC, with the workspace's zone named; the same plan gives the same text.

use carillon_domain::id::{AccountId, PostId, WorkspaceId};
use carillon_domain::publication::{PostStatus, PublicationState};
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::repo::account::AccountRow;
use carillon_store::repo::workspace::WorkspaceRow;
use icalendar::{Calendar, Component, Event, EventStatus};

use crate::Engine;
use crate::usecase::names::{handle, title};
use crate::usecase::posts::PostView;

/// How long a post is in a calendar. It has no length, and what has none is drawn badly.
const LENGTH: SignedDuration = SignedDuration::from_mins(15);

/// Longest title and longest beginning of a text, in characters.
const EXCERPTS: (usize, usize) = (80, 280);

/// The calendar of these posts.
pub(super) fn of(
    engine: &Engine,
    home: &WorkspaceRow,
    accounts: &[AccountRow],
    views: &[PostView],
    page: impl Fn(WorkspaceId, PostId) -> String,
) -> String {
    let named = |id: AccountId| {
        let row = accounts.iter().find(|row| row.id == id)?;
        Some(format!("{} {}", title(engine, &row.platform), handle(&row.handle)))
    };
    let mut calendar = Calendar::empty();
    for (name, value) in [
        ("VERSION", "2.0"),
        ("PRODID", "-//Carillon//Calendar//EN"),
        ("CALSCALE", "GREGORIAN"),
        ("X-WR-CALNAME", home.name.as_str()),
        ("X-WR-TIMEZONE", home.timezone.as_str()),
    ] {
        calendar.append_property((name, value));
    }
    for view in views {
        let Some(due_at) = view.post.due_at else { continue };
        let places: Vec<_> = view.publications.iter().filter_map(|p| named(p.account)).collect();
        calendar.push(event(view, due_at, &places.join(", "), &page(view.post.workspace, view.post.id)));
    }
    calendar.to_string()
}

fn event(view: &PostView, due_at: Timestamp, places: &str, page: &str) -> Event {
    let post = &view.post;
    let text = shared_text(view).split_whitespace().collect::<Vec<_>>().join(" ");
    let summary = if text.is_empty() { places.to_owned() } else { excerpt(&text, EXCERPTS.0) };
    let about = [excerpt(&text, EXCERPTS.1), places.to_owned(), page.to_owned()];
    let about = about.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    let status = match view.status {
        PostStatus::Canceled => EventStatus::Cancelled,
        PostStatus::Draft | PostStatus::InReview | PostStatus::Approved => EventStatus::Tentative,
        PostStatus::Scheduled
        | PostStatus::Publishing
        | PostStatus::Published
        | PostStatus::PartiallyPublished
        | PostStatus::Failed
        | PostStatus::Unconfirmed
        | PostStatus::Held => EventStatus::Confirmed,
    };
    let mut event = Event::with_uid(&format!("{}@carillon", post.id));
    event
        .add_property("DTSTAMP", instant(post.updated_at))
        .add_property("CREATED", instant(post.created_at))
        .add_property("LAST-MODIFIED", instant(post.updated_at))
        .add_property("SEQUENCE", post.version.saturating_sub(1).max(0).to_string())
        .add_property("DTSTART", instant(due_at))
        .add_property("DTEND", instant(due_at + LENGTH))
        .add_property("SUMMARY", summary)
        .add_property("DESCRIPTION", about)
        .add_property("URL", page)
        // Nobody is busy because a post goes out.
        .add_property("TRANSP", "TRANSPARENT");
    event.status(status);
    event
}

/// The text as people get it, where all its accounts get the same; else the base.
fn shared_text(view: &PostView) -> String {
    let composition = &view.post.composition;
    // An account that was taken off gets nothing.
    let gets_it = |state| view.status == PostStatus::Canceled || state != PublicationState::Canceled;
    let live = view.publications.iter().filter(|p| gets_it(p.state));
    let mut texts = live.map(|p| composition.own_text(p.account));
    let first = texts.next().flatten();
    let same = texts.all(|text| text == first);
    first.filter(|_| same).unwrap_or_else(|| composition.text.clone())
}

/// An instant in UTC, form 2 of RFC 5545, section 3.3.5.
fn instant(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn excerpt(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
