//! TikTok, Login Kit, Display API and Content Posting API v2.
//!
//! Invariants: a video's bytes go out ahead of its time, all but the last part; the arrival of the last part is what makes TikTok post it,
//! so that sending it is the one commit. Its `publish_id` was known before, can be asked how it went, and posts once however often the
//! part is sent. Pictures, and videos that TikTok fetches itself, have no such id before the commit: see [`publish`]. Nothing is called
//! published before TikTok says so. Refresh tokens are good for one use.

use crate::contract::authorizer::Authorizer;
use crate::contract::capability::{Capabilities, Connect, PostKind};
use crate::contract::connector::{Accepts, Connector, Descriptor, EndpointSetting, ReadingWindow, Setting};
use crate::contract::display::Display;
use crate::contract::insights::Insights;
use crate::contract::publisher::{CommitSafety, Publisher};
use crate::contract::reader::Reader;
use crate::contract::webhooks::Webhooks;

mod api;
mod auth;
mod check;
mod creator;
mod display;
mod errors;
mod limits;
mod options;
mod publish;
mod read;
pub(crate) mod sandbox;
mod settings;
#[cfg(test)]
mod tests;
mod text;
mod webhooks;
mod wire;

/// The connector.
pub static CONNECTOR: TikTok = TikTok;

/// TikTok's connector.
#[derive(Debug, Clone, Copy)]
pub struct TikTok;

/// Key of the API's base URL.
const API: &str = "api_base_url";
/// Key of the base URL of the page where people agree, and of those where they see posts.
const WEB: &str = "web_base_url";

static DESCRIPTOR: Descriptor = Descriptor {
    name: errors::PLATFORM,
    title: "TikTok",
    icon: "brand-tiktok",
    color: "#000000",
    endpoints: &[
        EndpointSetting { key: API, default: "https://open.tiktokapis.com" },
        EndpointSetting { key: WEB, default: "https://www.tiktok.com" },
    ],
    settings: &[
        Setting {
            key: "client_id",
            secret: false,
            accepts: Accepts::Text,
            help: "Client key of your app at developers.tiktok.com.",
        },
        Setting {
            key: "client_secret",
            secret: true,
            accepts: Accepts::Text,
            help: "The app's client secret.",
        },
        settings::PERMISSIONS,
        settings::AUDITED,
        settings::TRANSFER,
    ],
    docs: include_str!("docs.md"),
    errands: errors::ERRANDS,
    many_servers: false,
    paid_reads: false,
};

static CAPABILITIES: Capabilities = Capabilities {
    connect: Connect::Oauth { flavours: &["tiktok"] },
    kinds: &[PostKind::Video, PostKind::Image, PostKind::Carousel],
    text: limits::TEXT,
    media: limits::MEDIA,
    threads: false,
    polls: false,
    first_comment: false,
    alt_text: false,
    delete: false,
    edit: false,
    options: limits::OPTIONS,
    // Of pictures; that of an uploaded video is `Idempotent`.
    commit_safety: CommitSafety::Answered,
    daily_cap: Some(limits::DAILY_POSTS),
    prepare_ahead_s: 15 * 60,
};

impl Connector for TikTok {
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
        None
    }
    fn webhooks(&self) -> Option<&dyn Webhooks> {
        Some(self)
    }
    fn reading_windows(&self, operation: &str) -> &'static [ReadingWindow] {
        match operation {
            errors::op::USER | errors::op::LIST => limits::READING,
            _ => &[],
        }
    }
}
