//! What was held for being overdue goes out by one word, once.

use carillon_domain::error::AppError;
use carillon_domain::notice::NoticeKind;
use carillon_domain::permission::Role;
use carillon_domain::publication::{HeldReason, PublicationState};
use carillon_engine::Actor;
use carillon_engine::usecase::accounts::AccountPatch;
use carillon_engine::usecase::{accounts, notices, release};
use carillon_store::on_both;
use carillon_store::repo::notice::Which;
use carillon_store::testing::TestDb;

use super::support::{Stage, new_workspace};

async fn all_at_once(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let late = [
        stage.at(account, "First", stage.in_minutes(60)).await,
        stage.at(account, "Second", stage.in_minutes(61)).await,
    ];
    let waits = stage.at(account, "Waits for a login", stage.in_minutes(62)).await;
    let later = stage.at(account, "Next week", stage.in_minutes(60 * 24 * 7)).await;
    stage.bench.clock.advance(std::time::Duration::from_secs(3 * 24 * 3600));
    stage.run_due().await;
    stage.crash_leaves(waits.publications[0].id, |row| row.held_reason = Some(HeldReason::Reauth)).await;
    let held: Vec<_> = late.iter().map(|post| post.publications[0].id).collect();
    assert_eq!(release::overdue(&stage.engine, &stage.actor).await.expect("listed"), held);

    let writer = Actor { role: Role::Contributor, ..stage.actor.clone() };
    let refused = release::publish_overdue(&stage.engine, &writer).await;
    assert!(matches!(refused, Err(AppError::Forbidden { .. })), "{refused:?}");
    let stranger = new_workspace(&stage.engine, "UTC").await;
    assert_eq!(release::publish_overdue(&stage.engine, &stranger).await.expect("none of theirs"), 0);
    assert_eq!(release::overdue(&stage.engine, &stage.actor).await.expect("listed").len(), 2);

    assert_eq!(release::publish_overdue(&stage.engine, &stage.actor).await.expect("let go"), 2);
    assert_eq!(release::publish_overdue(&stage.engine, &stage.actor).await.expect("again"), 0);
    stage.run_due().await;
    stage.run_due().await;
    for text in ["First", "Second"] {
        assert_eq!(stage.public(text).len(), 1, "{text}");
    }
    assert!(stage.public("Waits for a login").is_empty() && stage.public("Next week").is_empty());
    assert_eq!(stage.publication(&waits).await.state, PublicationState::Held);
    assert_eq!(stage.publication(&later).await.state, PublicationState::Scheduled);
}
on_both!(everything_overdue_goes_out_by_one_word_and_once, |t| super::all_at_once(t));

async fn long_overdue(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let patch = AccountPatch { daily_cap: Some(Some(2)), ..AccountPatch::default() };
    accounts::update(&stage.engine, &stage.actor, account, patch).await.expect("a cap");
    for (n, text) in [(60, "First"), (61, "Second")] {
        stage.at(account, text, stage.in_minutes(n)).await;
    }
    stage.bench.clock.advance(std::time::Duration::from_secs(9 * 24 * 3600));
    stage.run_due().await;
    assert_eq!(release::publish_overdue(&stage.engine, &stage.actor).await.expect("let go"), 2);
    stage.run_due().await;
    stage.run_due().await;
    stage.engine.upkeep().await;
    let (told, _) = notices::list(&stage.engine, &stage.actor, Which::News, None, 50).await.expect("a list");
    let count = |kind| told.iter().filter(|row| row.kind == kind).count();
    assert_eq!((count(NoticeKind::Published), count(NoticeKind::CapNear)), (2, 1), "{told:?}");
}
on_both!(what_was_held_for_long_fills_the_day_on_which_it_goes_out, |t| super::long_overdue(t));
