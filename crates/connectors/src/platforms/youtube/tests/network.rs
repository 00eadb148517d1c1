//! Connector and simulated network together.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use carillon_domain::post::Draft;
use carillon_domain::time::Clock;
use serde_json::json;

use super::discovery::{Description, UNDESCRIBED};
use super::wire::Exchange;
use super::{CONNECTOR, Lab, with_options};
use crate::conformance::{Connect, Crash, Session, draft};
use crate::contract::authorizer::Authorizer;
use crate::contract::connector::Connector;
use crate::contract::insights::{Insights, PostRef, Window};
use crate::contract::publisher::Publisher;
use crate::contract::reader::Reader;
use crate::kit::egress::Egress;
use crate::kit::http::{Call, Http, Safety};
use crate::kit::pause::NoPause;
use crate::kit::wire::Wire;
use crate::sandbox::{Fault, FaultKind, InProcess, When};
use crate::specs;

/// Where the table of [`coverage`] is kept.
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/spec-coverage.md");

const MEGA: usize = 1024 * 1024;

fn story(lab: &Lab) -> Draft {
    let picture = lab.bench.library.jpeg(1280, 720, None);
    let post = draft("Ten seconds of waves.\nSound on.", [lab.film(9 * MEGA + 1), picture]);
    let post = with_options(
        post,
        json!({ "title": "Waves & wind", "tags": ["sea", "bad weather"], "category": "19", "language": "en",
            "synthetic_media": false, "notify_subscribers": false }),
    );
    Draft { first_comment: Some("Which beach is it?".to_owned()), ..post }
}

#[tokio::test]
async fn a_video_with_all_that_belongs_to_it_goes_out_once() {
    let lab = Lab::new();
    let session = lab.connect().await;
    let outcome = session.publish(&story(&lab)).await;
    assert!(outcome.is_published(), "{outcome:?}");
    let ids: Vec<_> = lab.ledger().into_iter().map(|item| item.remote_id).collect();
    assert_eq!(outcome.remote_ids(), ids);
    assert_eq!(
        (lab.calls("videos.insert"), lab.calls("videos.update"), lab.calls("thumbnails.set")),
        (1, 1, 1)
    );
}

#[tokio::test]
async fn an_upload_that_breaks_three_times_sends_no_byte_twice() {
    let lab = Lab::new();
    let session = lab.connect().await;
    let film = lab.film(20 * MEGA + 5);
    lab.wire.cut([3 * MEGA, 1, 5 * MEGA]);
    let outcome = session.publish(&draft("Waves", [film.clone()])).await;
    assert!(outcome.is_published(), "{outcome:?}");
    assert_eq!((lab.calls("videos.insert"), lab.ledger().len()), (1, 1));
    // Each part begins where the network said that it was.
    let mut at = 0;
    for exchange in lab.wire.seen().iter().filter(|e| e.operation.starts_with("videos.upload")) {
        let told = exchange.header("content-range").unwrap();
        if let Some((first, _)) = told.strip_prefix("bytes ").and_then(|r| r.split_once('-')) {
            assert_eq!(first.parse::<u64>().unwrap(), at, "{told}");
        }
        if let Some((308, _)) = exchange.reply {
            at = exchange.stored.unwrap_or(0);
        }
    }
}

