//! Records. `putRecord` with content that is there already is a silent success; `createRecord` at a key that is taken
//! is a server error.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use bytes::Bytes;
use carillon_domain::time::Timestamp;
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::accounts::{self, Account};
use super::lexicon::{self, Age};
use super::reply::{self, Answer};
use super::state::{self, Record};
use super::{PLATFORM, blob, budget, cid, directory, session};
use crate::sandbox::{LedgerAccount, LedgerItem, LedgerMedia, Site, World};

pub(super) const POSTS: &str = "app.bsky.feed.post";

/// What a write requires of what is there.
enum Condition {
    /// Nothing: overwrite.
    Any,
    /// Nothing may be there, or the very same.
    Absent,
    /// A record with this content id.
    Is(String),
    /// Nothing may be there at all.
    New,
}

/// `com.atproto.repo.putRecord`
pub async fn put(State(world): State<Arc<World>>, site: Site, headers: HeaderMap, body: Bytes) -> Answer {
    let account = session::caller(&world, &site, &headers)?.account;
    let limits = budget::charge(&world, &budget::writes(&account.did(), 2))?;
    let input = reply::input(&body)?;
    let condition = match input.get("swapRecord") {
        None => Condition::Any,
        Some(Value::String(cid)) => Condition::Is(cid.clone()),
        Some(Value::Null) => Condition::Absent,
        Some(other) => {
            return Ok(reply::invalid(&format!("Expected string value type (got {other}) at $.swapRecord")));
        }
    };
    let rkey = reply::text(&input, "rkey")?.to_owned();
    let answer = write(&world, &site, &headers, &input, rkey, &condition);
    Ok(budget::attach(answer.unwrap_or_else(|refusal| refusal), limits))
}

/// `com.atproto.repo.createRecord`
pub async fn create(State(world): State<Arc<World>>, site: Site, headers: HeaderMap, body: Bytes) -> Answer {
    let account = session::caller(&world, &site, &headers)?.account;
    let limits = budget::charge(&world, &budget::writes(&account.did(), 3))?;
    let input = reply::input(&body)?;
    let rkey = match input.get("rkey").and_then(Value::as_str) {
        Some(rkey) => rkey.to_owned(),
        None => next_key(&world),
    };
    let answer = write(&world, &site, &headers, &input, rkey, &Condition::New);
    Ok(budget::attach(answer.unwrap_or_else(|refusal| refusal), limits))
}

pub(super) fn next_key(world: &World) -> String {
    let letters: Vec<char> = "234567abcdefghijklmnopqrstuvwxyz".chars().collect();
    let micros = u64::try_from(world.now().as_microsecond()).unwrap_or(0);
    let bits = micros << 10 | (world.next_number("bluesky-key") & 0x3ff);
    (0..13).rev().map(|i| letters[(bits >> (5 * i) & 31) as usize]).collect()
}

fn write(
    world: &World,
    site: &Site,
    headers: &HeaderMap,
    input: &Map<String, Value>,
    rkey: String,
    condition: &Condition,
) -> Answer {
    let account = session::writer(world, site, headers)?.account;
    must_own(world, &account, reply::text(input, "repo")?)?;
    let collection = reply::text(input, "collection")?;
    if collection.split('.').count() < 3 {
        return Ok(reply::invalid(&format!("Invalid NSID (got \"{collection}\") at $.collection")));
    }
    let Some(record) = input.get("record") else {
        return Ok(reply::invalid("Missing required key \"record\" at $"));
    };
    let record = valid(&account, collection, &rkey, record)?;
    let did = account.did();
    let uri = format!("at://{did}/{collection}/{rkey}");
    let id = cid::of_record(&record);
    let now = world.now();
    let place = Place { did: &did, collection, rkey: &rkey };
    let done =
        world.state(PLATFORM, |s: &mut state::State| store(s, &place, &id, &record, condition, now))?;
    let mut answer = json!({ "uri": uri, "cid": id, "validationStatus": status(collection) });
    if let Done::Written { replaced, media } = done {
        answer["commit"] =
            json!({ "cid": cid::of_record(&json!([uri, now.to_string()])), "rev": next_key(world) });
        if collection == POSTS {
            if replaced {
                world.ledger().delete(PLATFORM, Some(&account.host), &uri);
            }
            announce(world, &account, &uri, &record, media);
        }
    }
    reply::ok(answer)
}

fn status(collection: &str) -> &'static str {
    if collection.starts_with("app.bsky.") { "valid" } else { "unknown" }
}

