//! Where the objects of a PDF are: tables and streams of references (ISO 32000-2, 7.5.4, 7.5.7 and 7.5.8).

use std::io::Read;
use std::ops::Range;

use bytes::Bytes;
use flate2::read::ZlibDecoder;

use super::budget::Budget;
use super::syntax::{Dict, Words};
use crate::media::video::ExamineError;

/// Bytes that are read where an object begins.
const OBJECT: u64 = 64 * 1024;
/// The longest packed stream, bytes.
const PACKED: u64 = 4 * 1024 * 1024;
/// The longest beginning of a stretch, bytes.
const HEAD: usize = 64;
/// An entry of a table, bytes.
const ENTRY: u64 = 20;

/// Where an object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// At this byte of the file.
    At(u64),
    /// In the stream of this number.
    In(u64),
    /// It was deleted.
    Free,
}

/// A list of places.
#[derive(Debug)]
pub(super) enum Section {
    /// Stretches of a table: the numbers of the objects, and where in the file their entries are.
    Table(Vec<(Range<u64>, u64)>),
    /// Unpacked entries with the widths of their fields, and the numbers of the objects.
    Stream { entries: Bytes, widths: [usize; 3], numbers: Vec<Range<u64>> },
}

/// What stands where a section does.
pub(super) struct Found {
    /// `None` where it is built in a way that is not looked into, or too large.
    pub section: Option<Section>,
    /// Its dictionary.
    trailer: Bytes,
}

impl Found {
    /// Keeps the dictionary that `bytes` begin with, and not what follows it.
    fn new(budget: &mut Budget<'_>, section: Option<Section>, bytes: &[u8]) -> Option<Self> {
        let mut words = Words::new(bytes);
        words.dict()?;
        let trailer = &bytes[..words.at()];
        budget.keep(trailer.len()).then(|| Self { section, trailer: Bytes::copy_from_slice(trailer) })
    }

    pub fn trailer(&self) -> Option<Dict<'_>> {
        Words::new(&self.trailer).dict()
    }
}

/// The section at a place of the file; `None` where there is none that could be read.
pub(super) async fn read(budget: &mut Budget<'_>, at: u64) -> Result<Option<Found>, ExamineError> {
    let head = budget.window(at, OBJECT).await?;
    let mut words = Words::new(&head);
    if words.is("xref") {
        return table(budget, at + words.at() as u64).await;
    }
    let Some((_, begin)) = object(&head) else { return Ok(None) };
    // What can't be unpacked still says whether the file is locked.
    let Some(mut found) = Found::new(budget, None, &head[begin..]) else { return Ok(None) };
    if let Some(entries) = stream(budget, at + begin as u64, &head[begin..], None).await? {
        found.section = found.trailer().and_then(|dict| streamed(budget, &dict, entries));
    }
    Ok(Some(found))
}

/// Passes over `12 0 obj`; gives the number of the object and where it begins.
pub(super) fn object(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut words = Words::new(bytes);
    let number = words.number()?;
    (words.number().is_some() && words.is("obj")).then(|| (number, words.at()))
}

/// What is read at once holds many stretches: thousands of short ones must not be as many reads, one after the other.
async fn table(budget: &mut Budget<'_>, mut at: u64) -> Result<Option<Found>, ExamineError> {
    let mut stretches = Vec::new();
    let (mut begin, mut read) = (at, Bytes::new());
    loop {
        let place = usize::try_from(at - begin).ok().filter(|place| place + HEAD <= read.len());
        let from = match place {
            Some(from) => from,
            None => {
                (begin, read) = (at, budget.window(at, OBJECT).await?);
                0
            }
        };
        let head = &read[from..read.len().min(from + HEAD)];
        let mut words = Words::new(head);
        if words.is("trailer") {
            let trailer = budget.window(at + words.at() as u64, OBJECT).await?;
            return Ok(Found::new(budget, Some(Section::Table(stretches)), &trailer));
        }
        let mut words = Words::new(head);
        let (Some(first), Some(count)) = (words.number(), words.number()) else { return Ok(None) };
        let blanks = head[words.at()..].iter().take_while(|b| b.is_ascii_whitespace()).count();
        let entries = at + (words.at() + blanks) as u64;
        let (Some(last), Some(length)) = (first.checked_add(count), count.checked_mul(ENTRY)) else {
            return Ok(None);
        };
        stretches.push((first..last, entries));
        if !budget.keep(size_of_val(&stretches[0])) {
            return Ok(None);
        }
        match entries.checked_add(length).filter(|end| *end < budget.size()) {
            Some(end) => at = end,
            None => return Ok(None),
        }
    }
}

fn streamed(budget: &mut Budget<'_>, dict: &Dict<'_>, entries: Bytes) -> Option<Section> {
    let width = |width: u64| usize::try_from(width).ok().filter(|width| *width <= 8);
    let widths = dict.numbers("W")?.into_iter().map(width).collect::<Option<Vec<_>>>()?;
    let widths: [usize; 3] = widths.try_into().ok()?;
    let index = dict.numbers("Index").or_else(|| Some(vec![0, dict.number("Size")?]))?;
    let numbers = index.chunks_exact(2).map(|pair| pair[0]..pair[0].saturating_add(pair[1])).collect();
    budget.keep(size_of_val(&index[..])).then_some(Section::Stream { entries, widths, numbers })
}

