//! What goes over the wire for each kind of post.

use carillon_domain::connector_error::ErrorKind;
use serde_json::{Value, json};

use super::canned::{Answer, MEMBER, PAGE, Stage, created, no, ok};
use crate::conformance::{Session, draft};
use crate::contract::connector::Connector;
use crate::contract::publisher::{CANNOT_EDIT, Publisher};
use crate::platforms::linkedin::CONNECTOR;

const URN: &str = "urn:li:share:7125412345678901234";

/// The post without content.
fn bare(author: &str, commentary: &str) -> Value {
    json!({
        "author": author,
        "commentary": commentary,
        "visibility": "PUBLIC",
        "distribution": { "feedDistribution": "MAIN_FEED", "targetEntities": [], "thirdPartyDistributionChannels": [] },
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": false,
    })
}

fn with(mut post: Value, content: Value) -> Value {
    post["content"] = content;
    post
}

#[tokio::test]
async fn a_text_with_all_that_linkedin_wants_beside_it() {
    let stage = Stage::new();
    stage.network.on("POST /rest/posts", [created(URN)]);
    let outcome = stage.member().publish(&draft("Tea (hot) #now", [])).await;
    assert_eq!(outcome.remote_ids(), [URN]);
    let url = outcome.progress().units[0].remote_url.as_deref();
    assert_eq!(url, Some("https://www.linkedin.com/feed/update/urn:li:share:7125412345678901234"));
    let asked = stage.network.asked_of("POST /rest/posts");
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].header("linkedin-version"), Some("202609"));
    assert_eq!(asked[0].header("x-restli-protocol-version"), Some("2.0.0"));
    assert_eq!(asked[0].header("authorization"), Some("Bearer AQX-access"));
    assert_eq!(asked[0].header("content-type"), Some("application/json"));
    assert_eq!(asked[0].json(), bare(MEMBER, "Tea \\(hot\\) {hashtag|\\#|now}"));
}

#[tokio::test]
async fn the_version_is_in_one_place_and_can_be_another() {
    let stage = Stage::new();
    stage.network.on("POST /rest/posts", [created(URN)]);
    stage.take_pictures();
    let mut session = stage.page();
    session.settings.values.insert("api_version".to_owned(), "202712".to_owned());
    let photo = stage.bench.library.jpeg(800, 600, None);
    assert!(session.publish(&draft("Later.", [photo])).await.is_published());
    let versioned: Vec<_> =
        stage.network.asked().into_iter().filter(|a| a.what.contains(" /rest/")).collect();
    assert!(versioned.len() >= 3, "{versioned:?}");
    assert!(versioned.iter().all(|a| a.header("linkedin-version") == Some("202712")), "{versioned:?}");
}

#[tokio::test]
async fn one_picture_and_several() {
    let stage = Stage::new();
    stage.take_pictures();
    stage.network.on("POST /rest/posts", [created(URN), created("urn:li:share:2")]);
    let session = stage.page();
    let photo = |alt| stage.bench.library.jpeg(800, 600, alt);
    assert!(session.publish(&draft("One.", [photo(Some("a boat"))])).await.is_published());
    let two = draft("Two.", [photo(Some("bow")), photo(None)]);
    assert!(session.publish(&two).await.is_published());
    let media = json!({ "media": { "id": "urn:li:image:C50", "altText": "a boat" } });
    let images = json!([{ "id": "urn:li:image:C51", "altText": "bow" }, { "id": "urn:li:image:C52" }]);
    let several = with(bare(PAGE, "Two."), json!({ "multiImage": { "images": images } }));
    assert_eq!(stage.posts(), [with(bare(PAGE, "One."), media), several]);
}

#[tokio::test]
async fn a_video_with_its_title() {
    let stage = Stage::new();
    stage.take_video(90_000, 40_000);
    stage.network.on("POST /rest/posts", [created("urn:li:ugcPost:5")]);
    let mut post = draft("", [stage.bench.library.mp4(90_000, 10_000, Some("not shown"))]);
    post.options.insert("media_title".to_owned(), "Waves".into());
    assert_eq!(stage.page().publish(&post).await.remote_ids(), ["urn:li:ugcPost:5"]);
    let media = json!({ "media": { "id": "urn:li:video:C5F", "title": "Waves" } });
    assert_eq!(stage.posts(), [with(bare(PAGE, ""), media)]);
}

#[tokio::test]
async fn a_link_card_with_its_picture() {
    let stage = Stage::new();
    stage.take_pictures();
    stage.network.on("POST /rest/posts", [created(URN)]);
    let mut post = draft("Read this.", [stage.bench.library.png(1_200, 627, None)]);
    for (name, value) in
        [("link", "https://example.com/a?b=1"), ("link_title", "Tides (all)"), ("link_description", "When.")]
    {
        post.options.insert(name.to_owned(), value.into());
    }
    assert!(stage.member().publish(&post).await.is_published());
    let article = json!({ "article": {
        "source": "https://example.com/a?b=1", "title": "Tides (all)", "description": "When.", "thumbnail": "urn:li:image:C50",
    } });
    assert_eq!(stage.posts(), [with(bare(MEMBER, "Read this."), article)]);
}

