//! What needs a person, as pages and the API tell it.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::notice::NoticeKind;
use carillon_domain::permission::Role;
use carillon_engine::events::Topic;
use serde_json::{Value, json};

use crate::support::desk::{Desk, on_both_desks};

const NOTICES: &str = "/api/v1/notices";

impl Desk {
    /// A post that fails.
    async fn fails(&self, text: &str) -> Value {
        // What happens at the same instant has no order.
        self.app.clock.advance(Duration::from_secs(1));
        self.fault(Fault::once("bluesky", "commit", When::Before, FaultKind::Status).status(400));
        let post = self.post(text, json!({ "status": "now" })).await;
        self.work().await;
        post
    }

    /// What needs a person.
    async fn notices(&self) -> Vec<Value> {
        self.list("?needs_a_person=true").await
    }

    async fn list(&self, query: &str) -> Vec<Value> {
        let answer = self.call(Method::GET, &format!("{NOTICES}{query}"), None).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        answer.json()["items"].as_array().expect("items").clone()
    }
}

async fn by_api(desk: Desk) {
    desk.work().await;
    assert!(desk.notices().await.is_empty());
    let post = desk.fails("Bells").await;
    let told = desk.notices().await;
    assert_eq!(told.len(), 1, "{told:?}");
    let notice = &told[0];
    assert_eq!((&notice["kind"], &notice["post"]), (&json!("failed"), &post["id"]));
    assert_eq!((&notice["account"], &notice["read_at"]), (&json!(desk.account), &Value::Null));
    assert!(notice["cause"].is_string() && notice["cleared_at"].is_null(), "{notice}");

    let read = format!("{NOTICES}/{}/read", notice["id"].as_str().expect("an id"));
    assert_eq!(desk.call(Method::POST, &read, None).await.status, StatusCode::NO_CONTENT);
    assert!(desk.notices().await[0]["read_at"].is_string());
    let nothing = format!("{NOTICES}/notice_01h455vb4pex5vsknk084sn02q/read");
    assert_eq!(desk.call(Method::POST, &nothing, None).await.status, StatusCode::NOT_FOUND);

    let retry =
        format!("/api/v1/publications/{}/retry", post["publications"][0]["id"].as_str().expect("an id"));
    assert!(desk.call(Method::POST, &retry, None).await.status.is_success());
    desk.work().await;
    let told = desk.notices().await;
    assert!(told.len() == 1 && told[0]["cleared_at"].is_string(), "{told:?}");

    desk.fails("Ropes").await;
    let first = format!("{NOTICES}?needs_a_person=true&limit=1");
    let page = desk.call(Method::GET, &first, None).await.json();
    assert_eq!(page["items"].as_array().map(Vec::len), Some(1));
    let cursor = page["next_cursor"].as_str().expect("there is one more");
    let rest = desk.call(Method::GET, &format!("{first}&cursor={cursor}"), None).await.json();
    assert_eq!((&rest["items"][0]["id"], &rest["next_cursor"]), (&told[0]["id"], &Value::Null));

    let news = desk.list("?needs_a_person=false").await;
    assert_eq!(news.len(), 1, "what was tried again is public: {news:?}");
    assert_eq!((&news[0]["kind"], &news[0]["post"]), (&json!("published"), &post["id"]));
    assert_eq!((&news[0]["needs_a_person"], &news[0]["report"]), (&json!(false), &Value::Null));
    assert_eq!(desk.list("").await.len(), 3);
    desk.app.dispose().await;
}
on_both_desks!(what_needs_somebody_is_told_by_the_api, super::by_api);

