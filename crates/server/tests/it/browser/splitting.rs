//! What the composer does with a text that is too long.

use super::stage::Stage;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_text_becomes_a_thread() {
    let test = "splitting::a_long_text_becomes_a_thread";
    let Some(stage) = Stage::demo(test).await else { return };
    let bluesky = stage.account("bluesky").await;
    let page = stage.signed_in().await;
    page.click("main a.compose-link").await;
    page.arrive("/compose").await;
    let sentence = "The bells of the old tower ring at every full hour, and nobody in the town minds.";
    page.fill(("textbox", "Text"), &[sentence; 6].join(" ")).await;
    page.click(&format!("input[name=account][value='{bluesky}']")).await;
    page.wait("it is too long", "document.querySelector('#check .check-bad')").await;
    page.click(("button", "Split into a thread")).await;
    page.wait(
        "it fits",
        "document.querySelector('#check .check-good') && !document.querySelector('#check .check-bad')",
    )
    .await;
    let parts = "[document.getElementById('text'), ...document.querySelectorAll('[data-part-box] textarea[name=part]')].map((t) => t.value)";
    let parts = page.js(parts).await;
    let parts: Vec<&str> = parts.as_array().expect("parts").iter().filter_map(|part| part.as_str()).collect();
    assert!(parts.len() > 1, "{parts:?}");
    assert!(
        parts.iter().all(|part| part.trim_end().ends_with("minds.")),
        "at the ends of sentences: {parts:?}"
    );
    assert_eq!(parts.join(" "), [sentence; 6].join(" "), "nothing is lost");

    stage.close([page]).await;
}
