//! Videos anew, by `ffmpeg`: another program's work on other people's files. It gets one local file and the type that we found,
//! writes one other file, reaches no network, asks nothing, comes last when the processor is busy, and has an end: a time, and
//! a number of bytes.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use carillon_domain::media::Fit;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::Command;
use tokio_util::sync::CancellationToken;

use super::super::sniff::FileType;
use super::super::video::probe::{Tools, complaint};
use super::plan::Plan;

/// How long every video may take …
const AT_LEAST: Duration = Duration::from_secs(10 * 60);
/// … and so much longer for each second of it …
const PER_SECOND: u32 = 20;
/// … but no longer than this.
const AT_MOST: Duration = Duration::from_secs(6 * 60 * 60);
/// Bits a second that no network promises to take more of.
const MOST_BITS: u64 = 20_000_000;
/// Bits a second of sound.
const SOUND_BITS: u64 = 128_000;
/// Of a hundred: what of the bytes is there for pictures and sound; the rest holds them together.
const CONTENT: u64 = 94;
/// What a program may say about what went wrong, bytes.
const MOST_WORDS: u64 = 64 * 1024;

/// A video that is to be made.
pub struct Film<'a> {
    /// The original, as a file.
    pub input: &'a Path,
    /// Its type.
    pub kind: FileType,
    /// The length of what is made, milliseconds.
    pub length_ms: u64,
    /// What it has to become.
    pub plan: &'a Plan,
    /// Where that is put; what is there is replaced.
    pub output: &'a Path,
}

/// Why there is no video.
#[derive(Debug, thiserror::Error)]
pub enum FilmError {
    /// The program is not installed.
    #[error("ffmpeg is not installed on this server")]
    Missing,
    /// The program gave up, which lies in the file.
    #[error("{0}")]
    Refused(String),
    /// It did not get to the end of the video within the bytes that the network takes.
    #[error("the copy had to be larger than the network takes")]
    TooLarge,
    /// It did not end in time.
    #[error("it took longer than {0} minutes")]
    TooSlow(u64),
    /// Somebody ended the program, or it could not be run.
    #[error("ffmpeg was ended: {0}")]
    Ended(String),
    /// Nobody wants it any more, or this process stops.
    #[error("it was interrupted")]
    Interrupted,
}

/// Makes the video. `tell` hears how many percent are done, and says whether it is still wanted.
///
/// # Errors
/// [`FilmError`]; what was written is of no use then.
pub async fn make<F>(
    tools: &Tools,
    film: &Film<'_>,
    stopping: &CancellationToken,
    tell: impl Fn(u32) -> F,
) -> Result<(), FilmError>
where
    F: Future<Output = bool>,
{
    let deadline = (AT_LEAST + Duration::from_millis(film.length_ms) * PER_SECOND).min(AT_MOST);
    tokio::select! {
        () = stopping.cancelled() => Err(FilmError::Interrupted),
        done = tokio::time::timeout(deadline, run(tools, film, tell)) => {
            done.unwrap_or(Err(FilmError::TooSlow(deadline.as_secs() / 60)))
        }
    }
}

