//! Comments and replies, as the Page.

use serde_json::{Value, json};

use super::answer::Refusal;
use super::fields::{Field, pick, requested};
use super::grant::Right;
use super::nodes::Call;
use super::paging::{page_of, written};
use super::people::{self, NodeKind, comment_id, kind_of};
use super::state::{self, Comment, Kind, Post, change};
use super::{PLATFORM, WWW, media, publish};
use crate::sandbox::{LedgerAccount, LedgerItem, LedgerMedia};

/// Comments are at most this long (unverified).
const LONGEST: usize = 8_000;
const LARGEST_PICTURE: u64 = 10 * 1024 * 1024;

/// The post that a node is, is part of, or is a comment on; and the comment.
fn place(call: &Call<'_>, right: Right, method: &str) -> Result<(Post, Option<Comment>), Refusal> {
    let page = call.caller.page(right)?.id();
    let found = state::read(call.world, |s| {
        let comment = s.comment(call.node).cloned();
        let post = match kind_of(call.node) {
            NodeKind::Post => Some(call.node.to_owned()),
            NodeKind::Photo => s.photos.get(call.node).and_then(|p| p.post.clone()),
            NodeKind::Video => s.videos.get(call.node).and_then(|v| v.post.clone()),
            NodeKind::Comment => comment.as_ref().map(|c| c.post.clone()),
            _ => None,
        };
        Some((s.post(&post?).cloned()?, comment))
    });
    found
        .filter(|(post, _)| post.page == page && post.is_public() && post.kind != Kind::Story)
        .filter(|(_, comment)| comment.is_some() == (kind_of(call.node) == NodeKind::Comment))
        .ok_or_else(|| Refusal::missing(call.node, method))
}

/// `POST /{post}/comments`, also on photos, videos and comments.
pub(super) async fn create(call: &Call<'_>) -> Result<Value, Refusal> {
    let (post, parent) = place(call, Right::Engage, "post")?;
    publish::check_names(call, &["message", "attachment_id", "attachment_url", "source"])?;
    let message = call.params.text("message").to_owned();
    check(&message)?;
    let picture = match (call.params.get("attachment_url"), call.params.get("attachment_id")) {
        (Some(url), None) => Some(media::fetch(call.world, url, LARGEST_PICTURE, "image/").await?),
        (None, Some(id)) => {
            let photo = state::read(call.world, |s| s.photos.get(id).cloned());
            let own = photo.filter(|p| p.page == post.page && p.post.is_none());
            Some(
                own.ok_or_else(|| Refusal::parameter("Param attachment_id is not an unpublished photo"))?
                    .file,
            )
        }
        (None, None) => call.params.file("source").cloned(),
        _ => return Err(Refusal::parameter("Send attachment_url or attachment_id, not both")),
    };
    if message.trim().is_empty() && picture.is_none() {
        return Err(Refusal::parameter("The parameter message is required"));
    }
    let comment = Comment {
        id: comment_id(&post.id, call.world.next_number("facebook.comment")),
        // Replies to replies stand beside them.
        parent: parent.as_ref().map(|c| c.parent.clone().unwrap_or_else(|| c.id.clone())),
        post: post.id.clone(),
        page: post.page.clone(),
        message,
        picture,
        at: call.world.now(),
        hidden: false,
        liked: false,
        deleted: false,
    };
    let handle = people::page(&post.page).map_or("", |page| page.handle);
    let media = comment.picture.iter().map(|f| LedgerMedia {
        sha256: f.sha256.clone(),
        bytes: f.bytes,
        alt: f.alt.clone(),
    });
    call.world.ledger().add(LedgerItem {
        platform: PLATFORM.to_owned(),
        server: None,
        account: LedgerAccount { remote_id: post.page.clone(), handle: handle.to_owned() },
        remote_id: comment.id.clone(),
        parent: Some(parent.map_or(post.id, |c| c.id)),
        kind: "comment".to_owned(),
        text: comment.message.clone(),
        media: media.collect(),
        at: comment.at,
        deleted_at: None,
    });
    let id = comment.id.clone();
    change(call.world, |s| s.comments.push(comment));
    Ok(json!({ "id": id }))
}

fn check(message: &str) -> Result<(), Refusal> {
    if message.chars().count() > LONGEST {
        return Err(Refusal::parameter(format!("Param message must be at most {LONGEST} characters long")));
    }
    Ok(())
}

