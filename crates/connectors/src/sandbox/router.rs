//! Finds the simulated host that a request is for.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, Uri};
use tower::ServiceExt;

use super::page::{self, index_page};
use super::site::Address;
use super::{Author, Elsewhere, Login, Persona, Simulator, Site, SiteHost, World, control, guard, shared};

/// A world together with the simulators that play in it. Cheap to clone.
#[derive(Clone)]
pub struct Sandbox {
    inner: Arc<Inner>,
}

struct Inner {
    world: Arc<World>,
    players: Vec<Player>,
}

pub(super) struct Player {
    pub(super) simulator: Arc<dyn Simulator>,
    pub(super) hosts: Vec<SiteHost>,
    router: Router,
}

/// Where a request came in.
#[derive(Debug, Clone)]
pub(super) struct Arrival {
    pub(super) scheme: String,
    pub(super) host: String,
    pub(super) port: Option<u16>,
    pub(super) sockets: bool,
}

impl Arrival {
    fn origin(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        match self.port {
            Some(port) => format!("{}://{host}:{port}", self.scheme),
            None => format!("{}://{host}", self.scheme),
        }
    }
}

impl Sandbox {
    /// All registered platforms.
    pub fn new(world: Arc<World>) -> Self {
        Self::with(world, crate::registry::simulators())
    }

    /// These simulators only.
    pub fn with(world: Arc<World>, simulators: Vec<Box<dyn Simulator>>) -> Self {
        let players = simulators.into_iter().map(|simulator| {
            let simulator: Arc<dyn Simulator> = Arc::from(simulator);
            // The networks' own limits are the simulators' business; axum's general one would hide them.
            let router = simulator.router(world.clone()).layer(DefaultBodyLimit::disable());
            Player { hosts: simulator.hosts(), simulator, router }
        });
        let players = players.collect();
        Self { inner: Arc::new(Inner { world, players }) }
    }

    /// The world.
    pub fn world(&self) -> &Arc<World> {
        &self.inner.world
    }

    /// How a persona signs in on this platform without a browser, if it has app passwords.
    pub fn login(&self, platform: &str, persona: &'static Persona) -> Option<Login> {
        let player = self.players().iter().find(|p| p.simulator.platform() == platform)?;
        player.simulator.login(self.world(), persona)
    }

    /// Makes a post on a platform as its author would on the network's own pages, at the world's time. Its id in the API, `None` where
    /// there is no such author or the network takes nothing like that.
    pub fn post_elsewhere(
        &self,
        platform: &str,
        author: &Author<'_>,
        what: &Elsewhere<'_>,
    ) -> Option<String> {
        let player = self.players().iter().find(|p| p.simulator.platform() == platform)?;
        player.simulator.post_elsewhere(self.world(), author, what)
    }

    /// The first ready-made server of a network of many servers.
    pub fn first_family_host(&self, platform: &str) -> Option<String> {
        let player = self.players().iter().find(|p| p.simulator.platform() == platform)?;
        player.hosts.iter().find_map(|h| {
            let suffix = h.name.strip_prefix('*')?;
            h.ready.first().map(|label| format!("{label}{suffix}"))
        })
    }

    pub(super) fn players(&self) -> &[Player] {
        &self.inner.players
    }

    /// Everybody who plays this host.
    fn players_of(&self, host: &str) -> Vec<&Player> {
        self.players().iter().filter(|p| p.hosts.iter().any(|h| h.matches(host))).collect()
    }

    /// Whether a request to this host and path reaches something.
    pub(super) fn knows(&self, host: &str) -> bool {
        !self.players_of(host).is_empty()
    }

