//! Many posts from one file, and a file of many posts.

use axum::http::{Method, StatusCode};
use carillon_domain::permission::Role;
use serde_json::{Value, json};

use crate::media::jpeg;
use crate::support::desk::{Desk, on_both_desks};
use crate::support::{Answer, Browser};

async fn handle(desk: &Desk) -> String {
    let account = desk.call(Method::GET, &format!("/api/v1/accounts/{}", desk.account), None).await.json();
    account["handle"].as_str().expect("a handle").to_owned()
}

async fn posts(desk: &Desk) -> Vec<Value> {
    let list = desk.call(Method::GET, "/api/v1/posts?limit=100", None).await.json();
    list["items"].as_array().expect("items").clone()
}

/// Sends a file by the form; answers the page that it leads to.
async fn taken(desk: &Desk, browser: &Browser<'_>, file: &[u8]) -> String {
    let path = format!("{}/posts/import", desk.home);
    let answer = browser.upload(&path, "plan.csv", file).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    answer.header("location").to_owned()
}

async fn sent(desk: &Desk, query: &str, file: &str) -> Answer {
    let bearer = format!("Bearer {}", desk.token);
    let headers = [("authorization", bearer.as_str()), ("content-type", "text/csv")];
    desk.app.request(Method::POST, &format!("/api/v1/posts/import{query}"), &headers, file).await
}

/// What is said about a row, as `column: code`.
fn told(row: &Value, what: &str) -> Vec<String> {
    let found = row[what].as_array().expect("findings").iter();
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    found.map(|one| format!("{}: {}", text(&one["column"]), text(&one["code"]))).collect()
}

async fn made_once(desk: Desk) {
    let browser = desk.owner().await;
    let handle = handle(&desk).await;
    let file = format!(
        "\u{feff}Text;Accounts;Date;Time;Tags\r\n\"Good morning,\r\nAthens\";@{handle};24.12.2026;9:00;news, shop\r\n\
         Later;bluesky:{handle};2026-12-24;6:30 PM;\r\n"
    );
    let form = browser.get(&format!("{}/posts/import", desk.home)).await.text();
    assert!(form.contains(&format!("<code>bluesky:{handle}</code>")), "{form}");
    let page = taken(&desk, &browser, file.as_bytes()).await;
    let shown = browser.get(&page).await.text();
    assert!(shown.contains("2 rows can become posts") && shown.contains("Make all 2 posts"), "{shown}");
    assert!(shown.contains("Good morning, Athens") && shown.contains("Line 4"), "{shown}");
    assert_eq!(posts(&desk).await.len(), 0, "looking makes nothing");

    let form = [("which", "all"), ("slashes", "unsaid"), ("expected", "2")];
    for _ in 0..2 {
        let pressed = browser.post(&page, &form).await;
        assert_eq!(pressed.status, StatusCode::SEE_OTHER, "{}", pressed.text());
        assert_eq!(pressed.header("location"), page);
    }
    let mut made = posts(&desk).await;
    made.sort_by_key(|post| post["scheduled_at"].to_string());
    let seen: Vec<_> = made.iter().map(|p| (p["text"].as_str(), p["scheduled_at"].as_str())).collect();
    assert_eq!(
        seen,
        [
            (Some("Good morning,\nAthens"), Some("2026-12-24T07:00:00Z")),
            (Some("Later"), Some("2026-12-24T16:30:00Z"))
        ],
        "twice pressed, once made"
    );
    assert!(made.iter().all(|post| post["status"] == "scheduled"), "{made:?}");
    assert_eq!(made[0]["tags"], json!(["news", "shop"]));
    assert!(browser.get(&page).await.text().contains("2 posts were made of this file"));

    let again = taken(&desk, &browser, file.as_bytes()).await;
    assert!(browser.get(&again).await.text().contains("2 posts were made of the same file before"));
    let refused = browser.post(&again, &form).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert_eq!(posts(&desk).await.len(), 2);
    let meant = browser.post(&again, &[form[0], form[1], form[2], ("again", "yes")]).await;
    assert_eq!(meant.status, StatusCode::SEE_OTHER, "{}", meant.text());
    assert_eq!(posts(&desk).await.len(), 4);

    let program = sent(&desk, "?rows=all", &file).await;
    assert_eq!(program.status, StatusCode::CONFLICT, "{}", program.text());
    assert_eq!(program.json()["code"], "imported_before");
    desk.app.dispose().await;
}
on_both_desks!(a_file_is_looked_at_and_made_once, super::made_once);

