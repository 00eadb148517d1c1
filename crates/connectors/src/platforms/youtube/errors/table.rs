//! YouTube's reasons, as a table. The first line that fits counts.

use carillon_domain::time::SignedDuration;
use http::StatusCode;

use super::{QUOTA_USED_UP, REPORT_REFUSED, op};
use crate::platforms::youtube::limits::{THUMBNAILS_WAIT, UPLOADS_WAIT};

/// What one of the network's reasons means.
#[derive(Debug)]
pub(in crate::platforms::youtube) struct Meaning {
    /// Any of these reasons.
    pub reasons: &'static [&'static str],
    /// Only of this operation; empty: of all.
    of: &'static str,
    pub effect: Effect,
    pub code: &'static str,
    pub cause: &'static str,
    pub action: &'static str,
}

/// How to react.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::platforms::youtube) enum Effect {
    /// For good. Nothing happened.
    Refused,
    /// For now. Nothing happened.
    Later,
    /// What happened is not said.
    Unclear,
    /// The access token has run out.
    Expired,
    /// The grant is gone.
    Revoked,
    /// The grant lacks a scope.
    Permission,
    /// Too fast; as the answer says, or a little later.
    Slower,
    /// The project's day is used up.
    NextDay,
    /// A limit whose end nobody tells.
    After(SignedDuration),
}

use Effect::{After, Expired, Later, NextDay, Permission, Refused, Revoked, Slower, Unclear};

const RECONNECT: &str = "Connect the account again.";
const REPORT: &str = "If it stays, report it with the technical details.";
const NOTHING: &str = "Nothing to do: it is tried again.";
const GOES_ON: &str = "Nothing to do: it goes on by itself.";
const CHECK_APP: &str = "Ask the operator to check platforms.youtube.client_id, platforms.youtube.client_secret and the app in Google's console.";
const COMMENT_BY_HAND: &str =
    "The video stays public. Write the comment by hand on YouTube, or leave it out.";

