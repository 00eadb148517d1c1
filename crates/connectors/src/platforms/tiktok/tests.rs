//! Both sides together, in process. What every network must do is tested by the conformance suite; here is what is peculiar
//! to this one.

use carillon_domain::connector_error::ErrorKind;
use carillon_domain::time::Timestamp;
use http::{HeaderMap, StatusCode};

use super::CONNECTOR;
use super::errors::{PLATFORM, error_of};
use super::sandbox::simulator;
use crate::conformance::{Bench, Connect, draft};
use crate::contract::connector::Connector;
use crate::kit::http::{Reply, Safety};

#[tokio::test]
async fn a_post_goes_out_once_and_reads_back() {
    let bench = Bench::new(simulator());
    let session = bench.connect(&CONNECTOR, Connect::as_persona("marafields")).await.expect("connected");
    let outcome = session.publish(&draft("Hello", [])).await;
    assert!(outcome.is_published(), "{outcome:?}");
    let public = bench.world.ledger().of(PLATFORM);
    assert_eq!(public.iter().map(|item| item.text.as_str()).collect::<Vec<_>>(), ["Hello"]);
}

#[test]
fn every_documented_error_has_its_kind() {
    let cases = [
        (401, "expired", Safety::Read, ErrorKind::AuthExpired),
        (401, "revoked", Safety::Read, ErrorKind::AuthRevoked),
        (400, "invalid_grant", Safety::Unsafe, ErrorKind::AuthRevoked),
        (403, "", Safety::Read, ErrorKind::PermissionMissing),
        (422, "invalid_text", Safety::Unsafe, ErrorKind::Rejected),
        (429, "slow_down", Safety::Unsafe, ErrorKind::RateLimited { until: None }),
        (500, "trouble", Safety::Read, ErrorKind::Transient),
        (500, "trouble", Safety::Unsafe, ErrorKind::Ambiguous),
        (418, "new_tomorrow", Safety::Unsafe, ErrorKind::Rejected),
    ];
    for (status, code, safety, kind) in cases {
        let reply = Reply {
            status: StatusCode::from_u16(status).expect("status"),
            headers: HeaderMap::new(),
            body: format!("{{\"error\":\"{code}\"}}").into(),
        };
        let error = error_of("test", safety, &reply, Timestamp::UNIX_EPOCH);
        assert_eq!(error.kind, kind, "{status} {code}");
    }
}

#[tokio::test]
async fn everything_wrong_is_said_at_once() {
    let bench = Bench::new(simulator());
    let session = bench.connect(&CONNECTOR, Connect::as_persona("marafields")).await.expect("connected");
    let mut post = draft(&"x".repeat(301), [bench.library.jpeg(10, 10, None)]);
    post.first_comment = Some("And?".to_owned());
    post.options.insert("colour".to_owned(), "red".into());
    let publisher = CONNECTOR.publisher().expect("it publishes");
    let report = publisher.check(&post, &session.account);
    let fields: Vec<&str> = report.violations.iter().map(|violation| violation.field.as_str()).collect();
    assert_eq!(fields, ["media", "first_comment", "options.colour", "text"]);
}