async fn row_by_row(desk: Desk) {
    let file = "text,accounts,date,time,timezone,media,status,mood\n\
         Fine,bluesky,2026-12-24,18:00,,,,\n\
         Nowhere,@nobody,2026-12-24,18:00,,,,\n\
         Yesterday,bluesky,2026-11-01,18:00,,,,\n\
         Half,bluesky,2026-12-24,,,,,\n\
         Which,bluesky,03/04/2027,9:00,,,,\n\
         Gap,bluesky,2027-03-28,03:30,,,,\n\
         Mars,bluesky,2026-12-24,18:00,Mars/Base,,,\n\
         Lost,bluesky,2026-12-25,18:00,,gone.png,,\n\
         Away,bluesky,2026-12-25,18:00,,https://example.com/a.png,,\n\
         Now,bluesky,2026-12-25,18:00,,,now,\n\
         Kept,,,,,,,\n";
    let long = "Long".repeat(100);
    let file = format!("{file}{long},bluesky,2026-12-26,18:00,,,,\nWide,bluesky,2026-12-27,18:00,,,,,more\n");
    let looked = sent(&desk, "", &file).await;
    assert_eq!(looked.status, StatusCode::OK, "{}", looked.text());
    let looked = looked.json();
    let rows = looked["rows"].as_array().expect("rows");
    let found: Vec<_> = rows.iter().map(|row| (row["line"].as_u64(), told(row, "errors"))).collect();
    let expected: [(u64, &str); 13] = [
        (2, ""),
        (3, "accounts: unknown_account"),
        (4, "date: time_in_past"),
        (5, "time: required"),
        (6, "date: malformed_time"),
        (7, "time: time_does_not_exist"),
        (8, "timezone: unknown_timezone"),
        (9, "media: unknown_media"),
        (10, "media: address"),
        (11, "status: unknown"),
        (12, ""),
        (13, "text: too_long"),
        (14, ": too_many"),
    ];
    let expected: Vec<_> = expected
        .iter()
        .map(|(line, one)| {
            let errors: Vec<String> =
                Some((*one).to_owned()).filter(|one| !one.is_empty()).into_iter().collect();
            (Some(*line), errors)
        })
        .collect();
    assert_eq!(found, expected, "{looked:#}");
    assert_eq!((&looked["good"], &looked["bad"], &looked["made"]), (&json!(2), &json!(11), &json!(0)));
    assert_eq!(looked["unknown_columns"], json!(["mood"]));

    let all = sent(&desk, "?rows=all", &file).await;
    assert_eq!((all.status, all.json()["code"].clone()), (StatusCode::CONFLICT, json!("rows_refused")));
    assert_eq!(posts(&desk).await.len(), 0, "all or none");
    let good = sent(&desk, "?rows=good", &file).await;
    assert_eq!(good.status, StatusCode::OK, "{}", good.text());
    assert_eq!(good.json()["made"], 2);
    let made = posts(&desk).await;
    let mut seen: Vec<_> = made.iter().map(|post| (post["text"].as_str(), post["status"].as_str())).collect();
    seen.sort_unstable();
    assert_eq!(seen, [(Some("Fine"), Some("scheduled")), (Some("Kept"), Some("draft"))]);
    let ids: Vec<_> =
        good.json()["rows"].as_array().expect("rows").iter().map(|r| r["post"].clone()).collect();
    assert!(made.iter().all(|post| ids.contains(&post["id"])), "{ids:?}");
    desk.app.dispose().await;
}
on_both_desks!(every_row_says_what_stands_against_it, super::row_by_row);

