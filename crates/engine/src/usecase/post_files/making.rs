//! Taking files in, looking at what would become of them, and making posts of them: once, and all in one transaction.

use std::collections::BTreeSet;

use carillon_domain::error::{AppError, FieldError};
use carillon_domain::id::{AccountId, Id, PostId, PostImportId};
use carillon_domain::permission::Permission;
use carillon_domain::time::{SignedDuration, Timestamp};
use carillon_store::repo::post_import::{self, PostImportRow};
use carillon_store::repo::{account, media};
use carillon_store::{StoreError, Tx};
use sha2::{Digest, Sha256};

use super::judging::{self, Good, Judged};
use super::sheet::{self, Sheet};
use super::when::Slashes;
use super::{Import, Report};
use crate::usecase::posts;
use crate::{Actor, Engine};

/// So long a file is kept of which nobody makes posts.
const KEEP: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Longest name of a file, in characters.
const MOST_NAME: usize = 200;

/// Which rows become posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// All of them, or none if one can't.
    All,
    /// Those that can.
    Good,
}

/// How posts are to be made of a file.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// Which rows.
    pub which: Which,
    /// What days with slashes mean.
    pub slashes: Slashes,
    /// Whether posts are to be made though they were made of the same content before.
    pub again: bool,
    /// How many posts whoever asks has seen coming; none are made if there would be another number.
    pub expected: Option<usize>,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Row by row.
    pub report: Report,
    /// The posts, by the line of their row.
    pub posts: Vec<(u64, PostId)>,
}

/// Takes a file in, without making anything of it.
///
/// # Errors
/// [`AppError::Invalid`] on `file` for what is no table; [`AppError::Forbidden`] when the role may not write.
pub async fn keep(
    engine: &Engine,
    actor: &Actor,
    name: &str,
    bytes: &[u8],
) -> Result<PostImportId, AppError> {
    let (row, _) = taken(engine, actor, name, bytes)?;
    let id = row.id;
    engine.db.write(move |tx| Box::pin(async move { post_import::insert(tx, &row).await })).await?;
    Ok(id)
}

fn taken(
    engine: &Engine,
    actor: &Actor,
    name: &str,
    bytes: &[u8],
) -> Result<(PostImportRow, Sheet), AppError> {
    actor.require(Permission::Write)?;
    let content = sheet::decoded(bytes)?;
    let sheet = sheet::read(&content)?;
    let name: String = name.chars().filter(|c| !c.is_control()).take(MOST_NAME).collect();
    let row = PostImportRow {
        workspace: actor.workspace,
        id: Id::new(engine.clock.as_ref(), engine.entropy.as_ref()),
        file_name: name,
        sha256: hex::encode(Sha256::digest(content.as_bytes())),
        content,
        created_by: actor.user,
        created_at: engine.clock.now(),
        made: None,
    };
    Ok((row, sheet))
}

async fn find(engine: &Engine, actor: &Actor, id: PostImportId) -> Result<PostImportRow, AppError> {
    actor.require(Permission::Write)?;
    let found = post_import::find(&engine.db, actor.workspace, id).await?;
    found.ok_or(AppError::NotFound { what: "import" })
}

/// What would become of a file now.
///
/// # Errors
/// [`AppError::NotFound`], also for files of other workspaces.
pub async fn look(
    engine: &Engine,
    actor: &Actor,
    id: PostImportId,
    slashes: Slashes,
) -> Result<Import, AppError> {
    let row = find(engine, actor, id).await?;
    let twin = post_import::twin(&engine.db, actor.workspace, &row.sha256, row.id).await?;
    let report = if row.made.is_some() {
        Report::default()
    } else {
        judging::judge(engine, actor, sheet::read(&row.content)?, slashes).await?.report
    };
    Ok(Import { row, report, twin })
}

/// Makes posts of a file. Asked again, it does nothing: posts are made of a file once.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Conflict`] with `imported_before`, `rows_refused`, `nothing_to_make` or `changed_meanwhile`:
/// nothing was made then.
pub async fn make(engine: &Engine, actor: &Actor, id: PostImportId, asked: Asked) -> Result<(), AppError> {
    let row = find(engine, actor, id).await?;
    if row.made.is_some() {
        return Ok(());
    }
    let judged = judging::judge(engine, actor, sheet::read(&row.content)?, asked.slashes).await?;
    allowed(engine, actor, &row, &judged.report, asked).await?;
    match saved(engine, actor, (row, false), judged, asked.again).await {
        // Or somebody else pressed at the same time.
        Ok(_) | Err(AppError::Conflict { code: MADE, .. }) => Ok(()),
        Err(other) => Err(other),
    }
}

