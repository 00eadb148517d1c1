//! What the kept numbers add up to. Bounded by the time that is asked for, however long the history: looks at accounts are found by
//! their primary key, posts by `remote_posts_by_time`.
//!
//! Of looks the database gives one for each account and day. A day is a division, so callers ask for one [`Slice`] after the other; see
//! there. Posts of the time are few enough to be added up outside, day by day; of the time that is compared with, the database adds them up.

use carillon_domain::id::{AccountId, RemotePostId, WorkspaceId};
use carillon_domain::insight::{Look, MIN_VIEWS, Slice};
use carillon_domain::time::Timestamp;

use super::remote_post::{self, Found};
use crate::{Db, Executor, Row, StoreError, Value, args, statements};

mod counts;

pub use counts::{Counts, Sums};

/// Whose numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// Only this account. Without it, those that were disconnected are left out.
    pub account: Option<AccountId>,
    /// Only accounts on these.
    pub platforms: Vec<String>,
    /// Only posts that were made here with this tag.
    pub tag: Option<String>,
    /// Only posts that were made here for this campaign.
    pub campaign: Option<String>,
}

/// The accounts of a scope. `cross join` tells SQLite, which has no statistics, to begin with them.
macro_rules! accounts {
    () => {
        "a.workspace_id = $1 and (cast($2 as uuid) is null or a.id = $2) and (a.status <> 'disconnected' or a.id = $2) \
         and replace($3, '|' || a.platform || '|', '') <> $3"
    };
}

/// The posts of a scope in a time.
macro_rules! posts {
    () => {
        concat!(
            accounts!(),
            " and r.workspace_id = a.workspace_id and r.account_id = a.id and r.published_at >= $4 and r.published_at < $5 \
             and ((cast($6 as text) is null and cast($7 as text) is null) or exists (select 1 from publications t join posts o \
             on o.workspace_id = $1 and o.id = t.post_id where t.workspace_id = $1 and t.id = r.publication_id \
             and (cast($6 as text) is null or replace(o.tags, $6, '') <> o.tags) \
             and (cast($7 as text) is null or o.campaign = $7)))"
        )
    };
}

/// Engagements for each of a basis, in billionths, as `Rate::billionths` computes it. Null without either.
macro_rules! rate {
    ($basis:literal) => {
        concat!(
            "case when r.",
            $basis,
            " > 0 then case when r.engagements / r.",
            $basis,
            " >= 1000 then 1000000000000 \
             else (r.engagements * 1000000000 + r.",
            $basis,
            " / 2) / r.",
            $basis,
            " end end"
        )
    };
}

/// What the rates of posts by a basis add up to, and of how many posts. Both are far from overflowing: a rate is at most `Rate::MOST`.
macro_rules! rates {
    ($basis:literal) => {
        concat!(
            "cast(sum(",
            rate!($basis),
            ") as bigint) as ",
            $basis,
            "_rates, count(case when r.",
            $basis,
            " > 0 then r.engagements end) as ",
            $basis,
            "_rated"
        )
    };
}

macro_rules! columns {
    ($from:literal) => {
        concat!(
            $from,
            ".workspace_id, ",
            $from,
            ".account_id, ",
            $from,
            ".id, ",
            $from,
            ".remote_id, ",
            $from,
            ".url, ",
            $from,
            ".body, ",
            $from,
            ".kind, ",
            $from,
            ".published_at, ",
            $from,
            ".publication_id, ",
            $from,
            ".first_seen_at, ",
            $from,
            ".read_at, ",
            $from,
            ".numbers, ",
            $from,
            ".followers"
        )
    };
}