#[tokio::test]
async fn rows_are_judged_together_with_those_before_them() {
    let desk = Desk::new().await;
    let cap = json!({ "caps": { "daily": 2 } });
    let path = format!("/api/v1/accounts/{}", desk.account);
    assert_eq!(desk.call(Method::PATCH, &path, Some(cap)).await.status, StatusCode::OK);
    desk.post("One", json!({ "status": "scheduled", "scheduled_at": "2026-12-24T08:00:00Z" })).await;
    let file = "text,accounts,date,time\nTwo,bluesky,2026-12-24,12:00\nThree,bluesky,2026-12-24,15:00\n\
         three,bluesky,2026-12-26,15:00\nFour,bluesky,2026-12-26,15:30\n";
    let looked = sent(&desk, "", file).await.json();
    let warnings: Vec<_> =
        looked["rows"].as_array().expect("rows").iter().map(|row| told(row, "warnings")).collect();
    assert!(warnings[0].is_empty(), "the second of two: {warnings:?}");
    assert_eq!(warnings[1], ["date: cap_exceeded"]);
    assert_eq!(warnings[2], ["text: duplicate_content"]);
    assert_eq!(warnings[3], ["date: same_hour"]);
}

#[tokio::test]
async fn slashes_are_read_as_the_person_says() {
    let desk = Desk::new().await;
    let browser = desk.owner().await;
    let page = taken(&desk, &browser, b"text,accounts,date,time\nHello,bluesky,03/04/2027,9:00\n").await;
    assert!(browser.get(&page).await.text().contains("can be read in two ways"));
    let said = browser.get(&format!("{page}?slashes=month")).await.text();
    assert!(said.contains("datetime=\"2027-03-04T07:00:00Z\"") && !said.contains("two ways"), "{said}");
    let form = [("which", "all"), ("slashes", "month"), ("expected", "1")];
    assert_eq!(browser.post(&page, &form).await.status, StatusCode::SEE_OTHER);
    assert_eq!(posts(&desk).await[0]["scheduled_at"], "2027-03-04T07:00:00Z");
}

