//! What the owner alone is told: connector and sandbox together, and what is asked to the letter.

use std::collections::BTreeSet;
use std::time::Duration;

use carillon_domain::connector_error::ErrorKind;
use carillon_domain::time::{Clock, Timestamp};
use serde_json::json;

use super::canned::{Answer, PAGE, Stage, no, ok};
use crate::conformance::{Bench, Connect, Session, draft};
use crate::contract::connector::Connector;
use crate::contract::insights::{Found, Insights, Metric, Observation, Window};
use crate::platforms::linkedin::CONNECTOR;
use crate::platforms::linkedin::sandbox::simulator;
use crate::sandbox::{Fault, FaultKind, When};

const DAY: Duration = Duration::from_secs(86_400);

fn insights() -> &'static dyn Insights {
    CONNECTOR.insights().expect("it gives insights")
}

fn bench() -> Bench {
    Bench::new(simulator())
}

async fn page(bench: &Bench) -> Session<'_> {
    let how = Connect::as_persona("marafields").flavour("organization");
    bench.connect(&CONNECTOR, how).await.expect("connected")
}

/// A member; with the numbers of members, or without.
async fn member<'b>(bench: &'b Bench, analytics: &str) -> Session<'b> {
    let mut settings = bench.settings(&CONNECTOR);
    settings.values.insert("member_analytics".to_owned(), analytics.to_owned());
    let how = Connect::as_persona("marafields").flavour("member");
    bench.connect_with(&CONNECTOR, settings, how).await.expect("connected")
}

/// Goes on to the next midnight.
fn to_midnight(bench: &Bench) {
    let now = bench.clock.now().as_second();
    let midnight = Timestamp::from_second((now / 86_400 + 1) * 86_400).expect("time");
    bench.clock.advance_to(midnight);
}

/// The last days until now.
fn last(bench: &Bench, days: u32) -> Window {
    let to = bench.clock.now();
    Window { from: to - DAY * days, to }
}

/// Publishes some texts and some videos, and lets people look at them.
async fn published(session: &Session<'_>) -> Vec<(String, Timestamp)> {
    let mut ids = Vec::new();
    for n in 0..12 {
        let files = (n % 3 == 0).then(|| session.bench.library.mp4(90_000 + n, 9_000, None));
        let at = session.bench.clock.now();
        let outcome = session.publish(&draft(&format!("Number {n}"), files)).await;
        assert!(outcome.is_published(), "{outcome:?}");
        ids.extend(outcome.remote_ids().into_iter().map(|id| (id, at)));
    }
    session.bench.clock.advance(DAY * 3);
    ids
}

async fn all_posts(session: &Session<'_>, ids: &[(String, Timestamp)]) -> Vec<Found> {
    let ids: Vec<(&str, Timestamp)> = ids.iter().map(|(id, at)| (id.as_str(), *at)).collect();
    let mut all = Vec::new();
    for some in ids.chunks(insights().offers().posts_at_once) {
        all.extend(session.post_numbers(some).await.expect("posts"));
    }
    all
}

type Key = (&'static str, Option<&'static str>, &'static str);

fn keys(all: &[Metric]) -> BTreeSet<Key> {
    all.iter().map(|m| (m.name, m.by, m.native)).collect()
}

fn given<'a>(found: impl IntoIterator<Item = &'a Found>) -> BTreeSet<Key> {
    let all = found.into_iter().flat_map(|f| &f.observations);
    all.map(|o| (o.metric, o.part.as_ref().map(|(by, _)| *by), o.native)).collect()
}

fn missing(found: &Found) -> Vec<&'static str> {
    found.missing.iter().flat_map(|m| m.metrics.iter().copied()).collect()
}

fn of<'a>(found: &'a Found, metric: &str) -> Vec<&'a Observation> {
    found.observations.iter().filter(|o| o.metric == metric).collect()
}