statements! {
    LOOKS = "analytics.looks": concat!("select s.account_id, s.as_of, s.value, s.native, s.definition from \
        (select x.account_id, max(x.as_of) as as_of from accounts a cross join snapshots x where ", accounts!(),
        " and x.workspace_id = a.workspace_id and x.account_id = a.id and x.subject_id = a.id and x.metric = $4 and x.as_of >= $5 \
        and x.as_of < $6 group by x.account_id, (x.as_of + $7) / 86400000000) d cross join snapshots s where s.workspace_id = $1 \
        and s.account_id = d.account_id and s.subject_id = d.account_id and s.metric = $4 and s.as_of = d.as_of \
        order by s.account_id, s.as_of");
    LAST_LOOKS = "analytics.last_looks": concat!("select s.account_id, s.as_of, s.value, s.native, s.definition from accounts a \
        cross join snapshots s where ", accounts!(), " and s.workspace_id = a.workspace_id and s.account_id = a.id and s.subject_id = a.id \
        and s.metric = $4 and s.as_of = (select max(x.as_of) from snapshots x where x.workspace_id = a.workspace_id \
        and x.account_id = a.id and x.subject_id = a.id and x.metric = $4 and x.as_of >= $5 and x.as_of < $6)");
    COUNTS = "analytics.counts": concat!("select r.account_id, r.published_at, r.read_at, r.fields, r.views, r.reach, r.likes, \
        r.comments, r.shares, r.saves, r.engagements, r.followers from accounts a cross join remote_posts r where ", posts!());
    SUMS = "analytics.sums": concat!("select r.account_id, count(*) as posts, cast(sum(r.views) as bigint) as views, \
        cast(sum(r.reach) as bigint) as reach, cast(sum(r.engagements) as bigint) as engagements, ", rates!("views"), ", ",
        rates!("followers"), ", ", rates!("reach"), " from accounts a cross join remote_posts r where ", posts!(),
        " group by r.account_id");
    TOP = "analytics.top": concat!("select ", columns!("r"), ", p.post_id from accounts a cross join remote_posts r \
        left join publications p on p.workspace_id = r.workspace_id and p.id = r.publication_id where ", posts!(),
        " and r.engagements is not null and (r.views > 0 or (r.views is null and r.followers > 0)) \
        order by case when r.views < $8 then 1 else 0 end, case when r.views > 0 then ", rate!("views"), " else ",
        rate!("followers"), " end desc, coalesce(r.views, -1) desc, r.id desc limit $9");
    PAGE = "analytics.page": concat!("select ", columns!("y"), ", y.post_id, y.place from (select ", columns!("r"),
        ", p.post_id, cast($9 as bigint) * case cast($8 as text) when 'views' then r.views when 'reach' then r.reach \
        when 'likes' then r.likes when 'comments' then r.comments when 'shares' then r.shares when 'saves' then r.saves \
        when 'engagements' then r.engagements when 'engagement_rate_by_views' then ", rate!("views"),
        " when 'engagement_rate_by_followers' then ", rate!("followers"), " when 'engagement_rate_by_reach' then ",
        rate!("reach"), " else r.published_at end as place from accounts a cross join remote_posts r \
        left join publications p on p.workspace_id = r.workspace_id and p.id = r.publication_id where ", posts!(), ") y \
        where cast($10 as bigint) is null or (case when y.place is null then 1 else 0 end) > $10 \
        or ((case when y.place is null then 1 else 0 end) = $10 \
        and (y.place < $11 or (y.place = $11 and y.id < $12) or ($10 = 1 and y.id < $12))) \
        order by case when y.place is null then 1 else 0 end, y.place desc, y.id desc limit $13");
}

impl Scope {
    fn values(&self) -> Vec<Value> {
        // Between bars, so that no name is part of another.
        args![self.workspace, self.account, format!("|{}|", self.platforms.join("||"))]
    }

    fn of_posts(&self, from: Timestamp, to: Timestamp) -> Vec<Value> {
        let mut values = self.values();
        values.extend(args![from, to, self.tag_as_stored(), self.campaign.as_deref()]);
        values
    }

    /// The tag as it stands in the array; whatever is in it is escaped.
    pub(super) fn tag_as_stored(&self) -> Option<String> {
        self.tag.as_ref().and_then(|tag| serde_json::to_string(tag).ok())
    }
}

