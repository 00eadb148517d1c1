//! Videos, which ffmpeg makes anew.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use axum::http::{Method, StatusCode};
use carillon_store::testing::{TestDb, skipped};
use serde_json::{Value, json};

use super::{REACHED, ask, copy, id, violations};
use crate::process::{Carillon, Client};
use crate::support::desk::Desk;

/// Where `ffmpeg` is, or a note that `test` is skipped.
pub fn ffmpeg(test: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join("ffmpeg")).find(|file| file.is_file());
    if found.is_none() {
        skipped("ffmpeg is not installed", &format!("renditions::films::{test}"));
    }
    found
}

/// A short video that only some networks take.
pub fn webm(ffmpeg: &Path) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("quay.webm");
    let mut command = Command::new(ffmpeg);
    command.args(["-v", "error", "-f", "lavfi", "-i", "testsrc=size=640x360:rate=30:duration=4"]);
    command.args(["-f", "lavfi", "-i", "sine=duration=4", "-pix_fmt", "yuv420p", "-c:v", "libvpx-vp9"]);
    command.args(["-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus"]);
    assert!(command.arg(&file).status().expect("ffmpeg runs").success());
    std::fs::read(file).expect("a video")
}

/// A program in ffmpeg's place, which does `before` when a video is to be made.
fn instead(folder: &Path, ffmpeg: &Path, before: &str) -> String {
    let program = folder.join("ffmpeg");
    let text = format!(
        "#!/bin/sh\nfor last; do :; done\ncase \"$*\" in *-progress*)\n{before}\n;; esac\nexec {} \"$@\"\n",
        ffmpeg.display()
    );
    std::fs::write(&program, text).expect("written");
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("a program");
    program.display().to_string()
}

async fn look(desk: &Desk, media: &Value) -> Value {
    desk.call(Method::GET, &format!("/api/v1/media/{}", id(media)), None).await.json()
}

/// The files and folders of the workspace in the media store.
fn stored(desk: &Desk) -> usize {
    let folder = desk.app.folder().join(format!("media/{}", desk.workspace));
    std::fs::read_dir(folder)
        .expect("a folder")
        .filter(|entry| {
            let path = entry.as_ref().expect("an entry").path();
            !path.ends_with("uploads") && std::fs::read_dir(path).expect("a folder").next().is_some()
        })
        .count()
}

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).expect("a folder").next().is_none()
}

fn scratch_is_empty(desk: &Desk) -> bool {
    is_empty(&desk.app.folder().join("scratch"))
}

/// Waits for what another program does.
async fn until(so: impl Fn() -> bool) {
    while !so() {
        tokio::time::sleep(crate::process::LOOK).await;
    }
}

async fn exists(mark: &Path) {
    until(|| mark.exists()).await;
}

/// Has a copy made, which is begun.
async fn begun(desk: &Desk, media: &Value, account: &str) -> Value {
    let made = ask(desk, media, json!({ "account": account })).await;
    assert_eq!(made.status, StatusCode::ACCEPTED, "{}", made.text());
    made.json()
}

async fn goes_out(db: TestDb) {
    let Some(ffmpeg) = ffmpeg("a_video_of_another_type_goes_out_as_a_copy") else { return };
    let desk = Desk::with(db, &REACHED).await;
    let account = desk.connect("instagram").await;
    let original = desk.upload("quay.webm", "A quay", &webm(&ffmpeg)).await;
    let found = violations(&desk, &account, &original).await;
    assert!(found.iter().any(|v| v["code"] == "wrong_type"), "{found:?}");
    let fix = json!({ "action": "rendition", "media": id(&original) });
    assert!(found.iter().all(|v| v["fix"] == fix), "{found:?}");

    let copy_of = begun(&desk, &original, &account).await;
    assert_eq!((&copy_of["status"], &copy_of["progress"]), (&json!("processing"), &json!(0)));
    assert_eq!((&copy_of["mime"], &copy_of["made_for"]), (&json!("video/mp4"), &json!("instagram")));
    assert_eq!(id(&begun(&desk, &original, &account).await), id(&copy_of), "the same rules");
    assert_eq!(look(&desk, &copy_of).await, copy_of);
    let found = violations(&desk, &account, &copy_of).await;
    assert_eq!(found.iter().map(|v| &v["code"]).collect::<Vec<_>>(), ["processing"], "{found:?}");
    assert_eq!(found[0]["fix"], Value::Null, "no copy of a copy");
    let post = |status: &str| {
        let overrides = json!({ account.as_str(): { "media": [id(&copy_of)] } });
        json!({ "text": "The quay", "accounts": [account], "media": [id(&original)], "overrides": overrides, "status": status })
    };
    let early = desk.call(Method::POST, "/api/v1/posts", Some(post("now"))).await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", early.text());
    let draft = desk.call(Method::POST, "/api/v1/posts", Some(post("draft"))).await;
    assert_eq!(draft.status, StatusCode::CREATED, "{}", draft.text());

    desk.work().await;
    let made = look(&desk, &copy_of).await;
    assert_eq!((&made["status"], &made["progress"]), (&json!("ready"), &Value::Null), "{made}");
    assert_eq!((&made["video_codec"], &made["audio_codec"]), (&json!("h264"), &json!("aac")));
    assert_eq!(
        (&made["width"], &made["height"], &made["alt_text"]),
        (&json!(640), &json!(360), &json!("A quay"))
    );
    assert_eq!((&made["name"], &made["original"]), (&json!("quay.mp4"), &original["id"]));
    assert!(violations(&desk, &account, &made).await.is_empty());
    assert_eq!(copy(&desk, &original, json!({ "account": account })).await, made);
    assert!(scratch_is_empty(&desk));

    let sent = desk.call(Method::POST, "/api/v1/posts", Some(post("now"))).await;
    assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.text());
    desk.work_for_hours(1).await;
    let items = desk.sandbox.world().ledger().items();
    let item = items.into_iter().find(|item| item.platform == "instagram").expect("public");
    assert_eq!(json!(item.media[0].sha256), made["sha256"]);
    desk.app.dispose().await;
}
on_both!(a_video_of_another_type_goes_out_as_a_copy, super::goes_out);

