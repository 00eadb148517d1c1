//! What the page of a post says, and which buttons it has, when publishing did not simply succeed.

use axum::http::{Method, StatusCode};
use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::id::PublicationId;
use carillon_domain::permission::Role;
use carillon_domain::publication::{HeldReason, PublicationState, UnitReport, UnitState};
use carillon_store::repo::publication;
use carillon_store::testing::TestDb;
use serde_json::{Value, json};

use crate::media::jpeg;
use crate::support::desk::Desk;

/// The network refuses a post for what it says.
fn refused() -> Fault {
    Fault::once("bluesky", "commit", When::Before, FaultKind::Status).status(400)
}

fn place(post: &Value) -> &str {
    post["publications"][0]["id"].as_str().expect("an id")
}

#[tokio::test]
async fn a_failed_post_says_why_and_can_be_tried_again_or_changed() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    desk.fault(refused());
    let post = desk.post("First try", json!({ "status": "now" })).await;
    desk.work_for_hours(1).await;

    let read = desk.read(&post).await;
    assert_eq!(read["status"], "failed", "{read}");
    let attempts = read["publications"][0]["attempts"].as_array().expect("attempts");
    assert!(!attempts.is_empty() && attempts[0]["steps"].is_array(), "{read}");
    let listed = desk.call(Method::GET, "/api/v1/posts", None).await.json();
    assert_eq!(listed["items"][0]["publications"][0]["attempts"], json!([]));

    let page = owner.get(&desk.page(&post)).await.text();
    let error = &read["publications"][0]["error"];
    assert!(error["message"].as_str().is_some_and(|cause| !cause.is_empty()), "{error}");
    assert!(page.contains("Failed") && page.contains("The network said:"), "{page}");
    // Every call, with what was asked and answered, for whoever must explain it to somebody.
    let step = attempts[0]["steps"].as_array().and_then(|steps| steps.last()).expect("a call");
    for (what, part) in [("url", "<code>POST "), ("note", "<pre>"), ("operation", "<summary><code>")] {
        let said = step[what].as_str().expect(what).split(['"', '\n', '&']).next().unwrap_or_default();
        assert!(page.contains(&format!("{part}{said}")), "{what}: {step} {page}");
    }
    let cause = attempts[0]["error"]["message"].as_str().expect("why the attempt failed");
    assert!(page.contains("class=\"attempt-error\"") && !cause.is_empty(), "{page}");
    assert!(page.contains("/retry\"") && page.contains("/compose?post="), "{page}");
    assert!(!page.contains("/resolve\"") && !page.contains("/publish\""), "{page}");

    // Changed by the form and sent again, it is one post.
    let id = post["id"].as_str().expect("an id");
    let form = owner.get(&format!("{}/compose?post={id}", desk.home)).await.text();
    assert!(form.contains(">First try</textarea>"), "{form}");
    let version = read["version"].to_string();
    let form = [
        ("post", id),
        ("version", version.as_str()),
        ("text", "Second try"),
        ("account", desk.account.as_str()),
        ("timezone", "UTC"),
        ("action", "now"),
    ];
    let saved = owner.post(&format!("{}/compose", desk.home), &form).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    desk.work_for_hours(1).await;
    assert_eq!((desk.public("First try"), desk.public("Second try")), (0, 1));
}

#[tokio::test]
async fn a_failed_post_is_tried_again_by_its_button() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    desk.fault(refused());
    let post = desk.post("Again", json!({ "status": "now" })).await;
    desk.work_for_hours(1).await;
    let pressed = owner.post(&format!("{}/publications/{}/retry", desk.home, place(&post)), &[]).await;
    assert_eq!(pressed.header("location"), desk.page(&post), "{}", pressed.text());
    desk.work_for_hours(1).await;
    assert_eq!(desk.read(&post).await["status"], "published");
    assert_eq!(desk.public("Again"), 1);
}

/// Gives a publication the state in which a lost answer leaves it.
async fn lose(
    desk: &Desk,
    post: &Value,
    change: impl FnOnce(&mut publication::PublicationRow) + Send + 'static,
) {
    let (id, workspace): (PublicationId, _) = (place(post).parse().expect("an id"), desk.workspace);
    let db = &desk.app.engine.db;
    let mut row = publication::find(db, workspace, id).await.expect("read").expect("a publication");
    let seen = row.seen();
    change(&mut row);
    let saved =
        db.write(move |tx| Box::pin(async move { publication::save_edit(tx, &row, seen).await })).await;
    assert!(saved.expect("asked"), "nobody else changes it");
}

