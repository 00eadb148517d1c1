//! Tables and the report as files: by API and from the pages, for those who may see them.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use carillon_connectors::sandbox::persona::PERSONAS;
use carillon_domain::id::WorkspaceId;
use carillon_domain::permission::Role;
use carillon_domain::time::Clock;
use carillon_engine::report::TABLES;
use jiff::tz::TimeZone;

use crate::analytics::{look, read_account};
use crate::support::TestApp;
use crate::support::desk::Desk;

/// The begin and the end of a Parquet file.
const PARQUET: &[u8] = b"PAR1";

/// The begin of a ZIP archive, which a workbook is.
const ZIP: &[u8] = b"PK\x03\x04";

#[tokio::test]
async fn programs_take_every_table_away() {
    let (app, sandbox) = TestApp::networked(&[]).await;
    let (made, token) = app.stranger("ada@example.com", Role::Owner).await;
    let account = read_account(&app, &sandbox, made.workspace.id).await;
    let get = async |query: &str| {
        app.api(Method::GET, &format!("/api/v1/analytics/export{query}"), &token, None).await
    };
    let posts = app.api(Method::GET, "/api/v1/analytics/posts", &token, None).await.json();
    let post = posts["items"][0]["id"].as_str().expect("a post");
    for table in TABLES {
        let query = format!("?table={table}&account={account}&post={post}");
        let csv = get(&format!("{query}&format=csv")).await;
        assert_eq!(csv.status, StatusCode::OK, "{table}: {}", csv.text());
        assert!(csv.header("content-type").starts_with("text/csv"), "{}", csv.header("content-type"));
        let name = csv.header("content-disposition");
        assert!(
            name.starts_with("attachment; filename=\"") && name.contains(table) && name.ends_with(".csv\""),
            "{name}"
        );
        assert_eq!(csv.header("cache-control"), "no-store");
        assert!(csv.text().lines().count() > 1, "{table}: {}", csv.text());
        assert!(!csv.text().starts_with('\u{feff}'), "programs get no mark");
        assert!(
            !csv.text().contains("column-") && !csv.text().contains("metric-"),
            "every column has a word"
        );
        let xlsx = get(&format!("{query}&format=xlsx")).await;
        assert_eq!(xlsx.status, StatusCode::OK, "{table}");
        assert!(xlsx.bytes().starts_with(ZIP), "{table}");
        assert!(xlsx.header("content-disposition").ends_with(".xlsx\""));
    }
    let followers = PERSONAS[0].followers_at("bluesky", app.clock.now());
    let figures = get("").await.text();
    assert!(
        figures.contains(&format!("\r\nFollowers,{followers},,,,accounts,1,1,")),
        "by default: {figures}"
    );
    assert!(figures.contains(",bluesky:followersCount\r\n"), "{figures}");
    let year = get("?table=figures&compare=year").await;
    assert_eq!(year.status, StatusCode::OK);
    let decade = get("?table=figures&compare=decade").await;
    assert_eq!(decade.status, StatusCode::UNPROCESSABLE_ENTITY, "it is compared as was asked, or not at all");
    let posts = get("?table=posts").await.text();
    assert!(posts.starts_with("Network,Account,Published ("), "{posts}");
    assert!(
        posts.contains("Engagement rate by followers (%)") && posts.contains("Ours & <b>bold</b>"),
        "{posts}"
    );
    assert_eq!(get("?table=posts&tag=other").await.text().lines().count(), 1, "the filter is the same");
    assert_eq!(get("?table=days&from=2026-01-01&to=2026-01-31").await.text().lines().count(), 32);

    let report = get("?format=pdf").await;
    assert_eq!(report.status, StatusCode::OK, "{}", report.text());
    assert_eq!(report.header("content-type"), "application/pdf");
    assert!(
        report.bytes().starts_with(b"%PDF-") && report.header("content-disposition").contains("-report-20")
    );

    let history = get("?format=parquet").await;
    assert_eq!(history.status, StatusCode::OK, "{}", history.text());
    assert_eq!(history.header("content-type"), "application/vnd.apache.parquet");
    assert!(history.bytes().starts_with(PARQUET) && history.bytes().ends_with(PARQUET));
    assert!(history.header("content-disposition").contains("-history-20"));

    for (query, field) in [
        ("?format=parquet&tag=launch", "tag"),
        ("?table=hugs", "table"),
        ("?format=docx", "format"),
        ("?table=account-posts", "account"),
        ("?table=best-times", "account"),
        ("?table=curve", "post"),
        ("?from=yesterday", "from"),
        ("?format=pdf&platform=friendster", "platform"),
    ] {
        let refused = get(query).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}: {}", refused.text());
        assert_eq!(refused.json()["errors"][0]["field"], field, "{query}: {}", refused.text());
    }
}