#[tokio::test]
async fn without_ffmpeg_the_check_says_what_to_install() {
    let Some(ffmpeg) = ffmpeg("without_ffmpeg_the_check_says_what_to_install") else { return };
    let desk = Desk::with(TestDb::sqlite().await, &[REACHED[0], ("media.ffmpeg", "off")]).await;
    let account = desk.connect("instagram").await;
    let original = desk.upload("quay.webm", "", &webm(&ffmpeg)).await;
    let found = violations(&desk, &account, &original).await;
    assert!(found.iter().all(|v| v["fix"] == Value::Null), "{found:?}");
    let says = |v: &Value| v["message"].as_str().is_some_and(|text| text.contains("apt install ffmpeg"));
    assert_eq!(found.iter().filter(|v| says(v)).count(), 1, "{found:?}");
    let refused = ask(&desk, &original, json!({ "account": account })).await;
    assert_eq!((refused.status, &refused.json()["code"]), (StatusCode::CONFLICT, &json!("ffmpeg_missing")));
}

#[tokio::test]
async fn what_was_killed_in_the_middle_is_begun_anew() {
    let Some(ffmpeg) = ffmpeg("what_was_killed_in_the_middle_is_begun_anew") else { return };
    let folder = tempfile::tempdir().expect("folder");
    let mark = folder.path().join("killed");
    let before = format!(
        "if [ ! -e {0} ]; then touch {0}; echo half > \"$last\"; echo out_time_us=2000000; kill -9 $$; fi",
        mark.display()
    );
    let program = instead(folder.path(), &ffmpeg, &before);
    let desk = Desk::with(TestDb::sqlite().await, &[REACHED[0], ("media.ffmpeg", &program)]).await;
    let account = desk.connect("instagram").await;
    let original = desk.upload("quay.webm", "", &webm(&ffmpeg)).await;
    let copy_of = begun(&desk, &original, &account).await;
    desk.work().await;
    assert!(mark.exists(), "it was killed");
    let now = look(&desk, &copy_of).await;
    assert_eq!((&now["status"], &now["progress"]), (&json!("processing"), &json!(49)));
    assert!(scratch_is_empty(&desk));
    assert_eq!(stored(&desk), 1, "no half file");
    desk.work_for_hours(1).await;
    assert_eq!(look(&desk, &copy_of).await["status"], "ready");
    assert_eq!(stored(&desk), 2);
}

