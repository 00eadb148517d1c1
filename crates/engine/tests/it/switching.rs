//! What an operator switched off is gone, and comes back as it was.

use carillon_domain::error::AppError;
use carillon_domain::publication::{HeldReason, PublicationState};
use carillon_engine::networks::Switches;
use carillon_engine::usecase::posts::{self, PostInput, WantedStatus};
use carillon_engine::usecase::{accounts, sync};
use carillon_store::on_both;
use carillon_store::testing::TestDb;

use super::support::{Stage, quiet};

async fn network(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let kept = stage.x().await;
    stage.run_until_idle().await;
    let planned = stage.at(account, "Later", stage.in_minutes(60)).await;
    let off = Switches { networks_off: vec!["bluesky".into()], ..quiet() };
    let stage = stage.switched(off).await;
    let shown = accounts::list(&stage.engine, &stage.actor).await.expect("accounts");
    assert_eq!(shown.iter().map(|row| row.id).collect::<Vec<_>>(), [kept]);
    let one = accounts::get(&stage.engine, &stage.actor, account).await;
    assert!(matches!(one, Err(AppError::NotFound { .. })), "{one:?}");
    let input = PostInput {
        text: "Now".into(),
        accounts: vec![account],
        status: WantedStatus::Now,
        ..PostInput::default()
    };
    match posts::create(&stage.engine, &stage.actor, input).await {
        Err(AppError::Invalid(errors)) => {
            assert_eq!((errors[0].field.as_str(), errors[0].code.as_str()), ("accounts.0", "platform_off"));
        }
        other => panic!("{other:?}"),
    }
    // What was planned waits for a person instead of being lost.
    stage.bench.clock.advance(std::time::Duration::from_secs(3600));
    stage.run_until_idle().await;
    let held = stage.publication(&planned).await;
    assert_eq!((held.state, held.held_reason), (PublicationState::Held, Some(HeldReason::PlatformOff)));
    assert!(stage.public("Later").is_empty());
    let stage = stage.switched(quiet()).await;
    assert!(accounts::get(&stage.engine, &stage.actor, account).await.is_ok(), "everything was kept");
}
on_both!(a_network_that_is_off_is_gone_and_comes_back, |t| super::network(t));

async fn reading(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    stage.run_until_idle().await;
    let stage = stage.switched(Switches { reading: false, ..quiet() }).await;
    let refused = sync::request(&stage.engine, &stage.actor, account).await;
    assert!(matches!(refused, Err(AppError::Conflict { code: "not_readable", .. })), "{refused:?}");
    let read = accounts::get(&stage.engine, &stage.actor, account).await.expect("the account").synced_at;
    let again = stage.x().await;
    stage.run_until_idle().await;
    let new = accounts::get(&stage.engine, &stage.actor, again).await.expect("the account");
    assert_eq!((new.synced_at, read.is_some()), (None, true), "nothing is read, what was read is kept");
    let post = stage.now(again, "Still goes out").await;
    stage.run_until_idle().await;
    assert_eq!(stage.publication(&post).await.state, PublicationState::Published);
}
on_both!(without_reading_posts_still_go_out, |t| super::reading(t));
