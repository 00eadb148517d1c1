//! What X shows to the author alone: for 30 days, and with its refusals beside the answer.

use std::time::Duration;

use carillon_domain::connector_error::ErrorKind;
use carillon_domain::time::{Clock, Timestamp};
use serde_json::json;

use super::Lab;
use crate::conformance::canned::{Answer, Canned};
use crate::conformance::{Session, draft};
use crate::contract::connector::Connector;
use crate::contract::insights::{Found, Insights, Window};
use crate::kit::http::Http;
use crate::kit::pause::NoPause;
use crate::platforms::x::CONNECTOR;
use crate::platforms::x::sandbox::Families;
use crate::sandbox::{Fault, FaultKind, When};

const DAY: Duration = Duration::from_secs(86_400);
const LOOKUP: &str = "tweets.lookup";

fn insights() -> &'static dyn Insights {
    CONNECTOR.insights().expect("it gives insights")
}

fn values(found: &Found) -> Vec<(&'static str, i64)> {
    found.observations.iter().map(|o| (o.metric, o.value)).collect()
}

async fn published(session: &Session<'_>, text: &str) -> (String, Timestamp) {
    let at = session.bench.clock.now();
    (session.publish(&draft(text, [])).await.remote_ids().remove(0), at)
}

#[tokio::test]
async fn everything_that_is_offered_is_given_and_nothing_else() {
    let lab = Lab::new();
    let session = lab.connect().await;
    let (id, at) = published(&session, "Read this: example.com").await;
    lab.bench.clock.advance(DAY * 2);
    session.refresh().await.unwrap();
    for (families, name) in [(Families::Tweet, "tweet.fields"), (Families::Post, "post.fields")] {
        lab.memory(|m| m.families = families);
        let found = session.post_numbers(&[(id.as_str(), at)]).await.unwrap().remove(0);
        assert_eq!(found.missing, []);
        let given: Vec<_> = found.observations.iter().map(|o| (o.metric, None, o.native)).collect();
        let offered: Vec<_> = insights().offers().post.iter().map(|m| (m.name, m.by, m.native)).collect();
        assert_eq!(given, offered);
        assert!(
            found.observations.iter().all(|o| o.value > 0 && o.window.is_none() && o.part.is_none()),
            "{found:?}"
        );
        assert!(given.iter().all(|(metric, ..)| carillon_domain::metric::definition(metric).is_some()));
        assert!(lab.recorded().iter().any(|e| e.operation == LOOKUP && e.url.contains(name)), "{name}");
    }
    let calls = lab.recorded().len();
    let credential = session.credential();
    let cx = session.cx(&credential);
    let window = Window { from: at, to: lab.bench.clock.now() };
    assert_eq!(insights().account(&cx, window).await, Ok(Found::default()));
    assert_eq!(insights().audience(&cx).await, Ok(Found::default()));
    assert!(insights().offers().account.is_empty() && insights().offers().audience.is_empty());
    assert_eq!(lab.recorded().len(), calls, "nothing is paid for what is not there");
}

#[tokio::test]
async fn posts_are_asked_about_for_thirty_days_and_each_once() {
    let lab = Lab::new();
    let session = lab.connect().await;
    let old = published(&session, "A month ago").await;
    lab.bench.clock.advance(DAY * 20);
    session.refresh().await.unwrap();
    let young = published(&session, "Ten days ago").await;
    lab.bench.clock.advance(DAY * 10);
    session.refresh().await.unwrap();
    let (old, young) = ((old.0.as_str(), old.1), (young.0.as_str(), young.1));
    let strange = [("", young.1), ("urn:li:share:7", young.1), ("12345678901234567890", young.1)];
    let asked = [young, old, strange[0], young, strange[1], strange[2]];
    let found = session.post_numbers(&asked).await.unwrap();
    assert_eq!(found.len(), asked.len());
    assert_eq!(values(&found[0]).len(), 4);
    assert_eq!(found[3], found[0]);
    assert!([1, 2, 4, 5].iter().all(|n| found[*n] == Found::default()), "{found:?}");
    let recorded = lab.recorded();
    let lookups: Vec<_> = recorded.iter().filter(|e| e.operation == LOOKUP).collect();
    assert_eq!(lookups.len(), 1);
    assert!(lookups[0].url.contains(young.0) && !lookups[0].url.contains(old.0), "{}", lookups[0].url);
    assert_eq!(session.post_numbers(&[old, strange[0]]).await.unwrap(), [Found::default(), Found::default()]);
    assert_eq!(lab.calls(LOOKUP), 1, "nothing is asked that X would refuse");
}

