//! Budgets: how many publications a day a network takes from an account, and how many are wise.

use carillon_connectors::contract::connector::Repeats;
use carillon_connectors::contract::publisher::Window;
use carillon_domain::account::CapMode;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::error::AppError;
use carillon_domain::id::{AccountId, PostId};
use carillon_domain::limits::Violation;
use carillon_domain::schedule::{self, DueTime};
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::repo::account::{self, AccountRow};
use carillon_store::repo::{publication, tally};
use carillon_store::{StoreError, Tx};

use super::names;
use super::posts::AccountCheck;
use crate::{Actor, Engine};

/// How long after a post the same content on the same account is worth a warning.
const SAME_CONTENT: SignedDuration = SignedDuration::from_hours(24 * 7);

/// Two posts on one account that are less than this apart are worth a warning.
const CLOSE: SignedDuration = SignedDuration::from_hours(1);

/// Default daily caps by platform, as in the product's budgets; platforms without one have no own cap.
const DEFAULTS: &[(&str, u32)] =
    &[("instagram", 3), ("facebook", 5), ("linkedin", 2), ("x", 10), ("tiktok", 4)];

/// The daily cap of an account: the user's, else the default, else none.
pub fn daily_cap(account: &AccountRow) -> Option<u32> {
    account
        .daily_cap
        .or_else(|| DEFAULTS.iter().find(|(name, _)| *name == account.platform).map(|(_, cap)| *cap))
}

/// The day of `at` in `zone`, as instants `[from, to)`.
pub(super) fn day(at: Timestamp, zone: &str) -> Option<(Timestamp, Timestamp)> {
    let zone = schedule::zone(zone).ok()?;
    let start = at.to_zoned(zone).start_of_day().ok()?;
    let end = start.tomorrow().ok()?.start_of_day().ok()?;
    Some((start.timestamp(), end.timestamp()))
}

/// The network's own daily cap of an account: as it last said or as the operator's plan has it, else as its documents say, else none is known.
pub fn hard_cap(engine: &Engine, account: &AccountRow) -> Option<u32> {
    let connector = engine.networks.connector(&account.platform)?;
    let settings = engine.networks.settings(&account.platform);
    let own = connector.publisher()?.daily_cap(settings, &account.identity());
    own.or(connector.capabilities().daily_cap)
}

/// What goes out besides the post that is judged, where the database does not say it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Besides<'a> {
    /// The post that is changed: what is saved of it does not count.
    pub except: Option<PostId>,
    /// The post that gives it its place: it goes elsewhere right after.
    pub instead_of: Option<PostId>,
    /// What is going to be saved together with it.
    pub planned: &'a [Planned],
}

/// A publication that is going to be saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Planned {
    /// On which account.
    pub account: AccountId,
    /// When it is due.
    pub due_at: Timestamp,
    /// What its content is known by.
    pub fingerprint: String,
}

impl Besides<'_> {
    fn on(&self, account: AccountId) -> impl Iterator<Item = &Planned> {
        self.planned.iter().filter(move |planned| planned.account == account)
    }

    /// How many are planned on the account in `[from, to)`.
    fn within(&self, account: AccountId, (from, to): (Timestamp, Timestamp)) -> i64 {
        let found = self.on(account).filter(|planned| from <= planned.due_at && planned.due_at < to);
        i64::try_from(found.count()).unwrap_or(i64::MAX)
    }

    /// The first one on the account between these times.
    fn between(&self, account: AccountId, (after, before): (Timestamp, Timestamp)) -> Option<Timestamp> {
        let times = self.on(account).map(|planned| planned.due_at);
        times.filter(|at| after < *at && *at < before).min()
    }
}

