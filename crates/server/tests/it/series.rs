//! Posts that come again and again: in the composer, on the post's page, and by API.

use axum::http::{Method, StatusCode};
use carillon_domain::permission::Role;
use serde_json::{Value, json};

use crate::support::desk::{Desk, on_both_desks};

/// A Wednesday; tests begin the day before.
const TIME: &str = "2026-11-25T12:00";

/// The form of a post with what is to be changed of it.
fn form<'a>(desk: &'a Desk, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut form =
        vec![("account", desk.account.as_str()), ("timezone", "Europe/Athens"), ("action", "schedule")];
    form.extend_from_slice(more);
    form
}

async fn posts(desk: &Desk, status: &str) -> Vec<Value> {
    let list = desk.call(Method::GET, &format!("/api/v1/posts?status={status}&limit=100"), None).await.json();
    let mut posts = list["items"].as_array().expect("items").clone();
    posts.sort_by_key(|post| post["scheduled_at"].as_str().map(str::to_owned));
    posts
}

#[tokio::test]
async fn a_series_is_made_changed_and_canceled_on_pages() {
    let desk = Desk::new().await;
    let browser = desk.owner().await;
    let compose = format!("{}/compose", desk.home);
    let page = browser.get(&compose).await.text();
    assert!(
        page.contains("<select class=\"form-select\" id=\"repeat\"") && !page.contains("name=\"scope\""),
        "{page}"
    );

    // The main mistake: a rule that the first day is not of. All that was typed comes back.
    let rule = [
        ("text", "Bells"),
        ("scheduled_at", TIME),
        ("repeat", "rule"),
        ("repeat_rule", "FREQ=WEEKLY;BYDAY=TU"),
    ];
    let refused = browser.post(&compose, &form(&desk, &rule)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let text = refused.text();
    assert!(text.contains("The first day that it has from then on is 2026-12-01"), "{text}");
    assert!(
        text.contains("value=\"FREQ=WEEKLY;BYDAY=TU\"") && text.contains("<option value=\"rule\" selected>")
    );

    let weekly =
        [("text", "Bells"), ("scheduled_at", TIME), ("repeat", "weekly"), ("repeat_ends", "2026-12-16")];
    let saved = browser.post(&compose, &form(&desk, &weekly)).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let made = posts(&desk, "scheduled").await;
    let times: Vec<_> = made.iter().map(|post| post["scheduled_at"].as_str().unwrap_or_default()).collect();
    assert_eq!(
        times,
        ["2026-11-25T10:00:00Z", "2026-12-02T10:00:00Z", "2026-12-09T10:00:00Z", "2026-12-16T10:00:00Z"]
    );
    let shown = browser.get(saved.header("location").trim_end_matches("?saved")).await.text();
    assert!(shown.contains("Every week, 12:00, on the clock of Europe/Athens"), "{shown}");
    assert!(shown.contains("<code>FREQ=WEEKLY;UNTIL=20261216</code>"), "{shown}");

    // From the third on another text and hour; the second alone.
    let edit = |post: &Value| format!("{compose}?post={}", post["id"].as_str().expect("an id"));
    let (second, third) = (&made[1], &made[2]);
    let page = browser.get(&edit(third)).await.text();
    assert!(page.contains("name=\"scope\" value=\"one\" checked"), "{page}");
    assert!(page.contains("value=\"FREQ=WEEKLY\"") && page.contains("value=\"2026-12-16\""), "{page}");
    let change = async |post: &Value, scope: &str, text: &str, time: &str| {
        let (id, version) = (post["id"].as_str().expect("an id"), post["version"].to_string());
        let more = [
            ("post", id),
            ("version", version.as_str()),
            ("text", text),
            ("scheduled_at", time),
            ("scope", scope),
            ("repeat", "rule"),
            ("repeat_rule", "FREQ=WEEKLY;UNTIL=20261216"),
        ];
        browser.post(&edit(post), &form(&desk, &more)).await
    };
    let one = change(second, "one", "Just now", "2026-12-03T12:00").await;
    assert_eq!(one.status, StatusCode::SEE_OTHER, "{}", one.text());
    let later = change(third, "following", "Later bells", "2026-12-09T15:00").await;
    assert_eq!(later.status, StatusCode::SEE_OTHER, "{}", later.text());
    let told: Vec<_> = posts(&desk, "scheduled")
        .await
        .iter()
        .map(|post| {
            format!(
                "{} {}",
                post["scheduled_at"].as_str().unwrap_or_default(),
                post["text"].as_str().unwrap_or_default()
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "2026-11-25T10:00:00Z Bells",
            "2026-12-03T10:00:00Z Just now",
            "2026-12-09T13:00:00Z Later bells",
            "2026-12-16T13:00:00Z Later bells",
        ]
    );
    let new = later.header("location").trim_end_matches("?saved").to_owned();
    let shown = browser.get(&new).await.text();
    assert!(shown.contains("Later bells") && shown.contains("Every week, 15:00"), "{shown}");
    let first = desk.page(&made[0]);
    assert!(browser.get(&first).await.text().contains("changed alone"));

    let canceled = browser.post(&format!("{new}/series/cancel"), &[("scope", "all")]).await;
    assert_eq!(canceled.status, StatusCode::SEE_OTHER, "{}", canceled.text());
    let shown = browser.get(canceled.header("location")).await.text();
    assert!(shown.contains("2 posts were canceled. The series has ended."), "{shown}");
    assert!(!shown.contains("/series/cancel\""), "{shown}");
    assert_eq!(posts(&desk, "scheduled").await.len(), 2);
    let strange = browser.post(&format!("{first}/series/cancel"), &[("scope", "none")]).await;
    assert_eq!(strange.status, StatusCode::UNPROCESSABLE_ENTITY);
}

async fn taken_back(desk: Desk) {
    let browser = desk.owner().await;
    let compose = format!("{}/compose", desk.home);
    let weekly =
        [("text", "Bells"), ("scheduled_at", TIME), ("repeat", "weekly"), ("repeat_ends", "2026-12-23")];
    let saved = browser.post(&compose, &form(&desk, &weekly)).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let made = posts(&desk, "scheduled").await;
    let id = |post: &Value| post["id"].as_str().expect("an id").to_owned();
    // The second is cancelled alone, the fourth says something else: neither is touched by what follows.
    let alone = desk.call(Method::DELETE, &format!("/api/v1/posts/{}", id(&made[1])), None).await;
    assert_eq!(alone.status, StatusCode::OK, "{}", alone.text());
    let other = json!({ "text": "Other bells" });
    let changed = desk.call(Method::PATCH, &format!("/api/v1/posts/{}", id(&made[3])), Some(other)).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text());
    desk.app.clock.advance(std::time::Duration::from_secs(60));

    let first = desk.page(&made[0]);
    let canceled = browser.post(&format!("{first}/series/cancel"), &[("scope", "all")]).await;
    let shown = browser.get(canceled.header("location")).await.text();
    assert!(shown.contains("3 posts were canceled. The series has ended."), "{shown}");
    assert!(
        shown.contains(&format!("action=\"{first}/series/resume\"><button class=\"btn\">Undo<")),
        "{shown}"
    );
    assert!(browser.get(&first).await.text().contains("This series was canceled."), "and later, too");
    assert_eq!(posts(&desk, "scheduled").await.len(), 1, "the one that was changed alone");

    let back = browser.post(&format!("{first}/series/resume"), &[]).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.text());
    let shown = browser.get(back.header("location")).await.text();
    assert!(shown.contains("The series goes on.") && shown.contains("FREQ=WEEKLY;UNTIL=20261223"), "{shown}");
    assert!(!shown.contains("/series/resume\"") && shown.contains("/series/cancel\""), "{shown}");
    let told = |posts: &[Value]| -> Vec<_> {
        posts.iter().map(|p| (p["scheduled_at"].clone(), p["text"].clone())).collect()
    };
    let kept: Vec<Value> = [0, 2, 3, 4].map(|place| made[place].clone()).into();
    let mut before = told(&kept);
    before[2].1 = json!("Other bells");
    assert_eq!(told(&posts(&desk, "scheduled").await), before);
    let gone = posts(&desk, "canceled").await;
    assert_eq!(gone.iter().map(id).collect::<Vec<_>>(), [id(&made[1])], "nobody asked for it");

    let now = back.header("location").split('?').next().expect("a page").to_owned();
    let twice = browser.post(&format!("{now}/series/resume"), &[]).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
    assert!(twice.text().contains("there is nothing to undo"), "{}", twice.text());

    // A post that was changed alone, and cancelled from its own page with the series, comes back as it was.
    let fourth = desk.page(&made[3]);
    let canceled = browser.post(&format!("{fourth}/series/cancel"), &[("scope", "following")]).await;
    assert!(canceled.header("location").ends_with("canceled=2"), "{}", canceled.text());
    let back = browser.post(&format!("{fourth}/series/resume"), &[]).await;
    assert!(back.header("location").starts_with(&fourth), "{}", back.header("location"));
    assert_eq!(told(&posts(&desk, "scheduled").await), before);
    desk.app.dispose().await;
}
on_both_desks!(that_a_series_was_canceled_is_taken_back, super::taken_back);

