//! Pages that say no, or what went wrong, and those that nobody meets every day.

use std::sync::Arc;

use carillon_domain::permission::Role;
use carillon_engine::Actor;
use carillon_engine::people::People;
use carillon_server::ambient::{OsEntropy, SystemClock};
use carillon_store::repo::data_deletion::{self, DataDeletionRow};
use carillon_store::testing::TestDb;

use super::{Inspector, first, home};
use crate::browser::outcomes;
use crate::browser::page::Page;
use crate::browser::stage::Stage;

const ANALYST: (&str, &str) = ("analyst@example.com", "a bell for every hour");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_that_say_no_are_sound() {
    let test = "pages::refused::pages_that_say_no_are_sound";
    let Some(mut inspector) = Inspector::new(test) else { return };
    let Some(stage) = Stage::demo(test).await else { return };
    let database = stage.database().await;
    let page = stage.signed_in().await;
    for status in ["status of 403", "status of 409", "status of 500"] {
        page.expect_complaint(status);
    }
    let home = home(&page).await;
    page.goto(&stage.url(&format!("{home}/posts?status=published"))).await;
    let published = first(&page, &format!("{home}/posts")).await;
    let edit = published.replace("/posts/", "/compose?post=");
    inspector.open(&page, "edit-too-late", &edit).await;
    let picture = stage.api.get("/api/v1/media?kind=image&limit=1").await;
    let item = picture["items"][0]["id"].as_str().expect("a picture").to_owned();
    let publish = format!("{home}/library/publish?item={item}");
    inspector.open(&page, "publish-alone", &stage.url(&publish)).await;
    asked_to_delete(&mut inspector, &stage, &database, &page).await;
    let doubt = outcomes::in_doubt(&stage, "A bell that nobody heard").await;
    inspector.open(&page, "post-unconfirmed", &stage.url(&format!("{home}/posts/{doubt}"))).await;

    database.refuse_updates("users", "single_keys").await;
    page.goto(&stage.url("/settings/profile")).await;
    page.resize(1440, 900).await;
    page.click("form[action='/settings/keys'] button").await;
    page.reads("Something broke").await;
    inspector.look(&page, "error-ours").await;

    may_only_look(&stage, &database, &home).await;
    page.goto(&stage.url(&home)).await;
    page.resize(1440, 900).await;
    page.js("document.querySelector(\"form[action='/sign-out']\").requestSubmit()").await;
    page.arrive("/sign-in").await;
    page.fill(("textbox", "Email"), ANALYST.0).await;
    page.fill(("textbox", "Password"), ANALYST.1).await;
    page.click(("button", "Sign in")).await;
    page.arrive("/overview").await;
    inspector.open(&page, "error-role", &stage.url(&format!("{home}/compose"))).await;
    page.reads("role").await;
    stage.close([page]).await;
    inspector.end();
}

/// How the deletion of what is held of a person stands: begun, and there was nothing.
async fn asked_to_delete(inspector: &mut Inspector, stage: &Stage, database: &TestDb, page: &Page) {
    for (name, found) in [("deletion-open", true), ("deletion-none", false)] {
        let row = DataDeletionRow {
            code: name.to_owned(),
            platform: "instagram".to_owned(),
            person: None,
            accounts: Vec::new(),
            found,
            requested_at: "2026-11-02T09:00:00Z".parse().expect("a time"),
            finished_at: None,
        };
        let kept =
            database.db.write(move |tx| Box::pin(async move { data_deletion::insert(tx, &row).await }));
        kept.await.expect("kept");
        let place = format!("/webhooks/instagram/data-deletion/{name}");
        inspector.open(page, name, &stage.url(&place)).await;
    }
}

/// Somebody else in the demo's workspace, who may read and nothing more.
async fn may_only_look(stage: &Stage, database: &TestDb, home: &str) {
    stage.new_user(ANALYST.0, ANALYST.1).await;
    let people = People::new(database.db.clone(), Arc::new(SystemClock::new()), Arc::new(OsEntropy));
    let workspace = home.rsplit('/').next().and_then(|id| id.parse().ok()).expect("the workspace");
    let owner = Actor {
        workspace,
        role: Role::Owner,
        user: None,
        token: None,
        timezone: "UTC".to_owned(),
        session_hash: None,
    };
    people.add_member(&owner, ANALYST.0, Role::Analyst).await.expect("a member");
}