/// Judges the day on which the account would get this: adds what the network would refuse to the report's violations, and
/// what a careful person would want to know to its warnings.
pub(super) async fn judge(
    engine: &Engine,
    actor: &Actor,
    check: &mut AccountCheck,
    due: &DueTime,
    besides: Besides<'_>,
) -> Result<(), AppError> {
    let (account, except) = (check.account.id, besides.except);
    let key = (actor.workspace, account);
    if let Some(range) = day(due.at, &actor.timezone) {
        let taken = tally::taken(&engine.db, key, range, [except, besides.instead_of]).await?;
        judge_day(engine, check, taken.saturating_add(besides.within(account, range)));
    }
    judge_windows(engine, actor, check, due, besides).await?;
    let range = (due.at - CLOSE, due.at + CLOSE);
    let saved = tally::neighbour(&engine.db, key, range, except).await?;
    if let Some(other) = saved.or_else(|| besides.between(account, range)) {
        let at =
            schedule::zone(&due.timezone).map(|zone| zone.to_datetime(other).strftime("%H:%M").to_string());
        let at = at.unwrap_or_else(|_| other.to_string());
        check.report.warnings.push(Violation::new(
            "scheduled_at",
            "same_hour",
            format!("Another post goes there at {at}, less than an hour from this one."),
        ));
    }
    judge_content(engine, actor, check, (due.at, &due.timezone), besides).await
}

/// Whether the account gets the same from another post, going by one that is due then on that clock.
pub(super) async fn judge_content(
    engine: &Engine,
    actor: &Actor,
    check: &mut AccountCheck,
    (due, timezone): (Timestamp, &str),
    besides: Besides<'_>,
) -> Result<(), AppError> {
    let fingerprint = super::posts::fingerprint(&check.draft);
    let since = due - SAME_CONTENT;
    let twin = publication::same_content(
        &engine.db,
        actor.workspace,
        check.account.id,
        &fingerprint,
        since,
        besides.except,
    )
    .await?;
    if let Some((post, other)) = twin {
        let at = schedule::zone(timezone);
        let at = at.map_or_else(
            |_| other.to_string(),
            |zone| zone.to_datetime(other).strftime("%Y-%m-%d %H:%M").to_string(),
        );
        let refused = refused_again(engine, check, due.duration_since(other).abs());
        let message =
            format!("The account gets the same content on {at} from another post ({post}). {refused}");
        check.report.warnings.push(Violation::new("text", "duplicate_content", message));
    } else if besides
        .on(check.account.id)
        .any(|other| other.fingerprint == fingerprint && other.due_at >= since)
    {
        check.report.warnings.push(Violation::new(
            "text",
            "duplicate_content",
            "The account gets the same content from another post that is saved with this one. Is that meant?",
        ));
    }
    Ok(())
}

/// What the account's network does with the same content so much later or earlier.
fn refused_again(engine: &Engine, check: &AccountCheck, apart: SignedDuration) -> String {
    let connector = engine.networks.connector(&check.account.platform);
    let repeats = connector.and_then(|c| c.refuses_repeats().map(|repeats| (c.descriptor().title, repeats)));
    match repeats {
        Some((title, Repeats { hours: None })) => format!(
            "{title} refuses what it had before, for a time that it does not publish. Change the text to be sure."
        ),
        Some((title, Repeats { hours: Some(hours) })) if apart < SignedDuration::from_hours(hours.into()) => {
            format!(
                "{title} refuses what it had in the last {hours} hours or so. Change the text, or choose a later time."
            )
        }
        _ => "Is that meant?".to_owned(),
    }
}

/// What the network's own cap says against one more on a day that has `taken`.
fn full(cap: u32, taken: i64) -> Option<Violation> {
    let message = format!(
        "The network takes {cap} posts a day from this account, and that day has {taken} already. Choose another day."
    );
    let full = Violation::new("scheduled_at", "cap_exceeded", message).with_limit(cap, taken + 1);
    (taken >= i64::from(cap)).then_some(full)
}

/// A day of an account from which its network takes only so many posts.
pub(super) struct Place {
    account: AccountRow,
    day: (Timestamp, Timestamp),
    cap: u32,
}

impl Place {
    /// The account, which is locked while the place is taken.
    pub fn account(&self) -> AccountId {
        self.account.id
    }
}

