//! TikTok's codes and reasons, as tables. The first line that fits counts.

use http::StatusCode;

use super::op;

/// What one of the network's codes means.
#[derive(Debug)]
pub(in crate::platforms::tiktok) struct Meaning {
    /// Any of these codes.
    pub codes: &'static [&'static str],
    /// Only of this operation; empty: of all.
    of: &'static str,
    pub effect: Effect,
    pub code: &'static str,
    pub cause: &'static str,
    pub action: &'static str,
}

/// How to react.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::platforms::tiktok) enum Effect {
    /// For good. Nothing happened.
    Refused,
    /// For now. Nothing happened.
    Later,
    /// What happened is not said.
    Unclear,
    /// What was prepared is not there any more.
    Gone,
    /// The access token has run out.
    Expired,
    /// The grant is gone.
    Revoked,
    /// The grant lacks a scope.
    Permission,
    /// Too fast.
    Slower,
    /// What the last 24 hours allow is used up.
    NextDay,
}

use Effect::{Expired, Gone, Later, NextDay, Permission, Refused, Revoked, Slower, Unclear};

const RECONNECT: &str = "Connect the account again.";
const REPORT: &str = "If it stays, report it with the technical details.";
const NOTHING: &str = "Nothing to do: it is tried again.";
const TOMORROW: &str = "Nothing to do: it is tried again a day later.";
const CHECK_APP: &str = "Ask the operator to check platforms.tiktok.client_id, platforms.tiktok.client_secret and the app at developers.tiktok.com.";
const CONVERT: &str = "Convert it to MP4 with H.264 and AAC.";
const IN_THE_APP: &str = "Look in the TikTok app what is asked of the account.";

/// In the order in which they are tried.
#[rustfmt::skip]
pub(in crate::platforms::tiktok) static MEANINGS: &[Meaning] = &[
    // What the app may do.
    all(&["unaudited_client_can_only_post_to_private_accounts"], Refused, "app_not_audited",
        "TikTok has not audited this installation's app yet. Until then it may only make posts that nobody else sees, on accounts that \
         are private.",
        "Switch the account to private in the TikTok app and choose \"Only you\", or send it to the inbox and publish it in the app. The \
         operator can apply for the audit, and set platforms.tiktok.audited to no until it is done."),
    all(&["reached_active_user_cap"], NextDay, "too_many_people",
        "TikTok lets an app that it has not audited post for five people a day, and the app has reached that.", TOMORROW),
    all(&["url_ownership_unverified"], Refused, "domain_not_verified",
        "TikTok fetches files only from addresses whose owner it knows, and this server's is not among them.",
        "Ask the operator to verify the domain of server.public_url at developers.tiktok.com, under \"URL properties\" of the app."),
    // What the account may do.
    all(&["privacy_level_option_mismatch"], Refused, "privacy_unavailable",
        "The account does not offer this choice of who can see a post: it depends on whether the account is private.",
        "Choose another one of those that the account offers, then try again."),
    all(&["spam_risk_too_many_posts"], NextDay, "too_many_posts",
        "The account has made as many posts by programs as TikTok allows within a day, about 15.", TOMORROW),
    all(&["spam_risk_too_many_pending_share"], NextDay, "too_many_drafts",
        "The account has five drafts of the last day in its inbox; TikTok takes no more.",
        "Publish or delete some in the TikTok app. It is tried again a day later."),
    all(&["spam_risk_user_banned_from_posting"], Refused, "account_banned",
        "TikTok does not let the account post.", IN_THE_APP),
    all(&["app_version_check_failed"], Refused, "app_too_old",
        "The TikTok app on the account's phone is too old for drafts from programs.",
        "Update the TikTok app (31.8 or newer), then try again."),
    // The grant and the app's credentials.
    all(&["access_token_invalid"], Expired, "token_expired",
        "TikTok does not accept the access token: it has run out or was taken back.", RECONNECT),
    all(&["scope_not_authorized", "scope_permission_missed"], Permission, "scope_missing",
        "The account was connected without a permission that this needs.",
        "Connect the account again, and agree to everything that TikTok lists."),
    all(&["invalid_grant"], Revoked, "grant_invalid",
        "TikTok does not accept the account's grant any more: it was taken back or has ended.", RECONNECT),
    all(&["access_denied"], Refused, "access_denied", "The connection was refused on TikTok's page.",
        "Start connecting again, and agree on TikTok's page."),
    all(&["invalid_client", "unauthorized_client"], Refused, "app_credentials_wrong",
        "TikTok does not accept this installation's app credentials.", CHECK_APP),
    all(&["invalid_scope"], Refused, "scope_not_approved",
        "TikTok has not approved the app for all permissions that it asks for.",
        "Ask the operator to add the products at developers.tiktok.com, or to set platforms.tiktok.permissions to what the app has."),
    all(&["unsupported_grant_type", "invalid_request"], Refused, "sign_in_refused",
        "TikTok refused to sign the account in.", CHECK_APP),
    all(&["server_error"], Unclear, "server_error", "TikTok has a problem of its own.", NOTHING),
    // Speed.
    all(&["rate_limit_exceeded"], Slower, "rate_limited", "TikTok asks for slower calls.",
        "Nothing to do: it goes on by itself."),
    // What we asked wrongly, and what is not there.
    all(&["invalid_file_upload"], Refused, "file_refused",
        "TikTok does not accept the file.", "Check its format and size: MP4, MOV or WebM up to 4 GB."),
    all(&["invalid_publish_id", "token_not_authorized_for_specified_publish_id"], Refused, "post_not_found",
        "TikTok does not know this post under this account.", "Look at the account whether it is there."),
    all(&["invalid_param", "invalid_params"], Refused, "invalid_request", "TikTok refused the request as wrong.",
        "Check text, files and options. If it stays, report it with the technical details."),
    all(&["internal_error"], Unclear, "server_error", "TikTok has a problem of its own.", NOTHING),
];

