//! What a publication on TikTok must remember between its steps.

use carillon_domain::connector_error::ConnectorError;
use carillon_domain::id::MediaId;
use carillon_domain::publication::Delivered;
use carillon_domain::secret::Secret;
use carillon_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Way;
use crate::contract::cx::{Credential, Cx};
use crate::contract::progress::Progress;
use crate::kit::seal::{Key, Sealed};
use crate::platforms::tiktok::auth::GRANT_KEY;
use crate::platforms::tiktok::creator::Off;
use crate::platforms::tiktok::errors::{op, rejected};
use crate::platforms::tiktok::limits::LINK_LIFE;

/// Version of the state.
pub(super) const VERSION: u16 = 1;

/// What the sealed address is for.
const PURPOSE: &str = "carillon tiktok upload";

/// Notes about a post.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    /// How it gets to TikTok.
    pub way: Way,
    /// Which file of the library is uploaded.
    pub media: Option<MediaId>,
    /// TikTok's name for the post in the making.
    pub publish_id: Option<String>,
    /// Where the bytes of a video go, sealed.
    pub link: Option<Sealed>,
    /// When TikTok gave that address.
    pub link_at: Option<Timestamp>,
    /// TikTok said that there is no such address any more.
    pub link_gone: bool,
    /// So many bytes TikTok said to have.
    pub sent: u64,
    /// TikTok said to have everything, or took the commit.
    pub taken: bool,
    /// Breaks since TikTok last had more bytes than before.
    pub breaks: u8,
    /// How often the upload was begun anew.
    pub restarts: u8,
    /// What people can't do with the post, as it goes out.
    pub off: Off,
    /// How TikTok refused the last part. Told once it says that it lacks bytes.
    pub refusal: Option<ConnectorError>,
    /// The post may still get a public id.
    #[serde(default)]
    pub awaits: bool,
}

impl State {
    /// At the beginning.
    pub(super) fn new(way: Way) -> Self {
        Self {
            way,
            media: None,
            publish_id: None,
            link: None,
            link_at: None,
            link_gone: false,
            sent: 0,
            taken: false,
            breaks: 0,
            restarts: 0,
            off: Off::default(),
            refusal: None,
            awaits: false,
        }
    }

    /// The notes in `progress`.
    pub(super) fn load(progress: &Progress) -> Result<Self, ConnectorError> {
        let state = serde_json::from_value(progress.state.clone()).ok();
        state.filter(|_| progress.version == VERSION).ok_or_else(unreadable)
    }

    pub(super) fn to_value(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// Writes the notes into `progress`.
    pub(super) fn store(&self, progress: &mut Progress) {
        progress.state = self.to_value();
    }

    /// Forgets the post in the making. Only for one of which TikTok says that nothing was or can be posted.
    pub(super) fn forget(&mut self) {
        *self = Self { restarts: self.restarts, refusal: self.refusal.take(), ..Self::new(self.way) };
    }

    /// TikTok's own name of a post that is done, as long as its public id may still come: after TikTok has looked at it, or after a
    /// person has posted it from the inbox.
    pub(super) fn awaited(&self, progress: &Progress) -> Option<&str> {
        let (root, name) = (progress.units.first()?, self.publish_id.as_deref()?);
        let unnamed = root.remote_id.as_deref() == Some(name) || root.delivered == Delivered::Inbox;
        (self.awaits && unnamed).then_some(name)
    }

    /// Keeps the address of the bytes.
    pub(super) fn keep_link(&mut self, cx: &Cx<'_>, link: &Secret) {
        self.link = Sealed::new(link, &key(cx.credential), cx.entropy);
        self.link_at = Some(cx.clock.now());
    }

    /// The address of the bytes, while it is good.
    pub(super) fn link(&self, cx: &Cx<'_>) -> Option<Secret> {
        let age = cx.clock.now().duration_since(self.link_at?);
        let good = !self.link_gone && age < LINK_LIFE;
        self.link.as_ref().filter(|_| good)?.open(&key(cx.credential))
    }
}

/// TikTok's tokens all change with time, so that the grant has a text of its own. Whoever connects anew begins the upload anew.
fn key(credential: &Credential) -> Key {
    let own = credential.extra.get(GRANT_KEY).and_then(Value::as_str).map(Secret::new);
    let token = || credential.refresh_token.clone().unwrap_or_else(|| credential.access_token.clone());
    Key::new(PURPOSE, &own.unwrap_or_else(token))
}

fn unreadable() -> ConnectorError {
    rejected(
        op::VIDEO,
        "unreadable_progress",
        "The saved progress of this post can't be read by this version of Carillon.",
        "Look in the TikTok app whether the post is there; if not, publish it again as a new post.",
    )
}