#[tokio::test]
async fn everything_that_is_offered_is_given_by_one_login_or_the_other() {
    let (mut of_account, mut of_posts, mut of_audience) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for flavour in ["organization", "member"] {
        let bench = bench();
        let session = if flavour == "member" { member(&bench, "on").await } else { page(&bench).await };
        let ids = published(&session).await;
        let (whole, each) = (
            session.account_numbers(last(&bench, 5)).await.expect("numbers"),
            all_posts(&session, &ids).await,
        );
        let who = session.audience().await.expect("audience");
        for found in each.iter().chain([&whole, &who]) {
            assert_eq!(found.missing, [], "{flavour}");
            assert!(
                found.observations.iter().all(|o| carillon_domain::metric::definition(o.metric).is_some())
            );
        }
        of_account.extend(given([&whole]));
        of_posts.extend(given(&each));
        of_audience.extend(given([&who]));
    }
    let offers = insights().offers();
    assert_eq!(of_account, keys(offers.account));
    assert_eq!(of_posts, keys(offers.post));
    assert_eq!(of_audience, keys(offers.audience));
}

#[tokio::test]
async fn windows_are_whole_days_that_add_up() {
    let bench = bench();
    let session = page(&bench).await;
    let ids = published(&session).await;
    to_midnight(&bench);
    let found = session.account_numbers(last(&bench, 4)).await.expect("numbers");
    for metric in ["views", "follows", "profile_visits"] {
        let days = of(&found, metric);
        assert_eq!(days.len(), 4, "{metric}: four days back from midnight");
        for day in &days {
            let window = day.window.expect("a window");
            assert_eq!(window.to.duration_since(window.from).as_hours(), 24);
            assert_eq!(window.from.as_second() % 86_400, 0);
        }
        assert!(days.iter().map(|d| d.value).sum::<i64>() > 0, "{metric}");
    }
    let by_day: i64 = of(&found, "views").iter().map(|o| o.value).sum();
    let by_post: i64 =
        all_posts(&session, &ids).await.iter().flat_map(|f| of(f, "views")).map(|o| o.value).sum();
    assert_eq!(by_day, by_post, "all posts are younger than the window");
    // A day that goes on would look like a fall.
    bench.clock.advance(DAY / 3);
    let now = bench.clock.now();
    let morning = session.account_numbers(last(&bench, 4)).await.expect("numbers");
    for metric in ["views", "follows", "profile_visits"] {
        let days = of(&morning, metric);
        assert_eq!(days.len(), 3, "{metric}: the first one had begun, the last one is not over");
        assert!(days.iter().all(|day| day.window.is_some_and(|window| window.to <= now)), "{days:?}");
    }
    // What is too long ago is not asked for at all.
    let before = bench.diary.entries().len();
    let old = Window { from: bench.clock.now() - DAY * 500, to: bench.clock.now() - DAY * 400 };
    assert_eq!(session.account_numbers(old).await.expect("nothing"), Found::default());
    assert_eq!(bench.diary.entries().len(), before);
}

#[tokio::test]
async fn a_members_sums_come_for_the_window_and_the_rest_by_day() {
    let bench = bench();
    let session = member(&bench, "on").await;
    published(&session).await;
    to_midnight(&bench);
    let window = last(&bench, 4);
    let found = session.account_numbers(window).await.expect("numbers");
    assert_eq!(of(&found, "views").len(), 4);
    assert_eq!(of(&found, "follows").len(), 4);
    let reach = of(&found, "reach");
    let span = reach[0].window.expect("a window");
    assert_eq!((reach.len(), span.to.duration_since(span.from).as_hours()), (1, 4 * 24), "{reach:?}");
    assert_eq!((span.from, span.to), (window.from, window.to), "the days that begin in it");
    assert!(reach[0].value > 0 && reach[0].value <= of(&found, "views").iter().map(|o| o.value).sum::<i64>());
}

