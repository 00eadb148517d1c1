//! From the bytes of a file to rows of named cells. Spreadsheets write the same table in many ways; which one it is shows in the file.

use std::collections::{BTreeMap, BTreeSet};

use carillon_domain::error::{AppError, FieldError};
use csv::{ReaderBuilder, StringRecord};

use super::{COLUMNS, FOR_READERS, MOST_BYTES, MOST_ROWS};
use crate::report::unguarded;

/// What a file holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sheet {
    /// Its rows, without empty ones.
    pub rows: Vec<Line>,
    /// Headings that mean nothing here; their columns are left out.
    pub unknown: Vec<String>,
}

/// A row.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    /// The line of the file that it begins on, from 1.
    pub number: u64,
    /// Whether it has more cells than there are headings.
    pub too_wide: bool,
    cells: BTreeMap<&'static str, String>,
}

impl Line {
    /// The cell as it is written, without the apostrophe that guards it; empty where there is none.
    pub fn whole(&self, column: &str) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    /// The same without space around it.
    pub fn get(&self, column: &str) -> &str {
        self.whole(column).trim()
    }

    /// Each cell with its column.
    pub fn cells(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.cells.iter().map(|(column, cell)| (*column, cell.as_str()))
    }

    /// The entries of a cell with several of them: one per line, or, in a cell of a single line, parted by commas or semicolons.
    pub fn entries(&self, column: &str) -> Vec<&str> {
        let cell = self.whole(column);
        let parts: Vec<&str> =
            if cell.contains('\n') { cell.lines().collect() } else { cell.split([',', ';']).collect() };
        parts.into_iter().map(str::trim).filter(|entry| !entry.is_empty()).collect()
    }
}

/// The text of a file: UTF-8 with or without a mark, or UTF-16 with one, as spreadsheets write "Unicode text". What is in a code page
/// is refused: nobody can know which one, and the wrong guess would be published.
///
/// # Errors
/// [`AppError::Invalid`] on `file`.
pub(super) fn decoded(bytes: &[u8]) -> Result<String, AppError> {
    if bytes.len() > MOST_BYTES {
        return Err(too_large());
    }
    let text = match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8(rest.to_vec()).ok(),
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        all => String::from_utf8(all.to_vec()).ok(),
    };
    let text = text.filter(|text| !text.contains('\0')).ok_or_else(|| {
        wrong(
            "not_text",
            "The file is not text in UTF-8. Save it as “CSV UTF-8” in your spreadsheet and try again.",
        )
    })?;
    // One kind of line end: lines are counted, and networks get no carriage returns.
    Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
}

fn wide(bytes: &[u8], read: fn([u8; 2]) -> u16) -> Option<String> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().map(|pair| read(*pair)).collect();
    if rest.is_empty() { String::from_utf16(&units).ok() } else { None }
}

/// Reads rows under headings.
///
/// # Errors
/// [`AppError::Invalid`] on `file` for what has no headings, or too many rows.
pub(super) fn read(text: &str) -> Result<Sheet, AppError> {
    let (separator, body, skipped) = separated(text);
    let mut reader = ReaderBuilder::new()
        .delimiter(separator)
        .flexible(true)
        .has_headers(false)
        .from_reader(body.as_bytes());
    let mut records = reader.records();
    let headings = records.next().transpose().map_err(|e| wrong("malformed", e.to_string()))?;
    let (columns, unknown) = columns(&headings.unwrap_or_default())?;
    let mut rows = Vec::new();
    for record in records {
        let record = record.map_err(|e| wrong("malformed", e.to_string()))?;
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if rows.len() == MOST_ROWS {
            let message = format!("A file may have up to {MOST_ROWS} rows. Part it into several.");
            let error = FieldError::new("file", "too_many", message);
            return Err(AppError::Invalid(vec![error.with_limit(MOST_ROWS, MOST_ROWS + 1)]));
        }
        let at = record.position().map_or(0, csv::Position::byte);
        let rest = body.get(usize::try_from(at).unwrap_or(0)..).unwrap_or_default();
        // The reader says where it began to look, which may be an empty line.
        let empty = rest.bytes().take_while(|byte| *byte == b'\n').count();
        let number = record.position().map_or(0, csv::Position::line) + skipped;
        rows.push(line(&record, &columns, number + u64::try_from(empty).unwrap_or(0)));
    }
    if rows.is_empty() {
        return Err(wrong("empty", "There are no rows under the headings."));
    }
    Ok(Sheet { rows, unknown })
}

