//! Makes reports that are due, keeps them, and sends them to who is to get them.
//!
//! - Nothing is queued ahead. The transaction that adds a report names the time that was seen, so of two nodes one adds it; and a
//!   server that was off for a month sends one report, not four.
//! - A report is made once. Whoever goes on after a crash sends the same bytes, and to nobody who is noted to have them.

use std::sync::Arc;

use bytes::Bytes;
use carillon_domain::error::AppError;
use carillon_domain::id::{Id, SentReportId, WorkspaceId};
use carillon_domain::permission::{Permission, Role};
use carillon_domain::schedule::zone_or_utc;
use carillon_domain::time::SignedDuration;
use carillon_store::StoreError;
use carillon_store::repo::account;
use carillon_store::repo::job::{self, NewJob};
use carillon_store::repo::notice;
use carillon_store::repo::report_schedule::{self, DueSchedule, SentRow, SentState};
use carillon_store::repo::workspace::{self, MemberRow, WorkspaceRow};
use serde::{Deserialize, Serialize};

use super::{JobError, Lease, Next, background, fenced, letter};
use crate::mail::{MailError, Mailer, Paper};
use crate::report;
use crate::usecase::analytics::Filter;
use crate::usecase::{exports, notices};
use crate::{Actor, Engine};

/// The job kind of a report.
pub const KIND: &str = "report";

/// When the mail server is asked again.
const AGAIN: SignedDuration = SignedDuration::from_mins(10);

/// So long the mail server is asked for those who don't have it yet: a mailbox that is full, or a server that is off over a weekend.
const PATIENCE: SignedDuration = SignedDuration::from_hours(24 * 3);

/// More than one zone's clocks are ever ahead of another one's: 26 hours, and what daylight saving adds.
const ZONES: SignedDuration = SignedDuration::from_hours(28);

/// Schedules and reports that one look finds.
const BATCH: i64 = 50;

/// Which report a job is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Workspace.
    pub workspace: WorkspaceId,
    /// The report.
    pub report: SentReportId,
}

/// Adds the reports that are due, and makes jobs for those that have none. Returns how many.
///
/// # Errors
/// When the database fails.
pub async fn find(engine: &Engine) -> Result<u64, StoreError> {
    if engine.mailer.is_none() {
        return Ok(0);
    }
    for seen in report_schedule::due(&engine.db, engine.clock.now(), BATCH).await? {
        // The others' reports go out all the same.
        if let Err(error) = open(engine, seen).await {
            tracing::error!(schedule = %seen.id, %error, "a report that is due could not be opened");
        }
    }
    let mut found = 0;
    for (workspace, id) in report_schedule::without_job(&engine.db, BATCH).await? {
        let job = new_job(engine, Target { workspace, report: id });
        engine.db.write(move |tx| Box::pin(async move { job::put_if_absent(tx, &job).await })).await?;
        found += 1;
    }
    Ok(found)
}

/// Adds the report that is due, and sets when the next one is. In another zone than when the time was set it may not be due yet.
async fn open(engine: &Engine, seen: DueSchedule) -> Result<(), StoreError> {
    let schedule = report_schedule::find(&engine.db, seen.workspace, seen.id).await?;
    let home = workspace::find(&engine.db, seen.workspace).await?;
    let Some((schedule, home)) = schedule.zip(home) else { return Ok(()) };
    if let Some(id) = schedule.account
        && account::find(&engine.db, seen.workspace, id).await?.is_none()
    {
        return forget(engine, seen).await;
    }
    let (zone, now) = (zone_or_utc(&home.timezone), engine.clock.now());
    let due = schedule.rule.next(seen.next_at - ZONES, &zone);
    let is_due = due <= now;
    let (first, last) = schedule.rule.days(due, &zone);
    let row = SentRow {
        workspace: seen.workspace,
        id: Id::new(engine.clock.as_ref(), engine.entropy.as_ref()),
        account: schedule.account,
        first_day: first.to_string(),
        last_day: last.to_string(),
        people: schedule.people,
        told: Vec::new(),
        state: SentState::Making,
        file_name: String::new(),
        size: 0,
        created_at: now,
        made_at: None,
        sent_at: None,
    };
    let next_at = if is_due { schedule.rule.next(now, &zone) } else { due };
    engine
        .db
        .write(move |tx| {
            Box::pin(async move {
                if report_schedule::move_on(tx, seen, next_at).await? && is_due {
                    report_schedule::add(tx, &row).await?;
                }
                Ok::<_, StoreError>(())
            })
        })
        .await
}

/// The account was erased: there will never be anything to tell of it.
async fn forget(engine: &Engine, seen: DueSchedule) -> Result<(), StoreError> {
    let gone = engine
        .db
        .write(move |tx| Box::pin(async move { report_schedule::delete(tx, seen.workspace, seen.id).await }));
    gone.await.map(drop)
}

fn new_job(engine: &Engine, target: Target) -> NewJob {
    NewJob {
        workspace: Some(target.workspace),
        party: letter::mail(),
        subject: Some(target.report.uuid()),
        ..background(engine, KIND, format!("{KIND}:{}", target.report), &target)
    }
}

