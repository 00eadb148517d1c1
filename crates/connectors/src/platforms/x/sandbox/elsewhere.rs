//! Posts that are made on x.com.

use std::collections::BTreeMap;
use std::time::Duration;

use carillon_domain::text::weighted;

use super::PLATFORM;
use super::create::{self, Files};
use super::memory::{Category, Done, Media, Memory, Post, by_user_id, new_id, subscription};
use crate::sandbox::{Attached, Author, Elsewhere, Persona, World};

/// Makes the post. Its id.
pub(super) fn post(world: &World, author: &Author<'_>, what: &Elsewhere<'_>) -> Option<String> {
    let persona = by_user_id(author.account)?;
    let limit = if subscription(persona) == "None" { 280 } else { 25_000 };
    if weighted::weigh(what.text).length > limit {
        return None;
    }
    let id = new_id(world);
    let files: Files =
        what.file.map(|file| (new_id(world), media(world, persona, file))).into_iter().collect();
    let links = weighted::links(&weighted::normalize(what.text));
    let post = Post {
        author: persona.key.to_owned(),
        text: what.text.to_owned(),
        created_at: world.now(),
        deleted_at: None,
        reply_to: None,
        quoted: None,
        media: files.iter().map(|(id, _)| *id).collect(),
        poll: None,
        short: links.into_iter().map(|_| world.random_text(10)).collect(),
        media_short: (!files.is_empty()).then(|| world.random_text(10)),
        reply_settings: "everyone".to_owned(),
        made_with_ai: false,
        paid_partnership: false,
    };
    world.state(PLATFORM, |memory: &mut Memory| {
        memory.media.extend(files.iter().cloned());
        memory.posts.insert(id, post.clone());
    });
    create::record(world, persona, id, &post, &files);
    Some(id.to_string())
}

fn media(world: &World, owner: &Persona, file: &Attached) -> Media {
    let now = world.now();
    Media {
        owner: owner.key.to_owned(),
        media_type: file.blob.mime.clone(),
        category: if file.is_video() { Category::Video } else { Category::Image },
        total_bytes: file.blob.bytes,
        expires_at: now + Duration::from_secs(86_400),
        segments: BTreeMap::new(),
        done: Some(Done {
            sha256: file.blob.sha256.clone(),
            bytes: file.blob.bytes,
            mime: file.blob.mime.clone(),
            since: now,
            until: now,
            broken: false,
        }),
        alt: Some(file.alt.clone()),
    }
}
