//! Which addresses outgoing calls may reach. It prevents that a server name which a user typed, or a URL which a network
//! answered, makes us talk to the machine's own neighbourhood (server-side request forgery).
//!
//! - Public addresses: over https only.
//! - Addresses in the operator's `egress.allow`: over https and http. They are the networks'; what members name for its content is
//!   behind a guard of its own with `egress.fetch` instead, since they see what comes back.
//! - Everything else is refused: private, loopback, link-local, shared, multicast, reserved, and what hides these inside IPv6.
//!
//! A name is resolved once, its addresses are checked, and only these are connected to: a name that changes its mind between
//! check and connect (DNS rebinding) gains nothing. Redirects are never followed.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use ipnet::IpNet;
use url::{Host, Url};

use super::server_url::is_localhost;

/// Why an address is not called.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Blocked {
    /// Not http(s), or with user and password inside.
    #[error("{0} is not an address that is called")]
    Url(String),
    /// Not a public address, and not allowed by the operator.
    #[error(
        "{host} leads to {ip}, which is not a public address; the operator can allow it under egress.allow"
    )]
    Address {
        /// The name or address that was asked for.
        host: String,
        /// Where it leads.
        ip: IpAddr,
    },
    /// Public, but without encryption.
    #[error("{host} would be called without encryption; plain http is only for addresses under egress.allow")]
    PlainHttp {
        /// The name or address that was asked for.
        host: String,
    },
}

/// Turns names into addresses.
#[async_trait]
pub trait Lookup: Send + Sync {
    /// All addresses of `host`.
    ///
    /// # Errors
    /// When the name has none, or can't be looked up.
    async fn lookup(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// The operating system's resolver.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemLookup;

#[async_trait]
impl Lookup for SystemLookup {
    async fn lookup(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((host, 0)).await?.map(|a| a.ip()).collect())
    }
}

/// Why there is nothing to connect to.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    /// It may not be called.
    #[error(transparent)]
    Blocked(#[from] Blocked),
    /// It has no address.
    #[error("the name {host} could not be resolved: {error}")]
    NotFound {
        /// The name.
        host: String,
        /// What the resolver said.
        error: io::Error,
    },
}

/// The guard.
#[derive(Clone)]
pub struct Egress {
    allow: Arc<[IpNet]>,
    fetch: Arc<[IpNet]>,
    lookup: Arc<dyn Lookup>,
}

impl Egress {
    /// Allows public addresses over https, and these ranges in any way.
    pub fn new(allow: impl Into<Arc<[IpNet]>>) -> Self {
        Self { allow: allow.into(), fetch: Arc::default(), lookup: Arc::new(SystemLookup) }
    }

    /// With ranges from which members may have content.
    #[must_use]
    pub fn with_fetch(mut self, fetch: impl Into<Arc<[IpNet]>>) -> Self {
        self.fetch = fetch.into();
        self
    }

    /// With another resolver.
    #[must_use]
    pub fn with_lookup(mut self, lookup: Arc<dyn Lookup>) -> Self {
        self.lookup = lookup;
        self
    }

    /// The guard of what members name for its content: it allows the ranges for that, and none of the others.
    #[must_use]
    pub fn for_content(&self) -> Self {
        Self { allow: Arc::clone(&self.fetch), ..self.clone() }
    }

    /// The operator's ranges.
    pub fn allowed(&self) -> &[IpNet] {
        &self.allow
    }

    /// What can be said of a URL before its name is resolved.
    ///
    /// # Errors
    /// [`Blocked`] when it may not be called.
    pub fn check_url(&self, url: &Url) -> Result<(), Blocked> {
        let tls = match url.scheme() {
            "https" => true,
            "http" => false,
            other => return Err(Blocked::Url(format!("{other}:…"))),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Blocked::Url("an address with a password".to_owned()));
        }
        match url.host() {
            Some(Host::Ipv4(ip)) => self.check_ip(&ip.to_string(), IpAddr::V4(ip), tls),
            Some(Host::Ipv6(ip)) => self.check_ip(&ip.to_string(), IpAddr::V6(ip), tls),
            Some(Host::Domain(name)) if !tls && self.allow.is_empty() => {
                Err(Blocked::PlainHttp { host: name.to_owned() })
            }
            Some(Host::Domain(_)) => Ok(()),
            None => Err(Blocked::Url("an address without a host".to_owned())),
        }
    }

