//! Posts that members and organisations make on LinkedIn's own pages.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::asset::{Asset, AssetKind, File};
use super::memory::{Post, change, new_id};
use super::{PLATFORM, create, people};
use crate::sandbox::persona::PERSONAS;
use crate::sandbox::{Attached, Author, Elsewhere, Persona, World};

/// Makes the post. Its URN.
pub(super) fn post(world: &World, author: &Author<'_>, what: &Elsewhere<'_>) -> Option<String> {
    let persona = somebody(world, author.account)?;
    let now = world.now();
    let picture = what.file.filter(|file| !file.is_video());
    let asset = picture.map(|file| asset(world, author.account, persona, file));
    let media: Vec<_> = asset.iter().map(|a| (a.urn.clone(), picture.map(|p| p.alt.clone()))).collect();
    let content =
        media.first().map_or(Value::Null, |(urn, alt)| json!({ "media": { "id": urn, "altText": alt } }));
    let post = Post {
        urn: format!("urn:li:share:{}", new_id(world)),
        twin: format!("urn:li:ugcPost:{}", new_id(world)),
        activity: format!("urn:li:activity:{}", new_id(world)),
        author: author.account.to_owned(),
        persona: persona.key.to_owned(),
        commentary: what.text.to_owned(),
        shown: what.text.to_owned(),
        visibility: "PUBLIC".to_owned(),
        content,
        distribution: json!({ "feedDistribution": "MAIN_FEED" }),
        no_reshare: false,
        parent: None,
        extras: BTreeMap::new(),
        media,
        created: now,
        modified: now,
        edited: false,
        deleted: None,
    };
    change(world, |memory| {
        memory.assets.extend(asset.map(|asset| (asset.urn.clone(), asset)));
        memory.posts.push(post.clone());
    });
    create::record(world, &post);
    Some(post.urn)
}

/// Who is behind a URN, for the app that everybody in a sandbox may use.
fn somebody(world: &World, urn: &str) -> Option<&'static Persona> {
    let client = world.apps().ready_made(PLATFORM).client_id;
    let member = || PERSONAS.iter().find(|p| people::person_urn(p, &client) == urn);
    people::by_organization_urn(urn).or_else(member)
}

fn asset(world: &World, owner: &str, by: &Persona, file: &Attached) -> Asset {
    let now = world.now();
    Asset {
        urn: format!("urn:li:image:{}", world.random_text(22)),
        kind: AssetKind::Image,
        owner: owner.to_owned(),
        by: by.key.to_owned(),
        ticket: world.random_text(24),
        expires_at: now,
        parts: Vec::new(),
        token: String::new(),
        file: Some(File {
            sha256: file.blob.sha256.clone(),
            bytes: file.blob.bytes,
            mime: file.blob.mime.clone(),
        }),
        ready_at: Some(now),
        failure: None,
    }
}
