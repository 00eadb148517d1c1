//! Posts that are made in the app of Threads.

use super::people::{self, post_id};
use super::publish;
use super::state::{Content, File, Item, Kind, Post, change};
use crate::sandbox::{Author, Elsewhere, World};

/// Characters that a post may have.
const LONGEST: usize = 500;

/// Makes the post. Its id.
pub(super) fn post(world: &World, author: &Author<'_>, what: &Elsewhere<'_>) -> Option<String> {
    people::by_account(author.account)?;
    if what.text.chars().count() > LONGEST {
        return None;
    }
    let picture = what.file.filter(|file| !file.is_video());
    let number = world.next_number("threads.post");
    let (id, now) = (post_id(number), world.now());
    let item = picture.map(|file| Item {
        id: id.clone(),
        file: File { alt: Some(file.alt.clone()), ..File::of(file.blob.clone()) },
    });
    let post = Post {
        number,
        account: author.account.to_owned(),
        shortcode: world.random_text(11),
        at: now,
        visible_at: now,
        content: Content {
            kind: if picture.is_some() { Kind::Image } else { Kind::Text },
            text: what.text.to_owned(),
            alt: picture.map(|file| file.alt.clone()),
            link: what.text.split_whitespace().find(|word| word.starts_with("https://")).map(str::to_owned),
            ..Content::default()
        },
        items: item.into_iter().collect(),
        root: None,
        repost_of: None,
        hidden: false,
        pending: false,
        deleted: false,
        id,
    };
    change(world, |s| s.posts.push(post.clone()));
    publish::record(world, &post);
    Some(post.id)
}
