//! Taking numbers away: what the pages offer is there, and is a file.

use serde_json::Value;

use super::page::Page;
use super::stage::Stage;

/// Follows every link to a file as the browser would, and gives address, status, kind and size.
const FETCH: &str = "Promise.all([...document.querySelectorAll('a[download]')].map(async link => { const answer = await fetch(link.href); \
    const file = await answer.arrayBuffer(); return [link.href, answer.status, answer.headers.get('content-disposition'), file.byteLength]; }))";

async fn files(page: &Page) -> Vec<Value> {
    let found = page.js(FETCH).await.as_array().expect("links").clone();
    for file in &found {
        assert_eq!(file[1], 200, "{file}");
        assert!(file[2].as_str().is_some_and(|name| name.starts_with("attachment; filename=\"")), "{file}");
        assert!(file[3].as_u64().is_some_and(|bytes| bytes > 0), "{file}");
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_file_of_the_pages_is_there() {
    let Some(stage) = Stage::demo("downloads::every_file_of_the_pages_is_there").await else { return };
    let page = stage.signed_in().await;
    let of_overview = files(&page).await;
    // Six tables twice, the report and the history; the table of the best posts is there once a post was read.
    assert!([12, 14].contains(&of_overview.len()), "{of_overview:#?}");
    let shown = "[...document.querySelectorAll('a[download]')].filter(link => link.checkVisibility()).length";
    assert_eq!(page.js(shown).await, of_overview.len() - 2, "all but those of the table that is folded");

    let home = page.js("location.pathname.split('/').slice(0, 3).join('/')").await;
    let home = home.as_str().expect("a path");
    let account = stage.account("bluesky").await;
    page.goto(&stage.url(&format!("{home}/accounts/{account}"))).await;
    files(&page).await;
    stage.close([page]).await;
}
