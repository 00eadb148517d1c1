//! What Instagram's error codes mean and what to do about each.
//!
//! Sources: Instagram Platform - Error Codes; Graph API - Error Handling; Graph API - Rate Limits (copies of 2025-2026);
//! rows marked "observed" come from open-source clients' error maps. Wording is ours.

use crate::kit::graph::judge::{Class, Network, Rule, code, pair, range, sub};

/// Instagram among the networks behind the Graph API.
pub(in super::super) static NETWORK: Network = Network {
    name: super::super::NAME,
    title: "Instagram",
    rules: RULES,
    phrases: PHRASES,
    code_prefixes: &["2207"],
    hidden_reads: &["containers.read", "media.read"],
};

const RECONNECT: &str = "Connect the account again.";
const WAIT: &str = "Nothing to do: Carillon tries again by itself.";
const NEW_CONTAINER: &str = "Nothing to do: Carillon hands the media over again.";
const REPORT: &str =
    "Change the post and try again; if it is right as it is, report this as a fault of Carillon.";

/// What is said of stories with few viewers.
pub(super) const FEW_VIEWERS: &str =
    "Instagram shows numbers of a story only when at least five people have seen it.";
/// What to do about it.
pub(super) const LATER: &str = "Nothing to do: they appear when more people have seen the story.";

/// What is known by its words, whatever the code beside them. The condition is documented with code 10 (Instagram Platform -
/// Insights), which else is a missing permission; the words are the network's as clients report them (unverified).
#[rustfmt::skip]
const PHRASES: &[(&str, Rule)] = &[
    ("Not enough viewers", code(10, Rejected, "too_few_viewers", FEW_VIEWERS, LATER)),
];

use Class::{
    Cooldown, Expired, Limit, LimitUnclear, NewContainer, NotReady, Permission, Rejected, Revoked, Transient,
    Unclear, Window,
};

