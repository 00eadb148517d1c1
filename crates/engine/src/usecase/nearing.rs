//! Days on which most of what an account may send is sent or planned: told once for each account and day, early enough to choose another
//! day for what is not planned yet.
//!
//! A day fills up by posts and by beginning, and only the first is a change that a notice could commit with. So days are looked at from
//! time to time, and what is told is what is true then. Every process looks, so most looks find nothing to write, and write nothing.

use std::collections::BTreeSet;

use carillon_domain::account::AccountStatus;
use carillon_domain::id::{AccountId, WorkspaceId};
use carillon_domain::notice::NoticeKind;
use carillon_domain::schedule;
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::StoreError;
use carillon_store::repo::account::{self, AccountRow};
use carillon_store::repo::notice::{self, NewNotice};
use carillon_store::repo::{tally, workspace};
use jiff::civil::Date;

use super::{caps, notices};
use crate::Engine;

/// What goes out today was due at the earliest then, but for what was held longer until somebody published it.
const BEFORE: SignedDuration = SignedDuration::from_hours(24 * 7);

/// Days end at the latest then, whatever the zone.
const AFTER: SignedDuration = SignedDuration::from_hours(24 * 2);

/// Tells of accounts whose day is nearly full, and settles what is told of those of which it is not, or of another day.
///
/// # Errors
/// When the database fails.
pub(crate) async fn look_at_caps(engine: &Engine) -> Result<(), StoreError> {
    let now = engine.clock.now();
    let open: BTreeSet<_> = notice::open(&engine.db, NoticeKind::CapNear).await?.into_iter().collect();
    let mut all: BTreeSet<_> =
        tally::busy(&engine.db, (now - BEFORE, now + AFTER)).await?.into_iter().collect();
    all.extend(&open);
    // Of what went out there is news for a day, however long ago it was due.
    all.extend(notice::open(&engine.db, NoticeKind::Published).await?);
    // Those of a workspace follow each other, and have the same day.
    let mut home: Option<(WorkspaceId, Option<Today>)> = None;
    for key in all {
        if home.as_ref().is_none_or(|(id, _)| *id != key.0) {
            let row = workspace::find(&engine.db, key.0).await?;
            home = Some((key.0, row.and_then(|row| Today::of(now, &row.timezone))));
        }
        if let Some((_, Some(today))) = home {
            look_at(engine, key, today, open.contains(&key)).await?;
        }
    }
    Ok(())
}

/// The day of a workspace on which a look began. A look that goes on after midnight is still about this day.
#[derive(Debug, Clone, Copy)]
struct Today {
    now: Timestamp,
    date: Date,
    /// `[from, to)`.
    range: (Timestamp, Timestamp),
}

impl Today {
    fn of(now: Timestamp, zone: &str) -> Option<Self> {
        let range = caps::day(now, zone)?;
        let date = schedule::zone(zone).ok()?.to_datetime(now).date();
        Some(Self { now, date, range })
    }
}

/// Tells or settles what is to be told of the account's day. `open`: something is told of it, of this day or another.
async fn look_at(
    engine: &Engine,
    (workspace, id): (WorkspaceId, AccountId),
    today: Today,
    open: bool,
) -> Result<(), StoreError> {
    let Some(row) = account::find(&engine.db, workspace, id).await? else { return Ok(()) };
    let (near, kind) = (near(engine, &row, today).await?, NoticeKind::CapNear);
    let (began, now) = (today.range.0, today.now);
    let idle = match near {
        // Once a day, also if it was settled since.
        Some(_) => notice::since(&engine.db, (workspace, id), kind, began).await?,
        None => !open,
    };
    if idle {
        return Ok(());
    }
    let is_near = near.is_some();
    let of_account = notices::of_account(engine, (workspace, id), kind, near);
    let new = NewNotice { created_at: now, ..of_account };
    let changed = engine
        .db
        .write(move |tx| {
            Box::pin(async move {
                let key = (workspace, id.uuid());
                if !is_near {
                    return notice::clear(tx, key, kind, now).await;
                }
                // One of this day is another process's: it stays, and keeps this one from being made.
                notice::clear_older(tx, key, kind, (began, now)).await?;
                notice::raise(tx, &new).await
            })
        })
        .await?;
    if changed {
        engine.events.notices_changed(workspace);
    }
    Ok(())
}

/// What to say of the account's day, if at least four fifths of what it may send are sent or planned.
async fn near(engine: &Engine, account: &AccountRow, today: Today) -> Result<Option<String>, StoreError> {
    if account.status != AccountStatus::Connected {
        return Ok(None);
    }
    let Some(cap) = lowest(caps::daily_cap(account), caps::hard_cap(engine, account)) else {
        return Ok(None);
    };
    let key = (account.workspace, account.id);
    let taken = tally::taken(&engine.db, key, today.range, [None, None]).await?;
    Ok(is_near(taken, cap.posts).then(|| cap.says(taken, today.date)))
}

/// A cap, and whose it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cap {
    posts: u32,
    is_networks: bool,
}

impl Cap {
    /// The day by its date: who reads it may do so on another one.
    fn says(self, taken: i64, day: Date) -> String {
        let cap = self.posts;
        if self.is_networks {
            format!(
                "{taken} posts are sent or planned on {day}; the network takes {cap} a day from this account."
            )
        } else {
            format!("{taken} posts are sent or planned on {day}; the daily cap of this account is {cap}.")
        }
    }
}

/// The lower one of both; of equal ones the network's, which nobody can raise.
fn lowest(own: Option<u32>, hard: Option<u32>) -> Option<Cap> {
    let hard = hard.map(|posts| Cap { posts, is_networks: true });
    let own = own.map(|posts| Cap { posts, is_networks: false });
    hard.into_iter().chain(own).min_by_key(|cap| cap.posts)
}

fn is_near(taken: i64, cap: u32) -> bool {
    taken > 0 && taken.saturating_mul(5) >= i64::from(cap) * 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_fifths_are_near() {
        for (taken, cap, near) in [
            (0, 0, false),
            (1, 0, true),
            (1, 1, true),
            (1, 2, false),
            (2, 2, true),
            (7, 10, false),
            (8, 10, true),
        ] {
            assert_eq!(is_near(taken, cap), near, "{taken} of {cap}");
        }
    }

    #[test]
    fn the_lower_cap_counts() {
        let cap = |posts, is_networks| Some(Cap { posts, is_networks });
        assert_eq!(lowest(None, None), None);
        assert_eq!(lowest(Some(3), Some(50)), cap(3, false));
        assert_eq!(lowest(Some(60), Some(50)), cap(50, true));
        assert_eq!(lowest(Some(50), Some(50)), cap(50, true));
    }
}
