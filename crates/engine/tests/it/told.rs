//! What networks send by themselves: it brings forward what would have happened anyway, and ends what people took back.

use std::time::Duration;

use carillon_connectors::conformance::Bench;
use carillon_connectors::contract::webhooks::{Address, Incoming};
use carillon_connectors::kit::signature;
use carillon_connectors::sandbox::{Fault, FaultKind, When};
use carillon_domain::account::AccountStatus;
use carillon_domain::error::AppError;
use carillon_domain::id::AccountId;
use carillon_domain::publication::PublicationState;
use carillon_domain::secret::Secret;
use carillon_domain::sync::SyncReason;
use carillon_engine::usecase::posts::{PostInput, WantedStatus};
use carillon_engine::usecase::webhooks::{self, Reply};
use carillon_engine::usecase::{accounts, sync};
use carillon_store::on_both;
use carillon_store::repo::sync_run::ListQuery;
use carillon_store::repo::{grant, remote_post};
use carillon_store::testing::TestDb;
use http::StatusCode;
use serde_json::{Value, json};

use super::support::Stage;

/// What the sandbox's apps sign with.
pub fn secret(bench: &Bench, platform: &str) -> Secret {
    let connector = carillon_connectors::Registry.get(platform).expect("a network");
    bench.settings(connector).secret("client_secret").expect("an app").clone()
}

fn signed(stage: &Stage, platform: &str, body: &Value) -> Incoming {
    let body = body.to_string();
    let proof = signature::sha256(&secret(&stage.bench, platform), &[body.as_bytes()]);
    let header = format!("sha256={}", hex::encode(proof));
    Incoming::delivery(Address::Events, ("x-hub-signature-256", &header), body)
}

pub fn left(stage: &Stage, platform: &str, address: Address, person: &str) -> Incoming {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as base64;
    let now = stage.engine.clock.now().as_second();
    let payload = json!({ "algorithm": "HMAC-SHA256", "issued_at": now, "user_id": person }).to_string();
    let payload = base64.encode(payload);
    let proof = base64.encode(signature::sha256(&secret(&stage.bench, platform), &[payload.as_bytes()]));
    Incoming::delivery(address, ("x-none", "1"), format!("signed_request={proof}.{payload}"))
}

/// The network's own id of who signed in; it is kept with the app.
pub fn own_id(person: Option<String>) -> String {
    let person = person.expect("the network said who signed in");
    person.rsplit(':').next().expect("an id").to_owned()
}

pub async fn hear(stage: &Stage, platform: &str, incoming: &Incoming) -> Reply {
    webhooks::hear(&stage.engine, platform, incoming).await.expect("is heard")
}

async fn remote_id(stage: &Stage, account: AccountId) -> String {
    accounts::get(&stage.engine, &stage.actor, account).await.expect("the account").remote_id
}

async fn runs(stage: &Stage, account: AccountId) -> Vec<SyncReason> {
    let query = ListQuery { account: Some(account), limit: 50, ..ListQuery::default() };
    let (runs, _) = sync::list(&stage.engine, &stage.actor, query).await.expect("the sync log");
    runs.iter().map(|run| run.reason).collect()
}

async fn news(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.through_pages("facebook", None).await;
    stage.run_until_idle().await;
    let before = runs(&stage, account).await;
    stage.bench.clock.advance(Duration::from_secs(1));
    let page = remote_id(&stage, account).await;
    let entry = json!({ "id": page, "time": 1, "changes": [{ "field": "feed", "value": { "item": "comment", "verb": "add" } }] });
    let body = json!({ "object": "page", "entry": [entry.clone(), entry] });
    let forged = Incoming { body: format!(" {body}").into(), ..signed(&stage, "facebook", &body) };
    assert_eq!(hear(&stage, "facebook", &forged).await, Reply::Refused(StatusCode::FORBIDDEN));
    assert_eq!(runs(&stage, account).await, before, "what is forged changes nothing");
    for _ in 0..3 {
        assert_eq!(hear(&stage, "facebook", &signed(&stage, "facebook", &body)).await, Reply::Heard);
    }
    let after = runs(&stage, account).await;
    assert_eq!(after[0], SyncReason::Told);
    assert_eq!(after.len(), before.len() + 1, "told three times, read once: {after:?}");
    // It was read a moment ago; the next reading waits until a minute is over.
    let synced = |row: carillon_store::repo::account::AccountRow| row.synced_at.expect("was read");
    let first = synced(accounts::get(&stage.engine, &stage.actor, account).await.expect("the account"));
    stage.run_due().await;
    stage.bench.clock.advance(Duration::from_secs(61));
    stage.run_due().await;
    let second = synced(accounts::get(&stage.engine, &stage.actor, account).await.expect("the account"));
    assert!(second > first, "{first} {second}");
    // Accounts that nobody connected here, and networks that send nothing.
    let unknown = json!({ "object": "page", "entry": [{ "id": "1", "changes": [{ "field": "feed" }] }] });
    assert_eq!(hear(&stage, "facebook", &signed(&stage, "facebook", &unknown)).await, Reply::Heard);
    let nothing = webhooks::hear(&stage.engine, "bluesky", &forged).await;
    assert!(matches!(nothing, Err(AppError::NotFound { .. })), "{nothing:?}");
}
on_both!(news_are_read_once_and_soon, |t| super::news(t));