#[tokio::test]
async fn a_draft_becomes_the_first_of_a_series() {
    let desk = Desk::new().await;
    let browser = desk.owner().await;
    let draft = desk.post("Bells", json!({ "status": "draft", "tags": ["bells"] })).await;
    let (id, version) = (draft["id"].as_str().expect("an id"), draft["version"].to_string());
    let more = [
        ("post", id),
        ("version", version.as_str()),
        ("text", "Bells"),
        ("scheduled_at", TIME),
        ("repeat", "daily"),
        ("repeat_ends", "2026-11-26"),
    ];
    let saved = browser.post(&format!("{}/compose?post={id}", desk.home), &form(&desk, &more)).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    let made = posts(&desk, "scheduled").await;
    assert_eq!(made.len(), 2, "{made:?}");
    assert_eq!(made[0]["id"], draft["id"]);
}

#[tokio::test]
async fn a_post_of_a_series_that_ended_begins_a_new_one() {
    let desk = Desk::new().await;
    let browser = desk.owner().await;
    let more = json!({ "status": "scheduled", "scheduled_at": TIME, "timezone": "Europe/Athens", "repeat": "FREQ=WEEKLY" });
    desk.post("Bells", more).await;
    let made = posts(&desk, "scheduled").await;
    // The last ones are cancelled while the first ones stay, then the rest.
    for (post, scope, time, ends) in
        [(&made[2], "following", "2026-12-09T12:00", "2026-12-10"), (&made[0], "all", TIME, "2026-11-26")]
    {
        let id = post["id"].as_str().expect("an id");
        let path = format!("/api/v1/posts/{id}/series?scope={scope}");
        assert_eq!(desk.call(Method::DELETE, &path, None).await.status, StatusCode::OK);
        let compose = format!("{}/compose?post={id}", desk.home);
        let page = browser.get(&compose).await.text();
        assert!(!page.contains("name=\"scope\""), "{page}");
        let version = desk.read(post).await["version"].to_string();
        let again = [
            ("post", id),
            ("version", version.as_str()),
            ("text", "Daily bells"),
            ("scheduled_at", time),
            ("repeat", "daily"),
            ("repeat_ends", ends),
        ];
        let saved = browser.post(&compose, &form(&desk, &again)).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
        let shown = browser.get(&desk.page(post)).await.text();
        assert!(shown.contains("FREQ=DAILY;UNTIL="), "{scope}: {shown}");
    }
    let texts: Vec<_> =
        posts(&desk, "scheduled").await.into_iter().map(|post| post["text"].clone()).collect();
    assert_eq!(texts, vec![json!("Daily bells"); 4], "two days each, and the second week is canceled");
}

