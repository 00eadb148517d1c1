//! Profiles: the caller's own, and public ones of others.

use serde_json::{Value, json};

use super::answer::Refusal;
use super::fields::{pick, requested};
use super::grant::DISCOVERY;
use super::nodes::Call;
use super::paging::{COMMON, page_of};
use super::people::account_id;
use super::state::{self, Deed};
use super::{PLATFORM, insights, quota, reading, show};
use crate::sandbox::Persona;

/// Followers that a profile needs to be found.
const FOLLOWERS: u64 = 1_000;
/// Searches that a profile remembers.
const REMEMBERED: usize = 10;

/// `GET /me`, `GET /{account}`
pub(super) fn own(call: &Call<'_>) -> Result<Value, Refusal> {
    let account = call.caller.own(call.node, "get")?;
    call.only(&[])?;
    let me = call.caller.persona;
    let searches = state::read(call.world, |s| {
        let last = s.searches.get(&account).map(Vec::as_slice).unwrap_or_default();
        let shown = last.iter().rev().take(REMEMBERED);
        let shown = shown.map(|(query, at)| json!({ "query": query, "timestamp": at.as_millisecond() }));
        shown.collect::<Vec<_>>()
    });
    let all = [
        ("id", json!(account)),
        ("username", json!(me.key)),
        ("name", json!(me.name)),
        ("threads_profile_picture_url", json!(call.site.avatar_url(me.key))),
        ("threads_biography", json!(me.bio)),
        ("is_verified", json!(me.brand)),
        ("is_eligible_for_geo_gating", json!(me.brand)),
        ("recently_searched_keywords", json!(searches)),
    ];
    pick("ThreadsUser", &requested(call.params, &["id"])?, &all)
}

/// The public profile of the parameter `username`.
fn found(call: &Call<'_>) -> Result<&'static Persona, Refusal> {
    call.caller.needs(DISCOVERY)?;
    let name = call.required("username")?.trim_start_matches('@').to_ascii_lowercase();
    quota::spend(call, Deed::Lookup)?;
    let private = state::read(call.world, |s| s.is_private(&name));
    let persona =
        Persona::find(&name).filter(|p| !private && p.followers_at(PLATFORM, call.world.now()) >= FOLLOWERS);
    persona.ok_or_else(|| Refusal::missing(&name, "get"))
}

/// `GET /profile_lookup`
pub(super) fn lookup(call: &Call<'_>) -> Result<Value, Refusal> {
    call.only(&["username"])?;
    let persona = found(call)?;
    let totals = insights::totals(call.world, &account_id(persona));
    let all = [
        ("username", json!(persona.key)),
        ("name", json!(persona.name)),
        ("profile_picture_url", json!(call.site.avatar_url(persona.key))),
        ("biography", json!(persona.bio)),
        ("is_verified", json!(persona.brand)),
        ("follower_count", json!(persona.followers_at(PLATFORM, call.world.now()))),
        ("views_count", json!(totals.views)),
        ("likes_count", json!(totals.likes)),
        ("quotes_count", json!(totals.quotes)),
        ("reposts_count", json!(totals.reposts)),
    ];
    let usual = all.clone().map(|(name, _)| name);
    pick("ThreadsPublicProfile", &requested(call.params, &usual)?, &all)
}

/// `GET /profile_posts`
pub(super) fn posts(call: &Call<'_>) -> Result<Value, Refusal> {
    call.only(&[COMMON, &["username"][..]].concat())?;
    let account = account_id(found(call)?);
    let posts = reading::listed(call, |_, post| post.account == account && !post.is_reply())?;
    let fields = requested(call.params, reading::DEFAULT)?;
    page_of(call, &posts, true, |post| show::post(call, post, &fields))
}

/// Notes what somebody searched for.
pub(super) fn remember(call: &Call<'_>, query: &str) {
    let now = call.world.now();
    state::change(call.world, |s| {
        let last = s.searches.entry(call.caller.id()).or_default();
        last.retain(|(known, _)| known != query);
        last.push((query.to_owned(), now));
        let old = last.len().saturating_sub(REMEMBERED);
        last.drain(..old);
    });
}
