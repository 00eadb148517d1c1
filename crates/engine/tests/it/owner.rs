//! What networks tell the owner: asked once a day, kept with what did not come, and let go when it must.

use std::collections::BTreeSet;
use std::time::Duration;

use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::account::AccountStatus;
use carillon_domain::id::{AccountId, Id, SyncRunId};
use carillon_domain::insight::Period;
use carillon_domain::sync::{SyncReason, SyncState};
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_engine::usecase::accounts;
use carillon_store::repo::owner::{self, About, Number, OwnerLook, Question, Told};
use carillon_store::testing::TestDb;
use carillon_store::{StoreError, on_both};
use jiff::tz::TimeZone;

use super::support::Stage;

const STEP: Duration = Duration::from_secs(10 * 60);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Lets nodes work for so many hours.
async fn pass(stage: &Stage, hours: u64) {
    let end = stage.engine.clock.now() + Duration::from_secs(hours * 3600);
    while stage.engine.clock.now() < end {
        stage.bench.clock.advance(STEP);
        stage.run_due().await;
    }
}

fn about(stage: &Stage, account: AccountId, question: Question) -> About {
    About { workspace: stage.actor.workspace, account, question }
}

/// All that was ever told of a metric.
async fn told(stage: &Stage, about: About, metric: (&str, Option<&str>)) -> Vec<Told> {
    let within = (Timestamp::UNIX_EPOCH, stage.in_minutes(1));
    owner::series(&stage.engine.db, about, metric, within).await.expect("read")
}

async fn last(stage: &Stage, about: About) -> Option<OwnerLook> {
    let within = (Timestamp::UNIX_EPOCH, stage.in_minutes(1));
    owner::last_look(&stage.engine.db, about, within).await.expect("read")
}

fn midnight_before(stage: &Stage, at: Timestamp) -> Timestamp {
    let zone = TimeZone::get(&stage.actor.timezone).expect("a zone");
    Period::start_of(zone.to_datetime(at).date(), &zone).expect("it begins")
}

async fn once_a_day(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.through_pages("instagram", None).await;
    stage.run_until_idle().await;
    let (numbers, people) =
        (about(&stage, account, Question::Account), about(&stage, account, Question::Audience));
    assert!(last(&stage, numbers).await.is_none(), "who connects an account does not wait for it");
    // Eleven o'clock in Athens; there are readings at 12, 18, 0 and 6.
    let today = midnight_before(&stage, stage.engine.clock.now());
    stage.bench.world.count_anew();
    let stage = stage.by_schedule().await;
    pass(&stage, 22).await;
    let views = told(&stage, numbers, ("views", None)).await;
    let windows: Vec<_> = views.iter().filter_map(|told| told.window).collect();
    let month = SignedDuration::from_hours(30 * 24);
    let tomorrow = midnight_before(&stage, stage.engine.clock.now());
    assert!(tomorrow > today);
    assert_eq!(windows, [(today - month, today), (today, tomorrow)], "what was missing, then the day");
    assert!(views.iter().all(|told| told.native == "views" && told.definition == 1), "{views:?}");
    let countries = told(&stage, people, ("followers", Some("country"))).await;
    let answers: BTreeSet<_> = countries.iter().map(|told| told.as_of).collect();
    assert_eq!(answers.len(), 2, "four readings, two days: {countries:?}");
    assert!(countries.iter().all(|told| told.part.is_some() && told.value > 0), "{countries:?}");
    let look = last(&stage, people).await.expect("it was asked");
    assert!(look.settled && look.missing.is_empty(), "{look:?}");
    assert_eq!(stage.bench.world.tally().refusals("instagram"), 0);

    accounts::disconnect(&stage.engine, &stage.actor, account, None, true).await.expect("erased");
    assert!(last(&stage, people).await.is_none() && last(&stage, numbers).await.is_none());
    assert!(told(&stage, numbers, ("views", None)).await.is_empty());
}
on_both!(networks_are_asked_once_a_day, |t| super::once_a_day(t));

