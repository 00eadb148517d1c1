//! Pulling files from addresses: no redirects, one file after the other, everything or nothing.

use futures::StreamExt;

use super::files::{self, LARGEST_PHOTO, Looked};
use super::finish::{self, Arrived};
use super::memory::{Kind, Task};
use super::source::LARGEST_VIDEO;
use crate::sandbox::World;
use crate::sandbox::blob::BlobInfo;

/// Pulls everything and decides what becomes of the task.
pub(super) async fn run(world: &World, task: &Task, addresses: &[String]) {
    let mut arrived = Arrived::default();
    for address in addresses {
        let looked = match task.kind {
            Kind::Video => match fetch(world, address, LARGEST_VIDEO).await {
                Some(stored) => files::video(world, &stored, finish::longest_s(world, task)).await,
                None => Looked::Missing("video_pull_failed"),
            },
            Kind::Photo => match fetch(world, address, LARGEST_PHOTO).await {
                Some(stored) => files::photo(world, &stored).await,
                None => Looked::Missing("photo_pull_failed"),
            },
        };
        match looked {
            Looked::Good(file) => arrived.files.push(file),
            Looked::Bad(file, reason) => {
                arrived.files.push(file);
                arrived.failure.get_or_insert(reason);
            }
            Looked::Missing(reason) => {
                arrived.failure.get_or_insert(reason);
            }
        }
    }
    finish::decide(world, &task.id, arrived);
}

/// The file at an address, or so much of it that it is too large.
async fn fetch(world: &World, address: &str, most: u64) -> Option<BlobInfo> {
    let fetched = world.fetch(address).await.ok().filter(|fetched| fetched.status == 200)?;
    let mut left = most + 1;
    let limited = fetched.stream.take_while(move |chunk| {
        let more = left > 0;
        left = left.saturating_sub(chunk.as_ref().map_or(0, |bytes| bytes.len() as u64));
        std::future::ready(more)
    });
    world.blobs().store(limited).await.ok()
}
