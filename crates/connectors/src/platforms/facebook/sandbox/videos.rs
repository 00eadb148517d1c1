//! Videos in one request: a file, an address that is pulled, or the handle of an upload that was made before.

use serde_json::{Value, json};

use super::answer::Refusal;
use super::grant::Right;
use super::nodes::Call;
use super::people::{Page, video_id};
use super::publish::{self, New};
use super::state::{self, Kind, Session, Stand, Video, change};
use super::{GRAPH_VIDEO, media, status};

pub(super) const KNOWN: &[&str] = &[
    "file_url",
    "source",
    "title",
    "description",
    "published",
    "scheduled_publish_time",
    "unpublished_content_type",
    "thumb",
    "targeting",
    "feed_targeting",
    "content_tags",
    "content_category",
    "embeddable",
    "no_story",
    "is_ai_generated",
    "fbuploader_video_file_chunk",
    "upload_phase",
    "upload_session_id",
    "start_offset",
    "video_file_chunk",
    "file_size",
];

/// What one request may carry (Video API - Publishing).
const LARGEST: u64 = 1024 * 1024 * 1024;

/// `POST /{page}/videos` in one request.
pub(super) async fn create(call: &Call<'_>) -> Result<Value, Refusal> {
    let page = call.own_page(Right::Publish, "post")?;
    publish::check_names(call, KNOWN)?;
    let stand = publish::asked(call)?;
    let p = call.params;
    publish::check_message(p.text("description"))?;
    let mut video = new(call, page, Kind::Video);
    describe(call, &mut video);
    let sources = [p.file("source").is_some(), p.get("file_url").is_some()];
    let handle = p.get("fbuploader_video_file_chunk");
    if sources.iter().filter(|s| **s).count() + usize::from(handle.is_some()) != 1 {
        return Err(Refusal::parameter("Send one of source, file_url and fbuploader_video_file_chunk"));
    }
    let file = match (p.file("source"), handle) {
        (Some(file), _) => Some(file.clone()),
        (None, Some(handle)) => Some(uploaded(call, handle).await?),
        (None, None) => media::fetch(call.world, p.text("file_url"), LARGEST + 1, "video/").await.ok(),
    };
    match file {
        Some(file) if handle.is_none() && file.bytes > LARGEST => return Err(too_large()),
        Some(file) => media::process(call.world, &mut video, file, "videos.create").await,
        // An address is pulled while the video is processed, so the call itself succeeds.
        None => {
            video.failure = Some((1_363_033, "The video could not be fetched.".to_owned()));
            video.ready_at = Some(media::later(call.world, "videos.create"));
        }
    }
    let id = video.id.clone();
    change(call.world, |s| s.videos.insert(id.clone(), video));
    publish_when_ready(call, page, &id, stand);
    Ok(json!({ "id": id }))
}

/// The refusal of files that are too large.
pub(super) fn too_large() -> Refusal {
    Refusal::new(352, 1_363_023, "The video file is too large")
        .told("Video too large", "The video file you selected is too large.")
}

/// A video without a file.
pub(super) fn new(call: &Call<'_>, page: Page, shape: Kind) -> Video {
    Video {
        id: video_id(call.world.next_number("facebook.video")),
        page: page.id(),
        shape,
        title: String::new(),
        description: String::new(),
        created_at: call.world.now(),
        upload: Session::default(),
        file: None,
        ready_at: None,
        failure: None,
        post: None,
        deleted: false,
    }
}

/// Title and description as the call says them.
pub(super) fn describe(call: &Call<'_>, video: &mut Video) {
    call.params.text("title").clone_into(&mut video.title);
    call.params.text("description").clone_into(&mut video.description);
}

/// The post of a video: public when the video is ready, and not before a time that was asked for.
pub(super) fn publish_when_ready(call: &Call<'_>, page: Page, id: &str, stand: Stand) {
    let Some(video) = state::read(call.world, |s| s.videos.get(id).cloned()) else { return };
    let stand = match stand {
        Stand::Public => Stand::Due { at: call.world.now(), scheduled: false },
        other => other,
    };
    let new = New {
        kind: video.shape,
        stand,
        message: video.description,
        link: None,
        photos: Vec::new(),
        video: Some(video.id),
    };
    publish::add(call.world, page, new);
}

/// The file behind a handle of the Resumable Upload API. A handle is good once.
async fn uploaded(call: &Call<'_>, handle: &str) -> Result<state::File, Refusal> {
    let gone = || Refusal::parameter("Param fbuploader_video_file_chunk is not a valid upload handle");
    let parts = change(call.world, |s| {
        let upload = s.uploads.values_mut().find(|u| u.handle.as_deref() == Some(handle) && !u.over)?;
        upload.over = true;
        Some(upload.parts.clone())
    });
    let names: Vec<String> = parts.ok_or_else(gone)?.into_iter().map(|(sha256, _)| sha256).collect();
    joined(call, &names).await.ok_or_else(gone)
}

/// One file of its parts.
pub(super) async fn joined(call: &Call<'_>, names: &[String]) -> Option<state::File> {
    let info = call.world.blobs().join(names).await.ok()?;
    for name in names.iter().filter(|name| **name != info.sha256) {
        call.world.blobs().remove(name).await;
    }
    Some(state::File::of(info))
}

/// `POST /{video}/thumbnails`
pub(super) fn thumbnail(call: &Call<'_>) -> Result<Value, Refusal> {
    if call.site.host == GRAPH_VIDEO {
        return Err(Refusal::path(call.edge));
    }
    call.caller.page(Right::Publish)?;
    status::own(call, "post")?;
    publish::check_names(call, &["source", "is_preferred"])?;
    let picture = call.params.file("source").filter(|file| media::is_picture(file));
    picture.ok_or_else(media::no_picture)?;
    Ok(json!({ "success": true }))
}
