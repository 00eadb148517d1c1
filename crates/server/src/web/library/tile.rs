//! A file as it sits in a post that is being written, also one that is still being made.

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use carillon_engine::media::{Copy, MediaRow};
use serde::Deserialize;

use super::{FileCard, Place};
use crate::http::App;
use crate::http::extract::{Path, Query};
use crate::urls;
use crate::web::said::Said;
use crate::web::signed_in::Member;
use crate::web::ui::Ui;
use crate::web::{Failure, html};

#[derive(Template)]
#[template(path = "components/media_tile.html")]
/// A file in a post that is being written.
pub struct Tile {
    ui: Ui,
    file: FileCard,
    name: String,
    making: Option<Making>,
}

/// A copy that is being made, or could not be.
struct Making {
    percent: u32,
    failure: Option<Said>,
    /// Where the tile is asked for again.
    url: String,
}

impl Tile {
    /// A file in a post that is being written, sent as `name`.
    pub fn new(ui: &Ui, row: &MediaRow, name: impl Into<String>) -> Self {
        Self { ui: ui.clone(), file: FileCard::new(ui, row), name: name.into(), making: None }
    }

    /// The same of a copy that may still be being made.
    pub fn of(ui: &Ui, copy: &Copy, name: &str) -> Self {
        let underway = match copy {
            Copy::Ready(row) => return Self::new(ui, row, name),
            Copy::Underway(underway) => underway,
        };
        let row = &underway.row;
        let url = urls::library_tile(row.workspace, row.info.id);
        let name_of_field: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
        let making = Making {
            percent: underway.progress,
            failure: underway.failure.as_deref().map(|why| ui.said(why)),
            url: format!("{url}?name={name_of_field}"),
        };
        Self { making: Some(making), ..Self::new(ui, row, name) }
    }
}

/// Under which name the file is sent.
#[derive(Debug, Deserialize)]
pub struct TileQuery {
    name: String,
}

/// A file as it sits in a post that is being written.
pub async fn tile(
    State(app): State<App>,
    member: Member,
    Path(place): Path<Place>,
    Query(query): Query<TileQuery>,
) -> Result<Response, Failure> {
    let file = app.engine.library.look(&member.actor, place.media).await?;
    Ok(html(&Tile::of(&member.ui, &file, &query.name))?.into_response())
}
