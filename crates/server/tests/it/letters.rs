//! E-mails about what needs a person.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::notice::NoticeKind;
use carillon_domain::permission::Role;
use carillon_engine::usecase::notices;
use carillon_store::repo::notice::Which;
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

async fn published(desk: &Desk, text: &str) {
    desk.post(text, json!({ "status": "now" })).await;
    desk.work().await;
}

/// The owner wants e-mails about this news, too.
async fn wants_news(desk: &Desk, news: NoticeKind) {
    let path = format!("{}/settings/notices", desk.home);
    let ticked = |way: &'static str| move |kind: NoticeKind| (way, kind.as_str());
    let asked = |kind: &NoticeKind| kind.needs_a_person() || *kind == news;
    let form: Vec<_> = NoticeKind::ALL
        .into_iter()
        .map(ticked("in_app"))
        .chain(NoticeKind::ALL.into_iter().filter(asked).map(ticked("by_mail")))
        .collect();
    let saved = desk.owner().await.post(&path, &form).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
}

async fn in_the_morning(db: TestDb) {
    let office = PostOffice::open().await;
    let desk = desk(db, &office).await;
    published(&desk, "Bells").await;
    // It is eleven o'clock in Athens.
    minutes(&desk, 24 * 60).await;
    assert!(office.letters().is_empty(), "nobody asked for it");

    wants_news(&desk, NoticeKind::Published).await;
    published(&desk, "Ropes").await;
    published(&desk, "Yoke").await;
    minutes(&desk, 60).await;
    assert!(office.letters().is_empty(), "it can wait for the morning");
    fails(&desk, "Clapper").await;
    minutes(&desk, 6).await;
    let letters = office.letters();
    assert_eq!(letters.len(), 1, "what needs somebody can't");
    assert!(
        letters[0].contains("one thing needs you") && !letters[0].contains("A post is public"),
        "{}",
        letters[0]
    );

    // A quarter past eight.
    minutes(&desk, 20 * 60 + 9).await;
    let letters = office.letters();
    assert_eq!(letters.len(), 2, "{letters:?}");
    assert!(letters[1].contains("Subject: Carillon: "), "{}", letters[1]);
    assert_eq!(
        letters[1].matches("A post is public").count(),
        2,
        "what is alike is said once: {}",
        letters[1]
    );
    assert_eq!(letters[1].matches("(3 times)").count(), 2, "in both forms: {}", letters[1]);
    assert!(!letters[1].contains("A post failed"), "that was told: {}", letters[1]);

    published(&desk, "Frame").await;
    minutes(&desk, 120).await;
    assert_eq!(office.letters().len(), 2, "once a day");
    minutes(&desk, 22 * 60).await;
    assert_eq!(office.letters().len(), 3);
    published(&desk, "Wheel").await;
    desk.owner().await.post(&format!("{}/notices/read", desk.home), &[]).await;
    minutes(&desk, 24 * 60).await;
    assert_eq!(office.letters().len(), 3, "it was read");
    desk.app.dispose().await;
}

#[tokio::test]
async fn news_goes_to_who_asked_for_it_in_the_morning_on_sqlite() {
    in_the_morning(TestDb::sqlite().await).await;
}

#[tokio::test]
async fn news_goes_to_who_asked_for_it_in_the_morning_on_postgres() {
    let test = "letters::news_goes_to_who_asked_for_it_in_the_morning";
    let Some(db) = TestDb::postgres(test).await else { return };
    in_the_morning(db).await;
}

async fn empty_morning(db: TestDb) {
    let office = PostOffice::open().await;
    let desk = desk(db, &office).await;
    wants_news(&desk, NoticeKind::Published).await;
    published(&desk, "Bells").await;
    // It is eleven o'clock in Athens. A quarter past eight:
    minutes(&desk, 10).await;
    minutes(&desk, 21 * 60 + 5).await;
    assert_eq!(office.letters().len(), 1, "the first morning");
    // Nothing happens until a quarter past eight of the next day.
    minutes(&desk, 24 * 60).await;
    assert_eq!(office.letters().len(), 1, "there is nothing to be told");
    published(&desk, "Ropes").await;
    minutes(&desk, 6).await;
    minutes(&desk, 60).await;
    assert_eq!(office.letters().len(), 1, "that morning has passed, also without news");
    minutes(&desk, 23 * 60).await;
    let letters = office.letters();
    assert_eq!(letters.len(), 2, "it comes the next morning: {letters:?}");
    assert!(letters[1].contains("A post is public"), "{}", letters[1]);
    desk.app.dispose().await;
}

#[tokio::test]
async fn a_morning_without_news_passes_on_sqlite() {
    empty_morning(TestDb::sqlite().await).await;
}

#[tokio::test]
async fn a_morning_without_news_passes_on_postgres() {
    let Some(db) = TestDb::postgres("letters::a_morning_without_news_passes").await else { return };
    empty_morning(db).await;
}

async fn full_days(db: TestDb) {
    let office = PostOffice::open().await;
    let desk = desk(db, &office).await;
    wants_news(&desk, NoticeKind::CapNear).await;
    let account = format!("/api/v1/accounts/{}", desk.account);
    let capped = desk.call(Method::PATCH, &account, Some(json!({ "caps": { "daily": 1 } }))).await;
    assert_eq!(capped.status, StatusCode::OK, "{}", capped.text());
    let told = async |open: usize| {
        desk.app.engine.upkeep().await;
        let list = notices::list(&desk.app.engine, &desk.actor(), Which::News, None, 50).await;
        let (rows, _) = list.expect("a list");
        let full = rows.iter().filter(|row| row.kind == NoticeKind::CapNear && row.cleared_at.is_none());
        assert_eq!(full.count(), open, "{rows:?}");
    };
    // It is eleven o'clock in Athens. The day is full, and over when the next morning comes.
    published(&desk, "Bells").await;
    minutes(&desk, 10).await;
    told(1).await;
    minutes(&desk, 14 * 60).await;
    told(0).await;
    minutes(&desk, 7 * 60 + 5).await;
    assert!(office.letters().is_empty(), "nobody can do anything about it: {:?}", office.letters());

    // A quarter past eight. The next day is full from its beginning.
    let noon =
        json!({ "status": "scheduled", "scheduled_at": "2026-11-26T12:00:00", "timezone": "Europe/Athens" });
    desk.post("Ropes", noon).await;
    minutes(&desk, 17 * 60).await;
    told(1).await;
    minutes(&desk, 7 * 60).await;
    let letters = office.letters();
    assert_eq!(letters.len(), 1, "{letters:?}");
    assert!(letters[0].contains("posts are sent or planned on 2026-11-26;"), "{}", letters[0]);
    desk.app.dispose().await;
}

#[tokio::test]
async fn a_full_day_is_told_while_it_lasts_on_sqlite() {
    full_days(TestDb::sqlite().await).await;
}

#[tokio::test]
async fn a_full_day_is_told_while_it_lasts_on_postgres() {
    let Some(db) = TestDb::postgres("letters::a_full_day_is_told_while_it_lasts").await else { return };
    full_days(db).await;
}