async fn round_trip(desk: Desk) {
    let file = desk.upload("sea, blue.jpg", "The sea", &jpeg(64, 64)).await["id"].clone();
    let account = desk.account.as_str();
    let own = json!({ account: { "text": "-here, only here, by {account.name}" } });
    desk.post(
        "=HYPERLINK(1)",
        json!({ "status": "scheduled", "scheduled_at": "2026-12-24T08:00:00Z", "timezone": "Europe/Athens",
            "media": [file], "tags": ["a, b", "c"], "campaign": "-sale", "overrides": own,
            "parts": [{ "text": "and, \"more\"" }], "fill_in": true,
            "link_parameters": { "utm_source": "{network}", "utm_term": "a, \"b\"" } }),
    )
    .await;
    let comment = json!({ "status": "scheduled", "scheduled_at": "2027-10-31T01:30:00Z",
        "first_comment": "More of {network}" });
    desk.post("'=quoted", comment).await;
    desk.post("A draft\nof two lines", json!({ "status": "draft", "scheduled_at": "2026-12-20T10:00:00" }))
        .await;
    let said = |mut posts: Vec<Value>| {
        posts.sort_by_key(|post| post["scheduled_at"].to_string());
        let kept = [
            "text",
            "status",
            "scheduled_at",
            "timezone",
            "media",
            "tags",
            "campaign",
            "overrides",
            "parts",
            "first_comment",
            "link_parameters",
            "fill_in",
        ];
        posts.into_iter().map(|post| kept.map(|name| post[name].clone())).collect::<Vec<_>>()
    };
    let before = said(posts(&desk).await);
    assert!(before.iter().any(|post| post.contains(&json!(true))), "one is filled in: {before:?}");

    let export = "/api/v1/posts/export?from=2026-12-01&to=2027-12-31";
    let csv = desk.call(Method::GET, export, None).await;
    assert_eq!(csv.status, StatusCode::OK, "{}", csv.text());
    assert!(csv.header("content-disposition").contains("northlight-calendar-"));
    assert!(csv.text().contains("'=HYPERLINK(1)") && csv.text().contains("''=quoted"), "{}", csv.text());
    for post in posts(&desk).await {
        let path = format!("/api/v1/posts/{}", post["id"].as_str().expect("an id"));
        assert_eq!(desk.call(Method::DELETE, &path, None).await.status, StatusCode::OK);
    }
    let back = sent(&desk, "?rows=all", &csv.text()).await;
    assert_eq!(back.status, StatusCode::OK, "{}", back.text());
    assert_eq!(back.json()["unknown_columns"], json!([]));
    let mut after = posts(&desk).await;
    after.retain(|post| post["status"] != "canceled");
    assert_eq!(said(after), before);

    let none = desk.call(Method::GET, "/api/v1/posts/export?from=2026-12-02&to=2026-12-01", None).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    for (filter, there) in [
        ("status=draft&q=TWO", [true, false, false]),
        ("status=scheduled&platform=bluesky", [false, true, true]),
        ("tag=A%2C+B", [false, true, false]),
        ("campaign=-sale", [false, true, false]),
        ("platform=mastodon", [false, false, false]),
    ] {
        let some = desk.call(Method::GET, &format!("{export}&{filter}"), None).await.text();
        assert_eq!(
            ["of two lines", "HYPERLINK", "quoted"].map(|text| some.contains(text)),
            there,
            "{filter}"
        );
    }
    desk.app.dispose().await;
}
on_both_desks!(what_is_written_to_a_file_is_read_again_as_it_was, super::round_trip);

#[tokio::test]
async fn variables_are_filled_in_where_a_row_says_so() {
    let desk = Desk::new().await;
    let file = "text,accounts,fill_in\nBy {network},bluesky,TRUE\nOn {network},bluesky,perhaps\n";
    let looked = sent(&desk, "", file).await.json();
    assert_eq!(told(&looked["rows"][0], "errors"), [""; 0], "as a spreadsheet writes it");
    assert_eq!(told(&looked["rows"][1], "errors"), ["fill_in: unknown"]);
    assert_eq!(sent(&desk, "?rows=good", file).await.json()["made"], 1);
    assert_eq!(posts(&desk).await[0]["fill_in"], true);
}

#[tokio::test]
async fn files_are_found_by_name_and_described_with_the_posts() {
    let desk = Desk::new().await;
    let sea = desk.upload("sea.jpg", "", &jpeg(64, 64)).await["id"].as_str().expect("an id").to_owned();
    desk.upload("twin.jpg", "", &jpeg(32, 32)).await;
    desk.upload("twin.jpg", "", &jpeg(32, 48)).await;
    let alt = async || {
        let media = desk.call(Method::GET, &format!("/api/v1/media/{sea}"), None).await.json();
        media["alt_text"].clone()
    };
    let before = alt().await;
    let file = "text,accounts,media,alt_text\nOne,bluesky,sea.jpg,The sea at noon\nTwo,bluesky,twin.jpg,\n\
         Three,bluesky,sea.jpg,The sea at night\n";
    let looked = sent(&desk, "", file).await.json();
    assert_eq!(told(&looked["rows"][1], "errors"), ["media: ambiguous_media"]);
    assert_eq!(told(&looked["rows"][2], "errors"), ["alt_text: contradicts"]);
    assert_eq!(alt().await, before, "looking changes nothing");
    assert_eq!(sent(&desk, "?rows=good", file).await.json()["made"], 1);
    assert_eq!(alt().await, "The sea at noon");
    assert_eq!(posts(&desk).await[0]["media"], json!([sea]));
}