/// The record as it is stored, if the server takes it.
fn valid(
    account: &Account,
    collection: &str,
    rkey: &str,
    record: &Value,
) -> Result<Value, axum::response::Response> {
    let refuse = |message: String| Err(reply::invalid(&message));
    let mut record = record.clone();
    let Some(fields) = record.as_object_mut() else {
        return refuse(format!("Expected object value type (got {record}) at $.record"));
    };
    match fields.get("$type").and_then(Value::as_str) {
        Some(kind) if kind != collection => {
            return refuse(format!("Invalid $type: expected {collection}, got {kind}"));
        }
        _ => fields.insert("$type".to_owned(), Value::from(collection)),
    };
    if collection == POSTS {
        // Servers that people run themselves are not always up to date.
        let image_bytes = if accounts::is_self_hosted(&account.host) { 1_000_000 } else { 2_000_000 };
        if let Err(broken) = lexicon::post(&record, Age { image_bytes }) {
            return refuse(format!("Invalid {collection} record: {broken}"));
        }
    }
    if collection.starts_with("app.bsky.feed.") && !lexicon::is_tid(rkey) {
        return refuse(format!(
            "Invalid record key for {collection}: Invalid TID string (got \"{rkey}\") at $"
        ));
    }
    Ok(record)
}

struct Place<'a> {
    did: &'a str,
    collection: &'a str,
    rkey: &'a str,
}

enum Done {
    Nothing,
    Written { replaced: bool, media: Vec<LedgerMedia> },
}

fn store(
    state: &mut state::State,
    place: &Place<'_>,
    id: &str,
    record: &Value,
    condition: &Condition,
    now: Timestamp,
) -> Result<Done, axum::response::Response> {
    let there = state.record(place.did, place.collection, place.rkey).map(|r| r.cid.clone());
    match (condition, &there) {
        (Condition::New, Some(_)) => {
            return Err(reply::internal(StatusCode::INTERNAL_SERVER_ERROR));
        }
        (_, Some(there)) if there == id => return Ok(Done::Nothing),
        (Condition::Absent, Some(there)) => return swap(&format!("Record was at {there}")),
        (Condition::Is(wanted), Some(there)) if wanted != there => {
            return swap(&format!("Record was at {there}"));
        }
        (Condition::Is(_), None) => return swap("Record was at null"),
        _ => {}
    }
    let repo = state.repo(place.did);
    blob::use_all(repo, record, now)
        .or_else(|refused| reply::refuse(StatusCode::BAD_REQUEST, refused.name, &refused.message))?;
    let media = media(repo, record);
    let stored = Record { cid: id.to_owned(), value: record.clone(), at: now, deleted_at: None };
    repo.records.entry(place.collection.to_owned()).or_default().insert(place.rkey.to_owned(), stored);
    Ok(Done::Written { replaced: there.is_some(), media })
}

fn swap<T>(message: &str) -> Result<T, axum::response::Response> {
    reply::refuse(StatusCode::BAD_REQUEST, "InvalidSwap", message)
}

/// The files of a post, for the ledger.
fn media(repo: &state::Repo, record: &Value) -> Vec<LedgerMedia> {
    let images = record.pointer("/embed/images").and_then(Value::as_array).into_iter().flatten();
    let images = images.map(|i| (i.get("image"), i.get("alt")));
    let video = record.pointer("/embed/video").map(|v| (Some(v), record.pointer("/embed/alt")));
    let item = |(blob, alt): (Option<&Value>, Option<&Value>)| {
        let id = blob?.pointer("/ref/$link")?.as_str()?;
        let blob = repo.blobs.get(id)?;
        let alt = alt.and_then(Value::as_str).filter(|a| !a.is_empty()).map(str::to_owned);
        Some(LedgerMedia { sha256: blob.sha256.clone(), bytes: blob.size, alt })
    };
    images.chain(video).filter_map(item).collect()
}

/// Writes a post into the ledger.
pub(super) fn announce(world: &World, account: &Account, uri: &str, record: &Value, media: Vec<LedgerMedia>) {
    let text = |pointer: &str| record.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let parent = text("/reply/parent/uri");
    world.ledger().add(LedgerItem {
        platform: PLATFORM.to_owned(),
        server: Some(account.host.clone()),
        account: LedgerAccount { remote_id: account.did(), handle: account.handle() },
        remote_id: uri.to_owned(),
        kind: if parent.is_some() { "reply" } else { "post" }.to_owned(),
        parent,
        text: text("/text").unwrap_or_default(),
        media,
        at: world.now(),
        deleted_at: None,
    });
}

fn must_own(world: &World, account: &Account, repo: &str) -> Result<(), axum::response::Response> {
    match accounts::find(world, repo) {
        Some(other) if other == *account => Ok(()),
        Some(other) if other.host == account.host => {
            reply::refuse(StatusCode::UNAUTHORIZED, "AuthenticationRequired", "Authentication Required")
        }
        _ => reply::refuse(StatusCode::FORBIDDEN, "AccountNotFound", "Account not found"),
    }
}

