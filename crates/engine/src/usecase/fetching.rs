//! Files from addresses that people name (ADR 0056).
//!
//! - Every hop of the way is called through the egress guard, each with its name resolved anew and checked, so neither a redirect nor a
//!   name that changes its mind leads into our own neighbourhood. Nothing of ours travels along: no cookie, no token.
//! - Head, pieces and the whole have their times, and the library's limits bound the bytes.
//! - What comes is a file if its content says so, whatever its address or its type claim.

use std::io;
use std::time::Duration;

use carillon_connectors::kit::http::{Call, Opened, SendError};
use carillon_domain::error::AppError;
use carillon_domain::permission::Permission;
use futures::StreamExt;
use http::header::LOCATION;
use percent_encoding::percent_decode_str;
use url::Url;

use crate::media::{Incoming, MediaRow};
use crate::{Actor, Engine};

/// Longest address, bytes.
const MAX_ADDRESS: usize = 2_048;
/// Redirects that are followed.
const HOPS: usize = 5;
/// How long the head of an answer may take …
const HEAD: Duration = Duration::from_secs(20);
/// … a piece of the file …
const IDLE: Duration = Duration::from_secs(30);
/// … and all of it.
const WHOLE: Duration = Duration::from_secs(30 * 60);

/// Takes the file at a public address into the library.
///
/// # Errors
/// `Invalid` at `url` for an address that is none, is not called, or does not answer with a file; at `file` as the library refuses.
pub async fn fetch(engine: &Engine, actor: &Actor, address: &str) -> Result<MediaRow, AppError> {
    actor.require(Permission::Write)?;
    let (url, opened) = open(engine, parsed(address)?).await?;
    engine.library.upload_found(actor, &name_of(&url), patient(opened.stream)).await
}

fn refused(code: &str, message: impl Into<String>) -> AppError {
    AppError::invalid("url", code, message)
}

pub(super) fn parsed(address: &str) -> Result<Url, AppError> {
    let address = address.trim();
    if address.len() > MAX_ADDRESS {
        return Err(refused("too_long", format!("An address may have up to {MAX_ADDRESS} bytes.")));
    }
    let url = Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    url.ok_or_else(|| refused("invalid", "This is no address of a file. It begins with https://."))
}

/// Follows the way to what is there.
pub(super) async fn open(engine: &Engine, mut url: Url) -> Result<(Url, Opened), AppError> {
    for _ in 0..=HOPS {
        let call = Call::get("library.fetch", url.as_str()).timeout(HEAD);
        let opened = engine.networks.http.open(call).await.map_err(not_opened)?;
        if opened.status.is_success() {
            return Ok((url, opened));
        }
        if !opened.status.is_redirection() {
            let status = opened.status.as_u16();
            let message = format!(
                "The address answered with the error {status} and no file. Open it in a private window of your browser to see \
                 what others see."
            );
            return Err(refused("no_file", message));
        }
        let next = opened.headers.get(LOCATION).and_then(|to| to.to_str().ok());
        let next = next.and_then(|to| url.join(to).ok());
        url = next.ok_or_else(|| refused("no_file", "The address leads on to nowhere."))?;
    }
    Err(refused(
        "too_many_redirects",
        "The address leads on and on. Use the one at which the file itself is.",
    ))
}

/// What is said says nothing of our neighbourhood: neither what a name leads to nor what listens there.
fn not_opened(error: SendError) -> AppError {
    match error {
        SendError::Forbidden(_) => refused(
            "forbidden_address",
            "Files are fetched from public https addresses only, and this one is not, or leads on to one that is not.",
        ),
        SendError::NotSent(_)
        | SendError::Lost(_)
        | SendError::OverBudget { .. }
        | SendError::LeftAlone { .. } => {
            refused("no_answer", "Nothing answered at this address. Check it, or try again later.")
        }
    }
}

/// What the address ends in.
fn name_of(url: &Url) -> String {
    let last = url.path_segments().and_then(|mut segments| segments.rfind(|s| !s.is_empty()));
    percent_decode_str(last.unwrap_or("file")).decode_utf8_lossy().into_owned()
}

/// The stream with an end: of each wait, and of all of it.
fn patient(stream: Incoming) -> Incoming {
    let slow = || Some(Err(io::Error::from(io::ErrorKind::TimedOut)));
    let end = Box::pin(tokio::time::sleep(WHOLE));
    let stream = futures::stream::unfold((stream, end), move |(mut stream, mut end)| async move {
        let next = tokio::select! {
            biased;
            () = &mut end => slow(),
            next = tokio::time::timeout(IDLE, stream.next()) => next.unwrap_or_else(|_| slow()),
        };
        next.map(|piece| (piece, (stream, end)))
    });
    stream.boxed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_web_are_taken() {
        for address in ["", "quay.jpg", "file:///etc/passwd", "ftp://example.com/a.jpg", "javascript:1"] {
            assert!(parsed(address).is_err(), "{address}");
        }
        assert!(parsed(&format!("https://example.com/{}", "x".repeat(MAX_ADDRESS))).is_err());
        assert_eq!(parsed(" https://example.com/a.jpg\n").expect("an address").path(), "/a.jpg");
    }

    #[test]
    fn a_file_is_called_what_its_address_ends_in() {
        for (address, name) in [
            ("https://example.com/a/quay%20at%20dawn.jpg?width=9", "quay at dawn.jpg"),
            ("https://example.com/a/", "a"),
            ("https://example.com", "file"),
        ] {
            assert_eq!(name_of(&Url::parse(address).expect("address")), name);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_that_stalls_ends() {
        let mut stalled = patient(futures::stream::pending().boxed());
        assert!(stalled.next().await.expect("an end").is_err());
        let drops = futures::stream::unfold((), |()| async {
            tokio::time::sleep(IDLE / 2).await;
            Some((Ok(bytes::Bytes::from_static(b"x")), ()))
        });
        let pieces =
            patient(drops.boxed()).take_while(|piece| std::future::ready(piece.is_ok())).count().await;
        assert_eq!(pieces, 119, "one every fifteen seconds, for half an hour");
    }
}
