//! By which ways somebody hears of notices, where they wished for other ways than the usual.

use carillon_domain::id::WorkspaceId;
use carillon_domain::notice::{NoticeKind, Ways};
use uuid::Uuid;

use crate::{Executor, Row, StoreError, Tx, args, statements};

statements! {
    OF = "notice_wishes.of": "select kind, in_app, by_mail from notice_wishes where workspace_id = $1 and reader_id = $2";
    SET = "notice_wishes.set": "insert into notice_wishes (workspace_id, reader_id, kind, in_app, by_mail) values ($1, $2, $3, $4, $5) \
        on conflict (workspace_id, reader_id, kind) do update set in_app = $4, by_mail = $5";
    DROP = "notice_wishes.drop": "delete from notice_wishes where workspace_id = $1 and reader_id = $2 and kind = $3";
    FORGET = "notice_wishes.forget": "delete from notice_wishes where workspace_id = $1 and reader_id = $2";
}

/// What the person or token wished for; the usual holds for kinds that are not among it.
///
/// # Errors
/// [`StoreError`].
pub async fn of<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    reader: Uuid,
) -> Result<Vec<(NoticeKind, Ways)>, StoreError> {
    let read = |row: &Row| {
        let ways = Ways { in_app: row.get("in_app")?, by_mail: row.get("by_mail")? };
        Ok((row.named("kind", NoticeKind::parse)?, ways))
    };
    ex.fetch_all(OF, args![workspace, reader]).await?.iter().map(read).collect()
}

/// Keeps the wish. The usual is no wish: it may change for those who have none.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn set(
    tx: &mut Tx<'_>,
    (workspace, reader): (WorkspaceId, Uuid),
    kind: NoticeKind,
    ways: Ways,
) -> Result<(), StoreError> {
    let done = if ways == kind.usual_ways() {
        tx.execute(DROP, args![workspace, reader, kind.as_str()]).await
    } else {
        tx.execute(SET, args![workspace, reader, kind.as_str(), ways.in_app, ways.by_mail]).await
    };
    done.map(drop)
}

/// Forgets what the person or token wished for in the workspace.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn forget(tx: &mut Tx<'_>, workspace: WorkspaceId, reader: Uuid) -> Result<(), StoreError> {
    tx.execute(FORGET, args![workspace, reader]).await.map(drop)
}
