//! What would become of a file, row by row. Nothing is saved.

use std::collections::BTreeMap;

use carillon_domain::error::AppError;
use carillon_domain::id::MediaId;
use carillon_store::repo::media::{self, MediaRow};

use super::names::Names;
use super::row::{self, Wish};
use super::sheet::{Line, Sheet};
use super::when::Slashes;
use super::{Finding, Report, RowReport};
use crate::media::MAX_ALT;
use crate::usecase::caps::{Besides, Planned};
use crate::usecase::posts::{self, Ready, WantedStatus};
use crate::{Actor, Engine};

/// A post that can be made of a row.
pub(super) struct Good {
    /// The line of the row.
    pub line: u64,
    /// The post.
    pub ready: Ready,
}

/// A description that a file gets.
#[derive(Debug, Clone)]
pub(super) struct NewAlt {
    /// The file that was looked at, with its new description.
    pub file: MediaRow,
    /// The line of the row that gives it first.
    line: u64,
}

/// What a file comes to.
#[derive(Default)]
pub(super) struct Judged {
    /// For whoever looks.
    pub report: Report,
    /// The posts that can be made.
    pub good: Vec<Good>,
    /// New descriptions of files, of the rows that can become posts.
    pub alts: BTreeMap<MediaId, NewAlt>,
    /// What the posts so far take.
    planned: Vec<Planned>,
}

/// Judges every row, each as if those before it were saved.
///
/// # Errors
/// When the role may not write, and when the database fails.
pub(super) async fn judge(
    engine: &Engine,
    actor: &Actor,
    sheet: Sheet,
    slashes: Slashes,
) -> Result<Judged, AppError> {
    let mut names = Names::load(engine, actor).await?;
    let mut judged = Judged::default();
    judged.report.unknown = sheet.unknown;
    for line in &sheet.rows {
        let wish = row::read(engine, actor, &mut names, slashes, line).await?;
        judged.row(engine, actor, line, wish).await?;
    }
    Ok(judged)
}

impl Judged {
    async fn row(&mut self, engine: &Engine, actor: &Actor, line: &Line, wish: Wish) -> Result<(), AppError> {
        let Wish { input, alts, mut problems, notes } = wish;
        let mut report = RowReport {
            line: line.number,
            text: input.text.clone(),
            accounts: input.accounts.clone(),
            due_at: input.due(&actor.timezone, engine.clock.now()).ok().flatten().map(|due| due.at),
            goes_out: input.status != WantedStatus::Draft,
            problems: Vec::new(),
            warnings: notes,
        };
        let alts = self.alts_of(engine, actor, line, alts, &mut problems).await?;
        let besides = Besides { planned: &self.planned, ..Besides::default() };
        match Box::pin(posts::ready(engine, actor, input, besides)).await {
            Ok(ready) if problems.is_empty() => {
                report.warnings.extend(ready.warnings.iter().map(Finding::of));
                self.planned.extend(ready.planned());
                self.alts.extend(alts);
                self.good.push(Good { line: line.number, ready });
            }
            Ok(_) => {}
            Err(AppError::Invalid(errors)) => {
                let found = errors.into_iter().map(|error| {
                    Finding::new(row::column(&error.field, &error.code), error.code, error.message)
                });
                // What can't be read is missing in the request as well; once is enough.
                let known: Vec<_> = problems.iter().map(|problem| problem.column).collect();
                let timed = known.contains(&"date") || known.contains(&"time");
                let again =
                    |column: &str| known.contains(&column) || timed && ["date", "time"].contains(&column);
                problems.extend(found.filter(|finding| !again(finding.column)));
            }
            Err(other) => return Err(other),
        }
        report.problems = problems;
        self.report.rows.push(report);
        Ok(())
    }

    /// The descriptions of a row that are new. Two rows may not say different things about one file.
    async fn alts_of(
        &self,
        engine: &Engine,
        actor: &Actor,
        line: &Line,
        alts: Vec<(MediaId, String)>,
        problems: &mut Vec<Finding>,
    ) -> Result<Vec<(MediaId, NewAlt)>, AppError> {
        let mut new = Vec::new();
        for (id, text) in alts {
            if text.chars().count() > MAX_ALT {
                let message = format!("A description may have up to {MAX_ALT} characters. Shorten it.");
                problems.push(Finding::new("alt_text", "too_long", message));
                continue;
            }
            if let Some(before) = self.alts.get(&id) {
                if before.file.info.alt.as_deref() != Some(&text) {
                    let message = format!(
                        "Line {} describes the same file in other words. A file has one description.",
                        before.line
                    );
                    problems.push(Finding::new("alt_text", "contradicts", message));
                }
                continue;
            }
            // A file that is not there is told by the judgement of the post.
            let Some(mut row) = media::find(&engine.db, actor.workspace, id).await? else { continue };
            if one_line(row.info.alt.as_deref().unwrap_or_default()) != one_line(&text) {
                row.info.alt = Some(text);
                new.push((id, NewAlt { file: row, line: line.number }));
            }
        }
        Ok(new)
    }
}

/// A description as a file has it: without line ends.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
