//! Numbers for those who work for a Page: days as Facebook cuts them, and what is lost when something is refused.

use std::collections::BTreeSet;
use std::time::Duration;

use carillon_domain::connector_error::ErrorKind;
use carillon_domain::time::{Clock, SignedDuration};
use serde_json::{Value, json};

use super::super::sandbox::State;
use super::super::{CONNECTOR, NAME};
use super::stage::{KINDS, Seen, Stage, Trouble, error, kind};
use crate::conformance::{Session, draft};
use crate::contract::connector::Connector;
use crate::contract::insights::{Found, Insights, Metric, PostRef, Window};
use crate::kit::graph::insights::shape::{Shape, fresh, of, offered, shapes};

fn insights() -> &'static dyn Insights {
    CONNECTOR.insights().unwrap()
}

fn last(stage: &Stage, days: i64) -> Window {
    let to = stage.bench.clock.now();
    Window { from: to - SignedDuration::from_hours(days * 24), to }
}

/// One question about the Page, and one about each of these.
pub(super) async fn all(stage: &Stage, session: &Session<'_>, ids: &[&str]) {
    assert_eq!(session.account_numbers(last(stage, 7)).await.unwrap().missing, []);
    assert!(fresh(session, ids).await.unwrap().iter().all(|found| found.missing.is_empty()));
}

/// What is offered of posts, from one of their calls.
fn offered_by(prefixes: &[&str]) -> BTreeSet<Shape<'static>> {
    let begins = |native: &str| prefixes.iter().any(|prefix| native.starts_with(prefix));
    offered(insights().offers().post).into_iter().filter(|(_, _, native)| begins(native)).collect()
}

const OF_POST: &[&str] = &["post_"];
const OF_STORY: &[&str] = &["STORY_", "PAGES_FB_STORY_"];

/// All that a post with a video has: what counts the views of a video that has no post is not needed.
fn of_post_with_video() -> BTreeSet<Shape<'static>> {
    let mut all = offered_by(&["post_", "total_video_"]);
    assert!(all.remove(&("video_views", None, "total_video_views")));
    all
}

#[tokio::test]
async fn everything_on_offer_is_given() {
    let stage = Stage::new();
    let session = stage.page().await;
    let mut ids = Vec::new();
    for index in 0..KINDS {
        ids.push(session.publish(&kind(&stage, index).0).await.remote_ids().remove(0));
        stage.bench.clock.advance(Duration::from_secs(3_600));
    }
    stage.bench.clock.advance(Duration::from_secs(2 * 86_400));
    let offers = insights().offers();
    let of_page = session.account_numbers(last(&stage, 7)).await.unwrap();
    assert_eq!(shapes(&of_page.observations), offered(offers.account));
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let found = fresh(&session, &ids).await.unwrap();
    for (index, found) in found.iter().enumerate() {
        let expected = match index {
            3 | 4 => of_post_with_video(),
            5.. => offered_by(OF_STORY),
            _ => offered_by(OF_POST),
        };
        assert_eq!(shapes(&found.observations), expected, "{index}");
        assert_eq!(found.missing, [], "{index}");
        assert!(found.observations.iter().all(|o| o.window.is_none()), "since the beginning: {found:?}");
    }
    let value = |index: usize, metric| of(&found[index], metric)[0].value;
    assert!(value(3, "video_views") > 0 && value(0, "video_views") == 0);
    for story in &found[5..] {
        let value = |metric| of(story, metric)[0].value;
        let (views, reach, replies) = (value("views"), value("reach"), value("story_replies"));
        assert!(views > reach && reach > replies && replies > 0, "{story:?}");
    }
    let watched = of(&found[4], "watch_time");
    assert!(watched.iter().any(|o| o.part == Some(("distribution_type", "page_owned".to_owned()))));
    assert!(offers.audience.is_empty());
    for operation in ["insights.post", "insights.video", "insights.story"] {
        let sent = stage.sent(operation);
        assert!(!sent.is_empty());
        let signed =
            |call: &Seen| call.get("appsecret_proof").is_some() && call.get("access_token").is_none();
        assert!(sent.iter().all(signed), "{operation}");
    }
}

