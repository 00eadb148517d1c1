//! Numbers for the owner, with both logins: by kind of post, with their windows and parts; and what is lost when something is refused.

use std::collections::BTreeSet;
use std::time::Duration;

use carillon_domain::connector_error::ErrorKind;
use carillon_domain::time::{Clock, SignedDuration};

use super::super::sandbox::State;
use super::super::{CONNECTOR, NAME};
use super::stage::{Stage, commented, story};
use crate::conformance::Session;
use crate::contract::connector::Connector;
use crate::contract::insights::{Found, Insights, Missing, Observation, PostRef, Window};
use crate::kit::graph::insights::shape::{fresh, of, offered, shapes};
use crate::sandbox::{Fault, FaultKind, When};

fn insights() -> &'static dyn Insights {
    CONNECTOR.insights().unwrap()
}

fn last(stage: &Stage, days: i64) -> Window {
    let to = stage.bench.clock.now();
    Window { from: to - SignedDuration::from_hours(days * 24), to }
}

/// Every question, without a refusal.
pub(super) async fn everything(stage: &Stage, session: &Session<'_>, ids: &[String]) {
    let ids: Vec<_> = ids.iter().map(String::as_str).collect();
    assert_eq!(session.account_numbers(last(stage, 7)).await.unwrap().missing, []);
    assert_eq!(session.audience().await.unwrap().missing, []);
    assert!(fresh(session, &ids).await.unwrap().iter().all(|found| found.missing.is_empty()));
}

/// The sum of a metric.
fn sum(found: &Found, metric: &str) -> Option<i64> {
    of(found, metric).iter().find(|o| o.part.is_none()).map(|o| o.value)
}

#[tokio::test]
async fn everything_on_offer_is_given_with_both_logins() {
    let stage = Stage::new();
    for session in [stage.instagram().await, stage.facebook().await] {
        let mut ids = Vec::new();
        for post in [stage.picture("feed"), stage.video("reel"), story(stage.picture(""))] {
            ids.extend(session.publish(&post).await.remote_ids());
        }
        stage.bench.clock.advance(Duration::from_secs(7_200));
        let offers = insights().offers();
        let window = last(&stage, 30);
        let found = session.account_numbers(window).await.unwrap();
        assert_eq!(shapes(&found.observations), offered(offers.account));
        assert!(found.observations.iter().all(|o| o.window == Some(window)), "{found:?}");
        let people = session.audience().await.unwrap();
        assert_eq!(shapes(&people.observations), offered(offers.audience));
        let now = stage.bench.clock.now();
        for seen in &people.observations {
            let month = seen.window.filter(|w| w.to == now && w.from.to_string().ends_with("-01T00:00:00Z"));
            match seen.metric {
                "engaged_accounts" => assert!(month.is_some(), "those of this month: {seen:?}"),
                "followers" => assert_eq!(seen.window, None, "as they are now"),
                _ => {}
            }
        }
        let ids: Vec<_> = ids.iter().map(String::as_str).collect();
        let found = fresh(&session, &ids).await.unwrap();
        assert!(found.iter().all(|found| found.missing.is_empty()), "{found:?}");
        let all = found.iter().flat_map(|found| &found.observations);
        assert_eq!(shapes(all), offered(offers.post));
        assert_eq!(sum(&found[1], "skip_rate"), Some(3_825), "basis points");
        assert!(sum(&found[1], "likes").is_some() && sum(&found[1], "navigation").is_none());
        assert!(sum(&found[2], "navigation").is_some() && sum(&found[2], "saves").is_none());
    }
}

