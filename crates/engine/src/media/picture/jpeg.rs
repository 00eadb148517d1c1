//! JPEG, segment by segment (ITU-T T.81, annex B).

use super::super::refusal::Refusal;
use super::super::sniff::FileType;
use super::Stripped;

const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;
const APP0: u8 = 0xe0;
const APP2: u8 = 0xe2;
const APP14: u8 = 0xee;
const APP15: u8 = 0xef;
const COM: u8 = 0xfe;

/// Keeps what is needed to draw the picture in its colours. Gone are EXIF with place and camera, XMP, IPTC, comments,
/// embedded thumbnails (they can show what was cut away), and whatever follows the end of the picture, such as the short
/// video that phones append.
pub(super) fn strip(file: &[u8]) -> Result<Stripped, Refusal> {
    let mut out = Vec::with_capacity(file.len());
    out.extend_from_slice(&[0xff, SOI]);
    let mut at = 2;
    loop {
        let (marker, start) = marker(file, at)?;
        at = start;
        match marker {
            EOI => break,
            SOI | 0x01 | 0xd0..=0xd7 => continue,
            _ => {}
        }
        let length = usize::from(u16::from_be_bytes([byte(file, at)?, byte(file, at + 1)?]));
        if length < 2 {
            let detail = "a segment without length".to_owned();
            return Err(Refusal::Damaged { actual: FileType::Jpeg, detail });
        }
        let segment = file.get(at..at + length).ok_or(Refusal::Truncated)?;
        if keep(marker, &segment[2..]) {
            out.extend_from_slice(&[0xff, marker]);
            out.extend_from_slice(segment);
        }
        at += length;
        if marker == SOS {
            let end = end_of_scan(file, at)?;
            out.extend_from_slice(&file[at..end]);
            at = end;
        }
    }
    out.extend_from_slice(&[0xff, EOI]);
    Ok(Stripped { bytes: out, frames: None, duration_ms: None, animated: false })
}

fn keep(marker: u8, content: &[u8]) -> bool {
    match marker {
        APP0 => content.starts_with(b"JFIF\0"),
        APP2 => content.starts_with(b"ICC_PROFILE\0"),
        // Says how colours are coded.
        APP14 => content.starts_with(b"Adobe"),
        APP0..=APP15 | COM => false,
        _ => true,
    }
}

/// The next marker at or after `at`, and where its content begins. Any number of fill bytes may come before it.
fn marker(file: &[u8], mut at: usize) -> Result<(u8, usize), Refusal> {
    loop {
        let (first, second) = (byte(file, at)?, byte(file, at + 1)?);
        if first == 0xff && second != 0xff && second != 0 {
            return Ok((second, at + 2));
        }
        at += 1;
    }
}

/// Where the coded data that begin at `at` end: before the first marker that is neither a stuffed byte nor a restart.
fn end_of_scan(file: &[u8], mut at: usize) -> Result<usize, Refusal> {
    loop {
        let rest = file.get(at..).ok_or(Refusal::Truncated)?;
        at += rest.iter().position(|b| *b == 0xff).ok_or(Refusal::Truncated)?;
        match byte(file, at + 1)? {
            0 | 0xd0..=0xd7 => at += 2,
            0xff => at += 1,
            _ => return Ok(at),
        }
    }
}

fn byte(file: &[u8], at: usize) -> Result<u8, Refusal> {
    file.get(at).copied().ok_or(Refusal::Truncated)
}
