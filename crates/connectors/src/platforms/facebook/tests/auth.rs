//! Connecting Pages, renewing, revoking.

use std::time::Duration;

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::secret::Secret;
use carillon_domain::time::{Clock, SignedDuration};
use serde_json::json;
use url::Url;

use super::super::{CONNECTOR, NAME};
use super::stage::{Stage, Trouble, error};
use crate::conformance::{Connect, draft};
use crate::contract::authorizer::{Authorizer, BeginRequest, Callback, Feature, Granted};
use crate::contract::cx::{Credential, PlatformSettings};
use crate::sandbox::persona::PERSONAS;
use crate::sandbox::{TokenState, testing};

async fn grant(stage: &Stage, persona: &str) -> Result<Granted, ConnectorError> {
    let settings = stage.bench.settings(&CONNECTOR);
    let cx = stage.bench.auth_cx(&settings, None);
    let begun = CONNECTOR.begin(&cx, request()).await?;
    let back = testing::approve(&stage.bench.sandbox, &begun.authorize_url, persona).await;
    CONNECTOR.complete(&cx, begun.pending, callback(&back)).await
}

fn request() -> BeginRequest {
    BeginRequest {
        redirect_uri: Url::parse("https://carillon.example/oauth/facebook/callback").unwrap(),
        state: "st4te".to_owned(),
        server: None,
        flavour: None,
    }
}

fn callback(back: &Url) -> Callback {
    let get = |name: &str| back.query_pairs().find(|(k, _)| k == name).map(|(_, v)| v.into_owned());
    Callback {
        code: get("code").map(Secret::new),
        error: get("error"),
        error_description: get("error_description"),
    }
}

#[tokio::test]
async fn one_login_gives_all_pages_of_a_person_each_with_its_own_token() {
    let stage = Stage::new();
    let mut most = 0;
    for persona in PERSONAS {
        let Ok(granted) = grant(&stage, persona.key).await else { continue };
        let pages = granted.credential.extra["pages"].as_object().unwrap();
        assert_eq!(pages.len(), granted.targets.len(), "each Page once");
        for page in &granted.targets {
            let token = pages[&page.remote_id].as_str().unwrap();
            assert_ne!(token, granted.credential.access_token.expose(), "{}", page.name);
            assert!(page.remote_id.bytes().all(|b| b.is_ascii_digit()) && !page.name.is_empty(), "{page:?}");
            assert!(page.meta["tasks"].is_array(), "{page:?}");
            assert!(!format!("{page:?}").contains(token), "tokens are not in what is shown");
        }
        most = most.max(granted.targets.len());
        let left = granted.credential.expires_at.unwrap().duration_since(stage.bench.clock.now());
        assert!(
            left > SignedDuration::from_hours(59 * 24) && left <= SignedDuration::from_hours(61 * 24),
            "{left}"
        );
        assert!(granted.credential.scopes.iter().any(|s| s == "pages_manage_posts"));
    }
    assert!(most >= 2, "nobody in the sandbox has several Pages");
    let lists = stage.sent("pages.list");
    assert!(
        lists.iter().any(|call| call.url.ends_with("/owned_pages")),
        "Pages of a business are looked for"
    );
}

#[tokio::test]
async fn pages_of_one_login_publish_beside_each_other() {
    let stage = Stage::new();
    for persona in PERSONAS {
        let Ok(granted) = grant(&stage, persona.key).await else { continue };
        if granted.targets.len() < 2 {
            continue;
        }
        for (index, page) in granted.targets.clone().into_iter().enumerate() {
            let targets = vec![page.clone()];
            let granted = Granted { targets, credential: granted.credential.clone(), person: None };
            let session = stage.bench.adopt(&CONNECTOR, stage.bench.settings(&CONNECTOR), granted);
            let outcome = session.publish(&draft(&format!("from {index}"), [])).await;
            assert!(outcome.is_published(), "{page:?}: {outcome:?}");
            assert!(outcome.remote_ids()[0].starts_with(&format!("{}_", page.remote_id)));
        }
        let pages: std::collections::BTreeSet<_> =
            stage.ledger().into_iter().map(|item| item.account.remote_id).collect();
        assert_eq!(pages.len(), granted.targets.len());
        return;
    }
    panic!("nobody in the sandbox has several Pages");
}