/// For each account and day of a slice the last look at one of its totals; by account, then time. A day without one is not there.
///
/// # Errors
/// [`StoreError`].
pub async fn looks(
    db: &Db,
    scope: &Scope,
    metric: &str,
    slice: Slice,
) -> Result<Vec<(AccountId, Look)>, StoreError> {
    let mut values = scope.values();
    values.extend(args![metric, slice.from, slice.to, slice.offset]);
    db.fetch_all(LOOKS, values).await?.iter().map(look).collect()
}

/// The last look of each account at one of its totals in a time, in no order. An account without one is not there.
///
/// # Errors
/// [`StoreError`].
pub async fn last_looks(
    db: &Db,
    scope: &Scope,
    metric: &str,
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<(AccountId, Look)>, StoreError> {
    let mut values = scope.values();
    values.extend(args![metric, from, to]);
    db.fetch_all(LAST_LOOKS, values).await?.iter().map(look).collect()
}

fn look(row: &Row) -> Result<(AccountId, Look), StoreError> {
    let look = Look {
        at: row.get("as_of")?,
        value: row.get("value")?,
        native: row.get("native")?,
        definition: row.get("definition")?,
    };
    Ok((row.get("account_id")?, look))
}

/// What the posts of a time add up to, by account, with their numbers as last seen. An account without posts is not there.
///
/// # Errors
/// [`StoreError`].
pub async fn sums(
    db: &Db,
    scope: &Scope,
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<(AccountId, Sums)>, StoreError> {
    let rows = db.fetch_all(SUMS, scope.of_posts(from, to)).await?;
    rows.iter().map(|row| Ok((row.get("account_id")?, Sums::read(row)?))).collect()
}

/// Posts of a time with their numbers as last seen, in no order.
///
/// # Errors
/// [`StoreError`].
pub async fn counts(
    db: &Db,
    scope: &Scope,
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<Counts>, StoreError> {
    let rows = db.fetch_all(COUNTS, scope.of_posts(from, to)).await?;
    rows.iter().map(Counts::read).collect()
}

/// A post with what its account had when it was published.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// The post.
    pub found: Found,
    /// Followers of the account at its time, if anybody looked then.
    pub followers: Option<i64>,
}

pub(super) fn measured(row: &Row) -> Result<Measured, StoreError> {
    Ok(Measured { found: remote_post::read(row)?, followers: row.get("followers")? })
}

/// The posts with the best engagement rates: by views where the network gives views, else by followers. Those with fewer than
/// [`MIN_VIEWS`] views come last.
///
/// # Errors
/// [`StoreError`].
pub async fn top(
    db: &Db,
    scope: &Scope,
    (from, to): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<Measured>, StoreError> {
    let mut values = scope.of_posts(from, to);
    values.extend(args![MIN_VIEWS, limit]);
    db.fetch_all(TOP, values).await?.iter().map(measured).collect()
}

/// Where a page of sorted posts ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// What the post was sorted by; those without it come last. Grows along the list if its sign is turned.
    pub value: Option<i64>,
    /// The post.
    pub id: RemotePostId,
}

/// Which posts, in which order.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// A metric of a post; any other word is the time of publication.
    pub by: &'a str,
    /// From the smallest on.
    pub ascending: bool,
    /// After this one.
    pub after: Option<Place>,
    /// At most so many.
    pub limit: i64,
}

/// Posts in an order, each with its place in it; those that lack what they are sorted by come last.
///
/// # Errors
/// [`StoreError`].
pub async fn page(
    db: &Db,
    scope: &Scope,
    (from, to): (Timestamp, Timestamp),
    order: Order<'_>,
) -> Result<Vec<(Measured, Place)>, StoreError> {
    let missing = order.after.map(|place| i64::from(place.value.is_none()));
    let mut values = scope.of_posts(from, to);
    values.extend(args![
        order.by,
        if order.ascending { -1_i64 } else { 1 },
        missing,
        order.after.and_then(|place| place.value),
        order.after.map(|place| place.id),
        order.limit
    ]);
    let rows = db.fetch_all(PAGE, values).await?;
    rows.iter()
        .map(|row| {
            let post = measured(row)?;
            let place = Place { value: row.get("place")?, id: post.found.row.id };
            Ok((post, place))
        })
        .collect()
}