async fn limited(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.through_pages("instagram", None).await;
    stage.run_until_idle().await;
    // All but the first question about the account's numbers.
    let limit = Fault::once("instagram", "insights.read", When::Before, FaultKind::RateLimit).reset(600);
    stage.fault(limit.skipping(1).times(99));
    let stage = stage.by_schedule().await;
    pass(&stage, 2).await;
    let numbers = about(&stage, account, Question::Account);
    let look = last(&stage, numbers).await.expect("it was asked");
    assert!(!look.settled, "there may be more later: {look:?}");
    let lost: BTreeSet<_> = look.missing.iter().map(|absent| absent.cause.kind.code()).collect();
    assert_eq!(lost, BTreeSet::from(["rate_limited"]));
    assert_eq!(told(&stage, numbers, ("views", None)).await.len(), 1, "the sums came");
    assert!(told(&stage, numbers, ("views", Some("media_product_type"))).await.is_empty());
    let runs = stage.runs(account).await;
    let run = runs.iter().find(|run| run.reason == SyncReason::Scheduled).expect("a run");
    assert_eq!((run.state, run.error.is_some()), (SyncState::Done, false), "posts were read: {run:?}");

    let people = about(&stage, account, Question::Audience);
    assert!(last(&stage, people).await.is_some_and(|look| !look.settled && !look.missing.is_empty()));
    stage.bench.world.faults().clear();
    pass(&stage, 7).await;
    let look = last(&stage, people).await.expect("it was asked again");
    assert!(look.settled && look.missing.is_empty(), "with the next reading: {look:?}");
    assert!(!told(&stage, people, ("followers", Some("age"))).await.is_empty());
    let split = told(&stage, numbers, ("views", Some("media_product_type"))).await;
    let sums = told(&stage, numbers, ("views", None)).await;
    assert!(!split.is_empty(), "what was missing of the same days");
    assert_eq!((sums.len(), sums[0].window), (2, sums[1].window), "asked for as a whole");
}
on_both!(what_may_come_later_is_asked_for_again, |t| super::limited(t));

async fn gone(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.through_pages("threads", None).await;
    stage.run_until_idle().await;
    // The profile asks the same edge first.
    let revoke = Fault::once("threads", "insights.account", When::Before, FaultKind::TokenRevoked);
    stage.fault(revoke.skipping(1));
    let stage = stage.by_schedule().await;
    pass(&stage, 2).await;
    let runs = stage.runs(account).await;
    let run = runs.iter().find(|run| run.reason == SyncReason::Scheduled).expect("a run");
    assert_eq!(run.state, SyncState::Partial, "posts were read: {run:?}");
    assert!(run.calls > 2, "profile, posts, and then the owner's part: {run:?}");
    let row = accounts::get(&stage.engine, &stage.actor, account).await.expect("the account");
    assert_eq!(row.status, AccountStatus::NeedsReconnect);
    assert!(row.profile.is_some(), "what was read before stays");
    assert!(last(&stage, about(&stage, account, Question::Account)).await.is_none(), "nobody answered");
}
on_both!(a_login_that_is_gone_asks_for_a_person, |t| super::gone(t));

async fn unrenewed(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.through_pages("youtube", None).await;
    stage.run_until_idle().await;
    // The token that the reading begins with is a new one. It ends with the first report, and no other is to be had.
    stage.fault(Fault::once("youtube", "reports.query", When::Before, FaultKind::TokenExpired));
    let outage = Fault::once("youtube", "oauth.token", When::Before, FaultKind::Status).status(503);
    stage.fault(outage.skipping(1).times(99));
    let stage = stage.by_schedule().await;
    pass(&stage, 2).await;
    let runs = stage.runs(account).await;
    let run = runs.iter().find(|run| run.reason == SyncReason::Scheduled).expect("a run");
    assert_eq!((run.state, run.error.is_some()), (SyncState::Done, false), "posts were read: {run:?}");
    let both = [Question::Account, Question::Audience].map(|question| about(&stage, account, question));
    for asked in both {
        let look = last(&stage, asked).await.expect("it was asked");
        assert!(!look.settled && !look.missing.is_empty(), "there may be more later: {look:?}");
    }
    let row = accounts::get(&stage.engine, &stage.actor, account).await.expect("the account");
    assert_eq!(row.status, AccountStatus::Connected, "nobody said that the login is gone");

    stage.bench.world.faults().clear();
    pass(&stage, 7).await;
    for asked in both {
        let look = last(&stage, asked).await.expect("it was asked again");
        assert!(look.settled && look.missing.is_empty(), "with the next reading: {look:?}");
    }
}
on_both!(posts_stay_read_when_no_token_is_to_be_had, |t| super::unrenewed(t));

