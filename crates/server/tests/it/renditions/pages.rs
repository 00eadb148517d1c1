//! Copies in the composer and in the library, as a browser without scripts gets them.

use axum::http::StatusCode;
use carillon_store::testing::TestDb;
use image::{DynamicImage, ImageFormat, RgbImage};
use serde_json::json;

use super::pictures::noise;
use super::{encoded, id};
use crate::media::jpeg;
use crate::support::desk::Desk;

fn png() -> Vec<u8> {
    encoded(&DynamicImage::ImageRgb8(RgbImage::new(300, 200)), ImageFormat::Png)
}

/// The values of the fields of this name in a page.
fn fields<'p>(page: &'p str, name: &str) -> Vec<&'p str> {
    let head = format!("name=\"{name}\" value=\"");
    page.split(&head).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[tokio::test]
async fn a_button_puts_a_copy_into_the_files_of_one_account() {
    let desk = Desk::with(TestDb::sqlite().await, &[]).await;
    let account = desk.connect("instagram").await;
    let owner = desk.owner().await;
    let (first, second) =
        (desk.upload("one.jpg", "", &jpeg(400, 400)).await, desk.upload("two.png", "", &png()).await);
    let (here, alt) = (format!("{}/compose", desk.home), format!("alt.{}", id(&second)));
    let form = |action: &'static str| {
        [
            ("text", "The <harbour>"),
            ("account", account.as_str()),
            ("account", desk.account.as_str()),
            ("media", id(&first)),
            ("media", id(&second)),
            (alt.as_str(), "Two boats"),
            ("first_comment", "Tell us"),
            ("scheduled_at", "2027-01-01T09:00"),
            ("timezone", "UTC"),
            ("action", action),
        ]
    };
    let check = owner.post(&format!("{here}/check"), &form("")).await.text();
    let button = format!("value=\"fit/{account}/media.1\"");
    assert!(check.contains(&button) && check.contains("Make a copy that fits Instagram"), "{check}");
    assert_eq!(check.matches("value=\"fit/").count(), 1, "one button for one file: {check}");

    let action: &'static str = Box::leak(format!("fit/{account}/media.1").into_boxed_str());
    let done = owner.post(&here, &form(action)).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text());
    let page = done.text();
    let own = fields(&page, &format!("media.{account}"));
    assert_eq!(own.len(), 2, "{page}");
    assert_eq!(own[0], id(&first));
    assert_ne!(own[1], id(&second), "the copy is in the place of its original");
    assert_eq!(fields(&page, "media"), [id(&first), id(&second)], "the others keep the original");
    assert!(page.contains("alert-success") && page.contains("Made for Instagram"), "{page}");
    for kept in ["The &#60;harbour&#62;", "Tell us", "2027-01-01T09:00", "Two boats"] {
        assert!(page.contains(kept), "{kept} is lost");
    }

    // What came back can be scheduled as it is.
    let (own_media, media) = (format!("own_media.{account}"), format!("media.{account}"));
    let mut again = form("schedule").to_vec();
    again.extend([(own_media.as_str(), "1"), (media.as_str(), own[0]), (media.as_str(), own[1])]);
    let saved = owner.post(&here, &again).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());

    let library = owner.get(&format!("{}/library", desk.home)).await.text();
    assert!(!library.contains(own[1]), "no clutter");
    let about = owner.get(&format!("{}/library/{}", desk.home, id(&second))).await.text();
    assert!(about.contains("Made for Instagram") && about.contains(own[1]), "{about}");
    let copy = owner.get(&format!("{}/library/{}", desk.home, own[1])).await.text();
    assert!(copy.contains("Made for Instagram") && copy.contains("two.png"), "{copy}");
}

#[tokio::test]
async fn all_files_of_an_account_and_both_shapes_can_be_had() {
    let desk = Desk::with(TestDb::sqlite().await, &[]).await;
    let account = desk.connect("instagram").await;
    let owner = desk.owner().await;
    let (wide, other) =
        (desk.upload("wide.jpg", "", &jpeg(1600, 400)).await, desk.upload("two.png", "", &png()).await);
    let here = format!("{}/compose", desk.home);
    let form = |action: &str| {
        [
            ("text", "Wide".to_owned()),
            ("account", account.clone()),
            ("media", id(&wide).to_owned()),
            ("media", id(&other).to_owned()),
            ("timezone", "UTC".to_owned()),
            ("action", action.to_owned()),
        ]
    };
    let send = async |path: &str, action: &str| {
        let form = form(action);
        owner.post(path, &form.each_ref().map(|(name, value)| (*name, value.as_str()))).await
    };
    let check = send(&format!("{here}/check"), "").await.text();
    for says in [
        "Make a copy of wide.jpg with a border that fits Instagram",
        "Make a cropped copy of wide.jpg that fits Instagram",
        "Make a copy of two.png that fits Instagram",
    ] {
        assert!(check.contains(says), "{says}: {check}");
    }
    let blank = owner.get(&here).await.text();
    assert!(blank.contains(&format!(
        "<noscript><button class=\"btn btn-sm\" name=\"action\" value=\"fit/{account}\""
    )));

    let page = send(&here, &format!("fit/{account}")).await.text();
    let own = fields(&page, &format!("media.{account}"));
    assert!(own.len() == 2 && own[0] != id(&wide) && own[1] != id(&other), "{own:?}");
    let cropped = send(&here, &format!("fit/{account}/media.0/crop")).await.text();
    let cropped = fields(&cropped, &format!("media.{account}"));
    assert!(cropped[0] != own[0] && cropped[1] == id(&other), "{cropped:?}");

    let nothing = send(&here, &format!("fit/{account}/media.7")).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nothing.text().contains("alert-danger") && nothing.text().contains(">Wide</textarea>"));
    let stranger = send(&here, "fit/acct_01h455vb4pex5vsknk084sn02q").await;
    assert_eq!(stranger.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", stranger.text());
}

#[tokio::test]
async fn the_publish_dialog_makes_no_copies_for_parts_that_it_has_no_fields_for() {
    let desk = Desk::with(TestDb::sqlite().await, &[]).await;
    let owner = desk.owner().await;
    let file = desk.upload("noise.png", "", &encoded(&noise(1000, 800), ImageFormat::Png)).await;
    let part = json!({ "text": "Second words", "media": [id(&file)] });
    let draft = desk.post("First words", json!({ "parts": [part] })).await;
    let dialog = format!("{}/library/publish", desk.home);
    let page = owner.get(&format!("{dialog}?item={}", id(&draft))).await.text();
    let version = fields(&page, "version")[0];
    let action = format!("fit/{}/parts.0.media.0", desk.account);
    let form = |action| {
        let saved = [("post", id(&draft)), ("version", version), ("text", "First words")];
        [&saved[..], &[("account", desk.account.as_str()), ("timezone", "UTC"), ("action", action)]].concat()
    };
    let said = owner.post(&format!("{dialog}/check"), &form("")).await.text();
    assert!(said.contains("check-bad") && !said.contains("value=\"fit/"), "{said}");
    let pressed = owner.post(&dialog, &form(action.as_str())).await;
    assert_eq!(pressed.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = pressed.text();
    assert!(page.contains("Open the post in the composer") && !page.contains("alert-success"), "{page}");

    // The composer has those fields.
    let parts = [("part", "Second words"), ("part_media", id(&file))];
    let said = owner.post(&format!("{}/compose/check", desk.home), &[&form("")[..], &parts].concat()).await;
    assert!(said.text().contains(&format!("value=\"{action}\"")), "{}", said.text());
}
