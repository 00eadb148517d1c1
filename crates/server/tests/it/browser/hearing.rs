//! What one hears of: it stands there while one looks, and by keyboard one chooses not to hear of it.

use serde_json::json;

use super::stage::Stage;
use super::texts::tab_to;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn good_news_comes_live_and_is_put_away_by_keyboard() {
    let test = "hearing::good_news_comes_live_and_is_put_away_by_keyboard";
    let Some(stage) = Stage::demo(test).await else { return };
    let account = stage.account("bluesky").await;
    let page = stage.signed_in().await;
    let home = page.js("location.pathname.split('/').slice(0, 3).join('/')").await;
    let home = home.as_str().expect("a path").to_owned();
    page.goto(&stage.url(&format!("{home}/notices"))).await;
    // Whatever the demo told of before is read, so that the bell speaks of this post.
    if page.has("form[action$='/notices/read'] button").await {
        page.click("form[action$='/notices/read'] button").await;
    }
    page.wait("the bell is quiet", "!document.querySelector('.bell-news, .bell-count')").await;
    page.goto(&stage.url(&format!("{home}/notices?show=news"))).await;
    assert_eq!(page.js("document.querySelectorAll('.bell-news, .bell-count').length").await, 0);
    let now = json!({ "text": "The bells ring on the hour", "accounts": [account], "status": "now" });
    stage.api.post("/api/v1/posts", now).await;
    let newest = "document.querySelector('#notices .rows > .row-item').innerText";
    page.wait("the post is public", &format!("{newest}.includes('The bells ring on the hour')")).await;
    page.reads("A post is public").await;
    page.wait("the bell says so", "document.querySelector('.side .bell-news')").await;

    tab_to(&page, ".page-actions a").await;
    page.press("Enter").await;
    page.arrive("/settings/notices").await;
    // The main mistake: putting away what needs somebody. Owners can't, and read why.
    page.reads("Owners always hear of it in the app").await;
    assert_eq!(page.js("document.querySelector('[name=in_app][value=failed]').disabled").await, true);
    tab_to(&page, "[name=in_app][value=published]").await;
    page.press(" ").await;
    tab_to(&page, ".form-actions .btn-primary").await;
    page.press("Enter").await;
    page.arrive("?saved").await;
    page.reads("Saved.").await;
    assert_eq!(page.js("document.querySelector('[name=in_app][value=published]').checked").await, false);
    page.goto(&stage.url(&format!("{home}/notices?show=news"))).await;
    assert_eq!(page.js("document.body.innerText.includes('A post is public')").await, false);
    stage.close([page]).await;
}

/// A browser has six connections to a server, for all its tabs together.
const CONNECTIONS: usize = 6;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tabs_that_nobody_looks_at_take_no_connection_and_miss_nothing() {
    let test = "hearing::tabs_that_nobody_looks_at_take_no_connection_and_miss_nothing";
    let Some(stage) = Stage::demo(test).await else { return };
    let account = stage.account("bluesky").await;
    let looked_at = |state: &str| {
        format!(
            "Object.defineProperty(document, 'visibilityState', {{ value: '{state}', configurable: true }}); \
             document.dispatchEvent(new Event('visibilitychange'))"
        )
    };
    let first = stage.signed_in().await;
    let home = first.js("location.pathname.split('/').slice(0, 3).join('/')").await;
    let notices = stage.url(&format!("{}/notices?show=news", home.as_str().expect("a path")));
    first.goto(&notices).await;
    first.js(&looked_at("hidden")).await;
    let mut tabs = Vec::new();
    for _ in 0..CONNECTIONS {
        let tab = stage.tab().await;
        tab.goto(&notices).await;
        tab.wait("the page", "document.querySelector('#notices')").await;
        tab.js(&looked_at("hidden")).await;
        tabs.push(tab);
    }
    let now = json!({ "text": "Rung while nobody looked", "accounts": [account], "status": "now" });
    stage.api.post("/api/v1/posts", now).await;
    let last = tabs.last().expect("a tab");
    last.js(&looked_at("visible")).await;
    last.reads("Rung while nobody looked").await;
    first.js(&looked_at("visible")).await;
    first.reads("Rung while nobody looked").await;
    tabs.push(first);
    stage.close(tabs).await;
}
