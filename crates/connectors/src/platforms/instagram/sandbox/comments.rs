//! Comments on media.

use serde_json::{Value, json};

use super::answer::Refusal;
use super::fields::{Field, pick, requested};
use super::grant::Right;
use super::nodes::{Call, page_of, written};
use super::people::{account_id, comment_id};
use super::publishing::own_media;
use super::state::{Comment, change};
use super::{PLATFORM, state};
use crate::sandbox::{LedgerAccount, LedgerItem};

/// `POST /{media}/comments`
pub(super) fn create(call: &Call<'_>) -> Result<Value, Refusal> {
    call.caller.needs(Right::Comments)?;
    let media = own_media(call, call.node, "post")?;
    if media.product == "STORY" {
        return Err(Refusal::missing(call.node, "post"));
    }
    let text = call.params.text("message");
    if text.trim().is_empty() {
        return Err(Refusal::parameter("The parameter message is required"));
    }
    if text.chars().count() > 2200 {
        return Err(Refusal::parameter("The comment is too long"));
    }
    // With the Facebook login somebody comments as the account that the Page is linked to.
    let author = call.caller.account(&media.account, "post")?;
    let now = call.world.now();
    let comment = Comment {
        id: comment_id(call.world.next_number("instagram.comment")),
        media: media.id.clone(),
        account: account_id(author),
        username: author.key.to_owned(),
        text: text.to_owned(),
        at: now,
        deleted: false,
    };
    call.world.ledger().add(LedgerItem {
        platform: PLATFORM.to_owned(),
        server: None,
        account: LedgerAccount { remote_id: comment.account.clone(), handle: comment.username.clone() },
        remote_id: comment.id.clone(),
        parent: Some(media.id),
        kind: "comment".to_owned(),
        text: comment.text.clone(),
        media: Vec::new(),
        at: now,
        deleted_at: None,
    });
    let id = comment.id.clone();
    change(call.world, |s| s.comments.push(comment));
    Ok(json!({ "id": id }))
}

/// `GET /{media}/comments`: newest first, at most 50 on a page.
pub(super) fn list(call: &Call<'_>) -> Result<Value, Refusal> {
    call.caller.needs(Right::Comments)?;
    let media = own_media(call, call.node, "get")?;
    let fields = requested(call.params)?;
    let comments: Vec<Comment> = state::read(call.world, |s| {
        s.comments.iter().rev().filter(|c| c.media == media.id).cloned().collect()
    });
    let entries: Result<Vec<_>, Refusal> = comments
        .iter()
        .map(|c| Ok((c.id.clone(), if c.deleted { None } else { Some(show(c, &fields)?) })))
        .collect();
    page_of(call, "comments", entries?, 50)
}

/// `GET /{comment}`
pub(super) fn read(call: &Call<'_>) -> Result<Value, Refusal> {
    call.caller.needs(Right::Comments)?;
    show(&own_comment(call, "get")?, &requested(call.params)?)
}

/// `DELETE /{comment}`
pub(super) fn delete(call: &Call<'_>) -> Result<Value, Refusal> {
    call.caller.needs(Right::Comments)?;
    let comment = own_comment(call, "delete")?;
    change(call.world, |s| {
        s.comments.iter_mut().filter(|c| c.id == comment.id).for_each(|c| c.deleted = true);
    });
    call.world.ledger().delete(PLATFORM, None, &comment.id);
    Ok(json!({ "success": true }))
}

fn own_comment(call: &Call<'_>, method: &str) -> Result<Comment, Refusal> {
    let comment =
        state::read(call.world, |s| s.comments.iter().find(|c| c.id == call.node && !c.deleted).cloned());
    let comment = comment.ok_or_else(|| Refusal::missing(call.node, method))?;
    own_media(call, &comment.media, method)?;
    Ok(comment)
}

fn show(comment: &Comment, fields: &[Field]) -> Result<Value, Refusal> {
    let all = [
        ("id", json!(comment.id)),
        ("text", json!(comment.text)),
        ("timestamp", json!(written(comment.at))),
        ("username", json!(comment.username)),
        ("from", json!({ "id": comment.account, "username": comment.username })),
        ("like_count", json!(0)),
        ("hidden", json!(false)),
        ("parent_id", Value::Null),
        ("media", json!({ "id": comment.media })),
    ];
    pick("IGComment", fields, &all)
}
