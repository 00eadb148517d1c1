//! What time it is on this node: the same as on every other node of the database, and never earlier than it was.
//!
//! See docs/adr/0016-one-time-for-all-nodes.md.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use carillon_domain::time::{Clock, SignedDuration, Timestamp};
use carillon_store::{Db, StoreError};
use tokio_util::sync::CancellationToken;

/// Between two measurements. Clocks of machines drift apart by some milliseconds in this time.
const EVERY: Duration = Duration::from_secs(30);

/// Between two tries, when the database did not answer.
const AGAIN: Duration = Duration::from_secs(5);

/// A measurement that took longer says too little.
const SLOWEST: Duration = Duration::from_secs(1);

/// A machine whose own clock is that wrong should be looked at, although it does no harm here.
const WRONG: SignedDuration = SignedDuration::from_secs(2);

/// A node's clock.
///
/// With PostgreSQL it is the machine's monotonic clock and a regularly measured offset to the server's clock; with SQLite the machine's
/// wall clock. When what it follows is set back, it goes on at half speed until it agrees again.
pub struct NodeClock {
    machine: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Time since 1970 at the zero of the machine's monotonic clock.
    offset: Option<SignedDuration>,
    /// What was told last, and when on the monotonic clock.
    told: Option<(Timestamp, Duration)>,
}

impl NodeClock {
    /// A clock that shows the machine's time until it has met a database server.
    pub fn new(machine: Arc<dyn Clock>) -> Self {
        Self { machine, state: Mutex::default() }
    }

    /// Takes over the time of the database, where that has one.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn measure(&self, db: &Db) -> Result<(), StoreError> {
        let Some(found) = db.measure_clock(&|| self.machine.monotonic()).await? else { return Ok(()) };
        let mut state = self.lock();
        if found.round_trip > SLOWEST && state.offset.is_some() {
            return Ok(());
        }
        let first = state.offset.replace(found.offset).is_none();
        drop(state);
        let own = self.machine.now().as_duration() - self.monotonic_span();
        let ahead = own.saturating_sub(found.offset);
        if first && ahead.abs() > WRONG {
            tracing::warn!(
                seconds_ahead = ahead.as_secs_f64(),
                "this machine's clock differs from the database server's. Carillon goes by the latter; set up NTP on both"
            );
        }
        Ok(())
    }

    /// Measures again and again until told to stop.
    pub async fn keep(self: Arc<Self>, db: Db, stop: CancellationToken) {
        let mut pause = EVERY;
        while stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_some() {
            pause = match self.measure(&db).await {
                Ok(()) => EVERY,
                Err(error) => {
                    tracing::debug!(%error, "the database's clock can't be asked; going on with what is known");
                    AGAIN
                }
            };
        }
    }

    fn monotonic_span(&self) -> SignedDuration {
        SignedDuration::try_from(self.machine.monotonic()).unwrap_or(SignedDuration::MAX)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for NodeClock {
    fn now(&self) -> Timestamp {
        let mut state = self.lock();
        // Read under the lock, so that two threads can't tell their times in the wrong order.
        let monotonic = self.machine.monotonic();
        let followed = match state.offset {
            Some(offset) => {
                let span = SignedDuration::try_from(monotonic).unwrap_or(SignedDuration::MAX);
                Timestamp::from_duration(offset.saturating_add(span)).unwrap_or(Timestamp::MAX)
            }
            None => self.machine.now(),
        };
        let now = match state.told {
            Some((told, at)) => {
                let slowly = told.checked_add(monotonic.saturating_sub(at) / 2).unwrap_or(told);
                followed.max(slowly)
            }
            None => followed,
        };
        state.told = Some((now, monotonic));
        now
    }

    fn monotonic(&self) -> Duration {
        self.machine.monotonic()
    }
}

#[cfg(test)]
mod tests {
    use carillon_domain::time::ManualClock;
    use carillon_store::testing::TestDb;
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).expect("a time")
    }

    /// A node on a machine whose clock shows this.
    fn node(now: Timestamp) -> (Arc<ManualClock>, NodeClock) {
        let machine = Arc::new(ManualClock::new(now));
        (machine.clone(), NodeClock::new(machine))
    }

    #[tokio::test]
    async fn nodes_whose_machines_disagree_agree() {
        let Some(test) = TestDb::postgres("node_clock::nodes_whose_machines_disagree_agree").await else {
            return;
        };
        let real = crate::ambient::SystemClock::new().now();
        let (early, one) = node(real - SignedDuration::from_secs(15));
        let (late, two) = node(real + SignedDuration::from_secs(15));
        // Their monotonic clocks began at different times as well.
        late.advance(Duration::from_secs(1_000));
        late.step_wall(real + SignedDuration::from_secs(15));
        for node in [&one, &two] {
            node.measure(&test.db).await.expect("measured");
        }
        let apart = |one: &NodeClock, two: &NodeClock| one.now().duration_since(two.now()).abs();
        assert!(apart(&one, &two) < SignedDuration::from_secs(1), "{} and {}", one.now(), two.now());
        // What an operator does to the machines' clocks from here on does not matter.
        early.step_wall(real + SignedDuration::from_hours(5));
        late.step_wall(real - SignedDuration::from_hours(5));
        early.advance(Duration::from_secs(3_600));
        late.advance(Duration::from_secs(3_600));
        assert!(apart(&one, &two) < SignedDuration::from_secs(1), "{} and {}", one.now(), two.now());
        test.dispose().await;
    }

    #[test]
    fn a_clock_that_is_set_back_is_met_slowly() {
        let (machine, node) = node(at(10_000));
        assert_eq!(node.now(), at(10_000));
        machine.step_wall(at(9_940));
        machine.advance(Duration::from_secs(60));
        assert_eq!(node.now(), at(10_030), "half speed");
        machine.advance(Duration::from_secs(60));
        assert_eq!(node.now(), at(10_060), "met");
        machine.advance(Duration::from_secs(60));
        assert_eq!(node.now(), at(10_120));
        machine.step_wall(at(20_000));
        assert_eq!(node.now(), at(20_000), "forward at once");
    }

    #[derive(Debug, Clone)]
    enum Happens {
        /// Time passes, in microseconds.
        Passes(u64),
        /// Somebody sets the wall clock, in seconds.
        Set(i64),
        /// The database says that it is so many seconds off.
        Measured(i64),
    }

    fn happens() -> impl Strategy<Value = Happens> {
        prop_oneof![
            (0u64..100_000_000).prop_map(Happens::Passes),
            (-100_000i64..100_000).prop_map(Happens::Set),
            (-100_000i64..100_000).prop_map(Happens::Measured),
        ]
    }

    proptest! {
        #[test]
        fn time_never_goes_back_nor_stands_still(events in prop::collection::vec(happens(), 1..60)) {
            let start = at(1_800_000_000);
            let (machine, node) = node(start);
            let mut last = node.now();
            for event in events {
                let mut least = Duration::ZERO;
                match event {
                    Happens::Passes(us) => {
                        machine.advance(Duration::from_micros(us));
                        least = Duration::from_micros(us / 2);
                    }
                    Happens::Set(s) => machine.step_wall(start + SignedDuration::from_secs(s)),
                    Happens::Measured(s) => {
                        node.lock().offset = Some(start.as_duration() + SignedDuration::from_secs(s));
                    }
                }
                let now = node.now();
                prop_assert!(now >= last + least, "{last} then {now}");
                last = now;
            }
        }
    }
}
