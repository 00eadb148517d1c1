//! Photos: posts of their own, or unpublished ones that wait for a post or a story.

use serde_json::{Value, json};

use super::answer::Refusal;
use super::fields::{Field, pick, requested};
use super::grant::Right;
use super::nodes::Call;
use super::paging::{page_of, span, written};
use super::people::{self, photo_id};
use super::posts::{largest_photo, too_large};
use super::publish::{self, New};
use super::state::{self, Kind, Photo, Stand, change};
use super::{WWW, media, reading};

const KNOWN: &[&str] = &[
    "url",
    "source",
    "message",
    "caption",
    "alt_text_custom",
    "published",
    "temporary",
    "scheduled_publish_time",
    "unpublished_content_type",
    "targeting",
    "feed_targeting",
    "place",
    "tags",
    "no_story",
    "backdated_time",
];

/// Unpublished photos may become stories, which may be larger than posts.
const LARGEST: u64 = 10 * 1024 * 1024;

/// `POST /{page}/photos`
pub(super) async fn create(call: &Call<'_>) -> Result<Value, Refusal> {
    let page = call.own_page(Right::Publish, "post")?;
    publish::check_names(call, KNOWN)?;
    let stand = publish::asked(call)?;
    let p = call.params;
    let message = p.get("message").or_else(|| p.get("caption")).unwrap_or_default().to_owned();
    publish::check_message(&message)?;
    let file = match (p.file("source"), p.get("url")) {
        (Some(_), Some(_)) => return Err(Refusal::parameter("Send url or source, not both")),
        (Some(file), None) => file.clone(),
        (None, Some(url)) => media::fetch(call.world, url, LARGEST + 1, "image/").await?,
        (None, None) => return Err(media::no_picture()),
    };
    let most = if stand == Stand::Draft { LARGEST } else { largest_photo() };
    if !media::is_picture(&file) || file.bytes > most {
        return Err(too_large());
    }
    let mut file = file;
    file.alt = p.get("alt_text_custom").filter(|t| !t.is_empty()).map(str::to_owned);
    if stand == Stand::Public {
        publish::check_new(call.world, page, &message, None, std::slice::from_ref(&file.sha256))?;
    }
    let photo = Photo {
        id: photo_id(call.world.next_number("facebook.photo")),
        page: page.id(),
        size: media::picture_size(call.world, &file).await,
        file,
        caption: message.clone(),
        at: call.world.now(),
        temporary: p.is_true("temporary"),
        post: None,
        deleted: false,
    };
    let id = photo.id.clone();
    change(call.world, |s| s.photos.insert(id.clone(), photo));
    if stand == Stand::Draft {
        return Ok(json!({ "id": id }));
    }
    let new = New { kind: Kind::Photos, stand, message, link: None, photos: vec![id.clone()], video: None };
    let post = publish::add(call.world, page, new);
    Ok(json!({ "id": id, "post_id": post }))
}

/// `GET /{photo}`
pub(super) fn read(call: &Call<'_>) -> Result<Value, Refusal> {
    let photo = own(call, call.node, "get")?;
    show(call, &photo, &requested(call.params, &["created_time", "name", "id"])?)
}

/// A photo of the token's Page.
pub(super) fn own(call: &Call<'_>, id: &str, method: &str) -> Result<Photo, Refusal> {
    let page = call.caller.page(Right::Read)?.id();
    let now = call.world.now();
    let photo = state::read(call.world, |s| s.photos.get(id).cloned());
    photo.filter(|p| p.page == page && p.is_there(now)).ok_or_else(|| Refusal::missing(id, method))
}

/// `GET /{page}/photos?type=uploaded`: those that are public, newest first.
pub(super) fn list(call: &Call<'_>) -> Result<Value, Refusal> {
    let page = call.own_page(Right::Read, "get")?.id();
    if call.params.get("type").is_some_and(|t| !matches!(t, "uploaded" | "tagged" | "profile")) {
        return Err(Refusal::parameter("Param type must be one of {profile, tagged, uploaded}"));
    }
    let uploaded = call.params.text("type") == "uploaded";
    let fields = requested(call.params, &["created_time", "name", "id"])?;
    let within = span(call)?;
    let now = call.world.now();
    let mut photos: Vec<Photo> = state::read(call.world, |s| {
        let listed = |p: &&Photo| {
            let post = p.post.as_deref().and_then(|id| s.post(id));
            let public = post.is_some_and(|p| p.is_public() && p.kind != Kind::Story && p.visible_at <= now);
            uploaded && p.page == page && public && !p.deleted && within(p.at)
        };
        s.photos.values().filter(listed).cloned().collect()
    });
    photos.sort_by(|a, b| (b.at, &b.id).cmp(&(a.at, &a.id)));
    let entries = photos.iter().map(|p| Ok((p.id.clone(), Some(show(call, p, &fields)?))));
    page_of(call, &entries.collect::<Result<_, Refusal>>()?)
}

fn show(call: &Call<'_>, photo: &Photo, fields: &[Field]) -> Result<Value, Refusal> {
    let url = call.site.blob_url(&photo.file.sha256);
    let (width, height) = photo.size;
    let page = people::page(&photo.page);
    let post = photo.post.as_deref().filter(|id| id.contains('_'));
    let all = [
        ("id", json!(photo.id)),
        ("name", if photo.caption.is_empty() { Value::Null } else { json!(photo.caption) }),
        ("alt_text", json!(photo.file.alt.as_deref().unwrap_or("May be an image"))),
        ("alt_text_custom", json!(photo.file.alt)),
        ("created_time", json!(written(photo.at))),
        ("updated_time", json!(written(photo.at))),
        ("width", json!(width)),
        ("height", json!(height)),
        ("picture", json!(url)),
        ("source", json!(url)),
        ("images", json!([{ "source": url, "width": width, "height": height }])),
        ("link", json!(call.site.url_on(WWW, &format!("/photo.php?fbid={}", photo.id)))),
        ("from", json!({ "id": photo.page, "name": page.map(|p| p.name) })),
        ("page_story_id", json!(post)),
        ("comments", reading::comments_of(call, photo.post.as_deref().unwrap_or_default())),
    ];
    pick("Photo", fields, &all)
}