async fn run<F>(tools: &Tools, film: &Film<'_>, tell: impl Fn(u32) -> F) -> Result<(), FilmError>
where
    F: Future<Output = bool>,
{
    let ended = |error: std::io::Error| FilmError::Ended(error.to_string());
    let mut command = command(tools, film)?;
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().map_err(ended)?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let words = async {
        let mut words = Vec::new();
        if let Some(stderr) = stderr {
            stderr.take(MOST_WORDS).read_to_end(&mut words).await?;
        }
        std::io::Result::Ok(words)
    };
    let progress = async {
        let (mut reached, mut told) = (0, 0);
        if let Some(stdout) = stdout {
            let mut lines = BufReader::new(stdout).lines();
            while let Some(line) = lines.next_line().await.map_err(ended)? {
                let Some(at) = line.strip_prefix("out_time_us=").and_then(|at| at.parse::<u64>().ok()) else {
                    continue;
                };
                reached = reached.max(at / 1000);
                let percent = u32::try_from(reached * 100 / film.length_ms.max(1)).unwrap_or(100).min(99);
                if percent > told {
                    told = percent;
                    if !tell(percent).await {
                        return Err(FilmError::Interrupted);
                    }
                }
            }
        }
        Ok(reached)
    };
    // A copy that nobody wants ends both at once, and with them the program.
    let words = async { words.await.map_err(ended) };
    let (words, reached) = tokio::try_join!(words, progress)?;
    let status = child.wait().await.map_err(ended)?;
    match status.code() {
        // The limit of bytes ends it early without a word. Its last frame may begin a moment before the end.
        Some(0) if reached + 1_000 + film.length_ms / 50 < film.length_ms => Err(FilmError::TooLarge),
        Some(0) => Ok(()),
        Some(_) => Err(FilmError::Refused(complaint(&words, film.input))),
        None => Err(FilmError::Ended(status.to_string())),
    }
}

fn command(tools: &Tools, film: &Film<'_>) -> Result<Command, FilmError> {
    let ffmpeg = tools.ffmpeg.as_deref().ok_or(FilmError::Missing)?;
    let mut command = match tools.nice.as_deref() {
        Some(nice) => {
            let mut command = Command::new(nice);
            command.args(["-n", "19"]).arg(ffmpeg);
            command
        }
        None => Command::new(ffmpeg),
    };
    // The type is the one that we found, so that no file is taken for a list of others.
    let format = if film.kind == FileType::Webm { "matroska" } else { "mov" };
    command.args(["-v", "error", "-nostdin", "-nostats", "-progress", "pipe:1", "-y"]);
    if let Some((from, to)) = film.plan.edit.and_then(|edit| edit.span) {
        let seconds = |ms: u64| format!("{}.{:03}", ms / 1000, ms % 1000);
        command.args(["-ss", &seconds(from), "-t", &seconds(to - from)]);
    }
    command.args(["-protocol_whitelist", "file", "-f", format, "-i"]).arg(film.input);
    command.args(["-map", "0:V:0", "-map", "0:a:0?", "-sn", "-dn"]);
    command.args(["-map_metadata", "-1", "-map_chapters", "-1"]);
    let bits = bits(film);
    command.args(["-vf", &picture(film.plan), "-c:v", "libx264", "-preset", "fast", "-profile:v", "high"]);
    command.args(["-crf", "21", "-maxrate", &bits.to_string(), "-bufsize", &(bits * 2).to_string()]);
    command.args(["-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", &SOUND_BITS.to_string(), "-ac", "2"]);
    command.args(["-ar", "48000", "-movflags", "+faststart", "-fs", &film.plan.bytes.to_string()]);
    command.args(["-f", "mp4"]).arg(film.output);
    Ok(command)
}

/// Most bits a second for the pictures.
fn bits(film: &Film<'_>) -> u64 {
    let content = film.plan.bytes.saturating_mul(8_000) / 100 * CONTENT / film.length_ms.max(1);
    content.saturating_sub(SOUND_BITS).clamp(SOUND_BITS, MOST_BITS)
}

fn picture(plan: &Plan) -> String {
    let (width, height) = (plan.width, plan.height);
    let mut chain = edited(plan);
    let shaped = match plan.fit {
        None => format!("scale={width}:{height}"),
        Some(Fit::Pad) => format!(
            "scale={width}:{height}:force_original_aspect_ratio=decrease:force_divisible_by=2,\
             pad={width}:{height}:(ow-iw)/2:(oh-ih)/2"
        ),
        Some(Fit::Crop) => {
            format!("scale={width}:{height}:force_original_aspect_ratio=increase,crop={width}:{height}")
        }
    };
    chain.push_str(&shaped);
    chain.push_str(",setsar=1");
    if let Some(rate) = plan.frame_rate {
        chain.push_str(&format!(",fps={rate}"));
    }
    chain
}

/// What a person wants done first: turned, then cut. In parts of what there is, since pixels of videos need not be square.
fn edited(plan: &Plan) -> String {
    let Some(edit) = plan.edit else { return String::new() };
    let mut chain = String::new();
    chain.push_str(match edit.turn {
        90 => "transpose=1,",
        180 => "hflip,vflip,",
        270 => "transpose=2,",
        _ => "",
    });
    if let Some(cut) = edit.cut {
        let (width, height) = cut.of;
        chain.push_str(&format!(
            "crop=iw*{}/{width}:ih*{}/{height}:iw*{}/{width}:ih*{}/{height},",
            cut.width, cut.height, cut.x, cut.y
        ));
    }
    chain
}

#[cfg(test)]
mod tests {
    use super::super::edit::{Cut, Edit};
    use super::*;

    #[test]
    fn a_video_is_turned_and_cut_before_it_is_scaled() {
        let cut = Cut { x: 10, y: 0, width: 90, height: 160, of: (180, 160) };
        let edit = Edit { turn: 90, cut: Some(cut), ..Edit::default() };
        let plan = Plan {
            types: vec!["video/mp4".to_owned()],
            width: 90,
            height: 160,
            fit: None,
            bytes: 1_000_000,
            frame_rate: None,
            edit: Some(edit),
        };
        assert_eq!(
            picture(&plan),
            "transpose=1,crop=iw*90/180:ih*160/160:iw*10/180:ih*0/160,scale=90:160,setsar=1"
        );
        assert_eq!(picture(&Plan { edit: None, ..plan }), "scale=90:160,setsar=1");
    }
}
