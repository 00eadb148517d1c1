//! `POST /rest/posts` ("Posts API").

use std::collections::BTreeMap;
use std::time::Duration;

use carillon_domain::time::Timestamp;
use serde_json::{Value, json};

use super::PLATFORM;
use super::answer::{Answer, Refusal, created};
use super::check::Fields;
use super::content::{self, Content, Shelf};
use super::door::Call;
use super::memory::{Memory, Post, change, new_id};
use super::{people, text};
use crate::sandbox::{LedgerAccount, LedgerItem, LedgerMedia, World};

/// Longest commentary, UTF-16 units of what readers see.
const LONGEST: usize = 3_000;
/// How long the same content is refused, seconds ("Posts API": about ten minutes).
const DUPLICATES: u32 = 600;

const KNOWN: &[&str] = &[
    "author",
    "commentary",
    "visibility",
    "distribution",
    "content",
    "lifecycleState",
    "isReshareDisabledByAuthor",
    "reshareContext",
    "contentLandingPage",
    "contentCallToActionLabel",
];

/// What was asked for, without what only the memory knows.
struct Asked {
    author: String,
    persona: &'static str,
    text: text::LittleText,
    visibility: String,
    distribution: Value,
    no_reshare: bool,
    parent: Option<String>,
    extras: BTreeMap<String, String>,
}

/// `POST /rest/posts`.
pub(super) fn create(call: &Call<'_>) -> Answer {
    call.query.only(&[])?;
    let fields = Fields::of(&call.body, KNOWN)?;
    let asked = asked(call, &fields)?;
    let (now, number, twin) = (call.world.now(), new_id(call.world), new_id(call.world));
    let activity = format!("urn:li:activity:{}", new_id(call.world));
    let post = change(call.world, |memory| -> Result<Post, Refusal> {
        let shelf = Shelf { memory, author: &asked.author, now };
        let content = fields.get("content").map(|c| content::check(c, &shelf)).transpose()?;
        let content = content.unwrap_or_default();
        let parent = asked.parent.as_deref().map(|urn| parent(memory, urn)).transpose()?;
        if content.value.is_null() && parent.is_none() && asked.text.shown.trim().is_empty() {
            let text = "A post without content needs a commentary";
            return Err(Refusal::field("INVALID_VALUE_BLANK_FIELD", "/commentary", text));
        }
        let mut post = made(&asked, content, now, (number, twin));
        (post.activity, post.parent) = (activity, parent);
        refuse_twice(memory, &post)?;
        memory.posts.push(post.clone());
        Ok(post)
    })?;
    record(call.world, &post);
    Ok(created(&post.urn, None))
}

fn asked(call: &Call<'_>, fields: &Fields<'_>) -> Result<Asked, Refusal> {
    let author = fields.need("author")?;
    let organization = author.starts_with("urn:li:organization:");
    if !organization && !author.starts_with("urn:li:person:") {
        return Err(Refusal::field("INVALID_URN_TYPE", "/author", "not a person or organization"));
    }
    call.may_write_as(author, &["w_member_social"], &["w_organization_social"])?;
    let commentary = fields.need("commentary")?;
    let text = text::read(commentary, &|name, urn| people::is_name_of(name, urn, &call.caller.client_id));
    if text.shown.encode_utf16().count() > LONGEST {
        let description = format!("The length exceeds the maximum of {LONGEST} characters");
        return Err(Refusal::field("FIELD_LENGTH_TOO_LONG", "/commentary", description));
    }
    let visibility = fields.need_word("visibility", &["PUBLIC", "CONNECTIONS", "LOGGED_IN", "CONTAINER"])?;
    if visibility == "CONTAINER" || (organization && visibility == "CONNECTIONS") {
        let description = format!("{visibility} is not available to this author");
        return Err(Refusal::invalid("/visibility", description));
    }
    fields.need_word("lifecycleState", &["PUBLISHED"])?;
    let known = ["feedDistribution", "targetEntities", "thirdPartyDistributionChannels"];
    let distribution = fields.object("distribution", &known)?;
    distribution.need_word("feedDistribution", &["MAIN_FEED", "NONE"])?;
    for name in ["targetEntities", "thirdPartyDistributionChannels"] {
        if distribution.get(name).is_some() {
            distribution.list(name)?;
        }
    }
    let mut extras = BTreeMap::new();
    for name in ["contentLandingPage", "contentCallToActionLabel"] {
        if let Some(value) = fields.text(name)? {
            if !organization {
                return Err(Refusal::invalid(&fields.path(name), "only organizations may set it"));
            }
            extras.insert(name.to_owned(), value.to_owned());
        }
    }
    let parent = match fields.get("reshareContext") {
        Some(_) => Some(fields.object("reshareContext", &["parent"])?.need("parent")?.to_owned()),
        None => None,
    };
    let persona = match people::by_organization_urn(author) {
        Some(organization) => organization.key,
        None => call.caller.persona.key,
    };
    Ok(Asked {
        author: author.to_owned(),
        persona,
        text,
        visibility: visibility.to_owned(),
        distribution: fields.get("distribution").cloned().unwrap_or_default(),
        no_reshare: fields.flag("isReshareDisabledByAuthor")?,
        parent,
        extras,
    })
}

