//! Complaints 28, 33, 38, 42 and 46: composing a post and planning it.

use axum::http::{Method, StatusCode};
use carillon_domain::permission::Role;
use serde_json::json;

use super::in_minutes;
use crate::calendar::place;
use crate::media::jpeg;
use crate::support::Browser;
use crate::support::desk::Desk;

/// What the composer's check says of a form.
async fn checked(desk: &Desk, browser: &Browser<'_>, form: &[(&str, &str)]) -> String {
    let answer = browser.post(&format!("{}/compose/check", desk.home), form).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.text()
}

pub async fn pressed_day(desk: Desk) {
    let owner = desk.owner().await;
    let path = format!("/api/v1/accounts/{}/slots", desk.account);
    let wednesdays = json!({ "slots": [{ "weekday": 3, "time": "18:30" }] });
    assert_eq!(desk.call(Method::PUT, &path, Some(wednesdays)).await.status, StatusCode::OK);
    for _ in 0..3 {
        let month = owner.get(&format!("{}/calendar?view=month&date=2026-12-01", desk.home)).await.text();
        let day = place(&month, "2026-12-02");
        let link = day.split("class=\"cal-add\" href=\"").nth(1).and_then(|rest| rest.split('"').next());
        let form = owner.get(&link.expect("a press").replace("&#38;", "&")).await.text();
        assert!(form.contains("value=\"2026-12-02T09:00\""), "each time the same: {form}");
        desk.app.clock.advance(std::time::Duration::from_secs(17 * 60 + 13));
    }
    let offered =
        async || owner.get(&format!("{}/compose/slots?account={}", desk.home, desk.account)).await.text();
    let free = offered().await;
    assert!(free.contains("Next free slot: Wed 25 Nov, 18:30"), "{free}");
    desk.post("In the slot", json!({ "status": "queue" })).await;
    let next = offered().await;
    assert!(next.contains("Next free slot: Wed 2 Dec, 18:30"), "{next}");
    desk.app.dispose().await;
}

pub async fn out_of_reach(desk: Desk) {
    let owner = desk.owner().await;
    let (instagram, threads) = (desk.connect("instagram").await, desk.connect("threads").await);
    let picture = desk.upload("quay.jpg", "A quay", &jpeg(1080, 1080)).await;
    let picture = picture["id"].as_str().expect("an id");
    let says = "fetches files of this post from this server, which has no public address";
    for (account, network) in [(&instagram, "Instagram"), (&threads, "Threads")] {
        let form =
            [("text", "The quay"), ("account", account.as_str()), ("media", picture), ("timezone", "UTC")];
        let said = checked(&desk, &owner, &form).await;
        assert!(said.contains(&format!("{network} {says}")) && said.contains("server.public_url"), "{said}");
    }
    // Who takes what it is sent does not fetch, and a text has no files.
    for form in [
        [("text", "The quay"), ("account", desk.account.as_str()), ("media", picture), ("timezone", "UTC")],
        [("text", "The quay"), ("account", threads.as_str()), ("part", "And more"), ("timezone", "UTC")],
    ] {
        let said = checked(&desk, &owner, &form).await;
        assert!(said.contains("class=\"check") && !said.contains(says), "{said}");
    }
    // Saved all the same: the operator has time until it is due.
    let at = in_minutes(&desk, 600);
    let fields =
        json!({ "accounts": [instagram], "media": [picture], "status": "scheduled", "scheduled_at": at });
    let post = desk.post("The quay", fields).await;
    let warned = post["warnings"].as_array().expect("warnings").iter().any(|w| w["code"] == "no_public_url");
    assert!(warned && post["status"] == "scheduled", "{post}");
    desk.app.dispose().await;
}

pub async fn unaudited(desk: Desk) {
    let owner = desk.owner().await;
    let account = desk.connect("tiktok").await;
    let picture = desk.upload("quay.jpg", "A quay", &jpeg(1080, 1080)).await;
    let name = format!("option.{account}.privacy");
    let page = owner.get(&format!("{}/compose", desk.home)).await.text();
    let list = page.split(&format!("name=\"{name}\"")).nth(1).and_then(|rest| rest.split("</select>").next());
    let list = list.expect("the account's choices");
    assert!(list.contains("value=\"private\"") && !list.contains("value=\"public\""), "{list}");
    let picture = picture["id"].as_str().expect("an id");
    let of = async |privacy: &str| {
        let form = [
            ("text", "The quay"),
            ("account", account.as_str()),
            ("media", picture),
            (name.as_str(), privacy),
            ("timezone", "UTC"),
        ];
        checked(&desk, &owner, &form).await
    };
    let (refusal, hint) = (
        "lets it make only posts that nobody else sees",
        "the account itself must be private when the post goes out",
    );
    let public = of("public").await;
    assert!(public.contains(refusal) && public.contains(hint), "{public}");
    let private = of("private").await;
    assert!(!private.contains(refusal) && private.contains(hint), "{private}");
    desk.app.dispose().await;
}

pub async fn left_to_others(desk: Desk) {
    let (writer, editor) = (desk.member(Role::Contributor).await, desk.member(Role::Editor).await);
    let compose = format!("{}/compose", desk.home);
    let form = |action| {
        [("text", "By two"), ("account", desk.account.as_str()), ("timezone", "UTC"), ("action", action)]
    };
    let refused = writer.post(&compose, &form("now")).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text());
    let saved = writer.post(&compose, &form("draft")).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    desk.work().await;
    assert_eq!(desk.public("By two"), 0);

    let drafts = desk.call(Method::GET, "/api/v1/posts?status=draft", None).await.json();
    let draft = &drafts["items"][0];
    let page = editor.get(&desk.page(draft)).await.text();
    assert!(page.contains("By two") && page.contains("/compose?post="), "{page}");
    let (id, version) = (draft["id"].as_str().expect("an id"), draft["version"].to_string());
    let mut form = form("now").to_vec();
    form.extend([("post", id), ("version", version.as_str())]);
    let published = editor.post(&compose, &form).await;
    assert_eq!(published.status, StatusCode::SEE_OTHER, "{}", published.text());
    desk.work().await;
    assert_eq!(desk.public("By two"), 1);
    desk.app.dispose().await;
}

pub async fn both_changed(desk: Desk) {
    let owner = desk.owner().await;
    let post = desk
        .post("Ropes at noon", json!({ "status": "scheduled", "scheduled_at": in_minutes(&desk, 60) }))
        .await;
    let path = format!("/api/v1/posts/{}", post["id"].as_str().expect("an id"));
    let later = in_minutes(&desk, 120);
    let changed = desk
        .call(Method::PATCH, &path, Some(json!({ "text": "Bells at noon", "scheduled_at": later })))
        .await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text());
    let page = owner.get(&desk.page(&post)).await.text();
    assert!(page.contains("Bells at noon") && !page.contains("Ropes at noon"), "{page}");
    desk.work_for_hours(3).await;
    let items = desk.sandbox.world().ledger().items();
    let public: Vec<_> = items.iter().map(|item| (item.text.clone(), item.at.to_string())).collect();
    assert!(public.contains(&("Bells at noon".to_owned(), later)), "{public:?}");
    assert_eq!(desk.public("Ropes at noon"), 0);
    desk.app.dispose().await;
}
