//! Comments ("Comments API"). Their text is plain: no little text, names are marked by attributes.

use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};

use super::PLATFORM;
use super::answer::{Answer, Refusal, created, ok};
use super::check::Fields;
use super::door::{Call, done};
use super::memory::{Comment, Memory, Post, change, new_id, read};
use super::people;
use super::restli::encoded;
use crate::sandbox::{LedgerAccount, LedgerItem, World};

/// Longest text, characters (unverified).
const LONGEST: usize = 1_250;

const MEMBER: &[&str] = &["w_member_social", "w_member_social_feed"];
const ORGANIZATION: &[&str] = &["w_organization_social", "w_organization_social_feed"];

/// What a path names: a post, and a comment on it when an answer to that is meant.
fn target<'a>(memory: &'a Memory, urn: &str) -> Option<(&'a Post, Option<&'a Comment>)> {
    if urn.starts_with("urn:li:comment:") {
        let comment = memory.comments.iter().find(|c| c.urn == urn && !c.deleted)?;
        return Some((memory.post(&comment.post)?, Some(comment)));
    }
    memory.post(urn).map(|post| (post, None))
}

/// `POST /rest/socialActions/{urn}/comments`.
pub(super) fn create(call: &Call<'_>) -> Answer {
    call.query.only(&[])?;
    let known = ["actor", "object", "message", "parentComment", "content"];
    let fields = Fields::of(&call.body, &known)?;
    let (actor, object) = (fields.need("actor")?, fields.need("object")?);
    call.may_write_as(actor, MEMBER, ORGANIZATION)?;
    let message = fields.object("message", &["text", "attributes"])?;
    let text = message.line("text", LONGEST)?;
    attributes(message.get("attributes"), text, &message.path("attributes"))?;
    let content = fields.get("content").cloned().unwrap_or_default();
    pictures(call, &content, actor)?;
    let (now, id, urn) = (call.world.now(), new_id(call.world).to_string(), call.key(0).to_owned());
    let comment = change(call.world, |memory| -> Result<Comment, Refusal> {
        let wait = Duration::from_secs(u64::from(memory.comments_after_s));
        let (post, above) = target(memory, &urn).ok_or_else(|| Refusal::too_early(&urn))?;
        if post.created + wait > now {
            return Err(Refusal::too_early(&urn));
        }
        if !post.is(object) {
            return Err(Refusal::field("INVALID_URN_ID", "/object", "not the post of the path"));
        }
        let parent = match (above, fields.text("parentComment")?) {
            (Some(above), Some(given)) if above.urn != given => {
                return Err(Refusal::field(
                    "INVALID_URN_ID",
                    "/parentComment",
                    "not the comment of the path",
                ));
            }
            (None, Some(given)) => {
                let known = memory.comments_of(&post.urn).any(|c| c.urn == given);
                let unknown =
                    || Refusal::field("INVALID_URN_ID", "/parentComment", "no comment on this post");
                Some(known.then(|| given.to_owned()).ok_or_else(unknown)?)
            }
            (above, _) => above.map(|c| c.urn.clone()),
        };
        let persona = people::by_organization_urn(actor).map_or(call.caller.persona.key, |o| o.key);
        let comment = Comment {
            urn: format!("urn:li:comment:({},{id})", post.activity),
            id,
            post: post.urn.clone(),
            object: post.activity.clone(),
            parent,
            actor: actor.to_owned(),
            persona: persona.to_owned(),
            text: text.to_owned(),
            attributes: message.get("attributes").cloned().unwrap_or_else(|| json!([])),
            content,
            at: now,
            modified: now,
            deleted: false,
        };
        memory.comments.push(comment.clone());
        Ok(comment)
    })?;
    record(call.world, &comment);
    Ok(created(&comment.id, Some(shown(&comment))))
}

/// Marks lie within the text. Positions are UTF-16 units.
fn attributes(value: Option<&Value>, text: &str, path: &str) -> Result<(), Refusal> {
    let length = text.encode_utf16().count() as u64;
    let marks = match value {
        None => return Ok(()),
        Some(value) => value.as_array().ok_or_else(|| Refusal::invalid(path, "not an array"))?,
    };
    let inside = |mark: &Value| {
        let (start, span) = (mark["start"].as_u64()?, mark["length"].as_u64()?);
        (span > 0 && start + span <= length).then_some(())
    };
    match marks.iter().all(|m| inside(m).is_some()) {
        true => Ok(()),
        false => Err(Refusal::invalid(path, "start and length must lie within the text")),
    }
}

/// Pictures of a comment are the actor's own, and ready.
fn pictures(call: &Call<'_>, content: &Value, actor: &str) -> Result<(), Refusal> {
    for entry in content.as_array().into_iter().flatten() {
        let urn = entry["entity"]["image"].as_str().unwrap_or_default();
        let ready = read(call.world, |m| {
            let asset = m.assets.get(urn).filter(|a| a.owner == actor);
            asset.is_some_and(|a| a.status(call.world.now()) == super::asset::Status::Available)
        });
        if !ready {
            return Err(Refusal::field("INVALID_IMAGE_ID", "/content", format!("{urn} can't be used")));
        }
    }
    Ok(())
}

