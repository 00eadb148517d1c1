//! The next best times in the composer: what they rest on, what is left out, and who gets to see them.

use axum::http::{Method, StatusCode};
use carillon_domain::id::{AccountId, WorkspaceId};
use carillon_domain::permission::Role;
use carillon_domain::time::{SignedDuration, Timestamp};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::analytics::read_account;
use crate::best_times::planted;
use crate::support::desk::Desk;
use crate::support::{Browser, OWNER, TestApp};

/// Plants posts of an account at a desk.
async fn grown(desk: &Desk, account: &str, good: std::ops::RangeInclusive<u8>, how_many: i64) {
    let account: AccountId = account.parse().expect("an id");
    planted(&desk.app, desk.workspace, account, good, how_many).await;
}

/// The part of the page for these parameters.
async fn part(browser: &Browser<'_>, home: &str, query: &str) -> String {
    let answer = browser.get(&format!("{home}/compose/slots?{query}")).await;
    assert_eq!(answer.status, StatusCode::OK, "{query}: {}", answer.text());
    answer.text()
}

/// The times that are offered, as the field takes them.
fn offered(text: &str) -> Vec<String> {
    let parts = text.split("data-slot=\"").skip(1);
    parts.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

fn wall(slot: &str) -> DateTime {
    slot.parse().expect("a time")
}

fn instant(slot: &str) -> Timestamp {
    let zone = TimeZone::get("Europe/Athens").expect("a zone");
    zone.to_timestamp(wall(slot)).expect("an instant")
}

/// The best hour of an account by API.
async fn best(desk: &Desk, account: &str) -> Value {
    let path = format!("/api/v1/analytics/best-times?account={account}");
    desk.call(Method::GET, &path, None).await.json()["items"][0]["slots"][0].clone()
}

#[tokio::test]
async fn the_best_hours_are_offered_with_what_they_rest_on() {
    let desk = Desk::new().await;
    grown(&desk, &desk.account, 8..=12, 80).await;
    let browser = desk.owner().await;
    let form = browser.get(&format!("{}/compose", desk.home)).await.text();
    assert!(form.contains(&format!("data-slots=\"{}/compose/slots\"", desk.home)), "{form}");
    assert!(!form.contains("data-slot=\""), "the form does not wait for them: {form}");

    let query = format!("account={}", desk.account);
    let text = part(&browser, &desk.home, &query).await;
    let slots = offered(&text);
    assert_eq!(slots.len(), 5, "{text}");
    let first = best(&desk, &desk.account).await;
    let local = first["next_local"].as_str().expect("a time");
    assert!(local.starts_with(&slots[0]), "{local}: {text}");
    let now = desk.app.engine.clock.now();
    for (n, slot) in slots.iter().enumerate() {
        let at = instant(slot);
        assert!(at > now + SignedDuration::from_mins(15), "{slot}");
        assert!(at < now + SignedDuration::from_hours(8 * 24), "{slot}");
        for other in &slots[..n] {
            let apart = at.duration_since(instant(other)).abs();
            assert!(apart >= SignedDuration::from_hours(2), "{slot} and {other}");
        }
    }
    assert!((7..=13).contains(&wall(&slots[0]).hour()), "{text}");
    let (_, gain) = text.split_once("<span>").expect("words");
    let (gain, _) = gain.split_once("</span>").expect("their end");
    assert!(gain.contains(" times the mean, likely "), "{gain}");
    let words = gain.split(' ');
    let said: Vec<f64> = words.filter_map(|word| word.parse().ok()).collect();
    let known = ["value", "low", "high"].map(|name| first[name].as_f64().expect("a number"));
    assert_eq!(said.len(), 3, "{gain}");
    for (said, known) in said.iter().zip(known) {
        assert!((said - known).abs() < 0.051, "{gain}: {first}");
    }
    let named = wall(&slots[0]).strftime("%a %-d %b, %H:%M").to_string();
    assert!(text.contains(&format!("<b>{named}</b>")), "{named}: {text}");
    assert_eq!(text.matches("on Bluesky, 80 posts").count(), 5, "{text}");
    assert!(text.contains("the best time stands out"), "{text}");
    assert!(text.contains("On the clock of Europe/Athens."), "{text}");
    assert!(!text.contains("<html") && !text.contains("style=\"") && !text.contains("<script"), "{text}");

    // Ten minutes before it comes, it is the one of the week after.
    desk.app.clock.advance_to(instant(&slots[0]) - SignedDuration::from_mins(10));
    let later = offered(&part(&browser, &desk.home, &query).await);
    let next = (wall(&slots[0]) + SignedDuration::from_hours(7 * 24)).strftime("%Y-%m-%dT%H:%M").to_string();
    assert_eq!(later[0], next);
    assert!(!later.contains(&slots[0]), "{later:?}");
}

#[tokio::test]
async fn few_posts_are_no_advice() {
    let desk = Desk::new().await;
    let browser = desk.owner().await;
    let query = format!("account={}", desk.account);
    let text = part(&browser, &desk.home, "").await;
    assert!(text.contains("Choose accounts") && offered(&text).is_empty(), "{text}");

    grown(&desk, &desk.account, 8..=12, 11).await;
    let text = part(&browser, &desk.home, &query).await;
    assert!(text.contains("Not enough history to recommend a time: that takes 12 posts"), "{text}");
    assert!(text.contains("the general pattern") && text.contains("on Bluesky, 11 posts"), "{text}");
    assert!(offered(&text).is_empty() && !text.contains("times the mean"), "{text}");
}

#[tokio::test]
async fn some_posts_are_a_hint() {
    let desk = Desk::new().await;
    let browser = desk.owner().await;
    grown(&desk, &desk.account, 8..=12, 20).await;
    let text = part(&browser, &desk.home, &format!("account={}", desk.account)).await;
    assert!(text.contains("A hint, not more") && !text.contains("stands out. The best"), "{text}");
    assert!(text.contains("on Bluesky, 20 posts") && !offered(&text).is_empty(), "{text}");
}

#[tokio::test]
async fn an_hour_in_which_something_is_planned_is_left_out() {
    let desk = Desk::new().await;
    grown(&desk, &desk.account, 8..=12, 80).await;
    let browser = desk.owner().await;
    let query = format!("account={}", desk.account);
    let before = part(&browser, &desk.home, &query).await;
    let slot = offered(&before)[0].clone();
    assert!(!before.contains("within an hour of something"), "{before}");

    let at = (instant(&slot) + SignedDuration::from_mins(20)).to_string();
    let post = desk.post("Planned", json!({ "status": "scheduled", "scheduled_at": at })).await;
    let busy = part(&browser, &desk.home, &query).await;
    assert!(!offered(&busy).contains(&slot) && !offered(&busy).is_empty(), "{slot}: {busy}");
    assert!(busy.contains("Times within an hour of something"), "{busy}");

    let id = post["id"].as_str().expect("an id");
    let changed = part(&browser, &desk.home, &format!("{query}&post={id}")).await;
    assert_eq!(offered(&changed)[0], slot, "a post is not in its own way");
    let canceled = desk.call(Method::DELETE, &format!("/api/v1/posts/{id}"), None).await;
    assert_eq!(canceled.status, StatusCode::OK, "{}", canceled.text());
    assert_eq!(offered(&part(&browser, &desk.home, &query).await)[0], slot, "it is free again");
}

#[tokio::test]
async fn several_accounts_have_hours_that_are_best_for_all_of_them() {
    let desk = Desk::new().await;
    let (instagram, threads) = (desk.connect("instagram").await, desk.connect("threads").await);
    grown(&desk, &desk.account, 8..=12, 80).await;
    grown(&desk, &instagram, 11..=15, 80).await;
    grown(&desk, &threads, 18..=20, 5).await;
    let browser = desk.owner().await;
    let query = format!("account={}&account={instagram}&account={threads}", desk.account);
    let text = part(&browser, &desk.home, &query).await;
    let slot = offered(&text)[0].clone();
    assert!((10..=13).contains(&wall(&slot).hour()), "good for both: {text}");
    assert!(
        text.contains("2 accounts, 160 posts") && text.contains("each account weighs the same"),
        "{text}"
    );
    let (_, left_out) = text.split_once("Not counted, because it takes 12 posts:").expect("who is left out");
    let (left_out, _) = left_out.split_once("</p>").expect("its end");
    assert!(left_out.contains("on Threads, 5 posts") && !left_out.contains("80 posts"), "{left_out}");

    // Who doesn't count can be busy all the same.
    let planned =
        json!({ "status": "scheduled", "scheduled_at": instant(&slot).to_string(), "accounts": [threads] });
    desk.post("Planned elsewhere", planned).await;
    let busy = offered(&part(&browser, &desk.home, &query).await);
    assert!(!busy.contains(&slot) && !busy.is_empty(), "{busy:?}");
    let pair = format!("account={}&account={instagram}", desk.account);
    assert_eq!(offered(&part(&browser, &desk.home, &pair).await)[0], slot, "without it the hour is free");
}

#[tokio::test]
async fn who_may_write_sees_them() {
    let desk = Desk::new().await;
    let path = format!("{}/compose/slots?account={}", desk.home, desk.account);
    for (role, status) in [
        (Role::Admin, StatusCode::OK),
        (Role::Editor, StatusCode::OK),
        (Role::Contributor, StatusCode::OK),
        (Role::Analyst, StatusCode::FORBIDDEN),
        (Role::Client, StatusCode::FORBIDDEN),
    ] {
        assert_eq!(desk.member(role).await.get(&path).await.status, status, "{role:?}");
    }
}

#[tokio::test]
async fn an_account_of_another_workspace_is_not_there() {
    let (app, sandbox) = TestApp::networked(&[]).await;
    let (browser, home) = app.owner().await;
    let (made, _) = app.stranger("eve@example.com", Role::Owner).await;
    let theirs: WorkspaceId = made.workspace.id;
    let account = read_account(&app, &sandbox, theirs).await;
    planted(&app, theirs, account, 8..=12, 80).await;
    let query = format!("account={account}");
    let text = part(&browser, &home, &query).await;
    assert!(text.contains("Choose accounts") && offered(&text).is_empty(), "{text}");
    assert!(!text.contains("Bluesky"), "{text}");

    let eve = app.browser();
    assert_eq!(eve.sign_in("eve@example.com", OWNER.1).await.status, StatusCode::SEE_OTHER);
    let text = part(&eve, &format!("/w/{theirs}"), &query).await;
    assert!(!offered(&text).is_empty() && text.contains("On the clock of UTC."), "{text}");
}

#[tokio::test]
async fn without_scripts_the_server_fills_the_time_in() {
    let desk = Desk::new().await;
    grown(&desk, &desk.account, 8..=12, 80).await;
    let browser = desk.owner().await;
    let here = format!("{}/compose", desk.home);
    let form = async |action: &str| {
        let form = [
            ("text", "Much <work>"),
            ("account", desk.account.as_str()),
            ("timezone", "UTC"),
            ("scheduled_at", "2026-12-24T18:00"),
            ("action", action),
        ];
        let answer = browser.post(&here, &form).await;
        assert_eq!(answer.status, StatusCode::OK, "{action}: {}", answer.text());
        let text = answer.text();
        assert!(text.contains("Much &#60;work&#62;"), "{text}");
        text
    };
    let stands = |text: &str, time: &str| text.contains(&format!("type=\"datetime-local\" value=\"{time}\""));
    let zone =
        |text: &str, zone: &str| text.contains(&format!("name=\"timezone\" type=\"text\" value=\"{zone}\""));
    let shown = form("slots").await;
    let slots = offered(&shown);
    assert!(!slots.is_empty() && shown.contains(&format!("value=\"slot/{}\"", slots[1])), "{shown}");
    assert!(stands(&shown, "2026-12-24T18:00") && zone(&shown, "UTC"), "nothing is chosen yet: {shown}");
    let taken = form(&format!("slot/{}", slots[1])).await;
    assert!(stands(&taken, &slots[1]) && zone(&taken, "Europe/Athens"), "{taken}");
    let strange = form("slot/tomorrow").await;
    assert!(stands(&strange, "2026-12-24T18:00") && zone(&strange, "UTC"), "{strange}");
    assert!(browser.get(&format!("{}/posts", desk.home)).await.text().contains("No posts yet"));
}
