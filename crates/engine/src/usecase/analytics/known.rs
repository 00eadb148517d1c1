//! A past day at whose end analytics stand: its last instant takes the place of now, and nothing that was read, found or connected later
//! is there.

use std::collections::BTreeMap;

use carillon_domain::error::{AppError, FieldError};
use carillon_domain::id::AccountId;
use carillon_domain::insight::Period;
use carillon_domain::metric;
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::StoreError;
use carillon_store::repo::account::AccountRow;
use carillon_store::repo::account_name::{self, Renamed};
use carillon_store::repo::known::{self, Then};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::filter::{Filter, given};
use crate::Engine;

/// Changes of names that are followed back.
const NAMES: i64 = 10_000;

/// A past day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KnownDay {
    /// Of the workspace's calendar.
    pub date: Date,
    /// The first instant after it: of this and of what followed nothing is known.
    pub end: Timestamp,
}

impl KnownDay {
    /// Its last instant.
    pub fn last(self) -> Timestamp {
        self.end - SignedDuration::from_micros(1)
    }
}

/// The day that a filter names, if it names one.
///
/// # Errors
/// What is wrong with it: no day, or one that is not over.
pub(crate) fn known_day(
    filter: &Filter,
    now: Timestamp,
    zone: &TimeZone,
) -> Result<Option<KnownDay>, FieldError> {
    let Some(text) = given(filter.known_on.as_deref()) else { return Ok(None) };
    let date = text.parse::<Date>().ok().filter(|_| text.len() == "2026-11-24".len());
    let found = date.and_then(|date| {
        let end = Period::start_of(date.tomorrow().ok()?, zone)?;
        Some(KnownDay { date, end })
    });
    let Some(day) = found else {
        let message = format!("`{text}` is not a day like 2026-11-24.");
        return Err(FieldError::new("known_on", "malformed_day", message));
    };
    if day.end > now {
        let message =
            format!("{} is not over yet. Name a day before today, or none for what is known now.", day.date);
        let today = zone.to_datetime(now).date();
        let error = FieldError::new("known_on", "not_past", message);
        return Err(error.with_limit(today.to_string(), day.date.to_string()));
    }
    Ok(Some(day))
}

/// Refuses a past day for what is not known by day; `what` begins the sentence that says so.
///
/// # Errors
/// [`AppError::Invalid`] when one is named.
pub fn refuse_known_on(known_on: Option<&str>, what: &str) -> Result<(), AppError> {
    if given(known_on).is_none() {
        return Ok(());
    }
    let message = format!(
        "{what} can't be made as known on a past day: it is of what is kept or worked out for now only. Leave `known_on` out; the \
         table `posts` has the posts as known on a day."
    );
    Err(AppError::invalid("known_on", "not_by_day", message))
}

/// Those of a workspace's accounts that were connected by the end of a day, under the names that they had.
///
/// # Errors
/// [`AppError::Invalid`] when there are accounts and all of them came later: then nothing was known.
pub(crate) async fn accounts_then(
    engine: &Engine,
    mut rows: Vec<AccountRow>,
    day: KnownDay,
) -> Result<Vec<AccountRow>, AppError> {
    let first = rows.iter().min_by_key(|row| row.created_at).map(|row| (row.workspace, row.created_at));
    let Some((workspace, first)) = first else { return Ok(rows) };
    if first >= day.end {
        let message = format!("Nothing was known on {}: the first account was connected later.", day.date);
        let error = FieldError::new("known_on", "nothing_known", message);
        return Err(AppError::Invalid(vec![error.with_limit(first.to_string(), day.date.to_string())]));
    }
    rows.retain(|row| row.created_at < day.end);
    let since = (day.end, Timestamp::MAX);
    let mut names: BTreeMap<AccountId, Renamed> = BTreeMap::new();
    for renamed in account_name::between(&engine.db, workspace, since, NAMES).await? {
        // The first change after the day says what was before it.
        names.entry(renamed.account).or_insert(renamed);
    }
    for row in &mut rows {
        if let Some(renamed) = names.remove(&row.id) {
            (row.handle, row.name) = (renamed.handle_was, renamed.name_was);
        }
    }
    Ok(rows)
}

/// Sets when each account had last been read by then.
pub(super) async fn read_then(
    engine: &Engine,
    rows: &mut [AccountRow],
    day: KnownDay,
) -> Result<(), StoreError> {
    for row in rows {
        let then = Then { workspace: row.workspace, account: row.id, before: day.end };
        let looks = metric::OF_ACCOUNT.iter().map(|name| known::last_look(&engine.db, then, name));
        let seen = futures::future::try_join_all(looks).await?.into_iter().flatten().max();
        row.synced_at = match seen {
            Some(at) => Some(at),
            // Some accounts have no totals that their network would tell. Their posts were read nonetheless.
            None => known::last_run(&engine.db, then).await?,
        };
    }
    Ok(())
}
