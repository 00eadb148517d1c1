//! The next hours that suit a post which is being written: best for all the accounts it goes to, and free.
//!
//! The failure this prevents: advice from accounts of which nothing is known. Only those with posts enough count, and with none of them
//! nothing is offered. What is offered lies far enough apart to be a choice, and never where one of the accounts is busy already.

use std::collections::BTreeSet;
use std::sync::Arc;

use carillon_domain::error::AppError;
use carillon_domain::id::{AccountId, PostId};
use carillon_domain::insight::best_times::{BestTimes, ENOUGH, Trust, together};
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::repo::account::AccountRow;
use carillon_store::repo::planned;
use jiff::tz::TimeZone;

use super::{Material, Slot, looked_at};
use crate::usecase::accounts;
use crate::{Actor, Engine};

/// Most accounts that are looked at together: each may cost an estimate.
pub const MOST_TOGETHER: usize = 20;

/// Slots that are offered, at most.
const FEW: usize = 5;

/// A slot is at least so far away: a quarter of an hour before its time a post is being prepared, and who writes needs some minutes.
const LEAD: SignedDuration = SignedDuration::from_mins(15);

/// Slots are at least so far from each other: an hour and its neighbour say nearly the same.
const APART: SignedDuration = SignedDuration::from_hours(2);

/// A slot that is nearer than this to what an account has planned is not free.
const BUSY: SignedDuration = SignedDuration::from_hours(1);

/// Every hour of the week comes once in this time, a changed clock included.
const AHEAD: SignedDuration = SignedDuration::from_hours(8 * 24);

/// Most that is looked at of what an account has planned.
const MOST_PLANNED: i64 = 1_000;

/// What can be offered for some accounts.
#[derive(Debug, Clone)]
pub struct BestSlots {
    /// The accounts that were found of those that were chosen.
    pub accounts: Vec<Chosen>,
    /// How sure the slots are: [`Trust::General`] where no account has posts enough, and then there are none; [`Trust::Own`] only if the
    /// first of these surely beats the mean.
    pub trust: Trust,
    /// Best first, each better than the mean of the accounts that count. The cell's numbers are of these together.
    pub slots: Vec<Slot>,
    /// Hours that would have been among them, but are near something that is planned.
    pub busy: usize,
}

/// An account that was chosen.
#[derive(Debug, Clone)]
pub struct Chosen {
    /// The account.
    pub account: AccountRow,
    /// How many of its posts there are to learn from.
    pub posts: usize,
    /// Whether these are enough to count.
    pub counts: bool,
}

/// The next best slots for these accounts together ([`together`]), on the clock of the workspace. A post that is changed is not in its
/// own way. Accounts that are not there, or are another workspace's, are left out.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not read; [`AppError::Invalid`] for more than [`MOST_TOGETHER`] accounts.
pub async fn best_slots(
    engine: &Engine,
    actor: &Actor,
    chosen: &[AccountId],
    changed: Option<PostId>,
) -> Result<BestSlots, AppError> {
    let mut rows = accounts::list(engine, actor).await?;
    rows.retain(|row| chosen.contains(&row.id));
    if rows.len() > MOST_TOGETHER {
        let message = format!("Best times are worked out for at most {MOST_TOGETHER} accounts at once.");
        return Err(AppError::invalid("account", "too_many", message));
    }
    let zone = actor.zone();
    let now = engine.clock.now();
    let (mut accounts, mut answers) = (Vec::new(), Vec::new());
    let mut planned = BTreeSet::new();
    // One after the other: who goes away meanwhile leaves no work behind.
    for row in rows {
        let known = Material::read(engine, &row, looked_at(now), &zone).await?.known;
        let posts = known.posts.len();
        let counts = posts >= ENOUGH;
        // What would be general is not even worked out: nobody gets to see it here.
        if counts {
            answers.push(engine.estimates.of(row.id, known).await?);
        }
        let due = planned::of_account_from(&engine.db, (row.workspace, row.id), now, MOST_PLANNED).await?;
        planned.extend(due.iter().filter(|one| Some(one.post) != changed).map(|one| one.due_at));
        accounts.push(Chosen { account: row, posts, counts });
    }
    let Some(all) = together(answers.iter().map(Arc::as_ref)) else {
        return Ok(BestSlots { accounts, trust: Trust::General, slots: Vec::new(), busy: 0 });
    };
    let (slots, busy) = free(&all, engine.clock.now(), &zone, &planned);
    let trust = trust(&all, &slots);
    Ok(BestSlots { accounts, trust, slots, busy })
}

/// How sure these slots are. The best hour may be surely good and busy, and what is free instead not be sure at all.
fn trust(all: &BestTimes, slots: &[Slot]) -> Trust {
    let stands_out = slots.first().is_some_and(|slot| slot.cell.low > 1.0);
    if all.trust == Trust::Own && !stands_out { Trust::Hint } else { all.trust }
}

/// The best hours that are free, and how many were passed over for what is planned.
fn free(
    all: &BestTimes,
    now: Timestamp,
    zone: &TimeZone,
    planned: &BTreeSet<Timestamp>,
) -> (Vec<Slot>, usize) {
    let (mut slots, mut busy): (Vec<Slot>, usize) = (Vec::new(), 0);
    for cell in all.top(all.ranking.len()).take_while(|cell| cell.estimate > 1.0) {
        if slots.len() == FEW {
            break;
        }
        let Some(next) = cell.hour.next(now + LEAD, zone).filter(|at| *at < now + AHEAD) else { continue };
        let is_near = |at: Timestamp, far: SignedDuration| next.duration_since(at).abs() < far;
        // An hour that the clock shows twice can't be told by the clock.
        let twice = zone.to_ambiguous_timestamp(zone.to_datetime(next)).is_ambiguous();
        if twice || slots.iter().any(|slot| is_near(slot.next, APART)) {
            continue;
        }
        if planned.range(next - BUSY..next + BUSY).any(|due| is_near(*due, BUSY)) {
            busy += 1;
            continue;
        }
        slots.push(Slot { cell: *cell, next });
    }
    (slots, busy)
}