/// The days on which the accounts would get this, where their networks limit them; in the order of locking.
pub(super) fn places(engine: &Engine, actor: &Actor, checks: &[AccountCheck], due: &DueTime) -> Vec<Place> {
    let Some(day) = day(due.at, &actor.timezone) else { return Vec::new() };
    let place = |check: &AccountCheck| {
        hard_cap(engine, &check.account).map(|cap| Place { account: check.account.clone(), day, cap })
    };
    let mut places: Vec<Place> = checks.iter().filter_map(place).collect();
    places.sort_by_key(|place| place.account.id);
    places
}

/// Counts again, after the publications of `post` were saved and before that is confirmed: of two requests that were judged at
/// the same time, the second finds the place that the first took. What leaves the place for this one is not counted.
///
/// # Errors
/// [`AppError::Invalid`] as the judgement before.
pub(super) async fn take(
    tx: &mut Tx<'_>,
    places: &[Place],
    post: PostId,
    instead_of: Option<PostId>,
) -> Result<(), AppError> {
    let mut errors = Vec::new();
    for Place { account, day, cap } in places {
        account::lock(tx, account.workspace, account.id).await?;
        let key = (account.workspace, account.id);
        let taken = tally::taken(&mut *tx, key, *day, [Some(post), instead_of]).await?;
        errors.extend(full(*cap, taken).map(|broken| super::posts::as_error(account, broken)));
    }
    if errors.is_empty() { Ok(()) } else { Err(AppError::Invalid(errors)) }
}

/// The spans other than a day in which the network counts, such as posts in three hours.
pub(super) fn windows(engine: &Engine, account: &AccountRow) -> &'static [Window] {
    let publisher = engine.networks.connector(&account.platform).and_then(|c| c.publisher());
    publisher.map_or(&[], |p| p.windows(engine.networks.settings(&account.platform)))
}

/// What these spans say against one more at that time.
async fn judge_windows(
    engine: &Engine,
    actor: &Actor,
    check: &mut AccountCheck,
    due: &DueTime,
    besides: Besides<'_>,
) -> Result<(), AppError> {
    let key = (actor.workspace, check.account.id);
    for window in windows(engine, &check.account) {
        let Some(range) = span(due.at, window.span_s) else { continue };
        let saved = tally::taken(&engine.db, key, range, [besides.except, besides.instead_of]).await?;
        let taken = saved.saturating_add(besides.within(check.account.id, range));
        if taken >= i64::from(window.posts) {
            let message = format!(
                "The network takes {} posts of this account in {} minutes, and that time has {taken} already. Choose another time.",
                window.posts,
                window.span_s / 60
            );
            let broken = Violation::new("scheduled_at", "cap_exceeded", message);
            check.report.violations.push(broken.with_limit(window.posts, taken + 1));
        }
    }
    Ok(())
}

