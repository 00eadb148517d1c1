//! Reports that go out by themselves: when, about what, to whom; and those that went out.

use carillon_domain::id::{AccountId, ReportScheduleId, SentReportId, UserId, WorkspaceId};
use carillon_domain::report::{Every, Rule};
use carillon_domain::time::Timestamp;

use crate::{Db, Executor, Row, StoreError, Tx, Value, args, statements};

statements! {
    INSERT = "report_schedules.insert": "insert into report_schedules (workspace_id, id, every, day, hour, account_id, people, \
        next_at, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    DELETE = "report_schedules.delete": "delete from report_schedules where workspace_id = $1 and id = $2";
    LIST = "report_schedules.list": "select workspace_id, id, every, day, hour, account_id, people, next_at, created_at \
        from report_schedules where workspace_id = $1 order by id limit $2";
    FIND = "report_schedules.find": "select workspace_id, id, every, day, hour, account_id, people, next_at, created_at \
        from report_schedules where workspace_id = $1 and id = $2";
    DUE = "report_schedules.due": "select workspace_id, id, next_at from report_schedules where next_at <= $1 \
        order by next_at limit $2";
    MOVE = "report_schedules.move": "update report_schedules set next_at = $4 where workspace_id = $1 and id = $2 and next_at = $3";
    ADD = "sent_reports.add": "insert into sent_reports (workspace_id, id, account_id, first_day, last_day, people, told, state, \
        file_name, size, created_at, made_at, sent_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    SAVE = "sent_reports.save": "update sent_reports set told = $3, state = $4, file_name = $5, size = $6, sent_at = $7, made_at = $8 \
        where workspace_id = $1 and id = $2";
    SENT = "sent_reports.find": "select workspace_id, id, account_id, first_day, last_day, people, told, state, file_name, size, \
        created_at, made_at, sent_at from sent_reports where workspace_id = $1 and id = $2";
    SENT_LIST = "sent_reports.list": "select workspace_id, id, account_id, first_day, last_day, people, told, state, file_name, size, \
        created_at, made_at, sent_at from sent_reports where workspace_id = $1 order by id desc limit $2";
    WITHOUT_JOB = "sent_reports.without_job": "select r.workspace_id, r.id from sent_reports r where r.state = 'making' \
        and not exists (select 1 from jobs j where j.subject_id = r.id) limit $1";
}

/// When a report goes out by itself, about what, and to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleRow {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// Id.
    pub id: ReportScheduleId,
    /// When, in the workspace's zone.
    pub rule: Rule,
    /// The account that it is about; `None`: all of them.
    pub account: Option<AccountId>,
    /// Members who get it.
    pub people: Vec<UserId>,
    /// When it is due next.
    pub next_at: Timestamp,
    /// Created.
    pub created_at: Timestamp,
}

/// How far a report is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SentState {
    /// It is made, or on its way to somebody.
    Making,
    /// Everybody has it who is still a member and whose mailbox is not refused for good.
    Sent,
    /// It could not be made, or somebody could not be sent it in time, or nobody at all.
    Failed,
}

impl SentState {
    /// The stable name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Making => "making",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Making, Self::Sent, Self::Failed].into_iter().find(|state| state.as_str() == text)
    }
}

/// A report that went out, or is about to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentRow {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// Id.
    pub id: SentReportId,
    /// The account that it is about; `None`: all of them.
    pub account: Option<AccountId>,
    /// Its first day, as in 2026-11-24.
    pub first_day: String,
    /// Its last day.
    pub last_day: String,
    /// Who is to get it.
    pub people: Vec<UserId>,
    /// Who has it, or can't be sent it.
    pub told: Vec<UserId>,
    /// How far it is.
    pub state: SentState,
    /// Under which name it is taken away.
    pub file_name: String,
    /// Bytes; 0 as long as it is not made.
    pub size: u64,
    /// When it was added.
    pub created_at: Timestamp,
    /// When its numbers were read. What they were then is kept for ever.
    pub made_at: Option<Timestamp>,
    /// When the last one got it.
    pub sent_at: Option<Timestamp>,
}

/// A schedule whose time has come. Crosses workspaces; returns no content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DueSchedule {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// Id.
    pub id: ReportScheduleId,
    /// When its time came; for [`move_on`].
    pub next_at: Timestamp,
}

fn read(row: &Row) -> Result<ScheduleRow, StoreError> {
    let narrow = |column: &str| -> Result<i8, StoreError> {
        let value: i64 = row.get(column)?;
        Ok(i8::try_from(value).unwrap_or(1))
    };
    Ok(ScheduleRow {
        workspace: row.get("workspace_id")?,
        id: row.get("id")?,
        rule: Rule { every: row.named("every", Every::parse)?, day: narrow("day")?, hour: narrow("hour")? },
        account: row.get("account_id")?,
        people: row.json("people")?,
        next_at: row.get("next_at")?,
        created_at: row.get("created_at")?,
    })
}