    /// Answers one request.
    pub(super) async fn answer(&self, mut request: Request, arrival: Arrival) -> Response {
        let path = request.uri().path().to_owned();
        if path == "/sandbox" || path.starts_with("/sandbox/") {
            let known = self.knows(&arrival.host);
            if let Some(why) = guard::refusal(request.method(), request.headers(), &arrival.host, known) {
                return control::problem(StatusCode::FORBIDDEN, "foreign", why);
            }
            request.extensions_mut().insert(HostList(self.host_list(&arrival.origin())));
            let platforms = self.players().iter().map(|player| player.simulator.platform()).collect();
            request.extensions_mut().insert(Platforms(platforms));
            return infallible(control::router(self.world().clone()).oneshot(request).await);
        }
        let players = self.players_of(&arrival.host);
        if let Some(first) = players.first() {
            let player = if players.len() == 1 {
                first
            } else {
                let (whose, read) = shared::whose(self.world(), &players, &arrival.host, request).await;
                request = read;
                whose
            };
            let address = Address::ByHost { scheme: arrival.scheme.clone(), port: arrival.port };
            return self.play(player, arrival.host.clone(), address, arrival.sockets, request).await;
        }
        if path == "/" {
            return index_page(&self.host_list(&arrival.origin())).into_response();
        }
        let mut segments = path.splitn(4, '/').skip(1);
        let (platform, host) =
            (segments.next().unwrap_or(""), segments.next().unwrap_or("").to_ascii_lowercase());
        let player = self
            .players()
            .iter()
            .find(|p| p.simulator.platform() == platform && p.hosts.iter().any(|h| h.matches(&host)));
        let Some(player) = player else {
            let text =
                format!("No simulated network answers at {path}. The front page lists the hosts that exist.");
            return page::message(StatusCode::NOT_FOUND, "Sandbox", "#455a64", "No such host", &text);
        };
        let rest = format!("/{}", segments.next().unwrap_or(""));
        let rest = request.uri().query().map_or(rest.clone(), |query| format!("{rest}?{query}"));
        match rest.parse::<Uri>() {
            Ok(uri) => *request.uri_mut() = uri,
            Err(_) => return StatusCode::BAD_REQUEST.into_response(),
        }
        let address = Address::ByPath { origin: arrival.origin() };
        self.play(player, host, address, arrival.sockets, request).await
    }

    async fn play(
        &self,
        player: &Player,
        host: String,
        address: Address,
        sockets: bool,
        mut request: Request,
    ) -> Response {
        let simulator = player.simulator.clone();
        let (platform, world) = (simulator.platform(), self.world().clone());
        let site = Site { platform, host, address, simulator, sockets, world: world.clone() };
        request.extensions_mut().insert(site);
        request.extensions_mut().insert(world);
        infallible(player.router.clone().oneshot(request.map(Body::new)).await)
    }

    pub(super) fn host_list(&self, origin: &str) -> Vec<page::HostEntry> {
        let mut list = Vec::new();
        for player in self.players() {
            let (platform, title) = (player.simulator.platform(), player.simulator.title());
            for host in &player.hosts {
                let entry = |name: String, wildcard: bool| {
                    let url = format!("{origin}/{platform}/{name}");
                    let page = host.page.filter(|_| !wildcard).map(|path| format!("{url}{path}"));
                    page::HostEntry { platform, title, host: name, url, wildcard, about: host.about, page }
                };
                if let Some(suffix) = host.name.strip_prefix('*') {
                    list.extend(host.ready.iter().map(|label| entry(format!("{label}{suffix}"), false)));
                    list.push(entry(host.name.to_owned(), true));
                } else {
                    list.push(entry(host.name.to_owned(), false));
                }
            }
        }
        list
    }
}

/// In a request's extensions for the control API.
#[derive(Clone)]
pub(super) struct HostList(pub(super) Vec<page::HostEntry>);

/// In a request's extensions for the control API: which networks are simulated.
#[derive(Clone)]
pub(super) struct Platforms(pub(super) Vec<&'static str>);

/// What people may type as their server while all simulated networks listen on `port` of this machine, by platform: the servers of
/// networks that have many.
pub fn named_servers(port: u16) -> BTreeMap<&'static str, Vec<String>> {
    let mut named: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    for simulator in crate::registry::simulators() {
        for host in simulator.hosts() {
            // Only these names lead to this machine by themselves.
            let Some(suffix) = host.name.strip_prefix('*').filter(|s| s.ends_with(".localhost")) else {
                continue;
            };
            let servers = host.ready.iter().map(|label| format!("{label}{suffix}:{port}"));
            named.entry(simulator.platform()).or_default().extend(servers);
        }
    }
    named
}

fn infallible(result: Result<Response, Infallible>) -> Response {
    match result {
        Ok(response) => response,
        Err(never) => match never {},
    }
}
