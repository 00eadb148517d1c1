//! Connector and sandbox together, where the suite for all networks does not reach.

use std::time::Duration;

use carillon_domain::connector_error::ErrorKind;
use carillon_domain::time::{Clock, SignedDuration};
use serde_json::json;

use crate::conformance::{Bench, Connect, Outcome, Session, draft};
use crate::contract::connector::Connector;
use crate::contract::reader::RemotePost;
use crate::platforms::linkedin::CONNECTOR;
use crate::platforms::linkedin::sandbox::simulator;
use crate::sandbox::{Fault, FaultKind, LedgerItem, When};

fn bench() -> Bench {
    Bench::new(simulator())
}

async fn signed_in<'b>(bench: &'b Bench, flavour: &str) -> Session<'b> {
    let how = Connect::as_persona("marafields").flavour(flavour);
    bench.connect(&CONNECTOR, how).await.expect("connected")
}

/// What is public, oldest first.
fn public(bench: &Bench) -> Vec<LedgerItem> {
    bench.world.ledger().of("linkedin").into_iter().filter(|item| item.deleted_at.is_none()).collect()
}

async fn listed(session: &Session<'_>) -> Vec<RemotePost> {
    let credential = session.credential();
    let page = CONNECTOR.reader().expect("it reads").posts(&session.cx(&credential), None).await;
    page.expect("posts").posts
}

#[tokio::test]
async fn texts_arrive_as_they_were_written() {
    let texts = [
        "Price (net): 5*3 = 15_000 #deal",
        "C:\\temp [1] {2} ~3 <b> a|b @you",
        "#Start and #end",
        "Ünïcödé 👩‍👩‍👧 #Αθήνα",
        "see https://example.com/a_(b)~c#top",
        "two\n\nlines",
    ];
    for flavour in ["member", "organization"] {
        let bench = bench();
        let session = signed_in(&bench, flavour).await;
        for text in texts {
            assert!(session.publish(&draft(text, [])).await.is_published(), "{flavour}: {text}");
        }
        let arrived: Vec<_> = public(&bench).into_iter().map(|item| item.text).collect();
        assert_eq!(arrived, texts, "{flavour}: nothing is cut off");
    }
}

#[tokio::test]
async fn what_a_page_published_reads_back() {
    let bench = bench();
    let session = signed_in(&bench, "organization").await;
    let library = &bench.library;
    let mut card = draft("Read (all of) this.", [library.png(1_200, 627, None)]);
    card.options.insert("link".to_owned(), "https://example.com/tides?year=2026".into());
    card.options.insert("link_title".to_owned(), "Tides".into());
    let mut poll = draft("Tea or coffee?", []);
    poll.options
        .insert("poll".to_owned(), json!({ "options": ["Tea", "Coffee"], "duration_minutes": 20_160 }));
    let many = draft("Twenty.", (0..20).map(|_| library.jpeg(600, 600, Some("one of twenty"))));
    let moving = draft("It moves.", [library.gif(320, 240, 12, Some("a lamp"))]);
    let video = draft("Nine million bytes.", [library.mp4(9_000_000, 20_000, None)]);
    let mut kinds = Vec::new();
    for post in [&card, &poll, &many, &moving, &video] {
        let outcome = session.publish(post).await;
        assert!(outcome.is_published(), "{outcome:?}");
        kinds.extend(outcome.remote_ids());
        bench.clock.advance(Duration::from_secs(60));
    }
    let posts = listed(&session).await;
    for (id, post, kind) in [
        (&kinds[0], &card, "article"),
        (&kinds[1], &poll, "poll"),
        (&kinds[2], &many, "multiImage"),
        (&kinds[3], &moving, "image"),
        (&kinds[4], &video, "video"),
    ] {
        let found = posts.iter().find(|p| p.remote_id == *id).expect("listed");
        assert_eq!((found.text.as_str(), found.kind.as_deref()), (post.root.text.as_str(), Some(kind)));
    }
    let live = public(&bench);
    let bytes: Vec<u64> = live.last().expect("the video").media.iter().map(|m| m.bytes).collect();
    assert_eq!(bytes, [9_000_000], "three parts are one file again");
    assert_eq!(live[2].media.len(), 20);
}