/// Makes the report, unless that was done, and sends it to who does not have it.
///
/// # Errors
/// [`JobError::Defect`] when it can't be made for a reason of ours; it is tried again then.
pub async fn run(engine: &Engine, lease: &Lease, target: Target) -> Result<Next, JobError> {
    let again = || Next::At { at: engine.clock.now() + AGAIN, lane: None };
    let Some(mailer) = &engine.mailer else { return Ok(again()) };
    let row = report_schedule::sent(&engine.db, target.workspace, target.report).await?;
    let home = workspace::find(&engine.db, target.workspace).await?;
    let Some((mut row, home)) = row.filter(|row| row.state == SentState::Making).zip(home) else {
        return Ok(Next::Finished);
    };
    let bytes = match row.size {
        0 => made(engine, lease, mailer, &home, &mut row).await?,
        size => engine.library.report((row.workspace, row.id), size).await.map_err(|e| defect(&e))?,
    };
    let waits = hand_out(engine, lease, mailer, &home, &mut row, &bytes).await?;
    if waits && engine.clock.now() < row.created_at + PATIENCE {
        return Ok(again());
    }
    // What nobody could be sent did not go out.
    let nobody = row.sent_at.is_none() && !row.told.is_empty();
    row.state = if waits || nobody { SentState::Failed } else { SentState::Sent };
    save(engine, lease, &row).await?;
    Ok(Next::Finished)
}

/// Sends it to who does not have it, one after the other. Tells whether the mail server wants it later for somebody.
async fn hand_out(
    engine: &Engine,
    lease: &Lease,
    mailer: &Arc<dyn Mailer>,
    home: &WorkspaceRow,
    row: &mut SentRow,
    bytes: &Bytes,
) -> Result<bool, JobError> {
    let mut waits = false;
    for member in readers(engine, row).await? {
        if row.told.contains(&member.user) {
            continue;
        }
        let person = member.user;
        let paper = paper(row, home, member, bytes.clone());
        match mailer.report(&paper).await {
            Ok(()) => row.sent_at = Some(engine.clock.now()),
            // A full mailbox holds up nobody else.
            Err(MailError::Later(why)) => {
                tracing::warn!(report = %row.id, why, "a report could not be sent; it is tried again");
                waits = true;
                continue;
            }
            Err(MailError::Refused(why)) => {
                tracing::warn!(report = %row.id, why, "the mail server does not take a report");
            }
        }
        row.told.push(person);
        save(engine, lease, row).await?;
    }
    Ok(waits)
}

/// Who is to get it, and still may.
async fn readers(engine: &Engine, row: &SentRow) -> Result<Vec<MemberRow>, StoreError> {
    let mut members = workspace::members(&engine.db, row.workspace).await?;
    members.retain(|member| row.people.contains(&member.user) && member.role.may(Permission::Read));
    Ok(members)
}

/// The language of a file that all of them get: theirs, if it is one.
fn common_language(readers: &[MemberRow]) -> Option<&str> {
    let first = readers.first()?.language.as_deref()?;
    readers.iter().all(|reader| reader.language.as_deref() == Some(first)).then_some(first)
}

/// Ends a report that can't be made, for a reason of ours.
pub(super) async fn give_up(engine: &Engine, lease: &Lease, target: Target) -> Result<Next, JobError> {
    if let Some(mut row) = report_schedule::sent(&engine.db, target.workspace, target.report).await? {
        row.state = SentState::Failed;
        save(engine, lease, &row).await?;
    }
    Ok(Next::Finished)
}

async fn made(
    engine: &Engine,
    lease: &Lease,
    mailer: &Arc<dyn Mailer>,
    home: &WorkspaceRow,
    row: &mut SentRow,
) -> Result<Bytes, JobError> {
    // Who reads what everybody here may read.
    let actor = Actor {
        workspace: row.workspace,
        role: Role::Analyst,
        user: None,
        token: None,
        timezone: home.timezone.clone(),
        session_hash: None,
    };
    let filter = Filter {
        from: Some(row.first_day.clone()),
        to: Some(row.last_day.clone()),
        account: row.account.map(|id| id.to_string()),
        ..Filter::default()
    };
    let _room = report::room().await;
    row.made_at = Some(engine.clock.now());
    let content = exports::report(engine, &actor, &filter).await.map_err(|e| defect(&e))?;
    row.file_name = content.about.file_name("report", "pdf");
    let words = mailer.words(common_language(&readers(engine, row).await?));
    let drawn = tokio::task::spawn_blocking(move || report::pdf(&content, words.as_ref())).await;
    let bytes = drawn.map_err(|e| JobError::Defect(e.to_string()))?.map_err(|e| defect(&e))?;
    let bytes = Bytes::from(bytes);
    engine.library.keep_report((row.workspace, row.id), bytes.clone()).await.map_err(|e| defect(&e))?;
    row.size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    let days = format!("It is about {} to {}.", row.first_day, row.last_day);
    let told = notices::of_report(engine, (row.workspace, row.id), row.account, days);
    let made = row.clone();
    fenced(engine, lease, move |tx| {
        Box::pin(async move {
            report_schedule::save(tx, &made).await?;
            notice::raise(tx, &told).await.map(drop)
        })
    })
    .await?;
    engine.events.notices_changed(row.workspace);
    Ok(bytes)
}

fn paper(row: &SentRow, home: &WorkspaceRow, reader: MemberRow, file: Bytes) -> Paper {
    Paper {
        to: reader.email,
        name: reader.name,
        language: reader.language,
        key: format!("{}.{}", row.id, reader.user),
        workspace: row.workspace,
        place: home.name.clone(),
        first_day: row.first_day.clone(),
        last_day: row.last_day.clone(),
        file_name: row.file_name.clone(),
        file,
    }
}

async fn save(engine: &Engine, lease: &Lease, row: &SentRow) -> Result<(), JobError> {
    let row = row.clone();
    fenced(engine, lease, move |tx| Box::pin(async move { report_schedule::save(tx, &row).await })).await
}

fn defect(error: &AppError) -> JobError {
    match error {
        AppError::Internal(source) => JobError::Defect(format!("{source:?}")),
        other => JobError::Defect(other.to_string()),
    }
}