#[tokio::test]
async fn a_video_without_a_post_counts_its_own_views() {
    let stage = Stage::new();
    let session = stage.page().await;
    session.publish(&stage.video("a video")).await;
    let video = stage.sent("videos.read")[0].url.rsplit('/').next().unwrap().to_owned();
    stage.bench.clock.advance(Duration::from_secs(86_400));
    // It has a post, which counts them.
    let found = fresh(&session, &[&video]).await.unwrap().remove(0);
    assert_eq!(shapes(&found.observations), of_post_with_video());
    let alone = json!({ "id": video, "permalink_url": "/marafields/videos/1/" });
    stage.script("videos.find", Trouble::Instead(200, alone));
    let found = fresh(&session, &[&video]).await.unwrap().remove(0);
    assert_eq!(shapes(&found.observations), offered_by(&["total_video_"]));
}

#[tokio::test]
async fn what_a_story_or_a_video_is_refused_takes_nothing_else_away() {
    let stage = Stage::new();
    let session = stage.page().await;
    let story = session.publish(&kind(&stage, 5).0).await.remote_ids().remove(0);
    let reel = session.publish(&kind(&stage, 4).0).await.remote_ids().remove(0);
    let mut refused = error(100, None);
    refused["error"]["message"] = "(#100) The value must be a valid insights metric".into();
    // All together, and the first one alone.
    for operation in ["insights.story", "insights.story", "insights.video", "insights.video"] {
        stage.script(operation, Trouble::Instead(400, refused.clone()));
    }
    let found = fresh(&session, &[&story, &reel]).await.unwrap();
    let left = |mut all: BTreeSet<Shape<'static>>, lost: Shape<'static>| {
        assert!(all.remove(&lost));
        all
    };
    let of_story = left(offered_by(OF_STORY), ("views", None, "STORY_MEDIA_VIEW"));
    let of_reel = left(of_post_with_video(), ("video_viewers", None, "total_video_views_unique"));
    for (found, expected, lost) in [(&found[0], of_story, "views"), (&found[1], of_reel, "video_viewers")] {
        assert_eq!(shapes(&found.observations), expected);
        let [missing] = found.missing.as_slice() else { panic!("{found:?}") };
        assert_eq!(
            (missing.metrics.as_slice(), missing.cause.code.as_str()),
            (&[lost][..], "metric_refused")
        );
    }
    // Which video it is can't be seen: what the post itself counts comes all the same.
    stage.script("posts.attached", Trouble::Instead(403, error(200, None)));
    let found = fresh(&session, &[&reel]).await.unwrap().remove(0);
    assert_eq!(shapes(&found.observations), offered_by(OF_POST));
    let lacking: Vec<_> = found.missing.iter().map(|m| (m.metrics.as_slice(), m.by)).collect();
    assert_eq!(lacking, [(&["video_viewers"][..], None), (&["watch_time"][..], Some("distribution_type"))]);
    assert!(found.missing[0].cause.action.contains("Nothing to do"), "{found:?}");
    // What concerns everything is an error here, too, as long as no numbers came.
    stage.script("insights.post", Trouble::Instead(200, json!({ "data": [] })));
    for operation in ["posts.attached", "insights.video"] {
        stage.script(operation, Trouble::Instead(400, error(80_001, None)));
        let limited = fresh(&session, &[&reel]).await.unwrap_err();
        assert!(matches!(limited.kind, ErrorKind::RateLimited { .. }), "{limited:?}");
    }
    assert_eq!(stage.left(), 0);
}