/// In the order in which they are tried.
#[rustfmt::skip]
pub(in crate::platforms::youtube) static MEANINGS: &[Meaning] = &[
    // What a person wrote.
    all(&["invalidTitle"], Refused, "title_invalid",
        "YouTube does not accept the title.", "Give it 1 to 100 characters without < and >."),
    all(&["invalidDescription"], Refused, "description_invalid",
        "YouTube does not accept the description.", "Shorten it to 5000 bytes, and take < and > out."),
    all(&["invalidTags"], Refused, "tags_invalid",
        "YouTube does not accept the tags.", "All together have at most 500 characters. Leave some out."),
    all(&["invalidCategoryId"], Refused, "category_invalid",
        "YouTube does not accept the category.", "Choose another one: not all exist in every country."),
    all(&["invalidPublishAt"], Refused, "publish_at_invalid",
        "YouTube does not accept the time at which it should publish the video.",
        "It works only for a video that was never public. Take the time out, or choose another one."),
    all(&["defaultLanguageNotSet"], Refused, "language_missing",
        "YouTube misses the language of title and description.", "Set the option \"language\"."),
    all(&["invalidVideoMetadata", "invalidFilename", "invalidRecordingDetails", "invalidVideoGameRating",
            "invalidDefaultBroadcastPrivacySetting"], Refused, "metadata_invalid",
        "YouTube does not accept what is said about the video.", "Check title, description, tags and options, then try again."),
    all(&["forbiddenPrivacySetting"], Refused, "privacy_forbidden",
        "YouTube does not let this channel choose who may see the video.",
        "Look in YouTube Studio what is asked of the channel, or choose another privacy."),
    all(&["forbiddenLicenseSetting"], Refused, "license_forbidden",
        "YouTube does not let this channel choose the licence.", "Set the option \"license\" to \"youtube\"."),
    all(&["forbiddenEmbedSetting"], Refused, "embedding_forbidden",
        "YouTube does not let this channel choose whether others may embed the video.", "Leave the option \"embeddable\" as usual."),
    // Files.
    all(&["mediaBodyRequired"], Refused, "file_empty",
        "YouTube received no bytes.", "Check that the file is not empty, then try again."),
    all(&["invalidImage"], Refused, "thumbnail_invalid",
        "YouTube could not read the thumbnail.", "Use a JPEG or PNG of 1280×720 pixels or more."),
    one(op::THUMBNAIL, &["forbidden"], Refused, "thumbnail_forbidden",
        "YouTube does not let this channel choose thumbnails.",
        "Verify the channel's phone number at youtube.com/verify, or take the picture out."),
    all(&["uploadRateLimitExceeded"], After(THUMBNAILS_WAIT), "too_many_thumbnails",
        "The channel has set too many thumbnails for now.",
        "Nothing to do: it is tried again in an hour. To publish sooner, take the picture out."),
    all(&["uploadLimitExceeded"], After(UPLOADS_WAIT), "too_many_uploads",
        "The channel has reached YouTube's limit of uploads for now.",
        "Nothing to do: it is tried again tomorrow. A channel with a verified phone number may upload more."),
    // Playlists.
    one(op::PLAYLIST_ADD, &["videoAlreadyInPlaylist"], Refused, "already_in_playlist",
        "The video is in the playlist already.", "Nothing to do."),
    all(&["playlistNotFound"], Refused, "playlist_not_found",
        "There is no such playlist.", "Check the playlist's id, and that it belongs to this channel."),
    all(&["playlistContainsMaximumNumberOfVideos"], Refused, "playlist_full",
        "The playlist is full.", "Choose another playlist."),
    all(&["playlistItemsNotAccessible", "watchHistoryNotAccessible", "watchLaterNotAccessible", "playlistOperationUnsupported",
            "videoAlreadyInAnotherSeriesPlaylist"], Refused, "playlist_refused",
        "YouTube does not let this video into that playlist.", "Choose a playlist of this channel."),
    all(&["playlistIdRequired", "resourceIdRequired", "invalidPlaylistItemPosition"], Refused, "playlist_request_invalid",
        "YouTube refused the request for the playlist as wrong.", REPORT),
    // Comments.
    one(op::COMMENT, &["processingFailure"], Later, "comment_too_early",
        "YouTube does not take the comment yet: the video is not ready for it.", NOTHING),
    all(&["commentsDisabled"], Refused, "comments_disabled",
        "Comments are off for this video.", COMMENT_BY_HAND),
    one(op::COMMENT, &["forbidden", "ineligibleAccount"], Refused, "comment_forbidden",
        "YouTube does not let this channel comment on the video.", COMMENT_BY_HAND),
    all(&["commentTextRequired", "commentTextTooLong", "invalidCommentThreadMetadata", "invalidCustomEmoji",
            "channelOrVideoIdMissing"], Refused, "comment_invalid",
        "YouTube does not accept the comment.", "Change its text, then try again."),
    // Analytics.
    one(op::REPORT, &["insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"], Permission, "analytics_scope_missing",
        "The account was connected without letting Carillon read YouTube Analytics.",
        "Connect the account again, and tick everything that Google lists. Publishing works without it."),
    one(op::REPORT, &["accessNotConfigured", "SERVICE_DISABLED"], Refused, "analytics_not_enabled",
        "The YouTube Analytics API is not switched on in this installation's Google Cloud project.",
        "Ask the operator to enable \"YouTube Analytics API\" in Google's console. Publishing works without it."),
    one(op::REPORT, &["forbidden"], Refused, "analytics_forbidden",
        "YouTube shows the numbers of a channel to its owner only.",
        "Connect the account again as somebody who owns the channel. Publishing works without it."),
    one(op::REPORT, &["badRequest", "invalidParameter", "invalidQuery", "INVALID_ARGUMENT"], Refused, REPORT_REFUSED,
        "YouTube does not give this number.", REPORT),
    // The grant, the account and the app.
    all(&["authError", "authorizationRequired", "required"], Expired, "unauthorized",
        "YouTube does not accept the access token: it has run out or was taken back.", RECONNECT),
    all(&["insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"], Permission, "scope_missing",
        "The account was connected without a permission that this needs.",
        "Connect the account again, and agree to everything that Google lists."),
    all(&["youtubeSignupRequired", "authenticatedUserNotChannel"], Refused, "no_channel",
        "This Google account has no YouTube channel.", "Create a channel at youtube.com, then connect the account again."),
    all(&["authenticatedUserAccountClosed"], Refused, "account_closed",
        "The account was closed at YouTube.", "Connect another account."),
    all(&["authenticatedUserAccountSuspended"], Refused, "account_suspended",
        "YouTube has suspended the account.", "Look at youtube.com what is asked of it."),
    all(&["accountDelegationForbidden"], Refused, "delegation_forbidden",
        "The account may not act for this channel.", RECONNECT),
    all(&["accessNotConfigured", "SERVICE_DISABLED"], Refused, "api_not_enabled",
        "The YouTube Data API is not switched on in this installation's Google Cloud project.",
        "Ask the operator to enable \"YouTube Data API v3\" in Google's console."),
    all(&["invalid_grant"], Revoked, "grant_invalid",
        "Google does not accept the account's grant any more: it was taken back or has ended.", RECONNECT),
    all(&["invalid_client", "unauthorized_client", "deleted_client"], Refused, "app_credentials_wrong",
        "Google does not accept this installation's app credentials.", CHECK_APP),
    all(&["redirect_uri_mismatch"], Refused, "redirect_uri_wrong",
        "Google does not know this installation's callback address.",
        "Ask the operator to add it to the app's \"Authorised redirect URIs\" in Google's console, to the letter."),
    one(op::REVOKE, &["invalid_token"], Refused, "token_unknown", "Google does not know the grant any more.", "Nothing to do."),
    all(&["unsupported_grant_type", "invalid_request", "invalid_scope", "admin_policy_enforced", "org_internal"], Refused,
        "sign_in_refused", "Google refused to sign the account in.", CHECK_APP),
    // Quota and speed.
    all(&["quotaExceeded", "dailyLimitExceeded"], NextDay, QUOTA_USED_UP,
        "This installation's daily quota at YouTube is used up.",
        "Nothing to do: it goes on after midnight in Los Angeles. The operator can ask Google for more."),
    all(&["rateLimitExceeded", "userRateLimitExceeded", "RESOURCE_EXHAUSTED"], Slower, "rate_limited",
        "YouTube asks for slower calls.", GOES_ON),
    // What is not there, and what we asked wrongly.
    all(&["videoNotFound"], Refused, "video_not_found",
        "YouTube does not have the video any more.", "It was deleted on YouTube. Publish it again as a new post."),
    all(&["commentNotFound", "commentThreadNotFound"], Refused, "comment_not_found",
        "YouTube does not have the comment any more.", "Nothing to do."),
    all(&["channelNotFound", "channelForbidden", "categoryNotFound", "notFound", "NOT_FOUND"], Refused, "not_found",
        "YouTube does not have this any more.", "It was deleted, or belongs to somebody else."),
    all(&["invalidPageToken"], Refused, "cursor_invalid",
        "YouTube does not know this page of the list any more.", "Nothing to do: the list is read from its beginning."),
    all(&["missingRequiredParameter", "unexpectedParameter", "incompatibleParameters", "invalidFilters", "invalidParameter",
            "badRequest", "unsupportedRegionCode", "invalidCriteria", "videoChartNotFound", "INVALID_ARGUMENT"], Refused,
        "invalid_request", "YouTube refused the request as wrong.", REPORT),
    all(&["conflict", "conditionNotMet"], Refused, "conflict", "YouTube says that it conflicts with something else.", REPORT),
    all(&["forbidden", "PERMISSION_DENIED"], Refused, "forbidden",
        "YouTube refused it.", "Look in YouTube Studio whether the channel is asked for something."),
];