    /// Whether `ip`, to which `host` leads, may be connected to.
    ///
    /// # Errors
    /// [`Blocked`] when it may not.
    pub fn check_ip(&self, host: &str, ip: IpAddr, tls: bool) -> Result<(), Blocked> {
        let ip = ip.to_canonical();
        if self.allow.iter().any(|net| net.contains(&ip)) {
            return Ok(());
        }
        if !is_public(ip) {
            return Err(Blocked::Address { host: host.to_owned(), ip });
        }
        if !tls {
            return Err(Blocked::PlainHttp { host: host.to_owned() });
        }
        Ok(())
    }

    /// Resolves a name (or takes an address) and leaves only what may be connected to; never empty.
    ///
    /// # Errors
    /// When nothing is left, or the name has no address.
    pub async fn resolve(&self, host: &str, port: u16, tls: bool) -> Result<Vec<SocketAddr>, ResolveError> {
        let bare = host.trim_matches(['[', ']']);
        let ips = if let Ok(ip) = bare.parse::<IpAddr>() {
            vec![ip]
        } else if is_localhost(bare) {
            // RFC 6761, section 6.3: never asked of a name server.
            vec![IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)]
        } else {
            let found = self.lookup.lookup(bare).await;
            found.map_err(|error| ResolveError::NotFound { host: bare.to_owned(), error })?
        };
        let mut refused = None;
        let mut good = Vec::new();
        for ip in ips {
            match self.check_ip(bare, ip, tls) {
                Ok(()) => good.push(SocketAddr::new(ip, port)),
                Err(blocked) => refused = refused.or(Some(blocked)),
            }
        }
        if good.is_empty() {
            let none =
                || ResolveError::NotFound { host: bare.to_owned(), error: io::ErrorKind::NotFound.into() };
            return Err(refused.map_or_else(none, ResolveError::Blocked));
        }
        Ok(good)
    }
}

/// Whether an address is reachable for everybody on the internet (IANA special-purpose address registries, and the
/// addresses under which clouds offer their machines' metadata).
pub fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, d] = ip.octets();
    let special = matches!(
        (a, b, c, d),
        (0 | 10 | 127, ..)                // this network, private, loopback
            | (100, 64..=127, ..)         // shared by carriers; Alibaba's metadata
            | (169, 254, ..)              // link-local; metadata of most clouds
            | (172, 16..=31, ..)          // private
            | (192, 0, 0 | 2, _)          // protocol assignments (Oracle's metadata), documentation
            | (192, 88, 99, _)            // 6to4 relays
            | (192, 168, ..)              // private
            | (198, 18 | 19, ..)          // benchmarks
            | (198, 51, 100, _)           // documentation
            | (203, 0, 113, _)            // documentation
            | (168, 63, 129, 16)          // Azure's wire server
            | (224..=255, ..) // multicast, reserved, broadcast
    );
    !special
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let s = ip.segments();
    // NAT64 (RFC 6052): machines without IPv4 reach public IPv4 through it, so what counts is the address inside.
    if s[..6] == [0x64, 0xff9b, 0, 0, 0, 0] {
        let [.., a, b, c, d] = ip.octets();
        return is_public_v4(Ipv4Addr::new(a, b, c, d));
    }
    // Only 2000::/3 is given out as global unicast; of it not: protocol assignments with Teredo (2001::/23), documentation
    // (2001:db8::/32, 3fff::/20) and 6to4 (2002::/16), which hides an IPv4 address.
    let global = s[0] & 0xe000 == 0x2000;
    let special =
        (s[0] == 0x2001 && (s[1] < 0x200 || s[1] == 0xdb8)) || s[0] == 0x2002 || s[0] & 0xfff0 == 0x3ff0;
    global && !special
}

#[cfg(test)]
mod tests;
