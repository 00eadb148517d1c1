//! Set-up, sign-in, sessions and settings, as people meet them.

use axum::http::StatusCode;
use carillon_domain::permission::Role;
use carillon_server::urls;
use carillon_store::testing::TestDb;
use serde_json::json;

use crate::support::desk::Desk;
use crate::support::{OWNER, TestApp};

#[tokio::test]
async fn the_first_start_is_led_through_by_a_link_that_works_once() {
    let app = TestApp::new().await;
    let browser = app.browser();
    assert_eq!(browser.get("/").await.header("location"), "/sign-in");
    assert!(browser.get("/sign-in").await.text().contains("has no owner yet"));
    let link = app.people().new_setup_link().await.expect("works").expect("link");
    let path = urls::setup(link.expose());
    assert!(browser.get(&path).await.text().contains("Create my account"));

    let wrong = [
        ("workspace", "Northlight"),
        ("name", ""),
        ("email", "ada"),
        ("password", "short"),
        ("timezone", "Mars/Base"),
    ];
    let refused = browser.post(&path, &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = refused.text();
    for id in ["f-name-error", "f-email-error", "f-password-error", "f-timezone-error"] {
        assert!(page.contains(&format!("id=\"{id}\"")), "{id}");
    }
    assert!(page.contains("Northlight") && !page.contains("short\""), "text stays, passwords do not");

    let right = [
        ("workspace", "Northlight"),
        ("name", "Ada"),
        ("email", OWNER.0),
        ("password", OWNER.1),
        ("timezone", "Europe/Athens"),
    ];
    let done = browser.post(&path, &right).await;
    assert_eq!(done.header("location"), "/");
    let home = browser.get("/").await;
    assert!(home.header("location").starts_with("/w/ws_"));
    let first = browser.get(home.header("location")).await;
    let page = browser.get(first.header("location")).await;
    assert!(page.text().contains("Northlight") && page.text().contains("Ada"));

    let again = app.browser().post(&path, &right).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
    assert_eq!(app.browser().get(&path).await.header("location"), "/sign-in");
}

#[tokio::test]
async fn people_get_in_on_postgres_as_well() {
    let Some(db) = TestDb::postgres("people_get_in_on_postgres_as_well").await else { return };
    let app = TestApp::on(db, &[]).await;
    let (browser, home) = app.owner().await;
    let made = browser.post(&format!("{home}/settings/tokens"), &[("name", "CI"), ("role", "admin")]).await;
    assert_eq!(made.status, StatusCode::CREATED);
    assert_eq!(app.get("/readyz").await.json()["status"], "ok");
    browser.post("/sign-out", &[]).await;
    assert_eq!(browser.sign_in(OWNER.0, OWNER.1).await.status, StatusCode::SEE_OTHER);
    drop(browser);
    app.dispose().await;
}

#[tokio::test]
async fn the_sign_in_form_leads_back_to_where_one_was() {
    let app = TestApp::new().await;
    app.owner().await;
    let browser = app.browser();
    let sent = browser.get("/settings/sessions?x=1").await;
    assert_eq!(sent.header("location"), "/sign-in?return=%2Fsettings%2Fsessions%3Fx%3D1");
    let form = browser.get(sent.header("location")).await;
    assert!(form.text().contains("name=\"return\" value=\"/settings/sessions?x=1\""));
    let body = [("email", OWNER.0), ("password", OWNER.1), ("return", "/settings/sessions?x=1")];
    assert_eq!(browser.post("/sign-in", &body).await.header("location"), "/settings/sessions?x=1");
    let foreign = [("email", OWNER.0), ("password", OWNER.1), ("return", "//evil.example")];
    assert_eq!(app.browser().post("/sign-in", &foreign).await.header("location"), "/");
}

#[tokio::test]
async fn a_wrong_password_is_told_without_telling_who_exists() {
    let app = TestApp::new().await;
    app.owner().await;
    let known = app.browser().sign_in(OWNER.0, "not the password").await;
    let unknown = app.browser().sign_in("nobody@example.com", "not the password").await;
    for answer in [&known, &unknown] {
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().contains("is wrong"), "{}", answer.text());
        assert_eq!(answer.header("set-cookie"), "");
    }
    assert!(known.text().contains(OWNER.0), "what was typed stays");
}

