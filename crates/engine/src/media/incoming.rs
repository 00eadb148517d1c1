//! What a client sends: bytes that may break off or never end, and a name that may be anything.

use std::io;

use bytes::{Bytes, BytesMut};
use carillon_domain::error::AppError;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};

use super::sniff::HEAD;

/// Longest file name that is kept, in characters.
const MAX_NAME: usize = 200;

/// Bytes as they come from a client.
pub type Incoming = BoxStream<'static, io::Result<Bytes>>;

/// A stream whose beginning was looked at, and which may not go on for ever.
pub(super) struct Body {
    stream: Incoming,
    /// Read but not handed out.
    waiting: Option<Bytes>,
    /// Bytes that may still come.
    pub limit: u64,
    /// What is said when more come.
    pub over: AppError,
}

impl Body {
    pub fn new(stream: Incoming) -> Self {
        let over = AppError::invalid("file", "too_large", "The file is too large.");
        // A short file is over before its head is full, and is then asked again.
        Self { stream: stream.fuse().boxed(), waiting: None, limit: u64::MAX, over }
    }

    /// The first bytes, which stay in the stream.
    pub async fn head(&mut self) -> Result<Bytes, AppError> {
        let mut head = BytesMut::new();
        while head.len() < HEAD {
            match self.stream.try_next().await.map_err(cut)? {
                Some(chunk) => head.extend_from_slice(&chunk),
                None => break,
            }
        }
        let head = head.freeze();
        self.waiting = Some(head.clone()).filter(|head| !head.is_empty());
        Ok(head)
    }

    pub async fn next(&mut self) -> Result<Option<Bytes>, AppError> {
        let chunk = match self.waiting.take() {
            Some(chunk) => Some(chunk),
            None => self.stream.next().await.transpose().map_err(cut)?,
        };
        let length = chunk.as_ref().map_or(0, Bytes::len) as u64;
        if length > self.limit {
            let plain = AppError::invalid("file", "too_large", "The file is too large.");
            return Err(std::mem::replace(&mut self.over, plain));
        }
        self.limit -= length;
        Ok(chunk)
    }
}

fn cut(_: io::Error) -> AppError {
    AppError::Conflict {
        code: "upload_interrupted",
        message: "The upload broke off before the end. Send it again, or go on where it stands.".to_owned(),
    }
}

/// The last part of a path, without what could confuse a terminal or a file system.
pub(super) fn tidy_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|c| !c.is_control()).collect();
    let clean = clean.trim();
    let length = clean.chars().count();
    if length > MAX_NAME {
        // The ending says the type, so the beginning gives way.
        return clean.chars().skip(length - MAX_NAME).collect();
    }
    if clean.is_empty() { "upload".to_owned() } else { clean.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_only_names() {
        for (given, kept) in [
            ("cat.jpg", "cat.jpg"),
            ("../../etc/passwd", "passwd"),
            ("C:\\photos\\cat.jpg", "cat.jpg"),
            ("a\r\nb\0.jpg", "ab.jpg"),
            (" / ", "upload"),
            ("", "upload"),
        ] {
            assert_eq!(tidy_name(given), kept, "{given:?}");
        }
        let long = format!("{}.jpg", "x".repeat(300));
        assert_eq!(tidy_name(&long).chars().count(), MAX_NAME);
        assert!(tidy_name(&long).ends_with(".jpg"));
    }
}
