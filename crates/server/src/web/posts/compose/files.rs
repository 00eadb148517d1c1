//! Files that a form names.

use carillon_domain::error::AppError;
use carillon_domain::id::MediaId;
use carillon_engine::Actor;
use carillon_engine::media::{FileFilter, MediaRow};

use crate::http::App;
use crate::web::library::Tile;
use crate::web::ui::Ui;

/// The files of these ids that are in the library.
pub async fn rows(app: &App, actor: &Actor, ids: &[String]) -> Vec<MediaRow> {
    let mut rows = Vec::new();
    for id in ids.iter().filter_map(|id| id.parse::<MediaId>().ok()) {
        rows.extend(app.engine.library.get(actor, id).await.ok());
    }
    rows
}

/// The same, as they stand in a field that sends them under this name.
pub async fn tiles(app: &App, actor: &Actor, ui: &Ui, ids: &[String], name: &str) -> Vec<Tile> {
    let mut tiles = Vec::new();
    for id in ids.iter().filter_map(|id| id.parse::<MediaId>().ok()) {
        tiles.extend(app.engine.library.look(actor, id).await.ok().map(|file| Tile::of(ui, &file, name)));
    }
    tiles
}

/// The latest files with their names, to choose from where no script runs.
///
/// # Errors
/// When the database fails.
pub async fn recent(app: &App, actor: &Actor, chosen: &[String]) -> Result<Vec<(String, String)>, AppError> {
    let rows = app.engine.library.list(actor, &FileFilter::default(), 12).await?;
    let rows = rows.into_iter().map(|row| (row.info.id.to_string(), row.name));
    Ok(rows.filter(|(id, _)| !chosen.contains(id)).collect())
}
