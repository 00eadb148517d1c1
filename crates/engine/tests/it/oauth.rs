//! Coming back from a network's pages: what connects, and what must not.

use std::time::Duration;

use carillon_connectors::contract::authorizer::Callback;
use carillon_connectors::sandbox::{TokenKind, TokenState, testing};
use carillon_domain::account::AccountStatus;
use carillon_domain::error::AppError;
use carillon_domain::id::{ConnectId, GrantId};
use carillon_domain::secret::Secret;
use carillon_engine::Actor;
use carillon_engine::usecase::connect::{self, Begun, CallbackQuery, ConnectRequest};
use carillon_engine::usecase::{accounts, credentials};
use carillon_store::on_both;
use carillon_store::repo::connect::ConnectRow;
use carillon_store::repo::grant;
use carillon_store::testing::TestDb;
use url::Url;

use crate::support::{Stage, new_workspace};

/// A network with redirect, two login flavours, and several accounts under one of them.
const NETWORK: &str = "instagram";
const PERSONA: &str = "marafields";

struct Trip {
    connect: ConnectId,
    back: Url,
}

impl Trip {
    /// The callback as the network sends it, in the browser that began.
    fn query(&self, actor: &Actor) -> CallbackQuery {
        let get = |name: &str| self.back.query_pairs().find(|(k, _)| k == name).map(|(_, v)| v.into_owned());
        CallbackQuery {
            state: get("state").expect("a state"),
            callback: Callback {
                code: get("code").map(Secret::new),
                error: get("error"),
                error_description: get("error_description"),
            },
            session_hash: actor.session_hash.clone(),
        }
    }
}

async fn begin(stage: &Stage, actor: &Actor, flavour: Option<&str>) -> (ConnectId, Url) {
    let request = ConnectRequest {
        flavour: flavour.map(str::to_owned),
        return_to: Some("/somewhere".into()),
        ..ConnectRequest::default()
    };
    match connect::begin(&stage.engine, actor, NETWORK, request).await.expect("begins") {
        Begun::Redirect { connect, authorize_url } => (connect, authorize_url),
        Begun::Connected { .. } => panic!("there are pages to visit first"),
    }
}

async fn visit(stage: &Stage, actor: &Actor, flavour: Option<&str>) -> Trip {
    let (connect, authorize_url) = begin(stage, actor, flavour).await;
    Trip { connect, back: testing::approve(&stage.bench.sandbox, &authorize_url, PERSONA).await }
}

async fn complete(stage: &Stage, query: CallbackQuery) -> Result<ConnectRow, AppError> {
    connect::complete(&stage.engine, NETWORK, query).await
}

fn code(result: Result<ConnectRow, AppError>) -> String {
    match result {
        Err(AppError::Invalid(errors)) => errors[0].code.clone(),
        Ok(row) => row.status,
        Err(other) => panic!("{other:?}"),
    }
}

async fn count(stage: &Stage, actor: &Actor) -> usize {
    accounts::list(&stage.engine, actor).await.expect("list").len()
}

async fn again(test: &TestDb) {
    let stage = Stage::new(test).await;
    let trip = visit(&stage, &stage.actor, None).await;
    let done = complete(&stage, trip.query(&stage.actor)).await.expect("connects");
    assert_eq!((done.status.as_str(), done.return_to.as_deref()), ("connected", Some("/somewhere")));
    let first = accounts::get(&stage.engine, &stage.actor, done.accounts[0]).await.expect("account");
    let seen = connect::status(&stage.engine, &stage.actor, trip.connect).await.expect("status");
    assert_eq!((seen.status, seen.accounts, seen.pending), ("connected".into(), vec![first.id], None));

    let trip = visit(&stage, &stage.actor, None).await;
    let done = complete(&stage, trip.query(&stage.actor)).await.expect("connects again");
    assert_eq!(
        (done.accounts, count(&stage, &stage.actor).await),
        (vec![first.id], 1),
        "the account keeps its row"
    );
    let second = accounts::get(&stage.engine, &stage.actor, first.id).await.expect("account");
    assert_ne!(first.grant, second.grant);
    let old = grant::find(&stage.engine.db, first.workspace, first.grant).await.expect("reads").expect("row");
    assert_eq!((old.status.as_str(), old.credential), ("erased", None), "nobody needs the old tokens");
}
on_both!(connecting_again_keeps_the_account, |t| super::again(t));

