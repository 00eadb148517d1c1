//! Posts that are made on a server's own pages.

use super::PLATFORM;
use super::length;
use super::servers::Kind;
use super::state::{Media, Network, Status, account_id_at, key, new_id_at};
use crate::sandbox::persona::PERSONAS;
use crate::sandbox::{Attached, Author, Elsewhere, LedgerAccount, LedgerItem, LedgerMedia, Persona, World};

/// Makes the status. Its id.
pub(super) fn post(world: &World, author: &Author<'_>, what: &Elsewhere<'_>) -> Option<String> {
    let host = author.server?;
    let kind = Kind::of_host(host);
    let persona = PERSONAS.iter().find(|p| account_id_at(host, kind, p) == author.account)?;
    if length::characters(what.text, "") > kind.rules().characters {
        return None;
    }
    let status = Status {
        host: host.to_owned(),
        id: new_id_at(world, host, kind),
        persona: persona.key.to_owned(),
        account: author.account.to_owned(),
        text: what.text.to_owned(),
        spoiler: String::new(),
        sensitive: false,
        visibility: "public".to_owned(),
        language: Some("en".to_owned()),
        parent: None,
        media: what.file.iter().map(|file| attach(world, author, host, kind, file)).collect(),
        poll: None,
        app: "Web".to_owned(),
        created_at: world.now(),
        edited_at: None,
    };
    world.state(PLATFORM, |network: &mut Network| network.statuses.push(status.clone()));
    world.ledger().add(entry(persona, &status, what.file));
    Some(status.id)
}

fn attach(world: &World, author: &Author<'_>, host: &str, kind: Kind, file: &Attached) -> String {
    let (id, now) = (new_id_at(world, host, kind), world.now());
    let media = Media {
        host: host.to_owned(),
        id: id.clone(),
        account: author.account.to_owned(),
        sha256: file.blob.sha256.clone(),
        bytes: file.blob.bytes,
        mime: file.blob.mime.clone(),
        kind: if file.is_video() { "video" } else { "image" }.to_owned(),
        description: Some(file.alt.clone()),
        focus: None,
        uploaded_at: now,
        ready_at: now,
        broken: false,
        attached: true,
    };
    world.state(PLATFORM, |network: &mut Network| network.media.insert(key(host, &id), media));
    id
}

fn entry(persona: &Persona, status: &Status, file: Option<&Attached>) -> LedgerItem {
    let media = file.map(|file| LedgerMedia {
        sha256: file.blob.sha256.clone(),
        bytes: file.blob.bytes,
        alt: Some(file.alt.clone()),
    });
    LedgerItem {
        platform: PLATFORM.to_owned(),
        server: Some(status.host.clone()),
        account: LedgerAccount {
            remote_id: status.account.clone(),
            handle: format!("{}@{}", persona.key, status.host),
        },
        remote_id: status.id.clone(),
        parent: None,
        kind: "status".to_owned(),
        text: status.text.clone(),
        media: media.into_iter().collect(),
        at: status.created_at,
        deleted_at: None,
    }
}