#[tokio::test]
async fn what_waits_in_an_inbox_is_not_said_to_be_public() {
    let desk = Desk::with(TestDb::sqlite().await, &[("server.public_url", "https://carillon.example")]).await;
    let owner = desk.owner().await;
    let draft = desk.post("Not yet", json!({ "status": "draft" })).await;
    assert_eq!(draft["publications"][0]["delivered"], Value::Null, "{draft}");
    let tiktok = desk.connect("tiktok").await;
    let picture = desk.upload("quay.jpg", "A quay", &jpeg(1080, 1080)).await;
    let for_inbox = json!({
        "status": "now", "accounts": [tiktok], "media": [picture["id"]],
        "overrides": { tiktok.as_str(): { "options": { "mode": "inbox" } } },
    });
    let waiting = desk.post("Nearly there", for_inbox).await;
    desk.work_for_hours(1).await;

    let waits = "waits in the inbox of the";
    let read = desk.read(&waiting).await;
    let publication = &read["publications"][0];
    assert_eq!((&publication["state"], &publication["delivered"]), (&json!("published"), &json!("inbox")));
    assert_eq!((&publication["remote_id"], &publication["remote_url"]), (&Value::Null, &Value::Null));
    assert_eq!(desk.public("Nearly there"), 0, "nobody sees it before a person finishes it");
    let page = owner.get(&desk.page(&waiting)).await.text();
    assert!(page.contains(&format!("{waits} TikTok app")) && page.contains("Finish it there."), "{page}");
    assert!(page.contains("In the inbox since"), "{page}");
    // Neither the post, nor its place, nor the calendar and the list say that it is out.
    let badge = "state-published\">In the app&#39;s inbox<";
    assert_eq!(page.matches(badge).count(), 2, "{page}");
    let list = owner.get(&format!("{}/posts", desk.home)).await.text();
    assert!(list.contains(badge) && !list.contains("state-published\">Published<"), "{list}");
    let calendar = owner.get(&format!("{}/calendar", desk.home)).await.text();
    assert!(calendar.contains("title=\"In the app&#39;s inbox\""), "{calendar}");
    assert!(!calendar.contains("title=\"Published\""), "{calendar}");
    let path = format!("/api/v1/posts/{}?remote=true", waiting["id"].as_str().expect("an id"));
    let deleted = desk.call(Method::DELETE, &path, None).await.json();
    assert_eq!(deleted["publications"][0]["warnings"][0]["code"], "in_inbox", "{deleted}");

    let post = desk.post("Everywhere", json!({ "status": "now" })).await;
    desk.work_for_hours(1).await;
    assert_eq!(desk.read(&post).await["publications"][0]["delivered"], "public");
    assert!(!owner.get(&desk.page(&post)).await.text().contains(waits));
}

#[tokio::test]
async fn an_unconfirmed_post_asks_a_person_what_they_see() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let post =
        desk.post("Perhaps", json!({ "status": "scheduled", "scheduled_at": "2026-11-25T09:00:00Z" })).await;
    lose(&desk, &post, |row| row.state = PublicationState::Unconfirmed).await;
    let page = owner.get(&desk.page(&post)).await.text();
    assert!(page.contains("Unconfirmed") && page.contains("could not find out whether"), "{page}");
    assert!(page.contains("/resolve\""), "{page}");
    for wrong in ["/retry\"", "/publish\"", "/compose?post=", "/cancel\""] {
        assert!(!page.contains(wrong), "{wrong}: {page}");
    }
    let resolve = format!("{}/publications/{}/resolve", desk.home, place(&post));
    let settled = owner.post(&resolve, &[("outcome", "published"), ("remote_url", "")]).await;
    assert_eq!(settled.status, StatusCode::SEE_OTHER, "{}", settled.text());
    assert_eq!(desk.read(&post).await["status"], "published");
}