#[tokio::test]
async fn a_refused_metric_loses_only_itself() {
    for (flavour, operation, lost) in [
        ("organization", "statistics.followers", vec!["follows"]),
        ("organization", "statistics.page", vec!["profile_visits"]),
        (
            "organization",
            "statistics.shares",
            vec!["views", "reach", "likes", "comments", "shares", "clicks"],
        ),
        ("member", "member.posts", vec!["views"]),
        ("member", "member.followers", vec!["follows"]),
    ] {
        let bench = bench();
        let session = if flavour == "member" { member(&bench, "on").await } else { page(&bench).await };
        published(&session).await;
        let whole = given([&session.account_numbers(last(&bench, 3)).await.expect("numbers")]);
        let fault = Fault::once("linkedin", operation, When::Before, FaultKind::Status).status(403);
        bench.world.faults().add(fault);
        let found = session.account_numbers(last(&bench, 3)).await.expect("numbers");
        assert_eq!(missing(&found), lost, "{operation}");
        let cause = &found.missing[0].cause;
        assert_eq!(
            (&cause.kind, cause.code.as_str()),
            (&ErrorKind::PermissionMissing, "numbers_not_allowed")
        );
        assert!(cause.action.contains("agree to everything"), "{cause:?}");
        let rest: BTreeSet<Key> = whole.into_iter().filter(|(name, ..)| !lost.contains(name)).collect();
        assert_eq!(given([&found]), rest, "{operation}");
    }
}

#[tokio::test]
async fn a_post_keeps_its_other_numbers_when_its_video_is_refused() {
    let bench = bench();
    let session = page(&bench).await;
    let ids = published(&session).await;
    let found = all_posts(&session, &ids).await;
    let seen = found.iter().position(|f| !of(f, "video_views").is_empty()).expect("a video that was watched");
    let one = [(ids[seen].0.as_str(), ids[seen].1)];
    let fault = Fault::once("linkedin", "statistics.videos", When::Before, FaultKind::Status).status(403);
    bench.world.faults().add(fault);
    let again = session.post_numbers(&one).await.expect("posts").remove(0);
    assert_eq!(missing(&again), ["video_views"]);
    assert!(!of(&again, "views").is_empty() && !of(&again, "watch_time").is_empty(), "{again:?}");
    // Limits and outages are nobody's own.
    for (status, limited) in [(429, true), (500, false)] {
        let fault = Fault::once("linkedin", "statistics.shares", When::Before, FaultKind::Status);
        let id = bench.world.faults().add(fault.status(status).times(9));
        let refused = session.post_numbers(&one).await.expect_err("all of it");
        assert_eq!(matches!(refused.kind, ErrorKind::RateLimited { .. }), limited, "{refused:?}");
        bench.world.faults().remove(id);
    }
}

#[tokio::test]
async fn numbers_that_came_outlive_a_limit_and_an_outage() {
    const POSTS: &str = "GET /rest/memberCreatorPostAnalytics";
    for (status, kind) in [(429, "rate_limited"), (503, "transient")] {
        let stage = Stage::new();
        let session = stage.member();
        let mut credential = session.credential();
        credential.scopes = vec!["r_member_postAnalytics".to_owned()];
        session.set_credential(credential);
        let count = |n: i64| ok(&json!({ "elements": [{ "count": n, "metricType": "X" }] }));
        // What comes last is said from then on.
        stage.network.on(POSTS, [count(10), count(11), no(status, &json!({ "status": status }))]);
        let at = session.bench.clock.now();
        let both = [("urn:li:share:7", at), ("urn:li:share:8", at)];
        let found = session.post_numbers(&both).await.expect("two numbers");
        let values: Vec<_> = found[0].observations.iter().map(|o| (o.metric, o.value)).collect();
        assert_eq!(values, [("views", 10), ("reach", 11)], "{status}");
        assert_eq!((missing(&found[0]).len(), missing(&found[1]).len()), (8, 10), "{found:?}");
        let causes = || found.iter().flat_map(|f| &f.missing);
        assert!(causes().count() == 2 && causes().all(|m| m.cause.kind.code() == kind), "{found:?}");
        let asked = stage.network.asked_of(POSTS).len();
        assert!(asked < 3 + 5, "{asked} calls: nothing else is asked");
        // When nothing came, it is an error.
        session.post_numbers(&both).await.expect_err("nothing");
    }
}

