//! Posts that are made in Bluesky's own app: records like any other.

use carillon_domain::text::graphemes;
use serde_json::{Value, json};

use super::accounts::{self, Account};
use super::repo::{self, POSTS};
use super::state::{Blob, Record, State};
use super::{PLATFORM, cid};
use crate::sandbox::{Attached, Author, Elsewhere, LedgerMedia, World};

/// Graphemes that a post may have.
const LONGEST: usize = 300;

/// Makes the post. Its address.
pub fn post(world: &World, author: &Author<'_>, what: &Elsewhere<'_>) -> Option<String> {
    let account = accounts::find(world, author.account)?;
    if graphemes::count(what.text) > LONGEST {
        return None;
    }
    let picture = what.file.filter(|file| !file.is_video());
    let record = record(world, &account, what.text, picture);
    let (did, rkey, now) = (account.did(), repo::next_key(world), world.now());
    let stored = Record { cid: cid::of_record(&record), value: record.clone(), at: now, deleted_at: None };
    world.state(PLATFORM, |state: &mut State| {
        state.repo(&did).records.entry(POSTS.to_owned()).or_default().insert(rkey.clone(), stored);
    });
    let uri = format!("at://{did}/{POSTS}/{rkey}");
    let media = picture.map(|file| LedgerMedia {
        sha256: file.blob.sha256.clone(),
        bytes: file.blob.bytes,
        alt: Some(file.alt.clone()),
    });
    repo::announce(world, &account, &uri, &record, media.into_iter().collect());
    Some(uri)
}

fn record(world: &World, account: &Account, text: &str, picture: Option<&Attached>) -> Value {
    let now = world.now();
    let mut record = json!({ "$type": POSTS, "text": text, "createdAt": now.to_string() });
    if let Some(file) = picture {
        let id = cid::of_blob(&file.blob.sha256);
        let (mime, size) = (file.blob.mime.clone(), file.blob.bytes);
        let blob = Blob { sha256: file.blob.sha256.clone(), mime: mime.clone(), size, at: now, used: true };
        world.state(PLATFORM, |state: &mut State| state.repo(&account.did()).blobs.insert(id.clone(), blob));
        let image = json!({ "$type": "blob", "ref": { "$link": id }, "mimeType": mime, "size": size });
        let shown = json!({ "image": image, "alt": file.alt });
        record["embed"] = json!({ "$type": "app.bsky.embed.images", "images": [shown] });
    }
    record
}