impl Section {
    /// Where an object is, if this section says so.
    pub async fn place(&self, budget: &mut Budget<'_>, number: u64) -> Result<Option<Place>, ExamineError> {
        match self {
            Self::Table(stretches) => {
                let Some((numbers, begin)) = stretches.iter().find(|(numbers, _)| numbers.contains(&number))
                else {
                    return Ok(None);
                };
                let entry = budget.window(begin + (number - numbers.start) * ENTRY, ENTRY).await?;
                let mut words = Words::new(&entry);
                let at = words.number().filter(|_| words.number().is_some() && words.is("n"));
                Ok(Some(at.map_or(Place::Free, Place::At)))
            }
            Self::Stream { entries, widths, numbers } => Ok(in_stream(entries, *widths, numbers, number)),
        }
    }
}

fn in_stream(entries: &[u8], widths: [usize; 3], numbers: &[Range<u64>], number: u64) -> Option<Place> {
    let mut before = 0_u64;
    let range = numbers.iter().find(|range| {
        let within = range.contains(&number);
        if !within {
            before = before.saturating_add(range.end - range.start);
        }
        within
    })?;
    let length: usize = widths.iter().sum();
    let at = usize::try_from(before.saturating_add(number - range.start)).ok()?.checked_mul(length)?;
    let entry = entries.get(at..at.checked_add(length)?)?;
    let (kind, rest) = entry.split_at(widths[0]);
    let (field, _) = rest.split_at(widths[1]);
    let value = |bytes: &[u8]| bytes.iter().fold(0_u64, |all, byte| all << 8 | u64::from(*byte));
    Some(match (widths[0], value(kind)) {
        (0, _) | (_, 1) => Place::At(value(field)),
        (_, 2) => Place::In(value(field)),
        _ => Place::Free,
    })
}

/// The unpacked content of the stream whose dictionary `object` begins with, at the place `at` of the file. `length` counts where
/// the dictionary only says where its length stands. `None` where it is too long, or packed in another way than all such streams.
pub(super) async fn stream(
    budget: &mut Budget<'_>,
    at: u64,
    object: &[u8],
    length: Option<u64>,
) -> Result<Option<Bytes>, ExamineError> {
    let mut words = Words::new(object);
    let Some(dict) = words.dict() else { return Ok(None) };
    let length = dict.number("Length").or(length).filter(|length| *length <= PACKED);
    let (Some(length), true) = (length, words.is("stream")) else { return Ok(None) };
    let after = &object[words.at()..];
    let line = if after.starts_with(b"\r\n") { 2 } else { 1 };
    let packed = budget.window(at + (words.at() + line) as u64, length).await?;
    let content = match dict.name("Filter") {
        Some(b"FlateDecode") => inflate(&packed, budget.left()),
        None if !dict.has("Filter") => packed,
        _ => return Ok(None),
    };
    if content.is_empty() || !budget.keep(content.len()) {
        return Ok(None);
    }
    let parameters = dict.dict("DecodeParms");
    let predictor = parameters.as_ref().and_then(|p| p.number("Predictor")).unwrap_or(1);
    Ok(match predictor {
        1 => Some(content),
        10..=15 => {
            let columns = parameters.and_then(|p| p.number("Columns")).unwrap_or(1);
            let columns = usize::try_from(columns).ok().filter(|columns| (1..=64).contains(columns));
            columns.and_then(|columns| unpredicted(&content, columns)).map(Bytes::from)
        }
        _ => None,
    })
}

/// Unpacks up to one byte more than may be kept, which tells that there is more.
fn inflate(packed: &[u8], left: u64) -> Bytes {
    let mut content = Vec::new();
    // Streams are often one byte off at their end; what came before is good.
    let _ = ZlibDecoder::new(packed).take(left + 1).read_to_end(&mut content);
    content.into()
}

/// Undoes the filters of PNG on rows of one byte a column (ISO 32000-2, 7.4.4.4; PNG, 9.2).
fn unpredicted(content: &[u8], columns: usize) -> Option<Vec<u8>> {
    let mut rows: Vec<u8> = Vec::with_capacity(content.len());
    for row in content.chunks_exact(columns + 1) {
        let (filter, bytes) = row.split_first()?;
        for (n, byte) in bytes.iter().enumerate() {
            let back = |by| rows.len().checked_sub(by).map_or(0, |at| rows[at]);
            let (left, corner) = if n > 0 { (back(1), back(columns + 1)) } else { (0, 0) };
            let above = back(columns);
            let guess = match filter {
                0 => 0,
                1 => left,
                2 => above,
                3 => left.midpoint(above),
                4 => paeth(left, above, corner),
                _ => return None,
            };
            rows.push(byte.wrapping_add(guess));
        }
    }
    Some(rows)
}

fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let guess = i16::from(left) + i16::from(up) - i16::from(corner);
    let distance = |to: u8| (guess - i16::from(to)).abs();
    match (distance(left), distance(up), distance(corner)) {
        (l, u, c) if l <= u && l <= c => left,
        (_, u, c) if u <= c => up,
        _ => corner,
    }
}
