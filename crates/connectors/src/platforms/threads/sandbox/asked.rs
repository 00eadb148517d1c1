//! What a container may hold: the rules of its parameters and of what goes together.

use super::answer::Refusal;
use super::attachments::{self, is_address};
use super::nodes::Call;
use super::state::{Content, Kind};
use super::text;

/// Parameters that are known here.
const KNOWN: &[&str] = &[
    "media_type",
    "text",
    "image_url",
    "video_url",
    "is_carousel_item",
    "children",
    "reply_to_id",
    "reply_control",
    "enable_reply_approvals",
    "topic_tag",
    "link_attachment",
    "quote_post_id",
    "poll_attachment",
    "gif_attachment",
    "text_attachment",
    "text_entities",
    "is_spoiler_media",
    "is_ghost_post",
    "alt_text",
    "allowlisted_country_codes",
    "location_id",
    "crossreshare_to_ig",
    "crossreshare_to_ig_dark_mode",
    "auto_publish_text",
];

/// Parameters that only some types take.
const ONLY: &[(&str, &[Kind])] = &[
    ("image_url", &[Kind::Image]),
    ("video_url", &[Kind::Video]),
    ("alt_text", &[Kind::Image, Kind::Video]),
    ("children", &[Kind::Carousel]),
    ("is_spoiler_media", &[Kind::Image, Kind::Video, Kind::Carousel]),
    ("link_attachment", &[Kind::Text]),
    ("poll_attachment", &[Kind::Text]),
    ("gif_attachment", &[Kind::Text]),
    ("text_attachment", &[Kind::Text]),
    ("is_ghost_post", &[Kind::Text]),
    ("auto_publish_text", &[Kind::Text]),
];

/// What an item of a carousel may have.
const OF_ITEMS: &[&str] =
    &["access_token", "media_type", "image_url", "video_url", "is_carousel_item", "alt_text"];

/// What ghost posts may have: of all additions they take spoilers in the text alone.
const OF_GHOSTS: &[&str] =
    &["access_token", "media_type", "text", "text_entities", "is_ghost_post", "auto_publish_text"];

const AUDIENCES: &[&str] =
    &["everyone", "accounts_you_follow", "mentioned_only", "parent_post_author_only", "followers_only"];

/// Characters of a text and of a description at most.
const LONGEST: usize = 500;
const LONGEST_ALT: usize = 1_000;
/// Different links in text and attachment at most, since 22 December 2025.
const MOST_LINKS: usize = 5;
/// Items of a carousel.
const ITEMS: std::ops::RangeInclusive<usize> = 2..=20;

/// The parameters, understood.
pub(super) fn content(call: &Call<'_>) -> Result<Content, Refusal> {
    call.only(KNOWN)?;
    let p = call.params;
    let item = call.flag("is_carousel_item")?;
    let kind = kind(call, item)?;
    check_company(call, kind, item)?;
    let words = p.text("text").to_owned();
    check_text(call, &words)?;
    if kind == Kind::Text && words.trim().is_empty() {
        return Err(Refusal::parameter("The parameter text is required"));
    }
    let alt = p.filled("alt_text").map(str::to_owned);
    if alt.as_ref().is_some_and(|alt| alt.chars().count() > LONGEST_ALT) {
        return Err(Refusal::parameter(format!("Param alt_text must be at most {LONGEST_ALT} characters")));
    }
    let children = call.list("children")?;
    let twice = children.iter().enumerate().any(|(index, id)| children[..index].contains(id));
    if kind == Kind::Carousel && (!ITEMS.contains(&children.len()) || twice) {
        return Err(Refusal::parameter("A carousel must have between 2 and 20 different children"));
    }
    let first_link = || text::links(&words).into_iter().next();
    let link = p.filled("link_attachment").map(str::to_owned);
    Ok(Content {
        kind,
        alt,
        children,
        reply_to: p.filled("reply_to_id").map(str::to_owned),
        audience: audience(call)?,
        approvals: call.flag("enable_reply_approvals")?,
        topic: topic(call, &words)?,
        link: if kind == Kind::Text { link.or_else(first_link) } else { None },
        quote: p.filled("quote_post_id").map(str::to_owned),
        poll: attachments::poll(call)?,
        gif: attachments::gif(call)?,
        attachment: attachments::long_text(call)?,
        entities: attachments::spoilers(call, &words)?,
        spoiler: call.flag("is_spoiler_media")?,
        ghost: call.flag("is_ghost_post")?,
        countries: countries(call)?,
        location: p.filled("location_id").map(str::to_owned),
        text: words,
    })
}

