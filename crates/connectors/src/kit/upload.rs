//! Library files on their way to a network.

use std::io;
use std::ops::Range;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use carillon_domain::connector_error::{ConnectorError, ErrorKind};
use carillon_domain::id::MediaId;
use carillon_domain::media::MediaInfo;
use carillon_domain::time::{Entropy, random_bytes};
use futures::StreamExt;

use super::http::Body;
use crate::contract::cx::MediaSource;

/// The ranges of a file of `total` bytes in chunks of `size`, in order; the last one may be shorter.
pub fn chunks(total: u64, size: u64) -> impl Iterator<Item = (u64, Range<u64>)> {
    let size = size.max(1);
    (0..total.div_ceil(size)).map(move |i| (i, i * size..((i + 1) * size).min(total)))
}

/// Slowest upload that is waited for, bytes per second.
const SLOWEST: u64 = 128 * 1024;

/// How long a request may take that carries so many bytes of a file.
pub fn patience(bytes: u64) -> Duration {
    Duration::from_secs(60 + bytes / SLOWEST)
}

/// The whole file as a streamed body.
///
/// # Errors
/// When the library can't open it.
pub async fn whole(source: &dyn MediaSource, media: &MediaInfo) -> io::Result<Body> {
    part(source, media.id, 0..media.bytes).await
}

/// A part of the file as a streamed body.
///
/// # Errors
/// When the library can't open it.
pub async fn part(source: &dyn MediaSource, media: MediaId, range: Range<u64>) -> io::Result<Body> {
    let len = range.end.saturating_sub(range.start);
    Ok(Body::Stream { len, stream: source.open(media, range).await? })
}

/// A part of the file in memory; for chunks of a few megabytes that must be repeatable or signed.
///
/// # Errors
/// When the library can't read it, or the file is shorter than it says.
pub async fn read(source: &dyn MediaSource, media: MediaId, range: Range<u64>) -> io::Result<Bytes> {
    let want = usize::try_from(range.end.saturating_sub(range.start)).map_err(io::Error::other)?;
    let mut stream = source.open(media, range).await?;
    let mut bytes = BytesMut::with_capacity(want.min(8 * 1024 * 1024));
    while let Some(chunk) = stream.next().await {
        bytes.extend_from_slice(&chunk?);
        if bytes.len() > want {
            return Err(io::Error::other("the library gave more bytes than asked for"));
        }
    }
    if bytes.len() < want {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(bytes.freeze())
}

/// So many breaks in a row without one more byte are waited out; then the attempt counts as failed.
const BREAKS: u8 = 6;

/// Whether a part of a file did not arrive because the line or the network broke, so that it is worth another send.
pub fn is_break(error: &ConnectorError) -> bool {
    error.kind == ErrorKind::Transient && error.remote.status.is_none_or(|status| status >= 500)
}

/// How long to wait after a break that came after so many others in a row: 1, 2, 4 … seconds and a little. `None`: it has been
/// enough.
pub fn pause_after_break(before: u8, entropy: &dyn Entropy) -> Option<Duration> {
    let roll = f64::from(u16::from_le_bytes(random_bytes(entropy))) / 65_536.0;
    (before < BREAKS).then(|| Duration::from_secs(1 << before).mul_f64(1.0 + roll / 4.0))
}

/// A size as people read it: mebibytes, rounded up to tenths.
pub fn megabytes(bytes: u64) -> String {
    let tenths = bytes.saturating_mul(10).div_ceil(1024 * 1024);
    if tenths.is_multiple_of(10) {
        (tenths / 10).to_string()
    } else {
        format!("{}.{}", tenths / 10, tenths % 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::Library;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn chunks_cover_the_file_without_gap_or_overlap(total in 0u64..100_000, size in 1u64..5_000) {
            let mut at = 0;
            for (number, (index, range)) in (0u64..).zip(chunks(total, size)) {
                prop_assert_eq!(index, number);
                prop_assert_eq!(range.start, at);
                prop_assert!(range.end > range.start && range.end - range.start <= size);
                at = range.end;
            }
            prop_assert_eq!(at, total);
        }
    }

    #[test]
    fn breaks_are_waited_out_longer_and_longer_and_not_for_ever() {
        let entropy = carillon_domain::time::SeededEntropy::new(1);
        let waits: Vec<_> = (0..8).map_while(|breaks| pause_after_break(breaks, &entropy)).collect();
        assert_eq!(waits.iter().map(Duration::as_secs).filter(|s| *s > 0).count(), 6, "{waits:?}");
        for (wait, full) in waits.iter().zip([1.0, 2.0, 4.0, 8.0, 16.0, 32.0]) {
            assert!((full..full * 1.25).contains(&wait.as_secs_f64()), "{waits:?}");
        }
    }

    #[test]
    fn a_limit_reads_as_it_is_and_a_byte_more_as_more() {
        let mib = 1024 * 1024;
        let sizes = [0, 1, mib, 4 * mib, 4 * mib + 1, mib / 2, 300 * mib, 10 * 1024 * mib];
        let read: Vec<_> = sizes.map(megabytes).into();
        assert_eq!(read, ["0", "0.1", "1", "4", "4.1", "0.5", "300", "10240"]);
    }

    #[tokio::test]
    async fn chunks_joined_are_the_file() {
        let library = Library::default();
        let video = library.mp4(10_000, 3_000, None);
        let mut joined = Vec::new();
        for (_, range) in chunks(video.bytes, 4_096) {
            joined.extend_from_slice(&read(&library, video.id, range).await.expect("chunk"));
        }
        assert_eq!(joined, library.bytes(video.id).expect("file"));
        let beyond = read(&library, video.id, 0..video.bytes + 1).await;
        assert_eq!(beyond.expect_err("shorter than asked for").kind(), io::ErrorKind::UnexpectedEof);
    }
}
