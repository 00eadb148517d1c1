//! What API requests say besides their body: which version they change, which page of a list they want.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use carillon_domain::error::{AppError, FieldError};
use serde::Deserialize;

use super::failure::Failure;
use super::state::App;

/// The version that `If-Match` names; without the header any version will do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatch(pub Option<i64>);

impl FromRequestParts<App> for IfMatch {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Failure> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else { return Ok(Self(None)) };
        let text = value.to_str().unwrap_or_default().trim();
        if text == "*" {
            return Ok(Self(None));
        }
        let version = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).and_then(|t| t.parse().ok());
        version.map(|v| Self(Some(v))).ok_or_else(|| {
            let detail = "Write If-Match as the object's version in quotes, like \"3\".";
            Failure::new(StatusCode::BAD_REQUEST, "bad_if_match", detail)
        })
    }
}

/// Which page of a list.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListParams {
    /// Where the page before ended, from its `next_cursor`.
    pub cursor: Option<String>,
    /// How many items at most; 1 to 100, 50 when not given.
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
}

impl ListParams {
    /// Largest page.
    const MOST: u32 = 100;
    const USUAL: u32 = 50;

    /// The number of items to fetch.
    ///
    /// # Errors
    /// [`AppError::Invalid`] for none, and for more than 100.
    pub fn limit(&self) -> Result<u32, AppError> {
        page_size(self.limit)
    }
}

/// The number of items on a page of a list: 50, or as asked for.
///
/// # Errors
/// [`AppError::Invalid`] for none, and for more than 100.
pub fn page_size(asked: Option<u32>) -> Result<u32, AppError> {
    let size = asked.unwrap_or(ListParams::USUAL);
    if (1..=ListParams::MOST).contains(&size) {
        return Ok(size);
    }
    let message = format!("A page has 1 to {} items.", ListParams::MOST);
    let error = FieldError::new("limit", "out_of_range", message);
    let broken = if size == 0 { 1 } else { ListParams::MOST };
    Err(AppError::Invalid(vec![error.with_limit(broken, size)]))
}
