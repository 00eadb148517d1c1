//! Sessions by app password. Sources: lexicons `com.atproto.server.*`; docs.bsky.app, "PDS Entryway" (Apr 2026).

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::secret::Secret;
use carillon_domain::time::Timestamp;
use serde_json::{Value, json};

use super::identity::{BROKEN_HANDLE, Resolver, is_did, must_be_server};
use super::wire::{CreateSession, DidDocument, ProfileView, Session, TokenClaims};
use super::xrpc::Xrpc;
use super::{Bluesky, DESCRIPTOR, ENTRYWAY, errors, limits};
use crate::contract::authorizer::{Authorizer, Feature, Granted, SignIn};
use crate::contract::cx::{AuthCx, Credential};
use crate::kit::http::Safety;

const CREATE: &str = "createSession";

#[async_trait]
impl Authorizer for Bluesky {
    fn scopes_for(&self, _: Feature, _: Option<&str>) -> &'static [&'static str] {
        &[]
    }

    async fn sign_in(&self, cx: &AuthCx<'_>, request: SignIn) -> Result<Granted, ConnectorError> {
        let who = Identifier::parse(&request.identifier)?;
        let resolver = Resolver::new(cx);
        let server = match &request.server {
            Some(server) => server.as_str().trim_end_matches('/').to_owned(),
            None => home(cx, &resolver, &who).await,
        };
        must_be_server(cx.http, &server).await?;
        let session = create_session(cx, &server, &who, &request.app_password).await?;
        accept(cx, &server, &who, &session).await?;
        let identity = describe(cx, &resolver, &server, &session).await?;
        Ok(Granted { credential: credential(&session), targets: vec![identity], person: None })
    }

    fn refreshable(&self, credential: &Credential) -> bool {
        credential.refresh_token.is_some()
    }

    /// The server takes an old refresh token for a while longer, so a lost answer is no lost grant.
    fn single_use_refresh(&self) -> bool {
        false
    }

    async fn refresh(
        &self,
        cx: &AuthCx<'_>,
        account: &AccountIdentity,
        credential: &Credential,
    ) -> Result<Credential, ConnectorError> {
        const OPERATION: &str = "refreshSession";
        let token = credential.refresh_token.as_ref().ok_or_else(|| session_over(OPERATION))?;
        let server = account.server.as_deref().unwrap_or_default();
        let xrpc = Xrpc::public(cx.http, cx.clock, server).with(token);
        let call = xrpc.procedure(OPERATION, "com.atproto.server.refreshSession", Safety::Invisible);
        let session: Session = xrpc.send(call).await.map_err(|e| match e.kind {
            // Nothing is left that could renew an expired or unknown refresh token.
            ErrorKind::AuthExpired => ConnectorError { remote: e.remote, ..session_over(OPERATION) },
            ErrorKind::Rejected if e.remote.status == Some(400) => {
                ConnectorError { remote: e.remote, ..session_over(OPERATION) }
            }
            _ => e,
        })?;
        if session.did != account.remote_id {
            return Err(session_over(OPERATION).with_detail("the server answered for another account"));
        }
        Ok(self::credential(&session))
    }

    async fn revoke(
        &self,
        cx: &AuthCx<'_>,
        account: &AccountIdentity,
        credential: &Credential,
    ) -> Result<(), ConnectorError> {
        let Some(token) = &credential.refresh_token else { return Ok(()) };
        let server = account.server.as_deref().unwrap_or_default();
        match delete_session(cx, server, token).await {
            Err(e) if matches!(e.kind, ErrorKind::AuthExpired | ErrorKind::AuthRevoked) => Ok(()),
            told => told,
        }
    }
}

/// What a person gave as their name.
enum Identifier {
    Handle(String),
    Did(String),
    Email(String),
}

impl Identifier {
    fn parse(text: &str) -> Result<Self, ConnectorError> {
        let text = text.trim();
        let name = text.strip_prefix('@').unwrap_or(text);
        if is_did(name) {
            Ok(Self::Did(name.to_owned()))
        } else if name.contains('@') {
            Ok(Self::Email(name.to_owned()))
        } else if carillon_domain::text::facets::is_handle(name) {
            Ok(Self::Handle(name.to_ascii_lowercase()))
        } else {
            Err(refused("identifier_invalid", "This is neither a handle, an e-mail address nor a DID.")
                .about("identifier")
                .with_action("Write the handle in full, for example alice.bsky.social."))
        }
    }

    fn as_str(&self) -> &str {
        match self {
            Self::Handle(text) | Self::Did(text) | Self::Email(text) => text,
        }
    }
}

/// Where the account signs in when the person named no server: found by its handle or DID, so that the password goes
/// nowhere else; the entryway when that can't be found.
async fn home(cx: &AuthCx<'_>, resolver: &Resolver<'_>, who: &Identifier) -> String {
    let did = match who {
        Identifier::Did(did) => Some(did.clone()),
        Identifier::Handle(handle) => resolver.did_of(handle, None).await,
        Identifier::Email(_) => None,
    };
    let document = match did {
        Some(did) => resolver.document(&did).await,
        None => None,
    };
    let points_back = |d: &DidDocument| match who {
        Identifier::Handle(handle) => d.handle().as_ref() == Some(handle),
        Identifier::Did(_) | Identifier::Email(_) => true,
    };
    match document.filter(points_back).and_then(|d| d.pds()) {
        Some(pds) => resolver.sign_in_server(&pds).await,
        None => cx.settings.endpoint(&DESCRIPTOR, ENTRYWAY),
    }
}

