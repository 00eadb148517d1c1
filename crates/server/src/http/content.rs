//! Handing out a file: as a whole, in part (RFC 9110, ranges), or not again.

use std::ops::Range;

use axum::body::Body;
use axum::http::header::{self, HeaderName};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use carillon_engine::media::Content;
use carillon_engine::usecase::feeds::Feed;
use jiff::fmt::rfc2822::DateTimePrinter;

use super::failure::Failure;
use super::state::App;

/// Files come from people; should a browser ever show one as a page, it can do nothing there.
const POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");

/// Who may keep the answer.
#[derive(Debug, Clone, Copy)]
pub enum Keep {
    /// The asking person's browser, for a day.
    Private,
    /// Anybody, for an hour: whoever has the address may have the file.
    Public,
}

/// What a request wants of a file of `length` bytes.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    Whole,
    Part(Range<u64>),
    /// Nothing that exists.
    Nothing,
}

/// Answers with the file, or the part of it that `headers` ask for.
///
/// # Errors
/// When the media store fails before the first byte.
pub async fn answer(
    app: &App,
    headers: &HeaderMap,
    content: &Content,
    keep: Keep,
) -> Result<Response, Failure> {
    let mut response = if has_it(headers, &content.etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        match wanted(headers, content) {
            Wanted::Whole => part(app, content, 0..content.bytes).await?,
            Wanted::Part(range) => {
                let place = format!("bytes {}-{}/{}", range.start, range.end - 1, content.bytes);
                let mut response = part(app, content, range).await?;
                *response.status_mut() = StatusCode::PARTIAL_CONTENT;
                insert(&mut response, header::CONTENT_RANGE, &place);
                response
            }
            Wanted::Nothing => {
                let mut response = StatusCode::RANGE_NOT_SATISFIABLE.into_response();
                insert(&mut response, header::CONTENT_RANGE, &format!("bytes */{}", content.bytes));
                response
            }
        }
    };
    insert(&mut response, header::ACCEPT_RANGES, "bytes");
    Ok(harmless(response, &content.etag, keep))
}

/// The answer for a client that has the file with this tag; `None` for any other.
pub fn unchanged(headers: &HeaderMap, etag: &str, keep: Keep) -> Option<Response> {
    has_it(headers, etag).then(|| harmless(StatusCode::NOT_MODIFIED.into_response(), etag, keep))
}

/// Answers with a small PNG that is in memory.
pub fn png(bytes: Vec<u8>, etag: &str, keep: Keep) -> Response {
    harmless(([(header::CONTENT_TYPE, "image/png")], bytes).into_response(), etag, keep)
}

/// Answers with a calendar, unless the client has it: by its tag, or, where it sends none, by the time that we gave it.
pub fn calendar(headers: &HeaderMap, feed: Feed) -> Response {
    let etag = format!("\"{}\"", feed.hash);
    let changed = DateTimePrinter::new().timestamp_to_rfc9110_string(&feed.changed_at).unwrap_or_default();
    let by_time = !headers.contains_key(header::IF_NONE_MATCH)
        && text(headers, header::IF_MODIFIED_SINCE).is_some_and(|since| since == changed);
    let mut response = if has_it(headers, &etag) || by_time {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, "text/calendar; charset=utf-8")], feed.text).into_response()
    };
    insert(&mut response, header::LAST_MODIFIED, &changed);
    insert(&mut response, header::CONTENT_DISPOSITION, "inline; filename=\"carillon.ics\"");
    let mut response = harmless(response, &etag, Keep::Private);
    // Whoever has it asks again each time: a post may be moved at any moment.
    insert(&mut response, header::CACHE_CONTROL, "private, no-cache");
    response
}

