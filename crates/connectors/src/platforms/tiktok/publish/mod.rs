//! Publishing on TikTok.
//!
//! **A video that is uploaded.** `init` gives a `publish_id` and an address for the bytes. They go out ahead of time in order, all parts
//! but the last. As soon as the last one is there TikTok works on the video and posts it, so that sending it is the commit: one short
//! call at the due second. It is sent to an address that belongs to this one post, where it has no second effect
//! (`CommitSafety::Idempotent`), and the id can be asked how it went. Nothing can become of an upload that lacks its last part; its
//! address dies after an hour.
//!
//! **Pictures, and videos that TikTok fetches.** Here `init` itself is the commit, and the id comes with its answer. Whoever has the answer
//! can ask how it went; when it is lost, nobody can ask, and only a public post can be seen in a list (`CommitSafety::Answered`).
//!
//! Invariants: after a commit was taken, [`commit`] never says that the post is public: TikTok may still give it up. It says `Ambiguous`,
//! and [`reconcile`] asks until TikTok names the end. `FAILED` is definite: nothing was posted. A `publish_id` whose last part may
//! have been sent is never dropped before TikTok was asked about it.

use async_trait::async_trait;
use carillon_domain::account::AccountIdentity;
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::limits::CheckReport;
use carillon_domain::post::Draft;

use super::api::Api;
use super::check::media;
use super::errors::{PLATFORM, op, rejected};
use super::options::Options;
use super::{TikTok, check, creator, settings};
use crate::contract::cx::Cx;
use crate::contract::progress::{Progress, Stage};
use crate::contract::publisher::{CommitSafety, Publisher, Reconciliation};
use crate::kit::http::CommitPermit;

mod commit;
mod init;
mod parts;
mod reconcile;
mod state;
mod status;
mod upload;

use state::State;

/// A post is one unit: there are neither threads nor comments.
const ROOT: u16 = 0;

#[async_trait]
impl Publisher for TikTok {
    fn check(&self, draft: &Draft, account: &AccountIdentity) -> CheckReport {
        check::check(draft, account)
    }

    fn must_fetch(&self, draft: &Draft, _: &AccountIdentity) -> bool {
        media::is_pictures(draft)
    }

    fn start(&self, cx: &Cx<'_>, draft: &Draft) -> Result<Progress, ConnectorError> {
        // What can't be read, has no place or was never chosen. Everything else TikTok refuses by itself.
        let (options, wrong) = Options::read(draft);
        let mut found = wrong.into_iter().chain(check::structure(draft)).chain(check::unchosen(&options));
        if let Some(first) = found.next() {
            return Err(rejected(op::VIDEO, &first.code, first.message, "Correct the post, then try again."));
        }
        permitted(cx, &options)?;
        let way = Way::of(cx, draft);
        Ok(Progress::new(state::VERSION, draft.units(), State::new(way).to_value()))
    }

    async fn advance(
        &self,
        cx: &Cx<'_>,
        draft: &Draft,
        mut progress: Progress,
    ) -> Result<Progress, ConnectorError> {
        if matches!(progress.stage, Stage::Committing { .. } | Stage::Done) {
            return Ok(progress);
        }
        let mut state = State::load(&progress)?;
        let (options, _) = Options::read(draft);
        let mut run = Run { cx, draft, options: &options, progress: &mut progress, state: &mut state };
        let wait = match run.state.way {
            Way::Upload => upload::upload(&mut run).await?,
            Way::Pull | Way::Pictures => {
                init::look_before(&mut run).await?;
                None
            }
        };
        state.store(&mut progress);
        Ok(match wait {
            Some(wait) => progress.waiting(ROOT, wait),
            None => progress.at(Stage::Ready { unit: ROOT }),
        })
    }

    fn commit_safety(&self, draft: &Draft, _: u16) -> CommitSafety {
        // Whether videos are fetched is not known here; of those nothing is asked that the weaker promise does not allow, since looking
        // comes first in either case, and nothing is ever proved to be absent.
        if media::is_pictures(draft) { CommitSafety::Answered } else { CommitSafety::Idempotent }
    }

