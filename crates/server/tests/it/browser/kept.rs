//! What somebody wrote outlives their session: it is offered again where they wrote it, and to nobody else.

use serde_json::json;

use super::page::Page;
use super::stage::Stage;

const PASSWORD: &str = "a bell for every hour";
const OFFERED: &str = "!document.querySelector('[data-kept]').hidden";
const KEPT: &str = "!document.querySelector('[data-keeping]').hidden";

/// What of the composer is kept in this tab.
const IN_TAB: &str =
    "Object.entries(sessionStorage).filter(([key]) => key.startsWith('compose')).map(([, value]) => value)";

/// Has a part of the page that keeps what is typed hear this instead of the server's answers; counts how often it asks.
async fn keeps(page: &Page, answer: &str) {
    let script = format!(
        "window.real ??= fetch, window.asked = 0, window.fetch = (url, options) =>
           String(url).endsWith('/compose/keep') ? (window.asked += 1, {answer}) : real(url, options), 0"
    );
    page.js(&script).await;
}

/// Opens the composer as a new person, and gives its address.
async fn composer(stage: &Stage, page: &Page) -> String {
    let workspace = stage.new_user("ada@example.com", PASSWORD).await;
    let compose = stage.url(&format!("/w/{workspace}/compose"));
    page.goto(&compose).await;
    sign_in(page, "ada@example.com").await;
    page.arrive("/compose").await;
    page.wait("the composer", "document.querySelector('[data-compose]')").await;
    compose
}

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
    page.click("[data-offer] button, [data-kept-drop]").await;
    page.wait("nothing is offered", "!document.body.innerText.includes('Throw it away')").await;
    page.goto(&format!("{compose}?post={post}")).await;
    assert_eq!(page.js(OFFERED).await, false, "thrown away");
    assert_eq!(page.value("#text").await, "Two hours of work\n\n<and> \"quotes\"");

    // A tab that is closed takes nothing with it: whoever typed it finds it in the next one.
    page.fill(("textbox", "Text"), "Two hours, closed too early").await;
    page.wait("it is kept", KEPT).await;
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn throwing_an_offer_away_leaves_the_form_alone() {
    let test = "kept::throwing_an_offer_away_leaves_the_form_alone";
    let Some(stage) = Stage::demo(test).await else { return };
    let page = stage.tab().await;
    let compose = composer(&stage, &page).await;
    page.fill(("textbox", "Text"), "Begun and not wanted").await;
    page.wait("it is kept", KEPT).await;

    let next = stage.tab().await;
    let slot = format!("{compose}?date=2031-05-04&hour=9");
    next.goto(&slot).await;
    next.reads("Begun and not wanted").await;
    next.fill(("textbox", "Text"), "Being written").await;
    next.click("[data-offer] button").await;
    next.wait("it is gone", "!document.querySelector('[data-offer]')").await;
    assert_eq!(next.js("document.activeElement.id").await, "text");
    assert_eq!(next.value("#text").await, "Being written");
    assert_eq!(next.address().await, slot);
    assert!(next.value("#scheduled_at").await.starts_with("2031-05-04T"), "the slot is still chosen");
    next.wait("it is kept", KEPT).await;
    page.goto(&compose).await;
    page.reads("Being written").await;
    assert_eq!(page.js("document.body.innerText.includes('Begun and not wanted')").await, false);
    stage.close([page, next]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_says_that_it_keeps_only_while_it_does() {
    let test = "kept::the_page_says_that_it_keeps_only_while_it_does";
    let Some(stage) = Stage::demo(test).await else { return };
    let page = stage.tab().await;
    composer(&stage, &page).await;
    // What the check says of a character that no text may have.
    page.expect_complaint("status of 422");
    page.put("#text", "Title\u{b}and the rest").await;
    page.wait("what a slide breaks lines with is kept", KEPT).await;
    keeps(&page, "Promise.resolve({ status: 422 })").await;
    page.put("#text", "Refused").await;
    page.wait("it does not say so any more", "document.querySelector('[data-keeping]').hidden").await;
    assert!(page.js(IN_TAB).await.to_string().contains("Refused"), "the tab has it");
    page.js("window.fetch = real, 0").await;
    page.put("#text", "Taken").await;
    page.wait("it is kept", KEPT).await;
    assert_eq!(page.js(IN_TAB).await, json!([]));
    stage.close([page]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_after_signing_out_leaves_nothing_in_the_tab() {
    let test = "kept::an_answer_after_signing_out_leaves_nothing_in_the_tab";
    let Some(stage) = Stage::demo(test).await else { return };
    let page = stage.tab().await;
    composer(&stage, &page).await;
    keeps(&page, "new Promise((answer) => { window.answer = answer; })").await;
    page.put("#text", "A secret plan").await;
    page.wait("it is on its way", "asked === 1").await;
    // The sign-in page is as slow as the answer.
    let stay = "document.addEventListener('submit', (event) => {
      if (!event.target.getAttribute('action')?.endsWith('/sign-out')) return;
      event.preventDefault();
      window.isOut = true;
    })";
    page.js(&format!("{stay}, document.querySelector('form[action$=\"/sign-out\"]').requestSubmit(), 0"))
        .await;
    page.wait("it waits no longer", "window.isOut").await;
    assert_eq!(page.js(IN_TAB).await, json!([]));
    let overtaken = "answer({ status: 200, json: async () => ({ why: 'overtaken' }) })";
    page.js(&format!("{overtaken}, new Promise((done) => setTimeout(done))")).await;
    assert_eq!(page.js("asked").await, 1, "nothing more is sent");
    assert_eq!(page.js(IN_TAB).await, json!([]));
    stage.close([page]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_put_back_does_not_replace_what_another_one_left() {
    let test = "kept::a_form_put_back_does_not_replace_what_another_one_left";
    let Some(stage) = Stage::demo(test).await else { return };
    let page = stage.tab().await;
    let compose = composer(&stage, &page).await;
    page.fill(("textbox", "Text"), "The one put back").await;
    page.wait("it is kept", KEPT).await;
    let once = page.js("document.querySelector('[data-compose] [name=once]').value").await;
    let once = once.as_str().expect("a number").to_owned();
    // What this tab has of another form, and no server.
    let left = "JSON.stringify([['once', '1'.repeat(32)], ['seq', '3'], ['text', 'An hour of work']])";
    page.js(&format!(
        "sessionStorage.setItem(`compose ${{document.querySelector('[data-compose]').dataset.keep}}`, {left})"
    ))
    .await;
    page.goto(&format!("{compose}?unsaved={once}")).await;
    assert_eq!(page.value("#text").await, "The one put back");
    page.wait("both are kept", &format!("{KEPT} && {IN_TAB}.length === 0")).await;
    let next = stage.tab().await;
    next.goto(&compose).await;
    next.reads("An hour of work").await;
    next.reads("The one put back").await;
    stage.close([page, next]).await;
}
