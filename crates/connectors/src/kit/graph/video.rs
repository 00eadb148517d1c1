//! The rules that videos share on Instagram and Threads.
//! Sources: Instagram Platform - IG User media, reel and story specifications; Threads API - Overview, video specifications
//! (copies of 2025-2026).

use carillon_domain::limits::{CheckReport, Violation};
use carillon_domain::media::MediaInfo;
use serde_json::Value;

use crate::kit::upload::megabytes;

/// MIME types of the containers.
pub const TYPES: &[&str] = &["video/mp4", "video/quicktime"];
/// Codecs of the picture.
const VIDEO_CODECS: &[&str] = &["h264", "hevc"];
/// Codec of the sound.
const AUDIO_CODECS: &[&str] = &["aac"];

/// Rules for one use of a video at one network.
#[derive(Debug, Clone, Copy)]
pub struct VideoRule {
    /// The network, as people write it.
    pub network: &'static str,
    /// The use, as people call it: `a reel`.
    pub what: &'static str,
    /// Largest file, bytes.
    pub bytes: u64,
    /// Shortest and longest, milliseconds.
    pub ms: (u64, u64),
    /// Width divided by height.
    pub ratio: (f64, f64),
    /// Frames per second.
    pub frame_rate: (f64, f64),
    /// Widest picture, pixels.
    pub width: u32,
}

impl VideoRule {
    /// Names every rule that the video breaks.
    pub fn check(&self, field: &str, item: &MediaInfo, report: &mut CheckReport) {
        let mut violate = |code: &str, message: String, limit: Value, value: Value| {
            report.violations.push(Violation::new(field, code, message).with_limit(limit, value));
        };
        let (network, what) = (self.network, self.what);
        if !TYPES.contains(&item.mime.as_str()) {
            let message = format!(
                "{network} takes videos as MP4 or MOV; this one is {}. Convert it to MP4.",
                item.mime
            );
            violate("wrong_type", message, TYPES.into(), item.mime.clone().into());
        }
        if let Some(ms) = item.duration_ms
            && !(self.ms.0..=self.ms.1).contains(&ms)
        {
            let (code, limit) =
                if ms < self.ms.0 { ("too_short", self.ms.0) } else { ("too_long", self.ms.1) };
            let (shortest, longest, own) = (self.ms.0 / 1000, self.ms.1 / 1000, seconds(ms));
            let message = format!(
                "The video of {what} lasts {shortest} to {longest} seconds; this one lasts {own:.1}."
            );
            violate(code, message, limit.into(), ms.into());
        }
        let (slowest, fastest) = self.frame_rate;
        if let Some(rate) = item.frame_rate
            // 23.976 is called 24 by everybody but the file.
            && !(slowest - 0.5..=fastest + 0.5).contains(&rate)
        {
            let span = format!("{slowest} to {fastest}");
            let message =
                format!("The video has {rate:.1} frames per second; {network} takes {span}. Convert it.");
            violate("wrong_frame_rate", message, span.into(), rate.into());
        }
        if let Some(width) = item.width
            && width > self.width
        {
            let message = format!(
                "The video is {width} pixels wide; {network} takes at most {}. Scale it down.",
                self.width
            );
            violate("too_wide", message, self.width.into(), width.into());
        }
        let (narrowest, widest) = self.ratio;
        if let Some(ratio) = item.ratio()
            && !(narrowest..=widest).contains(&ratio)
        {
            let span = format!("{narrowest}:1 to {widest}:1");
            let message = format!("The video's shape is {ratio:.2}:1; {network} takes {span}. Crop it.");
            violate("wrong_ratio", message, span.into(), ratio.into());
        }
        for (codec, known, part) in
            [(&item.video_codec, VIDEO_CODECS, "picture"), (&item.audio_codec, AUDIO_CODECS, "sound")]
        {
            if let Some(codec) = codec
                && !known.contains(&codec.as_str())
            {
                let message = format!(
                    "The video's {part} is coded as {codec}; {network} takes {}. Convert it to MP4 with H.264 and AAC.",
                    known.join(" or ")
                );
                violate("wrong_codec", message, known.into(), codec.clone().into());
            }
        }
    }
}

/// The finding about a file with more bytes than the network takes.
pub fn too_large(network: &str, field: &str, item: &MediaInfo, limit: u64) -> Option<Violation> {
    let message = || {
        let (size, most) = (megabytes(item.bytes), megabytes(limit));
        format!("The file has {size} MB; {network} takes {most} MB here. Make it smaller.")
    };
    (item.bytes > limit).then(|| Violation::new(field, "too_large", message()).with_limit(limit, item.bytes))
}

/// Milliseconds as seconds.
#[expect(clippy::cast_precision_loss, reason = "milliseconds of a video are far below 2^52")]
pub fn seconds(ms: u64) -> f64 {
    ms as f64 / 1000.0
}
