//! When an account's posts do best: every hour of the week, Monday 0 h first, with its interval and what it rests on.

use std::collections::BTreeMap;

use carillon_domain::error::AppError;
use carillon_domain::id::AccountId;
use carillon_domain::insight::Period;
use carillon_domain::insight::best_times::Cell as Hour;

use super::{Times, only, title};
use crate::report::{Cell, Column, Kind, Table};
use crate::usecase::accounts;
use crate::usecase::analytics::{self, AccountBestTimes};
use crate::{Actor, Engine};

/// The map of an account; the time is that in which its posts became public.
pub async fn of_account(
    engine: &Engine,
    actor: &Actor,
    account: AccountId,
) -> Result<(Table, Times), AppError> {
    // One that is not there is said, as everywhere where one has to be named.
    accounts::get(engine, actor, account).await?;
    let found = analytics::best_times(engine, actor, &only(account)).await?;
    let mut table = Table { name: "", columns: columns(), rows: Vec::new(), sources: BTreeMap::new() };
    for one in &found.items {
        table.rows.extend(one.times.cells.iter().map(|hour| line(engine, one, hour)));
        if let Some(basis) = one.basis {
            // What it means is explained; the fields of the network are named in the tables of posts.
            table.sources.entry(basis).or_default();
        }
    }
    let zone = actor.zone();
    Ok((table, Times::of(Period { from: found.from, to: found.to, zone })))
}

fn columns() -> Vec<Column> {
    vec![
        Column::new("network", Kind::Text),
        Column::new("handle", Kind::Text),
        Column::new("weekday", Kind::Count),
        Column::new("hour", Kind::Count),
        Column::new("expected", Kind::Rate),
        Column::new("expected_low", Kind::Rate),
        Column::new("expected_high", Kind::Rate),
        Column::new("counted_posts", Kind::Count),
        Column::new("trust", Kind::Text),
        Column::new("basis", Kind::Text),
        Column::new("per_follower", Kind::Text),
    ]
}

fn line(engine: &Engine, of: &AccountBestTimes, hour: &Hour) -> Vec<Cell> {
    vec![
        Cell::Text(title(engine, &of.account.platform).to_owned()),
        Cell::Text(of.account.handle.clone()),
        Cell::count(hour.hour.weekday() + 1),
        Cell::count(hour.hour.hour()),
        percent(hour.estimate),
        percent(hour.low),
        percent(hour.high),
        Cell::count(hour.posts),
        Cell::Text(of.times.trust.as_str().to_owned()),
        of.basis.map_or(Cell::Missing, Cell::Metric),
        Cell::text(of.per_follower.then_some("yes")),
    ]
}

/// A multiple of the mean as percent of it.
fn percent(ratio: f64) -> Cell {
    Cell::Rate((ratio * 10_000.0).round() as i64)
}
