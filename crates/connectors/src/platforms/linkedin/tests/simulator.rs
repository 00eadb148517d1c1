//! The simulated network is as strict as the fact sheet. These tests speak HTTP with it and nothing else.

use std::time::Duration;

use carillon_domain::secret::Secret;
use http::{HeaderName, Method, StatusCode};
use serde_json::{Value, json};
use url::Url;

use crate::conformance::Bench;
use crate::kit::http::{Body, Call, Reply, Safety, Transport};
use crate::platforms::linkedin::sandbox::{Memory, simulator};
use crate::sandbox::{InProcess, LedgerItem, testing};

mod headers;
mod media;
mod numbers;
mod posting;
mod reading;
mod signing_in;

const API: &str = "https://api.linkedin.com";
const WWW: &str = "https://www.linkedin.com";
const REDIRECT: &str = "https://carillon.example/callback";
const MEMBER: &str = "openid profile w_member_social";
const ORGANIZATION: &str = "r_basicprofile w_organization_social r_organization_social rw_organization_admin";

/// The network, with nobody connected.
struct Net {
    bench: Bench,
}

/// Somebody with a token.
struct Someone<'a> {
    net: &'a Net,
    /// The answer of the token endpoint.
    grant: Value,
    token: Secret,
}

impl Net {
    fn new() -> Self {
        Self { bench: Bench::new(simulator()) }
    }

    async fn send(&self, call: Call) -> Reply {
        InProcess::over(self.bench.sandbox.clone()).send(call, None).await.unwrap()
    }

    fn authorize_url(&self, scopes: &str) -> Url {
        let app = self.bench.world.apps().ready_made("linkedin");
        let query = [
            ("response_type", "code"),
            ("client_id", &app.client_id),
            ("redirect_uri", REDIRECT),
            ("state", "s"),
            ("scope", scopes),
        ];
        Url::parse_with_params(&format!("{WWW}/oauth/v2/authorization"), query).unwrap()
    }

    async fn code(&self, persona: &str, scopes: &str) -> String {
        let back = testing::approve(&self.bench.sandbox, &self.authorize_url(scopes), persona).await;
        parameter(&back, "code").unwrap_or_else(|| panic!("{back}"))
    }

    /// The form at the token endpoint, with the app's credentials.
    async fn token(&self, pairs: &[(&str, &str)]) -> Reply {
        let app = self.bench.world.apps().ready_made("linkedin");
        let own = [("client_id", app.client_id.as_str()), ("client_secret", app.client_secret.as_str())];
        let call = Call::post("raw", Safety::Invisible, format!("{WWW}/oauth/v2/accessToken"));
        self.send(call.form(own.iter().chain(pairs).copied())).await
    }

    async fn redeem(&self, code: &str) -> Reply {
        self.token(&[("grant_type", "authorization_code"), ("code", code), ("redirect_uri", REDIRECT)]).await
    }

    async fn login(&self, persona: &str, scopes: &str) -> Someone<'_> {
        let reply = self.redeem(&self.code(persona, scopes).await).await;
        assert_eq!(reply.status, 200, "{}", reply.snippet(300));
        let grant = body(&reply);
        let token = Secret::new(grant["access_token"].as_str().unwrap());
        Someone { net: self, grant, token }
    }

    fn memory<R>(&self, change: impl FnOnce(&mut Memory) -> R) -> R {
        self.bench.world.state("linkedin", change)
    }

    fn ledger(&self) -> Vec<LedgerItem> {
        self.bench.world.ledger().of("linkedin")
    }

    fn pass(&self, seconds: u64) {
        self.bench.clock.advance(Duration::from_secs(seconds));
    }
}

