//! Facebook Pages: everything goes out with the token of a Page, which lies under the login of a person who works on it.
//!
//! A create has no key that would make it repeatable, and was seen to work although the answer was an error 500. So what can
//! be done invisibly is done first (photos unpublished, videos uploaded but not finished), the one visible call comes last,
//! and after an unclear answer the Page is looked at.
//!
//! Fact sheet: Meta's Pages API, Video API, Reels Publishing and Graph API documentation (copies of 2025-2026) and the v25/v26
//! node specifications of Meta's own SDKs.

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
mod webhooks;
mod wire;

pub(crate) mod sandbox;
#[cfg(test)]
mod tests;

use crate::contract::authorizer::Authorizer;
use crate::contract::capability::{Capabilities, Connect, PostKind};
use crate::contract::connector::{Accepts, Connector, Descriptor, EndpointSetting, Repeats, Setting};
use crate::contract::display::Display;
use crate::contract::insights::Insights;
use crate::contract::publisher::{CommitSafety, Publisher};
use crate::contract::reader::Reader;
use crate::contract::webhooks::Webhooks;
use crate::kit::graph::hooks::VERIFY_TOKEN;

/// The name in the registry.
const NAME: &str = "facebook";

/// The connector.
pub static CONNECTOR: Facebook = Facebook;

/// Facebook's connector; stateless.
#[derive(Debug)]
pub struct Facebook;

impl Connector for Facebook {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }
    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }
    fn display(&self) -> Option<&'static Display> {
        Some(&display::DISPLAY)
    }
    // Error 506; for how long Facebook does not say.
    fn refuses_repeats(&self) -> Option<Repeats> {
        Some(Repeats { hours: None })
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
    title: "Facebook",
    icon: "brand-facebook",
    color: "#0866ff",
    endpoints: &[
        EndpointSetting { key: "graph_base_url", default: "https://graph.facebook.com" },
        EndpointSetting { key: "graph_video_base_url", default: "https://graph-video.facebook.com" },
        EndpointSetting { key: "rupload_base_url", default: "https://rupload.facebook.com" },
        EndpointSetting { key: "www_base_url", default: "https://www.facebook.com" },
    ],
    settings: &[
        Setting {
            key: "client_id",
            secret: false,
            accepts: Accepts::Text,
            help: "App ID of your Meta app (App settings, Basic).",
        },
        Setting {
            key: "client_secret",
            secret: true,
            accepts: Accepts::Text,
            help: "App secret of your Meta app. Every call is signed with it.",
        },
        Setting {
            key: "config_id",
            secret: false,
            accepts: Accepts::Text,
            help: "Configuration ID of Facebook Login for Business, if the app uses that; it then says which permissions are asked for.",
        },
        VERIFY_TOKEN,
    ],
    docs: include_str!("docs.md"),
    errands: errors::ERRANDS,
    many_servers: false,
    paid_reads: false,
};

static CAPABILITIES: Capabilities = Capabilities {
    connect: Connect::Oauth { flavours: &["facebook"] },
    kinds: &[PostKind::Post, PostKind::Reel, PostKind::Story],
    text: limits::TEXT,
    media: limits::MEDIA,
    threads: false,
    polls: false,
    first_comment: true,
    alt_text: true,
    delete: true,
    edit: true,
    options: options::FIELDS,
    commit_safety: CommitSafety::Reconcilable,
    daily_cap: None,
    // Large videos take their time to upload and to be processed.
    prepare_ahead_s: 60 * 60,
};
