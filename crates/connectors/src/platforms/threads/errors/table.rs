//! What Threads' error codes and words mean and what to do about each.
//!
//! Sources: Threads API - Troubleshooting, Publishing reference, Posts (copies of 2025-2026); Graph API - Error Handling, Rate
//! Limits; rows marked "observed" come from open-source clients. Wording is ours.

use crate::kit::graph::judge::{Class, Network, Rule, code, pair, range, sub};

/// Threads among the networks behind the Graph API.
pub(in super::super) static NETWORK: Network = Network {
    name: super::super::NAME,
    title: "Threads",
    rules: RULES,
    phrases: PHRASES,
    code_prefixes: &["2207", "4279"],
    hidden_reads: &["containers.read", "media.read"],
};

/// The code of the refusal to say who follows.
pub(in super::super) const TOO_FEW_FOLLOWERS: &str = "too_few_followers";

const RECONNECT: &str = "Connect the account again.";
const WAIT: &str = "Nothing to do: Carillon tries again by itself.";
const AGAIN: &str = "Nothing to do: Carillon hands the post over again.";
const REPORT: &str =
    "Change the post and try again; if it is right as it is, report this as a fault of Carillon.";
const CONVERT: &str = "Convert the video to MP4 with H.264 and AAC, and try again.";
const REACH: &str = "Check that the public address of this server can be reached from the internet without a login or a redirect.";

use Class::{
    Cooldown, Expired, Limit, LimitUnclear, NewContainer, NotReady, Permission, Rejected, Revoked, Transient,
    Unclear, Window,
};

#[rustfmt::skip]
const RULES: &[Rule] = &[
    // Observed: the container is not finished yet, or was lost; or the parent of a reply can't be seen yet.
    pair(24, 4_279_009, NotReady, "container_missing", "Threads does not find the prepared post, or the post that is replied to, yet.", WAIT),
    code(24, NotReady, "container_missing", "Threads does not find the prepared post, or the post that is replied to, yet.", WAIT),
    // Observed.
    sub(4_279_013, Rejected, "account_restricted", "Threads has restricted the account.", "Open the Threads app with this account, follow what it asks, then try again."),
    sub(2_207_051, Cooldown, "action_blocked", "Threads suspects spam and blocked the action.", "Look at the account in the Threads app. Wait some hours before publishing again, and publish less often."),
    // Observed.
    sub(2_207_052, NewContainer, "media_not_fetched", "Threads could not fetch the media from this server.", REACH),
    sub(2_207_042, Window, "quota_reached", "Threads' limit of posts within 24 hours is used up.", "Nothing to do: Carillon publishes as soon as the limit allows."),
    // Tokens.
    pair(190, 458, Revoked, "app_removed", "The account's owner removed the app at Threads.", RECONNECT),
    pair(190, 459, Revoked, "checkpoint", "Threads wants the account's owner to log in and pass a check first.", "Log in on Threads' own site, then connect the account again."),
    pair(190, 460, Revoked, "password_changed", "The password was changed, which ends all apps' access.", RECONNECT),
    pair(190, 463, Expired, "token_expired", "The access token has run out.", RECONNECT),
    pair(190, 464, Revoked, "unconfirmed_user", "Threads wants the account's owner to confirm the account first.", "Log in on Threads' own site, then connect the account again."),
    pair(190, 467, Revoked, "token_invalid", "The access token is no longer valid.", RECONNECT),
    code(190, Revoked, "token_invalid", "The access token is no longer valid.", RECONNECT),
    code(102, Revoked, "session_invalid", "The session at Threads has ended.", RECONNECT),
    // Permissions.
    code(3, Permission, "app_capability", "The app does not have this ability at Threads.", "The operator of this server must request it for the app; then connect the account again."),
    code(10, Permission, "permission_missing", "The account did not give Carillon the permission for this, or took it back.", "Connect the account again and allow everything that is asked."),
    range((200, 299), Permission, "permission_missing", "The account did not give Carillon the permission for this, or took it back.", "Connect the account again and allow everything that is asked."),
    // Limits. Which codes Threads uses is not documented. 4 was answered by Instagram to publishes that had gone out.
    code(4, LimitUnclear, "app_limit", "The app has made too many calls to Threads.", WAIT),
    code(17, Limit, "user_limit", "Too many calls were made for this account.", WAIT),
    code(32, Limit, "user_limit", "Too many calls were made for this account.", WAIT),
    code(341, Limit, "app_limit", "The app's limit at Threads is reached for now.", WAIT),
    code(613, Limit, "custom_limit", "A rate limit of Threads is reached.", WAIT),
    range((80_000, 80_014), Limit, "usage_limit", "The account has used up the calls that Threads allows for now.", WAIT),
    code(368, Cooldown, "blocked", "Threads has blocked this action for a while because of its rules.", "Look at the account in the Threads app, wait some hours, then try again."),
    // The rest of the Graph API.
    pair(100, 33, Transient, "object_missing", "Threads does not find the object, or does not show it to this login.", WAIT),
    code(100, Rejected, "invalid_parameter", "Threads refused a value of the request.", REPORT),
    code(2500, Rejected, "malformed_request", "Threads did not understand the request.", "Report this as a fault of Carillon."),
    code(1, Unclear, "unknown_error", "Threads had an error that it does not name.", WAIT),
    code(2, Unclear, "service_unavailable", "Threads' service is not available for the moment.", WAIT),
    code(-1, Unclear, "unknown_error", "Threads had an error that it does not name.", WAIT),
];

