//! GIF, block by block (CompuServe, Graphics Interchange Format, version 89a, 1990-07-31).

use super::super::refusal::Refusal;
use super::super::sniff::FileType;
use super::Stripped;

const EXTENSION: u8 = 0x21;
const IMAGE: u8 = 0x2c;
const TRAILER: u8 = 0x3b;
const GRAPHIC_CONTROL: u8 = 0xf9;
const APPLICATION: u8 = 0xff;
const COMMENT: u8 = 0xfe;

/// Keeps the frames and how often they repeat; comments and other programs' data (XMP) go. Counts frames and their time.
pub(super) fn strip(file: &[u8]) -> Result<Stripped, Refusal> {
    let mut out = Vec::with_capacity(file.len());
    let mut at = 13 + color_table(byte(file, 10)?);
    out.extend_from_slice(file.get(..at).ok_or(Refusal::Truncated)?);
    let mut frames = 0u32;
    let mut centiseconds = 0u64;
    loop {
        let start = at;
        let keep = match byte(file, at)? {
            TRAILER => break,
            IMAGE => {
                frames += 1;
                // Position and size, the frame's own colours, then the code size before the data.
                at = skip_blocks(file, at + 10 + color_table(byte(file, at + 9)?) + 1)?;
                true
            }
            EXTENSION => {
                let label = byte(file, at + 1)?;
                let content = file.get(at + 2..).ok_or(Refusal::Truncated)?;
                if label == GRAPHIC_CONTROL {
                    centiseconds += u64::from(byte(content, 2)?) | (u64::from(byte(content, 3)?) << 8);
                }
                at = skip_blocks(file, at + 2)?;
                match label {
                    COMMENT => false,
                    APPLICATION => repeats(content),
                    _ => true,
                }
            }
            // Some encoders leave empty bytes between blocks.
            0 => {
                at += 1;
                false
            }
            other => {
                let detail = format!("an unknown block 0x{other:02x}");
                return Err(Refusal::Damaged { actual: FileType::Gif, detail });
            }
        };
        if keep {
            out.extend_from_slice(file.get(start..at).ok_or(Refusal::Truncated)?);
        }
    }
    out.push(TRAILER);
    let duration_ms = (frames > 1).then_some(centiseconds * 10);
    // The format has no mark for orientation, so nothing is ever turned.
    Ok(Stripped { bytes: out, frames: Some(frames), duration_ms, animated: frames > 1 })
}

fn repeats(content: &[u8]) -> bool {
    matches!(content.get(1..12), Some(b"NETSCAPE2.0" | b"ANIMEXTS1.0"))
}

/// Bytes of the colour table that these flags announce.
fn color_table(flags: u8) -> usize {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

/// Where the chain of data blocks at `at` ends.
fn skip_blocks(file: &[u8], mut at: usize) -> Result<usize, Refusal> {
    loop {
        let length = usize::from(byte(file, at)?);
        at += 1 + length;
        if length == 0 {
            return Ok(at);
        }
    }
}

fn byte(file: &[u8], at: usize) -> Result<u8, Refusal> {
    file.get(at).copied().ok_or(Refusal::Truncated)
}
