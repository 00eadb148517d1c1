//! Rows that a test changes where it matters.

use carillon_domain::composition::Composition;
use carillon_domain::id::{AccountId, PostId, PublicationId, WorkspaceId};
use carillon_domain::publication::PublicationState;
use carillon_domain::time::Timestamp;

use crate::repo::post::PostRow;
use crate::repo::publication::PublicationRow;

/// An empty post of `now`, and its publication on the account, a draft.
pub fn draft(
    workspace: WorkspaceId,
    (account, platform): (AccountId, &str),
    (post, publication): (PostId, PublicationId),
    now: Timestamp,
) -> (PostRow, PublicationRow) {
    let row = PublicationRow {
        workspace,
        id: publication,
        post,
        account,
        platform: platform.to_owned(),
        state: PublicationState::Draft,
        due_at: None,
        next_at: None,
        tries: 0,
        held_reason: None,
        released_at: None,
        intent: false,
        progress: None,
        content_version: 1,
        fingerprint: String::new(),
        incomplete: false,
        remote_id: None,
        remote_url: None,
        published_at: None,
        error: None,
        evidence: None,
        units: Vec::new(),
        created_at: now,
        updated_at: now,
    };
    let post = PostRow {
        workspace,
        id: post,
        version: 1,
        composition: Composition::default(),
        tags: Vec::new(),
        campaign: None,
        due_at: None,
        wall: None,
        timezone: "UTC".to_owned(),
        created_by: None,
        created_at: now,
        updated_at: now,
        trashed_at: None,
        erased: Vec::new(),
    };
    (post, row)
}