#[tokio::test]
async fn the_owners_numbers_are_those_that_everybody_sees() {
    let stage = Stage::new();
    let session = stage.instagram().await;
    let post = session.publish(&commented(stage.picture("post"), "comment")).await.remote_ids().remove(0);
    stage.bench.clock.advance(Duration::from_secs(86_400));
    let found = fresh(&session, &[&post]).await.unwrap().remove(0);
    let credential = session.credential();
    let public = session.connector.reader().unwrap().posts(&session.cx(&credential), None).await.unwrap();
    for count in &public.posts[0].counts {
        assert_eq!(sum(&found, &count.metric), Some(count.value), "{count:?}");
    }
    let parts: i64 = of(&found, "profile_actions").iter().filter(|o| o.part.is_some()).map(|o| o.value).sum();
    assert_eq!(sum(&found, "profile_actions"), Some(parts));
    let week = session.account_numbers(last(&stage, 7)).await.unwrap();
    assert!(sum(&week, "likes") >= sum(&found, "likes"));
    assert_eq!(sum(&week, "comments"), Some(1));
    let products = of(&week, "views")
        .into_iter()
        .filter(|o| o.part.as_ref().is_some_and(|(by, _)| *by == "media_product_type"));
    assert_eq!(Some(products.map(|o| o.value).sum::<i64>()), sum(&week, "views"));
}

#[tokio::test]
async fn what_is_older_than_instagram_keeps_is_not_asked_for() {
    let stage = Stage::new();
    let session = stage.instagram().await;
    let now = stage.bench.clock.now();
    let days = SignedDuration::from_hours(24);
    let old = Window { from: now - days * 110, to: now - days * 100 };
    assert_eq!(session.account_numbers(old).await.unwrap(), Found::default());
    let across = Window { from: now - days * 100, to: now - days * 80 };
    let found = session.account_numbers(across).await.unwrap();
    assert_eq!(of(&found, "reach")[0].window, Some(Window { from: now - days * 90, to: across.to }));
    assert_eq!(stage.sent("insights.account").len(), 3, "sums, by kind of post, by who follows");
}

#[tokio::test]
async fn a_split_that_is_refused_loses_only_itself() {
    let stage = Stage::new();
    let session = stage.instagram().await;
    stage.bench.world.state(NAME, |s: &mut State| s.unsplittable = Some("views".to_owned()));
    let found = session.account_numbers(last(&stage, 7)).await.unwrap();
    let mut left = offered(insights().offers().account);
    assert_eq!(found.missing.len(), 2, "{found:?}");
    for (missing, by) in found.missing.iter().zip(["media_product_type", "follow_type"]) {
        assert_eq!((missing.metrics.as_slice(), missing.by), (&["views"][..], Some(by)));
        assert_eq!(missing.cause.code, "metric_refused");
        assert!(left.remove(&("views", Some(by), "views")));
    }
    assert_eq!(shapes(&found.observations), left);
}

#[tokio::test]
async fn a_limit_and_an_outage_concern_everything() {
    let stage = Stage::new();
    let session = stage.instagram().await;
    stage.fault("insights.read", When::Before, FaultKind::RateLimit);
    let limited = session.account_numbers(last(&stage, 7)).await.unwrap_err();
    assert!(matches!(limited.kind, ErrorKind::RateLimited { .. }), "{limited:?}");
    stage.status("insights.read", When::Before, 503, 20);
    assert_eq!(session.account_numbers(last(&stage, 7)).await.unwrap_err().kind, ErrorKind::Transient);
}

