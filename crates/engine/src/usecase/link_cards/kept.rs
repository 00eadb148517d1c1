//! The cards that a process knows, and the turns of those who ask for more.
//!
//! Each preview draws a card of its own, so one post for nine accounts asks nine times: a page is asked once for all who wait for it.
//! Pages that hang take only the turns of the workspace that named them, and nobody waits for a turn for ever.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use carillon_domain::id::WorkspaceId;
use carillon_domain::time::{SignedDuration, Timestamp};
use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore};

use super::LinkCard;

/// So long an answer is believed …
pub(super) const KNOWN: SignedDuration = SignedDuration::from_mins(15);
/// … and so long that there was none: who is just publishing a page looks again.
pub(super) const NOTHING: SignedDuration = SignedDuration::from_mins(1);
/// Cards that are remembered, some 50 KB each with their pictures.
const MOST: usize = 200;
/// Pages that a workspace asks at once …
const OF_ONE: usize = 2;
/// … and all of them together: a slow page keeps its turn for as long as it may take.
const OF_ALL: usize = 16;
/// How long one waits for a turn.
const TURN: Duration = Duration::from_secs(5);

/// What there is at an address.
pub(super) type Found = Option<Arc<LinkCard>>;

/// Too many pages are being asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NoTurn;

/// The cards that this process knows. Cheap to clone.
#[derive(Clone)]
pub struct LinkCards(Arc<Parts>);

struct Parts {
    kept: Mutex<HashMap<String, Kept>>,
    under_way: Held<String, OnceCell<Found>>,
    of_one: Held<WorkspaceId, Semaphore>,
    of_all: Arc<Semaphore>,
}

struct Kept {
    at: Timestamp,
    good_for: SignedDuration,
    card: Found,
}

impl Default for LinkCards {
    fn default() -> Self {
        Self(Arc::new(Parts {
            kept: Mutex::default(),
            under_way: Held::default(),
            of_one: Held::default(),
            of_all: Arc::new(Semaphore::new(OF_ALL)),
        }))
    }
}

impl LinkCards {
    /// What is known of an address now: `None` where nobody asked lately, `Some(None)` where the page had nothing to say.
    pub(super) fn known(&self, address: &str, now: Timestamp) -> Option<Found> {
        let kept = lock(&self.0.kept);
        let kept = kept.get(address)?;
        (now.duration_since(kept.at) < kept.good_for).then(|| kept.card.clone())
    }

    /// The oldest gives way.
    pub(super) fn keep(&self, address: &str, card: Found, good_for: SignedDuration, now: Timestamp) {
        let mut all = lock(&self.0.kept);
        if all.len() >= MOST && !all.contains_key(address) {
            let oldest = all.iter().min_by_key(|(_, kept)| kept.at).map(|(address, _)| address.clone());
            if let Some(oldest) = oldest {
                all.remove(&oldest);
            }
        }
        all.insert(address.to_owned(), Kept { at: now, good_for, card });
    }

    /// Asks, or waits for what somebody else is asking there. If they go away or get no turn, the next one asks.
    pub(super) async fn once(
        &self,
        address: &str,
        ask: impl Future<Output = Result<Found, NoTurn>>,
    ) -> Result<Found, NoTurn> {
        let under_way = self.0.under_way.of(address.to_owned(), OnceCell::new);
        under_way.get_or_try_init(|| ask).await.cloned()
    }

    /// The right to ask a page, for as long as it is held; `None` when it does not come in time.
    pub(super) async fn turn(&self, workspace: WorkspaceId) -> Option<[OwnedSemaphorePermit; 2]> {
        let own = self.0.of_one.of(workspace, || Semaphore::new(OF_ONE));
        let both = async {
            // One's own first: who waits for that keeps nobody else from asking.
            let own = own.acquire_owned().await.ok()?;
            let any = Arc::clone(&self.0.of_all).acquire_owned().await.ok()?;
            Some([own, any])
        };
        tokio::time::timeout(TURN, both).await.ok().flatten()
    }
}

/// What is there for as long as somebody holds it.
struct Held<K, V>(Mutex<HashMap<K, Weak<V>>>);

