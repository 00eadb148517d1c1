//! Numbers for the owner: with their windows, their parts and the network's names; and what is lost when something is refused.

use std::collections::BTreeSet;
use std::time::Duration;

use carillon_domain::connector_error::ErrorKind;
use carillon_domain::time::{Clock, SignedDuration};
use serde_json::{Value, json};

use super::super::sandbox::State;
use super::super::{CONNECTOR, NAME};
use super::stage::{Stage, Trouble, error, with};
use crate::conformance::draft;
use crate::contract::connector::Connector;
use crate::contract::insights::{Found, Insights, Metric, Missing, Window};
use crate::kit::graph::insights::shape::{fresh, of, offered, shapes};

fn insights() -> &'static dyn Insights {
    CONNECTOR.insights().unwrap()
}

/// The seven days until now.
pub(super) fn last_week(stage: &Stage) -> Window {
    let to = stage.bench.clock.now();
    Window { from: to - SignedDuration::from_hours(7 * 24), to }
}

#[tokio::test]
async fn everything_on_offer_is_given() {
    let stage = Stage::new();
    let session = stage.connected().await;
    let [post] = session.publish(&stage.picture("Count me")).await.remote_ids().try_into().unwrap();
    stage.bench.clock.advance(Duration::from_secs(86_400));
    let offers = insights().offers();
    assert_eq!(
        shapes(&session.account_numbers(last_week(&stage)).await.unwrap().observations),
        offered(offers.account)
    );
    assert_eq!(shapes(&session.audience().await.unwrap().observations), offered(offers.audience));
    let found = fresh(&session, &[&post]).await.unwrap();
    assert_eq!(shapes(&found[0].observations), offered(offers.post));
    assert!(found[0].observations.iter().all(|o| o.window.is_none()), "since the beginning: {found:?}");
}

#[tokio::test]
async fn what_an_account_got_in_a_window_is_what_its_posts_got_in_it() {
    let stage = Stage::new();
    let session = stage.connected().await;
    session.publish(&draft("old", [])).await;
    stage.bench.clock.advance(Duration::from_secs(30 * 86_400));
    let quiet = session.account_numbers(last_week(&stage)).await.unwrap();
    let first = session.publish(&draft("one", [])).await.remote_ids().remove(0);
    let second = with(draft("two", []), "quote_post_id", json!(first));
    let second = session.publish(&second).await.remote_ids().remove(0);
    stage.bench.clock.advance(Duration::from_secs(3 * 86_400));
    let week = last_week(&stage);
    let found = session.account_numbers(last_week(&stage)).await.unwrap();
    let of_posts = fresh(&session, &[&first, &second]).await.unwrap();
    let sum: i64 = of_posts.iter().flat_map(|f| of(f, "likes")).map(|o| o.value).sum();
    let likes = of(&found, "likes");
    assert_eq!((likes.len(), likes[0].window), (1, Some(week)));
    assert!(sum > 0 && likes[0].value >= sum, "{likes:?} and {sum}");
    assert!(of(&quiet, "likes")[0].value < sum, "an old post gets hardly anything any more");
    assert_eq!(of(&found, "quotes")[0].value, 1);
    let link = of(&found, "link_clicks");
    assert_eq!(link[0].part, Some(("link", "https://marafields.example.com/".to_owned())));
    assert_eq!(link[0].window, Some(week));
}

#[tokio::test]
async fn days_are_the_networks_own() {
    let stage = Stage::new();
    let session = stage.connected().await;
    let found = session.account_numbers(last_week(&stage)).await.unwrap();
    let days = of(&found, "profile_visits");
    assert!((7..=8).contains(&days.len()), "{days:?}");
    for pair in days.windows(2) {
        let (first, second) = (pair[0].window.unwrap(), pair[1].window.unwrap());
        assert_eq!(first.to, second.from);
        assert_eq!(first.to.duration_since(first.from), SignedDuration::from_hours(24));
        assert!(first.to.to_string().ends_with("T07:00:00Z"), "{first:?}");
    }
    let asked = stage.sent("insights.account");
    assert_eq!(asked[0].get("since"), Some(last_week(&stage).from.as_second().to_string().as_str()));
    assert_eq!((asked[1].get("metric"), asked[1].get("since")), (Some("followers_count"), None));
}

