//! The library as one grid: files, and posts, newest first, by one filter; where a file is used, and what came of it.

use std::collections::HashMap;

use carillon_domain::composition::Composition;
use carillon_domain::error::AppError;
use carillon_domain::id::{MediaId, PostId};
use carillon_domain::media::MediaKind;
use carillon_domain::permission::Permission;
use carillon_domain::publication::PublicationState;
use carillon_domain::time::Timestamp;
pub use carillon_store::repo::library::Standing;
use carillon_store::repo::library::{self, Sought, Told};
use carillon_store::repo::media::{self, MediaRow};
use carillon_store::repo::post::{self, Labels};
use carillon_store::repo::{post_media, publication};
use carillon_store::{Db, StoreError};
use uuid::Uuid;

use super::posts::{PostView, PublicationView};
use crate::{Actor, Engine};

/// Files and posts whose tags and campaigns are offered.
const NEWEST: i64 = 500;
/// Most posts that are named as using a file.
pub const MOST_USES: i64 = 30;
/// Posts whose files are noted in one go.
const BATCH: i64 = 200;
/// Most such goes of one upkeep.
const MOST_BATCHES: usize = 1_000;

/// Files, posts, or both.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Shown {
    /// Files of all kinds, and posts.
    #[default]
    Everything,
    /// Files of all kinds.
    Files,
    /// Files of one kind.
    Kind(MediaKind),
    /// Posts.
    Posts,
}

impl Shown {
    /// Reads `files`, `posts` or a kind of files; everything else is everything.
    pub fn parse(text: &str) -> Self {
        match text {
            "files" => Self::Files,
            "posts" => Self::Posts,
            other => MediaKind::parse(other).map_or(Self::Everything, Self::Kind),
        }
    }
}

/// Which of the library.
#[derive(Debug, Clone, Default)]
pub struct GridFilter {
    /// Files, posts, or both.
    pub shown: Shown,
    /// How it stands.
    pub standing: Option<Standing>,
    /// With this tag.
    pub tag: Option<String>,
    /// Of this campaign.
    pub campaign: Option<String>,
    /// What is searched for.
    pub q: Option<String>,
    /// Where the page begins: what [`Grid::next`] of the one before said.
    pub cursor: Option<String>,
    /// At most so many, 1–200.
    pub limit: u16,
}

/// One page of it.
#[derive(Debug, Clone)]
pub struct Grid {
    /// Newest first.
    pub items: Vec<Item>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// A file or a post.
#[derive(Debug, Clone)]
pub enum Item {
    /// A file.
    File {
        /// What is known of it.
        row: Box<MediaRow>,
        /// How many posts name it.
        uses: u64,
    },
    /// A post.
    Post {
        /// With its publications.
        view: Box<PostView>,
        /// Its first file, if it is in the library.
        picture: Option<Box<MediaRow>>,
        /// What came of it, where anything of it is public.
        reaction: Option<Reaction>,
    },
}

/// What people did with what is public of a post, as networks told last. What no network told is missing, not zero.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reaction {
    /// Likes, comments, shares and saves, of the accounts that told any.
    pub engagements: Option<u64>,
    /// Views, of the accounts that told them.
    pub views: Option<u64>,
    /// Accounts that told anything.
    pub told: usize,
    /// Accounts on which it is public.
    pub of: usize,
    /// When the oldest of these numbers was told.
    pub as_of: Option<Timestamp>,
}

impl Reaction {
    /// `None` where nothing is public.
    fn of(view: &PostView, told: &[&Told]) -> Option<Self> {
        let public = view.publications.iter().filter(|p| p.state == PublicationState::Published).count();
        let mut sum = Self { of: public, ..Self::default() };
        for one in told.iter().filter(|one| one.engagements.is_some() || one.views.is_some()) {
            sum.engagements = added(sum.engagements, one.engagements);
            sum.views = added(sum.views, one.views);
            sum.as_of = Some(sum.as_of.map_or(one.as_of, |at| at.min(one.as_of)));
            sum.told += 1;
        }
        (public > 0).then_some(sum)
    }

