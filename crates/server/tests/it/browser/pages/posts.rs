//! Posts as a list and one by one, and the composer.

use super::{Inspector, first, home};
use crate::browser::stage::{Stage, other_workspace};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_of_posts_are_sound() {
    let test = "pages::posts::pages_of_posts_are_sound";
    let Some(mut inspector) = Inspector::new(test) else { return };
    let Some(stage) = Stage::demo(test).await else { return };
    let page = stage.signed_in().await;
    let home = home(&page).await;
    inspector.open(&page, "posts", &stage.url(&format!("{home}/posts"))).await;
    inspector.open(&page, "posts-none", &stage.url(&format!("{home}/posts?q=nothing+like+this"))).await;
    page.goto(&stage.url(&format!("{home}/posts?status=scheduled"))).await;
    let scheduled = first(&page, &format!("{home}/posts")).await;
    inspector.open(&page, "post-scheduled", &scheduled).await;
    let edit = page.js("document.querySelector(\"main a[href*='compose?post=']\").href").await;
    inspector.open(&page, "edit", edit.as_str().expect("a link")).await;
    page.goto(&stage.url(&format!("{home}/posts?status=published"))).await;
    let published = first(&page, &format!("{home}/posts")).await;
    inspector.open(&page, "post-published", &published).await;
    inspector.open(&page, "compose", &stage.url(&format!("{home}/compose"))).await;
    page.resize(1440, 900).await;
    page.fill(("textbox", "Text"), &"A long text about coffee. ".repeat(20)).await;
    page.js("document.querySelectorAll('[name=account]').forEach((a) => a.click())").await;
    page.wait("the check", "document.querySelector('#check .check-bad')").await;
    page.wait("the best times", "document.querySelector('[data-slots]:not([aria-busy]) .slots-note')").await;
    inspector.look(&page, "compose-checked").await;
    page.resize(1440, 900).await;
    page.js("document.querySelector('[data-open-picker]').click()").await;
    page.wait("the library", "document.querySelector('#picker[open] [data-pick] img')?.complete").await;
    inspector.look(&page, "compose-library").await;
    page.goto(&stage.url(&format!("{home}/calendar"))).await;
    let other = other_workspace(&page).await;
    for (name, status) in [("post-failed", "failed"), ("post-held", "held")] {
        page.goto(&stage.url(&format!("{other}/posts?status={status}"))).await;
        let link = first(&page, &format!("{other}/posts")).await;
        inspector.open(&page, name, &link).await;
    }
    stage.close([page]).await;
    inspector.end();
}
