//! The raw history: every kept snapshot of the selected accounts and their posts that was seen in the time.

use std::sync::Arc;

use carillon_domain::error::{AppError, FieldError};
use carillon_domain::id::RemotePostId;
use carillon_domain::permission::Permission;
use carillon_store::repo::account::AccountRow;
use carillon_store::repo::snapshot::{self, Kept};
use carillon_store::repo::thinning::Key;

use super::{Times, about, given};
use crate::report::{About, History, Line, MOST_SNAPSHOTS, Whose};
use crate::usecase::analytics::{self, Filter};
use crate::{Actor, Engine};

/// Snapshots that are read at once.
const PAGE: i64 = 5_000;

/// Rows of a group, which are in memory until it is written.
const GROUP: usize = 50_000;

/// A Parquet file, and what it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryFile {
    /// The file.
    pub bytes: Vec<u8>,
    /// What it is of.
    pub about: About,
}

/// How large a file and its groups are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// Rows at most.
    pub most: usize,
    /// Rows of a group: about so many, since a page is not parted.
    pub group: usize,
    /// Rows that are read at once.
    pub page: i64,
}

/// The history of the selected accounts, and of their posts. Snapshots belong to the time by when they were seen. What `room` stands for
/// is held until the file is made, also when nobody waits for it any more while rows are packed.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not read; [`AppError::Invalid`] for a filter that says nothing, for what a history can't be
/// filtered by, and for more rows than [`MOST_SNAPSHOTS`].
pub async fn history<R: Send + 'static>(
    engine: &Engine,
    actor: &Actor,
    filter: &Filter,
    room: R,
) -> Result<HistoryFile, AppError> {
    let bounds = Bounds { most: MOST_SNAPSHOTS, group: GROUP, page: PAGE };
    bounded(engine, actor, filter, bounds, room).await
}

pub(super) async fn bounded<R: Send + 'static>(
    engine: &Engine,
    actor: &Actor,
    filter: &Filter,
    bounds: Bounds,
    room: R,
) -> Result<HistoryFile, AppError> {
    actor.require(Permission::Read)?;
    // Before it is found out what a past day would mean, which costs many look-ups.
    plain(filter)?;
    let selection = analytics::select(engine, actor, filter).await?;
    let period = selection.period;
    let range = (period.from, period.to);
    let about = about(engine, actor, filter, Times::of(period)).await?;
    let mut file = (History::new(&about)?, room);
    let (mut rows, mut lines) = (0, Vec::new());
    for account in &selection.accounts {
        let whose = Arc::new(whose(account));
        let mut after = Key::first();
        loop {
            let of = (account.workspace, account.id);
            let page = snapshot::page(&engine.db, of, range, &after, bounds.page).await?;
            let Some(last) = page.last() else { break };
            after = last.key.clone();
            rows += page.len();
            if rows > bounds.most {
                return Err(analytics::too_many(bounds.most));
            }
            lines.extend(page.into_iter().map(|kept| line(account, &whose, kept)));
            if lines.len() >= bounds.group {
                file = written(file, std::mem::take(&mut lines)).await?;
            }
        }
    }
    if !lines.is_empty() {
        file = written(file, lines).await?;
    }
    let (file, _room) = file;
    Ok(HistoryFile { bytes: file.finish()?, about })
}

/// Packing rows keeps no request waiting. The room goes with them, since they are in memory until they are packed.
async fn written<R: Send + 'static>(
    (mut file, room): (History, R),
    lines: Vec<Line>,
) -> Result<(History, R), AppError> {
    let writing = move || file.add(&lines).map(|()| (file, room));
    tokio::task::spawn_blocking(writing).await.map_err(AppError::internal)?
}

/// A history is of every number of an account's profile and posts that was seen, and each row says when. What networks tell only the
/// owner is not in it.
fn plain(filter: &Filter) -> Result<(), AppError> {
    let asked = [("tag", &filter.tag), ("campaign", &filter.campaign), ("known_on", &filter.known_on)];
    let error = |(field, _): (&'static str, &Option<String>)| {
        let message = format!(
            "The history has every number of an account's profile and posts that was seen, and can't be asked for by `{field}`. Leave \
             it out: each row says when it was seen, and of which post it is."
        );
        FieldError::new(field, "not_for_history", message)
    };
    let errors: Vec<_> =
        asked.into_iter().filter(|(_, text)| given(text.as_deref()).is_some()).map(error).collect();
    if errors.is_empty() { Ok(()) } else { Err(AppError::Invalid(errors)) }
}

fn whose(account: &AccountRow) -> Whose {
    Whose {
        id: account.id.to_string(),
        network: account.platform.clone(),
        handle: account.handle.clone(),
        remote_id: account.remote_id.clone(),
    }
}

fn line(account: &AccountRow, whose: &Arc<Whose>, kept: Kept) -> Line {
    let subject = kept.key.subject;
    let post = (subject != account.id.uuid()).then(|| RemotePostId::from_uuid(subject).to_string());
    Line { whose: whose.clone(), post, kept }
}
