//! Mastodon: any server that speaks its client API, signed in to with an app that registers itself there.
//!
//! A post is one call, made safe to repeat by looking first: the Idempotency-Key is a second belt, since servers exist that
//! ignore it, and the ones that know it forget it after an hour.

use crate::contract::authorizer::Authorizer;
use crate::contract::capability::{Capabilities, Connect, MediaRules, PostKind, TextRule, TextUnit};
use crate::contract::connector::{Accepts, Connector, Descriptor, Setting};
use crate::contract::display::Display;
use crate::contract::insights::Insights;
use crate::contract::people::People;
use crate::contract::publisher::{CommitSafety, Publisher};
use crate::contract::reader::Reader;
use crate::contract::webhooks::Webhooks;

mod api;
mod auth;
mod check;
mod display;
mod errors;
mod html;
mod identity;
mod limits;
mod options;
mod people;
mod publish;
mod read;
pub mod sandbox;
mod wire;

#[cfg(test)]
mod tests;

/// The connector.
pub static CONNECTOR: Mastodon = Mastodon;

/// Mastodon and other software with its client API.
#[derive(Debug)]
pub struct Mastodon;

const NAME: &str = "mastodon";

/// How Carillon calls itself at a server unless the operator says otherwise.
const DEFAULT_APP_NAME: &str = "Carillon";

static DESCRIPTOR: Descriptor = Descriptor {
    name: NAME,
    title: "Mastodon",
    icon: "brand-mastodon",
    color: "#6364ff",
    endpoints: &[],
    settings: &[
        Setting {
            key: "app_name",
            secret: false,
            accepts: Accepts::Text,
            help: "The name under which Carillon registers at servers; people see it when they agree, and under posts. Default: Carillon.",
        },
        Setting {
            key: "website",
            secret: false,
            accepts: Accepts::Text,
            help: "The address behind that name, if it should be a link.",
        },
    ],
    docs: include_str!("docs.md"),
    errands: errors::ERRANDS,
    many_servers: true,
    paid_reads: false,
};

static CAPABILITIES: Capabilities = Capabilities {
    connect: Connect::OauthPerServer,
    kinds: &[PostKind::Post],
    text: TextRule {
        max: limits::CHARACTERS,
        unit: TextUnit::MastodonCharacters,
        required_without_media: true,
    },
    media: MediaRules {
        max_items: limits::MEDIA,
        required: false,
        mixed: false,
        image_types: limits::IMAGE_TYPES,
        image_bytes: limits::IMAGE_BYTES,
        video_types: limits::VIDEO_TYPES,
        video_bytes: limits::VIDEO_BYTES,
        video_ms: None,
        documents: None,
        alt_max: limits::DESCRIPTION,
    },
    threads: true,
    polls: true,
    first_comment: true,
    alt_text: true,
    delete: true,
    edit: true,
    options: options::FIELDS,
    commit_safety: CommitSafety::Reconcilable,
    daily_cap: None,
    prepare_ahead_s: 15 * 60,
};

impl Connector for Mastodon {
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
}
