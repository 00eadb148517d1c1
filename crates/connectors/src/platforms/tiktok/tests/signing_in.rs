//! Signing in, renewing, ending.

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::secret::Secret;
use carillon_domain::time::{Clock, SignedDuration};
use serde_json::{Value, json};
use url::Url;

use super::canned::{
    Answer, CREATOR, REVOKE, SCOPES, Stage, TOKEN, USER, credential, flat, identity, no, ok,
};
use crate::contract::authorizer::{Authorizer, BeginRequest, Begun, Callback, Granted};
use crate::contract::connector::Connector;
use crate::contract::cx::PlatformSettings;
use crate::platforms::tiktok::CONNECTOR;

fn authorizer() -> &'static dyn Authorizer {
    CONNECTOR.authorizer()
}

fn request(redirect: &str) -> BeginRequest {
    BeginRequest {
        redirect_uri: Url::parse(redirect).expect("url"),
        state: "st4te".to_owned(),
        server: None,
        flavour: Some("tiktok".to_owned()),
    }
}

const WEB: &str = "https://bells.example.com/oauth/tiktok/callback";
const HERE: &str = "http://127.0.0.1:8080/oauth/tiktok/callback";

async fn begin(stage: &Stage, settings: &PlatformSettings, redirect: &str) -> Result<Begun, ConnectorError> {
    authorizer().begin(&stage.bench.auth_cx(settings, None), request(redirect)).await
}

async fn complete(stage: &Stage, redirect: &str, callback: Callback) -> Result<Granted, ConnectorError> {
    let settings = Stage::settings(&[]);
    let cx = stage.bench.auth_cx(&settings, None);
    let begun = authorizer().begin(&cx, request(redirect)).await?;
    authorizer().complete(&cx, begun.pending, callback).await
}

/// The refusal of a login.
async fn refusal(stage: &Stage, callback: Callback) -> ConnectorError {
    complete(stage, WEB, callback).await.expect_err("a refusal")
}

fn code() -> Callback {
    Callback { code: Some(Secret::new("c*de!")), ..Callback::default() }
}

fn token(scope: &str, more: &Value) -> Answer {
    let mut body = json!({
        "open_id": "-000open", "scope": scope, "access_token": "act.new", "expires_in": 7_200,
        "refresh_token": "rft.new", "refresh_expires_in": 15_552_000, "token_type": "Bearer",
    });
    body.as_object_mut().expect("object").extend(more.as_object().cloned().unwrap_or_default());
    flat(200, &body)
}

fn user() -> Answer {
    ok(&json!({ "user": { "open_id": "-000open", "display_name": "Mara Fields", "username": "marafields",
        "avatar_url": "https://p16.tiktokcdn.example/mara.jpeg", "follower_count": 12, "likes_count": 0 } }))
}

fn asked(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(k, _)| k == name).map(|(_, v)| v.into_owned())
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

#[tokio::test]
async fn the_page_is_asked_in_tiktoks_own_words() {
    let stage = Stage::new();
    let url = begin(&stage, &Stage::settings(&[]), WEB).await.expect("begun").authorize_url;
    assert!(url.as_str().starts_with("https://www.tiktok.com/v2/auth/authorize/?"), "{url}");
    let get = |name| asked(&url, name);
    assert_eq!(get("client_key").as_deref(), Some("aw7key"));
    assert_eq!(get("client_id"), None);
    assert_eq!(get("response_type").as_deref(), Some("code"));
    assert_eq!(get("scope").as_deref(), Some(SCOPES), "separated by commas");
    assert_eq!(get("redirect_uri").as_deref(), Some(WEB));
    assert_eq!(get("state").as_deref(), Some("st4te"));
    assert_eq!((get("code_challenge"), get("code_challenge_method")), (None, None));

    // On this machine it is a desktop app, whose challenge is in hex.
    let url = begin(&stage, &Stage::settings(&[]), HERE).await.expect("begun").authorize_url;
    let challenge = asked(&url, "code_challenge").expect("a challenge");
    assert!(
        challenge.len() == 64 && challenge.bytes().all(|b| b"0123456789abcdef".contains(&b)),
        "{challenge}"
    );
    assert_eq!(asked(&url, "code_challenge_method").as_deref(), Some("S256"));
}

#[tokio::test]
async fn only_what_the_app_may_do_is_asked_for() {
    let stage = Stage::new();
    for (permissions, publish, upload) in
        [("all", true, true), ("direct", true, false), ("inbox", false, true), ("read", false, false)]
    {
        let settings = Stage::settings(&[("permissions", permissions)]);
        let url = begin(&stage, &settings, WEB).await.expect("begun").authorize_url;
        let scope = asked(&url, "scope").unwrap_or_default();
        assert!(scope.starts_with("user.info.basic,user.info.profile,user.info.stats,video.list"), "{scope}");
        assert_eq!((scope.contains("video.publish"), scope.contains("video.upload")), (publish, upload));
    }
    let error = begin(&stage, &PlatformSettings::default(), WEB).await.expect_err("no app");
    assert_eq!((error.code.as_str(), &error.kind), ("app_credentials_missing", &ErrorKind::Rejected));
}

