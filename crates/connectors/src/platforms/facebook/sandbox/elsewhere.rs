//! Posts that people make on their Page.

use super::people::{self, photo_id};
use super::publish::{self, New};
use super::state::{File, Kind, Photo, Stand, change};
use crate::sandbox::{Author, Elsewhere, World};

/// Makes the post. Its id.
pub(super) fn post(world: &World, author: &Author<'_>, what: &Elsewhere<'_>) -> Option<String> {
    let page = people::page(author.account)?;
    let photo = what.file.filter(|file| !file.is_video()).map(|file| Photo {
        id: photo_id(world.next_number("facebook.photo")),
        page: page.id(),
        file: File { alt: Some(file.alt.clone()), ..File::of(file.blob.clone()) },
        size: file.size,
        caption: String::new(),
        at: world.now(),
        temporary: false,
        post: None,
        deleted: false,
    });
    let photos: Vec<String> = photo.iter().map(|photo| photo.id.clone()).collect();
    if let Some(photo) = photo {
        change(world, |s| s.photos.insert(photo.id.clone(), photo));
    }
    let link = what.text.split_whitespace().find(|word| word.starts_with("https://")).map(str::to_owned);
    let link = link.filter(|_| photos.is_empty());
    let kind = match (&link, photos.is_empty()) {
        (Some(_), _) => Kind::Link,
        (None, true) => Kind::Status,
        (None, false) => Kind::Photos,
    };
    let message = what.text.to_owned();
    Some(publish::add(world, page, New { kind, stand: Stand::Public, message, link, photos, video: None }))
}