    async fn commit(
        &self,
        cx: &Cx<'_>,
        draft: &Draft,
        progress: Progress,
        permit: CommitPermit,
    ) -> Result<Progress, ConnectorError> {
        match progress.stage {
            Stage::Committing { .. } => commit::commit(cx, draft, progress, permit).await,
            _ => Err(out_of_turn()),
        }
    }

    async fn reconcile(
        &self,
        cx: &Cx<'_>,
        draft: &Draft,
        progress: &Progress,
    ) -> Result<Reconciliation, ConnectorError> {
        reconcile::reconcile(cx, draft, progress).await
    }

    async fn read_back(&self, cx: &Cx<'_>, progress: Progress) -> Result<Progress, ConnectorError> {
        reconcile::read_back(cx, progress).await
    }

    fn awaits(&self, progress: &Progress) -> bool {
        State::load(progress).is_ok_and(|state| state.awaited(progress).is_some())
    }

    fn can_delete(&self, _: &AccountIdentity) -> bool {
        false
    }

    fn offers(&self, account: &AccountIdentity, option: &str, value: &str) -> bool {
        creator::offers(account, option, value)
    }

    fn longest_video_ms(&self, account: &AccountIdentity) -> Option<u64> {
        creator::Creator::of(account)?.longest_ms()
    }

    async fn delete(&self, _: &Cx<'_>, _: &str) -> Result<(), ConnectorError> {
        Err(rejected(
            "posts.delete",
            "unsupported",
            "TikTok lets no program delete posts.",
            "Delete it in the TikTok app.",
        ))
    }
}

/// How a post gets to TikTok. Chosen once: a change of settings does not change what is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum Way {
    /// We send a video.
    Upload,
    /// TikTok fetches a video.
    Pull,
    /// TikTok fetches pictures.
    Pictures,
}

impl Way {
    fn of(cx: &Cx<'_>, draft: &Draft) -> Self {
        if media::is_pictures(draft) {
            Self::Pictures
        } else if settings::pulls_videos(cx.settings) {
            Self::Pull
        } else {
            Self::Upload
        }
    }
}

/// One run of prepare steps.
struct Run<'a, 'p> {
    cx: &'a Cx<'a>,
    draft: &'a Draft,
    options: &'a Options,
    progress: &'p mut Progress,
    state: &'p mut State,
}

impl Run<'_, '_> {
    /// Makes the notes durable.
    async fn save(&mut self) -> Result<(), ConnectorError> {
        self.state.store(self.progress);
        self.cx.checkpoint.save(self.progress).await
    }

    /// Asks what the account may do now, as TikTok wants it before every post, and notes the switches that go out.
    async fn ask_creator(&mut self) -> Result<(), ConnectorError> {
        let Some(privacy) = self.options.privacy.filter(|_| !self.options.inbox) else { return Ok(()) };
        let creator = creator::ask(&Api::of(self.cx)).await?;
        creator.allows(privacy, media::video(self.draft))?;
        self.state.off = creator.switches(self.options);
        Ok(())
    }
}

/// Whether the account was connected with the permission that this post needs.
fn permitted(cx: &Cx<'_>, options: &Options) -> Result<(), ConnectorError> {
    let scopes = &cx.credential.scopes;
    let needed = if options.inbox { settings::INBOX } else { settings::DIRECT };
    if scopes.is_empty() || scopes.iter().any(|scope| scope == needed) {
        return Ok(());
    }
    let cause = if options.inbox {
        "The account was connected without the permission to put drafts into its inbox."
    } else {
        "The account was connected without the permission to post."
    };
    Err(ConnectorError::new(ErrorKind::PermissionMissing, PLATFORM, op::VIDEO, "scope_missing", cause)
        .with_action("Connect the account again, and agree to everything that TikTok lists."))
}

fn out_of_turn() -> ConnectorError {
    rejected(
        op::VIDEO,
        "not_prepared",
        "The post was about to be sent before it was prepared.",
        "Try again; if it stays, report it with the technical details.",
    )
}

fn no_files() -> ConnectorError {
    rejected(op::VIDEO, "missing", "The post has no file.", "Add a video or pictures, then try again.")
}