/// The post that is shared again.
fn parent(memory: &Memory, urn: &str) -> Result<String, Refusal> {
    let path = "/reshareContext/parent";
    if !urn.starts_with("urn:li:share:") && !urn.starts_with("urn:li:ugcPost:") {
        return Err(Refusal::field("INVALID_URN_TYPE", path, "not a share or ugcPost"));
    }
    let parent = memory.posts.iter().find(|p| p.urn == urn && p.deleted.is_none());
    let parent = parent.ok_or_else(|| Refusal::field("INVALID_URN_ID", path, "The post does not exist"))?;
    if parent.no_reshare {
        return Err(Refusal::invalid(path, "The author does not allow reshares"));
    }
    Ok(parent.urn.clone())
}

fn made(asked: &Asked, content: Content, now: Timestamp, (number, twin): (u64, u64)) -> Post {
    let share = |id: u64| format!("urn:li:share:{id}");
    let ugc = |id: u64| format!("urn:li:ugcPost:{id}");
    let (urn, twin) = if content.ugc { (ugc(number), share(twin)) } else { (share(number), ugc(twin)) };
    Post {
        urn,
        twin,
        activity: String::new(),
        author: asked.author.clone(),
        persona: asked.persona.to_owned(),
        commentary: asked.text.kept.clone(),
        shown: asked.text.shown.clone(),
        visibility: asked.visibility.clone(),
        content: content.value,
        distribution: asked.distribution.clone(),
        no_reshare: asked.no_reshare,
        parent: None,
        extras: asked.extras.clone(),
        media: content.media,
        created: now,
        modified: now,
        edited: false,
        deleted: None,
    }
}

/// The same content again within a while. Deleting the earlier one does not help: its URN is named all the same.
fn refuse_twice(memory: &Memory, post: &Post) -> Result<(), Refusal> {
    let window = Duration::from_secs(u64::from(memory.duplicates_s.unwrap_or(DUPLICATES)));
    let same = |other: &&Post| {
        other.author == post.author
            && other.created + window > post.created
            && other.commentary == post.commentary
            && other.content == post.content
            && other.parent == post.parent
    };
    match memory.posts.iter().rev().find(same) {
        Some(earlier) => Err(Refusal::duplicate(&earlier.urn)),
        None => Ok(()),
    }
}

/// Writes a post into the ledger.
pub(super) fn record(world: &World, post: &Post) {
    let file = |(urn, alt): &(String, Option<String>)| {
        let file = super::memory::read(world, |m| m.assets.get(urn).and_then(|a| a.file.clone()))?;
        Some(LedgerMedia { sha256: file.sha256, bytes: file.bytes, alt: alt.clone() })
    };
    let kind = match post.content.as_object().and_then(|c| c.keys().next()).map(String::as_str) {
        _ if post.parent.is_some() => "reshare",
        Some("article") => "article",
        Some("poll") => "poll",
        _ => "post",
    };
    world.ledger().add(LedgerItem {
        platform: PLATFORM.to_owned(),
        server: None,
        account: LedgerAccount { remote_id: post.author.clone(), handle: post.persona.clone() },
        remote_id: post.urn.clone(),
        parent: None,
        kind: kind.to_owned(),
        // What readers see: a text that was not escaped is cut here, too.
        text: post.shown.clone(),
        media: post.media.iter().filter_map(file).collect(),
        at: post.created,
        deleted_at: None,
    });
}

/// A post's distribution, for reading it back.
pub(super) fn distribution(post: &Post) -> Value {
    let mut all = json!({ "targetEntities": [], "thirdPartyDistributionChannels": [] });
    if let Some(sent) = post.distribution.as_object() {
        sent.iter().for_each(|(name, value)| all[name] = value.clone());
    }
    all
}