async fn whole_days(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.through_flavour("linkedin", "organization").await;
    stage.run_until_idle().await;
    // LinkedIn's days are those of UTC, and midnight in Athens is 22 h there.
    let today = stage.engine.clock.now().as_second() / 86_400;
    let first = Timestamp::from_second(today * 86_400).expect("a midnight");
    let stage = stage.by_schedule().await;
    pass(&stage, 48).await;
    let visits = told(&stage, about(&stage, account, Question::Account), ("profile_visits", None)).await;
    let windows: BTreeSet<_> = visits.iter().filter_map(|told| told.window).collect();
    assert_eq!(windows.len(), visits.len(), "each day once: {visits:?}");
    assert_eq!(windows.last(), Some(&(first, first + DAY)), "after two nights that day is over");
    let over = |told: &Told| told.window.is_some_and(|(_, to)| to <= told.as_of);
    assert!(visits.iter().all(over), "{visits:?}");
    // As many come each day, so that less would be a part of one.
    let values: BTreeSet<_> = visits.iter().map(|told| told.value).collect();
    assert_eq!(values.len(), 1, "all are whole: {visits:?}");
}
on_both!(days_are_kept_once_they_are_over, |t| super::whole_days(t));

async fn short_of_it(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.through_pages("instagram", None).await;
    stage.run_until_idle().await;
    let numbers = about(&stage, account, Question::Account);
    let today = midnight_before(&stage, stage.engine.clock.now());
    let limit = Fault::once("instagram", "insights.read", When::Before, FaultKind::RateLimit).reset(600);
    stage.fault(limit.skipping(1).times(99));
    let stage = stage.by_schedule().await;
    // Until eleven in the evening in Athens.
    pass(&stage, 12).await;
    assert!(last(&stage, numbers).await.is_some_and(|look| !look.settled));
    stage.bench.world.faults().clear();
    pass(&stage, 10).await;
    let tomorrow = midnight_before(&stage, stage.engine.clock.now());
    assert!(tomorrow > today);
    let month = SignedDuration::from_hours(30 * 24);
    let split = told(&stage, numbers, ("views", Some("media_product_type"))).await;
    let windows: BTreeSet<_> = split.iter().filter_map(|told| told.window).collect();
    assert_eq!(
        windows,
        BTreeSet::from([(tomorrow - month, tomorrow)]),
        "what a day's limit cost came the next"
    );
}
on_both!(what_did_not_come_all_day_is_asked_for_the_next, |t| super::short_of_it(t));

/// An answer of an audience, so many hours after a midnight.
async fn answer(stage: &Stage, account: AccountId, as_of: Timestamp, parts: &[(&str, i64)]) {
    let people = about(stage, account, Question::Audience);
    let number = |(part, value): &(&str, i64)| Number {
        metric: "followers".to_owned(),
        dimension: Some("country".to_owned()),
        told: Told {
            part: Some((*part).to_owned()),
            window: None,
            value: *value,
            native: "countries".to_owned(),
            definition: 1,
            as_of,
        },
    };
    let numbers: Vec<_> = parts.iter().map(number).collect();
    let look = OwnerLook { as_of, settled: true, missing: Vec::new() };
    let run: SyncRunId = Id::new(stage.engine.clock.as_ref(), stage.engine.entropy.as_ref());
    let kept = stage.engine.db.write(move |tx| {
        Box::pin(async move {
            owner::add(tx, people, &numbers).await?;
            owner::add(tx, people, &numbers).await?;
            owner::add_look(tx, people, run, &look, None).await
        })
    });
    kept.await.map_err(|e: StoreError| e.to_string()).expect("an answer");
}

