//! What a post can carry ("Posts API schema", "MultiImage API", "Poll API").

use carillon_domain::time::Timestamp;
use serde_json::{Value, json};
use url::Url;

use super::answer::{Refusal, waiting_upload};
use super::asset::{AssetKind, Status};
use super::check::Fields;
use super::memory::Memory;

/// Longest alternative text, characters.
const ALT: usize = 4_086;
/// Question and answers of a poll, characters (second-hand; the documentation states only the number of answers).
const QUESTION: usize = 140;
const ANSWER: usize = 30;
const DURATIONS: &[&str] = &["ONE_DAY", "THREE_DAYS", "SEVEN_DAYS", "FOURTEEN_DAYS"];

/// A checked content.
#[derive(Debug, Default)]
pub(super) struct Content {
    /// As it was sent; null for none.
    pub value: Value,
    /// Its files with their descriptions. A thumbnail is none.
    pub media: Vec<(String, Option<String>)>,
    /// It becomes a ugcPost rather than a share.
    pub ugc: bool,
}

/// What files are held against.
pub(super) struct Shelf<'a> {
    pub memory: &'a Memory,
    pub author: &'a str,
    pub now: Timestamp,
}

impl Shelf<'_> {
    /// A file that this author may post now.
    fn usable(&self, urn: &str, path: &str, kinds: &[AssetKind]) -> Result<AssetKind, Refusal> {
        let kind = AssetKind::of(urn).filter(|k| kinds.contains(k));
        let kind =
            kind.ok_or_else(|| Refusal::field("INVALID_URN_TYPE", path, "The URN has a wrong type"))?;
        let unknown = || Refusal::field(kind.unknown(), path, format!("{urn} does not exist"));
        let asset = self.memory.assets.get(urn).ok_or_else(unknown)?;
        if asset.owner != self.author {
            let text = "The content is not owned by the author";
            return Err(Refusal::field("INVALID_CONTENT_OWNERSHIP", path, text));
        }
        match asset.status(self.now) {
            Status::Available => Ok(kind),
            Status::WaitingUpload | Status::Processing => Err(waiting_upload(path)),
            Status::Failed => {
                let text = "Media asset could not be processed";
                Err(Refusal::field("MEDIA_ASSET_PROCESSING_FAILED", path, text))
            }
        }
    }
}

/// Checks the `content` of a post.
pub(super) fn check(value: &Value, shelf: &Shelf<'_>) -> Result<Content, Refusal> {
    let known = ["media", "multiImage", "article", "poll"];
    let fields = Fields::at(value, "/content".to_owned(), &known)?;
    let given: Vec<&str> = known.into_iter().filter(|k| fields.get(k).is_some()).collect();
    let [one] = given.as_slice() else {
        return Err(Refusal::invalid("/content", "exactly one kind of content must be set"));
    };
    let mut content = match *one {
        "media" => media(&fields, shelf)?,
        "multiImage" => images(&fields, shelf)?,
        "article" => article(&fields, shelf)?,
        _ => poll(&fields)?,
    };
    content.value = value.clone();
    Ok(content)
}

fn media(fields: &Fields<'_>, shelf: &Shelf<'_>) -> Result<Content, Refusal> {
    let media = fields.object("media", &["id", "title", "altText"])?;
    let id = media.need("id")?;
    let all = [AssetKind::Image, AssetKind::Video, AssetKind::Document];
    let kind = shelf.usable(id, &media.path("id"), &all)?;
    let alt = media.at_most("altText", ALT)?;
    if kind == AssetKind::Document {
        media.line("title", usize::MAX)?;
    } else {
        media.text("title")?;
    }
    Ok(Content {
        media: vec![(id.to_owned(), alt.map(str::to_owned))],
        ugc: kind != AssetKind::Image,
        ..Content::default()
    })
}

fn images(fields: &Fields<'_>, shelf: &Shelf<'_>) -> Result<Content, Refusal> {
    let multi = fields.object("multiImage", &["images"])?;
    let list = multi.list("images")?;
    let path = multi.path("images");
    if !(2..=20).contains(&list.len()) {
        return Err(Refusal::invalid(
            &path,
            format!("There must be 2 to 20 images, there are {}", list.len()),
        ));
    }
    let mut media = Vec::new();
    for (n, image) in list.iter().enumerate() {
        let image = Fields::at(image, format!("{path}/{n}"), &["id", "altText"])?;
        let id = image.need("id")?;
        shelf.usable(id, &image.path("id"), &[AssetKind::Image])?;
        media.push((id.to_owned(), image.at_most("altText", ALT)?.map(str::to_owned)));
    }
    Ok(Content { media, ..Content::default() })
}

/// Nothing is looked up at the address: title and picture must be supplied.
fn article(fields: &Fields<'_>, shelf: &Shelf<'_>) -> Result<Content, Refusal> {
    let known = ["source", "title", "description", "thumbnail", "thumbnailAltText"];
    let article = fields.object("article", &known)?;
    let source = article.line("source", usize::MAX)?;
    let web = Url::parse(source).is_ok_and(|u| matches!(u.scheme(), "http" | "https") && u.has_host());
    if !web {
        return Err(Refusal::invalid(&article.path("source"), "not a valid URL"));
    }
    article.line("title", usize::MAX)?;
    article.text("description")?;
    article.at_most("thumbnailAltText", ALT)?;
    if let Some(id) = article.text("thumbnail")? {
        shelf.usable(id, &article.path("thumbnail"), &[AssetKind::Image])?;
    }
    Ok(Content::default())
}

fn poll(fields: &Fields<'_>) -> Result<Content, Refusal> {
    let poll = fields.object("poll", &["question", "options", "settings"])?;
    poll.line("question", QUESTION)?;
    let options = poll.list("options")?;
    let path = poll.path("options");
    if !(2..=4).contains(&options.len()) {
        return Err(Refusal::invalid(
            &path,
            format!("There must be 2 to 4 options, there are {}", options.len()),
        ));
    }
    for (n, option) in options.iter().enumerate() {
        Fields::at(option, format!("{path}/{n}"), &["text"])?.line("text", ANSWER)?;
    }
    let settings = poll.object("settings", &["duration", "voteSelectionType", "isVoterVisibleToAuthor"])?;
    settings.need_word("duration", DURATIONS)?;
    settings.word("voteSelectionType", &["SINGLE_VOTE"])?;
    if settings.get("isVoterVisibleToAuthor").is_some() && !settings.flag("isVoterVisibleToAuthor")? {
        return Err(Refusal::invalid(&settings.path("isVoterVisibleToAuthor"), "only true is supported"));
    }
    Ok(Content { ugc: true, ..Content::default() })
}

/// How long a poll is open, days.
pub(super) fn poll_days(content: &Value) -> u64 {
    match content["poll"]["settings"]["duration"].as_str() {
        Some("ONE_DAY") => 1,
        Some("THREE_DAYS") => 3,
        Some("SEVEN_DAYS") => 7,
        _ => 14,
    }
}

/// The content as it is read back: a poll with its votes.
pub(super) fn shown(content: &Value, votes: u64) -> Value {
    let mut shown = content.clone();
    let Some(poll) = shown.get_mut("poll") else { return shown };
    poll["uniqueVotersCount"] = json!(votes);
    if let Some(options) = poll["options"].as_array_mut() {
        let count = options.len() as u64;
        for (n, option) in (0..).zip(options) {
            option["voteCount"] = json!(votes / count + u64::from(n < votes % count));
            option["isVotedByViewer"] = json!(false);
        }
    }
    shown
}