async fn create_session(
    cx: &AuthCx<'_>,
    server: &str,
    who: &Identifier,
    password: &Secret,
) -> Result<Session, ConnectorError> {
    let input = CreateSession { identifier: who.as_str(), password: password.expose().trim() };
    let xrpc = Xrpc::public(cx.http, cx.clock, server);
    xrpc.invoke(CREATE, "com.atproto.server.createSession", &input).await.map_err(|e| {
        match e.remote.code.as_deref() {
            Some("AuthenticationRequired") => ConnectorError {
                remote: e.remote,
                ..refused(
                    "wrong_credentials",
                    format!("{server} does not know this name with this app password."),
                )
                .about("app_password")
                .with_action("Check the handle and the app password, or create a new app password.")
            },
            // A person is looking at a form: nothing is connected that could be connected again.
            _ if e.kind == ErrorKind::AuthRevoked => ConnectorError { kind: ErrorKind::Rejected, ..e },
            _ => e,
        }
    })
}

/// Refuses sessions that we must not keep, and closes them.
async fn accept(
    cx: &AuthCx<'_>,
    server: &str,
    who: &Identifier,
    session: &Session,
) -> Result<(), ConnectorError> {
    let problem = if matches!(who, Identifier::Did(did) if *did != session.did) || !is_did(&session.did) {
        Some(
            refused("wrong_account", "The server answered for another account than the one that was named.")
                .about("identifier"),
        )
    } else if session.active == Some(false) {
        let status = session.status.as_deref().unwrap_or("inactive");
        Some(
            refused("account_inactive", format!("The account is not active: {status}."))
                .about("identifier")
                .with_action("Activate it in the network's settings, then connect it again."),
        )
    } else if claims(&session.access_jwt).scope.as_deref() == Some("com.atproto.access") {
        Some(
            refused("not_an_app_password", "This is the account's own password, which can do everything.")
                .about("app_password")
                .with_action("Create an app password in the network's settings and use that one."),
        )
    } else {
        None
    };
    match problem {
        None => Ok(()),
        Some(error) => {
            // Best effort: the refusal stands whether or not the session could be closed.
            let _ = delete_session(cx, server, &session.refresh_jwt).await;
            Err(error)
        }
    }
}

async fn delete_session(cx: &AuthCx<'_>, server: &str, refresh: &Secret) -> Result<(), ConnectorError> {
    let xrpc = Xrpc::public(cx.http, cx.clock, server).with(refresh);
    xrpc.tell(xrpc.procedure("deleteSession", "com.atproto.server.deleteSession", Safety::Invisible)).await
}

async fn describe(
    cx: &AuthCx<'_>,
    resolver: &Resolver<'_>,
    server: &str,
    session: &Session,
) -> Result<AccountIdentity, ConnectorError> {
    let document = match &session.did_doc {
        Some(document) if document.id == session.did => Some(document.clone()),
        _ => resolver.document(&session.did).await,
    };
    let pds = document.as_ref().and_then(DidDocument::pds).unwrap_or_else(|| server.to_owned());
    let claimed = document.as_ref().and_then(DidDocument::handle).unwrap_or_else(|| session.handle.clone());
    let points_back = resolver.did_of(&claimed, Some(&pds)).await.as_deref() == Some(session.did.as_str());
    let handle = if points_back { claimed } else { BROKEN_HANDLE.to_owned() };
    let xrpc = Xrpc::public(cx.http, cx.clock, &pds).with(&session.access_jwt);
    // The name and picture come from another service than the session; they can follow later.
    let profile: Option<ProfileView> =
        xrpc.query("getProfile", "app.bsky.actor.getProfile", &[("actor", &session.did)]).await.ok();
    let name = profile.as_ref().and_then(|p| p.display_name.clone()).filter(|n| !n.is_empty());
    Ok(AccountIdentity {
        remote_id: session.did.clone(),
        name: name.unwrap_or_else(|| handle.clone()),
        handle,
        avatar_url: profile.and_then(|p| p.avatar),
        meta: meta(&pds),
        server: Some(pds),
    })
}

/// What checks need to know of the server.
pub fn meta(pds: &str) -> Value {
    let host = url::Url::parse(pds).ok().and_then(|u| u.host_str().map(str::to_owned)).unwrap_or_default();
    let image_bytes =
        if host.ends_with(limits::UP_TO_DATE_HOSTS) { limits::IMAGE_BYTES_NEW } else { limits::IMAGE_BYTES };
    json!({ "image_bytes": image_bytes })
}

fn credential(session: &Session) -> Credential {
    Credential {
        access_token: session.access_jwt.clone(),
        refresh_token: Some(session.refresh_jwt.clone()),
        expires_at: expiry(&session.access_jwt),
        refresh_expires_at: expiry(&session.refresh_jwt),
        scopes: Vec::new(),
        extra: Value::Null,
    }
}

fn expiry(token: &Secret) -> Option<Timestamp> {
    claims(token).exp.and_then(|at| Timestamp::from_second(at).ok())
}

/// The token's claims as a hint; whoever needs certainty asks the server.
fn claims(token: &Secret) -> TokenClaims {
    let payload = token.expose().split('.').nth(1).and_then(|p| URL_SAFE_NO_PAD.decode(p).ok());
    payload.and_then(|p| serde_json::from_slice(&p).ok()).unwrap_or_default()
}

fn refused(code: &str, cause: impl Into<String>) -> ConnectorError {
    ConnectorError::new(ErrorKind::Rejected, errors::PLATFORM, CREATE, code, cause)
}

fn session_over(operation: &str) -> ConnectorError {
    ConnectorError::new(
        ErrorKind::AuthRevoked,
        errors::PLATFORM,
        operation,
        "session_over",
        "The session is over: the app password was deleted, or it was not used for too long.",
    )
    .with_action("Connect the account again with an app password.")
}
