//! Within a minute: from the link of the demo to a post on every network that takes a picture.

use carillon_connectors::Registry;
use serde_json::{Value, json};

use super::page::Page;
use super::stage::Stage;

/// The networks that take a picture with a text, as people write them, and as the registry does.
const NETWORKS: [(&str, &str); 8] = [
    ("Bluesky", "bluesky"),
    ("Facebook", "facebook"),
    ("Instagram", "instagram"),
    ("LinkedIn", "linkedin"),
    ("Mastodon", "mastodon"),
    ("Threads", "threads"),
    ("TikTok", "tiktok"),
    ("X", "x"),
];

const TEXT: &str = "The first post of a newcomer, with a picture of the bay";
const ALT: &str = "A bay that turns from blue to orange";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newcomer_publishes_everywhere() {
    let all =
        |selector: &str| format!("document.querySelectorAll('{selector}').length === {}", NETWORKS.len());
    let Some(stage) = Stage::demo("newcomer::a_newcomer_publishes_everywhere").await else { return };
    let picture = stage.folder().join("bay.jpg");
    image::RgbImage::from_fn(1080, 1080, |x, y| image::Rgb([(x / 5) as u8, 120, (y / 5) as u8]))
        .save(&picture)
        .expect("a picture");
    let accounts = stage.accounts().await;
    assert_eq!(accounts.len(), Registry.all().len(), "one of each network: {accounts:?}");

    let page = stage.signed_in().await;
    page.click("main a.compose-link").await;
    page.arrive("/compose").await;
    page.fill(("textbox", "Text"), TEXT).await;
    for (platform, name) in NETWORKS {
        let account = accounts.iter().find(|a| a["platform"] == name).expect("an account");
        let (shown, handle) = (account["name"].as_str().unwrap(), account["handle"].as_str().unwrap());
        // Members of LinkedIn have no handle; their name stands in its place.
        let sign = if handle.contains(' ') { "" } else { "@" };
        page.click(("checkbox", format!("{shown} {sign}{handle} · {platform}").as_str())).await;
    }
    page.wait("a counter for each", &all("#check .counter")).await;
    for limit in [300, 500, 2200, 3_000, 25_000, 63_206] {
        page.reads(&format!("{} / {limit}", TEXT.len())).await;
    }
    page.reads("Instagram publishes no text without a picture or video.").await;

    page.choose_files("[data-media=media] [data-files]", &[&picture]).await;
    page.fill(("textbox", "Description of bay.jpg"), ALT).await;
    page.reads("TikTok lets no program choose that for you.").await;
    choose_who_sees_it(&page, &stage.account("tiktok").await).await;
    let good = format!("{} && !document.querySelector('#check .check-bad')", all("#check .check"));
    page.wait("every network takes it", &good).await;
    page.click(("button", "Publish now")).await;
    page.arrive("/posts/").await;

    page.js("window.neverReloaded = true").await;
    let others =
        format!("document.querySelectorAll('.publication-facts a').length >= {}", NETWORKS.len() - 1);
    page.wait("a link to each that nobody reviews", &others).await;
    pass_a_review(&stage).await;
    page.wait("all are published", &all(".publication .state-published")).await;
    // A network may tell the address of a post a moment after the post is public.
    page.wait("a link to each", &all(".publication-facts a")).await;
    assert_eq!(page.js("window.neverReloaded").await, true, "the page brought itself up to date");

    let links = page.js("[...document.querySelectorAll('.publication-facts a')].map((a) => a.href)").await;
    let links = links.as_array().expect("links").clone();
    assert_eq!(links.len(), NETWORKS.len(), "{links:?}");
    let mut feeds = Vec::new();
    for link in links {
        let link = link.as_str().expect("a link");
        let before = stage.open().await;
        page.click(&format!(".publication-facts a[href='{link}']")).await;
        let feed = stage.opened_since(&before).await;
        feed.arrive(link).await;
        feed.reads(TEXT).await;
        let alt = if link.contains("/tiktok/") { "" } else { ALT };
        let picture = format!(
            "(() => {{ const p = document.querySelector('.media img'); return p?.complete && p.naturalWidth > 0 && p.alt === {} }})()",
            json!(alt)
        );
        feed.wait("the picture with its description", &picture).await;
        feeds.push(feed);
    }

    let public = stage.public(TEXT).await;
    let mut places: Vec<_> = public.iter().map(|item| item["platform"].as_str().unwrap()).collect();
    places.sort_unstable();
    assert_eq!(places, NETWORKS.map(|(_, name)| name), "each exactly once: {public:#?}");
    for item in &public {
        let network = Registry.get(item["platform"].as_str().unwrap()).expect("a network");
        let alt = if network.capabilities().alt_text { json!(ALT) } else { json!(null) };
        assert_eq!(item["media"][0]["alt"], alt, "{item}");
    }
    stage.close(feeds.into_iter().chain([page])).await;
}