#[tokio::test]
async fn guessing_is_slowed_down_also_for_the_right_password() {
    let app = TestApp::new().await;
    app.owner().await;
    let mut last = StatusCode::OK;
    for _ in 0..30 {
        let answer = app.browser().sign_in(OWNER.0, "not the password").await;
        last = answer.status;
        if last == StatusCode::TOO_MANY_REQUESTS {
            assert!(answer.header("retry-after").parse::<u64>().expect("seconds") > 0);
            break;
        }
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(app.browser().sign_in(OWNER.0, OWNER.1).await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn the_session_cookie_is_hidden_from_scripts_and_ends_with_the_session() {
    let app = TestApp::new().await;
    app.owner().await;
    let browser = app.browser();
    let answer = browser.sign_in(OWNER.0, OWNER.1).await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && !cookie.contains("Secure"));
    assert_eq!(browser.get("/settings/profile").await.status, StatusCode::OK);
    let stolen = format!("carillon_session={}", browser.cookie("carillon_session").expect("cookie"));
    browser.post("/sign-out", &[]).await;
    assert_eq!(browser.cookie("carillon_session"), None);
    let replayed =
        app.request(axum::http::Method::GET, "/settings/profile", &[("cookie", &stolen)], "").await;
    assert_eq!(replayed.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn other_sessions_are_listed_and_can_be_ended() {
    let app = TestApp::new().await;
    let (here, _) = app.owner().await;
    let there = app.browser();
    there.sign_in(OWNER.0, OWNER.1).await;
    let page = here.get("/settings/sessions").await.text();
    assert_eq!(page.matches("class=\"row-item\"").count(), 2);
    let revoke =
        page.split("action=\"").skip(1).find(|t| t.starts_with("/settings/sessions/sess_")).expect("form");
    let revoke = revoke.split('"').next().expect("path");
    here.post(revoke, &[]).await;
    assert_eq!(there.get("/settings/profile").await.status, StatusCode::SEE_OTHER);
    assert_eq!(here.get("/settings/profile").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions() {
    let app = TestApp::new().await;
    let (here, _) = app.owner().await;
    let there = app.browser();
    there.sign_in(OWNER.0, OWNER.1).await;
    let wrong = [("current_password", "nope"), ("new_password", "a bell for every quarter")];
    let refused = here.post("/settings/password", &wrong).await;
    assert!(refused.text().contains("f-current_password-error"));
    let right = [("current_password", OWNER.1), ("new_password", "a bell for every quarter")];
    let done = here.post("/settings/password", &right).await;
    assert!(here.get(done.header("location")).await.text().contains("Your password is changed"));
    assert_eq!(there.get("/settings/profile").await.status, StatusCode::SEE_OTHER);
    assert_eq!(
        app.browser().sign_in(OWNER.0, "a bell for every quarter").await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn profile_and_workspace_are_saved_or_say_why_not() {
    let app = TestApp::new().await;
    let (browser, home) = app.owner().await;
    let saved =
        browser.post("/settings/profile", &[("name", "Countess"), ("timezone", "Europe/London")]).await;
    let page = browser.get(saved.header("location")).await.text();
    assert!(page.contains("Saved.") && page.contains("value=\"Countess\"") && page.contains("Europe/London"));

    let path = format!("{home}/settings");
    let form = browser.get(&path).await.text();
    let grace = form.split("name=\"grace\"").nth(1).and_then(|rest| rest.split('>').next()).expect("a field");
    assert!(grace.contains("min=\"1\" max=\"10080\""), "{grace}");
    for (minutes, status) in [
        ("0", StatusCode::UNPROCESSABLE_ENTITY),
        ("10081", StatusCode::UNPROCESSABLE_ENTITY),
        ("1", StatusCode::SEE_OTHER),
    ] {
        let edge = [
            ("name", "Northlight"),
            ("timezone", "Europe/London"),
            ("grace", minutes),
            ("snapshot_days", "90"),
        ];
        assert_eq!(browser.post(&path, &edge).await.status, status, "{minutes}");
    }
    let wrong = browser
        .post(&path, &[("name", ""), ("timezone", "Nowhere"), ("grace", "soon"), ("snapshot_days", "90")])
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().contains("f-grace-error"));
    let right =
        [("name", "Southlight"), ("timezone", "Europe/Paris"), ("grace", "90"), ("snapshot_days", "0")];
    let saved = browser.post(&path, &right).await;
    let page = browser.get(saved.header("location")).await.text();
    assert!(page.contains("value=\"Southlight\"") && page.contains("value=\"90\""), "{page}");
}

#[tokio::test]
async fn a_token_is_shown_once_and_works_until_it_is_revoked() {
    let app = TestApp::new().await;
    let (browser, home) = app.owner().await;
    let path = format!("{home}/settings/tokens");
    assert!(browser.get(&path).await.text().contains("No tokens yet"));
    let made = browser.post(&path, &[("name", "Backup"), ("role", "editor")]).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let page = made.text();
    let token =
        page.split("id=\"new-token\">").nth(1).and_then(|t| t.split('<').next()).expect("token").to_owned();
    let me = app.api(axum::http::Method::GET, "/api/v1/me", &token, None).await;
    assert_eq!(me.json()["role"], "editor");

    let list = browser.get(&path).await.text();
    assert!(list.contains("Backup") && !list.contains(&token));
    let revoke = list.split("action=\"").find(|t| t.contains("/revoke\"")).and_then(|t| t.split('"').next());
    browser.post(revoke.expect("form"), &[]).await;
    let me = app.api(axum::http::Method::GET, "/api/v1/me", &token, None).await;
    assert_eq!(me.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn members_see_what_their_role_allows() {
    let app = TestApp::new().await;
    let (owner, home) = app.owner().await;
    let (analyst, _) = app.stranger("grace@example.com", Role::Owner).await;
    let workspace = home.trim_start_matches("/w/").parse().expect("id");
    let row =
        carillon_store::repo::workspace::find(&app.engine.db, workspace).await.expect("read").expect("row");
    let id = analyst.user.id;
    let now = row.created_at;
    app.engine
        .db
        .write(move |tx| {
            Box::pin(async move {
                carillon_store::repo::workspace::add_member(tx, workspace, id, Role::Analyst, now).await
            })
        })
        .await
        .expect("added");
    let page = owner.get(&format!("{home}/settings/members")).await.text();
    assert!(page.contains("grace@example.com") && page.contains("Analyst"));

    let grace = app.browser();
    grace.sign_in("grace@example.com", OWNER.1).await;
    let settings = grace.get(&format!("{home}/settings")).await;
    assert_eq!(settings.status, StatusCode::OK);
    assert!(!settings.text().contains("name=\"grace\""), "facts, not a form");
    let refused = grace.post(&format!("{home}/settings/tokens"), &[("name", "x"), ("role", "owner")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let page = grace.get(&home).await;
    assert!(page.status.is_redirection());
    assert!(grace.get("/settings/profile").await.text().contains("Elsewhere"), "both are in the switcher");
}

#[tokio::test]
async fn a_link_signs_in_once() {
    let app = TestApp::new().await;
    let (made, _) = app.stranger("ada@example.com", Role::Owner).await;
    let secret = app.people().new_sign_in_link(made.user.id).await.expect("link");
    let browser = app.browser();
    assert_eq!(browser.get(&urls::sign_in_link(secret.expose())).await.header("location"), "/");
    assert_eq!(browser.get("/settings/profile").await.status, StatusCode::OK);
    let again = app.browser().get(&urls::sign_in_link(secret.expose())).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
}

/// `<html lang>` and `Content-Language` of a page.
fn languages(answer: &crate::support::Answer) -> (String, String) {
    let page = answer.text();
    let written = page.split("<html lang=\"").nth(1).and_then(|rest| rest.split('"').next());
    (written.unwrap_or_default().to_owned(), answer.header("content-language").to_owned())
}

#[tokio::test]
async fn pages_are_in_the_language_that_was_chosen_or_is_asked_for() {
    let app = TestApp::new().await;
    let (browser, _) = app.owner().await;
    let both = |language: &str| (language.to_owned(), language.to_owned());
    for (asked, given) in [("el-GR,en;q=0.5", "el"), ("en-GB", "en"), ("tlh", "en")] {
        let answer =
            app.request(axum::http::Method::GET, "/sign-in", &[("accept-language", asked)], "").await;
        assert_eq!(languages(&answer), both(given), "{asked}");
        assert!(answer.headers.get_all("vary").iter().any(|vary| vary == "accept-language"), "{asked}");
    }
    let settings = [("name", "Ada"), ("timezone", "")];
    let chosen = [settings[0], settings[1], ("language", "el")];
    assert_eq!(browser.post("/settings/profile", &chosen).await.status, StatusCode::SEE_OTHER);
    let profile = browser.get("/settings/profile").await;
    assert_eq!(languages(&profile), both("el"), "the browser asks for nothing");
    assert!(profile.text().contains("<option value=\"el\" selected>Ελληνικά</option>"));
    let refused = browser.post("/settings/profile", &[("name", ""), ("language", "el")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(languages(&refused), both("el"));
    let missing = browser.get("/w/ws_01h455vb4pex5vsknk084sn02q/posts").await;
    assert_eq!(missing.status, StatusCode::NOT_FOUND);
    assert_eq!(languages(&missing), both("el"), "failures are told in the reader's language, too");
    let unknown = [settings[0], settings[1], ("language", "tlh")];
    assert_eq!(browser.post("/settings/profile", &unknown).await.status, StatusCode::SEE_OTHER);
    assert_eq!(languages(&browser.get("/settings/profile").await), both("en"));
}

#[tokio::test]
async fn times_are_on_the_readers_clock_and_on_the_workspaces_on_hover() {
    let desk = Desk::new().await;
    let owner = desk.owner().await;
    let planned =
        json!({ "status": "scheduled", "scheduled_at": "2026-12-02T09:00:00", "timezone": "Europe/Athens" });
    let post = desk.post("A bell", planned).await;
    let page = desk.page(&post);
    let one_clock = owner.get(&page).await.text();
    assert!(one_clock.contains("title=\"2 Dec 2026, 09:00\""), "{one_clock}");
    owner.post("/settings/profile", &[("name", "Ada"), ("timezone", "America/New_York")]).await;
    let two = owner.get(&page).await.text();
    let both = "title=\"2 Dec 2026, 02:00; for the workspace (Europe/Athens) 2 Dec 2026, 09:00\"";
    assert!(two.contains(both), "{two}");
}