/// `com.atproto.repo.deleteRecord`: a record that is not there is no error.
pub async fn delete(State(world): State<Arc<World>>, site: Site, headers: HeaderMap, body: Bytes) -> Answer {
    let account = session::writer(&world, &site, &headers)?.account;
    let did = account.did();
    let limits = budget::charge(&world, &budget::writes(&did, 1))?;
    let input = reply::input(&body)?;
    must_own(&world, &account, reply::text(&input, "repo")?)?;
    let (collection, rkey) = (reply::text(&input, "collection")?, reply::text(&input, "rkey")?);
    let now = world.now();
    let gone = world.state(PLATFORM, |s: &mut state::State| {
        let records = s.repo(&did).records.get_mut(collection);
        match records.and_then(|r| r.get_mut(rkey)).filter(|r| r.deleted_at.is_none()) {
            Some(record) => {
                record.deleted_at = Some(now);
                true
            }
            None => false,
        }
    });
    let mut answer = json!({});
    if gone {
        let uri = format!("at://{did}/{collection}/{rkey}");
        world.ledger().delete(PLATFORM, Some(&account.host), &uri);
        answer["commit"] =
            json!({ "cid": cid::of_record(&json!([uri, now.to_string()])), "rev": next_key(&world) });
    }
    Ok(budget::attach(reply::ok(answer)?, limits))
}

/// Where a record is.
#[derive(Deserialize)]
pub struct Address {
    repo: String,
    collection: String,
    rkey: String,
}

/// `com.atproto.repo.getRecord`
pub async fn get_record(State(world): State<Arc<World>>, site: Site, Query(at): Query<Address>) -> Answer {
    let did = owner(&world, &site, &at.repo)?.did();
    let uri = format!("at://{did}/{}/{}", at.collection, at.rkey);
    let found = world.read(PLATFORM, |s: &state::State| s.record(&did, &at.collection, &at.rkey).cloned());
    match found {
        Some(record) => reply::ok(json!({ "uri": uri, "cid": record.cid, "value": record.value })),
        None => reply::refuse(
            StatusCode::BAD_REQUEST,
            "RecordNotFound",
            &format!("Could not locate record: {uri}"),
        ),
    }
}

/// The account whose repository is here; for others the server would ask the index, which has no records to give.
fn owner(world: &World, site: &Site, repo: &str) -> Result<Account, axum::response::Response> {
    accounts::find(world, repo)
        .filter(|a| a.signs_in_at(&site.host))
        .ok_or_else(|| reply::invalid(&format!("Could not find repo: {repo}")))
}

/// Parameters of `listRecords`.
#[derive(Deserialize)]
pub struct Listing {
    repo: String,
    collection: String,
    limit: Option<usize>,
    cursor: Option<String>,
    #[serde(default)]
    reverse: bool,
}

/// `com.atproto.repo.listRecords`: newest first unless reversed.
pub async fn list(State(world): State<Arc<World>>, site: Site, Query(ask): Query<Listing>) -> Answer {
    let did = owner(&world, &site, &ask.repo)?.did();
    let limit = ask.limit.unwrap_or(50);
    if !(1..=100).contains(&limit) {
        return Ok(reply::internal(StatusCode::INTERNAL_SERVER_ERROR));
    }
    let mut records: Vec<(String, Record)> = world.read(PLATFORM, |s: &state::State| {
        let records = s.repos.get(&did).and_then(|r| r.records.get(&ask.collection));
        let live = records.into_iter().flatten().filter(|(_, r)| r.deleted_at.is_none());
        live.map(|(key, record)| (key.clone(), record.clone())).collect()
    });
    if !ask.reverse {
        records.reverse();
    }
    let after = |key: &String| match &ask.cursor {
        Some(cursor) if ask.reverse => key > cursor,
        Some(cursor) => key < cursor,
        None => true,
    };
    let page: Vec<_> = records.into_iter().filter(|(key, _)| after(key)).take(limit).collect();
    let cursor = page.last().map(|(key, _)| key.clone());
    let records: Vec<Value> = page
        .into_iter()
        .map(|(key, record)| {
            let uri = format!("at://{did}/{}/{key}", ask.collection);
            json!({ "uri": uri, "cid": record.cid, "value": record.value })
        })
        .collect();
    let mut answer = json!({ "records": records });
    if let Some(cursor) = cursor {
        answer["cursor"] = json!(cursor);
    }
    reply::ok(answer)
}

/// Parameters of `describeRepo`.
#[derive(Deserialize)]
pub struct Which {
    repo: String,
}

/// `com.atproto.repo.describeRepo`
pub async fn describe(State(world): State<Arc<World>>, site: Site, Query(ask): Query<Which>) -> Answer {
    let account = owner(&world, &site, &ask.repo)?;
    let collections: Vec<String> = world.read(PLATFORM, |s: &state::State| {
        s.repos.get(&account.did()).map(|r| r.records.keys().cloned().collect()).unwrap_or_default()
    });
    reply::ok(json!({
        "handle": account.handle(),
        "did": account.did(),
        "didDoc": directory::document(&site, &account),
        "collections": collections,
        "handleIsCorrect": true,
    }))
}
