//! Every column that holds sealed values. A rotation walks through this list; a test compares it with the schema.

use crate::seal::Place;
use crate::{Db, Executor, Row, Stmt, StoreError, Tx, Value, args};

use super::{connect, grant, idempotency};

/// A column of sealed values.
#[derive(Clone, Copy)]
pub struct SealedColumn {
    /// `table.column`.
    pub name: &'static str,
    /// Up to `$2` values, as `sealed`, that do not begin with `$1`, with what identifies their rows.
    pub stale: Stmt,
    /// Replaces the value `$1` by `$2` in the row of the keys `$3…`.
    pub replace: Stmt,
    /// The keys `$3…` of a row of `stale`.
    pub keys: fn(&Row) -> Result<Vec<Value>, StoreError>,
    /// The place of its value.
    pub place: fn(&Row) -> Result<Place, StoreError>,
}

/// All of them.
pub const COLUMNS: &[SealedColumn] =
    &[grant::CREDENTIAL, connect::PENDING, connect::APP_CREDENTIALS, idempotency::ANSWER];

/// A value under an older key.
pub struct Stale {
    /// Where it lives.
    pub place: Place,
    /// The value.
    pub sealed: Vec<u8>,
    keys: Vec<Value>,
}

#[cfg(test)]
impl Stale {
    /// A login's credential.
    pub fn for_test(
        place: &Place,
        sealed: Vec<u8>,
        workspace: carillon_domain::id::WorkspaceId,
        id: carillon_domain::id::GrantId,
    ) -> Self {
        Self { place: place.clone(), sealed, keys: args![workspace, id] }
    }
}

impl SealedColumn {
    /// Some values that are not sealed under the key with this head. Crosses workspaces.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn stale(&self, db: &Db, head: &[u8], limit: i64) -> Result<Vec<Stale>, StoreError> {
        let rows = db.fetch_all(self.stale, args![head, limit]).await?;
        rows.iter()
            .map(|r| Ok(Stale { place: (self.place)(r)?, sealed: r.get("sealed")?, keys: (self.keys)(r)? }))
            .collect()
    }

    /// Puts `new` in the place of a value, unless that has changed meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Sql`].
    pub async fn replace(&self, tx: &mut Tx<'_>, old: Stale, new: &[u8]) -> Result<(), StoreError> {
        let mut values = args![old.sealed, new];
        values.extend(old.keys);
        tx.execute(self.replace, values).await.map(drop)
    }
}
