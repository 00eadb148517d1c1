//! What Analytics tells, with its days, units and refusals.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use carillon_domain::connector_error::ErrorKind;
use carillon_domain::metric;
use carillon_domain::time::{Clock, Timestamp};
use serde_json::{Value, json};

use super::reports::Reports;
use super::script::{Script, error_of, json_of};
use super::{CONNECTOR, Lab, with_options};
use crate::conformance::{Session, draft};
use crate::contract::insights::{Found, Insights, Metric, Observation, PostRef, Window};
use crate::contract::reader::Reader;
use crate::kit::http::{Call, Reply, SendError, Transport};
use crate::platforms::youtube::sandbox::Memory;

const DAY: u64 = 86_400;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn window(from: &str, to: &str) -> Window {
    Window { from: at(from), to: at(to) }
}

async fn account(session: &Session<'_>, window: Window) -> Found {
    session.refresh().await.unwrap();
    session.account_numbers(window).await.unwrap()
}

fn of<'a>(found: &'a Found, metric: &str, by: Option<&str>) -> Vec<&'a Observation> {
    let fits = |o: &&Observation| o.metric == metric && o.part.as_ref().map(|(by, _)| *by) == by;
    found.observations.iter().filter(fits).collect()
}

fn sum(of: &[&Observation]) -> i64 {
    of.iter().map(|o| o.value).sum()
}

/// What the reader says that everybody sees: views of the channel, and of a video.
async fn public(session: &Session<'_>, id: &str) -> (i64, i64) {
    session.refresh().await.unwrap();
    let credential = session.credential();
    let cx = session.cx(&credential);
    let views = |counts: &[crate::contract::reader::Count]| {
        counts.iter().find(|c| c.metric == "views").unwrap().value
    };
    let channel = views(&CONNECTOR.profile(&cx).await.unwrap().counts);
    let page = Reader::posts(&CONNECTOR, &cx, None).await.unwrap();
    (channel, page.posts.iter().find(|p| p.remote_id == id).map_or(0, |p| views(&p.counts)))
}

async fn published(lab: &Lab, session: &Session<'_>) -> String {
    let outcome = session.publish(&lab.post("Waves")).await;
    assert!(outcome.is_published(), "{outcome:?}");
    outcome.remote_ids()[0].clone()
}

#[tokio::test]
async fn days_are_those_of_los_angeles_and_the_newest_are_missing() {
    let lab = Lab::new();
    let session = lab.connect().await;
    // Clocks went back on 1 November: that day has 25 hours. It is the night to the 6th there.
    lab.bench.clock.advance_to(at("2026-11-06T07:00:00Z"));
    let found = account(&session, window("2026-10-30T12:00:00Z", "2026-11-06T07:00:00Z")).await;
    assert_eq!(found.missing, []);
    let days: Vec<_> = of(&found, "views", None).iter().map(|o| o.window.unwrap()).collect();
    let shown: Vec<_> = days.iter().map(|w| (w.from.to_string(), w.to.to_string())).collect();
    let pairs = [
        // The 30th began before the window, so it is the last one of the window before.
        ("2026-10-31T07:00:00Z", "2026-11-01T07:00:00Z"),
        ("2026-11-01T07:00:00Z", "2026-11-02T08:00:00Z"),
        // The 3rd, 4th and 5th have no numbers yet.
        ("2026-11-02T08:00:00Z", "2026-11-03T08:00:00Z"),
    ];
    assert_eq!(shown, pairs.map(|(from, to)| (from.to_owned(), to.to_owned())));
    let whole = Some(window("2026-10-31T07:00:00Z", "2026-11-03T08:00:00Z"));
    let total = sum(&of(&found, "views", None));
    for by in ["traffic_source", "country", "device"] {
        for metric in ["views", "watch_time"] {
            let parts = of(&found, metric, Some(by));
            assert!(
                parts.len() > 2 && parts.iter().all(|o| o.window == whole),
                "{metric} by {by}: what was counted"
            );
            assert!(parts.iter().all(|o| o.value > 0), "{metric} by {by}");
        }
        // Each part is rounded by itself.
        assert!((sum(&of(&found, "views", Some(by))) - total).abs() <= 10, "{by}");
    }
    assert!(of(&found, "watch_time", None).iter().all(|o| o.value > 0 && o.value % 60_000 == 0));
    assert_eq!(lab.calls("reports.query"), 4);
    let asked = &lab.of("reports.query");
    assert_eq!(
        (asked[0].get("startDate").as_deref(), asked[0].get("endDate").as_deref()),
        (Some("2026-10-31"), Some("2026-11-04")),
        "the day that is not over is not asked for"
    );
    assert!(asked[1..].iter().all(|e| e.get("endDate").as_deref() == Some("2026-11-02")));
}

