//! Profile and posts with the numbers that everybody can see.
//!
//! Stories have a list of their own, which has those of the last 24 hours only. They are read, all of them, with the first page of
//! the other posts.
//! Source: Instagram Platform - IG User, IG User media, IG User stories, IG Media (copies of 2026).

use std::cmp::Reverse;

use async_trait::async_trait;
use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use serde_json::{Value, json};

use super::api::{self, Flavour, Graph};
use super::publish::quota;
use super::{Instagram, NAME, wire};
use crate::contract::cx::Cx;
use crate::contract::reader::{PostPage, Profile, Reader, RemotePost};
use crate::kit::graph::hooks;
use crate::kit::graph::numbers::given;

/// Posts per page. The network's default is 25 and its maximum, as far as known, 100.
const PAGE_SIZE: &str = "50";

/// Pages of stories that are read at most; an account that has more within a day is nobody's.
const STORY_PAGES: usize = 20;

/// Where an account's meta keep how many posts Instagram takes from it within 24 hours.
pub(super) const DAILY_POSTS: &str = "daily_posts";

const PROFILE_INSTAGRAM: &str =
    "id,user_id,username,name,account_type,profile_picture_url,followers_count,follows_count,media_count";
const PROFILE_FACEBOOK: &str =
    "id,username,name,profile_picture_url,followers_count,follows_count,media_count";

const MEDIA_INSTAGRAM: &str =
    "id,caption,media_type,media_product_type,permalink,timestamp,like_count,comments_count";
/// Totals that only the Facebook login shows, since 22 April 2026.
const MEDIA_FACEBOOK: &str = "id,caption,media_type,media_product_type,permalink,timestamp,like_count,comments_count,\
                              saved_count,shares_count,reposts_count,total_views_count";

#[async_trait]
impl Reader for Instagram {
    async fn profile(&self, cx: &Cx<'_>) -> Result<Profile, ConnectorError> {
        let graph = Graph::of(cx);
        let profile = match graph.flavour() {
            Flavour::Instagram => own_profile(&graph).await?,
            Flavour::Facebook => {
                let fields = vec![("fields", PROFILE_FACEBOOK.to_owned())];
                graph.get("profile.read", &cx.account.remote_id, fields).await?
            }
        };
        let mut identity = identity(&profile, &cx.account.meta).ok_or_else(|| {
            ConnectorError::new(
                ErrorKind::Transient,
                NAME,
                "profile.read",
                "unreadable_answer",
                "Instagram did not say which account this is.",
            )
        })?;
        if let Some(most) = quota::total(cx, &graph).await {
            if !identity.meta.is_object() {
                identity.meta = json!({});
            }
            identity.meta[DAILY_POSTS] = json!(most);
        }
        let counts = [
            ("followers", "followers_count", profile.followers_count),
            ("following", "follows_count", profile.follows_count),
            ("posts", "media_count", profile.media_count),
        ];
        Ok(Profile { identity, counts: given(counts) })
    }

    async fn posts(&self, cx: &Cx<'_>, cursor: Option<&str>) -> Result<PostPage, ConnectorError> {
        let graph = Graph::of(cx);
        let fields = match graph.flavour() {
            Flavour::Instagram => MEDIA_INSTAGRAM,
            Flavour::Facebook => MEDIA_FACEBOOK,
        };
        let mut params = vec![("fields", fields.to_owned()), ("limit", PAGE_SIZE.to_owned())];
        params.extend(cursor.map(|after| ("after", after.to_owned())));
        let page: wire::Page<wire::Media> =
            graph.get("media.list", &format!("{}/media", cx.account.remote_id), params).await?;
        let mut posts: Vec<_> = page.data.into_iter().filter_map(post).collect();
        if cursor.is_none() {
            posts.extend(stories(cx, &graph).await?);
            posts.sort_by_key(|post| Reverse(post.published_at));
        }
        Ok(PostPage { posts, next: api::next_cursor(page.paging) })
    }
}

/// The stories of the last 24 hours. Where Instagram does not show them, there are the other posts.
async fn stories(cx: &Cx<'_>, graph: &Graph<'_>) -> Result<Vec<RemotePost>, ConnectorError> {
    let path = format!("{}/stories", cx.account.remote_id);
    let (mut stories, mut after) = (Vec::new(), None::<String>);
    for _ in 0..STORY_PAGES {
        // The totals of the Facebook login are documented for other posts (unverified).
        let mut params = vec![("fields", MEDIA_INSTAGRAM.to_owned()), ("limit", PAGE_SIZE.to_owned())];
        params.extend(after.take().map(|cursor| ("after", cursor)));
        let page: wire::Page<wire::Media> = match graph.get("stories.list", &path, params).await {
            Ok(page) => page,
            Err(error) if matches!(error.kind, ErrorKind::Rejected | ErrorKind::PermissionMissing) => break,
            Err(error) => return Err(error),
        };
        stories.extend(page.data.into_iter().filter_map(post));
        after = api::next_cursor(page.paging);
        if after.is_none() {
            break;
        }
    }
    Ok(stories)
}

/// The profile of the account that logged in with Instagram's own login.
///
/// # Errors
/// As the network answered.
pub(super) async fn own_profile(graph: &Graph<'_>) -> Result<wire::Profile, ConnectorError> {
    let body: wire::ProfileBody =
        graph.get("profile.read", "me", vec![("fields", PROFILE_INSTAGRAM.to_owned())]).await?;
    Ok(match body {
        wire::ProfileBody::Flat(profile) => *profile,
        wire::ProfileBody::Wrapped { data } => data.into_iter().next().unwrap_or_default(),
    })
}

/// Who a profile is. With Instagram's login `user_id` is the professional account's id and `id` only valid inside the app.
pub(super) fn identity(profile: &wire::Profile, meta: &Value) -> Option<AccountIdentity> {
    let remote_id = profile.user_id.as_ref().or(profile.id.as_ref()).and_then(hooks::id)?;
    let handle = profile.username.clone().unwrap_or_else(|| remote_id.clone());
    Some(AccountIdentity {
        name: profile.name.clone().filter(|n| !n.is_empty()).unwrap_or_else(|| handle.clone()),
        remote_id,
        handle,
        avatar_url: profile.profile_picture_url.clone(),
        server: None,
        meta: meta.clone(),
    })
}

/// A post without a readable time can't be placed and is left out.
fn post(media: wire::Media) -> Option<RemotePost> {
    let published_at = api::timestamp(media.timestamp.as_deref()?)?;
    let counts = given([
        ("likes", "like_count", media.like_count),
        ("comments", "comments_count", media.comments_count),
        ("saves", "saved_count", media.saved_count),
        ("shares", "shares_count", media.shares_count),
        ("reposts", "reposts_count", media.reposts_count),
        ("views", "total_views_count", media.total_views_count),
    ]);
    Some(RemotePost {
        remote_id: media.id,
        url: media.permalink,
        text: media.caption.unwrap_or_default(),
        kind: media.media_product_type.or(media.media_type),
        published_at,
        counts,
    })
}
