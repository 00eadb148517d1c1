//! Finding out whether a lost call made something public.
//!
//! X has no idempotency key. What was sent can be found among the account's own posts that are newer than the id noted before
//! the send, by its text, its parent and its files. Absence is proved only after the call must have ended and X's lists have
//! had time to show it.

use carillon_domain::connector_error::ConnectorError;
use carillon_domain::post::{Draft, Unit};

use super::parent;
use super::state::{State, Upload};
use crate::contract::cx::Cx;
use crate::contract::progress::{Progress, Stage};
use crate::contract::publisher::Reconciliation;
use crate::kit::look::{self, unknown};
use crate::platforms::x::read::{self, post_url};
use crate::platforms::x::text;
use crate::platforms::x::wire::Post;

pub(super) async fn reconcile(
    cx: &Cx<'_>,
    draft: &Draft,
    progress: &Progress,
) -> Result<Reconciliation, ConnectorError> {
    let Stage::Committing { unit, since } = progress.stage else {
        return Ok(unknown(None, "No send was under way."));
    };
    let Some(wanted) = draft.unit(unit) else {
        return Ok(unknown(None, "The draft has no such part."));
    };
    let mut state = match State::open(progress, unit) {
        Ok(state) => state,
        Err(error) => return Ok(unknown(None, error.cause)),
    };
    let now = cx.clock.now();
    let posts = read::newer_than(cx, state.since_id.as_deref()).await?;
    let parent = parent(draft, progress, unit);
    if let Some(post) = posts.found.iter().find(|p| is_it(p, wanted, parent, &state)) {
        let at = read::created_at(post).unwrap_or(now);
        let url = post_url(cx, &post.id);
        return Ok(Reconciliation::Found(progress.clone().committed(unit, post.id.clone(), Some(url), at)));
    }
    let seen = format!(
        "X shows {} post(s) of @{} newer than {}, and none with this text.",
        posts.found.len(),
        cx.account.handle,
        state.since_id.as_deref().unwrap_or("the beginning"),
    );
    if !posts.complete {
        return Ok(unknown(None, format!("{seen} There are more than could be looked at.")));
    }
    if state.renew {
        // A plain refusal, so there is nothing to wait for.
        state.renew = false;
        for upload in &mut state.uploads {
            *upload = Upload { restarted: true, ..Upload::new(upload.media) };
        }
        let mut progress = progress.clone();
        state.store(&mut progress);
        return Ok(Reconciliation::absent(progress.at(Stage::Preparing { unit }), None));
    }
    if let Some(at) = look::next(since, now) {
        return Ok(unknown(Some(at), seen));
    }
    if state.resent {
        let second = if state.repeated {
            "X refused the second send because it has the text already: it is public, but does not show in X's list."
        } else {
            "It was sent twice, and neither was found."
        };
        return Ok(unknown(None, format!("{seen} {second}")));
    }
    state.resent = true;
    let mut progress = progress.clone();
    state.store(&mut progress);
    Ok(Reconciliation::absent(progress.at(Stage::Preparing { unit }), None))
}

/// Whether `post` is what was sent.
fn is_it(post: &Post, wanted: Unit<'_>, parent: Option<&str>, state: &State) -> bool {
    let (ours, files) = match wanted {
        Unit::Part(part) => (part.text.as_str(), part.media.len()),
        Unit::Comment(text) => (text, 0),
    };
    let replied = post.referenced_tweets.iter().find(|r| r.kind == "replied_to").map(|r| r.id.as_str());
    replied == parent && text::canonical(ours) == text::canonical_of(post) && has_files(post, files, state)
}

/// Whether the post carries the uploaded files. A key is `<kind>_<id>`, and the id is the upload's.
fn has_files(post: &Post, files: usize, state: &State) -> bool {
    fn id(key: &str) -> &str {
        key.rsplit('_').next().unwrap_or(key)
    }
    let keys = post.attachments.iter().flat_map(|a| &a.media_keys);
    let shown: Vec<&str> = keys.map(|key| id(key)).collect();
    let sent: Vec<&str> =
        state.uploads.iter().filter_map(|u| u.key.as_deref().map(id).or(u.id.as_deref())).collect();
    shown.len() == files && shown.iter().all(|key| sent.contains(key))
}
