//! The transport over sockets.
//!
//! Reads and invisible calls go through pooled connections (reqwest); commits through a connection of their own
//! (see `direct.rs` for why). Both connect only to what the egress guard let through. Plain rustls with ring, HTTP/1.1,
//! no proxy (the guard must see where a connection goes), no redirects, no repetitions.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::BytesMut;
use carillon_domain::time::Clock;
use futures::StreamExt;
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderValue};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::Url;

use super::direct::{CONNECT_TIMEOUT, Direct, chain};
use super::egress::{Blocked, Egress, ResolveError};
use super::http::{Body, Call, MAX_REPLY_BYTES, Opened, Reply, SendError, Transport, exact};
use crate::sandbox::{Fetch, FetchError, Fetched};

/// What we call ourselves. Networks ask for a name and a version that they can recognise.
pub const AGENT: &str = concat!("Carillon/", env!("CARGO_PKG_VERSION"));

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// The TLS library refused its settings.
    #[error("TLS could not be set up: {0}")]
    Tls(#[from] rustls::Error),
    /// The HTTP client refused its settings.
    #[error("the HTTP client could not be set up: {0}")]
    Client(#[from] reqwest::Error),
}

/// The transport over sockets.
pub struct Wire {
    pools: Pools,
    /// For what members name for its content.
    content: Pools,
    direct: Direct,
}

/// Connections behind one guard.
struct Pools {
    https: Pool,
    http: Pool,
    egress: Egress,
}

#[expect(clippy::disallowed_types, reason = "this is the one place that holds the HTTP client")]
type Pool = reqwest::Client;

impl Wire {
    /// A transport behind this guard. `clock` is the one on which commit deadlines are given.
    ///
    /// # Errors
    /// When TLS can't be set up.
    pub fn new(egress: Egress, clock: Arc<dyn Clock>) -> Result<Self, WireError> {
        Self::trusting(trusted_roots(), egress, clock)
    }

    /// The same with other roots of trust.
    pub(crate) fn trusting(
        roots: rustls::RootCertStore,
        egress: Egress,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, WireError> {
        let tls = tls_config(roots)?;
        Ok(Self {
            content: Pools::new(egress.for_content(), &tls)?,
            pools: Pools::new(egress.clone(), &tls)?,
            direct: Direct::new(egress, Arc::new(tls), clock),
        })
    }

    async fn pooled(&self, url: Url, call: Call) -> Result<Reply, SendError> {
        let mut request =
            self.pools.for_url(&url).request(call.method, url).headers(call.headers).timeout(call.timeout);
        request = match call.body {
            Body::Empty => request,
            Body::Bytes(bytes) => request.body(bytes),
            Body::Stream { len, stream } => {
                request.header(CONTENT_LENGTH, len).body(reqwest::Body::wrap_stream(exact(len, stream)))
            }
        };
        let response = request.send().await.map_err(classify)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let mut body = BytesMut::new();
        let mut stream = response.bytes_stream();
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|e| SendError::Lost(format!("the answer broke off: {}", chain(&e))))?;
            if body.len() + chunk.len() > MAX_REPLY_BYTES {
                return Err(SendError::Lost(format!("the answer is longer than {MAX_REPLY_BYTES} bytes")));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Reply { status, headers, body: body.freeze() })
    }
}

impl Pools {
    fn new(egress: Egress, tls: &rustls::ClientConfig) -> Result<Self, WireError> {
        let (https, http) = (pool(&egress, tls.clone(), true)?, pool(&egress, tls.clone(), false)?);
        Ok(Self { https, http, egress })
    }

    fn check(&self, url: &str) -> Result<Url, SendError> {
        let url = Url::parse(url).map_err(|e| SendError::NotSent(format!("not an address: {e}")))?;
        self.egress.check_url(&url).map_err(|blocked| SendError::Forbidden(blocked.to_string()))?;
        Ok(url)
    }

    fn for_url(&self, url: &Url) -> &Pool {
        if url.scheme() == "https" { &self.https } else { &self.http }
    }

    async fn open(&self, call: Call) -> Result<Opened, SendError> {
        let url = self.check(&call.url)?;
        let asked = self.for_url(&url).request(call.method, url).headers(call.headers).send();
        let head = tokio::time::timeout(call.timeout, asked).await;
        let response =
            head.map_err(|_| SendError::Lost("no answer in time".to_owned()))?.map_err(classify)?;
        Ok(Opened {
            status: response.status(),
            headers: response.headers().clone(),
            stream: response.bytes_stream().map(|chunk| chunk.map_err(std::io::Error::other)).boxed(),
        })
    }
}

#[async_trait]
impl Transport for Wire {
    fn admit(&self, call: &Call) -> Result<(), SendError> {
        self.pools.check(&call.url).map(|_| ())
    }

    async fn send(&self, call: Call, not_after: Option<Duration>) -> Result<Reply, SendError> {
        let url = self.pools.check(&call.url)?;
        if not_after.is_some() {
            return self.direct.send(call, not_after).await;
        }
        self.pooled(url, call).await
    }

    async fn open(&self, call: Call) -> Result<Opened, SendError> {
        self.content.open(call).await
    }
}

/// Connections to one host that are kept when nobody uses them: as many as preparations run side by side. With fewer, each that ends
/// its call closes one that the next would have used.
const MOST_IDLE: usize = 32;

/// How long a simulated network waits for the head of an answer.
const PULL_TIMEOUT: Duration = Duration::from_secs(30);

/// Pulls files for the simulated networks, under the guard of networks: in a demo they are this machine's own.
#[async_trait]
impl Fetch for Wire {
    async fn fetch(&self, url: &str) -> Result<Fetched, FetchError> {
        let opened = self.pools.open(Call::get("sandbox.pull", url).timeout(PULL_TIMEOUT)).await;
        let opened = opened.map_err(|error| FetchError(error.to_string()))?;
        let content_type = opened.headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok());
        Ok(Fetched {
            status: opened.status.as_u16(),
            content_type: content_type.unwrap_or_default().to_owned(),
            stream: opened.stream,
        })
    }
}

