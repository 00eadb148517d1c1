//! Databases as they are after years of use, for benchmarks: what a few publications left behind is copied many times over.
//!
//! A copy is what the product itself would have written, with its times moved and ids of its own: the publication with its
//! post, its job, its attempts and the journal of their calls.

use carillon_domain::id::AttemptId;
use carillon_domain::publication::PublicationState;
use carillon_domain::time::{SignedDuration, Timestamp};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::db::Connection;
use crate::{Db, Executor, Row, StoreError, Tx, args, statements};

pub mod history;

statements! {
    OPEN = "bulk.open": "select (select count(*) from jobs where state = 'leased') \
        + (select count(*) from jobs where state = 'ready' and lane is not null and run_at <= $1) \
        + (select count(*) from jobs where state = 'ready' and lane is null and priority in (0, 1) and run_at <= $1) as n";
    ENDS = "bulk.ends": "select state, updated_at, (select count(*) from attempts a where a.workspace_id = p.workspace_id \
        and a.publication_id = p.id) as attempts from publications p where due_at = $1";
    ROW = "bulk.row": "insert into attempt_steps (workspace_id, attempt_id, seq, at, operation, method, url, duration_us) \
        values ($1, $2, $3, $4, 'create_post', 'POST', 'https://api.example/2/posts', $5)";
    ALL = "bulk.publications": "select count(*) as n from publications";
}

/// What copies are made from.
#[derive(Debug, Clone, Copy)]
pub struct Template {
    /// The publications that were due just then …
    pub due: Timestamp,
    /// … and are in this state now.
    pub state: PublicationState,
    /// Whether the journal of calls is copied too: it is kept for a while only.
    pub journal: bool,
}

/// How one engine writes what SQL has no common words for.
#[derive(Clone, Copy)]
struct Dialect {
    /// An id: the 48 bits of a time in milliseconds, and the rest of another id.
    id: fn(id: &str, millis: &str) -> String,
    /// A text that no other id has.
    text: fn(id: &str) -> String,
    /// An id that is known.
    literal: fn(id: Uuid) -> String,
    /// What joins tables from left to right. SQLite would look through the journal of a whole workspace first.
    join: &'static str,
}

const SQLITE: Dialect = Dialect {
    id: |id, millis| format!("unhex(printf('%012x', {millis}) || substr(hex({id}), 13))"),
    text: |id| format!("lower(hex({id}))"),
    literal: |id| format!("x'{}'", id.simple()),
    join: "cross join",
};

const POSTGRES: Dialect = Dialect {
    id: |id, millis| {
        format!("(lpad(to_hex({millis}), 12, '0') || substr(replace({id}::text, '-', ''), 13))::uuid")
    },
    text: |id| format!("replace({id}::text, '-', '')"),
    literal: |id| format!("'{id}'::uuid"),
    join: "join",
};

/// Memory that SQLite may use for pages, KiB: rows that belong to one workspace lie far from those of the next one.
const PAGES: &str = "pragma cache_size = -500000";

/// Copies the template's publications once for each of these times, so much later (earlier, if it is negative). Two copies must
/// lie more than a millisecond apart. All of it is one transaction.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn copy(db: &Db, template: Template, by: &[SignedDuration]) -> Result<(), StoreError> {
    let by = by.to_vec();
    let statements = move |dialect| {
        let each = by.iter().map(|by| Copier::new(template, *by, dialect).statements());
        each.collect::<Vec<_>>().join(";\n")
    };
    db.write(move |tx| {
        Box::pin(async move {
            let done = match &mut tx.connection {
                Connection::Sqlite(c) => {
                    return c.batch("bulk.copy", &format!("{PAGES};\n{}", statements(SQLITE)));
                }
                Connection::Postgres(c) => {
                    sqlx::raw_sql(AssertSqlSafe(statements(POSTGRES))).execute(&mut **c).await.map(drop)
                }
            };
            done.map_err(|error| StoreError::sql("bulk.copy", &error))
        })
    })
    .await
}

/// Lets the engine look at what it has, as it does by itself after a while.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn settle(db: &Db) -> Result<(), StoreError> {
    let Db::Postgres(server) = db else { return Ok(()) };
    let done = sqlx::raw_sql("vacuum analyze").execute(&server.pool).await;
    done.map(drop).map_err(|error| StoreError::sql("bulk.settle", &error))
}

/// The statements of one copy.
struct Copier {
    template: Template,
    by: i64,
    dialect: Dialect,
}

impl Copier {
    fn new(template: Template, by: SignedDuration, dialect: Dialect) -> Self {
        Self { template, by: i64::try_from(by.as_micros()).unwrap_or_default(), dialect }
    }

    /// All, in an order in which whatever is referred to is there.
    fn statements(&self) -> String {
        let mut all = vec![self.posts(), self.publications(), self.attempts()];
        if self.template.journal {
            all.push(self.steps());
        }
        all.push(self.jobs());
        all.join(";\n")
    }

    /// What is copied: copies themselves have other times, so they are never chosen.
    fn chosen(&self, join: &str) -> String {
        format!(
            "from publications p join posts o on o.workspace_id = p.workspace_id and o.id = p.post_id {join} \
             where p.state = '{}' and p.due_at = {}",
            self.template.state.as_str(),
            self.template.due.as_microsecond()
        )
    }

    /// A time, moved.
    fn at(&self, column: &str) -> String {
        format!("{column} + ({})", self.by)
    }

    /// An id that begins with the moved time of its making, as the product's do, and ends as the template's.
    fn id(&self, id: &str, made: &str) -> String {
        (self.dialect.id)(id, &format!("(({}) / 1000)", self.at(made)))
    }

