//! What an account may do at TikTok now: who can see its posts, which switches it has turned off, how long its videos may be. Source:
//! developers.tiktok.com, "Query Creator Info" (Nov 2026).
//!
//! TikTok wants it asked before every post. It is kept with the account, too, so that a draft can be checked without a call; what is
//! kept may be a day old, so that the answer right before a post decides.

use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::ConnectorError;
use carillon_domain::media::MediaInfo;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::api::Api;
use super::errors::{op, rejected};
use super::options::{Options, Privacy};
use super::wire::{CreatorData, Empty};
use crate::kit::http::Safety;

/// Under this name it stands in the account's notes.
pub(super) const NOTE: &str = "creator";

/// What an account may do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Creator {
    /// The name in addresses of posts.
    pub username: Option<String>,
    /// The name that people see.
    pub nickname: Option<String>,
    /// Who may see its posts, in TikTok's words.
    pub privacy: Vec<String>,
    /// Comments are off for all of its posts.
    pub comments_off: bool,
    /// Duets are off for all of its posts.
    pub duet_off: bool,
    /// Stitches are off for all of its posts.
    pub stitch_off: bool,
    /// Longest video, seconds.
    pub longest_s: Option<u64>,
}

impl Creator {
    /// What is kept with an account; `None` where TikTok was never asked.
    pub(super) fn of(account: &AccountIdentity) -> Option<Self> {
        Self::deserialize(account.meta.get(NOTE).filter(|note| note.is_object())?).ok()
    }

    /// As it is kept.
    pub(super) fn note(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// Whether the account offers this choice.
    pub(super) fn offers(&self, privacy: Privacy) -> bool {
        self.privacy.is_empty() || self.privacy.iter().any(|offered| offered == privacy.word())
    }

    /// The choices that it offers, in our words.
    pub(super) fn choices(&self) -> String {
        let offered = Privacy::all().filter(|privacy| self.offers(*privacy));
        offered.map(Privacy::name).collect::<Vec<_>>().join(", ")
    }

    /// Longest video, milliseconds.
    pub(super) fn longest_ms(&self) -> Option<u64> {
        self.longest_s.map(|seconds| seconds.saturating_mul(1000))
    }

    /// Refuses what the account does not allow now.
    pub(super) fn allows(&self, privacy: Privacy, video: Option<&MediaInfo>) -> Result<(), ConnectorError> {
        if !self.offers(privacy) {
            return Err(rejected(
                op::CREATOR,
                "privacy_unavailable",
                format!(
                    "The account does not offer \"{}\" as who can see a post: that depends on whether it is private at the moment.",
                    privacy.name()
                ),
                format!("Choose one of these, then try again: {}.", self.choices()),
            ));
        }
        let length = video.and_then(|file| file.duration_ms);
        match (length, self.longest_ms()) {
            (Some(length), Some(longest)) if length > longest => Err(rejected(
                op::CREATOR,
                "too_long",
                format!(
                    "TikTok takes videos of up to {} seconds from this account; this one has {}.",
                    longest / 1000,
                    length.div_ceil(1000)
                ),
                "Shorten it, then try again.",
            )),
            _ => Ok(()),
        }
    }

    /// The switches that go out with a post: what is off for the account stays off.
    pub(super) fn switches(&self, options: &Options) -> Off {
        Off {
            comments: !options.allow_comments || self.comments_off,
            duet: !options.allow_duet || self.duet_off,
            stitch: !options.allow_stitch || self.stitch_off,
        }
    }
}

/// Whether an account may give an option this value, as far as is known of it.
pub(super) fn offers(account: &AccountIdentity, option: &str, value: &str) -> bool {
    let creator = Creator::of(account).unwrap_or_default();
    match (option, value) {
        ("mode", "direct") => !lacks(account, "direct"),
        ("mode", "inbox") => !lacks(account, "inbox"),
        ("privacy", _) => Privacy::all().find(|privacy| privacy.name() == value).is_none_or(|privacy| {
            creator.offers(privacy) && (privacy == Privacy::PRIVATE || !lacks(account, "audited"))
        }),
        ("allow_comments", "true") => !creator.comments_off,
        ("allow_duet", "true") => !creator.duet_off,
        ("allow_stitch", "true") => !creator.stitch_off,
        _ => true,
    }
}

/// Whether the account's notes say no to this.
pub(super) fn lacks(account: &AccountIdentity, what: &str) -> bool {
    account.meta.get(what).and_then(Value::as_bool) == Some(false)
}

/// What people can't do with a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Off {
    pub comments: bool,
    pub duet: bool,
    pub stitch: bool,
}

impl Default for Off {
    fn default() -> Self {
        Self { comments: true, duet: true, stitch: true }
    }
}

/// Asks TikTok. It refuses to say anything while the account may not post at all.
pub(super) async fn ask(api: &Api<'_>) -> Result<Creator, ConnectorError> {
    let call = api.post(op::CREATOR, Safety::Read, "/v2/post/publish/creator_info/query/", &Empty {});
    let data: CreatorData = api.ask(call).await?;
    Ok(Creator {
        username: data.creator_username.filter(|name| !name.is_empty()),
        nickname: data.creator_nickname.filter(|name| !name.is_empty()),
        privacy: data.privacy_level_options,
        comments_off: data.comment_disabled,
        duet_off: data.duet_disabled,
        stitch_off: data.stitch_disabled,
        longest_s: data.max_video_post_duration_sec,
    })
}