#[tokio::test]
async fn a_poll_asks_its_own_question_or_the_text() {
    let stage = Stage::new();
    stage.network.on("POST /rest/posts", [created(URN), created("urn:li:ugcPost:2")]);
    let session = stage.member();
    let mut post = draft("Tea or coffee?", []);
    post.options
        .insert("poll".to_owned(), json!({ "options": ["Tea", "Coffee"], "duration_minutes": 4_320 }));
    assert!(session.publish(&post).await.is_published());
    post.options.insert("poll_question".to_owned(), "Which one?".into());
    post.options.insert("visibility".to_owned(), "connections".into());
    post.options.insert("no_reshare".to_owned(), true.into());
    assert!(session.publish(&post).await.is_published());
    let poll = |question: &str| {
        json!({ "poll": {
            "question": question,
            "options": [{ "text": "Tea" }, { "text": "Coffee" }],
            "settings": { "duration": "THREE_DAYS" },
        } })
    };
    let mut second = with(bare(MEMBER, "Tea or coffee?"), poll("Which one?"));
    second["visibility"] = "CONNECTIONS".into();
    second["isReshareDisabledByAuthor"] = true.into();
    assert_eq!(stage.posts(), [with(bare(MEMBER, "Tea or coffee?"), poll("Tea or coffee?")), second]);
}

#[tokio::test]
async fn what_linkedin_has_no_call_for_is_not_sent() {
    let stage = Stage::new();
    let session = stage.member();
    let mut post = draft("Root.", []);
    post.first_comment = Some("And?".to_owned());
    let outcome = session.publish(&post).await;
    assert_eq!(
        outcome.error().map(|e| (e.kind.clone(), e.code.as_str())),
        Some((ErrorKind::Rejected, "unsupported"))
    );
    assert_eq!(stage.network.asked().len(), 0);
}

#[tokio::test]
async fn deleting_is_by_the_encoded_urn_and_what_is_gone_is_gone() {
    const WHERE: &str = "DELETE /rest/posts/urn%3Ali%3Ashare%3A712";
    let stage = Stage::new();
    let gone = no(404, &json!({ "code": "NOT_FOUND" }));
    let denied = no(403, &json!({ "code": "ACCESS_DENIED" }));
    stage.network.on(WHERE, [Answer::Reply(204, vec![], String::new()), gone, denied]);
    let session = stage.page();
    let credential = session.credential();
    let publisher = CONNECTOR.publisher().expect("it publishes");
    let delete = || async { publisher.delete(&session.cx(&credential), "urn:li:share:712").await };
    assert_eq!(delete().await, Ok(()));
    assert_eq!(delete().await, Ok(()));
    assert_eq!(delete().await.map_err(|e| e.kind), Err(ErrorKind::PermissionMissing));
    let asked = stage.network.asked_of(WHERE);
    assert!(asked.iter().all(|a| a.header("x-restli-method") == Some("DELETE")), "{asked:?}");
}

#[tokio::test]
async fn another_text_is_a_patch_of_the_commentary_and_polls_have_none() {
    const WHERE: &str = "POST /rest/posts/urn%3Ali%3Ashare%3A712";
    let stage = Stage::new();
    stage.network.on(WHERE, [Answer::Reply(204, vec![], String::new())]);
    let session = stage.member();
    let credential = session.credential();
    let cx = session.cx(&credential);
    let editor = CONNECTOR.publisher().and_then(|publisher| publisher.editor()).expect("it edits");
    let mut post = draft("Tea (hot)", []);
    assert_eq!(editor.edit(&cx, "urn:li:share:712", &post).await, Ok(()));
    assert_eq!(editor.refusal(&post.options), None);
    let poll = json!({ "options": ["Tea", "Coffee"], "duration_minutes": 1440, "multiple": false });
    post.options.insert("poll".to_owned(), poll);
    let refused = editor.refusal(&post.options).map(|e| (e.kind, e.code));
    assert_eq!(refused, Some((ErrorKind::Rejected, CANNOT_EDIT.to_owned())));
    let asked = stage.network.asked_of(WHERE);
    assert_eq!((asked.len(), asked[0].header("x-restli-method")), (1, Some("PARTIAL_UPDATE")));
    assert_eq!(asked[0].json(), json!({ "patch": { "$set": { "commentary": "Tea \\(hot\\)" } } }));
}

#[tokio::test]
async fn an_account_without_a_page_role_is_told_at_the_post() {
    let stage = Stage::new();
    let body = json!({ "status": 403, "serviceErrorCode": 100, "code": "ACCESS_DENIED",
        "message": "Not enough permissions to access: partnerApiPostsExternal.CREATE.20260901" });
    stage.network.on("POST /rest/posts", [no(403, &body)]).on("GET /v2/me", [ok(&json!({}))]);
    let outcome = stage.page().publish(&draft("No role.", [])).await;
    let error = outcome.error().expect("an error");
    assert_eq!(error.kind, ErrorKind::PermissionMissing);
    assert_eq!(error.remote.code.as_deref(), Some("ACCESS_DENIED"));
}

#[test]
fn only_of_members_it_is_known_how_many_posts_a_day_linkedin_takes() {
    let stage = Stage::new();
    let settings = Stage::settings();
    let cap = |session: &Session<'_>| {
        let credential = session.credential();
        CONNECTOR.daily_cap(&settings, session.cx(&credential).account)
    };
    assert_eq!((cap(&stage.member()), cap(&stage.page())), (Some(150), None));
    assert_eq!(CONNECTOR.capabilities().daily_cap, None, "what holds for all would hold for pages, too");
}
