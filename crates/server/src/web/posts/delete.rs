//! Deleting at the networks what a post made public there, from the post's page.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use carillon_engine::usecase::posts::{self, Removal};

use super::card::title;
use super::one::{Place, page};
use crate::http::App;
use crate::http::extract::Path;
use crate::urls;
use crate::web::Failure;
use crate::web::components::Alert;
use crate::web::signed_in::Member;

/// Deletes it wherever a program can. What stays public is named with the reason.
pub async fn submit(
    State(app): State<App>,
    member: Member,
    Path(place): Path<Place>,
) -> Result<Response, Failure> {
    let removal = Removal { remote: true, ..Removal::default() };
    let view = posts::remove(&app.engine, &member.actor, place.post, removal).await?;
    let t = member.ui.t;
    let left = view.publications.iter().flat_map(|publication| {
        let network = title(&app, &publication.platform);
        let told = move |left: &str| Alert::danger(format!("{network}: {}", t.said_or_english(left)));
        publication.warnings.iter().map(move |left| told(&left.message))
    });
    let left: Vec<_> = left.collect();
    if left.is_empty() {
        let done = format!("{}?deleted", urls::post(place.workspace, place.post));
        return Ok(Redirect::to(&done).into_response());
    }
    page(&app, member, (place.post, ""), left, None).await
}
