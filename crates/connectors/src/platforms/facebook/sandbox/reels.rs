//! Reels and video stories: start, upload at the upload host, finish. Finishing is only acknowledged; what is published shows in the
//! video's status (Reels Publishing, Page Stories API).

use serde_json::{Value, json};

use super::RUPLOAD;
use super::answer::Refusal;
use super::grant::Right;
use super::nodes::Call;
use super::people::Page;
use super::publish::{self, New};
use super::state::{self, DAY, Kind, Stand, Video, change};
use super::videos;

const KNOWN: &[&str] = &[
    "upload_phase",
    "video_id",
    "video_state",
    "description",
    "title",
    "place",
    "scheduled_publish_time",
    "is_ai_generated",
    "targeting",
    "feed_targeting",
];

/// Stories have no words, and no other time than now (Page Stories API).
const OF_STORIES: &[&str] = &["upload_phase", "video_id", "video_state"];

/// Reels of a Page within 24 hours.
const DAILY: usize = 30;

/// `POST /{page}/video_reels`, `POST /{page}/video_stories`
pub(super) fn phase(call: &Call<'_>) -> Result<Value, Refusal> {
    let page = call.own_page(Right::Publish, "post")?;
    let shape = if call.edge == "video_reels" { Kind::Reel } else { Kind::Story };
    publish::check_names(call, if shape == Kind::Story { OF_STORIES } else { KNOWN })?;
    match call.params.text("upload_phase") {
        "start" => start(call, page, shape),
        "finish" => finish(call, page, shape),
        _ => Err(Refusal::parameter("Param upload_phase must be one of {start, finish}")),
    }
}

fn start(call: &Call<'_>, page: Page, shape: Kind) -> Result<Value, Refusal> {
    let video = videos::new(call, page, shape);
    let id = video.id.clone();
    change(call.world, |s| s.videos.insert(id.clone(), video));
    let url = call.site.url_on(RUPLOAD, &format!("/video-upload/v26.0/{id}"));
    Ok(json!({ "video_id": id, "upload_url": url }))
}

fn finish(call: &Call<'_>, page: Page, shape: Kind) -> Result<Value, Refusal> {
    let p = call.params;
    let id = p.text("video_id").to_owned();
    let video = state::read(call.world, |s| s.videos.get(&id).cloned());
    let own = video.filter(|v| v.page == page.id() && v.shape == shape && !v.deleted);
    let mut video = own.ok_or_else(|| Refusal::parameter("Param video_id is not a video of this Page"))?;
    publish::check_message(p.text("description"))?;
    check_file(call, &video)?;
    if shape == Kind::Story {
        if p.get("video_state").is_some_and(|state| state != "PUBLISHED") {
            return Err(Refusal::parameter("Param video_state must be PUBLISHED"));
        }
        let new = New {
            kind: Kind::Story,
            stand: Stand::Public,
            message: String::new(),
            link: None,
            photos: Vec::new(),
            video: Some(id),
        };
        return Ok(json!({ "success": true, "post_id": publish::add(call.world, page, new) }));
    }
    let stand = stand(call)?;
    check_quota(call, page)?;
    videos::describe(call, &mut video);
    change(call.world, |s| s.videos.insert(id.clone(), video));
    videos::publish_when_ready(call, page, &id, stand);
    Ok(json!({ "success": true }))
}

/// The bytes must be there, and what they become not published yet. A story waits for nothing, so its video must be ready.
fn check_file(call: &Call<'_>, video: &Video) -> Result<(), Refusal> {
    let now = call.world.now();
    if video.post.is_some() {
        return Err(Refusal::parameter("The video was already published"));
    }
    if video.file.is_none() {
        return Err(Refusal::parameter("The upload of the video is not complete"));
    }
    if let Some((code, text)) = video.failure.clone().filter(|_| video.has_failed(now)) {
        return Err(Refusal::new(code, 0, text.clone()).told("Video not supported", text));
    }
    if video.shape == Kind::Story && !video.is_ready(now) {
        return Err(Refusal::parameter("The video is not ready"));
    }
    Ok(())
}

fn stand(call: &Call<'_>) -> Result<Stand, Refusal> {
    let at = call.params.get("scheduled_publish_time");
    match (call.params.text("video_state"), at) {
        ("PUBLISHED", None) => Ok(Stand::Public),
        ("DRAFT", None) => Ok(Stand::Draft),
        ("SCHEDULED", Some(text)) => {
            Ok(Stand::Due { at: publish::schedule(call.world.now(), text)?, scheduled: true })
        }
        _ => Err(Refusal::parameter(
            "Param video_state must be one of {DRAFT, PUBLISHED, SCHEDULED}, and scheduled_publish_time goes with SCHEDULED",
        )),
    }
}

fn check_quota(call: &Call<'_>, page: Page) -> Result<(), Refusal> {
    let (id, now) = (page.id(), call.world.now());
    let today = state::read(call.world, |s| {
        let recent =
            |p: &&state::Post| p.page == id && p.kind == Kind::Reel && now.duration_since(p.updated_at) < DAY;
        s.posts.iter().filter(recent).count()
    });
    if today >= DAILY {
        return Err(Refusal::new(613, 0, "Calls to this api have exceeded the rate limit.")
            .told("Too many reels", "A Page can publish 30 reels within 24 hours with the API."));
    }
    Ok(())
}
