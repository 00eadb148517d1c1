//! The publish dialog of the library: what is chosen there, a caption, accounts, what each network says to it, and how it then stands on
//! each. Saving goes the way of the composer's form; what this smaller form has no fields for stays as it is in the post.
//!
//! Without scripts the dialog is a page of its own.

mod form;

use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use carillon_domain::error::AppError;
use carillon_domain::id::{MediaId, PostId};
use carillon_domain::permission::Permission;
use carillon_engine::usecase::posts;

use self::form::{ask, nothing};
use super::draft::Draft;
use super::fit::Put;
use super::save::{change, create_once};
use super::{check as checks, fit};
use crate::http::extract::{Form, Query, Typed};
use crate::http::{App, Refused, misfit};
use crate::i18n;
use crate::web::Failure;
use crate::web::components::Errors;
use crate::web::posts::card::Faces;
use crate::web::posts::progress;
use crate::web::signed_in::Member;

/// The dialog about what is chosen: files, or one post.
pub async fn show(
    State(app): State<App>,
    member: Member,
    headers: HeaderMap,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    member.actor.require(Permission::Write)?;
    let items: Vec<&str> =
        pairs.iter().filter(|(name, _)| name == "item").map(|(_, id)| id.as_str()).collect();
    let posts: Vec<PostId> = items.iter().filter_map(|id| id.parse().ok()).collect();
    let files: Vec<MediaId> = items.iter().filter_map(|id| id.parse().ok()).collect();
    let draft = match (posts.as_slice(), files.as_slice()) {
        ([], []) => return nothing(&headers, member, i18n::key("library-publish-nothing")),
        ([], files) => Draft {
            media: files.iter().map(ToString::to_string).collect(),
            timezone: member.ui.zone_name().to_owned(),
            ..Draft::default()
        },
        ([post], []) => {
            let view = posts::get(&app.engine, &member.actor, *post).await?;
            if view.settled().is_some() {
                return nothing(&headers, member, i18n::key("library-publish-settled"));
            }
            Draft::over(&view)
        }
        _ => return nothing(&headers, member, i18n::key("library-publish-one-post")),
    };
    ask(&app, &headers, member, draft, &Errors::default(), StatusCode::OK).await
}

/// Saves, schedules or publishes; or shows the form once more, with what was typed.
pub async fn submit(
    State(app): State<App>,
    member: Member,
    headers: HeaderMap,
    refused: Option<Extension<Refused>>,
    Typed(pairs): Typed,
) -> Result<Response, Failure> {
    let faces = Faces::load(&app, &member.actor).await?;
    let sent = format!("{pairs:?}");
    let strange = misfit::of_pairs(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    let mut draft = read(&app, &member, &faces, pairs).await?;
    if let Some(Extension(Refused(failure))) = refused {
        return failed(&app, &headers, member, draft, failure).await;
    }
    if !strange.is_empty() {
        let errors = Errors::from_refusal(member.ui.t, AppError::Invalid(strange))?;
        return ask(&app, &headers, member, draft, &errors, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    if draft.action == super::AGAIN {
        return ask(&app, &headers, member, draft, &Errors::default(), StatusCode::OK).await;
    }
    if let Some(wanted) = fit::Wanted::parse(&draft.action) {
        return match fit::put_copies(&app, &member, &mut draft, &wanted).await {
            Ok(Put::Copies) => ask(&app, &headers, member, draft, &Errors::default(), StatusCode::OK).await,
            Ok(Put::Nothing(why)) => {
                let errors = Errors::field("copies", "not_fixable", why);
                ask(&app, &headers, member, draft, &errors, StatusCode::UNPROCESSABLE_ENTITY).await
            }
            Err(error) => refuse(&app, &headers, member, draft, error).await,
        };
    }
    let saved = match draft.post {
        Some((id, version)) => change(&app, &member.actor, &draft, id, version).await,
        None => create_once(&app, &member.actor, &draft, &sent).await,
    };
    match saved {
        Ok(url) if headers.contains_key("hx-request") => match post_at(&url) {
            Some(post) => progress::answer(&app, member, post).await,
            None => Ok(Redirect::to(&url).into_response()),
        },
        Ok(url) => Ok(Redirect::to(&url).into_response()),
        Err(AppError::Stale) => {
            let errors = Errors::general("stale", member.ui.tr("library-publish-stale"));
            ask(&app, &headers, member, draft, &errors, StatusCode::PRECONDITION_FAILED).await
        }
        Err(error) => refuse(&app, &headers, member, draft, error).await,
    }
}

/// The form with everything in it, and what is wrong with it, or why it could not be saved.
async fn refuse(
    app: &App,
    headers: &HeaderMap,
    member: Member,
    draft: Draft,
    error: AppError,
) -> Result<Response, Failure> {
    match Errors::from_refusal(member.ui.t, error) {
        Ok(errors) => ask(app, headers, member, draft, &errors, StatusCode::UNPROCESSABLE_ENTITY).await,
        Err(error) => failed(app, headers, member, draft, error.into()).await,
    }
}

async fn failed(
    app: &App,
    headers: &HeaderMap,
    member: Member,
    draft: Draft,
    failure: Failure,
) -> Result<Response, Failure> {
    let why = member.ui.t.said_or_english(&failure.detail);
    let why = format!("{why} {}", member.ui.tr("compose-kept"));
    let mut response =
        ask(app, headers, member, draft, &Errors::general(failure.code, why), failure.status).await?;
    if let Some(seconds) = failure.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    // Logged as every failure is, but shown in the form.
    response.extensions_mut().insert(failure.rendered());
    Ok(response)
}

/// What each network says to the form as it stands.
pub async fn check(
    State(app): State<App>,
    member: Member,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Failure> {
    let faces = Faces::load(&app, &member.actor).await?;
    let draft = read(&app, &member, &faces, pairs).await?;
    checks::answer(&app, &member, &faces, &draft, None).await
}

/// The post whose page is at this address.
fn post_at(url: &str) -> Option<PostId> {
    url.split(['?', '/']).find_map(|segment| segment.parse().ok())
}

/// Reads the form: laid over a post, or of a new one, where variables are filled in as the composer does it if nobody says otherwise.
async fn read(
    app: &App,
    member: &Member,
    faces: &Faces,
    pairs: Vec<(String, String)>,
) -> Result<Draft, AppError> {
    let typed = Draft::typed(app, faces, pairs);
    let Some((id, _)) = typed.post else { return Ok(Draft { fill_in: true, ..typed }) };
    let view = posts::get(&app.engine, &member.actor, id).await?;
    Ok(typed.laid_over(app, faces, &view))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::urls;

    #[test]
    fn a_post_is_known_by_the_address_of_its_page() {
        let id = PostId::from_uuid(uuid::Uuid::from_u128(7));
        let workspace = carillon_domain::id::WorkspaceId::from_uuid(uuid::Uuid::from_u128(8));
        assert_eq!(post_at(&format!("{}?saved", urls::post(workspace, id))), Some(id));
        assert_eq!(post_at("/w/ws_1/posts"), None);
    }
}
