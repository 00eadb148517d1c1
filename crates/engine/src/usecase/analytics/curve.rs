//! A post's number by its age, beside what is usual on its account.
//!
//! - Compared are the posts of the ninety days before it, on the same account, of the same metric and definition; of engagements only
//!   those that are made of the same parts. Otherwise a post whose likes are hidden would look like a failure.
//! - Engagements of a look are there only if the look gave every part that the latest one has: a sum without one of them would look
//!   like a fall.

use std::collections::BTreeMap;

use carillon_domain::error::AppError;
use carillon_domain::id::{AccountId, RemotePostId};
use carillon_domain::insight::curve::{self as ages, Median, Seen};
use carillon_domain::insight::{self, Change, Look, PARTS};
use carillon_domain::permission::Permission;
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::repo::account::AccountRow;
use carillon_store::repo::post_look::{self, Posts};
use carillon_store::repo::remote_post::{self, Found};

use crate::usecase::accounts;
use crate::{Actor, Engine};

/// Posts of so long before it are compared.
pub const COMPARED: SignedDuration = SignedDuration::from_hours(90 * 24);

/// What is drawn of a post's age at least, however young it is.
const LEAST: SignedDuration = SignedDuration::from_hours(24);

/// The numbers of posts that have a curve, in the order in which one is chosen where nobody says which.
pub const CURVES: [&str; 7] = ["views", "engagements", "reach", "likes", "comments", "shares", "saves"];

/// A post's number by its age.
#[derive(Debug, Clone)]
pub struct PostCurve {
    /// The post.
    pub found: Found,
    /// Its account.
    pub account: AccountRow,
    /// Which number.
    pub metric: &'static str,
    /// The numbers that it has, of which one can be chosen.
    pub metrics: Vec<&'static str>,
    /// What was seen of it.
    pub own: ages::Curve,
    /// How old it is.
    pub age: SignedDuration,
    /// What is usual, at the ages that are compared, up to its own and at least of the first day.
    pub usual: Vec<Median>,
    /// Of how many posts.
    pub posts: usize,
    /// Network's fields that its own number came from.
    pub natives: Vec<String>,
}

/// A post's number at one age, beside what is usual there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AtAge {
    /// The age.
    pub age: SignedDuration,
    /// The post's own number, as last seen by then.
    pub own: Option<i64>,
    /// What is usual.
    pub usual: Option<i64>,
    /// Of how many posts.
    pub posts: usize,
}

impl PostCurve {
    /// What is known at each age that is compared, up to the post's own, youngest first; ages of which nothing is known are not there. Last the
    /// newest look, where no such age lies after it yet: that is all that a chart of the same shows.
    pub fn by_age(&self) -> Vec<AtAge> {
        let at = |median: &Median| AtAge {
            age: median.age,
            own: self.own.at(median.age),
            usual: median.value,
            posts: median.posts,
        };
        let past = self.usual.iter().filter(|median| median.age <= self.age);
        let known = past.map(at).filter(|row| row.own.is_some() || row.usual.is_some());
        known.chain(self.newest()).collect()
    }

    fn newest(&self) -> Option<AtAge> {
        let last = self.own.seen().last()?;
        let shown = self.usual.iter().any(|median| (last.age..=self.age).contains(&median.age));
        (!shown).then_some(AtAge { age: last.age, own: Some(last.value), usual: None, posts: 0 })
    }

    /// The last age at which both are known: what is usual there, and the change from it to the post's own.
    pub fn standing(&self) -> Option<(Median, Change)> {
        ages::standing(&self.own, &self.usual, self.age)
    }
}

/// The curve of a post that was found on an account. Without a metric it is views, or else the first of [`CURVES`] that the post has.
///
/// # Errors
/// [`AppError::NotFound`], also for posts of other workspaces and of networks that are off; [`AppError::Forbidden`] when the role may not
/// read; [`AppError::Invalid`] for a metric that has no curve.
pub async fn curve(
    engine: &Engine,
    actor: &Actor,
    id: RemotePostId,
    metric: Option<&str>,
) -> Result<PostCurve, AppError> {
    actor.require(Permission::Read)?;
    let metric = known(metric)?;
    let found = remote_post::find(&engine.db, actor.workspace, id).await?;
    of(engine, actor, found.ok_or(AppError::NotFound { what: "post" })?, metric).await
}

/// The same of the post that the network calls so; `None` when it was not found on the account yet.
///
/// # Errors
/// As [`curve`].
pub async fn curve_of_remote(
    engine: &Engine,
    actor: &Actor,
    (account, remote_id): (AccountId, &str),
    metric: Option<&str>,
) -> Result<Option<PostCurve>, AppError> {
    actor.require(Permission::Read)?;
    let metric = known(metric)?;
    let found = remote_post::by_remote_id(&engine.db, actor.workspace, account, remote_id).await?;
    match found {
        Some(found) => of(engine, actor, found, metric).await.map(Some),
        None => Ok(None),
    }
}