#[tokio::test]
async fn numbers_that_came_outlive_a_limit() {
    let stage = Stage::new();
    let session = stage.page().await;
    let words = session.publish(&draft("words", [])).await.remote_ids().remove(0);
    let reel = session.publish(&kind(&stage, 4).0).await.remote_ids().remove(0);
    stage.bench.clock.advance(Duration::from_secs(86_400));
    let limit = |operation| stage.script(operation, Trouble::Instead(400, error(80_001, None)));
    let lacking = |found: &Found, metrics: &[Metric]| {
        let is_named = |metric: &Metric| found.missing.iter().any(|missing| missing.names(metric));
        assert!(metrics.iter().all(is_named), "{found:?}");
        let limited = |kind: &ErrorKind| matches!(kind, ErrorKind::RateLimited { .. });
        assert!(found.missing.iter().all(|missing| limited(&missing.cause.kind)), "{found:?}");
    };
    // What the post itself counts came, the video's numbers did not, and the next one is not asked about.
    limit("insights.video");
    let asked = stage.sent("posts.attached").len();
    let found = fresh(&session, &[&reel, &words]).await.unwrap();
    assert_eq!(shapes(&found[0].observations), offered_by(OF_POST));
    let of_video: Vec<_> = found[0].missing.iter().map(|m| (m.metrics.as_slice(), m.by)).collect();
    assert_eq!(of_video, [(&["video_viewers"][..], None), (&["watch_time"][..], Some("distribution_type"))]);
    lacking(&found[0], &[]);
    assert_eq!(found[1].observations, []);
    lacking(&found[1], insights().offers().post);
    assert_eq!(stage.sent("posts.attached").len(), asked + 1, "nothing more is asked");
    // A whole post, and nothing of the next.
    let one =
        json!({ "data": [{ "name": "post_clicks", "period": "lifetime", "values": [{ "value": 3 }] }] });
    stage.script("insights.post", Trouble::Instead(200, one));
    limit("insights.post");
    let found = fresh(&session, &[&words, &reel]).await.unwrap();
    assert_eq!((of(&found[0], "clicks")[0].value, found[0].missing.len()), (3, 0));
    assert_eq!(found[1].observations, []);
    lacking(&found[1], insights().offers().post);
    assert_eq!(stage.left(), 0);
}

#[tokio::test]
async fn reactions_by_type_are_as_many_as_everybody_sees() {
    let stage = Stage::new();
    let session = stage.page().await;
    let post = session.publish(&stage.picture("liked")).await.remote_ids().remove(0);
    stage.bench.clock.advance(Duration::from_secs(86_400));
    let found = fresh(&session, &[&post]).await.unwrap().remove(0);
    let reactions = of(&found, "likes");
    assert_eq!(reactions.len(), 6);
    assert!(reactions.iter().any(|o| o.part == Some(("reaction", "love".to_owned())) && o.value > 0));
    let credential = session.credential();
    let public = session.connector.reader().unwrap().posts(&session.cx(&credential), None).await.unwrap();
    let likes = public.posts[0].counts.iter().find(|c| c.metric == "likes").unwrap().value;
    assert_eq!(reactions.iter().map(|o| o.value).sum::<i64>(), likes);
}

#[tokio::test]
async fn days_end_at_midnight_in_california() {
    let stage = Stage::new();
    let session = stage.page().await;
    let quiet: i64 =
        of(&session.account_numbers(last(&stage, 7)).await.unwrap(), "views").iter().map(|o| o.value).sum();
    session.publish(&draft("seen", [])).await;
    stage.bench.clock.advance(Duration::from_secs(7 * 86_400));
    let found = session.account_numbers(last(&stage, 14)).await.unwrap();
    let days = of(&found, "views");
    assert!((13..=14).contains(&days.len()), "{days:?}");
    for pair in days.windows(2) {
        assert_eq!(pair[0].window.unwrap().to, pair[1].window.unwrap().from);
    }
    let hours: BTreeSet<_> =
        days.iter().map(|o| o.window.unwrap()).map(|w| w.to.duration_since(w.from).as_hours()).collect();
    assert_eq!(hours, BTreeSet::from([24, 25]), "clocks went back on 1 November");
    let week: i64 = days.iter().rev().take(7).map(|o| o.value).sum();
    assert!(week > quiet, "{week} with a post, {quiet} without");
}

