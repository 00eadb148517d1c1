//! Posts of an account with their numbers as they were known before an instant of the past: what was read later is not there.
//!
//! Numbers come from `snapshots`, since `remote_posts` holds the last ones only. The last look before the instant is found for each post
//! and metric by the primary key, so neither a long history nor many looks at a post make it slower. Where a day's last snapshot is
//! the only one that is left of it, the answer for an instant between two days is the same as before thinning.

use std::collections::BTreeMap;

use carillon_domain::id::{AccountId, RemotePostId, WorkspaceId};
use carillon_domain::metric::{Observation, Reading};
use carillon_domain::time::{SignedDuration, Timestamp};

use super::analytics::{self, Measured, Scope};
use crate::{Db, Executor, Row, StoreError, args, statements};

/// Every metric that is read; a test compares them with `carillon_domain::metric::ALL`.
macro_rules! metrics {
    ($with:ident) => {
        $with!(
            "followers",
            "following",
            "posts",
            "listed",
            "views",
            "likes",
            "comments",
            "shares",
            "reposts",
            "quotes",
            "saves",
            "sends",
            "dislikes",
            "reach",
            "engaged_views",
            "interactions",
            "engaged_accounts",
            "clicks",
            "link_clicks",
            "profile_visits",
            "profile_actions",
            "follows",
            "unfollows",
            "video_views",
            "watch_time",
            "average_watch_time",
            "average_watched",
            "skip_rate",
            "navigation",
            "playlist_adds",
            "playlist_removes",
            "viewers",
            "followers_online",
            "story_replies",
            "video_viewers"
        )
    };
}

/// As rows.
macro_rules! rows {
    ($first:literal $(, $name:literal)*) => {
        concat!("(select '", $first, "' as metric", $(" union all select '", $name, "'",)* ")")
    };
}

#[cfg(test)]
macro_rules! names {
    ($($name:literal),*) => { &[$($name),*] };
}

#[cfg(test)]
pub(crate) const METRICS: &[&str] = metrics!(names);

/// A page of the posts of an account that became public in a time and had been found before an instant.
macro_rules! posts {
    () => {
        "r.workspace_id = $1 and r.account_id = $2 and r.published_at >= $3 and r.published_at < $4 and r.first_seen_at < $5 \
         and ((cast($6 as text) is null and cast($7 as text) is null) or exists (select 1 from publications t join posts o \
         on o.workspace_id = $1 and o.id = t.post_id where t.workspace_id = $1 and t.id = r.publication_id \
         and (cast($6 as text) is null or replace(o.tags, $6, '') <> o.tags) \
         and (cast($7 as text) is null or o.campaign = $7))) \
         and (cast($8 as bigint) is null or r.published_at < $8 or r.id < $9) \
         order by r.published_at desc, r.id desc limit $10"
    };
}

/// A column of the last look at a metric of a post.
macro_rules! at_look {
    ($column:literal) => {
        concat!(
            "(select s.",
            $column,
            " from snapshots s where s.workspace_id = $1 and s.account_id = $2 and s.subject_id = d.id and s.metric = d.metric \
             and s.as_of = d.as_of) as ",
            $column
        )
    };
}

statements! {
    // Followers at a post's time stay once they are known (`remote_posts.put`); they were, if somebody had looked by then.
    POSTS = "known.posts": concat!("select r.workspace_id, r.account_id, r.id, r.remote_id, r.url, r.body, r.kind, r.published_at, \
        r.publication_id, r.first_seen_at, r.read_at, r.numbers, p.post_id, case when exists (select 1 from snapshots f \
        where f.workspace_id = $1 and f.account_id = $2 and f.subject_id = $2 and f.metric = 'followers' \
        and f.as_of >= r.published_at - 604800000000 and f.as_of <= r.published_at + 176400000000 and f.as_of < $5) \
        then r.followers end as followers from remote_posts r \
        left join publications p on p.workspace_id = r.workspace_id and p.id = r.publication_id where ", posts!());
    // The `limit`, which is more than a page can have, keeps PostgreSQL from flattening `d`: it would read every look at every post, and
    // look for the last one again at each of them.
    NUMBERS = "known.numbers": concat!("select d.id as subject_id, d.metric, d.as_of, ", at_look!("value"), ", ", at_look!("native"),
        ", ", at_look!("definition"), " from (select p.id, m.metric, (select max(x.as_of) from snapshots x where x.workspace_id = $1 \
        and x.account_id = $2 and x.subject_id = p.id and x.metric = m.metric and x.as_of < $5) as as_of from \
        (select r.id from remote_posts r where ", posts!(), ") p cross join ", metrics!(rows), " m limit 1000000) d \
        where d.as_of is not null");
    LAST_LOOK = "known.last_look": "select max(s.as_of) as as_of from snapshots s where s.workspace_id = $1 and s.account_id = $2 \
        and s.subject_id = $2 and s.metric = $3 and s.as_of < $4";
    LAST_RUN = "known.last_run": "select r.started_at from sync_runs r where r.workspace_id = $1 and r.account_id = $2 \
        and r.state = 'done' and r.ended_at < $3 order by r.id desc limit 1";
}