#[tokio::test]
async fn roles_and_workspaces_bound_what_a_file_can_do() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let writer = desk.member(Role::Contributor).await;
    let file = b"text,accounts,date,time\nHello,bluesky,2026-12-24,9:00\n";
    let page = taken(&desk, &writer, file).await;
    assert!(writer.get(&page).await.text().contains("becomes a draft that keeps its time"));
    let form = [("which", "all"), ("expected", "1")];
    assert_eq!(writer.post(&page, &form).await.status, StatusCode::SEE_OTHER);
    let made = posts(&desk).await;
    assert_eq!((made.len(), &made[0]["status"]), (1, &json!("draft")));

    let reader = desk.member(Role::Analyst).await;
    let path = format!("{}/posts/import", desk.home);
    assert_eq!(reader.get(&path).await.status, StatusCode::FORBIDDEN);
    assert_eq!(reader.upload(&path, "a.csv", file).await.status, StatusCode::FORBIDDEN);
    assert_eq!(reader.get(&page).await.status, StatusCode::FORBIDDEN);

    let (elsewhere, _) = desk.app.stranger("eve@example.com", Role::Owner).await;
    let eve = desk.app.browser();
    eve.sign_in("eve@example.com", crate::support::OWNER.1).await;
    let theirs = page.replace(&desk.home, &format!("/w/{}", elsewhere.workspace.id));
    assert_eq!(eve.get(&theirs).await.status, StatusCode::NOT_FOUND);
    assert_eq!(eve.post(&theirs, &form).await.status, StatusCode::NOT_FOUND);

    let other = taken(&desk, &owner, b"text\nKeep me\n").await;
    assert_eq!(owner.post(&format!("{other}/discard"), &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(owner.get(&other).await.status, StatusCode::NOT_FOUND);
    let old = taken(&desk, &owner, b"text\nForget me\n").await;
    desk.app.clock.advance(std::time::Duration::from_secs(8 * 24 * 3600));
    desk.app.engine.upkeep().await;
    let again = desk.owner().await;
    assert_eq!(again.get(&old).await.status, StatusCode::NOT_FOUND, "nobody came back for it");
    assert_eq!(again.get(&page).await.status, StatusCode::OK, "what was made is remembered");
}

#[tokio::test]
async fn what_is_no_table_is_told_beside_the_form() {
    let desk = Desk::new().await;
    let browser = desk.owner().await;
    let path = format!("{}/posts/import", desk.home);
    let many = format!("text\n{}", "A\n".repeat(501));
    for (file, told) in [
        (b"text\nCaf\xe9\n".to_vec(), "not text in UTF-8"),
        (b"Dear all,\nplease publish\n".to_vec(), "names no column"),
        (many.into_bytes(), "up to 500 rows"),
        (vec![b'a'; (2 << 20) + 1], "up to 2048 KB"),
    ] {
        let answer = browser.upload(&path, "plan.csv", &file).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().contains(told), "{told}: {}", answer.text());
    }
    let example = browser.get(&format!("{path}/example.csv")).await;
    let page = taken(&desk, &browser, example.bytes()).await;
    assert!(browser.get(&page).await.text().contains("1 row can become a post"), "the example is one");
    let calendar = format!("{}/calendar?date=2026-11-24&state=scheduled&tag=a+b&view=month", desk.home);
    let calendar = browser.get(&calendar).await.text();
    assert!(calendar.contains(&path), "{calendar}");
    let export = "/posts/export.csv?from=2026-10-26&#38;to=2026-12-06&#38;status=scheduled&#38;tag=a+b\"";
    assert!(calendar.contains(export), "with the page's filter: {calendar}");
}