/// Why TikTok gave up a post that it had taken: `fail_reason`. "Get Video Status" (Nov 2026).
#[rustfmt::skip]
pub(in crate::platforms::tiktok) static FAILURES: &[Meaning] = &[
    all(&["file_format_check_failed"], Refused, "wrong_format", "TikTok does not take the file's format.", CONVERT),
    all(&["duration_check_failed"], Refused, "wrong_length",
        "TikTok says that the video is too short or too long for this account.", "Cut it to between 3 seconds and what the account may post."),
    all(&["frame_rate_check_failed"], Refused, "wrong_frame_rate",
        "TikTok does not take the video's frame rate.", "Convert it to 30 frames a second; 23 to 60 are allowed."),
    all(&["picture_size_check_failed"], Refused, "wrong_size",
        "TikTok does not take the size of the picture.", "Use 360 to 4096 pixels a side for videos, and 1080 × 1920 at most for pictures."),
    all(&["internal"], Later, "failed_inside", "TikTok could not work with the post.", NOTHING),
    all(&["video_pull_failed", "photo_pull_failed"], Later, "fetch_failed",
        "TikTok could not fetch the files from this server.",
        "It is tried again. If it stays, check that server.public_url answers quickly from the internet, without a redirect."),
    all(&["publish_cancelled"], Refused, "cancelled", "The post was cancelled at TikTok.", "Publish it again if it is still wanted."),
    all(&["auth_removed"], Revoked, "grant_removed",
        "The account took its permission back while TikTok was working on the post.", RECONNECT),
    all(&["spam_risk_too_many_posts"], NextDay, "too_many_posts",
        "The account has made as many posts by programs as TikTok allows within a day, about 15.", TOMORROW),
    all(&["spam_risk_user_banned_from_posting"], Refused, "account_banned",
        "TikTok does not let the account post.", IN_THE_APP),
    all(&["spam_risk_text"], Refused, "text_refused",
        "TikTok takes the text for spam, or sees something forbidden in it.", "Change the text, then try again."),
    all(&["spam_risk"], Refused, "post_refused",
        "TikTok takes the post for spam, or sees something forbidden in it.", "Change it. Look in the TikTok app whether it says more."),
];

