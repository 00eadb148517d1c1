//! Instead of a form that would be refused: why a post can no longer be changed.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use carillon_domain::id::{PostId, UserId};
use carillon_engine::usecase::posts::Settled;

use super::unsaved::Offer;
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
    /// What was typed for it and not saved.
    offers: Vec<Offer>,
    /// For whom the page is drawn.
    person: UserId,
    let_go_url: String,
}

/// Says why, leads back to the post, and offers what was typed for it meanwhile.
///
/// # Errors
/// When the page can't be drawn.
pub fn page(member: Member, post: PostId, why: Settled, offers: Vec<Offer>) -> Result<Response, Failure> {
    let ui = &member.ui;
    let text = match why {
        Settled::Out => ui.tr("compose-settled-out"),
        Settled::Erased => ui.tr("compose-settled-erased"),
    };
    let back = urls::post(member.actor.workspace, post);
    let why =
        Empty::new(glyph("send"), ui.tr("compose-settled"), text).action(ui.tr("compose-settled-back"), back);
    draw(member, why, offers, StatusCode::CONFLICT)
}

/// Offers what was typed for a post that was deleted.
///
/// # Errors
/// When the page can't be drawn.
pub fn gone(member: Member, offers: Vec<Offer>) -> Result<Response, Failure> {
    let ui = &member.ui;
    let why = Empty::new(glyph("trash"), ui.tr("compose-settled"), ui.tr("compose-settled-gone"));
    draw(member, why, offers, StatusCode::NOT_FOUND)
}

fn draw(member: Member, why: Empty, offers: Vec<Offer>, status: StatusCode) -> Result<Response, Failure> {
    let let_go_url = urls::compose_let_go(member.actor.workspace);
    let person = member.current.user.id;
    Ok((status, html(&Page { ui: member.ui, why, offers, person, let_go_url })?).into_response())
}