/// What is known by its words alone.
#[rustfmt::skip]
const PHRASES: &[(&str, Rule)] = &[
    ("THREADS_API__LINK_LIMIT_EXCEEDED", code(100, Rejected, "too_many_links", "The post has more than 5 different links.", "Remove some links.")),
    // The condition is documented (Insights, follower_demographics), its wording is not (unverified).
    ("at least 100 followers", code(100, Rejected, TOO_FEW_FOLLOWERS, "Threads says who follows only of profiles with 100 followers or more.", "Nothing to do: it appears when the profile has more followers.")),
    // Observed.
    ("must be at most 500 characters", code(100, Rejected, "text_too_long", "The text is longer than 500 characters, where an emoji counts as several.", "Shorten the text, or split it into a thread.")),
];

/// What a failed container's `error_message` means. Source: Threads API - Troubleshooting.
#[rustfmt::skip]
pub(super) const STATES: &[(&str, Rule)] = &[
    // Often the network's crawler was refused by the host.
    ("FAILED_DOWNLOADING_VIDEO", state(NewContainer, "media_not_fetched", "Threads could not fetch the video from this server.", REACH)),
    ("FAILED_PROCESSING_AUDIO", state(Rejected, "video_audio", "Threads could not process the video's sound.", CONVERT)),
    ("FAILED_PROCESSING_VIDEO", state(Rejected, "video_format", "Threads could not process the video.", CONVERT)),
    // Threads' own spelling.
    ("INVALID_ASPEC_RATIO", state(Rejected, "media_ratio", "Threads does not take the shape of the picture or video.", "Crop it, and try again.")),
    ("INVALID_ASPECT_RATIO", state(Rejected, "media_ratio", "Threads does not take the shape of the picture or video.", "Crop it, and try again.")),
    ("INVALID_BIT_RATE", state(Rejected, "video_bit_rate", "Threads does not take the video's bit rate; the most is 100 Mbps.", CONVERT)),
    ("INVALID_DURATION", state(Rejected, "video_duration", "Threads takes videos of at most five minutes.", "Cut the video, and try again.")),
    ("INVALID_FRAME_RATE", state(Rejected, "video_frame_rate", "Threads takes videos of 23 to 60 frames per second.", CONVERT)),
    ("INVALID_AUDIO_CHANNELS", state(Rejected, "video_audio", "Threads takes sound with one or two channels.", CONVERT)),
    ("INVALID_AUDIO_CHANNEL_LAYOUT", state(Rejected, "video_audio", "Threads takes sound as mono or stereo.", CONVERT)),
    // Often the network's crawler was refused by the host, too.
    ("UNKNOWN", state(NewContainer, "container_failed", "Threads could not prepare the post and does not say why.", AGAIN)),
];

const fn state(class: Class, name: &'static str, cause: &'static str, action: &'static str) -> Rule {
    code(0, class, name, cause, action)
}
