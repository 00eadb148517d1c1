//! What a profile may do within rolling 24 hours, and how much of it is used.

use carillon_domain::time::Timestamp;
use serde_json::{Value, json};

use super::answer::Refusal;
use super::fields::{pick, requested};
use super::grant::{DELETE, MANAGE_REPLIES, PLACES, PUBLISH};
use super::nodes::Call;
use super::state::{self, Deed, State, change};

const POSTS: usize = 250;
const REPLIES: usize = 1_000;
const DELETIONS: usize = 100;
const PLACE_SEARCHES: usize = 500;
const LOOKUPS: usize = 1_000;
/// Over all apps.
const SEARCHES: usize = 2_200;

/// The refusal of what is over a quota. The documentation names no code for Threads; these are the numbers that the publishing
/// quota has on Instagram.
fn exceeded() -> Refusal {
    let text = "You reached the maximum number of actions that is allowed within 24 hours.";
    Refusal::new(9, 2_207_042, "Application request limit reached").told("Limit reached", text)
}

/// Refuses a post or reply over the quota.
pub(super) fn check_publish(s: &State, account: &str, reply: bool, now: Timestamp) -> Result<(), Refusal> {
    let total = if reply { replies(s) } else { posts(s) };
    if s.published(account, reply, now) < total { Ok(()) } else { Err(exceeded()) }
}

/// Notes a deed, or refuses it over its quota.
pub(super) fn spend(call: &Call<'_>, deed: Deed) -> Result<(), Refusal> {
    let (account, now) = (call.caller.id(), call.world.now());
    change(call.world, |s| {
        let total = match deed {
            Deed::Delete => deletions(s),
            Deed::FindPlace => PLACE_SEARCHES,
            Deed::Lookup => LOOKUPS,
            Deed::Search => SEARCHES,
        };
        if s.done(deed, &account, now) >= total {
            return Err(exceeded());
        }
        s.note(deed, &account, now);
        Ok(())
    })
}

fn posts(s: &State) -> usize {
    s.post_quota.unwrap_or(POSTS)
}

fn replies(s: &State) -> usize {
    s.reply_quota.unwrap_or(REPLIES)
}

fn deletions(s: &State) -> usize {
    s.delete_quota.unwrap_or(DELETIONS)
}

/// `GET /{account}/threads_publishing_limit`. Each part needs the permission for what it counts.
pub(super) fn read(call: &Call<'_>) -> Result<Value, Refusal> {
    let account = call.caller.own(call.node, "get")?;
    call.only(&[])?;
    let fields = requested(call.params, &["quota_usage", "config"])?;
    for field in &fields {
        call.caller.needs(match field.name.as_str() {
            name if name.starts_with("reply_") => MANAGE_REPLIES,
            name if name.starts_with("delete_") => DELETE,
            name if name.starts_with("location_search_") => PLACES,
            _ => PUBLISH,
        })?;
    }
    let now = call.world.now();
    let config = |total: usize| json!({ "quota_total": total, "quota_duration": 86_400 });
    let all = state::read(call.world, |s| {
        [
            ("quota_usage", json!(s.published(&account, false, now))),
            ("config", config(posts(s))),
            ("reply_quota_usage", json!(s.published(&account, true, now))),
            ("reply_config", config(replies(s))),
            ("delete_quota_usage", json!(s.done(Deed::Delete, &account, now))),
            ("delete_config", config(deletions(s))),
            ("location_search_quota_usage", json!(s.done(Deed::FindPlace, &account, now))),
            ("location_search_config", config(PLACE_SEARCHES)),
        ]
    });
    Ok(json!({ "data": [pick("ThreadsPublishingLimit", &fields, &all)?] }))
}
