//! What comes into the library, and what is made of a film there, with the mistakes that are made at it.

use serde_json::json;

use super::page::Page;
use super::stage::Stage;
use crate::renditions::films::{ffmpeg, webm};

/// Hands a file over as a person's paste or drop does; the script makes the event of the transfer `t`.
async fn hand_over(page: &Page, name: &str, picture: bool, event: &str) {
    let content = if picture {
        "await (() => { const c = new OffscreenCanvas(64, 48); c.getContext('2d').fillRect(0, 0, 40, 40); return c.convertToBlob(); })()"
    } else {
        "new Blob(['no picture at all'])"
    };
    let script = format!(
        "(async () => {{ const t = new DataTransfer(); t.items.add(new File([{content}], {}, {{ type: 'image/png' }})); {event}; return true; }})()",
        json!(name)
    );
    page.js(&script).await;
}

const PASTE: &str =
    "document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData: t, bubbles: true }))";
const DROP: &str = "document.querySelector('form[data-reload]').dispatchEvent(\
    new DragEvent('drop', { dataTransfer: t, bubbles: true, cancelable: true }))";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_are_pasted_dropped_and_fetched() {
    let Some(stage) = Stage::demo("taking::files_are_pasted_dropped_and_fetched").await else { return };
    let page = stage.signed_in().await;
    page.expect_complaint("status of 4");
    let home = page.js("location.pathname.split('/').slice(0, 3).join('/')").await;
    let library = stage.url(&format!("{}/library?kind=files", home.as_str().expect("a path")));
    page.goto(&library).await;
    hand_over(&page, "pasted.png", true, PASTE).await;
    page.reads("pasted.png").await;
    page.wait("the page shows it", "!document.querySelector('[data-progress] li')").await;
    hand_over(&page, "dropped.png", true, DROP).await;
    page.reads("dropped.png").await;
    page.wait("the page shows it", "!document.querySelector('[data-progress] li')").await;
    hand_over(&page, "words.png", false, DROP).await;
    page.wait(
        "why not",
        "document.querySelector('[data-progress] .field-error')?.innerText.includes('words.png')",
    )
    .await;

    // An address inside is the main mistake; it stays to be mended.
    page.click(".fetch > summary").await;
    let inside = format!("{}/picture.png", stage.sandbox_url());
    page.fill("#fetch-url", &inside).await;
    page.click(("button", "Fetch")).await;
    page.reads("Files are fetched from public https addresses only").await;
    assert_eq!(page.value("#fetch-url").await, inside);
    stage.close([page]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_button_waits_for_what_is_on_its_way() {
    let Some(stage) = Stage::demo("taking::a_button_waits_for_what_is_on_its_way").await else { return };
    let file = stage.folder().join("noise.png");
    let noise = |x: u32, y: u32| {
        x.wrapping_mul(2_654_435_761).wrapping_add(y.wrapping_mul(40_503)).rotate_left(x % 31)
    };
    image::RgbImage::from_fn(500, 400, |x, y| {
        image::Rgb(noise(x, y).to_le_bytes()[..3].try_into().expect("three"))
    })
    .save(&file)
    .expect("a picture");
    let page = stage.signed_in().await;
    page.click("main a.compose-link").await;
    page.arrive("/compose").await;
    page.fill(("textbox", "Text"), "With a picture that takes its time").await;
    let slow =
        json!({ "offline": false, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 100_000 });
    page.command("Network.emulateNetworkConditions", slow).await;
    page.choose_files("[data-media=media] [data-files]", &[&file]).await;
    page.wait("it is on its way", "document.querySelector('[data-media=media] [data-progress] progress')")
        .await;
    page.click(("button", "Save draft")).await;
    page.reads("A file is still on its way.").await;
    page.arrive("?saved").await;
    let id = page.js("location.pathname.split('/').pop()").await;
    let post = stage.api.get(&format!("/api/v1/posts/{}", id.as_str().expect("an id"))).await;
    assert_eq!(post["media"].as_array().map(Vec::len), Some(1), "{post}");
    stage.close([page]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_film_is_trimmed_and_gives_a_picture() {
    let test = "taking::a_film_is_trimmed_and_gives_a_picture";
    let Some(ffmpeg) = ffmpeg(test) else { return };
    // A demo starts without anything of the environment; this is where it finds ffmpeg.
    let path = std::env::var("PATH").unwrap_or_default();
    let Some(stage) = Stage::demo_with(test, &[("PATH", &path)]).await else { return };
    let film = stage.api.upload("quay.webm", &webm(&ffmpeg), "A quay").await;
    let film = film["id"].as_str().expect("an id").to_owned();
    let page = stage.signed_in().await;
    page.expect_complaint("status of 422");
    let home = page.js("location.pathname.split('/').slice(0, 3).join('/')").await;
    let place = stage.url(&format!("{}/library/{film}", home.as_str().expect("a path")));
    page.goto(&place).await;
    page.click(".edit > summary").await;
    page.fill("#edit-from", "0:02").await;
    page.fill("#edit-to", "0:01").await;
    page.click(("button", "Make the edited file")).await;
    page.wait("a refusal", "document.querySelector('.field-error, .alert-danger')").await;
    assert_eq!(page.value("#edit-from").await, "0:02", "what was typed is there");
    page.fill("#edit-from", "0:01").await;
    page.fill("#edit-to", "2.5").await;
    page.click(("button", "Make the edited file")).await;
    page.arrive("?making").await;
    page.wait(
        "it is made, and told",
        "document.querySelector('#came').textContent.includes('quay (edited).mp4')",
    )
    .await;
    page.wait("it is offered", "document.querySelector('#copies a.media-cell')").await;

    page.goto(&place).await;
    page.click(".edit > summary").await;
    page.fill("#edit-at", "1:00").await;
    page.click(("button", "Take the picture")).await;
    page.wait("a refusal", "document.querySelector('.field-error, .alert-danger')").await;
    page.fill("#edit-at", "0:02").await;
    page.click(("button", "Take the picture")).await;
    page.wait("it is another file", &format!("!location.pathname.includes({})", json!(film))).await;
    page.reads("image/jpeg").await;
    stage.close([page]).await;
}
