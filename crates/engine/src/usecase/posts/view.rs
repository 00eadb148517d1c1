//! Posts and publications as the API and the pages show them.

use carillon_domain::connector_error::ConnectorError;
use carillon_domain::id::{AccountId, AttemptId, PostId, PublicationId};
use carillon_domain::limits::Violation;
use carillon_domain::publication::{
    Delivered, HeldReason, PostStatus, PublicationState, UnitState, post_status,
};
use carillon_domain::time::Timestamp;
use carillon_store::repo::attempt::{AttemptRow, StepRow};
use carillon_store::repo::post::PostRow;
use carillon_store::repo::publication::PublicationRow;

/// A post with its publications.
#[derive(Debug, Clone)]
pub struct PostView {
    /// What was composed.
    pub post: PostRow,
    /// Derived from the publications.
    pub status: PostStatus,
    /// What a careful person would want to know; filled by create, update and check.
    pub warnings: Vec<Violation>,
    /// One per account.
    pub publications: Vec<PublicationView>,
}

/// Why a post can never be changed again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It is public on an account, or nobody knows.
    Out,
    /// It is, or may be, on an account that was erased with its history.
    Erased,
}

impl PostView {
    /// Derives the status, also from what is remembered of publications that were erased with their accounts.
    pub fn new(post: PostRow, publications: Vec<PublicationView>) -> Self {
        let erased = &post.erased;
        let states: Vec<_> =
            publications.iter().map(|p| p.state).chain(erased.iter().map(|e| e.state)).collect();
        let incomplete = publications.iter().any(|p| p.incomplete) || erased.iter().any(|e| e.incomplete);
        Self { status: post_status(&states, incomplete), post, warnings: Vec::new(), publications }
    }

    /// Whether something of it that was erased with an account is public, or may be: then it never changes again.
    pub fn went_out_and_was_erased(&self) -> bool {
        self.post.erased.iter().any(|e| e.may_be_public())
    }

    /// Why it can never be changed again: something of it is public, or may be.
    pub fn settled(&self) -> Option<Settled> {
        use PublicationState::{Published, Unconfirmed};
        if self.went_out_and_was_erased() {
            return Some(Settled::Erased);
        }
        let out = self.publications.iter().any(|p| matches!(p.state, Published | Unconfirmed));
        out.then_some(Settled::Out)
    }

    /// The post's id.
    pub fn id(&self) -> PostId {
        self.post.id
    }
}

/// A publication without what only the engine needs.
#[derive(Debug, Clone)]
pub struct PublicationView {
    /// Id.
    pub id: PublicationId,
    /// The post.
    pub post: PostId,
    /// The account.
    pub account: AccountId,
    /// Its platform.
    pub platform: String,
    /// State.
    pub state: PublicationState,
    /// When it is to be public.
    pub due_at: Option<Timestamp>,
    /// When the engine looks at it next.
    pub next_at: Option<Timestamp>,
    /// The network's id of the root.
    pub remote_id: Option<String>,
    /// Where people see it.
    pub remote_url: Option<String>,
    /// When it became public.
    pub published_at: Option<Timestamp>,
    /// A part or comment is missing.
    pub incomplete: bool,
    /// Thread parts and first comment.
    pub parts: Vec<PartView>,
    /// Why it is held.
    pub held_reason: Option<HeldReason>,
    /// The last thing that went wrong.
    pub error: Option<ConnectorError>,
    /// What reconciliation saw.
    pub evidence: Option<String>,
    /// Where its root went, once it is published.
    pub delivered: Option<Delivered>,
    /// When its root was deleted at the network, at a person's wish.
    pub deleted_at: Option<Timestamp>,
    /// When the text of its root was last changed at the network, at a person's wish.
    pub edited_at: Option<Timestamp>,
    /// What did not work of the request that this answers, though the rest did.
    pub warnings: Vec<Violation>,
    /// Tries with their steps, oldest first; only where asked for.
    pub attempts: Vec<AttemptView>,
}

/// A thread part or the first comment.
#[derive(Debug, Clone)]
pub struct PartView {
    /// 1 is the first part after the root.
    pub index: u16,
    /// How it stands.
    pub state: UnitState,
    /// The network's id.
    pub remote_id: Option<String>,
    /// Where people see it.
    pub remote_url: Option<String>,
    /// Why it is not public.
    pub error: Option<ConnectorError>,
    /// When it was deleted at the network, at a person's wish.
    pub deleted_at: Option<Timestamp>,
}

/// One try.
#[derive(Debug, Clone)]
pub struct AttemptView {
    /// Id.
    pub id: AttemptId,
    /// 1, 2, 3 …
    pub number: i64,
    /// Begin.
    pub started_at: Timestamp,
    /// End.
    pub ended_at: Option<Timestamp>,
    /// `published`, `retry`, `failed`, `held`, `unconfirmed`, `incomplete`, or still open.
    pub outcome: Option<String>,
    /// What went wrong.
    pub error: Option<ConnectorError>,
    /// Every remote call.
    pub steps: Vec<StepView>,
}

impl From<(AttemptRow, Vec<StepRow>)> for AttemptView {
    fn from((a, steps): (AttemptRow, Vec<StepRow>)) -> Self {
        Self {
            id: a.id,
            number: a.number,
            started_at: a.started_at,
            ended_at: a.ended_at,
            outcome: a.outcome,
            error: a.error,
            steps,
        }
    }
}

/// One remote call of an attempt.
pub type StepView = StepRow;

impl PublicationView {
    /// The view of a row, with the attempts that were loaded.
    pub fn new(row: PublicationRow, attempts: Vec<(AttemptRow, Vec<StepRow>)>) -> Self {
        let root = row.units.iter().find(|u| u.index == 0);
        let (deleted_at, edited_at) = root.map_or((None, None), |u| (u.deleted_at, u.edited_at));
        let delivered = root.map(|u| u.delivered).unwrap_or_default();
        let delivered = (row.state == PublicationState::Published).then_some(delivered);
        let parts = row
            .units
            .into_iter()
            .filter(|u| u.index > 0)
            .map(|u| PartView {
                index: u.index,
                state: u.state,
                remote_id: u.remote_id,
                remote_url: u.remote_url,
                error: u.error,
                deleted_at: u.deleted_at,
            })
            .collect();
        let attempts = attempts.into_iter().map(AttemptView::from).collect();
        Self {
            id: row.id,
            post: row.post,
            account: row.account,
            platform: row.platform,
            state: row.state,
            due_at: row.due_at,
            next_at: row.next_at,
            remote_id: row.remote_id,
            remote_url: row.remote_url,
            published_at: row.published_at,
            incomplete: row.incomplete,
            parts,
            held_reason: row.held_reason,
            error: row.error,
            evidence: row.evidence,
            delivered,
            deleted_at,
            edited_at,
            warnings: Vec::new(),
            attempts,
        }
    }
}
