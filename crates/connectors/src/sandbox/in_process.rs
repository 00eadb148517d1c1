//! The sandbox as a transport: no sockets, no waiting, on the world's clock.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::body::Body as AxumBody;
use carillon_domain::time::Clock;
use http::header::{CONTENT_LENGTH, HOST};
use http::{HeaderValue, Request, Uri};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::operation::{Cut, Delayed, Permitted};
use super::router::Arrival;
use super::{Sandbox, World};
use crate::kit::http::{Body, Call, MAX_REPLY_BYTES, Reply, SendError, Transport, exact};

/// Calls the simulators directly. Understands the real host names and the listener's `/{platform}/{host}/…` addresses.
///
/// Scripted delays take no time. One that is as long as the call's timeout loses the answer, after the effect.
#[derive(Clone)]
pub struct InProcess {
    sandbox: Sandbox,
    on_delay: Option<Arc<dyn Fn(Duration) + Send + Sync>>,
}

impl InProcess {
    /// All registered platforms in this world.
    pub fn new(world: Arc<World>) -> Self {
        Self::over(Sandbox::new(world))
    }

    /// This sandbox.
    pub fn over(sandbox: Sandbox) -> Self {
        Self { sandbox, on_delay: None }
    }

    /// Calls `hook` with each scripted delay (at most the call's timeout), for example to move a manual clock.
    #[must_use]
    pub fn on_delay(mut self, hook: impl Fn(Duration) + Send + Sync + 'static) -> Self {
        self.on_delay = Some(Arc::new(hook));
        self
    }

    fn arrival(&self, uri: &Uri) -> Result<Arrival, SendError> {
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']).to_ascii_lowercase();
        // No network is called by a bare address, so such a call is for the listener.
        let listener = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok();
        if !listener && !self.sandbox.knows(&host) {
            return Err(SendError::NotSent(format!("no simulated network has the host {host}")));
        }
        let scheme = uri.scheme_str().unwrap_or("https").to_owned();
        Ok(Arrival { scheme, host, port: uri.port_u16(), sockets: false })
    }

    fn request(call: Call, uri: &Uri) -> Result<Request<AxumBody>, SendError> {
        let unsendable = |e: &dyn std::fmt::Display| SendError::NotSent(format!("not a valid request: {e}"));
        let target = uri.path_and_query().map_or("/", |p| p.as_str());
        let mut request = Request::builder()
            .method(call.method)
            .uri(target)
            .body(AxumBody::empty())
            .map_err(|e| unsendable(&e))?;
        *request.headers_mut() = call.headers;
        let authority = uri.authority().map_or("", |a| a.as_str());
        let host = HeaderValue::from_str(authority).map_err(|e| unsendable(&e))?;
        request.headers_mut().insert(HOST, host);
        let (len, body) = match call.body {
            Body::Empty => (None, AxumBody::empty()),
            Body::Bytes(bytes) => (Some(bytes.len() as u64), AxumBody::from(bytes)),
            Body::Stream { len, stream } => (Some(len), AxumBody::from_stream(exact(len, stream))),
        };
        if let Some(len) = len {
            request.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(len));
        }
        *request.body_mut() = body;
        Ok(request)
    }
}

#[async_trait]
impl Transport for InProcess {
    async fn send(&self, call: Call, not_after: Option<Duration>) -> Result<Reply, SendError> {
        let uri: Uri = call
            .url
            .parse()
            .map_err(|e| SendError::NotSent(format!("{} is not an address: {e}", call.operation)))?;
        let arrival = self.arrival(&uri)?;
        let timeout = call.timeout;
        let mut request = Self::request(call, &uri)?;
        request.extensions_mut().insert(Permitted(not_after.is_some()));
        if not_after.is_some_and(|deadline| self.sandbox.world().clock().monotonic() >= deadline) {
            return Err(SendError::NotSent("the commit's deadline passed before it was sent".to_owned()));
        }
        let response = self.sandbox.answer(request, arrival).await;
        if let Some(Delayed(delay)) = response.extensions().get() {
            if let Some(hook) = &self.on_delay {
                hook((*delay).min(timeout));
            }
            if *delay >= timeout {
                return Err(SendError::Lost(format!("no answer within {} s", timeout.as_secs_f64())));
            }
        }
        if response.extensions().get::<Cut>().is_some() {
            return Err(SendError::Lost("the connection ended without an answer".to_owned()));
        }
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, MAX_REPLY_BYTES).collect().await.map_err(|error| {
            let text = if error.is::<LengthLimitError>() {
                "the answer was too long"
            } else {
                "the answer broke off"
            };
            SendError::Lost(text.to_owned())
        })?;
        Ok(Reply { status: parts.status, headers: parts.headers, body: body.to_bytes() })
    }
}
