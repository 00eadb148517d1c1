//! A new post with its publications and, where it is to go out, their jobs: one transaction.

use carillon_domain::error::AppError;
use carillon_domain::id::Id;
use carillon_domain::permission::Permission;
use carillon_domain::post::Draft;
use carillon_domain::publication::PublicationState;
use carillon_store::repo::job;
use carillon_store::repo::post::{self, PostRow};
use carillon_store::repo::publication::{self, PublicationRow};
use sha2::{Digest, Sha256};

use super::check::AccountCheck;
use super::input::{PostInput, WantedStatus};
use super::judge::{Judged, judge};
use super::query;
use super::view::PostView;
use crate::publish::{self, Target};
use crate::usecase::caps;
use crate::{Actor, Engine};

/// Creates the post.
///
/// A draft may break networks' rules, which then show as warnings; what is to go out may not.
///
/// # Errors
/// [`AppError::Invalid`] with every problem at once, [`AppError::Forbidden`] when the role may not publish.
pub async fn create(engine: &Engine, actor: &Actor, input: PostInput) -> Result<PostView, AppError> {
    actor.require(Permission::Write)?;
    if input.status != WantedStatus::Draft {
        actor.require(Permission::Publish)?;
    }
    let now = engine.clock.now();
    let zone = actor.timezone.clone();
    let Judged { composition, checks, due, places, warnings } = judge(engine, actor, &input, None).await?;
    let row = PostRow {
        workspace: actor.workspace,
        id: Id::new(engine.clock.as_ref(), engine.entropy.as_ref()),
        version: 1,
        composition,
        tags: input.tags,
        campaign: input.campaign.filter(|c| !c.trim().is_empty()),
        due_at: due.as_ref().map(|d| d.at),
        wall: due.as_ref().map(|d| d.wall.to_string()),
        timezone: due.as_ref().map_or_else(|| input.timezone.unwrap_or(zone), |d| d.timezone.clone()),
        created_by: actor.user,
        created_at: now,
        updated_at: now,
        trashed_at: None,
        erased: Vec::new(),
    };
    let publications: Vec<PublicationRow> =
        checks.iter().map(|check| new_publication(engine, &row, check, input.status)).collect();
    save_new(engine, row.clone(), publications, places).await?;
    engine.events.post_changed(actor.workspace, row.id);
    let mut view = query::get(engine, actor, row.id).await?;
    view.warnings = warnings;
    Ok(view)
}

/// Saves post, publications and jobs together.
async fn save_new(
    engine: &Engine,
    row: PostRow,
    publications: Vec<PublicationRow>,
    places: Vec<caps::Place>,
) -> Result<(), AppError> {
    let times = publish::Times::of(engine);
    let jobs: Vec<_> = publications
        .iter()
        .filter(|p| p.state == PublicationState::Scheduled)
        .map(|p| {
            let target = Target { workspace: p.workspace, publication: p.id };
            times.job(target, &p.platform, p.account, p.due_at)
        })
        .collect();
    engine
        .db
        .write(move |tx| {
            Box::pin(async move {
                post::insert(tx, &row).await?;
                for publication in &publications {
                    publication::insert(tx, publication).await?;
                }
                for new in &jobs {
                    job::put(tx, new).await?;
                }
                caps::take(tx, &places, row.id).await
            })
        })
        .await?;
    engine.wake.notify_waiters();
    Ok(())
}

/// The publication of `post` on the checked account.
pub(super) fn new_publication(
    engine: &Engine,
    post: &PostRow,
    check: &AccountCheck,
    wanted: WantedStatus,
) -> PublicationRow {
    PublicationRow {
        workspace: post.workspace,
        id: Id::new(engine.clock.as_ref(), engine.entropy.as_ref()),
        post: post.id,
        account: check.account.id,
        platform: check.account.platform.clone(),
        state: match wanted {
            WantedStatus::Draft => PublicationState::Draft,
            WantedStatus::Scheduled | WantedStatus::Now => PublicationState::Scheduled,
        },
        due_at: post.due_at,
        next_at: None,
        tries: 0,
        held_reason: None,
        released_at: None,
        intent: false,
        progress: None,
        content_version: 1,
        fingerprint: fingerprint(&check.draft),
        incomplete: false,
        remote_id: None,
        remote_url: None,
        published_at: None,
        error: None,
        evidence: None,
        units: Vec::new(),
        created_at: post.updated_at,
        updated_at: post.updated_at,
    }
}

/// Equal for what people would call the same post: text without case and spaces, media by content.
pub(crate) fn fingerprint(draft: &Draft) -> String {
    let mut hash = Sha256::new();
    for part in std::iter::once(&draft.root).chain(&draft.parts) {
        let text: String = part.text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
        hash.update(text.as_bytes());
        hash.update([0]);
        for media in &part.media {
            hash.update(media.sha256.as_bytes());
        }
        hash.update([1]);
    }
    hex::encode(hash.finalize())
}
