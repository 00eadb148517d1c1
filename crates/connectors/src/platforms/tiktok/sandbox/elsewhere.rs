//! Posts that creators make in TikTok's own app: no task of an app was there before.

use super::PLATFORM;
use super::memory::{End, File, Kind, Post, Task, change, new_number};
use super::people::open_id;
use super::post_info::{PostInfo, Privacy};
use crate::sandbox::persona::PERSONAS;
use crate::sandbox::{Author, Elsewhere, World};

/// Characters that the text may have.
const LONGEST: usize = 2_200;

/// Makes the post. Its id; `None` for words alone, which have no place here.
pub(super) fn post(world: &World, author: &Author<'_>, what: &Elsewhere<'_>) -> Option<String> {
    // For the app that everybody in a sandbox may use.
    let client = world.apps().ready_made(PLATFORM).client_id;
    let owner = PERSONAS.iter().find(|persona| open_id(persona, &client) == author.account)?;
    let file = what.file.filter(|_| what.text.chars().count() <= LONGEST)?;
    let (number, now) = (new_number(world, world.now()), world.now());
    let text = what.text.to_owned();
    let (title, description) = if file.is_video() { (text, String::new()) } else { (String::new(), text) };
    let task = Task {
        id: format!("own-{number}"),
        owner: owner.key.to_owned(),
        client,
        kind: if file.is_video() { Kind::Video } else { Kind::Photo },
        inbox: false,
        info: PostInfo { title, description, privacy: Some(Privacy::Public), ..PostInfo::default() },
        created_at: now,
        upload: None,
        files: vec![File {
            sha256: file.blob.sha256.clone(),
            bytes: file.blob.bytes,
            mime: file.blob.mime.clone(),
            milliseconds: file.milliseconds,
            size: Some(file.size),
        }],
        end: Some(End {
            at: now,
            failure: None,
            post: Some(Post { id: number, at: now, privacy: Privacy::Public, moderated_at: now }),
        }),
        listed: false,
    };
    change(world, |memory| memory.tasks.insert(task.id.clone(), task));
    Some(number.to_string())
}
