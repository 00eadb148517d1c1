//! Posts into the trash, out of it, and away for good; and what was canceled, planned again.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use carillon_engine::usecase::posts::{self, Removal};

use super::ERASED;
use crate::http::App;
use crate::http::extract::Path;
use crate::urls;
use crate::web::Failure;
use crate::web::components::{Alert, Errors};
use crate::web::posts::one::{self, Place};
use crate::web::signed_in::Member;

/// Puts a post into the trash of which nothing is public.
pub async fn throw_away(
    State(app): State<App>,
    member: Member,
    Path(place): Path<Place>,
) -> Result<Response, Failure> {
    let removal = Removal { trash: true, ..Removal::default() };
    match posts::remove(&app.engine, &member.actor, place.post, removal).await {
        Ok(_) => Ok(Redirect::to(&urls::posts_after_trash(place.workspace, place.post)).into_response()),
        Err(error) => {
            let errors = Errors::from_refusal(member.ui.t, error)?;
            again(&app, member, &place, errors).await
        }
    }
}

/// Takes a post out of the trash.
pub async fn restore(
    State(app): State<App>,
    member: Member,
    Path(place): Path<Place>,
) -> Result<Redirect, Failure> {
    posts::restore(&app.engine, &member.actor, place.post).await?;
    Ok(Redirect::to(&format!("{}?{}", urls::post(place.workspace, place.post), one::RESTORED)))
}

/// Erases a post that lies in the trash.
pub async fn erase(
    State(app): State<App>,
    member: Member,
    Path(place): Path<Place>,
) -> Result<Redirect, Failure> {
    posts::erase(&app.engine, &member.actor, place.post).await?;
    Ok(Redirect::to(&format!("{}?{ERASED}", urls::trash(place.workspace))))
}

/// Plans a canceled post again.
pub async fn plan_again(
    State(app): State<App>,
    member: Member,
    Path(place): Path<Place>,
) -> Result<Response, Failure> {
    match posts::plan_again(&app.engine, &member.actor, place.post).await {
        Ok(_) => {
            let url = format!("{}?{}", urls::post(place.workspace, place.post), one::PLANNED);
            Ok(Redirect::to(&url).into_response())
        }
        Err(error) => {
            let errors = Errors::from_refusal(member.ui.t, error)?;
            again(&app, member, &place, errors).await
        }
    }
}

/// The post's page, with what stood against it.
async fn again(app: &App, member: Member, place: &Place, errors: Errors) -> Result<Response, Failure> {
    let alerts = errors.besides(&[]).into_iter().map(Alert::danger).collect();
    let page = one::page(app, member, (place.post, ""), alerts, None).await?;
    Ok((StatusCode::CONFLICT, page).into_response())
}
