//! What a container may hold: the rules of its parameters, and fetching what they name.

use std::time::Duration;

use carillon_domain::time::Timestamp;
use serde_json::Value;

use super::answer::{Refusal, not_ready};
use super::containers::{expired, limit_of, ready_at};
use super::nodes::Call;
use super::people::container_id;
use super::state::{Container, File, Shape, Status, Upload};
use super::{files, state};

/// Parameters that are known here. Others are refused, although the network ignores some, so that misspelt ones are found.
const KNOWN: &[&str] = &[
    "access_token",
    "appsecret_proof",
    "media_type",
    "image_url",
    "video_url",
    "caption",
    "is_carousel_item",
    "children",
    "share_to_feed",
    "cover_url",
    "thumb_offset",
    "collaborators",
    "user_tags",
    "location_id",
    "alt_text",
    "upload_type",
    "is_ai_generated",
];

/// Pages with a place that can be tagged here.
const PLACES: &[&str] = &["7640348500", "106078429431815"];

/// How long processing usually takes.
const PICTURE_TIME: Duration = Duration::from_secs(2);
pub(super) const VIDEO_TIME: Duration = Duration::from_secs(25);

/// A call's parameters, understood.
pub(super) struct Asked {
    shape: Shape,
    video: bool,
    resumable: bool,
    children: Vec<String>,
}

impl Asked {
    pub(super) fn read(call: &Call<'_>) -> Result<Self, Refusal> {
        let p = call.params;
        if let Some(name) = p.names().find(|n| !KNOWN.contains(n)) {
            return Err(Refusal::parameter(format!("param {name} is not known")));
        }
        let child = p.get("is_carousel_item") == Some("true");
        let kind = p.get("media_type");
        let shape = match (kind, child) {
            (None | Some("IMAGE" | "VIDEO"), true) => Shape::Child,
            (_, true) => return Err(unknown_type()),
            (None | Some("IMAGE"), false) => Shape::Image,
            (Some("REELS"), false) => Shape::Reel,
            (Some("STORIES"), false) => Shape::Story,
            (Some("CAROUSEL"), false) => Shape::Carousel,
            (Some(_), false) => return Err(unknown_type()),
        };
        let resumable = match p.get("upload_type") {
            None => false,
            Some("resumable") if !call.caller.facebook() => {
                return Err(Refusal::parameter(
                    "upload_type resumable is not supported with Instagram Login",
                ));
            }
            Some("resumable") => true,
            Some(_) => return Err(Refusal::parameter("Param upload_type is not valid")),
        };
        let video =
            shape == Shape::Reel || kind == Some("VIDEO") || p.get("video_url").is_some() || resumable;
        let asked = Self { shape, video, resumable, children: p.list("children").unwrap_or_default() };
        asked.check_source(call)?;
        asked.check_text(call)?;
        asked.check_people(call)?;
        asked.check_rest(call)?;
        Ok(asked)
    }

    fn check_source(&self, call: &Call<'_>) -> Result<(), Refusal> {
        let p = call.params;
        let sources = [p.get("image_url").is_some(), p.get("video_url").is_some(), self.resumable];
        let given = sources.iter().filter(|s| **s).count();
        match self.shape {
            Shape::Carousel if given > 0 => {
                Err(Refusal::parameter("a carousel takes children, no media of its own"))
            }
            Shape::Carousel if !(2..=10).contains(&self.children.len()) => {
                Err(Refusal::new(100, 2_207_028, "Carousel should have between 2 and 10 children."))
            }
            Shape::Carousel => Ok(()),
            _ if !self.children.is_empty() => Err(Refusal::parameter("param children is not allowed")),
            _ if given != 1 => Err(Refusal::parameter("The parameter image_url or video_url is required")),
            Shape::Image if self.video => {
                Err(Refusal::parameter("The parameter media_type is required for videos"))
            }
            Shape::Reel if p.get("image_url").is_some() => {
                Err(Refusal::parameter("The parameter video_url is required"))
            }
            Shape::Child if p.get("media_type") == Some("VIDEO") && p.get("image_url").is_some() => {
                Err(Refusal::parameter("The parameter video_url is required"))
            }
            Shape::Child if self.video && p.get("media_type") != Some("VIDEO") => {
                Err(Refusal::parameter("The parameter media_type is required for videos"))
            }
            _ => Ok(()),
        }
    }

    fn check_text(&self, call: &Call<'_>) -> Result<(), Refusal> {
        let caption = call.params.text("caption");
        if caption.chars().count() > 2200 {
            return Err(Refusal::new(
                36004,
                2_207_010,
                "The caption is too long. It must be at most 2200 characters.",
            ));
        }
        let words = |sign: char| {
            let starts =
                |w: &&str| w.starts_with(sign) && w.chars().nth(1).is_some_and(char::is_alphanumeric);
            caption.split_whitespace().filter(starts).count()
        };
        if words('#') > 30 {
            return Err(Refusal::parameter("The caption has more than 30 hashtags"));
        }
        if words('@') > 20 {
            return Err(Refusal::new(100, 2_207_040, "Cannot use more than 20 tags per created media."));
        }
        let alt = call.params.get("alt_text");
        if alt.is_some() && (self.video || !matches!(self.shape, Shape::Image | Shape::Child)) {
            return Err(Refusal::parameter("param alt_text is not allowed"));
        }
        if alt.is_some_and(|a| a.chars().count() > 1000) {
            return Err(Refusal::parameter("Param alt_text must be at most 1000 characters"));
        }
        Ok(())
    }

