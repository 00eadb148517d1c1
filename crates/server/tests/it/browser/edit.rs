//! Editing by page loses nothing that was set by API.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::page::Page;
use super::stage::{Stage, other_workspace};

/// What of a post every change moves.
const MOVES: [&str; 3] = ["version", "warnings", "next_at"];

/// The paths of all fields that are not the same.
fn changed(path: &str, before: &Value, after: &Value) -> Vec<String> {
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            let fields = names.into_iter().filter(|name| !MOVES.contains(&name.as_str()));
            fields.flat_map(|name| changed(&format!("{path}.{name}"), &before[name], &after[name])).collect()
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            let pairs = old.iter().zip(new).enumerate();
            pairs.flat_map(|(index, (old, new))| changed(&format!("{path}.{index}"), old, new)).collect()
        }
        _ if before == after => Vec::new(),
        _ => vec![format!("{path}: {before} became {after}")],
    }
}

async fn edit_and_press(stage: &Stage, page: &Page, post: &str, button: &str) {
    let workspace = page.js("location.pathname.split('/')[2]").await;
    page.goto(&stage.url(&format!("/w/{}/posts/{post}", workspace.as_str().expect("a workspace")))).await;
    page.click(("link", "Edit")).await;
    page.arrive("/compose?post=").await;
    page.click(("button", button)).await;
    page.arrive("?saved").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pressing_the_same_action_again_changes_nothing() {
    let Some(stage) = Stage::demo("edit::pressing_the_same_action_again_changes_nothing").await else {
        return;
    };
    let page = stage.signed_in().await;
    let library = stage.api.get("/api/v1/media").await;
    let files = library["items"].as_array().expect("files").iter();
    let pictures: Vec<&str> =
        files.filter(|m| m["mime"] == "image/jpeg").map(|m| m["id"].as_str().expect("an id")).collect();
    let (mastodon, x) = (stage.account("mastodon").await, stage.account("x").await);
    let (bluesky, instagram) = (stage.account("bluesky").await, stage.account("instagram").await);
    let post = stage
        .api
        .post(
            "/api/v1/posts",
            json!({
                "text": "Base text\n\nwith  spaces and a line\tmore", "media": [pictures[0], pictures[1]],
                "accounts": [x, mastodon, bluesky, instagram], "status": "scheduled",
                // A second that the form does not show, and a zone of its own.
                "scheduled_at": "2031-05-04T09:30:15", "timezone": "America/New_York",
                "parts": [{ "text": "Second", "media": [pictures[2]] }, { "text": "Third", "media": [] }],
                "first_comment": "A comment", "tags": ["launch", "two words"], "campaign": "Spring",
                "overrides": {
                    mastodon.clone(): {
                        "text": "Other text for Mastodon", "media": [pictures[2], pictures[0]],
                        "parts": [{ "text": "Only here", "media": [] }],
                        "first_comment": "",
                        "options": { "focus": ["0.0,0.5", "-0.25,1.0"], "visibility": "unlisted", "sensitive": false,
                            "spoiler_text": "About coffee" },
                    },
                    x.clone(): { "media": [], "options": { "reply_settings": "following", "poll": {
                        "options": ["Yes", "No"], "duration_minutes": 77, "multiple": false } } },
                    bluesky: { "options": { "langs": ["en", "el"], "link_card": false } },
                    instagram: { "parts": [], "options": { "collaborators": ["a.friend"], "share_to_feed": true,
                        "user_tags": [{ "username": "a.friend", "x": 0.5, "y": 0.25 }] } },
                },
            }),
        )
        .await;
    let id = post["id"].as_str().expect("an id");
    let path = format!("/api/v1/posts/{id}");
    let before = stage.api.get(&path).await;
    edit_and_press(&stage, &page, id, "Schedule").await;
    let after = stage.api.get(&path).await;
    assert_ne!(before["version"], after["version"], "it was saved");
    assert_eq!(changed("", &before, &after), Vec::<String>::new());

    let hidden = json!({ "text": "A draft", "accounts": [mastodon], "tags": ["ideas"],
        "scheduled_at": "2031-10-26T03:30:00+02:00", "timezone": "Europe/Athens",
        "overrides": { mastodon: { "options": { "poll": { "options": ["One", "Two", "Three"],
            "duration_minutes": 90, "multiple": true, "hide_totals": true } } } } });
    let draft = stage.api.post("/api/v1/posts", hidden).await;
    let id = draft["id"].as_str().expect("an id");
    let path = format!("/api/v1/posts/{id}");
    let before = stage.api.get(&path).await;
    edit_and_press(&stage, &page, id, "Save draft").await;
    let after = stage.api.get(&path).await;
    assert_ne!(before["version"], after["version"], "it was saved");
    assert_eq!(
        changed("", &before, &after),
        Vec::<String>::new(),
        "an hour that comes twice stays the one that it was"
    );

    // An account that has to be connected again stays chosen, too.
    page.goto(&stage.url("/")).await;
    page.arrive("/overview").await;
    let other = other_workspace(&page).await;
    page.goto(&stage.url(&format!("{other}/posts?status=held"))).await;
    page.click("a.post-link").await;
    page.click(("link", "Edit")).await;
    page.arrive("/compose?post=").await;
    let sent = "new FormData(document.querySelector('form.compose')).getAll('account').length";
    assert_eq!(page.js(sent).await, 1, "the form sends the account that it shows");
    stage.close([page]).await;
}
