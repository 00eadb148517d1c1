//! How a post's numbers grew with its age, beside what is usual on its account: a card for other pages, and the page of a post that was
//! found on an account, made here or not.

mod card;
pub mod found;

use carillon_domain::error::AppError;
use carillon_domain::id::AccountId;
use carillon_engine::Actor;
use carillon_engine::usecase::analytics::{self, PostCurve};
use carillon_engine::usecase::posts::PublicationView;

pub use card::{Choice, CurveCard, choices};
pub use found::Asked;

use crate::http::App;

/// The curves of what a post made public, as far as it was found there by a reading. All of the number that is asked for; without one,
/// of the first that all of them have, else each of its own.
///
/// # Errors
/// [`AppError::Invalid`] for a number that has no curve.
pub async fn of_publications(
    app: &App,
    actor: &Actor,
    publications: &[&PublicationView],
    metric: &str,
) -> Result<Vec<PostCurve>, AppError> {
    let places: Vec<_> =
        publications.iter().filter_map(|p| Some((p.account, p.remote_id.as_deref()?))).collect();
    let curves = read(app, actor, &places, metric).await?;
    let of_all = |name: &&'static str| curves.iter().all(|curve| curve.metrics.contains(name));
    let shared = analytics::CURVES.into_iter().find(of_all);
    match shared.filter(|name| metric.is_empty() && curves.iter().any(|curve| curve.metric != *name)) {
        Some(shared) => read(app, actor, &places, shared).await,
        None => Ok(curves),
    }
}

async fn read(
    app: &App,
    actor: &Actor,
    places: &[(AccountId, &str)],
    metric: &str,
) -> Result<Vec<PostCurve>, AppError> {
    let each =
        places.iter().map(|place| analytics::curve_of_remote(&app.engine, actor, *place, Some(metric)));
    let mut curves = Vec::new();
    for found in futures::future::join_all(each).await {
        // An account that was erased, or whose network is off, has no curve.
        match found {
            Ok(curve) => curves.extend(curve),
            Err(AppError::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(curves)
}
