//! The objects that the API answers with.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::reply::time;
use super::servers::Kind;
use super::state::{Media, Network, Status, account_id, key};
use super::{PLATFORM, length};
use crate::sandbox::page::escape;
use crate::sandbox::{Persona, Site, World};

/// An `Account`. With `own`, what only the account itself sees.
pub(super) fn account(world: &World, site: &Site, persona: &Persona, network: &Network, own: bool) -> Value {
    let id = account_id(site, persona);
    let mine = || network.statuses.iter().filter(|s| s.host == site.host && s.account == id);
    let page = site.url(&format!("/@{}", persona.key));
    let avatar = site.avatar_url(persona.key);
    let last = mine().next_back().map(|s| s.created_at.strftime("%Y-%m-%d").to_string());
    let mut account = json!({
        "id": id,
        "username": persona.key,
        "acct": persona.key,
        "display_name": persona.name,
        "locked": false,
        "bot": persona.brand,
        "discoverable": true,
        "group": false,
        "created_at": "2022-11-01T00:00:00.000Z",
        "note": format!("<p>{}</p>", escape(persona.bio)),
        "url": page,
        "uri": site.url(&format!("/users/{}", persona.key)),
        "avatar": avatar,
        "avatar_static": avatar,
        "header": "",
        "header_static": "",
        "followers_count": persona.followers_at(PLATFORM, world.now()),
        "following_count": persona.following(PLATFORM),
        "statuses_count": mine().count(),
        "last_status_at": last,
        "emojis": [],
        "fields": [],
    });
    if own {
        account["source"] = json!({
            "privacy": "public",
            "sensitive": false,
            "language": null,
            "note": persona.bio,
            "fields": [],
            "follow_requests_count": 0,
        });
    }
    account
}

/// A `MediaAttachment`; its address is there once it is ready.
pub(super) fn media(world: &World, site: &Site, media: &Media) -> Value {
    let url = media.is_ready(world.now()).then(|| site.blob_url(&media.sha256));
    let mut meta = json!({});
    if let Some((x, y)) = media.focus {
        meta["focus"] = json!({ "x": x, "y": y });
    }
    json!({
        "id": media.id,
        "type": media.kind,
        "url": url,
        "preview_url": site.blob_url(&media.sha256),
        "remote_url": null,
        "meta": meta,
        "description": media.description,
        "blurhash": "UFBWY:8_0Jxv4mx]t8t64.%M-:IUWGWAt6M}",
    })
}

/// A `Status`.
pub(super) fn status(world: &World, site: &Site, network: &Network, status: &Status) -> Value {
    let now = world.now();
    let persona = Persona::find(&status.persona);
    let account = persona.map(|p| account(world, site, p, network, false));
    let attached: Vec<Value> = status
        .media
        .iter()
        .filter_map(|id| network.media.get(&key(&site.host, id)))
        .map(|m| media(world, site, m))
        .collect();
    let parent = status.parent.as_deref().and_then(|id| find(network, site, id));
    let page = site.url(&format!("/@{}/{}", status.persona, status.id));
    let mut value = json!({
        "id": status.id,
        "created_at": time(status.created_at),
        "edited_at": status.edited_at.map(time),
        "in_reply_to_id": status.parent,
        "in_reply_to_account_id": parent.map(|p| p.account.clone()),
        "sensitive": status.sensitive,
        "spoiler_text": status.spoiler,
        "visibility": status.visibility,
        "language": status.language,
        "uri": site.url(&format!("/users/{}/statuses/{}", status.persona, status.id)),
        "url": page,
        "replies_count": replies(network, status, now),
        "reblogs_count": status.popularity("reblogs", 20, now),
        "favourites_count": status.popularity("favourites", 80, now),
        "favourited": false,
        "reblogged": false,
        "muted": false,
        "bookmarked": false,
        "pinned": false,
        "content": html(site, &status.text),
        "reblog": null,
        "application": { "name": status.app, "website": null },
        "account": account,
        "media_attachments": attached,
        "mentions": [],
        "tags": [],
        "emojis": [],
        "card": null,
        "poll": poll(status, now),
    });
    match Kind::of(site) {
        Kind::Usual | Kind::Roomy => value["quotes_count"] = json!(status.popularity("quotes", 2, now)),
        Kind::Vintage => {}
        // This software shows no app.
        Kind::Deviant => value["application"] = Value::Null,
    }
    value
}

