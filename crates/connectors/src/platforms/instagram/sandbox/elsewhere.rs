//! Posts that are made in the app of Instagram: pictures with a caption.

use super::people::{self, media_id};
use super::publishing::announce;
use super::state::{File, Media, change};
use crate::sandbox::{Author, Elsewhere, World};

/// Characters that a caption may have.
const LONGEST: usize = 2_200;

/// Makes the post. Its id; `None` for words alone, which have no place here.
pub(super) fn post(world: &World, author: &Author<'_>, what: &Elsewhere<'_>) -> Option<String> {
    let owner = people::by_account(author.account)?;
    let file = what.file.filter(|_| what.text.chars().count() <= LONGEST)?;
    let video = file.is_video();
    let media = Media {
        id: media_id(world.next_number("instagram.media")),
        account: author.account.to_owned(),
        product: if video { "REELS" } else { "FEED" }.to_owned(),
        kind: if video { "VIDEO" } else { "IMAGE" }.to_owned(),
        caption: what.text.trim().to_owned(),
        shortcode: world.random_text(11),
        at: world.now(),
        files: vec![File {
            sha256: file.blob.sha256.clone(),
            bytes: file.blob.bytes,
            mime: file.blob.mime.clone(),
            alt: Some(file.alt.clone()),
        }],
        ai: false,
        share_to_feed: true,
        hides_likes: what.hides_likes,
        deleted: false,
    };
    change(world, |s| s.media.push(media.clone()));
    announce(world, owner, &media);
    Some(media.id)
}
