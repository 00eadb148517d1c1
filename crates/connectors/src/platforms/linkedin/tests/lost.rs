//! Sends whose answer was lost or said nothing.

use std::time::Duration;

use carillon_domain::time::Clock;
use serde_json::{Value, json};

use super::canned::{Answer, PAGE, Stage, copy_of, created, no, ok};
use crate::conformance::{Crash, Outcome, draft};

const LIST: &str = "GET /rest/posts";
const POST: &str = "POST /rest/posts";
const OURS: &str = "urn:li:share:1000000000000001";

/// The number of a post that was made so many seconds after the beginning of a bench, as LinkedIn numbers posts.
fn urn_of(second: i64) -> String {
    format!("urn:li:share:{}", ((1_793_610_000 + second) * 1_000) << 22)
}

fn unavailable() -> Answer {
    Answer::Reply(504, vec![], "<html>Gateway Timeout</html>".to_owned())
}

/// A page's list.
fn list(posts: &[Value]) -> Answer {
    ok(&json!({ "paging": { "start": 0, "count": 20, "links": [] }, "elements": posts }))
}

/// A post in it, made so many seconds after the beginning of a bench.
fn listed(urn: &str, commentary: &str, second: i64) -> Value {
    let at = (1_793_610_000 + second) * 1_000;
    json!({ "id": urn, "author": PAGE, "commentary": commentary, "createdAt": at, "publishedAt": at,
        "lifecycleState": "PUBLISHED", "visibility": "PUBLIC" })
}

