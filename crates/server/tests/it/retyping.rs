//! What was typed or chosen in the library and could not be done is there once more, beside the reason.

use std::sync::Arc;

use axum::http::StatusCode;

use crate::dialog::first_button;
use crate::media::jpeg;
use crate::shelf::{Web, id_of};
use crate::support::desk::Desk;
use crate::support::{Answer, TestApp};

fn refused(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", answer.text());
    answer.text()
}

#[tokio::test]
async fn a_choice_and_its_filter_stay_where_tags_are_refused() {
    let desk = Desk::new().await;
    let browser = desk.owner().await;
    let (one, two) = (
        desk.upload("quay-1.jpg", "", &jpeg(20, 20)).await,
        desk.upload("quay-2.jpg", "", &jpeg(24, 24)).await,
    );
    let other = desk.upload("bridge.jpg", "", &jpeg(28, 28)).await;
    let here = format!("{}/library", desk.home);
    let back = format!("{here}?kind=image&q=quay");
    let page = browser.get(&back).await.text();
    let button = first_button(&page, "id=\"shelf\"");
    assert!(!button.contains("formaction"), "Enter in the field for tags does not publish: {button}");

    let form = [("item", id_of(&one)), ("tags", " "), ("back", back.as_str())];
    let page = refused(&browser.post(&format!("{here}/tag"), &form).await);
    assert!(page.contains(&format!("value=\"{}\" checked", id_of(&one))), "{page}");
    assert!(page.contains(&format!("value=\"{}\">", id_of(&two))), "the other one is not chosen: {page}");
    assert!(!page.contains(id_of(&other)), "the filter is the same: {page}");
    assert!(page.contains("type=\"search\" value=\"quay\"") && page.contains("value=\"image\" selected"));

    let form = [("tags", "spring, sea"), ("back", back.as_str())];
    let page = refused(&browser.post(&format!("{here}/tag"), &form).await);
    assert!(page.contains("name=\"tags\" value=\"spring, sea\""), "{page}");
    assert!(page.contains(&format!("value=\"{}\">", id_of(&one))), "nothing was chosen: {page}");
    // What no page of ours sends is no filter.
    let form = [("tags", "spring"), ("back", "https://evil.example/?q=%00")];
    let page = refused(&browser.post(&format!("{here}/tag"), &form).await);
    assert!(page.contains(id_of(&other)), "{page}");

    let page = refused(&browser.upload(&back, "words.txt", b"A few words").await);
    assert!(page.contains("type=\"search\" value=\"quay\"") && !page.contains(id_of(&other)), "{page}");
}

#[tokio::test]
async fn addresses_that_were_not_fetched_stay_in_the_form() {
    let (app, _) = TestApp::networked_over(&[], |_| Arc::new(Web::new())).await;
    let (browser, home) = app.owner().await;
    let url = "https://files.example/quay.php\r\nhttps://files.example/gone\r\nhttps://files.example/moved";
    let back = format!("{home}/library?kind=image");
    let form = [("url", url), ("back", back.as_str())];
    let page = refused(&browser.post(&format!("{home}/library/fetch"), &form).await);
    let left = ">https://files.example/gone\nhttps://files.example/moved</textarea>";
    assert!(page.contains(left) && page.contains("<details class=\"fetch\" open>"), "{page}");
    assert!(page.contains("value=\"image\" selected"), "{page}");
    assert_eq!(page.matches("class=\"shelf-item\"").count(), 1, "the first one was fetched: {page}");
}

#[tokio::test]
async fn an_edit_that_is_refused_stays_open_as_it_was_chosen() {
    let desk = Desk::new().await;
    let browser = desk.owner().await;
    let file = desk.upload("quay.jpg", "A quay", &jpeg(64, 48)).await;
    let place = format!("{}/library/{}", desk.home, id_of(&file));
    let page = browser.get(&place).await.text();
    assert!(
        page.contains("<details class=\"card edit\">") && page.contains("step=\"5\" value=\"100\""),
        "{page}"
    );
    let form = [("turn", "180"), ("ratio", "4:5"), ("zoom", "2000"), ("x", "20"), ("y", "80")];
    let page = refused(&browser.post(&format!("{place}/edit"), &form).await);
    for kept in [
        "<details class=\"card edit\" open>",
        "value=\"180\" selected",
        "value=\"4:5\" selected",
        "step=\"5\" value=\"2000\"",
        "max=\"100\" value=\"20\"",
        "max=\"100\" value=\"80\"",
    ] {
        assert!(page.contains(kept), "{kept} is lost: {page}");
    }

    let form = [("name", " "), ("alt_text", "Boats at dusk"), ("tags", "spring, sea")];
    let page = refused(&browser.post(&format!("{place}/alt"), &form).await);
    assert!(page.contains(">Boats at dusk</textarea>") && page.contains("value=\"spring, sea\""), "{page}");
    assert!(page.contains("<details class=\"card edit\">"), "{page}");
}
