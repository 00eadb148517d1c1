//! Replacing the data key: everything is sealed anew, in small steps, while the server runs.
//!
//! May stop anywhere and be run again: a value is replaced only if it is still the one that was read, and the old key stays
//! until nothing uses it.

use carillon_domain::time::{Clock, Entropy, SignedDuration};

use super::{ROOT, Sealer};
use crate::StoreError;
use crate::repo::sealed::{COLUMNS, SealedColumn};
use crate::repo::{data_key, setting};

/// Values per step.
const BATCH: i64 = 100;

/// How long a replaced key stays although nothing uses it. Longer than any process goes without [`Sealer::upkeep`].
const STAY: SignedDuration = SignedDuration::from_hours(24);

impl Sealer {
    /// Makes a new data key under the active key-encryption key, and seals everything anew with it. Afterwards no value
    /// needs another key of the ring than the active one. Returns how many values it sealed.
    ///
    /// # Errors
    /// [`StoreError::Seal`] that names a value which does not open; everything else is sealed anew then. When the database
    /// fails: run it again.
    pub async fn rotate(&self, clock: &dyn Clock, entropy: &dyn Entropy) -> Result<u64, StoreError> {
        let (row, key) = self.ring.new_data_key(clock, entropy)?;
        let (id, now) = (row.id, clock.now());
        self.db
            .write(move |tx| {
                Box::pin(async move {
                    data_key::retire_all(tx, now).await?;
                    data_key::insert(tx, &row).await
                })
            })
            .await?;
        {
            let mut state = self.write();
            state.keys.insert(id, key);
            state.active = id;
        }
        self.rewrap(entropy).await?;
        self.reseal(entropy).await
    }

    /// Learns of other processes' rotations, finishes what they left, and forgets keys that nothing uses any more. Call it
    /// every hour or so, in every process.
    ///
    /// # Errors
    /// As [`Sealer::rotate`].
    pub async fn upkeep(&self, clock: &dyn Clock, entropy: &dyn Entropy) -> Result<(), StoreError> {
        self.reload().await?;
        let rows = data_key::all(&self.db).await?;
        if rows.iter().all(|r| r.retired_at.is_none()) {
            return Ok(());
        }
        self.reseal(entropy).await?;
        let before = clock.now() - STAY;
        self.db.write(move |tx| Box::pin(async move { data_key::delete_retired(tx, before).await })).await?;
        self.reload().await
    }

    /// Wraps keys that are still needed with the active key-encryption key, so that the others can go.
    async fn rewrap(&self, entropy: &dyn Entropy) -> Result<(), StoreError> {
        for row in data_key::all(&self.db).await? {
            if self.ring.is_current(&row) {
                continue;
            }
            let key = self.ring.unwrap(&row)?;
            let (kek, wrapped) = self.ring.wrap(row.id, &key, entropy)?;
            self.db
                .write(move |tx| Box::pin(async move { data_key::rewrap(tx, row.id, &kek, &wrapped).await }))
                .await?;
        }
        Ok(())
    }

    async fn reseal(&self, entropy: &dyn Entropy) -> Result<u64, StoreError> {
        let mut broken = Ok(());
        let mut sealed = 0;
        for column in COLUMNS {
            match self.reseal_column(column, entropy).await {
                Ok(count) => sealed += count,
                Err(error @ StoreError::Seal(_)) => broken = Err(error),
                Err(error) => return Err(error),
            }
        }
        let value = self.sealed_root(&self.root, entropy)?;
        self.db.write(move |tx| Box::pin(async move { setting::put(tx, ROOT, &value).await })).await?;
        broken.map(|()| sealed)
    }

    async fn reseal_column(&self, column: &SealedColumn, entropy: &dyn Entropy) -> Result<u64, StoreError> {
        let mut count = 0;
        loop {
            let values = column.stale(&self.db, &self.active_head(), BATCH).await?;
            let before = count;
            let mut broken = None;
            for value in values {
                match self.open(&value.place, &value.sealed).await {
                    Ok(plain) => {
                        let new = self.seal(&value.place, &plain, entropy)?;
                        let column = *column;
                        self.db
                            .write(move |tx| Box::pin(async move { column.replace(tx, value, &new).await }))
                            .await?;
                        count += 1;
                    }
                    Err(error) => broken = Some(error),
                }
            }
            match broken {
                _ if count > before => {}
                Some(error) => return Err(error),
                None => {
                    tracing::info!(column = column.name, count, "sealed anew");
                    return Ok(count);
                }
            }
        }
    }
}
