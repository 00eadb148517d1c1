//! The account and its public videos, with the numbers that everybody can see. Sources: developers.tiktok.com, "Get User Info" and "List
//! Videos" (Nov 2026).
//!
//! TikTok refuses a whole call for one field whose scope is missing, so that only fields of granted scopes are asked for, and those of
//! everybody alone when a scope was taken back meanwhile. Missing is missing, never zero.

use async_trait::async_trait;
use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::time::Timestamp;
use serde_json::{Value, json};

use super::api::Api;
use super::creator::{self, Creator};
use super::errors::{op, rejected};
use super::wire::{ListData, ListIn, User, UserData, Video};
use super::{DESCRIPTOR, TikTok, WEB, settings};
use crate::contract::cx::{Cx, PlatformSettings};
use crate::contract::reader::{Count, PostPage, Profile, Reader, RemotePost};
use crate::kit::http::Safety;

/// Fields of a user by the scope that they need.
const BASIC: &str = "open_id,display_name,avatar_url";
const BY_SCOPE: &[(&str, &str)] = &[
    ("user.info.profile", "username"),
    ("user.info.stats", "follower_count,following_count,likes_count,video_count"),
];

/// Fields of a video.
const VIDEO_FIELDS: &str =
    "id,create_time,share_url,video_description,title,like_count,comment_count,share_count,view_count";

/// Videos of a page; TikTok gives no more.
const PAGE: u32 = 20;

/// The scope for the list of videos.
const LIST_SCOPE: &str = "video.list";

#[async_trait]
impl Reader for TikTok {
    async fn profile(&self, cx: &Cx<'_>) -> Result<Profile, ConnectorError> {
        let seen = who(&Api::of(cx), cx.settings, &cx.credential.scopes).await?;
        let mut identity = seen.identity;
        // What TikTok does not say today is what it last said.
        for (name, known) in cx.account.meta.as_object().into_iter().flatten() {
            if identity.meta.get(name).is_none_or(Value::is_null) {
                identity.meta[name.as_str()] = known.clone();
            }
        }
        Ok(Profile { identity, counts: counts_of_user(&seen.user) })
    }

    async fn posts(&self, cx: &Cx<'_>, cursor: Option<&str>) -> Result<PostPage, ConnectorError> {
        let cursor = match cursor.map(str::parse::<i64>) {
            None => None,
            Some(Ok(cursor)) => Some(cursor),
            Some(Err(_)) => return Err(bad_cursor()),
        };
        let page = videos(cx, cursor).await?;
        // A page that leads nowhere is the last one, whatever it says.
        let next = page.cursor.filter(|next| page.has_more && Some(*next) != cursor);
        Ok(PostPage {
            posts: page.videos.iter().filter_map(remote_post).collect(),
            next: next.map(|next| next.to_string()),
        })
    }
}

/// An account as TikTok shows it.
pub(super) struct Seen {
    pub identity: AccountIdentity,
    user: User,
}

/// Who the token belongs to, and what the account may do.
pub(super) async fn who(
    api: &Api<'_>,
    settings: &PlatformSettings,
    scopes: &[String],
) -> Result<Seen, ConnectorError> {
    let may = |scope: &str| scopes.iter().any(|given| given == scope);
    let more = BY_SCOPE.iter().filter(|(scope, _)| may(scope)).map(|(_, fields)| *fields);
    let fields: Vec<&str> = std::iter::once(BASIC).chain(more).collect();
    let user = match user(api, &fields.join(",")).await {
        Err(error) if error.kind == ErrorKind::PermissionMissing && fields.len() > 1 => {
            user(api, BASIC).await?
        }
        other => other?,
    };
    // An account that may not post today is one all the same.
    let creator = if may(settings::DIRECT) { creator::ask(api).await.ok() } else { None };
    let mut meta = json!({
        "direct": may(settings::DIRECT),
        "inbox": may(settings::INBOX),
        "audited": settings::is_audited(settings),
    });
    meta[creator::NOTE] = creator.as_ref().map(Creator::note).into();
    Ok(Seen { identity: identity(&user, creator.as_ref(), meta), user })
}

