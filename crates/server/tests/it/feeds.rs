//! The plan in a calendar of one's own.

use axum::http::{Method, StatusCode};
use carillon_domain::permission::Role;
use serde_json::json;

use crate::support::desk::{Desk, on_both_desks};
use crate::support::{Answer, Browser, TestApp};

/// Makes a link by the page; answers its path.
async fn link(desk: &Desk, browser: &Browser<'_>) -> String {
    let made = browser.post(&format!("{}/settings/calendar", desk.home), &[]).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let page = made.text();
    let shown = page.split("<code id=\"new-feed\">").nth(1).and_then(|rest| rest.split('<').next());
    let path = shown.and_then(|link| link.split("/feeds/").nth(1)).expect("a link");
    format!("/feeds/{path}")
}

/// The lines, without the folds.
fn lines(feed: &Answer) -> Vec<String> {
    feed.text().replace("\r\n ", "").split("\r\n").map(str::to_owned).collect()
}

async fn subscribed(desk: Desk) {
    let owner = desk.owner().await;
    let post = desk
        .post(
            "Doors open, at nine;\nbring a cup \\ mug",
            json!({ "status": "scheduled", "scheduled_at": "2026-12-24T09:00:00", "tags": ["secret tag"] }),
        )
        .await;
    let draft = desk.post("Maybe", json!({ "status": "draft", "scheduled_at": "2026-12-25T09:00:00" })).await;
    desk.post("Some day", json!({ "status": "draft" })).await;
    let path = link(&desk, &owner).await;

    let feed = desk.app.get(&path).await;
    assert_eq!((feed.status, feed.header("content-type")), (StatusCode::OK, "text/calendar; charset=utf-8"));
    assert_eq!(feed.header("cache-control"), "private, no-cache");
    // 75 octets, and the space that a fold begins with.
    assert!(feed.text().split("\r\n").all(|line| line.len() <= 76), "{}", feed.text());
    let told = lines(&feed);
    let id = post["id"].as_str().expect("an id");
    for line in [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "X-WR-TIMEZONE:Europe/Athens",
        "DTSTART:20261224T070000Z",
        "SUMMARY:Doors open\\, at nine\\; bring a cup \\\\ mug",
        &format!("UID:{id}@carillon"),
        "STATUS:CONFIRMED",
        "STATUS:TENTATIVE",
    ] {
        assert!(told.iter().any(|known| known == line), "{line}: {told:#?}");
    }
    let text = told.join("\n");
    assert_eq!(text.matches("BEGIN:VEVENT").count(), 2, "what has no time is in no calendar");
    for private in ["secret tag", crate::support::OWNER.0, &desk.account] {
        assert!(!text.contains(private), "{private}");
    }

    let (etag, changed) = (feed.header("etag").to_owned(), feed.header("last-modified").to_owned());
    assert!(changed.ends_with(" GMT"), "{changed}");
    desk.app.clock.advance(std::time::Duration::from_secs(600));
    for held in [("if-none-match", etag.as_str()), ("if-modified-since", changed.as_str())] {
        let again = desk.app.request(Method::GET, &path, &[held], "").await;
        assert_eq!((again.status, again.text()), (StatusCode::NOT_MODIFIED, String::new()), "{held:?}");
        assert_eq!(again.header("last-modified"), changed);
    }
    let canceled = desk.call(Method::DELETE, &format!("/api/v1/posts/{id}"), None).await;
    assert_eq!(canceled.status, StatusCode::OK);
    let thrown = format!("/api/v1/posts/{}", draft["id"].as_str().expect("an id"));
    assert_eq!(desk.call(Method::DELETE, &thrown, None).await.status, StatusCode::OK);
    let stale = [("if-none-match", etag.as_str()), ("if-modified-since", changed.as_str())];
    let after = desk.app.request(Method::GET, &path, &stale, "").await;
    assert_eq!(after.status, StatusCode::OK);
    assert_ne!(after.header("last-modified"), changed);
    let told = lines(&after);
    assert!(told.contains(&"STATUS:CANCELLED".to_owned()) && told.contains(&format!("UID:{id}@carillon")));
    assert!(!after.text().contains("Maybe"), "drafts are thrown away");
    desk.app.dispose().await;
}
on_both_desks!(a_plan_is_subscribed_to_and_stays_up_to_date, super::subscribed);

#[tokio::test]
async fn a_link_is_good_until_it_is_renewed_ended_or_its_member_may_not_read() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let editor = desk.member(Role::Editor).await;
    let theirs = link(&desk, &editor).await;
    let first = link(&desk, &owner).await;
    let second = link(&desk, &owner).await;
    let status = async |path: &str| desk.app.get(path).await.status;
    assert_eq!(status(&first).await, StatusCode::NOT_FOUND, "renewed");
    assert_eq!(status(&second).await, StatusCode::OK);
    let settings = format!("{}/settings/calendar", desk.home);
    let page = owner.get(&settings).await.text();
    let secret = second.split('/').nth(2).expect("a secret");
    assert!(page.contains(&secret[..20]) && !page.contains(secret), "shown once");

    assert_eq!(owner.post(&format!("{settings}/revoke"), &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(status(&second).await, StatusCode::NOT_FOUND, "ended");
    assert_eq!(owner.post(&format!("{settings}/revoke"), &[]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(status(&theirs).await, StatusCode::OK, "each member has their own");
    assert_eq!(status("/feeds/carillon_feed_guess/carillon.ics").await, StatusCode::NOT_FOUND);

    let client = desk.member(Role::Client).await;
    assert_eq!(client.post(&settings, &[]).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_calendar_has_the_text_that_goes_out() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let threads = desk.connect("threads").await;
    let when = json!({ "status": "scheduled", "scheduled_at": "2026-12-24T09:00:00", "fill_in": true });
    let on = |accounts: serde_json::Value| {
        let mut more = when.clone();
        more["accounts"] = accounts;
        more
    };
    desk.post("Open on {date}", on(json!([desk.account]))).await;
    desk.post("Closed after {date}", on(json!([desk.account, threads]))).await;
    desk.post("As {network} has it", on(json!([desk.account, threads]))).await;
    let told = lines(&desk.app.get(&link(&desk, &owner).await).await).join("\n");
    for text in ["Open on 2026-12-24", "Closed after 2026-12-24"] {
        assert!(told.contains(&format!("SUMMARY:{text}\n")), "{text}: {told}");
    }
    assert!(told.contains("SUMMARY:As {network} has it\n"), "each account gets another one: {told}");
}

#[tokio::test]
async fn guessing_links_is_limited() {
    let app = TestApp::with(&[("limits.requests_per_minute", "3")]).await;
    let guess = async |n: usize| app.get(&format!("/feeds/carillon_feed_{n}/carillon.ics")).await.status;
    for n in 0..3 {
        assert_eq!(guess(n).await, StatusCode::NOT_FOUND);
    }
    assert_eq!(guess(3).await, StatusCode::TOO_MANY_REQUESTS);
}
