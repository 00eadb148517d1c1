//! Posts as they are read back.

use serde_json::{Value, json};

use super::memory::Post;
use super::{content, create, numbers};
use crate::sandbox::World;

/// A post in answers.
pub(super) fn post(world: &World, post: &Post) -> Value {
    let mut value = json!({
        "id": post.urn,
        "author": post.author,
        "commentary": post.commentary,
        "visibility": post.visibility,
        "distribution": create::distribution(post),
        "lifecycleState": "PUBLISHED",
        "lifecycleStateInfo": { "isEditedByAuthor": post.edited },
        "createdAt": post.created.as_millisecond(),
        "publishedAt": post.created.as_millisecond(),
        "lastModifiedAt": post.modified.as_millisecond(),
        "isReshareDisabledByAuthor": post.no_reshare,
    });
    if !post.content.is_null() {
        let votes = numbers::of(post, world.now()).clicks / 3;
        value["content"] = content::shown(&post.content, votes);
    }
    if let Some(parent) = &post.parent {
        value["reshareContext"] = json!({ "parent": parent, "root": parent });
    }
    for (name, text) in &post.extras {
        value[name] = json!(text);
    }
    value
}
