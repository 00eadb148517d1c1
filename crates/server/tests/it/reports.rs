//! Reports that go out by themselves.

use std::time::Duration;

use axum::http::StatusCode;
use carillon_domain::permission::Role;
use carillon_store::testing::TestDb;

use crate::support::desk::Desk;
use crate::support::post_office::PostOffice;

const DAY: u64 = 24 * 3600;

async fn desk(db: TestDb, office: &PostOffice) -> Desk {
    let url = office.url();
    let desk =
        Desk::with(db, &[("mail.smtp_url", url.as_str()), ("mail.from", "Carillon <carillon@example.com>")])
            .await;
    desk.work().await;
    desk
}

async fn days(desk: &Desk, days: u64) {
    desk.app.clock.advance(Duration::from_secs(days * DAY));
    desk.work().await;
}

/// What follows `before` in the text, up to a quotation mark.
fn after<'t>(text: &'t str, before: &str) -> &'t str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("{before} in {text}"));
    rest.split('"').next().expect("an end")
}

async fn weekly(db: TestDb) {
    let office = PostOffice::open().await;
    let desk = desk(db, &office).await;
    let (owner, path) = (desk.owner().await, format!("{}/settings/reports", desk.home));
    let page = owner.get(&path).await.text();
    let person = after(&page, "name=\"people\" value=\"").to_owned();
    let weekly = [("every", "week"), ("day", "1"), ("hour", "8"), ("account", "")];
    let nobody = owner.post(&path, &weekly).await;
    assert_eq!(nobody.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nobody.text().contains("Choose at least one member"), "{}", nobody.text());
    let stranger = [&weekly[..], &[("people", "user_01h455vb4pex5vsknk084sn02q")]].concat();
    assert_eq!(owner.post(&path, &stranger).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let form = [&weekly[..], &[("people", person.as_str())]].concat();
    assert_eq!(owner.post(&path, &form).await.status, StatusCode::SEE_OTHER);
    assert!(owner.get(&path).await.text().contains("Each week: Mon, 08:00"));
    desk.work().await;
    assert!(office.letters().is_empty(), "it is not due");

    days(&desk, 7).await;
    let letters = office.letters();
    assert_eq!(letters.len(), 1, "once, however often it is looked for");
    assert!(
        letters[0].contains("application/pdf") && letters[0].contains("Northlight: report from"),
        "{}",
        letters[0]
    );
    let page = owner.get(&path).await.text();
    let file = after(&page, &format!("href=\"{path}/sent/")).to_owned();
    let first = owner.get(&format!("{path}/sent/{file}")).await;
    assert_eq!((first.status, first.header("content-type")), (StatusCode::OK, "application/pdf"));
    assert!(first.bytes().starts_with(b"%PDF"));

    days(&desk, 23).await;
    assert_eq!(office.letters().len(), 2, "one for all the weeks that nobody was there");
    // Nobody stays signed in for so long.
    let owner = desk.owner().await;
    let later = owner.get(&format!("{path}/sent/{file}")).await;
    assert_eq!(first.bytes(), later.bytes(), "as it was on its day");

    let page = owner.get(&path).await.text();
    let remove = after(&page, &format!("action=\"{path}/rsched_")).to_owned();
    let gone = owner.post(&format!("{path}/rsched_{remove}"), &[]).await;
    assert_eq!(gone.status, StatusCode::SEE_OTHER, "{}", gone.text());
    days(&desk, 8).await;
    assert_eq!(office.letters().len(), 2);
    assert!(owner.get(&path).await.text().contains(&file), "what was sent stays");
    desk.app.dispose().await;
}

#[tokio::test]
async fn a_report_goes_out_each_week_on_sqlite() {
    weekly(TestDb::sqlite().await).await;
}

#[tokio::test]
async fn a_report_goes_out_each_week_on_postgres() {
    let Some(db) = TestDb::postgres("reports::a_report_goes_out_each_week").await else { return };
    weekly(db).await;
}

#[tokio::test]
async fn a_busy_mail_server_gets_the_same_report_later() {
    let office = PostOffice::open().await;
    let desk = desk(TestDb::sqlite().await, &office).await;
    let (owner, path) = (desk.owner().await, format!("{}/settings/reports", desk.home));
    let person = after(&owner.get(&path).await.text(), "name=\"people\" value=\"").to_owned();
    let form = [
        ("every", "month"),
        ("day", "1"),
        ("hour", "0"),
        ("account", desk.account.as_str()),
        ("people", person.as_str()),
    ];
    assert_eq!(owner.post(&path, &form).await.status, StatusCode::SEE_OTHER);
    office.answers("451 later");
    days(&desk, 31).await;
    assert!(office.letters().is_empty());
    // Nobody stays signed in for so long.
    let owner = desk.owner().await;
    assert!(owner.get(&path).await.text().contains("On its way"));
    office.answers("250 taken");
    desk.app.clock.advance(Duration::from_secs(11 * 60));
    desk.work().await;
    assert_eq!(office.letters().len(), 1);
    desk.work().await;
    assert_eq!(office.letters().len(), 1, "who has it gets it no second time");
}

#[tokio::test]
async fn only_who_manages_the_workspace_changes_who_gets_what() {
    let office = PostOffice::open().await;
    let desk = desk(TestDb::sqlite().await, &office).await;
    let path = format!("{}/settings/reports", desk.home);
    let analyst = desk.member(Role::Analyst).await;
    let page = analyst.get(&path).await;
    assert!(page.status == StatusCode::OK && !page.text().contains("Add report"));
    let refused = analyst.post(&path, &[("every", "week"), ("day", "1"), ("hour", "8")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn without_a_mail_server_the_page_says_so() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let text = owner.get(&format!("{}/settings/reports", desk.home)).await.text();
    assert!(text.contains("This server sends no e-mails") && !text.contains("Add report"), "{text}");
}
