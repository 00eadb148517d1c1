//! Moving posts from the calendar: what is done at once, what is asked about, and what is refused and changes nothing.

use axum::http::{Method, StatusCode};
use carillon_domain::permission::Role;
use serde_json::{Value, json};

use crate::support::desk::{Desk, on_both_desks};
use crate::support::{Answer, Browser};

fn at(wall: &str) -> Value {
    json!({ "status": "scheduled", "scheduled_at": wall, "timezone": "Europe/Athens" })
}

async fn put(browser: &Browser<'_>, desk: &Desk, post: &Value, form: &[(&str, &str)]) -> Answer {
    let path = format!("{}/move", desk.page(post));
    let version = post["version"].to_string();
    let mut all = vec![("version", version.as_str())];
    all.extend_from_slice(form);
    browser.post(&path, &all).await
}

async fn moved(desk: Desk) {
    let owner = desk.owner().await;
    let mut pattern = at("2026-12-02T09:00:30");
    pattern["timezone"] = json!("America/New_York");
    let post = desk.post("A bell", pattern).await;
    let answer = put(&owner, &desk, &post, &[("day", "2026-12-04"), ("hour", "")]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let said = answer.json();
    assert_eq!(said["said"], "Moved to 4 Dec 2026, 16:00.", "on the clock of the calendar");
    let now = desk.read(&post).await;
    assert_eq!(
        (&now["scheduled_at"], &now["timezone"], &now["status"], &now["version"]),
        (&json!("2026-12-04T14:00:30Z"), &json!("America/New_York"), &json!("scheduled"), &said["version"]),
        "the time of day, its seconds and the zone that it was planned in stay"
    );
    let by_hour = put(&owner, &desk, &now, &[("day", "2026-12-05"), ("hour", "7")]).await;
    assert_eq!(by_hour.json()["said"], "Moved to 5 Dec 2026, 07:00.");
    let now = desk.read(&post).await;
    assert_eq!(now["scheduled_at"], "2026-12-05T05:00:30Z");
    let back = by_hour.json()["was"].as_str().expect("the time before").to_owned();
    let undone = put(&owner, &desk, &now, &[("at", &back)]).await;
    assert_eq!(undone.status, StatusCode::OK, "{}", undone.text());
    assert_eq!(desk.read(&post).await["scheduled_at"], "2026-12-04T14:00:30Z");
    desk.app.dispose().await;
}
on_both_desks!(a_post_keeps_its_time_of_day_and_its_zone, super::moved);

async fn asked(desk: Desk) {
    let owner = desk.owner().await;
    desk.post("There before", at("2026-12-04T09:30:00")).await;
    let post = desk.post("A bell", at("2026-12-02T09:00:00")).await;
    let to = [("day", "2026-12-04")];
    let answer = put(&owner, &desk, &post, &to).await;
    let question = answer.json()["ask"].as_str().map(str::to_owned).unwrap_or_default();
    assert!(
        question.contains("less than an hour") && question.ends_with("Move it all the same?"),
        "{question}"
    );
    assert_eq!(desk.read(&post).await["version"], post["version"], "nothing is changed yet");
    let sure = put(&owner, &desk, &post, &[to[0], ("sure", "1")]).await;
    assert!(sure.json()["said"].is_string(), "{}", sure.text());
    assert_eq!(desk.read(&post).await["scheduled_at"], "2026-12-04T07:00:00Z");

    let account = format!("/api/v1/accounts/{}", desk.account);
    let capped = desk.call(Method::PATCH, &account, Some(json!({ "caps": { "daily": 1 } }))).await;
    assert_eq!(capped.status, StatusCode::OK, "{}", capped.text());
    desk.post("The one of that day", at("2026-12-06T09:00:00")).await;
    let late = desk.post("Late", at("2026-12-07T20:00:00")).await;
    let full = put(&owner, &desk, &late, &[("day", "2026-12-06")]).await;
    let question = full.json()["ask"].as_str().map(str::to_owned).unwrap_or_default();
    assert!(question.contains("the daily cap that you set is 1"), "{question}");
    assert_eq!(desk.read(&late).await["version"], late["version"]);

    let planned = async |text: &str, wall: &str| {
        let mut body = at(wall);
        body["campaign"] = json!("Launch");
        desk.post(text, body).await
    };
    let first = planned("Soon", "2026-12-10T09:00:00").await;
    planned("Now", "2026-12-12T09:00:00").await;
    let within = put(&owner, &desk, &first, &[("day", "2026-12-11")]).await;
    assert!(within.json()["said"].is_string(), "it is still the first: {}", within.text());
    let first = desk.read(&first).await;
    let past = put(&owner, &desk, &first, &[("day", "2026-12-13")]).await;
    let question = past.json()["ask"].as_str().map(str::to_owned).unwrap_or_default();
    assert!(
        question.contains("In the campaign “Launch” it was to go out before the post of 2026-12-12 09:00")
    );
    assert_eq!(desk.read(&first).await, first);
    desk.app.dispose().await;
}
on_both_desks!(what_a_careful_person_wants_to_know_is_asked_first, super::asked);

async fn without_a_time_again(desk: Desk) {
    let owner = desk.owner().await;
    let draft = desk.post("Some day", json!({ "status": "draft" })).await;
    let answer = put(&owner, &desk, &draft, &[("day", "2026-12-04")]).await;
    assert_eq!(answer.json()["was"], Value::Null, "{}", answer.text());
    let now = desk.read(&draft).await;
    assert_eq!(now["scheduled_at"], "2026-12-04T07:00:00Z");
    let back = put(&owner, &desk, &now, &[("none", "1")]).await;
    assert_eq!(back.json()["said"], "It has no time any more, and stands beside the calendar.");
    assert_eq!(back.json()["was"], "2026-12-04T07:00:00Z", "which can be taken back, too");
    let now = desk.read(&draft).await;
    assert_eq!((&now["status"], &now["scheduled_at"]), (&json!("draft"), &Value::Null));

    let planned = desk.post("A bell", at("2026-12-02T09:00:00")).await;
    let refused = put(&owner, &desk, &planned, &[("none", "1")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("Say when it is to be published."), "{}", refused.text());
    assert_eq!(desk.read(&planned).await, planned);
    desk.app.dispose().await;
}
on_both_desks!(a_draft_that_had_no_time_gets_none_again, super::without_a_time_again);

async fn asked_of_a_login(desk: Desk) {
    let owner = desk.owner().await;
    let post = desk.post("A bell", at("2026-12-02T09:00:00")).await;
    let gone = desk.call(Method::DELETE, &format!("/api/v1/accounts/{}", desk.account), None).await;
    assert_eq!(gone.status, StatusCode::OK, "{}", gone.text());
    let post = desk.read(&post).await;
    let answer = put(&owner, &desk, &post, &[("day", "2026-12-04")]).await;
    let question = answer.json()["ask"].as_str().map(str::to_owned).unwrap_or_default();
    assert!(question.contains("The account is not connected"), "{}", answer.text());
    assert_eq!(desk.read(&post).await["version"], post["version"]);
    let sure = put(&owner, &desk, &post, &[("day", "2026-12-04"), ("sure", "1")]).await;
    assert!(sure.json()["said"].is_string(), "{}", sure.text());
    assert_eq!(desk.read(&post).await["scheduled_at"], "2026-12-04T07:00:00Z");
    desk.app.dispose().await;
}
on_both_desks!(a_lost_login_is_asked_about, super::asked_of_a_login);

async fn refused(
    desk: &Desk,
    post: &Value,
    browser: &Browser<'_>,
    form: &[(&str, &str)],
    status: StatusCode,
    says: &str,
) {
    let answer = put(browser, desk, post, form).await;
    assert_eq!(answer.status, status, "{form:?}: {}", answer.text());
    assert!(answer.text().contains(says), "{form:?}: {}", answer.text());
    assert_eq!(desk.read(post).await["scheduled_at"], "2026-12-02T07:00:00Z", "{form:?}");
}

#[tokio::test]
async fn what_is_refused_is_said_and_changes_nothing() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let post = desk.post("A bell", at("2026-12-02T09:00:00")).await;
    let wrong = StatusCode::UNPROCESSABLE_ENTITY;
    refused(&desk, &post, &owner, &[("day", "2026-11-20")], wrong, "is in the past").await;
    refused(&desk, &post, &owner, &[("day", "soon")], wrong, "no day of a calendar").await;
    refused(&desk, &post, &owner, &[("day", "2096-11-20")], wrong, "too far ahead").await;
    refused(&desk, &post, &owner, &[("at", "yesterday")], wrong, "no day of a calendar").await;
    let writer = desk.member(Role::Contributor).await;
    refused(&desk, &post, &writer, &[("day", "2026-12-03")], StatusCode::FORBIDDEN, "").await;
    let reader = desk.member(Role::Analyst).await;
    refused(&desk, &post, &reader, &[("day", "2026-12-03")], StatusCode::FORBIDDEN, "").await;
    let calendar = format!("{}/calendar?date=2026-12-02", desk.home);
    for (browser, may) in [(&owner, true), (&writer, false), (&reader, false)] {
        assert_eq!(browser.get(&calendar).await.text().contains("data-post="), may);
    }

    let path = format!("/api/v1/posts/{}", post["id"].as_str().expect("an id"));
    let changed = desk.call(Method::PATCH, &path, Some(json!({ "text": "Another" }))).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text());
    refused(&desk, &post, &owner, &[("day", "2026-12-03")], StatusCode::PRECONDITION_FAILED, "somebody else")
        .await;
}