async fn bad_states(test: &TestDb) {
    let stage = Stage::new(test).await;
    let actor = &stage.actor;
    let trip = visit(&stage, actor, None).await;
    let good = trip.query(actor);

    let forged = CallbackQuery { state: "0".repeat(good.state.len()), ..good.clone() };
    assert_eq!(code(complete(&stage, forged).await), "unknown_state");
    assert_eq!(
        code(complete(&stage, CallbackQuery { state: String::new(), ..good.clone() }).await),
        "unknown_state"
    );
    for session_hash in [None, Some(vec![9; 32])] {
        let moved = CallbackQuery { session_hash, ..good.clone() };
        assert_eq!(code(complete(&stage, moved).await), "other_browser");
    }
    let elsewhere = connect::complete(&stage.engine, "bluesky", good.clone()).await;
    assert_eq!(code(elsewhere), "unknown_state", "a state belongs to its network");
    assert_eq!(count(&stage, actor).await, 0);

    assert_eq!(code(complete(&stage, good.clone()).await), "connected", "all that did it no harm");
    assert_eq!(code(complete(&stage, good).await), "unknown_state", "a replay");
    assert_eq!(count(&stage, actor).await, 1);

    let late = visit(&stage, actor, None).await;
    stage.bench.clock.advance(Duration::from_secs(15 * 60 + 1));
    assert_eq!(code(complete(&stage, late.query(actor)).await), "expired_state");
    stage.engine.upkeep().await;
    let seen = connect::status(&stage.engine, actor, late.connect).await.expect("status");
    assert_eq!((seen.status.as_str(), seen.pending), ("failed", None), "what was remembered is forgotten");
    assert_eq!(seen.error.map(|e| e.code).as_deref(), Some("expired"), "and it says why");
    assert_eq!(code(complete(&stage, late.query(actor)).await), "expired_state", "also after upkeep");
}
on_both!(a_bad_state_connects_nothing, |t| super::bad_states(t));

async fn at_once(test: &TestDb) {
    let stage = Stage::new(test).await;
    let trip = visit(&stage, &stage.actor, None).await;
    let query = trip.query(&stage.actor);
    let (a, b) = tokio::join!(complete(&stage, query.clone()), complete(&stage, query));
    let mut codes = [code(a), code(b)];
    codes.sort();
    assert_eq!(codes, ["connected", "unknown_state"]);
}
on_both!(of_two_equal_callbacks_one_counts, |t| super::at_once(t));

async fn refusal(test: &TestDb) {
    let stage = Stage::new(test).await;
    let (connect, authorize_url) = begin(&stage, &stage.actor, None).await;
    let back = testing::refuse(&stage.bench.sandbox, &authorize_url, PERSONA).await;
    let trip = Trip { connect, back };
    let done = complete(&stage, trip.query(&stage.actor)).await.expect("an answer, not a failure of ours");
    assert_eq!(done.status, "failed");
    let seen = connect::status(&stage.engine, &stage.actor, connect).await.expect("status");
    let error = seen.error.expect("why");
    assert_eq!(error.code, "access_denied");
    assert!(!error.cause.is_empty() && !error.action.is_empty(), "{error:?}");
    let stranger = new_workspace(&stage.engine, "UTC").await;
    let foreign = connect::status(&stage.engine, &stranger, connect).await;
    assert!(matches!(foreign, Err(AppError::NotFound { .. })));
    assert_eq!(count(&stage, &stage.actor).await, 0);
}
on_both!(a_refused_login_says_so, |t| super::refusal(t));

async fn by_token(test: &TestDb) {
    let stage = Stage::new(test).await;
    let robot = Actor { user: None, session_hash: None, ..stage.actor.clone() };
    let trip = visit(&stage, &robot, None).await;
    let without_cookie = CallbackQuery { session_hash: None, ..trip.query(&robot) };
    let done = complete(&stage, without_cookie).await.expect("connects");
    assert_eq!((done.workspace, count(&stage, &robot).await), (robot.workspace, 1));
    let stranger = new_workspace(&stage.engine, "UTC").await;
    assert_eq!(count(&stage, &stranger).await, 0);
    let trip = visit(&stage, &robot, None).await;
    let any_browser = CallbackQuery { session_hash: stranger.session_hash.clone(), ..trip.query(&robot) };
    let done = complete(&stage, any_browser).await.expect("connects");
    assert_eq!(
        done.workspace, robot.workspace,
        "it belongs to the token's workspace, whoever's browser it was"
    );
}
on_both!(a_state_begun_by_token_needs_no_cookie, |t| super::by_token(t));

