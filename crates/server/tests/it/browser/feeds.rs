//! The plan in a calendar of one's own: making a link, and making another one when it got into wrong hands.

use super::page::Page;
use super::stage::Stage;

/// The path of the link that is shown.
async fn shown(page: &Page) -> String {
    page.wait("the link", "document.querySelector('#new-feed')").await;
    let path = page.js("new URL(document.querySelector('#new-feed').innerText.trim()).pathname").await;
    path.as_str().expect("a path").to_owned()
}

/// What a calendar program gets there: the status, and the first line.
async fn fetched(page: &Page, path: &str) -> (u64, String) {
    let ask = format!(
        "fetch('{path}', {{ credentials: 'omit' }}).then(async (answer) => [answer.status, (await answer.text()).split('\\r\\n')[0]])"
    );
    let answer = page.js(&ask).await;
    (answer[0].as_u64().expect("a status"), answer[1].as_str().expect("a line").to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_is_made_and_replaced() {
    let Some(stage) = Stage::demo("feeds::a_link_is_made_and_replaced").await else { return };
    let page = stage.signed_in().await;
    page.expect_complaint("status of 404");
    page.click(".side a[href$='/calendar']").await;
    page.arrive("/calendar").await;
    page.click(("link", "Subscribe")).await;
    page.arrive("/settings/calendar").await;
    page.click(("button", "Make a link")).await;
    let first = shown(&page).await;
    assert_eq!(fetched(&page, &first).await, (200, "BEGIN:VCALENDAR".to_owned()));

    page.click(("button", "Make a new link")).await;
    page.click(("button", "Yes, do it")).await;
    page.wait(
        "another link",
        &format!("!document.querySelector('#new-feed')?.innerText.includes('{first}')"),
    )
    .await;
    let second = shown(&page).await;
    assert_eq!(fetched(&page, &second).await.0, 200);
    assert_eq!(fetched(&page, &first).await.0, 404, "the old one ends");
    stage.close([page]).await;
}
