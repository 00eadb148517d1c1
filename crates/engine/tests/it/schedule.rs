//! Reading by schedule: as often as said, no oftener, and whatever happens on the way.

use std::time::Duration;

use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::id::AccountId;
use carillon_domain::sync::{SyncKind, SyncReason, SyncState};
use carillon_domain::time::{Clock, SignedDuration, Timestamp};
use carillon_engine::jobs::sync::schedule::open_due;
use carillon_engine::networks::Switches;
use carillon_store::on_both;
use carillon_store::repo::snapshot::{self, Subject};
use carillon_store::repo::sync_run::SyncRunRow;
use carillon_store::testing::TestDb;
use jiff::tz::TimeZone;

use super::reading::post_elsewhere;
use super::support::{Stage, settings};

const STEP: Duration = Duration::from_secs(10 * 60);
const SPREAD: SignedDuration = SignedDuration::from_mins(15);

impl Stage {
    /// Lets nodes work for so many hours.
    async fn hours(&self, hours: u64) {
        let end = self.engine.clock.now() + Duration::from_secs(hours * 3600);
        while self.bench.clock.now() < end {
            self.bench.clock.advance(STEP);
            self.run_due().await;
        }
    }

    /// What was read by schedule, oldest first.
    async fn scheduled(&self, account: AccountId) -> Vec<SyncRunRow> {
        let mut runs = self.runs(account).await;
        runs.retain(|run| run.reason == SyncReason::Scheduled);
        runs.reverse();
        runs
    }
}

/// The hours of the zone's clock at which these began, each in the minutes after it.
fn hours_of(runs: &[SyncRunRow], zone: &str) -> Vec<i8> {
    let zone = TimeZone::get(zone).expect("a zone");
    let hour = |run: &SyncRunRow| {
        let clock = zone.to_datetime(run.started_at.expect("it began"));
        assert!(clock.minute() < 25, "{clock}");
        clock.hour()
    };
    runs.iter().map(hour).collect()
}

async fn a_day(test: &TestDb) {
    let stage = Stage::new(test).await;
    let (account, other) = (stage.bluesky().await, stage.through_pages("linkedin", None).await);
    stage.run_until_idle().await;
    // Eleven o'clock in Athens.
    let begin = stage.engine.clock.now();
    let off = Switches { networks_off: vec!["linkedin".into()], ..Switches::default() };
    let stage = stage.switched(off).await;
    stage.hours(24).await;
    let runs = stage.scheduled(account).await;
    assert_eq!(hours_of(&runs, "Europe/Athens"), [12, 18, 0, 6]);
    assert!(runs.iter().all(|run| run.state == SyncState::Done), "{runs:?}");
    let kinds: Vec<_> = runs.iter().map(|run| run.kind).collect();
    assert_eq!((kinds[0], kinds[1], kinds[3]), (SyncKind::Full, SyncKind::Week, SyncKind::Week));
    assert!(matches!(kinds[2], SyncKind::Month | SyncKind::Full), "{kinds:?}");
    assert!(stage.scheduled(other).await.is_empty(), "its network is off");
    let subject = Subject::account(stage.actor.workspace, account);
    let now = stage.in_minutes(1);
    let series = snapshot::series(&stage.engine.db, subject, "followers", begin, now).await.expect("series");
    let midnight: Timestamp = "2026-11-02T22:00:00Z".parse().expect("a time");
    let daily = series.iter().filter(|(at, _)| *at >= midnight && *at < midnight + SPREAD + STEP);
    assert_eq!(daily.count(), 1, "the day's own snapshot");

    // Without a schedule, and without reading at all.
    let off = Switches { schedule: false, ..Switches::default() };
    let stage = stage.switched(off).await;
    stage.hours(8).await;
    let stage = stage.switched(Switches { reading: false, ..Switches::default() }).await;
    stage.hours(8).await;
    assert_eq!(stage.scheduled(account).await.len(), 4);
}
on_both!(a_day_has_four_readings, |t| super::a_day(t));

/// How often a post's numbers were kept since then.
async fn looks(stage: &Stage, account: AccountId, text: &str, since: Timestamp) -> usize {
    let posts = stage.posts_of(account).await;
    let post = posts.iter().find(|post| post.row.text.starts_with(text)).expect(text);
    let subject = Subject { workspace: stage.actor.workspace, account, id: post.row.id.uuid() };
    let until = stage.in_minutes(1);
    let series = snapshot::series(&stage.engine.db, subject, "likes", since, until).await.expect("series");
    series.len()
}

async fn ages(test: &TestDb) {
    let stage = Stage::new(test).await;
    let session = stage.elsewhere("bluesky").await;
    for (text, days) in [("Forty days", 30), ("Ten days", 7), ("Three days", 3)] {
        session.refresh().await.expect("refreshed");
        post_elsewhere(&stage, &session, text, 1).await;
        stage.bench.clock.advance(Duration::from_secs(days * 24 * 3600));
    }
    let account = stage.bluesky().await;
    let stage = stage.by_schedule().await;
    // Everything is read once; then it is twenty past one in Athens.
    stage.hours(2).await;
    stage.bench.clock.advance(Duration::from_secs(20 * 60));
    let begin = stage.engine.clock.now();
    stage.now(account, "Fresh").await;
    stage.hours(24).await;
    let often = async |text| looks(&stage, account, text, begin).await;
    assert_eq!(often("Fresh").await, 24, "every hour on its first day");
    assert_eq!(often("Three days").await, 4, "at the four times in its first week");
    assert_eq!(often("Ten days").await, 1, "at midnight in its first month");
    stage.hours(6 * 24).await;
    assert_eq!(often("Fresh").await, 24 + 6 * 4);
    // Four days of its first week were left, and three are over.
    assert!((18..=20).contains(&often("Three days").await), "{}", often("Three days").await);
    assert_eq!(often("Ten days").await, 7);
    assert_eq!(often("Forty days").await, 1, "once a week after that");
    let runs = stage.scheduled(account).await;
    assert!(runs.iter().all(|run| run.state == SyncState::Done && run.calls <= 3), "{runs:?}");
    assert!(
        stage.posts_of(account).await.iter().all(|post| !post.vanished),
        "who was not asked for is not gone"
    );
}
on_both!(posts_are_read_by_their_age, |t| super::ages(t));

