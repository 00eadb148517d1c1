//! X (formerly Twitter), API v2.
//!
//! Invariants: `POST /2/tweets` is sent by [`publish`]'s commit alone, once per permit. X knows no idempotency key, so a lost
//! answer is settled by reading the account's own posts since an id that was noted before the send. Refresh tokens are good
//! for one use.

use crate::contract::authorizer::Authorizer;
use crate::contract::capability::{Capabilities, Connect, PostKind};
use crate::contract::connector::{
    Accepts, Connector, Descriptor, EndpointSetting, READS_PER_MONTH, ReadingWindow, Repeats, Setting,
};
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
mod plan;
mod publish;
mod read;
pub(crate) mod sandbox;
#[cfg(test)]
mod tests;
mod text;
mod webhooks;
mod wire;

/// The connector.
pub static CONNECTOR: X = X;

/// X's connector.
#[derive(Debug, Clone, Copy)]
pub struct X;

/// Key of the API's base URL.
const API: &str = "api_base_url";
/// Key of the base URL of the pages that people see.
const WEB: &str = "web_base_url";

static DESCRIPTOR: Descriptor = Descriptor {
    name: errors::PLATFORM,
    title: "X",
    icon: "brand-x",
    color: "#000000",
    endpoints: &[
        EndpointSetting { key: API, default: "https://api.x.com" },
        EndpointSetting { key: WEB, default: "https://x.com" },
    ],
    settings: &[
        Setting {
            key: "client_id",
            secret: false,
            accepts: Accepts::Text,
            help: "OAuth 2.0 Client ID of your X app (developer console, Keys and tokens).",
        },
        Setting {
            key: "client_secret",
            secret: true,
            accepts: Accepts::Text,
            help: "OAuth 2.0 Client Secret; leave it empty for a public client (native app or single page app).",
        },
        plan::SETTINGS[0],
        plan::SETTINGS[1],
        READS_PER_MONTH,
        webhooks::CONSUMER_SECRET,
    ],
    docs: include_str!("docs.md"),
    errands: errors::ERRANDS,
    many_servers: false,
    paid_reads: true,
};

static CAPABILITIES: Capabilities = Capabilities {
    connect: Connect::Oauth { flavours: &["user"] },
    kinds: &[PostKind::Post],
    text: limits::TEXT,
    media: limits::MEDIA,
    threads: true,
    polls: true,
    first_comment: true,
    alt_text: true,
    delete: true,
    edit: false,
    options: limits::OPTIONS,
    commit_safety: CommitSafety::Reconcilable,
    daily_cap: Some(limits::DAILY_POSTS),
    prepare_ahead_s: 15 * 60,
};

impl Connector for X {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }
    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }
    fn display(&self) -> Option<&'static Display> {
        Some(&display::DISPLAY)
    }
    // Error 403 "duplicate content"; the length of the window is not published.
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
    fn reading_windows(&self, operation: &str) -> &'static [ReadingWindow] {
        match operation {
            errors::op::TIMELINE => limits::READING_LISTS,
            errors::op::LOOKUP => limits::READING_POSTS,
            _ => &[],
        }
    }
}
