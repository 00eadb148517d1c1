//! The three ways to begin: a video for the profile, a video for the inbox, photos for either ("Direct Post", "Upload Video",
//! "Photo Post").

use std::time::Duration;

use axum::response::Response;
use bytes::Bytes;
use serde_json::{Value, json};

use super::answer::{Api, Refusal};
use super::body::Fields;
use super::door::{Caller, Door, Endpoint};
use super::memory::{Kind, Memory, Task, Upload, change, new_number};
use super::post_info::PostInfo;
use super::source::{Source, must_own};
use super::{UPLOADS, caps, pull};

/// How long an upload address lives, and so a task without its bytes.
const LINK: Duration = Duration::from_secs(3_600);

static VIDEO: Endpoint =
    Endpoint { name: "video.init", api: Api::Posting, scopes: &["video.publish"], per_minute: Some(6) };
static INBOX: Endpoint =
    Endpoint { name: "inbox.init", api: Api::Posting, scopes: &["video.upload"], per_minute: Some(6) };
static CONTENT: Endpoint = Endpoint {
    name: "content.init",
    api: Api::Posting,
    scopes: &["video.publish", "video.upload"],
    per_minute: Some(6),
};

/// What is begun.
struct New {
    kind: Kind,
    inbox: bool,
    info: PostInfo,
    source: Source,
}

/// `POST /v2/post/publish/video/init/`.
pub(super) async fn video(door: Door, body: Bytes) -> Response {
    begin(&door, &VIDEO, |_| video_asked(&door, &body)).await
}

fn video_asked(door: &Door, body: &[u8]) -> Result<New, Refusal> {
    let body = Fields::read(Api::Posting, &door.headers, body, &["post_info", "source_info"])?;
    let info = PostInfo::of_video(&body)?;
    Ok(New { kind: Kind::Video, inbox: false, info, source: Source::of_video(&body)? })
}

/// `POST /v2/post/publish/inbox/video/init/`. A `post_info` is not looked at: everything is chosen in the app.
pub(super) async fn inbox(door: Door, body: Bytes) -> Response {
    begin(&door, &INBOX, |_| inbox_asked(&door, &body)).await
}

fn inbox_asked(door: &Door, body: &[u8]) -> Result<New, Refusal> {
    let body = Fields::read(Api::Posting, &door.headers, body, &["post_info", "source_info"])?;
    let source = Source::of_video(&body)?;
    Ok(New { kind: Kind::Video, inbox: true, info: PostInfo::default(), source })
}

/// `POST /v2/post/publish/content/init/`.
pub(super) async fn content(door: Door, body: Bytes) -> Response {
    begin(&door, &CONTENT, |caller| content_asked(&door, caller, &body)).await
}

fn content_asked(door: &Door, caller: &Caller, body: &[u8]) -> Result<New, Refusal> {
    let known = ["media_type", "post_mode", "post_info", "source_info"];
    let body = Fields::read(Api::Posting, &door.headers, body, &known)?;
    if body.need_text("media_type")? != "PHOTO" {
        return Err(body.wrong("media_type", "must be PHOTO"));
    }
    let (inbox, scope) = match body.need_text("post_mode")? {
        "DIRECT_POST" => (false, "video.publish"),
        "MEDIA_UPLOAD" => (true, "video.upload"),
        _ => return Err(body.wrong("post_mode", "must be DIRECT_POST or MEDIA_UPLOAD")),
    };
    if !caller.allows(scope) {
        return Err(Refusal::scope(scope));
    }
    let info = if inbox { PostInfo::of_draft(&body)? } else { PostInfo::of_photos(&body)? };
    Ok(New { kind: Kind::Photo, inbox, info, source: Source::of_photos(&body)? })
}

/// Lets the caller in, reads what they ask for, and begins that.
async fn begin(
    door: &Door,
    endpoint: &Endpoint,
    asked: impl FnOnce(&Caller) -> Result<New, Refusal>,
) -> Response {
    let asked = door.open(endpoint).and_then(|caller| asked(&caller).map(|new| (caller, new)));
    let begun = match asked {
        Ok((caller, new)) => start(door, &caller, new).await,
        Err(refusal) => Err(refusal),
    };
    door.close(Api::Posting, begun)
}

/// Begins the task. What TikTok pulls it pulls at once.
async fn start(door: &Door, caller: &Caller, new: New) -> Result<Value, Refusal> {
    let task = change(&door.world, |memory| {
        may_begin(door, memory, caller, &new).map(|()| {
            let task = task(door, caller, &new);
            memory.tasks.insert(task.id.clone(), task.clone());
            task
        })
    })?;
    let Some(upload) = &task.upload else {
        pull::run(&door.world, &task, new.source.addresses()).await;
        return Ok(json!({ "publish_id": task.id }));
    };
    // The lowest bit is no good for taking turns: each task uses two numbers.
    let second = upload.id.parse::<u64>().is_ok_and(|number| number & 2 != 0);
    let host = UPLOADS[usize::from(second)];
    let path = format!("/video/?upload_id={}&upload_token={}", upload.id, upload.token);
    Ok(json!({ "publish_id": task.id, "upload_url": door.site.url_on(host, &path) }))
}

fn may_begin(door: &Door, memory: &Memory, caller: &Caller, new: &New) -> Result<(), Refusal> {
    let now = door.world.now();
    if new.inbox {
        caps::may_draft(memory, caller, now)?;
    } else {
        caps::may_post(memory, caller, now)?;
    }
    if let Some(privacy) = new.info.privacy {
        caps::may_show(memory, caller, privacy)?;
    }
    new.source.addresses().iter().try_for_each(|address| must_own(&memory.rules, address))
}

fn task(door: &Door, caller: &Caller, new: &New) -> Task {
    let (world, now) = (&door.world, door.world.now());
    let upload = match new.source {
        Source::Pull(_) => None,
        Source::Upload { total, chunk, count } => Some(Upload {
            id: new_number(world, now).to_string(),
            token: world.random_text(32),
            total,
            chunk,
            count,
            expires_at: now + LINK,
            pieces: Vec::new(),
            joining: false,
        }),
    };
    let letter = match new.kind {
        Kind::Video => 'v',
        Kind::Photo => 'p',
    };
    let mode = if new.inbox { "inbox" } else { "pub" };
    let way = if upload.is_some() { "file" } else { "url" };
    Task {
        id: format!("{letter}_{mode}_{way}~v2-1.{}", new_number(world, now)),
        owner: caller.persona.key.to_owned(),
        client: caller.client.clone(),
        kind: new.kind,
        inbox: new.inbox,
        info: new.info.clone(),
        created_at: now,
        upload,
        files: Vec::new(),
        end: None,
        listed: false,
    }
}