#[tokio::test]
async fn nothing_is_asked_of_days_that_are_not_over() {
    let lab = Lab::new();
    let session = lab.connect().await;
    let now = lab.bench.clock.now();
    for window in [
        Window { from: now, to: now + Duration::from_secs(DAY) },
        Window { from: now, to: now },
        Window { from: now + Duration::from_secs(DAY), to: now },
    ] {
        assert_eq!(account(&session, window).await, Found::default());
    }
    // Days that are over, and have no numbers yet, are no zeros.
    let found = account(&session, Window { from: now - Duration::from_secs(2 * DAY), to: now }).await;
    assert_eq!((found, lab.calls("reports.query")), (Found::default(), 1));
}

#[tokio::test]
async fn the_numbers_are_those_that_the_public_counters_grew_by() {
    let lab = Lab::new();
    let session = lab.connect().await;
    // Midnights in Los Angeles.
    let (from, to) = ("2026-11-03T08:00:00Z", "2026-11-08T08:00:00Z");
    lab.bench.clock.advance_to(at(from));
    let (before, _) = public(&session, "").await;
    // The sandbox takes the length from the size: a minute.
    let film = session.publish(&draft("Waves", [lab.film(14_750_000)])).await;
    let id = film.remote_ids()[0].clone();
    lab.bench.clock.advance_to(at(to));
    let (after, of_video) = public(&session, &id).await;
    lab.bench.clock.advance(Duration::from_secs(3 * DAY));
    let found = account(&session, window(from, to)).await;
    assert!(of_video > 0, "somebody watched");
    assert_eq!(sum(&of(&found, "views", None)), after - before);
    let credential = session.credential();
    let cx = session.cx(&credential);
    let private = session.publish(&with_options(lab.post("Mine"), json!({ "privacy": "private" }))).await;
    let private = private.remote_ids()[0].clone();
    let posts = [&id, private.as_str(), "unknown1234", "not;an==id"]
        .map(|remote_id| PostRef { remote_id, published_at: at(from) });
    let answers = Insights::posts(&CONNECTOR, &cx, &posts).await.unwrap();
    assert_eq!(answers[1..], [Found::default(), Found::default(), Found::default()]);
    let names: Vec<_> =
        answers[0].observations.iter().map(|o| (o.metric, o.part.clone(), o.window)).collect();
    let offered: Vec<_> = CONNECTOR.offers().post.iter().map(|m| (m.name, None, None)).collect();
    assert_eq!(names, offered);
    // A minute long, and not quite half of it watched.
    let one = |metric: &str| of(&answers[0], metric, None)[0].value;
    assert_eq!((one("average_watch_time"), one("average_watched")), (26_000, 4_350));
    assert!(
        one("watch_time") > of_video * 26_000 && one("watch_time") < of_video * 60_000,
        "{}",
        one("watch_time")
    );
    let asked = lab.of("reports.query").pop().unwrap();
    assert_eq!(asked.get("filters"), Some(format!("video=={id},{private},unknown1234")));
    assert_eq!(
        (asked.get("startDate").as_deref(), asked.get("endDate").as_deref()),
        (Some("2026-11-03"), Some("2026-11-11"))
    );
    assert_eq!(
        (asked.get("sort").as_deref(), asked.get("maxResults").as_deref()),
        (Some("-estimatedMinutesWatched"), Some("3"))
    );
    // None of them could be a video: nobody is asked.
    let before = lab.calls("reports.query");
    assert_eq!(Insights::posts(&CONNECTOR, &cx, &posts[3..]).await.unwrap(), [Found::default()]);
    assert_eq!(Insights::posts(&CONNECTOR, &cx, &[]).await.unwrap(), []);
    assert_eq!(lab.calls("reports.query"), before);
}

