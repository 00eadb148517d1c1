//! Pictures, by the API.

use axum::http::{Method, StatusCode};
use carillon_domain::permission::Role;
use carillon_store::testing::TestDb;
use image::{DynamicImage, GrayImage, ImageFormat, Luma, Rgb, RgbImage, Rgba, RgbaImage};
use serde_json::{Value, json};

use super::{ask, copy, encoded, id, pixels, studio, violations};
use crate::media::jpeg;
use crate::support::desk::Desk;

/// A PNG with this many pixels.
fn png(width: u32, height: u32) -> Vec<u8> {
    let picture = GrayImage::from_fn(width, height, |x, y| Luma([(x / 16 + y / 16) as u8]));
    encoded(&DynamicImage::ImageLuma8(picture), ImageFormat::Png)
}

async fn all(desk: &Desk) -> Vec<Value> {
    desk.call(Method::GET, "/api/v1/media", None).await.json()["items"].as_array().expect("items").clone()
}

async fn refused_png(db: TestDb) {
    let (desk, account) = studio(db).await;
    let original = desk.upload("quay.png", "A quay at dawn", &png(5000, 3000)).await;
    let found = violations(&desk, &account, &original).await;
    assert_eq!(found[0]["code"], "wrong_type", "{found:?}");
    assert_eq!(found[0]["fix"], json!({ "action": "rendition", "media": id(&original) }));

    let made = copy(&desk, &original, json!({ "account": account })).await;
    assert_eq!((&made["mime"], &made["name"]), (&json!("image/jpeg"), &json!("quay.jpg")));
    assert_eq!((&made["width"], &made["height"]), (&json!(5000), &json!(3000)));
    assert_eq!(made["alt_text"], "A quay at dawn");
    assert_eq!((&made["original"], &made["made_for"]), (&original["id"], &json!("instagram")));
    assert_eq!(made["status"], "ready");
    assert!(violations(&desk, &account, &made).await.is_empty());

    let again = copy(&desk, &original, json!({ "account": account })).await;
    assert_eq!(again, made, "the same rules");
    let files = all(&desk).await;
    assert_eq!(files.iter().map(id).collect::<Vec<_>>(), [id(&original)], "the copy lies under its original");

    let body = json!({
        "text": "The harbour", "accounts": [account, desk.account], "media": [id(&original)],
        "overrides": { account.as_str(): { "media": [id(&made)] } },
        "status": "scheduled", "scheduled_at": "2026-11-24T10:00:00Z",
    });
    let post = desk.call(Method::POST, "/api/v1/posts", Some(body)).await;
    assert_eq!(post.status, StatusCode::CREATED, "{}", post.text());
    desk.work_for_hours(3).await;
    let sent = |platform: &str| {
        let items = desk.sandbox.world().ledger().items();
        let item = items.into_iter().find(|item| item.platform == platform).expect("public");
        item.media[0].sha256.clone()
    };
    assert_eq!(json!(sent("instagram")), made["sha256"]);
    assert_eq!(json!(sent("bluesky")), original["sha256"], "the others keep the original");
    desk.app.dispose().await;
}
on_both!(a_picture_of_another_type_goes_out_as_a_copy, super::refused_png);

async fn shapes(db: TestDb) {
    let (desk, account) = studio(db).await;
    let wide = desk.upload("wide.jpg", "", &jpeg(1600, 400)).await;
    let found = violations(&desk, &account, &wide).await;
    assert_eq!(found[0]["code"], "wrong_ratio", "{found:?}");
    assert_eq!(found[0]["fix"], json!({ "action": "rendition", "media": id(&wide), "fit": ["pad", "crop"] }));

    let padded = copy(&desk, &wide, json!({ "account": account })).await;
    assert_eq!(padded["width"], 1600);
    let picture = pixels(&desk, &padded).await.to_rgb8();
    assert!(picture.get_pixel(800, 5).0.iter().all(|c| *c > 250), "a white border");
    assert!(picture.get_pixel(800, picture.height() / 2).0[2] < 150, "around the picture");

    let cropped = copy(&desk, &wide, json!({ "account": account, "fit": "crop" })).await;
    assert_ne!(id(&cropped), id(&padded));
    assert_eq!(cropped["height"], 400);
    assert!(pixels(&desk, &cropped).await.to_rgb8().get_pixel(20, 5).0[2] < 150, "no border");
    for made in [&padded, &cropped] {
        assert!(violations(&desk, &account, made).await.is_empty(), "{made}");
    }

    // Instagram takes any shape as a story, so there is nothing to do.
    let story = ask(&desk, &wide, json!({ "account": account, "kind": "story" })).await;
    assert_eq!((story.status, &story.json()["code"]), (StatusCode::CONFLICT, &json!("fits_already")));
    let strange = ask(&desk, &wide, json!({ "account": account, "kind": "opera" })).await;
    assert_eq!(strange.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(strange.json()["errors"][0]["code"], "unknown_kind");
    desk.app.dispose().await;
}
on_both!(a_refused_shape_is_padded_or_cropped, super::shapes);

#[tokio::test]
async fn what_can_be_seen_through_becomes_white() {
    let (desk, account) = studio(TestDb::sqlite().await).await;
    let clear = RgbaImage::from_pixel(600, 600, Rgba([10, 20, 30, 0]));
    let file =
        desk.upload("clear.png", "", &encoded(&DynamicImage::ImageRgba8(clear), ImageFormat::Png)).await;
    let made = copy(&desk, &file, json!({ "account": account })).await;
    assert!(pixels(&desk, &made).await.to_rgb8().pixels().all(|pixel| pixel.0.iter().all(|c| *c > 250)));
}

/// A picture that no encoder makes small.
pub(super) fn noise(width: u32, height: u32) -> DynamicImage {
    let mut state = 7_u32;
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [_, a, b, c] = state.to_be_bytes();
        Rgb([a, b, c])
    }))
}