#[tokio::test]
async fn a_page_keeps_its_days_when_the_rest_fails() {
    let bench = bench();
    let session = page(&bench).await;
    published(&session).await;
    let all = session.account_numbers(last(&bench, 3)).await.expect("numbers");
    let fault = Fault::once("linkedin", "statistics.followers", When::Before, FaultKind::Status);
    bench.world.faults().add(fault.status(503).times(9));
    let found = session.account_numbers(last(&bench, 3)).await.expect("numbers");
    assert_eq!(missing(&found), ["follows", "profile_visits"]);
    assert_eq!(of(&found, "views"), of(&all, "views"));
    assert!(found.missing.iter().all(|m| m.cause.kind == ErrorKind::Transient), "{found:?}");
}

#[tokio::test]
async fn silent_posts_have_no_data_and_doubles_get_the_same() {
    let bench = bench();
    let session = page(&bench).await;
    let ids = published(&session).await;
    let found = all_posts(&session, &ids).await;
    let silent = found.iter().filter(|f| **f == Found::default()).count();
    assert!((1..ids.len()).contains(&silent), "{silent} of {} are silent", ids.len());
    let loud = found.iter().position(|f| !f.observations.is_empty()).expect("one that was seen");
    let quiet = found.iter().position(|f| f.observations.is_empty()).expect("one that was not");
    let (loud, quiet) = ((ids[loud].0.as_str(), ids[loud].1), (ids[quiet].0.as_str(), ids[quiet].1));
    let old = (loud.0, bench.clock.now() - DAY * 400);
    let strange = [("urn:li:share:1", loud.1), ("17841400000000000", loud.1), ("", loud.1)];
    let asked = [loud, strange[0], loud, strange[1], quiet, strange[2]];
    let answers = session.post_numbers(&asked).await.expect("posts");
    assert_eq!(answers.len(), asked.len());
    assert_eq!(answers[0], answers[2]);
    assert!(answers[0].observations.iter().all(|o| o.window.is_none() && o.part.is_none()));
    assert!([1, 3, 4, 5].iter().all(|n| answers[*n] == Found::default()), "{answers:?}");
    assert_eq!(session.post_numbers(&[old]).await.expect("posts"), [Found::default()], "a year is over");
    let calls = bench.diary.entries().len();
    assert_eq!(session.post_numbers(&[]).await.expect("none"), []);
    assert_eq!(bench.diary.entries().len(), calls);
}

#[tokio::test]
async fn a_login_without_the_scope_asks_nothing_and_says_what_to_do() {
    let bench = bench();
    let session = member(&bench, "off").await;
    let id = session.publish(&draft("Numbers, please", [])).await.remote_ids().remove(0);
    let calls = bench.diary.entries().len();
    let found = session.account_numbers(last(&bench, 3)).await.expect("numbers");
    assert_eq!(found.observations, []);
    let all = ["views", "reach", "likes", "comments", "shares", "saves", "sends", "link_clicks", "follows"];
    assert_eq!(missing(&found), all);
    let of_post = session.post_numbers(&[(id.as_str(), bench.clock.now())]).await.expect("posts").remove(0);
    for cause in found.missing.iter().chain(&of_post.missing).map(|m| &m.cause) {
        assert_eq!((&cause.kind, cause.code.as_str()), (&ErrorKind::PermissionMissing, "scope_missing"));
        assert!(cause.action.contains("platforms.linkedin.member_analytics"), "{cause:?}");
    }
    assert_eq!(bench.diary.entries().len(), calls, "nothing was asked");
    assert_eq!(session.audience().await.expect("none"), Found::default());
    // The operator has it by now, and this login is an old one.
    let mut session = session;
    session.settings.values.insert("member_analytics".to_owned(), "on".to_owned());
    let found = session.account_numbers(last(&bench, 3)).await.expect("numbers");
    assert_eq!(found.missing[0].cause.action, "Connect the account again and agree to everything.");
}