#[tokio::test]
async fn a_code_becomes_an_account_with_what_it_may_do() {
    let stage = Stage::new();
    stage.network.on(TOKEN, [token(SCOPES, &json!({}))]).on(USER, [user()]);
    let granted = complete(&stage, WEB, code()).await.expect("connected");
    let expected = [
        ("client_key", "aw7key"),
        ("client_secret", "app-secret"),
        ("grant_type", "authorization_code"),
        ("code", "c*de!"),
        ("redirect_uri", WEB),
    ];
    assert_eq!(stage.network.asked_of(TOKEN)[0].form(), pairs(&expected));
    let (credential, account) = (&granted.credential, &granted.targets[0]);
    let now = stage.bench.clock.now();
    assert_eq!(credential.expires_at, Some(now + SignedDuration::from_hours(2)), "as the answer says");
    assert_eq!(credential.refresh_expires_at, Some(now + SignedDuration::from_hours(180 * 24)));
    assert_eq!(credential.scopes.join(","), SCOPES);
    assert_eq!(
        (account.remote_id.as_str(), account.handle.as_str(), account.name.as_str()),
        ("-000open", "marafields", "Mara Fields")
    );
    assert_eq!(account.avatar_url.as_deref(), Some("https://p16.tiktokcdn.example/mara.jpeg"));
    let creator = &account.meta["creator"];
    assert_eq!(creator["longest_s"], 300);
    assert_eq!(creator["privacy"], json!(["PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"]));
    assert_eq!((&account.meta["direct"], &account.meta["audited"]), (&json!(true), &json!(true)));
    assert!(!account.meta.to_string().contains("act.new"));
}

#[tokio::test]
async fn on_this_machine_the_verifier_is_sent_too() {
    let stage = Stage::new();
    stage.network.on(TOKEN, [token(SCOPES, &json!({ "expires_in": 86_400 }))]).on(USER, [user()]);
    let granted = complete(&stage, HERE, code()).await.expect("connected");
    let form = stage.network.asked_of(TOKEN)[0].form();
    let verifier = form.iter().find(|(k, _)| k == "code_verifier").map(|(_, v)| v.len());
    assert!(verifier.is_some_and(|length| (43..=128).contains(&length)), "{form:?}");
    let now = stage.bench.clock.now();
    assert_eq!(granted.credential.expires_at, Some(now + SignedDuration::from_hours(24)), "the older life");
}

#[tokio::test]
async fn an_account_that_may_not_post_today_is_connected_all_the_same() {
    let stage = Stage::new();
    stage.network.on(TOKEN, [token(SCOPES, &json!({}))]).on(USER, [user()]);
    stage.network.on(CREATOR, [no(403, "spam_risk_too_many_posts")]);
    let granted = complete(&stage, WEB, code()).await.expect("connected");
    assert!(granted.targets[0].meta["creator"].is_null());
}

#[tokio::test]
async fn what_was_unticked_is_named() {
    let stage = Stage::new();
    let some = "user.info.basic,user.info.profile,user.info.stats,video.publish";
    stage.network.on(TOKEN, [token(some, &json!({}))]);
    let error = refusal(&stage, code()).await;
    assert_eq!((error.code.as_str(), &error.kind), ("scope_missing", &ErrorKind::Rejected));
    assert!(error.cause.contains("the list of videos, drafts in the inbox"), "{}", error.cause);
}

#[tokio::test]
async fn refusals_are_told() {
    let stage = Stage::new();
    for (word, told) in [
        ("access_denied", "access_denied"),
        ("invalid_scope", "scope_not_approved"),
        ("server_error", "refused"),
    ] {
        let error = refusal(&stage, Callback { error: Some(word.to_owned()), ..Callback::default() }).await;
        assert_eq!((error.code.as_str(), &error.kind), (told, &ErrorKind::Rejected), "{word}");
        assert!(!error.action.is_empty());
    }
    assert_eq!(refusal(&stage, Callback::default()).await.code, "no_code");
    let old =
        json!({ "error": "invalid_grant", "error_description": "Code is expired.", "log_id": "2026LOG" });
    stage.network.on(TOKEN, [flat(400, &old)]);
    let error = refusal(&stage, code()).await;
    assert_eq!((error.code.as_str(), &error.kind), ("code_expired", &ErrorKind::Rejected));
    assert_eq!(error.remote.request_id.as_deref(), Some("2026LOG"));
    assert_eq!(error.remote.message.as_deref(), Some("Code is expired."));
}

