//! Estimates that were made, kept while what they are made of stays the same.
//!
//! One takes some 50 to 200 ms of a processor, and a page that shows it draws itself anew with every event of its account. What is kept is
//! compared with the posts themselves, not with the time of a reading: a reading notes that time when it begins, and brings its posts
//! later, so that an answer in between would stay until the next one. A new zone, another number and a post that has settled meanwhile
//! are told in the same way.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use carillon_domain::error::AppError;
use carillon_domain::id::AccountId;
use carillon_domain::insight::best_times::{
    BestTimes, Evidence, Growing, Published, Week, best_times, general,
};
use tokio::sync::Semaphore;

/// Accounts that are remembered. With a thousand posts each, and how a hundred of them grew, they take some 30 megabytes; hardly any has
/// that many.
const MOST_KNOWN: usize = 256;

/// One at a time, so that a program that asks for everything leaves processors to publishing, and who asks for one account waits for
/// one estimate, not for all of them.
static AT_ONCE: Semaphore = Semaphore::const_new(1);

/// The estimates of this process, by account. Cheap to clone.
#[derive(Clone, Default)]
pub struct Estimates(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    kept: BTreeMap<AccountId, Kept>,
    /// Grows with every use.
    turn: u64,
}

/// What an estimate is made of.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Known {
    /// Posts whose numbers have settled.
    pub posts: Vec<Published>,
    /// How some of them grew.
    pub growth: Vec<Growing>,
    /// How many followers are online in each hour, where the network told.
    pub activity: Option<Week>,
}

struct Kept {
    known: Known,
    answer: Arc<BestTimes>,
    used: u64,
}

impl Estimates {
    /// The estimate for an account of which this is known.
    pub(super) async fn of(&self, account: AccountId, known: Known) -> Result<Arc<BestTimes>, AppError> {
        if let Some(answer) = self.kept(account, &known) {
            return Ok(answer);
        }
        let permit = AT_ONCE.acquire().await.map_err(AppError::internal)?;
        // Somebody else may have asked for the same meanwhile.
        if let Some(answer) = self.kept(account, &known) {
            return Ok(answer);
        }
        let estimate = move || {
            // Kept until the work ends, also when nobody waits for it any more.
            let _permit = permit;
            let (posts, growth, activity) = (&known.posts, &known.growth, known.activity.as_ref());
            let evidence = Evidence { posts, activity, growth, general: &general() };
            let answer = Arc::new(best_times(&evidence));
            (known, answer)
        };
        let (known, answer) = tokio::task::spawn_blocking(estimate).await.map_err(AppError::internal)?;
        self.keep(account, known, Arc::clone(&answer));
        Ok(answer)
    }

    fn kept(&self, account: AccountId, known: &Known) -> Option<Arc<BestTimes>> {
        let mut state = self.lock();
        state.turn += 1;
        let turn = state.turn;
        let kept = state.kept.get_mut(&account).filter(|kept| kept.known == *known)?;
        kept.used = turn;
        Some(Arc::clone(&kept.answer))
    }

    /// The account that nobody has asked about for the longest time gives way.
    fn keep(&self, account: AccountId, known: Known, answer: Arc<BestTimes>) {
        let mut state = self.lock();
        if state.kept.len() >= MOST_KNOWN && !state.kept.contains_key(&account) {
            let oldest = state.kept.iter().min_by_key(|(_, kept)| kept.used).map(|(id, _)| *id);
            if let Some(id) = oldest {
                state.kept.remove(&id);
            }
        }
        let used = state.turn;
        state.kept.insert(account, Kept { known, answer, used });
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use carillon_domain::id::Id;
    use carillon_domain::insight::best_times::WeekHour;
    use carillon_domain::time::{ManualClock, SeededEntropy, SignedDuration, Timestamp};
    use jiff::tz::TimeZone;

    use super::*;

    fn known(engagements: u64) -> Known {
        let hour = WeekHour::new(34).expect("an hour");
        let posts = vec![Published { hour, engagements, followers: None, kind: 0 }];
        Known { posts, growth: Vec::new(), activity: None }
    }

    #[tokio::test]
    async fn an_answer_stays_while_its_posts_do() {
        let (clock, entropy) = (ManualClock::new(Timestamp::UNIX_EPOCH), SeededEntropy::new(3));
        let (one, two): (AccountId, AccountId) = (Id::new(&clock, &entropy), Id::new(&clock, &entropy));
        let estimates = Estimates::default();
        let of = async |account, engagements| estimates.of(account, known(engagements)).await.expect("one");
        let first = of(one, 10).await;
        assert!(Arc::ptr_eq(&first, &of(one, 10).await), "the same work twice");
        assert!(!Arc::ptr_eq(&first, &of(two, 10).await), "each account has its own");
        assert!(Arc::ptr_eq(&first, &of(one, 10).await));
        let second = of(one, 11).await;
        assert!(!Arc::ptr_eq(&first, &second), "its posts were read anew");
        assert!(Arc::ptr_eq(&second, &of(one, 11).await));
        let look = (Timestamp::UNIX_EPOCH + SignedDuration::from_hours(1), 3);
        let growth = Growing::new(Timestamp::UNIX_EPOCH, [look], &TimeZone::UTC).into_iter().collect();
        let grown = estimates.of(one, Known { growth, ..known(11) }).await.expect("one");
        assert!(!Arc::ptr_eq(&second, &grown), "how they grew is known now");
        let told = estimates.of(one, Known { activity: Some([1.0; 168]), ..known(11) }).await.expect("one");
        assert!(!Arc::ptr_eq(&grown, &told), "and now when the audience looks");
    }

    #[test]
    fn the_oldest_gives_way() {
        let (clock, entropy) = (ManualClock::new(Timestamp::UNIX_EPOCH), SeededEntropy::new(3));
        let estimates = Estimates::default();
        let answer =
            Arc::new(best_times(&Evidence { posts: &[], activity: None, growth: &[], general: &general() }));
        let ids: Vec<AccountId> = (0..=MOST_KNOWN).map(|_| Id::new(&clock, &entropy)).collect();
        for id in &ids[..MOST_KNOWN] {
            assert!(estimates.kept(*id, &known(1)).is_none());
            estimates.keep(*id, known(1), Arc::clone(&answer));
        }
        assert!(estimates.kept(ids[0], &known(1)).is_some(), "all of them are there, and this one is used");
        estimates.keep(ids[MOST_KNOWN], known(1), Arc::clone(&answer));
        let there = |id: &AccountId| estimates.kept(*id, &known(1)).is_some();
        assert_eq!(ids.iter().copied().filter(|id| there(id)).count(), MOST_KNOWN);
        assert!(there(&ids[0]) && !there(&ids[1]));
    }
}