impl Someone<'_> {
    /// A call with everything that the API wants.
    fn call(&self, method: Method, path: &str) -> Call {
        let call = Call::new("raw", Safety::Invisible, method, format!("{API}/rest/{path}"));
        header(header(call, "linkedin-version", "202609"), "x-restli-protocol-version", "2.0.0")
            .bearer(&self.token)
    }

    async fn send(&self, call: Call) -> Reply {
        self.net.send(call).await
    }

    async fn get(&self, path: &str) -> Reply {
        self.send(self.call(Method::GET, path)).await
    }

    async fn find(&self, path: &str) -> Reply {
        self.send(header(self.call(Method::GET, path), "x-restli-method", "FINDER")).await
    }

    async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(self.call(Method::POST, path).json(body)).await
    }

    async fn delete(&self, urn: &str) -> Reply {
        let call = self.call(Method::DELETE, &format!("posts/{}", encoded(urn)));
        self.send(header(call, "x-restli-method", "DELETE")).await
    }

    async fn legacy(&self, path: &str) -> Reply {
        self.send(Call::get("raw", format!("{API}/v2/{path}")).bearer(&self.token)).await
    }

    /// The member's URN.
    async fn me(&self) -> String {
        let (path, key) = if self.grant["id_token"].is_string() { ("userinfo", "sub") } else { ("me", "id") };
        let reply = self.legacy(path).await;
        format!("urn:li:person:{}", body(&reply)[key].as_str().unwrap())
    }

    /// The first organisation where the member may post.
    async fn page(&self) -> String {
        let reply = self.get("organizationAcls?q=roleAssignee&state=APPROVED").await;
        body(&reply)["elements"][0]["organization"].as_str().unwrap().to_owned()
    }

    /// Posts, and gives the URN.
    async fn publish(&self, author: &str, commentary: &str, content: Value) -> String {
        let reply = self.post("posts", &with(draft(author, commentary), "content", content)).await;
        assert_eq!(reply.status, 201, "{}", reply.snippet(500));
        assert!(reply.body.is_empty(), "a created post has no body");
        reply.header("x-restli-id").unwrap().to_owned()
    }

    /// Begins the upload of a picture: its URN and address.
    async fn begin(&self, kind: &str, owner: &str) -> (String, String) {
        let request = json!({ "initializeUploadRequest": { "owner": owner } });
        let reply = self.post(&format!("{kind}s?action=initializeUpload"), &request).await;
        let value = body(&reply)["value"].clone();
        assert!(value["uploadUrlExpiresAt"].is_i64(), "{value}");
        (value[kind].as_str().unwrap().to_owned(), value["uploadUrl"].as_str().unwrap().to_owned())
    }

    async fn put(&self, url: &str, bytes: Vec<u8>) -> Reply {
        let call = Call::new("raw", Safety::Invisible, Method::PUT, url).body("image/jpeg", bytes_of(bytes));
        self.send(call.bearer(&self.token)).await
    }

    /// A picture that can be posted.
    async fn picture(&self, owner: &str) -> String {
        let (urn, url) = self.begin("image", owner).await;
        let photo = self.net.bench.library.jpeg(800, 600, None);
        let bytes = self.net.bench.library.bytes(photo.id).unwrap().to_vec();
        assert_eq!(self.put(&url, bytes).await.status, 201);
        self.net.pass(5);
        urn
    }
}

fn bytes_of(bytes: Vec<u8>) -> Body {
    Body::Bytes(bytes.into())
}

fn header(call: Call, name: &'static str, value: &str) -> Call {
    call.header(HeaderName::from_static(name), value)
}

fn without(mut call: Call, name: &str) -> Call {
    call.headers.remove(name);
    call
}

fn encoded(urn: &str) -> String {
    form_urlencoded::byte_serialize(urn.as_bytes()).collect()
}

fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(k, _)| k == name).map(|(_, v)| v.into_owned())
}

fn body(reply: &Reply) -> Value {
    reply.json().unwrap_or_else(|error| panic!("{error}: {}", reply.snippet(500)))
}

/// Status and code of a refusal, wherever the code stands.
fn refusal(reply: &Reply) -> (u16, String) {
    let body = body(reply);
    assert_eq!(body["status"], reply.status.as_u16(), "{body}");
    assert!(reply.header("x-li-uuid").is_some() && reply.header("x-li-request-id").is_some());
    let code = body["code"].as_str().or_else(|| body["errorDetails"]["inputErrors"][0]["code"].as_str());
    (reply.status.as_u16(), code.unwrap_or_default().to_owned())
}

fn draft(author: &str, commentary: &str) -> Value {
    json!({
        "author": author,
        "commentary": commentary,
        "visibility": "PUBLIC",
        "distribution": {
            "feedDistribution": "MAIN_FEED",
            "targetEntities": [],
            "thirdPartyDistributionChannels": [],
        },
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": false,
    })
}

/// The object with a field more; null leaves it as it is.
fn with(mut object: Value, name: &str, value: Value) -> Value {
    if !value.is_null() {
        object[name] = value;
    }
    object
}
