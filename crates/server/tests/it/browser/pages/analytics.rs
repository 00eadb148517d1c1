//! Pages with numbers.

use super::{Inspector, UNFOLD, account, home};
use crate::browser::page::Page;
use crate::browser::stage::{Stage, other_workspace};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_with_numbers_are_sound() {
    let test = "pages::analytics::pages_with_numbers_are_sound";
    let Some(mut inspector) = Inspector::new(test) else { return };
    let Some(stage) = Stage::demo(test).await else { return };
    let page = stage.signed_in().await;
    let home = home(&page).await;
    inspector.open(&page, "overview", &stage.url(&format!("{home}/overview?days=90"))).await;
    inspector
        .open(&page, "overview-network", &stage.url(&format!("{home}/overview?platform=mastodon")))
        .await;
    let found = stage.found_on("threads").await;
    inspector.open(&page, "post-found", &stage.url(&format!("{home}/found/{found}"))).await;
    inspector.open(&page, "definitions", &stage.url(&format!("{home}/definitions"))).await;
    figures(&mut inspector, &stage, &page, &home).await;
    page.goto(&stage.url(&format!("{home}/connections"))).await;
    account(&mut inspector, &page, "account", &home).await;
    page.goto(&stage.url(&format!("{home}/calendar"))).await;
    let other = other_workspace(&page).await;
    inspector.open(&page, "connections-trouble", &stage.url(&format!("{other}/connections"))).await;
    account(&mut inspector, &page, "account-trouble", &other).await;
    stage.close([page]).await;
    inspector.end();
}

/// What a network tells the owner of an account and of a post, within their pages and alone.
async fn figures(inspector: &mut Inspector, stage: &Stage, page: &Page, home: &str) {
    let account = stage.account("threads").await;
    let list = format!("/api/v1/publications?state=published&account={account}");
    let published = stage.api.get(&list).await["items"][0].clone();
    let text = |name: &str| published[name].as_str().expect(name).to_owned();
    let places = [
        ("account", format!("{home}/accounts/{account}"), format!("{home}/accounts/{account}/insights")),
        (
            "post",
            format!("{home}/posts/{}", text("post")),
            format!("{home}/publications/{}/insights", text("id")),
        ),
    ];
    for (name, around, alone) in places {
        page.resize(1440, 900).await;
        page.goto(&stage.url(&around)).await;
        page.js(&format!("document.querySelector(\"a[href='{alone}']\").click()")).await;
        page.wait("the figures", "document.querySelector('[id$=-figures] .figures-note')").await;
        page.js(UNFOLD).await;
        inspector.look(page, &format!("{name}-figures")).await;
        inspector.open(page, &format!("{name}-figures-alone"), &stage.url(&alone)).await;
    }
}
