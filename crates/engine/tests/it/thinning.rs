//! How long every snapshot is kept, and what is left afterwards.

use std::time::Duration;

use carillon_domain::id::{AccountId, Id, SyncRunId};
use carillon_domain::insight::Period;
use carillon_domain::metric::{Observation, Reading};
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_engine::people::{People, WorkspacePatch};
use carillon_store::repo::report_schedule::{self, SentRow, SentState};
use carillon_store::repo::snapshot::{self, Subject};
use carillon_store::testing::TestDb;
use carillon_store::{StoreError, on_both};
use jiff::tz::TimeZone;

use super::support::Stage;

const DAY: Duration = Duration::from_secs(24 * 3600);

impl Stage {
    /// Looks at an account and at a post of it, `hours` after a midnight.
    async fn looks(&self, account: AccountId, midnight: Timestamp, hours: &[i64]) {
        let run: SyncRunId = Id::new(self.engine.clock.as_ref(), self.engine.entropy.as_ref());
        for hour in hours {
            let as_of = midnight + SignedDuration::from_hours(*hour);
            let seen =
                Observation { as_of, readings: vec![Reading::new("followers", *hour, "followersCount")] };
            for subject in [Subject::account(self.actor.workspace, account), self.post_of(account)] {
                let seen = seen.clone();
                let add = self
                    .engine
                    .db
                    .write(move |tx| Box::pin(async move { snapshot::add(tx, subject, run, &seen).await }));
                add.await.map_err(|e: StoreError| e.to_string()).expect("a look");
            }
        }
    }

    fn post_of(&self, account: AccountId) -> Subject {
        let own = Subject::account(self.actor.workspace, account);
        Subject { id: uuid::Uuid::from_u128(own.id.as_u128() ^ 1), ..own }
    }

    /// What is left of the looks of each, hours after the midnight.
    async fn left(&self, account: AccountId, midnight: Timestamp) -> [Vec<i64>; 2] {
        let own = Subject::account(self.actor.workspace, account);
        let mut left = [Vec::new(), Vec::new()];
        for (subject, left) in [own, self.post_of(account)].into_iter().zip(&mut left) {
            let (from, to) = (Timestamp::UNIX_EPOCH, self.engine.clock.now());
            let looks =
                snapshot::series(&self.engine.db, subject, "followers", from, to).await.expect("looks");
            left.extend(looks.iter().filter(|(at, _)| *at >= midnight).map(|(_, reading)| reading.value));
        }
        left
    }

    async fn keep_all_for(&self, days: i64) {
        let people =
            People::new(self.engine.db.clone(), self.engine.clock.clone(), self.engine.entropy.clone());
        let patch = WorkspacePatch { snapshot_days: Some(days), ..WorkspacePatch::default() };
        people.update_workspace(&self.actor, patch, None).await.expect("is changed");
    }

    /// Notes that a report was made then: about an account, or about all of them.
    pub(crate) async fn report_made(&self, account: Option<AccountId>, at: Timestamp) {
        let row = SentRow {
            workspace: self.actor.workspace,
            id: Id::new(self.engine.clock.as_ref(), self.engine.entropy.as_ref()),
            account,
            first_day: "2026-11-16".into(),
            last_day: "2026-11-22".into(),
            people: Vec::new(),
            told: Vec::new(),
            state: SentState::Sent,
            file_name: "numbers.pdf".into(),
            size: 1,
            created_at: at,
            made_at: Some(at),
            sent_at: Some(at),
        };
        let kept =
            self.engine.db.write(move |tx| Box::pin(async move { report_schedule::add(tx, &row).await }));
        kept.await.map_err(|e: StoreError| e.to_string()).expect("a report");
    }

    async fn next_day(&self) {
        self.bench.clock.advance(DAY);
        self.engine.upkeep().await;
    }
}

async fn thinned(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let zone = TimeZone::get(&stage.actor.timezone).expect("a zone");
    let tomorrow = zone.to_datetime(stage.engine.clock.now()).date().tomorrow().expect("a day");
    let midnight = Period::start_of(tomorrow, &zone).expect("it begins");
    let looks = [0, 6, 12, 18, 23, 24, 30, 49, 24 * 40, 24 * 40 + 5];
    stage.looks(account, midnight, &looks).await;

    // The third day ends 90 days before today's beginning, but not a moment earlier.
    stage.bench.clock.advance(DAY * 92);
    stage.engine.upkeep().await;
    let most = [23, 24, 30, 49, 24 * 40, 24 * 40 + 5].to_vec();
    assert_eq!(stage.left(account, midnight).await, [most.clone(), most.clone()], "one day is over");
    stage.engine.upkeep().await;
    assert_eq!(stage.left(account, midnight).await[0], most, "again, on the same day");
    stage.next_day().await;
    let fewer = [23, 30, 49, 24 * 40, 24 * 40 + 5].to_vec();
    assert_eq!(stage.left(account, midnight).await, [fewer.clone(), fewer.clone()]);

    stage.keep_all_for(0).await;
    stage.bench.clock.advance(DAY * 60);
    stage.engine.upkeep().await;
    assert_eq!(stage.left(account, midnight).await[1], fewer, "now everything is kept");

    stage.keep_all_for(30).await;
    stage.next_day().await;
    let last = [23, 30, 49, 24 * 40 + 5].to_vec();
    assert_eq!(stage.left(account, midnight).await, [last.clone(), last]);
}
on_both!(old_days_keep_their_last_snapshot, |t| super::thinned(t));

async fn pinned(test: &TestDb) {
    let stage = Stage::new(test).await;
    let (ours, other) = (stage.bluesky().await, stage.through_pages("instagram", None).await);
    let zone = TimeZone::get(&stage.actor.timezone).expect("a zone");
    let tomorrow = zone.to_datetime(stage.engine.clock.now()).date().tomorrow().expect("a day");
    let midnight = Period::start_of(tomorrow, &zone).expect("it begins");
    for account in [ours, other] {
        stage.looks(account, midnight, &[0, 6, 12, 18, 23, 30, 49]).await;
    }
    let hour = |hours: i64| midnight + SignedDuration::from_hours(hours);
    // One between two looks, one at the very time of a look, one after the day's last, and one about the other account only.
    stage.report_made(None, hour(8)).await;
    stage.report_made(None, hour(12)).await;
    stage.report_made(None, hour(26)).await;
    stage.report_made(Some(other), hour(1)).await;
    for _ in 0..3 {
        stage.bench.clock.advance(DAY * 60);
        stage.engine.upkeep().await;
    }
    let kept = [6, 12, 23, 30, 49].to_vec();
    assert_eq!(
        stage.left(ours, midnight).await,
        [kept.clone(), kept.clone()],
        "what reports told, and each day's last"
    );
    let more = [vec![0], kept].concat();
    assert_eq!(stage.left(other, midnight).await, [more.clone(), more]);
}
on_both!(what_a_report_used_is_kept_for_ever, |t| super::pinned(t));