#[tokio::test]
async fn files_of_another_workspace_say_nothing() {
    let (app, sandbox) = TestApp::networked(&[]).await;
    let (made, token) = app.stranger("ada@example.com", Role::Owner).await;
    let account = read_account(&app, &sandbox, made.workspace.id).await;
    let posts = app.api(Method::GET, "/api/v1/analytics/posts", &token, None).await.json();
    let post = posts["items"][0]["id"].as_str().expect("a post");
    let (_, theirs) = app.stranger("eve@example.com", Role::Owner).await;
    for table in TABLES {
        for query in [String::new(), format!("&account={account}&post={post}")] {
            let path = format!("/api/v1/analytics/export?table={table}{query}");
            let answer = app.api(Method::GET, &path, &theirs, None).await;
            // Of what has to be named, nothing is told.
            if ["account-posts", "best-times", "curve"].contains(&table) {
                assert!(answer.status.is_client_error(), "{path}");
                continue;
            }
            assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
            assert!(
                !answer.text().contains("Ours") && !answer.text().contains("bluesky"),
                "{}",
                answer.text()
            );
            let name = answer.header("content-disposition");
            assert!(
                name.starts_with(&format!("attachment; filename=\"elsewhere-{table}-")),
                "not even its name: {name}"
            );
        }
    }
    let (_, client) = app.stranger("client@example.com", Role::Client).await;
    for query in ["?table=posts", "?table=sync-runs", "?format=pdf"] {
        let answer = app.api(Method::GET, &format!("/api/v1/analytics/export{query}"), &client, None).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{query}");
    }
}

