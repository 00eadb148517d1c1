//! Files out of the trash, and away for good.

use axum::extract::State;
use axum::response::Redirect;

use super::ERASED;
use crate::http::App;
use crate::http::extract::Path;
use crate::urls;
use crate::web::Failure;
use crate::web::library::Place;
use crate::web::signed_in::Member;

/// Takes a file out of the trash.
pub async fn restore(
    State(app): State<App>,
    member: Member,
    Path(place): Path<Place>,
) -> Result<Redirect, Failure> {
    app.engine.library.restore(&member.actor, place.media).await?;
    Ok(Redirect::to(&urls::library_file(place.workspace, place.media)))
}

/// Takes a file away for good.
pub async fn erase(
    State(app): State<App>,
    member: Member,
    Path(place): Path<Place>,
) -> Result<Redirect, Failure> {
    app.engine.library.erase_trashed(&member.actor, place.media).await?;
    Ok(Redirect::to(&format!("{}?{ERASED}", urls::trash(place.workspace))))
}
