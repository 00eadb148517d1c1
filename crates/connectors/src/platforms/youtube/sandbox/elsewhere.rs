//! Videos that creators upload in YouTube Studio.

use super::finish;
use super::meta::Meta;
use super::people;
use super::state::Film;
use crate::sandbox::{Author, Elsewhere, World};

/// Characters that a title may have.
const LONGEST: usize = 100;

/// Makes the video. Its id; `None` for everything but videos.
pub(super) fn post(world: &World, author: &Author<'_>, what: &Elsewhere<'_>) -> Option<String> {
    let owner = people::by_channel(author.account)?;
    let file = what.file.filter(|file| file.is_video())?;
    // The first sentence is the title.
    let title: String =
        what.text.split(['.', '?', '!', ':']).next().unwrap_or_default().chars().take(LONGEST).collect();
    let meta = Meta { title, description: what.text.to_owned(), ..Meta::default() };
    let film = Film {
        sha256: file.blob.sha256.clone(),
        bytes: file.blob.bytes,
        mime: file.blob.mime.clone(),
        name: "video.mp4".to_owned(),
        milliseconds: file.milliseconds,
        size: Some(file.size),
    };
    Some(finish::create(world, owner, meta, film))
}