#[tokio::test]
async fn only_super_admins_see_a_pages_numbers() {
    let bench = bench();
    let how = Connect::as_persona("aishaokafor").flavour("organization");
    let session = bench.connect(&CONNECTOR, how).await.expect("connected");
    let id = session.publish(&draft("By an editor", [])).await.remote_ids().remove(0);
    let at = bench.clock.now();
    bench.clock.advance(DAY * 2);
    let whole = session.account_numbers(last(&bench, 2)).await.expect("numbers");
    let post = session.post_numbers(&[(id.as_str(), at)]).await.expect("posts").remove(0);
    let who = session.audience().await.expect("audience");
    for found in [&whole, &post, &who] {
        assert_eq!(found.observations, []);
        assert!(found.missing.iter().all(|m| m.cause.action.contains("super admin")), "{found:?}");
    }
    assert_eq!((missing(&whole).len(), missing(&post).len(), missing(&who).len()), (8, 6, 7));
    // What was taken away altogether concerns everything.
    bench.world.faults().add(Fault::once(
        "linkedin",
        "statistics.shares",
        When::Before,
        FaultKind::TokenRevoked,
    ));
    let gone = session.account_numbers(last(&bench, 2)).await.expect_err("nothing");
    assert_eq!(gone.kind, ErrorKind::AuthRevoked);
}

#[tokio::test]
async fn a_page_is_asked_to_the_letter_and_read_as_it_answers() {
    const SHARES: &str = "GET /rest/organizationalEntityShareStatistics";
    const FOLLOWERS: &str = "GET /rest/organizationalEntityFollowerStatistics";
    const VISITS: &str = "GET /rest/organizationPageStatistics";
    let stage = Stage::new();
    let session = stage.page();
    let mut credential = session.credential();
    credential.scopes = vec!["rw_organization_admin".to_owned(), "r_organization_social".to_owned()];
    session.set_credential(credential);
    let (from, to) = (1_793_491_200_000_i64, 1_793_577_600_000_i64);
    let range = json!({ "start": from, "end": to });
    let totals = json!({ "impressionCount": 9, "uniqueImpressionsCount": 7, "clickCount": 0, "likeCount": -1,
        "commentCount": 0, "shareCount": 0, "engagement": 0.1 });
    let day = json!({ "organizationalEntity": PAGE, "totalShareStatistics": totals, "timeRange": range });
    stage.network.on(SHARES, [ok(&json!({ "elements": [day, { "totalShareStatistics": totals }] }))]);
    let gains = json!({ "organicFollowerGain": 5, "paidFollowerGain": 2 });
    let everybody = json!({
        "followerCountsByGeoCountry": [
            { "geo": "urn:li:geo:103819153", "followerCounts": { "organicFollowerCount": 40, "paidFollowerCount": 2 } },
            { "geo": "urn:li:geo:1", "followerCounts": {} },
        ],
        "followerCountsByStaffCountRange":
            [{ "staffCountRange": "SIZE_2_TO_10", "followerCounts": { "organicFollowerCount": 3 } }],
        "followerCountsByStarSign": [{ "sign": "LEO", "followerCounts": { "organicFollowerCount": 1 } }],
    });
    let answers = [
        ok(&json!({ "elements": [{ "timeRange": range, "followerGains": gains }] })),
        ok(&json!({ "elements": [everybody] })),
    ];
    stage.network.on(FOLLOWERS, answers);
    let viewed = json!({ "views": { "allPageViews": { "pageViews": 31 } } });
    stage
        .network
        .on(VISITS, [ok(&json!({ "elements": [{ "timeRange": range, "totalPageStatistics": viewed }] }))]);
    let at = |ms| Timestamp::from_millisecond(ms).expect("time");
    let window = Window { from: at(from - 5), to: at(to) };
    let found = session.account_numbers(window).await.expect("numbers");
    let values: Vec<_> = found.observations.iter().map(|o| (o.metric, o.value)).collect();
    let all = [("views", 9), ("reach", 7), ("likes", -1), ("comments", 0), ("shares", 0), ("clicks", 0)];
    assert_eq!(values[..6], all);
    assert_eq!(values[6..], [("follows", 7), ("profile_visits", 31)]);
    assert!(found.observations.iter().all(|o| o.window == Some(Window { from: at(from), to: at(to) })));
    let days = format!("timeIntervals=(timeRange:(start:{from},end:{to}),timeGranularityType:DAY)");
    let entity = "organizationalEntity=urn%3Ali%3Aorganization%3A2414183";
    assert_eq!(stage.network.asked_of(SHARES)[0].query, format!("q=organizationalEntity&{entity}&{days}"));
    assert_eq!(
        stage.network.asked_of(VISITS)[0].query,
        format!("q=organization&organization=urn%3Ali%3Aorganization%3A2414183&{days}")
    );
    let who = session.audience().await.expect("audience");
    let parts: Vec<_> = who.observations.iter().map(|o| (o.part.clone(), o.value)).collect();
    let want = [
        (Some(("country", "urn:li:geo:103819153".to_owned())), 42),
        (Some(("staff_count", "SIZE_2_TO_10".to_owned())), 3),
    ];
    assert_eq!(parts, want);
    assert_eq!(stage.network.asked_of(FOLLOWERS)[1].query, format!("q=organizationalEntity&{entity}"));
}

