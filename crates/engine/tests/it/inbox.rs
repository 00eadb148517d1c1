//! What goes to the inbox of a network's app, where a person finishes it.

use std::time::Duration;

use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::error::AppError;
use carillon_domain::publication::{Delivered, PublicationState};
use carillon_engine::usecase::posts::{self, PostView, Removal};
use carillon_engine::usecase::publications;
use carillon_store::on_both;
use carillon_store::testing::TestDb;
use serde_json::json;

use super::support::Stage;

/// A draft for the inbox, now.
pub async fn draft(stage: &Stage) -> PostView {
    let account = stage.through_pages("tiktok", None).await;
    let media = stage.film().await;
    stage.with_options(account, "", media, json!({ "mode": "inbox" })).await
}

async fn said(test: &TestDb) {
    let stage = Stage::new(test).await;
    let post = draft(&stage).await;
    assert_eq!(stage.publication(&post).await.delivered, None, "it went nowhere yet");
    stage.run_until_idle().await;
    let there = stage.publication(&post).await;
    assert_eq!((there.state, there.delivered), (PublicationState::Published, Some(Delivered::Inbox)));
    assert_eq!((&there.remote_id, &there.remote_url), (&None, &None), "no post has this id");
    assert!(there.published_at.is_some() && there.error.is_none() && !there.incomplete, "{there:?}");
    assert!(stage.public("").is_empty());
    let again = publications::retry(&stage.engine, &stage.actor, there.id).await;
    assert!(matches!(again, Err(AppError::Conflict { .. })), "{again:?}");
    let remote = Removal { remote: true, ..Removal::default() };
    let left = posts::remove(&stage.engine, &stage.actor, post.post.id, remote).await.expect("answered");
    assert_eq!(left.publications[0].warnings[0].code, "in_inbox", "{:?}", left.publications[0].warnings);
    assert_eq!(left.publications[0].deleted_at, None);
}
on_both!(what_waits_in_an_inbox_says_so_and_claims_no_id, |t| super::said(t));

/// A person posts the draft, hours later: it has an id, and is public.
async fn finished(test: &TestDb) {
    let stage = Stage::new(test).await;
    let slow = Fault::once("tiktok", "inbox.post", When::Before, FaultKind::SlowProcessing);
    stage.fault(slow.delay(Duration::from_secs(3 * 3600)));
    let post = draft(&stage).await;
    while stage.publication(&post).await.state != PublicationState::Published {
        if stage.run_due().await == 0 {
            stage.bench.clock.advance(Duration::from_secs(5));
        }
    }
    let there = stage.publication(&post).await;
    assert_eq!((there.delivered, &there.remote_id), (Some(Delivered::Inbox), &None));
    stage.run_until_idle().await;
    let public: Vec<_> = stage.bench.world.ledger().items().into_iter().map(|item| item.remote_id).collect();
    let after = stage.publication(&post).await;
    assert_eq!((after.state, after.delivered), (PublicationState::Published, Some(Delivered::Public)));
    assert_eq!(after.remote_id.as_slice(), public, "the id of the post itself");
    assert!(after.remote_url.is_some_and(|url| url.ends_with(&public[0])));
    assert_eq!(after.published_at, there.published_at);
}
on_both!(a_draft_that_a_person_posts_becomes_public, |t| super::finished(t));