#[tokio::test]
async fn numbers_that_came_outlive_a_limit() {
    let stage = Stage::new();
    let session = stage.instagram().await;
    let mut ids = Vec::new();
    for n in 0..3 {
        ids.extend(session.publish(&stage.picture(&format!("post {n}"))).await.remote_ids());
    }
    stage.bench.clock.advance(Duration::from_secs(86_400));
    let limit = |after: u32| {
        stage.bench.world.faults().clear();
        let fault = Fault::once(NAME, "insights.read", When::Before, FaultKind::RateLimit);
        stage.bench.world.faults().add(fault.skipping(after).times(99));
    };
    let lost = |found: &Found| {
        let limited = |m: &Missing| matches!(m.cause.kind, ErrorKind::RateLimited { .. });
        assert!(found.missing.iter().all(limited), "{found:?}");
        found.missing.iter().flat_map(|m| m.metrics.clone()).collect::<BTreeSet<_>>()
    };
    // The sums came; how they are split did not.
    limit(1);
    let found = session.account_numbers(last(&stage, 7)).await.unwrap();
    let split =
        ["views", "reach", "interactions", "likes", "comments", "shares", "saves", "follows", "unfollows"];
    assert_eq!(lost(&found), BTreeSet::from(split));
    assert!(sum(&found, "views").is_some());
    let of_views = found.missing.iter().filter(|m| m.metrics.contains(&"views"));
    let by: BTreeSet<_> = of_views.map(|m| m.by).collect();
    assert_eq!(by, BTreeSet::from([Some("media_product_type"), Some("follow_type")]));
    assert_eq!(stage.sent("insights.account").len(), 2, "nothing more is asked");
    // Two of nine answers about who they are.
    limit(1);
    let found = session.audience().await.unwrap();
    assert_eq!(lost(&found), BTreeSet::from(["followers", "engaged_accounts", "followers_online"]));
    let by: Vec<_> = found.missing.iter().map(|m| m.by).collect();
    assert_eq!(by, ["city", "age", "gender", "hour"].map(Some));
    let month = |o: &Observation| o.metric != "engaged_accounts" || o.window.is_some();
    assert!(found.observations.iter().all(month), "those of this month: {found:?}");
    // The first post, and half of the second.
    limit(3);
    let ids: Vec<_> = ids.iter().map(String::as_str).collect();
    let found = fresh(&session, &ids).await.unwrap();
    assert_eq!((found.len(), lost(&found[0]).len()), (3, 0));
    assert_eq!(lost(&found[1]), BTreeSet::from(["profile_actions"]));
    assert!(sum(&found[1], "views").is_some() && found[2].observations.is_empty());
    assert!(lost(&found[2]).contains("views"));
    // A login that is gone is gone, whatever came before.
    stage.bench.world.faults().clear();
    let gone = Fault::once(NAME, "insights.read", When::Before, FaultKind::TokenRevoked).skipping(1);
    stage.bench.world.faults().add(gone);
    let error = session.account_numbers(last(&stage, 7)).await.unwrap_err();
    assert!(matches!(error.kind, ErrorKind::AuthRevoked | ErrorKind::AuthExpired), "{error:?}");
}

#[tokio::test]
async fn without_the_permission_nothing_is_asked_and_publishing_goes_on() {
    let stage = Stage::new();
    for session in [stage.instagram().await, stage.facebook().await] {
        let post = session.publish(&stage.picture("unseen")).await.remote_ids().remove(0);
        let mut credential = session.credential();
        credential.scopes.retain(|scope| !scope.contains("insights"));
        let cx = session.cx(&credential);
        let refs = [PostRef { remote_id: &post, published_at: stage.bench.clock.now() }];
        for error in [
            insights().account(&cx, last(&stage, 7)).await.unwrap_err(),
            insights().posts(&cx, &refs).await.unwrap_err(),
            insights().audience(&cx).await.unwrap_err(),
        ] {
            assert_eq!(
                (&error.kind, error.code.as_str()),
                (&ErrorKind::PermissionMissing, "insights_not_allowed")
            );
            assert!(error.action.contains("allow insights"), "{error:?}");
        }
        assert!(stage.sent("insights.account").is_empty() && stage.sent("insights.post").is_empty());
        assert!(session.publish(&stage.picture("goes out")).await.is_published());
    }
}

#[tokio::test]
async fn a_permission_that_was_taken_back_is_said_as_such() {
    let stage = Stage::new();
    let session = stage.instagram().await;
    stage.status("insights.read", When::Before, 403, 1);
    let error = session.account_numbers(last(&stage, 7)).await.unwrap_err();
    assert_eq!((&error.kind, error.code.as_str()), (&ErrorKind::PermissionMissing, "insights_not_allowed"));
    assert_eq!(error.remote.code.as_deref(), Some("10"));
}