    /// The same of several posts; `None` where nothing of any is public.
    pub fn sum(all: impl IntoIterator<Item = Self>) -> Option<Self> {
        all.into_iter().reduce(|sum, one| Self {
            engagements: added(sum.engagements, one.engagements),
            views: added(sum.views, one.views),
            told: sum.told + one.told,
            of: sum.of + one.of,
            as_of: [sum.as_of, one.as_of].into_iter().flatten().min(),
        })
    }
}

/// What is missing adds nothing, and does not make a sum of nothing.
fn added(sum: Option<u64>, one: Option<u64>) -> Option<u64> {
    match (sum, one) {
        (Some(sum), Some(one)) => Some(sum.saturating_add(one)),
        (sum, one) => sum.or(one),
    }
}

/// A page of the library.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not read; `Invalid` for a cursor that is none.
pub async fn grid(engine: &Engine, actor: &Actor, filter: &GridFilter) -> Result<Grid, AppError> {
    actor.require(Permission::Read)?;
    let limit = usize::from(filter.limit.clamp(1, 200));
    let sought = Sought {
        standing: filter.standing,
        tag: filter.tag.clone(),
        campaign: filter.campaign.clone(),
        q: filter.q.clone(),
        before: filter.cursor.as_deref().map(place).transpose()?,
        limit: i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1),
    };
    let mut found = match filter.shown {
        Shown::Everything => {
            let mut both = files(engine, actor, &sought, None).await?;
            both.extend(posts(engine, actor, &sought).await?);
            both
        }
        Shown::Files => files(engine, actor, &sought, None).await?,
        Shown::Kind(kind) => files(engine, actor, &sought, Some(kind)).await?,
        Shown::Posts => posts(engine, actor, &sought).await?,
    };
    // Ids begin with the time at which they were made, those of files as well as those of posts.
    found.sort_by_key(|(id, _)| std::cmp::Reverse(*id));
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|(id, _)| MediaId::from_uuid(*id).to_string());
    Ok(Grid { items: found.into_iter().map(|(_, item)| item).collect(), next })
}

/// The place of a cursor, which is written as the id of a file whatever it was.
fn place(cursor: &str) -> Result<Uuid, AppError> {
    let message = "Use the cursor of the page before, as it is.";
    cursor.parse::<MediaId>().map(MediaId::uuid).map_err(|_| AppError::invalid("cursor", "invalid", message))
}

async fn files(
    engine: &Engine,
    actor: &Actor,
    sought: &Sought,
    kind: Option<MediaKind>,
) -> Result<Vec<(Uuid, Item)>, StoreError> {
    let (db, workspace) = (&engine.db, actor.workspace);
    let rows = library::files(db, workspace, sought, kind).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<MediaId> = rows.iter().map(|row| row.info.id).collect();
    let uses = library::uses(db, workspace, &ids).await?;
    let item = |row: MediaRow| {
        let id = row.info.id;
        let uses = uses.get(&id).copied().unwrap_or(0);
        (id.uuid(), Item::File { row: Box::new(row), uses })
    };
    Ok(rows.into_iter().map(item).collect())
}

async fn posts(engine: &Engine, actor: &Actor, sought: &Sought) -> Result<Vec<(Uuid, Item)>, StoreError> {
    let (db, workspace) = (&engine.db, actor.workspace);
    let rows = library::posts(db, workspace, sought).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<PostId> = rows.iter().map(|row| row.id).collect();
    let mut of_post: HashMap<PostId, Vec<PublicationView>> = HashMap::new();
    for row in library::publications(db, workspace, &ids).await? {
        of_post.entry(row.post).or_default().push(PublicationView::new(row, Vec::new()));
    }
    let shown: Vec<MediaId> = rows.iter().filter_map(|row| first_file(&row.composition)).collect();
    let pictures = library::pictures(db, workspace, &shown).await?;
    let pictures: HashMap<MediaId, MediaRow> = pictures.into_iter().map(|row| (row.info.id, row)).collect();
    let told = library::numbers(db, workspace, &ids).await?;
    let item = |row: post::PostRow| {
        let publications = of_post.remove(&row.id).unwrap_or_default();
        let view = PostView::new(row, publications);
        let told: Vec<&Told> = told.iter().filter(|told| told.post == view.post.id).collect();
        // Another post may show the same file.
        let picture = first_file(&view.post.composition)
            .and_then(|id| pictures.get(&id))
            .map(|row| Box::new(row.clone()));
        let reaction = Reaction::of(&view, &told);
        (view.post.id.uuid(), Item::Post { view: Box::new(view), picture, reaction })
    };
    Ok(rows.into_iter().map(item).collect())
}

