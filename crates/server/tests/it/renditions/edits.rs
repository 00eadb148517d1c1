//! What people make of pictures and videos themselves: turned, cut, trimmed, a frame.

use axum::http::{Method, StatusCode};
use carillon_store::testing::TestDb;
use serde_json::{Value, json};

use super::films::{ffmpeg, webm};
use super::{id, pixels};
use crate::media::jpeg;
use crate::support::desk::Desk;

/// The file whose page this is.
async fn at(desk: &Desk, page: &str) -> Value {
    let id = page.trim_end_matches("?made").rsplit('/').next().expect("an id");
    desk.call(Method::GET, &format!("/api/v1/media/{id}"), None).await.json()
}

async fn pictures(db: TestDb) {
    let desk = Desk::on(db).await;
    let owner = desk.owner().await;
    let original = desk.upload("quay.jpg", "A quay", &jpeg(320, 200)).await;
    let before = pixels(&desk, &original).await;
    let place = format!("{}/library/{}", desk.home, id(&original));
    let page = owner.get(&place).await.text();
    assert!(page.contains("data-edit") && page.contains("value=\"4:5\""), "{page}");

    let made = owner.post(&format!("{place}/edit"), &[("turn", "90"), ("ratio", "1:1"), ("y", "0")]).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text());
    let edited = at(&desk, made.header("location")).await;
    assert_eq!((&edited["width"], &edited["height"]), (&json!(200), &json!(200)));
    assert_eq!((&edited["name"], &edited["alt_text"]), (&json!("quay (edited).jpg"), &json!("A quay")));
    assert_eq!((&edited["original"], &edited["made_for"]), (&json!(id(&original)), &Value::Null));
    // Turned to the right, the left edge is on top: there the picture has little red, which grows to the right.
    let after = pixels(&desk, &edited).await.to_rgb8();
    let (top, bottom) = (after.get_pixel(100, 5).0[0], after.get_pixel(100, 150).0[0]);
    assert!(top < 40 && bottom > 100, "{top} {bottom}");
    assert_eq!(pixels(&desk, &original).await, before, "the original is what it was");

    let path = format!("/api/v1/media/{}/edits", id(&original));
    let body = json!({ "turn": 90, "ratio": "1:1", "y": 0 });
    let again = desk.call(Method::POST, &path, Some(body)).await;
    assert_eq!(again.status, StatusCode::CREATED, "{}", again.text());
    assert_eq!(id(&again.json()), id(&edited), "the same asked twice is one file");
    let grid = owner.get(&format!("{}/library", desk.home)).await.text();
    assert!(grid.contains(id(&edited)) && grid.contains(id(&original)), "both stand in the grid: {grid}");
    let found = owner.get(&format!("{}/search?q=edited", desk.home)).await.text();
    assert!(found.contains("quay (edited).jpg"), "it is found as well: {found}");
    let page = owner.get(made.header("location")).await.text();
    assert!(page.contains("It is made.") && page.contains("Edited copy") && page.contains(&place), "{page}");

    for (form, says) in [
        (vec![("turn", "0")], "Choose what is to change"),
        (vec![("zoom", "close")], "is no number"),
        (vec![("from", "1")], "Only a video"),
        (vec![("ratio", "wide")], "A shape is written as 4:5"),
    ] {
        let refused = owner.post(&format!("{place}/edit"), &form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{form:?}");
        assert!(refused.text().contains(says), "{form:?}: {}", refused.text());
    }

    // What somebody made stays when the original goes.
    let gone = owner.post(&format!("{place}/delete"), &[]).await;
    assert_eq!(gone.status, StatusCode::SEE_OTHER, "{}", gone.text());
    let kept = at(&desk, made.header("location")).await;
    assert_eq!((&kept["id"], &kept["status"]), (&edited["id"], &json!("ready")));
    desk.app.dispose().await;
}
on_both!(a_picture_is_turned_and_cut_beside_the_original, super::pictures);

