//! Threads: say here what kind of network it is, how people sign in, and what makes a repeated commit safe or not.

use crate::contract::authorizer::Authorizer;
use crate::contract::capability::{Capabilities, Connect, MediaRules, PostKind, TextRule, TextUnit};
use crate::contract::connector::{Accepts, Connector, Descriptor, EndpointSetting, Setting};
use crate::contract::publisher::{CommitSafety, Publisher};
use crate::contract::reader::Reader;

mod auth;
mod errors;
mod limits;
mod publish;
mod read;
pub mod sandbox;
#[cfg(test)]
mod tests;
mod wire;

/// The connector.
pub static CONNECTOR: Threads = Threads;

/// Threads.
#[derive(Debug)]
pub struct Threads;

const API: &str = "api_base_url";

static DESCRIPTOR: Descriptor = Descriptor {
    name: "threads",
    title: "Threads",
    icon: "world",
    color: "#335577",
    endpoints: &[EndpointSetting { key: API, default: "https://api.threads.example" }],
    settings: &[
        Setting {
            key: "client_id",
            secret: false,
            accepts: Accepts::Text,
            help: "Client id of your app at Threads.",
        },
        Setting {
            key: "client_secret",
            secret: true,
            accepts: Accepts::Text,
            help: "Client secret of your app at Threads.",
        },
    ],
    docs: include_str!("docs.md"),
    many_servers: false,
};

static CAPABILITIES: Capabilities = Capabilities {
    connect: Connect::Oauth { flavours: &["threads"] },
    kinds: &[PostKind::Post],
    text: TextRule { max: limits::TEXT, unit: TextUnit::Characters, required_without_media: true },
    media: MediaRules {
        max_items: 0,
        required: false,
        mixed: false,
        image_types: &[],
        image_bytes: 0,
        video_types: &[],
        video_bytes: 0,
        video_ms: None,
        alt_max: 0,
    },
    threads: false,
    polls: false,
    first_comment: false,
    alt_text: false,
    delete: true,
    options: &[],
    commit_safety: CommitSafety::Reconcilable,
    daily_cap: None,
    prepare_ahead_s: 15 * 60,
};

impl Connector for Threads {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }
    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
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
}