#[tokio::test]
async fn the_bell_counts_what_is_not_read() {
    let desk = Desk::new().await;
    desk.work().await;
    let (owner, page) = (desk.owner().await, format!("{}/notices", desk.home));
    assert!(owner.get(&page).await.text().contains("Nothing needs you"));
    let calendar = format!("{}/calendar", desk.home);
    assert!(!owner.get(&calendar).await.text().contains("bell-count"), "nothing to count");

    let mut events = desk.app.engine.events.listen();
    desk.fails("Bells").await;
    desk.fails("Ropes").await;
    let mut told = std::iter::from_fn(|| events.try_recv().ok());
    assert!(told.any(|event| event.topic == Topic::Notices), "open pages hear of it");
    let text = owner.get(&calendar).await.text();
    assert!(text.contains("2 unread notices"), "{text}");
    assert!(text.contains(&format!("href=\"{page}\"")) && text.contains(&format!("hx-get=\"{page}/bell\"")));
    let bell = format!("{page}/bell");
    assert!(owner.get(&bell).await.text().contains("2 unread notices"));
    let here = "aria-current=\"page\"";
    assert!(owner.get_within(&bell, &page).await.text().contains(here), "the open page is still marked");
    assert!(!owner.get_within(&bell, &calendar).await.text().contains(here));

    let list = owner.get(&page).await.text();
    assert_eq!(list.matches("A post failed").count(), 4, "each as a line and for its button: {list}");
    assert!(list.contains("<small>Bells</small>") && list.contains("<small>Ropes</small>"), "{list}");
    let (_, after) = list.split_once(&format!("action=\"{page}/notice_")).expect("a button");
    let id = after.split('/').next().expect("an id");
    let read = owner.post(&format!("{page}/notice_{id}/read"), &[]).await;
    assert_eq!(read.status, StatusCode::SEE_OTHER, "{}", read.text());
    assert!(owner.get(&calendar).await.text().contains("1 unread notice<"), "one is left");
    assert_eq!(
        desk.notices().await.iter().filter(|n| n["read_at"].is_null()).count(),
        2,
        "the token read none"
    );
    assert_eq!(owner.post(&format!("{page}/read"), &[]).await.status, StatusCode::SEE_OTHER);
    let text = owner.get(&page).await.text();
    assert!(!text.contains("bell-count") && text.contains("A post failed"), "read, and still open: {text}");
}

#[tokio::test]
async fn those_hear_who_can_help() {
    let desk = Desk::new().await;
    desk.work().await;
    desk.fails("Bells").await;
    for (role, hears) in [(Role::Admin, true), (Role::Editor, true), (Role::Analyst, false)] {
        let browser = desk.member(role).await;
        let text = browser.get(&format!("{}/notices", desk.home)).await.text();
        assert_eq!(text.contains("A post failed"), hears, "{role:?}");
        assert_eq!(text.contains("bell-count"), hears, "{role:?}");
    }
}

const PREFERENCES: &str = "/api/v1/notices/preferences";

#[tokio::test]
async fn preferences_are_read_and_changed_by_the_api() {
    let desk = Desk::new().await;
    desk.work().await;
    let preferences = async || {
        let answer = desk.call(Method::GET, PREFERENCES, None).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        answer.json()["items"].as_array().expect("items").clone()
    };
    let of = |all: &[Value], kind: &str| all.iter().find(|one| one["kind"] == kind).expect(kind).clone();
    let all = preferences().await;
    let failed =
        json!({ "kind": "failed", "needs_a_person": true, "in_app": true, "by_mail": false, "stays": true });
    assert_eq!(of(&all, "failed"), failed, "a token has no mailbox");
    assert_eq!(of(&all, "published")["stays"], false);

    let change = async |body: Value| desk.call(Method::PATCH, PREFERENCES, Some(body)).await;
    let changed = change(json!({ "preferences": [{ "kind": "published", "in_app": false }] })).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text());
    assert_eq!(of(&preferences().await, "published")["in_app"], false);
    desk.post("Bells", json!({ "status": "now" })).await;
    desk.work().await;
    assert!(desk.list("").await.is_empty(), "that was put away");

    let refused = change(json!({ "preferences": [
        { "kind": "published", "in_app": true }, { "kind": "failed", "in_app": false }, { "kind": "rain" },
    ] }))
    .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
    let errors = refused.json()["errors"].clone();
    assert_eq!((&errors[0]["field"], &errors[0]["code"]), (&json!("preferences.1.in_app"), &json!("stays")));
    assert_eq!(
        (&errors[1]["field"], &errors[1]["code"]),
        (&json!("preferences.2.kind"), &json!("unknown_kind"))
    );
    let twice = change(json!({ "preferences": [
        { "kind": "published", "in_app": true }, { "kind": "failed" }, { "kind": "published", "by_mail": false },
    ] }))
    .await;
    assert_eq!(twice.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", twice.text());
    let errors = twice.json()["errors"].clone();
    assert_eq!(errors.as_array().map(Vec::len), Some(1), "{errors}");
    assert_eq!(
        (&errors[0]["field"], &errors[0]["code"]),
        (&json!("preferences.2.kind"), &json!("duplicate"))
    );
    let kinds = NoticeKind::ALL.len();
    let many = vec![json!({ "kind": "published", "in_app": true }); kinds + 1];
    let refused = change(json!({ "preferences": many })).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
    let errors = refused.json()["errors"].clone();
    assert_eq!(errors.as_array().map(Vec::len), Some(1), "not one for each: {errors}");
    assert_eq!((&errors[0]["field"], &errors[0]["code"]), (&json!("preferences"), &json!("too_many")));
    assert_eq!((&errors[0]["limit"], &errors[0]["value"]), (&json!(kinds), &json!(kinds + 1)));
    assert!(desk.list("").await.is_empty(), "all of it or nothing");
}