/// Whether one more would go out then: neither the network's caps stand against it, nor one of the user's that is enforced.
pub(super) async fn has_room(
    engine: &Engine,
    actor: &Actor,
    account: &AccountRow,
    at: Timestamp,
    except: Option<PostId>,
) -> Result<bool, StoreError> {
    let key = (account.workspace, account.id);
    let own = daily_cap(account).filter(|_| account.cap_mode == CapMode::Enforce);
    let lowest = own.into_iter().chain(hard_cap(engine, account)).min();
    if let Some((cap, range)) = lowest.zip(day(at, &actor.timezone))
        && tally::taken(&engine.db, key, range, [except, None]).await? >= i64::from(cap)
    {
        return Ok(false);
    }
    for window in windows(engine, account) {
        let Some(range) = span(at, window.span_s) else { continue };
        if tally::taken(&engine.db, key, range, [except, None]).await? >= i64::from(window.posts) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The span of this length, aligned to the clock, in which `at` lies, as instants `[from, to)`.
pub(super) fn span(at: Timestamp, span_s: u32) -> Option<(Timestamp, Timestamp)> {
    let length = i64::from(span_s);
    let from = at.as_second().div_euclid(length) * length;
    Some((Timestamp::from_second(from).ok()?, Timestamp::from_second(from + length).ok()?))
}

fn judge_day(engine: &Engine, check: &mut AccountCheck, taken: i64) {
    let (account, report) = (&check.account, &mut check.report);
    if let Some(broken) = hard_cap(engine, account).and_then(|cap| full(cap, taken)) {
        report.violations.push(broken);
    } else if let Some(cap) = daily_cap(account).filter(|cap| taken >= i64::from(*cap)) {
        let what = match account.cap_mode {
            CapMode::Warn => "It is sent all the same.",
            CapMode::Enforce => "It will be held at its time, because the cap is enforced.",
        };
        let message = format!(
            "The account has {taken} posts that day already; the daily cap that you set is {cap}. {what}"
        );
        let full = Violation::new("scheduled_at", "cap_exceeded", message);
        report.warnings.push(full.with_limit(cap, taken + 1));
    }
}

/// The error to hold a publication with, when a cap of its account is reached at the moment of sending: the network's, or
/// the user's own where that is enforced.
pub(crate) async fn reached(
    engine: &Engine,
    account: &AccountRow,
    post: PostId,
    zone: &str,
) -> Result<Option<ConnectorError>, StoreError> {
    let own = daily_cap(account).filter(|_| account.cap_mode == CapMode::Enforce);
    let hard = hard_cap(engine, account);
    if own.is_none() && hard.is_none() {
        return Ok(None);
    }
    let Some((from, to)) = day(engine.clock.now(), zone) else { return Ok(None) };
    let sent = publication::sent(&engine.db, account.workspace, account.id, from, to, Some(post)).await?;
    Ok(over(own, hard, sent).map(|(cap, whose)| held_at(account, cap, whose, sent)))
}

/// Whose cap it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    User,
    Network,
}

/// The lowest cap, if `sent` publications use it up.
fn over(own: Option<u32>, hard: Option<u32>, sent: i64) -> Option<(u32, Whose)> {
    let caps = [(hard, Whose::Network), (own, Whose::User)];
    let lowest =
        caps.into_iter().filter_map(|(cap, whose)| Some((cap?, whose))).min_by_key(|(cap, _)| *cap)?;
    (sent >= i64::from(lowest.0)).then_some(lowest)
}

fn held_at(account: &AccountRow, cap: u32, whose: Whose, sent: i64) -> ConnectorError {
    let (why, action) = match whose {
        Whose::User => {
            ("is enforced", "Publish it by hand, move it to another day, or raise the cap of the account.")
        }
        Whose::Network => (
            "is the network's own",
            "Move it to another day, or publish it by hand when the network takes more.",
        ),
    };
    let who = names::handle(&account.handle);
    let cause = format!("{who} has sent {sent} posts today; its daily cap of {cap} {why}.");
    ConnectorError::new(ErrorKind::Rejected, &account.platform, "publish", "cap_exceeded", cause)
        .with_action(action)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_cap_holds() {
        assert_eq!(over(None, None, 1_000), None);
        assert_eq!(over(None, Some(50), 49), None);
        assert_eq!(over(None, Some(50), 50), Some((50, Whose::Network)));
        assert_eq!(over(Some(3), Some(50), 3), Some((3, Whose::User)));
        assert_eq!(over(Some(60), Some(50), 50), Some((50, Whose::Network)));
        assert_eq!(over(Some(3), Some(50), 2), None);
    }

    #[test]
    fn a_span_is_aligned_to_the_clock() {
        let at = "2026-11-24T10:59:59.5Z".parse().expect("time");
        let (from, to) = span(at, 3 * 3600).expect("span");
        assert_eq!(
            (from.to_string(), to.to_string()),
            ("2026-11-24T09:00:00Z".into(), "2026-11-24T12:00:00Z".into())
        );
    }

    #[test]
    fn a_day_is_that_of_the_zone_also_when_clocks_change() {
        let (from, to) = day("2026-10-25T12:00:00Z".parse().expect("time"), "Europe/Athens").expect("day");
        assert_eq!(
            (from.to_string(), to.to_string()),
            ("2026-10-24T21:00:00Z".into(), "2026-10-25T22:00:00Z".into())
        );
    }
}