#[cfg(test)]
mod tests {
    use carillon_domain::insight::best_times::{Cell, WeekHour};

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn athens() -> TimeZone {
        TimeZone::get("Europe/Athens").expect("a zone")
    }

    /// A week in which these hours are good, the first one most; all others are below the mean.
    fn week(good: &[(usize, usize)]) -> BestTimes {
        let index = |(day, hour): (usize, usize)| day * 24 + hour;
        let place = |hour: WeekHour| good.iter().position(|at| index(*at) == hour.index());
        let cells: Vec<Cell> = WeekHour::all()
            .map(|hour| {
                let estimate = place(hour).map_or(0.9, |n| 3.0 - n as f64 / 10.0);
                Cell { hour, estimate, low: estimate / 2.0, high: estimate * 2.0, posts: 1 }
            })
            .collect();
        let mut ranking: Vec<WeekHour> = WeekHour::all().collect();
        ranking.sort_by_key(|hour| place(*hour).unwrap_or(usize::MAX));
        BestTimes { cells, ranking, posts: 50, trust: Trust::Own }
    }

    fn offered(all: &BestTimes, now: &str, planned: &[&str]) -> (Vec<String>, usize) {
        let planned = planned.iter().map(|text| at(text)).collect();
        let (slots, busy) = free(all, at(now), &athens(), &planned);
        (slots.iter().map(|slot| slot.next.to_string()).collect(), busy)
    }

    /// 24 November 2026 is a Tuesday; Athens is two hours ahead.
    const NOW: &str = "2026-11-24T09:00:00Z";

    #[test]
    fn the_best_come_first_and_neighbours_not_at_all() {
        let all = week(&[(1, 18), (1, 19), (2, 9), (1, 17), (1, 20), (0, 8)]);
        let want =
            ["2026-11-24T16:00:00Z", "2026-11-25T07:00:00Z", "2026-11-24T18:00:00Z", "2026-11-30T06:00:00Z"];
        assert_eq!(offered(&all, NOW, &[]).0, want, "and none that is worse than the mean");
        let many: Vec<_> = (0..7).map(|day| (day, 12)).collect();
        assert_eq!(offered(&week(&many), NOW, &[]).0.len(), FEW);
    }

    #[test]
    fn what_is_too_near_comes_a_week_later() {
        let all = week(&[(1, 18)]);
        for (now, want) in [
            ("2026-11-24T15:44:59Z", "2026-11-24T16:00:00Z"),
            ("2026-11-24T15:45:00Z", "2026-12-01T16:00:00Z"),
            ("2026-11-24T16:30:00Z", "2026-12-01T16:00:00Z"),
        ] {
            assert_eq!(offered(&all, now, &[]).0, [want], "{now}");
        }
    }

    #[test]
    fn what_is_planned_within_an_hour_keeps_a_slot_away() {
        let all = week(&[(1, 18), (2, 9)]);
        for planned in ["2026-11-24T15:00:01Z", "2026-11-24T16:00:00Z", "2026-11-24T16:59:59Z"] {
            let (slots, busy) = offered(&all, NOW, &[planned]);
            assert_eq!(
                (slots.as_slice(), busy),
                (["2026-11-25T07:00:00Z".to_owned()].as_slice(), 1),
                "{planned}"
            );
        }
        for planned in ["2026-11-24T15:00:00Z", "2026-11-24T17:00:00Z"] {
            assert_eq!(offered(&all, NOW, &[planned]).0.len(), 2, "{planned}");
        }
    }

    #[test]
    fn slots_are_as_sure_as_the_first_that_is_free() {
        // The best hour has a low end of 1.5; that of the second one is 0.95.
        let mut all = week(&[(1, 18), (2, 9)]);
        all.cells[2 * 24 + 9].low = 0.95;
        let sure = |all: &BestTimes, planned: &[&str]| {
            let planned = planned.iter().map(|text| at(text)).collect();
            trust(all, &free(all, at(NOW), &athens(), &planned).0)
        };
        assert_eq!(sure(&all, &[]), Trust::Own);
        let busy = ["2026-11-24T16:00:00Z"];
        assert_eq!(sure(&all, &busy), Trust::Hint, "what is left is not sure");
        all.cells[2 * 24 + 9].low = 1.05;
        assert_eq!(sure(&all, &busy), Trust::Own);
        all.trust = Trust::Hint;
        assert_eq!(sure(&all, &[]), Trust::Hint, "it never makes surer");
    }

    #[test]
    fn an_hour_that_comes_twice_is_not_offered() {
        // In the night to Sunday, 25 October 2026, three o'clock comes twice.
        let all = week(&[(6, 3), (6, 9)]);
        assert_eq!(offered(&all, "2026-10-20T09:00:00Z", &[]).0, ["2026-10-25T07:00:00Z"]);
        assert_eq!(offered(&all, "2026-10-27T09:00:00Z", &[]).0[0], "2026-11-01T01:00:00Z");
    }
}