async fn processed(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.through_pages("facebook", None).await;
    let film = stage.film().await;
    stage.run_until_idle().await;
    let slow = Fault {
        delay_ms: Some(20_000),
        ..Fault::once("facebook", "*", When::Before, FaultKind::SlowProcessing)
    };
    stage.fault(Fault { count: None, ..slow });
    let post = PostInput {
        text: "A film".into(),
        media: vec![film],
        accounts: vec![account],
        status: WantedStatus::Now,
        ..PostInput::default()
    };
    let post = stage.post(post).await;
    let id = post.publications[0].id;
    while stage.run_due().await > 0 {}
    let waiting = stage.row(id).await;
    assert_eq!(waiting.state, PublicationState::Publishing, "{waiting:?}");
    let page = remote_id(&stage, account).await;
    let change =
        json!({ "field": "feed", "value": { "item": "video", "verb": "add", "from": { "id": page } } });
    let body = json!({ "object": "page", "entry": [{ "id": page, "time": 1, "changes": [change] }] });
    let looked = |row: &carillon_store::repo::publication::PublicationRow| row.updated_at;
    assert_eq!(stage.run_due().await, 0, "it is not time to look again");
    stage.bench.clock.advance(Duration::from_millis(1));
    hear(&stage, "facebook", &signed(&stage, "facebook", &body)).await;
    assert!(stage.run_due().await > 0, "told, it looks at once");
    assert!(looked(&stage.row(id).await) > looked(&waiting));
    stage.run_until_idle().await;
    assert_eq!(stage.publication(&post).await.state, PublicationState::Published);
    assert_eq!(stage.public("A film").len(), 1);
}
on_both!(what_a_network_is_done_with_is_looked_at_at_once, |t| super::processed(t));

async fn removed(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.through_pages("facebook", None).await;
    let row = accounts::get(&stage.engine, &stage.actor, account).await.expect("the account");
    let login =
        grant::find(&stage.engine.db, row.workspace, row.grant).await.expect("reads").expect("a login");
    let person = own_id(login.person);
    stage.bench.clock.advance(Duration::from_secs(5));
    let other = left(&stage, "facebook", Address::Deauthorize, "1");
    assert_eq!(hear(&stage, "facebook", &other).await, Reply::Heard);
    let status =
        async || accounts::get(&stage.engine, &stage.actor, account).await.expect("the account").status;
    assert_eq!(status().await, AccountStatus::Connected, "somebody else left");
    let old = left(&stage, "facebook", Address::Deauthorize, &person);
    assert_eq!(hear(&stage, "facebook", &old).await, Reply::Heard);
    assert_eq!(status().await, AccountStatus::NeedsReconnect);
    // Connected again; the same message, late, is about the login before.
    stage.bench.clock.advance(Duration::from_secs(5));
    assert_eq!(stage.through_pages("facebook", None).await, account);
    assert_eq!(hear(&stage, "facebook", &old).await, Reply::Heard);
    assert_eq!(status().await, AccountStatus::Connected);
}
on_both!(who_takes_the_consent_back_must_connect_again, |t| super::removed(t));

async fn erased(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.through_pages("facebook", None).await;
    stage.now(account, "Will stay at the network").await;
    stage.run_until_idle().await;
    let row = accounts::get(&stage.engine, &stage.actor, account).await.expect("the account");
    let login =
        grant::find(&stage.engine.db, row.workspace, row.grant).await.expect("reads").expect("a login");
    let person = own_id(login.person);
    stage.bench.clock.advance(Duration::from_secs(5));
    let reply = hear(&stage, "facebook", &left(&stage, "facebook", Address::DataDeletion, &person)).await;
    let Reply::Deleting { code } = reply else { panic!("{reply:?}") };
    assert!(code.len() >= 16 && code.chars().all(|c| c.is_ascii_alphanumeric()), "{code}");
    let gone = accounts::get(&stage.engine, &stage.actor, account).await;
    assert!(matches!(gone, Err(AppError::NotFound { .. })), "{gone:?}");
    let login = grant::find(&stage.engine.db, row.workspace, row.grant).await.expect("reads").expect("a row");
    assert_eq!((login.credential, login.person, login.targets.len()), (None, None, 0));
    let read = remote_post::recent(&stage.engine.db, row.workspace, account, 10).await.expect("reads");
    assert!(read.is_empty(), "{read:?}");
    let stands = webhooks::deletion(&stage.engine, "facebook", &code).await.expect("how it stands");
    assert_eq!((stands.network.as_str(), stands.finished_at.is_some()), ("Facebook", true));
    for (platform, code) in [("facebook", "guessed"), ("instagram", code.as_str())] {
        let unknown = webhooks::deletion(&stage.engine, platform, code).await;
        assert!(matches!(unknown, Err(AppError::NotFound { .. })), "{unknown:?}");
    }
}
on_both!(what_is_held_of_a_person_is_deleted_when_they_ask, |t| super::erased(t));