/// Takes a file in and makes posts of it in one go; with `None`, says what would become of it and keeps nothing.
///
/// # Errors
/// As [`keep`] and [`make`].
pub async fn take_in(
    engine: &Engine,
    actor: &Actor,
    (name, bytes): (&str, &[u8]),
    slashes: Slashes,
    asked: Option<Asked>,
) -> Result<Made, AppError> {
    let (row, sheet) = taken(engine, actor, name, bytes)?;
    let judged = judging::judge(engine, actor, sheet, slashes).await?;
    let report = judged.report.clone();
    let Some(asked) = asked else { return Ok(Made { report, posts: Vec::new() }) };
    allowed(engine, actor, &row, &report, asked).await?;
    let posts = saved(engine, actor, (row, true), judged, asked.again).await?;
    Ok(Made { report, posts })
}

/// Refuses what nobody meant.
async fn allowed(
    engine: &Engine,
    actor: &Actor,
    row: &PostImportRow,
    report: &Report,
    asked: Asked,
) -> Result<(), AppError> {
    let twin = post_import::twin(&engine.db, actor.workspace, &row.sha256, row.id).await?;
    if twin.is_some() && !asked.again {
        return Err(before());
    }
    if asked.which == Which::All && report.bad() > 0 {
        let message =
            format!("Nothing was made: {} rows have problems, and all or none were asked for.", report.bad());
        return Err(AppError::Conflict { code: "rows_refused", message });
    }
    if report.good() == 0 {
        let message = "Nothing was made: no row can become a post as it is.".to_owned();
        return Err(AppError::Conflict { code: "nothing_to_make", message });
    }
    if asked.expected.is_some_and(|expected| expected != report.good()) {
        let message =
            "Nothing was made: meanwhile something changed that rows depend on. Look at them again."
                .to_owned();
        return Err(AppError::Conflict { code: "changed_meanwhile", message });
    }
    Ok(())
}

/// Posts were made of the file already.
const MADE: &str = "made_already";

fn before() -> AppError {
    let message =
        "Posts were made of a file with the same content before. Say that you mean to have them twice.";
    AppError::Conflict { code: "imported_before", message: message.to_owned() }
}

/// Saves everything or nothing. The file itself is saved with it where `new` says that it is not there yet.
async fn saved(
    engine: &Engine,
    actor: &Actor,
    (row, new): (PostImportRow, bool),
    judged: Judged,
    again: bool,
) -> Result<Vec<(u64, PostId)>, AppError> {
    let posts: Vec<_> = judged.good.iter().map(|good| (good.line, good.ready.id())).collect();
    let now = engine.clock.now();
    let made = u32::try_from(posts.len()).unwrap_or(u32::MAX);
    let work = engine.db.write(move |tx| {
        Box::pin(async move {
            if new {
                post_import::insert(tx, &row).await?;
            }
            let of = (!again).then_some(row.sha256.as_str());
            let settled = post_import::settle(tx, (row.workspace, row.id), (now, made), of).await;
            match settled {
                Ok(true) => {}
                Ok(false) => return Err(AppError::Conflict { code: MADE, message: String::new() }),
                Err(error) if error.is_unique_violation() => return Err(before()),
                Err(error) => return Err(error.into()),
            }
            save(tx, &row, &judged, now).await
        })
    });
    work.await?;
    posts::told(engine, actor, posts.iter().map(|(_, id)| *id));
    Ok(posts)
}

async fn save(tx: &mut Tx<'_>, row: &PostImportRow, judged: &Judged, now: Timestamp) -> Result<(), AppError> {
    // In one order, as everybody locks them: each post alone would lock only its own.
    let locked: BTreeSet<AccountId> = judged.good.iter().flat_map(|good| good.ready.locked()).collect();
    for id in locked {
        account::lock(tx, row.workspace, id).await?;
    }
    for alt in judged.alts.values() {
        if !media::describe(tx, &alt.file, now).await? {
            return Err(AppError::Stale);
        }
    }
    for Good { line, ready } in &judged.good {
        posts::insert(tx, ready).await.map_err(|error| at_line(*line, error))?;
    }
    Ok(())
}

/// Says in which row something is that stood against it only when it was saved.
fn at_line(line: u64, error: AppError) -> AppError {
    match error {
        AppError::Invalid(errors) => {
            let named = errors.into_iter().map(|error| FieldError {
                field: format!("rows.{line}.{}", error.field),
                message: format!("Line {line}: {}", error.message),
                ..error
            });
            AppError::Invalid(named.collect())
        }
        other => other,
    }
}

/// Lets go of a file of which no posts were made.
///
/// # Errors
/// [`AppError::NotFound`], also for files of which posts were made.
pub async fn discard(engine: &Engine, actor: &Actor, id: PostImportId) -> Result<(), AppError> {
    actor.require(Permission::Write)?;
    let workspace = actor.workspace;
    let gone = engine
        .db
        .write(move |tx| Box::pin(async move { post_import::delete(tx, workspace, id).await }))
        .await?;
    if gone { Ok(()) } else { Err(AppError::NotFound { what: "import" }) }
}

/// Lets go of files that were forgotten: a week after they came.
///
/// # Errors
/// When the database fails.
pub async fn forget(engine: &Engine) -> Result<(), StoreError> {
    let before = engine.clock.now() - KEEP;
    engine.db.write(move |tx| Box::pin(async move { post_import::forget(tx, before).await.map(drop) })).await
}
