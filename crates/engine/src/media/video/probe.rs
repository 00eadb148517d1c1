//! What `ffprobe` and `ffmpeg` tell of a video: its dimensions, length, codecs, and one picture of it. Both are other
//! people's programs on other people's files: they get one local file, a deadline, and no more.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde::Deserialize;
use tokio::io::AsyncReadExt;
use tokio::process::Command;

use super::super::refusal::Refusal;
use super::super::sniff::FileType;

/// How long either program may take. A sound file needs a fraction of a second.
const DEADLINE: Duration = Duration::from_secs(60);
/// More output than this is not an answer.
const MAX_OUTPUT: u64 = 32 * 1024 * 1024;

/// Where the programs are; each may be missing.
#[derive(Debug, Clone, Default)]
pub struct Tools {
    /// `ffprobe`.
    pub ffprobe: Option<PathBuf>,
    /// `ffmpeg`.
    pub ffmpeg: Option<PathBuf>,
    /// `nice`, which lets long work wait for everything else.
    pub nice: Option<PathBuf>,
}

/// What is known of a video.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct VideoFacts {
    /// Pixels, as shown.
    pub width: Option<u32>,
    /// Pixels, as shown.
    pub height: Option<u32>,
    /// Milliseconds.
    pub duration_ms: Option<u64>,
    /// Frames per second, on average.
    pub frame_rate: Option<f64>,
    /// Name that ffmpeg gives the codec.
    pub video_codec: Option<String>,
    /// The same for the sound, if there is any.
    pub audio_codec: Option<String>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// The file is to blame.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The program is not installed.
    #[error("{0} is not installed")]
    Missing(&'static str),
    /// The program could not be run or did not end in time.
    #[error("{program} failed: {detail}")]
    Failed {
        /// Which one.
        program: &'static str,
        /// What happened.
        detail: String,
    },
}

impl Tools {
    /// The programs on this `PATH`.
    pub fn on_path(path: Option<&std::ffi::OsStr>) -> Self {
        let find = |name: &str| {
            std::env::split_paths(path?).map(|folder| folder.join(name)).find(|file| file.is_file())
        };
        Self { ffprobe: find("ffprobe"), ffmpeg: find("ffmpeg"), nice: find("nice") }
    }

    /// Measures a video.
    ///
    /// # Errors
    /// `Refused` when ffprobe can't read the file or it has no pictures; else why there is no answer.
    pub async fn measure(&self, file: &Path, kind: FileType) -> Result<VideoFacts, ProbeError> {
        let mut command = program(self.ffprobe.as_deref(), "ffprobe")?;
        command.args(["-v", "error", "-protocol_whitelist", "file", "-print_format", "json"]);
        command.args([
            "-show_entries",
            "format=duration:stream=codec_type,codec_name,width,height,avg_frame_rate",
        ]);
        command.args(["-show_entries", "stream_disposition=attached_pic:stream_side_data=rotation"]);
        command.arg("-i").arg(file);
        let output = answer(command, "ffprobe").await?;
        if !output.success {
            return Err(Refusal::Damaged { actual: kind, detail: output.complaint(file) }.into());
        }
        let report: Report = serde_json::from_slice(&output.stdout)
            .map_err(|error| ProbeError::Failed { program: "ffprobe", detail: error.to_string() })?;
        report.facts().ok_or_else(|| Refusal::NoVideo.into())
    }

    /// The picture of one moment of a video, upright, as JPEG.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn picture(&self, file: &Path, moment: u64, side: u32) -> Result<Vec<u8>, ProbeError> {
        let mut command = program(self.ffmpeg.as_deref(), "ffmpeg")?;
        command.args(["-v", "error", "-nostdin", "-protocol_whitelist", "file,pipe", "-threads", "1"]);
        command.args(["-ss", &format!("{}.{:03}", moment / 1000, moment % 1000)]);
        command.arg("-i").arg(file);
        let scale = format!("scale='min({side},iw)':'min({side},ih)':force_original_aspect_ratio=decrease");
        command.args([
            "-map",
            "0:v:0",
            "-frames:v",
            "1",
            "-vf",
            &scale,
            "-f",
            "mjpeg",
            "-q:v",
            "3",
            "pipe:1",
        ]);
        let output = answer(command, "ffmpeg").await?;
        if !output.success || output.stdout.is_empty() {
            return Err(ProbeError::Failed { program: "ffmpeg", detail: output.complaint(file) });
        }
        Ok(output.stdout)
    }
}

