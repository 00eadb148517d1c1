//! What an attempt must remember, so that whoever goes on with it does what it would have done.

use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::id::MediaId;
use carillon_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::contract::cx::{Credential, Cx};
use crate::contract::progress::Progress;
use crate::kit::seal::{Key, Sealed};
use crate::platforms::linkedin::errors::{PLATFORM, op};

/// What sealed addresses are for.
const PURPOSE: &str = "carillon linkedin upload addresses";

/// Version of the state.
pub(super) const VERSION: u16 = 1;

/// Notes about a post.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    /// Files in order.
    pub uploads: Vec<Upload>,
    /// When the first send may have happened whose effect nobody knows. From then on a refusal as a copy may name that post.
    #[serde(default)]
    pub first_sent: Option<Timestamp>,
    /// The page's list proved that no send had an effect: a plain refusal is certain again.
    #[serde(default)]
    pub proved_absent: bool,
    /// Posts that are older than the first send: what a refusal names of them is not ours.
    #[serde(default)]
    pub older: Vec<String>,
    /// A refusal as a copy named this post, which is older than the first send.
    #[serde(default)]
    pub copy_of: Option<String>,
    /// How often the post was refused because a file was not ready.
    #[serde(default)]
    pub not_ready: u16,
    /// LinkedIn refused the files, and they were uploaded anew.
    #[serde(default)]
    pub renewed: bool,
}

/// One file on its way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Upload {
    /// Which file of the library.
    pub media: MediaId,
    /// LinkedIn's id for it, once that is good for something.
    pub urn: Option<String>,
    /// How far it is.
    pub step: Step,
    /// Where the parts of a video go.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// What LinkedIn answered to each part that is there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub etags: Vec<String>,
    /// How often the line broke since the last part arrived.
    #[serde(default)]
    pub breaks: u8,
    /// What LinkedIn wants back with the end of an upload, where it is more than nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Sealed>,
    /// When the addresses of the parts run out.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// How often it was asked whether LinkedIn is done with it.
    #[serde(default)]
    pub polls: u16,
    /// How often it was begun anew.
    #[serde(default)]
    pub restarts: u8,
}

/// Where a stretch of a file goes; `end` does not count in. Parts go out without a token, so that whoever has the address can send
/// them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Part {
    pub url: Sealed,
    pub start: u64,
    pub end: u64,
}

/// How far an upload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Step {
    /// Bytes remain to be sent.
    Sending,
    /// The end of the upload may have been told.
    Finalizing,
    /// LinkedIn works on it.
    Processing,
    /// It can be attached.
    Ready,
}

impl Upload {
    pub(super) fn new(media: MediaId) -> Self {
        Self {
            media,
            urn: None,
            step: Step::Sending,
            parts: Vec::new(),
            etags: Vec::new(),
            breaks: 0,
            token: None,
            expires_at: None,
            polls: 0,
            restarts: 0,
        }
    }

    /// From the beginning once more.
    pub(super) fn anew(&self) -> Self {
        Self { restarts: self.restarts.saturating_add(1), ..Self::new(self.media) }
    }
}

impl State {
    /// The notes in `progress`; fresh ones at the beginning.
    pub(super) fn load(progress: &Progress) -> Result<Self, ConnectorError> {
        if progress.state.is_null() {
            return Ok(Self::default());
        }
        let state = serde_json::from_value(progress.state.clone()).ok();
        state.filter(|_| progress.version == VERSION).ok_or_else(unreadable)
    }

    /// Writes the notes into `progress`.
    pub(super) fn store(&self, progress: &mut Progress) {
        progress.state = serde_json::to_value(self).unwrap_or_default();
    }

    /// Makes the notes durable.
    pub(super) async fn save(&self, cx: &Cx<'_>, progress: &mut Progress) -> Result<(), ConnectorError> {
        self.store(progress);
        cx.checkpoint.save(progress).await
    }
}

/// Under which addresses are kept. When the account is connected again, and where LinkedIn renews the grant with another token,
/// uploads begin anew.
pub(super) fn key(credential: &Credential) -> Key {
    Key::new(PURPOSE, credential.refresh_token.as_ref().unwrap_or(&credential.access_token))
}

fn unreadable() -> ConnectorError {
    let cause = "The saved progress of this post can't be read by this version of Carillon.";
    ConnectorError::new(ErrorKind::Rejected, PLATFORM, op::CREATE, "unreadable_progress", cause)
        .with_action("Look at the account whether the post is there; if not, publish it again as a new post.")
}
