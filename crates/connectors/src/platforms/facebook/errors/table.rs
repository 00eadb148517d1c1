//! What Facebook's error codes mean and what to do about each.
//!
//! Sources: Graph API - Error Handling, Rate Limits; Pages API - Error Codes; Reels Publishing; Page Insights (copies of
//! 2025-2026); rows marked "observed" come from open-source clients' error maps. Wording is ours.

use crate::kit::graph::judge::{Class, Network, Rule, code, number, pair, range};

/// Facebook among the networks behind the Graph API.
pub(in super::super) static NETWORK: Network = Network {
    name: super::super::NAME,
    title: "Facebook",
    rules: RULES,
    phrases: &[],
    code_prefixes: &["1363", "1366", "1349", "2069"],
    hidden_reads: &["videos.read", "posts.read"],
};

const RECONNECT: &str = "Connect the Page again.";
const WAIT: &str = "Nothing to do: Carillon tries again by itself.";
const REPORT: &str =
    "Change the post and try again; if it is right as it is, report this as a fault of Carillon.";
const FAULT: &str = "Report this as a fault of Carillon.";
const ASK_AGAIN: &str = "Connect the Page again and allow everything that is asked.";
const ON_FACEBOOK: &str = "Open the Page on Facebook, do what it asks for, then connect the Page again.";

use Class::{Cooldown, Duplicate, Expired, Limit, Permission, Rejected, Revoked, Transient, Unclear};

