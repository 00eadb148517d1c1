//! How many pages a PDF has, by its own word, and whether it is locked (ISO 32000-2, 7.5 to 7.7).

use bytes::Bytes;

use super::budget::Budget;
use super::syntax::{Dict, Words};
use super::xref::{self, Found, Place};
use crate::media::refusal::Refusal;
use crate::media::sniff::FileType;
use crate::media::video::{ExamineError, ReadAt};

/// Where at the end of the file its beginning is named, bytes.
const TAIL: u64 = 2_048;
/// Changes that may be behind each other in a file.
const SECTIONS: usize = 200;
/// Bytes that are read of an object.
const OBJECT: usize = 64 * 1024;

/// The pages of a PDF; `None` where it is built in a way that is not looked into, or looking took more than its budget.
pub(super) async fn pages(file: &dyn ReadAt) -> Result<Option<u32>, ExamineError> {
    let budget = &mut Budget::new(file);
    let size = budget.size();
    let tail = budget.window(size.saturating_sub(TAIL), TAIL).await?;
    let mark = tail.windows(9).rposition(|word| word == b"startxref").ok_or(Refusal::Truncated)?;
    let start = Words::new(&tail[mark + 9..]).number().ok_or(Refusal::Truncated)?;
    if start >= size {
        return Err(damaged("its table of contents is not where it should be").into());
    }
    let pdf = Pdf { sections: sections(budget, start).await? };
    // The newest change names the root; older ones name the same, or one that is no more.
    let root = pdf.trailers().find_map(|trailer| trailer.reference("Root"));
    match root {
        Some(root) => pdf.count(budget, root).await,
        None => Ok(None),
    }
}

/// The sections from the newest to the oldest, up to the first that can't be read: what is older than that may be out of date.
async fn sections(budget: &mut Budget<'_>, start: u64) -> Result<Vec<Found>, ExamineError> {
    let (mut waiting, mut seen, mut sections) = (vec![start], Vec::new(), Vec::new());
    while let Some(at) = waiting.pop() {
        if seen.contains(&at) {
            continue;
        }
        if seen.len() >= SECTIONS {
            break;
        }
        seen.push(at);
        let Some(found) = xref::read(budget, at).await? else { break };
        if let Some(trailer) = found.trailer() {
            if trailer.has("Encrypt") {
                return Err(Refusal::Locked.into());
            }
            // The stream beside a table comes before what is older.
            waiting.extend(trailer.number("Prev"));
            waiting.extend(trailer.number("XRefStm"));
        }
        if found.section.is_none() {
            break;
        }
        sections.push(found);
    }
    Ok(sections)
}

struct Pdf {
    sections: Vec<Found>,
}

impl Pdf {
    fn trailers(&self) -> impl Iterator<Item = Dict<'_>> {
        self.sections.iter().filter_map(Found::trailer)
    }

    async fn count(&self, budget: &mut Budget<'_>, root: u64) -> Result<Option<u32>, ExamineError> {
        let Some(catalog) = self.object(budget, root).await? else { return Ok(None) };
        let tree = Words::new(&catalog).dict().and_then(|dict| dict.reference("Pages"));
        let Some(tree) = tree else { return Ok(None) };
        let Some(tree) = self.object(budget, tree).await? else { return Ok(None) };
        let Some(dict) = Words::new(&tree).dict() else { return Ok(None) };
        let count = match dict.reference("Count") {
            Some(elsewhere) => self.number(budget, elsewhere).await?,
            None => dict.number("Count"),
        };
        match count {
            Some(0) => Err(damaged("it has no pages").into()),
            count => Ok(count.and_then(|count| u32::try_from(count).ok())),
        }
    }

    async fn place(&self, budget: &mut Budget<'_>, number: u64) -> Result<Option<Place>, ExamineError> {
        for section in self.sections.iter().filter_map(|found| found.section.as_ref()) {
            if let Some(place) = section.place(budget, number).await? {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    /// Bytes that begin with an object.
    async fn object(&self, budget: &mut Budget<'_>, number: u64) -> Result<Option<Bytes>, ExamineError> {
        match self.place(budget, number).await? {
            Some(Place::At(at)) => Ok(object_at(budget, at, number).await?.map(|(_, bytes)| bytes)),
            Some(Place::In(stream)) => self.packed(budget, stream, number).await,
            Some(Place::Free) | None => Ok(None),
        }
    }

    /// An object in a stream of objects. Such a stream is never in another one.
    async fn packed(
        &self,
        budget: &mut Budget<'_>,
        stream: u64,
        number: u64,
    ) -> Result<Option<Bytes>, ExamineError> {
        let Some(Place::At(at)) = self.place(budget, stream).await? else { return Ok(None) };
        let Some((at, object)) = object_at(budget, at, stream).await? else { return Ok(None) };
        let Some(dict) = Words::new(&object).dict() else { return Ok(None) };
        let length = match dict.reference("Length") {
            Some(elsewhere) => self.number(budget, elsewhere).await?,
            None => None,
        };
        let Some(content) = xref::stream(budget, at, &object, length).await? else { return Ok(None) };
        let (Some(count), Some(first)) = (dict.number("N"), dict.number("First")) else { return Ok(None) };
        let mut words = Words::new(&content);
        for _ in 0..count {
            let (Some(found), Some(offset)) = (words.number(), words.number()) else { break };
            if found == number {
                let begin = first.checked_add(offset).and_then(|at| usize::try_from(at).ok());
                let begin = begin.filter(|begin| *begin < content.len());
                return Ok(begin.map(|begin| content.slice(begin..content.len().min(begin + OBJECT))));
            }
        }
        Ok(None)
    }

    /// A number that is an object of its own, not packed.
    async fn number(&self, budget: &mut Budget<'_>, number: u64) -> Result<Option<u64>, ExamineError> {
        let Some(Place::At(at)) = self.place(budget, number).await? else { return Ok(None) };
        let object = object_at(budget, at, number).await?;
        Ok(object.and_then(|(_, bytes)| Words::new(&bytes).number()))
    }
}

/// Bytes that begin with the object at this place, and where they stand; `None` where another object is.
async fn object_at(
    budget: &mut Budget<'_>,
    at: u64,
    number: u64,
) -> Result<Option<(u64, Bytes)>, ExamineError> {
    let bytes = budget.window(at, OBJECT as u64).await?;
    let begin = xref::object(&bytes).filter(|(found, _)| *found == number).map(|(_, begin)| begin);
    Ok(begin.map(|begin| (at + begin as u64, bytes.slice(begin..))))
}

fn damaged(detail: &str) -> Refusal {
    Refusal::Damaged { actual: FileType::Pdf, detail: detail.to_owned() }
}
