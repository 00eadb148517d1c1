//! What the kept numbers say, by API: shapes that others rely on, wrong parameters, other workspaces.

use std::sync::Arc;

use axum::http::{Method, StatusCode};
use carillon_connectors::sandbox::Sandbox;
use carillon_connectors::sandbox::persona::PERSONAS;
use carillon_domain::id::{AccountId, Id, WorkspaceId};
use carillon_domain::metric::{Observation, Reading};
use carillon_domain::permission::Role;
use carillon_domain::secret::Secret;
use carillon_domain::time::{Clock, Timestamp};
use carillon_engine::Actor;
use carillon_engine::runner::{Runner, RunnerConfig};
use carillon_engine::usecase::connect::{self, Begun, ConnectRequest};
use carillon_engine::usecase::posts::{self, PostInput, WantedStatus};
use carillon_store::StoreError;
use carillon_store::repo::snapshot::{self, Subject};
use serde_json::{Value, json};

use crate::support::TestApp;

/// Every address, with parameters that are good.
const ALL: [&str; 6] = [
    "summary",
    "series?metric=followers&granularity=day",
    "posts",
    "top-posts?limit=5",
    "audience?granularity=day",
    "best-times",
];

pub fn owner(workspace: WorkspaceId) -> Actor {
    let timezone = "UTC".to_owned();
    Actor { workspace, role: Role::Owner, user: None, token: None, timezone, session_hash: None }
}

/// An account of the first persona, with a post that was made here, read once.
pub async fn read_account(app: &TestApp, sandbox: &Sandbox, workspace: WorkspaceId) -> AccountId {
    let login = sandbox.login("bluesky", &PERSONAS[0]).expect("login");
    let request = ConnectRequest {
        server: login.server.as_deref().map(|s| s.parse().expect("url")),
        identifier: Some(login.identifier),
        app_password: Some(Secret::new(login.app_password)),
        ..ConnectRequest::default()
    };
    let actor = owner(workspace);
    let begun = connect::begin(&app.engine, &actor, "bluesky", request).await.expect("connects");
    let Begun::Connected { accounts, .. } = begun else { panic!("app passwords connect at once") };
    let account = accounts[0].id;
    let post = PostInput {
        text: "Ours & <b>bold</b>".into(),
        accounts: vec![account],
        status: WantedStatus::Now,
        tags: vec!["launch".into()],
        campaign: Some("Spring".into()),
        ..PostInput::default()
    };
    posts::create(&app.engine, &actor, post).await.expect("post");
    work(app).await;
    app.clock.advance(std::time::Duration::from_secs(60));
    carillon_engine::usecase::sync::request(&app.engine, &actor, account).await.expect("a run");
    work(app).await;
    account
}

/// A look at the followers of an account.
pub async fn look(app: &TestApp, workspace: WorkspaceId, account: AccountId, at: Timestamp, followers: i64) {
    let seen =
        Observation { as_of: at, readings: vec![Reading::new("followers", followers, "followersCount")] };
    let run = Id::new(app.engine.clock.as_ref(), app.engine.entropy.as_ref());
    let subject = Subject::account(workspace, account);
    let done =
        app.engine.db.write(move |tx| Box::pin(async move { snapshot::add(tx, subject, run, &seen).await }));
    done.await.map_err(|e: StoreError| e.to_string()).expect("a look");
}

/// What is due is done.
pub async fn work(app: &TestApp) {
    let runner = Runner::new(Arc::clone(&app.engine), RunnerConfig::default());
    runner.run_due(100).await.expect("runs");
}

async fn asked(app: &TestApp, token: &str, what: &str) -> Value {
    let answer = app.api(Method::GET, &format!("/api/v1/analytics/{what}"), token, None).await;
    assert_eq!(answer.status, StatusCode::OK, "{what}: {}", answer.text());
    answer.json()
}

