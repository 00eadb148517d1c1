//! Posts with their numbers: in an order, and the best ones.

use carillon_domain::error::{AppError, FieldError};
use carillon_domain::id::RemotePostId;
use carillon_domain::insight::{self, Basis, Engagements, MIN_VIEWS, Period, Rate};
use carillon_store::repo::account::AccountRow;
use carillon_store::repo::analytics::{Measured, Order, Place};

use super::filter::{Filter, Selection, select};
use super::source;
use crate::{Actor, Engine};

/// What posts can be sorted by.
pub const SORTS: [&str; 11] = [
    "published_at",
    "views",
    "reach",
    "likes",
    "comments",
    "shares",
    "saves",
    "engagements",
    "engagement_rate_by_views",
    "engagement_rate_by_followers",
    "engagement_rate_by_reach",
];

/// Most posts of one page.
const MOST: u32 = 100;

/// Which page of posts.
#[derive(Debug, Clone, Default)]
pub struct PostQuery {
    /// One of [`SORTS`]; by default the first one.
    pub sort: Option<String>,
    /// `desc`, which is the default, or `asc`.
    pub order: Option<String>,
    /// Where the page before ended.
    pub cursor: Option<String>,
    /// At most so many, 1 to 100.
    pub limit: u32,
}

/// A post with its numbers.
#[derive(Debug, Clone)]
pub struct RankedPost {
    /// The post.
    pub post: Measured,
    /// Its account.
    pub account: AccountRow,
    /// What people did with it; `None` when the network gives none of it.
    pub engagements: Option<Engagements>,
    /// Its rates, in the order of [`Basis::ALL`].
    pub rates: [Option<Rate>; 3],
}

impl RankedPost {
    fn of(post: Measured, selection: &Selection) -> Option<Self> {
        let account = selection.account(post.found.row.account)?.clone();
        let seen = &post.found.row.seen;
        let engagements = insight::engagements(seen);
        let rates = Basis::ALL.map(|basis| {
            let number = match basis {
                Basis::Followers => post.followers,
                basis => insight::count_of(seen, basis.as_str()),
            };
            Rate::new(engagements.as_ref()?.value, number?)
        });
        Some(Self { account, engagements, rates, post })
    }

    /// What it is ranked by: its rate by views where there are views, else by followers.
    pub fn rank(&self) -> Option<(Basis, Rate)> {
        let seen = insight::count_of(&self.post.found.row.seen, "views").is_some();
        let basis = if seen { Basis::Views } else { Basis::Followers };
        let place = Basis::ALL.iter().position(|other| *other == basis)?;
        self.rates[place].map(|rate| (basis, rate))
    }

    /// Whether its views are too few to rank with others.
    pub fn seen_by_few(&self) -> bool {
        insight::count_of(&self.post.found.row.seen, "views").is_some_and(|views| views < MIN_VIEWS)
    }
}

/// A page of posts.
#[derive(Debug, Clone)]
pub struct PostPage {
    /// The time.
    pub period: Period,
    /// How many accounts were looked at.
    pub accounts: usize,
    /// The posts.
    pub items: Vec<RankedPost>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// A page of the posts that became public in the time, in an order. Those that lack what they are sorted by come last.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not read; [`AppError::Invalid`] for an order that there is not, a cursor that is none, or a
/// filter that says nothing.
pub async fn posts(
    engine: &Engine,
    actor: &Actor,
    filter: &Filter,
    query: &PostQuery,
) -> Result<PostPage, AppError> {
    let selection = select(engine, actor, filter).await?;
    let (by, ascending, after) = order(query)?;
    let limit = query.limit.clamp(1, MOST);
    let order = Order { by, ascending, after, limit: i64::from(limit) + 1 };
    let mut found = source::page(engine, &selection, order).await?;
    let more = found.len() > usize::try_from(limit).unwrap_or(usize::MAX);
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = found.last().filter(|_| more).map(|(_, place)| written(*place));
    let items = found.into_iter().filter_map(|(post, _)| RankedPost::of(post, &selection));
    Ok(PostPage {
        accounts: selection.accounts.len(),
        items: items.collect(),
        next,
        period: selection.period.clone(),
    })
}

/// Hands over every post that became public in the time, newest first; at most `most` of them.
///
/// # Errors
/// As [`posts`], and [`AppError::Invalid`] when there are more.
pub(crate) async fn each(
    engine: &Engine,
    actor: &Actor,
    filter: &Filter,
    most: usize,
    mut take: impl FnMut(&RankedPost),
) -> Result<Period, AppError> {
    let selection = select(engine, actor, filter).await?;
    let limit = i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1);
    let order = Order { by: SORTS[0], ascending: false, after: None, limit };
    let found = source::page(engine, &selection, order).await?;
    if found.len() > most {
        return Err(too_many(most));
    }
    found.into_iter().filter_map(|(post, _)| RankedPost::of(post, &selection)).for_each(|post| take(&post));
    Ok(selection.period)
}