#[tokio::test]
async fn programs_make_series_too() {
    let desk = Desk::new().await;
    let rule = "FREQ=DAILY;COUNT=3";
    let more =
        json!({ "status": "scheduled", "scheduled_at": TIME, "timezone": "Europe/Athens", "repeat": rule });
    let first = desk.post("Bells", more).await;
    assert!(first["warnings"].to_string().contains("duplicate_content"), "{first}");
    assert_eq!(posts(&desk, "scheduled").await.len(), 3);
    let body = json!({ "text": "A", "accounts": [desk.account], "status": "now", "repeat": rule });
    let refused = desk.call(Method::POST, "/api/v1/posts", Some(body)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.json()["errors"][0]["field"], "repeat");

    let path = format!("/api/v1/posts/{}/series", first["id"].as_str().expect("an id"));
    let told = desk.call(Method::GET, &path, None).await.json();
    assert_eq!((&told["rule"], &told["begins"]), (&json!(rule), &json!("2026-11-25T12:00:00")));
    assert_eq!(told["next"].as_array().map(Vec::len), Some(3), "{told}");
    let alone = desk.post("Alone", json!({ "status": "draft" })).await;
    let none = format!("/api/v1/posts/{}/series", alone["id"].as_str().expect("an id"));
    assert_eq!(desk.call(Method::GET, &none, None).await.status, StatusCode::NOT_FOUND);

    let browser = desk.member(Role::Contributor).await;
    let shown = browser.get(&desk.page(&first)).await.text();
    assert!(shown.contains("FREQ=DAILY;COUNT=3") && !shown.contains("/series/cancel\""), "{shown}");
    let refused = browser.post(&format!("{}/series/cancel", desk.page(&first)), &[("scope", "all")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert_eq!(posts(&desk, "scheduled").await.len(), 3);
    let strange = desk.call(Method::DELETE, &format!("{path}?scope=some"), None).await;
    assert_eq!(strange.status, StatusCode::UNPROCESSABLE_ENTITY);
    let ended = desk.call(Method::DELETE, &path, None).await;
    assert_eq!(ended.json(), json!({ "canceled": 3 }), "{}", ended.text());
    assert!(posts(&desk, "scheduled").await.is_empty());
}

#[tokio::test]
async fn what_does_not_come_is_not_told_of() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let more = json!({ "status": "scheduled", "scheduled_at": TIME, "timezone": "Europe/Athens",
        "repeat": "FREQ=DAILY;COUNT=4" });
    desk.post("Bells", more).await;
    let made = posts(&desk, "scheduled").await;
    let path = |post: &Value| format!("/api/v1/posts/{}/series", post["id"].as_str().expect("an id"));
    let next = async || {
        let told = desk.call(Method::GET, &path(&made[0]), None).await.json();
        let next = told["next"].as_array().expect("what comes").iter();
        next.map(|one| one["post"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(next().await.len(), 4);
    // One is canceled alone, another one thrown away as well.
    for post in [&made[1], &made[2]] {
        owner.post(&format!("{}/cancel", desk.page(post)), &[]).await;
    }
    owner.post(&format!("{}/trash", desk.page(&made[2])), &[]).await;
    assert_eq!(next().await, [made[0]["id"].clone(), made[3]["id"].clone()]);
    let card = owner.get(&desk.page(&made[0])).await.text();
    assert_eq!([1, 2, 3].map(|n: usize| card.contains(&desk.page(&made[n]))), [false, false, true], "{card}");
    assert_eq!(desk.call(Method::GET, &path(&made[2]), None).await.status, StatusCode::NOT_FOUND);
    desk.app.engine.upkeep().await;
    assert_eq!(posts(&desk, "scheduled").await.len(), 2, "their days stay taken");
    desk.call(Method::DELETE, &path(&made[0]), None).await;
    assert!(next().await.is_empty(), "nor what was canceled with the rest");
}

#[tokio::test]
async fn a_new_rule_needs_its_posts_and_the_last_day_can_be_another() {
    let desk = Desk::new().await;
    let browser = desk.owner().await;
    let more = json!({ "status": "scheduled", "scheduled_at": TIME, "timezone": "Europe/Athens",
        "repeat": "FREQ=WEEKLY;UNTIL=20261209" });
    let first = desk.post("Bells", more).await;
    assert_eq!(posts(&desk, "scheduled").await.len(), 3);
    let (id, version) = (first["id"].as_str().expect("an id"), first["version"].to_string());
    let page = format!("{}/compose?post={id}", desk.home);
    let change = async |scope: &str, rule: &str, ends: &str| {
        let more = [
            ("post", id),
            ("version", version.as_str()),
            ("text", "Bells"),
            ("scheduled_at", TIME),
            ("scope", scope),
            ("repeat", "rule"),
            ("repeat_rule", rule),
            ("repeat_ends", ends),
        ];
        browser.post(&page, &form(&desk, &more)).await
    };
    for (rule, ends) in [("FREQ=DAILY", "2026-12-09"), ("FREQ=WEEKLY", "2026-12-16")] {
        let refused = change("one", rule, ends).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("Choose which posts of the series"), "{}", refused.text());
    }
    assert_eq!(desk.read(&first).await["version"], first["version"], "nothing is changed");
    let later = change("all", "FREQ=WEEKLY", "2026-12-16").await;
    assert_eq!(later.status, StatusCode::SEE_OTHER, "{}", later.text());
    assert_eq!(posts(&desk, "scheduled").await.len(), 4);
}
