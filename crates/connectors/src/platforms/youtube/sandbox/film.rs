//! What the bytes of a file say of themselves.

use bytes::Bytes;
use futures::StreamExt;

use crate::sandbox::World;
use crate::sandbox::blob::sniff;

const MIB: u64 = 1024 * 1024;

/// The beginning of a stored file; all of it when it is not long, since many films have their header at the end.
pub(super) async fn head(world: &World, sha256: &str, bytes: u64) -> Vec<u8> {
    let enough = if bytes <= 64 * MIB { bytes } else { 2 * MIB };
    let mut head = Vec::new();
    if let Ok(mut stream) = world.blobs().open(sha256).await {
        while let Some(Ok(chunk)) = stream.next().await {
            let chunk: Bytes = chunk;
            head.extend_from_slice(&chunk);
            if head.len() as u64 >= enough {
                break;
            }
        }
    }
    head
}

/// The type that the first bytes show; the formats that YouTube names ("Supported YouTube file formats", YouTube Help).
pub(super) fn kind(head: &[u8]) -> &'static str {
    match head {
        [b'R', b'I', b'F', b'F', _, _, _, _, b'A', b'V', b'I', b' ', ..] => "video/x-msvideo",
        [b'F', b'L', b'V', 1, ..] => "video/x-flv",
        [0, 0, 1, 0xba | 0xb3, ..] => "video/mpeg",
        [0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11, ..] => "video/x-ms-wmv",
        [0x47, rest @ ..] if rest.get(187) == Some(&0x47) => "video/mp2t",
        _ => sniff(head),
    }
}

fn number(bytes: &[u8], from: usize, len: usize) -> Option<u64> {
    bytes.get(from..from + len).map(|part| part.iter().fold(0, |n, byte| (n << 8) | u64::from(*byte)))
}

/// Where the contents of the boxes with this name begin.
fn boxes<'a>(bytes: &'a [u8], name: &'a [u8; 4]) -> impl Iterator<Item = &'a [u8]> {
    let found = bytes.windows(4).enumerate().filter(move |(_, window)| window == name);
    found.filter_map(move |(at, _)| bytes.get(at + 4..))
}

/// The length in the movie header (ISO/IEC 14496-12, 8.2.2).
pub(super) fn milliseconds(bytes: &[u8]) -> Option<u64> {
    let header = boxes(bytes, b"mvhd").next()?;
    let (scale, length) = match header.first()? {
        0 => (number(header, 12, 4)?, number(header, 16, 4)?),
        _ => (number(header, 20, 4)?, number(header, 24, 8)?),
    };
    length.checked_mul(1_000)?.checked_div(scale)
}

/// Width and height of the first track that has any, as shown (ISO/IEC 14496-12, 8.3.2).
pub(super) fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    boxes(bytes, b"tkhd").find_map(|header| {
        let matrix = if header.first() == Some(&0) { 40 } else { 52 };
        // Whole numbers stand in the upper half of fixed-point ones.
        let whole = |from| number(header, from, 2).and_then(|n| u32::try_from(n).ok());
        let (width, height) = (whole(matrix + 36)?, whole(matrix + 40)?);
        // Turned by a right angle.
        let turned = number(header, matrix, 4)? == 0;
        let shown = if turned { (height, width) } else { (width, height) };
        (width > 0 && height > 0).then_some(shown)
    })
}
