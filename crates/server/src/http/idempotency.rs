//! `Idempotency-Key` on the API's POST requests: the same request again gets the same answer and does nothing.
//!
//! Sits outside of the handlers and inside of the task that outlives the client (`outlive`): whoever goes away or gives up
//! in the middle finds the answer under the key. Only a process that dies leaves a key taken, because nobody knows what the
//! request did.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use carillon_engine::answers::{Answer, Begin, Taken};
use http_body_util::BodyExt;

use super::actor::Caller;
use super::context::RequestContext;
use super::extract;
use super::failure::{self, Failure};
use super::state::App;

const KEY: &str = "idempotency-key";
/// Tells that an answer is a kept one.
const REPLAYED: &str = "idempotency-replayed";

/// Layer of the API's routes, uploads excepted.
pub async fn layer(State(app): State<App>, request: Request, next: Next) -> Response {
    let key = request.headers().get(KEY).cloned();
    match key {
        Some(key) if request.method() == Method::POST && !is_upload(&request) => {
            once(&app, &key, request, next).await.unwrap_or_else(IntoResponse::into_response)
        }
        _ => next.run(request).await,
    }
}

/// Files are not kept in memory to be compared, and uploads have ways of their own to go on.
fn is_upload(request: &Request) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    kind.starts_with("multipart/") || kind.starts_with("application/offset+octet-stream")
}

async fn once(app: &App, key: &HeaderValue, request: Request, next: Next) -> Result<Response, Failure> {
    let (mut parts, body) = request.into_parts();
    let Caller(actor) = Caller::from_request_parts(&mut parts, app).await?;
    let bytes = extract::limited(body, app.settings.limits.json_bytes).await?;
    let path = parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
    let what: [&[u8]; 3] = [parts.method.as_str().as_bytes(), path.as_bytes(), &bytes];
    let taken = match app.answers.begin(&actor, key.to_str().unwrap_or_default(), &what).await? {
        Begin::Run(taken) => taken,
        Begin::Repeat(answer) => return replay(answer),
    };
    let context = parts.extensions.get::<RequestContext>().cloned().unwrap_or_default();
    let response = next.run(Request::from_parts(parts, Body::from(bytes))).await;
    settle(app, taken, response, &context.request_id).await
}

/// Keeps the answer, unless nothing was done and the same request may fare better later.
async fn settle(app: &App, taken: Taken, response: Response, request_id: &str) -> Result<Response, Failure> {
    let failure = response.extensions().get::<Failure>().cloned();
    if matches!(
        response.status(),
        StatusCode::UNAUTHORIZED
            | StatusCode::FORBIDDEN
            | StatusCode::CONFLICT
            | StatusCode::PRECONDITION_FAILED
            | StatusCode::TOO_MANY_REQUESTS
            | StatusCode::SERVICE_UNAVAILABLE
    ) {
        app.answers.release(taken).await?;
        return Ok(response);
    }
    let (mut parts, body) = match &failure {
        Some(failure) => failure::problem_json(failure, request_id).into_parts(),
        None => response.into_parts(),
    };
    let bytes: Bytes = body.collect().await.map_err(Failure::internal)?.to_bytes();
    let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let answer =
        Answer { status: parts.status.as_u16(), content_type: kind.to_owned(), body: bytes.to_vec() };
    app.answers.keep(taken, &answer).await?;
    // The renderer of failures logs it.
    failure.map(|f| parts.extensions.insert(f.rendered()));
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

fn replay(answer: Answer) -> Result<Response, Failure> {
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).map_err(Failure::internal)?;
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(&answer.content_type) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(response)
}
