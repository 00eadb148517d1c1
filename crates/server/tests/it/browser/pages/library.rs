//! The library, the trash, the search and the palette.

use super::{Inspector, first, home};
use crate::browser::page::Page;
use crate::browser::stage::Stage;
use crate::documents::pdf;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_of_the_library_are_sound() {
    let test = "pages::library::pages_of_the_library_are_sound";
    let Some(mut inspector) = Inspector::new(test) else { return };
    let Some(stage) = Stage::demo(test).await else { return };
    let page = stage.signed_in().await;
    let home = home(&page).await;
    search(&mut inspector, &stage, &page, &home).await;
    inspector.open(&page, "library", &stage.url(&format!("{home}/library"))).await;
    page.goto(&stage.url(&format!("{home}/library?kind=image"))).await;
    page.js("document.querySelector('[data-shelf] input[name=item]').click()").await;
    inspector.look(&page, "library-chosen").await;
    page.resize(1440, 900).await;
    page.click(".shelf-bar .btn-primary").await;
    page.wait("what the networks say", "document.querySelector('#publish[open] #publish-check > *')").await;
    inspector.look(&page, "library-publish").await;
    page.goto(&stage.url(&format!("{home}/library?kind=files"))).await;
    let file = first(&page, &format!("{home}/library")).await;
    inspector.open(&page, "file", &file).await;
    let document = stage.api.upload("tides.pdf", &pdf(12), "").await;
    let place = format!("{home}/library/{}", document["id"].as_str().expect("an id"));
    inspector.open(&page, "document", &stage.url(&place)).await;
    page.resize(1440, 900).await;
    page.click(("button", "Delete")).await;
    page.wait("the question", "document.querySelector('#confirm[open]')").await;
    inspector.look(&page, "question").await;
    stage.close([page]).await;
    inspector.end();
}

/// The search, the palette and the map of the keys.
async fn search(inspector: &mut Inspector, stage: &Stage, page: &Page, home: &str) {
    let thrown = stage.api.upload("thrown.pdf", &pdf(3), "").await;
    let id = thrown["id"].as_str().expect("an id");
    inspector.open(page, "trash-empty", &stage.url(&format!("{home}/trash"))).await;
    page.goto(&stage.url(&format!("{home}/library/{id}"))).await;
    page.resize(1440, 900).await;
    page.click(("button", "Delete")).await;
    page.click(("button", "Yes, do it")).await;
    page.reads("The file is in the trash.").await;
    inspector.open(page, "trash", &stage.url(&format!("{home}/trash"))).await;
    for (name, query) in [("search", ""), ("search-found", "?q=a"), ("search-none", "?q=zeppelin+zeppelin")] {
        inspector.open(page, name, &stage.url(&format!("{home}/search{query}"))).await;
    }
    page.resize(1440, 900).await;
    page.js("document.querySelector('.side [data-find]').click()").await;
    page.wait("the palette", "document.querySelector('#palette[open] [data-offered] [role=option]')").await;
    inspector.look(page, "palette").await;
    page.press("Escape").await;
    page.js("document.querySelector('[data-opens=keys]').click()").await;
    page.wait("the keys", "document.querySelector('#keys[open] kbd')").await;
    inspector.look(page, "keys").await;
}