#[tokio::test]
async fn an_unconfirmed_part_is_settled_before_the_rest_is_sent() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let post = desk.post("Thread", json!({ "status": "now", "parts": [{ "text": "Its end" }] })).await;
    desk.work_for_hours(1).await;
    assert_eq!(desk.read(&post).await["status"], "published");
    lose(&desk, &post, |row| {
        let unsure = |unit: &mut UnitReport| unit.state = UnitState::Unconfirmed;
        row.units.last_mut().into_iter().for_each(unsure);
        row.incomplete = true;
    })
    .await;
    let page = owner.get(&desk.page(&post)).await.text();
    assert!(page.contains("a part of it is missing") && page.contains("/resolve\""), "{page}");
    assert!(!page.contains("/retry\""), "what may be public is settled first: {page}");
    let resolve = format!("{}/publications/{}/resolve", desk.home, place(&post));
    let settled = owner.post(&resolve, &[("outcome", "published"), ("remote_url", "")]).await;
    assert_eq!(settled.status, StatusCode::SEE_OTHER, "{}", settled.text());
    let read = desk.read(&post).await;
    assert_eq!(
        (&read["status"], &read["publications"][0]["incomplete"]),
        (&json!("published"), &json!(false))
    );
}

#[tokio::test]
async fn what_was_overdue_is_listed_and_published_by_one_button() {
    let desk = Desk::new().await;
    let (owner, reader) = (desk.owner().await, desk.member(Role::Contributor).await);
    let at = |minute: u8| json!({ "status": "scheduled", "scheduled_at": format!("2026-11-24T10:{minute:02}:00Z") });
    let first = desk.post("Late one", at(1)).await;
    desk.post("Late two", at(2)).await;
    desk.post("Much later", json!({ "status": "scheduled", "scheduled_at": "2026-12-24T10:00:00Z" })).await;
    let list = format!("{}/posts?status=held", desk.home);
    assert!(!owner.get(&list).await.text().contains("Publish all now"));
    desk.app.clock.advance(std::time::Duration::from_secs(3 * 24 * 3600));
    desk.work().await;

    let page = owner.get(&desk.page(&first)).await.text();
    assert!(page.contains("It was due too long ago to go out without you"), "{page}");
    assert!(
        page.contains("/publish\"") && page.contains("/compose?post=") && page.contains("/cancel\""),
        "{page}"
    );
    assert!(!page.contains("/retry\"") && !page.contains("/resolve\""), "{page}");

    let page = owner.get(&list).await.text();
    assert!(page.contains("2 publications were due too long ago"), "{page}");
    assert!(page.contains("Late one") && page.contains("Late two") && !page.contains("Much later"), "{page}");
    let theirs = reader.get(&list).await.text();
    assert!(theirs.contains("2 publications were due") && !theirs.contains("Publish all now"), "{theirs}");

    let button = format!("{}/posts/overdue/publish", desk.home);
    assert_eq!(reader.post(&button, &[]).await.status, StatusCode::FORBIDDEN);
    let pressed = owner.post(&button, &[]).await;
    assert_eq!(pressed.header("location"), format!("{list}&released=2"), "{}", pressed.text());
    let page = owner.get(pressed.header("location")).await.text();
    assert!(page.contains("2 publications go out now.") && !page.contains("Publish all now"), "{page}");
    let again = owner.post(&button, &[]).await;
    assert_eq!(again.header("location"), format!("{list}&released=0"));
    desk.work().await;
    assert_eq!((desk.public("Late one"), desk.public("Late two"), desk.public("Much later")), (1, 1, 0));
}

#[tokio::test]
async fn what_waits_for_a_login_leads_to_it() {
    let desk = Desk::new().await;
    let (owner, writer) = (desk.owner().await, desk.member(Role::Editor).await);
    let post = desk
        .post("Signed out", json!({ "status": "scheduled", "scheduled_at": "2026-11-25T09:00:00Z" }))
        .await;
    lose(&desk, &post, |row| {
        row.state = PublicationState::Held;
        row.held_reason = Some(HeldReason::Reauth);
    })
    .await;
    let page = owner.get(&desk.page(&post)).await.text();
    assert!(page.contains("The account must be connected again"), "{page}");
    assert!(page.contains("#connect-bluesky") && !page.contains("/publish\""), "{page}");
    let theirs = writer.get(&desk.page(&post)).await.text();
    assert!(!theirs.contains("#connect-bluesky"), "an editor may not connect accounts: {theirs}");
    let told = desk.call(Method::GET, "/readyz", None).await.json();
    assert_eq!((&told["held"], &told["unconfirmed"]), (&json!(1), &json!(0)), "whoever watches is told");
}
