//! Who may post at all, and how much ("Content Sharing Guidelines", "Direct Post" reference).

use std::time::Duration;

use carillon_domain::time::Timestamp;
use http::StatusCode;

use super::answer::Refusal;
use super::door::Caller;
use super::memory::{Memory, Task};
use super::people;
use super::post_info::Privacy;

/// Posts of a creator in 24 hours, over all apps.
const DAILY: usize = 15;
/// Creators in 24 hours of an app that was not audited.
const UNAUDITED_USERS: usize = 5;
/// Drafts in an inbox that were sent in the last 24 hours.
const DRAFTS: usize = 5;
const DAY: Duration = Duration::from_secs(86_400);

/// 403: no more posts today.
pub(super) fn too_many_posts() -> Refusal {
    Refusal::forbidden(
        "spam_risk_too_many_posts",
        "The daily post cap from the API is reached for this user.",
    )
}

/// 403: too many drafts that wait.
pub(super) fn too_many_drafts() -> Refusal {
    let text = "The user has too many pending drafts from the API within 24 hours.";
    Refusal::forbidden("spam_risk_too_many_pending_share", text)
}

/// 400: TikTok's own app can't finish the draft.
pub(super) fn app_too_old() -> Refusal {
    let text = "The user's TikTok app is too old. Ask them to update it to 31.8 or later.";
    Refusal::new(StatusCode::BAD_REQUEST, "app_version_check_failed", text)
}

fn recent(memory: &Memory, now: Timestamp) -> impl Iterator<Item = &Task> {
    let young = move |task: &&Task| now < task.created_at + DAY;
    memory.tasks.values().filter(young).filter(move |task| !task.has_failed(now))
}

fn not_banned(memory: &Memory, caller: &Caller) -> Result<(), Refusal> {
    if memory.rules.banned.iter().any(|key| key == caller.persona.key) {
        let text = "The user is banned from making new posts.";
        return Err(Refusal::forbidden("spam_risk_user_banned_from_posting", text));
    }
    Ok(())
}

/// Refuses a creator who can post no more now.
pub(super) fn may_post(memory: &Memory, caller: &Caller, now: Timestamp) -> Result<(), Refusal> {
    not_banned(memory, caller)?;
    let direct = || recent(memory, now).filter(|task| !task.inbox);
    let mine = direct().filter(|task| task.owner == caller.persona.key).count();
    if mine >= memory.rules.daily_posts.unwrap_or(DAILY) {
        return Err(too_many_posts());
    }
    let usual = memory.rules.unaudited.then_some(UNAUDITED_USERS);
    if let Some(most) = memory.rules.active_users.or(usual) {
        let of_app = direct().filter(|task| task.client == caller.client);
        let mut others: Vec<&str> = of_app.map(|task| task.owner.as_str()).collect();
        others.sort_unstable();
        others.dedup();
        others.retain(|owner| *owner != caller.persona.key);
        if others.len() >= most {
            let text = "The daily quota for active publishing users from this client is reached.";
            return Err(Refusal::forbidden("reached_active_user_cap", text));
        }
    }
    Ok(())
}

/// Refuses an audience that the creator can't choose now, and whatever an app that was not audited may not do.
pub(super) fn may_show(memory: &Memory, caller: &Caller, privacy: Privacy) -> Result<(), Refusal> {
    let private = people::settings(memory, caller.persona).private;
    if !Privacy::options(private).contains(&privacy) {
        let text = "privacy_level is not one of the privacy_level_options that creator_info returns.";
        return Err(Refusal::forbidden("privacy_level_option_mismatch", text));
    }
    if memory.rules.unaudited && !(private && privacy == Privacy::SelfOnly) {
        let text = "Unaudited clients can only post to private accounts, with the privacy level SELF_ONLY.";
        return Err(Refusal::forbidden("unaudited_client_can_only_post_to_private_accounts", text));
    }
    Ok(())
}

/// Refuses a draft that the inbox does not take.
pub(super) fn may_draft(memory: &Memory, caller: &Caller, now: Timestamp) -> Result<(), Refusal> {
    not_banned(memory, caller)?;
    if memory.rules.old_app.iter().any(|key| key == caller.persona.key) {
        return Err(app_too_old());
    }
    let waiting = recent(memory, now)
        .filter(|task| task.inbox && task.owner == caller.persona.key && task.post(now).is_none());
    if waiting.count() >= DRAFTS { Err(too_many_drafts()) } else { Ok(()) }
}
