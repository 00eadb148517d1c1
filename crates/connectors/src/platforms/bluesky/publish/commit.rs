//! The one call that publishes, and what is known after it.

use std::time::Duration;

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::media::MediaInfo;
use carillon_domain::time::{SignedDuration, Timestamp};
use serde_json::Value;

use super::super::wire::Record;
use super::super::xrpc::Xrpc;
use super::super::{errors, read};
use super::prepare;
use super::record::POSTS;
use super::state::State;
use crate::contract::cx::Cx;
use crate::contract::progress::{Progress, Stage};

/// Files older than this are not used any more but uploaded again, because servers drop files that no record uses after a
/// while. Equal bytes get the same blob, so the record stays the same. atproto.com, "Blobs" (Aug 2026).
const BLOB_LIFE: SignedDuration = SignedDuration::from_mins(45);

/// What is about to be, or may have been, published.
pub struct Intent {
    /// Which unit.
    pub unit: u16,
    /// The record's key.
    pub rkey: String,
    /// The whole record.
    pub record: Value,
    /// When it says it was written.
    created_at: Timestamp,
    /// When the last of its files was uploaded.
    uploaded_at: Option<Timestamp>,
}

impl Intent {
    /// The time of the record is the time of the saved intent: a retry of the same intent writes the same record, and the
    /// post is not dated back to when it was prepared.
    pub fn read(progress: &Progress) -> Result<Self, ConnectorError> {
        let Stage::Committing { unit, since } = progress.stage else {
            return Err(internal("There is no commit to be made."));
        };
        let mut state = State::load(progress)?;
        let before = unit.checked_sub(1).and_then(|u| state.units.get(usize::from(u))?.created_at);
        let notes = state.unit(unit)?;
        let mut record = notes.record.clone().ok_or_else(|| internal("The post was not prepared."))?;
        let created_at = created_at(since, before);
        record["createdAt"] = Value::String(format!("{created_at:.3}"));
        let uploaded_at = notes.uploaded_at;
        Ok(Self { unit, rkey: notes.rkey.clone(), record, created_at, uploaded_at })
    }

    /// Whether the server may have dropped its files by now.
    pub fn files_are_old(&self, now: Timestamp) -> bool {
        self.uploaded_at.is_some_and(|at| now.duration_since(at) > BLOB_LIFE)
    }

    pub fn public(
        &self,
        cx: &Cx<'_>,
        progress: Progress,
        uri: String,
        cid: String,
    ) -> Result<Progress, ConnectorError> {
        let mut state = State::load(&progress)?;
        let notes = state.unit(self.unit)?;
        notes.cid = Some(cid);
        notes.created_at = Some(self.created_at);
        let url = read::web_url(cx, &uri);
        Ok(state.save(progress).committed(self.unit, uri, url, cx.clock.now()))
    }
}

/// Whole milliseconds, and later than the part before: clients sort threads by this.
fn created_at(since: Timestamp, before: Option<Timestamp>) -> Timestamp {
    let since = Timestamp::from_millisecond(since.as_millisecond()).unwrap_or(since);
    let next = before.and_then(|b| b.checked_add(Duration::from_millis(1)).ok());
    next.map_or(since, |next| next.max(since))
}

/// What to make of a refused commit. Two refusals are not what they seem: something at our address may be our own post,
/// written by an attempt whose answer was lost; and files that were dropped can be uploaded again.
pub async fn refused(
    cx: &Cx<'_>,
    intent: &Intent,
    progress: Progress,
    media: &[MediaInfo],
    error: ConnectorError,
) -> Result<Progress, ConnectorError> {
    match error.remote.code.as_deref() {
        Some("InvalidSwap") => match look(cx, intent).await {
            Ok(Seen::Ours { uri, cid }) => intent.public(cx, progress, uri, cid),
            Ok(Seen::SomethingElse) => Err(error),
            // Somebody writes there right now, and it can only be an earlier send of this one.
            Ok(Seen::Nothing) | Err(_) => Err(ConnectorError { kind: ErrorKind::Ambiguous, ..error }),
        },
        Some("BlobNotFound") => {
            // When this fails too, the next attempt finds the files missing again and comes back here.
            let _ = upload_again(cx, &intent.record, media).await;
            Err(error)
        }
        _ => Err(error),
    }
}

/// Uploads the unit's files once more.
pub async fn upload_again(cx: &Cx<'_>, record: &Value, media: &[MediaInfo]) -> Result<(), ConnectorError> {
    for item in media {
        let blob = prepare::upload(cx, item).await?;
        if !mentions_blob(record, &blob) {
            return Err(internal("A file of the post is no longer the one that was prepared."));
        }
    }
    Ok(())
}

fn mentions_blob(record: &Value, blob: &Value) -> bool {
    match record {
        Value::Object(fields) => {
            let here = blob.get("ref").is_some_and(|r| fields.get("ref") == Some(r));
            here || fields.values().any(|v| mentions_blob(v, blob))
        }
        Value::Array(items) => items.iter().any(|v| mentions_blob(v, blob)),
        _ => false,
    }
}

pub enum Seen {
    Ours { uri: String, cid: String },
    SomethingElse,
    Nothing,
}

/// Looks at the address that was chosen for the unit.
pub async fn look(cx: &Cx<'_>, intent: &Intent) -> Result<Seen, ConnectorError> {
    let at = [("repo", cx.account.remote_id.as_str()), ("collection", POSTS), ("rkey", intent.rkey.as_str())];
    let found: Result<Record, _> = Xrpc::of(cx).query("getRecord", "com.atproto.repo.getRecord", &at).await;
    match found {
        Ok(Record { uri, cid: Some(cid), value }) if same(&value, &intent.record) => {
            Ok(Seen::Ours { uri, cid })
        }
        Ok(_) => Ok(Seen::SomethingElse),
        Err(error) if error.code == "not_found" => Ok(Seen::Nothing),
        Err(error) => Err(error),
    }
}

/// Whether it is the same post; its time and the picture of its card may be another attempt's.
fn same(there: &Value, ours: &Value) -> bool {
    let (mut there, mut ours) = (there.clone(), ours.clone());
    drop_thumb(&mut there);
    drop_thumb(&mut ours);
    ["text", "facets", "embed", "reply"].iter().all(|field| there.get(field) == ours.get(field))
}

/// Takes the picture off a link card: it is not in the library, so it can't be uploaded again, and the page may show
/// another one by now.
pub fn drop_thumb(record: &mut Value) {
    if let Some(external) = record.pointer_mut("/embed/external").and_then(Value::as_object_mut) {
        external.remove("thumb");
    }
}

/// Nothing was sent. Uploading takes longer than a commit may: the prepare steps do it.
pub fn files_expired() -> ConnectorError {
    let cause = "The uploaded files have been lying at the server for so long that it may have dropped them.";
    ConnectorError::new(ErrorKind::NotReady, errors::PLATFORM, super::PUT, "media_expired", cause)
        .with_action("They are uploaded again by themselves.")
}

fn internal(cause: &str) -> ConnectorError {
    ConnectorError::new(ErrorKind::Rejected, errors::PLATFORM, super::PUT, "out_of_order", cause)
        .with_action("Publish it again as a new post.")
}
