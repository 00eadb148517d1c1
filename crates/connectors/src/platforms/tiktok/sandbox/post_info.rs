//! `post_info`: what a post says, who sees it, and what others may do with it ("Direct Post" and "Photo Post" references).

use serde::{Deserialize, Serialize};

use super::answer::Refusal;
use super::body::Fields;

/// Longest caption of a video, UTF-16 units.
const CAPTION: usize = 2_200;
/// Longest title and description of a photo post, UTF-16 units.
const TITLE: usize = 90;
const DESCRIPTION: usize = 4_000;

const VIDEO: &[&str] = &[
    "title",
    "privacy_level",
    "disable_comment",
    "disable_duet",
    "disable_stitch",
    "video_cover_timestamp_ms",
    "brand_content_toggle",
    "brand_organic_toggle",
    "is_aigc",
];
const PHOTO: &[&str] = &[
    "title",
    "description",
    "privacy_level",
    "disable_comment",
    "auto_add_music",
    "brand_content_toggle",
    "brand_organic_toggle",
];

/// Who sees a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Privacy {
    /// Everybody.
    Public,
    /// Followers whom the creator follows.
    Friends,
    /// Followers.
    Followers,
    /// The creator alone.
    SelfOnly,
}

const ALL: [Privacy; 4] = [Privacy::Public, Privacy::Friends, Privacy::Followers, Privacy::SelfOnly];

impl Privacy {
    /// TikTok's word.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Public => "PUBLIC_TO_EVERYONE",
            Self::Friends => "MUTUAL_FOLLOW_FRIENDS",
            Self::Followers => "FOLLOWER_OF_CREATOR",
            Self::SelfOnly => "SELF_ONLY",
        }
    }

    /// What an account may choose from.
    pub(super) fn options(private: bool) -> [Self; 3] {
        let widest = if private { Self::Followers } else { Self::Public };
        [widest, Self::Friends, Self::SelfOnly]
    }
}

/// What was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PostInfo {
    pub title: String,
    /// Of photo posts.
    pub description: String,
    /// `None` for drafts: the person chooses.
    pub privacy: Option<Privacy>,
    pub no_comment: bool,
    /// A paid partnership.
    pub branded: bool,
    /// The creator's own business.
    pub organic: bool,
    /// Made by an AI.
    pub aigc: bool,
}

impl PostInfo {
    /// Of a video that is posted directly.
    pub(super) fn of_video(body: &Fields) -> Result<Self, Refusal> {
        let info = body.need_object("post_info", VIDEO)?;
        info.flag("disable_duet")?;
        info.flag("disable_stitch")?;
        info.number("video_cover_timestamp_ms")?;
        let asked = Self {
            title: info.short_text("title", CAPTION)?,
            aigc: info.flag("is_aigc")?,
            ..Self::default()
        };
        asked.with_audience(&info)
    }

    /// Of photos that are posted directly.
    pub(super) fn of_photos(body: &Fields) -> Result<Self, Refusal> {
        let info = body.need_object("post_info", PHOTO)?;
        info.flag("auto_add_music")?;
        Self::words(&info)?.with_audience(&info)
    }

    /// Of photos that go to the inbox: the words are proposed, everything else is chosen in TikTok's own app.
    pub(super) fn of_draft(body: &Fields) -> Result<Self, Refusal> {
        Self::words(&body.need_object("post_info", PHOTO)?)
    }

    fn words(info: &Fields) -> Result<Self, Refusal> {
        Ok(Self {
            title: info.short_text("title", TITLE)?,
            description: info.short_text("description", DESCRIPTION)?,
            ..Self::default()
        })
    }

    fn with_audience(mut self, info: &Fields) -> Result<Self, Refusal> {
        let level = info.need_text("privacy_level")?;
        let privacy = ALL.into_iter().find(|privacy| privacy.name() == level);
        let privacy = privacy.ok_or_else(|| info.wrong("privacy_level", "is not a known level"))?;
        self.privacy = Some(privacy);
        self.no_comment = info.flag("disable_comment")?;
        self.branded = info.flag("brand_content_toggle")?;
        self.organic = info.flag("brand_organic_toggle")?;
        if self.branded && privacy == Privacy::SelfOnly {
            return Err(info.wrong("brand_content_toggle", "can't go with SELF_ONLY"));
        }
        Ok(self)
    }
}
