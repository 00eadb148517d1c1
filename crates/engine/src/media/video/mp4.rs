//! MP4 and QuickTime, box by box (ISO/IEC 14496-12:2022; Apple, QuickTime File Format, 2016-09-13).
//!
//! A box with metadata becomes a `free` box of the same size, its content blanked. Tracks that are neither picture, sound nor
//! text (places by the second, as action cameras record them) become free too, and their samples are blanked.

use std::ops::Range;

use bytes::BytesMut;

use super::super::refusal::Refusal;
use super::super::sniff::FileType;
use super::{ExamineError, Patch, ReadAt};

/// A movie header that is larger than this is no header; a day of video needs less. It is held in memory.
const MAX_MOOV: u64 = 64 * 1024 * 1024;
/// A day in pieces of two seconds has fewer boxes. Each costs a read.
const MAX_BOXES: u32 = 100_000;
/// How deep boxes with metadata lie: movie, track, media, media information.
const DEPTH: u8 = 4;

/// Tracks that stay, by their handler.
const KEPT_TRACKS: [&[u8; 4]; 8] = [b"vide", b"soun", b"text", b"sbtl", b"subt", b"clcp", b"tmcd", b"auxv"];

pub(super) async fn examine(kind: FileType, file: &dyn ReadAt) -> Result<Vec<Patch>, ExamineError> {
    let mut patches = Vec::new();
    let mut at = 0;
    let mut has_movie = false;
    let mut count = 0;
    while at < file.size() {
        count += 1;
        if count > MAX_BOXES {
            return Err(damaged(kind, "it has too many parts").into());
        }
        let head = file.read_at(at..file.size().min(at + 16)).await?;
        let found = header(&head, file.size() - at).ok_or(Refusal::Truncated)?;
        let whole = at..at + found.size;
        match &found.name {
            b"moov" => {
                if has_movie || found.size > MAX_MOOV {
                    return Err(damaged(kind, "its header is too large, or there are two").into());
                }
                let content = file.read_at(at + found.header..whole.end).await?;
                let mut movie = content.try_into_mut().unwrap_or_else(|shared| BytesMut::from(&shared[..]));
                scrub(&mut movie, DEPTH, &mut patches);
                patches.push(Patch::Replace { at: at + found.header, bytes: movie.freeze() });
                has_movie = true;
            }
            b"udta" | b"meta" | b"uuid" => {
                patches.push(Patch::Replace { at: at + 4, bytes: b"free".as_slice().into() });
                patches.push(Patch::Blank(at + found.header..whole.end));
            }
            b"free" | b"skip" => patches.push(Patch::Blank(at + found.header..whole.end)),
            name if !name.iter().all(|b| b.is_ascii_graphic() || *b == b' ' || *b >= 0xa0) => {
                return Err(damaged(kind, "a box without a name").into());
            }
            _ => {}
        }
        at = whole.end;
    }
    // The header may come last; without it nobody can play the rest.
    if has_movie { Ok(patches) } else { Err(Refusal::Truncated.into()) }
}

fn damaged(kind: FileType, detail: &str) -> Refusal {
    Refusal::Damaged { actual: kind, detail: detail.to_owned() }
}

struct Header {
    name: [u8; 4],
    /// Bytes before the content.
    header: u64,
    /// Bytes of the whole box.
    size: u64,
}

/// Reads a box header; `None` when the box does not fit into the `room` that is left.
fn header(bytes: &[u8], room: u64) -> Option<Header> {
    let name = bytes.get(4..8)?.try_into().ok()?;
    let short = u32::from_be_bytes(bytes.get(..4)?.try_into().ok()?);
    let (header, size) = match short {
        0 => (8, room),
        1 => (16, u64::from_be_bytes(bytes.get(8..16)?.try_into().ok()?)),
        size => (8, u64::from(size)),
    };
    (size >= header && size <= room).then_some(Header { name, header, size })
}

/// The boxes inside `content`: name, and the range of the content of each. Stops at the first that makes no sense.
fn boxes(content: &[u8]) -> Vec<([u8; 4], Range<usize>, usize)> {
    let mut list = Vec::new();
    let mut at = 0;
    while let Some(found) = content.get(at..).and_then(|rest| header(rest, rest.len() as u64)) {
        let (head, size) = (found.header as usize, found.size as usize);
        list.push((found.name, at + head..at + size, at));
        at += size;
    }
    list
}

