//! Videos and what belongs to them as the API shows them. 64-bit numbers are texts.

use std::collections::BTreeMap;

use carillon_domain::time::Timestamp;
use serde_json::{Map, Value, json};

use super::answer::tagged;
use super::counters::{dislikes, likes, views};
use super::state::{Memory, Verdict, Video};
use super::{WWW, people};
use crate::sandbox::{Persona, Site, World};

/// Parts of a video.
pub(super) const PARTS: &[&str] = &[
    "contentDetails",
    "fileDetails",
    "id",
    "liveStreamingDetails",
    "localizations",
    "paidProductPlacementDetails",
    "player",
    "processingDetails",
    "recordingDetails",
    "snippet",
    "statistics",
    "status",
    "suggestions",
    "topicDetails",
];

/// Parts that only the owner gets.
pub(super) const OWNERS: &[&str] = &["fileDetails", "processingDetails", "suggestions"];

/// RFC 3339 in whole seconds.
pub(super) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `PT3M20S`.
pub(super) fn duration(milliseconds: u64) -> String {
    let all = milliseconds.div_ceil(1_000);
    let (hours, minutes, seconds) = (all / 3_600, all / 60 % 60, all % 60);
    let mut text = "PT".to_owned();
    for (number, letter) in [(hours, 'H'), (minutes, 'M'), (seconds, 'S')] {
        if number > 0 {
            text.push_str(&format!("{number}{letter}"));
        }
    }
    if text == "PT" { "P0D".to_owned() } else { text }
}

/// Length of a processed video; where the file does not say, one that fits its size.
pub(super) fn milliseconds(video: &Video) -> u64 {
    video.file.milliseconds.unwrap_or(1_000 + video.file.bytes / 250)
}

/// Whether people may comment.
pub(super) fn takes_comments(memory: &Memory, video: &Video) -> bool {
    !memory.rules.comments_off && video.meta.made_for_kids != Some(true)
}

/// Pictures of a video in all sizes.
pub(super) fn thumbnails(site: &Site, video: &Video) -> Value {
    let url = match &video.thumbnail {
        Some(sha256) => site.blob_url(sha256),
        None => site.avatar_url(&video.owner),
    };
    let sizes = [
        ("default", 120, 90),
        ("medium", 320, 180),
        ("high", 480, 360),
        ("standard", 640, 480),
        ("maxres", 1_280, 720),
    ];
    let each = sizes.map(|(name, width, height)| {
        (name.to_owned(), json!({ "url": url, "width": width, "height": height }))
    });
    Value::Object(Map::from_iter(each))
}

/// A video for somebody.
pub(super) struct Look<'a> {
    pub memory: &'a Memory,
    pub world: &'a World,
    pub site: &'a Site,
    /// Whether its owner looks.
    pub own: bool,
}

/// The owner's video with these parts.
pub(super) fn own_video(
    memory: &Memory,
    world: &World,
    site: &Site,
    id: &str,
    parts: &[String],
) -> Option<Value> {
    let video = memory.video(id)?;
    Some(Look { memory, world, site, own: true }.video(video, parts))
}