#[tokio::test]
async fn all_of_it_works_over_sockets() {
    let mut lab = Lab::new();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(crate::sandbox::serve(listener, lab.bench.sandbox.clone(), false, std::future::pending()));
    let loopback: Vec<ipnet::IpNet> = vec!["127.0.0.0/8".parse().unwrap()];
    let wire = Wire::new(Egress::new(loopback), lab.bench.clock.clone()).unwrap();
    lab.bench.http = Http::new(Arc::new(wire), lab.bench.clock.clone()).with_pause(Arc::new(NoPause));
    let mut settings = lab.bench.settings(&CONNECTOR);
    for endpoint in CONNECTOR.descriptor().endpoints {
        let host = endpoint.default.strip_prefix("https://").unwrap();
        settings.values.insert(endpoint.key.to_owned(), format!("{origin}/youtube/{host}"));
    }
    let persona = Connect::as_persona("marafields");
    let session = lab.bench.connect_with(&CONNECTOR, settings, persona).await.unwrap();
    let outcome = session.publish(&story(&lab)).await;
    assert!(outcome.is_published(), "{outcome:?}");
    assert_eq!(outcome.remote_ids(), lab.ledger().into_iter().map(|i| i.remote_id).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_crash_at_any_save_or_commit_ends_in_exactly_one_video() {
    let lab = Lab::new();
    let session = lab.connect().await;
    assert!(session.publish(&story(&lab)).await.is_published());
    let (saves, commits) = session.counts();
    let crashes = (0..saves).map(Crash::AfterSave).chain((0..commits).map(Crash::AfterCommit));
    for crash in crashes {
        let lab = Lab::new();
        let session = lab.connect().await;
        let outcome = session.publish_crashing(&story(&lab), crash).await;
        assert!(outcome.is_published(), "{crash:?}: {outcome:?}");
        let ids: Vec<_> = lab.ledger().into_iter().map(|item| item.remote_id).collect();
        assert_eq!(outcome.remote_ids(), ids, "{crash:?}");
        assert_eq!(lab.calls("videos.insert"), 1, "{crash:?}: uploaded once");
    }
}

#[tokio::test]
async fn a_playlist_has_the_video_once() {
    let lab = Lab::new();
    let session = lab.connect().await;
    let list = playlist(&lab, &session).await;
    let lose = Fault::once("youtube", "playlistItems.insert", When::After, FaultKind::Cut);
    lab.bench.world.faults().add(lose);
    let outcome = session.publish(&with_options(lab.post("Waves"), json!({ "playlist": list }))).await;
    assert!(outcome.is_published(), "{outcome:?}");
    assert_eq!(lab.bench.world.faults().list()[0].1.count, Some(0), "its answer was lost");
    let outcome = session.publish(&with_options(lab.post("Rocks"), json!({ "playlist": "PLnone" }))).await;
    assert_eq!(outcome.error().map(|e| e.code.as_str()), Some("playlist_not_found"), "{outcome:?}");
    assert_eq!((lab.calls("playlistItems.insert"), lab.ledger().len()), (1, 1), "added once");
}

#[tokio::test]
async fn a_time_of_youtubes_own_publishes_without_us() {
    let lab = Lab::new();
    let session = lab.connect().await;
    let at = lab.bench.clock.now() + Duration::from_secs(6 * 3600);
    let post = with_options(lab.post("Tonight"), json!({ "publish_at": at.to_string() }));
    let outcome = session.publish(&post).await;
    assert!(outcome.is_published(), "{outcome:?}");
    let credential = session.credential();
    assert_eq!(
        Reader::posts(&CONNECTOR, &session.cx(&credential), None).await.unwrap().posts.len(),
        0,
        "still private"
    );
    lab.bench.clock.advance_to(at + Duration::from_secs(600));
    session.refresh().await.unwrap();
    let credential = session.credential();
    let posts = Reader::posts(&CONNECTOR, &session.cx(&credential), None).await.unwrap().posts;
    assert_eq!(posts.iter().map(|p| p.remote_id.clone()).collect::<Vec<_>>(), outcome.remote_ids());
}

/// A new playlist of the channel, made by hand.
async fn playlist(lab: &Lab, session: &Session<'_>) -> String {
    let by_hand = Http::new(Arc::new(InProcess::over(lab.bench.sandbox.clone())), lab.bench.clock.clone());
    let url = "https://youtube.googleapis.com/youtube/v3/playlists";
    let call = Call::post("playlists.insert", Safety::Invisible, url)
        .query([("part", "snippet,status")])
        .bearer(&session.credential().access_token)
        .json(&json!({ "snippet": { "title": "Waves" }, "status": { "privacyStatus": "public" } }));
    let made: serde_json::Value = by_hand.send(call).await.unwrap().json().unwrap();
    made["id"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned()
}

/// Everything that the connector can send, once.
async fn everything(lab: &Lab) {
    let session = lab.connect().await;
    let lost = |operation| Fault::once("youtube", operation, When::After, FaultKind::Cut);
    let mut post = story(lab);
    post.options.insert("paid_promotion".to_owned(), true.into());
    post.options.insert("playlist".to_owned(), playlist(lab, &session).await.into());
    lab.wire.cut([MEGA]);
    // Both commits lose their answers, so that they are looked for.
    lab.bench.world.faults().add(lost("commit").times(2));
    let published = session.publish(&post).await;
    assert!(published.is_published(), "{published:?}");
    session.refresh().await.unwrap();
    for n in 0..55 {
        let outcome = session.publish(&lab.post(&format!("Film {n}"))).await;
        assert!(outcome.is_published(), "{n}: {outcome:?}");
    }
    lab.bench.clock.advance(Duration::from_secs(1_000));
    session.refresh().await.unwrap();
    let credential = session.credential();
    let cx = session.cx(&credential);
    CONNECTOR.profile(&cx).await.unwrap();
    let page = Reader::posts(&CONNECTOR, &cx, None).await.unwrap();
    let next = Reader::posts(&CONNECTOR, &cx, page.next.as_deref()).await.unwrap();
    assert_eq!((page.posts.len() + next.posts.len(), next.next), (56, None));
    let window =
        Window { from: lab.bench.clock.now() - Duration::from_secs(30 * 86_400), to: lab.bench.clock.now() };
    assert!(!CONNECTOR.account(&cx, window).await.unwrap().observations.is_empty());
    let posts: Vec<_> = page
        .posts
        .iter()
        .map(|post| PostRef { remote_id: &post.remote_id, published_at: post.published_at })
        .collect();
    assert_eq!(CONNECTOR.insights().unwrap().posts(&cx, &posts).await.unwrap().len(), posts.len());
    assert!(!CONNECTOR.audience(&cx).await.unwrap().observations.is_empty());
    for id in published.remote_ids().iter().rev() {
        CONNECTOR.delete(&cx, id).await.unwrap();
    }
    let auth = lab.bench.auth_cx(&session.settings, None);
    CONNECTOR.revoke(&auth, &session.account, &credential).await.unwrap();
}

#[tokio::test]
async fn every_request_and_answer_fits_the_description() {
    let test = "platforms::youtube::tests::network::every_request_and_answer_fits_the_description";
    if specs::needed(test, "google/youtube.v3.json").is_none() {
        return;
    }
    let lab = Lab::new();
    everything(&lab).await;
    let google = Description::load().unwrap();
    assert_eq!(google.problems(&lab.wire.seen()), Vec::<String>::new());
    // And it looks: each of these is noticed.
    let list = r#"{"items":[{"id":7}]}"#;
    for (method, url, operation, body, answer) in [
        ("GET", "/youtube/v3/films?part=id", "videos.list", "", None),
        ("GET", "/youtube/v3/videos?id=a", "videos.list", "", None),
        ("GET", "/youtube/v3/videos?part=likes", "videos.list", "", None),
        ("GET", "/youtube/v3/videos?part=id&ids=a", "videos.list", "", None),
        ("GET", "/youtube/v3/videos?part=id&maxResults=51", "videos.list", "", None),
        ("GET", "/youtube/v3/videos?part=id", "videos.list", "", Some(list)),
        ("GET", "/youtube/v3/videos?part=id", "channels.list", "", None),
        ("GET", "/v2/reports?ids=channel==MINE&metric=views", "reports.query", "", None),
        ("GET", "/v2/reports?ids=channel==MINE&maxResults=many", "reports.query", "", None),
        ("GET", "/v2/reports?ids=channel==MINE", "reports.list", "", None),
        ("GET", "/v2/reports?ids=channel==MINE", "reports.query", "", Some(r#"{"rows":[7]}"#)),
        (
            "PUT",
            "/youtube/v3/videos?part=status",
            "videos.update",
            r#"{"status":{"privacy":"public"}}"#,
            None,
        ),
        (
            "PUT",
            "/youtube/v3/videos?part=status",
            "videos.update",
            r#"{"status":{"privacyStatus":"open"}}"#,
            None,
        ),
        (
            "PUT",
            "/youtube/v3/videos?part=status",
            "videos.update",
            r#"{"status":{"publishAt":"soon"}}"#,
            None,
        ),
        ("PUT", "/youtube/v3/videos?part=status", "videos.update", "", None),
    ] {
        let exchange = Exchange {
            operation: operation.to_owned(),
            method: method.to_owned(),
            url: format!("https://youtube.googleapis.com{url}"),
            headers: http::HeaderMap::new(),
            body: body.into(),
            reply: answer.map(|answer| (200, answer.into())),
            stored: None,
        };
        assert!(!google.problems(&[exchange]).is_empty(), "{method} {url} {body} {answer:?} must be noticed");
    }
}

#[tokio::test]
async fn the_list_of_what_is_checked_is_up_to_date() {
    let test = "platforms::youtube::tests::network::the_list_of_what_is_checked_is_up_to_date";
    if specs::needed(test, "google/youtube.v3.json").is_none() {
        return;
    }
    let lab = Lab::new();
    let post = with_options(story(&lab), json!({ "title": "Waves", "playlist": "PLnone" }));
    let session = lab.connect().await;
    // There is no such playlist; it is asked for, and that is what counts here.
    assert_eq!(
        session.publish(&post).await.error().map(|e| e.code.clone()).as_deref(),
        Some("playlist_not_found")
    );
    everything(&lab).await;
    let table = coverage(Description::load().unwrap(), &lab.wire.seen());
    let page = std::fs::read_to_string(PAGE).unwrap_or_default();
    let section =
        page.split_once("<!-- youtube -->\n").and_then(|(_, rest)| rest.split_once("<!-- /youtube -->"));
    assert_eq!(
        section.map(|(section, _)| section),
        Some(table.as_str()),
        "docs/reference/spec-coverage.md must hold, between its marks:\n{table}"
    );
}

/// A table of all operations with where they are described.
fn coverage(google: &Description, exchanges: &[Exchange]) -> String {
    let mut rows = std::collections::BTreeMap::new();
    for exchange in exchanges {
        let row = match UNDESCRIBED.iter().find(|(op, ..)| *op == exchange.operation) {
            Some((_, call, why)) => ((*call).to_owned(), format!("nothing: {why}")),
            None => {
                let (api, path) = google.place(exchange).unwrap();
                (format!("{} /{path}", exchange.method), api.to_owned())
            }
        };
        rows.insert(exchange.operation.clone(), row);
    }
    let mut out = String::from("| operation | call | held against |\n|---|---|---|\n");
    for (operation, (call, held)) in rows {
        let _ = writeln!(out, "| `{operation}` | `{call}` | {held} |");
    }
    out
}
