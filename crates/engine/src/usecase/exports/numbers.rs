//! Tables of numbers over accounts: together, day by day, by network, by account.

use std::collections::BTreeMap;

use carillon_domain::error::AppError;
use carillon_domain::insight::{Basis, Change, definition};

use super::{Times, title};
use crate::report::{Cell, Column, Kind, Table};
use crate::usecase::analytics::{self, Figure, Figures, Filter};
use crate::{Actor, Engine};

type Made = Result<(Table, Times), AppError>;

/// The counts, in the order of [`every`].
const NUMBERS: [&str; 5] = ["followers", "published", "views", "reach", "engagements"];

/// Every number, in the order in which pages show them; the rates each by its own name.
fn every(figures: &Figures) -> impl Iterator<Item = &Figure> {
    let counts = [&figures.followers, &figures.posts, &figures.views, &figures.reach, &figures.engagements];
    counts.into_iter().chain(&figures.rates)
}

fn sourced<'a>(table: &mut Table, figures: impl IntoIterator<Item = &'a Figure>) {
    for figure in figures {
        table.sources.entry(figure.metric).or_default().extend(figure.sources.iter().cloned());
    }
}

fn begun(columns: Vec<Column>) -> Table {
    Table { name: "", columns, rows: Vec::new(), sources: BTreeMap::new() }
}

/// The numbers of all accounts together, one to a row.
pub async fn figures(engine: &Engine, actor: &Actor, filter: &Filter) -> Made {
    let summary = analytics::summary(engine, actor, filter).await?;
    let mut table = begun(vec![
        Column::new("number", Kind::Text),
        Column::new("value", Kind::Text),
        Column::new("before", Kind::Text),
        Column::new("change", Kind::Text),
        Column::new("change_percent", Kind::Rate),
        Column::new("unit", Kind::Text),
        Column::new("given", Kind::Count),
        Column::new("of", Kind::Count),
        Column::new("read_at", Kind::Time),
        Column::new("source", Kind::Text),
    ]);
    table.rows = every(&summary.figures).map(line).collect();
    sourced(&mut table, every(&summary.figures));
    Ok((table, Times { of: Some(summary.period), before: Some(summary.previous) }))
}

fn line(figure: &Figure) -> Vec<Cell> {
    let unit = definition(figure.metric).map_or("", |metric| metric.unit);
    let sources = figure.sources.iter().cloned().collect::<Vec<_>>().join(", ");
    let change = figure.change.map(Change::absolute);
    // A share of a share says nothing that points don't say better.
    let share = figure.change.and_then(Change::basis_points).filter(|_| unit != "basis points");
    vec![
        Cell::Metric(figure.metric),
        Cell::of(figure.metric, figure.value),
        Cell::of(figure.metric, figure.previous),
        Cell::of(figure.metric, change),
        share.map_or(Cell::Missing, Cell::Rate),
        Cell::Text(unit.replace("basis points", "%")),
        Cell::count(figure.given),
        Cell::count(figure.of),
        Cell::time(figure.as_of),
        Cell::text(Some(sources).filter(|text| !text.is_empty())),
    ]
}

/// The days behind the charts, oldest first. A day without a value is a gap.
pub async fn days(engine: &Engine, actor: &Actor, filter: &Filter) -> Made {
    let summary = analytics::summary(engine, actor, filter).await?;
    let figures: Vec<_> = every(&summary.figures).collect();
    let metrics = figures.iter().map(|figure| Column::metric(figure.metric));
    let mut table = begun([Column::new("day", Kind::Date)].into_iter().chain(metrics).collect());
    for (index, date) in summary.period.days().into_iter().enumerate() {
        let value = |figure: &&Figure| Cell::of(figure.metric, figure.days.get(index).copied().flatten());
        table.rows.push([Cell::Date(date)].into_iter().chain(figures.iter().map(value)).collect());
    }
    sourced(&mut table, figures);
    Ok((table, Times::of(summary.period)))
}

/// A column for each number and one for what it was before.
fn compared(first: Vec<Column>) -> Table {
    let both = NUMBERS.into_iter().chain(Basis::ALL.map(Basis::metric));
    let both = both.flat_map(|name| [Column::metric(name), Column::before(name)]);
    begun(first.into_iter().chain(both).collect())
}

fn pairs(figures: &Figures) -> impl Iterator<Item = Cell> {
    every(figures).flat_map(|f| [Cell::of(f.metric, f.value), Cell::of(f.metric, f.previous)])
}

/// By network.
pub async fn networks(engine: &Engine, actor: &Actor, filter: &Filter) -> Made {
    let summary = analytics::summary(engine, actor, filter).await?;
    let mut table = compared(vec![Column::new("network", Kind::Text), Column::new("accounts", Kind::Count)]);
    for network in &summary.networks {
        let name = Cell::Text(title(engine, &network.platform).to_owned());
        let first = [name, Cell::count(network.accounts)];
        table.rows.push(first.into_iter().chain(pairs(&network.figures)).collect());
        sourced(&mut table, every(&network.figures));
    }
    Ok((table, Times { of: Some(summary.period), before: Some(summary.previous) }))
}

/// By account.
pub async fn accounts(engine: &Engine, actor: &Actor, filter: &Filter) -> Made {
    let (period, before, all) = analytics::each_account(engine, actor, filter).await?;
    let mut table = compared(vec![
        Column::new("network", Kind::Text),
        Column::new("handle", Kind::Text),
        Column::new("name", Kind::Text),
        Column::new("status", Kind::Text),
        Column::new("read_at", Kind::Time),
    ]);
    for one in &all {
        let row = &one.account;
        let first = [
            Cell::Text(title(engine, &row.platform).to_owned()),
            Cell::Text(row.handle.clone()),
            Cell::Text(row.name.clone()),
            Cell::Text(row.status.as_str().to_owned()),
            Cell::time(row.synced_at),
        ];
        table.rows.push(first.into_iter().chain(pairs(&one.figures)).collect());
        sourced(&mut table, every(&one.figures));
    }
    Ok((table, Times { of: Some(period), before: Some(before) }))
}