#[tokio::test]
async fn a_gateway_that_gave_up_after_the_effect_makes_no_second_post() {
    for flavour in ["member", "organization"] {
        let bench = bench();
        let session = signed_in(&bench, flavour).await;
        let fault = Fault::once("linkedin", "commit", When::After, FaultKind::Status).status(504);
        bench.world.faults().add(fault);
        let photo = bench.library.jpeg(600, 600, Some("a bell"));
        let outcome = session.publish(&draft("Once (1).", [photo])).await;
        let live = public(&bench);
        assert_eq!(
            live.iter().map(|i| i.remote_id.clone()).collect::<Vec<_>>(),
            outcome.remote_ids(),
            "{flavour}"
        );
    }
}

#[tokio::test]
async fn the_same_words_right_after_are_a_copy_and_are_not_later() {
    for flavour in ["member", "organization"] {
        let bench = bench();
        let session = signed_in(&bench, flavour).await;
        assert!(session.publish(&draft("As always.", [])).await.is_published());
        let outcome = session.publish(&draft("As always.", [])).await;
        let error = outcome.error().expect("refused");
        assert_eq!((&error.kind, error.code.as_str()), (&ErrorKind::Rejected, "duplicate"), "{flavour}");
        bench.clock.advance(Duration::from_secs(11 * 60));
        assert!(session.publish(&draft("As always.", [])).await.is_published(), "{flavour}");
        assert_eq!(public(&bench).len(), 2, "{flavour}");
    }
}

#[tokio::test]
async fn a_member_whose_network_stays_away_is_left_to_a_person() {
    let bench = bench();
    let session = signed_in(&bench, "member").await;
    bench.world.faults().add(Fault::once("linkedin", "commit", When::After, FaultKind::Cut));
    for operation in ["userinfo", "v2.userinfo", "*"] {
        let away = Fault::once("linkedin", operation, When::Before, FaultKind::Cut);
        bench.world.faults().add(away.skipping(u32::from(operation == "*")).times(200));
    }
    let outcome = session.publish(&draft("Nobody knows.", [])).await;
    assert!(matches!(outcome, Outcome::Unconfirmed(..)), "{outcome:?}");
    assert_eq!(public(&bench).len(), 1);
}

#[tokio::test]
async fn a_login_lasts_sixty_days() {
    let bench = bench();
    let session = signed_in(&bench, "member").await;
    let end = session.credential().expires_at.expect("an end");
    let left = end.duration_since(bench.clock.now());
    assert!(
        left > SignedDuration::from_hours(59 * 24) && left <= SignedDuration::from_hours(60 * 24),
        "{left}"
    );
    bench.clock.advance_to(end + SignedDuration::from_secs(60));
    let refreshable = CONNECTOR.authorizer().refreshable(&session.credential());
    let outcome = session.publish(&draft("Too late?", [])).await;
    assert_eq!(outcome.is_published(), refreshable, "{outcome:?}");
    assert!(refreshable || matches!(outcome, Outcome::NeedsReconnect(..)), "{outcome:?}");
}

#[tokio::test]
async fn the_day_of_a_member_ends_and_begins_again() {
    let bench = bench();
    let session = signed_in(&bench, "member").await;
    bench.world.faults().add(Fault::once("linkedin", "commit", When::Before, FaultKind::RateLimit));
    let outcome = session.publish(&draft("Tomorrow.", [])).await;
    assert!(outcome.is_published(), "{outcome:?}");
    assert!(bench.clock.now().to_string().starts_with("2026-11-03T00:0"), "{}", bench.clock.now());
}

#[tokio::test]
async fn deleting_works_with_both_logins() {
    for flavour in ["member", "organization"] {
        let bench = bench();
        let session = signed_in(&bench, flavour).await;
        let ids = session.publish(&draft("Soon gone.", [])).await.remote_ids();
        let credential = session.credential();
        let publisher = CONNECTOR.publisher().expect("it publishes");
        for _ in 0..2 {
            publisher.delete(&session.cx(&credential), &ids[0]).await.expect("deleted");
        }
        assert!(public(&bench).is_empty(), "{flavour}");
    }
}
