//! A picture that a network refuses becomes a copy that it takes, by one button beside the check.

use serde_json::{Value, json};

use super::stage::Stage;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_picture_becomes_a_copy_for_that_network() {
    let Some(stage) = Stage::demo("copies::a_refused_picture_becomes_a_copy_for_that_network").await else {
        return;
    };
    let (instagram, x) = (stage.account("instagram").await, stage.account("x").await);
    let page = stage.signed_in().await;
    let home = page.js("location.pathname.split('/').slice(0, 3).join('/')").await;
    let home = home.as_str().expect("a path").to_owned();
    stage.upload(home.trim_start_matches("/w/"), "quay.png", "A quay").await;
    let files = stage.api.get("/api/v1/media?limit=1").await;
    let original = files["items"][0]["id"].as_str().expect("an id").to_owned();

    page.goto(&stage.url(&format!("{home}/compose?media={original}"))).await;
    page.fill(("textbox", "Text"), "The quay, for everybody").await;
    for account in [&instagram, &x] {
        page.click(&format!("input[name=account][value='{account}']")).await;
    }
    page.wait("one network takes it", "document.querySelectorAll('#check .check-good').length === 1").await;
    page.click(("button", "Make a copy that fits Instagram")).await;
    page.reads("is a copy that fits Instagram").await;
    page.wait("both take it", "document.querySelectorAll('#check .check-good').length === 2").await;
    let offered = page.js("!document.querySelector('[data-kept]').hidden").await;
    assert_eq!(offered, false, "all that was typed is in the form");
    assert_eq!(page.value("#text").await, "The quay, for everybody");
    let own = format!("document.querySelector(\"[name='media.{instagram}']\").value");
    let copy = page.js(&own).await;
    assert_ne!(copy, json!(original));
    page.click(("button", "Save draft")).await;
    page.arrive("?saved").await;
    let id = page.js("location.pathname.split('/').pop()").await;
    let post = stage.api.get(&format!("/api/v1/posts/{}", id.as_str().expect("an id"))).await;
    assert_eq!(post["media"], json!([original]));
    assert_eq!(post["overrides"][instagram.as_str()]["media"], json!([copy]));
    assert_eq!(post["overrides"][x.as_str()]["media"], Value::Null);
    stage.close([page]).await;
}