fn record(world: &World, comment: &Comment) {
    world.ledger().add(LedgerItem {
        platform: PLATFORM.to_owned(),
        server: None,
        account: LedgerAccount { remote_id: comment.actor.clone(), handle: comment.persona.clone() },
        remote_id: comment.urn.clone(),
        parent: Some(comment.post.clone()),
        kind: "comment".to_owned(),
        text: comment.text.clone(),
        media: Vec::new(),
        at: comment.at,
        deleted_at: None,
    });
}

fn shown(comment: &Comment) -> Value {
    let mut value = json!({
        "id": comment.id,
        "commentUrn": comment.urn,
        "actor": comment.actor,
        "object": comment.object,
        "message": { "text": comment.text, "attributes": comment.attributes },
        "created": { "actor": comment.actor, "time": comment.at.as_millisecond() },
        "lastModified": { "actor": comment.actor, "time": comment.modified.as_millisecond() },
    });
    if let Some(parent) = &comment.parent {
        value["parentComment"] = json!(parent);
    }
    if !comment.content.is_null() {
        value["content"] = comment.content.clone();
    }
    value
}

/// `GET /rest/socialActions/{urn}/comments`, oldest first.
pub(super) fn list(call: &Call<'_>) -> Answer {
    call.query.only(&["start", "count"])?;
    let (start, count) = (call.query.number("start", 0, usize::MAX)?, call.query.number("count", 10, 100)?);
    call.needs(&["r_organization_social", "r_organization_social_feed"])?;
    let urn = call.key(0);
    let found = read(call.world, |memory| {
        let (post, above) = target(memory, urn)?;
        let above = above.map(|c| c.urn.clone());
        let all = memory.comments_of(&post.urn).filter(|c| c.parent == above);
        Some((post.author.clone(), all.cloned().collect::<Vec<_>>()))
    });
    let (author, all) = found.ok_or_else(|| Refusal::not_found("entity"))?;
    call.may_read_of(&author)?;
    let mut links = Vec::new();
    if count > 0 && start + count < all.len() {
        let next = start + count;
        let href = format!("/rest/socialActions/{}/comments?count={count}&start={next}", encoded(urn));
        links.push(json!({ "rel": "next", "href": href, "type": "application/json" }));
    }
    let elements: Vec<Value> = all.iter().skip(start).take(count).map(shown).collect();
    let paging = json!({ "start": start, "count": count, "links": links, "total": all.len() });
    Ok(ok(json!({ "paging": paging, "elements": elements })))
}

/// The comment that a path names.
fn named(call: &Call<'_>) -> Result<(Comment, String), Refusal> {
    let found = read(call.world, |memory| {
        let (post, _) = target(memory, call.key(0))?;
        let comment = memory.comments_of(&post.urn).find(|c| c.id == call.key(1))?;
        Some((comment.clone(), post.author.clone()))
    });
    found.ok_or_else(|| Refusal::not_found("Comment"))
}

/// `GET /rest/socialActions/{urn}/comments/{id}`.
pub(super) fn get(call: &Call<'_>) -> Answer {
    call.query.only(&[])?;
    call.needs(&["r_organization_social", "r_organization_social_feed"])?;
    let (comment, author) = named(call)?;
    call.may_read_of(&author)?;
    Ok(ok(shown(&comment)))
}

/// `POST /rest/socialActions/{urn}/comments/{id}` with `X-RestLi-Method: PARTIAL_UPDATE`.
pub(super) fn edit(call: &Call<'_>) -> Answer {
    call.method("PARTIAL_UPDATE")?;
    call.query.only(&["actor"])?;
    let body = Fields::of(&call.body, &["patch"])?;
    let set = body.object("patch", &["message"])?.object("message", &["$set"])?;
    let set = set.object("$set", &["text", "attributes"])?;
    let text = set.line("text", LONGEST)?;
    let (comment, _) = named(call)?;
    call.may_write_as(&comment.actor, MEMBER, ORGANIZATION)?;
    let now = call.world.now();
    change(call.world, |memory| {
        if let Some(comment) = memory.comments.iter_mut().find(|c| c.id == comment.id) {
            (comment.text, comment.modified) = (text.to_owned(), now);
        }
    });
    Ok(done(StatusCode::NO_CONTENT))
}

/// `DELETE /rest/socialActions/{urn}/comments/{id}?actor={urn}`.
pub(super) fn delete(call: &Call<'_>) -> Answer {
    call.query.only(&["actor"])?;
    let actor = call.query.need("actor")?;
    call.may_write_as(actor, MEMBER, ORGANIZATION)?;
    let (comment, author) = named(call)?;
    if comment.actor != actor && author != actor {
        return Err(call.denied());
    }
    let gone = change(call.world, |memory| {
        let below = |c: &&mut Comment| c.id == comment.id || c.parent.as_deref() == Some(&comment.urn);
        let gone = memory.comments.iter_mut().filter(below).map(|c| {
            c.deleted = true;
            c.urn.clone()
        });
        gone.collect::<Vec<_>>()
    });
    for urn in gone {
        call.world.ledger().delete(PLATFORM, None, &urn);
    }
    Ok(done(StatusCode::NO_CONTENT))
}
