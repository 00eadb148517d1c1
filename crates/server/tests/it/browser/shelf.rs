//! The library, by keyboard: choosing, publishing with a mistake first, and how the post goes out in the open dialog.

use serde_json::json;

use super::stage::Stage;

const TEXT: &str = "Straight from the library, by keyboard";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chosen_files_are_published_in_the_dialog_by_keyboard() {
    let test = "shelf::chosen_files_are_published_in_the_dialog_by_keyboard";
    let Some(stage) = Stage::demo(test).await else { return };
    let mastodon = stage.account("mastodon").await;
    let page = stage.signed_in().await;
    // Without an account the form comes back.
    page.expect_complaint("status of 422");
    let home = page.js("location.pathname.split('/').slice(0, 3).join('/')").await;
    let home = home.as_str().expect("a path").to_owned();
    stage.upload(home.trim_start_matches("/w/"), "quay.png", "A quay").await;
    page.goto(&stage.url(&format!("{home}/library?kind=image"))).await;

    page.js("document.querySelector('[data-shelf] input[name=item]').focus()").await;
    page.press(" ").await;
    page.wait("the choice is counted", "document.querySelector('[data-count]').textContent.endsWith(': 1')")
        .await;
    page.js("document.querySelector('.shelf-bar .btn-primary').focus()").await;
    page.press("Enter").await;
    page.wait(
        "the dialog",
        "document.querySelector('#publish[open] #publish-text') === document.activeElement",
    )
    .await;
    page.type_text(TEXT).await;
    page.js("document.querySelector('#publish [value=now]').focus()").await;
    page.press("Enter").await;
    page.wait("the mistake", "document.querySelector('#publish[open] .publish-accounts .field-error')").await;
    page.wait("the caption has the focus", "document.activeElement.id === 'publish-text'").await;
    assert_eq!(page.value("#publish-text").await, TEXT, "what was typed is there");

    page.js(&format!("document.querySelector('#publish input[value=\"{mastodon}\"]').focus()")).await;
    page.press(" ").await;
    page.wait("the network takes it", "document.querySelector('#publish-check .check-good')").await;
    page.js("window.regions = new Set()").await;
    page.js("void new MutationObserver(() => regions.add(document.querySelector('#progress')))\
         .observe(document.querySelector('#publish'), { childList: true, subtree: true })")
        .await;
    page.js("document.querySelector('#publish [value=now]').focus()").await;
    page.press("Enter").await;
    page.wait("it is public", "document.querySelector('#publish[open] #progress .rows .state-published')")
        .await;
    let regions = page.js("[...regions].filter((region) => region?.ariaLive === 'polite').length").await;
    assert_eq!(regions, 1, "what announces its changes stays in its place");
    let public = stage.public(TEXT).await;
    assert_eq!(public.len(), 1, "{public:?}");
    assert_eq!(public[0]["media"][0]["alt"], json!("A quay"));
    page.press("Escape").await;
    page.wait("the grid shows it", &format!("document.body.innerText.includes({})", json!("In 1 post")))
        .await;
    stage.close([page]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_picture_is_turned_beside_the_original() {
    let test = "shelf::a_picture_is_turned_beside_the_original";
    let Some(stage) = Stage::demo(test).await else { return };
    let page = stage.signed_in().await;
    page.expect_complaint("status of 422");
    let home = page.js("location.pathname.split('/').slice(0, 3).join('/')").await;
    let home = home.as_str().expect("a path").to_owned();
    stage.upload(home.trim_start_matches("/w/"), "quay.png", "A quay").await;
    let files = stage.api.get("/api/v1/media?limit=1").await;
    let original = files["items"][0]["id"].as_str().expect("an id").to_owned();
    let place = stage.url(&format!("{home}/library/{original}"));
    page.goto(&place).await;
    page.click(".edit > summary").await;
    page.click(("button", "Make the edited file")).await;
    page.reads("Choose what is to change").await;
    page.goto(&place).await;
    page.click(".edit > summary").await;
    page.put("#edit-turn", "90").await;
    page.wait("what would come of it", "document.querySelector('.edit-box').style.rotate === '90deg'").await;
    page.click(("button", "Make the edited file")).await;
    page.arrive("?made").await;
    page.reads("It is made.").await;
    assert!(!page.address().await.contains(&original), "it is another file");
    page.click(("link", "quay.png")).await;
    page.arrive(&original).await;
    page.reads("quay (edited).png").await;
    stage.close([page]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn enter_tags_what_is_chosen_and_a_caption_is_not_lost_unasked() {
    let test = "shelf::enter_tags_what_is_chosen_and_a_caption_is_not_lost_unasked";
    let Some(stage) = Stage::demo(test).await else { return };
    let page = stage.signed_in().await;
    page.expect_complaint("status of 422");
    let home = page.js("location.pathname.split('/').slice(0, 3).join('/')").await;
    let home = home.as_str().expect("a path").to_owned();
    stage.upload(home.trim_start_matches("/w/"), "quay.png", "A quay").await;
    page.goto(&stage.url(&format!("{home}/library?kind=image"))).await;
    let counted = "document.querySelector('[data-count]').textContent.endsWith(': 1')";
    page.js("document.querySelector('[data-shelf] input[name=item]').focus()").await;
    page.press(" ").await;
    page.wait("the choice is counted", counted).await;
    page.js("document.querySelector('#new-tags').focus()").await;
    page.press("Enter").await;
    page.reads("Choose files, and type the tags").await;
    page.wait("the choice is still there", counted).await;
    page.js("document.querySelector('#new-tags').focus()").await;
    page.type_text("harbour").await;
    page.press("Enter").await;
    page.arrive("tagged=1").await;
    page.reads("1 file was tagged").await;

    page.js("document.querySelector('[data-shelf] input[name=item]').click()").await;
    page.click(".shelf-bar .btn-primary").await;
    let open = "document.querySelector('#publish[open] #publish-text')";
    page.wait("the dialog", &format!("{open} === document.activeElement")).await;
    page.type_text(TEXT).await;
    page.press("Escape").await;
    page.reads("What you typed here is not saved").await;
    // Once more means: no.
    page.press("Escape").await;
    page.wait("the question is gone", "!document.querySelector('#confirm[open]')").await;
    assert_eq!(page.value("#publish-text").await, TEXT, "what was typed is there");
    page.press("Escape").await;
    page.click(("button", "Yes, do it")).await;
    page.wait("it is closed", "!document.querySelector('dialog[open]')").await;
    stage.close([page]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_question_is_not_answered_by_the_end_of_the_one_before() {
    let test = "shelf::a_question_is_not_answered_by_the_end_of_the_one_before";
    let Some(stage) = Stage::demo(test).await else { return };
    let page = stage.signed_in().await;
    let asked = "(async () => {
        const { ask } = await import(document.querySelector('script[type=module][src*=\"js/app\"]').src);
        const dialog = document.getElementById('confirm');
        const first = ask('One?');
        dialog.close('no');
        const second = ask('Two?');
        await new Promise((resolve) => dialog.addEventListener('close', resolve, { once: true }));
        dialog.querySelector('[value=yes]').click();
        return [await first, await second];
    })()";
    assert_eq!(page.js(asked).await, json!([false, true]));
    stage.close([page]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_that_can_not_begin_says_so() {
    let test = "shelf::an_upload_that_can_not_begin_says_so";
    let Some(stage) = Stage::demo(test).await else { return };
    let page = stage.signed_in().await;
    let home = page.js("location.pathname.split('/').slice(0, 3).join('/')").await;
    page.goto(&stage.url(&format!("{}/library", home.as_str().expect("a path")))).await;
    let broken = "{ Upload: class { constructor() { throw new Error('No room to note it'); } } }";
    page.js(&format!(
        "Object.defineProperty(window, 'tus', {{ get: () => ({broken}), set: () => {{}} }}), 0"
    ))
    .await;
    let file = stage.folder().join("quay.png");
    std::fs::write(&file, b"whatever is in it").expect("a file");
    page.choose_files("form[data-reload] [data-files]", &[file.as_path()]).await;
    page.reads("No room to note it").await;
    page.reads("quay.png").await;
    stage.close([page]).await;
}
