//! Holidays that somebody brought in, list by list.

use carillon_domain::id::{HolidayListId, WorkspaceId};
use carillon_domain::time::Timestamp;
use jiff::civil::Date;

use crate::{Db, Executor, Row, StoreError, Tx, args, statements};

/// A list as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HolidayListRow {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// Id.
    pub id: HolidayListId,
    /// What it is called.
    pub name: String,
    /// When it was brought in.
    pub created_at: Timestamp,
}

/// A day with a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Holiday {
    /// The day.
    pub day: Date,
    /// Its name.
    pub name: String,
}

/// A list, how many days it has, and its last one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The list.
    pub list: HolidayListRow,
    /// How many days.
    pub days: i64,
    /// The last one: a list has an end.
    pub until: Option<Date>,
}

statements! {
    INSERT_LIST = "holiday_lists.insert": "insert into holiday_lists (workspace_id, id, name, created_at) values ($1, $2, $3, $4)";
    DELETE_LIST = "holiday_lists.delete": "delete from holiday_lists where workspace_id = $1 and id = $2";
    LISTS = "holiday_lists.list": "select l.workspace_id, l.id, l.name, l.created_at, \
        (select count(*) from holidays h where h.workspace_id = l.workspace_id and h.list_id = l.id) as days, \
        (select max(h.day) from holidays h where h.workspace_id = l.workspace_id and h.list_id = l.id) as until \
        from holiday_lists l where l.workspace_id = $1 order by l.name, l.id limit $2";
    INSERT = "holidays.insert": "insert into holidays (workspace_id, list_id, day, name) values ($1, $2, $3, $4)";
    BETWEEN = "holidays.between": "select day, name from holidays where workspace_id = $1 and day >= $2 and day <= $3 \
        order by day, name limit $4";
}

fn read(row: &Row) -> Result<Holiday, StoreError> {
    Ok(Holiday { day: row.named("day", |text| text.parse().ok())?, name: row.get("name")? })
}

/// Adds a list with its days, which are all different.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn insert(tx: &mut Tx<'_>, list: &HolidayListRow, days: &[Holiday]) -> Result<(), StoreError> {
    tx.execute(INSERT_LIST, args![list.workspace, list.id, &list.name, list.created_at]).await?;
    for Holiday { day, name } in days {
        tx.execute(INSERT, args![list.workspace, list.id, day.to_string(), name]).await?;
    }
    Ok(())
}

/// Takes a list away, with its days. Tells whether there was one.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn delete(tx: &mut Tx<'_>, workspace: WorkspaceId, id: HolidayListId) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE_LIST, args![workspace, id]).await? == 1)
}

/// The workspace's lists by name: at most so many.
///
/// # Errors
/// [`StoreError`].
pub async fn lists(db: &Db, workspace: WorkspaceId, limit: i64) -> Result<Vec<Listed>, StoreError> {
    let read = |row: &Row| {
        let list = HolidayListRow {
            workspace: row.get("workspace_id")?,
            id: row.get("id")?,
            name: row.get("name")?,
            created_at: row.get("created_at")?,
        };
        let until: Option<String> = row.get("until")?;
        Ok(Listed { list, days: row.get("days")?, until: until.and_then(|day| day.parse().ok()) })
    };
    db.fetch_all(LISTS, args![workspace, limit]).await?.iter().map(read).collect()
}

/// The holidays of these days, the first and the last, of all lists: at most so many.
///
/// # Errors
/// [`StoreError`].
pub async fn between<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    (first, last): (Date, Date),
    limit: i64,
) -> Result<Vec<Holiday>, StoreError> {
    let values = args![workspace, first.to_string(), last.to_string(), limit];
    ex.fetch_all(BETWEEN, values).await?.iter().map(read).collect()
}