/// Headers that every request carries unless the connector set them.
pub(super) fn standing_headers(headers: &mut HeaderMap) {
    headers.entry(USER_AGENT).or_insert(HeaderValue::from_static(AGENT));
    headers.entry(ACCEPT).or_insert(HeaderValue::from_static("*/*"));
}

/// What the machine trusts; on machines without a list of their own, Mozilla's.
fn trusted_roots() -> rustls::RootCertStore {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    }
    roots
}

fn tls_config(roots: rustls::RootCertStore) -> Result<rustls::ClientConfig, WireError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn pool(egress: &Egress, tls: rustls::ClientConfig, https: bool) -> Result<Pool, WireError> {
    let mut headers = HeaderMap::new();
    standing_headers(&mut headers);
    let client = Pool::builder()
        .tls_backend_preconfigured(tls)
        .https_only(https)
        .http1_only()
        .default_headers(headers)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .no_proxy()
        .connect_timeout(CONNECT_TIMEOUT)
        .pool_max_idle_per_host(MOST_IDLE)
        .dns_resolver(Guarded { egress: egress.clone(), tls: https })
        .build()?;
    Ok(client)
}

/// Gives the HTTP client only addresses that were checked.
struct Guarded {
    egress: Egress,
    tls: bool,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let (egress, tls) = (self.egress.clone(), self.tls);
        Box::pin(async move {
            let found: Vec<SocketAddr> = egress.resolve(name.as_str(), 0, tls).await?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Whether the request can't have left, by what failed.
fn classify(error: reqwest::Error) -> SendError {
    let error = error.without_url();
    let mut next: Option<&(dyn Error + 'static)> = Some(&error);
    while let Some(cause) = next {
        let blocked = cause.downcast_ref::<Blocked>().or(match cause.downcast_ref::<ResolveError>() {
            Some(ResolveError::Blocked(blocked)) => Some(blocked),
            _ => None,
        });
        if let Some(blocked) = blocked {
            return SendError::Forbidden(blocked.to_string());
        }
        next = cause.source();
    }
    if error.is_connect() || error.is_builder() {
        return SendError::NotSent(chain(&error));
    }
    SendError::Lost(chain(&error))
}
