//! Publishing, step by step.

use async_trait::async_trait;
use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::ConnectorError;
use carillon_domain::limits::CheckReport;
use carillon_domain::post::Draft;
use carillon_domain::time::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

use super::cx::{Cx, PlatformSettings};
use super::progress::Progress;
use crate::kit::http::CommitPermit;

/// The code of the refusal of an edit that this post does not bear.
pub const CANNOT_EDIT: &str = "cannot_edit";

/// How safe it is to repeat a commit whose answer was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CommitSafety {
    /// A write at an address that we chose: the same call again has no second effect, also while the first one is still on its
    /// way. It is looked for all the same before it is sent again, because the refusal of a second send says nothing about the
    /// first.
    Idempotent,
    /// The account can be searched for the content; only a proved absence allows another send.
    Reconcilable,
    /// The answer names something that can be asked how it went. When the answer itself is lost the account is searched, too, but an
    /// absence proves nothing, so that a person must find out.
    Answered,
    /// Nobody can find out; a person must.
    Blind,
}

/// What looking for a lost commit found.
#[derive(Debug, Clone, PartialEq)]
pub enum Reconciliation {
    /// It is public. The progress has the unit's remote id.
    Found(Progress),
    /// It is certainly not public and will not become so.
    Absent {
        /// At the stage from which the unit goes on (`Ready` with the same client key or container, or `Preparing`).
        again: Progress,
        /// Why, where the network said so. It counts like the same answer to a call: its kind says whether and when the unit is
        /// tried again, and people read it. `None`: the send was lost, which uses up a try.
        cause: Option<Box<ConnectorError>>,
    },
    /// Nobody can look, but the network tells one who asks in time: it refuses the very same call again and names what the
    /// first one made public. The progress is still at `Committing`, with what the connector must know for that. As soon as
    /// nothing of the open send can have an effect any more, the commit is sent again without giving up the intent: what it is
    /// answered (the find counts as success) closes the question, and anything else is `Ambiguous` and leaves it open. The
    /// connector says so only while the network's memory lasts.
    Repeat(Progress),
    /// The network has what it needs and still works on it: it makes it public by itself or will say why not, and nothing would
    /// come of sending anything again. Looked at again for a day, since neither a person nor we could hasten it.
    Working {
        /// When to look again.
        look_again_at: Timestamp,
        /// What the network works on, for people.
        evidence: String,
    },
    /// Not known yet; look again at this time, if there is sense in that.
    Unknown {
        /// When looking again makes sense; `None`: a person decides.
        look_again_at: Option<Timestamp>,
        /// What was looked at and seen, for the person.
        evidence: String,
    },
}

impl Reconciliation {
    /// It is not public, and goes on from `again`; the network said why, or nobody knows.
    pub fn absent(again: Progress, cause: Option<ConnectorError>) -> Self {
        Self::Absent { again, cause: cause.map(Box::new) }
    }
}

/// Most posts of one account in a span of time. Spans are aligned to the clock: from one multiple of their length to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Most posts.
    pub posts: u32,
    /// Length in seconds.
    pub span_s: u32,
}

/// Publishes drafts. Implementations keep no state.
#[async_trait]
pub trait Publisher: Send + Sync {
    /// Checks the draft against every rule of the network and of the account's server. Pure: all problems at once.
    fn check(&self, draft: &Draft, account: &AccountIdentity) -> CheckReport;

    /// Most publications of this account a day, as the network itself last said, or as the operator's plan allows; `None`
    /// where neither is known. Pure.
    fn daily_cap(&self, settings: &PlatformSettings, account: &AccountIdentity) -> Option<u32> {
        let _ = (settings, account);
        None
    }

