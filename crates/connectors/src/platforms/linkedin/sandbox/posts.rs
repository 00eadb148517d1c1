//! Reading, editing and deleting posts ("Posts API").

use std::time::Duration;

use http::StatusCode;
use serde_json::{Map, Value, json};

use super::PLATFORM;
use super::answer::{Answer, Refusal, ok};
use super::check::Fields;
use super::door::{Call, done};
use super::memory::{Post, change, read};
use super::restli::encoded;
use super::{people, shown, text};

/// Most posts on a page.
const MOST: usize = 100;

fn is_post(urn: &str) -> bool {
    urn.starts_with("urn:li:share:") || urn.starts_with("urn:li:ugcPost:")
}

fn find_live(call: &Call<'_>, urn: &str) -> Option<Post> {
    read(call.world, |m| m.posts.iter().find(|p| p.urn == urn && p.deleted.is_none()).cloned())
}

/// The post that a path names, by exactly the URN that was given out.
fn named(call: &Call<'_>) -> Result<Post, Refusal> {
    let urn = call.key(0);
    if !is_post(urn) {
        return Err(Refusal::not_found("Post"));
    }
    find_live(call, urn).ok_or_else(|| Refusal::not_found("Post"))
}

/// `GET /rest/posts/{urn}`.
pub(super) fn get(call: &Call<'_>) -> Answer {
    call.query.only(&["viewContext"])?;
    view_context(call)?;
    call.needs(&["r_organization_social"])?;
    let post = named(call)?;
    call.may_read_of(&post.author)?;
    Ok(ok(shown::post(call.world, &post)))
}

fn view_context(call: &Call<'_>) -> Result<(), Refusal> {
    match call.query.text("viewContext")? {
        None | Some("AUTHOR" | "READER") => Ok(()),
        Some(_) => Err(Refusal::query()),
    }
}

/// `GET /rest/posts?ids=List(…)`.
pub(super) fn batch(call: &Call<'_>) -> Answer {
    call.method("BATCH_GET")?;
    call.query.only(&["ids", "viewContext"])?;
    view_context(call)?;
    call.needs(&["r_organization_social"])?;
    if read(call.world, |m| m.development) {
        return Err(call.denied());
    }
    let ids = call.query.list("ids")?.unwrap_or_default();
    let (mut results, mut statuses, mut errors) = (Map::new(), Map::new(), Map::new());
    for urn in ids {
        let post = find_live(call, urn).filter(|p| call.may_read_of(&p.author).is_ok());
        let status = if post.is_some() { 200 } else { 404 };
        statuses.insert(urn.to_owned(), json!(status));
        match post {
            Some(post) => results.insert(urn.to_owned(), shown::post(call.world, &post)),
            None => errors.insert(urn.to_owned(), json!({ "status": 404, "message": "Post not found" })),
        };
    }
    Ok(ok(json!({ "results": results, "statuses": statuses, "errors": errors })))
}

/// `GET /rest/posts?q=author`. A page is cut before what can't be shown is left out, so it may be short or empty and still not
/// the last.
pub(super) fn find(call: &Call<'_>) -> Answer {
    call.method("FINDER")?;
    call.query.only(&["q", "author", "start", "count", "sortBy", "isDsc", "viewContext"])?;
    view_context(call)?;
    if call.query.need("q")? != "author" {
        return Err(Refusal::query());
    }
    let author = call.query.need("author")?;
    call.needs(&["r_organization_social"])?;
    call.may_read_of(author)?;
    let by_creation = match call.query.text("sortBy")? {
        Some("CREATED") => true,
        None | Some("LAST_MODIFIED") => false,
        Some(_) => return Err(Refusal::query()),
    };
    let (start, count) = (call.query.number("start", 0, usize::MAX)?, call.query.number("count", 10, MOST)?);
    let now = call.world.now();
    let (page, total) = read(call.world, |memory| {
        let lag = Duration::from_secs(u64::from(memory.lag_s));
        let mut all: Vec<&Post> = memory.posts.iter().rev().filter(|p| p.author == author).collect();
        if by_creation {
            all.sort_by_key(|p| std::cmp::Reverse(p.created));
        } else {
            all.sort_by_key(|p| std::cmp::Reverse(p.modified));
        }
        let total = all.len();
        let page = all.into_iter().skip(start).take(count);
        let seen = page.filter(|p| p.deleted.is_none() && p.created + lag <= now);
        (seen.cloned().collect::<Vec<_>>(), total)
    });
    let mut links = Vec::new();
    if count > 0 && start + count < total {
        let sort = if by_creation { "CREATED" } else { "LAST_MODIFIED" };
        let href = format!(
            "/rest/posts?author={}&count={count}&q=author&sortBy={sort}&start={}",
            encoded(author),
            start + count
        );
        links.push(json!({ "rel": "next", "href": href, "type": "application/json" }));
    }
    let elements: Vec<Value> = page.iter().map(|p| shown::post(call.world, p)).collect();
    Ok(ok(json!({ "paging": { "start": start, "count": count, "links": links }, "elements": elements })))
}

