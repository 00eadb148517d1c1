//! The sandbox side is as strict as the fact sheet.

use std::time::Duration;

use carillon_domain::secret::Secret;
use http::{HeaderMap, Method, StatusCode};
use serde_json::Value;

use super::super::NAME;
use super::stage::{Stage, story};
use crate::conformance::{Session, draft};
use crate::kit::http::{Call, Reply, Safety};
use crate::sandbox::testing;

struct Raw<'a> {
    stage: &'a Stage,
    session: Session<'a>,
    base: &'static str,
}

impl<'a> Raw<'a> {
    async fn instagram(stage: &'a Stage) -> Self {
        Self { stage, session: stage.instagram().await, base: "https://graph.instagram.com" }
    }

    async fn send(&self, call: Call) -> Reply {
        let token = self.session.credential().access_token;
        crate::kit::http::Transport::send(
            &crate::sandbox::InProcess::over(self.stage.bench.sandbox.clone()),
            call.bearer(&token),
            None,
        )
        .await
        .unwrap()
    }

    async fn get(&self, path: &str) -> Reply {
        self.send(Call::get("raw", format!("{}/v26.0/{path}", self.base))).await
    }

    async fn post(&self, path: &str, params: &[(&str, &str)]) -> Reply {
        let url = format!("{}/v26.0/{path}", self.base);
        self.send(Call::post("raw", Safety::Invisible, url).form(params.iter().copied())).await
    }

    fn account(&self) -> &str {
        &self.session.account.remote_id
    }

    fn photo(&self) -> String {
        let photo = self.stage.bench.library.jpeg(1080, 1080, None);
        format!("https://media.carillon.example/{}", photo.id)
    }

    async fn create(&self, params: &[(&str, &str)]) -> Reply {
        self.post(&format!("{}/media", self.account()), params).await
    }

    async fn publish(&self, container: &str) -> Reply {
        self.post(&format!("{}/media_publish", self.account()), &[("creation_id", container)]).await
    }
}

fn codes(reply: &Reply) -> (i64, i64) {
    let body: Value = reply.json().unwrap();
    let error = &body["error"];
    assert!(error["fbtrace_id"].is_string() && error["type"].is_string(), "{body}");
    (error["code"].as_i64().unwrap(), error["error_subcode"].as_i64().unwrap_or(0))
}