#[tokio::test]
async fn what_went_out_stays_where_it_is() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let post = desk.post("Out", json!({ "status": "now" })).await;
    desk.work_for_hours(1).await;
    let post = desk.read(&post).await;
    assert_eq!(post["status"], "published");
    let answer = put(&owner, &desk, &post, &[("day", "2026-12-03")]).await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.text());
    assert_eq!(desk.read(&post).await, post);
    let page = owner.get(&format!("{}/calendar", desk.home)).await.text();
    assert!(page.contains("chip-published") && !page.contains("data-post="), "{page}");
}

#[tokio::test]
async fn a_draft_gets_a_time_and_stays_a_draft() {
    let desk = Desk::new().await;
    let writer = desk.member(Role::Contributor).await;
    let draft = desk.post("Some day", json!({ "status": "draft" })).await;
    let page = writer.get(&format!("{}/calendar", desk.home)).await.text();
    assert!(page.contains(&format!("data-post=\"{}\"", draft["id"].as_str().expect("an id"))), "{page}");
    let answer = put(&writer, &desk, &draft, &[("day", "2026-12-04")]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    assert!(answer.json()["was"].is_null(), "there is no time to go back to");
    let now = desk.read(&draft).await;
    assert_eq!((&now["status"], &now["scheduled_at"]), (&json!("draft"), &json!("2026-12-04T07:00:00Z")));
    let page = writer.get(&format!("{}/calendar?date=2026-12-04", desk.home)).await.text();
    let (days, beside) = page.split_once("class=\"cal-drafts\"").expect("a place for drafts");
    assert!(days.contains("chip-text\">Some day") && !beside.contains("Some day"), "{page}");
}

#[tokio::test]
async fn that_a_post_leaves_its_series_is_asked_about_once() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let mut pattern = at("2026-12-02T09:00:00");
    pattern["repeat"] = json!("FREQ=WEEKLY;COUNT=2");
    let post = desk.post("A bell", pattern).await;
    let to = [("day", "2026-12-03")];
    let answer = put(&owner, &desk, &post, &to).await;
    let question = answer.json()["ask"].as_str().map(str::to_owned).unwrap_or_default();
    assert!(question.contains("It follows a series of posts."), "{}", answer.text());
    assert_eq!(desk.read(&post).await["version"], post["version"], "nothing is changed yet");
    let sure = put(&owner, &desk, &post, &[to[0], ("sure", "1")]).await.json();
    let now = desk.read(&post).await;
    let back = put(&owner, &desk, &now, &[("at", sure["was"].as_str().expect("the time before"))]).await;
    assert!(back.json()["said"].is_string(), "it follows none any more: {}", back.text());
    assert_eq!(desk.read(&post).await["scheduled_at"], post["scheduled_at"]);
}
