//! Every platform's addresses and app credentials, as the sandbox has them.

use carillon_connectors::Registry;
use carillon_connectors::contract::connector::{Descriptor, READS_PER_MONTH};
use carillon_connectors::sandbox::{World, named_servers};
use carillon_domain::secret::Secret;
use ipnet::IpNet;
use url::Url;

use crate::settings::{Platform, Settings};

/// Lets every platform call the sandbox at `origin`, with the sandbox's app. Nothing that was set for the real networks
/// stays, but whether a platform is switched on.
pub fn point_at_sandbox(settings: &mut Settings, origin: &str) {
    allow_loopback(settings);
    if settings.server.public_url.is_empty() {
        // The simulated networks reach this machine, so they may fetch files from it.
        settings.server.public_url = super::origin(settings.server.listen);
    }
    settings.sandbox.servers = named_servers(settings.sandbox.listen.port());
    let apps = World::builder(std::sync::Arc::new(crate::ambient::SystemClock::new())).build();
    for connector in Registry.all() {
        let descriptor = connector.descriptor();
        let enabled = settings.platforms.get(descriptor.name).and_then(|p| p.enabled);
        let platform = Platform { enabled, ..simulated(descriptor, origin, &apps) };
        settings.platforms.insert(descriptor.name.to_owned(), platform);
    }
}

fn simulated(descriptor: &Descriptor, origin: &str, world: &World) -> Platform {
    let mut platform = Platform::default();
    for endpoint in descriptor.endpoints {
        let Ok(real) = Url::parse(endpoint.default) else { continue };
        let (host, path) = (real.host_str().unwrap_or_default(), real.path().trim_end_matches('/'));
        let address = format!("{origin}/{}/{host}{path}", descriptor.name);
        platform.other.insert(endpoint.key.to_owned(), Secret::new(address));
    }
    let app = world.apps().ready_made(descriptor.name);
    for setting in descriptor.settings {
        // A platform with several logins has an app for each; in the sandbox they are one.
        let value = match setting.key {
            "client_id" => {
                platform.client_id = Some(app.client_id.clone());
                continue;
            }
            "client_secret" => {
                platform.client_secret = Some(Secret::new(&app.client_secret));
                continue;
            }
            key if key.ends_with("client_id") => app.client_id.as_str(),
            key if key.ends_with("client_secret") => app.client_secret.as_str(),
            // Simulated networks send no bill.
            key if key == READS_PER_MONTH.key => "100000",
            _ => continue,
        };
        platform.other.insert(setting.key.to_owned(), Secret::new(value));
    }
    platform
}

/// Calls to this machine, over plain http too.
pub fn allow_loopback(settings: &mut Settings) {
    let v4 = ipnet::Ipv4Net::new(std::net::Ipv4Addr::new(127, 0, 0, 0), 8).map(IpNet::V4);
    let v6 = IpNet::from(std::net::IpAddr::from(std::net::Ipv6Addr::LOCALHOST));
    settings.egress.allow.extend(v4.into_iter().chain([v6]));
}

/// Makes the ready-made app of every platform known.
pub fn register_apps(world: &World) {
    for connector in Registry.all() {
        world.apps().ready_made(connector.descriptor().name);
    }
}
