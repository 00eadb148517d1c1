//! The next best times beside the time field, without a mouse.

use serde_json::json;

use super::stage::Stage;

const TEXT: &str = "At an hour that suits those who read it.";

/// Enough for a dozen posts with numbers that have settled.
const MONTHS: (&str, &str) = ("CARILLON_SANDBOX__DEMO_DAYS", "60");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slot_is_chosen_by_keyboard_and_stands_in_the_field() {
    let test = "slots::a_slot_is_chosen_by_keyboard_and_stands_in_the_field";
    let Some(stage) = Stage::demo_with(test, &[MONTHS]).await else { return };
    let account = stage.account("bluesky").await;
    let page = stage.signed_in().await;
    page.click("main a.compose-link").await;
    page.arrive("/compose").await;
    page.fill(("textbox", "Text"), TEXT).await;
    page.put("#f-timezone", "America/New_York").await;
    page.reads("Choose accounts to see when their posts do best.").await;
    page.click(&format!("input[name=account][value='{account}']")).await;
    let there = "document.querySelector('[data-slots]:not([aria-busy]) [data-slot][aria-pressed=false]')";
    page.wait("the best times", &format!("!!{there}")).await;
    page.reads("times the mean, likely").await;

    page.js("document.getElementById('scheduled_at').focus()").await;
    let mut slot = json!(null);
    for _ in 0..20 {
        page.press("Tab").await;
        slot = page.js("document.activeElement.dataset.slot ?? null").await;
        if !slot.is_null() {
            break;
        }
    }
    let slot = slot.as_str().unwrap_or_else(|| panic!("Tab leads to none of them")).to_owned();
    page.press("Enter").await;
    let filled = format!("document.getElementById('scheduled_at').value === {}", json!(slot));
    page.wait("the time is filled in", &filled).await;
    assert_eq!(page.value("#f-timezone").await, "Europe/Athens", "the clock that it was read on");
    let pressed =
        "[...document.querySelectorAll('[data-slot][aria-pressed=true]')].map((b) => b.dataset.slot)";
    assert_eq!(page.js(pressed).await, json!([slot]), "it is told which one stands in the field");
    assert_eq!(page.js("document.activeElement.dataset.slot").await, json!(slot), "the focus stays");
    page.put("#scheduled_at", "2031-05-04T12:00").await;
    assert_eq!(page.js(pressed).await, json!([]), "another time is none of them");
    page.put("#scheduled_at", &slot).await;

    for look in ["light", "dark"] {
        page.prefer(look).await;
        page.resize(390, 844).await;
        assert_eq!(page.js("document.documentElement.scrollWidth <= innerWidth").await, true, "{look}");
    }
    page.resize(1440, 900).await;
    page.wait("it fits", "document.querySelectorAll('#check .check-good').length === 1").await;
    page.click(("button", "Schedule")).await;
    page.arrive("?saved").await;
    let url = page.address().await;
    let id = url.rsplit('/').next().and_then(|last| last.split('?').next()).expect("an id").to_owned();
    let post = stage.api.get(&format!("/api/v1/posts/{id}")).await;
    let due: jiff::Timestamp = post["scheduled_at"].as_str().and_then(|at| at.parse().ok()).expect("a time");
    let due = due.in_tz("Europe/Athens").expect("a zone").strftime("%Y-%m-%dT%H:%M").to_string();
    assert_eq!((&post["status"], due), (&json!("scheduled"), slot));
    stage.close([page]).await;
}