fn program(path: Option<&Path>, name: &'static str) -> Result<Command, ProbeError> {
    path.map(Command::new).ok_or(ProbeError::Missing(name))
}

struct Output {
    success: bool,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
}

impl Output {
    fn complaint(&self, file: &Path) -> String {
        complaint(&self.stderr, file)
    }
}

/// The last of what a program said, without the name of our file.
pub(in crate::media) fn complaint(stderr: &[u8], file: &Path) -> String {
    let text = String::from_utf8_lossy(stderr);
    let last = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it gave no reason");
    let name = file.to_string_lossy();
    last.replace(&format!("{name}: "), "").replace(&*name, "the file").chars().take(200).collect()
}

async fn answer(mut command: Command, program: &'static str) -> Result<Output, ProbeError> {
    let failed = |detail: String| ProbeError::Failed { program, detail };
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().map_err(|error| failed(error.to_string()))?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let work = async {
        let (stdout, stderr) = tokio::join!(read(stdout), read(stderr));
        let status = child.wait().await?;
        std::io::Result::Ok(Output { success: status.success(), stdout: stdout?, stderr: stderr? })
    };
    match tokio::time::timeout(DEADLINE, work).await {
        Ok(output) => output.map_err(|error| failed(error.to_string())),
        Err(_) => Err(failed(format!("it took longer than {} s", DEADLINE.as_secs()))),
    }
}

async fn read(pipe: Option<impl tokio::io::AsyncRead + Unpin>) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(pipe) = pipe {
        pipe.take(MAX_OUTPUT).read_to_end(&mut bytes).await?;
    }
    Ok(bytes)
}

#[derive(Deserialize)]
struct Report {
    #[serde(default)]
    streams: Vec<Stream>,
    #[serde(default)]
    format: Format,
}

#[derive(Deserialize, Default)]
struct Format {
    duration: Option<String>,
}

#[derive(Deserialize)]
struct Stream {
    codec_type: Option<String>,
    codec_name: Option<String>,
    width: Option<u32>,
    height: Option<u32>,
    avg_frame_rate: Option<String>,
    #[serde(default)]
    disposition: Disposition,
    #[serde(default)]
    side_data_list: Vec<SideData>,
}

#[derive(Deserialize, Default)]
struct Disposition {
    #[serde(default)]
    attached_pic: u8,
}

#[derive(Deserialize)]
struct SideData {
    rotation: Option<f64>,
}

impl Report {
    fn facts(&self) -> Option<VideoFacts> {
        let of =
            |kind: &'static str| self.streams.iter().filter(move |s| s.codec_type.as_deref() == Some(kind));
        // Cover pictures are streams too.
        let video = of("video").find(|stream| stream.disposition.attached_pic == 0)?;
        let rotation = video.side_data_list.iter().find_map(|data| data.rotation).unwrap_or(0.0);
        let on_its_side = (rotation.abs() / 90.0).round() % 2.0 == 1.0;
        let (width, height) =
            if on_its_side { (video.height, video.width) } else { (video.width, video.height) };
        let seconds: Option<f64> = self.format.duration.as_deref().and_then(|text| text.parse().ok());
        let sane = |seconds: &f64| (0.0..1.0e9).contains(seconds);
        Some(VideoFacts {
            width,
            height,
            duration_ms: seconds.filter(sane).map(|seconds| (seconds * 1000.0).round() as u64),
            frame_rate: video.avg_frame_rate.as_deref().and_then(fraction),
            video_codec: video.codec_name.clone(),
            audio_codec: of("audio").find_map(|stream| stream.codec_name.clone()),
        })
    }
}

/// `30000/1001` as a number.
fn fraction(text: &str) -> Option<f64> {
    let (above, below) = text.split_once('/')?;
    let (above, below): (f64, f64) = (above.parse().ok()?, below.parse().ok()?);
    (above > 0.0 && below > 0.0).then_some(above / below)
}
