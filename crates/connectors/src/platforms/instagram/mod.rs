//! Instagram, by either login: professional accounts through Instagram's own, or through a Facebook Page.
//!
//! Fact sheet: Meta's Instagram Platform documentation (copies of September 2025 to October 2026) and the v25/v26 node
//! specifications of Meta's own SDKs.

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
use crate::contract::connector::{Accepts, Connector, Descriptor, EndpointSetting, ReadingWindow, Setting};
use crate::contract::display::Display;
use crate::contract::insights::Insights;
use crate::contract::publisher::{CommitSafety, Publisher};
use crate::contract::reader::Reader;
use crate::contract::webhooks::Webhooks;
use crate::kit::graph::hooks::VERIFY_TOKEN;

/// The name in the registry.
const NAME: &str = "instagram";

/// The connector.
pub static CONNECTOR: Instagram = Instagram;

/// Instagram's connector; stateless.
#[derive(Debug)]
pub struct Instagram;

impl Connector for Instagram {
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
    fn reading_windows(&self, _: &str) -> &'static [ReadingWindow] {
        limits::READING
    }
}

static DESCRIPTOR: Descriptor = Descriptor {
    name: NAME,
    title: "Instagram",
    icon: "brand-instagram",
    color: "#e1306c",
    endpoints: &[
        EndpointSetting { key: "graph_instagram_base_url", default: "https://graph.instagram.com" },
        EndpointSetting { key: "api_instagram_base_url", default: "https://api.instagram.com" },
        EndpointSetting { key: "www_instagram_base_url", default: "https://www.instagram.com" },
        EndpointSetting { key: "graph_facebook_base_url", default: "https://graph.facebook.com" },
        EndpointSetting { key: "www_facebook_base_url", default: "https://www.facebook.com" },
        EndpointSetting { key: "rupload_base_url", default: "https://rupload.facebook.com" },
    ],
    settings: &[
        Setting {
            key: "client_id",
            secret: false,
            accepts: Accepts::Text,
            help: "Instagram app ID, for the Instagram login. It is not the Meta app ID.",
        },
        Setting {
            key: "client_secret",
            secret: true,
            accepts: Accepts::Text,
            help: "Instagram app secret, for the Instagram login.",
        },
        Setting {
            key: "facebook_client_id",
            secret: false,
            accepts: Accepts::Text,
            help: "Meta app ID, for the Facebook login.",
        },
        Setting {
            key: "facebook_client_secret",
            secret: true,
            accepts: Accepts::Text,
            help: "Meta app secret, for the Facebook login.",
        },
        VERIFY_TOKEN,
    ],
    docs: include_str!("docs.md"),
    errands: errors::ERRANDS,
    many_servers: false,
    paid_reads: false,
};

static CAPABILITIES: Capabilities = Capabilities {
    connect: Connect::Oauth { flavours: &["instagram", "facebook"] },
    kinds: &[PostKind::Image, PostKind::Carousel, PostKind::Reel, PostKind::Story],
    text: limits::TEXT,
    media: limits::MEDIA,
    threads: false,
    polls: false,
    first_comment: true,
    alt_text: true,
    delete: true,
    edit: false,
    options: options::FIELDS,
    commit_safety: CommitSafety::Reconcilable,
    // Long reels are processed for more than a quarter of an hour; containers live for 24 hours.
    daily_cap: Some(limits::DAILY_POSTS),
    prepare_ahead_s: 30 * 60,
};
