//! PNG, chunk by chunk (W3C, Portable Network Graphics, third edition, 2025-06-24).

use super::super::refusal::Refusal;
use super::Stripped;

const SIGNATURE: usize = 8;

/// Chunks that change how the picture looks or moves. Texts, EXIF, times and everything unknown go.
const KEPT: [&[u8; 4]; 17] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"cICP",
    b"mDCV", b"cLLI", b"pHYs", b"acTL", b"fcTL", b"fdAT",
];

/// Keeps the chunks that make the picture; what follows its end goes too.
pub(super) fn strip(file: &[u8]) -> Result<Stripped, Refusal> {
    let mut out = Vec::with_capacity(file.len());
    out.extend_from_slice(file.get(..SIGNATURE).ok_or(Refusal::Truncated)?);
    let mut at = SIGNATURE;
    let mut animated = false;
    loop {
        let header = file.get(at..at + 8).ok_or(Refusal::Truncated)?;
        let (length, name) = header.split_at(4);
        let length = u32::from_be_bytes([length[0], length[1], length[2], length[3]]) as usize;
        // Length, name, content, checksum.
        let chunk = length.checked_add(12).and_then(|size| file.get(at..at.checked_add(size)?));
        let chunk = chunk.ok_or(Refusal::Truncated)?;
        if KEPT.iter().any(|kept| kept.as_slice() == name) {
            out.extend_from_slice(chunk);
        }
        animated |= name == b"acTL";
        at += chunk.len();
        if name == b"IEND" {
            return Ok(Stripped { bytes: out, frames: None, duration_ms: None, animated });
        }
    }
}
