//! Making statuses.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use carillon_domain::time::Timestamp;
use http::{HeaderMap, StatusCode};

use super::guard::{self, Caller, Class};
use super::params::{Params, body_params};
use super::servers::Kind;
use super::state::{Media, Network, Poll, Status, key, new_id};
use super::{PLATFORM, entities, length, reply};
use crate::sandbox::{LedgerAccount, LedgerItem, LedgerMedia, Site, World};

/// `POST /api/v1/statuses`
pub(super) async fn create(
    State(world): State<Arc<World>>,
    site: Site,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let caller = match guard::enter(&world, &site, &headers, "write:statuses", Class::Post) {
        Ok(caller) => caller,
        Err(refusal) => return *refusal,
    };
    let params = body_params(&headers, &body);
    let once = headers.get("idempotency-key").and_then(|v| v.to_str().ok()).filter(|k| !k.is_empty());
    let once = once.filter(|_| caller.kind != Kind::Deviant);
    let once = once.map(|k| key(&site.host, &format!("{} {k}", caller.account)));
    if let Some(first) = once.as_deref().and_then(|once| repeated(&world, &site, once)) {
        return caller.answer(first);
    }
    let response = match make(&world, &site, &caller, &params) {
        Ok(status) => {
            let answer = publish(&world, &site, &caller, status, once);
            reply::ok(answer)
        }
        Err(refusal) => *refusal,
    };
    caller.answer(response)
}

/// A key is good for an hour; a repetition gets the first status.
fn repeated(world: &World, site: &Site, once: &str) -> Option<Response> {
    world.read(PLATFORM, |network: &Network| {
        let (id, at) = network.idempotency.get(once)?;
        let fresh = world.now().duration_since(*at).as_secs() < 3_600;
        let status = entities::find(network, site, id).filter(|_| fresh)?;
        Some(reply::ok(entities::status(world, site, network, status)))
    })
}

fn publish(
    world: &World,
    site: &Site,
    caller: &Caller,
    status: Status,
    once: Option<String>,
) -> serde_json::Value {
    let (answer, files) = world.state(PLATFORM, |network: &mut Network| {
        let mut files = Vec::new();
        for id in &status.media {
            if let Some(media) = network.media.get_mut(&key(&site.host, id)) {
                media.attached = true;
                files.push(LedgerMedia {
                    sha256: media.sha256.clone(),
                    bytes: media.bytes,
                    alt: media.description.clone(),
                });
            }
        }
        if let Some(once) = once {
            network.idempotency.insert(once, (status.id.clone(), status.created_at));
        }
        network.statuses.push(status.clone());
        (entities::status(world, site, network, &status), files)
    });
    world.ledger().add(LedgerItem {
        platform: PLATFORM.to_owned(),
        server: Some(site.host.clone()),
        account: LedgerAccount {
            remote_id: caller.account.clone(),
            handle: format!("{}@{}", caller.persona.key, site.host),
        },
        remote_id: status.id,
        parent: status.parent,
        kind: "status".to_owned(),
        text: status.text,
        media: files,
        at: status.created_at,
        deleted_at: None,
    });
    answer
}

type Checked<T> = Result<T, Box<Response>>;