fn kind(call: &Call<'_>, item: bool) -> Result<Kind, Refusal> {
    let p = call.params;
    match p.filled("media_type") {
        Some("IMAGE") => Ok(Kind::Image),
        Some("VIDEO") => Ok(Kind::Video),
        Some("TEXT") if !item => Ok(Kind::Text),
        Some("CAROUSEL") if !item => Ok(Kind::Carousel),
        Some(_) if item => Err(Refusal::parameter("Param media_type must be one of {IMAGE, VIDEO}")),
        Some(_) => Err(Refusal::parameter("Param media_type must be one of {TEXT, IMAGE, VIDEO, CAROUSEL}")),
        None if item && p.asks("video_url") => Ok(Kind::Video),
        None if item && p.asks("image_url") => Ok(Kind::Image),
        None => Err(Refusal::parameter("The parameter media_type is required")),
    }
}

/// What goes with what.
fn check_company(call: &Call<'_>, kind: Kind, item: bool) -> Result<(), Refusal> {
    let p = call.params;
    if let Some((name, _)) = ONLY.iter().find(|(name, kinds)| p.asks(name) && !kinds.contains(&kind)) {
        return Err(Refusal::not_allowed(name, "with this media_type"));
    }
    if item && let Some(name) = p.names().find(|name| !OF_ITEMS.contains(name) && p.asks(name)) {
        return Err(Refusal::not_allowed(name, "on an item of a carousel"));
    }
    if call.flag("is_ghost_post")?
        && let Some(name) = p.names().find(|name| !OF_GHOSTS.contains(name) && p.asks(name))
    {
        return Err(Refusal::not_allowed(name, "on a ghost post"));
    }
    if p.asks("text_attachment") && p.asks("poll_attachment") {
        return Err(Refusal::not_allowed("text_attachment", "with a poll"));
    }
    if call.flag("crossreshare_to_ig_dark_mode")? && !call.flag("crossreshare_to_ig")? {
        return Err(Refusal::not_allowed("crossreshare_to_ig_dark_mode", "without crossreshare_to_ig"));
    }
    let source = match kind {
        Kind::Image => "image_url",
        Kind::Video => "video_url",
        Kind::Carousel => "children",
        Kind::Text | Kind::Repost => return Ok(()),
    };
    call.required(source).map(|_| ())
}

fn check_text(call: &Call<'_>, words: &str) -> Result<(), Refusal> {
    if text::length(words) > LONGEST {
        return Err(Refusal::parameter(format!("Param text must be at most {LONGEST} characters long.")));
    }
    let mut links = text::links(words);
    if let Some(link) = call.params.filled("link_attachment") {
        if !is_address(link) {
            return Err(Refusal::parameter("Param link_attachment must be a valid URL"));
        }
        if !links.iter().any(|known| known == link) {
            links.push(link.to_owned());
        }
    }
    if links.len() > MOST_LINKS {
        let text = "The number of links in the post exceeds the limit.";
        return Err(Refusal::parameter("THREADS_API__LINK_LIMIT_EXCEEDED").told("Too many links", text));
    }
    Ok(())
}

fn audience(call: &Call<'_>) -> Result<String, Refusal> {
    let audience = call.params.text("reply_control");
    if !audience.is_empty() && !AUDIENCES.contains(&audience) {
        let all = AUDIENCES.join(", ");
        return Err(Refusal::parameter(format!("Param reply_control must be one of {{{all}}}")));
    }
    Ok(audience.to_owned())
}

/// The topic that was asked for, else the first tag in the text.
fn topic(call: &Call<'_>, words: &str) -> Result<Option<String>, Refusal> {
    let Some(topic) = call.params.get("topic_tag") else { return Ok(text::topic(words)) };
    if !(1..=text::LONGEST_TOPIC).contains(&topic.chars().count()) || topic.contains(['.', '&']) {
        return Err(Refusal::parameter("Param topic_tag must have 1 to 50 characters, and neither . nor &"));
    }
    Ok(Some(topic.to_owned()))
}

/// Countries in which alone the post is shown, which not every profile may choose.
fn countries(call: &Call<'_>) -> Result<Vec<String>, Refusal> {
    let countries = call.list("allowlisted_country_codes")?;
    let code = |text: &String| text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase());
    if !countries.iter().all(code) {
        return Err(Refusal::parameter("Param allowlisted_country_codes must be ISO 3166-1 alpha-2 codes"));
    }
    if !countries.is_empty() && !call.caller.persona.brand {
        return Err(Refusal::permission("geo-gating"));
    }
    Ok(countries)
}
