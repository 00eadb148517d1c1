//! A few accounts of every network for part of a day; and whether what is wrong would be seen.

use std::time::Duration;

use carillon_connectors::conformance::Bench;
use carillon_engine::usecase::sync;
use carillon_store::on_both;
use carillon_store::testing::TestDb;

use super::check::check;
use super::plan::Plan;
use super::posts;
use super::scene::Scene;
use super::{Outcome, Weather, measure};

/// As the whole thing, with fewer accounts and posts.
fn small(accounts: usize) -> Plan {
    let mut plan = Plan::usual().expect("the plan");
    (plan.accounts, plan.step_s) = (accounts, 240);
    for network in &mut plan.networks {
        (network.posts, network.most) = (1, network.most.min(4));
    }
    plan.check().expect("possible");
    plan
}

fn said(outcome: &Outcome, plan: &Plan) -> String {
    let mut said = Vec::new();
    outcome.print(plan, &mut said).expect("printed");
    String::from_utf8(said).expect("text")
}

async fn calm(test: &TestDb) {
    let plan = small(27);
    let outcome = measure(test.db.clone(), &plan, Weather::Calm).await.expect("measured");
    let said = said(&outcome, &plan);
    assert!(outcome.is_good(&plan), "{said}");
    assert_eq!(outcome.sum(|found| found.complete), plan.accounts, "{said}");
    let posts: usize = (0..9).map(|place| plan.networks[place].most + 2).sum();
    assert_eq!(outcome.sum(|found| found.posts), posts, "{said}");
    assert!(
        outcome.found.iter().all(|found| !found.late_s.is_empty()),
        "all networks are read by schedule: {said}"
    );
}
on_both!(no_call_is_refused_and_all_accounts_are_complete, |t| super::calm(t));

async fn failing(test: &TestDb) {
    let plan = small(27);
    let outcome = measure(test.db.clone(), &plan, Weather::Failing).await.expect("measured");
    let said = said(&outcome, &plan);
    assert!(outcome.is_good(&plan), "{said}");
    let (calls, struck) = outcome
        .tally
        .called
        .values()
        .fold((0, 0), |(calls, struck), called| (calls + called.calls, struck + called.struck));
    let part = struck as f64 / calls as f64;
    assert!((0.03..0.07).contains(&part), "{struck} of {calls} calls failed");
}
on_both!(whatever_fails_every_account_is_complete_or_labelled, |t| super::failing(t));

async fn seen(test: &TestDb) {
    let mut plan = small(2);
    plan.networks.retain(|network| network.together == usize::MAX && network.flavour.is_none());
    plan.networks.truncate(1);
    plan.accounts = 2;
    let bench = Bench::registered();
    let mut truth = posts::make(&bench, &plan).await.expect("posts");
    let scene = Scene::new(test.db.clone(), bench, &plan).await.expect("connected");
    scene.live(Duration::from_secs(3600), Duration::from_secs(240)).await.expect("read");
    let found = check(&scene, &plan, &truth).await.expect("checked").remove(0);
    assert_eq!((found.complete, found.wrong.len()), (2, 0), "{:?}", found.wrong);
    let (first, second) = (&scene.accounts[0], &scene.accounts[1]);
    let name = plan.networks[0].platform.clone();

    // A post that nobody made is missed, and one that is kept is strange when it is not public.
    let all = truth.get_mut(&(name.clone(), first.key)).expect("posts");
    let gone = all.pop_first().expect("a post");
    let other = truth.get_mut(&(name, second.key)).expect("posts");
    other.insert("never-made".to_owned());
    let found = check(&scene, &plan, &truth).await.expect("checked").remove(0);
    let has = |what: &str| found.wrong.iter().any(|wrong| wrong.contains(what));
    assert!(has(&format!("{gone} is not public")) && has("never-made is public"), "{:?}", found.wrong);
    assert!(has("a reading counted"), "{:?}", found.wrong);

    // A run that is open for the first time is no end.
    let now = scene.engine.clock.now();
    sync::request(&scene.engine, &first.actor, first.id).await.expect("asked");
    let found = check(&scene, &plan, &truth).await.expect("checked").remove(0);
    assert_eq!((found.complete, scene.engine.clock.now()), (2, now), "the runs before it count");
}
on_both!(what_is_wrong_is_seen, |t| super::seen(t));

#[test]
fn accounts_are_shared_out_over_the_networks() {
    let plan = Plan::usual().expect("the plan");
    plan.check().expect("possible");
    let shares: Vec<usize> = (0..plan.networks.len()).map(|place| plan.accounts_of(place)).collect();
    assert_eq!(shares.iter().sum::<usize>(), 1000);
    assert!(shares.iter().all(|share| (111..=112).contains(share)), "{shares:?}");
    let too_many = Plan { accounts: 10_000, ..plan };
    assert!(too_many.check().is_err());
}
