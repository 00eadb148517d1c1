//! Bluesky: any server that speaks the AT Protocol, signed in to with an app password.
//!
//! A post is a record in the account's repository, at a key that we choose. `putRecord` with the same content at the same
//! key has no second effect, so a commit whose answer was lost is simply sent again.

use crate::contract::authorizer::Authorizer;
use crate::contract::capability::{
    Capabilities, Connect, MediaRules, OptionField, OptionInput, PostKind, TextRule, TextUnit,
};
use crate::contract::connector::{Connector, Descriptor, EndpointSetting, ReadingWindow};
use crate::contract::display::Display;
use crate::contract::insights::Insights;
use crate::contract::people::People;
use crate::contract::publisher::{CommitSafety, Publisher};
use crate::contract::reader::Reader;
use crate::contract::webhooks::Webhooks;

mod auth;
mod display;
mod errors;
mod identity;
mod limits;
mod people;
mod publish;
mod read;
pub mod sandbox;
mod wire;
mod xrpc;

#[cfg(test)]
mod tests;

/// The connector.
pub static CONNECTOR: Bluesky = Bluesky;

/// Bluesky and other servers of the AT Protocol.
#[derive(Debug)]
pub struct Bluesky;

const ENTRYWAY: &str = "entryway_base_url";
const APPVIEW: &str = "appview_base_url";
const PLC: &str = "plc_base_url";
const WEB: &str = "web_base_url";

static DESCRIPTOR: Descriptor = Descriptor {
    name: "bluesky",
    title: "Bluesky",
    icon: "brand-bluesky",
    color: "#1185fe",
    endpoints: &[
        EndpointSetting { key: ENTRYWAY, default: "https://bsky.social" },
        EndpointSetting { key: APPVIEW, default: "https://public.api.bsky.app" },
        EndpointSetting { key: PLC, default: "https://plc.directory" },
        EndpointSetting { key: WEB, default: "https://bsky.app" },
    ],
    settings: &[],
    docs: include_str!("docs.md"),
    errands: errors::ERRANDS,
    many_servers: true,
    paid_reads: false,
};

static CAPABILITIES: Capabilities = Capabilities {
    connect: Connect::AppPassword { default_server: "https://bsky.social" },
    kinds: &[PostKind::Post],
    text: TextRule { max: limits::TEXT_GRAPHEMES, unit: TextUnit::Graphemes, required_without_media: true },
    media: MediaRules {
        max_items: limits::IMAGES,
        required: false,
        mixed: false,
        image_types: limits::IMAGE_TYPES,
        image_bytes: limits::IMAGE_BYTES,
        video_types: limits::VIDEO_TYPES,
        video_bytes: limits::VIDEO_BYTES,
        video_ms: Some(limits::VIDEO_MS),
        documents: None,
        alt_max: limits::ALT_GRAPHEMES,
    },
    threads: true,
    polls: false,
    first_comment: true,
    alt_text: true,
    delete: true,
    edit: false,
    options: &[
        OptionField { name: "langs", input: OptionInput::List { max: limits::LANGS } },
        OptionField { name: "link_card", input: OptionInput::Bool },
    ],
    commit_safety: CommitSafety::Idempotent,
    daily_cap: None,
    prepare_ahead_s: 15 * 60,
};

impl Connector for Bluesky {
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
    fn people(&self) -> Option<&dyn People> {
        Some(self)
    }
    fn insights(&self) -> Option<&dyn Insights> {
        None
    }
    fn webhooks(&self) -> Option<&dyn Webhooks> {
        None
    }
    fn reading_windows(&self, _: &str) -> &'static [ReadingWindow] {
        limits::READING
    }
}