async fn choosing(test: &TestDb) {
    let stage = Stage::new(test).await;
    let actor = &stage.actor;
    let trip = visit(&stage, actor, Some("facebook")).await;
    let done = complete(&stage, trip.query(actor)).await.expect("completes");
    let id: GrantId = done.grant.expect("a login");
    let found = connect::targets(&stage.engine, actor, id).await;
    let targets = found.expect("targets").targets;
    assert!(targets.len() > 1, "there is something to choose");
    assert_eq!((done.status.as_str(), count(&stage, actor).await), ("choose", 0));
    let stranger = new_workspace(&stage.engine, "UTC").await;
    let wanted = vec![targets[0].remote_id.clone()];
    let foreign = connect::choose(&stage.engine, &stranger, id, &wanted).await;
    assert!(matches!(foreign, Err(AppError::NotFound { .. })));
    for (chosen, field) in [(vec![], "targets"), (vec![wanted[0].clone(), "made up".into()], "targets.1")] {
        match connect::choose(&stage.engine, actor, id, &chosen).await {
            Err(AppError::Invalid(errors)) => assert_eq!(errors[0].field, field),
            other => panic!("{other:?}"),
        }
    }
    let chosen = connect::choose(&stage.engine, actor, id, &wanted).await.expect("chosen");
    assert_eq!((chosen[0].status, count(&stage, actor).await), (AccountStatus::Connected, 1));
    credentials::credential(&stage.engine, &chosen[0], false).await.expect("it can be used");

    let both: Vec<String> = targets.iter().take(2).map(|t| t.remote_id.clone()).collect();
    let chosen = connect::choose(&stage.engine, actor, id, &both).await.expect("one more");
    assert_eq!(count(&stage, actor).await, 2, "the first one is the same account");
    let (first, second) = (&chosen[0], &chosen[1]);
    accounts::disconnect(&stage.engine, actor, first.id, None, false).await.expect("disconnected");
    credentials::credential(&stage.engine, second, false).await.expect("the other one still works");
    accounts::disconnect(&stage.engine, actor, second.id, None, true).await.expect("erased");
    let row = grant::find(&stage.engine.db, first.workspace, id).await.expect("reads").expect("row");
    assert_eq!((row.status.as_str(), row.credential, count(&stage, actor).await), ("erased", None, 1));
    let live = stage.bench.world.tokens().list().into_iter().filter(|(token, state)| {
        token.platform == NETWORK && token.kind == TokenKind::Access && *state == TokenState::Live
    });
    assert_eq!(live.count(), 0, "the network was told");
}
on_both!(targets_are_chosen_under_a_login, |t| super::choosing(t));

async fn abandoned(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.bluesky().await;
    let row = accounts::get(&stage.engine, &stage.actor, account).await.expect("account");
    let (workspace, id) = (row.workspace, row.grant);
    stage.bench.clock.advance(Duration::from_secs(25 * 3600));
    stage.engine.upkeep().await;
    let kept = grant::find(&stage.engine.db, workspace, id).await.expect("reads").expect("row");
    assert!(kept.credential.is_some(), "a login with an account stays");
    let removed = stage.engine.db.write(move |tx| {
        Box::pin(async move { carillon_store::repo::account::delete(tx, workspace, account).await })
    });
    removed.await.expect("removed");
    stage.engine.upkeep().await;
    let gone = grant::find(&stage.engine.db, workspace, id).await.expect("reads").expect("row");
    assert_eq!((gone.status.as_str(), gone.credential), ("erased", None));
}
on_both!(tokens_without_an_account_are_forgotten, |t| super::abandoned(t));

async fn wishes(test: &TestDb) {
    let stage = Stage::new(test).await;
    let refused = |request: ConnectRequest, network: &'static str| {
        let (engine, actor) = (stage.engine.clone(), stage.actor.clone());
        async move { connect::begin(&engine, &actor, network, request).await.map(|_| ()) }
    };
    for elsewhere in ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"] {
        let request = ConnectRequest { return_to: Some(elsewhere.into()), ..ConnectRequest::default() };
        match refused(request, NETWORK).await {
            Err(AppError::Invalid(errors)) => assert_eq!(errors[0].field, "return_to", "{elsewhere}"),
            other => panic!("{elsewhere}: {other:?}"),
        }
    }
    let flavour = ConnectRequest { flavour: Some("vanilla".into()), ..ConnectRequest::default() };
    assert!(matches!(refused(flavour, NETWORK).await, Err(AppError::Invalid(_))));
    let unknown = refused(ConnectRequest::default(), "nowhere").await;
    assert!(matches!(unknown, Err(AppError::NotFound { .. })));
    let editor = Actor { role: carillon_domain::permission::Role::Editor, ..stage.actor.clone() };
    let forbidden = connect::begin(&stage.engine, &editor, NETWORK, ConnectRequest::default()).await;
    assert!(matches!(forbidden.map(|_| ()), Err(AppError::Forbidden { .. })));
}
on_both!(wrong_wishes_are_named, |t| super::wishes(t));