/// Replies are counted with a delay of a minute.
fn replies(network: &Network, status: &Status, now: carillon_domain::time::Timestamp) -> usize {
    let late = |s: &&Status| now.duration_since(s.created_at).as_secs() >= 60;
    let answers = |s: &&Status| s.host == status.host && s.parent.as_deref() == Some(status.id.as_str());
    network.statuses.iter().filter(answers).filter(late).count()
}

fn poll(status: &Status, now: carillon_domain::time::Timestamp) -> Value {
    let Some(poll) = &status.poll else { return Value::Null };
    let expired = poll.expires_at <= now;
    let hidden = poll.hide_totals && !expired;
    let votes = |index: usize| status.popularity(&format!("vote {index}"), 30, now);
    let options: Vec<Value> = poll
        .options
        .iter()
        .enumerate()
        .map(|(i, title)| json!({ "title": title, "votes_count": (!hidden).then(|| votes(i)) }))
        .collect();
    json!({
        "id": status.id,
        "expires_at": time(poll.expires_at),
        "expired": expired,
        "multiple": poll.multiple,
        "votes_count": (0..poll.options.len()).map(votes).sum::<u64>(),
        "options": options,
        "emojis": [],
        "voted": true,
        "own_votes": [],
    })
}

/// A status of this server.
pub(super) fn find<'a>(network: &'a Network, site: &Site, id: &str) -> Option<&'a Status> {
    network.statuses.iter().find(|s| s.host == site.host && s.id == id)
}

/// Text as the server shows it: paragraphs, links with their ends hidden, mentions without host, hashtags.
pub(super) fn html(site: &Site, text: &str) -> String {
    let mut out = String::new();
    for paragraph in text.trim().split("\n\n").filter(|p| !p.is_empty()) {
        out.push_str("<p>");
        let lines: Vec<String> = paragraph.lines().map(|line| inline(site, line)).collect();
        out.push_str(&lines.join("<br />"));
        out.push_str("</p>");
    }
    out
}

fn inline(site: &Site, line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    let mut word = false;
    while let Some(c) = rest.chars().next() {
        let mut taken = c.len_utf8();
        if let Some(length) = length::link(rest).filter(|_| !word) {
            taken = length;
            link(&mut out, &rest[..length]);
        } else if let Some((length, name)) = length::mention(rest).filter(|_| !word) {
            taken = length;
            let host = escape(rest[..length].rsplit('@').next().unwrap_or_default());
            let name = name.trim_start_matches('@');
            let _ = write!(
                out,
                "<span class=\"h-card\" translate=\"no\"><a href=\"https://{host}/@{name}\" class=\"u-url mention\">@<span>{name}\
                 </span></a></span>"
            );
        } else if let Some(length) = hashtag(rest).filter(|_| !word) {
            taken = length;
            let tag = escape(&rest[1..length]);
            let url = site.url(&format!("/tags/{}", tag.to_lowercase()));
            let _ = write!(
                out,
                "<a href=\"{url}\" class=\"mention hashtag\" rel=\"tag\">#<span>{tag}</span></a>"
            );
        } else {
            out.push_str(&escape(&rest[..taken]));
        }
        word = rest[..taken].chars().next_back().is_some_and(char::is_alphanumeric);
        rest = &rest[taken..];
    }
    out
}

fn link(out: &mut String, url: &str) {
    let scheme = url.find("://").map_or(0, |at| at + 3);
    let shown: String = url[scheme..].chars().take(30).collect();
    let hidden = &url[scheme + shown.len()..];
    let class = if hidden.is_empty() { "" } else { "ellipsis" };
    let _ = write!(
        out,
        "<a href=\"{}\" target=\"_blank\" rel=\"nofollow noopener\" translate=\"no\"><span class=\"invisible\">{}</span><span \
         class=\"{class}\">{}</span><span class=\"invisible\">{}</span></a>",
        escape(url),
        escape(&url[..scheme]),
        escape(&shown),
        escape(hidden),
    );
}

fn hashtag(text: &str) -> Option<usize> {
    let rest = text.strip_prefix('#')?;
    let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
    rest[..end].chars().any(|c| !c.is_numeric()).then_some(end + 1)
}