#[tokio::test]
async fn nothing_is_asked_of_the_time_before_the_first_numbers() {
    let stage = Stage::new();
    let session = stage.connected().await;
    let at = |text: &str| text.parse().unwrap();
    let early = Window { from: at("2024-01-01T00:00:00Z"), to: at("2024-03-01T00:00:00Z") };
    let found = session.account_numbers(early).await.unwrap();
    assert_eq!(shapes(&found.observations), BTreeSet::from([("followers", None, "followers_count")]));
    let across = Window { to: at("2024-05-01T00:00:00Z"), ..early };
    let found = session.account_numbers(across).await.unwrap();
    assert_eq!(of(&found, "likes")[0].window.unwrap().from, at("2024-04-13T07:00:00Z"));
    assert_eq!(found.missing, []);
}

fn total(name: &str, value: i64) -> Value {
    json!({ "data": [{ "name": name, "period": "day", "total_value": { "value": value } }] })
}

#[tokio::test]
async fn a_refused_metric_loses_only_itself() {
    let stage = Stage::new();
    let session = stage.connected().await;
    let refused = Trouble::Instead(400, error(100, None));
    // The group, then its first metric by itself; the others are answered.
    stage.script("insights.account", 2, &refused);
    let found = session.account_numbers(last_week(&stage)).await.unwrap();
    assert_eq!(found.missing.len(), 1);
    assert_eq!(found.missing[0].metrics, ["profile_visits"]);
    let cause = &found.missing[0].cause;
    assert_eq!((cause.code.as_str(), cause.remote.code.as_deref()), ("metric_refused", Some("100")));
    let mut left = offered(insights().offers().account);
    left.remove(&("profile_visits", None, "views"));
    assert_eq!(shapes(&found.observations), left);
    let asked: Vec<_> =
        stage.sent("insights.account").iter().map(|s| s.get("metric").unwrap().to_owned()).collect();
    let singly = ["views", "likes", "replies", "reposts", "quotes", "clicks", "followers_count"];
    assert_eq!(
        (asked[0].as_str(), &asked[1..]),
        ("views,likes,replies,reposts,quotes,clicks", &singly.map(str::to_owned)[..])
    );

    // A limit is nothing that a single metric is to blame for.
    stage.script("insights.account", 1, &Trouble::Instead(400, error(613, None)));
    let limited = session.account_numbers(last_week(&stage)).await.unwrap_err();
    assert!(matches!(limited.kind, ErrorKind::RateLimited { .. }), "{limited:?}");
}

#[tokio::test]
async fn numbers_that_came_outlive_a_limit() {
    let stage = Stage::new();
    let session = stage.connected().await;
    let limited = Trouble::Instead(400, error(613, None));
    // The group, its first two metrics by themselves, and no more.
    stage.script("insights.account", 1, &Trouble::Instead(400, error(100, None)));
    for metric in ["views", "likes"] {
        stage.script("insights.account", 1, &Trouble::Instead(200, total(metric, 5)));
    }
    stage.script("insights.account", 1, &limited);
    let found = session.account_numbers(last_week(&stage)).await.unwrap();
    let seen: Vec<_> = found.observations.iter().map(|o| (o.metric, o.value)).collect();
    assert_eq!(seen, [("profile_visits", 5), ("likes", 5)]);
    let lacking: Vec<_> = found.missing.iter().map(|m| (m.by, m.metrics.as_slice())).collect();
    let sums = &["comments", "reposts", "quotes", "followers"][..];
    assert_eq!(lacking, [(None, sums), (Some("link"), &["link_clicks"][..])]);
    let by_limit = |m: &Missing| matches!(m.cause.kind, ErrorKind::RateLimited { .. });
    assert!(found.missing.iter().all(by_limit), "{found:?}");
    assert_eq!(stage.sent("insights.account").len(), 4, "nothing more is asked");

    let dimension = json!({ "data": [{ "name": "follower_demographics", "period": "lifetime", "total_value": {
        "breakdowns": [{ "dimension_keys": ["country"], "results": [{ "dimension_values": ["NO"], "value": 7 }] }]
    } }] });
    stage.script("insights.audience", 1, &Trouble::Instead(200, dimension));
    stage.script("insights.audience", 1, &limited);
    let found = session.audience().await.unwrap();
    assert_eq!(found.observations.len(), 1);
    let lacking: Vec<_> = found.missing.iter().map(|m| (m.by, m.metrics.as_slice())).collect();
    assert_eq!(lacking, ["city", "age", "gender"].map(|by| (Some(by), &["followers"][..])));
    assert_eq!(stage.sent("insights.audience").len(), 2);
}

