//! A text that is too long becomes a thread.

use axum::http::StatusCode;
use axum::response::Response;
use carillon_domain::composition::Composition;
use carillon_domain::limits::TextCount;
use carillon_engine::usecase::posts::{self, AccountCheck, PostInput};

use super::draft::Draft;
use crate::http::App;
use crate::web::Failure;
use crate::web::components::Errors;
use crate::web::signed_in::Member;

/// The action that cuts the text, and saves nothing.
pub const SPLIT: &str = "split";

/// The form with the text cut into the parts of a thread, or why that can't be done.
pub async fn show(app: &App, member: Member, mut draft: Draft) -> Result<Response, Failure> {
    let input =
        PostInput { text: draft.text.clone(), accounts: draft.accounts.clone(), ..PostInput::default() };
    match posts::split(&app.engine, &member.actor, &input).await {
        Ok(parts) => {
            draft.put_parts(parts);
            super::page(app, member, draft, &Errors::default(), StatusCode::OK).await
        }
        Err(error) => {
            let errors = Errors::from_refusal(member.ui.t, error)?;
            super::page(app, member, draft, &errors, StatusCode::UNPROCESSABLE_ENTITY).await
        }
    }
}

/// Whether the text above is too long for the account, which has none of its own, and its network has threads.
pub fn is_too_long(app: &App, composition: &Composition, check: &AccountCheck) -> bool {
    let connector = app.engine.networks.connector(&check.account.platform);
    let over = |count: &TextCount| count.field == "text" && count.used > count.limit;
    let follows = composition.path(check.account.id, "text") == "text";
    follows && connector.is_some_and(|c| c.capabilities().threads) && check.report.counts.iter().any(over)
}