#[tokio::test]
async fn the_dialog_is_asked_for_what_is_needed() {
    let stage = Stage::new();
    let mut settings = stage.bench.settings(&CONNECTOR);
    let asked = async |settings: &PlatformSettings| {
        let cx = stage.bench.auth_cx(settings, None);
        CONNECTOR.begin(&cx, request()).await.unwrap().authorize_url
    };
    let plain = asked(&settings).await;
    let get = |url: &Url, name: &str| url.query_pairs().find(|(k, _)| k == name).map(|(_, v)| v.into_owned());
    assert_eq!((plain.host_str(), plain.path()), (Some("www.facebook.com"), "/v26.0/dialog/oauth"));
    let scopes = get(&plain, "scope").unwrap();
    let publish = CONNECTOR.scopes_for(Feature::Publish, None);
    assert!(publish.iter().all(|scope| scopes.split(',').any(|asked| asked == *scope)));
    assert!(
        scopes.contains("read_insights") && !publish.contains(&"read_insights"),
        "publishing goes on without"
    );
    assert_eq!(
        (get(&plain, "response_type").as_deref(), get(&plain, "state").as_deref()),
        (Some("code"), Some("st4te"))
    );
    settings.values.insert("config_id".to_owned(), "123".to_owned());
    let configured = asked(&settings).await;
    assert_eq!((get(&configured, "config_id").as_deref(), get(&configured, "scope")), (Some("123"), None));
    let read = CONNECTOR.scopes_for(Feature::Read, None);
    assert!(read.iter().all(|scope| scopes.contains(scope) && !scope.contains("manage_p")));
}

#[tokio::test]
async fn a_refusal_connects_nothing() {
    let stage = Stage::new();
    let refused = stage.bench.connect(&CONNECTOR, Connect::refusing("marafields")).await;
    let error = refused.err().unwrap();
    assert_eq!((error.code.as_str(), &error.kind), ("access_denied", &ErrorKind::Rejected));
}

#[tokio::test]
async fn without_app_credentials_nothing_begins() {
    let stage = Stage::new();
    let settings = PlatformSettings::default();
    let cx = stage.bench.auth_cx(&settings, None);
    let error = CONNECTOR.begin(&cx, request()).await.unwrap_err();
    assert_eq!(error.code, "app_credentials_missing");
    assert!(error.action.contains("platforms.facebook.client_id"), "{}", error.action);
}

#[tokio::test]
async fn a_code_is_good_once() {
    let stage = Stage::new();
    let settings = stage.bench.settings(&CONNECTOR);
    let cx = stage.bench.auth_cx(&settings, None);
    let begun = CONNECTOR.begin(&cx, request()).await.unwrap();
    let back = testing::approve(&stage.bench.sandbox, &begun.authorize_url, "marafields").await;
    let mut first = callback(&back);
    first.code = first.code.map(|c| Secret::new(format!("{}#_", c.expose())));
    CONNECTOR.complete(&cx, begun.pending.clone(), first).await.unwrap();
    let again = CONNECTOR.complete(&cx, begun.pending.clone(), callback(&back)).await.unwrap_err();
    assert_eq!(again.kind, ErrorKind::Rejected, "{again:?}");
    let none = CONNECTOR.complete(&cx, begun.pending, Callback::default()).await.unwrap_err();
    assert_eq!(none.code, "code_missing");
}

#[tokio::test]
async fn a_login_without_pages_says_what_to_do() {
    let stage = Stage::new();
    let none = json!({ "data": [] });
    stage.script("pages.list", Trouble::Instead(200, none.clone()));
    stage.script("businesses.list", Trouble::Instead(200, none));
    let error = grant(&stage, "marafields").await.unwrap_err();
    assert_eq!((error.code.as_str(), &error.kind), ("no_page", &ErrorKind::Rejected));
    assert!(error.action.contains("role on the Page"), "{}", error.action);
}

#[tokio::test]
async fn a_page_without_a_token_in_its_list_is_asked_for_it() {
    let stage = Stage::new();
    let found = grant(&stage, "marafields").await.unwrap();
    let page = &found.targets[0].remote_id;
    let list = json!({ "data": [{ "id": page, "name": "Listed without" }] });
    stage.script("pages.list", Trouble::Instead(200, list));
    let granted = grant(&stage, "marafields").await.unwrap();
    assert_eq!(granted.targets[0].remote_id, *page);
    assert!(granted.credential.extra["pages"][page].is_string());
    assert_eq!(stage.sent("pages.token").len(), 1);
    // Where there is no business to ask, the login works all the same.
    stage.script("businesses.list", Trouble::Instead(400, error(10, None)));
    assert!(!grant(&stage, "marafields").await.unwrap().targets.is_empty());
    // A Page that gives no token can't be used.
    let list = json!({ "data": [{ "id": page, "name": "Gives none" }] });
    for refusal in [error(10, None), error(100, Some(33))] {
        stage.script("pages.list", Trouble::Instead(200, list.clone()));
        stage.script("businesses.list", Trouble::Instead(200, json!({ "data": [] })));
        stage.script("pages.token", Trouble::Instead(400, refusal));
        assert_eq!(grant(&stage, "marafields").await.unwrap_err().code, "no_page");
    }
}

