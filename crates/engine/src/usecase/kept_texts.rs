//! Texts that a workspace keeps for its posts. Whoever may write posts may keep texts: they are for writing.

use carillon_domain::error::AppError;
use carillon_domain::id::{Id, TextId};
use carillon_domain::kept_text::{TextKind, tidied};
use carillon_domain::permission::Permission;
use carillon_store::repo::kept_text::{self, TextRow};

use crate::{Actor, Engine};

/// Most texts of a workspace.
pub const MOST: usize = 300;

/// A text as it was written.
#[derive(Debug, Clone, Default)]
pub struct NewText {
    /// What it is for; see [`TextKind`].
    pub kind: String,
    /// Its name.
    pub name: String,
    /// The text.
    pub body: String,
}

/// All texts, by name.
///
/// # Errors
/// [`AppError::Forbidden`] when the role may not read.
pub async fn list(engine: &Engine, actor: &Actor) -> Result<Vec<TextRow>, AppError> {
    actor.require(Permission::Read)?;
    let most = i64::try_from(MOST).unwrap_or(i64::MAX);
    Ok(kept_text::list(&engine.db, actor.workspace, most).await?)
}

/// One text.
///
/// # Errors
/// [`AppError::NotFound`], also for texts of other workspaces.
pub async fn get(engine: &Engine, actor: &Actor, id: TextId) -> Result<TextRow, AppError> {
    actor.require(Permission::Read)?;
    kept_text::find(&engine.db, actor.workspace, id).await?.ok_or(AppError::NotFound { what: "text" })
}

/// Keeps a text.
///
/// # Errors
/// [`AppError::Invalid`] with all that is wrong with it; [`AppError::Conflict`] when there are too many.
pub async fn add(engine: &Engine, actor: &Actor, new: &NewText) -> Result<TextRow, AppError> {
    actor.require(Permission::Write)?;
    let kind = TextKind::parse(&new.kind)
        .ok_or_else(|| AppError::invalid("kind", "unknown", "There is no such kind of text."))?;
    let (name, body) = tidied(kind, &new.name, &new.body).map_err(AppError::Invalid)?;
    if list(engine, actor).await?.len() >= MOST {
        return Err(AppError::Conflict {
            code: "too_many",
            message: "There are as many texts as a workspace can have. Take one away first.".to_owned(),
        });
    }
    let id = Id::new(engine.clock.as_ref(), engine.entropy.as_ref());
    let updated_at = engine.clock.now();
    let row = TextRow { workspace: actor.workspace, id, kind, name, body, updated_at };
    let copy = row.clone();
    engine.db.write(move |tx| Box::pin(async move { kept_text::insert(tx, &copy).await })).await?;
    Ok(row)
}

/// Gives a text another name and body. Posts that it was put into keep theirs.
///
/// # Errors
/// As [`add`]; [`AppError::NotFound`], also for texts of other workspaces.
pub async fn change(
    engine: &Engine,
    actor: &Actor,
    id: TextId,
    name: &str,
    body: &str,
) -> Result<TextRow, AppError> {
    actor.require(Permission::Write)?;
    let before = get(engine, actor, id).await?;
    let (name, body) = tidied(before.kind, name, body).map_err(AppError::Invalid)?;
    let row = TextRow { name, body, updated_at: engine.clock.now(), ..before };
    let copy = row.clone();
    let there =
        engine.db.write(move |tx| Box::pin(async move { kept_text::update(tx, &copy).await })).await?;
    if there { Ok(row) } else { Err(AppError::NotFound { what: "text" }) }
}

/// Takes a text away.
///
/// # Errors
/// [`AppError::NotFound`], also for texts of other workspaces.
pub async fn remove(engine: &Engine, actor: &Actor, id: TextId) -> Result<(), AppError> {
    actor.require(Permission::Write)?;
    let workspace = actor.workspace;
    let gone = engine
        .db
        .write(move |tx| Box::pin(async move { kept_text::delete(tx, workspace, id).await }))
        .await?;
    if gone { Ok(()) } else { Err(AppError::NotFound { what: "text" }) }
}
