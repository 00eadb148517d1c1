//! Nobody gets anywhere without being let in. Every route is tried, so a new one that forgets to ask fails here.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use carillon_domain::permission::Role;
use carillon_server::{api, urls};

use crate::support::TestApp;

/// Routes that answer anybody. This list may only become shorter: whoever adds a line has to say why in review.
const PUBLIC: &[&str] = &[
    // Its state is the proof: unguessable, good once, bound to who began.
    urls::OAUTH_CALLBACK,
    // The forms that let people in, and what they are made of.
    urls::SIGN_IN,
    urls::SIGN_IN_LINK,
    urls::SETUP,
    urls::THEME,
    urls::ASSET,
    // Ends the session of whoever has one.
    urls::SIGN_OUT,
    // Watched by machines; `/metrics` wants a token of its own.
    urls::HEALTHZ,
    urls::READYZ,
    urls::METRICS,
    // The API's description.
    urls::OPENAPI,
    // Networks fetch files here; each address is signed, for one file and a time.
    urls::MEDIA_PUBLIC,
    // Networks send what happened, signed with a secret of their app; the last is a page by an unguessable code.
    urls::WEBHOOK,
    urls::WEBHOOK_DEAUTHORIZE,
    urls::WEBHOOK_DATA_DELETION,
    urls::DELETION,
    // Programs that show calendars can't sign in; the address holds a secret of one member.
    urls::FEED,
];

/// The address of a route, with ids that are well formed and belong to nobody.
pub fn filled(pattern: &str) -> String {
    let mut path = pattern.to_owned();
    for (name, prefix) in [
        ("workspace", "ws"),
        ("session", "sess"),
        ("token", "tok"),
        ("account", "acct"),
        ("post", "post"),
        ("publication", "pub"),
        ("media", "media"),
        ("connect", "conn"),
        ("grant", "grant"),
        ("run", "sync"),
        ("found", "rpost"),
        ("notice", "notice"),
        ("schedule", "rsched"),
        ("report", "report"),
        ("import", "import"),
        ("note", "note"),
        ("holidays", "hols"),
        ("id", "post"),
    ] {
        path = path.replace("{version}", "thumb").replace("{rendition}", "thumb");
        path = path.replace(&format!("{{{name}}}"), &format!("{prefix}_01h455vb4pex5vsknk084sn02q"));
    }
    path.replace("{platform}", "mastodon").replace("{file}", "posts.csv")
}

/// Path and method of everything in the API's description.
pub fn operations() -> Vec<(Method, String)> {
    let document: serde_json::Value = serde_json::from_str(&api::document()).expect("json");
    let paths = document["paths"].as_object().expect("paths");
    let mut all = Vec::new();
    for (path, methods) in paths {
        for method in methods.as_object().expect("methods").keys() {
            if let Ok(method) = method.to_uppercase().parse::<Method>() {
                all.push((method, path.clone()));
            }
        }
    }
    all
}

#[tokio::test]
async fn every_api_operation_refuses_strangers() {
    let app = TestApp::with(&[("limits.requests_per_minute", "100000")]).await;
    let operations = operations();
    assert!(!operations.is_empty());
    for (method, pattern) in operations {
        assert!(!PUBLIC.contains(&pattern.as_str()));
        let path = filled(&pattern);
        assert!(!path.contains('{'), "say in `filled` what goes into {pattern}");
        for headers in [
            vec![],
            vec![("authorization", "Bearer carillon_wrong")],
            vec![("authorization", "Basic YTpi")],
            vec![("cookie", "carillon_session=wrong")],
        ] {
            let answer = app.request(method.clone(), &path, &headers, "").await;
            assert_eq!(
                answer.status,
                StatusCode::UNAUTHORIZED,
                "{method} {path} {headers:?}: {}",
                answer.text()
            );
            assert_eq!(answer.header("content-type"), "application/problem+json");
        }
    }
}

#[tokio::test]
async fn every_page_sends_strangers_to_the_sign_in_form() {
    let app = TestApp::with(&[("limits.requests_per_minute", "100000")]).await;
    app.owner().await;
    for pattern in urls::ALL.iter().filter(|p| !PUBLIC.contains(p) && !p.starts_with(urls::API_PREFIX)) {
        let path = filled(pattern);
        for method in [Method::GET, Method::POST] {
            let answer = app.request(method.clone(), &path, &[], "").await;
            if answer.status == StatusCode::METHOD_NOT_ALLOWED {
                continue;
            }
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{method} {path}");
            assert!(answer.header("location").starts_with("/sign-in"), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_foreign_workspace_does_not_exist() {
    let app = TestApp::with(&[("limits.requests_per_minute", "100000")]).await;
    let (_, home) = app.owner().await;
    let workspace = home.trim_start_matches("/w/");
    let (_, _) = app.stranger("eve@example.com", Role::Owner).await;
    let eve = app.browser();
    eve.sign_in("eve@example.com", crate::support::OWNER.1).await;
    for pattern in urls::ALL.iter().filter(|p| p.contains("{workspace}")) {
        let path = filled(&pattern.replace("{workspace}", workspace));
        for answer in [eve.get(&path).await, eve.post(&path, &[]).await] {
            if answer.status != StatusCode::METHOD_NOT_ALLOWED {
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
            }
        }
    }
    let header = [("carillon-workspace", workspace)];
    let cookie = format!("carillon_session={}", eve.cookie("carillon_session").expect("session"));
    let headers = [header[0], ("cookie", cookie.as_str())];
    let answer = app.request(Method::GET, "/api/v1/me", &headers, "").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

/// Routes are registered by the constants of `urls`, so that the lists here are complete.
#[test]
fn no_route_is_written_by_hand() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root];
    let mut seen = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("folder") {
            let path = entry.expect("entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = std::fs::read_to_string(&path).expect("text");
                assert!(!text.contains(".route(\""), "{}", path.display());
                seen.insert(path);
            }
        }
    }
    assert!(seen.len() > 20);
}