    fn check_people(&self, call: &Call<'_>) -> Result<(), Refusal> {
        let p = call.params;
        if let Some(names) = p.list("collaborators") {
            if matches!(self.shape, Shape::Child | Shape::Story) {
                return Err(Refusal::parameter("param collaborators is not allowed"));
            }
            if names.len() > 3 {
                return Err(Refusal::parameter("At most 3 collaborators are allowed"));
            }
        }
        let Some(text) = p.get("user_tags") else { return Ok(()) };
        let tags: Vec<Value> =
            serde_json::from_str(text).map_err(|_| Refusal::parameter("Param user_tags must be an array"))?;
        if self.shape == Shape::Carousel || (self.shape == Shape::Child && self.video) {
            return Err(Refusal::parameter("param user_tags is not allowed"));
        }
        if tags.len() > 20 {
            return Err(Refusal::new(100, 2_207_040, "Cannot use more than 20 tags per created media."));
        }
        let inside = |v: &Value| v.as_f64().is_some_and(|n| (0.0..=1.0).contains(&n));
        for tag in &tags {
            let placed = (tag.get("x"), tag.get("y"));
            let fits = match (placed, self.shape) {
                ((Some(x), Some(y)), Shape::Image | Shape::Child | Shape::Story) => inside(x) && inside(y),
                ((None, None), Shape::Reel | Shape::Story) => true,
                _ => false,
            };
            if !fits || tag.get("username").and_then(Value::as_str).is_none_or(str::is_empty) {
                return Err(Refusal::parameter("Param user_tags has an invalid tag"));
            }
        }
        Ok(())
    }

    fn check_rest(&self, call: &Call<'_>) -> Result<(), Refusal> {
        let p = call.params;
        let refuse = |name: &str| Err(Refusal::parameter(format!("param {name} is not allowed")));
        if p.get("location_id").is_some_and(|id| !PLACES.contains(&id)) {
            return Err(Refusal::parameter("INSTAGRAM_PLATFORM_API__INVALID_LOCATION_ID"));
        }
        if p.get("location_id").is_some() && matches!(self.shape, Shape::Story | Shape::Child) {
            return refuse("location_id");
        }
        if p.get("share_to_feed").is_some() && !matches!(self.shape, Shape::Reel | Shape::Carousel) {
            return refuse("share_to_feed");
        }
        if p.get("cover_url").is_some() && self.shape != Shape::Reel {
            return refuse("cover_url");
        }
        if p.get("thumb_offset").is_some()
            && !(self.shape == Shape::Reel || (self.shape == Shape::Child && self.video))
        {
            return refuse("thumb_offset");
        }
        if p.get("thumb_offset").is_some_and(|ms| ms.parse::<u64>().is_err()) {
            return Err(Refusal::parameter("Param thumb_offset must be a number of milliseconds"));
        }
        if p.get("is_ai_generated").is_some() && self.shape == Shape::Child {
            return refuse("is_ai_generated");
        }
        Ok(())
    }

    pub(super) fn container(
        &self,
        call: &Call<'_>,
        account: &str,
        now: Timestamp,
    ) -> Result<Container, Refusal> {
        if self.shape == Shape::Carousel {
            self.check_children(call, account, now)?;
        }
        let on = |name: &str| call.params.get(name) == Some("true");
        Ok(Container {
            id: container_id(call.world.next_number("instagram.container")),
            account: account.to_owned(),
            shape: self.shape,
            created_at: now,
            ready_at: None,
            failure: None,
            published: None,
            // Ignored on carousel items and stories.
            caption: if matches!(self.shape, Shape::Child | Shape::Story) {
                ""
            } else {
                call.params.text("caption")
            }
            .to_owned(),
            children: self.children.clone(),
            file: None,
            upload: self.resumable.then(Upload::default),
            ai: on("is_ai_generated"),
            share_to_feed: call.params.get("share_to_feed") != Some("false"),
        })
    }

    fn check_children(&self, call: &Call<'_>, account: &str, now: Timestamp) -> Result<(), Refusal> {
        state::read(call.world, |s| {
            for id in &self.children {
                let child = s.containers.get(id).filter(|c| c.account == account && c.shape == Shape::Child);
                match child.map(|c| c.status(now)) {
                    Some(Status::Finished) => {}
                    Some(Status::InProgress) => return Err(not_ready()),
                    Some(Status::Expired) => return Err(expired()),
                    _ => return Err(Refusal::new(24, 2_207_006, "The requested resource does not exist")),
                }
            }
            Ok(())
        })
    }

    /// Gets the media and starts processing. `true`: they are to be uploaded.
    pub(super) async fn fill(&self, call: &Call<'_>, container: &mut Container) -> Result<bool, Refusal> {
        let p = call.params;
        if self.resumable {
            return Ok(true);
        }
        if let Some(url) = p.get("cover_url") {
            files::picture(call.world, url, true).await?;
        }
        if let Some(url) = p.get("image_url") {
            let file = files::picture(call.world, url, self.shape == Shape::Story).await?;
            container.file = Some(File { alt: p.get("alt_text").map(str::to_owned), ..file });
        }
        if let Some(url) = p.get("video_url") {
            let limit = limit_of(self.shape);
            match files::video(call.world, url, limit).await {
                Ok((file, failure)) => (container.file, container.failure) = (Some(file), failure),
                // Videos are fetched while they are processed, so the call itself succeeds.
                Err(refusal) => container.failure = Some(refusal.subcode),
            }
        }
        let usual = if self.video { VIDEO_TIME } else { PICTURE_TIME };
        container.ready_at = Some(ready_at(call.world, "containers.create", usual));
        Ok(false)
    }
}

fn unknown_type() -> Refusal {
    Refusal::new(100, 2_207_023, "The media type is unknown.")
}
