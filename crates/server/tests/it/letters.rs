//! E-mails about what needs a person.

use std::time::Duration;

use axum::http::StatusCode;
use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::permission::Role;
use carillon_store::testing::TestDb;
use serde_json::json;

use crate::support::desk::Desk;
use crate::support::post_office::PostOffice;

async fn desk(db: TestDb, office: &PostOffice) -> Desk {
    let url = office.url();
    let desk =
        Desk::with(db, &[("mail.smtp_url", url.as_str()), ("mail.from", "Carillon <carillon@example.com>")])
            .await;
    desk.work().await;
    desk
}

async fn fails(desk: &Desk, text: &str) {
    desk.fault(Fault::once("bluesky", "commit", When::Before, FaultKind::Status).status(400));
    desk.post(text, json!({ "status": "now" })).await;
    desk.work().await;
}

async fn minutes(desk: &Desk, minutes: u64) {
    desk.app.clock.advance(Duration::from_secs(minutes * 60));
    desk.work().await;
}

async fn once_an_hour(db: TestDb) {
    let office = PostOffice::open().await;
    let desk = desk(db, &office).await;
    fails(&desk, "Bells").await;
    fails(&desk, "Ropes").await;
    assert!(office.letters().is_empty(), "whoever sees it at once needs no letter");
    minutes(&desk, 6).await;
    let letters = office.letters();
    assert_eq!(letters.len(), 1, "{letters:?}");
    let letter = &letters[0];
    assert!(letter.contains("Subject: Carillon: 2 things need you"), "{letter}");
    assert!(letter.contains("text/plain") && letter.contains("text/html"), "{letter}");
    assert_eq!(letter.matches("A post failed").count(), 4, "two, in two forms: {letter}");
    assert!(!letter.contains("Bells"), "what was written is nobody's business on the way: {letter}");

    minutes(&desk, 120).await;
    assert_eq!(office.letters().len(), 1, "nothing new");
    fails(&desk, "Yoke").await;
    minutes(&desk, 6).await;
    assert_eq!(office.letters().len(), 2);
    fails(&desk, "Clapper").await;
    minutes(&desk, 6).await;
    assert_eq!(office.letters().len(), 2, "not twice in an hour");
    minutes(&desk, 60).await;
    let letters = office.letters();
    assert_eq!(letters.len(), 3);
    assert!(letters[2].contains("one thing needs you"), "only what was not told: {}", letters[2]);
    desk.app.dispose().await;
}

#[tokio::test]
async fn what_is_new_is_told_once_an_hour_on_sqlite() {
    once_an_hour(TestDb::sqlite().await).await;
}

#[tokio::test]
async fn what_is_new_is_told_once_an_hour_on_postgres() {
    let Some(db) = TestDb::postgres("letters::what_is_new_is_told_once_an_hour").await else { return };
    once_an_hour(db).await;
}

#[tokio::test]
async fn who_wants_none_or_has_read_it_gets_none() {
    let office = PostOffice::open().await;
    let desk = desk(TestDb::sqlite().await, &office).await;
    let (owner, _analyst) = (desk.owner().await, desk.member(Role::Analyst).await);
    let profile = owner.get("/settings/profile").await.text();
    assert!(profile.contains("Send me no e-mails"), "{profile}");
    let stopped = owner.post("/settings/mail", &[("wants", "no")]).await;
    assert_eq!(stopped.status, StatusCode::SEE_OTHER, "{}", stopped.text());
    assert!(owner.get("/settings/profile").await.text().contains("Send me e-mails"));
    fails(&desk, "Bells").await;
    minutes(&desk, 10).await;
    assert!(office.letters().is_empty(), "nobody wants it, or can do something about it");

    owner.post("/settings/mail", &[("wants", "yes")]).await;
    owner.post(&format!("{}/notices/read", desk.home), &[]).await;
    minutes(&desk, 10).await;
    assert!(office.letters().is_empty(), "it was read");
}

#[tokio::test]
async fn a_mail_server_that_is_busy_is_asked_again() {
    let office = PostOffice::open().await;
    let desk = desk(TestDb::sqlite().await, &office).await;
    office.answers("451 later");
    fails(&desk, "Bells").await;
    minutes(&desk, 6).await;
    minutes(&desk, 11).await;
    assert!(office.letters().is_empty());
    office.answers("250 taken");
    minutes(&desk, 11).await;
    assert_eq!(office.letters().len(), 1);

    office.answers("550 nobody here");
    fails(&desk, "Ropes").await;
    minutes(&desk, 61).await;
    office.answers("250 taken");
    minutes(&desk, 61).await;
    assert_eq!(office.letters().len(), 1, "what was refused for good is not sent again");
}