static FAILED: Meaning =
    all(&[], Refused, "failed", "TikTok gave the post up, for a reason that is not documented.", REPORT);

/// Of bytes, whose answers are a status alone. "Media Transfer Guide" (Nov 2026).
#[rustfmt::skip]
static OF_BYTES: &[(u16, Meaning)] = &[
    (400, one(op::UPLOAD, &[], Refused, "bytes_refused", "TikTok refused the video's bytes as wrong.", REPORT)),
    (403, one(op::UPLOAD, &[], Gone, "upload_expired", "TikTok's address for the upload has expired.",
        "Nothing to do: the video is uploaded again.")),
    (404, one(op::UPLOAD, &[], Gone, "upload_gone", "TikTok has forgotten the upload.",
        "Nothing to do: the video is uploaded again.")),
    (410, one(op::UPLOAD, &[], Gone, "upload_gone", "TikTok has forgotten the upload.",
        "Nothing to do: the video is uploaded again.")),
    // Where it is may be asked; a part that was sent may be among it.
    (416, one(op::UPLOAD, &[], Unclear, "upload_elsewhere", "TikTok expects another part of the video.", NOTHING)),
];

/// What an outage says, whatever its page.
static OUTAGE: Meaning = all(&[], Unclear, "server_error", "TikTok has a problem of its own.", NOTHING);

/// By status alone.
#[rustfmt::skip]
static BY_STATUS: &[(u16, Meaning)] = &[
    (401, all(&[], Expired, "token_expired",
        "TikTok does not accept the access token: it has run out or was taken back.", RECONNECT)),
    (408, all(&[], Unclear, "timeout", "TikTok took too long.", NOTHING)),
    (429, all(&[], Slower, "rate_limited", "TikTok asks for slower calls.", "Nothing to do: it goes on by itself.")),
];

static REFUSED: Meaning = all(&[], Refused, "refused", "TikTok refused the request.", REPORT);

static UNEXPECTED: Meaning =
    all(&[], Unclear, "unexpected", "TikTok answered something that is not documented.", NOTHING);

const fn all(
    codes: &'static [&'static str],
    effect: Effect,
    code: &'static str,
    cause: &'static str,
    action: &'static str,
) -> Meaning {
    one("", codes, effect, code, cause, action)
}

const fn one(
    of: &'static str,
    codes: &'static [&'static str],
    effect: Effect,
    code: &'static str,
    cause: &'static str,
    action: &'static str,
) -> Meaning {
    Meaning { codes, of, effect, code, cause, action }
}

/// The meaning of an answer.
pub(super) fn find(operation: &str, status: StatusCode, code: &str) -> &'static Meaning {
    // An outage is an outage, whatever its page says.
    if status.is_server_error() {
        return &OUTAGE;
    }
    let fits = |m: &&Meaning| m.codes.contains(&code);
    let of_bytes =
        || OF_BYTES.iter().map(|(s, m)| (*s, m)).find(|(s, m)| *s == status.as_u16() && m.of == operation);
    let by_status = || BY_STATUS.iter().map(|(s, m)| (*s, m)).find(|(s, _)| *s == status.as_u16());
    let any = if status.is_client_error() { &REFUSED } else { &UNEXPECTED };
    let by_code = MEANINGS.iter().find(fits);
    by_code.or_else(|| of_bytes().or_else(by_status).map(|(_, m)| m)).unwrap_or(any)
}

/// The meaning of a reason for giving up.
pub(super) fn failure(reason: &str) -> &'static Meaning {
    FAILURES.iter().find(|m| m.codes.contains(&reason)).unwrap_or(&FAILED)
}
