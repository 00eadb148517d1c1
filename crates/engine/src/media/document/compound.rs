//! Office documents until 2003, and newer ones with a password: compound files ([MS-CFB] 11.0, 2.2 to 2.6). Only the names of what
//! lies in the root are read, and of a text its first bytes.

use std::collections::BTreeSet;

use bytes::{Bytes, BytesMut};

use super::{DocumentFacts, u16_at, u32_at, window};
use crate::media::refusal::Refusal;
use crate::media::sniff::FileType;
use crate::media::video::{ExamineError, ReadAt};

/// The most sectors of a directory that are read.
const SECTORS: usize = 64;
/// The most sectors that list tables beside the header: tables of 500 MB in sectors of 512 bytes.
const LISTS: u32 = 64;
/// Of an entry of the directory, bytes.
const ENTRY: usize = 128;
/// Sectors and entries from this number on are none.
const NONE: u32 = 0xffff_fffa;

pub(super) async fn examine(file: &dyn ReadAt) -> Result<DocumentFacts, ExamineError> {
    let head = window(file, 0, 512).await?;
    let shift = u16_at(&head, 30).filter(|shift| matches!(shift, 9 | 12));
    let (Some(shift), Some(first)) = (shift, u32_at(&head, 48)) else {
        return Err(Refusal::Truncated.into());
    };
    let sectors = Sectors::open(file, &head, shift).await?;
    let directory = sectors.chain(first).await?;
    let root = root(&directory);
    let has = |name: &str| root.iter().find(|entry| entry.name == name);
    if has("EncryptedPackage").is_some() || has("EncryptedSummary").is_some() {
        return Err(Refusal::Locked.into());
    }
    if has("PowerPoint Document").is_some() {
        return Ok(DocumentFacts { kind: FileType::Ppt, pages: None });
    }
    let Some(text) = has("WordDocument") else {
        let found = Some("application/x-cfb".to_owned());
        return Err(Refusal::UnknownType { found }.into());
    };
    // [MS-DOC] 2.5.2: fEncrypted.
    let start = window(file, sectors.place(text.start), 12).await?;
    match u16_at(&start, 10) {
        Some(flags) if flags & 0x0100 != 0 => Err(Refusal::Locked.into()),
        // [MS-DOC] 2.1, "Macros Storage". Saved as DOC again, it would keep them.
        Some(_) if has("Macros").is_some() => Err(Refusal::Macros(FileType::Docx).into()),
        Some(_) => Ok(DocumentFacts { kind: FileType::Doc, pages: None }),
        None => Err(Refusal::Truncated.into()),
    }
}

struct Sectors<'a> {
    file: &'a dyn ReadAt,
    shift: u16,
    /// The sectors that tell which one follows which, in order.
    tables: Vec<u32>,
}

impl<'a> Sectors<'a> {
    /// With the tables that the header names, and those that a chain of further lists does ([MS-CFB] 2.2 and 2.5).
    async fn open(file: &'a dyn ReadAt, head: &[u8], shift: u16) -> Result<Self, ExamineError> {
        let tables = numbers(head.get(76..).unwrap_or_default()).collect();
        let mut all = Self { file, shift, tables };
        let (mut list, count) = (u32_at(head, 68).unwrap_or(NONE), u32_at(head, 72).unwrap_or(0));
        for _ in 0..count.min(LISTS) {
            if list >= NONE {
                break;
            }
            let content = all.content(list).await?;
            let (entries, next) = content.split_at(content.len().saturating_sub(4));
            all.tables.extend(numbers(entries));
            list = u32_at(next, 0).unwrap_or(NONE);
        }
        Ok(all)
    }

    /// Where a sector begins; the header takes the place of the first one.
    fn place(&self, sector: u32) -> u64 {
        (u64::from(sector) + 1) << self.shift
    }

    /// The content of a chain of sectors, as far as it is read.
    async fn chain(&self, first: u32) -> Result<Bytes, ExamineError> {
        let (mut all, mut sector) = (BytesMut::new(), first);
        for _ in 0..SECTORS {
            if sector >= NONE {
                break;
            }
            all.extend_from_slice(&self.content(sector).await?);
            sector = self.next(sector).await?;
        }
        Ok(all.freeze())
    }

    async fn content(&self, sector: u32) -> Result<Bytes, ExamineError> {
        let content = window(self.file, self.place(sector), 1 << self.shift).await?;
        if content.is_empty() { Err(Refusal::Truncated.into()) } else { Ok(content) }
    }

    /// The sector after this one.
    async fn next(&self, sector: u32) -> Result<u32, ExamineError> {
        let per_sector = 1_u32 << (self.shift - 2);
        let table = usize::try_from(sector / per_sector).ok().and_then(|table| self.tables.get(table));
        let Some(&table) = table.filter(|table| **table < NONE) else { return Ok(NONE) };
        let at = self.place(table) + u64::from(sector % per_sector) * 4;
        let entry = window(self.file, at, 4).await?;
        Ok(u32_at(&entry, 0).unwrap_or(NONE))
    }
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.chunks_exact(4).filter_map(|number| u32_at(number, 0))
}

struct Entry {
    name: String,
    start: u32,
}

/// What lies in the root itself; what is embedded in a document lies deeper, and may be a document, too.
fn root(directory: &[u8]) -> Vec<Entry> {
    let entry = |id: u32| {
        let at = usize::try_from(id).ok()?.checked_mul(ENTRY)?;
        directory.get(at..at + ENTRY)
    };
    let link = |entry: &[u8], at| u32_at(entry, at).unwrap_or(NONE);
    let Some(top) = entry(0) else { return Vec::new() };
    let (mut waiting, mut seen, mut found) = (vec![link(top, 76)], BTreeSet::new(), Vec::new());
    while let Some(id) = waiting.pop() {
        if !seen.insert(id) {
            continue;
        }
        if let Some(entry) = entry(id) {
            waiting.extend([link(entry, 68), link(entry, 72)]);
            found.push(Entry { name: name(entry), start: link(entry, 116) });
        }
    }
    found
}

fn name(entry: &[u8]) -> String {
    let length = u16_at(entry, 64).map_or(0, usize::from).min(64);
    let units = entry[..length].chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
    let name =
        char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect::<String>();
    name.trim_end_matches('\0').to_owned()
}
