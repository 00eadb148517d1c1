//! Newnet: say here what kind of network it is, how people sign in, and what makes a repeated commit safe or not.

use crate::contract::authorizer::Authorizer;
use crate::contract::capability::{Capabilities, Connect, MediaRules, PostKind, TextRule, TextUnit};
use crate::contract::connector::{Accepts, Connector, Descriptor, EndpointSetting, Setting};
use crate::contract::display::Display;
use crate::contract::insights::Insights;
use crate::contract::publisher::{CommitSafety, Publisher};
use crate::contract::reader::Reader;
use crate::contract::webhooks::Webhooks;

mod auth;
mod display;
mod errors;
mod limits;
mod publish;
mod read;
pub mod sandbox;
#[cfg(test)]
mod tests;
mod wire;

/// The connector.
pub static CONNECTOR: Newnet = Newnet;

/// Newnet.
#[derive(Debug)]
pub struct Newnet;

const API: &str = "api_base_url";

static DESCRIPTOR: Descriptor = Descriptor {
    name: "newnet",
    title: "Newnet",
    icon: "world",
    color: "#335577",
    endpoints: &[EndpointSetting { key: API, default: "https://api.newnet.example" }],
    settings: &[
        Setting {
            key: "client_id",
            secret: false,
            accepts: Accepts::Text,
            help: "Client id of your app at Newnet.",
        },
        Setting {
            key: "client_secret",
            secret: true,
            accepts: Accepts::Text,
            help: "Client secret of your app at Newnet.",
        },
    ],
    docs: include_str!("docs.md"),
    errands: errors::ERRANDS,
    many_servers: false,
    paid_reads: false,
};

static CAPABILITIES: Capabilities = Capabilities {
    connect: Connect::Oauth { flavours: &["newnet"] },
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
        documents: None,
        alt_max: 0,
    },
    threads: false,
    polls: false,
    first_comment: false,
    alt_text: false,
    delete: true,
    edit: false,
    options: &[],
    commit_safety: CommitSafety::Reconcilable,
    daily_cap: None,
    prepare_ahead_s: 15 * 60,
};

impl Connector for Newnet {
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
    /// Where the network shows numbers only to the owner, `insights.rs` reads them.
    fn insights(&self) -> Option<&dyn Insights> {
        None
    }
    /// Where the network sends events to an address of ours, `webhooks.rs` reads them.
    fn webhooks(&self) -> Option<&dyn Webhooks> {
        None
    }
}
