//! A plan that was made in a spreadsheet: what is wrong with it, and what becomes of it.

use super::page::Page;
use super::stage::Stage;

/// A plan with a mistake, as Excel writes it.
pub const WRONG: &str = "\u{feff}Text;Accounts;Date;Time\r\n\"Two cups,\r\none pot\";bluesky;2031-05-04;9:30\r\n\
    Nobody hears this;@nobody;04.05.2031;18:00\r\n";

/// Chooses a file in the form and has it checked.
pub async fn choose(stage: &Stage, page: &Page, content: &str) {
    let file = stage.folder().join("plan.csv");
    std::fs::write(&file, content).expect("a file");
    page.choose_files("#import-file", &[&file]).await;
    page.click(("button", "Check the file")).await;
    page.arrive("/imports/import_").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_is_checked_corrected_and_made() {
    let Some(stage) = Stage::demo("import::a_plan_is_checked_corrected_and_made").await else { return };
    let page = stage.signed_in().await;
    page.click(".side a[href$='/calendar']").await;
    page.arrive("/calendar").await;
    page.click(("link", "Import posts (CSV)")).await;
    page.arrive("/posts/import").await;
    choose(&stage, &page, WRONG).await;
    page.reads("There is no account `@nobody` here").await;
    page.reads("1 row can become a post, 1 row has problems").await;
    let planned = stage.api.get("/api/v1/posts?q=pot&limit=10").await;
    assert_eq!(planned["items"], serde_json::json!([]), "looking makes nothing");

    page.click(("button", "Make none")).await;
    page.arrive("/posts/import").await;
    choose(&stage, &page, &WRONG.replace("@nobody", "mastodon")).await;
    page.js("document.querySelector('button[name=which]').focus()").await;
    page.press("Enter").await;
    page.reads("2 posts were made of this file.").await;
    let planned = stage.api.get("/api/v1/posts?q=pot&limit=10").await;
    assert_eq!(planned["items"][0]["text"], "Two cups,\none pot");
    assert_eq!(planned["items"][0]["status"], "scheduled");
    stage.close([page]).await;
}