/// Everything ticked but this.
fn all_but(ways: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let both = |kind: NoticeKind| [("in_app", kind.as_str()), ("by_mail", kind.as_str())];
    let all = NoticeKind::ALL.into_iter().flat_map(both);
    all.filter(|pair| !ways.contains(pair)).collect()
}

#[tokio::test]
async fn everybody_chooses_what_they_hear_of_and_owners_keep_what_needs_somebody() {
    let desk = Desk::new().await;
    desk.work().await;
    let (owner, editor) = (desk.owner().await, desk.member(Role::Editor).await);
    let (path, list) = (format!("{}/settings/notices", desk.home), format!("{}/notices", desk.home));
    let fixed = "name=\"in_app\" value=\"failed\" checked disabled";
    let page = owner.get(&path).await.text();
    assert!(page.contains(fixed) && page.contains("Owners always hear of it"), "{page}");
    assert!(page.contains("name=\"in_app\" value=\"published\" checked>"), "{page}");
    assert!(!page.contains("name=\"by_mail\""), "there is no mail server: {page}");
    let theirs = editor.get(&path).await.text();
    assert!(
        theirs.contains("value=\"failed\" checked>") && !theirs.contains("value=\"signed_out\""),
        "{theirs}"
    );

    // Nothing is ticked: what owners can't put away stays.
    for browser in [&owner, &editor] {
        let saved = browser.post(&path, &[]).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    }
    desk.post("Ropes", json!({ "status": "now" })).await;
    desk.work().await;
    desk.fails("Bells").await;
    let page = owner.get(&path).await.text();
    assert!(page.contains(fixed) && page.contains("value=\"published\">"), "{page}");
    let (ours, theirs) = (owner.get(&list).await.text(), editor.get(&list).await.text());
    assert!(ours.contains("A post failed") && ours.contains("bell-count"), "{ours}");
    assert!(!ours.contains("A post is public"), "{ours}");
    assert!(theirs.contains("Nothing needs you") && !theirs.contains("bell-count"), "{theirs}");

    let form = all_but(&[("in_app", "failed"), ("by_mail", "failed")]);
    assert_eq!(editor.post(&path, &form).await.status, StatusCode::SEE_OTHER);
    let theirs = editor.get(&list).await.text();
    assert!(theirs.contains("A post is public") && !theirs.contains("A post failed"), "{theirs}");
    assert!(theirs.contains("bell-news") && theirs.contains("1 new notice that needs nobody"), "{theirs}");
    let needing = editor.get(&format!("{list}?show=needs")).await.text();
    assert!(needing.contains("Nothing needs you"), "{needing}");
    assert!(editor.get(&format!("{list}?show=news")).await.text().contains("A post is public"));
    assert_eq!(editor.post(&format!("{list}/read"), &[]).await.status, StatusCode::SEE_OTHER);
    assert!(!editor.get(&list).await.text().contains("bell-news"));
}
