//! Networks that work for long on what they took, and commits that preparing finds to have had their effect.

use std::time::Duration;

use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::id::AccountId;
use carillon_domain::publication::PublicationState;
use carillon_domain::time::{Clock, SignedDuration, Timestamp};
use carillon_engine::usecase::posts::{PostInput, PostView, WantedStatus};
use carillon_store::on_both;
use carillon_store::repo::{job, lease};
use carillon_store::testing::TestDb;
use serde_json::json;

use super::support::Stage;

const HOUR: Duration = Duration::from_secs(3600);

/// A Page, with everything done that connecting it begins.
async fn page(stage: &Stage) -> AccountId {
    let account = stage.through_pages("facebook", None).await;
    stage.run_until_idle().await;
    account
}

async fn next(stage: &Stage) -> Option<Timestamp> {
    lease::next_run_at(&stage.engine.db, job::Room::ALL, SignedDuration::ZERO).await.expect("queue")
}

/// Runs what is due until then.
async fn run_until(stage: &Stage, end: Timestamp) {
    for _ in 0..1_000 {
        if stage.run_due().await > 0 {
            continue;
        }
        match next(stage).await {
            Some(at) if at <= end => stage.bench.clock.advance_to(at),
            _ => break,
        }
    }
    stage.bench.clock.advance_to(end);
}

/// A video on a Page that works on it for so long after it was finished.
async fn slow_video(stage: &Stage, work: Duration) -> PostView {
    let account = page(stage).await;
    let slow = Fault::once("facebook", "videos.finish", When::Before, FaultKind::SlowProcessing).delay(work);
    stage.fault(slow);
    let media = stage.film().await;
    stage
        .post(PostInput {
            text: "A long one".into(),
            media: vec![media],
            accounts: vec![account],
            status: WantedStatus::Now,
            ..PostInput::default()
        })
        .await
}

async fn for_hours(test: &TestDb) {
    let stage = Stage::new(test).await;
    let post = slow_video(&stage, 3 * HOUR).await;
    let start = stage.bench.clock.now();
    run_until(&stage, start + SignedDuration::from_hours(1)).await;
    let id = post.publications[0].id;
    let row = stage.row(id).await;
    assert!(row.intent && row.state == PublicationState::Publishing, "nobody is asked: {:?}", row.state);
    assert_eq!(row.evidence.as_deref(), Some("Facebook is still working on the video."));
    // A look that fails is no reason to ask either.
    stage.fault(Fault::once("facebook", "videos.read", When::Before, FaultKind::Status).status(503).times(8));
    run_until(&stage, start + SignedDuration::from_mins(75)).await;
    assert_eq!(stage.row(id).await.state, PublicationState::Publishing);
    stage.run_until_idle().await;
    let published = stage.publication(&post).await;
    assert_eq!(published.state, PublicationState::Published, "{published:?}");
    assert_eq!(stage.public("A long one").len(), 1);
}
on_both!(what_a_network_works_on_for_hours_is_published_without_a_question, |t| super::for_hours(t));

async fn for_days(test: &TestDb) {
    let stage = Stage::new(test).await;
    let post = slow_video(&stage, 72 * HOUR).await;
    let start = stage.bench.clock.now();
    run_until(&stage, start + SignedDuration::from_hours(23)).await;
    assert_eq!(stage.publication(&post).await.state, PublicationState::Publishing);
    run_until(&stage, start + SignedDuration::from_hours(25)).await;
    let doubt = stage.publication(&post).await;
    assert_eq!(doubt.state, PublicationState::Unconfirmed);
    assert_eq!(doubt.evidence.as_deref(), Some("Facebook is still working on the video."));
}
on_both!(after_a_day_of_work_a_person_hears_of_it, |t| super::for_days(t));

async fn by_preparing(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = page(&stage).await;
    let nobody_looks =
        || Fault::once("facebook", "posts.list", When::Before, FaultKind::Status).status(503).times(1_000);
    stage.fault(Fault::once("facebook", "commit", When::After, FaultKind::Cut));
    stage.fault(nobody_looks());
    let post = stage.now(account, "Late").await;
    stage.run_due().await;
    stage.bench.world.faults().clear();
    let id = post.publications[0].id;
    assert!(stage.row(id).await.intent && stage.public("Late").len() == 1);
    // As an absence that was believed too early leaves it.
    stage
        .crash_leaves(id, |row| {
            let progress = row.progress.as_mut().expect("progress");
            let since = progress["stage"]["since"].clone();
            progress["state"]["sent"] = since;
            progress["stage"] = json!({ "at": "preparing", "unit": 0 });
            row.intent = false;
        })
        .await;
    // Preparing sees it; the look that follows does not get through.
    stage.fault(nobody_looks().skipping(1));
    let at = next(&stage).await.expect("a job");
    stage.bench.clock.advance_to(at);
    stage.run_due().await;
    let row = stage.row(id).await;
    assert!(
        row.intent && row.state == PublicationState::Publishing,
        "nobody can cancel it: {:?}",
        row.intent
    );
    stage.bench.world.faults().clear();
    stage.run_until_idle().await;
    assert_eq!(stage.publication(&post).await.state, PublicationState::Published);
    assert_eq!(stage.public("Late").len(), 1);
}
on_both!(what_preparing_finds_to_be_public_can_not_be_canceled, |t| super::by_preparing(t));
