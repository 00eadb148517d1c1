//! WebP, chunk by chunk (RFC 9649).

use super::super::refusal::Refusal;
use super::super::sniff::FileType;
use super::Stripped;

const KEPT: [&[u8; 4]; 7] = [b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"];
/// Flags of the extended header that say "there is EXIF" and "there is XMP".
const METADATA_FLAGS: u8 = 0x08 | 0x04;

/// Keeps the chunks that make the picture.
pub(super) fn strip(file: &[u8]) -> Result<Stripped, Refusal> {
    let size = size_at(file, 4)?;
    let end = size.checked_add(8).filter(|end| *end <= file.len()).ok_or(Refusal::Truncated)?;
    let body = file.get(12..end).ok_or(Refusal::Truncated)?;
    let mut out = Vec::with_capacity(end);
    out.extend_from_slice(b"RIFF\0\0\0\0WEBP");
    let mut animated = false;
    let mut at = 0;
    while at < body.len() {
        let name = body.get(at..at + 4).ok_or(Refusal::Truncated)?;
        // Chunks of odd length are followed by a byte that does not count.
        let length = size_at(body, at + 4)?;
        let padded = length.checked_add(8 + length % 2).ok_or(Refusal::Truncated)?;
        let chunk = body.get(at..at.saturating_add(padded)).ok_or(Refusal::Truncated)?;
        if KEPT.iter().any(|kept| kept.as_slice() == name) {
            let start = out.len();
            out.extend_from_slice(chunk);
            if let (b"VP8X", Some(flags)) = (name, out.get_mut(start + 8)) {
                *flags &= !METADATA_FLAGS;
            }
        }
        animated |= name == b"ANIM";
        at += chunk.len();
    }
    let size = u32::try_from(out.len() - 8)
        .map_err(|_| Refusal::Damaged { actual: FileType::Webp, detail: "it is too large".to_owned() })?;
    out[4..8].copy_from_slice(&size.to_le_bytes());
    Ok(Stripped { bytes: out, frames: None, duration_ms: None, animated })
}

fn size_at(bytes: &[u8], at: usize) -> Result<usize, Refusal> {
    let field = bytes.get(at..at + 4).ok_or(Refusal::Truncated)?;
    Ok(u32::from_le_bytes([field[0], field[1], field[2], field[3]]) as usize)
}
