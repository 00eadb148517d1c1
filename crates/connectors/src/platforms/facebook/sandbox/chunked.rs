//! Videos in chunks: start, transfer until all bytes are there, finish (Video API - Uploading videos).

use serde_json::{Value, json};

use super::answer::Refusal;
use super::grant::Right;
use super::nodes::Call;
use super::people::Page;
use super::publish;
use super::state::{self, Kind, Session, change};
use super::{media, videos};

/// The chunk that is asked for. The network chooses it as it likes; the caller may send less.
const CHUNK: u64 = 4 * 1024 * 1024;

/// `POST /{page}/videos` with an `upload_phase`.
pub(super) async fn phase(call: &Call<'_>) -> Result<Value, Refusal> {
    let page = call.own_page(Right::Publish, "post")?;
    publish::check_names(call, videos::KNOWN)?;
    match call.params.text("upload_phase") {
        "start" => start(call, page),
        "transfer" => transfer(call, page).await,
        "finish" => finish(call, page).await,
        "cancel" => {
            session(call, page)?;
            let id = call.params.text("upload_session_id");
            change(call.world, |s| s.chunked.get_mut(id).map(|session| session.over = true));
            Ok(json!({ "success": true }))
        }
        _ => Err(Refusal::parameter("Param upload_phase must be one of {cancel, finish, start, transfer}")),
    }
}

fn start(call: &Call<'_>, page: Page) -> Result<Value, Refusal> {
    let size = call.params.text("file_size").parse::<u64>().ok().filter(|n| *n > 0);
    let total = size.ok_or_else(|| Refusal::parameter("The parameter file_size is required"))?;
    if total > media::largest(Kind::Video) {
        return Err(videos::too_large());
    }
    let video = videos::new(call, page, Kind::Video);
    let id = format!("{}", 9_910_000_000_000_u64 + call.world.next_number("facebook.session") * 7919);
    let session = Session { page: page.id(), video: video.id.clone(), total, ..Session::default() };
    let answer = json!({
        "upload_session_id": id,
        "video_id": video.id,
        "start_offset": "0",
        "end_offset": CHUNK.min(total).to_string(),
    });
    change(call.world, |s| {
        s.videos.insert(video.id.clone(), video);
        s.chunked.insert(id, session);
    });
    Ok(answer)
}

fn session(call: &Call<'_>, page: Page) -> Result<Session, Refusal> {
    let id = call.params.text("upload_session_id");
    let found = state::read(call.world, |s| s.chunked.get(id).cloned());
    found
        .filter(|s| s.page == page.id() && !s.over)
        .ok_or_else(|| Refusal::new(6_000, 1_363_037, "The upload session does not exist or is over"))
}

fn offsets(received: u64, total: u64) -> Value {
    json!({
        "start_offset": received.to_string(),
        "end_offset": (received + CHUNK).min(total).to_string(),
    })
}

async fn transfer(call: &Call<'_>, page: Page) -> Result<Value, Refusal> {
    let session = session(call, page)?;
    let (received, total) = (session.received(), session.total);
    let offset: u64 = call
        .params
        .text("start_offset")
        .parse()
        .map_err(|_| Refusal::parameter("The parameter start_offset is required"))?;
    let chunk = call.params.file("video_file_chunk");
    let chunk = chunk.ok_or_else(|| Refusal::parameter("The parameter video_file_chunk is required"))?;
    // The error says where to go on, so that a chunk whose answer was lost is not sent again.
    let wrong = |text: &str| Refusal {
        data: Some(offsets(received, total)),
        ..Refusal::new(6_001, 1_363_037, text).told("Wrong offset", text)
    };
    if offset != received {
        return Err(wrong("The start offset does not match the bytes received so far"));
    }
    if chunk.bytes > CHUNK.min(total - received) || chunk.bytes == 0 {
        return Err(wrong("The chunk is not between start and end offset"));
    }
    let id = call.params.text("upload_session_id");
    let part = (chunk.sha256.clone(), chunk.bytes);
    change(call.world, |s| s.chunked.get_mut(id).map(|session| session.parts.push(part)));
    let (upload, position) = (format!("facebook/{id}"), session.parts.len());
    call.world.blobs().take_over(&upload, total, position, &chunk.sha256).await;
    Ok(offsets(received + chunk.bytes, total))
}

async fn finish(call: &Call<'_>, page: Page) -> Result<Value, Refusal> {
    let session = session(call, page)?;
    let stand = publish::asked(call)?;
    publish::check_message(call.params.text("description"))?;
    if session.received() < session.total {
        let text = "The upload is not complete";
        let data = Some(offsets(session.received(), session.total));
        return Err(Refusal { data, ..Refusal::new(6_001, 1_363_037, text).told("Upload incomplete", text) });
    }
    let id = call.params.text("upload_session_id");
    change(call.world, |s| s.chunked.get_mut(id).map(|session| session.over = true));
    let names: Vec<String> = session.parts.into_iter().map(|(sha256, _)| sha256).collect();
    let lost = || Refusal { status: 500, ..Refusal::new(6_000, 1_363_030, "The upload could not be stored") };
    let file = videos::joined(call, &names).await.ok_or_else(lost)?;
    let video = state::read(call.world, |s| s.videos.get(&session.video).cloned());
    let mut video = video.ok_or_else(lost)?;
    videos::describe(call, &mut video);
    media::process(call.world, &mut video, file, "videos.finish").await;
    let id = video.id.clone();
    change(call.world, |s| s.videos.insert(id.clone(), video));
    videos::publish_when_ready(call, page, &id, stand);
    Ok(json!({ "success": true }))
}
