//! What the report says: the overview's numbers, and what has to be known to read them.

use carillon_domain::error::AppError;
use carillon_store::repo::logo;

use super::{Times, about, handle, title};
use crate::report::{Best, Report};
use crate::usecase::analytics::{self, Filter, RankedPost};
use crate::{Actor, Engine};

/// So many of the best posts are on paper.
const BEST: u32 = 10;

/// The report of a time.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not read; [`AppError::Invalid`] for a filter that says nothing.
pub async fn report(engine: &Engine, actor: &Actor, filter: &Filter) -> Result<Report, AppError> {
    let summary = analytics::summary(engine, actor, filter).await?;
    let best = analytics::top(engine, actor, filter, BEST).await?;
    let series = analytics::series(engine, actor, filter, None, None).await?;
    let times = Times { of: Some(summary.period.clone()), before: Some(summary.previous) };
    let about = about(engine, actor, filter, times).await?;
    let networks = summary.networks.into_iter();
    let notes = series.notes.into_iter();
    let logo = logo::find(&engine.db, actor.workspace).await?;
    Ok(Report {
        about,
        logo: logo.map(|logo| logo.png),
        days: summary.period.days(),
        accounts: summary.accounts,
        figures: summary.figures,
        networks: networks
            .map(|network| (title(engine, &network.platform).to_owned(), network.accounts, network.figures))
            .collect(),
        top: best.items.iter().map(|post| line(engine, post)).collect(),
        notes: notes.map(|note| (summary.period.date_of(note.at), note.text)).collect(),
    })
}

fn line(engine: &Engine, ranked: &RankedPost) -> Best {
    let (row, account) = (&ranked.post.found.row, &ranked.account);
    Best {
        text: row.text.clone(),
        url: row.url.clone().filter(|url| url.starts_with("https://") || url.starts_with("http://")),
        account: handle(&account.handle),
        network: title(engine, &account.platform).to_owned(),
        published_at: row.published_at,
        views: row.seen.of("views").map(|reading| reading.value),
        engagements: ranked.engagements.as_ref().map(|found| found.value),
        rate: ranked.rank().map(|(basis, rate)| (basis, rate.basis_points())),
        few: ranked.seen_by_few(),
    }
}
