//! Tables as XLSX: typed cells that can be added up and sorted, and a second sheet that says what they mean.

use carillon_domain::error::AppError;
use carillon_domain::metric::Definition;
use jiff::tz::TimeZone;
use rust_xlsxwriter::{
    ColNum, DocProperties, ExcelDateTime, Format, FormatAlign, RowNum, Workbook, Worksheet, XlsxError,
};

use super::{About, Cell, Kind, Table, Words};

/// Longest text of a cell in UTF-16 units, and longest address (Microsoft, "Excel specifications and limits", read 2026-11-22).
const LONGEST: (usize, usize) = (32_767, 2_000);

/// Most links of a sheet; the same page says 65,530. What comes after them is text.
const MOST_LINKS: usize = 65_000;

/// Largest whole number that a cell holds exactly: cells are binary64.
const EXACT: u64 = 1 << 53;

/// Writes a workbook: the table, and what it is of.
///
/// # Errors
/// [`AppError::Internal`] when the table does not fit into a sheet, which [`super::MOST_ROWS`] keeps from happening.
pub fn xlsx(table: &Table, words: &dyn Words, about: &About) -> Result<Vec<u8>, AppError> {
    book(table, words, about).map_err(AppError::internal)
}

fn book(table: &Table, words: &dyn Words, about: &About) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let title = words.of("table", table.name);
    // Without it the file would say when it was written, and no two would be the same.
    let created = ExcelDateTime::from_timestamp(about.as_of.as_second())?;
    book.set_properties(
        &DocProperties::new()
            .set_title(format!("{}: {title}", about.workspace))
            .set_author("Carillon")
            .set_creation_datetime(&created),
    );
    fill(book.add_worksheet().set_name(&title)?, table, words, &about.zone)?;
    explain(book.add_worksheet().set_name(words.of("report", "about"))?, table, words, about)?;
    book.save_to_buffer()
}

/// How each kind of cell looks.
struct Looks {
    head: Format,
    time: Format,
    date: Format,
    count: Format,
    rate: Format,
}

impl Looks {
    fn new() -> Self {
        Self {
            head: Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Top),
            time: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
            date: Format::new().set_num_format("yyyy-mm-dd"),
            count: Format::new().set_num_format("#,##0"),
            rate: Format::new().set_num_format("0.00%"),
        }
    }
}

/// Writes cells of one sheet.
struct Pen<'a> {
    sheet: &'a mut Worksheet,
    words: &'a dyn Words,
    zone: &'a TimeZone,
    looks: Looks,
    links: usize,
}

fn fill(sheet: &mut Worksheet, table: &Table, words: &dyn Words, zone: &TimeZone) -> Result<(), XlsxError> {
    let mut pen = Pen { sheet, words, zone, looks: Looks::new(), links: 0 };
    pen.sheet.set_freeze_panes(1, 0)?;
    let mut last: ColNum = 0;
    for (col, (column, heading)) in (0..).zip(table.columns.iter().zip(table.headings(words, zone))) {
        pen.sheet.set_column_width(col, width(column.name, column.kind))?;
        pen.sheet.write_string_with_format(0, col, heading, &pen.looks.head)?;
        last = col;
    }
    for (row, cells) in (1..).zip(&table.rows) {
        for (col, cell) in (0..).zip(cells) {
            pen.write((row, col), cell)?;
        }
    }
    if !table.rows.is_empty() {
        pen.sheet.autofilter(0, 0, RowNum::try_from(table.rows.len()).unwrap_or(RowNum::MAX), last)?;
    }
    Ok(())
}

fn width(name: &str, kind: Kind) -> f64 {
    match (kind, name) {
        (_, "text" | "error") => 60.0,
        (Kind::Link, _) | (_, "source") => 40.0,
        (Kind::Time, _) => 21.0,
        (Kind::Text, _) => 24.0,
        (Kind::Date, _) => 12.0,
        (Kind::Count | Kind::Rate, _) => 15.0,
    }
}