#[tokio::test]
async fn a_refused_metric_loses_only_itself() {
    let stage = Stage::new();
    let session = stage.page().await;
    let post = session.publish(&draft("words", [])).await.remote_ids().remove(0);
    let mut refused = error(100, None);
    refused["error"]["message"] = "(#100) The value must be a valid insights metric".into();
    for _ in 0..2 {
        stage.script("insights.post", Trouble::Instead(400, refused.clone()));
    }
    let found = fresh(&session, &[&post]).await.unwrap().remove(0);
    assert_eq!(found.missing.len(), 1);
    assert_eq!(
        (found.missing[0].metrics.as_slice(), found.missing[0].cause.code.as_str()),
        (&["views"][..], "metric_refused")
    );
    let mut left = offered_by(OF_POST);
    left.remove(&("views", None, "post_media_view"));
    assert_eq!(shapes(&found.observations), left);
    stage.script("insights.post", Trouble::Instead(400, error(80_001, None)));
    let limited = fresh(&session, &[&post]).await.unwrap_err();
    assert!(matches!(limited.kind, ErrorKind::RateLimited { .. }), "{limited:?}");
    assert_eq!(stage.left(), 0);
}

#[tokio::test]
async fn without_the_permission_nothing_is_asked_and_publishing_goes_on() {
    let stage = Stage::new();
    let session = stage.page().await;
    let post = session.publish(&draft("unseen", [])).await.remote_ids().remove(0);
    let mut credential = session.credential();
    credential.scopes.retain(|scope| scope != "read_insights");
    let cx = session.cx(&credential);
    let refs = [PostRef { remote_id: &post, published_at: stage.bench.clock.now() }];
    for error in [
        insights().account(&cx, last(&stage, 7)).await.unwrap_err(),
        insights().posts(&cx, &refs).await.unwrap_err(),
    ] {
        assert_eq!(
            (&error.kind, error.code.as_str()),
            (&ErrorKind::PermissionMissing, "insights_not_allowed")
        );
        assert!(error.action.contains("allow insights"), "{error:?}");
    }
    assert!(stage.sent("insights.account").is_empty() && stage.sent("insights.post").is_empty());
    assert!(session.publish(&draft("goes out", [])).await.is_published());
}

#[tokio::test]
async fn no_data_are_neither_zero_nor_missing() {
    let stage = Stage::new();
    let session = stage.page().await;
    let empty: Value = json!({ "data": [] });
    stage.script("insights.account", Trouble::Instead(200, empty));
    assert_eq!(session.account_numbers(last(&stage, 7)).await.unwrap(), Found::default());
}

#[tokio::test]
async fn too_few_followers_are_one_plain_cause() {
    let stage = Stage::new();
    let session = stage.page().await;
    let post = session.publish(&draft("few", [])).await.remote_ids().remove(0);
    stage.bench.world.state(NAME, |s: &mut State| s.followers = Some(99));
    let found = session.account_numbers(last(&stage, 7)).await.unwrap();
    assert_eq!(found.observations, []);
    let is_named = |metric: &Metric| found.missing.iter().any(|missing| missing.names(metric));
    assert!(insights().offers().account.iter().all(is_named), "{found:?}");
    let cause = &found.missing[0].cause;
    assert!(found.missing.iter().all(|missing| missing.cause == *cause), "{found:?}");
    assert_eq!((cause.code.as_str(), cause.remote.code.as_deref()), ("too_few_followers", Some("2874008")));
    assert_eq!(fresh(&session, &[&post]).await.unwrap()[0].missing[0].cause.code, "too_few_followers");
    assert_eq!(stage.sent("insights.account").len(), 1, "no metric is to blame, so none is asked for alone");
}

#[tokio::test]
async fn a_post_that_is_not_there_has_no_numbers() {
    let stage = Stage::new();
    let session = stage.page().await;
    let there = session.publish(&draft("there", [])).await.remote_ids().remove(0);
    let gone = format!("{}_123999999999999", session.account.remote_id);
    let found = fresh(&session, &[&gone, &there]).await.unwrap();
    assert_eq!(found[0], Found::default());
    assert_eq!(shapes(&found[1].observations), offered_by(OF_POST));
    for gone in ["7799999999999999", "8899999999999999"] {
        assert_eq!(fresh(&session, &[gone]).await.unwrap()[0], Found::default(), "{gone}");
    }
}
