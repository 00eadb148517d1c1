//! YouTube, Data API v3 and Analytics API v2.
//!
//! Invariants: videos are uploaded as private ones, and the one call that makes a video public is `videos.update`, sent by [`publish`]'s
//! commit alone (see there why). It writes a known state at a known id, so that it may be repeated; the first comment may not, and is
//! looked for. What an upload session's address could do in other hands is kept sealed.

use carillon_domain::time::Timestamp;

use crate::contract::authorizer::Authorizer;
use crate::contract::capability::{Capabilities, Connect, PostKind};
use crate::contract::connector::{Accepts, Connector, Descriptor, EndpointSetting, Setting, SharedQuota};
use crate::contract::cx::PlatformSettings;
use crate::contract::display::Display;
use crate::contract::insights::Insights;
use crate::contract::publisher::{CommitSafety, Publisher};
use crate::contract::reader::Reader;
use crate::contract::webhooks::Webhooks;

mod api;
mod auth;
mod check;
mod display;
mod errors;
mod insights;
mod limits;
mod options;
mod pacific;
mod publish;
mod quota;
mod read;
pub(crate) mod sandbox;
#[cfg(test)]
mod tests;
mod text;
mod webhooks;
mod wire;

/// The connector.
pub static CONNECTOR: YouTube = YouTube;

/// YouTube's connector.
#[derive(Debug, Clone, Copy)]
pub struct YouTube;

/// Key of the Data API's base URL.
const API: &str = "api_base_url";
/// Key of the base URL of uploads.
const UPLOADS: &str = "upload_base_url";
/// Key of the Analytics API's base URL.
const ANALYTICS: &str = "analytics_base_url";
/// Key of the base URL of the page where people agree.
const ACCOUNTS: &str = "accounts_base_url";
/// Key of the base URL of the token endpoint.
const OAUTH: &str = "oauth_base_url";
/// Key of the base URL of the pages that people see.
const WEB: &str = "web_base_url";

static DESCRIPTOR: Descriptor = Descriptor {
    name: errors::PLATFORM,
    title: "YouTube",
    icon: "brand-youtube",
    color: "#ff0000",
    endpoints: &[
        EndpointSetting { key: API, default: "https://youtube.googleapis.com" },
        EndpointSetting { key: UPLOADS, default: "https://www.googleapis.com" },
        EndpointSetting { key: ANALYTICS, default: "https://youtubeanalytics.googleapis.com" },
        EndpointSetting { key: ACCOUNTS, default: "https://accounts.google.com" },
        EndpointSetting { key: OAUTH, default: "https://oauth2.googleapis.com" },
        EndpointSetting { key: WEB, default: "https://www.youtube.com" },
    ],
    settings: &[
        Setting {
            key: "client_id",
            secret: false,
            accepts: Accepts::Text,
            help: "OAuth client ID of your Google Cloud project (Google Auth Platform, Clients; type \"Web application\").",
        },
        Setting { key: "client_secret", secret: true, accepts: Accepts::Text, help: "The client's secret." },
        quota::SETTINGS[0],
        quota::SETTINGS[1],
        webhooks::SECRET,
        webhooks::VERIFY_TOKEN,
    ],
    docs: include_str!("docs.md"),
    errands: errors::ERRANDS,
    many_servers: false,
    paid_reads: false,
};

static CAPABILITIES: Capabilities = Capabilities {
    connect: Connect::Oauth { flavours: &["google"] },
    kinds: &[PostKind::Video, PostKind::Reel],
    text: limits::TEXT,
    media: limits::MEDIA,
    threads: false,
    polls: false,
    first_comment: true,
    alt_text: false,
    delete: true,
    edit: false,
    options: limits::OPTIONS,
    // Of the video it is `Idempotent`, of its comment not.
    commit_safety: CommitSafety::Reconcilable,
    daily_cap: Some(quota::UPLOADS),
    // An upload of many gigabytes and an hour of YouTube's own work. Private videos don't run out.
    prepare_ahead_s: 4 * 3600,
};

impl Connector for YouTube {
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
    fn shared_quota(
        &self,
        settings: &PlatformSettings,
        operation: &str,
        now: Timestamp,
    ) -> Option<SharedQuota> {
        quota::shared(settings, operation, now)
    }
    fn shared_quotas(&self, settings: &PlatformSettings, now: Timestamp) -> Vec<SharedQuota> {
        quota::all(settings, now).to_vec()
    }
}