#[tokio::test]
async fn what_x_hides_or_does_not_have_loses_no_other_post() {
    let lab = Lab::new();
    let session = lab.connect().await;
    let old = published(&session, "Older than it seems").await;
    lab.bench.clock.advance(DAY * 31);
    session.refresh().await.unwrap();
    let foreign = published(&lab.connect_as("theolund").await, "By somebody else").await;
    let own = published(&session, "Fresh").await;
    let gone = published(&session, "Deleted").await;
    let credential = session.credential();
    CONNECTOR.publisher().unwrap().delete(&session.cx(&credential), &gone.0).await.unwrap();
    let now = lab.bench.clock.now();
    let asked =
        [(old.0.as_str(), now), (own.0.as_str(), now), (foreign.0.as_str(), now), (gone.0.as_str(), now)];
    let found = session.post_numbers(&asked).await.unwrap();
    assert_eq!((values(&found[1]).len(), found[1].missing.len()), (4, 0));
    for hidden in [&found[0], &found[2]] {
        assert_eq!(hidden.observations, []);
        assert_eq!(hidden.missing[0].metrics, ["views", "link_clicks", "profile_visits", "interactions"]);
        let cause = &hidden.missing[0].cause;
        assert_eq!((&cause.kind, cause.code.as_str()), (&ErrorKind::Rejected, "field_not_authorized"));
        assert!(cause.action.contains("30 days"), "{cause:?}");
    }
    assert_eq!(found[3], Found::default(), "a post that is gone misses nothing");
    // With one id there is no data beside the errors.
    let alone = session.post_numbers(&asked[..1]).await.unwrap();
    assert_eq!(alone, found[..1]);
}

#[tokio::test]
async fn a_hundred_at_once() {
    let lab = Lab::new();
    let session = lab.connect().await;
    let own = published(&session, "The one that there is").await;
    assert_eq!(insights().offers().posts_at_once, 100);
    let mut ids: Vec<String> = (1..100).map(|n| n.to_string()).collect();
    ids.push(own.0.clone());
    let asked: Vec<(&str, Timestamp)> = ids.iter().map(|id| (id.as_str(), own.1)).collect();
    let found = session.post_numbers(&asked).await.unwrap();
    assert_eq!((found.len(), lab.calls(LOOKUP)), (100, 1));
    assert!(found[..99].iter().all(|f| *f == Found::default()));
    assert_eq!(values(&found[99]).len(), 4);
}

#[tokio::test]
async fn what_concerns_everything_is_an_error() {
    let lab = Lab::new();
    let session = lab.connect().await;
    let own = published(&session, "One").await;
    let asked = [(own.0.as_str(), own.1)];
    lab.memory(|m| m.no_credits = true);
    assert_eq!(session.post_numbers(&asked).await.unwrap_err().code, "credits_depleted");
    lab.memory(|m| m.no_credits = false);
    for (fault, kind) in [
        (Fault::once("x", LOOKUP, When::Before, FaultKind::TokenRevoked), ErrorKind::AuthExpired),
        (
            Fault::once("x", LOOKUP, When::Before, FaultKind::Status).status(503).times(9),
            ErrorKind::Transient,
        ),
    ] {
        let id = lab.bench.world.faults().add(fault);
        assert_eq!(session.post_numbers(&asked).await.unwrap_err().kind, kind);
        lab.bench.world.faults().remove(id);
    }
}

#[tokio::test]
async fn problems_in_a_good_answer_in_every_shape() {
    let mut lab = Lab::new();
    let network = Canned::otherwise(Answer::json(404, &json!({})));
    let mut account = lab.connect().await.account.clone();
    account.meta["fields"] = "tweet".into();
    let credential = lab.connect().await.credential();
    lab.bench.http = Http::new(std::sync::Arc::new(network.clone()), lab.bench.clock.clone())
        .with_pause(std::sync::Arc::new(NoPause));
    let granted = crate::contract::authorizer::Granted { credential, targets: vec![account], person: None };
    let session = lab.bench.adopt(&CONNECTOR, lab.bench.settings(&CONNECTOR), granted);
    let at = lab.bench.clock.now();
    let hidden = json!({
        "title": "Field Authorization Error", "type": "https://api.x.com/2/problems/not-authorized-for-field",
        "field": "non_public_metrics", "section": "data", "resource_type": "tweet",
    });
    let some = json!({ "id": "7", "text": "a", "non_public_metrics": { "impression_count": 5 } });
    let other = json!({ "id": "8", "text": "b" });
    network.on(
        "GET /2/tweets",
        [
            Answer::json(200, &json!({ "data": [some, other], "errors": [hidden] })),
            Answer::json(200, &json!({ "errors": [hidden] })),
            Answer::json(200, &json!({ "data": [other] })),
            Answer::json(200, &json!({ "data": null, "errors": null })),
            Answer::json(
                200,
                &json!({ "errors": [{ "title": "Too Many", "type": "about:blank", "detail": "odd" }] }),
            ),
        ],
    );
    let asked = [("7", at), ("8", at)];
    // One that names no post is about those that came without.
    let found = session.post_numbers(&asked).await.unwrap();
    assert_eq!((values(&found[0]), found[0].missing.len()), (vec![("views", 5)], 0));
    assert_eq!(found[1].missing[0].metrics.len(), 4);
    let found = session.post_numbers(&asked).await.unwrap();
    assert!(found.iter().all(|f| f.missing[0].metrics.len() == 4), "{found:?}");
    // Neither number nor reason: no data.
    let none = [Found::default(), Found::default()];
    assert_eq!(session.post_numbers(&asked).await.unwrap(), none);
    assert_eq!(session.post_numbers(&asked).await.unwrap(), none);
    let odd = session.post_numbers(&asked).await.unwrap_err();
    assert_eq!((odd.kind, odd.code.as_str()), (ErrorKind::Transient, "unexpected"));
    let asked = network.asked_of("GET /2/tweets");
    assert_eq!(asked[0].query, "ids=7%2C8&tweet.fields=non_public_metrics");
}