/// The evidence for a person.
fn evidence(outcome: Outcome) -> String {
    match outcome {
        Outcome::Unconfirmed(evidence, _) => evidence,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_members_post_is_named_by_the_refusal_of_the_very_same() {
    for lost in [Answer::Lost, unavailable(), Answer::Reply(201, vec![], String::new())] {
        for urn in [OURS.to_owned(), urn_of(1)] {
            let stage = Stage::new();
            stage.network.on(POST, [lost.clone(), copy_of(&urn)]);
            let outcome = stage.member().publish(&draft("Once, and (only) once. #promise", [])).await;
            assert_eq!(outcome.remote_ids(), [urn]);
            let posts = stage.posts();
            assert_eq!((posts.len(), &posts[0]), (2, &posts[1]), "the very same call");
            assert!(stage.network.asked_of(LIST).is_empty(), "LinkedIn lets nobody list a member's posts");
        }
    }
}

#[tokio::test]
async fn a_members_post_that_never_arrived_goes_out_with_the_second_call() {
    let stage = Stage::new();
    stage.network.on(POST, [Answer::Lost, created(OURS)]);
    assert_eq!(stage.member().publish(&draft("At last.", [])).await.remote_ids(), [OURS]);
    assert_eq!(stage.posts().len(), 2);
}

#[tokio::test]
async fn the_second_call_waits_until_the_first_is_over_and_comes_while_it_is_remembered() {
    let stage = Stage::new();
    stage.network.on(POST, [Answer::Lost, Answer::Lost, copy_of(OURS)]);
    let start = stage.bench.clock.now();
    assert!(stage.member().publish(&draft("Patience.", [])).await.is_published());
    let took = stage.bench.clock.now().duration_since(start).as_secs();
    assert!(
        (220..540).contains(&took),
        "two sends of less than two minutes each, within ten minutes: {took}"
    );
}

#[tokio::test]
async fn a_crash_between_answer_and_save_is_no_second_post() {
    let stage = Stage::new();
    stage.network.on(POST, [created(OURS), copy_of(OURS)]);
    let outcome = stage.member().publish_crashing(&draft("Died here.", []), Crash::AfterCommit(0)).await;
    assert_eq!(outcome.remote_ids(), [OURS]);
}

#[tokio::test]
async fn a_refusal_that_names_an_older_post_says_nothing_of_ours() {
    let older = urn_of(-3_600);
    let stage = Stage::new();
    stage.network.on(POST, [Answer::Lost, copy_of(&older)]);
    let seen = evidence(stage.member().publish(&draft("As every day.", [])).await);
    assert!(seen.contains(&older), "{seen}");
    assert_eq!(stage.posts().len(), 2, "and it is not sent again");
}

#[tokio::test]
async fn a_refusal_of_the_second_call_does_not_make_the_first_one_fail() {
    let cases = [
        no(400, &json!({ "code": "MISSING_FIELD" })),
        no(403, &json!({ "code": "ACCESS_DENIED" })),
        no(429, &json!({ "code": "TOO_MANY_REQUESTS" })),
        no(400, &json!({ "code": "MEDIA_ASSET_WAITING_UPLOAD" })),
        no(
            422,
            &json!({ "errorDetails": { "inputErrors": [{ "code": "DUPLICATE_POST" }] }, "message": "a duplicate" }),
        ),
    ];
    for answer in cases {
        let stage = Stage::new();
        stage.network.on(POST, [Answer::Lost, answer.clone()]);
        let outcome = stage.member().publish(&draft("Perhaps.", [])).await;
        assert!(!evidence(outcome).is_empty(), "{answer:?}");
    }
}

#[tokio::test]
async fn after_ten_minutes_a_person_decides_about_a_members_post() {
    let stage = Stage::new();
    stage.network.on(POST, [Answer::Lost, copy_of(OURS)]);
    stage.network.on("GET /v2/userinfo", vec![unavailable(); 40]);
    let seen = evidence(stage.member().publish(&draft("Too late to ask.", [])).await);
    assert!(seen.contains("ten minutes"), "{seen}");
    assert_eq!(stage.posts().len(), 1, "a copy would be a second post by now");
}

#[tokio::test]
async fn a_login_that_ended_meanwhile_is_noticed_before_the_second_call() {
    let stage = Stage::new();
    stage.network.on(POST, [Answer::Lost]);
    stage.network.on("GET /v2/userinfo", [no(401, &json!({ "code": "EXPIRED_ACCESS_TOKEN" }))]);
    let outcome = stage.member().publish(&draft("Signed out.", [])).await;
    assert!(matches!(outcome, Outcome::NeedsReconnect(..)), "{outcome:?}");
    assert_eq!(stage.posts().len(), 1);
}

#[tokio::test]
async fn a_pages_post_is_found_in_its_list() {
    let stage = Stage::new();
    let old = listed("urn:li:share:7", "Tea \\(hot\\)", -7_200);
    let other = listed("urn:li:share:8", "Something else", 0);
    let ours = listed(OURS, "Tea \\(hot\\)", 1);
    stage.network.on(POST, [unavailable()]);
    stage.network.on(LIST, [list(&[other.clone(), old.clone()]), list(&[ours, other, old])]);
    let outcome = stage.page().publish(&draft("Tea (hot)", [])).await;
    assert_eq!(outcome.remote_ids(), [OURS]);
    assert_eq!(stage.posts().len(), 1);
    let asked = stage.network.asked_of(LIST);
    let query = "q=author&author=urn%3Ali%3Aorganization%3A2414183&count=20&start=0&sortBy=CREATED";
    assert_eq!(asked[0].query, query);
    assert_eq!(asked[0].header("x-restli-method"), Some("FINDER"));
    let at = outcome.progress().units[0].published_at.map(|at| at.as_second());
    assert_eq!(at, Some(1_793_610_001), "when LinkedIn says that it was made");
}

#[tokio::test]
async fn a_pages_post_is_known_by_its_files_too() {
    let stage = Stage::new();
    stage.take_pictures();
    let with = |mut post: Value, id: &str| {
        post["content"] = json!({ "media": { "id": id } });
        post
    };
    let foreign = with(listed("urn:li:share:8", "Boat.", 1), "urn:li:image:D1");
    let ours = with(listed(OURS, "Boat.", 1), "urn:li:image:C50");
    stage.network.on(POST, [Answer::Lost]).on(LIST, [list(&[foreign, ours])]);
    let photo = stage.bench.library.jpeg(800, 600, None);
    assert_eq!(stage.page().publish(&draft("Boat.", [photo])).await.remote_ids(), [OURS]);
}

#[tokio::test]
async fn a_pages_post_that_is_not_listed_is_asked_for_by_the_same_call() {
    for (second, id) in [(copy_of(OURS), OURS), (created("urn:li:share:9"), "urn:li:share:9")] {
        let stage = Stage::new();
        stage.network.on(POST, [Answer::Lost, second]).on(LIST, [list(&[])]);
        assert_eq!(stage.page().publish(&draft("Where is it?", [])).await.remote_ids(), [id]);
        assert!(stage.network.asked_of(LIST).len() >= 3, "it is looked for more than once before");
    }
}

#[tokio::test]
async fn a_page_that_said_it_before_is_not_taken_at_its_word() {
    let stage = Stage::new();
    let old = listed("urn:li:share:7", "As every day.", -7_200);
    stage.network.on(POST, [Answer::Lost, copy_of("urn:li:share:7")]).on(LIST, [list(&[old])]);
    let seen = evidence(stage.page().publish(&draft("As every day.", [])).await);
    assert!(seen.contains("urn:li:share:7"), "{seen}");
}

#[tokio::test]
async fn later_than_ten_minutes_the_list_of_a_page_proves_that_nothing_is_there() {
    let stage = Stage::new();
    let down = vec![no(503, &json!({})); 30];
    stage.network.on(POST, [Answer::Lost, created(OURS)]);
    stage.network.on(LIST, down.into_iter().chain([list(&[])]));
    let start = stage.bench.clock.now();
    assert_eq!(stage.page().publish(&draft("Much later.", [])).await.remote_ids(), [OURS]);
    let took = stage.bench.clock.now().duration_since(start);
    assert!(took > Duration::from_secs(540).try_into().expect("span"), "{took}");
    assert_eq!(stage.posts().len(), 2);
}
