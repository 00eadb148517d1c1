//! Looking rows up by their ids, so many with one statement.

use carillon_domain::id::{Id, Kind, WorkspaceId};

use crate::{Db, Executor, Row, Stmt, StoreError, Value, args};

/// Ids of one statement.
const AT_ONCE: usize = 64;

/// The places of the ids, after that of the workspace.
macro_rules! some_ids {
    () => {
        "($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, \
         $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $41, $42, $43, $44, $45, $46, $47, $48, $49, \
         $50, $51, $52, $53, $54, $55, $56, $57, $58, $59, $60, $61, $62, $63, $64, $65)"
    };
}
pub(super) use some_ids;

/// The rows that a statement with [`some_ids`] has for these ids.
///
/// # Errors
/// [`StoreError`].
pub(super) async fn rows<K: Kind>(
    db: &Db,
    statement: Stmt,
    workspace: WorkspaceId,
    ids: &[Id<K>],
) -> Result<Vec<Row>, StoreError> {
    let mut rows = Vec::with_capacity(ids.len());
    for some in ids.chunks(AT_ONCE) {
        let mut values = args![workspace];
        values.extend(some.iter().map(|id| Value::from(*id)));
        values.resize(1 + AT_ONCE, Value::Uuid(None));
        rows.extend(db.fetch_all(statement, values).await?);
    }
    Ok(rows)
}