#[rustfmt::skip]
const RULES: &[Rule] = &[
    // Reels and videos.
    number(1363040, Rejected, "video_ratio", "The video's shape is not between 16:9 and 9:16.", "Crop the video; reels are best upright, 9:16."),
    number(1363127, Rejected, "video_resolution", "The video is smaller than 540 by 960 pixels.", "Use a larger video; 1080 by 1920 pixels are advised."),
    number(1363128, Rejected, "video_duration", "A reel lasts 3 to 90 seconds.", "Cut the video, or publish it as a video instead of a reel."),
    number(1363129, Rejected, "video_frame_rate", "A reel has 24 to 60 frames per second.", "Convert the video."),
    // Observed.
    number(1363037, Transient, "upload_offset", "Facebook wants another part of the video than the one that was sent.", WAIT),
    number(1363047, Transient, "temporary", "Facebook could not take the video for the moment.", WAIT),
    number(1349125, Rejected, "media_format", "Facebook does not take this file format.", "Convert the video to MP4, or the picture to JPEG."),
    number(2069019, Rejected, "media_file", "Facebook can't read the file.", "Save the file again in another program and upload it anew."),
    // Photos; observed.
    number(1366046, Rejected, "photo_file", "The photo is larger than 4 MB, or is no JPEG or PNG.", "Use a JPEG or PNG below 4 MB."),
    number(1366051, Duplicate, "duplicate_photos", "Facebook says that these photos were posted already.", "Look at the Page; if the post is not there, use other photos."),
    // Links and content.
    number(1609005, Rejected, "link_unreadable", "Facebook could not read the page behind the link.", "Check that the address opens without a login, or leave the link out."),
    number(1609008, Rejected, "own_link", "Facebook does not allow links to its own pages here.", "Leave the link out."),
    number(1609010, Transient, "temporary", "Facebook could not handle the link for the moment.", WAIT),
    number(2061006, Rejected, "link_invalid", "The post has a web address that Facebook calls invalid.", "Correct the address."),
    number(1346003, Rejected, "content_abusive", "Facebook calls the content abusive.", "Change the post; Facebook's Support Inbox of the Page says more."),
    number(1404102, Rejected, "community_standards", "Facebook says that the content breaks its Community Standards.", "Change the post; Facebook's Support Inbox of the Page says more."),
    number(1404112, Rejected, "account_limited", "Facebook has limited the account for some days.", "Open Facebook with the account that connected the Page and read what it says. Try again when the limit is over."),
    number(1404006, Permission, "security_check", "Facebook wants a security check from the person who connected the Page.", ON_FACEBOOK),
    number(1404078, Permission, "page_authorization", "Facebook wants the people of this Page to confirm who they are (Page Publishing Authorization).", ON_FACEBOOK),
    number(4854002, Permission, "identity_check", "Facebook wants a confirmation of identity for this Page.", ON_FACEBOOK),
    pair(368, 1390008, Cooldown, "too_fast", "Facebook says that the Page posts too fast.", "Wait some hours before publishing again, and publish less often."),
    code(368, Cooldown, "blocked", "Facebook has blocked this action for a while because of its rules.", "Look at the Page on Facebook, wait some hours, then try again."),
    code(506, Duplicate, "duplicate", "Facebook says that the same was posted just before.", "Look at the Page; if the post is not there, change the text."),
    // Tokens.
    pair(190, 458, Revoked, "app_removed", "The person who connected the Page removed the app on Facebook.", RECONNECT),
    pair(190, 459, Revoked, "checkpoint", "Facebook wants the person who connected the Page to log in and pass a check first.", "Log in on facebook.com, then connect the Page again."),
    pair(190, 460, Revoked, "password_changed", "The password was changed, which ends all apps' access.", RECONNECT),
    pair(190, 463, Expired, "token_expired", "The access token has run out.", RECONNECT),
    pair(190, 464, Revoked, "unconfirmed_user", "Facebook wants the person who connected the Page to confirm the account first.", "Log in on facebook.com, then connect the Page again."),
    pair(190, 467, Revoked, "token_invalid", "The access token is no longer valid.", RECONNECT),
    pair(190, 492, Revoked, "page_role_lost", "The person who connected the Page no longer has a role on it.", "Give the role back, or connect the Page with another login."),
    pair(190, 2069032, Rejected, "page_token_needed", "Facebook wants the Page's own token for this.", FAULT),
    code(190, Revoked, "token_invalid", "The access token is no longer valid.", RECONNECT),
    code(102, Revoked, "session_invalid", "The session at Facebook has ended.", RECONNECT),
    // Permissions.
    code(3, Permission, "app_capability", "The app does not have this ability at Facebook.", "The operator of this server must request it for the app; then connect the Page again."),
    code(10, Permission, "permission_missing", "Facebook was not allowed to let Carillon do this, or no longer is.", ASK_AGAIN),
    pair(200, 2069030, Rejected, "page_unsupported", "Facebook does not offer this for Pages of the new kind.", FAULT),
    pair(200, 2069031, Rejected, "page_unsupported", "Facebook does not offer this for Pages of the new kind.", FAULT),
    range((200, 299), Permission, "permission_missing", "Facebook was not allowed to let Carillon do this, or no longer is.", ASK_AGAIN),
    // Limits.
    code(4, Limit, "app_limit", "The app has made too many calls to Facebook.", WAIT),
    code(17, Limit, "user_limit", "Too many calls were made for this login.", WAIT),
    code(32, Limit, "page_limit", "Too many calls were made for this Page.", WAIT),
    code(341, Limit, "app_limit", "The app's limit at Facebook is reached for now.", WAIT),
    code(613, Limit, "custom_limit", "A rate limit of Facebook is reached.", WAIT),
    range((80000, 80014), Limit, "usage_limit", "The Page has used up the calls that Facebook allows for now.", WAIT),
    // Insights.
    pair(3001, 1504028, Rejected, "metric_missing", "Facebook misses the name of the number that is asked for.", FAULT),
    number(2874008, Rejected, "too_few_followers", "Facebook shows these numbers only of Pages with 100 followers or more.", "Nothing to do: they appear when the Page has more followers."),
    range((2932001, 2932010), Rejected, "no_insights", "Facebook has no such numbers of this kind of post.", "Nothing to do: the other numbers are not affected."),
    // The rest of the Graph API.
    pair(100, 33, Transient, "object_missing", "Facebook does not find the object, or does not show it to this login.", WAIT),
    code(100, Rejected, "invalid_parameter", "Facebook refused a value of the request.", REPORT),
    code(2500, Rejected, "malformed_request", "Facebook did not understand the request.", FAULT),
    code(1, Unclear, "unknown_error", "Facebook had an error that it does not name.", WAIT),
    code(2, Unclear, "service_unavailable", "Facebook's service is not available for the moment.", WAIT),
];
