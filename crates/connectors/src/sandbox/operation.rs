//! Names the operation of a route and lets the fault script act on it.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::request::Parts;
use tower::{Layer, Service};

use super::fault::{Drawn, Fault, FaultKind, When};
use super::{FaultAnswer, Site, Trouble, World};

/// In a response's extensions: the connection ends here without an answer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut;

/// In a response's extensions, in process only: so much longer the answer took.
#[derive(Debug, Clone, Copy)]
pub(super) struct Delayed(pub(super) Duration);

/// In a request's extensions, in process only: whether the call came with a permit to commit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Permitted(pub(super) bool);

/// An invisible or reading operation.
pub fn op(name: &'static str) -> OpLayer {
    OpLayer { name: Arc::new(move |_| (name, false)) }
}

/// An operation that makes something public.
pub fn commit(name: &'static str) -> OpLayer {
    OpLayer { name: Arc::new(move |_| (name, true)) }
}

/// For routes whose operation depends on the request: gives the name, and whether it makes something public.
pub fn op_by(name: impl Fn(&Parts) -> (&'static str, bool) + Send + Sync + 'static) -> OpLayer {
    OpLayer { name: Arc::new(name) }
}

type Namer = Arc<dyn Fn(&Parts) -> (&'static str, bool) + Send + Sync>;

/// A layer for a `MethodRouter`; made by [`op`], [`commit`] and [`op_by`].
#[derive(Clone)]
pub struct OpLayer {
    name: Namer,
}

impl<S> Layer<S> for OpLayer {
    type Service = OpService<S>;

    fn layer(&self, inner: S) -> OpService<S> {
        OpService { inner, name: self.name.clone() }
    }
}

/// The service made by [`OpLayer`].
#[derive(Clone)]
pub struct OpService<S> {
    inner: S,
    name: Namer,
}

impl<S> Service<Request> for OpService<S>
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        // The instance that was polled ready must be the one that is called.
        let fresh = self.inner.clone();
        let inner = std::mem::replace(&mut self.inner, fresh);
        let (parts, body) = request.into_parts();
        let (Some(site), Some(world)) =
            (parts.extensions.get::<Site>().cloned(), parts.extensions.get::<Arc<World>>().cloned())
        else {
            let message = "a simulator's router works only inside the sandbox";
            return Box::pin(async move { Ok((StatusCode::INTERNAL_SERVER_ERROR, message).into_response()) });
        };
        let (operation, commit) = (self.name)(&parts);
        if commit && matches!(parts.extensions.get(), Some(Permitted(false))) {
            world.note_unpermitted(operation);
        }
        let token = site.simulator.presented_token(&parts);
        let at = Place { site, world, operation, commit, token };
        Box::pin(at.run(inner, Request::from_parts(parts, body)))
    }
}

/// Longest request body that is read ahead when a delayed call must go on without its client.
const READ_AHEAD: usize = 1024 * 1024;

struct Place {
    site: Site,
    world: Arc<World>,
    operation: &'static str,
    commit: bool,
    token: Option<String>,
}

impl Place {
    async fn run<S>(self, inner: S, request: Request) -> Result<Response, Infallible>
    where
        S: Service<Request, Response = Response, Error = Infallible> + Send + 'static,
        S::Future: Send + 'static,
    {
        self.world.tallies.called(self.site.platform, self.operation);
        let before = self.draw(When::Before);
        if !before.delay.is_zero() && self.site.sockets {
            return Ok(self.detached(inner, request, before).await);
        }
        self.finish(inner, request, before).await
    }

    fn draw(&self, when: When) -> Drawn {
        self.world.faults().draw(self.site.platform, self.operation, self.commit, when)
    }

    /// A network that is slow does its work even when the client has hung up, so the work must not die with the connection.
    async fn detached<S>(self, inner: S, request: Request, mut before: Drawn) -> Response
    where
        S: Service<Request, Response = Response, Error = Infallible> + Send + 'static,
        S::Future: Send + 'static,
    {
        let (parts, body) = request.into_parts();
        let small = http_body::Body::size_hint(&body).upper().is_some_and(|n| n <= READ_AHEAD as u64);
        let body = if small {
            match axum::body::to_bytes(body, READ_AHEAD).await {
                Ok(bytes) => Body::from(bytes),
                Err(_) => return cut(),
            }
        } else {
            body
        };
        let delay = std::mem::take(&mut before.delay);
        let work = tokio::spawn(async move {
            tokio::time::sleep(delay).await;
            self.finish(inner, Request::from_parts(parts, body), before).await
        });
        match work.await {
            Ok(Ok(response)) => response,
            _ => cut(),
        }
    }

    async fn finish<S>(self, mut inner: S, request: Request, before: Drawn) -> Result<Response, Infallible>
    where
        S: Service<Request, Response = Response, Error = Infallible> + Send + 'static,
        S::Future: Send + 'static,
    {
        let mut delay = before.delay;
        let mut response = match before.hit {
            Some(fault) => self.answer(&fault),
            None => {
                let response = inner.call(request).await?;
                // A refused call had no effect, so nothing can go wrong after it.
                if response.status().is_client_error() || response.status().is_server_error() {
                    response
                } else {
                    let after = self.draw(When::After);
                    if self.site.sockets && !after.delay.is_zero() {
                        tokio::time::sleep(after.delay).await;
                    }
                    delay += after.delay;
                    after.hit.map_or(response, |fault| self.answer(&fault))
                }
            }
        };
        if !self.site.sockets && !delay.is_zero() {
            response.extensions_mut().insert(Delayed(delay));
        }
        Ok(response)
    }

    fn answer(&self, fault: &Fault) -> Response {
        let platform = self.site.platform;
        self.world.tallies.struck(platform, self.operation);
        let trouble = match fault.fault {
            FaultKind::Cut | FaultKind::Delay | FaultKind::SlowProcessing => return cut(),
            FaultKind::Status => Trouble::Status(
                fault
                    .status
                    .and_then(|s| StatusCode::from_u16(s).ok())
                    .unwrap_or(StatusCode::SERVICE_UNAVAILABLE),
            ),
            FaultKind::RateLimit => {
                let now = self.world.now();
                let wait = Duration::from_secs(u64::from(fault.reset_s.unwrap_or(60)));
                Trouble::RateLimited { reset_at: now.checked_add(wait).unwrap_or(now) }
            }
            FaultKind::TokenExpired => {
                self.token.as_deref().map(|t| self.world.tokens().expire(platform, t));
                Trouble::TokenExpired
            }
            FaultKind::TokenRevoked => {
                if let Some(token) = self.token.as_deref() {
                    self.world.tokens().revoke_with_grant(platform, token);
                }
                Trouble::TokenRevoked
            }
        };
        self.site.simulator.fault_response(&FaultAnswer {
            trouble,
            operation: self.operation,
            site: &self.site,
            world: &self.world,
        })
    }
}

fn cut() -> Response {
    let mut response = Response::default();
    response.extensions_mut().insert(Cut);
    response
}