impl Look<'_> {
    /// The resource with these parts.
    pub(super) fn video(&self, video: &Video, parts: &[String]) -> Value {
        let mut out = json!({ "kind": "youtube#video", "id": video.id });
        for part in parts.iter().filter(|part| *part != "id") {
            let section = match part.as_str() {
                "snippet" => self.snippet(video),
                "status" => self.status(video),
                "statistics" => self.statistics(video),
                "contentDetails" => self.content(video),
                "processingDetails" => self.processing(video),
                "fileDetails" => self.file(video),
                "localizations" => localizations(video),
                "recordingDetails" => match &video.meta.recorded_at {
                    Some(at) => json!({ "recordingDate": at }),
                    None => json!({}),
                },
                "paidProductPlacementDetails" => json!({ "hasPaidProductPlacement": video.meta.paid }),
                "player" => json!({ "embedHtml": format!(
                    "<iframe width=\"480\" height=\"270\" src=\"//www.youtube.com/embed/{}\"></iframe>",
                    video.id
                ) }),
                "liveStreamingDetails" => continue,
                _ => json!({}),
            };
            out[part.as_str()] = section;
        }
        tagged(out)
    }

    fn now(&self) -> Timestamp {
        self.world.now()
    }

    fn snippet(&self, video: &Video) -> Value {
        let meta = &video.meta;
        let owner = Persona::find(&video.owner);
        let mut out = json!({
            "publishedAt": time(video.dated()),
            "channelId": owner.map(people::channel_id),
            "title": meta.title,
            "description": meta.description,
            "thumbnails": thumbnails(self.site, video),
            "channelTitle": owner.map(|owner| owner.name),
            "categoryId": meta.category,
            "liveBroadcastContent": "none",
            "localized": { "title": meta.title, "description": meta.description },
        });
        if !meta.tags.is_empty() {
            out["tags"] = json!(meta.tags);
        }
        if let Some(language) = &meta.language {
            out["defaultLanguage"] = json!(language);
        }
        if let Some(language) = &meta.audio_language {
            out["defaultAudioLanguage"] = json!(language);
        }
        out
    }

    fn status(&self, video: &Video) -> Value {
        let meta = &video.meta;
        let mut out = json!({
            "uploadStatus": "uploaded",
            "privacyStatus": meta.privacy.name(),
            "license": meta.license,
            "embeddable": meta.embeddable,
            "publicStatsViewable": meta.public_stats,
            "madeForKids": meta.made_for_kids.unwrap_or(false),
        });
        if video.is_processed(self.now()) {
            let (status, reason) = match &video.verdict {
                Verdict::Processed => ("processed", None),
                Verdict::Failed(reason) => ("failed", Some(("failureReason", reason))),
                Verdict::Rejected(reason) => ("rejected", Some(("rejectionReason", reason))),
            };
            out["uploadStatus"] = json!(status);
            if let Some((name, reason)) = reason {
                out[name] = json!(reason);
            }
        }
        if let Some(at) = meta.publish_at {
            out["publishAt"] = json!(time(at));
        }
        if self.own {
            if let Some(declared) = meta.made_for_kids {
                out["selfDeclaredMadeForKids"] = json!(declared);
            }
            out["containsSyntheticMedia"] = json!(meta.synthetic);
        }
        out
    }

    /// Likes are missing when they are hidden, comments when they are off; dislikes are for the owner.
    fn statistics(&self, video: &Video) -> Value {
        let views = views(video, self.now());
        let mut out = json!({ "viewCount": views.to_string(), "favoriteCount": "0" });
        if video.meta.public_stats {
            out["likeCount"] = json!(likes(views).to_string());
        }
        if self.own {
            out["dislikeCount"] = json!(dislikes(views).to_string());
        }
        if takes_comments(self.memory, video) {
            let comments = self.memory.comments.iter().filter(|c| c.video == video.id && !c.deleted);
            out["commentCount"] = json!(comments.count().to_string());
        }
        out
    }

    fn content(&self, video: &Video) -> Value {
        let done = video.is_processed(self.now()) && video.verdict == Verdict::Processed;
        let length = if done { duration(milliseconds(video)) } else { "P0D".to_owned() };
        let high = video.file.size.is_none_or(|(width, height)| width.min(height) >= 720);
        let mut out = json!({
            "duration": length,
            "dimension": "2d",
            "definition": if done && high { "hd" } else { "sd" },
            "caption": "false",
            "licensedContent": false,
            "contentRating": {},
            "projection": "rectangular",
        });
        if self.own {
            out["hasCustomThumbnail"] = json!(video.thumbnail.is_some());
        }
        out
    }

    fn processing(&self, video: &Video) -> Value {
        let now = self.now();
        if !video.is_processed(now) {
            let ms = |from: Timestamp, to: Timestamp| to.duration_since(from).as_millis().max(1);
            let (left, length) = (ms(now, video.processed_at), ms(video.created_at, video.processed_at));
            let parts = 1_000 - (1_000 * left / length).clamp(0, 1_000);
            return json!({
                "processingStatus": "processing",
                "processingProgress": {
                    "partsTotal": "1000",
                    "partsProcessed": parts.to_string(),
                    "timeLeftMs": left.to_string(),
                },
                "fileDetailsAvailability": "pending",
                "processingIssuesAvailability": "pending",
                "tagSuggestionsAvailability": "pending",
                "editorSuggestionsAvailability": "pending",
                "thumbnailsAvailability": "pending",
            });
        }
        let status = match &video.verdict {
            Verdict::Processed => "succeeded",
            Verdict::Failed(_) => "failed",
            Verdict::Rejected(_) => "terminated",
        };
        let mut out = json!({
            "processingStatus": status,
            "fileDetailsAvailability": "available",
            "processingIssuesAvailability": "available",
            "tagSuggestionsAvailability": "available",
            "editorSuggestionsAvailability": "available",
            "thumbnailsAvailability": "available",
        });
        if status == "failed" {
            out["processingFailureReason"] = json!("transcodeFailed");
        }
        out
    }

    fn file(&self, video: &Video) -> Value {
        let file = &video.file;
        let mut out = json!({ "fileName": file.name, "fileSize": file.bytes.to_string() });
        if video.is_processed(self.now()) {
            let is_video = file.mime.starts_with("video/");
            out["fileType"] = json!(if is_video { "video" } else { "other" });
            if is_video {
                out["durationMs"] = json!(milliseconds(video).to_string());
            }
            if let Some((width, height)) = file.size {
                out["videoStreams"] = json!([{ "widthPixels": width, "heightPixels": height }]);
            }
        }
        out
    }
}

fn localizations(video: &Video) -> Value {
    let each = video.meta.localizations.iter();
    let all: BTreeMap<_, _> = each
        .map(|(language, (title, text))| (language, json!({ "title": title, "description": text })))
        .collect();
    json!(all)
}

/// Where people watch it.
pub(super) fn watch_url(site: &Site, video: &Video) -> String {
    let path = if video.is_short() { "/shorts/" } else { "/watch?v=" };
    site.url_on(WWW, &format!("{path}{}", video.id))
}