#[tokio::test]
async fn the_login_is_exchanged_while_it_lives_and_the_pages_with_it() {
    let stage = Stage::new();
    let session = stage.page().await;
    stage.bench.clock.advance(Duration::from_secs(50 * 24 * 3600));
    let before = session.credential();
    session.refresh().await.unwrap();
    let after = session.credential();
    assert!(after.expires_at > before.expires_at);
    assert!(after.extra["pages"][&session.account.remote_id].is_string());
    stage.bench.clock.advance(Duration::from_secs(20 * 24 * 3600));
    assert!(session.publish(&draft("still here", [])).await.is_published());
}

#[tokio::test]
async fn a_page_goes_on_without_the_login_as_long_as_its_own_token_lives() {
    let stage = Stage::new();
    let session = stage.page().await;
    let ended = error(190, Some(463));
    stage.script("oauth.exchange", Trouble::Instead(400, ended.clone()));
    session.refresh().await.unwrap();
    assert!(session.publish(&draft("on its own", [])).await.is_published());
    stage.script("oauth.exchange", Trouble::Instead(400, ended));
    for _ in session.credential().extra["pages"].as_object().unwrap() {
        stage.script("oauth.debug_token", Trouble::Instead(200, json!({ "data": { "is_valid": false } })));
    }
    let error = session.refresh().await.unwrap_err();
    assert_eq!((&error.kind, error.code.as_str()), (&ErrorKind::AuthRevoked, "token_expired"));
}

/// A grant with two Pages, after the login under it has ended; `dead` tells which of the Pages' tokens has too.
async fn without_login(dead: [bool; 2]) -> (Result<Credential, ConnectorError>, [String; 2], Credential) {
    let stage = Stage::new();
    for persona in PERSONAS {
        let Ok(granted) = grant(&stage, persona.key).await else { continue };
        let [one, two, ..] = granted.targets.as_slice() else { continue };
        let mut pages = [one.remote_id.clone(), two.remote_id.clone()];
        pages.sort();
        let mut credential = granted.credential.clone();
        let known = credential.extra["pages"].as_object_mut().unwrap();
        known.retain(|page, _| pages.contains(page));
        stage.script("oauth.exchange", Trouble::Instead(400, error(190, Some(463))));
        let later = stage.bench.clock.now().as_second() + 80 * 24 * 3600;
        for (number, dead) in (0..).zip(dead) {
            let data = json!({
                "is_valid": !dead, "expires_at": 0, "data_access_expires_at": later + number,
            });
            stage.script("oauth.debug_token", Trouble::Instead(200, json!({ "data": data })));
        }
        let settings = stage.bench.settings(&CONNECTOR);
        let cx = stage.bench.auth_cx(&settings, None);
        let first = granted.targets.iter().find(|t| t.remote_id == pages[0]).unwrap();
        let renewed = CONNECTOR.refresh(&cx, first, &credential).await;
        return (renewed, pages, credential);
    }
    panic!("nobody in the sandbox has several Pages");
}

#[tokio::test]
async fn a_page_that_is_lost_takes_no_other_page_with_it() {
    let (renewed, pages, before) = without_login([true, false]).await;
    let renewed = renewed.expect("the second Page lives");
    let known: Vec<&String> = renewed.extra["pages"].as_object().unwrap().keys().collect();
    assert_eq!(known, [&pages[1]], "the first waits for its own reconnection");
    assert_eq!(renewed.access_token, before.access_token);
    let (both, pages, _) = without_login([false, false]).await;
    let both = both.expect("both live");
    assert_eq!(both.extra["pages"].as_object().unwrap().len(), pages.len());
    let (none, ..) = without_login([true, true]).await;
    assert_eq!(none.unwrap_err().kind, ErrorKind::AuthRevoked);
}

#[tokio::test]
async fn pages_without_their_login_are_looked_at_again_when_the_first_of_them_runs_out() {
    let (both, ..) = without_login([false, false]).await;
    let (second, ..) = without_login([true, false]).await;
    let (both, second) = (both.unwrap().expires_at.unwrap(), second.unwrap().expires_at.unwrap());
    assert_eq!(second.as_second() - both.as_second(), 1);
}

#[tokio::test]
async fn revoking_ends_the_whole_login() {
    let stage = Stage::new();
    let session = stage.page().await;
    let credential = session.credential();
    let cx = stage.bench.auth_cx(&session.settings, None);
    CONNECTOR.revoke(&cx, &session.account, &credential).await.unwrap();
    let token = stage.bench.world.tokens().look_up(NAME, credential.access_token.expose());
    assert_eq!(token.map(|(_, state)| state), Some(TokenState::Revoked));
    let outcome = session.publish(&draft("too late", [])).await;
    assert_eq!(outcome.error().map(|e| e.kind.clone()), Some(ErrorKind::AuthRevoked), "{outcome:?}");
    // Once more: it is gone already.
    CONNECTOR.revoke(&cx, &session.account, &credential).await.unwrap();
}
