//! Changing the text of what is public, on the post's page. What was typed stays in the form when it is refused.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use carillon_domain::id::PublicationId;
use carillon_engine::usecase::posts::{PostView, PublicationView};
use carillon_engine::usecase::{publications, remote_edit};
use serde::Deserialize;

use super::one::{PublicationPlace, page};
use crate::http::App;
use crate::http::extract::{Form, Path};
use crate::urls;
use crate::web::Failure;
use crate::web::said::Said;
use crate::web::signed_in::Member;

/// The form.
pub(super) struct EditForm {
    pub url: String,
    pub text: String,
    /// Why the last try was refused.
    pub error: Option<Said>,
}

/// A try that was refused a moment ago.
pub(in crate::web) struct Refused {
    pub publication: PublicationId,
    text: String,
    why: Said,
}

impl EditForm {
    /// `None` where the text can't be changed at the network.
    pub(super) fn of(
        app: &App,
        post: &PostView,
        publication: &PublicationView,
        refused: Option<Refused>,
    ) -> Option<Self> {
        let composition = &post.post.composition;
        if refused.is_none() && !remote_edit::is_editable(&app.engine, composition, publication) {
            return None;
        }
        let own = composition.overrides.get(&publication.account).and_then(|own| own.text.as_ref());
        let (text, error) = match refused {
            Some(refused) => (refused.text, Some(refused.why)),
            None => (own.unwrap_or(&composition.text).clone(), None),
        };
        Some(Self { url: urls::edit_publication(post.post.workspace, publication.id), text, error })
    }
}

/// What it is to say.
#[derive(Debug, Deserialize)]
pub struct NewText {
    text: String,
}

/// Changes the text at the network, and then here.
pub async fn submit(
    State(app): State<App>,
    member: Member,
    Path(place): Path<PublicationPlace>,
    Form(form): Form<NewText>,
) -> Result<Response, Failure> {
    let (id, actor) = (place.publication, &member.actor);
    // Browsers end lines as letters on paper did.
    let text = form.text.replace("\r\n", "\n");
    let failure: Failure = match remote_edit::edit(&app.engine, actor, id, text.clone()).await {
        Ok(view) => {
            return Ok(
                Redirect::to(&format!("{}?saved", urls::post(place.workspace, view.post))).into_response()
            );
        }
        Err(error) => error.into(),
    };
    // Who may not see it, or not change it, gets no page with a form in it.
    let Ok(view) = publications::get(&app.engine, actor, id).await else { return Err(failure) };
    if failure.code == "forbidden" {
        return Err(failure);
    }
    let refused = Refused { publication: id, text, why: member.ui.said(&failure.detail) };
    let mut response = page(&app, member, (view.post, ""), Vec::new(), Some(refused)).await?;
    *response.status_mut() = failure.status;
    response.extensions_mut().insert(failure.rendered());
    Ok(response)
}
