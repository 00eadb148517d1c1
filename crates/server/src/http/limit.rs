//! Inbound limits: so many requests per minute for each API token and for each address.
//!
//! Two budgets, because connecting and syncing cause work at the networks: an ordinary one, and a smaller one for those.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::ops::Add;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use carillon_domain::error::AppError;
use carillon_domain::time::Clock;
use governor::clock::{Clock as GovernorClock, Reference};
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use sha2::{Digest, Sha256};

use super::context::RequestContext;
use super::failure::Failure;
use super::state::App;
use crate::settings::Limits;
use crate::urls;

/// Who is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Caller {
    /// The start of the hash of what was sent as a token; valid or not, so that guessing is limited as well.
    Token([u8; 16]),
    /// IPv4, or the /64 that one IPv6 client can choose from.
    Address(IpAddr),
}

/// Our clock's monotonic face, as governor wants it.
#[derive(Clone)]
struct LimiterClock(Arc<dyn Clock>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Instant(Duration);

impl Add<Nanos> for Instant {
    type Output = Self;
    fn add(self, other: Nanos) -> Self {
        Self(self.0 + Duration::from(other))
    }
}

impl Reference for Instant {
    fn duration_since(&self, earlier: Self) -> Nanos {
        self.0.saturating_sub(earlier.0).into()
    }
    fn saturating_sub(&self, duration: Nanos) -> Self {
        Self(self.0.saturating_sub(duration.into()))
    }
}

impl GovernorClock for LimiterClock {
    type Instant = Instant;
    fn now(&self) -> Instant {
        Instant(self.0.monotonic())
    }
}

type Keyed = RateLimiter<Caller, DashMapStateStore<Caller>, LimiterClock, NoOpMiddleware<Instant>>;

/// The two budgets of every caller.
pub struct Limiter {
    ordinary: Keyed,
    sensitive: Keyed,
    clock: LimiterClock,
    since_cleaning: AtomicU32,
}

/// After so many checks the callers that have all their budget back are forgotten.
const CLEAN_EVERY: u32 = 10_000;

impl Limiter {
    /// Full budgets for everybody.
    pub fn new(limits: &Limits, clock: Arc<dyn Clock>) -> Self {
        let clock = LimiterClock(clock);
        let keyed = |per_minute: NonZeroU32| {
            Keyed::new(Quota::per_minute(per_minute), DashMapStateStore::default(), clock.clone())
        };
        Self {
            ordinary: keyed(limits.requests_per_minute),
            sensitive: keyed(limits.sensitive_requests_per_minute),
            since_cleaning: AtomicU32::new(0),
            clock: clock.clone(),
        }
    }

    fn check(&self, budget: &Keyed, callers: &[Caller]) -> Result<(), Failure> {
        if self.since_cleaning.fetch_add(1, Ordering::Relaxed) >= CLEAN_EVERY {
            self.since_cleaning.store(0, Ordering::Relaxed);
            self.ordinary.retain_recent();
            self.sensitive.retain_recent();
        }
        for caller in callers {
            if let Err(not_until) = budget.check_key(caller) {
                let wait = not_until.wait_time_from(self.clock.now());
                let retry_after_s = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
                return Err(AppError::TooMany { retry_after_s: retry_after_s.max(1) }.into());
            }
        }
        Ok(())
    }
}

fn callers(extensions: &Extensions, headers: &HeaderMap) -> Vec<Caller> {
    let address = extensions.get::<RequestContext>().map(|c| c.client);
    let token = headers.get(header::AUTHORIZATION).map(|value| {
        let mut key = [0; 16];
        key.copy_from_slice(&Sha256::digest(value.as_bytes())[..16]);
        Caller::Token(key)
    });
    address.map(|ip| Caller::Address(network(ip))).into_iter().chain(token).collect()
}

fn network(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::V6(std::net::Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

/// Layer of everything that is not an asset.
pub async fn ordinary(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let callers = callers(request.extensions(), request.headers());
    let Err(failure) = app.limiter.check(&app.limiter.ordinary, &callers) else {
        return next.run(request).await;
    };
    if gives_back(&request) && app.limiter.check(&app.limiter.sensitive, &callers).is_ok() {
        request.extensions_mut().insert(Refused(failure));
        return next.run(request).await;
    }
    failure.into_response()
}

/// The request is over the ordinary limit. Its handler does nothing but give back what was typed, with this reason.
#[derive(Debug, Clone)]
pub struct Refused(pub Failure);

/// Whether a refused request carries what somebody wrote. Giving it back costs some of the smaller budget.
fn gives_back(request: &Request) -> bool {
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let writes = [Some(urls::COMPOSE), Some(urls::LIBRARY_PUBLISH)];
    request.method() == Method::POST && writes.contains(&route)
}

/// Takes one from the caller's smaller budget, besides the ordinary one: for handlers that connect and sync. A handler asks
/// for it after it knows who calls.
pub struct Sensitive;

impl FromRequestParts<App> for Sensitive {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let callers = callers(&parts.extensions, &parts.headers);
        app.limiter.check(&app.limiter.sensitive, &callers).map(|()| Self)
    }
}