/// TikTok's own rule: no program chooses that for a person.
async fn choose_who_sees_it(page: &Page, account: &str) {
    let own = format!("document.querySelector('[name=\"option.{account}.privacy\"]').closest('details')");
    page.js(&format!("{own}.querySelector('summary').click()")).await;
    let offered =
        page.js(&format!("[...{own}.querySelector('[name$=privacy]').options].map((o) => o.text)")).await;
    assert_eq!(
        offered,
        json!(["Please choose", "Everybody", "Friends", "Nobody else"]),
        "of a public account"
    );
    page.put(&format!("[name='option.{account}.privacy']"), "public").await;
}

/// TikTok looks at a post for a minute before it has an address. That minute passes once the post is there.
async fn pass_a_review(stage: &Stage) {
    let there = |ledger: &Value| {
        let items = ledger["items"].as_array().expect("items");
        items.iter().any(|item| item["platform"] == "tiktok" && item["text"] == TEXT)
    };
    stage.sandbox.poll("/sandbox/ledger", there).await;
    stage.sandbox.post("/sandbox/clock", json!({ "advance_s": 90 })).await;
}

/// Presses the button of the step that is next, which is called so.
async fn take_step(page: &Page, stage: &Stage, name: &str, button: &str) {
    page.goto(&stage.url("/")).await;
    page.arrive("/overview").await;
    let step = ".guide-step[aria-current=step]";
    let text = format!("document.querySelector('{step}')?.innerText.includes({})", json!(name));
    page.wait(name, &text).await;
    page.click(&format!("{step} a.btn-primary")).await;
    let gone = format!("document.querySelector('{step}')?.innerText.includes({}) !== true", json!(button));
    page.wait("another page", &gone).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_steps_lead_from_an_empty_workspace_to_a_public_post() {
    let test = "newcomer::the_first_steps_lead_from_an_empty_workspace_to_a_public_post";
    let Some(stage) = Stage::demo(test).await else { return };
    stage.new_user("ada@example.com", "a bell for every hour").await;
    let page = stage.tab().await;
    page.goto(&stage.url("/sign-in")).await;
    page.fill(("textbox", "Email"), "ada@example.com").await;
    page.fill(("textbox", "Password"), "a bell for every hour").await;
    page.click(("button", "Sign in")).await;
    page.arrive("/overview").await;
    page.reads("0 of 4 done").await;

    take_step(&page, &stage, "Connect an account", "Connect").await;
    page.arrive("/connections").await;
    let before = stage.open().await;
    page.click("#connect-x button").await;
    let popup = stage.opened_since(&before).await;
    popup.click("button[value=marafields]").await;
    popup.click(("button", "Allow")).await;
    stage.closed(&popup).await;
    page.reads("The account is connected.").await;

    take_step(&page, &stage, "Write a post", "Write").await;
    page.arrive("/compose").await;
    page.fill(("textbox", "Text"), "Rung for the first time").await;
    page.click("input[name=account]").await;
    page.click(("button", "Save draft")).await;
    page.arrive("?saved").await;

    take_step(&page, &stage, "Schedule or publish it", "Open drafts").await;
    page.arrive("status=draft").await;
    page.click("main a[href*='/posts/']").await;
    page.arrive("/posts/").await;
    page.click("main a[href*='compose?post=']").await;
    page.arrive("/compose?post=").await;
    page.click(("button", "Publish now")).await;
    page.arrive("/posts/").await;
    page.wait("it is published", "document.querySelector('.publication .state-published') !== null").await;
    page.goto(&stage.url("/")).await;
    page.arrive("/overview").await;
    page.wait("nothing is left to do", "!document.querySelector('.guide-step')").await;
    assert_eq!(stage.public("Rung for the first time").await.len(), 1);
    stage.close([page, popup]).await;
}
