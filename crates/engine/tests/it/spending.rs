//! What networks take of one account: what one node hears of a limit holds all of them back, and nobody plans more than fits.

use std::time::Duration;

use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::error::AppError;
use carillon_domain::publication::PublicationState;
use carillon_domain::time::SignedDuration;
use carillon_engine::usecase::posts::{self, PostInput, WantedStatus};
use carillon_store::on_both;
use carillon_store::testing::TestDb;

use super::support::Stage;

async fn shared(test: &TestDb) {
    for platform in ["x", "mastodon", "bluesky"] {
        let stage = Stage::new(test).await;
        let account = match platform {
            "bluesky" => stage.bluesky().await,
            "x" => stage.x().await,
            _ => stage.through_pages(platform, Some("https://social.mastodon.localhost")).await,
        };
        stage.run_until_idle().await;
        stage.fault(Fault::once(platform, "commit", When::Before, FaultKind::RateLimit).reset(600));
        let first = stage.now(account, "Refused for its limit").await;
        stage.run_due().await;
        let refused = stage.row(first.publications[0].id).await;
        assert_eq!((refused.tries, refused.published_at), (0, None), "{platform}: it costs no try");
        // The network would take this one now, but the limit of the account is used up, as the other node has heard.
        stage.bench.clock.advance(Duration::from_secs(60));
        let second = stage.now(account, "Not even asked").await;
        stage.another_node().await.run_due(10).await.expect("runs");
        let held_back = stage.row(second.publications[0].id).await;
        assert_eq!((held_back.tries, held_back.published_at), (0, None), "{platform}: {:?}", held_back.error);
        assert!(!held_back.intent, "{platform}: it can still be taken back");
        stage.run_until_idle().await;
        for post in [first, second] {
            let publication = stage.publication(&post).await;
            assert_eq!(publication.state, PublicationState::Published, "{platform}: {publication:?}");
            let due = publication.due_at.expect("due");
            assert!(publication.published_at.is_some_and(|at| at > due), "{platform}: after the reset");
        }
    }
}
on_both!(what_one_node_hears_of_a_limit_holds_back_the_others, |t| super::shared(t));

async fn window(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.x().await;
    // The clock of the tests begins at a full hour.
    let due = stage.in_minutes(24 * 60);
    let input = |n: usize, minutes: i64| PostInput {
        text: format!("Bell {n}"),
        accounts: vec![account],
        status: WantedStatus::Scheduled,
        scheduled_at: Some((due + SignedDuration::from_mins(minutes)).to_string()),
        ..PostInput::default()
    };
    for n in 0..100 {
        stage.post(input(n, i64::try_from(n % 15).expect("small"))).await;
    }
    let refused = posts::create(&stage.engine, &stage.actor, input(100, 14)).await;
    let Err(AppError::Invalid(errors)) = refused else { panic!("{refused:?}") };
    let full = errors.iter().find(|e| e.code == "cap_exceeded").expect("the limit of the network");
    assert_eq!((&full.limit, &full.value), (&Some(100.into()), &Some(101.into())));
    stage.post(input(101, 15)).await;
}
on_both!(no_more_is_planned_than_a_network_takes_in_its_span_of_time, |t| super::window(t));
