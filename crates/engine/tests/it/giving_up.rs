//! What a network had taken, gave up, and said why.

use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::composition::Override;
use carillon_domain::id::{AccountId, MediaId};
use carillon_domain::publication::PublicationState;
use carillon_engine::usecase::posts::{PostInput, PostView, WantedStatus};
use carillon_store::on_both;
use carillon_store::testing::TestDb;
use serde_json::json;

use super::support::Stage;

const TEXT: &str = "The harbour at six.";

/// A video that everybody may see, now.
pub async fn video(stage: &Stage, account: AccountId, media: MediaId) -> PostView {
    let options = json!({ "privacy": "public" }).as_object().cloned().expect("an object");
    stage
        .post(PostInput {
            text: TEXT.into(),
            media: vec![media],
            accounts: vec![account],
            status: WantedStatus::Now,
            overrides: [(account, Override { options, ..Override::default() })].into(),
            ..PostInput::default()
        })
        .await
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
    carillon_engine::usecase::publications::retry(&stage.engine, &stage.actor, failed.id)
        .await
        .expect("again");
    stage.run_until_idle().await;
    assert_eq!(stage.publication(&post).await.state, PublicationState::Published);
    assert_eq!(stage.public(TEXT).len(), 1);
}
on_both!(a_refusal_is_told_without_an_unexplained_try, |t| super::refused(t));
