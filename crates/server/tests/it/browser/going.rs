//! Finding and going without a mouse: the palette, the search, and the keys.

use serde_json::json;

use super::page::Page;
use super::stage::Stage;

const TEXT: &str = "A lantern for whoever looks for it";

const OPEN: &str = "document.querySelector('#palette[open]') && document.activeElement.role === 'combobox'";
const CLOSED: &str = "!document.querySelector('dialog[open]')";

/// The name of the line that Enter would take.
async fn taken(page: &Page, name: &str) {
    let line = "document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))";
    let is_it = format!("{line}?.textContent.includes({}) && {line}.ariaSelected === 'true'", json!(name));
    page.wait(&format!("“{name}” is chosen"), &is_it).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn things_are_found_and_pages_reached_by_keys() {
    let test = "going::things_are_found_and_pages_reached_by_keys";
    let Some(stage) = Stage::demo(test).await else { return };
    stage.api.post("/api/v1/posts", json!({ "text": TEXT })).await;
    let page = stage.signed_in().await;

    // A slash opens it; the first line that fits is taken by Enter.
    page.strike("/", 0).await;
    page.wait("the palette is open", OPEN).await;
    assert_eq!(page.js("document.activeElement.value").await, "", "the slash is not a part of the text");
    page.type_text("lantern looks").await;
    taken(&page, TEXT).await;
    page.press("Enter").await;
    page.arrive("/posts/").await;
    page.reads(TEXT).await;

    // Words that nothing has, then a page and a line further down; Escape leaves all as it was.
    page.strike("k", 2).await;
    page.wait("the palette is open", OPEN).await;
    page.type_text("zeppelin zeppelin").await;
    page.reads("Nothing fits. Try other words.").await;
    page.press("Escape").await;
    page.wait("it is closed", CLOSED).await;
    page.strike("k", 2).await;
    page.wait("the pages are offered", "document.querySelectorAll('#palette [role=option]').length > 8")
        .await;
    taken(&page, "Overview").await;
    page.press("ArrowDown").await;
    taken(&page, "Calendar").await;
    page.press("Enter").await;
    page.arrive("/calendar").await;

    // The look, and a key after another.
    page.strike("k", 2).await;
    page.wait("the palette is open", OPEN).await;
    page.type_text("dark").await;
    taken(&page, "Dark").await;
    page.press("Enter").await;
    page.wait("it is dark", "document.documentElement.dataset.bsTheme === 'dark'").await;
    page.wait("it is closed", CLOSED).await;
    page.strike("g", 0).await;
    page.strike("l", 0).await;
    page.arrive("/library").await;

    page.strike("?", 0).await;
    page.wait("the keys are listed", "document.querySelectorAll('#keys[open] li').length > 8").await;
    page.reads("Search or go to").await;
    page.press("Escape").await;
    page.wait("it is closed", CLOSED).await;
    stage.close([page]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_do_nothing_while_one_types_or_wants_none() {
    let test = "going::keys_do_nothing_while_one_types_or_wants_none";
    let Some(stage) = Stage::demo(test).await else { return };
    let page = stage.signed_in().await;
    page.strike("c", 0).await;
    page.arrive("/compose").await;
    page.wait("the text has the focus", "document.activeElement.id === 'text'").await;
    for key in ["c", "/", "?", "g", "c"] {
        page.strike(key, 0).await;
    }
    assert_eq!(page.value(("textbox", "Text")).await, "c/?gc");
    assert_eq!(page.js(CLOSED).await, true);
    page.fill(("textbox", "Text"), "").await;

    page.goto(&stage.url("/settings/profile")).await;
    page.click(("button", "Switch single keys off")).await;
    page.arrive("?saved").await;
    page.js("document.activeElement.blur()").await;
    for key in ["?", "/", "g", "c"] {
        page.strike(key, 0).await;
    }
    page.strike("k", 2).await;
    page.wait("only the palette is open", OPEN).await;
    assert_eq!(page.js("document.querySelectorAll('dialog[open]').length").await, 1);
    assert!(page.address().await.ends_with("/settings/profile?saved"));
    page.type_text("sign out").await;
    taken(&page, "Sign out").await;
    page.press("Enter").await;
    page.arrive("/sign-in").await;
    stage.close([page]).await;
}

/// As if the cable were pulled, or put in again.
async fn connect(page: &Page, connected: bool) {
    page.command("Network.enable", json!({})).await;
    let conditions =
        json!({ "offline": !connected, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
    page.command("Network.emulateNetworkConditions", conditions).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_typed_waits_until_the_server_is_back() {
    let test = "going::what_is_typed_waits_until_the_server_is_back";
    let Some(stage) = Stage::demo(test).await else { return };
    let page = stage.signed_in().await;
    // What the browser notes of a line that is cut, and of the live events that end with it.
    for noted in ["ERR_INTERNET_DISCONNECTED", "Event"] {
        page.expect_complaint(noted);
    }
    page.goto(&stage.url("/settings/profile")).await;
    page.fill(("textbox", "Your name"), "Typed before the cut").await;
    connect(&page, false).await;
    page.reads("Carillon can't be reached.").await;
    page.js("window.neverLeft = true").await;
    page.js("document.querySelector('main form button').click()").await;
    page.js("document.querySelector('.side-link:not([data-find])').click()").await;
    assert_eq!(page.value(("textbox", "Your name")).await, "Typed before the cut");
    connect(&page, true).await;
    page.wait("the notice is gone", "document.getElementById('unreachable').hidden").await;
    assert_eq!(page.js("window.neverLeft").await, true);
    page.click("main form[action='/settings/profile'] button").await;
    page.arrive("?saved").await;
    assert_eq!(page.value(("textbox", "Your name")).await, "Typed before the cut");
    stage.close([page]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_dialog_sends_waits_where_one_sees_why() {
    let test = "going::what_a_dialog_sends_waits_where_one_sees_why";
    let Some(stage) = Stage::demo(test).await else { return };
    let mastodon = stage.account("mastodon").await;
    let page = stage.signed_in().await;
    for noted in ["ERR_INTERNET_DISCONNECTED", "Event"] {
        page.expect_complaint(noted);
    }
    let home = page.js("location.pathname.split('/').slice(0, 3).join('/')").await;
    let home = home.as_str().expect("a path").to_owned();
    stage.upload(home.trim_start_matches("/w/"), "quay.png", "A quay").await;
    page.goto(&stage.url(&format!("{home}/library?kind=image"))).await;
    page.js("document.querySelector('[data-shelf] input[name=item]').click()").await;
    page.click(".shelf-bar .btn-primary").await;
    page.wait("the dialog", "document.querySelector('#publish[open] #publish-text')").await;
    page.js("document.querySelector('#publish-text').focus()").await;
    page.type_text(TEXT).await;
    page.js(&format!("document.querySelector('#publish input[value=\"{mastodon}\"]').click()")).await;
    page.wait("the network takes it", "document.querySelector('#publish-check .check-good')").await;
    connect(&page, false).await;
    // Neither below the dialog nor inert.
    let pressable = "(() => {
        const button = document.querySelector('#unreachable button');
        const { x, y, width, height } = button.getBoundingClientRect();
        return width > 0 && button.contains(document.elementFromPoint(x + width / 2, y + height / 2));
    })()";
    page.wait("the notice can be pressed", pressable).await;
    page.js("document.querySelector('#publish [value=now]').click()").await;
    assert_eq!(page.value("#publish-text").await, TEXT);
    connect(&page, true).await;
    page.wait("the notice is gone", "document.getElementById('unreachable').hidden").await;
    page.press("Escape").await;
    page.click(("button", "Yes, do it")).await;
    page.wait("it is closed", "!document.querySelector('dialog[open]')").await;
    let outside = "document.getElementById('unreachable').parentElement === document.body";
    page.wait("the notice is where it was", outside).await;
    stage.close([page]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn first_steps_follow_what_is_there_until_they_are_put_away() {
    let test = "going::first_steps_follow_what_is_there_until_they_are_put_away";
    let Some(stage) = Stage::demo(test).await else { return };
    stage.new_user("ada@example.com", "a bell for every hour").await;
    let page = stage.tab().await;
    page.goto(&stage.url("/sign-in")).await;
    page.fill(("textbox", "Email"), "ada@example.com").await;
    page.fill(("textbox", "Password"), "a bell for every hour").await;
    page.click(("button", "Sign in")).await;
    page.arrive("/overview").await;
    page.reads("0 of 4 done").await;
    page.click(".guide-step:nth-child(2) a").await;
    page.arrive("/compose").await;
    page.fill(("textbox", "Text"), "A first draft").await;
    page.click(("button", "Save draft")).await;
    page.arrive("?saved").await;
    page.goto(&stage.url("/")).await;
    page.reads("1 of 4 done").await;
    page.click(("button", "Don't show this again")).await;
    page.wait("it is gone", "document.querySelector('main h1') && !document.querySelector('.first-steps')")
        .await;
    stage.close([page]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_thrown_away_is_taken_out_again() {
    let test = "going::what_is_thrown_away_is_taken_out_again";
    let Some(stage) = Stage::demo(test).await else { return };
    let made = stage.api.post("/api/v1/posts", json!({ "text": TEXT })).await;
    let page = stage.signed_in().await;
    // A page whose post is thrown away asks once more for what changed, before it is left.
    for noted in ["status of 404", "Status Error Code 404"] {
        page.expect_complaint(noted);
    }
    let home = page.js("location.pathname.split('/').slice(0, 3).join('/')").await;
    let home = home.as_str().expect("a path");
    page.goto(&stage.url(&format!("{home}/posts/{}", made["id"].as_str().expect("an id")))).await;
    page.click(("button", "Delete draft")).await;
    page.click(("button", "Yes, do it")).await;
    page.reads("The post is in the trash.").await;
    page.click(("button", "Undo")).await;
    page.arrive("?restored").await;
    page.reads(TEXT).await;

    // Away again, and nearly for good.
    page.click(("button", "Delete draft")).await;
    page.click(("button", "Yes, do it")).await;
    page.reads("The post is in the trash.").await;
    page.goto(&stage.url(&format!("{home}/trash"))).await;
    page.click(("button", format!("Delete for good: “{TEXT}”").as_str())).await;
    page.click(("button", "Cancel")).await;
    page.click(("button", format!("Take out “{TEXT}”").as_str())).await;
    page.arrive("?restored").await;
    stage.close([page]).await;
}
