//! What somebody wrote outlives their session: it is offered again where they wrote it, and to nobody else.

use serde_json::json;

use super::page::Page;
use super::stage::Stage;

const PASSWORD: &str = "a bell for every hour";
const OFFERED: &str = "!document.querySelector('[data-kept]').hidden";

async fn sign_in(page: &Page, email: &str) {
    page.fill(("textbox", "Email"), email).await;
    page.fill("[name=password]", PASSWORD).await;
    page.click(("button", "Sign in")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_survives_the_end_of_a_session() {
    let Some(stage) = Stage::demo("kept::a_draft_survives_the_end_of_a_session").await else { return };
    let workspace = stage.new_user("ada@example.com", PASSWORD).await;
    stage.new_user("eve@example.com", PASSWORD).await;
    let compose = stage.url(&format!("/w/{workspace}/compose"));
    let page = stage.tab().await;
    page.goto(&compose).await;
    sign_in(&page, "ada@example.com").await;
    page.arrive("/compose").await;
    assert_eq!(page.js(OFFERED).await, false, "nothing was written yet");
    page.fill(("textbox", "Text"), "Two hours of work\n\n<and> \"quotes\"").await;
    page.click(".compose-more:not(.repeat) > summary").await;
    page.click(("button", "Add a part")).await;
    page.fill(("textbox", "Next part"), "The end of the story").await;
    page.put("#scheduled_at", "2031-05-04T09:30").await;

    page.command("Network.clearBrowserCookies", json!({})).await;
    page.click(("button", "Save draft")).await;
    page.arrive("/sign-in").await;
    sign_in(&page, "ada@example.com").await;
    page.arrive("/compose").await;
    page.wait("it is offered", OFFERED).await;
    page.reads("Two hours of work").await;
    assert_eq!(page.value("#text").await, "", "and not put in unasked");
    page.click(("button", "Put it back")).await;
    page.wait("it is back", "document.getElementById('text')?.value.length > 0").await;
    assert_eq!(page.value("#text").await, "Two hours of work\n\n<and> \"quotes\"");
    assert_eq!(page.value(("textbox", "Next part")).await, "The end of the story");
    assert_eq!(page.value("#scheduled_at").await, "2031-05-04T09:30");
    assert_eq!(page.js(OFFERED).await, false);
    page.click(("button", "Save draft")).await;
    page.arrive("?saved").await;
    let post =
        page.js("location.pathname").await.as_str().expect("a path").rsplit('/').next().unwrap().to_owned();

    page.goto(&compose).await;
    assert_eq!(page.js(OFFERED).await, false, "what was saved is not offered again");

    // Each post has its own, and comes back at its own form.
    page.goto(&format!("{compose}?post={post}")).await;
    page.fill(("textbox", "Text"), "A better beginning").await;
    page.command("Network.clearBrowserCookies", json!({})).await;
    page.click(("button", "Save draft")).await;
    page.arrive("/sign-in").await;
    sign_in(&page, "ada@example.com").await;
    page.arrive(&format!("/compose?post={post}")).await;
    page.wait("it is offered", OFFERED).await;
    page.goto(&compose).await;
    assert_eq!(page.js(OFFERED).await, false);
    page.goto(&format!("{compose}?post={post}")).await;
    page.click(("button", "Throw it away")).await;
    page.wait("nothing is offered", "!document.body.innerText.includes('Throw it away')").await;
    page.goto(&format!("{compose}?post={post}")).await;
    assert_eq!(page.js(OFFERED).await, false, "thrown away");
    assert_eq!(page.value("#text").await, "Two hours of work\n\n<and> \"quotes\"");

    // A tab that is closed takes nothing with it: whoever typed it finds it in the next one.
    page.fill(("textbox", "Text"), "Two hours, closed too early").await;
    page.wait("it is kept", "!document.querySelector('[data-keeping]').hidden").await;
    let next = stage.tab().await;
    next.goto(&format!("{compose}?post={post}")).await;
    next.reads("Two hours, closed too early").await;
    assert_eq!(next.value("#text").await, "Two hours of work\n\n<and> \"quotes\"", "not put in unasked");
    next.click("[data-offer] a").await;
    next.arrive("unsaved=").await;
    assert_eq!(next.value("#text").await, "Two hours, closed too early");
    next.click(("button", "Save draft")).await;
    next.arrive("?saved").await;
    next.goto(&format!("{compose}?post={post}")).await;
    assert_eq!(next.js("document.querySelectorAll('[data-offer]').length").await, 0, "it is saved");

    // Whoever signs out leaves nothing behind, and loses nothing, however soon after the last key.
    page.fill(("textbox", "Text"), "A secret plan").await;
    page.js("document.querySelector('form[action$=\"/sign-out\"]').requestSubmit()").await;
    page.arrive("/sign-in").await;
    let left = "Object.keys(sessionStorage).filter((key) => key.startsWith('compose'))";
    assert_eq!(page.js(left).await, json!([]));
    sign_in(&page, "ada@example.com").await;
    page.arrive(&format!("/w/{workspace}")).await;
    page.goto(&format!("{compose}?post={post}")).await;
    page.reads("A secret plan").await;
    stage.close([page, next]).await;
}