#[tokio::test]
async fn viewers_are_shares_of_all_of_them() {
    let lab = Lab::new();
    let session = lab.connect().await;
    let credential = session.credential();
    let found = CONNECTOR.audience(&session.cx(&credential)).await.unwrap();
    assert_eq!(found.missing, []);
    // It is 2 November in Los Angeles. Ninety days, over the summer's end.
    let days = Some(window("2026-08-02T07:00:00Z", "2026-10-31T07:00:00Z"));
    assert!(found.observations.iter().all(|o| o.window == days), "{:?}", found.observations[0]);
    for (by, values) in [("age", 7), ("gender", 3)] {
        let shares = of(&found, "viewers", Some(by));
        assert_eq!((shares.len(), sum(&shares)), (values, 10_000), "{by}");
    }
    assert!(
        of(&found, "views", Some("country")).iter().any(|o| o.part == Some(("country", "DE".to_owned())))
    );
}

#[tokio::test]
async fn a_grant_without_the_scope_loses_these_numbers_alone() {
    let lab = Lab::new();
    let unticked = vec!["yt-analytics.readonly".to_owned(), "youtube.readonly".to_owned()];
    lab.bench.world.state("youtube", |memory: &mut Memory| memory.rules.unticked = unticked);
    let session = lab.connect().await;
    let id = published(&lab, &session).await;
    let (views, _) = public(&session, &id).await;
    assert!(views > 0, "what everybody sees is read as before");
    let credential = session.credential();
    let cx = session.cx(&credential);
    let now = lab.bench.clock.now();
    let mut found =
        vec![account(&session, Window { from: now - Duration::from_secs(9 * DAY), to: now }).await];
    found.push(CONNECTOR.audience(&cx).await.unwrap());
    assert_eq!(lab.calls("reports.query"), 2, "once refused is refused for all");
    found.extend(
        Insights::posts(&CONNECTOR, &cx, &[PostRef { remote_id: &id, published_at: now }]).await.unwrap(),
    );
    let offers = CONNECTOR.offers();
    for (found, offered) in found.iter().zip([offers.account, offers.audience, offers.post]) {
        let is_named = |m: &Metric| found.missing.iter().any(|missing| missing.names(m));
        assert!(offered.iter().all(is_named), "{found:?}");
        let cause = &found.missing[0].cause;
        assert!(found.missing.iter().all(|missing| missing.cause == *cause), "{found:?}");
        assert_eq!(
            (&cause.kind, cause.code.as_str()),
            (&ErrorKind::PermissionMissing, "analytics_scope_missing")
        );
        assert!(
            cause.action.starts_with("Connect the account again")
                && cause.action.contains("Publishing works"),
            "{}",
            cause.action
        );
        assert_eq!(found.observations, []);
    }
}

fn table(columns: &[&str], rows: Value) -> Value {
    let headers: Vec<_> = columns
        .iter()
        .map(|name| json!({ "name": name, "columnType": "METRIC", "dataType": "INTEGER" }))
        .collect();
    json!({ "kind": "youtubeAnalytics#resultTable", "columnHeaders": headers, "rows": rows })
}

#[tokio::test]
async fn values_come_in_our_units_and_by_the_names_of_their_columns() {
    let columns = [
        "averageViewPercentage",
        "day",
        "views",
        "estimatedMinutesWatched",
        "averageViewDuration",
        "likes",
        "comments",
    ];
    let rows = json!([
        [43.567, "2026-10-29", 100, 197, 118, -2, null],
        [104.5, "2026-10-30", 0, 0, 0.4, 0, "7"],
        [1, 20261031, 5, 5, 5, 5, 5],
        [1],
        [1, "no day", 5, 5, 5, 5, 5],
    ]);
    let empty = json!({ "kind": "youtubeAnalytics#resultTable" });
    let lab = Lab::scripted(
        Script::default().only("reports.query", [json_of(200, &table(&columns, rows)), json_of(200, &empty)]),
    );
    let session = lab.adopted();
    let credential = session.credential();
    let found = CONNECTOR
        .account(&session.cx(&credential), window("2026-10-29T07:00:00Z", "2026-11-01T07:00:00Z"))
        .await
        .unwrap();
    let day = |n: usize| {
        let from = at("2026-10-29T07:00:00Z") + Duration::from_secs(DAY * n as u64);
        Some(Window { from, to: from + Duration::from_secs(DAY) })
    };
    let values = |n| {
        let on = found.observations.iter().filter(|o| o.window == day(n));
        on.map(|o| (o.metric, o.value, o.native)).collect::<Vec<_>>()
    };
    let first = [
        ("views", 100, "views"),
        ("watch_time", 11_820_000, "estimatedMinutesWatched"),
        ("average_watch_time", 118_000, "averageViewDuration"),
        ("average_watched", 4_357, "averageViewPercentage"),
        ("likes", -2, "likes"),
    ];
    assert_eq!(values(0), first);
    let second = [
        ("views", 0),
        ("watch_time", 0),
        ("average_watch_time", 400),
        ("average_watched", 10_450),
        ("likes", 0),
    ];
    assert_eq!(values(1).into_iter().map(|(metric, value, _)| (metric, value)).collect::<Vec<_>>(), second);
    assert_eq!(found.observations.len(), 10, "rows that make no sense are left out");
}

