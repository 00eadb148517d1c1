//! Writes down what many runs have to say, in one transaction.
//!
//! Each run hands in a sheet and waits until it is durable. While one transaction is under way, the sheets of others gather for
//! the next, so a burst of posts shares its commits, and on PostgreSQL its ways to the server. A sheet never depends on another:
//! those whose lease was lost are left out, and where a transaction fails, each sheet is written alone.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use carillon_domain::connector_error::ConnectorError;
use carillon_domain::id::{AttemptId, PublicationId};
use carillon_domain::time::Timestamp;
use carillon_store::repo::attempt::{self, Closed, StepRow, Wanted};
use carillon_store::repo::job::{self, NewJob};
use carillon_store::repo::lease::{self, Again, Held};
use carillon_store::repo::notice::{self, NewNotice};
use carillon_store::repo::publication::{self, PublicationRow};
use carillon_store::{Db, StoreError, Tx};
use tokio::sync::oneshot;

/// Most sheets in one transaction; bounds how long the first of them waits.
const MOST: usize = 256;

/// Transactions at once on PostgreSQL: while one waits for the disk, the next is on its way. SQLite has one writer.
const WRITERS: usize = 2;

/// What one write of a run contains.
pub(crate) struct Sheet {
    /// The run's right to write.
    pub lease: Held,
    /// The publication as it is now.
    pub row: PublicationRow,
    /// The attempt that the run belongs to.
    pub attempt: Attempt,
    /// Calls that were made.
    pub steps: Vec<StepRow>,
    /// How the attempt ended, if it did.
    pub ended: Option<Ended>,
    /// What becomes of the job.
    pub then: Then,
    /// Another job that follows from what is written.
    pub following: Option<NewJob>,
    /// What people hear of it.
    pub notice: Option<NewNotice>,
}

/// The attempt that a run belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Attempt {
    /// None: the run can't even begin.
    None,
    /// The one that is open, or else a new one that began then, with the next write.
    Wanted {
        /// Its id if it is a new one.
        new: AttemptId,
        /// When it began.
        since: Timestamp,
    },
    /// This one.
    Open(AttemptId),
}

/// How an attempt ended.
#[derive(Debug, Clone)]
pub(crate) struct Ended {
    pub outcome: &'static str,
    pub error: Option<ConnectorError>,
}

impl Ended {
    pub fn new(outcome: &'static str, error: Option<&ConnectorError>) -> Self {
        Self { outcome, error: error.cloned() }
    }
}

/// What becomes of the job with a write.
#[derive(Debug, Clone)]
pub(crate) enum Then {
    /// The run goes on.
    GoOn,
    /// It is over.
    Over,
    /// It is given back, to run again.
    Again(Again),
}

/// What a run hears: its attempt from now on; `None`: somebody else took over, and nothing of it was written.
type Answer = Result<Option<Attempt>, StoreError>;

struct Waiting {
    sheet: Sheet,
    answer: oneshot::Sender<Answer>,
}

#[derive(Default)]
struct Desktop {
    waiting: VecDeque<Waiting>,
    writers: usize,
}

/// Who writes for all runs of a process.
pub struct Clerk {
    db: Db,
    writers: usize,
    desktop: Mutex<Desktop>,
}

impl Clerk {
    /// For runs on this database.
    pub fn new(db: Db) -> Arc<Self> {
        let writers = match db {
            Db::Sqlite(_) => 1,
            Db::Postgres(_) => WRITERS,
        };
        Arc::new(Self { db, writers, desktop: Mutex::default() })
    }

    /// Writes the sheet; returns when it is durable.
    pub(crate) async fn write(self: &Arc<Self>, sheet: Sheet) -> Answer {
        let (answer, heard) = oneshot::channel();
        let another = {
            let mut desktop = self.desktop();
            desktop.waiting.push_back(Waiting { sheet, answer });
            let another = desktop.writers < self.writers;
            desktop.writers += usize::from(another);
            another
        };
        if another {
            // A task of its own: whoever asked may stop waiting, and the others' sheets are in it too.
            tokio::spawn(Writer { clerk: Arc::clone(self), has_left: false }.work());
        }
        heard.await.map_err(|_| StoreError::Closed)?
    }

    fn desktop(&self) -> MutexGuard<'_, Desktop> {
        self.desktop.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn write_all(&self, waiting: Vec<Waiting>) {
        let (sheets, answers): (Vec<_>, Vec<_>) = waiting.into_iter().map(|w| (w.sheet, w.answer)).unzip();
        let sheets = Arc::new(sheets);
        let given = match self.together(&sheets, 0..sheets.len()).await {
            Ok(given) => given.into_iter().map(Ok).collect(),
            // One of them may be to blame. When the server did not answer, each may have been written: its run finds out.
            Err(error @ StoreError::Sql { .. }) if sheets.len() > 1 => {
                tracing::warn!(%error, sheets = sheets.len(), "written one by one");
                let mut given = Vec::with_capacity(sheets.len());
                for at in 0..sheets.len() {
                    given.push(
                        self.together(&sheets, at..at + 1)
                            .await
                            .map(|alone| alone.into_iter().next().flatten()),
                    );
                }
                given
            }
            Err(error) => vec![Err(error); sheets.len()],
        };
        for (answer, given) in answers.into_iter().zip(given) {
            // Nobody may be waiting any more; that changes nothing.
            drop(answer.send(given));
        }
    }

