//! Failures as people see them.

use askama::Template;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};

use super::said::Said;
use super::ui::Ui;
use crate::assets;
use crate::http::Failure;
use crate::i18n::Tr;
use crate::urls;

#[derive(Template)]
#[template(path = "pages/error.html")]
struct ErrorPage<'a> {
    ui: Ui,
    status: u16,
    heading: String,
    detail: Said,
    advice: Option<String>,
    back: Option<String>,
    again: Option<String>,
    request_id: &'a str,
}

/// Where somebody can go on after a request that failed.
#[derive(Debug, Default)]
pub struct Ways {
    /// The page that they came from, if it is one of ours and another one.
    back: Option<String>,
    /// The same address, if asking again changes nothing.
    again: Option<String>,
}

impl Ways {
    /// As the request tells.
    pub fn of(request: &Request) -> Self {
        let said = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
        let here = request.uri().path_and_query().map_or("", |path| path.as_str());
        let from = said(header::REFERER).and_then(|text| text.parse::<Uri>().ok());
        let ours = from.filter(|uri| uri.authority().map(|place| place.as_str()) == said(header::HOST));
        let back = ours.and_then(|uri| uri.path_and_query().map(ToString::to_string));
        Self {
            back: back.filter(|path| path != here && urls::local(path) != urls::HOME),
            again: request.method().is_safe().then(|| here.to_owned()),
        }
    }
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
pub fn page(ui: Ui, failure: &Failure, ways: Ways, request_id: &str) -> Response {
    let may_pass = failure.status.is_server_error() || failure.status == StatusCode::TOO_MANY_REQUESTS;
    let page = ErrorPage {
        status: failure.status.as_u16(),
        heading: heading(ui.t, failure),
        detail: ui.said(&failure.detail),
        advice: advice(ui.t, failure),
        back: ways.back,
        again: ways.again.filter(|_| may_pass),
        request_id,
        ui,
    };
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

/// What to do now, where the failure itself does not say it.
fn advice(t: Tr, failure: &Failure) -> Option<String> {
    match failure.status {
        StatusCode::NOT_FOUND => Some(t.tr("error-advice-not-found")),
        // Not where it was another site's request.
        StatusCode::FORBIDDEN if failure.code == "forbidden" => Some(t.tr("error-advice-forbidden")),
        StatusCode::INTERNAL_SERVER_ERROR => Some(t.tr("error-advice-internal")),
        _ => None,
    }
}