/// The file that stands for a post.
fn first_file(composed: &Composition) -> Option<MediaId> {
    composed.media.first().copied().or_else(|| composed.media_ids().first().copied())
}

/// A post that names a file, and what came of it.
#[derive(Debug, Clone)]
pub struct Use {
    /// The post.
    pub view: PostView,
    /// What came of it, where anything of it is public.
    pub reaction: Option<Reaction>,
}

/// The newest posts that name this file, at most [`MOST_USES`].
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not read.
pub async fn uses(engine: &Engine, actor: &Actor, media: MediaId) -> Result<Vec<Use>, AppError> {
    actor.require(Permission::Read)?;
    let (db, workspace) = (&engine.db, actor.workspace);
    let rows = post_media::of_file(db, workspace, media, MOST_USES).await?;
    let told = library::numbers_of_file(db, workspace, media).await?;
    let mut uses = Vec::with_capacity(rows.len());
    for row in rows {
        let publications = publication::of_post(db, workspace, row.id).await?;
        let publications = publications.into_iter().map(|p| PublicationView::new(p, Vec::new())).collect();
        let view = PostView::new(row, publications);
        let told: Vec<&Told> = told.iter().filter(|told| told.post == view.post.id).collect();
        uses.push(Use { reaction: Reaction::of(&view, &told), view });
    }
    Ok(uses)
}

/// Tags of files and posts, and campaigns, to choose from.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not read.
pub async fn labels(engine: &Engine, actor: &Actor) -> Result<Labels, AppError> {
    actor.require(Permission::Read)?;
    let mut labels = post::labels(&engine.db, actor.workspace, NEWEST).await?;
    labels.tags.extend(media::tags(&engine.db, actor.workspace, NEWEST).await?);
    Ok(labels)
}

/// Notes which files the posts name that a node of the version before wrote.
///
/// # Errors
/// When the database fails.
pub(crate) async fn note_files(db: &Db) -> Result<(), StoreError> {
    // What such a node writes at the same time is left for the next upkeep.
    for _ in 0..MOST_BATCHES {
        let posts = post_media::to_note(db, BATCH).await?;
        if posts.is_empty() {
            break;
        }
        let noted = db.write(move |tx| {
            Box::pin(async move {
                for (workspace, id) in posts {
                    post_media::note(tx, workspace, id).await?;
                }
                Ok::<_, StoreError>(())
            })
        });
        noted.await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(engagements: Option<u64>, views: Option<u64>, of: usize) -> Reaction {
        let told = usize::from(engagements.is_some() || views.is_some());
        Reaction { engagements, views, told, of, as_of: None }
    }

    #[test]
    fn a_missing_number_is_no_zero_in_a_sum() {
        let all = [told(Some(3), None, 1), told(None, None, 2), told(Some(4), Some(90), 1)];
        let sum = Reaction::sum(all).expect("something is public");
        assert_eq!((sum.engagements, sum.views), (Some(7), Some(90)));
        assert_eq!((sum.told, sum.of), (2, 4));
        let silent = Reaction::sum([told(None, None, 1)]).expect("something is public");
        assert_eq!((silent.engagements, silent.views), (None, None));
        assert_eq!(Reaction::sum([]), None);
    }

    #[test]
    fn a_cursor_is_taken_as_it_was_given() {
        let id = MediaId::from_uuid(Uuid::from_u128(7));
        assert_eq!(place(&id.to_string()).expect("a cursor"), id.uuid());
        assert!(place("7").is_err());
    }
}
