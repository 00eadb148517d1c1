//! Planning: a thread with a poll on one network and another text on another one, in the calendar, and cancelled.

use serde_json::{Value, json};

use super::page::Page;
use super::stage::Stage;

const TEXT: &str = "Which of the two should we roast on Friday?";
const PART: &str = "We roast on the quay, visitors are welcome.";
const OTHER: &str = "Mastodon gets a text of its own about the roast.";

/// Opens what differs on an account, and gives the selector of its box.
async fn own(page: &Page, account: &str) -> String {
    let place = format!("li:has(> label > input[value='{account}'])");
    page.click(&format!("{place} input[name=account]")).await;
    page.click(&format!("{place} .compose-own > summary")).await;
    place
}

/// Turns the calendar's pages until the day is there and says whether the post is on it.
async fn is_on(page: &Page, day: &str) -> bool {
    for _ in 0..3 {
        if page.has(&format!("li.cal-day:has(time[datetime='{day}'])")).await {
            let there = format!(
                "[...document.querySelectorAll(\"li.cal-day:has(time[datetime='{day}']) .chip\")].some((c) => c.innerText.includes({}))",
                json!(TEXT)
            );
            return page.js(&there).await == true;
        }
        let here = page.address().await;
        page.click(("link", "After")).await;
        page.wait("the next page", &format!("location.href !== {}", json!(here))).await;
    }
    false
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scheduled_thread_is_in_the_calendar_until_it_is_cancelled() {
    let test = "schedule::a_scheduled_thread_is_in_the_calendar_until_it_is_cancelled";
    let Some(stage) = Stage::demo(test).await else { return };
    let (x, mastodon) = (stage.account("x").await, stage.account("mastodon").await);
    let now = stage.sandbox.get("/sandbox/clock").await["now"].as_str().expect("a time").to_owned();
    let now: jiff::Timestamp = now.parse().expect("a time");
    let today = now.in_tz("Europe/Athens").expect("a zone").date();
    let day = today.checked_add(jiff::Span::new().days(3)).expect("a day").to_string();

    let page = stage.signed_in().await;
    page.click("main a.compose-link").await;
    page.fill(("textbox", "Text"), TEXT).await;
    page.click(".compose-more:not(.repeat) > summary").await;
    page.click(("button", "Add a part")).await;
    page.fill(("textbox", "Next part"), PART).await;
    let place = own(&page, &mastodon).await;
    page.fill(&format!("{place} textarea[name^='text.']"), OTHER).await;
    let place = own(&page, &x).await;
    page.click(&format!("{place} .poll > summary")).await;
    page.fill(&format!("{place} .poll label:nth-of-type(1) input"), "The Sidama").await;
    page.fill(&format!("{place} .poll label:nth-of-type(2) input"), "The Huila").await;
    page.put("#scheduled_at", &format!("{day}T12:34")).await;
    page.wait("both fit", "document.querySelectorAll('#check .check-good').length === 2").await;
    page.click(("button", "Schedule")).await;
    page.arrive("?saved").await;
    page.reads(OTHER).await;
    let url = page.address().await;
    let id = url.rsplit('/').next().and_then(|last| last.split('?').next()).expect("an id").to_owned();
    let post = stage.api.get(&format!("/api/v1/posts/{id}")).await;
    assert_eq!(post["status"], "scheduled");
    assert_eq!(post["parts"][0]["text"], PART);
    assert_eq!(post["overrides"][mastodon.as_str()]["text"], OTHER);
    assert_eq!(
        post["overrides"][x.as_str()]["options"]["poll"]["options"],
        json!(["The Sidama", "The Huila"])
    );

    page.click(("link", "Calendar")).await;
    page.arrive("/calendar").await;
    assert!(is_on(&page, &day).await, "{}", page.shown().await);
    page.click(("link", "Calendar")).await;
    page.click(("link", "Week")).await;
    page.arrive("view=week").await;
    assert!(is_on(&page, &day).await, "{}", page.shown().await);
    page.click(&format!("li.cal-day:has(time[datetime='{day}']) .chip[href$='{id}']")).await;
    page.arrive("/posts/").await;

    page.click(("button", "Cancel post")).await;
    page.press("Escape").await;
    page.wait("the question is gone", "!document.querySelector('dialog[open]')").await;
    assert_eq!(
        stage.api.get(&format!("/api/v1/posts/{id}")).await["status"],
        "scheduled",
        "nothing was done"
    );
    page.click(("button", "Cancel post")).await;
    page.click(("button", "Yes, do it")).await;
    let canceled = "document.querySelectorAll('.publication .state-canceled').length === 2";
    page.wait("it is cancelled", canceled).await;
    let again = "[...document.querySelectorAll('main button')].find((b) => b.textContent.trim() === 'Schedule again')";
    page.js(&format!("{again}.click()")).await;
    page.wait(
        "it is planned again",
        "document.querySelectorAll('.publication .state-scheduled').length === 2",
    )
    .await;
    assert_eq!(stage.api.get(&format!("/api/v1/posts/{id}")).await["scheduled_at"], post["scheduled_at"]);
    page.click(("button", "Cancel post")).await;
    page.click(("button", "Yes, do it")).await;
    page.wait("it is cancelled once more", canceled).await;

    stage.sandbox.post("/sandbox/clock", json!({ "advance_s": 4 * 24 * 3600 })).await;
    let passed = |posts: &Value| {
        let posts = posts["items"].as_array().expect("posts");
        let until = now + jiff::SignedDuration::from_hours(4 * 24);
        let due = |p: &&Value| {
            let at = p["scheduled_at"].as_str().and_then(|t| t.parse::<jiff::Timestamp>().ok());
            at.is_some_and(|at| at < until)
        };
        posts.iter().filter(due).all(|p| p["status"] != "scheduled" && p["status"] != "publishing")
    };
    stage.api.poll("/api/v1/posts?limit=100", passed).await;
    for text in [TEXT, PART, OTHER] {
        assert!(stage.public(text).await.is_empty(), "{text} is public");
    }
    stage.close([page]).await;
}