#[rustfmt::skip]
const RULES: &[Rule] = &[
    // Publishing subcodes, which Instagram keeps unique whatever the code beside them.
    sub(2207001, Unclear, "server_error", "Instagram had an internal error.", WAIT),
    sub(2207003, NewContainer, "media_download_slow", "Instagram took too long to fetch the media from this server.", NEW_CONTAINER),
    sub(2207004, Rejected, "image_too_large", "The picture is larger than 8 MB.", "Use a smaller picture."),
    sub(2207005, Rejected, "image_format", "Instagram does not take this picture format.", "Upload the picture as JPEG."),
    sub(2207006, NewContainer, "media_not_found", "Instagram does not find the media that was handed over.", NEW_CONTAINER),
    sub(2207008, NewContainer, "container_unknown", "Instagram does not know the prepared post, or it has expired.", NEW_CONTAINER),
    sub(2207009, Rejected, "image_ratio", "The picture is too tall or too wide: Instagram takes 4:5 to 1.91:1.", "Crop the picture."),
    sub(2207010, Rejected, "caption_too_long", "The caption is longer than 2200 characters.", "Shorten the caption."),
    sub(2207020, NewContainer, "container_expired", "The prepared post is older than 24 hours and has expired.", NEW_CONTAINER),
    sub(2207023, Rejected, "media_type", "Instagram does not know this kind of media.", REPORT),
    sub(2207026, Rejected, "video_format", "Instagram does not take this video format.", "Convert the video to MP4 with H.264 and AAC."),
    sub(2207027, NotReady, "not_ready", "Instagram is still processing the media.", WAIT),
    sub(2207028, Rejected, "carousel_size", "A carousel needs 2 to 10 items.", "Add or remove items."),
    sub(2207032, NewContainer, "container_failed", "Instagram could not prepare the post.", NEW_CONTAINER),
    sub(2207035, Rejected, "product_tag", "Product tags on videos can't have a position.", "Remove the position of the product tag."),
    sub(2207036, Rejected, "product_tag", "Product tags on pictures need a position.", "Give the product tag a position."),
    sub(2207037, Rejected, "product_tag", "A product tag is not valid.", "Remove the product tag."),
    sub(2207040, Rejected, "too_many_tags", "The post tags or mentions more than 20 people.", "Remove some tags or mentions."),
    sub(2207042, Window, "quota_reached", "Instagram's limit of posts within 24 hours is used up.", "Nothing to do: Carillon publishes as soon as the limit allows."),
    sub(2207050, Rejected, "account_restricted", "Instagram has restricted the account, or wants a confirmation from its owner.", "Open the Instagram app with this account, follow what it asks, then try again."),
    sub(2207051, Cooldown, "action_blocked", "Instagram suspects spam and blocked the action.", "Look at the account in the Instagram app. Wait some hours before publishing again, and publish less often."),
    sub(2207052, Transient, "media_not_fetched", "Instagram could not fetch the media from this server.", "Check that the public address of this server can be reached from the internet without a login or a redirect."),
    sub(2207053, NewContainer, "upload_failed", "Instagram could not take in the video, for a reason that it does not name.", NEW_CONTAINER),
    sub(2207057, Rejected, "thumb_offset", "The cover frame lies outside the video.", "Choose an earlier cover frame."),
    sub(2207073, Rejected, "delete_unsupported", "Instagram does not let apps delete this kind of media.", "Delete it in the Instagram app."),
    sub(2207077, Transient, "media_not_fetched", "Instagram could not download the video.", WAIT),
    sub(2207081, Rejected, "no_trial_reels", "The account may not publish trial reels.", "Publish it as a normal reel."),
    sub(2207082, Transient, "upload_failed", "The upload of the media failed at Instagram.", WAIT),
    pair(100, 9054, Rejected, "invalid_parameter", "Instagram misses the id of the media.", REPORT),
    // Tokens.
    pair(190, 458, Revoked, "app_removed", "The account's owner removed the app at the network.", RECONNECT),
    pair(190, 459, Revoked, "checkpoint", "The network wants the account's owner to log in and pass a check first.", "Log in on the network's own site, then connect the account again."),
    pair(190, 460, Revoked, "password_changed", "The password was changed, which ends all apps' access.", RECONNECT),
    pair(190, 463, Expired, "token_expired", "The access token has run out.", RECONNECT),
    pair(190, 464, Revoked, "unconfirmed_user", "The network wants the account's owner to confirm the account first.", "Log in on the network's own site, then connect the account again."),
    pair(190, 467, Revoked, "token_invalid", "The access token is no longer valid.", RECONNECT),
    pair(190, 492, Revoked, "page_role_lost", "The person who connected the account no longer has a role on its Facebook Page.", "Give the role back, or connect the account with another login."),
    pair(190, 2069032, Rejected, "page_token_needed", "Facebook wants the Page's own token for this.", "Report this as a fault of Carillon."),
    code(190, Revoked, "token_invalid", "The access token is no longer valid.", RECONNECT),
    code(102, Revoked, "session_invalid", "The session at the network has ended.", RECONNECT),
    // Permissions.
    code(3, Permission, "app_capability", "The app does not have this ability at the network.", "The operator of this server must request it for the app; then connect the account again."),
    code(10, Permission, "permission_missing", "The account did not give Carillon the permission for this, or took it back.", "Connect the account again and allow everything that is asked."),
    range((200, 299), Permission, "permission_missing", "The account did not give Carillon the permission for this, or took it back.", "Connect the account again and allow everything that is asked."),
    // Limits.
    // Was answered to publishes that had gone out.
    code(4, LimitUnclear, "app_limit", "The app has made too many calls to Instagram.", WAIT),
    code(17, Limit, "user_limit", "Too many calls were made for this account.", WAIT),
    code(32, Limit, "page_limit", "Too many calls were made for this Page.", WAIT),
    code(341, Limit, "app_limit", "The app's limit at the network is reached for now.", WAIT),
    code(613, Limit, "custom_limit", "A rate limit of the network is reached.", WAIT),
    range((80000, 80014), Limit, "usage_limit", "The account has used up the calls that Instagram allows for now.", WAIT),
    code(368, Cooldown, "blocked", "The network has blocked this action for a while because of its rules.", "Look at the account in the Instagram app, wait some hours, then try again."),
    // The rest of the Graph API.
    pair(100, 33, Transient, "object_missing", "Instagram does not find the object, or does not show it to this login.", WAIT),
    code(100, Rejected, "invalid_parameter", "Instagram refused a value of the request.", REPORT),
    code(2500, Rejected, "malformed_request", "Instagram did not understand the request.", "Report this as a fault of Carillon."),
    code(1, Unclear, "unknown_error", "The network had an error that it does not name.", WAIT),
    code(2, Unclear, "service_unavailable", "The network's service is not available for the moment.", WAIT),
];
