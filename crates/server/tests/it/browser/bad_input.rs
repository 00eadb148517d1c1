//! What bad input gets in the composer: an error where it belongs, and nothing that was typed is lost.

use serde_json::json;

use super::page::Page;
use super::stage::Stage;

/// Presses a button that is refused, and gives the errors beside the fields.
async fn refused(page: &Page, button: &str) -> String {
    page.js("window.before = true").await;
    page.click(("button", button)).await;
    page.wait("the form is back", "!window.before && document.querySelector('.field-error, .alert-danger')")
        .await;
    let errors = "[...document.querySelectorAll('form.compose .field-error, main > .alert-danger')].filter((e) => !e.closest('#check')).map((e) => e.innerText).join('\\n')";
    page.js(errors).await.as_str().expect("errors").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_input_is_refused_and_nothing_typed_is_lost() {
    let Some(stage) = Stage::demo("bad_input::bad_input_is_refused_and_nothing_typed_is_lost").await else {
        return;
    };
    let bluesky = stage.account("bluesky").await;
    let page = stage.signed_in().await;
    page.expect_complaint("status of 422");
    page.click("main a.compose-link").await;
    let long = "A sentence that goes on. ".repeat(14);
    let long = long.trim();
    page.fill(("textbox", "Text"), long).await;
    page.click(".compose-more:not(.repeat) > summary").await;
    page.click(("button", "Add a part")).await;
    page.fill(("textbox", "Next part"), "A part").await;
    let place = format!("li:has(> label > input[value='{bluesky}'])");
    page.click(&format!("{place} input[name=account]")).await;
    page.click(&format!("{place} .compose-own > summary")).await;
    page.fill(&format!("{place} [name$='.langs']"), "en, el").await;
    page.put("#scheduled_at", "2031-05-04T09:30").await;

    let unharmed = |text: String, time: &'static str, zone: &'static str| {
        let page = &page;
        let place = &place;
        async move {
            assert_eq!(page.value("#text").await, text);
            assert_eq!(page.value(("textbox", "Next part")).await, "A part");
            assert_eq!(page.value("#scheduled_at").await, time);
            assert_eq!(page.value("[name=timezone]").await, zone);
            assert_eq!(page.value(&format!("{place} [name$='.langs']")).await, "en, el");
            let chosen = page.js("document.querySelectorAll('[name=account]:checked').length").await;
            assert_eq!(chosen, json!(1));
        }
    };

    let errors = refused(&page, "Schedule").await;
    assert!(errors.contains("300") && errors.contains(&long.len().to_string()), "{errors}");
    let beside = page.js("document.querySelector('#text-error')?.innerText ?? ''").await;
    assert!(beside.as_str().is_some_and(|t| t.contains("300")), "beside the text: {beside}");
    unharmed(long.to_owned(), "2031-05-04T09:30", "Europe/Athens").await;

    let short = "Short enough.".to_owned();
    page.fill(("textbox", "Text"), &short).await;
    page.put("#scheduled_at", "2020-01-01T10:00").await;
    let errors = refused(&page, "Schedule").await;
    assert!(errors.contains("is in the past"), "{errors}");
    unharmed(short.clone(), "2020-01-01T10:00", "Europe/Athens").await;

    page.put("#scheduled_at", "2031-05-04T09:30").await;
    page.fill("[name=timezone]", "Mars/Olympus").await;
    let errors = refused(&page, "Schedule").await;
    assert!(errors.contains("There is no time zone called `Mars/Olympus`"), "{errors}");
    unharmed(short.clone(), "2031-05-04T09:30", "Mars/Olympus").await;

    // In the night to this Sunday, Athens goes from 3 to 4 o'clock.
    page.put("#scheduled_at", "2031-03-30T03:30").await;
    page.fill("[name=timezone]", "Europe/Athens").await;
    let errors = refused(&page, "Schedule").await;
    assert!(errors.contains("does not exist in Europe/Athens"), "{errors}");
    unharmed(short.clone(), "2031-03-30T03:30", "Europe/Athens").await;

    page.put("#scheduled_at", "2031-03-30T04:30").await;
    page.click(("button", "Schedule")).await;
    page.arrive("?saved").await;
    page.reads(&short).await;
    page.reads("30 Mar 2031, 04:30").await;
    stage.close([page]).await;
}