#[tokio::test]
async fn pages_link_to_their_files() {
    let (app, sandbox) = TestApp::networked(&[]).await;
    let (browser, home) = app.owner().await;
    let workspace: WorkspaceId = home.trim_start_matches("/w/").parse().expect("id");
    let account = read_account(&app, &sandbox, workspace).await;
    let overview = browser.get(&format!("{home}/overview?days=7&platform=bluesky")).await.text();
    for file in ["days", "networks", "top-posts", "figures", "accounts", "posts"] {
        for format in ["csv", "xlsx"] {
            let link =
                format!("href=\"{home}/export/{file}.{format}?days=7&#38;account=&#38;platform=bluesky\"");
            assert!(overview.contains(&link), "{link}: {overview}");
        }
    }
    assert!(
        overview.contains(&format!("href=\"{home}/report.pdf?days=7&#38;account=&#38;platform=bluesky\"")),
        "{overview}"
    );
    let days = browser.get(&format!("{home}/export/days.csv?days=7&platform=bluesky")).await;
    assert_eq!(days.status, StatusCode::OK, "{}", days.text());
    assert!(
        days.bytes().starts_with(b"\xef\xbb\xbfDay,Followers,"),
        "spreadsheets need the mark: {}",
        days.text()
    );
    assert_eq!(days.text().lines().count(), 8, "the time of the page");
    let report = browser.get(&format!("{home}/report.pdf?days=7")).await;
    assert!(report.bytes().starts_with(b"%PDF-"), "{}", report.text());
    let link = format!("href=\"{home}/export/history.parquet?days=7&#38;account=&#38;platform=bluesky\"");
    assert!(overview.contains(&link), "{overview}");
    let history = browser.get(&format!("{home}/export/history.parquet?days=7")).await;
    assert!(history.bytes().starts_with(PARQUET), "{}", history.text());
    let labelled = browser.get(&format!("{home}/overview?days=7&tag=launch")).await.text();
    assert!(!labelled.contains("history.parquet"), "a history knows no tags: {labelled}");

    let page = browser.get(&format!("{home}/accounts/{account}")).await.text();
    for file in ["account-posts", "best-times", "sync-runs"] {
        assert!(page.contains(&format!("{home}/export/{file}.csv?account=")), "{file}: {page}");
        let answer = browser.get(&format!("{home}/export/{file}.csv?account={account}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{file}: {}", answer.text());
        assert!(answer.text().lines().count() > 1, "{file}: {}", answer.text());
    }
    for wrong in ["posts", "posts.docx", ".csv.", "posts.csv.exe"] {
        let answer = browser.get(&format!("{home}/export/{wrong}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{wrong}");
    }
    assert_eq!(
        browser.get(&format!("{home}/export/hugs.csv")).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
}

#[tokio::test]
async fn a_file_can_be_had_as_known_on_a_past_day() {
    let (app, sandbox) = TestApp::networked(&[]).await;
    let (made, token) = app.stranger("ada@example.com", Role::Owner).await;
    let account = read_account(&app, &sandbox, made.workspace.id).await;
    let zone = TimeZone::get(&made.workspace.timezone).expect("a zone");
    let day = zone.to_datetime(app.clock.now()).date();
    let get = async |path: &str, query: &str| {
        app.api(Method::GET, &format!("/api/v1/analytics/{path}?{query}"), &token, None).await
    };
    let refused = get("export", &format!("known_on={day}")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.text());
    assert_eq!(refused.json()["errors"][0]["field"], "known_on");
    assert_eq!(refused.json()["errors"][0]["code"], "not_past");
    let tables = ["figures", "days", "networks", "accounts", "top-posts", "posts"];
    let mut first = Vec::new();
    for table in tables {
        first.push(get("export", &format!("table={table}")).await.text());
    }
    let posts = get("posts", "").await.json();
    let curve = format!("posts/{}/curve", posts["items"][0]["id"].as_str().expect("a post"));
    let answers = ["summary", "series", "posts", "top-posts"];
    let mut told = Vec::new();
    for path in answers {
        told.push(get(path, "").await.json());
    }

    app.clock.advance(Duration::from_secs(2 * 24 * 3_600));
    look(&app, made.workspace.id, account, app.clock.now(), 77).await;
    let figures = get("export", "").await.text();
    assert!(figures.contains("\r\nFollowers,77,"), "{figures}");
    for (table, first) in tables.into_iter().zip(first) {
        let again = get("export", &format!("table={table}&known_on={day}")).await;
        assert_eq!(again.text(), first, "{table}");
        let name = again.header("content-disposition");
        assert!(name.ends_with(&format!("-known-on-{day}.csv\"")), "{name}");
    }
    for (path, then) in answers.into_iter().zip(told) {
        assert_eq!(get(path, &format!("known_on={day}")).await.json(), then, "{path}");
        assert_ne!(get(path, "").await.json(), then, "{path} is of other days now");
    }
    let paper = get("export", &format!("format=pdf&known_on={day}")).await;
    assert!(paper.bytes().starts_with(b"%PDF-"), "{}", paper.text());
    let runs = get("export", &format!("table=sync-runs&known_on={day}")).await;
    assert_eq!(runs.json()["errors"][0]["code"], "not_by_day", "{}", runs.text());
    for path in ["audience", "best-times", curve.as_str()] {
        assert_eq!(get(path, "known_on=").await.status, StatusCode::OK, "{path}: an empty field is no day");
        let refused = get(path, &format!("known_on={day}")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{path}");
        assert_eq!(refused.json()["errors"][0]["code"], "not_by_day", "{path}: {}", refused.text());
    }
}

#[tokio::test]
async fn the_overview_can_be_seen_as_known_on_a_past_day() {
    let (app, sandbox) = TestApp::networked(&[]).await;
    let (browser, home) = app.owner().await;
    let workspace: WorkspaceId = home.trim_start_matches("/w/").parse().expect("id");
    read_account(&app, &sandbox, workspace).await;
    let day = app.clock.now().to_zoned(TimeZone::UTC).date();
    app.clock.advance(Duration::from_secs(3 * 24 * 3_600));
    let page = browser.get(&format!("{home}/overview?days=7&known_on={day}")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let text = page.text();
    assert!(text.contains(&format!("name=\"known_on\" value=\"{day}\"")), "{text}");
    assert!(text.contains("id=\"known\""), "it says so: {text}");
    let spaced = browser.get(&format!("{home}/overview?days=7&known_on=%20{day}")).await.text();
    assert!(spaced.contains("id=\"known\"") && spaced.contains(&format!("value=\"{day}\"")), "{spaced}");
    let report = format!("{home}/report.pdf?days=7&#38;account=&#38;platform=&#38;known_on={day}");
    assert!(text.contains(&report), "its files are of that day, too: {text}");
    let plain = browser.get(&format!("{home}/overview?days=7")).await.text();
    assert!(!plain.contains("id=\"known\""), "{plain}");
}

#[tokio::test]
async fn only_readers_take_files_away() {
    let desk = Desk::new().await;
    let home = &desk.home;
    let (analyst, client) = (desk.member(Role::Analyst).await, desk.member(Role::Client).await);
    for path in ["export/figures.csv", "export/posts.xlsx", "export/history.parquet", "report.pdf"] {
        assert_eq!(analyst.get(&format!("{home}/{path}")).await.status, StatusCode::OK, "{path}");
        assert_eq!(client.get(&format!("{home}/{path}")).await.status, StatusCode::FORBIDDEN, "{path}");
    }
}