/// `POST /rest/posts/{urn}` with `X-RestLi-Method: PARTIAL_UPDATE`.
pub(super) fn edit(call: &Call<'_>) -> Answer {
    call.method("PARTIAL_UPDATE")?;
    call.query.only(&[])?;
    let body = Fields::of(&call.body, &["patch"])?;
    let known = ["commentary", "contentCallToActionLabel", "contentLandingPage", "lifecycleState"];
    let set = body.object("patch", &["$set"])?.object("$set", &known)?;
    let known = |name: &str, urn: &str| people::is_name_of(name, urn, &call.caller.client_id);
    let commentary = set.text("commentary")?.map(|t| text::read(t, &known));
    set.word("lifecycleState", &["PUBLISHED"])?;
    let mut extras = Vec::new();
    for name in ["contentCallToActionLabel", "contentLandingPage"] {
        extras.extend(set.text(name)?.map(|value| (name.to_owned(), value.to_owned())));
    }
    let post = named(call)?;
    call.may_write_as(&post.author, &["w_member_social"], &["w_organization_social"])?;
    if !post.content["poll"].is_null() {
        return Err(Refusal::invalid("/patch", "Polls can't be edited"));
    }
    if commentary.as_ref().is_some_and(|t| t.shown.encode_utf16().count() > 3_000) {
        let text = "The length exceeds the maximum of 3000 characters";
        return Err(Refusal::field("FIELD_LENGTH_TOO_LONG", "/patch/$set/commentary", text));
    }
    let now = call.world.now();
    if let Some(text) = &commentary {
        call.world.ledger().edit(PLATFORM, None, &post.urn, &text.shown);
    }
    change(call.world, |memory| {
        if let Some(post) = memory.posts.iter_mut().find(|p| p.urn == post.urn) {
            if let Some(text) = commentary {
                (post.commentary, post.shown) = (text.kept, text.shown);
            }
            post.extras.extend(extras);
            (post.modified, post.edited) = (now, true);
        }
    });
    Ok(done(StatusCode::NO_CONTENT))
}

/// `DELETE /rest/posts/{urn}` with `X-RestLi-Method: DELETE`: 204, also when it is gone already.
pub(super) fn delete(call: &Call<'_>) -> Answer {
    call.method("DELETE")?;
    call.query.only(&[])?;
    call.needs(&["w_member_social", "w_organization_social"])?;
    if !is_post(call.key(0)) {
        return Err(Refusal::not_found("Post"));
    }
    let Some(post) = find_live(call, call.key(0)) else { return Ok(done(StatusCode::NO_CONTENT)) };
    call.may_write_as(&post.author, &["w_member_social"], &["w_organization_social"])?;
    let now = call.world.now();
    let comments = change(call.world, |memory| {
        if let Some(post) = memory.posts.iter_mut().find(|p| p.urn == post.urn) {
            post.deleted = Some(now);
        }
        // What stood below it is gone, too.
        let below = memory.comments.iter_mut().filter(|c| c.post == post.urn && !c.deleted);
        below
            .map(|c| {
                c.deleted = true;
                c.urn.clone()
            })
            .collect::<Vec<_>>()
    });
    for urn in comments.into_iter().chain([post.urn]) {
        call.world.ledger().delete(PLATFORM, None, &urn);
    }
    Ok(done(StatusCode::NO_CONTENT))
}
