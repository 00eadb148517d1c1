//! Videos as they are read: their phases, and what they became.

use serde_json::{Value, json};

use super::answer::Refusal;
use super::fields::{Field, pick, requested};
use super::grant::Right;
use super::nodes::Call;
use super::paging::{page_of, span, written};
use super::state::{self, Kind, Post, Stand, Video};
use super::{people, reading};

/// `GET /{video}`
pub(super) fn read(call: &Call<'_>) -> Result<Value, Refusal> {
    let video = own(call, "get")?;
    show(call, &video, &requested(call.params, &["description", "updated_time", "id"])?)
}

/// A video of the token's Page.
pub(super) fn own(call: &Call<'_>, method: &str) -> Result<Video, Refusal> {
    let page = call.caller.page(Right::Read)?.id();
    let video = state::read(call.world, |s| s.videos.get(call.node).cloned());
    video.filter(|v| v.page == page && !v.deleted).ok_or_else(|| Refusal::missing(call.node, method))
}

/// `GET /{page}/videos`, `GET /{page}/video_reels`: the public ones, newest first.
pub(super) fn list(call: &Call<'_>) -> Result<Value, Refusal> {
    let page = call.own_page(Right::Read, "get")?.id();
    let reels = call.edge == "video_reels";
    let fields = requested(call.params, &["id", "description", "updated_time"])?;
    let within = span(call)?;
    let now = call.world.now();
    let videos: Vec<Video> = state::read(call.world, |s| {
        let fits = |p: &&Post| {
            let kind = if reels { p.kind == Kind::Reel } else { matches!(p.kind, Kind::Reel | Kind::Video) };
            p.page == page && kind && p.is_public() && p.visible_at <= now && within(p.at)
        };
        let mut posts: Vec<&Post> = s.posts.iter().filter(fits).collect();
        posts.sort_by_key(|post| std::cmp::Reverse(post.at));
        posts.iter().filter_map(|p| s.videos.get(p.video.as_ref()?)).filter(|v| !v.deleted).cloned().collect()
    });
    let entries = videos.iter().map(|v| Ok((v.id.clone(), Some(show(call, v, &fields)?))));
    page_of(call, &entries.collect::<Result<_, Refusal>>()?)
}

/// Where a video is seen.
pub(super) fn address(video: &Video) -> String {
    let handle = people::page(&video.page).map_or("", |page| page.handle);
    match video.shape {
        Kind::Reel => format!("/reel/{}/", video.id),
        _ => format!("/{handle}/videos/{}/", video.id),
    }
}

fn show(call: &Call<'_>, video: &Video, fields: &[Field]) -> Result<Value, Refusal> {
    let post = state::read(call.world, |s| video.post.as_deref().and_then(|id| s.post(id)).cloned());
    let public = post.as_ref().filter(|p| p.is_public());
    let source = video.file.as_ref().map(|f| call.site.blob_url(&f.sha256));
    let text = |text: &str| if text.is_empty() { Value::Null } else { json!(text) };
    let views = public.map_or(0, |p| reading::seen(call.world, p));
    let due = match post.as_ref().map(|p| p.stand) {
        Some(Stand::Due { at, scheduled: true }) => json!(written(at)),
        _ => Value::Null,
    };
    let name = people::page(&video.page).map(|p| p.name);
    let all = [
        ("id", json!(video.id)),
        ("title", text(&video.title)),
        ("description", text(&video.description)),
        ("created_time", json!(written(video.created_at))),
        ("updated_time", json!(written(post.as_ref().map_or(video.created_at, |p| p.updated_at)))),
        ("status", phases(call, video, post.as_ref())),
        ("published", json!(public.is_some())),
        ("post_id", json!(public.map(|p| p.id.clone()))),
        // An address on the site without its host.
        ("permalink_url", json!(address(video))),
        ("source", json!(source.clone())),
        ("picture", json!(source)),
        ("length", json!(10.0)),
        ("views", json!(views)),
        ("post_views", json!(views)),
        ("scheduled_publish_time", due),
        ("from", json!({ "id": video.page, "name": name })),
        ("embeddable", json!(true)),
        ("comments", reading::comments_of(call, video.post.as_deref().unwrap_or_default())),
        ("likes", reading::reactions(public.map_or(0, |p| reading::seen(call.world, p) / 30))),
    ];
    pick("Video", fields, &all)
}

/// The three phases, as far as they have come.
fn phases(call: &Call<'_>, video: &Video, post: Option<&Post>) -> Value {
    let now = call.world.now();
    let uploaded = video.file.is_some();
    let failed = video.has_failed(now);
    let word = match (uploaded, video.is_ready(now)) {
        _ if failed => "error",
        (true, true) => "ready",
        (true, false) => "processing",
        (false, _) if video.upload.received() > 0 => "uploading",
        (false, _) => "upload_complete",
    };
    // Before the first byte the network says that it is uploading.
    let word = if uploaded || failed || video.upload.received() > 0 { word } else { "uploading" };
    let transferred = video.file.as_ref().map_or(video.upload.received(), |file| file.bytes);
    let total = video.file.as_ref().map_or(video.upload.total, |file| file.bytes);
    let mut uploading = json!({
        "status": if uploaded { "complete" } else if transferred > 0 { "in_progress" } else { "not_started" },
        "bytes_transferred": transferred,
    });
    if total > 0 {
        uploading["source_file_size"] = json!(total);
    }
    let mut processing = json!({ "status": match word {
        "ready" => "complete",
        "processing" => "in_progress",
        "error" => "error",
        _ => "not_started",
    } });
    if let Some((code, text)) = video.failure.as_ref().filter(|_| failed) {
        processing["errors"] = json!([{ "code": code, "message": text }]);
    }
    json!({
        "video_status": word,
        "uploading_phase": uploading,
        "processing_phase": processing,
        "publishing_phase": publishing(post),
    })
}

fn publishing(post: Option<&Post>) -> Value {
    let Some(post) = post else { return json!({ "status": "not_started" }) };
    match post.stand {
        Stand::Public => json!({
            "status": "complete", "publish_status": "published", "publish_time": written(post.at),
        }),
        Stand::Due { at, scheduled: true } => json!({
            "status": "not_started", "publish_status": "scheduled", "publish_time": written(at),
        }),
        Stand::Due { .. } => json!({ "status": "in_progress" }),
        Stand::Draft => json!({ "status": "not_started", "publish_status": "draft" }),
        Stand::Failed => json!({
            "status": "error",
            "errors": [{ "code": 1_363_030, "message": "The video could not be published." }],
        }),
    }
}