    async fn together(
        &self,
        sheets: &Arc<Vec<Sheet>>,
        which: std::ops::Range<usize>,
    ) -> Result<Vec<Option<Attempt>>, StoreError> {
        let sheets = Arc::clone(sheets);
        self.db
            .write(move |tx| Box::pin(async move { write(tx, sheets.get(which).unwrap_or_default()).await }))
            .await
    }
}

/// A writer at work; it leaves its place also when it panics.
struct Writer {
    clerk: Arc<Clerk>,
    has_left: bool,
}

impl Writer {
    async fn work(mut self) {
        while let Some(waiting) = self.next() {
            self.clerk.write_all(waiting).await;
        }
    }

    /// What waits. If nothing does, the place is left in the same moment, so that whoever comes next takes it.
    fn next(&mut self) -> Option<Vec<Waiting>> {
        let mut desktop = self.clerk.desktop();
        let count = desktop.waiting.len().min(MOST);
        if count == 0 {
            desktop.writers -= 1;
            self.has_left = true;
            return None;
        }
        Some(desktop.waiting.drain(..count).collect())
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        if !self.has_left {
            self.clerk.desktop().writers -= 1;
        }
    }
}

/// Writes the sheets whose lease still holds and whose content nobody edited.
async fn write(tx: &mut Tx<'_>, sheets: &[Sheet]) -> Result<Vec<Option<Attempt>>, StoreError> {
    let leases: Vec<Held> = sheets.iter().map(|sheet| sheet.lease).collect();
    let held = lease::fence(tx, &leases).await?;
    let rows: Vec<&PublicationRow> =
        sheets.iter().filter(|sheet| held.contains(&sheet.lease)).map(|sheet| &sheet.row).collect();
    let saved = publication::save(tx, &rows).await?;
    let written = |sheet: &&Sheet| held.contains(&sheet.lease) && saved.contains(&sheet.row.id);
    let good: Vec<&Sheet> = sheets.iter().filter(written).collect();
    let open = open(tx, &good).await?;
    journal(tx, &good, &open).await?;
    end(tx, &good).await?;
    let good: HashSet<Held> = good.iter().map(|sheet| sheet.lease).collect();
    let attempt = |sheet: &Sheet| {
        good.contains(&sheet.lease).then(|| match sheet.ended {
            Some(_) => Attempt::None,
            None => open.get(&sheet.row.id).map_or(Attempt::None, |id| Attempt::Open(*id)),
        })
    };
    Ok(sheets.iter().map(attempt).collect())
}

/// The attempts of the sheets, made where they are wanted and not there.
async fn open(tx: &mut Tx<'_>, sheets: &[&Sheet]) -> Result<HashMap<PublicationId, AttemptId>, StoreError> {
    let wanted = |sheet: &&Sheet| match sheet.attempt {
        Attempt::Wanted { new, since } => {
            Some(Wanted { workspace: sheet.row.workspace, publication: sheet.row.id, new, since })
        }
        Attempt::None | Attempt::Open(_) => None,
    };
    let wanted: Vec<Wanted> = sheets.iter().filter_map(wanted).collect();
    let mut open = attempt::open(tx, &wanted).await?;
    open.extend(sheets.iter().filter_map(|sheet| match sheet.attempt {
        Attempt::Open(id) => Some((sheet.row.id, id)),
        Attempt::None | Attempt::Wanted { .. } => None,
    }));
    Ok(open)
}

async fn journal(
    tx: &mut Tx<'_>,
    sheets: &[&Sheet],
    open: &HashMap<PublicationId, AttemptId>,
) -> Result<(), StoreError> {
    let steps = sheets.iter().filter_map(|sheet| {
        let attempt = *open.get(&sheet.row.id)?;
        Some((sheet.row.workspace, attempt, sheet.steps.as_slice()))
    });
    attempt::add_steps(tx, &steps.collect::<Vec<_>>()).await?;
    let closed = sheets.iter().filter_map(|sheet| {
        let Ended { outcome, error } = sheet.ended.as_ref()?;
        Some(Closed {
            workspace: sheet.row.workspace,
            publication: sheet.row.id,
            at: sheet.row.updated_at,
            outcome,
            error: error.as_ref(),
        })
    });
    attempt::close(tx, &closed.collect::<Vec<_>>()).await
}

async fn end(tx: &mut Tx<'_>, sheets: &[&Sheet]) -> Result<(), StoreError> {
    let over = sheets.iter().filter(|sheet| matches!(sheet.then, Then::Over)).map(|sheet| sheet.lease);
    lease::finish(tx, &over.collect::<Vec<_>>()).await?;
    let again = sheets.iter().filter_map(|sheet| match &sheet.then {
        Then::Again(again) => Some((sheet.lease, again)),
        Then::GoOn | Then::Over => None,
    });
    lease::give_back(tx, &again.collect::<Vec<_>>()).await?;
    for job in sheets.iter().filter_map(|sheet| sheet.following.as_ref()) {
        job::put(tx, job).await?;
    }
    let told: Vec<&NewNotice> = sheets.iter().filter_map(|sheet| sheet.notice.as_ref()).collect();
    notice::raise_all(tx, &told).await.map(drop)
}