#[tokio::test]
async fn no_data_are_neither_zero_nor_missing() {
    let stage = Stage::new();
    let session = stage.connected().await;
    stage.script("insights.account", 1, &Trouble::Instead(200, json!({ "data": [] })));
    stage.script("insights.account", 1, &Trouble::Instead(200, total("followers_count", 0)));
    let found = session.account_numbers(last_week(&stage)).await.unwrap();
    let seen: Vec<_> = found.observations.iter().map(|o| (o.metric, o.value)).collect();
    assert_eq!((seen.as_slice(), found.missing.len()), (&[("followers", 0)][..], 0));
}

#[tokio::test]
async fn without_the_permission_it_says_what_to_do() {
    let stage = Stage::new();
    let session = stage.connected().await;
    let post = session.publish(&draft("unseen", [])).await.remote_ids().remove(0);
    for operation in ["insights.account", "insights.post", "insights.audience"] {
        stage.script(operation, 1, &Trouble::Instead(403, error(10, None)));
    }
    let refused = [
        session.account_numbers(last_week(&stage)).await.unwrap_err(),
        fresh(&session, &[&post, &post]).await.unwrap_err(),
        session.audience().await.unwrap_err(),
    ];
    for error in refused {
        assert_eq!(
            (&error.kind, error.code.as_str()),
            (&ErrorKind::PermissionMissing, "insights_not_allowed")
        );
        assert!(error.action.contains("allow insights"), "{error:?}");
    }
    assert_eq!(stage.sent("insights.post").len(), 1, "asked once, not for each");
}

#[tokio::test]
async fn too_few_followers_are_said_once() {
    let stage = Stage::new();
    let session = stage.connected().await;
    stage.bench.world.state(NAME, |s: &mut State| s.followers = Some(99));
    let found = session.audience().await.unwrap();
    assert_eq!(found.observations, []);
    let is_named = |metric: &Metric| found.missing.iter().any(|missing| missing.names(metric));
    assert!(insights().offers().audience.iter().all(is_named), "{found:?}");
    assert!(found.missing.iter().all(|missing| missing.cause.code == "too_few_followers"), "{found:?}");
    assert_eq!(stage.sent("insights.audience").len(), 1);
    let profile = session.account_numbers(last_week(&stage)).await.unwrap();
    assert_eq!((of(&profile, "followers")[0].value, profile.missing.len()), (99, 0));
}

#[tokio::test]
async fn a_post_that_is_not_there_has_no_numbers() {
    let stage = Stage::new();
    let session = stage.connected().await;
    let mut ids = session.publish(&draft("stays", [])).await.remote_ids();
    ids.push("18061310099999999".to_owned());
    let found = fresh(&session, &[&ids[1], &ids[0]]).await.unwrap();
    assert_eq!(found[0], Found::default());
    assert_eq!(shapes(&found[1].observations), offered(insights().offers().post));
}

#[tokio::test]
async fn a_post_that_goes_meanwhile_keeps_nobody_from_asking_on() {
    let stage = Stage::new();
    let session = stage.connected().await;
    let goes = session.publish(&draft("goes", [])).await.remote_ids().remove(0);
    let stays = session.publish(&draft("stays", [])).await.remote_ids().remove(0);
    // The group is refused, and its second metric is one too late.
    stage.script("insights.post", 1, &Trouble::Instead(400, error(100, None)));
    stage.script("insights.post", 1, &Trouble::Instead(200, total("views", 5)));
    stage.script("insights.post", 1, &Trouble::Instead(400, error(100, Some(33))));
    let found = fresh(&session, &[&goes, &stays]).await.unwrap();
    assert_eq!((of(&found[0], "views")[0].value, found[0].observations.len()), (5, 1));
    assert_eq!(found[0].missing, []);
    assert_eq!(shapes(&found[1].observations), offered(insights().offers().post));
}