#[tokio::test]
async fn an_account_that_was_read_has_numbers() {
    let (app, sandbox) = TestApp::networked(&[]).await;
    let (made, token) = app.stranger("ada@example.com", Role::Owner).await;
    let account = read_account(&app, &sandbox, made.workspace.id).await;
    let followers = i64::try_from(PERSONAS[0].followers_at("bluesky", app.clock.now())).expect("a number");

    let summary = asked(&app, &token, "summary").await;
    assert_eq!((&summary["accounts"], &summary["timezone"]), (&json!(1), &json!(made.workspace.timezone)));
    let number = &summary["followers"];
    assert_eq!((&number["value"], &number["unit"]), (&json!(followers), &json!("accounts")), "{summary:#}");
    assert_eq!(number["definition"], "followers@1");
    assert_eq!(number["sources"], json!(["bluesky:followersCount"]));
    assert_eq!((&number["previous"], &number["change"]), (&Value::Null, &Value::Null), "it just came");
    assert!(number["as_of"].is_string());
    assert_eq!(
        (&summary["posts"]["value"], &summary["posts"]["definition"]),
        (&json!(1), &json!("published@1"))
    );
    let given = ["likes", "comments", "shares", "saves"];
    let found = asked(&app, &token, "posts").await;
    let post = &found["items"][0];
    let engagements: i64 = given.iter().filter_map(|name| post["numbers"][*name]["value"].as_i64()).sum();
    assert_eq!(
        (&summary["engagements"]["value"], &summary["views"]["value"]),
        (&json!(engagements), &Value::Null)
    );
    let sources =
        json!(["bluesky:bookmarkCount", "bluesky:likeCount", "bluesky:replyCount", "bluesky:repostCount"]);
    assert_eq!(summary["engagements"]["sources"], sources, "which parts there are: {summary:#}");
    let rate = &summary["engagement_rate"];
    let points = (2 * engagements * 10_000 + followers) / (2 * followers);
    assert_eq!((&rate["basis"], &rate["value"]), (&json!("followers"), &json!(points)), "{summary:#}");
    assert_eq!(
        (&rate["unit"], &rate["definition"]),
        (&json!("basis points"), &json!("engagement_rate_by_followers@1"))
    );
    assert_eq!(summary["items"][0]["platform"], "bluesky");
    assert_eq!(summary["items"][0]["followers"]["value"], json!(followers));

    assert_eq!(summary["compare"], "previous");
    assert_eq!(summary["previous_to"], summary["from"]);
    let year = asked(&app, &token, "summary?compare=year&from=2026-11-01&to=2026-11-24").await;
    assert_eq!(
        (&year["compare"], &year["previous_from"], &year["previous_to"]),
        (&json!("year"), &json!("2025-11-01T00:00:00Z"), &json!("2025-11-25T00:00:00Z"),)
    );
    assert_eq!(year["followers"]["value"], json!(followers));

    let series = asked(&app, &token, "series").await;
    assert_eq!((&series["metric"], &series["definition"]), (&json!("followers"), &json!("followers@1")));
    let points = series["points"].as_array().expect("points");
    assert_eq!(points.len(), 30);
    assert_eq!((&points[29]["value"], &points[0]["value"]), (&json!(followers), &Value::Null));
    assert!(points.iter().all(|point| point["t"].is_string()) && series["notes"].is_array());

    let posts = asked(&app, &token, "posts?sort=likes&order=asc").await;
    let post = &posts["items"][0];
    assert_eq!(
        (&post["account"], &post["text"]),
        (&json!(account.to_string()), &json!("Ours & <b>bold</b>"))
    );
    assert!(post["post"].as_str().is_some_and(|id| id.starts_with("post_")), "{post:#}");
    assert_eq!(
        (&post["numbers"]["likes"]["unit"], &post["numbers"]["views"]["value"]),
        (&json!("likes"), &Value::Null)
    );
    assert_eq!(posts["next_cursor"], Value::Null);

    let top = asked(&app, &token, "top-posts").await;
    assert_eq!((&top["minimum_views"], top["items"].as_array().map(Vec::len)), (&json!(100), Some(1)));
    assert_eq!(top["items"][0]["engagement_rate"]["basis"], "followers");

    for (filter, accounts, posts) in [
        ("tag=launch", 1, 1),
        ("tag=other", 1, 0),
        ("platform=bluesky", 1, 1),
        ("platform=mastodon", 0, 0),
        ("creator=creator_1", 0, 0),
        ("account=&platform=&tag=&campaign=", 1, 1),
        ("campaign=Spring", 1, 1),
        ("campaign=Spring&tag=other", 1, 0),
        ("campaign=spring", 1, 0),
        ("from=2020-01-01&to=2020-02-01", 1, 0),
    ] {
        for what in ALL {
            let joint = if what.contains('?') { '&' } else { '?' };
            let found = asked(&app, &token, &format!("{what}{joint}{filter}")).await;
            assert_eq!(found["accounts"], accounts, "{what} {filter}: {found:#}");
            if what == "posts" || what.starts_with("top-posts") {
                assert_eq!(found["items"].as_array().map(Vec::len), Some(posts), "{what} {filter}");
            }
        }
    }
}