/// Blanks the metadata of a movie, a track or another box that holds boxes. Samples of data tracks are added to `samples`.
fn scrub(content: &mut [u8], depth: u8, samples: &mut Vec<Patch>) {
    for (name, inside, start) in boxes(content) {
        match &name {
            b"udta" | b"meta" | b"uuid" | b"free" | b"skip" => free(content, start, inside),
            b"mvhd" | b"tkhd" | b"mdhd" => blank_times(&mut content[inside]),
            b"trak" if !is_kept(&content[inside.clone()]) => {
                samples.extend(sample_ranges(&content[inside.clone()]).into_iter().map(Patch::Blank));
                free(content, start, inside);
            }
            b"trak" | b"mdia" | b"minf" if depth > 1 => scrub(&mut content[inside], depth - 1, samples),
            _ => {}
        }
    }
}

fn free(content: &mut [u8], start: usize, inside: Range<usize>) {
    content[start + 4..start + 8].copy_from_slice(b"free");
    content[inside].fill(0);
}

/// Creation and modification time follow version and flags, with 32 or 64 bits each.
fn blank_times(header: &mut [u8]) {
    let end = if header.first() == Some(&1) { 20 } else { 12 };
    if let Some(times) = header.get_mut(4..end) {
        times.fill(0);
    }
}

fn inside<'a>(content: &'a [u8], path: &[&[u8; 4]]) -> Option<&'a [u8]> {
    path.iter().try_fold(content, |content, wanted| {
        let (_, range, _) = boxes(content).into_iter().find(|(name, ..)| name == *wanted)?;
        content.get(range)
    })
}

fn is_kept(track: &[u8]) -> bool {
    let handler = inside(track, &[b"mdia", b"hdlr"]).and_then(|handler| handler.get(8..12));
    // What can't be told is not touched: a track too many plays, a track too few does not.
    handler.is_none_or(|handler| KEPT_TRACKS.iter().any(|kept| kept.as_slice() == handler))
}

/// Where the samples of a track lie in the file, from its chunk and size tables.
fn sample_ranges(track: &[u8]) -> Vec<Range<u64>> {
    let Some(table) = inside(track, &[b"mdia", b"minf", b"stbl"]) else { return Vec::new() };
    let offsets: Vec<u64> = match (inside(table, &[b"stco"]), inside(table, &[b"co64"])) {
        (Some(stco), _) => words(stco, 4).map(u64::from).collect(),
        (None, Some(co64)) => {
            let halves: Vec<u32> = words(co64, 4).collect();
            halves.chunks_exact(2).map(|pair| (u64::from(pair[0]) << 32) | u64::from(pair[1])).collect()
        }
        (None, None) => Vec::new(),
    };
    let runs: Vec<u32> = inside(table, &[b"stsc"]).map(|stsc| words(stsc, 4).collect()).unwrap_or_default();
    let sizes = inside(table, &[b"stsz"]).unwrap_or_default();
    let fixed = words(sizes, 0).next().unwrap_or(0);
    let mut sizes = words(sizes, 8);
    let mut ranges = Vec::new();
    // Each run says from which chunk on, counted from one, a chunk has how many samples.
    let mut runs = runs.chunks_exact(3).map(|run| (run[0] as usize, run[1])).peekable();
    let mut samples = 0;
    for (index, offset) in offsets.into_iter().enumerate() {
        while let Some((_, per_chunk)) = runs.next_if(|(first, _)| *first <= index + 1) {
            samples = per_chunk;
        }
        let length: u64 = if fixed > 0 {
            u64::from(fixed) * u64::from(samples)
        } else {
            sizes.by_ref().take(samples as usize).map(u64::from).sum()
        };
        ranges.push(offset..offset.saturating_add(length));
    }
    ranges
}

/// The 32-bit words of a full box's content, `skip` bytes after its version and flags.
fn words(content: &[u8], skip: usize) -> impl Iterator<Item = u32> {
    let words = content.get(4 + skip..).unwrap_or_default().chunks_exact(4);
    words.map(|word| u32::from_be_bytes([word[0], word[1], word[2], word[3]]))
}
