//! How far a node's clock is from the database's.
//!
//! SQL never calls `now()`, so that time is an input of every statement. This is the one exception, in a statement that measures and
//! decides nothing: see docs/adr/0016-one-time-for-all-nodes.md.

use std::time::Duration;

use carillon_domain::time::{SignedDuration, Timestamp};

use crate::{Db, StoreError};

/// The only statement in which the database says what time it is.
const TIME: &str = "select cast(extract(epoch from clock_timestamp()) * 1000000 as bigint)";

/// Questions in one measurement. Whatever delays an answer makes it worse, so the quickest one counts.
const SAMPLES: usize = 5;

/// What a measurement found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measured {
    /// The database's time, since 1970, at the zero of the monotonic clock that was given.
    pub offset: SignedDuration,
    /// How long the answer took. The offset is wrong by at most half of this.
    pub round_trip: Duration,
}

/// One question: the monotonic clock before and after, and what the database said.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) before: Duration,
    pub(crate) said: Timestamp,
    pub(crate) after: Duration,
}

impl Sample {
    fn measured(self) -> Measured {
        let round_trip = self.after.saturating_sub(self.before);
        let middle = self.before + round_trip / 2;
        let middle = SignedDuration::try_from(middle).unwrap_or(SignedDuration::MAX);
        Measured { offset: self.said.as_duration().saturating_sub(middle), round_trip }
    }
}

/// The best of these samples.
pub(crate) fn best(samples: impl IntoIterator<Item = Sample>) -> Option<Measured> {
    samples.into_iter().map(Sample::measured).min_by_key(|m| m.round_trip)
}

impl Db {
    /// Compares a monotonic clock with the database server's clock. `None` on SQLite, which has no clock of its own.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn measure_clock(
        &self,
        monotonic: &(dyn Fn() -> Duration + Send + Sync),
    ) -> Result<Option<Measured>, StoreError> {
        let Self::Postgres(server) = self else { return Ok(None) };
        let failed = |e: sqlx::Error| StoreError::sql("clock.measure", &e);
        let mut samples = Vec::with_capacity(SAMPLES);
        server
            .while_it_leads(async {
                let mut connection = server.pool.acquire().await.map_err(failed)?;
                for _ in 0..SAMPLES {
                    let before = monotonic();
                    // Text without parameters goes out and comes back in one message each.
                    let row = sqlx::Executor::fetch_one(&mut *connection, sqlx::raw_sql(TIME));
                    let said: i64 = sqlx::Row::try_get(&row.await.map_err(failed)?, 0).map_err(failed)?;
                    let after = monotonic();
                    let said = Timestamp::from_microsecond(said).map_err(|e| StoreError::Decode {
                        statement: "clock.measure",
                        column: "clock_timestamp".to_owned(),
                        message: e.to_string(),
                    })?;
                    samples.push(Sample { before, said, after });
                }
                Ok(())
            })
            .await?;
        Ok(best(samples))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use crate::testing::TestDb;

    fn sample(before: u64, said: i64, after: u64) -> Sample {
        let ms = Duration::from_millis;
        Sample {
            before: ms(before),
            said: Timestamp::from_millisecond(said).expect("a time"),
            after: ms(after),
        }
    }

    #[test]
    fn the_quickest_answer_counts_less_half_of_its_way() {
        let slow = sample(0, 5_900, 1_000);
        let quick = sample(2_000, 7_004, 2_010);
        let found = best([slow, quick]).expect("samples");
        assert_eq!(found.offset, SignedDuration::from_millis(7_004 - 2_005));
        assert_eq!(found.round_trip, Duration::from_millis(10));
        assert_eq!(best([]), None);
    }

    #[tokio::test]
    async fn sqlite_has_no_clock_of_its_own() {
        let test = TestDb::sqlite().await;
        assert_eq!(test.db.measure_clock(&|| Duration::ZERO).await.expect("no question"), None);
        test.dispose().await;
    }

    #[tokio::test]
    async fn a_server_is_asked_several_times() {
        let name = "clock::tests::a_server_is_asked_several_times";
        let Some(test) = TestDb::postgres(name).await else { return };
        let reads = AtomicU64::new(0);
        let clock = || Duration::from_millis(reads.fetch_add(1, Ordering::Relaxed));
        let found = test.db.measure_clock(&clock).await.expect("measured").expect("a server");
        assert_eq!(reads.load(Ordering::Relaxed), 10);
        assert_eq!(found.round_trip, Duration::from_millis(1));
        test.dispose().await;
    }
}