#[tokio::test]
async fn a_story_that_few_have_seen_says_so_plainly() {
    let stage = Stage::new();
    let session = stage.instagram().await;
    let id = session.publish(&story(stage.picture(""))).await.remote_ids().remove(0);
    let few = fresh(&session, &[&id]).await.unwrap().remove(0);
    // Without the network's words for it, the code alone: the login does have the permission.
    stage.status("insights.read", When::Before, 403, 1);
    let unsaid = fresh(&session, &[&id]).await.unwrap().remove(0);
    for found in [few, unsaid] {
        assert_eq!(found.observations, []);
        let lacking: Vec<_> = found.missing.iter().map(|m| (m.by, m.metrics.len())).collect();
        assert_eq!(
            lacking,
            [(None, 10), (Some("action_type"), 1), (Some("story_navigation_action_type"), 1)],
            "{found:?}"
        );
        assert!(["navigation", "reach"].iter().all(|name| found.missing[0].metrics.contains(name)));
        for missing in &found.missing {
            let cause = &missing.cause;
            assert_eq!((&cause.kind, cause.code.as_str()), (&ErrorKind::Rejected, "too_few_viewers"));
            assert!(cause.cause.contains("five people"), "{missing:?}");
        }
    }
    assert_eq!(stage.sent("insights.post").len(), 2, "asked once each time");
    stage.bench.clock.advance(Duration::from_secs(7_200));
    // Numbers that came are not missing, whatever the next call is answered.
    let fault = Fault::once(NAME, "insights.read", When::Before, FaultKind::Status).status(403);
    stage.bench.world.faults().add(fault.skipping(1));
    let half = fresh(&session, &[&id]).await.unwrap().remove(0);
    assert!(sum(&half, "views").is_some() && sum(&half, "reach").is_some());
    let lacking: Vec<_> = half.missing.iter().map(|m| (m.by, m.metrics.as_slice())).collect();
    let split = [
        (None, &["profile_actions", "navigation"][..]),
        (Some("action_type"), &["profile_actions"][..]),
        (Some("story_navigation_action_type"), &["navigation"][..]),
    ];
    assert_eq!(lacking, split, "{half:?}");
    assert!(fresh(&session, &[&id]).await.unwrap()[0].missing.is_empty());
}

#[tokio::test]
async fn a_story_of_yesterday_is_not_asked_about() {
    let stage = Stage::new();
    let session = stage.instagram().await;
    let id = session.publish(&story(stage.picture(""))).await.remote_ids().remove(0);
    let published_at = stage.bench.clock.now();
    stage.bench.clock.advance(Duration::from_secs(90_000));
    let credential = session.credential();
    let refs = [PostRef { remote_id: &id, published_at }];
    assert_eq!(insights().posts(&session.cx(&credential), &refs).await.unwrap(), [Found::default()]);
    assert!(stage.sent("insights.post").is_empty());
}

#[tokio::test]
async fn of_few_followers_there_is_nothing_rather_than_zero() {
    let stage = Stage::new();
    let session = stage.instagram().await;
    stage.bench.world.state(NAME, |s: &mut State| s.followers = Some(99));
    assert_eq!(session.audience().await.unwrap(), Found::default());
    let found = session.account_numbers(last(&stage, 7)).await.unwrap();
    assert!(of(&found, "follows").is_empty() && sum(&found, "views").is_some());
    assert_eq!(found.missing, []);
}

#[tokio::test]
async fn a_post_that_is_not_there_has_no_numbers() {
    let stage = Stage::new();
    let session = stage.instagram().await;
    let there = session.publish(&stage.picture("there")).await.remote_ids().remove(0);
    stage.bench.clock.advance(Duration::from_secs(7_200));
    let found = fresh(&session, &["18027310000099999", &there]).await.unwrap();
    assert_eq!(found[0], Found::default());
    assert!(sum(&found[1], "views").is_some_and(|views| views > 0));
}
