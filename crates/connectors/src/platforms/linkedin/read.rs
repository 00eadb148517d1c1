//! Who an account is, and a page's posts with their numbers.
//!
//! A member's posts can't be read back: LinkedIn gives that to nobody new.

use async_trait::async_trait;
use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::time::Timestamp;
use serde_json::json;
use url::Url;

use super::api::Api;
use super::errors::{PLATFORM, op};
use super::flavour::{FOLLOWERS_OF_MEMBER, Flavour};
use super::numbers::{self, Numbers};
use super::wire::{Acl, Elements, MemberFollowers, NetworkSize, Organization, Paging, Post, UserInfo};
use super::{DESCRIPTOR, LinkedIn, WEB, text, urn};
use crate::contract::cx::Cx;
use crate::contract::reader::{Count, PostPage, Profile, Reader, RemotePost};
use crate::kit::http::Call;

/// Posts asked for at once. More would make the query of their statistics too long: LinkedIn takes about 4 KB.
const PAGE: usize = 50;
/// Entries asked for at once in other lists.
const ROLES_PAGE: usize = 100;
/// Pages of a list that are read at most.
const MAX_PAGES: usize = 50;

/// Roles that may post for a page. "Organization Access Control" (2026).
const POSTING_ROLES: [&str; 3] =
    ["ADMINISTRATOR", "CONTENT_ADMINISTRATOR", "DIRECT_SPONSORED_CONTENT_POSTER"];

#[async_trait]
impl Reader for LinkedIn {
    async fn profile(&self, cx: &Cx<'_>) -> Result<Profile, ConnectorError> {
        let api = Api::of(cx);
        let identity = match Flavour::of(cx.account) {
            Flavour::Member => member(&api).await?,
            Flavour::Organization => {
                let author = &cx.account.remote_id;
                identity(author, organization_of(&api, author).await?, cx.account.meta.clone())
            }
        };
        let followers = tolerated(followers(&api, cx).await)?;
        Ok(Profile { identity, counts: followers.flatten().into_iter().collect() })
    }

    fn can_list(&self, account: &AccountIdentity) -> bool {
        Flavour::of(account) == Flavour::Organization
    }

    async fn posts(&self, cx: &Cx<'_>, cursor: Option<&str>) -> Result<PostPage, ConnectorError> {
        if !self.can_list(cx.account) {
            return Err(not_listed());
        }
        let api = Api::of(cx);
        let start = cursor.and_then(|c| c.parse().ok()).unwrap_or(0);
        let listed = list(&api, &cx.account.remote_id, start, PAGE).await?;
        let own: Vec<&Post> = listed.elements.iter().filter(|post| is_own(post)).collect();
        let ids: Vec<&str> = own.iter().map(|post| post.id.as_str()).collect();
        let numbers = numbers::of_list(&api, &cx.account.remote_id, &ids).await?;
        let now = cx.clock.now();
        let posts = own.into_iter().filter_map(|post| remote_post(cx, post, &numbers, now)).collect();
        Ok(PostPage { posts, next: next_start(&listed.paging, start).map(|next| next.to_string()) })
    }
}

/// The member who signed in.
pub(super) async fn member(api: &Api<'_>) -> Result<AccountIdentity, ConnectorError> {
    let user: UserInfo = api.ask_legacy(Call::get(op::USERINFO, api.legacy("userinfo"))).await?;
    let parts = [user.given_name, user.family_name].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let name = user.name.filter(|n| !n.is_empty()).unwrap_or(parts);
    let name = if name.is_empty() { user.sub.clone() } else { name };
    Ok(AccountIdentity {
        remote_id: urn::person(&user.sub),
        // LinkedIn tells programs no public name of members.
        handle: name.clone(),
        name,
        avatar_url: user.picture.filter(|p| !p.is_empty()),
        server: None,
        meta: json!({ "flavour": Flavour::Member.as_str() }),
    })
}

