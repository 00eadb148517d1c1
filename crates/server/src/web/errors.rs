//! Failures as people see them.

use askama::Template;
use axum::http::{HeaderName, HeaderValue};
use axum::response::{Html, IntoResponse, Response};

use super::said::Said;
use super::ui::Ui;
use crate::assets;
use crate::http::Failure;
use crate::i18n::Tr;

#[derive(Template)]
#[template(path = "pages/error.html")]
struct ErrorPage<'a> {
    ui: Ui,
    status: u16,
    heading: String,
    detail: Said,
    request_id: &'a str,
}

#[derive(Template)]
#[template(path = "components/toast.html")]
struct Toast<'a> {
    t: Tr,
    kind: &'a str,
    icon: &'a str,
    text: Said,
}

/// A page of its own.
pub fn page(ui: Ui, failure: &Failure, request_id: &str) -> Response {
    let (heading, detail) = (heading(ui.t, failure), ui.said(&failure.detail));
    let status = failure.status.as_u16();
    let page = ErrorPage { ui, status, heading, detail, request_id };
    let body =
        page.render().map_or_else(|_| failure.detail.clone().into_response(), |b| Html(b).into_response());
    (failure.status, body).into_response()
}

/// A message in the corner of the open page, which stays as it is.
pub fn toast(t: Tr, failure: &Failure) -> Response {
    let toast = Toast {
        t,
        kind: "danger",
        icon: assets::glyph("alert-triangle"),
        text: Said::new(t, &failure.detail),
    };
    let body = toast.render().unwrap_or_default();
    let mut response = (failure.status, Html(body)).into_response();
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static("hx-retarget"), HeaderValue::from_static("#toasts"));
    headers.insert(HeaderName::from_static("hx-reswap"), HeaderValue::from_static("beforeend"));
    response
}

fn heading(t: Tr, failure: &Failure) -> String {
    match failure.status.as_u16() {
        403 => t.tr("error-forbidden"),
        404 => t.tr("error-not-found"),
        429 => t.tr("error-too-many"),
        503 => t.tr("error-unavailable"),
        500..=599 => t.tr("error-internal"),
        _ => t.tr("error-other"),
    }
}