#[tokio::test]
async fn a_members_metrics_are_asked_for_one_by_one_in_any_version() {
    const POSTS: &str = "GET /rest/memberCreatorPostAnalytics";
    const VIDEOS: &str = "GET /rest/memberCreatorVideoAnalytics";
    let stage = Stage::new();
    let session = stage.member();
    let mut credential = session.credential();
    credential.scopes = vec!["r_member_postAnalytics".to_owned()];
    session.set_credential(credential);
    let (old, new) = (
        json!({ "com.linkedin.adsexternalapi.memberanalytics.v1.CreatorPostAnalyticsMetricTypeV1": "X" }),
        json!("X"),
    );
    let count =
        |n: i64, kind: &serde_json::Value| ok(&json!({ "elements": [{ "count": n, "metricType": kind }] }));
    let refused = || {
        no(400, &json!({ "status": 400, "code": "ILLEGAL_ARGUMENT", "message": "Invalid query parameters" }))
    };
    let mut answers: Vec<Answer> = vec![count(10, &old), count(11, &new), refused()];
    answers.extend((3..10).map(|n| count(10 + n, &new)));
    stage.network.on(POSTS, answers);
    stage.network.on(VIDEOS, [refused()]);
    let at = session.bench.clock.now();
    let found = session.post_numbers(&[("urn:li:ugcPost:7", at)]).await.expect("posts").remove(0);
    let values: Vec<_> = found.observations.iter().map(|o| (o.metric, o.value)).collect();
    let all = [
        ("views", 10),
        ("reach", 11),
        ("comments", 13),
        ("shares", 14),
        ("saves", 15),
        ("sends", 16),
        ("link_clicks", 17),
        ("follows", 18),
        ("profile_visits", 19),
    ];
    assert_eq!(values, all);
    assert_eq!(missing(&found), ["likes"], "a post without a video misses no video's numbers");
    let asked = stage.network.asked_of(POSTS);
    assert_eq!(
        asked[1].query,
        "q=entity&entity=(ugc:urn%3Ali%3AugcPost%3A7)&queryType=MEMBERS_REACHED&aggregation=TOTAL"
    );
    assert_eq!(
        stage.network.asked_of(VIDEOS)[0].query,
        "q=entity&entity=(ugc:urn%3Ali%3AugcPost%3A7)&queryType=VIDEO_PLAY&aggregation=TOTAL"
    );
    // What LinkedIn does not know gets one question, and a share has no video.
    let unknown = no(404, &json!({ "status": 404, "code": "NOT_FOUND", "message": "Not Found" }));
    stage.network.on(POSTS, [unknown]);
    assert_eq!(session.post_numbers(&[("urn:li:share:8", at)]).await.expect("posts"), [Found::default()]);
    assert_eq!(stage.network.asked_of(POSTS).len(), 11);
    assert_eq!(stage.network.asked_of(VIDEOS).len(), 1);
}
