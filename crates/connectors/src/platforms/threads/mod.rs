//! Threads: a login of its own, posts of text, pictures and videos in two steps (a container, then its publishing), threads as
//! replies to oneself.
//!
//! Fact sheet: Meta's Threads API documentation (copies of September 2025 to August 2026) and Meta's own request and response
//! samples (Postman collection, January 2026).

mod api;
mod auth;
mod check;
mod display;
mod errors;
mod insights;
mod limits;
mod options;
mod publish;
mod read;
mod text;
mod webhooks;
mod wire;

pub(crate) mod sandbox;
#[cfg(test)]
mod tests;

use crate::contract::authorizer::Authorizer;
use crate::contract::capability::{Capabilities, Connect, PostKind};
use crate::contract::connector::{Accepts, Connector, Descriptor, EndpointSetting, Setting};
use crate::contract::display::Display;
use crate::contract::insights::Insights;
use crate::contract::publisher::{CommitSafety, Publisher};
use crate::contract::reader::Reader;
use crate::contract::webhooks::Webhooks;
use crate::kit::graph::hooks::VERIFY_TOKEN;

/// The name in the registry.
const NAME: &str = "threads";

/// Key of the API's base URL.
const GRAPH: &str = "graph_base_url";
/// Key of the base URL of the login page.
const WEB: &str = "web_base_url";

/// The connector.
pub static CONNECTOR: Threads = Threads;

/// Threads' connector; stateless.
#[derive(Debug)]
pub struct Threads;

impl Connector for Threads {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }
    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }
    fn display(&self) -> Option<&'static Display> {
        Some(&display::DISPLAY)
    }
    fn authorizer(&self) -> &dyn Authorizer {
        self
    }
    fn publisher(&self) -> Option<&dyn Publisher> {
        Some(self)
    }
    fn reader(&self) -> Option<&dyn Reader> {
        Some(self)
    }
    fn insights(&self) -> Option<&dyn Insights> {
        Some(self)
    }
    fn webhooks(&self) -> Option<&dyn Webhooks> {
        Some(self)
    }
}

static DESCRIPTOR: Descriptor = Descriptor {
    name: NAME,
    title: "Threads",
    icon: "brand-threads",
    color: "#000000",
    // The documentation names graph.threads.com and threads.com since October 2025; the older hosts are equal.
    endpoints: &[
        EndpointSetting { key: GRAPH, default: "https://graph.threads.net" },
        EndpointSetting { key: WEB, default: "https://threads.net" },
    ],
    settings: &[
        Setting {
            key: "client_id",
            secret: false,
            accepts: Accepts::Text,
            help: "Threads app ID. It is not the Meta app ID.",
        },
        Setting { key: "client_secret", secret: true, accepts: Accepts::Text, help: "Threads app secret." },
        VERIFY_TOKEN,
    ],
    docs: include_str!("docs.md"),
    errands: errors::ERRANDS,
    many_servers: false,
    paid_reads: false,
};

static CAPABILITIES: Capabilities = Capabilities {
    connect: Connect::Oauth { flavours: &[NAME] },
    kinds: &[PostKind::Post, PostKind::Carousel],
    text: limits::TEXT_RULE,
    media: limits::MEDIA,
    threads: true,
    polls: true,
    first_comment: true,
    alt_text: true,
    delete: true,
    edit: false,
    options: options::FIELDS,
    commit_safety: CommitSafety::Reconcilable,
    daily_cap: Some(limits::DAILY_POSTS),
    // A video of five minutes may be processed for a while; containers live for 24 hours.
    prepare_ahead_s: 30 * 60,
};
