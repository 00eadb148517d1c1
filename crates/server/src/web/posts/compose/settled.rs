//! Instead of a form that would be refused: why a post can no longer be changed.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use carillon_domain::id::PostId;
use carillon_engine::usecase::posts::Settled;

use crate::assets::glyph;
use crate::urls;
use crate::web::components::Empty;
use crate::web::signed_in::Member;
use crate::web::ui::Ui;
use crate::web::{Failure, html};

#[derive(Template)]
#[template(path = "pages/settled.html")]
struct Page {
    ui: Ui,
    why: Empty,
}

/// Says why, and leads back to the post.
///
/// # Errors
/// When the page can't be drawn.
pub fn page(member: Member, post: PostId, why: Settled) -> Result<Response, Failure> {
    let ui = member.ui;
    let text = match why {
        Settled::Out => ui.tr("compose-settled-out"),
        Settled::Erased => ui.tr("compose-settled-erased"),
    };
    let back = urls::post(member.actor.workspace, post);
    let why =
        Empty::new(glyph("send"), ui.tr("compose-settled"), text).action(ui.tr("compose-settled-back"), back);
    Ok((StatusCode::CONFLICT, html(&Page { ui, why })?).into_response())
}
