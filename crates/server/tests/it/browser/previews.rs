//! The post as each network will show it, while it is written.

use serde_json::json;

use super::stage::Stage;

const TEXT: &str = "A bell is cast in one pour. #bells https://example.com/bells ";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_preview_follows_the_text_and_cuts_where_the_network_cuts() {
    let test = "previews::a_preview_follows_the_text_and_cuts_where_the_network_cuts";
    let Some(stage) = Stage::demo(test).await else { return };
    let (bluesky, linkedin) = (stage.account("bluesky").await, stage.account("linkedin").await);
    let page = stage.signed_in().await;
    page.click("main a.compose-link").await;
    page.arrive("/compose").await;
    page.reads("Choose accounts to see how the post will look").await;
    for account in [&bluesky, &linkedin] {
        page.click(&format!("input[name=account][value='{account}']")).await;
    }
    page.fill(("textbox", "Text"), &TEXT.repeat(3)).await;
    let cut = "document.querySelectorAll('#previews .phone').length === 2 && document.querySelectorAll('#previews .phone-more').length === 1";
    page.wait("two previews, one of them cut", cut).await;
    page.wait("marked up", "document.querySelector('#previews .phone-link')?.innerText === '#bells'").await;
    page.wait("counted", "/Bluesky\\s+\\d+ \\/ 300/.test(document.getElementById('says-text').innerText)")
        .await;

    // Too much for one network is said at the text, and taken back when it fits again.
    page.fill(("textbox", "Text"), &TEXT.repeat(6)).await;
    let wrong = "document.querySelector('#says-text .field-error')?.innerText.startsWith('Bluesky')";
    page.wait("it is said at the text", wrong).await;
    // An account's text follows the base until somebody writes another one, and says so.
    let place = format!("li:has(> label > input[value='{bluesky}'])");
    let follows = format!("document.querySelector(\"{place} .compose-own > summary\").innerText");
    assert!(page.js(&follows).await.as_str().is_some_and(|text| text.contains("Follows the text above")));
    page.click(&format!("{place} .compose-own > summary")).await;
    page.fill(&format!("{place} textarea[name^='text.']"), "Bluesky's own").await;
    assert!(page.js(&follows).await.as_str().is_some_and(|text| text.contains("Has a text of its own")));
    let own = format!("/\\d+ \\/ 300/.test(document.getElementById('says-{bluesky}').innerText)");
    page.wait("it is counted there", &own).await;
    page.fill(&format!("{place} textarea[name^='text.']"), "").await;
    page.fill(("textbox", "Text"), "Short.").await;
    page.wait("it is taken back", "!document.querySelector('#says-text .field-error, .phone-more')").await;

    for look in ["light", "dark"] {
        page.prefer(look).await;
        page.wait("the look", &format!("document.documentElement.dataset.bsTheme === '{look}'")).await;
        let colour = "getComputedStyle(document.querySelector('.phone')).backgroundColor";
        let usual = page.js(colour).await;
        page.js("document.querySelector('[data-other-look]').focus()").await;
        page.press(" ").await;
        page.wait("the other look", &format!("{colour} !== {usual}")).await;
        page.press(" ").await;
        page.wait("the usual look", &format!("{colour} === {usual}")).await;
        page.resize(390, 844).await;
        let fits = page.js("document.documentElement.scrollWidth <= innerWidth").await;
        assert_eq!(fits, json!(true), "{look}");
        page.resize(1440, 900).await;
    }
    stage.close([page]).await;
}
