//! What is kept, and put where one writes: a signature, parameters of links, a hashtag, an emoji; by keyboard.

use serde_json::json;

use super::page::Page;
use super::stage::Stage;

/// Tabs until the focus is on what this selector finds.
pub async fn tab_to(page: &Page, selector: &str) {
    for _ in 0..80 {
        page.press("Tab").await;
        if page.js(&format!("document.activeElement.matches({})", json!(selector))).await == true {
            return;
        }
    }
    panic!("{selector} is not reached with Tab at {}", page.shown().await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kept_texts_are_put_into_a_post_by_keyboard() {
    let test = "texts::kept_texts_are_put_into_a_post_by_keyboard";
    let Some(stage) = Stage::demo(test).await else { return };
    let account = stage.account("bluesky").await;
    let page = stage.signed_in().await;
    let home = page.js("location.pathname.split('/').slice(0, 3).join('/')").await;
    let home = home.as_str().expect("a path").to_owned();
    page.goto(&stage.url(&format!("{home}/settings/texts"))).await;

    // The main mistake: a hashtag that is none. What was typed stays.
    page.put("#f-kind", "hashtags").await;
    page.fill("#f-name", "Bells").await;
    page.fill("#f-body", "#bells #no-tag").await;
    page.expect_complaint("status of 422");
    page.click("form:has(#f-body) .btn-primary").await;
    page.reads("is no hashtag").await;
    page.fill("#f-body", "#bells #towers").await;
    page.click("form:has(#f-body) .btn-primary").await;
    page.arrive("?saved").await;
    page.fill("#links-name", "Campaigns").await;
    page.click("form:has(#links-name) .btn-primary").await;
    page.reads("utm_source={network}").await;

    page.goto(&stage.url(&format!("{home}/compose"))).await;
    page.fill(("textbox", "Text"), "At noon: https://example.com/noon").await;
    page.click(&format!("input[name=account][value='{account}']")).await;
    let kept = page.js("document.querySelector('#kept_text optgroup option').value").await;
    page.put("#kept_text", kept.as_str().expect("an id")).await;
    page.js("document.getElementById('kept_text').focus()").await;
    page.press("Tab").await;
    page.press("Enter").await;
    let text = "document.getElementById('text').value";
    page.wait("they are put in", &format!("{text} === 'At noon: https://example.com/noon #bells #towers'"))
        .await;
    assert_eq!(page.js("document.activeElement.id").await, "text", "the focus is where one writes");

    tab_to(&page, "[data-open-dialog=emoji]").await;
    page.press("Enter").await;
    page.wait("emoji are there", "document.querySelectorAll('#emoji-found [data-put]').length > 20").await;
    page.fill("#emoji [name=q]", "bell").await;
    let first = "document.querySelector('#emoji-found [data-put]')?.dataset.put === '🔔'";
    page.wait("the bell is found", first).await;
    tab_to(&page, "#emoji-found [data-put='🔔']").await;
    page.press("Enter").await;
    page.wait("it is put in", &format!("{text}.includes('🔔') && !document.querySelector('dialog[open]')"))
        .await;

    tab_to(&page, "[data-open-dialog=mentions]").await;
    page.press("Enter").await;
    page.reads("letters of a name or more").await;
    page.fill("#mentions-q", "theo").await;
    let theo = "#mentions-found [data-put='@theolund.bsky.social ']";
    page.wait("somebody is found", &format!("document.querySelector({}) !== null", json!(theo))).await;
    tab_to(&page, theo).await;
    page.press("Enter").await;
    let mentioned =
        format!("{text}.includes(' @theolund.bsky.social ') && !document.querySelector('dialog[open]')");
    page.wait("they are mentioned", &mentioned).await;

    // The preview shows what followers of this account would get.
    page.click(".compose-links > summary").await;
    let query = page.js("document.querySelectorAll('#links option')[1].value").await;
    page.put("#links", query.as_str().expect("a query")).await;
    let tagged = "[...document.querySelectorAll('#previews .phone-link')].some((link) => link.innerText.includes('utm_source=bluesky'))";
    page.wait("the link is tagged in the preview", tagged).await;
    stage.close([page]).await;
}