/// Refuses every table with one of these metrics.
struct Refusing(&'static [&'static str], Mutex<usize>);

#[async_trait]
impl Transport for Refusing {
    async fn send(&self, call: Call, _: Option<Duration>) -> Result<Reply, SendError> {
        *self.1.lock().unwrap() += 1;
        let query = call.url.split_once('?').unwrap().1;
        let get = |name: &str| {
            form_urlencoded::parse(query.as_bytes()).find(|(k, _)| k == name).unwrap().1.into_owned()
        };
        let (dimension, metrics) = (get("dimensions"), get("metrics"));
        let metrics: Vec<_> = metrics.split(',').collect();
        if metrics.iter().any(|metric| self.0.contains(metric)) {
            return error_of(400, "badRequest");
        }
        let key = if dimension == "day" { "2026-10-29" } else { "dQw4w9WgXcQ" };
        let mut row = vec![json!(key)];
        row.extend(metrics.iter().map(|_| json!(1)));
        json_of(200, &table(&[vec![dimension.as_str()], metrics].concat(), json!([row])))
    }
}

#[tokio::test]
async fn one_refused_metric_loses_no_other() {
    for (refused, names) in [
        (&["engagedViews", "subscribersLost"], ["engaged_views", "unfollows"]),
        // Videos are sorted by the first of these.
        (&["estimatedMinutesWatched", "subscribersGained"], ["watch_time", "follows"]),
    ] {
        refused_metrics(refused, names).await;
    }
}

async fn refused_metrics(refused: &'static [&'static str], names: [&str; 2]) {
    let mut lab = Lab::scripted(Script::default());
    let wire = std::sync::Arc::new(Refusing(refused, Mutex::default()));
    lab.bench.http = crate::kit::http::Http::new(wire.clone(), lab.bench.clock.clone());
    let session = lab.adopted();
    let credential = session.credential();
    let cx = session.cx(&credential);
    let days = window("2026-10-29T07:00:00Z", "2026-10-30T07:00:00Z");
    let of_account = CONNECTOR.account(&cx, days).await.unwrap();
    let post = PostRef { remote_id: "dQw4w9WgXcQ", published_at: days.from };
    let of_post = Insights::posts(&CONNECTOR, &cx, &[post]).await.unwrap().remove(0);
    let offers = CONNECTOR.offers();
    for (found, offered) in [(of_account, offers.account), (of_post, offers.post)] {
        let mut lost: Vec<_> = found.missing.iter().flat_map(|m| m.metrics.clone()).collect();
        // Of the account minutes are also refused by traffic source, country and device.
        lost.dedup();
        assert_eq!(lost.iter().copied().collect::<BTreeSet<_>>(), BTreeSet::from(names));
        assert!(found.missing.iter().all(|m| m.cause.code == "report_refused" && !m.cause.action.is_empty()));
        for metric in offered.iter().filter(|m| !lost.contains(&m.name)) {
            assert_eq!(of(&found, metric.name, metric.by).len(), 1, "{metric:?}");
        }
    }
    let calls = *wire.1.lock().unwrap();
    assert!(calls <= 40, "{calls} calls");
}