/// The metric of this name; an empty one asks for none.
fn known(metric: Option<&str>) -> Result<Option<&'static str>, AppError> {
    let Some(wanted) = metric.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    let found = CURVES.into_iter().find(|name| *name == wanted);
    let message = || format!("There is no curve of `{wanted}`. Ask for one of {}.", CURVES.join(", "));
    found.map(Some).ok_or_else(|| AppError::invalid("metric", "unknown", message()))
}

async fn of(
    engine: &Engine,
    actor: &Actor,
    found: Found,
    metric: Option<&'static str>,
) -> Result<PostCurve, AppError> {
    let account = accounts::get(engine, actor, found.row.account).await?;
    let row = &found.row;
    let has = |name: &&'static str| match *name {
        "engagements" => insight::engagements(&row.seen).is_some(),
        name => insight::count_of(&row.seen, name).is_some(),
    };
    let metrics: Vec<_> = CURVES.into_iter().filter(has).collect();
    let metric = metric.or(metrics.first().copied()).unwrap_or(CURVES[0]);
    let posts = |from, to, only| Posts { workspace: row.workspace, account: row.account, from, to, only };
    let next = row.published_at.checked_add(SignedDuration::from_micros(1)).unwrap_or(Timestamp::MAX);
    let since = row.published_at.checked_sub(COMPARED).unwrap_or(Timestamp::MIN);
    let (own, others) = futures::try_join!(
        looks(engine, posts(row.published_at, next, Some(row.id)), metric),
        looks(engine, posts(since, row.published_at, None), metric),
    )?;
    let own = own.into_values().next().unwrap_or_default();
    let others: Vec<_> =
        others.into_values().filter(|other| own.is_like(other)).map(|other| other.curve()).collect();
    let age = engine.clock.now().duration_since(row.published_at);
    let usual = ages::medians(&others, &ages::ages(age.clamp(LEAST, ages::UNTIL)));
    Ok(PostCurve {
        posts: others
            .iter()
            .filter(|other| usual.iter().any(|median| other.at(median.age).is_some()))
            .count(),
        natives: own.natives(),
        own: own.curve(),
        account,
        metric,
        metrics,
        age,
        usual,
        found,
    })
}

/// Looks at one post, those of each part under its name.
#[derive(Debug, Default)]
struct Looks {
    published_at: Timestamp,
    parts: BTreeMap<&'static str, Vec<Look>>,
}

/// Looks at posts, by post.
async fn looks(
    engine: &Engine,
    posts: Posts,
    metric: &'static str,
) -> Result<BTreeMap<RemotePostId, Looks>, AppError> {
    let single = [metric];
    let parts: &[&'static str] = if metric == "engagements" { &PARTS } else { &single };
    let each = parts.iter().map(|part| post_look::of(&engine.db, posts, part));
    let mut by_post: BTreeMap<_, Looks> = BTreeMap::new();
    for (part, found) in parts.iter().zip(futures::future::try_join_all(each).await?) {
        for seen in found {
            let looks = by_post.entry(seen.post).or_default();
            looks.published_at = seen.published_at;
            // What can't be a count of people is none, as everywhere.
            if insight::is_count(part, seen.look.value) {
                looks.parts.entry(*part).or_default().push(seen.look);
            }
        }
    }
    Ok(by_post)
}

impl Looks {
    /// The parts that the latest look gave, each with its version.
    fn made_of(&self) -> BTreeMap<&'static str, u32> {
        let last = |looks: &Vec<Look>| looks.last().map(|look| (look.at, look.definition));
        let latest = self.parts.values().filter_map(last).map(|(at, _)| at).max();
        let given = self.parts.iter().filter_map(|(part, looks)| Some((*part, last(looks)?)));
        given.filter(|(_, (at, _))| Some(*at) == latest).map(|(part, (_, version))| (part, version)).collect()
    }

    fn is_like(&self, other: &Self) -> bool {
        self.made_of() == other.made_of()
    }

    fn natives(&self) -> Vec<String> {
        let parts = self.made_of();
        let made = self.parts.iter().filter(|(part, _)| parts.contains_key(*part));
        made.filter_map(|(_, looks)| Some(looks.last()?.native.clone())).collect()
    }

    /// The looks that gave all of it.
    fn curve(&self) -> ages::Curve {
        let parts = self.made_of();
        let mut sums: BTreeMap<Timestamp, (usize, i64)> = BTreeMap::new();
        for (part, looks) in &self.parts {
            for look in looks.iter().filter(|look| parts.get(part) == Some(&look.definition)) {
                let (given, sum) = sums.entry(look.at).or_default();
                *given += 1;
                *sum = sum.saturating_add(look.value);
            }
        }
        let whole = sums.into_iter().filter(|(_, (given, _))| *given == parts.len());
        ages::Curve::new(
            whole.map(|(at, (_, value))| Seen { age: at.duration_since(self.published_at), value }),
        )
    }
}
