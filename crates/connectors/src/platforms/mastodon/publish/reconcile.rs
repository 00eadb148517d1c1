//! Looking whether a commit whose answer was lost had its effect.
//!
//! Everything that the account posted since before the attempt is compared. Absence counts as proved only when that list is
//! complete, nothing in it could be ours, and the server has had time to finish a request that it was still working on.

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::post::Draft;
use carillon_domain::time::{SignedDuration, Timestamp};

use super::super::api::{Server, segment};
use super::super::auth::registered_name;
use super::super::read::own_statuses;
use super::super::{options, wire};
use super::compare::{Verdict, Wanted, by_source, by_status, by_words};
use super::media::is_stale;
use super::state::{Content, Since, State};
use crate::contract::cx::Cx;
use crate::contract::progress::{Progress, Stage};
use crate::contract::publisher::Reconciliation;

/// How long after the intent was saved a server may still be working on the request: a minute until it is sent at the latest,
/// half a minute until we gave up waiting, and as long again as servers let a request run.
const SETTLE: SignedDuration = SignedDuration::from_mins(3);

/// Pages that are looked through at most.
const MOST_PAGES: usize = 10;

/// Posts of a page.
const PAGE: usize = 40;

/// Looks for the open commit.
pub async fn reconcile(
    cx: &Cx<'_>,
    draft: &Draft,
    progress: &Progress,
) -> Result<Reconciliation, ConnectorError> {
    let Stage::Committing { unit, since } = progress.stage else {
        return Ok(unknown("There is no open commit to look for."));
    };
    let (mut state, content) = match (State::of(progress), Content::of(draft, unit, progress)) {
        (Ok(state), Ok(content)) => (state, content),
        (Err(error), _) | (_, Err(error)) => return Ok(unknown(&error.cause)),
    };
    let (options, _) = options::read(&draft.options);
    let wanted = Wanted {
        content,
        spoiler: &options.spoiler,
        media: state.media_ids(unit, content.media_count()),
        app: registered_name(cx.app),
    };
    let look = look(cx, &state, progress, &wanted).await?;
    let (now, settled) = (cx.clock.now(), since.checked_add(SETTLE).unwrap_or(since));
    match look {
        Look::Found(status) => {
            let url = status.url.clone().or_else(|| status.uri.clone());
            state.close(unit, Some(&status));
            Ok(Reconciliation::Found(state.on(progress.clone()).committed(unit, status.id, url, now)))
        }
        Look::Open(evidence) => {
            Ok(Reconciliation::Unknown { look_again_at: (now < settled).then_some(settled), evidence })
        }
        Look::Nothing(seen) if now < settled => {
            let evidence = format!("{seen} The server may still be working on it.");
            Ok(Reconciliation::Unknown { look_again_at: Some(settled), evidence })
        }
        Look::Nothing(_) => {
            let stale = is_stale(&state, unit, content.media_count(), now);
            state.absent = state.absent.saturating_add(1);
            let stage = if stale { Stage::Preparing { unit } } else { Stage::Ready { unit } };
            Ok(Reconciliation::absent(state.on(progress.clone()).at(stage), None))
        }
    }
}

enum Look {
    /// This is it.
    Found(Box<wire::Status>),
    /// It is not in the complete list.
    Nothing(String),
    /// It can't be told.
    Open(String),
}

async fn look(
    cx: &Cx<'_>,
    state: &State,
    progress: &Progress,
    wanted: &Wanted<'_>,
) -> Result<Look, ConnectorError> {
    let server = Server::of(cx);
    if matches!(state.since, Since::Unread | Since::Unlistable) {
        return Ok(Look::Open(format!("{} does not let us list the account's posts.", server.host())));
    }
    let mut cursor: Option<String> = None;
    let (mut seen, mut unclear) = (0_usize, Vec::new());
    for _ in 0..MOST_PAGES {
        let page = own_statuses(&server, &cx.account.remote_id, cursor.as_deref(), PAGE).await?;
        for status in page.statuses {
            if is_before(&status, &state.since) {
                return Ok(end(seen, unclear));
            }
            if status.reblog.is_some() || is_ours_already(&status, progress) {
                continue;
            }
            seen += 1;
            match verdict(&server, wanted, &status).await? {
                Verdict::Same => return Ok(Look::Found(Box::new(status))),
                Verdict::Different => {}
                Verdict::Unclear | Verdict::NeedsSource => unclear.push(status.url.unwrap_or(status.id)),
            }
        }
        match page.next {
            Some(next) => cursor = Some(next),
            None => return Ok(end(seen, unclear)),
        }
    }
    Ok(Look::Open(format!(
        "The account has posted more than {seen} times since; not all could be looked through."
    )))
}

fn end(seen: usize, unclear: Vec<String>) -> Look {
    if unclear.is_empty() {
        return Look::Nothing(format!("None of the {seen} posts since before the attempt is this one."));
    }
    Look::Open(format!(
        "These posts may be it, but the server does not show enough to tell: {}.",
        unclear.join(", ")
    ))
}

/// Whether a status is the newest one of before the attempt, or older. Both times are the server's own.
fn is_before(status: &wire::Status, since: &Since) -> bool {
    let Since::After { id, at } = since else { return false };
    let created: Option<Timestamp> = status.created_at.as_deref().and_then(|t| t.parse().ok());
    status.id == *id || matches!((created, at), (Some(created), Some(at)) if created < *at)
}

fn is_ours_already(status: &wire::Status, progress: &Progress) -> bool {
    progress.units.iter().any(|u| u.remote_id.as_deref() == Some(status.id.as_str()))
}

async fn verdict(
    server: &Server<'_>,
    wanted: &Wanted<'_>,
    status: &wire::Status,
) -> Result<Verdict, ConnectorError> {
    let verdict = by_status(wanted, status);
    if verdict != Verdict::NeedsSource {
        return Ok(verdict);
    }
    let path = format!("/api/v1/statuses/{}/source", segment(&status.id));
    match server.read::<wire::StatusSource>(server.get("statuses.source", &path)).await {
        Ok(source) => Ok(by_source(wanted, status, &source)),
        // Software without this question, or one whose answer is something else.
        Err(error) if error.kind == ErrorKind::Rejected || error.code == "unreadable" => {
            Ok(by_words(wanted, status))
        }
        Err(error) => Err(error),
    }
}

fn unknown(evidence: &str) -> Reconciliation {
    Reconciliation::Unknown { look_again_at: None, evidence: evidence.to_owned() }
}
