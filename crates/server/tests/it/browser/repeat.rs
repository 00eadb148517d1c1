//! A post that comes again, without a mouse.

use serde_json::json;

use super::stage::Stage;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_series_is_begun_by_keyboard() {
    let test = "repeat::a_series_is_begun_by_keyboard";
    let Some(stage) = Stage::demo(test).await else { return };
    let account = stage.account("mastodon").await;
    let page = stage.signed_in().await;
    page.expect_complaint("status of 422");
    page.click("main a.compose-link").await;
    page.arrive("/compose").await;
    page.fill(("textbox", "Text"), "Every week at the same hour.").await;
    page.click(&format!("input[name=account][value='{account}']")).await;
    let next_year = page.js("new Date().getFullYear() + 1").await.as_i64().expect("a year");
    page.put("#scheduled_at", &format!("{next_year}-03-03T12:00")).await;
    page.js("document.querySelector('.repeat summary').focus()").await;
    page.press("Enter").await;
    page.wait("it is unfolded", "document.querySelector('.repeat').open").await;
    page.press("Tab").await;
    assert_eq!(page.js("document.activeElement.id").await, json!("repeat"));
    let shown = "getComputedStyle(document.querySelector('.repeat-rule')).display !== 'none'";
    assert_eq!(page.js(shown).await, json!(false), "a rule is asked for by those who write one");
    page.put("#repeat", "rule").await;
    assert_eq!(page.js(shown).await, json!(true));

    // The main mistake: a rule that is none. What was typed is still there.
    page.put("#repeat_rule", "every week").await;
    page.js("document.querySelector('button[name=action][value=schedule].btn').focus()").await;
    page.press("Enter").await;
    page.reads("Write the rule like").await;
    assert_eq!(page.value("#repeat_rule").await, "every week");
    page.put("#repeat_rule", "FREQ=WEEKLY;COUNT=2").await;
    page.js("document.querySelector('button[name=action][value=schedule].btn').focus()").await;
    page.press("Enter").await;
    page.arrive("?saved").await;
    page.reads("FREQ=WEEKLY;COUNT=2").await;
    stage.close([page]).await;
}
