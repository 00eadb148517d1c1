//! Reactions and what a post has got of them ("Reactions and Social Metadata").

use serde_json::{Map, Value, json};

use super::answer::{Answer, Refusal, created, ok};
use super::check::Fields;
use super::door::Call;
use super::memory::{Memory, Reaction, change, read};
use super::numbers;

const KINDS: &[&str] = &["LIKE", "PRAISE", "EMPATHY", "INTEREST", "APPRECIATION", "ENTERTAINMENT"];

/// `POST /rest/reactions?actor={urn}`.
pub(super) fn react(call: &Call<'_>) -> Answer {
    call.query.only(&["actor"])?;
    let actor = call.query.need("actor")?;
    let fields = Fields::of(&call.body, &["root", "reactionType"])?;
    let (root, kind) = (fields.need("root")?, fields.need_word("reactionType", KINDS)?);
    let organization = ["w_organization_social", "w_organization_social_feed"];
    call.may_write_as(actor, &["w_member_social", "w_member_social_feed"], &organization)?;
    let id = format!("urn:li:reaction:({actor},{root})");
    change(call.world, |memory| {
        let post = memory.post(root).map(|p| p.urn.clone()).ok_or_else(|| Refusal::not_found("entity"))?;
        memory.reactions.insert(format!("{actor} {post}"), Reaction { post, kind: kind.to_owned() });
        Ok(())
    })?;
    Ok(created(&id, Some(json!({ "id": id, "root": root, "reactionType": kind }))))
}

/// `GET /rest/socialMetadata/{urn}`.
pub(super) fn metadata(call: &Call<'_>) -> Answer {
    call.query.only(&[])?;
    call.needs(&["r_organization_social", "r_organization_social_feed"])?;
    let urn = call.key(0);
    let post = read(call.world, |m| m.post(urn).cloned()).ok_or_else(|| Refusal::not_found("entity"))?;
    call.may_read_of(&post.author)?;
    let likes = numbers::of(&post, call.world.now()).likes;
    let body = read(call.world, |memory| {
        let all = memory.comments_of(&post.urn).count();
        let top = memory.comments_of(&post.urn).filter(|c| c.parent.is_none()).count();
        json!({
            "entity": urn,
            "reactionSummaries": reactions(memory, &post.urn, likes),
            "commentSummary": { "count": all, "topLevelCount": top },
            "commentsState": "OPEN",
        })
    });
    Ok(ok(body))
}

/// Kinds that nobody chose are not there.
fn reactions(memory: &Memory, post: &str, likes: u64) -> Map<String, Value> {
    let mut summaries = Map::new();
    for kind in KINDS {
        let made_up = match *kind {
            "LIKE" => likes - likes / 5,
            "PRAISE" => likes / 5,
            _ => 0,
        };
        let given = memory.reactions.values().filter(|r| r.post == post && r.kind == *kind).count() as u64;
        if made_up + given > 0 {
            summaries.insert((*kind).to_owned(), json!({ "reactionType": kind, "count": made_up + given }));
        }
    }
    summaries
}
