//! The owner's part of a reading: once a day, after the posts, the network is asked for the account's numbers of the days that are over
//! and for its audience.
//!
//! - What it refuses costs the reading nothing: posts were read, and stay so. What did not come is kept with its reason.
//! - What may come later (an outage, a limit) is asked for again with the next reading by schedule, four times a day at most; a refusal
//!   is accepted until tomorrow.
//! - Only a login that is gone ends the run, as it does everywhere.

use carillon_connectors::contract::insights::{
    Found, Insights, Metric, Missing, Observation, Window, passes,
};
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::id::Id;
use carillon_domain::insight::Period;
use carillon_domain::metric;
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::StoreError;
use carillon_store::repo::owner::{self, About, Absent, Number, OwnerLook, Question, Told};
use jiff::tz::TimeZone;

use super::account::Read;
use super::ending::Stop;
use super::run::Run;
use super::schedule;
use crate::Engine;
use crate::jobs::{JobError, fenced};
use crate::reading::Access;
use crate::usecase::credentials::NoCredential;

/// Numbers that one transaction takes. On SQLite every other write waits for it, also that of a commit's intent.
const CHUNK: usize = 100;

/// A shorter time is no day; it is asked for with the next one. The shortest day of a clock that is changed has 23 hours.
const LEAST: SignedDuration = SignedDuration::from_hours(20);

/// What one question is about.
struct Asked {
    about: About,
    offered: &'static [Metric],
    /// Of the account's numbers: of which time.
    window: Option<Window>,
}

/// Asks what was not answered today.
pub(super) async fn read(run: &mut Run<'_>, account: &mut Read) -> Result<(), Stop> {
    let engine = run.engine;
    let Some((_, insights)) = engine.networks.insights(&run.row.platform) else { return Ok(()) };
    let zone = schedule::zone_of(engine, run.row.workspace).await?;
    let now = engine.clock.now();
    let Some(today) = Period::start_of(zone.to_datetime(now).date(), &zone) else { return Ok(()) };
    let offers = insights.offers();
    for (question, offered) in [(Question::Account, offers.account), (Question::Audience, offers.audience)] {
        let about = About { workspace: run.row.workspace, account: run.row.account, question };
        if offered.is_empty() || is_answered(engine, about, today, now).await? {
            continue;
        }
        let Some(window) = wanted(engine, about, today, offers.window_days).await? else { continue };
        let asked = Asked { about, offered, window };
        let found = ask(run, account, insights, &asked).await?;
        keep_found(run, &asked, &found).await?;
    }
    Ok(())
}

/// Whether the network said today what it has to say.
async fn is_answered(
    engine: &Engine,
    about: About,
    today: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let until = now + SignedDuration::from_micros(1);
    let last = owner::last_look(&engine.db, about, (today, until)).await?;
    Ok(last.is_some_and(|look| look.settled))
}

/// Which time to ask about: an audience is of now, and an account's numbers are of the days that are over and that nothing was told of yet,
/// as many as the network gives at once. Networks are hours to days late: what did not come yet is asked for again. `None` when there is
/// nothing to ask.
async fn wanted(
    engine: &Engine,
    about: About,
    today: Timestamp,
    most: u16,
) -> Result<Option<Option<Window>>, StoreError> {
    if about.question == Question::Audience {
        return Ok(Some(None));
    }
    let earliest = today - SignedDuration::from_hours(24 * i64::from(most));
    // What came today came in part only, and is asked for again as a whole.
    let told = owner::told_to(&engine.db, about, today).await?;
    let from = told.map_or(earliest, |told| told.max(earliest));
    let days = Window { from, to: today };
    Ok((today.duration_since(from) >= LEAST).then_some(Some(days)))
}

/// The answer; of a question that was not answered, that everything lacks.
async fn ask(
    run: &mut Run<'_>,
    account: &mut Read,
    insights: &dyn Insights,
    asked: &Asked,
) -> Result<Found, Stop> {
    let engine = run.engine;
    let mut answer = put(engine, &account.access, insights, asked).await;
    if matches!(&answer, Err(error) if error.kind == ErrorKind::AuthExpired) && !run.refreshed {
        answer = match account.access.refresh(engine).await {
            Ok(()) => {
                run.refreshed = true;
                put(engine, &account.access, insights, asked).await
            }
            // Nobody said that the login is gone. The next question is refused as well, and tries again.
            Err(NoCredential::Later(error)) => Err(error),
            Err(none) => return Err(none.into()),
        };
    }
    run.row.calls += account.access.take_calls();
    match answer {
        Ok(found) => Ok(found),
        Err(error) if matches!(error.kind, ErrorKind::AuthExpired | ErrorKind::AuthRevoked) => {
            Err(error.into())
        }
        Err(error) => Ok(Found::without(asked.offered, &error)),
    }
}