#[tokio::test]
async fn a_network_that_refuses_a_file_gets_its_copy_from_the_files_page() {
    let desk = Desk::with(TestDb::sqlite().await, &super::REACHED).await;
    let account = desk.connect("instagram").await;
    let owner = desk.owner().await;
    let original = desk.upload("wide.jpg", "", &jpeg(1200, 400)).await;
    let place = format!("{}/library/{}", desk.home, id(&original));
    let page = owner.get(&place).await.text();
    assert!(page.contains("Make a cropped copy that fits Instagram"), "{page}");
    // The page asks for itself while something is made, and takes of it only that.
    let part = owner.get_within(&place, &place).await.text();
    assert!(part.contains("id=\"copies\"") && !part.contains("Make a cropped copy"), "{part}");
    let form = [("account", account.as_str()), ("fit", "crop")];
    let made = owner.post(&format!("{place}/fit"), &form).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text());
    let copy = at(&desk, made.header("location")).await;
    assert_eq!(copy["made_for"], "instagram");
    let takes = [("account", desk.account.as_str()), ("fit", "pad")];
    let refused = owner.post(&format!("{place}/fit"), &takes).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("takes this file as it is"), "{}", refused.text());
}

async fn videos(db: TestDb) {
    let Some(ffmpeg) = ffmpeg("a_video_is_trimmed_and_gives_a_frame") else { return };
    let desk = Desk::on(db).await;
    let owner = desk.owner().await;
    let original = desk.upload("quay.webm", "A quay", &webm(&ffmpeg)).await;
    let place = format!("{}/library/{}", desk.home, id(&original));
    let form = [("from", "0:01"), ("to", "2.5"), ("turn", "90"), ("ratio", "4:5")];
    let asked = owner.post(&format!("{place}/edit"), &form).await;
    assert_eq!(asked.header("location"), format!("{place}?making"), "{}", asked.text());
    let page = owner.get(asked.header("location")).await.text();
    assert!(page.contains("quay (edited).mp4") && page.contains("every 3s"), "{page}");
    let came = |page: &str| {
        let said = page.split("id=\"came\" role=\"status\">").nth(1).and_then(|rest| rest.split('<').next());
        said.expect("a place for it").to_owned()
    };
    let part = owner.get_within(&place, &place).await.text();
    assert!(part.contains("every 3s") && part.contains("hx-select=\"#copies > *\""), "{part}");
    assert_eq!(came(&part), "", "nothing to tell yet: {part}");
    desk.work().await;
    let part = owner.get_within(&place, &place).await.text();
    assert_eq!(came(&part), "quay (edited).mp4", "{part}");
    let page = owner.get(&place).await.text();
    assert!(!page.contains("every 3s") && page.contains("quay (edited).mp4"), "{page}");
    let files = desk.call(Method::GET, "/api/v1/media", None).await.json();
    let mut files = files["items"].as_array().expect("files").iter();
    let edited = files.find(|file| file["original"] == original["id"]).expect("the edited one");
    assert_eq!(edited["mime"], "video/mp4");
    assert_eq!((&edited["width"], &edited["height"]), (&json!(360), &json!(450)));
    let length = edited["duration_ms"].as_u64().expect("a length");
    assert!((1_400..=1_700).contains(&length), "{length}");

    let taken = owner.post(&format!("{place}/frame"), &[("at", "0:02")]).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text());
    let frame = at(&desk, taken.header("location")).await;
    assert_eq!((&frame["mime"], &frame["width"]), (&json!("image/jpeg"), &json!(640)));
    let late = owner.post(&format!("{place}/frame"), &[("at", "1:00")]).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = late.text();
    assert!(page.contains("ends before this moment"), "{page}");
    assert!(page.contains("card edit\" open") && page.contains("name=\"at\" value=\"1:00\""), "{page}");
    desk.app.dispose().await;
}
on_both!(a_video_is_trimmed_and_gives_a_frame, super::videos);
