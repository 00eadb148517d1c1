//! Signing in, refusing, renewing.

use std::time::Duration;

use carillon_domain::connector_error::ErrorKind;
use carillon_domain::time::Clock;

use super::super::Connect;
use super::samples::plain;
use super::{PERSONA, Subject, assert_errands, assert_published, flavours};
use crate::sandbox::{TokenKind, TokenState};

/// In every flavour a persona can sign in, and is who the account says.
pub async fn connecting(subject: Subject) {
    let name = subject.name();
    for flavour in flavours(subject.connector) {
        let bench = subject.bench();
        let how = Connect { flavour, ..Connect::as_persona(PERSONA) };
        let session = bench.connect(subject.connector, how).await;
        let session = session.unwrap_or_else(|error| panic!("{name}, {flavour:?}: {error:?}"));
        let account = &session.account;
        assert!(
            !account.remote_id.is_empty() && !account.handle.is_empty() && !account.name.is_empty(),
            "{account:?}"
        );
        assert!(!account.handle.starts_with('@'), "{name}: {account:?}");
        assert_eq!(
            account.server.is_some(),
            subject.connector.descriptor().many_servers,
            "{name}: {account:?}"
        );
        let token = session.credential().access_token;
        let listed = bench.world.tokens().look_up(name, token.expose());
        assert!(listed.is_some_and(|(t, s)| t.kind == TokenKind::Access && s == TokenState::Live), "{name}");
        let debug = format!("{:?} {account:?}", session.credential());
        assert!(!debug.contains(token.expose()), "{name}: the token is printed");
        let meta = account.meta.to_string();
        assert!(!meta.contains(token.expose()), "{name}: the token stands in the account's notes");
        assert_errands(subject, &bench, "connecting");
    }
}

/// A person who refuses, or types a wrong password, ends in a clear error and without a token.
pub async fn refusing(subject: Subject) {
    let name = subject.name();
    for flavour in flavours(subject.connector) {
        let bench = subject.bench();
        let how = Connect { flavour, ..Connect::refusing(PERSONA) };
        let Err(error) = bench.connect(subject.connector, how).await.map(|_| ()) else {
            panic!("{name}, {flavour:?}: connected although the person refused");
        };
        assert_eq!(error.kind, ErrorKind::Rejected, "{name}: {error:?}");
        assert!(["access_denied", "wrong_credentials"].contains(&error.code.as_str()), "{name}: {error:?}");
        assert!(!error.cause.is_empty() && !error.action.is_empty(), "{name}: {error:?}");
        let tokens = bench.world.tokens().list();
        let access = tokens
            .iter()
            .filter(|(t, _)| t.platform == name && t.kind == TokenKind::Access && t.account.is_some());
        assert_eq!(access.count(), 0, "{name}: a token was issued all the same");
    }
}

/// A token that can be renewed is renewed in time, and the new one works beyond the life of the old one.
pub async fn refreshing(subject: Subject) {
    let name = subject.name();
    let bench = subject.bench();
    let session = bench.session(subject).await;
    let old = session.credential();
    let authorizer = subject.connector.authorizer();
    let Some(expires_at) = old.expires_at.filter(|_| authorizer.refreshable(&old)) else { return };
    bench.clock.advance_to(expires_at - Duration::from_secs(600));
    if let Err(error) = session.refresh().await {
        panic!("{name}: {error:?}");
    }
    bench.clock.advance_to(expires_at + Duration::from_secs(60));
    let fresh = session.credential();
    assert!(fresh.expires_at.is_none_or(|at| at > bench.clock.now()), "{name}: {fresh:?}");
    let draft = plain(subject, &bench, "Still here.");
    let outcome = session.publish(&draft).await;
    assert_published(subject, &bench, &draft, &outcome, "after a refresh");
    if authorizer.single_use_refresh() {
        session.set_credential(old);
        let Err(error) = session.refresh().await else { panic!("{name}: a refresh token worked twice") };
        assert_eq!(error.kind, ErrorKind::AuthRevoked, "{name}: {error:?}");
    }
}