    fn post(&self) -> String {
        self.id("o.id", "o.created_at")
    }

    fn publication(&self) -> String {
        self.id("p.id", "p.created_at")
    }

    fn attempt(&self) -> String {
        self.id("a.id", "a.started_at")
    }

    fn posts(&self) -> String {
        format!(
            "insert into posts (workspace_id, id, version, composition, plain_text, tags, campaign, due_at, wall, \
             timezone, created_by, created_at, updated_at, trashed_at) select o.workspace_id, {}, o.version, \
             o.composition, o.plain_text, o.tags, o.campaign, {}, o.wall, o.timezone, o.created_by, {}, {}, \
             o.trashed_at {}",
            self.post(),
            self.at("o.due_at"),
            self.at("o.created_at"),
            self.at("o.updated_at"),
            self.chosen("")
        )
    }

    fn publications(&self) -> String {
        format!(
            "insert into publications (workspace_id, id, post_id, account_id, platform, state, due_at, next_at, tries, \
             held_reason, released_at, intent, progress, content_version, fingerprint, incomplete, remote_id, \
             remote_url, published_at, error, evidence, units, created_at, updated_at) select p.workspace_id, {}, {}, \
             p.account_id, p.platform, p.state, {}, {}, p.tries, p.held_reason, {}, p.intent, p.progress, \
             p.content_version, p.fingerprint, p.incomplete, p.remote_id, p.remote_url, {}, p.error, p.evidence, \
             p.units, {}, {} {}",
            self.publication(),
            self.post(),
            self.at("p.due_at"),
            self.at("p.next_at"),
            self.at("p.released_at"),
            self.at("p.published_at"),
            self.at("p.created_at"),
            self.at("p.updated_at"),
            self.chosen("")
        )
    }

    /// The attempts of what is chosen.
    fn joined_attempts(&self) -> String {
        format!(
            "{} attempts a on a.workspace_id = p.workspace_id and a.publication_id = p.id",
            self.dialect.join
        )
    }

    fn attempts(&self) -> String {
        format!(
            "insert into attempts (workspace_id, publication_id, id, number, started_at, ended_at, outcome, error) \
             select a.workspace_id, {}, {}, a.number, {}, {}, a.outcome, a.error {}",
            self.publication(),
            self.attempt(),
            self.at("a.started_at"),
            self.at("a.ended_at"),
            self.chosen(&self.joined_attempts())
        )
    }

    fn steps(&self) -> String {
        let steps = format!(
            "{} {} attempt_steps s on s.workspace_id = a.workspace_id and s.attempt_id = a.id",
            self.joined_attempts(),
            self.dialect.join
        );
        format!(
            "insert into attempt_steps (workspace_id, attempt_id, seq, at, operation, method, url, status, duration_us, \
             request_id, note) select s.workspace_id, {}, s.seq, {}, s.operation, s.method, s.url, s.status, \
             s.duration_us, s.request_id, s.note {}",
            self.attempt(),
            self.at("s.at"),
            self.chosen(&steps)
        )
    }

    /// Their texts hold the new id in another form than the product's: these jobs lie in the future and never run.
    fn jobs(&self) -> String {
        let publication = self.publication();
        format!(
            "insert into jobs (id, workspace_id, kind, version, payload, lane, priority, run_at, attempt, state, \
             lease_epoch, unique_key, subject_id, created_at, platform, tenant, account) select {}, j.workspace_id, \
             j.kind, j.version, j.payload, j.lane, j.priority, {}, j.attempt, j.state, j.lease_epoch, \
             j.kind || '/' || {}, {publication}, {}, j.platform, j.tenant, j.account {}",
            self.id("j.id", "j.created_at"),
            self.at("j.run_at"),
            (self.dialect.text)(&publication),
            self.at("j.created_at"),
            self.chosen("join jobs j on j.subject_id = p.id")
        )
    }
}

/// How many jobs are to run until then, or run now.
///
/// # Errors
/// [`StoreError`].
pub async fn open_jobs(db: &Db, until: Timestamp) -> Result<i64, StoreError> {
    db.fetch_optional(OPEN, args![until]).await?.map_or(Ok(0), |row| row.get("n"))
}

/// How one publication stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// Its state.
    pub state: PublicationState,
    /// When that was written down.
    pub at: Timestamp,
    /// In how many attempts it came so far.
    pub attempts: i64,
}

/// How the publications that were due just then stand.
///
/// # Errors
/// [`StoreError`].
pub async fn ends(db: &Db, due: Timestamp) -> Result<Vec<End>, StoreError> {
    let rows = db.fetch_all(ENDS, args![due]).await?;
    let read = |row: &Row| {
        let state = row.named("state", PublicationState::parse)?;
        Ok(End { state, at: row.get("updated_at")?, attempts: row.get("attempts")? })
    };
    rows.iter().map(read).collect()
}

/// How many publications there are in all.
///
/// # Errors
/// [`StoreError`].
pub async fn publications(db: &Db) -> Result<i64, StoreError> {
    db.fetch_optional(ALL, Vec::new()).await?.map_or(Ok(0), |row| row.get("n"))
}

/// Writes so many rows that belong to nothing, for whoever wants to know what a commit costs. `key` makes them unique.
///
/// # Errors
/// [`StoreError::Sql`].
pub async fn write_rows(tx: &mut Tx<'_>, key: AttemptId, rows: u16, at: Timestamp) -> Result<(), StoreError> {
    for row in 0..rows {
        tx.execute(ROW, args![key.uuid(), key.uuid(), row, at, row]).await?;
    }
    Ok(())
}
