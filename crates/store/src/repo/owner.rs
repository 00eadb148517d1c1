//! What networks told the owner of an account: its numbers by time, and who its audience is. Appended, never changed.
//!
//! A look that brought only a part of it is kept with what did not come, so that a gap has its reason and is not taken for zero.

use carillon_domain::connector_error::ConnectorError;
use carillon_domain::id::{AccountId, SyncRunId, WorkspaceId};
use carillon_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Executor, Row, StoreError, Tx, args, statements};

pub mod aging;

statements! {
    ADD = "owner_numbers.add": "insert into owner_numbers (workspace_id, account_id, question, metric, dimension, as_of, began, \
        part, ended, value, native, definition) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
        on conflict (workspace_id, account_id, question, metric, dimension, as_of, began, part) do nothing";
    ADD_LOOK = "owner_looks.add": "insert into owner_looks (workspace_id, account_id, question, as_of, told_to, settled, missing, \
        run_id) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (workspace_id, account_id, question, as_of) do nothing";
    LAST_LOOK = "owner_looks.last": "select as_of, settled, missing from owner_looks where workspace_id = $1 and account_id = $2 \
        and question = $3 and as_of >= $4 and as_of < $5 order by as_of desc limit 1";
    TOLD_TO = "owner_looks.told_to": "select max(told_to) as told_to from owner_looks where workspace_id = $1 and account_id = $2 \
        and question = $3 and as_of < $4";
    // Only answers that are whole: the look is kept after the last of their numbers.
    LATEST = "owner_numbers.latest": "select as_of, began, ended, part, value, native, definition from owner_numbers \
        where workspace_id = $1 and account_id = $2 and question = $3 and metric = $4 and dimension = $5 and as_of = \
        (select max(as_of) from owner_numbers where workspace_id = $1 and account_id = $2 and question = $3 and metric = $4 \
        and dimension = $5 and as_of >= $6 and as_of < $7 and exists (select 1 from owner_looks l where l.workspace_id = $1 \
        and l.account_id = $2 and l.question = $3 and l.as_of = owner_numbers.as_of)) order by began, part";
    SERIES = "owner_numbers.series": "select as_of, began, ended, part, value, native, definition from owner_numbers \
        where workspace_id = $1 and account_id = $2 and question = $3 and metric = $4 and dimension = $5 and as_of >= $6 \
        and as_of < $7 and exists (select 1 from owner_looks l where l.workspace_id = $1 and l.account_id = $2 \
        and l.question = $3 and l.as_of = owner_numbers.as_of) order by as_of, began, part";
    ERASE = "owner_numbers.erase": "delete from owner_numbers where workspace_id = $1 and account_id = $2";
    ERASE_LOOKS = "owner_looks.erase": "delete from owner_looks where workspace_id = $1 and account_id = $2";
}

/// What a network was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// The account's numbers in a time.
    Account,
    /// Who follows or watches.
    Audience,
}

impl Question {
    /// The stable name used in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Audience => "audience",
        }
    }
}

/// Whose numbers, and to which question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// Account.
    pub account: AccountId,
    /// What was asked.
    pub question: Question,
}

/// One number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Of what part of the dimension, in the network's words; `None` for a sum.
    pub part: Option<String>,
    /// From when to when it was counted, as the network cut it; `None`: from the beginning until it was said.
    pub window: Option<(Timestamp, Timestamp)>,
    /// The value, in the unit of the metric's definition.
    pub value: i64,
    /// The network's name for it.
    pub native: String,
    /// Version of the definition that it was read under.
    pub definition: u32,
    /// When the network said so.
    pub as_of: Timestamp,
}

/// A number with the metric that it is one of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// Our name of the metric.
    pub metric: String,
    /// By what it is split; `None` for a sum.
    pub dimension: Option<String>,
    /// What was told.
    pub told: Told,
}

/// Metrics that did not come although the network has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Absent {
    /// Our names.
    pub metrics: Vec<String>,
    /// By what they would have been split; `None` for sums.
    pub by: Option<String>,
    /// Why.
    pub cause: ConnectorError,
}

/// One time that a network was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerLook {
    /// When.
    pub as_of: Timestamp,
    /// Whether nothing more is to be had for now: what is missing would be refused again.
    pub settled: bool,
    /// What did not come.
    pub missing: Vec<Absent>,
}

