//! When everything is there: what becomes of a task, and when.

use std::time::Duration;

use carillon_domain::time::Timestamp;

use super::PLATFORM;
use super::memory::{End, File, Memory, Post, Task, change, new_number};
use super::people;
use super::post_info::Privacy;
use super::tokens::grant_id;
use crate::sandbox::{Persona, TokenState, World};

/// How long processing takes at least, and how many bytes are processed in a second.
const PROCESSING: Duration = Duration::from_secs(8);
const SPEED: u64 = 16 * 1024 * 1024;
/// How long moderation takes; TikTok says one minute to several hours.
const MODERATION_S: u64 = 60;

/// What came, and the `fail_reason` if something is wrong with it.
#[derive(Debug, Default)]
pub(super) struct Arrived {
    pub files: Vec<File>,
    pub failure: Option<&'static str>,
}

/// The longest video of a task's creator, seconds.
pub(super) fn longest_s(world: &World, task: &Task) -> u64 {
    let owner = Persona::find(&task.owner);
    change(world, |memory| owner.map_or(600, |owner| people::settings(memory, owner).longest_s))
}

/// Decides what becomes of a task. From here on only time is missing.
pub(super) fn decide(world: &World, id: &str, arrived: Arrived) {
    let Some(task) = change(world, |memory| memory.tasks.get(id).cloned()) else { return };
    let removed = (!has_grant(world, &task)).then(|| "auth_removed".to_owned());
    let bytes: u64 = arrived.files.iter().map(|file| file.bytes).sum();
    let usual = PROCESSING + Duration::from_secs(bytes / SPEED);
    let done = world.now() + world.processing_time(PLATFORM, "publish.process", usual);
    let rules = change(world, |memory| memory.rules.clone());
    let failure = rules.fails.or(removed).or(arrived.failure.map(str::to_owned));
    let at =
        if task.inbox { finished_after(world, rules.drafts_posted_s).map(|d| done + d) } else { Some(done) };
    let moderation = Duration::from_secs(rules.moderation_s.unwrap_or(MODERATION_S));
    let moderation = world.processing_time(PLATFORM, "publish.moderate", moderation);
    change(world, |memory| {
        let at = at.filter(|_| failure.is_none()).map(|at| free(memory, &task, at));
        let privacy = task.info.privacy.unwrap_or_else(|| usual_audience(memory, &task));
        let post =
            at.map(|at| Post { id: new_number(world, at), at, privacy, moderated_at: at + moderation });
        if let Some(task) = memory.tasks.get_mut(id) {
            task.files = arrived.files;
            task.end = Some(End { at: done, failure, post });
        }
    });
}

/// How long a person leaves a draft in the inbox; `None`: for ever.
fn finished_after(world: &World, rule_s: Option<u64>) -> Option<Duration> {
    let slow = world.processing_time(PLATFORM, "inbox.post", Duration::ZERO);
    rule_s.map(Duration::from_secs).or((!slow.is_zero()).then_some(slow))
}

/// Whether the app may still act for the creator.
fn has_grant(world: &World, task: &Task) -> bool {
    let Some(owner) = Persona::find(&task.owner) else { return false };
    let grant = grant_id(&task.client, owner);
    let all = world.tokens().list();
    all.iter()
        .any(|(token, state)| token.grant.as_deref() == Some(grant.as_str()) && *state == TokenState::Live)
}

/// The first millisecond from then on at which the creator has posted nothing else, since lists are cut by time.
fn free(memory: &Memory, task: &Task, mut at: Timestamp) -> Timestamp {
    let taken = |at: Timestamp| {
        let mine = memory.tasks.values().filter(|other| other.owner == task.owner);
        let mut posts = mine.filter_map(|other| other.end.as_ref()?.post.as_ref());
        posts.any(|post| post.at.as_millisecond() == at.as_millisecond())
    };
    while taken(at) {
        at += Duration::from_millis(1);
    }
    at
}

/// Whom a person lets see a draft.
fn usual_audience(memory: &Memory, task: &Task) -> Privacy {
    let private = Persona::find(&task.owner).is_some_and(|owner| people::settings(memory, owner).private);
    Privacy::options(private)[0]
}
