//! Pages offer what the person may do, and nothing else.

use axum::http::StatusCode;
use carillon_connectors::Registry;
use carillon_domain::permission::Role;
use serde_json::json;

use crate::support::desk::Desk;

#[tokio::test]
async fn who_may_only_read_is_offered_nothing_to_write() {
    let desk = Desk::new().await;
    let post =
        desk.post("A bell", json!({ "status": "scheduled", "scheduled_at": "2026-12-02T09:00:00Z" })).await;
    let (page, home) = (desk.page(&post), &desk.home);
    let (writer, reader) = (desk.owner().await, desk.member(Role::Analyst).await);
    for path in [
        format!("{home}/overview"),
        format!("{home}/calendar"),
        format!("{home}/posts"),
        format!("{home}/posts?status=held"),
        page.clone(),
    ] {
        let (theirs, ours) = (reader.get(&path).await, writer.get(&path).await);
        assert_eq!(theirs.status, StatusCode::OK, "{path}");
        assert!(ours.text().contains("/compose"), "{path}");
        assert!(!theirs.text().contains("/compose"), "{path}");
    }
    let theirs = reader.get(&page).await.text();
    assert!(!theirs.contains("/cancel"), "{theirs}");
    let form = reader.get(&format!("{home}/compose")).await;
    assert_eq!(form.status, StatusCode::FORBIDDEN);
    let sent = reader.post(&format!("{home}/compose"), &[("text", "Hello"), ("action", "draft")]).await;
    assert_eq!(sent.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn who_may_not_publish_changes_drafts_only() {
    let desk = Desk::new().await;
    let planned =
        desk.post("Planned", json!({ "status": "scheduled", "scheduled_at": "2026-12-02T09:00:00Z" })).await;
    let draft = desk.post("Draft", json!({ "status": "draft" })).await;
    let writer = desk.member(Role::Contributor).await;
    let buttons = async |post| {
        let page = writer.get(&desk.page(post)).await.text();
        (page.contains("/compose?post="), page.contains("/cancel\""))
    };
    assert_eq!(buttons(&draft).await, (true, true));
    assert_eq!(buttons(&planned).await, (false, false));
    let form = writer.get(&format!("{}/compose", desk.home)).await.text();
    assert!(form.contains("value=\"draft\"") && !form.contains("value=\"now\""), "{form}");

    // Sent all the same: refused, and nothing that was typed is lost.
    let form =
        [("text", "Out <now>"), ("account", desk.account.as_str()), ("timezone", "UTC"), ("action", "now")];
    let refused = writer.post(&format!("{}/compose", desk.home), &form).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let page = refused.text();
    assert!(page.contains("Out &#60;now&#62;") && page.contains("What you wrote is still here"), "{page}");
    assert_eq!(desk.public("Out <now>"), 0);
}

#[tokio::test]
async fn a_post_that_is_gone_gives_back_what_was_typed_as_a_new_one() {
    let desk = Desk::new().await;
    let draft = desk.post("Before", json!({ "status": "draft" })).await;
    let writer = desk.owner().await;
    let id = draft["id"].as_str().expect("an id");
    let gone = desk.call(axum::http::Method::DELETE, &format!("/api/v1/posts/{id}"), None).await;
    assert_eq!(gone.status, StatusCode::OK);
    let form =
        [("post", id), ("version", "1"), ("text", "Much work"), ("timezone", "UTC"), ("action", "draft")];
    let refused = writer.post(&format!("{}/compose", desk.home), &form).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    let page = refused.text();
    assert!(
        page.contains(">Much work</textarea>") && page.contains("What you wrote is still here"),
        "{page}"
    );
    assert!(page.contains("name=\"once\"") && !page.contains("name=\"post\""), "{page}");
}

#[tokio::test]
async fn who_may_connect_reads_how_to_set_a_platform_up() {
    let desk = Desk::new().await;
    let (owner, editor) = (desk.owner().await, desk.member(Role::Editor).await);
    let path = format!("{}/connections", desk.home);
    let page = owner.get(&path).await.text();
    for platform in ["x", "instagram"] {
        let callback = format!("http://127.0.0.1:8080/oauth/{platform}/callback");
        assert!(page.contains(&format!("<code id=\"callback-{platform}\">{callback}</code>")), "{page}");
        assert!(page.contains(&format!("<code>{callback}</code>")), "the notes name it, too: {page}");
    }
    assert!(!page.contains("callback-bluesky") && page.contains("id=\"guide-bluesky\""), "{page}");
    assert!(page.contains("<code>platforms.x.client_id</code>"), "{page}");
    assert!(!page.contains("&lt;public URL&gt;") && !page.contains("no app credentials"), "{page}");
    let theirs = editor.get(&path).await.text();
    assert!(!theirs.contains("/oauth/") && !theirs.contains("client_id"), "{theirs}");

    let unset = crate::support::TestApp::new().await;
    let (owner, home) = unset.owner().await;
    let page = owner.get(&format!("{home}/connections")).await.text();
    let networks = Registry.all().iter().map(|c| c.descriptor());
    let wanted = networks.filter(|d| d.settings.iter().any(|s| s.key == "client_id")).count();
    assert_eq!(page.matches("This server has no app credentials for it yet").count(), wanted, "{page}");
}
