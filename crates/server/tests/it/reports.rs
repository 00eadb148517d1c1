//! Reports that go out by themselves.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use carillon_domain::permission::Role;
use carillon_store::testing::TestDb;
use serde_json::json;

use crate::support::OWNER;
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

/// Whom a report can go to, as the form offers them.
fn people(page: &str) -> Vec<String> {
    let offered = page.split("name=\"people\" value=\"").skip(1);
    offered.map(|rest| rest.split('"').next().expect("an end").to_owned()).collect()
}

/// Each Monday at eight, about all accounts, to everybody.
async fn add_weekly(desk: &Desk) {
    let (owner, path) = (desk.owner().await, format!("{}/settings/reports", desk.home));
    let people = people(&owner.get(&path).await.text());
    let form = [("every", "week"), ("day", "1"), ("hour", "8"), ("account", "")].into_iter();
    let form: Vec<_> = form.chain(people.iter().map(|person| ("people", person.as_str()))).collect();
    assert_eq!(owner.post(&path, &form).await.status, StatusCode::SEE_OTHER);
}

/// The page, as somebody sees it who signs in now: nobody stays signed in for so long.
async fn page(desk: &Desk) -> String {
    desk.owner().await.get(&format!("{}/settings/reports", desk.home)).await.text()
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
    let told = desk.call(Method::GET, "/api/v1/notices?needs_a_person=false", None).await.json();
    let told = told["items"].as_array().expect("items").clone();
    assert_eq!(told.len(), 1, "who reads the numbers hears of it: {told:?}");
    assert_eq!((&told[0]["kind"], &told[0]["account"]), (&json!("report_ready"), &json!(null)));
    assert_eq!(told[0]["cause"], json!("It is about 2026-11-23 to 2026-11-29."));
    let page = owner.get(&path).await.text();
    let file = after(&page, &format!("href=\"{path}/sent/")).to_owned();
    assert_eq!(told[0]["report"], json!(file));
    let list = desk.member(Role::Analyst).await.get(&format!("{}/notices", desk.home)).await.text();
    assert!(list.contains("A report is ready") && list.contains(&format!("href=\"{path}\"")), "{list}");
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
async fn a_full_mailbox_holds_up_nobody_else_and_is_given_up_in_the_end() {
    // Whoever comes first.
    for full in [OWNER.0, "analyst@example.com"] {
        let office = PostOffice::open().await;
        let desk = desk(TestDb::sqlite().await, &office).await;
        desk.member(Role::Analyst).await;
        add_weekly(&desk).await;
        office.answers_for(full, "452 full");
        days(&desk, 7).await;
        assert_eq!(office.letters().len(), 1, "the other one has it: {full}");
        assert!(page(&desk).await.contains("On its way"));
        days(&desk, 2).await;
        assert!(page(&desk).await.contains("On its way"));
        days(&desk, 2).await;
        let page = page(&desk).await;
        assert!(!page.contains("On its way") && page.contains("Failed"), "{page}");
        assert_eq!(office.letters().len(), 1, "nobody has it twice");
    }
}

#[tokio::test]
async fn a_report_that_nobody_could_be_sent_was_not_sent() {
    let office = PostOffice::open().await;
    let desk = desk(TestDb::sqlite().await, &office).await;
    add_weekly(&desk).await;
    office.answers("550 nobody here");
    days(&desk, 7).await;
    let page = page(&desk).await;
    assert!(!page.contains("On its way") && page.contains("Failed"), "{page}");
}

#[tokio::test]
async fn a_week_begins_in_the_zone_that_the_workspace_has_then() {
    let office = PostOffice::open().await;
    let desk = desk(TestDb::sqlite().await, &office).await;
    add_weekly(&desk).await;
    let there = json!({ "timezone": "America/New_York" });
    let changed = desk.call(Method::PATCH, "/api/v1/workspace", Some(there)).await;
    assert_eq!(changed.status, StatusCode::OK, "{}", changed.text());
    let until = async |time: &str| {
        desk.app.clock.advance_to(time.parse().expect("a time"));
        desk.work().await;
        office.letters()
    };
    assert!(until("2026-11-30T06:30:00Z").await.is_empty(), "eight in Athens is night in New York");
    let letters = until("2026-11-30T13:30:00Z").await;
    assert_eq!(letters.len(), 1);
    assert!(letters[0].contains("report from 2026-11-23 to 2026-11-29"), "{}", letters[0]);
    let letters = until("2026-12-07T13:30:00Z").await;
    assert_eq!(letters.len(), 2);
    assert!(letters[1].contains("report from 2026-11-30 to 2026-12-06"), "{}", letters[1]);
}

#[tokio::test]
async fn an_account_that_was_erased_is_reported_no_more() {
    let office = PostOffice::open().await;
    let desk = desk(TestDb::sqlite().await, &office).await;
    let (owner, path) = (desk.owner().await, format!("{}/settings/reports", desk.home));
    let person = people(&owner.get(&path).await.text()).remove(0);
    let account = desk.account.as_str();
    let form =
        [("every", "week"), ("day", "1"), ("hour", "8"), ("account", account), ("people", person.as_str())];
    assert_eq!(owner.post(&path, &form).await.status, StatusCode::SEE_OTHER);
    assert!(page(&desk).await.contains("rsched_"));
    let gone = desk.call(Method::DELETE, &format!("/api/v1/accounts/{account}?erase=true"), None).await;
    assert_eq!(gone.status, StatusCode::OK, "{}", gone.text());
    days(&desk, 7).await;
    assert!(office.letters().is_empty());
    assert!(!page(&desk).await.contains("rsched_"), "the schedule went with it");
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
