//! What an operator may say about the installation's app.

use crate::contract::connector::{Accepts, Setting};
use crate::contract::cx::PlatformSettings;

/// Which permissions people are asked for. TikTok's page fails when the app does not have one of them.
pub(super) const PERMISSIONS: Setting = Setting {
    key: "permissions",
    secret: false,
    accepts: Accepts::OneOf(&["all", "direct", "inbox", "read"]),
    help: "What your app may do: all; direct (post, no drafts); inbox (drafts only); read (neither).",
};

/// Whether TikTok has audited the app. There is no call that says so.
pub(super) const AUDITED: Setting = Setting {
    key: "audited",
    secret: false,
    accepts: Accepts::OneOf(&["yes", "no"]),
    help: "Whether TikTok has audited your app. With no, Carillon checks what TikTok allows before that: private posts only.",
};

/// How videos get to TikTok.
pub(super) const TRANSFER: Setting = Setting {
    key: "video_transfer",
    secret: false,
    accepts: Accepts::OneOf(&["upload", "pull"]),
    help: "How videos get to TikTok: upload (Carillon sends them) or pull (TikTok fetches them from your verified domain).",
};

/// What everybody is asked for: who it is, the numbers, the list of videos.
const READ: &[&str] = &["user.info.basic", "user.info.profile", "user.info.stats", "video.list"];
/// Posting.
pub(super) const DIRECT: &str = "video.publish";
/// Drafts.
pub(super) const INBOX: &str = "video.upload";

/// The scopes that people are asked for.
pub(super) fn scopes(settings: &PlatformSettings) -> Vec<&'static str> {
    let more: &[&str] = match settings.get(PERMISSIONS.key) {
        Some("direct") => &[DIRECT],
        Some("inbox") => &[INBOX],
        Some("read") => &[],
        _ => &[DIRECT, INBOX],
    };
    READ.iter().chain(more).copied().collect()
}

/// Whether the app is audited, as far as the operator says.
pub(super) fn is_audited(settings: &PlatformSettings) -> bool {
    settings.get(AUDITED.key) != Some("no")
}

/// Whether TikTok fetches videos.
pub(super) fn pulls_videos(settings: &PlatformSettings) -> bool {
    settings.get(TRANSFER.key) == Some("pull")
}