impl Pen<'_> {
    fn write(&mut self, (row, col): (RowNum, ColNum), cell: &Cell) -> Result<(), XlsxError> {
        let Self { sheet, words, zone, looks, links } = self;
        match cell {
            Cell::Missing => return Ok(()),
            Cell::Link(url) if url.len() <= LONGEST.1 && *links < MOST_LINKS => {
                *links += 1;
                sheet.write_url(row, col, url.as_str())?
            }
            Cell::Metric(name) => sheet.write_string(row, col, words.of("metric", name))?,
            // A string cell is never a formula, whatever it begins with.
            Cell::Text(text) | Cell::Link(text) => sheet.write_string(row, col, fitting(text))?,
            Cell::Time(at) => {
                let there = zone.to_datetime(*at);
                match moment(there) {
                    Some(moment) => sheet.write_datetime_with_format(row, col, &moment, &looks.time)?,
                    None => sheet.write_string(row, col, there.to_string())?,
                }
            }
            Cell::Date(date) => match moment(date.at(0, 0, 0, 0)) {
                Some(moment) => sheet.write_datetime_with_format(row, col, &moment, &looks.date)?,
                None => sheet.write_string(row, col, date.to_string())?,
            },
            Cell::Count(number) | Cell::Rate(number) if number.unsigned_abs() > EXACT => {
                sheet.write_string(row, col, number.to_string())?
            }
            Cell::Count(number) => sheet.write_number_with_format(row, col, float(*number), &looks.count)?,
            Cell::Rate(points) => {
                sheet.write_number_with_format(row, col, float(*points) / 10_000.0, &looks.rate)?
            }
        };
        Ok(())
    }
}

/// Exact below [`EXACT`].
fn float(number: i64) -> f64 {
    number as f64
}

/// A time of the wall clock; `None` before 1900, which spreadsheets don't know.
fn moment(at: jiff::civil::DateTime) -> Option<ExcelDateTime> {
    let part = |value: i8| u8::try_from(value).ok();
    let date =
        ExcelDateTime::from_ymd(u16::try_from(at.year()).ok()?, part(at.month())?, part(at.day())?).ok()?;
    date.and_hms(u16::from(part(at.hour())?), part(at.minute())?, f64::from(at.second())).ok()
}

fn fitting(text: &str) -> String {
    let mut units = 0;
    let end = text.char_indices().find_map(|(at, c)| {
        units += c.len_utf16();
        (units >= LONGEST.0).then_some(at)
    });
    end.map_or_else(|| text.to_owned(), |end| format!("{}…", &text[..end]))
}

/// The second sheet: what the file is of, then what each number means and where it comes from.
fn explain(sheet: &mut Worksheet, table: &Table, words: &dyn Words, about: &About) -> Result<(), XlsxError> {
    let looks = Looks::new();
    let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    for (col, width) in [(0, 34.0), (1, 70.0), (2, 36.0), (3, 16.0), (4, 60.0)] {
        sheet.set_column_width(col, width)?;
    }
    let mut row: RowNum = 0;
    for (what, which) in about.lines(words) {
        sheet.write_string_with_format(row, 0, what, &looks.head)?;
        sheet.write_string(row, 1, fitting(&which))?;
        row += 1;
    }
    row += 1;
    for (col, name) in (0..).zip(["column", "meaning", "definition", "unit", "source"]) {
        sheet.write_string_with_format(row, col, words.of("report", name), &looks.head)?;
    }
    for metric in table.metrics() {
        row += 1;
        for (col, text) in (0..).zip(meaning(table, words, metric)) {
            sheet.write_string_with_format(row, col, fitting(&text), &wrapped)?;
        }
    }
    Ok(())
}

fn meaning(table: &Table, words: &dyn Words, metric: &Definition) -> [String; 5] {
    let sources = table.sources.get(metric.name).into_iter().flatten();
    [
        words.of("metric", metric.name),
        words.said(metric.meaning),
        format!("{}@{}", metric.name, metric.version),
        // As the cells show it.
        if metric.unit == "basis points" { "%".to_owned() } else { words.said(metric.unit) },
        sources.cloned().collect::<Vec<_>>().join(", "),
    ]
}