/// Checks everything in the order in which the server does.
fn make(world: &World, site: &Site, caller: &Caller, params: &Params) -> Checked<Status> {
    let kind = caller.kind;
    let now = world.now();
    let parent = params.text("in_reply_to_id").filter(|id| !id.is_empty());
    if let Some(id) = &parent {
        let exists = world.read(PLATFORM, |network: &Network| {
            entities::find(network, site, id).is_some_and(|s| s.is_visible_to(Some(&caller.account)))
        });
        if !exists {
            return Err(Box::new(reply::not_found(kind)));
        }
    }
    let poll = params.nested("poll");
    let media = media(world, site, caller, &params.list("media_ids"), poll.is_some())?;
    let spoiler = params.text("spoiler_text").unwrap_or_default();
    let text = params.text("status").unwrap_or_default();
    // A warning without a text becomes the text.
    let (text, spoiler) = if text.trim().is_empty() { (spoiler, String::new()) } else { (text, spoiler) };
    if text.trim().is_empty() && media.is_empty() {
        return Err(Box::new(reply::invalid(kind, "Text can't be blank")));
    }
    let most = kind.rules().characters;
    if length::characters(&text, &spoiler) > most {
        return Err(Box::new(reply::invalid(kind, &format!("Text character limit of {most} exceeded"))));
    }
    let visibility =
        params.text("visibility").filter(|v| !v.is_empty()).unwrap_or_else(|| "public".to_owned());
    if !matches!(visibility.as_str(), "public" | "unlisted" | "private" | "direct") {
        let text = format!("'{visibility}' is not a valid visibility");
        return Err(Box::new(reply::error(kind, StatusCode::UNPROCESSABLE_ENTITY, &text)));
    }
    Ok(Status {
        host: site.host.clone(),
        id: new_id(world, site),
        persona: caller.persona.key.to_owned(),
        account: caller.account.clone(),
        sensitive: params.flag("sensitive") || !spoiler.is_empty(),
        text,
        spoiler,
        visibility,
        language: params.text("language").filter(|l| !l.is_empty()),
        parent,
        media,
        poll: poll.map(|poll| read_poll(kind, &poll, now)).transpose()?,
        app: app_name(world, site, caller),
        created_at: now,
        edited_at: None,
    })
}

fn app_name(world: &World, site: &Site, caller: &Caller) -> String {
    let app = world.apps().find(PLATFORM, Some(&site.host), &caller.client_id);
    app.map(|a| a.name).unwrap_or_default()
}

/// The files, if they may be attached.
fn media(world: &World, site: &Site, caller: &Caller, ids: &[String], poll: bool) -> Checked<Vec<String>> {
    let kind = caller.kind;
    let refuse = |text: &str| Err(Box::new(reply::error(kind, StatusCode::UNPROCESSABLE_ENTITY, text)));
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let most = kind.rules().media;
    if ids.len() > most || poll {
        return refuse(&format!("Cannot attach more than {most} files"));
    }
    let now = world.now();
    let mut found: Vec<Media> = Vec::new();
    for id in ids {
        let media = world.read(PLATFORM, |n: &Network| n.media.get(&key(&site.host, id)).cloned());
        match media.filter(|m| m.account == caller.account && !m.attached && !m.is_gone(now)) {
            Some(media) => found.push(media),
            // Before 4.3 what can't be attached was left out without a word.
            None if kind == Kind::Vintage => {}
            None => return refuse(&format!("Media {id} not found or already attached to another post")),
        }
    }
    if found.len() > 1 && found.iter().any(|m| m.kind != "image") {
        return refuse("Cannot attach a video to a post that already contains images");
    }
    if found.iter().any(|m| !m.is_ready(now)) {
        return refuse("Cannot attach files that have not finished processing. Try again in a moment!");
    }
    Ok(found.into_iter().map(|m| m.id).collect())
}

fn read_poll(kind: Kind, params: &Params, now: Timestamp) -> Checked<Poll> {
    let rules = kind.rules();
    let invalid = |text: &str| Err(Box::new(reply::invalid(kind, text)));
    let options = params.list("options");
    if options.len() < 2 {
        return invalid("Options must have more than one item");
    }
    if options.len() > rules.poll_options {
        return invalid(&format!("Options can't contain more than {} items", rules.poll_options));
    }
    let most = rules.poll_option_characters;
    if options.iter().any(|o| carillon_domain::text::graphemes::count(o) > most) {
        return invalid(&format!("Options cannot be longer than {most} characters each"));
    }
    if (1..options.len()).any(|i| options[..i].contains(&options[i])) {
        return invalid("Options contain duplicate items");
    }
    let seconds: Option<u64> = params.text("expires_in").and_then(|t| t.parse().ok());
    let seconds = match seconds {
        Some(s) if s < rules.poll_min_s => return invalid("Expires at is too soon"),
        Some(s) if s <= rules.poll_max_s => s,
        _ => return invalid("Expires at is too far into the future"),
    };
    Ok(Poll {
        options,
        expires_at: now.checked_add(Duration::from_secs(seconds)).unwrap_or(now),
        multiple: params.flag("multiple"),
        hide_totals: params.flag("hide_totals"),
    })
}
