//! Estimates that were made, kept while what they are made of stays the same.
//!
//! One takes 10 to 100 ms of a processor, and a page that shows it draws itself anew with every event of its account. What is kept is
//! compared with the posts themselves, not with the time of a reading: a reading notes that time when it begins, and brings its posts
//! later, so that an answer in between would stay until the next one. A new zone, another number and a post that has settled meanwhile
//! are told in the same way.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use carillon_domain::error::AppError;
use carillon_domain::id::AccountId;
use carillon_domain::insight::best_times::{BestTimes, Evidence, Published, best_times, general};
use tokio::sync::Semaphore;

/// Accounts that are remembered. With a thousand posts each, which hardly any has, they take ten megabytes.
const MOST_KNOWN: usize = 256;

/// One at a time, so that a program that asks for everything leaves processors to publishing, and who asks for one account waits for
/// one estimate, not for all of them.
static AT_ONCE: Semaphore = Semaphore::const_new(1);

/// The estimates of this process, by account. Cheap to clone.
#[derive(Clone, Default)]
pub struct Estimates(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    known: BTreeMap<AccountId, Known>,
    /// Grows with every use.
    turn: u64,
}

struct Known {
    posts: Vec<Published>,
    answer: Arc<BestTimes>,
    used: u64,
}

impl Estimates {
    /// The estimate for an account with these posts.
    pub(super) async fn of(
        &self,
        account: AccountId,
        posts: Vec<Published>,
    ) -> Result<Arc<BestTimes>, AppError> {
        if let Some(answer) = self.known(account, &posts) {
            return Ok(answer);
        }
        let permit = AT_ONCE.acquire().await.map_err(AppError::internal)?;
        // Somebody else may have asked for the same meanwhile.
        if let Some(answer) = self.known(account, &posts) {
            return Ok(answer);
        }
        let estimate = move || {
            // Kept until the work ends, also when nobody waits for it any more.
            let _permit = permit;
            let evidence = Evidence { posts: &posts, activity: None, general: &general() };
            let answer = Arc::new(best_times(&evidence));
            (posts, answer)
        };
        let (posts, answer) = tokio::task::spawn_blocking(estimate).await.map_err(AppError::internal)?;
        self.keep(account, posts, Arc::clone(&answer));
        Ok(answer)
    }

    fn known(&self, account: AccountId, posts: &[Published]) -> Option<Arc<BestTimes>> {
        let mut state = self.lock();
        state.turn += 1;
        let turn = state.turn;
        let known = state.known.get_mut(&account).filter(|known| known.posts == posts)?;
        known.used = turn;
        Some(Arc::clone(&known.answer))
    }

    /// The account that nobody has asked about for the longest time gives way.
    fn keep(&self, account: AccountId, posts: Vec<Published>, answer: Arc<BestTimes>) {
        let mut state = self.lock();
        if state.known.len() >= MOST_KNOWN && !state.known.contains_key(&account) {
            let oldest = state.known.iter().min_by_key(|(_, known)| known.used).map(|(id, _)| *id);
            if let Some(id) = oldest {
                state.known.remove(&id);
            }
        }
        let used = state.turn;
        state.known.insert(account, Known { posts, answer, used });
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use carillon_domain::id::Id;
    use carillon_domain::insight::best_times::WeekHour;
    use carillon_domain::time::{ManualClock, SeededEntropy, Timestamp};

    use super::*;

    fn posts(engagements: u64) -> Vec<Published> {
        let hour = WeekHour::new(34).expect("an hour");
        vec![Published { hour, engagements, followers: None, kind: 0 }]
    }

    #[tokio::test]
    async fn an_answer_stays_while_its_posts_do() {
        let (clock, entropy) = (ManualClock::new(Timestamp::UNIX_EPOCH), SeededEntropy::new(3));
        let (one, two): (AccountId, AccountId) = (Id::new(&clock, &entropy), Id::new(&clock, &entropy));
        let estimates = Estimates::default();
        let of = async |account, engagements| estimates.of(account, posts(engagements)).await.expect("one");
        let first = of(one, 10).await;
        assert!(Arc::ptr_eq(&first, &of(one, 10).await), "the same work twice");
        assert!(!Arc::ptr_eq(&first, &of(two, 10).await), "each account has its own");
        assert!(Arc::ptr_eq(&first, &of(one, 10).await));
        let second = of(one, 11).await;
        assert!(!Arc::ptr_eq(&first, &second), "its posts were read anew");
        assert!(Arc::ptr_eq(&second, &of(one, 11).await));
    }

    #[test]
    fn the_oldest_gives_way() {
        let (clock, entropy) = (ManualClock::new(Timestamp::UNIX_EPOCH), SeededEntropy::new(3));
        let estimates = Estimates::default();
        let answer = Arc::new(best_times(&Evidence { posts: &[], activity: None, general: &general() }));
        let ids: Vec<AccountId> = (0..=MOST_KNOWN).map(|_| Id::new(&clock, &entropy)).collect();
        for id in &ids[..MOST_KNOWN] {
            assert!(estimates.known(*id, &posts(1)).is_none());
            estimates.keep(*id, posts(1), Arc::clone(&answer));
        }
        assert!(estimates.known(ids[0], &posts(1)).is_some(), "all of them are there, and this one is used");
        estimates.keep(ids[MOST_KNOWN], posts(1), Arc::clone(&answer));
        let there = |id: &AccountId| estimates.known(*id, &posts(1)).is_some();
        assert_eq!(ids.iter().copied().filter(|id| there(id)).count(), MOST_KNOWN);
        assert!(there(&ids[0]) && !there(&ids[1]));
    }
}
