//! Changing and deleting what was posted.

use serde_json::{Value, json};

use super::answer::Refusal;
use super::grant::Right;
use super::nodes::Call;
use super::publish;
use super::state::{self, Kind, Post, Stand, change};
use super::{PLATFORM, photos, status};

const POST_FIELDS: &[&str] =
    &["message", "is_hidden", "is_pinned", "is_published", "scheduled_publish_time", "backdated_time"];
const VIDEO_FIELDS: &[&str] = &["name", "description", "published", "content_tags", "embeddable"];

/// A post of the token's Page, to be changed.
fn own(call: &Call<'_>, method: &str) -> Result<Post, Refusal> {
    let page = call.caller.page(Right::Publish)?.id();
    let post = state::read(call.world, |s| s.post(call.node).cloned());
    post.filter(|p| p.page == page && p.kind != Kind::Story)
        .ok_or_else(|| Refusal::missing(call.node, method))
}

/// `POST /{post}`
pub(super) fn post(call: &Call<'_>) -> Result<Value, Refusal> {
    let post = own(call, "post")?;
    publish::check_names(call, POST_FIELDS)?;
    let p = call.params;
    let message = p.get("message");
    message.map_or(Ok(()), publish::check_message)?;
    let due = match (p.get("scheduled_publish_time"), post.stand) {
        (None, _) => None,
        (Some(_), Stand::Public | Stand::Failed) => {
            return Err(Refusal::parameter("Only unpublished posts can be scheduled"));
        }
        (Some(text), _) => Some(publish::schedule(call.world.now(), text)?),
    };
    if p.is_false("is_published") && post.stand == Stand::Public {
        return Err(Refusal::parameter("A published post can't be unpublished"));
    }
    let now = call.world.now();
    change(call.world, |s| {
        if let Some(slot) = s.post_mut(&post.id) {
            slot.updated_at = now;
            if let Some(text) = message {
                text.clone_into(&mut slot.message);
            }
            if p.get("is_hidden").is_some() {
                slot.hidden = p.is_true("is_hidden");
            }
            if let Some(at) = due {
                slot.stand = Stand::Due { at, scheduled: true };
            }
        }
    });
    if let Some(text) = message {
        call.world.ledger().edit(PLATFORM, None, &post.id, text);
    }
    if p.is_true("is_published") {
        publish::release(call.world, &post.id);
    }
    Ok(json!({ "success": true }))
}

/// `POST /{video}`
pub(super) fn video(call: &Call<'_>) -> Result<Value, Refusal> {
    call.caller.page(Right::Publish)?;
    let video = status::own(call, "post")?;
    publish::check_names(call, VIDEO_FIELDS)?;
    publish::check_message(call.params.text("description"))?;
    let now = call.world.now();
    change(call.world, |s| {
        if let Some(text) = call.params.get("description")
            && let Some(post) = video.post.as_deref().and_then(|id| s.post_mut(id))
        {
            (post.message, post.updated_at) = (text.to_owned(), now);
        }
        if let Some(slot) = s.videos.get_mut(&video.id) {
            if let Some(text) = call.params.get("description") {
                text.clone_into(&mut slot.description);
            }
            if let Some(text) = call.params.get("name") {
                text.clone_into(&mut slot.title);
            }
        }
    });
    if let (Some(text), Some(post)) = (call.params.get("description"), &video.post) {
        call.world.ledger().edit(PLATFORM, None, post, text);
    }
    Ok(json!({ "success": true }))
}

/// `DELETE /{post}`
pub(super) fn delete_post(call: &Call<'_>) -> Result<Value, Refusal> {
    let post = own(call, "delete")?;
    remove(call, &post.id);
    Ok(json!({ "success": true }))
}

/// `DELETE /{photo}`: with the post that is this photo.
pub(super) fn delete_photo(call: &Call<'_>) -> Result<Value, Refusal> {
    call.caller.page(Right::Publish)?;
    let photo = photos::own(call, call.node, "delete")?;
    change(call.world, |s| s.photos.get_mut(&photo.id).map(|p| p.deleted = true));
    let alone = |id: &String| {
        state::read(call.world, |s| s.post(id).is_some_and(|p| p.photos == [photo.id.as_str()]))
    };
    if let Some(post) = photo.post.as_ref().filter(|id| alone(id)) {
        remove(call, post);
    }
    Ok(json!({ "success": true }))
}

/// `DELETE /{video}`: with its post.
pub(super) fn delete_video(call: &Call<'_>) -> Result<Value, Refusal> {
    call.caller.page(Right::Publish)?;
    let video = status::own(call, "delete")?;
    change(call.world, |s| s.videos.get_mut(&video.id).map(|v| v.deleted = true));
    if let Some(post) = &video.post {
        remove(call, post);
    }
    Ok(json!({ "success": true }))
}

/// Takes a post away with its comments, photos and video.
fn remove(call: &Call<'_>, id: &str) {
    let comments = change(call.world, |s| {
        let (photos, video) = match s.post_mut(id) {
            Some(post) => {
                post.deleted = true;
                (post.photos.clone(), post.video.clone())
            }
            None => return Vec::new(),
        };
        for photo in photos {
            s.photos.get_mut(&photo).into_iter().for_each(|p| p.deleted = true);
        }
        if let Some(video) = video {
            s.videos.get_mut(&video).into_iter().for_each(|v| v.deleted = true);
        }
        let below = s.comments.iter_mut().filter(|c| c.post == id && !c.deleted);
        below
            .map(|c| {
                c.deleted = true;
                c.id.clone()
            })
            .collect()
    });
    for gone in comments.iter().map(String::as_str).chain([id]) {
        call.world.ledger().delete(PLATFORM, None, gone);
    }
}