#[tokio::test]
async fn each_refresh_gives_a_new_refresh_token() {
    let stage = Stage::new();
    stage.network.on(TOKEN, [token(SCOPES, &json!({}))]);
    let settings = Stage::settings(&[]);
    let cx = stage.bench.auth_cx(&settings, None);
    let old = credential(SCOPES);
    let fresh = authorizer().refresh(&cx, &identity(), &old).await.expect("renewed");
    let form = stage.network.asked_of(TOKEN)[0].form();
    let get = |name: &str| form.iter().find(|(k, _)| k == name).map(|(_, v)| v.as_str());
    assert_eq!((get("grant_type"), get("refresh_token")), (Some("refresh_token"), Some("rft.refresh")));
    assert_eq!(fresh.refresh_token.as_ref().map(Secret::expose), Some("rft.new"));
    assert_eq!(fresh.access_token.expose(), "act.new");
    assert_eq!(fresh.extra, old.extra, "uploads that are under way go on");
    assert!(authorizer().single_use_refresh() && authorizer().refreshable(&fresh));

    // Older answers may leave it out.
    stage.network.on(TOKEN, [token("", &json!({ "refresh_token": "" }))]);
    let fresh = authorizer().refresh(&cx, &identity(), &old).await.expect("renewed");
    assert_eq!(fresh.refresh_token.as_ref().map(Secret::expose), Some("rft.refresh"));
    assert_eq!(fresh.scopes, old.scopes);
}

#[tokio::test]
async fn a_refresh_whose_answer_is_lost_says_so() {
    let revoked =
        json!({ "error": "invalid_grant", "error_description": "Refresh token is invalid.", "log_id": "1" });
    let oddity = Answer::Reply(200, vec![], "{\"data\":{}}".to_owned());
    for (answer, kind) in [
        (Answer::Lost, ErrorKind::Ambiguous),
        // Whether the old token still works, the next try says.
        (Answer::Reply(502, vec![], String::new()), ErrorKind::Transient),
        (oddity, ErrorKind::Ambiguous),
        (flat(400, &revoked), ErrorKind::AuthRevoked),
        // TikTok refuses with a good status, too.
        (flat(200, &revoked), ErrorKind::AuthRevoked),
    ] {
        let stage = Stage::new();
        stage.network.on(TOKEN, [answer.clone()]);
        let settings = Stage::settings(&[]);
        let cx = stage.bench.auth_cx(&settings, None);
        let error = authorizer().refresh(&cx, &identity(), &credential(SCOPES)).await.expect_err("refused");
        assert_eq!(error.kind, kind, "{answer:?}");
        assert_eq!(stage.network.asked_of(TOKEN).len(), 1, "a token that may be used up is not sent again");
    }
}

#[tokio::test]
async fn a_grant_is_ended_and_one_that_is_gone_is_no_trouble() {
    let gone = json!({ "error": "invalid_grant", "error_description": "gone", "log_id": "1" });
    for (answer, fine) in [
        (Answer::Reply(200, vec![], String::new()), true),
        (flat(400, &gone), true),
        (Answer::Reply(503, vec![], String::new()), false),
        (flat(200, &json!({ "error": "invalid_client" })), false),
    ] {
        let stage = Stage::new();
        stage.network.on(REVOKE, [answer.clone()]);
        let settings = Stage::settings(&[]);
        let cx = stage.bench.auth_cx(&settings, None);
        let ended = authorizer().revoke(&cx, &identity(), &credential(SCOPES)).await;
        assert_eq!(ended.is_ok(), fine, "{answer:?}: {ended:?}");
        let expected = [("client_key", "aw7key"), ("client_secret", "app-secret"), ("token", "act.access")];
        assert_eq!(stage.network.asked_of(REVOKE)[0].form(), pairs(&expected));
    }
}

#[tokio::test]
async fn a_grant_whose_token_has_run_out_is_ended_by_a_fresh_one() {
    let expired = || no(401, "access_token_invalid");
    let ended = |more: Answer, token: Answer| async move {
        let stage = Stage::new();
        stage.network.on(REVOKE, [expired(), more]).on(TOKEN, [token]);
        let settings = Stage::settings(&[]);
        let cx = stage.bench.auth_cx(&settings, None);
        let ended = authorizer().revoke(&cx, &identity(), &credential(SCOPES)).await;
        let forms: Vec<_> = stage.network.asked_of(REVOKE).iter().map(|asked| asked.form()).collect();
        (ended, forms)
    };
    let done = || Answer::Reply(200, vec![], String::new());
    let (result, forms) = ended(done(), token(SCOPES, &json!({}))).await;
    assert!(result.is_ok(), "{result:?}");
    assert!(forms[1].contains(&("token".to_owned(), "act.new".to_owned())), "{forms:?}");

    let gone = json!({ "error": "invalid_grant", "error_description": "gone", "log_id": "1" });
    let (result, forms) = ended(done(), flat(400, &gone)).await;
    assert!(result.is_ok() && forms.len() == 1, "nothing is left to end: {result:?}");
    let (result, _) = ended(done(), Answer::Reply(503, vec![], String::new())).await;
    assert!(result.is_err(), "it may still be alive");
}