/// `GET /{post}/comments`; below a comment its replies.
pub(super) fn list(call: &Call<'_>) -> Result<Value, Refusal> {
    let (post, parent) = place(call, Right::Read, "get")?;
    let p = call.params;
    let stream = match p.get("filter") {
        None | Some("toplevel") => false,
        Some("stream") => true,
        Some(_) => return Err(Refusal::parameter("Param filter must be one of {stream, toplevel}")),
    };
    let newest_first = match p.get("order") {
        None | Some("chronological") => false,
        Some("reverse_chronological") => true,
        Some(_) => {
            return Err(Refusal::parameter(
                "Param order must be one of {chronological, reverse_chronological}",
            ));
        }
    };
    let fields = requested(p, &["created_time", "from", "message", "id"])?;
    let mut comments: Vec<Comment> = state::read(call.world, |s| {
        let below = |c: &&Comment| match &parent {
            Some(parent) => c.parent.as_deref() == Some(parent.id.as_str()),
            None => stream || c.parent.is_none(),
        };
        s.comments.iter().filter(|c| c.post == post.id).filter(below).cloned().collect()
    });
    if newest_first {
        comments.reverse();
    }
    let total = comments.iter().filter(|c| !c.deleted).count();
    let entries = comments.iter().map(|c| {
        let shown = if c.deleted { None } else { Some(show(call, c, &fields)?) };
        Ok((c.id.clone(), shown))
    });
    let mut page = page_of(call, &entries.collect::<Result<_, Refusal>>()?)?;
    if p.is_true("summary") {
        let order = if newest_first { "reverse_chronological" } else { "chronological" };
        page["summary"] = json!({ "order": order, "total_count": total, "can_comment": true });
    }
    Ok(page)
}

/// `GET /{comment}`
pub(super) fn read(call: &Call<'_>) -> Result<Value, Refusal> {
    let comment = own(call, Right::Read, "get")?;
    show(call, &comment, &requested(call.params, &["created_time", "from", "message", "id"])?)
}

fn own(call: &Call<'_>, right: Right, method: &str) -> Result<Comment, Refusal> {
    place(call, right, method)?.1.ok_or_else(|| Refusal::missing(call.node, method))
}

/// `POST /{comment}`: hides it or changes its words.
pub(super) fn update(call: &Call<'_>) -> Result<Value, Refusal> {
    let comment = own(call, Right::Engage, "post")?;
    publish::check_names(call, &["message", "is_hidden", "attachment_id", "attachment_url"])?;
    call.params.get("message").map_or(Ok(()), check)?;
    change(call.world, |s| {
        for slot in s.comments.iter_mut().filter(|c| c.id == comment.id) {
            if let Some(text) = call.params.get("message") {
                text.clone_into(&mut slot.message);
            }
            if call.params.get("is_hidden").is_some() {
                slot.hidden = call.params.is_true("is_hidden");
            }
        }
    });
    Ok(json!({ "success": true }))
}

/// `DELETE /{comment}`, with the replies to it.
pub(super) fn delete(call: &Call<'_>) -> Result<Value, Refusal> {
    let comment = own(call, Right::Engage, "delete")?;
    let gone: Vec<String> = change(call.world, |s| {
        let hit = |c: &&mut Comment| {
            !c.deleted && (c.id == comment.id || c.parent.as_deref() == Some(comment.id.as_str()))
        };
        let gone = s.comments.iter_mut().filter(hit);
        gone.map(|c| {
            c.deleted = true;
            c.id.clone()
        })
        .collect()
    });
    for id in gone {
        call.world.ledger().delete(PLATFORM, None, &id);
    }
    Ok(json!({ "success": true }))
}

/// `POST` and `DELETE /{object}/likes`.
pub(super) fn like(call: &Call<'_>, liked: bool) -> Result<Value, Refusal> {
    let (_, comment) = place(call, Right::Engage, if liked { "post" } else { "delete" })?;
    if let Some(comment) = comment {
        change(call.world, |s| {
            s.comments.iter_mut().filter(|c| c.id == comment.id).for_each(|c| c.liked = liked);
        });
    }
    Ok(json!({ "success": true }))
}

fn show(call: &Call<'_>, comment: &Comment, fields: &[Field]) -> Result<Value, Refusal> {
    let replies = state::read(call.world, |s| {
        let of = |c: &&Comment| c.parent.as_deref() == Some(comment.id.as_str()) && !c.deleted;
        s.comments.iter().filter(of).count()
    });
    // Who wrote it is for apps that may read what users write.
    let from = if call.caller.token.allows("pages_read_user_content") {
        json!({ "id": comment.page, "name": people::page(&comment.page).map(|p| p.name) })
    } else {
        Value::Null
    };
    let picture = comment.picture.as_ref().map(|file| {
        let src = call.site.blob_url(&file.sha256);
        json!({ "type": "photo", "media": { "image": { "src": src } }, "url": src })
    });
    let number = comment.id.split_once('_').map_or("", |(_, own)| own);
    let link = call.site.url_on(WWW, &format!("/{}?comment_id={number}", comment.post));
    let all = [
        ("id", json!(comment.id)),
        ("message", json!(comment.message)),
        ("created_time", json!(written(comment.at))),
        ("from", from),
        ("parent", comment.parent.as_ref().map_or(Value::Null, |id| json!({ "id": id }))),
        ("attachment", json!(picture)),
        ("comment_count", json!(replies)),
        ("like_count", json!(u8::from(comment.liked))),
        ("user_likes", json!(comment.liked)),
        ("is_hidden", json!(comment.hidden)),
        ("is_private", json!(false)),
        ("can_comment", json!(true)),
        ("can_hide", json!(false)),
        ("can_like", json!(true)),
        ("can_remove", json!(true)),
        ("can_reply_privately", json!(false)),
        ("permalink_url", json!(link)),
        ("object", json!({ "id": comment.post })),
    ];
    pick("Comment", fields, &all)
}
