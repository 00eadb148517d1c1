//! What a network had taken, gave up, and said why.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use carillon_connectors::conformance::Bench;
use carillon_connectors::kit::http::{Call, Http, Reply, SendError, Transport};
use carillon_connectors::kit::pause::NoPause;
use carillon_connectors::sandbox::{Fault, FaultKind, InProcess, When};
use carillon_domain::id::{AccountId, MediaId, PublicationId};
use carillon_domain::publication::{HeldReason, PublicationState};
use carillon_domain::time::{Clock, SignedDuration};
use carillon_engine::usecase::posts::PostView;
use carillon_engine::usecase::publications;
use carillon_store::on_both;
use carillon_store::repo::publication::PublicationRow;
use carillon_store::testing::TestDb;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::support::Stage;

const TEXT: &str = "The harbour at six.";

/// A video that everybody may see, now.
pub async fn video(stage: &Stage, account: AccountId, media: MediaId) -> PostView {
    stage.with_options(account, TEXT, media, json!({ "privacy": "public" })).await
}

async fn no_film(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.through_pages("tiktok", None).await;
    let media = stage.film().await;
    let mut bytes = b"%PDF-1.7 is no film at all".to_vec();
    bytes.resize(300_000, b' ');
    let place = format!("{}/{media}/original", stage.actor.workspace);
    stage.storage.put(&place, bytes.into()).await.expect("replaced");
    let post = video(&stage, account, media).await;
    stage.run_until_idle().await;
    let failed = stage.publication(&post).await;
    assert_eq!(failed.state, PublicationState::Failed, "{failed:?}");
    let error = failed.error.expect("why");
    assert_eq!(
        (error.code.as_str(), error.remote.code.as_deref()),
        ("wrong_format", Some("file_format_check_failed"))
    );
    let ends: Vec<_> = failed.attempts.iter().map(|attempt| attempt.outcome.as_deref()).collect();
    assert_eq!(ends, [Some("failed")], "nothing was tried again without a reason");
    assert!(stage.public(TEXT).is_empty());
    assert!(!stage.row(failed.id).await.intent);
}
on_both!(what_a_network_gave_up_fails_with_its_reason, |t| super::no_film(t));

/// What was refused for good is told once it is proved to be absent, not after a try that nobody can explain.
async fn refused(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.through_pages("tiktok", None).await;
    stage.fault(Fault::once("tiktok", "commit", When::Before, FaultKind::Status).status(400));
    let media = stage.film().await;
    let post = video(&stage, account, media).await;
    stage.run_until_idle().await;
    let failed = stage.publication(&post).await;
    assert_eq!(failed.state, PublicationState::Failed, "{failed:?}");
    assert_eq!(failed.error.map(|error| error.code).as_deref(), Some("bytes_refused"));
    assert_eq!(failed.attempts.len(), 1, "{:?}", failed.attempts);
    // A person's try begins anew.
    publications::retry(&stage.engine, &stage.actor, failed.id).await.expect("again");
    stage.run_until_idle().await;
    assert_eq!(stage.publication(&post).await.state, PublicationState::Published);
    assert_eq!(stage.public(TEXT).len(), 1);
}
on_both!(a_refusal_is_told_without_an_unexplained_try, |t| super::refused(t));

/// A TikTok that takes the first video and gives it up for a reason.
struct GivesUp {
    inner: InProcess,
    reason: &'static str,
    videos: AtomicUsize,
}

#[async_trait]
impl Transport for GivesUp {
    async fn send(&self, call: Call, not_after: Option<Duration>) -> Result<Reply, SendError> {
        let answer = |status, body: Value| {
            Ok(Reply { status, headers: HeaderMap::new(), body: body.to_string().into() })
        };
        match call.operation {
            "video.upload" if self.videos.fetch_add(1, Ordering::Relaxed) == 0 => {
                answer(StatusCode::CREATED, Value::Null)
            }
            "status" if self.videos.load(Ordering::Relaxed) == 1 => {
                let data = json!({ "status": "FAILED", "fail_reason": self.reason });
                let fine = json!({ "code": "ok", "message": "", "log_id": "202611" });
                answer(StatusCode::OK, json!({ "data": data, "error": fine }))
            }
            _ => self.inner.send(call, not_after).await,
        }
    }
}