async fn put(
    engine: &Engine,
    access: &Access,
    insights: &dyn Insights,
    asked: &Asked,
) -> Result<Found, ConnectorError> {
    let cx = access.cx(engine);
    match asked.window {
        Some(window) => insights.account(&cx, window).await,
        None => insights.audience(&cx).await,
    }
}

async fn keep_found(run: &Run<'_>, asked: &Asked, found: &Found) -> Result<(), JobError> {
    let (engine, about, id) = (run.engine, asked.about, run.row.id);
    let (numbers, look, told_to) = answer(found, engine.clock.now());
    for chunk in numbers.chunks(CHUNK) {
        let chunk = chunk.to_vec();
        fenced(engine, run.lease, move |tx| Box::pin(async move { owner::add(tx, about, &chunk).await }))
            .await?;
    }
    // Last, so that what is cut off in between is asked for again.
    fenced(engine, run.lease, move |tx| {
        Box::pin(async move { owner::add_look(tx, about, id, &look, told_to).await })
    })
    .await
}

/// What is kept of an answer: its numbers of times that are over, what did not come, and until when it tells of.
fn answer(found: &Found, as_of: Timestamp) -> (Vec<Number>, OwnerLook, Option<Timestamp>) {
    let look = OwnerLook {
        as_of,
        settled: !found.missing.iter().any(|missing| passes(&missing.cause)),
        missing: found.missing.iter().map(absent).collect(),
    };
    // A time that is not over would stay as it was told, since only what follows it is asked for.
    let is_over = |seen: &&Observation| seen.window.is_none_or(|window| window.to <= as_of);
    let seen: Vec<_> = found.observations.iter().filter(is_over).collect();
    // What came in part only is asked for again as a whole, tomorrow if not today.
    let told_to = seen.iter().filter_map(|seen| seen.window).map(|window| window.to).max();
    let told_to = told_to.filter(|_| look.settled);
    (seen.into_iter().map(|seen| number(seen, as_of)).collect(), look, told_to)
}

/// Asks both questions now and keeps the answers, for a past that is played: nothing is fenced.
pub(super) async fn ask_once(engine: &Engine, access: &Access, zone: &TimeZone) -> Result<(), StoreError> {
    let row = &access.row;
    let Some((_, insights)) = engine.networks.insights(&row.platform) else { return Ok(()) };
    let now = engine.clock.now();
    let Some(today) = Period::start_of(zone.to_datetime(now).date(), zone) else { return Ok(()) };
    let offers = insights.offers();
    for (question, offered) in [(Question::Account, offers.account), (Question::Audience, offers.audience)] {
        let about = About { workspace: row.workspace, account: row.id, question };
        if offered.is_empty() {
            continue;
        }
        let Some(window) = wanted(engine, about, today, offers.window_days).await? else { continue };
        let found = put(engine, access, insights, &Asked { about, offered, window }).await;
        let found = found.unwrap_or_else(|error| Found::without(offered, &error));
        let (numbers, look, told_to) = answer(&found, engine.clock.now());
        let run = Id::new(engine.clock.as_ref(), engine.entropy.as_ref());
        let write = engine.db.write(move |tx| {
            Box::pin(async move {
                owner::add(tx, about, &numbers).await?;
                owner::add_look(tx, about, run, &look, told_to).await
            })
        });
        write.await?;
    }
    Ok(())
}

fn number(seen: &Observation, as_of: Timestamp) -> Number {
    let (dimension, part) = seen.part.clone().map(|(by, part)| (by.to_owned(), part)).unzip();
    Number {
        metric: seen.metric.to_owned(),
        dimension,
        told: Told {
            part,
            window: seen.window.map(|window| (window.from, window.to)),
            value: seen.value,
            native: seen.native.to_owned(),
            definition: metric::definition(seen.metric).map_or(0, |defined| defined.version),
            as_of,
        },
    }
}

fn absent(missing: &Missing) -> Absent {
    Absent {
        metrics: missing.metrics.iter().map(|name| (*name).to_owned()).collect(),
        by: missing.by.map(str::to_owned),
        cause: missing.cause.clone(),
    }
}