/// Adds numbers. Adding the same again changes nothing.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn add(tx: &mut Tx<'_>, about: About, numbers: &[Number]) -> Result<(), StoreError> {
    for Number { metric, dimension, told } in numbers {
        let (began, ended) = told.window.unwrap_or((Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH));
        let values = args![
            about.workspace,
            about.account,
            about.question.as_str(),
            metric,
            dimension.as_deref().unwrap_or_default(),
            told.as_of,
            began,
            told.part.as_deref().unwrap_or_default(),
            ended,
            told.value,
            &told.native,
            told.definition
        ];
        tx.execute(ADD, values).await?;
    }
    Ok(())
}

/// Adds that the network was asked; `told_to` is the end of the last time that numbers came of.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn add_look(
    tx: &mut Tx<'_>,
    about: About,
    run: SyncRunId,
    look: &OwnerLook,
    told_to: Option<Timestamp>,
) -> Result<(), StoreError> {
    let missing = serde_json::json!(look.missing);
    let values = args![
        about.workspace,
        about.account,
        about.question.as_str(),
        look.as_of,
        told_to,
        look.settled,
        missing,
        run
    ];
    tx.execute(ADD_LOOK, values).await.map(drop)
}

/// The last time that the network was asked, within `[from, to)`.
///
/// # Errors
/// [`StoreError`].
pub async fn last_look<'e>(
    ex: impl Executor<'e> + 'e,
    about: About,
    (from, to): (Timestamp, Timestamp),
) -> Result<Option<OwnerLook>, StoreError> {
    let values = args![about.workspace, about.account, about.question.as_str(), from, to];
    let row = ex.fetch_optional(LAST_LOOK, values).await?;
    row.map(|row| {
        let (as_of, settled, missing) = (row.get("as_of")?, row.get("settled")?, row.json("missing")?);
        Ok(OwnerLook { as_of, settled, missing })
    })
    .transpose()
}

/// The end of the last time that numbers came of, with answers before this instant; `None` when none came yet.
///
/// # Errors
/// [`StoreError`].
pub async fn told_to<'e>(
    ex: impl Executor<'e> + 'e,
    about: About,
    before: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let values = args![about.workspace, about.account, about.question.as_str(), before];
    let row = ex.fetch_optional(TOLD_TO, values).await?;
    row.map_or(Ok(None), |row| row.get("told_to"))
}

/// The last answer with this metric that came within `[from, to)`, of a sum or of one dimension: all its parts, by their names, for
/// each time that it tells of. An answer counts once its look was added.
///
/// # Errors
/// [`StoreError`].
pub async fn latest<'e>(
    ex: impl Executor<'e> + 'e,
    about: About,
    metric: (&str, Option<&str>),
    within: (Timestamp, Timestamp),
) -> Result<Vec<Told>, StoreError> {
    ex.fetch_all(LATEST, whose(about, metric, within)).await?.iter().map(read).collect()
}

/// All answers with this metric that came within `[from, to)`, oldest first. An answer counts once its look was added.
///
/// # Errors
/// [`StoreError`].
pub async fn series<'e>(
    ex: impl Executor<'e> + 'e,
    about: About,
    metric: (&str, Option<&str>),
    within: (Timestamp, Timestamp),
) -> Result<Vec<Told>, StoreError> {
    ex.fetch_all(SERIES, whose(about, metric, within)).await?.iter().map(read).collect()
}

/// Forgets all of it.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn erase(tx: &mut Tx<'_>, workspace: WorkspaceId, account: AccountId) -> Result<(), StoreError> {
    tx.execute(ERASE, args![workspace, account]).await?;
    tx.execute(ERASE_LOOKS, args![workspace, account]).await.map(drop)
}

fn whose(
    about: About,
    (metric, dimension): (&str, Option<&str>),
    (from, to): (Timestamp, Timestamp),
) -> Vec<crate::Value> {
    let question = about.question.as_str();
    args![about.workspace, about.account, question, metric, dimension.unwrap_or_default(), from, to]
}

fn read(row: &Row) -> Result<Told, StoreError> {
    let (began, ended): (Timestamp, Timestamp) = (row.get("began")?, row.get("ended")?);
    let part: String = row.get("part")?;
    Ok(Told {
        part: Some(part).filter(|part| !part.is_empty()),
        window: Some((began, ended)).filter(|(_, ended)| *ended != Timestamp::UNIX_EPOCH),
        value: row.get("value")?,
        native: row.get("native")?,
        definition: row.get("definition")?,
        as_of: row.get("as_of")?,
    })
}
