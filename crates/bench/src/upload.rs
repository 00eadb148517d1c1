//! A video of 1 GB on its way into the library: in a form, and resumably in several requests.

use anyhow::{Context, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::StreamExt;
use http::header::{self, HeaderName};
use http::{Method, StatusCode};
use serde_json::Value;
use tokio::time::Instant;

use crate::Plan;
use crate::proc::{Memory, Peak, Watch};
use crate::report::{Report, Section, mb};
use crate::server::Site;
use crate::video::Video;
use crate::wire::{Client, full, stream};

/// Bytes of the video.
const BYTES: u64 = 1_000_000_000;
/// MB.
pub const GOAL: f64 = 120.0;
/// Bytes of one request of a resumable upload.
const PART: u64 = 256_000_000;

const TUS: [(HeaderName, &str); 1] = [(HeaderName::from_static("tus-resumable"), "1.0.0")];

/// Measures.
pub async fn run(plan: &Plan, report: &mut Report) -> anyhow::Result<()> {
    let mut section = report.section("upload");
    let video = Video::of(BYTES).await?;
    for (name, resumable) in [("in a form", false), ("resumably (tus)", true)] {
        let site = Site::new(&plan.carillon)?;
        let token = site.make_owner().await?;
        let carillon = site.start_all().await?;
        let pid = carillon.process.pid()?;
        let api = Client::with_token(carillon.word("url")?, &token)?;
        section.tell(format!("1 GB {name}: before"), mb(Memory::of(pid)?.resident), "MB");
        let watch = Watch::begin(pid);
        let began = Instant::now();
        let media = if resumable { by_tus(&api, &video).await? } else { by_form(&api, &video).await? };
        let took = began.elapsed();
        tell_peak(&mut section, &format!("1 GB {name}"), &watch.end().await?);
        section.tell(format!("1 GB {name}: afterwards"), mb(Memory::of(pid)?.resident), "MB");
        section.tell(format!("1 GB {name}: took"), took.as_secs_f64(), "s");
        ensure!(
            media["bytes"] == BYTES && media["sha256"] == *video.sha256,
            "other bytes were stored: {media}"
        );
        ensure!(media["width"] == 640, "the video was not measured: {media}");
        carillon.process.stop().await?;
    }
    Ok(())
}

/// Notes the peak of a process that may have [`GOAL`] at most.
pub fn tell_peak(section: &mut Section<'_>, what: &str, peak: &Peak) {
    section.hold(format!("{what}: peak"), mb(peak.process), "MB", GOAL);
    section.tell(format!("{what}: peak of ffprobe and ffmpeg"), mb(peak.children), "MB");
    if !peak.exact {
        section.note(format!(
            "{what}: this system does not reset peaks; the figure is the highest of many looks."
        ));
    }
}

/// Sends the video as a browser's form does.
pub async fn by_form(api: &Client, video: &Video) -> anyhow::Result<Value> {
    const BOUNDARY: &str = "carillon-bench-7e0f4c1b";
    let begin = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"large.mp4\"\r\n\
         Content-Type: video/mp4\r\n\r\n"
    );
    let end = format!("\r\n--{BOUNDARY}--\r\n");
    let length = (begin.len() + end.len()) as u64 + video.bytes;
    let edge = |text: String| futures::stream::iter([Ok(bytes::Bytes::from(text))]);
    let body = edge(begin).chain(video.part(0..video.bytes)).chain(edge(end));
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    let headers = [(header::CONTENT_TYPE, &*kind), (header::CONTENT_LENGTH, &length.to_string())];
    let answer = api.send(Method::POST, "/api/v1/media", &headers, stream(body)).await?;
    let text = answer.text()?;
    ensure!(answer.status == StatusCode::CREATED, "the upload was refused: {} {text}", answer.status);
    Ok(serde_json::from_str(&text)?)
}

/// Sends the video by the tus protocol, in several requests.
pub async fn by_tus(api: &Client, video: &Video) -> anyhow::Result<Value> {
    let length = video.bytes.to_string();
    let metadata = format!("filename {}", STANDARD.encode("large.mp4"));
    let mut headers = TUS.to_vec();
    headers.push((HeaderName::from_static("upload-length"), &length));
    headers.push((HeaderName::from_static("upload-metadata"), &metadata));
    let begun = api.send(Method::POST, "/api/v1/media/tus", &headers, full("")).await?;
    ensure!(begun.status == StatusCode::CREATED, "the upload was refused: {}", begun.text()?);
    let place = begun.header(header::LOCATION).to_owned();
    let mut at = 0;
    while at < video.bytes {
        let end = video.bytes.min(at + PART);
        let (offset, length) = (at.to_string(), (end - at).to_string());
        let mut headers = TUS.to_vec();
        headers.push((HeaderName::from_static("upload-offset"), &offset));
        headers.push((header::CONTENT_TYPE, "application/offset+octet-stream"));
        headers.push((header::CONTENT_LENGTH, &length));
        let answer = api.send(Method::PATCH, &place, &headers, stream(video.part(at..end))).await?;
        ensure!(answer.status == StatusCode::NO_CONTENT, "{}: {}", answer.status, answer.text()?);
        at = end;
    }
    let id = place.rsplit('/').next().context("no id")?;
    api.get_json(&format!("/api/v1/media/{id}")).await
}
