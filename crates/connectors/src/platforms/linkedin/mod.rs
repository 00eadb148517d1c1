//! LinkedIn: members and the pages of organisations, by the versioned REST API.
//!
//! Invariants: `POST /rest/posts` is sent by [`publish`]'s commit alone, once per permit. LinkedIn knows no idempotency key.
//! A page's posts can be listed; a member's can't, but within minutes LinkedIn refuses an equal post and names the first one, so
//! that sending exactly the same once more tells what became of it. The two logins ask for scopes of their own, as few as they
//! need: asked for the scopes of the other, LinkedIn refuses the whole login.

use crate::contract::authorizer::Authorizer;
use crate::contract::capability::{Capabilities, Connect, PostKind};
use crate::contract::connector::{
    Accepts, Connector, Descriptor, EndpointSetting, ReadingWindow, Repeats, Setting,
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
mod flavour;
mod insights;
mod limits;
mod numbers;
mod options;
mod publish;
mod read;
pub(crate) mod sandbox;
#[cfg(test)]
mod tests;
mod text;
mod urn;
mod wire;

/// The connector.
pub static CONNECTOR: LinkedIn = LinkedIn;

/// LinkedIn's connector.
#[derive(Debug, Clone, Copy)]
pub struct LinkedIn;

/// Key of the API's base URL.
const API: &str = "api_base_url";
/// Key of the base URL of the pages that people see, of signing in and of uploads.
const WEB: &str = "web_base_url";

static DESCRIPTOR: Descriptor = Descriptor {
    name: errors::PLATFORM,
    title: "LinkedIn",
    icon: "brand-linkedin",
    color: "#0a66c2",
    endpoints: &[
        EndpointSetting { key: API, default: "https://api.linkedin.com" },
        EndpointSetting { key: WEB, default: "https://www.linkedin.com" },
    ],
    settings: &[
        Setting {
            key: "client_id",
            secret: false,
            accepts: Accepts::Text,
            help: "Client ID of the app for members (products Sign In with OpenID Connect and Share on LinkedIn).",
        },
        Setting {
            key: "client_secret",
            secret: true,
            accepts: Accepts::Text,
            help: "Primary client secret of the app for members.",
        },
        Setting {
            key: "organization_client_id",
            secret: false,
            accepts: Accepts::Text,
            help: "Client ID of the app for pages (product Community Management API; LinkedIn wants an app of its own for it).",
        },
        Setting {
            key: "organization_client_secret",
            secret: true,
            accepts: Accepts::Text,
            help: "Primary client secret of the app for pages.",
        },
        Setting {
            key: "member_analytics",
            secret: false,
            accepts: Accepts::OneOf(&["off", "on"]),
            help: "On: the app for members may read their numbers, and asks for it at sign-in.",
        },
        Setting {
            key: "api_version",
            secret: false,
            accepts: Accepts::Number,
            help: "Version of LinkedIn's API, year and month (202609), where it must be another than the one that Carillon knows.",
        },
    ],
    docs: include_str!("docs.md"),
    errands: errors::ERRANDS,
    many_servers: false,
    paid_reads: false,
};

static CAPABILITIES: Capabilities = Capabilities {
    connect: Connect::Oauth { flavours: flavour::NAMES },
    kinds: &[PostKind::Post],
    text: limits::TEXT,
    media: limits::MEDIA,
    threads: false,
    polls: true,
    first_comment: false,
    alt_text: true,
    delete: true,
    edit: true,
    options: limits::OPTIONS,
    commit_safety: CommitSafety::Reconcilable,
    // A member's; nothing is known of pages.
    daily_cap: None,
    // A video of half an hour takes LinkedIn some time.
    prepare_ahead_s: 30 * 60,
};

impl Connector for LinkedIn {
    fn descriptor(&self) -> &'static Descriptor {
        &DESCRIPTOR
    }
    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }
    fn display(&self) -> Option<&'static Display> {
        Some(&display::DISPLAY)
    }
    // Error `DUPLICATE_POST`: ten minutes by the documentation, one to two days by what clients report.
    fn refuses_repeats(&self) -> Option<Repeats> {
        Some(Repeats { hours: Some(48) })
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
        None
    }
    fn owner_numbers_days(&self) -> Option<u16> {
        Some(limits::KEPT_DAYS)
    }
    fn reading_windows(&self, operation: &str) -> &'static [ReadingWindow] {
        use errors::op;
        // Those of the reader. Numbers for the owner are asked for by people and once a day by schedule: some ten calls, which fail
        // one by one.
        let of_reader = [op::USERINFO, op::ROLES, op::ORGANIZATION, op::FOLLOWERS, op::POSTS, op::STATISTICS];
        if of_reader.contains(&operation) { limits::READING } else { &[] }
    }
}