/// What an outage says, whatever its page.
static OUTAGE: Meaning = all(&[], Unclear, "server_error", "YouTube has a problem of its own.", NOTHING);

/// By status alone.
#[rustfmt::skip]
static BY_STATUS: &[(u16, Meaning)] = &[
    (401, all(&[], Expired, "unauthorized",
        "YouTube does not accept the access token: it has run out or was taken back.", RECONNECT)),
    (403, all(&[], Refused, "forbidden", "YouTube refused it.", "Look in YouTube Studio whether the channel is asked for something.")),
    (404, all(&[], Refused, "not_found", "YouTube does not have this any more.", "It was deleted, or belongs to somebody else.")),
    (408, all(&[], Unclear, "timeout", "YouTube took too long.", NOTHING)),
    (429, all(&[], Slower, "rate_limited", "YouTube asks for slower calls.", GOES_ON)),
];

static REFUSED: Meaning = all(&[], Refused, "refused", "YouTube refused the request.", REPORT);

static UNEXPECTED: Meaning =
    all(&[], Unclear, "unexpected", "YouTube answered something that is not documented.", NOTHING);

const fn all(
    reasons: &'static [&'static str],
    effect: Effect,
    code: &'static str,
    cause: &'static str,
    action: &'static str,
) -> Meaning {
    one("", reasons, effect, code, cause, action)
}

const fn one(
    of: &'static str,
    reasons: &'static [&'static str],
    effect: Effect,
    code: &'static str,
    cause: &'static str,
    action: &'static str,
) -> Meaning {
    Meaning { reasons, of, effect, code, cause, action }
}

/// The meaning of an answer.
pub(super) fn find(operation: &str, status: StatusCode, reason: &str) -> &'static Meaning {
    // An outage is an outage, whatever its page says.
    if status.is_server_error() {
        return &OUTAGE;
    }
    let fits = |m: &&Meaning| (m.of.is_empty() || m.of == operation) && m.reasons.contains(&reason);
    let by_status = || BY_STATUS.iter().find(|(known, _)| *known == status.as_u16()).map(|(_, m)| m);
    let any = if status.is_client_error() { &REFUSED } else { &UNEXPECTED };
    MEANINGS.iter().find(fits).or_else(by_status).unwrap_or(any)
}