/// An account, and the instant before which something must have been read to be known.
#[derive(Debug, Clone, Copy)]
pub struct Then {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// The account.
    pub account: AccountId,
    /// First instant of which nothing is known.
    pub before: Timestamp,
}

/// A page of the account's posts that became public in a time, newest first, with their numbers as known then. Of the scope only tag and campaign
/// count. A page begins after a post, and has at most so many.
///
/// A post of which no number had been read has none, and counts as read when it was found. Text, link and kind are those last seen.
///
/// # Errors
/// [`StoreError`].
pub async fn posts(
    db: &Db,
    then: Then,
    scope: &Scope,
    (from, to): (Timestamp, Timestamp),
    (after, limit): (Option<(Timestamp, RemotePostId)>, i64),
) -> Result<Vec<Measured>, StoreError> {
    // So that the index ends where the page before ended.
    let next = |at: Timestamp| at.checked_add(SignedDuration::from_micros(1)).unwrap_or(to);
    let values = || {
        args![
            then.workspace,
            then.account,
            from,
            after.map_or(to, |(at, _)| next(at)),
            then.before,
            scope.tag_as_stored(),
            scope.campaign.as_deref(),
            after.map(|(at, _)| at),
            after.map(|(_, id)| id),
            limit
        ]
    };
    let found = db.fetch_all(POSTS, values()).await?;
    let mut found = found.iter().map(analytics::measured).collect::<Result<Vec<_>, _>>()?;
    let mut seen =
        if found.is_empty() { BTreeMap::new() } else { last_seen(&db.fetch_all(NUMBERS, values()).await?)? };
    for post in &mut found {
        let row = &mut post.found.row;
        let nothing = || Observation { as_of: row.first_seen_at, readings: Vec::new() };
        row.seen = seen.remove(&row.id).unwrap_or_else(nothing);
        row.seen.readings.sort_by(|a, b| a.metric.cmp(&b.metric));
    }
    Ok(found)
}

/// Of the last reading of each metric those that are of the post's last look: what that one did not give is missing.
fn last_seen(rows: &[Row]) -> Result<BTreeMap<RemotePostId, Observation>, StoreError> {
    let mut found: BTreeMap<RemotePostId, Observation> = BTreeMap::new();
    for row in rows {
        let as_of: Timestamp = row.get("as_of")?;
        let reading = Reading {
            metric: row.get("metric")?,
            value: row.get("value")?,
            native: row.get("native")?,
            definition: row.get("definition")?,
        };
        let post = found.entry(row.get("subject_id")?);
        let seen = post.or_insert_with(|| Observation { as_of, readings: Vec::new() });
        if as_of > seen.as_of {
            *seen = Observation { as_of, readings: Vec::new() };
        }
        if as_of == seen.as_of {
            seen.readings.push(reading);
        }
    }
    Ok(found)
}

/// When an account's own totals had last been read; `None` when they never had.
///
/// # Errors
/// [`StoreError`].
pub async fn last_look(db: &Db, then: Then, metric: &str) -> Result<Option<Timestamp>, StoreError> {
    let values = args![then.workspace, then.account, metric, then.before];
    let row = db.fetch_optional(LAST_LOOK, values).await?;
    row.map_or(Ok(None), |row| row.get("as_of"))
}

/// When the last reading of an account began that had ended well by then; `None` when none had.
///
/// # Errors
/// [`StoreError`].
pub async fn last_run(db: &Db, then: Then) -> Result<Option<Timestamp>, StoreError> {
    let row = db.fetch_optional(LAST_RUN, args![then.workspace, then.account, then.before]).await?;
    row.map_or(Ok(None), |row| row.get("started_at"))
}
