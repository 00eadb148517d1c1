//! Connecting accounts: in a pop-up that leads back by itself, by a server's name, by an app password, and several at once.

use serde_json::Value;

use super::page::Page;
use super::stage::Stage;

/// Chromium notes an answer that refuses a form.
const REFUSED: &str = "status of 422";

async fn connections(stage: &Stage) -> Page {
    let page = stage.signed_in().await;
    page.click(("link", "Connections")).await;
    page.arrive("/connections").await;
    page
}

/// Whether an account of this handle and platform is connected.
async fn is_connected(stage: &Stage, platform: &str, handle: &str) -> bool {
    let is = |a: &&Value| a["platform"] == platform && a["handle"] == handle && a["status"] == "connected";
    stage.accounts().await.iter().find(is).is_some()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_popup_signs_in_and_closes_itself() {
    let Some(stage) = Stage::demo("connect::a_popup_signs_in_and_closes_itself").await else { return };
    let page = connections(&stage).await;
    let had = stage.accounts().await.len();
    page.js("window.neverReloaded = true").await;

    let before = stage.open().await;
    page.click("#connect-x button").await;
    let popup = stage.opened_since(&before).await;
    popup.arrive("/x/").await;
    popup.click("button[value=marafields]").await;
    popup.click(("button", "Refuse")).await;
    stage.closed(&popup).await;
    page.wait("the page is there again", "!window.neverReloaded").await;
    page.reads("Not connected").await;
    page.reads("Start connecting again, and agree").await;
    assert_eq!(stage.accounts().await.len(), had, "nothing was connected");

    let before = stage.open().await;
    page.click("#connect-x button").await;
    let again = stage.opened_since(&before).await;
    again.click("button[value=marafields]").await;
    again.click(("button", "Allow")).await;
    stage.closed(&again).await;
    page.reads("The account is connected.").await;
    page.wait(
        "it is listed",
        "[...document.querySelectorAll('.row-item')].some((r) => /Mara Fields[^]*· X/.test(r.innerText))",
    )
    .await;
    assert_eq!(stage.accounts().await.len(), had + 1);
    stage.close([page, popup, again]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn best_times_stay_when_the_list_is_drawn_anew() {
    let Some(stage) = Stage::demo("connect::best_times_stay_when_the_list_is_drawn_anew").await else {
        return;
    };
    let page = connections(&stage).await;
    let best = "document.querySelector('#accounts [id^=best-]')";
    page.wait("the best times", &format!("{best} && !{best}.innerText.endsWith('…')")).await;
    page.js(&format!("{best}.isSame = true, document.querySelector('#accounts > *').isOld = true")).await;
    page.js("htmx.trigger('#accounts', 'sse:account'), 0").await;
    page.wait("it is drawn anew", "!document.querySelector('#accounts > *').isOld").await;
    assert_eq!(page.js(&format!("{best}.isSame === true")).await, true, "nothing was asked for again");
    assert_eq!(page.js(&format!("{best}.innerText.endsWith('…')")).await, false);
    stage.close([page]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mastodon_is_connected_by_the_name_of_a_server() {
    let Some(stage) = Stage::demo("connect::mastodon_is_connected_by_the_name_of_a_server").await else {
        return;
    };
    let page = connections(&stage).await;
    let port = stage.sandbox_url().rsplit_once(':').expect("a port").1.to_owned();

    let before = stage.open().await;
    page.click("#connect-mastodon form summary").await;
    let offered = "[...document.querySelectorAll('#connect-mastodon datalist option')].map((o) => o.value)";
    let offered = page.js(offered).await.to_string();
    assert!(offered.contains(&format!("social.mastodon.localhost:{port}")), "{offered}");
    page.fill("#connect-mastodon [name=server]", &format!("127.0.0.1:{port}")).await;
    page.click("#connect-mastodon button").await;
    let popup = stage.opened_since(&before).await;
    popup.expect_complaint(REFUSED);
    popup.expect_complaint("status of 502");
    popup.reads("Mastodon").await;
    popup.wait("an error", "document.querySelector('.field-error, .alert-danger')").await;
    assert_eq!(popup.value("#connect-mastodon [name=server]").await, format!("127.0.0.1:{port}"));
    popup
        .fill("#connect-mastodon [name=server]", &format!("@theolund@roomy.mastodon.localhost:{port}"))
        .await;
    popup.click("#connect-mastodon button").await;
    popup.arrive("roomy.mastodon.localhost").await;
    popup.click("button[value=theolund]").await;
    popup.click(("button", "Allow")).await;
    stage.closed(&popup).await;
    page.reads("The account is connected.").await;
    assert!(is_connected(&stage, "mastodon", "theolund@roomy.mastodon.localhost").await);
    stage.close([page, popup]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bluesky_is_connected_by_an_app_password() {
    let Some(stage) = Stage::demo("connect::bluesky_is_connected_by_an_app_password").await else { return };
    let page = connections(&stage).await;
    let had = stage.accounts().await.len();
    page.expect_complaint(REFUSED);
    let networks = stage.tab().await;
    networks.goto(&format!("{}/bluesky/bsky.app/settings/app-passwords", stage.sandbox_url())).await;
    // Somebody who needs no address of a server.
    let row = "[...document.querySelectorAll('tr')].find((r) => /Mara Fields/.test(r.innerText))";
    let cells = networks.js(&format!("[...{row}.cells].map((c) => c.innerText)")).await;
    let cell = |index: usize| cells[index].as_str().expect("a cell").to_owned();
    let (handle, password) = (cell(1), cell(2));

    page.click("#connect-bluesky form summary").await;
    page.fill("#connect-bluesky [name=identifier]", &handle).await;
    page.fill("#connect-bluesky [name=app_password]", "aaaa-bbbb-cccc-dddd").await;
    page.click("#connect-bluesky button").await;
    page.arrive("/connect/bluesky").await;
    page.wait("an error", "document.querySelector('.alert-danger, #connect-bluesky .field-error')").await;
    assert_eq!(page.value("#connect-bluesky [name=identifier]").await, handle, "what was typed is there");
    assert_eq!(page.value("#connect-bluesky [name=app_password]").await, "", "passwords are typed again");
    assert_eq!(stage.accounts().await.len(), had);

    page.fill("#connect-bluesky [name=app_password]", &password).await;
    page.click("#connect-bluesky button").await;
    page.reads("The account is connected.").await;
    assert!(is_connected(&stage, "bluesky", &handle).await);
    stage.close([page, networks]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_several_instagram_accounts_is_chosen() {
    let Some(stage) = Stage::demo("connect::one_of_several_instagram_accounts_is_chosen").await else {
        return;
    };
    let page = connections(&stage).await;
    let had = stage.accounts().await.len();
    let before = stage.open().await;
    page.click("#connect-instagram form summary").await;
    page.put("#connect-instagram [name=flavour]", "facebook").await;
    page.click("#connect-instagram button").await;
    let popup = stage.opened_since(&before).await;
    popup.click("button[value=theolund]").await;
    popup.click(("button", "Allow")).await;
    stage.closed(&popup).await;

    page.reads("Choose accounts").await;
    page.reads("Fernweh Bikes").await;
    page.click("li:has(input[name=target]):nth-child(2) input").await;
    let kept = page.js("document.querySelector('input[name=target]:checked').closest('li').innerText").await;
    let kept =
        kept.as_str().expect("text").lines().last().expect("a handle").trim_start_matches('@').to_owned();
    page.click(("button", "Connect")).await;
    page.reads("The account is connected.").await;
    assert!(is_connected(&stage, "instagram", &kept).await, "{kept}");
    assert_eq!(stage.accounts().await.len(), had + 1, "only the one that was chosen");
    stage.close([page, popup]).await;
}