fn line(record: &StringRecord, columns: &[Option<&'static str>], number: u64) -> Line {
    let named = columns.iter().zip(record.iter());
    let cells = named.filter_map(|(column, cell)| {
        let column = (*column)?;
        Some((column, unguarded(cell).to_owned()))
    });
    let mut beyond = record.iter().skip(columns.len());
    Line {
        number,
        too_wide: beyond.any(|cell| !cell.trim().is_empty()),
        cells: cells.filter(|(_, cell)| !cell.trim().is_empty()).collect(),
    }
}

/// What parts the cells, the text without the line that says so, and how many lines that were.
fn separated(text: &str) -> (u8, &str, u64) {
    let first = text.lines().next().unwrap_or_default();
    if let [separator @ (b',' | b';' | b'\t')] = first.strip_prefix("sep=").unwrap_or_default().as_bytes() {
        let body = text.split_once('\n').map_or("", |(_, body)| body);
        return (*separator, body, 1);
    }
    let mut counts = [(b',', 0_usize), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for byte in first.bytes() {
        quoted ^= byte == b'"';
        if let Some((_, count)) = counts.iter_mut().find(|(separator, _)| *separator == byte && !quoted) {
            *count += 1;
        }
    }
    // Of equally many the first one, the comma.
    let best = counts.into_iter().rev().max_by_key(|(_, count)| *count);
    (best.map_or(b',', |(separator, _)| separator), text, 0)
}

/// What each column is, and the headings that mean nothing here.
fn columns(headings: &StringRecord) -> Result<(Vec<Option<&'static str>>, Vec<String>), AppError> {
    let mut unknown = Vec::new();
    let mut seen = BTreeSet::new();
    let mut columns = Vec::new();
    for heading in headings {
        let name = heading.trim().to_lowercase().replace([' ', '-'], "_");
        let known = COLUMNS.into_iter().find(|column| *column == name);
        if known.is_none() && !name.is_empty() && !FOR_READERS.contains(&name.as_str()) {
            unknown.push(heading.trim().to_owned());
        }
        if let Some(column) = known.filter(|column| !seen.insert(*column)) {
            return Err(wrong("duplicate", format!("Two columns are called `{column}`. Keep one of them.")));
        }
        columns.push(known);
    }
    if seen.is_empty() {
        let message =
            format!("The first line names no column that is known. Known are: {}.", COLUMNS.join(", "));
        return Err(wrong("no_headings", message));
    }
    Ok((columns, unknown))
}

fn wrong(code: &str, message: impl Into<String>) -> AppError {
    AppError::invalid("file", code, message)
}

/// What is said to whoever sends more than [`MOST_BYTES`].
pub fn too_large() -> AppError {
    let message = format!("The file may have up to {} KB. Part it into several.", MOST_BYTES / 1024);
    AppError::invalid("file", "too_large", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(text: &str) -> Sheet {
        read(&decoded(text.as_bytes()).expect("text")).expect("a sheet")
    }

    fn refusal(bytes: &[u8]) -> String {
        let refused = decoded(bytes).and_then(|text| read(&text)).expect_err("refused");
        let AppError::Invalid(errors) = refused else { panic!("{refused:?}") };
        assert_eq!((errors.len(), errors[0].field.as_str()), (1, "file"));
        errors[0].code.clone()
    }

    #[test]
    fn a_table_is_the_same_however_a_spreadsheet_writes_it() {
        let plain = "text,accounts,time\n\"Two\nlines, \"\"quoted\"\"\",a;b,18:30\nMore,c,9:00\n";
        let expected = sheet(plain);
        assert_eq!(expected.rows[0].get("text"), "Two\nlines, \"quoted\"");
        assert_eq!(expected.rows[0].entries("accounts"), ["a", "b"]);
        let semicolons =
            "Text;Accounts;TIME\r\n\"Two\r\nlines, \"\"quoted\"\"\";\"a;b\";18:30\r\nMore;c;9:00\r\n";
        let tabs = "text\taccounts\ttime\n\"Two\nlines, \"\"quoted\"\"\"\ta;b\t18:30\nMore\tc\t9:00";
        assert_eq!(sheet(semicolons), expected);
        assert_eq!(sheet(&format!("\u{feff}{semicolons}")), expected);
        assert_eq!(sheet(tabs), expected);
        let utf16 = |order: fn(u16) -> [u8; 2]| -> Vec<u8> {
            format!("\u{feff}{tabs}").encode_utf16().flat_map(order).collect()
        };
        for bytes in [utf16(u16::to_le_bytes), utf16(u16::to_be_bytes)] {
            assert_eq!(read(&decoded(&bytes).expect("text")).expect("a sheet"), expected);
        }
    }

    #[test]
    fn rows_know_their_line() {
        let sheet = sheet("sep=;\r\ntext;time\r\n\"a\r\nb\";1:00\r\n\r\n;;\r\nc;2:00;;odd\r\n");
        let lines: Vec<_> = sheet.rows.iter().map(|row| (row.number, row.too_wide)).collect();
        assert_eq!(lines, [(3, false), (7, true)]);
    }

    #[test]
    fn several_in_a_cell_are_parted_by_commas_or_lines() {
        let sheet = sheet("tags,media,text\n\"one, two;three\",\"a, b.png\n\",'=1\n");
        let row = &sheet.rows[0];
        assert_eq!(row.entries("tags"), ["one", "two", "three"]);
        assert_eq!(row.entries("media"), ["a, b.png"], "a line may hold commas");
        assert_eq!(row.whole("text"), "=1", "without the apostrophe that guards it");
    }

    #[test]
    fn headings_that_mean_nothing_are_told() {
        let sheet = sheet("Text,Alt text,Mood,id,,links\nA,B,C,D,E,F\n");
        assert_eq!(sheet.unknown, ["Mood"]);
        assert_eq!(sheet.rows[0].get("alt_text"), "B");
        assert_eq!(sheet.rows[0].cells().count(), 2);
    }

    #[test]
    fn what_is_no_table_is_refused_as_a_whole() {
        assert_eq!(refusal(b"text\nCaf\xe9\n"), "not_text");
        assert_eq!(refusal(b"\xff\xfet\0"), "no_headings");
        assert_eq!(refusal(b"\xff\xfet\0e"), "not_text");
        assert_eq!(refusal(b"text\0\n"), "not_text");
        assert_eq!(refusal(b""), "no_headings");
        assert_eq!(refusal(b"Dear all,\nplease publish this\n"), "no_headings");
        assert_eq!(refusal(b"text,text\na,b\n"), "duplicate");
        assert_eq!(refusal(b"text,time\n,\n\n"), "empty");
        let many = format!("text\n{}", "A\n".repeat(MOST_ROWS + 1));
        assert_eq!(refusal(many.as_bytes()), "too_many");
        assert_eq!(refusal(&vec![b'a'; MOST_BYTES + 1]), "too_large");
    }
}
