//! Slots and the queue, without a mouse.

use serde_json::json;

use super::stage::Stage;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slot_is_made_and_filled_by_keyboard() {
    let test = "queue::a_slot_is_made_and_filled_by_keyboard";
    let Some(stage) = Stage::demo(test).await else { return };
    let account = stage.account("mastodon").await;
    let page = stage.signed_in().await;
    page.expect_complaint("status of 422");
    let home = page.js("document.querySelector('main a.compose-link').getAttribute('href')").await;
    let home = home.as_str().and_then(|url| url.strip_suffix("/compose")).expect("the workspace").to_owned();
    let queue = stage.url(&format!("{home}/accounts/{account}/queue"));
    page.goto(&queue).await;
    page.reads("No slots yet.").await;

    // The main mistake: a time, and no day.
    page.put("#f-time", "18:30").await;
    page.js("document.querySelector('#f-timezone').focus()").await;
    page.press("Tab").await;
    page.press("Enter").await;
    page.reads("Choose at least one day").await;
    page.js("document.querySelector('[name=weekday]').focus()").await;
    for _ in 0..7 {
        page.press(" ").await;
        page.press("Tab").await;
    }
    assert_eq!(page.js("document.querySelectorAll('[name=weekday]:checked').length").await, json!(7));
    page.js("document.querySelector('#f-timezone').focus()").await;
    page.press("Tab").await;
    page.press("Enter").await;
    page.wait("the slots", "document.querySelectorAll('.slot-days dd').length === 7").await;

    page.goto(&stage.url(&format!("{home}/compose"))).await;
    page.fill(("textbox", "Text"), "Whenever there is room.").await;
    page.js(&format!("document.querySelector(\"input[name=account][value='{account}']\").focus()")).await;
    page.press(" ").await;
    page.wait("the next free slot", "!!document.querySelector('[data-free]')").await;
    page.js("document.querySelector('button[name=action][value=queue]').focus()").await;
    page.press("Enter").await;
    page.arrive("?saved").await;
    page.goto(&queue).await;
    page.reads("Whenever there is room.").await;
    stage.close([page]).await;
}
