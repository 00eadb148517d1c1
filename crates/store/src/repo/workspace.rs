//! Tenants and who belongs to them.

use carillon_domain::id::{UserId, WorkspaceId};
use carillon_domain::permission::Role;
use carillon_domain::time::Timestamp;

use crate::{Executor, Row, StoreError, Tx, args, statements};

/// A workspace as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceRow {
    /// Id.
    pub id: WorkspaceId,
    /// Name.
    pub name: String,
    /// IANA zone.
    pub timezone: String,
    /// How many seconds late a publication may go out without a person.
    pub grace_s: i64,
    /// For how many days every snapshot is kept, before each day's last one is enough; 0: for ever.
    pub snapshot_days: i64,
    /// Grows with every change.
    pub version: i64,
    /// Created.
    pub created_at: Timestamp,
    /// Changed.
    pub updated_at: Timestamp,
}

/// A person in a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberRow {
    /// Who.
    pub user: UserId,
    /// Their e-mail address.
    pub email: String,
    /// Their name.
    pub name: String,
    /// The tag of the language in which they read, if they chose one.
    pub language: Option<String>,
    /// Their role here.
    pub role: Role,
    /// Member since.
    pub created_at: Timestamp,
}

/// The columns by name: what a later version adds must not change the answers that open connections expect.
macro_rules! columns {
    () => {
        "id, name, timezone, grace_s, snapshot_days, version, created_at, updated_at"
    };
}

statements! {
    INSERT = "workspaces.insert": "insert into workspaces (id, name, timezone, grace_s, version, created_at, updated_at, \
        snapshot_days) values ($1, $2, $3, $4, $5, $6, $7, $8)";
    UPDATE = "workspaces.update": "update workspaces set name = $3, timezone = $4, grace_s = $5, version = version + 1, \
        updated_at = $6, snapshot_days = $7 where id = $1 and version = $2";
    FIND = "workspaces.find": concat!("select ", columns!(), " from workspaces where id = $1");
    FIND_ALL = "workspaces.find_all": concat!("/*postgres: select ", columns!(), " from workspaces where id = any($1::uuid[])*/");
    OF_USER = "workspaces.of_user": "select w.id, w.name, w.timezone, w.grace_s, w.snapshot_days, w.version, w.created_at, w.updated_at, m.role \
        from members m join workspaces w on w.id = m.workspace_id \
        where m.user_id = $1 order by w.name, w.id";
    BY_NAME = "workspaces.by_name": concat!("select ", columns!(), " from workspaces where name = $1 order by id limit 2");
    ADD_MEMBER = "members.add": "insert into members (workspace_id, user_id, role, created_at, updated_at) \
        values ($1, $2, $3, $4, $4)";
    SET_ROLE = "members.set_role": "update members set role = $3, updated_at = $4 where workspace_id = $1 and user_id = $2";
    REMOVE_MEMBER = "members.remove": "delete from members where workspace_id = $1 and user_id = $2";
    MEMBERS = "members.list": "select m.user_id, u.email, u.name, u.language, m.role, m.created_at \
        from members m join users u on u.id = m.user_id where m.workspace_id = $1 order by u.name, u.email";
    MEMBER = "members.find": "select w.id, w.name, w.timezone, w.grace_s, w.snapshot_days, w.version, w.created_at, w.updated_at, m.role \
        from members m join workspaces w on w.id = m.workspace_id \
        where m.workspace_id = $1 and m.user_id = $2";
    OWNERS = "members.owners": "select user_id from members where workspace_id = $1 and role = 'owner' order by user_id \
        /*postgres: for update */";
}