#[tokio::test]
async fn a_copy_that_can_not_be_made_says_why() {
    let Some(ffmpeg) = ffmpeg("a_copy_that_can_not_be_made_says_why") else { return };
    let folder = tempfile::tempdir().expect("folder");
    let program = instead(folder.path(), &ffmpeg, "echo Bells are broken >&2; exit 1");
    let desk = Desk::with(TestDb::sqlite().await, &[REACHED[0], ("media.ffmpeg", &program)]).await;
    let account = desk.connect("instagram").await;
    let original = desk.upload("quay.webm", "", &webm(&ffmpeg)).await;
    let owner = desk.owner().await;
    let here = format!("{}/compose", desk.home);
    let action = format!("fit/{account}/media.0");
    let form = [
        ("text", "The quay"),
        ("account", account.as_str()),
        ("media", id(&original)),
        ("timezone", "UTC"),
        ("action", action.as_str()),
    ];
    let page = owner.post(&here, &form).await.text();
    assert!(page.contains("is being made") && page.contains("Being made: 0 %"), "{page}");
    assert!(page.contains(">The quay</textarea>"));
    let tile = page.split("data-tile hx-get=\"").nth(1).and_then(|rest| rest.split('"').next());
    let tile = tile.expect("a tile");
    assert!(owner.get(tile).await.text().contains("hx-get"), "it asks on");
    desk.work().await;
    let tile = owner.get(tile).await.text();
    assert!(tile.contains("Bells are broken") && !tile.contains("hx-get"), "{tile}");

    let failed = ask(&desk, &original, json!({ "account": account })).await;
    assert_eq!(failed.status, StatusCode::ACCEPTED, "it is tried once more");
    desk.work().await;
    let failed = look(&desk, &failed.json()).await;
    assert_eq!(failed["status"], "failed");
    let found = violations(&desk, &account, &failed).await;
    assert_eq!(found[0]["code"], "failed", "{found:?}");
    assert!(found[0]["message"].as_str().is_some_and(|text| text.contains("Bells are broken")));
    let gone = desk.call(Method::DELETE, &format!("/api/v1/media/{}", id(&failed)), None).await;
    assert_eq!(gone.status, StatusCode::NO_CONTENT);
    assert_eq!(
        desk.call(Method::GET, &format!("/api/v1/media/{}", id(&failed)), None).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_wants_any_more_is_ended_at_once() {
    let Some(ffmpeg) = ffmpeg("what_nobody_wants_any_more_is_ended_at_once") else { return };
    let folder = tempfile::tempdir().expect("folder");
    let (begun_at, deleted) = (folder.path().join("begun"), folder.path().join("deleted"));
    let before = format!(
        "touch {}; while [ ! -e {} ]; do sleep 0.02; done; echo out_time_us=2000000; exec sleep 600",
        begun_at.display(),
        deleted.display()
    );
    let program = instead(folder.path(), &ffmpeg, &before);
    let desk = Desk::with(TestDb::sqlite().await, &[REACHED[0], ("media.ffmpeg", &program)]).await;
    let account = desk.connect("instagram").await;
    let original = desk.upload("quay.webm", "", &webm(&ffmpeg)).await;
    let copy_of = begun(&desk, &original, &account).await;
    let delete = async {
        exists(&begun_at).await;
        let path = format!("/api/v1/media/{}", id(&copy_of));
        assert_eq!(desk.call(Method::DELETE, &path, None).await.status, StatusCode::NO_CONTENT);
        std::fs::write(&deleted, "").expect("written");
    };
    let both = async { tokio::join!(desk.work(), delete) };
    tokio::time::timeout(crate::process::PATIENCE, both).await.expect("it is not waited for");
    assert!(scratch_is_empty(&desk));
    assert_eq!(stored(&desk), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_is_made_after_a_restart() {
    let Some(ffmpeg) = ffmpeg("a_copy_is_made_after_a_restart") else { return };
    let folder = tempfile::tempdir().expect("folder");
    let mark = folder.path().join("begun");
    let before =
        format!("if [ ! -e {0} ]; then touch {0}; echo half > \"$last\"; exec sleep 30; fi", mark.display());
    let program = instead(folder.path(), &ffmpeg, &before);
    let path = std::env::var("PATH").expect("a path");
    let settings = [("PATH", path.as_str()), ("CARILLON_MEDIA__FFMPEG", program.as_str())];
    let demo = ["demo", "--listen", "127.0.0.1:0", "--sandbox-listen", "127.0.0.1:0", "--data", "data"];
    let first = Carillon::start(folder.path(), &demo, &settings).await;
    let token = first.word("token").to_owned();
    let api = Client::with_token(first.word("url"), &token);
    let accounts = api.get("/api/v1/accounts").await;
    let x =
        accounts["items"].as_array().expect("accounts").iter().find(|a| a["platform"] == "x").expect("one");
    let original = api.upload("quay.webm", &webm(&ffmpeg), "A quay").await;
    let path = format!("/api/v1/media/{}/renditions", id(&original));
    let copy_of = api.post(&path, json!({ "account": x["id"] })).await;
    assert_eq!(copy_of["status"], "processing");
    tokio::time::timeout(crate::process::PATIENCE, exists(&mark)).await.expect("it is begun");
    first.kill().await;

    let second = Carillon::start(folder.path(), &demo, &settings).await;
    let api = api.at(second.word("url"));
    // The program comes last when others need the processor.
    let patience = 2 * crate::process::PATIENCE;
    let path = format!("/api/v1/media/{}", id(&copy_of));
    let made = api.poll_for(patience, &path, |copy| copy["status"] != "processing").await;
    assert_eq!((&made["status"], &made["video_codec"]), (&json!("ready"), &json!("h264")), "{made}");
    // What is ready is told a moment before the work on it is tidied up.
    let scratch = folder.path().join("data/scratch");
    let gone = until(|| is_empty(&scratch));
    tokio::time::timeout(crate::process::PATIENCE, gone).await.expect("the half file is gone");
    assert!(second.terminate().await.success());
}