#[tokio::test]
async fn numbers_that_came_outlive_a_limit() {
    // The report by day comes; of the reports on parts none does.
    let came = table(&["day", "views"], json!([["2026-10-29", 12]]));
    let limit = || error_of(403, "quotaExceeded");
    let lab = Lab::scripted(
        Script::default().on("reports.query", json_of(200, &came)).on("reports.query", limit()),
    );
    let session = lab.adopted();
    let days = window("2026-10-29T07:00:00Z", "2026-10-30T07:00:00Z");
    let found = session.account_numbers(days).await.unwrap();
    assert_eq!(sum(&of(&found, "views", None)), 12);
    let lost: Vec<_> =
        found.missing.iter().map(|m| (m.by, m.metrics.as_slice(), m.cause.kind.code())).collect();
    let both = &["views", "watch_time"][..];
    assert_eq!(lost, ["traffic_source", "country", "device"].map(|by| (Some(by), both, "rate_limited")));
    assert_eq!(lab.calls("reports.query"), 2, "the other parts are not asked for");
}

#[tokio::test]
async fn what_concerns_everything_is_an_error() {
    for (answer, kind) in [
        (error_of(401, "authError"), ErrorKind::AuthExpired),
        (error_of(503, "backendError"), ErrorKind::Transient),
        (error_of(403, "quotaExceeded"), ErrorKind::RateLimited { until: Some(at("2026-11-03T08:00:00Z")) }),
    ] {
        let lab = Lab::scripted(Script::default().on("reports.query", answer));
        let session = lab.adopted();
        let credential = session.credential();
        let cx = session.cx(&credential);
        let days = window("2026-10-29T07:00:00Z", "2026-10-30T07:00:00Z");
        assert_eq!(CONNECTOR.account(&cx, days).await.unwrap_err().kind, kind);
        assert_eq!(CONNECTOR.audience(&cx).await.unwrap_err().kind, kind);
        let post = PostRef { remote_id: "dQw4w9WgXcQ", published_at: days.from };
        assert_eq!(Insights::posts(&CONNECTOR, &cx, &[post]).await.unwrap_err().kind, kind);
    }
}

#[tokio::test]
async fn what_is_offered_is_defined_and_comes() {
    let offers = CONNECTOR.offers();
    for (n, metric) in [offers.account, offers.post, offers.audience].concat().iter().enumerate() {
        assert!(metric::definition(metric.name).is_some(), "{metric:?}");
        assert!(n < offers.account.len() || metric.name != "likes", "the reader has it");
    }
    let lab = Lab::new();
    let session = lab.connect().await;
    published(&lab, &session).await;
    lab.bench.clock.advance(Duration::from_secs(9 * DAY));
    let now = lab.bench.clock.now();
    let from = now - Duration::from_secs(u64::from(offers.window_days) * DAY);
    let found = account(&session, Window { from, to: now }).await;
    for metric in offers.account {
        assert!(!of(&found, metric.name, metric.by).is_empty(), "{metric:?}");
    }
}

#[tokio::test]
async fn every_table_that_is_asked_for_is_in_use() {
    let test = "platforms::youtube::tests::insights::every_table_that_is_asked_for_is_in_use";
    let Some(reports) = Reports::needed(test) else { return };
    let lab = Lab::new();
    let session = lab.connect().await;
    let id = published(&lab, &session).await;
    let now = lab.bench.clock.now();
    account(&session, Window { from: now - Duration::from_secs(9 * DAY), to: now }).await;
    let credential = session.credential();
    let cx = session.cx(&credential);
    Insights::posts(&CONNECTOR, &cx, &[PostRef { remote_id: &id, published_at: now }]).await.unwrap();
    CONNECTOR.audience(&cx).await.unwrap();
    let mut asked = lab.of("reports.query");
    assert_eq!(asked.len(), 8);
    assert!(asked.iter().all(|exchange| reports.has(exchange)), "{asked:?}");
    // And it looks.
    for (right, wrong) in
        [("dimensions=day", "dimensions=device"), ("metrics=views", "metrics=viewerPercentage")]
    {
        assert!(asked[0].url.contains(right));
        asked[1].url = asked[0].url.replace(right, wrong);
        assert!(!reports.has(&asked[1]), "{wrong}");
    }
}