async fn user(api: &Api<'_>, fields: &str) -> Result<User, ConnectorError> {
    let call = api.get(op::USER, "/v2/user/info/").query([("fields", fields)]);
    Ok(api.ask::<UserData>(call).await?.user)
}

fn identity(user: &User, creator: Option<&Creator>, meta: Value) -> AccountIdentity {
    let filled = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    let username = filled(&user.username).or_else(|| creator.and_then(|c| c.username.clone()));
    let name = filled(&user.display_name).or_else(|| creator.and_then(|c| c.nickname.clone()));
    let handle = username.or_else(|| name.clone()).unwrap_or_else(|| user.open_id.clone());
    let handle = handle.trim_start_matches('@').to_owned();
    AccountIdentity {
        remote_id: user.open_id.clone(),
        name: name.unwrap_or_else(|| handle.clone()),
        handle,
        avatar_url: filled(&user.avatar_url),
        server: None,
        meta,
    }
}

/// A page of public videos, newest first.
pub(super) async fn videos(cx: &Cx<'_>, cursor: Option<i64>) -> Result<ListData, ConnectorError> {
    let api = Api::of(cx);
    let body = ListIn { max_count: PAGE, cursor };
    let call = api.post(op::LIST, Safety::Read, "/v2/video/list/", &body);
    api.ask(call.query([("fields", VIDEO_FIELDS)])).await
}

/// Whether the account's videos may be listed at all.
pub(super) fn may_list(cx: &Cx<'_>) -> bool {
    let scopes = &cx.credential.scopes;
    scopes.is_empty() || scopes.iter().any(|scope| scope == LIST_SCOPE)
}

/// When a video was made public.
pub(super) fn published_at(video: &Video) -> Option<Timestamp> {
    Timestamp::from_second(video.create_time).ok()
}

/// The caption; TikTok has it in one of two fields.
pub(super) fn caption(video: &Video) -> &str {
    let texts = [video.video_description.as_deref(), video.title.as_deref()];
    texts.into_iter().flatten().find(|text| !text.is_empty()).unwrap_or_default()
}

/// Where people see a post; `None` while nobody knows the account's name in addresses.
pub(super) fn post_url(cx: &Cx<'_>, id: &str, pictures: bool) -> Option<String> {
    let kept = Creator::of(cx.account).and_then(|creator| creator.username);
    let usable = |name: &String| !name.is_empty() && !name.contains(char::is_whitespace);
    let name = kept.or_else(|| Some(cx.account.handle.clone())).filter(usable)?;
    let kind = if pictures { "photo" } else { "video" };
    Some(format!("{}/@{name}/{kind}/{id}", cx.settings.endpoint(&DESCRIPTOR, WEB)))
}

fn remote_post(video: &Video) -> Option<RemotePost> {
    Some(RemotePost {
        remote_id: video.id.clone(),
        url: video.share_url.clone().filter(|url| !url.is_empty()),
        text: caption(video).to_owned(),
        kind: None,
        published_at: published_at(video)?,
        counts: counts_of_video(video),
    })
}

fn count(metric: &str, value: Option<i64>, native: &str) -> Option<Count> {
    Some(Count { metric: metric.to_owned(), value: value?, native: native.to_owned() })
}

fn counts_of_user(user: &User) -> Vec<Count> {
    let counts = [
        count("followers", user.follower_count, "follower_count"),
        count("following", user.following_count, "following_count"),
        count("likes", user.likes_count, "likes_count"),
        count("posts", user.video_count, "video_count"),
    ];
    counts.into_iter().flatten().collect()
}

fn counts_of_video(video: &Video) -> Vec<Count> {
    let counts = [
        count("views", video.view_count, "view_count"),
        count("likes", video.like_count, "like_count"),
        count("comments", video.comment_count, "comment_count"),
        count("shares", video.share_count, "share_count"),
    ];
    counts.into_iter().flatten().collect()
}

fn bad_cursor() -> ConnectorError {
    rejected(
        op::LIST,
        "cursor_invalid",
        "This page of the list of videos is not known.",
        "Nothing to do: the list is read from its beginning.",
    )
}