    /// What the network takes of one account in other spans than a day. Pure.
    fn windows(&self, settings: &PlatformSettings) -> &'static [Window] {
        let _ = settings;
        &[]
    }

    /// Whether the network can have any of the draft's files only by fetching it from this server. Pure.
    fn must_fetch(&self, draft: &Draft, account: &AccountIdentity) -> bool {
        let _ = (draft, account);
        false
    }

    /// The first progress. Chooses everything that must stay the same over all retries (record keys, creation times),
    /// from the clock and entropy of `cx`. Sends nothing.
    ///
    /// # Errors
    /// When the draft can't be published at all.
    fn start(&self, cx: &Cx<'_>, draft: &Draft) -> Result<Progress, ConnectorError>;

    /// Goes one or more invisible, repeatable steps further, from `Preparing` or `Processing`. Never makes anything public.
    ///
    /// # Errors
    /// As the network answered; the progress saved last by `cx.checkpoint` (or the one given) is then where to go on.
    async fn advance(
        &self,
        cx: &Cx<'_>,
        draft: &Draft,
        progress: Progress,
    ) -> Result<Progress, ConnectorError>;

    /// How safe a repetition of the commit of `unit` is.
    fn commit_safety(&self, draft: &Draft, unit: u16) -> CommitSafety;

    /// Sends the one call that makes the unit in `progress` (at `Committing`) public. Each permit is good for one send.
    ///
    /// # Errors
    /// `Ambiguous` when the effect is unknown; any other kind only when it is certain that nothing became public. Before
    /// either, the connector may save the same stage with more notes by `cx.checkpoint` (what the network answered): the
    /// progress saved last is then the one to go on from.
    /// `NotReady` says that something prepared is not there (any more), an expired upload for example: the unit goes on from
    /// `Preparing`.
    async fn commit(
        &self,
        cx: &Cx<'_>,
        draft: &Draft,
        progress: Progress,
        permit: CommitPermit,
    ) -> Result<Progress, ConnectorError>;

    /// Looks whether the open commit in `progress` (at `Committing`) had its effect. Sends reads only.
    ///
    /// # Errors
    /// When looking itself failed; the question stays open.
    async fn reconcile(
        &self,
        cx: &Cx<'_>,
        draft: &Draft,
        progress: &Progress,
    ) -> Result<Reconciliation, ConnectorError>;

    /// Best effort after the commit, and later again as long as the progress [`awaits`](Self::awaits) something: fills in ids and links.
    /// Its failure never changes the verdict.
    ///
    /// # Errors
    /// As the network answered; ignored but for the journal.
    async fn read_back(&self, cx: &Cx<'_>, progress: Progress) -> Result<Progress, ConnectorError> {
        let _ = cx;
        Ok(progress)
    }

    /// Whether the network still owes the id or the address of a unit that is done, so that asking for them later by
    /// [`read_back`](Self::read_back) makes sense. `false` is right where everything comes with the answer, or never. Pure.
    fn awaits(&self, progress: &Progress) -> bool {
        let _ = progress;
        false
    }

    /// Whether posts of this account can be deleted by a program, where the network lets some be: by the login that it was
    /// connected with, for example. Pure.
    fn can_delete(&self, account: &AccountIdentity) -> bool {
        let _ = account;
        true
    }

    /// Whether this account may give an option this value (`true` for a switch), as the network last said. Forms don't offer what it
    /// may not; what is set all the same is for the check. Pure.
    fn offers(&self, account: &AccountIdentity, option: &str, value: &str) -> bool {
        let _ = (account, option, value);
        true
    }

    /// Longest video of this account, milliseconds, where the network gives accounts limits of their own and said which; `None` where
    /// [`Capabilities`](super::capability::Capabilities) say all there is to say. Pure.
    fn longest_video_ms(&self, account: &AccountIdentity) -> Option<u64> {
        let _ = account;
        None
    }

    /// Deletes a public unit. Deleting what is gone already is success.
    ///
    /// # Errors
    /// As the network answered.
    async fn delete(&self, cx: &Cx<'_>, remote_id: &str) -> Result<(), ConnectorError>;

    /// Changing what is public, where the network lets programs do so.
    fn editor(&self) -> Option<&dyn Editor> {
        None
    }
}

/// Giving what is public another text.
#[async_trait]
pub trait Editor: Send + Sync {
    /// Why a post that was published with these options can't be given another text, or would lose something by it: `Rejected` with the
    /// code [`CANNOT_EDIT`]. `None` where it can. Pure.
    fn refusal(&self, options: &Map<String, Value>) -> Option<ConnectorError> {
        let _ = options;
        None
    }

    /// Gives the public root the text of `draft`, which otherwise is what was published and which nothing [refuses](Self::refusal);
    /// nothing else of it changes. The same text again has no second effect. When the answer is lost the post is read, where it can
    /// be: if it has the text, this is success.
    ///
    /// # Errors
    /// As the network answered; `Rejected` with the code [`CANNOT_EDIT`] where only the network knows that it can't be changed.
    async fn edit(&self, cx: &Cx<'_>, remote_id: &str, draft: &Draft) -> Result<(), ConnectorError>;
}
