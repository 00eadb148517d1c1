//! The same burst with more worker processes on one PostgreSQL.

use std::path::Path;

use super::Load;
use super::carillon::{Crew, Stage};
use super::figures::{Figures, median_of, quotient};

/// Measures once with so many, in the empty database at `database`.
pub async fn measure(
    program: &Path,
    load: Load,
    (ahead, workers): (i64, usize),
    database: Option<&str>,
) -> anyhow::Result<Figures> {
    let stage = Stage::set(program, load, database).await?;
    stage.burst("first", stage.due(ahead), Crew::Workers(workers)).await
}

/// What so many more workers came to, in words; the first is what the others are compared with.
pub fn ratios(all: &[(usize, Vec<Figures>)]) -> Vec<String> {
    let Some((first, base)) = all.first() else { return Vec::new() };
    let ratio = |(workers, figures): &(usize, Vec<Figures>)| {
        let of = |what: fn(&Figures) -> f64| quotient(median_of(figures, what), median_of(base, what));
        let (throughput, cost) = (of(Figures::per_second)?, of(Figures::processor_per_1000)?);
        Some(format!("workers={workers} to={first} throughput={throughput:.2} processor={cost:.2}"))
    };
    all.iter().skip(1).filter_map(ratio).collect()
}
