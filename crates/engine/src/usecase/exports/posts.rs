//! Tables of posts with their numbers as last seen. A metric that no post of the table has gets no column, unless every post may have it.

use std::collections::{BTreeMap, BTreeSet};

use carillon_domain::error::AppError;
use carillon_domain::id::PostId;
use carillon_domain::insight::{Basis, PARTS, Rate};
use carillon_domain::metric;
use carillon_store::repo::account::AccountRow;
use carillon_store::repo::remote_post::RemotePostRow;

use super::{Times, named, title};
use crate::report::{Cell, Column, Kind, MOST_ROWS, Table};
use crate::usecase::analytics::{self, Filter, RankedPost};
use crate::usecase::{accounts, sync};
use crate::{Actor, Engine};

/// So many of the best posts, as the API gives at most.
const BEST: u32 = 50;

/// Rows before it is known which metrics there are.
#[derive(Default)]
struct Rows {
    begun: Vec<Begun>,
    sources: BTreeMap<&'static str, BTreeSet<String>>,
}

/// What stands before a post's numbers, its numbers, what stands behind them.
struct Begun {
    first: Vec<Cell>,
    numbers: Vec<(&'static str, i64)>,
    last: Vec<Cell>,
}

impl Rows {
    /// Adds a post.
    fn add(&mut self, account: &AccountRow, row: &RemotePostRow, first: Vec<Cell>, last: Vec<Cell>) {
        let mut numbers = Vec::new();
        for name in metric::ALL.iter().map(|metric| metric.name) {
            let Some(reading) = row.seen.of(name) else { continue };
            numbers.push((name, reading.value));
            let source = format!("{}:{}", account.platform, reading.native);
            let known = self.sources.entry(name).or_default();
            if !known.contains(&source) {
                known.insert(source);
            }
        }
        self.begun.push(Begun { first, numbers, last });
    }

    fn table(self, first: Vec<Column>, last: Vec<Column>) -> Table {
        let always = |name: &str| PARTS.contains(&name) || ["views", "reach"].contains(&name);
        let shown = |name: &&'static str| always(name) || self.sources.contains_key(name);
        let metrics: Vec<_> = metric::ALL.iter().map(|metric| metric.name).filter(shown).collect();
        let row = |Begun { first: mut row, numbers, mut last }: Begun| {
            row.extend(metrics.iter().map(|name| {
                let value = numbers.iter().find(|(known, _)| known == name).map(|(_, value)| *value);
                Cell::of(name, value)
            }));
            row.append(&mut last);
            row
        };
        let columns = metrics.iter().map(|name| Column::metric(name));
        Table {
            name: "",
            columns: first.into_iter().chain(columns).chain(last).collect(),
            rows: self.begun.into_iter().map(row).collect(),
            sources: self.sources,
        }
    }
}

fn first_columns() -> Vec<Column> {
    vec![
        Column::new("network", Kind::Text),
        Column::new("handle", Kind::Text),
        Column::new("published_at", Kind::Time),
        Column::new("text", Kind::Text),
        Column::new("link", Kind::Link),
        Column::new("post_kind", Kind::Text),
        Column::new("made_here", Kind::Text),
    ]
}

fn first_cells(
    engine: &Engine,
    account: &AccountRow,
    row: &RemotePostRow,
    post: Option<PostId>,
) -> Vec<Cell> {
    vec![
        Cell::Text(title(engine, &account.platform).to_owned()),
        Cell::Text(account.handle.clone()),
        Cell::Time(row.published_at),
        Cell::Text(row.text.clone()),
        Cell::link(row.url.as_deref()),
        Cell::text(row.kind.clone()),
        Cell::text(post.map(|id| id.to_string())),
    ]
}

fn ranked_columns() -> Vec<Column> {
    let rates = Basis::ALL.map(|basis| Column::metric(basis.metric()));
    let first = [Column::metric("engagements"), Column::new("followers_then", Kind::Count)];
    first.into_iter().chain(rates).chain([Column::new("read_at", Kind::Time)]).collect()
}

fn put(rows: &mut Rows, engine: &Engine, ranked: &RankedPost) {
    let row = &ranked.post.found.row;
    let engagements = ranked.engagements.as_ref().map(|found| found.value);
    let rates =
        ranked.rates.map(|rate| rate.map_or(Cell::Missing, |rate: Rate| Cell::Rate(rate.basis_points())));
    let first = [Cell::of("engagements", engagements), Cell::of("followers", ranked.post.followers)];
    let last = first.into_iter().chain(rates).chain([Cell::Time(row.seen.as_of)]).collect();
    rows.add(&ranked.account, row, first_cells(engine, &ranked.account, row, ranked.post.found.post), last);
}

/// All posts of the time, newest first.
pub async fn all(engine: &Engine, actor: &Actor, filter: &Filter) -> Result<(Table, Times), AppError> {
    let mut rows = Rows::default();
    let period =
        analytics::each(engine, actor, filter, MOST_ROWS, |ranked| put(&mut rows, engine, ranked)).await?;
    Ok((rows.table(first_columns(), ranked_columns()), Times::of(period)))
}

/// The best posts of the time, best first.
pub async fn top(engine: &Engine, actor: &Actor, filter: &Filter) -> Result<(Table, Times), AppError> {
    let best = analytics::top(engine, actor, filter, BEST).await?;
    let mut rows = Rows::default();
    best.items.iter().for_each(|ranked| put(&mut rows, engine, ranked));
    Ok((rows.table(first_columns(), ranked_columns()), Times::of(best.period)))
}

/// Every post that was ever found on an account, newest first. Without the rates, which are of a time.
pub async fn of_account(engine: &Engine, actor: &Actor, filter: &Filter) -> Result<Table, AppError> {
    let id = named(filter, "Say which `account`; all posts of all accounts are the table `posts`.")?;
    let account = accounts::get(engine, actor, id).await?;
    let limit = u32::try_from(MOST_ROWS + 1).unwrap_or(u32::MAX);
    let found = sync::posts(engine, actor, id, limit).await?;
    if found.len() > MOST_ROWS {
        return Err(analytics::too_many(MOST_ROWS));
    }
    let mut rows = Rows::default();
    for sync::Post { row, post, vanished } in &found {
        let last = vec![Cell::text(vanished.then_some("yes")), Cell::Time(row.seen.as_of)];
        rows.add(&account, row, first_cells(engine, &account, row, *post), last);
    }
    let last = vec![Column::new("gone", Kind::Text), Column::new("read_at", Kind::Time)];
    Ok(rows.table(first_columns(), last))
}
