use std::time::Duration;

use carillon_domain::id::Id;
use carillon_domain::permission::Role;
use carillon_domain::secret::Secret;
use carillon_domain::time::{ManualClock, SeededEntropy, Timestamp};
use carillon_store::on_both;
use carillon_store::seal::KeyRing;
use carillon_store::testing::TestDb;

use super::*;

struct World {
    answers: Answers,
    clock: Arc<ManualClock>,
    actor: Actor,
}

async fn world(test: &TestDb) -> World {
    let clock = Arc::new(ManualClock::new(Timestamp::from_second(1_800_000_000).expect("time")));
    let entropy = Arc::new(SeededEntropy::new(3));
    let ring = KeyRing::parse(&Secret::new("ab".repeat(32))).expect("ring");
    let sealer = Sealer::load(&test.db, ring, clock.as_ref(), entropy.as_ref()).await.expect("sealer");
    let actor = actor(&clock, &entropy);
    World { answers: Answers::new(test.db.clone(), Arc::new(sealer), clock.clone(), entropy), clock, actor }
}

fn actor(clock: &ManualClock, entropy: &SeededEntropy) -> Actor {
    Actor {
        workspace: Id::new(clock, entropy),
        role: Role::Editor,
        user: None,
        token: Some(Id::new(clock, entropy)),
        timezone: "UTC".into(),
        session_hash: None,
    }
}

fn code(result: Result<Begin, AppError>) -> String {
    match result {
        Ok(Begin::Run(_)) => "run".into(),
        Ok(Begin::Repeat(answer)) => format!("{} {}", answer.status, String::from_utf8_lossy(&answer.body)),
        Err(AppError::Conflict { code, .. }) => code.into(),
        Err(AppError::Invalid(errors)) => errors[0].code.clone(),
        Err(other) => panic!("{other:?}"),
    }
}

const REQUEST: &[&[u8]] = &[b"POST", b"/api/v1/posts", b"{\"text\":\"hello\"}"];

async fn repeats(test: &TestDb) {
    let w = world(test).await;
    let Ok(Begin::Run(taken)) = w.answers.begin(&w.actor, "k1", REQUEST).await else { panic!("first") };
    assert_eq!(code(w.answers.begin(&w.actor, "k1", REQUEST).await), "in_progress");
    let answer = Answer {
        status: 201,
        content_type: "application/json".into(),
        body: b"{\"id\":\"post_1\"}".to_vec(),
    };
    w.answers.keep(taken, &answer).await.expect("kept");
    let again = w.answers.begin(&w.actor, "k1", REQUEST).await;
    let Ok(Begin::Repeat(kept)) = again else { panic!("repeat") };
    assert!(kept == answer, "to the byte");
    let other: &[&[u8]] = &[b"POST", b"/api/v1/posts", b"{\"text\":\"other\"}"];
    assert_eq!(code(w.answers.begin(&w.actor, "k1", other).await), "key_reused");
    let shifted: &[&[u8]] = &[b"POST", b"/api/v1/post", b"s{\"text\":\"hello\"}"];
    assert_eq!(code(w.answers.begin(&w.actor, "k1", shifted).await), "key_reused");
    let somebody = actor(&w.clock, &SeededEntropy::new(50));
    assert_eq!(code(w.answers.begin(&somebody, "k1", REQUEST).await), "run", "keys are per caller");
    w.clock.advance(Duration::from_secs(24 * 3600));
    assert_eq!(code(w.answers.begin(&w.actor, "k1", REQUEST).await), "run", "forgotten after a day");
    assert_eq!(w.answers.sweep().await.expect("sweep"), 1);
}
on_both!(the_same_request_gets_the_same_answer, |t| super::repeats(t));

async fn died(test: &TestDb) {
    let w = world(test).await;
    assert_eq!(code(w.answers.begin(&w.actor, "k", REQUEST).await), "run");
    w.clock.advance(Duration::from_secs(600));
    assert_eq!(code(w.answers.begin(&w.actor, "k", REQUEST).await), "outcome_unknown");
    let Ok(Begin::Run(taken)) = w.answers.begin(&w.actor, "refused", REQUEST).await else { panic!("first") };
    w.answers.release(taken).await.expect("given back");
    assert_eq!(code(w.answers.begin(&w.actor, "refused", REQUEST).await), "run");
    let long = "x".repeat(256);
    for bad in ["", "with\nbreak", long.as_str()] {
        assert_eq!(code(w.answers.begin(&w.actor, bad, REQUEST).await), "invalid_key");
    }
}
on_both!(a_request_that_died_is_not_run_again, |t| super::died(t));

async fn once(test: &TestDb) {
    let w = world(test).await;
    let tries = (0..8).map(|_| w.answers.begin(&w.actor, "k", REQUEST));
    let codes: Vec<_> = futures::future::join_all(tries).await.into_iter().map(code).collect();
    assert_eq!(codes.iter().filter(|c| *c == "run").count(), 1, "{codes:?}");
}
on_both!(of_simultaneous_requests_one_runs, |t| super::once(t));