fn id(reply: &Reply) -> String {
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.snippet(300));
    reply.json::<Value>().unwrap()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn containers_are_refused_for_their_own_causes() {
    let stage = Stage::new();
    let raw = Raw::instagram(&stage).await;
    let photo = raw.photo();
    let library = &stage.bench.library;
    let url =
        |media: carillon_domain::media::MediaInfo| format!("https://media.carillon.example/{}", media.id);
    let (png, tall, video) = (
        url(library.png(1080, 1080, None)),
        url(library.jpeg(500, 1000, None)),
        url(library.mp4(900, 5_000, None)),
    );
    let long = "x".repeat(2201);
    let tags = "@abc ".repeat(21);
    let collaborators = r#"["a","b","c","d"]"#;
    type Case<'a> = (&'a [(&'a str, &'a str)], (i64, i64));
    let cases: &[Case<'_>] = &[
        (&[("image_url", &png)], (36001, 2_207_005)),
        (&[("image_url", &tall)], (36003, 2_207_009)),
        (&[("image_url", "https://media.carillon.example/none")], (9004, 2_207_052)),
        (&[("image_url", "https://media.carillon.example/ü")], (9004, 2_207_052)),
        (&[("image_url", &photo), ("caption", &long)], (36004, 2_207_010)),
        (&[("image_url", &photo), ("caption", &tags)], (100, 2_207_040)),
        (&[("image_url", &photo), ("captoin", "x")], (100, 0)),
        (&[("image_url", &photo), ("collaborators", collaborators)], (100, 0)),
        (&[("image_url", &photo), ("media_type", "STORIES"), ("collaborators", r#"["a"]"#)], (100, 0)),
        (&[("image_url", &photo), ("is_carousel_item", "true"), ("collaborators", r#"["a"]"#)], (100, 0)),
        (&[("image_url", &photo), ("is_carousel_item", "true"), ("is_ai_generated", "true")], (100, 0)),
        (&[("image_url", &photo), ("user_tags", r#"[{"username":"a"}]"#)], (100, 0)),
        (&[("image_url", &photo), ("location_id", "1")], (100, 0)),
        (&[("video_url", &video), ("media_type", "VIDEO")], (100, 2_207_023)),
        (&[("video_url", &video), ("media_type", "REEL")], (100, 2_207_023)),
        (&[("video_url", &video), ("media_type", "REELS"), ("alt_text", "x")], (100, 0)),
        (&[("media_type", "REELS"), ("upload_type", "resumable")], (100, 0)),
        (&[("media_type", "CAROUSEL"), ("children", "1")], (100, 2_207_028)),
        (&[("media_type", "CAROUSEL"), ("children", "1,2")], (24, 2_207_006)),
        (&[], (100, 0)),
    ];
    for (params, want) in cases {
        let reply = raw.create(params).await;
        assert_eq!(reply.status, StatusCode::BAD_REQUEST, "{params:?}");
        assert_eq!(codes(&reply), *want, "{params:?}: {}", reply.snippet(300));
    }
}

#[tokio::test]
async fn containers_live_their_life_on_the_clock() {
    let stage = Stage::new();
    let raw = Raw::instagram(&stage).await;
    let container = id(&raw.create(&[("image_url", &raw.photo())]).await);
    let state = async || {
        let body: Value = raw.get(&format!("{container}?fields=status_code,status")).await.json().unwrap();
        body["status_code"].as_str().unwrap().to_owned()
    };
    assert_eq!(state().await, "IN_PROGRESS");
    assert_eq!(codes(&raw.publish(&container).await), (9007, 2_207_027));
    stage.bench.clock.advance(Duration::from_secs(3));
    assert_eq!(state().await, "FINISHED");
    let media = id(&raw.publish(&container).await);
    assert_ne!(media, container);
    assert_eq!(state().await, "PUBLISHED");
    assert_eq!(codes(&raw.publish(&container).await), (24, 2_207_006));
    assert_eq!(stage.ledger().len(), 1);

    let old = id(&raw.create(&[("image_url", &raw.photo())]).await);
    stage.bench.clock.advance(Duration::from_secs(24 * 3600));
    let body: Value = raw.get(&format!("{old}?fields=status_code")).await.json().unwrap();
    assert_eq!(body["status_code"], "EXPIRED");
    assert_eq!(codes(&raw.publish(&old).await), (-2, 2_207_020));
    assert_eq!(codes(&raw.publish("17889000000000000").await), (24, 2_207_008));
}

#[tokio::test]
async fn a_day_has_400_containers() {
    let stage = Stage::new();
    let raw = Raw::instagram(&stage).await;
    let photo = raw.photo();
    for _ in 0..400 {
        id(&raw.create(&[("image_url", &photo)]).await);
    }
    assert_eq!(codes(&raw.create(&[("image_url", &photo)]).await).0, 9);
    stage.bench.clock.advance(Duration::from_secs(24 * 3600));
    id(&raw.create(&[("image_url", &photo)]).await);
}

#[tokio::test]
async fn carousels_want_finished_children() {
    let stage = Stage::new();
    let raw = Raw::instagram(&stage).await;
    let child = || [("image_url", raw.photo()), ("is_carousel_item", "true".to_owned())];
    let mut ids = Vec::new();
    for _ in 0..2 {
        let params = child();
        let params: Vec<(&str, &str)> = params.iter().map(|(k, v)| (*k, v.as_str())).collect();
        ids.push(id(&raw.create(&params).await));
    }
    let children = ids.join(",");
    let parent = [("media_type", "CAROUSEL"), ("children", children.as_str())];
    assert_eq!(codes(&raw.create(&parent).await), (9007, 2_207_027));
    stage.bench.clock.advance(Duration::from_secs(3));
    assert_eq!(codes(&raw.publish(&ids[0]).await).0, 100);
    id(&raw.create(&parent).await);
}

#[tokio::test]
async fn fields_hosts_and_versions_are_checked() {
    let stage = Stage::new();
    let raw = Raw::instagram(&stage).await;
    assert_eq!(codes(&raw.get("me?fields=id,followers").await), (100, 0));
    assert_eq!(codes(&raw.get("me?fields=id,").await).0, 2500);
    assert_eq!(codes(&raw.get("me/impressions").await), (2500, 0));
    let old = raw.send(Call::get("raw", "https://graph.instagram.com/v20.0/me")).await;
    assert_eq!(codes(&old).0, 2500);
    assert_eq!(codes(&raw.get("17841000000000000/media").await), (100, 33));
    let foreign = raw.send(Call::get("raw", "https://graph.facebook.com/v26.0/me")).await;
    assert_eq!((foreign.status, codes(&foreign).0), (StatusCode::UNAUTHORIZED, 190));
    let media = raw.send(Call::new(
        "raw",
        Safety::Invisible,
        Method::DELETE,
        "https://graph.instagram.com/v26.0/18000000000000000",
    ));
    assert_eq!(codes(&media.await), (100, 33));
    let me = raw.get("me?fields=user_id,username").await;
    assert!(me.header("x-business-use-case-usage").is_some_and(|h| h.contains("\"instagram\"")));
    let body: Value = me.json().unwrap();
    assert_ne!(body["id"], body["user_id"], "two id spaces");
}

#[tokio::test]
async fn calls_of_a_day_are_counted_told_and_refused() {
    let stage = Stage::new();
    let raw = Raw::instagram(&stage).await;
    let usage = |reply: &Reply| {
        let text = reply.header("x-business-use-case-usage").expect("usage").to_owned();
        let usage: Value = serde_json::from_str(&text).expect("JSON");
        let entry = usage.as_object().and_then(|all| all.values().next()).expect("an entry")[0].clone();
        (entry["call_count"].as_u64(), entry["estimated_time_to_regain_access"].as_u64())
    };
    let made = usage(&raw.get("me?fields=user_id").await);
    assert_eq!(made, (Some(1), Some(0)), "48,000 a day at the least");
    stage.calls_per_day(20);
    let mut last = (None, None);
    let mut refused = None;
    for _ in 0..21 {
        let reply = raw.get("me?fields=user_id").await;
        if reply.status == StatusCode::OK {
            last = usage(&reply);
        } else {
            refused = Some(reply);
            break;
        }
    }
    assert_eq!(last, (Some(100), Some(0)));
    let refused = refused.expect("one too many");
    assert_eq!((refused.status, codes(&refused)), (StatusCode::BAD_REQUEST, (80_002, 0)));
    let (percent, minutes) = usage(&refused);
    assert!(percent == Some(100) && minutes.is_some_and(|n| (1_380..=1_440).contains(&n)), "{minutes:?}");
    assert_eq!(stage.bench.world.tally().refusals(NAME), 1);
    stage.bench.clock.advance(Duration::from_secs(24 * 3600));
    assert_eq!(raw.get("me?fields=user_id").await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_proof_is_required_at_facebook() {
    let stage = Stage::new();
    let raw = Raw { session: stage.facebook().await, stage: &stage, base: "https://graph.facebook.com" };
    assert_eq!(codes(&raw.get("me/accounts").await), (100, 0));
    assert_eq!(codes(&raw.get("me/accounts?appsecret_proof=00").await), (100, 0));
}

#[tokio::test]
async fn tokens_keep_their_ages() {
    let stage = Stage::new();
    let raw = Raw::instagram(&stage).await;
    let token = raw.session.credential().access_token;
    let refresh = |token: &Secret| {
        let query = [("grant_type", "ig_refresh_token"), ("access_token", token.expose())];
        Call::get("raw", "https://graph.instagram.com/refresh_access_token").query(query)
    };
    assert_eq!(raw.send(refresh(&token)).await.status, StatusCode::BAD_REQUEST);
    stage.bench.clock.advance(Duration::from_secs(24 * 3600));
    assert_eq!(raw.send(refresh(&token)).await.status, StatusCode::OK);
    stage.bench.clock.advance(Duration::from_secs(60 * 24 * 3600));
    assert_eq!(codes(&raw.send(refresh(&token)).await), (190, 463));
    let short =
        stage.bench.world.tokens().list().into_iter().find(|(t, _)| t.extra["type"] == "ig_short").unwrap().0;
    let call = Call::get("raw", "https://graph.instagram.com/v26.0/me").bearer(&Secret::new(short.value));
    let reply = crate::kit::http::Transport::send(
        &crate::sandbox::InProcess::over(stage.bench.sandbox.clone()),
        call,
        None,
    )
    .await;
    assert_eq!(codes(&reply.unwrap()), (190, 463));
}

#[tokio::test]
async fn the_public_pages_show_what_followers_see() {
    let stage = Stage::new();
    let session = stage.instagram().await;
    session.publish(&stage.picture("seen by <everybody>")).await;
    session.publish(&story(draft("", [stage.bench.library.jpeg(1080, 1920, None)]))).await;
    for path in ["/", "/marafields"] {
        let page = testing::open(&stage.bench.sandbox, &format!("https://www.instagram.com{path}"))
            .await
            .snippet(20_000);
        assert!(page.contains("seen by &lt;everybody&gt;") && page.contains("Story"), "{page}");
    }
    stage.bench.clock.advance(Duration::from_secs(24 * 3600));
    let page =
        testing::open(&stage.bench.sandbox, "https://www.instagram.com/marafields").await.snippet(20_000);
    assert!(page.contains("everybody") && !page.contains("Story"));
    let missing = testing::open(&stage.bench.sandbox, "https://www.instagram.com/p/none/").await;
    assert_eq!(
        (missing.status, missing.headers.contains_key("location")),
        (StatusCode::NOT_FOUND, HeaderMap::new().contains_key("x"))
    );
}

#[tokio::test]
async fn a_restart_keeps_everything() {
    let stage = Stage::new();
    let session = stage.instagram().await;
    session.publish(&stage.picture("kept")).await;
    let snapshot = stage.bench.world.snapshot().unwrap();
    let other = Stage::new();
    other.bench.world.restore(&snapshot).unwrap();
    assert_eq!(other.bench.world.ledger().of(NAME).len(), 1);
    let call = Call::get(
        "raw",
        format!("https://graph.instagram.com/v26.0/{}/media?fields=caption", session.account.remote_id),
    )
    .bearer(&session.credential().access_token);
    let reply = crate::kit::http::Transport::send(
        &crate::sandbox::InProcess::over(other.bench.sandbox.clone()),
        call,
        None,
    )
    .await;
    assert!(reply.unwrap().snippet(500).contains("kept"));
}

#[tokio::test]
async fn insights_are_refused_for_what_the_network_refuses() {
    let stage = Stage::new();
    let raw = Raw::instagram(&stage).await;
    let post = raw.session.publish(&stage.picture("feed")).await.remote_ids().remove(0);
    let account = raw.account();
    let now = 1_793_610_000_i64;
    let ask = async |query: &str| raw.get(&format!("{account}/insights?{query}")).await;
    let month = format!("metric=reach&period=day&metric_type=total_value&since={}", now - 31 * 86_400);
    let long_ago =
        format!("metric=reach&period=day&metric_type=total_value&since={0}&until={0}", now - 100 * 86_400);
    let refused = [
        ("metric=impressions&period=day&metric_type=total_value", 100, "gone since April 2025"),
        ("metric=views&period=day", 100, "only as a total"),
        ("metric=follower_count&period=day&metric_type=total_value", 100, "only day by day"),
        ("metric=views&period=week&metric_type=total_value", 100, "no such period"),
        ("metric=follower_demographics&period=day&metric_type=total_value&breakdown=age", 100, "no days"),
        (
            "metric=follower_demographics&period=lifetime&metric_type=total_value&breakdown=age",
            100,
            "no timeframe",
        ),
        (
            "metric=reach,likes&period=day&metric_type=total_value&breakdown=follow_type",
            1,
            "likes have no such split",
        ),
        ("period=day", 100, "no metric"),
        (&month, 100, "more than 30 days"),
        (&long_ago, 100, "kept for 90 days"),
    ];
    for (query, code, why) in refused {
        assert_eq!(codes(&ask(query).await), (code, 0), "{why}");
    }
    let of_post = async |query: &str| raw.get(&format!("{post}/insights?{query}")).await;
    for (metric, code) in [("plays", 100), ("navigation", 100), ("total_views", 100)] {
        assert_eq!(codes(&of_post(&format!("metric=views,{metric}")).await), (code, 0), "{metric}");
    }
    assert_eq!(codes(&of_post("metric=views&period=day").await), (100, 0));
    assert_eq!(codes(&of_post("metric=views&breakdown=action_type").await), (1, 0));
    let series = ask(&format!("metric=reach&period=day&since={}", now - 7 * 86_400)).await;
    let values = series.json::<Value>().unwrap()["data"][0]["values"].as_array().unwrap().clone();
    assert!((6..=7).contains(&values.len()), "{values:?}");
}