/// A video that was given up for this reason, as far as that was heard of.
async fn given_up(test: &TestDb, reason: &'static str) -> (Stage, PublicationId) {
    let mut bench = Bench::registered();
    let inner = InProcess::over(bench.sandbox.clone());
    let wire = Arc::new(GivesUp { inner, reason, videos: AtomicUsize::new(0) });
    bench.http = Http::new(wire, bench.clock.clone()).with_pause(Arc::new(NoPause));
    let stage = Stage::on(test, bench).await;
    let account = stage.through_pages("tiktok", None).await;
    stage.run_until_idle().await;
    let film = stage.film().await;
    let id = video(&stage, account, film).await.publications[0].id;
    for _ in 0..100 {
        stage.run_due().await;
        let row = stage.row(id).await;
        if row.error.is_some() && !row.intent {
            return (stage, id);
        }
        stage.bench.clock.advance(Duration::from_secs(5));
    }
    panic!("nothing was heard of {id}");
}

fn waits(stage: &Stage, row: &PublicationRow) -> SignedDuration {
    row.next_at.expect("it is tried again").duration_since(stage.bench.clock.now())
}

/// What may go well the next time is tried again after the pause of a failed try, and uses one up.
async fn trouble_inside(test: &TestDb) {
    let (stage, id) = given_up(test, "internal").await;
    let row = stage.row(id).await;
    assert_eq!((row.tries, row.state), (1, PublicationState::Publishing), "{row:?}");
    assert_eq!(row.error.as_ref().map(|error| error.code.as_str()), Some("failed_inside"));
    assert!((60..=66).contains(&waits(&stage, &row).as_secs()), "{row:?}");
    stage.run_until_idle().await;
    let published = stage.publication_by_id(id).await;
    assert_eq!(published.state, PublicationState::Published, "{published:?}");
    let ends: Vec<_> = published.attempts.iter().map(|attempt| attempt.outcome.as_deref()).collect();
    assert_eq!(ends, [Some("retry"), Some("published")]);
    assert_eq!(stage.public(TEXT).len(), 1);
}
on_both!(what_a_network_gave_up_for_the_moment_uses_up_a_try, |t| super::trouble_inside(t));

/// A limit is waited for and uses up nothing; when that outlasts the grace, a person is asked.
async fn limit(test: &TestDb) {
    let (stage, id) = given_up(test, "spam_risk_too_many_posts").await;
    let row = stage.row(id).await;
    assert_eq!((row.tries, row.state), (0, PublicationState::Publishing), "{row:?}");
    assert_eq!(row.error.as_ref().map(|error| error.code.as_str()), Some("too_many_posts"));
    assert_eq!(waits(&stage, &row), SignedDuration::from_hours(24), "{row:?}");
    stage.run_until_idle().await;
    let held = stage.publication_by_id(id).await;
    assert_eq!((held.state, held.held_reason), (PublicationState::Held, Some(HeldReason::Overdue)));
    assert!(stage.public(TEXT).is_empty());
    publications::publish(&stage.engine, &stage.actor, id).await.expect("let go");
    stage.run_until_idle().await;
    let published = stage.publication_by_id(id).await;
    assert_eq!(published.state, PublicationState::Published, "{published:?}");
    assert!(published.attempts.iter().all(|attempt| attempt.outcome.as_deref() != Some("retry")));
    assert_eq!(stage.public(TEXT).len(), 1);
}
on_both!(a_limit_that_a_network_names_late_uses_up_no_try, |t| super::limit(t));
