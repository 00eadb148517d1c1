//! What the bytes of a file say of themselves.

use crate::sandbox::blob::sniff;
use crate::sandbox::{World, probe};

const MIB: u64 = 1024 * 1024;

/// The beginning of a stored file; all of it when it is not long, since many films have their header at the end.
pub(super) async fn head(world: &World, sha256: &str, bytes: u64) -> Vec<u8> {
    let enough = if bytes <= 64 * MIB { bytes } else { 2 * MIB };
    probe::first(world, sha256, enough).await
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