impl<K, V> Default for Held<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, V> Held<K, V> {
    /// The one of this key, a new one where nobody holds any.
    fn of(&self, key: K, new: impl FnOnce() -> V) -> Arc<V> {
        let mut all = lock(&self.0);
        all.retain(|_, held| held.strong_count() > 0);
        if let Some(held) = all.get(&key).and_then(Weak::upgrade) {
            return held;
        }
        let made = Arc::new(new());
        all.insert(key, Arc::downgrade(&made));
        made
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures::FutureExt;
    use tokio::sync::Notify;

    use super::*;

    fn card(title: &str) -> Arc<LinkCard> {
        Arc::new(LinkCard { title: title.into(), description: String::new(), picture: None })
    }

    #[test]
    fn what_is_known_is_believed_for_as_long_as_it_is_good() {
        let (cards, start, card) = (LinkCards::default(), Timestamp::UNIX_EPOCH, card("Quay"));
        cards.keep("https://example.com/a", Some(Arc::clone(&card)), KNOWN, start);
        cards.keep("https://example.com/b", None, NOTHING, start);
        cards.keep("https://example.com/late", Some(Arc::clone(&card)), NOTHING, start);
        let soon = start + SignedDuration::from_secs(59);
        assert_eq!(cards.known("https://example.com/a", soon), Some(Some(Arc::clone(&card))));
        assert_eq!(cards.known("https://example.com/b", soon), Some(None));
        assert_eq!(cards.known("https://example.com/late", soon), Some(Some(Arc::clone(&card))));
        assert_eq!(cards.known("https://example.com/c", soon), None);
        let later = start + NOTHING;
        assert_eq!(cards.known("https://example.com/a", later), Some(Some(card)));
        assert_eq!(cards.known("https://example.com/b", later), None);
        assert_eq!(cards.known("https://example.com/late", later), None);
        assert_eq!(cards.known("https://example.com/a", start + KNOWN), None);
    }

    #[test]
    fn the_oldest_gives_way() {
        let (cards, start) = (LinkCards::default(), Timestamp::UNIX_EPOCH);
        let at = |n: usize| start + SignedDuration::from_millis(i64::try_from(n).expect("small"));
        for n in 0..=MOST {
            cards.keep(&format!("https://example.com/{n}"), None, NOTHING, at(n));
        }
        assert_eq!(cards.known("https://example.com/0", at(MOST)), None);
        assert_eq!(cards.known("https://example.com/1", at(MOST)), Some(None));
        assert_eq!(lock(&cards.0.kept).len(), MOST);
    }

    #[tokio::test]
    async fn a_page_is_asked_once_for_all_who_wait() {
        let (cards, go, asked) = (LinkCards::default(), Notify::new(), AtomicUsize::new(0));
        let ask = |address| {
            cards.once(address, async {
                asked.fetch_add(1, Ordering::Relaxed);
                go.notified().await;
                Ok(Some(card("Quay")))
            })
        };
        // All three begin before the page answers; another page is asked beside it.
        let answer = async { (0..2).for_each(|_| go.notify_one()) };
        let (a, b, other, ()) = futures::join!(ask("a"), ask("a"), ask("b"), answer);
        assert_eq!(asked.load(Ordering::Relaxed), 2);
        let quay: Result<Found, NoTurn> = Ok(Some(card("Quay")));
        assert_eq!([a, b, other], [quay.clone(), quay.clone(), quay]);
    }

    #[tokio::test]
    async fn who_goes_away_or_gets_no_turn_leaves_the_page_to_the_next() {
        let cards = LinkCards::default();
        let mut first = Box::pin(cards.once("a", std::future::pending()));
        assert!(first.as_mut().now_or_never().is_none());
        let second = cards.once("a", async { Ok(Some(card("Quay"))) });
        let leaves = async { drop(first) };
        let (second, ()) = futures::join!(second, leaves);
        assert_eq!(second, Ok(Some(card("Quay"))));
        let (refused, next) = futures::join!(
            cards.once("b", async { Err(NoTurn) }),
            cards.once("b", async { Ok(Some(card("Quay"))) })
        );
        assert_eq!((refused, next), (Err(NoTurn), Ok(Some(card("Quay")))));
        assert_eq!(lock(&cards.0.under_way.0).len(), 1, "what ended is forgotten");
    }

    #[tokio::test(start_paused = true)]
    async fn slow_pages_take_the_turns_of_one_workspace() {
        let cards = LinkCards::default();
        let workspace = |n| WorkspaceId::from_uuid(uuid::Uuid::from_u128(n));
        let mut slow = Vec::new();
        for _ in 0..OF_ONE {
            slow.push(cards.turn(workspace(1)).await.expect("a turn"));
        }
        assert!(cards.turn(workspace(1)).await.is_none(), "it waits, and not for ever");
        assert!(cards.turn(workspace(2)).now_or_never().flatten().is_some(), "others don't");
        slow.pop();
        assert!(cards.turn(workspace(1)).now_or_never().flatten().is_some());
    }
}
