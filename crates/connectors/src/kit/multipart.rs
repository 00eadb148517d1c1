//! `multipart/form-data` (RFC 7578, July 2015) with an exact length, streamed. Servers that count bytes before they accept
//! an upload refuse chunked bodies.

use std::fmt::Write as _;

use bytes::Bytes;
use carillon_domain::time::{Entropy, random_bytes};
use futures::StreamExt;
use futures::stream::BoxStream;

use super::http::{Body, Call};

/// A form in the making. Parts are sent in the order in which they were added.
pub struct Multipart {
    boundary: String,
    len: u64,
    pieces: Vec<Piece>,
}

enum Piece {
    Bytes(Bytes),
    Stream(BoxStream<'static, std::io::Result<Bytes>>),
}

impl Multipart {
    /// An empty form with a random boundary, which therefore stands in no content.
    pub fn new(entropy: &dyn Entropy) -> Self {
        let boundary = format!("carillon-{}", hex::encode(random_bytes::<16>(entropy)));
        Self { boundary, len: 0, pieces: Vec::new() }
    }

    /// Adds a plain field.
    #[must_use]
    pub fn text(self, name: &str, value: &str) -> Self {
        let head = self.head(name, None, None);
        self.push(head).push(value.to_owned()).push("\r\n")
    }

    /// Adds a small file.
    #[must_use]
    pub fn bytes(self, name: &str, file_name: &str, mime: &str, bytes: Bytes) -> Self {
        let head = self.head(name, Some(file_name), Some(mime));
        self.push(head).push(bytes).push("\r\n")
    }

    /// Adds a file that is streamed. `len` must be exact.
    #[must_use]
    pub fn stream(
        self,
        name: &str,
        file_name: &str,
        mime: &str,
        len: u64,
        stream: BoxStream<'static, std::io::Result<Bytes>>,
    ) -> Self {
        let head = self.head(name, Some(file_name), Some(mime));
        let mut form = self.push(head);
        form.len += len;
        form.pieces.push(Piece::Stream(stream));
        form.push("\r\n")
    }

    /// Adds what a [`Body`] holds as a file.
    #[must_use]
    pub fn file(self, name: &str, file_name: &str, mime: &str, body: Body) -> Self {
        match body {
            Body::Empty => self.bytes(name, file_name, mime, Bytes::new()),
            Body::Bytes(bytes) => self.bytes(name, file_name, mime, bytes),
            Body::Stream { len, stream } => self.stream(name, file_name, mime, len, stream),
        }
    }

    /// Puts the form on a call.
    pub fn on(self, call: Call) -> Call {
        let (content_type, body) = self.finish();
        call.body(&content_type, body)
    }

    /// The content type and the body.
    pub fn finish(self) -> (String, Body) {
        let content_type = format!("multipart/form-data; boundary={}", self.boundary);
        let end = format!("--{}--\r\n", self.boundary);
        let form = self.push(end);
        let stream = futures::stream::iter(form.pieces).flat_map(|piece| match piece {
            Piece::Bytes(bytes) => futures::stream::iter([Ok(bytes)]).boxed(),
            Piece::Stream(stream) => stream,
        });
        (content_type, Body::Stream { len: form.len, stream: stream.boxed() })
    }

    fn head(&self, name: &str, file_name: Option<&str>, mime: Option<&str>) -> String {
        let mut head =
            format!("--{}\r\nContent-Disposition: form-data; name=\"{}\"", self.boundary, escape(name));
        if let Some(file_name) = file_name {
            let _ = write!(head, "; filename=\"{}\"", escape(file_name));
        }
        if let Some(mime) = mime {
            let _ = write!(head, "\r\nContent-Type: {}", mime.replace(['\r', '\n'], ""));
        }
        head.push_str("\r\n\r\n");
        head
    }

    fn push(mut self, piece: impl Into<Bytes>) -> Self {
        let piece = piece.into();
        self.len += piece.len() as u64;
        self.pieces.push(Piece::Bytes(piece));
        self
    }
}

/// As browsers do (WHATWG HTML, "multipart/form-data encoding algorithm").
fn escape(text: &str) -> String {
    text.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;
    use carillon_domain::time::SeededEntropy;
    use proptest::prelude::*;

    async fn collect(body: Body) -> (u64, Vec<u8>) {
        let Body::Stream { len, mut stream } = body else { panic!("a form is streamed") };
        let mut all = Vec::new();
        while let Some(chunk) = stream.next().await {
            all.extend_from_slice(&chunk.expect("chunk"));
        }
        (len, all)
    }

    #[tokio::test]
    async fn looks_as_the_rfc_says() {
        let stream =
            futures::stream::iter([Ok(Bytes::from_static(b"ab")), Ok(Bytes::from_static(b"c"))]).boxed();
        let (content_type, body) = Multipart::new(&SeededEntropy::new(1))
            .text("id", "7")
            .stream("media", "a \"b\"\r\n.png", "image/png", 3, stream)
            .finish();
        let boundary = content_type.strip_prefix("multipart/form-data; boundary=").expect("boundary");
        let (len, bytes) = collect(body).await;
        let want = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n7\r\n--{boundary}\r\n\
             Content-Disposition: form-data; name=\"media\"; filename=\"a %22b%22%0D%0A.png\"\r\nContent-Type: image/png\r\n\r\n\
             abc\r\n--{boundary}--\r\n"
        );
        assert_eq!(String::from_utf8(bytes).expect("text"), want);
        assert_eq!(len, want.len() as u64);
    }

    proptest! {
        #[test]
        fn the_announced_length_is_exact(fields in prop::collection::vec((".{0,12}", prop::collection::vec(any::<u8>(), 0..64)), 0..6)) {
            let mut form = Multipart::new(&SeededEntropy::new(2));
            for (name, content) in &fields {
                form = form.bytes(name, name, "application/octet-stream", content.clone().into());
            }
            let (_, body) = form.finish();
            let runtime = tokio::runtime::Builder::new_current_thread().build().expect("runtime");
            let (len, bytes) = runtime.block_on(collect(body));
            prop_assert_eq!(len, bytes.len() as u64);
        }
    }
}
