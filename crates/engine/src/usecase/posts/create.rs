//! A new post with its publications and, where it is to go out, their jobs: one transaction.

use carillon_domain::error::AppError;
use carillon_domain::id::{AccountId, Id, PostId};
use carillon_domain::limits::Violation;
use carillon_domain::permission::Permission;
use carillon_domain::post::Draft;
use carillon_domain::publication::PublicationState;
use carillon_store::Tx;
use carillon_store::repo::job::{self, NewJob};
use carillon_store::repo::notice;
use carillon_store::repo::post::{self, PostRow};
use carillon_store::repo::publication::{self, PublicationRow};
use sha2::{Digest, Sha256};

use super::check::AccountCheck;
use super::input::{PostInput, WantedStatus};
use super::judge::{Judged, judge};
use super::query;
use super::view::PostView;
use crate::publish::{self, Target};
use crate::usecase::caps::{self, Besides};
use crate::usecase::notices;
use crate::usecase::queue::{self, FreeSlot};
use crate::usecase::series::{self, Part};
use crate::{Actor, Engine};

/// A post that may be saved, with everything that is saved with it.
pub(in crate::usecase) struct Ready {
    row: PostRow,
    publications: Vec<PublicationRow>,
    jobs: Vec<NewJob>,
    places: Vec<caps::Place>,
    aim: Aim,
    /// What people should know, though it may be saved.
    pub warnings: Vec<Violation>,
}

impl Ready {
    /// The post.
    pub fn id(&self) -> PostId {
        self.row.id
    }

    /// The accounts that [`insert`] locks.
    pub fn locked(&self) -> impl Iterator<Item = AccountId> {
        self.places.iter().map(caps::Place::account)
    }

    /// What of it takes a place at its time.
    pub fn planned(&self) -> impl Iterator<Item = caps::Planned> {
        let scheduled = self.publications.iter().filter(|p| p.state == PublicationState::Scheduled);
        scheduled.filter_map(|p| {
            let fingerprint = p.fingerprint.clone();
            Some(caps::Planned { account: p.account, due_at: p.due_at?, fingerprint })
        })
    }
}

/// Creates the post.
///
/// A draft may break networks' rules, which then show as warnings; what is to go out may not.
///
/// # Errors
/// [`AppError::Invalid`] with every problem at once, also where no slot is free; [`AppError::Forbidden`] when the role may not publish.
pub async fn create(engine: &Engine, actor: &Actor, mut input: PostInput) -> Result<PostView, AppError> {
    may(actor, input.status)?;
    if let Some(rule) = input.repeat.take().filter(|rule| !rule.trim().is_empty()) {
        return Box::pin(series::begin(engine, actor, input, &rule)).await;
    }
    if input.status != WantedStatus::Queue {
        return save(engine, actor, input, Aim::default()).await;
    }
    for _ in 0..queue::TRIES {
        let slot = queue::next_free(engine, actor, &input.accounts, None).await?;
        let placed = slot.place(input.clone());
        let aim = Aim { slot: Some(slot), ..Aim::default() };
        match Box::pin(save(engine, actor, placed, aim)).await {
            Err(error) if queue::is_taken(&error) => {}
            done => return done,
        }
    }
    Err(queue::too_busy())
}

fn may(actor: &Actor, wanted: WantedStatus) -> Result<(), AppError> {
    actor.require(Permission::Write)?;
    if wanted != WantedStatus::Draft {
        actor.require(Permission::Publish)?;
    }
    Ok(())
}

/// As what a post is saved, in the same transaction.
#[derive(Default)]
pub(in crate::usecase) struct Aim {
    /// In this slot, which must still be free then.
    pub slot: Option<FreeSlot>,
    /// As an occurrence of a series.
    pub part: Option<Part>,
    /// In the place of this post, which goes elsewhere right after.
    pub instead_of: Option<PostId>,
}

/// Saves it.
///
/// # Errors
/// As [`create`].
pub(in crate::usecase) async fn save(
    engine: &Engine,
    actor: &Actor,
    input: PostInput,
    aim: Aim,
) -> Result<PostView, AppError> {
    let mut ready = Ready { aim, ..ready(engine, actor, input, Besides::default()).await? };
    let (id, warnings) = (ready.id(), std::mem::take(&mut ready.warnings));
    let problem = ready.aim.part.as_ref().and_then(|part| part.problem.clone());
    let raised =
        problem.zip(ready.publications.first()).map(|(why, row)| notices::of_draft(engine, row, why));
    let is_raised = raised.is_some();
    engine
        .db
        .write(move |tx| {
            Box::pin(async move {
                insert(tx, &ready).await?;
                if let Some(raised) = &raised {
                    notice::raise(tx, raised).await?;
                }
                Ok::<_, AppError>(())
            })
        })
        .await?;
    told(engine, actor, [id]);
    if is_raised {
        engine.events.notices_changed(actor.workspace);
    }
    let mut view = query::get(engine, actor, id).await?;
    view.warnings = warnings;
    Ok(view)
}

/// Judges a request and makes ready what [`insert`] saves.
///
/// # Errors
/// As [`create`].
pub(in crate::usecase) async fn ready(
    engine: &Engine,
    actor: &Actor,
    input: PostInput,
    besides: Besides<'_>,
) -> Result<Ready, AppError> {
    may(actor, input.status)?;
    let now = engine.clock.now();
    let zone = actor.timezone.clone();
    let Judged { composition, checks, due, places, warnings } = judge(engine, actor, &input, besides).await?;
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
    let times = publish::Times::of(engine);
    let scheduled = publications.iter().filter(|p| p.state == PublicationState::Scheduled);
    let jobs = scheduled.map(|p| {
        let target = Target { workspace: p.workspace, publication: p.id };
        times.job(target, &p.platform, p.account, p.due_at)
    });
    let jobs = jobs.collect();
    Ok(Ready { row, publications, jobs, places, aim: Aim::default(), warnings })
}

/// Saves post, publications and jobs together.
///
/// # Errors
/// [`AppError::Invalid`] when somebody else took the slot or the last place of a day meanwhile.
pub(in crate::usecase) async fn insert(tx: &mut Tx<'_>, ready: &Ready) -> Result<(), AppError> {
    let row = &ready.row;
    post::insert(tx, row).await?;
    for publication in &ready.publications {
        publication::insert(tx, publication).await?;
    }
    for new in &ready.jobs {
        job::put(tx, new).await?;
    }
    // Before the caps: whatever locks accounts does it in one order.
    if let Some(slot) = &ready.aim.slot {
        queue::take(tx, row.workspace, slot, row.id).await?;
    }
    if let Some(part) = &ready.aim.part {
        series::link(tx, row.workspace, part, row.id).await?;
    }
    caps::take(tx, &ready.places, row.id, ready.aim.instead_of).await
}

/// Tells whoever waits for it that these posts were saved.
pub(in crate::usecase) fn told(engine: &Engine, actor: &Actor, posts: impl IntoIterator<Item = PostId>) {
    posts.into_iter().for_each(|id| engine.events.post_changed(actor.workspace, id));
    engine.wake.notify_waiters();
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
            WantedStatus::Scheduled | WantedStatus::Now | WantedStatus::Queue => PublicationState::Scheduled,
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