/// The answer with what is true of every file: who may keep it, by what it is known again, and that it is no page.
fn harmless(mut response: Response, etag: &str, keep: Keep) -> Response {
    insert(&mut response, header::ETAG, etag);
    // Who may show it is said here only where that is anybody; else no page but ours may, as for every answer.
    let cache = match keep {
        Keep::Private => "private, max-age=86400",
        Keep::Public => {
            insert(&mut response, HeaderName::from_static("cross-origin-resource-policy"), "cross-origin");
            "public, max-age=3600"
        }
    };
    insert(&mut response, header::CACHE_CONTROL, cache);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, POLICY);
    response
}

async fn part(app: &App, content: &Content, range: Range<u64>) -> Result<Response, Failure> {
    let length = range.end - range.start;
    let stream = app.engine.library.open(content, range).await?;
    let mut response = Body::from_stream(stream).into_response();
    insert(&mut response, header::CONTENT_TYPE, &content.mime);
    insert(&mut response, header::CONTENT_LENGTH, &length.to_string());
    // RFC 6266 with RFC 8187: any name, safely.
    let name = percent_encoding::utf8_percent_encode(&content.name, percent_encoding::NON_ALPHANUMERIC);
    insert(
        &mut response,
        header::CONTENT_DISPOSITION,
        &format!("{}; filename*=UTF-8''{name}", shown(content)),
    );
    Ok(response)
}

/// Pictures and videos are shown in pages. Documents are opened by programs of their own, never as pages of this server.
fn shown(content: &Content) -> &'static str {
    if content.mime.starts_with("application/") { "attachment" } else { "inline" }
}

fn insert(response: &mut Response, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn has_it(headers: &HeaderMap, etag: &str) -> bool {
    let tags = text(headers, header::IF_NONE_MATCH).unwrap_or_default();
    tags.split(',').map(|tag| tag.trim().trim_start_matches("W/")).any(|tag| tag == etag || tag == "*")
}

fn wanted(headers: &HeaderMap, content: &Content) -> Wanted {
    // A part only fits to what the client has of the same file.
    let same = text(headers, header::IF_RANGE).is_none_or(|tag| tag == content.etag);
    match text(headers, header::RANGE) {
        Some(range) if same => parse(range, content.bytes),
        _ => Wanted::Whole,
    }
}

/// Reads a `Range` header. Several ranges at once, and what is not understood, get the whole file, as RFC 9110 allows.
fn parse(range: &str, length: u64) -> Wanted {
    let Some((first, last)) = range.trim().strip_prefix("bytes=").and_then(|spec| spec.split_once('-'))
    else {
        return Wanted::Whole;
    };
    let range = match (first.trim().parse::<u64>(), last.trim().parse::<u64>()) {
        (Ok(first), Ok(last)) if last < first => return Wanted::Whole,
        (Ok(first), Ok(last)) => first..length.min(last.saturating_add(1)),
        (Ok(first), Err(_)) if last.trim().is_empty() => first..length,
        (Err(_), Ok(count)) if first.trim().is_empty() => length.saturating_sub(count)..length,
        _ => return Wanted::Whole,
    };
    if range.start < range.end { Wanted::Part(range) } else { Wanted::Nothing }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_those_of_the_standard() {
        let cases = [
            ("bytes=0-9", Wanted::Part(0..10)),
            ("bytes=90-", Wanted::Part(90..100)),
            ("bytes=90-1000", Wanted::Part(90..100)),
            ("bytes=-5", Wanted::Part(95..100)),
            ("bytes=-1000", Wanted::Part(0..100)),
            ("bytes=100-", Wanted::Nothing),
            ("bytes=-0", Wanted::Nothing),
            ("bytes=9-3", Wanted::Whole),
            ("bytes=0-1,5-6", Wanted::Whole),
            ("items=0-1", Wanted::Whole),
            ("bytes=a-b", Wanted::Whole),
            ("bytes=-", Wanted::Whole),
            ("bytes=0-18446744073709551615", Wanted::Part(0..100)),
        ];
        for (header, expected) in cases {
            assert_eq!(parse(header, 100), expected, "{header}");
        }
    }
}
