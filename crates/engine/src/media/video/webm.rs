//! WebM and Matroska, element by element (RFC 9559, RFC 8794).
//!
//! An element with metadata becomes a `Void` element of the same size, its content blanked.

use bytes::{Bytes, BytesMut};

use super::super::refusal::Refusal;
use super::super::sniff::FileType;
use super::{ExamineError, Patch, ReadAt};

const SEGMENT: u32 = 0x1853_8067;
const CLUSTER: u32 = 0x1f43_b675;
const INFO: u32 = 0x1549_a966;
const TAGS: u32 = 0x1254_c367;
const ATTACHMENTS: u32 = 0x1941_a469;
const TITLE: u32 = 0x7ba9;
const DATE: u32 = 0x4461;
const VOID: u8 = 0xec;
/// Id and size have at most four and eight bytes.
const LONGEST_HEAD: u64 = 12;
/// A day in clusters of a second has fewer elements. Each costs a read.
const MAX_ELEMENTS: u32 = 100_000;
/// Title, date and writing program need a few hundred bytes.
const MAX_INFO: u64 = 1024 * 1024;

struct Element {
    id: u32,
    head: u64,
    /// Bytes of the content; `None` when it lasts until something else begins, as live recordings have it.
    length: Option<u64>,
}

pub(super) async fn examine(file: &dyn ReadAt) -> Result<Vec<Patch>, ExamineError> {
    let first = element_at(file, 0).await?;
    let mut at = first.head + first.length.ok_or(Refusal::Truncated)?;
    let segment = element_at(file, at).await?;
    if segment.id != SEGMENT {
        return Err(damaged("there is no segment").into());
    }
    at += segment.head;
    let end = segment.length.map_or(file.size(), |length| at.saturating_add(length));
    if end > file.size() {
        return Err(Refusal::Truncated.into());
    }
    let mut patches = Vec::new();
    let mut has_pictures = false;
    let mut count = 0;
    while at < end {
        count += 1;
        if count > MAX_ELEMENTS {
            return Err(damaged("it has too many parts").into());
        }
        let element = element_at(file, at).await?;
        // A live recording does not say where this ends, so nothing behind it can be found, nor missed.
        let Some(length) = element.length else { break };
        let next = at + element.head + length;
        if next > end {
            return Err(Refusal::Truncated.into());
        }
        match element.id {
            TAGS | ATTACHMENTS => void(at, next - at, &mut patches),
            INFO if length <= MAX_INFO => {
                let start = at + element.head;
                let content = file.read_at(start..next).await?;
                void_titles(&content, start, &mut patches);
            }
            CLUSTER => has_pictures = true,
            _ => {}
        }
        at = next;
    }
    if has_pictures || at < end { Ok(patches) } else { Err(Refusal::Truncated.into()) }
}

fn void_titles(info: &Bytes, start: u64, patches: &mut Vec<Patch>) {
    let mut at = 0;
    while let Some(element) = info.get(at..).and_then(parse) {
        let Some(length) = element.length else { break };
        let size = element.head + length;
        if matches!(element.id, TITLE | DATE) {
            void(start + at as u64, size, patches);
        }
        at = at.saturating_add(usize::try_from(size).unwrap_or(usize::MAX));
    }
}

/// Turns the `size` bytes at `at` into one element that players skip.
fn void(at: u64, size: u64, patches: &mut Vec<Patch>) {
    // Two bytes are the shortest element; the size field takes up to eight more as there is room.
    let width = size.saturating_sub(1).clamp(1, 8);
    let content = size.saturating_sub(1 + width);
    let mut head = BytesMut::with_capacity(9);
    head.extend_from_slice(&[VOID]);
    let coded = content | 1 << (7 * width);
    head.extend_from_slice(&coded.to_be_bytes()[(8 - width) as usize..]);
    patches.push(Patch::Blank(at + 1 + width..at + size));
    patches.push(Patch::Replace { at, bytes: head.freeze() });
}

async fn element_at(file: &dyn ReadAt, at: u64) -> Result<Element, ExamineError> {
    if at >= file.size() {
        return Err(Refusal::Truncated.into());
    }
    let head = file.read_at(at..file.size().min(at + LONGEST_HEAD)).await?;
    Ok(parse(&head).ok_or_else(|| damaged("an element without a size"))?)
}

fn parse(bytes: &[u8]) -> Option<Element> {
    let first = *bytes.first()?;
    let id_width = first.leading_zeros() as usize + 1;
    if id_width > 4 {
        return None;
    }
    let id = bytes.get(..id_width)?.iter().fold(0u32, |id, byte| (id << 8) | u32::from(*byte));
    let size = bytes.get(id_width..)?;
    let width = size.first()?.leading_zeros() as usize + 1;
    if width > 8 {
        return None;
    }
    let raw = size.get(..width)?.iter().fold(0u64, |size, byte| (size << 8) | u64::from(*byte));
    let mask = (1u64 << (7 * width)) - 1;
    let length = (raw & mask != mask).then_some(raw & mask);
    Some(Element { id, head: (id_width + width) as u64, length })
}

fn damaged(detail: &str) -> Refusal {
    Refusal::Damaged { actual: FileType::Webm, detail: detail.to_owned() }
}
