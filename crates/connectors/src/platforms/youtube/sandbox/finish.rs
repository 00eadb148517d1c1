//! From stored bytes to a video: what the file is, how processing will end, and when.

use std::time::Duration;

use super::PLATFORM;
use super::answer::Refusal;
use super::film;
use super::meta::{Meta, Privacy};
use super::state::{Film, Memory, Session, Verdict, Video, change};
use crate::sandbox::blob::BlobInfo;
use crate::sandbox::{Persona, World, probe};

/// Longest video of a channel that YouTube knows by telephone, and of another (YouTube Help, "Upload videos longer than 15
/// minutes").
const LONGEST: u64 = 12 * 3_600_000;
const LONGEST_UNVERIFIED: u64 = 15 * 60_000;

/// What can be said of a stored file.
pub(super) async fn film(world: &World, stored: &BlobInfo, name: &str) -> Film {
    let head = film::head(world, &stored.sha256, stored.bytes).await;
    Film {
        sha256: stored.sha256.clone(),
        bytes: stored.bytes,
        mime: film::kind(&head).to_owned(),
        name: name.to_owned(),
        milliseconds: probe::movie_ms(&head),
        size: probe::movie_size(&head),
    }
}

/// Makes the video. Its id.
pub(super) fn create(world: &World, owner: &Persona, meta: Meta, film: Film) -> String {
    let id = video_id(world);
    let made = (id.clone(), meta, film, processing(world));
    change(world, |memory| add(memory, world, owner, made));
    id
}

/// 11 characters, as all ids of videos have.
fn video_id(world: &World) -> String {
    world.random_text(11)
}

/// Joins an upload's pieces and makes its video. The upload as it is then.
pub(super) async fn join(world: &World, id: &str) -> Result<Session, Refusal> {
    let session = change(world, |memory| memory.sessions.get(id).cloned());
    let session = session.ok_or_else(|| Refusal::backend(503))?;
    let made = made(world, id, &session).await;
    change(world, |memory| {
        let (owner, film) = made?;
        let video = video_id(world);
        add(memory, world, owner, (video.clone(), session.meta.clone(), film, processing(world)));
        let kept = memory.sessions.get_mut(id).ok_or(())?;
        kept.video = Some(video);
        kept.pieces.clear();
        Ok(kept.clone())
    })
    .map_err(|()| {
        change(world, |memory| memory.sessions.get_mut(id).map(|session| session.joining = false));
        Refusal::backend(503)
    })
}

async fn made(world: &World, id: &str, session: &Session) -> Result<(&'static Persona, Film), ()> {
    let names: Vec<String> = session.pieces.iter().map(|piece| piece.sha256.clone()).collect();
    let whole = world.blobs().join(&names).await.map_err(|_| ())?;
    forget(world, id, session, &whole.sha256).await;
    let owner = Persona::find(&session.owner).ok_or(())?;
    Ok((owner, film(world, &whole, &session.name).await))
}

/// Removes joined pieces, as far as nothing else consists of the same bytes.
async fn forget(world: &World, id: &str, session: &Session, whole: &str) {
    let used: Vec<String> = change(world, |memory| {
        let others = memory.sessions.iter().filter(|(other, _)| *other != id);
        let open = others.flat_map(|(_, other)| other.pieces.iter().map(|piece| piece.sha256.clone()));
        let done = memory.videos.values().map(|video| video.file.sha256.clone());
        open.chain(done).collect()
    });
    for piece in &session.pieces {
        if piece.sha256 != whole && !used.contains(&piece.sha256) {
            world.blobs().remove(&piece.sha256).await;
        }
    }
}

/// Some seconds, and longer while the fault script says so.
fn processing(world: &World) -> Duration {
    world.processing_time(PLATFORM, "videos.process", Duration::from_secs(20))
}

fn add(memory: &mut Memory, world: &World, owner: &Persona, made: (String, Meta, Film, Duration)) {
    let (id, mut meta, file, usual) = made;
    let now = world.now();
    if memory.rules.locks_private {
        meta.privacy = Privacy::Private;
        meta.publish_at = None;
    }
    // About eight megabytes a second.
    let wait = usual + Duration::from_secs(file.bytes / (8 * 1024 * 1024));
    let mut video = Video {
        id: id.clone(),
        owner: owner.key.to_owned(),
        number: world.next_number("youtube.video"),
        meta: Meta::default(),
        created_at: now,
        published_at: None,
        processed_at: now + wait,
        verdict: verdict(memory, owner, &file),
        file,
        thumbnail: None,
        deleted: false,
        listed: false,
    };
    video.set(meta, now);
    memory.videos.insert(id, video);
}

fn verdict(memory: &Memory, owner: &Persona, file: &Film) -> Verdict {
    if let Some(verdict) = &memory.rules.verdict {
        return verdict.clone();
    }
    let longest = if Memory::is_verified(owner) { LONGEST } else { LONGEST_UNVERIFIED };
    let mut earlier = memory.uploads(owner).into_iter();
    if file.bytes < 64 {
        Verdict::Failed("tooSmall".to_owned())
    } else if !file.mime.starts_with("video/") {
        Verdict::Failed("invalidFile".to_owned())
    } else if file.milliseconds.is_some_and(|ms| ms > longest) {
        Verdict::Rejected("length".to_owned())
    } else if memory.rules.finds_duplicates && earlier.any(|video| video.file.sha256 == file.sha256) {
        Verdict::Rejected("duplicate".to_owned())
    } else {
        Verdict::Processed
    }
}