/// The pages that the member who signed in may post for, each once.
pub(super) async fn pages(api: &Api<'_>) -> Result<Vec<AccountIdentity>, ConnectorError> {
    let mut roles: Vec<(String, Vec<String>)> = Vec::new();
    for role in POSTING_ROLES {
        let held = with_role(api, role).await;
        // Whoever may not ask for the lesser roles has pages by the first one all the same.
        let held = if role == POSTING_ROLES[0] { held? } else { tolerated(held)?.unwrap_or_default() };
        for organization in held {
            match roles.iter_mut().find(|(known, _)| *known == organization) {
                Some((_, known)) => known.push(role.to_owned()),
                None => roles.push((organization, vec![role.to_owned()])),
            }
        }
    }
    let mut found = Vec::with_capacity(roles.len());
    for (organization, roles) in roles {
        let meta = json!({ "flavour": Flavour::Organization.as_str(), "roles": roles });
        // A page whose name is not told can be posted for.
        let named = tolerated(organization_of(api, &organization).await)?.unwrap_or_default();
        found.push(identity(&organization, named, meta));
    }
    Ok(found)
}

/// The organisations at which the member has this role.
async fn with_role(api: &Api<'_>, role: &str) -> Result<Vec<String>, ConnectorError> {
    let mut found = Vec::new();
    let mut start = Some(0);
    for _ in 0..MAX_PAGES {
        let Some(from) = start else { break };
        let query = format!("q=roleAssignee&role={role}&state=APPROVED&start={from}&count={ROLES_PAGE}");
        let call = api.finder(op::ROLES, &format!("organizationAcls?{query}"));
        let listed: Elements<Acl> = api.ask(call).await?;
        // Older lists know the role and the state only as something to filter by.
        let fits = |acl: &Acl| {
            (acl.role.is_empty() || acl.role == role) && (acl.state.is_empty() || acl.state == "APPROVED")
        };
        found.extend(
            listed.elements.into_iter().filter(fits).filter_map(|a| a.organization.or(a.organization_target)),
        );
        start = next_start(&listed.paging, from);
    }
    Ok(found)
}

async fn organization_of(api: &Api<'_>, author: &str) -> Result<Organization, ConnectorError> {
    let id = urn::organization_id(author).unwrap_or(author);
    api.ask(Call::get(op::ORGANIZATION, api.rest(&format!("organizations/{}", urn::encoded(id))))).await
}

fn identity(author: &str, page: Organization, meta: serde_json::Value) -> AccountIdentity {
    let id = urn::organization_id(author).unwrap_or(author);
    let handle = page.vanity_name.filter(|n| !n.is_empty()).unwrap_or_else(|| id.to_owned());
    AccountIdentity {
        remote_id: author.to_owned(),
        name: page.localized_name.filter(|n| !n.is_empty()).unwrap_or_else(|| handle.clone()),
        handle,
        avatar_url: None,
        server: None,
        meta,
    }
}

/// How many follow the account; `None` where LinkedIn does not say it to this app.
async fn followers(api: &Api<'_>, cx: &Cx<'_>) -> Result<Option<Count>, ConnectorError> {
    let followers = |value: Option<i64>, native: &str| {
        value.map(|value| Count { metric: "followers".to_owned(), value, native: native.to_owned() })
    };
    match Flavour::of(cx.account) {
        Flavour::Organization => {
            let path = format!(
                "networkSizes/{}?edgeType=COMPANY_FOLLOWED_BY_MEMBER",
                urn::encoded(&cx.account.remote_id)
            );
            let size: NetworkSize = api.ask(Call::get(op::FOLLOWERS, api.rest(&path))).await?;
            Ok(followers(size.first_degree_size, "networkSizes.firstDegreeSize"))
        }
        Flavour::Member if cx.credential.scopes.iter().any(|s| s == FOLLOWERS_OF_MEMBER) => {
            let call = api.finder(op::FOLLOWERS, "memberFollowersCount?q=me");
            let counted: Elements<MemberFollowers> = api.ask(call).await?;
            let count = counted.elements.first().and_then(|e| e.count);
            Ok(followers(count, "memberFollowersCount.memberFollowersCount"))
        }
        Flavour::Member => Ok(None),
    }
}