/// More rows than a file holds.
pub(crate) fn too_many(most: usize) -> AppError {
    let message =
        format!("A file holds at most {most} rows, and this would be more. Ask for a shorter time.");
    AppError::Invalid(vec![FieldError::new("from", "too_many_rows", message).with_limit(most, most + 1)])
}

fn order(query: &PostQuery) -> Result<(&'static str, bool, Option<Place>), AppError> {
    let mut errors = Vec::new();
    let wanted = query.sort.as_deref().unwrap_or(SORTS[0]);
    let by = SORTS.into_iter().find(|name| *name == wanted);
    if by.is_none() {
        let message = format!("Posts can't be sorted by `{wanted}`, only by one of {}.", SORTS.join(", "));
        errors.push(FieldError::new("sort", "unknown", message));
    }
    let ascending = match query.order.as_deref() {
        None | Some("desc") => false,
        Some("asc") => true,
        Some(other) => {
            let message = format!("`{other}` is neither `asc` nor `desc`.");
            errors.push(FieldError::new("order", "unknown", message));
            false
        }
    };
    let after = query.cursor.as_deref().map(place);
    if after == Some(None) {
        let message = "Give back `next_cursor` of the page before.";
        errors.push(FieldError::new("cursor", "invalid", message));
    }
    match by {
        Some(by) if errors.is_empty() => Ok((by, ascending, after.flatten())),
        _ => Err(AppError::Invalid(errors)),
    }
}

/// A place as a cursor: what the post was sorted by, and its id.
fn written(place: Place) -> String {
    let value = place.value.map_or_else(|| "none".to_owned(), |value| value.to_string());
    format!("{value}~{}", place.id)
}

/// The place that a cursor names.
fn place(cursor: &str) -> Option<Place> {
    let (value, id) = cursor.split_once('~')?;
    let id: RemotePostId = id.parse().ok()?;
    let value = if value == "none" { None } else { Some(value.parse().ok()?) };
    Some(Place { value, id })
}

/// The best posts.
#[derive(Debug, Clone)]
pub struct TopPosts {
    /// The time.
    pub period: Period,
    /// How many accounts were looked at.
    pub accounts: usize,
    /// The posts, best first.
    pub items: Vec<RankedPost>,
}

/// The posts with the best engagement rates: by views where the network gives views, else by followers at their time. Those with fewer
/// than [`MIN_VIEWS`] views come after all others; those without a rate are left out.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not read; [`AppError::Invalid`] for a filter that says nothing.
pub async fn top(engine: &Engine, actor: &Actor, filter: &Filter, limit: u32) -> Result<TopPosts, AppError> {
    let selection = select(engine, actor, filter).await?;
    let found = source::top(engine, &selection, i64::from(limit.clamp(1, MOST))).await?;
    let items = found.into_iter().filter_map(|post| RankedPost::of(post, &selection));
    Ok(TopPosts {
        accounts: selection.accounts.len(),
        items: items.collect(),
        period: selection.period.clone(),
    })
}
