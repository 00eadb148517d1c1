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
    page.goto(&stage.url(&format!("{home}/notices?show=news"))).await;
    let now = json!({ "text": "The bells ring on the hour", "accounts": [account], "status": "now" });
    stage.api.post("/api/v1/posts", now).await;
    let newest = "document.querySelector('#notices .rows > .row-item').innerText";
    page.wait("the post is public", &format!("{newest}.includes('The bells ring on the hour')")).await;
    page.reads("A post is public").await;
    page.wait("the bell says so", "document.querySelector('.side .bell-news, .side .bell-count')").await;

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