async fn erased_later(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.through_pages("facebook", None).await;
    let row = accounts::get(&stage.engine, &stage.actor, account).await.expect("the account");
    let login =
        grant::find(&stage.engine.db, row.workspace, row.grant).await.expect("reads").expect("a login");
    // Its fate is open: it must not be forgotten what may be public.
    stage.fault(Fault::once("facebook", "commit", When::After, FaultKind::Cut));
    stage.fault(Fault::once("facebook", "posts.visible", When::Before, FaultKind::SlowProcessing));
    let post = stage.now(account, "On its way").await;
    stage.run_due().await;
    assert_eq!(stage.publication(&post).await.state, PublicationState::Publishing);
    let person = own_id(login.person);
    let reply = hear(&stage, "facebook", &left(&stage, "facebook", Address::DataDeletion, &person)).await;
    let Reply::Deleting { code } = reply else { panic!("{reply:?}") };
    let finished =
        async || webhooks::deletion(&stage.engine, "facebook", &code).await.expect("stands").finished_at;
    assert_eq!(finished().await, None, "something is being sent");
    stage.bench.clock.advance(Duration::from_secs(3600));
    stage.run_until_idle().await;
    stage.engine.upkeep().await;
    assert!(finished().await.is_some());
    let gone = accounts::get(&stage.engine, &stage.actor, account).await;
    assert!(matches!(gone, Err(AppError::NotFound { .. })), "{gone:?}");
}
on_both!(what_is_being_sent_is_deleted_afterwards, |t| super::erased_later(t));

/// X says no time of a withdrawal: kept and sent again, it must not end the login that came after.
async fn asked(test: &TestDb) {
    use base64::Engine as _;
    let stage = Stage::new(test).await;
    let secret = Secret::new("consumer secret of the test");
    let stage = stage.with_secret("x", "consumer_secret", &secret).await;
    let account = stage.x().await;
    stage.run_until_idle().await;
    let person = remote_id(&stage, account).await;
    let body =
        json!({ "data": { "event_type": "oauth.revoke", "filter": { "user_id": person } } }).to_string();
    let proof =
        base64::engine::general_purpose::STANDARD.encode(signature::sha256(&secret, &[body.as_bytes()]));
    let header = format!("sha256={proof}");
    let delivery = Incoming::delivery(Address::Events, ("x-twitter-webhooks-signature", &header), body);
    let told = async || {
        stage.bench.clock.advance(Duration::from_secs(120));
        assert_eq!(hear(&stage, "x", &delivery).await, Reply::Heard);
        stage.run_until_idle().await;
        accounts::get(&stage.engine, &stage.actor, account).await.expect("the account").status
    };
    assert_eq!(told().await, AccountStatus::Connected, "X still lets us in");
    let tokens = stage.bench.world.tokens();
    for (token, _) in tokens.list() {
        tokens.revoke("x", &token.value);
    }
    assert_eq!(told().await, AccountStatus::NeedsReconnect);
    assert_eq!(stage.x().await, account);
    assert_eq!(told().await, AccountStatus::Connected, "the new login stands");
}
on_both!(what_x_says_of_a_withdrawal_is_asked_for, |t| super::asked(t));

async fn patient(test: &TestDb) {
    let stage = Stage::new(test).await;
    let account = stage.through_pages("facebook", None).await;
    stage.run_until_idle().await;
    stage.fault(Fault::once("facebook", "commit", When::After, FaultKind::Cut));
    stage.fault(Fault::once("facebook", "posts.visible", When::Before, FaultKind::SlowProcessing));
    let post = stage.now(account, "In doubt").await;
    stage.run_due().await;
    stage.fault(
        Fault::once("facebook", "posts.list", When::Before, FaultKind::RateLimit).reset(900).times(100),
    );
    for _ in 0..300 {
        stage.bench.clock.advance(Duration::from_secs(1));
        stage.run_due().await;
    }
    let progress = stage.row(post.publications[0].id).await.progress.expect("progress");
    assert!(progress["patient_until"].is_string(), "the look is told to wait: {progress}");
    let page = remote_id(&stage, account).await;
    let change =
        json!({ "field": "feed", "value": { "item": "post", "verb": "add", "from": { "id": page } } });
    let body = json!({ "object": "page", "entry": [{ "id": page, "time": 1, "changes": [change] }] });
    let before = stage.row(post.publications[0].id).await.updated_at;
    stage.bench.clock.advance(Duration::from_secs(1));
    hear(&stage, "facebook", &signed(&stage, "facebook", &body)).await;
    stage.run_due().await;
    assert_eq!(stage.row(post.publications[0].id).await.updated_at, before, "the network asked for patience");
    stage.bench.world.faults().clear();
    stage.run_until_idle().await;
    assert_eq!(stage.publication(&post).await.state, PublicationState::Published);
    assert_eq!(stage.public("In doubt").len(), 1);
}
on_both!(news_do_not_break_the_patience_that_a_network_asked_for, |t| super::patient(t));