#[tokio::test]
async fn without_accounts_there_is_nothing_and_no_error() {
    let (app, sandbox) = TestApp::networked(&[]).await;
    let (made, _) = app.stranger("ada@example.com", Role::Owner).await;
    let account = read_account(&app, &sandbox, made.workspace.id).await;
    let (_, theirs) = app.stranger("eve@example.com", Role::Owner).await;
    for what in ALL {
        let joint = if what.contains('?') { '&' } else { '?' };
        for query in [what.to_owned(), format!("{what}{joint}account={account}")] {
            let found = asked(&app, &theirs, &query).await;
            assert_eq!(found["accounts"], 0, "{query}: {found:#}");
            let list = found.get("items").or(found.get("points")).expect("a list");
            assert_eq!(list, &json!([]), "{query}");
            assert!(!found.to_string().contains(&account.to_string()), "{query} tells of it");
        }
    }
    let summary = asked(&app, &theirs, "summary").await;
    for name in ["followers", "views", "reach", "engagements", "engagement_rate", "posts"] {
        assert_eq!(summary[name]["value"], Value::Null, "{name} is not zero");
    }
}

#[tokio::test]
async fn wrong_parameters_are_named() {
    let app = TestApp::with(&[]).await;
    let (_, token) = app.stranger("ada@example.com", Role::Analyst).await;
    for (query, field) in [
        ("summary?from=yesterday", "from"),
        ("summary?to=2026-02-30", "to"),
        ("series?from=2026-02-03&to=2026-02-01", "from"),
        ("posts?account=me", "account"),
        ("top-posts?platform=friendster", "platform"),
        ("audience?account=me", "account"),
        ("audience?granularity=hour", "granularity"),
        ("audience?from=yesterday", "from"),
        ("best-times?account=me", "account"),
        ("best-times?platform=friendster", "platform"),
        ("top-posts?limit=0", "limit"),
        ("top-posts?limit=x", "limit"),
        ("posts?limit=101", "limit"),
        ("posts?sort=hugs", "sort"),
        ("posts?order=up", "order"),
        ("posts?cursor=post_1", "cursor"),
        ("series?metric=hugs", "metric"),
        ("series?granularity=hour", "granularity"),
        ("summary?tag=a%00b", "tag"),
        ("summary?compare=century", "compare"),
    ] {
        let answer = app.api(Method::GET, &format!("/api/v1/analytics/{query}"), &token, None).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}: {}", answer.text());
        assert_eq!(answer.json()["errors"][0]["field"], field, "{query}: {}", answer.text());
    }
    let (_, client) = app.stranger("client@example.com", Role::Client).await;
    for what in ALL {
        let answer = app.api(Method::GET, &format!("/api/v1/analytics/{what}"), &client, None).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{what}");
    }
}
