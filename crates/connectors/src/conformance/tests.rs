//! The suite on every registered platform, on the sound toy network, and on toys with flaws which it must find.

mod toy;

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;

use futures::FutureExt;

use super::suite::{self, Subject};
use crate::contract::connector::{Connector, READS_PER_MONTH};
use crate::platforms::newnet;
use crate::registry::{self, Registry};

type Case = fn(Subject) -> Pin<Box<dyn Future<Output = ()>>>;

fn toy_of(connector: &'static dyn Connector) -> Subject {
    Subject { connector, simulators: || vec![Box::new(toy::ToyNetwork)], flavour: None }
}

async fn on_all(case: Case) {
    case(toy_of(&toy::SOUND)).await;
    case(Subject {
        connector: &newnet::CONNECTOR,
        simulators: || vec![Box::new(newnet::sandbox::simulator())],
        flavour: None,
    })
    .await;
    for connector in Registry.all() {
        for flavour in suite::flavours(*connector) {
            case(Subject { connector: *connector, simulators: registry::simulators, flavour }).await;
        }
    }
}

macro_rules! cases {
    ($($case:ident),* $(,)?) => {$(
        #[tokio::test]
        async fn $case() {
            on_all(|subject| Box::pin(suite::$case(subject))).await;
        }
    )*};
}

/// Without a cap the schedule would either never read or never stop.
#[test]
fn who_takes_money_for_reading_has_a_cap() {
    for connector in Registry.all() {
        let descriptor = connector.descriptor();
        let has_cap = descriptor.settings.iter().any(|setting| setting.key == READS_PER_MONTH.key);
        assert_eq!(descriptor.paid_reads, has_cap, "{}", descriptor.title);
    }
}

cases! {
    connecting, refusing, refreshing, publishing, limits, deleting, editing, slow_processing, lost_answers, crashes,
    trouble_while_preparing, rate_limits, the_same_again, expired_token, revoked_token, reading, insights,
}

#[tokio::test]
async fn chaos() {
    on_all(|subject| Box::pin(suite::chaos(subject, 0..60))).await;
}

async fn finds(connector: &'static dyn Connector, case: Case) -> String {
    let run = AssertUnwindSafe(case(toy_of(connector))).catch_unwind().await;
    let panic = run.expect_err("the flaw was not found");
    panic.downcast_ref::<String>().cloned().unwrap_or_default()
}

#[tokio::test]
async fn a_lost_answer_taken_for_a_failure_is_found() {
    let found = finds(&toy::HASTY, |s| Box::pin(suite::lost_answers(s))).await;
    assert!(found.contains("public 2 times"), "{found}");
    let found = finds(&toy::HASTY, |s| Box::pin(suite::chaos(s, 0..60))).await;
    assert!(found.contains("is public"), "{found}");
}

#[tokio::test]
async fn a_search_that_finds_nothing_is_found() {
    let found = finds(&toy::FORGETFUL, |s| Box::pin(suite::lost_answers(s))).await;
    assert!(found.contains("public 2 times"), "{found}");
    let found = finds(&toy::FORGETFUL, |s| Box::pin(suite::crashes(s))).await;
    assert!(found.contains("public 2 times"), "{found}");
}

#[tokio::test]
async fn an_absence_that_is_no_proof_and_is_taken_for_one_is_found() {
    let found = finds(&toy::CREDULOUS, |s| Box::pin(suite::lost_answers(s))).await;
    assert!(found.contains("a person must find out"), "{found}");
    let found = finds(&toy::CREDULOUS, |s| Box::pin(suite::crashes(s))).await;
    assert!(found.contains("a person was asked after 0 crashes"), "{found}");
}

#[tokio::test]
async fn a_check_without_limits_is_found() {
    let found = finds(&toy::LIMITLESS, |s| Box::pin(suite::limits(s))).await;
    assert!(found.contains("100 + 1"), "{found}");
}

#[tokio::test]
async fn a_token_in_the_progress_is_found() {
    let found = finds(&toy::LEAKY, |s| Box::pin(suite::publishing(s))).await;
    assert!(found.contains("Access token"), "{found}");
}

#[tokio::test]
async fn publishing_without_a_permit_is_found() {
    let found = finds(&toy::SNEAKY, |s| Box::pin(suite::publishing(s))).await;
    assert!(found.contains("without a permit"), "{found}");
}

#[tokio::test]
async fn a_number_that_never_comes_is_found() {
    let found = finds(&toy::BOASTFUL, |s| Box::pin(suite::insights(s))).await;
    assert!(found.contains("saves") && found.contains("never comes"), "{found}");
}

#[tokio::test]
async fn a_number_that_is_said_twice_is_found() {
    let found = finds(&toy::DOUBLING, |s| Box::pin(suite::insights(s))).await;
    assert!(found.contains("said twice"), "{found}");
}

#[tokio::test]
async fn an_operation_that_is_for_nothing_is_found() {
    let cases: [Case; 4] = [
        |s| Box::pin(suite::connecting(s)),
        |s| Box::pin(suite::publishing(s)),
        |s| Box::pin(suite::reading(s)),
        |s| Box::pin(suite::insights(s)),
    ];
    for case in cases {
        let found = finds(&toy::MUTE, case).await;
        assert!(found.contains("oauth.token is for nothing: add it to `errands`"), "{found}");
    }
}
