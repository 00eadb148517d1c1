//! The parts of a thread in another order: by keyboard, and by dragging.

use serde_json::json;

use super::page::Page;
use super::stage::Stage;

const ORDER: &str =
    "[...document.querySelectorAll('[data-parts] textarea[name=part]')].map((area) => area.value)";

/// Drags a part by its grip onto the upper or lower half of another one. Parts are counted from 1.
async fn drag(page: &Page, from: usize, to: usize, lower: bool) {
    let script = format!(
        "(() => {{
          const box = (n) => document.querySelector(`[data-parts] > :nth-child(${{n}})`);
          const onto = box({to}).getBoundingClientRect();
          const dataTransfer = new DataTransfer();
          const clientY = {lower} ? onto.bottom - 2 : onto.top + 2;
          const tell = (kind, where) => where.dispatchEvent(
            new DragEvent(kind, {{ bubbles: true, cancelable: true, dataTransfer, clientX: onto.left + 5, clientY }}));
          const grip = box({from}).querySelector('[data-part-grip]');
          const target = box({to});
          tell('dragstart', grip);
          const refused = tell('dragover', target);
          if (!refused) tell('drop', target);
          tell('dragend', grip);
          return !refused;
        }})()"
    );
    assert_eq!(page.js(&script).await, true, "a part takes another one");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parts_of_a_thread_change_places() {
    let test = "parts::parts_of_a_thread_change_places";
    let Some(stage) = Stage::demo(test).await else { return };
    let account = stage.account("bluesky").await;
    let page = stage.signed_in().await;
    page.click("main a.compose-link").await;
    page.arrive("/compose").await;
    page.fill(("textbox", "Text"), "A story in parts.").await;
    page.click(&format!("input[name=account][value='{account}']")).await;
    page.click(".compose-more:not(.repeat) > summary").await;
    for (n, words) in ["two", "three", "four"].into_iter().enumerate() {
        page.click(("button", "Add a part")).await;
        page.fill(&format!("[data-parts] > :nth-child({}) textarea[name=part]", n + 1), words).await;
    }
    let bad = "document.querySelector('[data-parts] > :first-child [data-part-move=\"-1\"]').checkVisibility({ visibilityProperty: true })";
    assert_eq!(page.js(bad).await, false, "the first one can't go further up");

    page.js("document.querySelector('[data-parts] > :nth-child(2) [data-part-move=\"-1\"]').focus()").await;
    page.press("Enter").await;
    assert_eq!(page.js(ORDER).await, json!(["three", "two", "four"]));
    let focus = "document.activeElement.closest('[data-part-box]').querySelector('textarea').value";
    assert_eq!(page.js(focus).await, "three", "the focus goes along");
    drag(&page, 3, 1, false).await;
    assert_eq!(page.js(ORDER).await, json!(["four", "three", "two"]));
    drag(&page, 1, 2, true).await;
    assert_eq!(page.js(ORDER).await, json!(["three", "four", "two"]));
    let shown =
        "[...document.querySelectorAll('#previews .phone-text')].map((text) => text.innerText).join()";
    page.wait("the preview follows", &format!("{shown} === 'A story in parts.,three,four,two'")).await;

    page.click(("button", "Save draft")).await;
    page.arrive("?saved").await;
    let url = page.address().await;
    let id = url.rsplit('/').next().and_then(|last| last.split('?').next()).expect("an id").to_owned();
    let post = stage.api.get(&format!("/api/v1/posts/{id}")).await;
    let parts: Vec<_> = post["parts"].as_array().expect("parts").iter().map(|part| &part["text"]).collect();
    assert_eq!(parts, ["three", "four", "two"]);
    stage.close([page]).await;
}