/// One number that is refused must not lose the others; what says that nothing can be read now stays an error.
pub(super) fn tolerated<T>(result: Result<T, ConnectorError>) -> Result<Option<T>, ConnectorError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) => match error.kind {
            ErrorKind::PermissionMissing | ErrorKind::Rejected => Ok(None),
            _ => Err(error),
        },
    }
}

/// A stretch of an author's posts, newest first.
pub(super) async fn list(
    api: &Api<'_>,
    author: &str,
    start: usize,
    count: usize,
) -> Result<Elements<Post>, ConnectorError> {
    let author = urn::encoded(author);
    let query = format!("q=author&author={author}&count={count}&start={start}&sortBy=CREATED");
    api.ask(api.finder(op::POSTS, &format!("posts?{query}"))).await
}

/// Where the next stretch begins. A short page is not the end: only a missing link is.
pub(super) fn next_start(paging: &Paging, start: usize) -> Option<usize> {
    let link = paging.links.iter().find(|link| link.rel == "next")?;
    // LinkedIn's links are without a host.
    let base = Url::parse("https://api.linkedin.com").ok()?;
    let href = base.join(&link.href).ok()?;
    let next = href.query_pairs().find(|(name, _)| name == "start")?.1.parse().ok()?;
    // A list that leads back would never end.
    (next > start).then_some(next)
}

/// When LinkedIn says that a post became public.
pub(super) fn made_at(post: &Post) -> Option<Timestamp> {
    post.published_at.or(post.created_at).and_then(|ms| Timestamp::from_millisecond(ms).ok())
}

/// Where people see a post.
pub(super) fn post_url(cx: &Cx<'_>, urn: &str) -> String {
    format!("{}/feed/update/{urn}", cx.settings.endpoint(&DESCRIPTOR, WEB))
}

/// Public, and not just somebody else's post passed on.
fn is_own(post: &Post) -> bool {
    let published = post.lifecycle_state.as_deref().is_none_or(|state| state == "PUBLISHED");
    let said = post.commentary.as_deref().is_some_and(|text| !text.trim().is_empty());
    published && (post.reshare_context.is_none() || said)
}

fn remote_post(cx: &Cx<'_>, post: &Post, numbers: &Numbers, now: Timestamp) -> Option<RemotePost> {
    let published_at = made_at(post)?;
    Some(RemotePost {
        remote_id: post.id.clone(),
        url: Some(post_url(cx, &post.id)),
        text: text::from_little(post.commentary.as_deref().unwrap_or_default()),
        kind: kind(post),
        published_at,
        counts: numbers.of(&post.id, published_at, now),
    })
}

fn kind(post: &Post) -> Option<String> {
    let Some(content) = &post.content else { return Some("text".to_owned()) };
    let media = || {
        let id = content.media.as_ref()?.id.as_str();
        id.strip_prefix("urn:li:")?.split_once(':').map(|(kind, _)| kind)
    };
    let known = [
        (content.multi_image.is_some(), "multiImage"),
        (content.article.is_some(), "article"),
        (content.poll.is_some(), "poll"),
    ];
    let named = known.into_iter().find(|(is, _)| *is).map(|(_, name)| name);
    named.or_else(media).map(str::to_owned)
}

fn not_listed() -> ConnectorError {
    ConnectorError::new(
        ErrorKind::Rejected,
        PLATFORM,
        op::POSTS,
        "unsupported",
        "LinkedIn lets no program list what a member posted.",
    )
    .with_action("Look at the posts on LinkedIn. Pages can be read.")
}
