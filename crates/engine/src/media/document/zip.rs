//! Office documents since 2007: ZIP files (APPNOTE.TXT 6.3.10, 4.3) whose list of contents tells what they are (ISO/IEC 29500-2).
//! Nothing is unpacked.

use super::{DocumentFacts, u16_at, u32_at, window};
use crate::media::refusal::Refusal;
use crate::media::sniff::FileType;
use crate::media::video::{ExamineError, ReadAt};

/// The end record with the longest comment, bytes.
const END: u64 = 22 + 65_535;
/// The longest list of contents that is read, bytes.
const LIST: u64 = 8 * 1024 * 1024;

pub(super) async fn examine(file: &dyn ReadAt) -> Result<DocumentFacts, ExamineError> {
    let size = file.size();
    let tail = window(file, size.saturating_sub(END), END).await?;
    let Some((start, length)) = list_of_contents(&tail) else { return Err(Refusal::Truncated.into()) };
    if length > LIST || start.saturating_add(length) > size {
        return Err(unknown().into());
    }
    let list = window(file, start, length).await?;
    Ok(facts(&list)?)
}

/// Where the list of contents is, by the last record of the file.
fn list_of_contents(tail: &[u8]) -> Option<(u64, u64)> {
    let ends = |at: &usize| {
        let comment = u16_at(tail, at + 20).map(usize::from);
        tail[*at..].starts_with(b"PK\x05\x06")
            && comment.is_some_and(|comment| at + 22 + comment <= tail.len())
    };
    let at = (0..tail.len().saturating_sub(21)).rev().find(ends)?;
    Some((u64::from(u32_at(tail, at + 16)?), u64::from(u32_at(tail, at + 12)?)))
}

fn facts(list: &[u8]) -> Result<DocumentFacts, Refusal> {
    let (mut package, mut word, mut slides, mut macros, mut locked) = (false, false, false, false, false);
    let mut pages = 0_u32;
    let mut rest = list;
    while let Some((entry, next)) = entry(rest) {
        rest = next;
        locked |= entry.locked;
        match entry.name {
            b"[Content_Types].xml" => package = true,
            b"word/vbaProject.bin" | b"ppt/vbaProject.bin" => macros = true,
            // Word and PowerPoint on the web number the main part of some files; its name is free (ISO/IEC 29500-1, 11.3.10).
            name if number(name, b"word/document").is_some() => word = true,
            name if number(name, b"ppt/presentation").is_some() => slides = true,
            name => pages = pages.saturating_add(u32::from(is_slide(name))),
        }
    }
    let (kind, pages) = match (package, word, slides) {
        (true, true, false) => (FileType::Docx, None),
        (true, false, true) => (FileType::Pptx, Some(pages).filter(|pages| *pages > 0)),
        _ => return Err(unknown()),
    };
    match (locked, macros) {
        (true, _) => Err(Refusal::Locked),
        (_, true) => Err(Refusal::Macros(kind)),
        _ => Ok(DocumentFacts { kind, pages }),
    }
}

struct Entry<'a> {
    name: &'a [u8],
    locked: bool,
}

/// The first entry of a list, and what follows it.
fn entry(list: &[u8]) -> Option<(Entry<'_>, &[u8])> {
    if !list.starts_with(b"PK\x01\x02") {
        return None;
    }
    let length = |at| u16_at(list, at).map(usize::from);
    let (name, more) = (length(28)?, length(30)? + length(32)?);
    let entry = Entry { name: list.get(46..46 + name)?, locked: u16_at(list, 8)? & 1 == 1 };
    Some((entry, list.get(46 + name + more..)?))
}

/// `ppt/slides/slide12.xml`.
fn is_slide(name: &[u8]) -> bool {
    number(name, b"ppt/slides/slide").is_some_and(|digits| !digits.is_empty())
}

/// The digits, if any, in a name that is nothing else but `begin` and them, with `.xml`.
fn number<'a>(name: &'a [u8], begin: &[u8]) -> Option<&'a [u8]> {
    let digits = name.strip_prefix(begin)?.strip_suffix(b".xml")?;
    digits.iter().all(u8::is_ascii_digit).then_some(digits)
}

fn unknown() -> Refusal {
    Refusal::UnknownType { found: Some(FileType::Zip.mime().to_owned()) }
}