async fn failing(test: &TestDb) {
    let stage = Stage::new(test).await;
    let (unlucky, other) = (stage.bluesky().await, stage.through_pages("threads", None).await);
    stage.run_until_idle().await;
    let stage = stage.by_schedule().await;
    // Neither the network's index nor the account's server tells who it is.
    for operation in ["getProfile", "describeRepo"] {
        let down = Fault::once("bluesky", operation, When::Before, FaultKind::Status).status(500);
        stage.fault(down.times(10_000));
    }
    stage.hours(24).await;
    let runs = stage.scheduled(other).await;
    assert_eq!(hours_of(&runs, "Europe/Athens"), [12, 18, 0, 6]);
    assert!(runs.iter().all(|run| run.state == SyncState::Done), "{runs:?}");
    let failed = stage.scheduled(unlucky).await;
    assert!((1..=4).contains(&failed.len()), "no oftener than the others: {failed:?}");
    assert!(failed.iter().all(|run| run.state != SyncState::Done), "{failed:?}");
    assert!(stage.account(unlucky).await.sync_error.is_some());
    stage.bench.world.faults().clear();
    stage.hours(30).await;
    assert_eq!(stage.scheduled(unlucky).await.last().expect("runs").state, SyncState::Done);
    assert_eq!(stage.account(unlucky).await.sync_error, None);
}
on_both!(a_failing_account_stops_no_other, |t| super::failing(t));

async fn week_off(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let stage = stage.by_schedule().await;
    stage.hours(8).await;
    let before = stage.scheduled(account).await.len();
    stage.bench.clock.advance(Duration::from_secs(7 * 24 * 3600));
    let stage = stage.by_schedule().await;
    let (one, two) = tokio::join!(open_due(&stage.engine), open_due(&stage.engine));
    assert_eq!(one.expect("looks") + two.expect("looks"), 1, "two nodes open one run");
    stage.run_due().await;
    stage.run_due().await;
    let runs = stage.scheduled(account).await;
    assert_eq!(runs.len(), before + 1, "one for all the times that passed");
    let last = runs.last().expect("a run");
    assert_eq!((last.kind, last.state), (SyncKind::Full, SyncState::Done), "a night for everything passed");
}
on_both!(a_week_off_costs_one_reading, |t| super::week_off(t));

async fn clocks_change(test: &TestDb) {
    let stage = Stage::new(test).await;
    let begin: Timestamp = "2027-03-27T21:50:00Z".parse().expect("a time");
    stage.bench.clock.advance_to(begin);
    let account = stage.bluesky().await;
    let stage = stage.by_schedule().await;
    stage.run_due().await;
    stage.hours(23).await;
    let runs = stage.scheduled(account).await;
    assert_eq!(hours_of(&runs, "Europe/Athens"), [0, 6, 12, 18], "in twenty-three hours");
    let apart = runs[1].started_at.expect("began").duration_since(runs[0].started_at.expect("began"));
    assert!(apart < SignedDuration::from_hours(5) + SPREAD, "{apart}");
}
on_both!(the_day_on_which_clocks_change_has_four_readings_too, |t| super::clocks_change(t));

async fn costs(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.x().await;
    stage.run_until_idle().await;
    let stage = stage.by_schedule().await;
    stage.hours(48).await;
    assert!(stage.scheduled(account).await.is_empty(), "nobody allowed it to cost anything");

    let mut allowed = settings(&stage.bench);
    let values = &mut allowed.get_mut("x").expect("X").values;
    values.insert("reads_per_month".into(), "5".into());
    let stage = stage.set_up(allowed, Switches::default()).await;
    stage.hours(6 * 24).await;
    let runs = stage.scheduled(account).await;
    assert_eq!(hours_of(&runs[1..], "Europe/Athens"), [0, 0], "at midnight, after the first one");
    assert_eq!(runs.iter().map(|run| run.calls).sum::<u32>(), 5, "{runs:?}");
    let last = runs.last().expect("a run");
    let december: Timestamp = "2026-12-01T00:00:00Z".parse().expect("a time");
    assert_eq!((last.state, last.limited_until), (SyncState::Partial, Some(december)));
    assert_eq!(last.error.as_ref().expect("why").code, "reads_used_up");
    let asked = stage.read(account).await;
    assert_eq!(
        (asked.state, asked.reason),
        (SyncState::Done, SyncReason::Requested),
        "a person is not refused"
    );

    stage.bench.clock.advance_to(december);
    stage.hours(24).await;
    let runs = stage.scheduled(account).await;
    assert!(runs.len() > 3 && runs[3].state == SyncState::Done, "a new month: {runs:?}");
}
on_both!(reading_that_costs_money_is_off_until_it_is_allowed_and_stops_at_its_cap, |t| super::costs(t));
