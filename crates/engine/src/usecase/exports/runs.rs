//! The sync log as a table.

use std::collections::BTreeMap;

use carillon_domain::error::AppError;
use carillon_domain::id::{AccountId, Id};
use carillon_store::repo::sync_run::{ListQuery, SyncRunRow};

use super::{Times, given, title};
use crate::report::{Cell, Column, Kind, MOST_ROWS, Table};
use crate::usecase::analytics::{self, Filter};
use crate::usecase::{accounts, sync};
use crate::{Actor, Engine};

/// Runs of a page of the log.
const PAGE: i64 = 100;

/// The log, newest first: all that is kept, or the time that is asked for. Of one account, one network, or all.
pub async fn log(engine: &Engine, actor: &Actor, filter: &Filter) -> Result<(Table, Times), AppError> {
    // Everything that is wrong with the filter is said, as everywhere.
    let selection = analytics::select(engine, actor, filter).await?;
    let timed = given(filter.from.as_deref()).or(given(filter.to.as_deref())).is_some();
    let period = timed.then_some(selection.period);
    let account = given(filter.account.as_deref()).and_then(|text| text.parse::<AccountId>().ok());
    let handles: BTreeMap<_, _> =
        accounts::list(engine, actor).await?.into_iter().map(|row| (row.id, row.handle)).collect();
    let platform = given(filter.platform.as_deref());
    let mut rows = Vec::new();
    // The newest that can belong to the time; the log is in the order of its ids.
    let after = period.as_ref().map(|period| Id::earliest(period.to));
    let mut query = ListQuery { account, limit: PAGE, after, ..ListQuery::default() };
    loop {
        let (page, next) = sync::list(engine, actor, query.clone()).await?;
        let older = |run: &SyncRunRow| period.as_ref().is_some_and(|period| run.created_at < period.from);
        let over = next.is_none() || page.last().is_some_and(older);
        let wanted = page.iter().filter(|run| {
            platform.is_none_or(|name| run.platform == name)
                && period.as_ref().is_none_or(|p| p.from <= run.created_at && run.created_at < p.to)
        });
        rows.extend(wanted.map(|run| line(engine, run, handles.get(&run.account))));
        if rows.len() > MOST_ROWS {
            return Err(analytics::too_many(MOST_ROWS));
        }
        if over {
            break;
        }
        query.after = next;
    }
    let table = Table { name: "", columns: columns(), rows, sources: BTreeMap::new() };
    Ok((table, Times { of: period, before: None }))
}

fn columns() -> Vec<Column> {
    vec![
        Column::new("created_at", Kind::Time),
        Column::new("started_at", Kind::Time),
        Column::new("ended_at", Kind::Time),
        Column::new("network", Kind::Text),
        Column::new("handle", Kind::Text),
        Column::new("state", Kind::Text),
        Column::new("reason", Kind::Text),
        Column::new("run_kind", Kind::Text),
        Column::new("items", Kind::Count),
        Column::new("calls", Kind::Count),
        Column::new("limited_until", Kind::Time),
        Column::new("error_code", Kind::Text),
        Column::new("error", Kind::Text),
    ]
}

fn line(engine: &Engine, run: &SyncRunRow, handle: Option<&String>) -> Vec<Cell> {
    let error = run.error.as_ref();
    vec![
        Cell::Time(run.created_at),
        Cell::time(run.started_at),
        Cell::time(run.ended_at),
        Cell::Text(title(engine, &run.platform).to_owned()),
        Cell::text(handle.cloned()),
        Cell::Text(run.state.as_str().to_owned()),
        Cell::Text(run.reason.as_str().to_owned()),
        Cell::Text(run.kind.as_str().to_owned()),
        Cell::count(run.items),
        Cell::count(run.calls),
        Cell::time(run.limited_until),
        Cell::text(error.map(|error| error.code.clone())),
        Cell::text(error.map(|error| error.cause.clone())),
    ]
}