#[tokio::test]
async fn too_many_bytes_become_fewer_and_a_type_that_is_taken_stays() {
    let (desk, _) = studio(TestDb::sqlite().await).await;
    // Two million bytes are the most on Bluesky.
    let file = desk.upload("noise.png", "", &encoded(&noise(1000, 800), ImageFormat::Png)).await;
    let found = violations(&desk, &desk.account, &file).await;
    assert_eq!(found[0]["code"], "too_large", "{found:?}");
    let made = copy(&desk, &file, json!({ "account": desk.account })).await;
    assert_eq!((&made["mime"], &made["made_for"]), (&json!("image/png"), &json!("bluesky")));
    assert!(violations(&desk, &desk.account, &made).await.is_empty(), "{made}");
}

#[tokio::test]
async fn an_animation_is_left_alone() {
    let (desk, account) = studio(TestDb::sqlite().await).await;
    let mut gif = Vec::new();
    let frame = || image::Frame::new(RgbaImage::new(64, 64));
    image::codecs::gif::GifEncoder::new(&mut gif).encode_frames([frame(), frame()]).expect("gif");
    let file = desk.upload("moves.gif", "", &gif).await;
    let found = violations(&desk, &account, &file).await;
    assert_eq!((&found[0]["code"], &found[0]["fix"]), (&json!("wrong_type"), &Value::Null));
    let refused = ask(&desk, &file, json!({ "account": account })).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.json()["errors"][0]["code"], "not_fixable");
}

#[tokio::test]
async fn a_broken_picture_gives_a_reason_and_no_copy() {
    let (desk, account) = studio(TestDb::sqlite().await).await;
    let file = desk.upload("quay.png", "", &png(200, 200)).await;
    let stored = desk.app.folder().join(format!("media/{}/{}/original", desk.workspace, id(&file)));
    let mut bytes = std::fs::read(&stored).expect("stored");
    let middle = bytes.len() / 2;
    bytes[middle..].fill(0);
    std::fs::write(&stored, bytes).expect("broken");
    let refused = ask(&desk, &file, json!({ "account": account })).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
    let error = refused.json()["errors"][0].clone();
    assert!(["truncated", "damaged"].contains(&error["code"].as_str().expect("a code")), "{error}");
    assert_eq!(
        std::fs::read_dir(stored.parent().expect("a folder").parent().expect("a folder"))
            .expect("read")
            .count(),
        1
    );
}

async fn deletion(db: TestDb) {
    let (desk, account) = studio(db).await;
    let delete = async |media: &Value| {
        desk.call(Method::DELETE, &format!("/api/v1/media/{}", id(media)), None).await.status
    };
    let get = async |media: &Value| {
        desk.call(Method::GET, &format!("/api/v1/media/{}", id(media)), None).await.status
    };
    let file = desk.upload("quay.png", "", &png(300, 200)).await;
    let made = copy(&desk, &file, json!({ "account": account })).await;
    assert_eq!(delete(&made).await, StatusCode::NO_CONTENT);
    let second = copy(&desk, &file, json!({ "account": account })).await;
    assert_ne!(id(&second), id(&made), "what was deleted is made anew");
    assert_eq!(delete(&file).await, StatusCode::NO_CONTENT);
    assert_eq!(get(&second).await, StatusCode::NOT_FOUND, "it goes with its original");

    let file = desk.upload("pier.png", "", &png(300, 200)).await;
    let made = copy(&desk, &file, json!({ "account": account })).await;
    let draft = json!({ "text": "Soon", "accounts": [account], "media": [id(&made)] });
    assert_eq!(desk.call(Method::POST, "/api/v1/posts", Some(draft)).await.status, StatusCode::CREATED);
    assert_eq!(delete(&made).await, StatusCode::CONFLICT);
    assert_eq!(delete(&file).await, StatusCode::NO_CONTENT);
    assert_eq!(get(&made).await, StatusCode::OK, "a post uses it");
    assert_eq!(all(&desk).await.iter().map(id).collect::<Vec<_>>(), [id(&made)], "it stands for itself now");
    desk.app.dispose().await;
}
on_both!(a_copy_goes_with_its_original_unless_a_post_uses_it, super::deletion);

#[tokio::test]
async fn only_who_may_write_and_only_in_their_workspace() {
    let (desk, account) = studio(TestDb::sqlite().await).await;
    let file = desk.upload("quay.png", "", &png(300, 200)).await;
    let path = format!("/api/v1/media/{}/renditions", id(&file));
    let body = json!({ "account": account });
    let people = desk.app.people();
    for (role, status) in [
        (Role::Client, StatusCode::FORBIDDEN),
        (Role::Analyst, StatusCode::FORBIDDEN),
        (Role::Contributor, StatusCode::CREATED),
    ] {
        let token = people.create_token_by_operator(desk.workspace, "one", role).await.expect("token");
        let token = token.secret.expose().to_owned();
        let answer = desk.app.api(Method::POST, &path, &token, Some(body.clone())).await;
        assert_eq!(answer.status, status, "{role:?}: {}", answer.text());
    }
    let (_, stranger) = desk.app.stranger("eve@example.com", Role::Owner).await;
    let answer = desk.app.api(Method::POST, &path, &stranger, Some(body.clone())).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    // Their file, our account.
    let theirs = json!({ "account": "acct_01h455vb4pex5vsknk084sn02q" });
    let answer = ask(&desk, &file, theirs).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.json()["errors"][0]["field"], "account");
}
