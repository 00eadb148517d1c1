//! `POST /{page}/feed`: words, links, and several photos.

use serde_json::{Value, json};

use super::answer::Refusal;
use super::fields::read_back;
use super::grant::Right;
use super::nodes::Call;
use super::publish::{self, New};
use super::reading;
use super::state::{self, Kind, Stand};

const KNOWN: &[&str] = &[
    "message",
    "link",
    "published",
    "scheduled_publish_time",
    "unpublished_content_type",
    "attached_media",
    "place",
    "tags",
    "targeting",
    "feed_targeting",
    "backdated_time",
    "backdated_time_granularity",
    "call_to_action",
    "child_attachments",
    "text_format_preset_id",
];

/// Backgrounds that can be had. Retired ones end in an unknown error.
const PRESETS: &[&str] = &["106018623298955", "1881421442117417"];
const LONGEST_ON_BACKGROUND: usize = 130;
/// Photos of one post at most. The documentation names no number; this is what clients allow.
const MOST_PHOTOS: usize = 10;
/// Pictures larger than this are refused in posts; the refusal names the number.
const LARGEST_PHOTO: u64 = 4 * 1024 * 1024;

/// `POST /{page}/feed`
pub(super) fn create(call: &Call<'_>) -> Result<Value, Refusal> {
    let page = call.own_page(Right::Publish, "post")?;
    publish::check_names(call, KNOWN)?;
    let stand = publish::asked(call)?;
    let message = call.params.text("message").to_owned();
    publish::check_message(&message)?;
    let link = call.params.get("link").filter(|l| !l.is_empty());
    let photos = attached(call, &page.id())?;
    if message.trim().is_empty() && link.is_none() && photos.is_empty() {
        return Err(Refusal::parameter("Missing message or attachment"));
    }
    if let Some(link) = link {
        if !photos.is_empty() {
            return Err(Refusal::parameter("A post has a link or attached media, not both"));
        }
        check_link(link)?;
    }
    check_rest(call, &message, link.is_some() || !photos.is_empty())?;
    let files: Vec<String> = state::read(call.world, |s| {
        photos.iter().filter_map(|id| s.photos.get(id)).map(|p| p.file.sha256.clone()).collect()
    });
    if stand == Stand::Public {
        publish::check_new(call.world, page, &message, link, &files)?;
    }
    let kind = match (link, photos.is_empty()) {
        (Some(_), _) => Kind::Link,
        (None, true) => Kind::Status,
        (None, false) => Kind::Photos,
    };
    let link = link.map(str::to_owned);
    let id = publish::add(call.world, page, New { kind, stand, message, link, photos, video: None });
    if read_back(call.params) {
        return reading::shown(call, &id);
    }
    Ok(json!({ "id": id }))
}

/// The unpublished photos that are attached.
fn attached(call: &Call<'_>, page: &str) -> Result<Vec<String>, Refusal> {
    let invalid = || Refusal::parameter("Param attached_media must be an array of {\"media_fbid\": \"…\"}");
    let Some(list) = call.params.objects("attached_media") else { return Ok(Vec::new()) };
    let list = list.filter(|l| !l.is_empty()).ok_or_else(invalid)?;
    let id = |item: &Value| item.get("media_fbid").and_then(Value::as_str).map(str::to_owned);
    let ids: Vec<String> = list.iter().map(id).collect::<Option<_>>().ok_or_else(invalid)?;
    if ids.len() > MOST_PHOTOS {
        return Err(Refusal::parameter(format!("A post can't have more than {MOST_PHOTOS} photos")));
    }
    let now = call.world.now();
    state::read(call.world, |s| {
        for (index, id) in ids.iter().enumerate() {
            let photo = s.photos.get(id).filter(|p| p.page == page && p.is_there(now));
            let photo = photo.ok_or_else(|| {
                Refusal::parameter(format!("Attached media {id} does not exist or is not accessible"))
            })?;
            if photo.post.is_some() || ids[..index].contains(id) {
                return Err(publish::already_posted());
            }
            if photo.file.bytes > LARGEST_PHOTO {
                return Err(too_large());
            }
        }
        Ok(())
    })?;
    Ok(ids)
}

/// The refusal of pictures that are too large or of a wrong type.
pub(super) fn too_large() -> Refusal {
    Refusal::new(100, 1_366_046, "Invalid parameter").told(
        "Can't Read Files",
        "Your photos couldn't be uploaded. Photos should be smaller than 4 MB and saved as JPG or PNG.",
    )
}

/// The largest picture in a post.
pub(super) const fn largest_photo() -> u64 {
    LARGEST_PHOTO
}

/// A link must be an address on the web, not one of Facebook, and of a page that can be looked at.
fn check_link(link: &str) -> Result<(), Refusal> {
    let bad = || {
        Refusal::new(100, 2_061_006, "Invalid parameter")
            .told("URL invalid", "The URL you provided is not valid. Please try again.")
    };
    let url = url::Url::parse(link).map_err(|_| bad())?;
    let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
    if !matches!(url.scheme(), "http" | "https") || !host.contains('.') {
        return Err(bad());
    }
    let facebook = ["facebook.com", "fb.com", "fb.me"];
    if facebook.iter().any(|own| host == *own || host.ends_with(&format!(".{own}"))) {
        return Err(Refusal::new(100, 1_609_008, "Invalid parameter")
            .told("Link not allowed", "Facebook links can't be shared this way."));
    }
    // Names that never lead anywhere (RFC 6761, section 6.4).
    if host.ends_with(".invalid") {
        return Err(Refusal::new(100, 1_609_005, "Invalid parameter")
            .told("Link could not be scraped", "There was a problem scraping data from the provided link."));
    }
    Ok(())
}

fn check_rest(call: &Call<'_>, message: &str, decorated: bool) -> Result<(), Refusal> {
    let p = call.params;
    for name in ["targeting", "feed_targeting", "call_to_action"] {
        let object = |text: &str| serde_json::from_str::<Value>(text).is_ok_and(|v| v.is_object());
        if p.get(name).is_some_and(|text| !object(text)) {
            return Err(Refusal::parameter(format!("Param {name} must be an object")));
        }
    }
    if let Some(text) = p.get("backdated_time") {
        let past = publish::time(text).is_some_and(|at| at < call.world.now());
        if !past {
            return Err(Refusal::parameter("Param backdated_time must be a time in the past"));
        }
    }
    let Some(preset) = p.get("text_format_preset_id") else { return Ok(()) };
    if !PRESETS.contains(&preset) {
        let text = "An unknown error occurred".to_owned();
        return Err(Refusal { status: 500, message: text, ..Refusal::new(1, 99, "") });
    }
    if decorated || message.chars().count() > LONGEST_ON_BACKGROUND {
        return Err(Refusal::parameter("Coloured backgrounds are for short text alone"));
    }
    Ok(())
}
