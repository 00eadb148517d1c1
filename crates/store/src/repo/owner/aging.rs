//! What may go of the owner's numbers: of a day all answers but the last, once days are thinned; and what a network does not allow to
//! be kept so long. Found without the database's writer, and then forgotten by its exact key.

use carillon_domain::id::{AccountId, WorkspaceId};
use carillon_domain::insight::Span;
use carillon_domain::time::Timestamp;

use crate::{Db, Executor, Row, StoreError, Tx, args, statements};

statements! {
    // Whole answers: parts of two of them side by side would be an audience that never was.
    SURPLUS = "owner_numbers.surplus": "select distinct s.question, s.metric, s.dimension, s.as_of, s.began from owner_numbers s \
        where s.workspace_id = $1 and s.account_id = $2 and s.as_of >= $3 and s.as_of < $4 and exists (select 1 from owner_numbers l \
        where l.workspace_id = $1 and l.account_id = $2 and l.question = s.question and l.metric = s.metric \
        and l.dimension = s.dimension and l.began = s.began and l.as_of > s.as_of \
        and l.as_of < $3 + ((s.as_of - $3) / $5 + 1) * $5) and not exists (select 1 from sent_reports r where r.workspace_id = $1 \
        and r.made_at >= s.as_of and r.made_at < $3 + ((s.as_of - $3) / $5 + 1) * $5 \
        and (r.account_id is null or r.account_id = $2) and not exists (select 1 from owner_numbers m where m.workspace_id = $1 \
        and m.account_id = $2 and m.question = s.question and m.metric = s.metric and m.dimension = s.dimension \
        and m.began = s.began and m.as_of > s.as_of and m.as_of <= r.made_at)) order by s.question, s.metric, s.dimension, s.as_of, s.began limit $6";
    OLD = "owner_numbers.old": "select distinct question, metric, dimension, as_of, began from owner_numbers \
        where workspace_id = $1 and account_id = $2 and as_of < $3 order by question, metric, dimension, as_of, began limit $4";
    FORGET = "owner_numbers.forget": "delete from owner_numbers where workspace_id = $1 and account_id = $2 and question = $3 \
        and metric = $4 and dimension = $5 and as_of = $6 and began = $7";
    FORGET_LOOKS = "owner_looks.forget": "delete from owner_looks where workspace_id = $1 and account_id = $2 and as_of < $3";
}

/// One metric of one answer, split as it was, for one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    question: String,
    metric: String,
    dimension: String,
    as_of: Timestamp,
    began: Timestamp,
}

/// Answers after which there is a later one on the same day, at most so many.
///
/// # Errors
/// [`StoreError`].
pub async fn surplus(
    db: &Db,
    (workspace, account): (WorkspaceId, AccountId),
    span: Span,
    limit: i64,
) -> Result<Vec<Key>, StoreError> {
    let values = args![workspace, account, span.from, span.to, span.day, limit];
    db.fetch_all(SURPLUS, values).await?.iter().map(read).collect()
}

/// Answers that came before this time, at most so many.
///
/// # Errors
/// [`StoreError`].
pub async fn old(
    db: &Db,
    (workspace, account): (WorkspaceId, AccountId),
    before: Timestamp,
    limit: i64,
) -> Result<Vec<Key>, StoreError> {
    db.fetch_all(OLD, args![workspace, account, before, limit]).await?.iter().map(read).collect()
}

/// Forgets these answers.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn forget(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    account: AccountId,
    keys: &[Key],
) -> Result<(), StoreError> {
    for Key { question, metric, dimension, as_of, began } in keys {
        let values = args![workspace, account, question, metric, dimension, *as_of, *began];
        tx.execute(FORGET, values).await?;
    }
    Ok(())
}

/// Forgets that the network was asked before this time.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn forget_looks(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    account: AccountId,
    before: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(FORGET_LOOKS, args![workspace, account, before]).await.map(drop)
}

fn read(row: &Row) -> Result<Key, StoreError> {
    Ok(Key {
        question: row.get("question")?,
        metric: row.get("metric")?,
        dimension: row.get("dimension")?,
        as_of: row.get("as_of")?,
        began: row.get("began")?,
    })
}