async fn aged(test: &TestDb) {
    let stage = Stage::new(test).await;
    let (page, other) =
        (stage.through_pages("linkedin", None).await, stage.through_pages("instagram", None).await);
    let begin = midnight_before(&stage, stage.engine.clock.now()) + DAY;
    let hour = |hours: i64| begin + SignedDuration::from_hours(hours);
    for account in [page, other] {
        answer(&stage, account, hour(1), &[("DE", 5), ("FR", 3)]).await;
        answer(&stage, account, hour(7), &[("DE", 6)]).await;
        answer(&stage, account, hour(25), &[("DE", 7), ("FR", 4)]).await;
    }
    let left = async |account| {
        let all =
            told(&stage, about(&stage, account, Question::Audience), ("followers", Some("country"))).await;
        all.into_iter().map(|told| told.value).collect::<Vec<_>>()
    };
    stage.bench.clock.advance(DAY * 5);
    assert_eq!(left(other).await, [5, 3, 6, 7, 4], "said twice, kept once");
    stage.bench.clock.advance(DAY * 95);
    stage.engine.upkeep().await;
    for account in [page, other] {
        assert_eq!(left(account).await, [6, 7, 4], "of a day its last answer, whole or not at all");
    }
    stage.engine.upkeep().await;
    assert_eq!(left(other).await, [6, 7, 4]);
    stage.bench.clock.advance(DAY * 270);
    stage.engine.upkeep().await;
    assert_eq!(left(page).await, Vec::<i64>::new(), "LinkedIn lets nobody keep it so long");
    assert!(last(&stage, about(&stage, page, Question::Audience)).await.is_none());
    assert_eq!(left(other).await, [6, 7, 4], "the others stay");
}
on_both!(answers_are_thinned_and_let_go, |t| super::aged(t));

async fn pinned(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.through_pages("instagram", None).await;
    let begin = midnight_before(&stage, stage.engine.clock.now()) + DAY;
    let hour = |hours: i64| begin + SignedDuration::from_hours(hours);
    for (at, parts) in [(1, [("DE", 5), ("FR", 3)]), (5, [("DE", 6), ("FR", 2)]), (7, [("DE", 7), ("FR", 1)])]
    {
        answer(&stage, account, hour(at), &parts).await;
    }
    stage.report_made(None, hour(6)).await;
    stage.bench.clock.advance(DAY * 100);
    stage.engine.upkeep().await;
    let all = told(&stage, about(&stage, account, Question::Audience), ("followers", Some("country"))).await;
    let left: Vec<_> = all.into_iter().map(|told| told.value).collect();
    assert_eq!(left, [6, 2, 7, 1], "what the report told, and the day's last");
}
on_both!(an_answer_that_a_report_used_is_kept, |t| super::pinned(t));

async fn many(test: &TestDb) {
    let stage = Stage::new(test).await;
    let page = stage.through_pages("linkedin", None).await;
    let begin = midnight_before(&stage, stage.engine.clock.now()) + DAY;
    // More than are forgotten in one transaction: on the first day, and one a day afterwards.
    for hour in (0..12).chain((1..9).map(|day| 24 * day)) {
        answer(&stage, page, begin + SignedDuration::from_hours(hour), &[("DE", hour), ("FR", 1)]).await;
    }
    let left = async || {
        let audience = about(&stage, page, Question::Audience);
        let all = told(&stage, audience, ("followers", Some("country"))).await;
        all.into_iter()
            .filter(|told| told.part.as_deref() == Some("DE"))
            .map(|told| told.value)
            .collect::<Vec<_>>()
    };
    stage.bench.clock.advance(DAY * 100);
    stage.engine.upkeep().await;
    let found = left().await;
    assert_eq!(found, [11, 24, 48, 72, 96, 120, 144, 168, 192], "the last one of each day");
    stage.bench.clock.advance(DAY * 280);
    stage.engine.upkeep().await;
    assert_eq!(left().await, Vec::<i64>::new(), "all of them are too old");
}
on_both!(however_many_answers_there_are, |t| super::many(t));