fn read_sent(row: &Row) -> Result<SentRow, StoreError> {
    Ok(SentRow {
        workspace: row.get("workspace_id")?,
        id: row.get("id")?,
        account: row.get("account_id")?,
        first_day: row.get("first_day")?,
        last_day: row.get("last_day")?,
        people: row.json("people")?,
        told: row.json("told")?,
        state: row.named("state", SentState::parse)?,
        file_name: row.get("file_name")?,
        size: row.get("size")?,
        created_at: row.get("created_at")?,
        made_at: row.get("made_at")?,
        sent_at: row.get("sent_at")?,
    })
}

fn json(people: &[UserId]) -> Value {
    Value::Text(serde_json::to_string(people).ok())
}

/// Adds a schedule.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn insert(tx: &mut Tx<'_>, row: &ScheduleRow) -> Result<(), StoreError> {
    let rule = row.rule;
    let values = args![
        row.workspace,
        row.id,
        rule.every.as_str(),
        i64::from(rule.day),
        i64::from(rule.hour),
        row.account,
        json(&row.people),
        row.next_at,
        row.created_at
    ];
    tx.execute(INSERT, values).await.map(drop)
}

/// Takes a schedule away. What went out stays. Tells whether there was such a schedule.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn delete(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    id: ReportScheduleId,
) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE, args![workspace, id]).await? == 1)
}

/// The workspace's schedules, oldest first: at most so many.
///
/// # Errors
/// [`StoreError`].
pub async fn list(db: &Db, workspace: WorkspaceId, limit: i64) -> Result<Vec<ScheduleRow>, StoreError> {
    db.fetch_all(LIST, args![workspace, limit]).await?.iter().map(read).collect()
}

/// The schedule, if it is in this workspace.
///
/// # Errors
/// [`StoreError`].
pub async fn find<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    id: ReportScheduleId,
) -> Result<Option<ScheduleRow>, StoreError> {
    ex.fetch_optional(FIND, args![workspace, id]).await?.map(|row| read(&row)).transpose()
}

/// Schedules whose time has come, those that wait for longest first.
///
/// # Errors
/// [`StoreError`].
pub async fn due(db: &Db, now: Timestamp, limit: i64) -> Result<Vec<DueSchedule>, StoreError> {
    let read = |row: &Row| {
        Ok(DueSchedule {
            workspace: row.get("workspace_id")?,
            id: row.get("id")?,
            next_at: row.get("next_at")?,
        })
    };
    db.fetch_all(DUE, args![now, limit]).await?.iter().map(read).collect()
}

/// Sets when it is due again. Tells whether this caller was the first one to see that it was due.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn move_on(tx: &mut Tx<'_>, seen: DueSchedule, next_at: Timestamp) -> Result<bool, StoreError> {
    Ok(tx.execute(MOVE, args![seen.workspace, seen.id, seen.next_at, next_at]).await? == 1)
}

/// Adds a report that is to be made and sent.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn add(tx: &mut Tx<'_>, row: &SentRow) -> Result<(), StoreError> {
    let values = args![
        row.workspace,
        row.id,
        row.account,
        &row.first_day,
        &row.last_day,
        json(&row.people),
        json(&row.told),
        row.state.as_str(),
        &row.file_name,
        row.size,
        row.created_at,
        row.made_at,
        row.sent_at
    ];
    tx.execute(ADD, values).await.map(drop)
}

/// Saves how far a report is.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn save(tx: &mut Tx<'_>, row: &SentRow) -> Result<(), StoreError> {
    let values = args![
        row.workspace,
        row.id,
        json(&row.told),
        row.state.as_str(),
        &row.file_name,
        row.size,
        row.sent_at,
        row.made_at
    ];
    tx.execute(SAVE, values).await.map(drop)
}

/// The report, if it is of this workspace.
///
/// # Errors
/// [`StoreError`].
pub async fn sent(db: &Db, workspace: WorkspaceId, id: SentReportId) -> Result<Option<SentRow>, StoreError> {
    db.fetch_optional(SENT, args![workspace, id]).await?.map(|row| read_sent(&row)).transpose()
}

/// The workspace's reports, newest first: at most so many.
///
/// # Errors
/// [`StoreError`].
pub async fn all_sent(db: &Db, workspace: WorkspaceId, limit: i64) -> Result<Vec<SentRow>, StoreError> {
    db.fetch_all(SENT_LIST, args![workspace, limit]).await?.iter().map(read_sent).collect()
}

/// Reports that are to be made or sent, and for which there is no job. Crosses workspaces; ids only.
///
/// # Errors
/// [`StoreError`].
pub async fn without_job(db: &Db, limit: i64) -> Result<Vec<(WorkspaceId, SentReportId)>, StoreError> {
    let read = |row: &Row| Ok((row.get("workspace_id")?, row.get("id")?));
    db.fetch_all(WITHOUT_JOB, args![limit]).await?.iter().map(read).collect()
}