fn read(row: &Row) -> Result<WorkspaceRow, StoreError> {
    Ok(WorkspaceRow {
        id: row.get("id")?,
        name: row.get("name")?,
        timezone: row.get("timezone")?,
        grace_s: row.get("grace_s")?,
        snapshot_days: row.get("snapshot_days")?,
        version: row.get("version")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

fn read_with_role(row: &Row) -> Result<(WorkspaceRow, Role), StoreError> {
    Ok((read(row)?, row.named("role", Role::parse)?))
}

/// Adds a workspace.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn insert(tx: &mut Tx<'_>, row: &WorkspaceRow) -> Result<(), StoreError> {
    let values = args![
        row.id,
        &row.name,
        &row.timezone,
        row.grace_s,
        row.version,
        row.created_at,
        row.updated_at,
        row.snapshot_days
    ];
    tx.execute(INSERT, values).await.map(drop)
}

/// Saves name, zone, grace and keeping of what was loaded as `row.version`; the version grows by one. Tells whether it was still
/// that version.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn update(tx: &mut Tx<'_>, row: &WorkspaceRow) -> Result<bool, StoreError> {
    let values =
        args![row.id, row.version, &row.name, &row.timezone, row.grace_s, row.updated_at, row.snapshot_days];
    Ok(tx.execute(UPDATE, values).await? == 1)
}

/// The workspace.
///
/// # Errors
/// [`StoreError`].
pub async fn find<'e>(
    ex: impl Executor<'e> + 'e,
    id: WorkspaceId,
) -> Result<Option<WorkspaceRow>, StoreError> {
    ex.fetch_optional(FIND, args![id]).await?.map(|r| read(&r)).transpose()
}

/// Those of these workspaces that are there, in no order.
///
/// # Errors
/// [`StoreError`].
pub async fn find_all(tx: &mut Tx<'_>, ids: &[WorkspaceId]) -> Result<Vec<WorkspaceRow>, StoreError> {
    let keys = ids.iter().map(|id| args![*id]).collect();
    tx.fetch_each(FIND, FIND_ALL, keys).await?.iter().map(read).collect()
}

/// Workspaces of this name; two at most, which is enough to see that it is ambiguous. For the command line.
///
/// # Errors
/// [`StoreError`].
pub async fn by_name<'e>(ex: impl Executor<'e> + 'e, name: &str) -> Result<Vec<WorkspaceRow>, StoreError> {
    ex.fetch_all(BY_NAME, args![name]).await?.iter().map(read).collect()
}

/// The workspaces that the person belongs to, with their roles there, by name.
///
/// # Errors
/// [`StoreError`].
pub async fn of_user<'e>(
    ex: impl Executor<'e> + 'e,
    user: UserId,
) -> Result<Vec<(WorkspaceRow, Role)>, StoreError> {
    ex.fetch_all(OF_USER, args![user]).await?.iter().map(read_with_role).collect()
}

/// The workspace and the person's role in it, if they belong to it.
///
/// # Errors
/// [`StoreError`].
pub async fn of_member<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
    user: UserId,
) -> Result<Option<(WorkspaceRow, Role)>, StoreError> {
    ex.fetch_optional(MEMBER, args![workspace, user]).await?.map(|r| read_with_role(&r)).transpose()
}

/// Makes the person a member.
///
/// # Errors
/// A unique violation when they are one already.
pub async fn add_member(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    user: UserId,
    role: Role,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(ADD_MEMBER, args![workspace, user, role.as_str(), now]).await.map(drop)
}

/// Changes a member's role. Tells whether there is such a member.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn set_role(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    user: UserId,
    role: Role,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.execute(SET_ROLE, args![workspace, user, role.as_str(), now]).await? == 1)
}

/// Takes the person out of the workspace. Tells whether they were in it.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn remove_member(
    tx: &mut Tx<'_>,
    workspace: WorkspaceId,
    user: UserId,
) -> Result<bool, StoreError> {
    Ok(tx.execute(REMOVE_MEMBER, args![workspace, user]).await? == 1)
}

/// The workspace's members, by name.
///
/// # Errors
/// [`StoreError`].
pub async fn members<'e>(
    ex: impl Executor<'e> + 'e,
    workspace: WorkspaceId,
) -> Result<Vec<MemberRow>, StoreError> {
    let rows = ex.fetch_all(MEMBERS, args![workspace]).await?;
    rows.iter()
        .map(|r| {
            Ok(MemberRow {
                user: r.get("user_id")?,
                email: r.get("email")?,
                name: r.get("name")?,
                language: r.get("language")?,
                role: r.named("role", Role::parse)?,
                created_at: r.get("created_at")?,
            })
        })
        .collect()
}

/// The owners, locked until the transaction ends, so that the last one can't be lost to two changes at once.
///
/// # Errors
/// [`StoreError`].
pub async fn lock_owners(tx: &mut Tx<'_>, workspace: WorkspaceId) -> Result<Vec<UserId>, StoreError> {
    tx.fetch_all(OWNERS, args![workspace]).await?.iter().map(|r| r.get("user_id")).collect()
}
