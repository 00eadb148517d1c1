//! The first page of a workspace, and the page that says what its numbers mean.

use axum::http::{Method, StatusCode, header};
use carillon_connectors::sandbox::persona::PERSONAS;
use carillon_domain::id::WorkspaceId;
use carillon_domain::permission::Role;
use carillon_domain::time::Clock;
use carillon_domain::{insight, metric};
use carillon_engine::events::Topic;
use carillon_store::testing::TestDb;
use jiff::tz::TimeZone;
use serde_json::json;

use crate::analytics::read_account;
use crate::support::TestApp;
use crate::support::desk::{Desk, on_both_desks};

#[tokio::test]
async fn a_workspace_begins_with_its_overview() {
    let (app, _sandbox) = TestApp::networked(&[]).await;
    let (browser, home) = app.owner().await;
    let start = browser.get(&home).await;
    assert_eq!(
        (start.status, start.header("location")),
        (StatusCode::SEE_OTHER, format!("{home}/overview").as_str())
    );
    let page = browser.get(&format!("{home}/overview")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let text = page.text();
    assert!(
        text.contains("No account is connected") && text.contains(&format!("{home}/connections")),
        "{text}"
    );
    assert!(text.contains("Nothing is scheduled.") && text.contains("/compose"), "{text}");
    assert!(!text.contains("class=\"tiles\""), "nothing is shown as if it were zero: {text}");
}

async fn first_steps(desk: Desk) {
    let owner = desk.owner().await;
    let overview = format!("{}/overview", desk.home);
    let done = async || {
        let page = owner.get(&overview).await.text();
        let (_, rest) = page.split_once("id=\"guide-title\"")?;
        let (guide, _) = rest.split_once("</section>")?;
        Some(guide.matches("guide-step-done").count())
    };
    assert_eq!(done().await, Some(1), "the account is connected");
    let post = desk.post("The first one", json!({})).await;
    assert_eq!(done().await, Some(2), "a draft is written");
    owner.post(&format!("{}/cancel", desk.page(&post)), &[]).await;
    assert_eq!(done().await, Some(1), "and thrown away");
    let later = json!({ "status": "scheduled", "scheduled_at": "2026-12-24T18:00:00Z" });
    let post = desk.post("A later one", later).await;
    assert_eq!(done().await, Some(3));
    owner.post(&format!("{}/cancel", desk.page(&post)), &[]).await;
    assert_eq!(done().await, Some(2), "what is canceled is not on its way");

    let writer = desk.member(Role::Contributor).await;
    let page = writer.get(&overview).await.text();
    assert!(page.contains("Ask somebody whose role in this workspace allows it."), "{page}");
    writer.post(&format!("{}/guide/close", desk.home), &[]).await;
    assert!(!writer.get(&overview).await.text().contains("guide-title"), "put away");
    assert_eq!(done().await, Some(2), "by that person alone");
    let reader = desk.member(Role::Analyst).await;
    assert!(!reader.get(&overview).await.text().contains("guide-title"), "who may not write needs none");
    let refused = reader.post(&format!("{}/guide/close", desk.home), &[]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);

    desk.post("At last", json!({ "status": "now" })).await;
    desk.work().await;
    assert_eq!(done().await, None, "nothing is left to do");
    desk.app.dispose().await;
}
on_both_desks!(the_first_steps_are_what_is_there, super::first_steps);

#[tokio::test]
async fn numbers_are_shown_with_their_past_and_their_days() {
    let (app, sandbox) = TestApp::networked(&[]).await;
    let (browser, home) = app.owner().await;
    let workspace: WorkspaceId = home.trim_start_matches("/w/").parse().expect("id");
    let account = read_account(&app, &sandbox, workspace).await;
    let followers = PERSONAS[0].followers_at("bluesky", app.clock.now());
    let page = browser.get(&format!("{home}/overview")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let text = page.text();
    assert!(text.contains(&format!("<data class=\"num\" value=\"{followers}\"")), "{text}");
    assert!(text.contains("title=\"bluesky:followersCount\""), "where it comes from: {text}");
    assert!(text.contains("Engagement rate by followers") && text.contains(" %</data>"), "{text}");
    assert!(text.contains("Not given by the network"), "views are missing, not zero: {text}");
    assert!(text.contains("Ours &#38; &#60;b&#62;bold") && text.contains("fewer than 100 views"), "{text}");
    assert!(text.contains("aria-current=\"true\">30 days"), "{text}");
    // Each day has a line in the table, also those of which nothing is known.
    let days = text
        .split_once("Day by day")
        .map(|(_, rest)| rest.matches("<th scope=\"row\" class=\"when\">").count());
    assert_eq!(days, Some(30), "{text}");
    assert!(!text.contains("style=\"") && !text.contains("<script>"), "the policy allows neither: {text}");

    // The form works without a script, and its choice stays in the links.
    let chosen =
        browser.get(&format!("{home}/overview?days=7&account={account}&platform=bluesky")).await.text();
    assert!(chosen.contains(&format!("<option value=\"{account}\" selected")), "{chosen}");
    assert!(chosen.contains("aria-current=\"true\">7 days"), "{chosen}");
    let said = |page: &str| page.split_once("<p class=\"print-only\">").map(|(_, rest)| rest.to_owned());
    assert_eq!(said(&text), None, "of all accounts nothing is to be said on paper");
    let paper = said(&chosen).expect("on paper there is no form");
    assert!(paper.starts_with("Account: ") && paper.contains("; Network: Bluesky</p>"), "{paper}");
    let account = carillon_server::urls::encode(account.to_string().as_str());
    assert!(chosen.contains(&format!("days=90&#38;account={account}&#38;platform=bluesky")), "{chosen}");
    let none = browser.get(&format!("{home}/overview?platform=mastodon")).await.text();
    assert!(none.contains("No account fits this filter"), "{none}");
    let own = browser.get(&format!("{home}/overview?from=2020-01-01&to=2020-01-31")).await;
    assert_eq!(own.status, StatusCode::OK);
    assert!(own.text().contains("1 Jan 2020 to 31 Jan 2020"), "{}", own.text());
    assert!(own.text().contains("name=\"from\" value=\"2020-01-01\""), "the form keeps them: {}", own.text());
    for wrong in ["compare=century", "account=me", "platform=friendster", "from=yesterday"] {
        let refused = browser.get(&format!("{home}/overview?{wrong}")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}: {}", refused.text());
    }
    assert_eq!(
        browser.get(&format!("{home}/overview?days=ten")).await.status,
        StatusCode::OK,
        "the usual time"
    );
    assert_eq!(page.header(header::CACHE_CONTROL.as_str()), "no-store");
}

#[tokio::test]
async fn the_page_says_what_it_compares_with() {
    let (app, sandbox) = TestApp::networked(&[]).await;
    let (browser, home) = app.owner().await;
    let workspace: WorkspaceId = home.trim_start_matches("/w/").parse().expect("id");
    let account = read_account(&app, &sandbox, workspace).await;
    let page = async |query: &str| {
        let page = browser.get(&format!("{home}/overview?{query}")).await;
        assert_eq!(page.status, StatusCode::OK, "{query}: {}", page.text());
        page.text()
    };
    // The 24th of November 2026.
    for (query, shown, before) in [
        ("days=7", "18 Nov 2026 to 24 Nov 2026", "11 Nov 2026 to 17 Nov 2026"),
        ("range=month", "1 Nov 2026 to 24 Nov 2026", "8 Oct 2026 to 31 Oct 2026"),
        ("range=last-month", "1 Oct 2026 to 31 Oct 2026", "31 Aug 2026 to 30 Sep 2026"),
        ("range=last-month&compare=year", "1 Oct 2026 to 31 Oct 2026", "1 Oct 2025 to 31 Oct 2025"),
        (
            "from=2028-02-28&to=2028-02-29&compare=year",
            "28 Feb 2028 to 29 Feb 2028",
            "28 Feb 2027 to 28 Feb 2027 (2 days against one) ·",
        ),
        (
            "from=2029-02-28&to=2029-03-01&compare=year",
            "28 Feb 2029 to 1 Mar 2029",
            "28 Feb 2028 to 1 Mar 2028 (2 days against 3) ·",
        ),
        (
            "from=2028-02-29&to=2028-02-29&compare=year",
            "29 Feb 2028 to 29 Feb 2028",
            "28 Feb 2027 to 28 Feb 2027 ·",
        ),
    ] {
        let text = page(query).await;
        assert!(text.contains(&format!("{shown}, compared with {before}")), "{query}: {text}");
    }
    let year = page("days=7&compare=year&tag=launch&campaign=Spring").await;
    assert!(year.contains("<option value=\"year\" selected>a year earlier"), "{year}");
    assert!(year.contains("name=\"days\" value=\"7\"") && year.contains("value=\"launch\""), "{year}");
    assert!(year.contains("<option value=\"Spring\">"), "campaigns are offered: {year}");
    assert!(year.contains("<p class=\"print-only\">Tag: launch; Campaign: Spring</p>"), "{year}");
    // Everything that was chosen stays in the links to other times.
    let kept = "&#38;account=&#38;platform=&#38;compare=year&#38;tag=launch&#38;campaign=Spring";
    for time in ["days=30", "range=month", "range=last-month"] {
        assert!(year.contains(&format!("{home}/overview?{time}{kept}")), "{time}: {year}");
    }
    // A look two weeks ago is something to compare with.
    let looked = "2026-11-12T09:00:00Z".parse().expect("a time");
    crate::analytics::look(&app, workspace, account, looked, 1).await;
    let text = page("days=7").await;
    assert!(
        text.contains("vs previous 7 days") && text.contains("1 from 11 Nov 2026 to 17 Nov 2026"),
        "{text}"
    );
    let year = page("days=7&compare=year").await;
    assert!(!year.contains("vs the same days a year earlier"), "nobody looked then: {year}");
    let looked = "2025-11-20T09:00:00Z".parse().expect("a time");
    crate::analytics::look(&app, workspace, account, looked, 2).await;
    let year = page("days=7&compare=year").await;
    assert!(
        year.contains("vs the same days a year earlier") && year.contains("2 from 18 Nov 2025"),
        "{year}"
    );
    // There is no 29th of February a year earlier.
    for (looked, followers) in [("2023-02-28T09:00:00Z", 3), ("2024-02-29T09:00:00Z", 4)] {
        let looked = looked.parse().expect("a time");
        crate::analytics::look(&app, workspace, account, looked, followers).await;
    }
    let leap = page("from=2024-02-29&to=2024-02-29&compare=year").await;
    assert!(leap.contains("3 from 28 Feb 2023 to 28 Feb 2023"), "{leap}");
    assert!(leap.contains("vs one day a year earlier") && !leap.contains("vs the same days"), "{leap}");
}

#[tokio::test]
async fn opening_it_has_old_numbers_read_once_an_hour() {
    let desk = Desk::with(TestDb::sqlite().await, &[("features.scheduled_reading", "true")]).await;
    desk.work().await;
    let (owner, analyst) = (desk.owner().await, desk.member(Role::Analyst).await);
    let overview = format!("{}/overview", desk.home);
    let account = format!("{}/accounts/{}", desk.home, desk.account);
    let opened = async || {
        let log = desk.call(Method::GET, "/api/v1/sync-runs?limit=100", None).await.json();
        let runs = log["items"].as_array().expect("runs").iter().filter(|run| run["reason"] == "opened");
        runs.map(|run| run["state"].as_str().expect("a state").to_owned()).collect::<Vec<_>>()
    };
    let fresh = owner.get(&overview).await.text();
    assert!(opened().await.is_empty() && !fresh.contains("being read"), "it was just read: {fresh}");
    // It listens to what changes, and only what it shows of it is renewed, not the form.
    assert!(fresh.contains(&format!("sse-connect=\"{}/events?after=", desk.home)), "{fresh}");
    assert!(
        fresh.contains(&format!("id=\"numbers\" class=\"stack\" hx-get=\"{overview}?days=30")),
        "{fresh}"
    );

    desk.app.clock.advance(std::time::Duration::from_secs(61 * 60));
    let client = desk.member(Role::Client).await;
    for page in [&overview, &account] {
        assert_eq!(client.get(page).await.status, StatusCode::FORBIDDEN);
    }
    assert!(opened().await.is_empty(), "who sees nothing causes nothing");
    let mut events = desk.app.engine.events.listen();
    let text = analyst.get(&overview).await.text();
    assert!(text.contains("One account is being read.") && text.contains("every 5s"), "{text}");
    let told = events.try_recv().expect("open pages are told");
    assert!(matches!(told.topic, Topic::Account(id) if id.to_string() == desk.account), "{told:?}");
    for (browser, page) in [(&owner, &overview), (&owner, &account), (&analyst, &account)] {
        assert_eq!(browser.get(page).await.status, StatusCode::OK);
    }
    assert_eq!(opened().await, ["queued"], "once, however many look");
    desk.work().await;
    assert_eq!(opened().await, ["done"]);
    let text = owner.get(&overview).await.text();
    assert!(!text.contains("being read") && !text.contains("every 5s"), "{text}");
    desk.app.clock.advance(std::time::Duration::from_secs(58 * 60));
    owner.get(&account).await;
    assert_eq!(opened().await.len(), 1, "within the hour");
    desk.app.clock.advance(std::time::Duration::from_secs(3 * 60));
    let text = analyst.get(&account).await.text();
    assert_eq!(opened().await, ["queued", "done"], "newest first: {text}");
    assert!(text.contains("Page opened") && text.contains("state-queued"), "{text}");

    // What is read now changes nothing of a past day.
    desk.work().await;
    let day = desk.app.clock.now().to_zoned(TimeZone::UTC).date();
    desk.app.clock.advance(std::time::Duration::from_secs(3 * 24 * 3_600));
    let known = owner.get(&format!("{overview}?known_on={day}")).await;
    assert_eq!((known.status, opened().await.len()), (StatusCode::OK, 2), "{}", known.text());
    let text = known.text();
    assert!(text.contains("<div id=\"numbers\" class=\"stack\">"), "it listens to nothing: {text}");
    owner.get(&overview).await;
    assert_eq!(opened().await.len(), 3, "and the page of now has old numbers read");
}

#[tokio::test]
async fn what_goes_out_next_is_on_the_first_page() {
    let desk = Desk::new().await;
    let planned = json!({ "status": "scheduled", "scheduled_at": "2026-12-02T09:00:00Z" });
    let post = desk.post("A bell", planned).await;
    let home = &desk.home;
    let (writer, reader) = (desk.owner().await, desk.member(Role::Analyst).await);
    let (ours, theirs) = (
        writer.get(&format!("{home}/overview")).await.text(),
        reader.get(&format!("{home}/overview")).await.text(),
    );
    let page = desk.page(&post);
    assert!(ours.contains("A bell") && ours.contains(&format!("href=\"{page}\"")), "{ours}");
    assert!(theirs.contains("A bell") && !theirs.contains("/compose"), "{theirs}");
    let client = desk.member(Role::Client).await;
    for name in ["overview", "definitions"] {
        assert_eq!(client.get(&format!("{home}/{name}")).await.status, StatusCode::FORBIDDEN, "{name}");
    }
}

#[tokio::test]
async fn every_metric_is_defined_on_its_page() {
    let (app, _sandbox) = TestApp::networked(&[]).await;
    let (browser, home) = app.owner().await;
    let page = browser.get(&format!("{home}/definitions")).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    let text = page.text();
    for defined in metric::ALL.iter().chain(insight::DERIVED) {
        let name = format!("<code>{}@{}</code>", defined.name, defined.version);
        assert!(text.contains(&name), "{name}: {text}");
    }
    // As the connectors' own lists have it.
    assert!(text.contains("<b>Threads</b>") && text.contains("<b>YouTube</b>"), "{text}");
}
