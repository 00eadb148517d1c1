//! Numbers as files, for pages and for programs: which format, in whose words, under which name.

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use carillon_domain::error::{AppError, FieldError};
use carillon_engine::Actor;
use carillon_engine::report::{self, Mark, Words};
use carillon_engine::usecase::analytics::Filter;
use carillon_engine::usecase::exports::{self, Which};
use jiff::civil::Date;

use crate::http::{App, Failure};
use crate::i18n::Tr;
use crate::web::account::Amount;

/// What a table can be taken away as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Text for every program.
    Csv,
    /// For spreadsheets.
    Xlsx,
}

impl Format {
    /// By the ending of a file name.
    pub fn parse(ending: &str) -> Option<Self> {
        match ending {
            "csv" => Some(Self::Csv),
            "xlsx" => Some(Self::Xlsx),
            _ => None,
        }
    }

    const fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }

    const fn mime(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// Texts of files in a language.
#[derive(Clone, Copy)]
pub struct Spoken(pub Tr);

impl Words for Spoken {
    fn of(&self, set: &'static str, name: &str) -> String {
        self.0.of(set, name)
    }

    fn said(&self, english: &str) -> String {
        self.0.said_or_english(english)
    }

    fn date(&self, date: Date) -> String {
        let month = self.0.of("month", &date.month().to_string());
        self.0.arg("day", date.day()).arg("month", month).arg("year", date.year()).tr("overview-date")
    }

    fn with(&self, set: &'static str, name: &str, arguments: &[(&'static str, String)]) -> String {
        let key = format!("{set}-{name}");
        let mut all = arguments.iter();
        let Some((first, value)) = all.next() else { return self.0.tr(&key) };
        all.fold(self.0.count(first, value), |with, (name, value)| with.count(name, value)).tr(&key)
    }

    fn day(&self, date: Date) -> String {
        let month = self.0.of("month", &date.month().to_string());
        self.0.arg("day", date.day()).arg("month", month).tr("download-day")
    }

    fn exact(&self, value: i64, unit: &str) -> String {
        Amount::of(self.0, value, unit).exact().to_owned()
    }

    fn short(&self, value: i64, unit: &str) -> String {
        Amount::of(self.0, value, unit).text().to_owned()
    }

    fn language(&self) -> &str {
        self.0.language()
    }
}

/// Answers with a table.
///
/// # Errors
/// As [`exports::table`].
pub async fn table(
    app: &App,
    actor: &Actor,
    words: Spoken,
    (which, format, mark): (Which<'_>, Format, Mark),
    filter: &Filter,
) -> Result<Response, Failure> {
    let room = report::room().await;
    let made = exports::table(&app.engine, actor, which, filter).await?;
    let file_name = made.about.file_name(made.table.name, format.ending());
    let bytes = made_aside(room, move || match format {
        Format::Csv => report::csv(&made.table, &words, &made.about.zone, mark),
        Format::Xlsx => report::xlsx(&made.table, &words, &made.about),
    })
    .await?;
    Ok(attachment(bytes, format.mime(), &file_name))
}

/// Answers with the report.
///
/// # Errors
/// As [`exports::report`].
pub async fn paper(app: &App, actor: &Actor, words: Spoken, filter: &Filter) -> Result<Response, Failure> {
    let room = report::room().await;
    let made = exports::report(&app.engine, actor, filter).await?;
    let file_name = made.about.file_name("report", "pdf");
    let bytes = made_aside(room, move || report::pdf(&made, &words)).await?;
    Ok(attachment(bytes, "application/pdf", &file_name))
}

/// Answers with the raw history.
///
/// # Errors
/// As [`exports::history`].
pub async fn history(app: &App, actor: &Actor, filter: &Filter) -> Result<Response, Failure> {
    let room = report::room().await;
    let made = exports::history(&app.engine, actor, filter, room).await?;
    let file_name = made.about.file_name("history", "parquet");
    Ok(attachment(made.bytes, "application/vnd.apache.parquet", &file_name))
}

/// Answers with a CSV that is made already.
pub fn csv(bytes: Vec<u8>, name: &str) -> Response {
    attachment(bytes, Format::Csv.mime(), name)
}

/// Answers with a report that was made before.
pub fn kept(bytes: axum::body::Bytes, name: &str) -> Response {
    attachment(bytes, "application/pdf", name)
}

/// Makes a file where it keeps no request waiting. It has its room until it is made, also when nobody waits for it any more: it and its
/// rows are in memory.
async fn made_aside<R: Send + 'static, T: Send + 'static>(
    room: R,
    make: impl FnOnce() -> Result<T, AppError> + Send + 'static,
) -> Result<T, AppError> {
    let making = move || {
        let _room = room;
        make()
    };
    tokio::task::spawn_blocking(making).await.map_err(AppError::internal)?
}

/// A file that browsers keep and don't show. Its name is made of letters, digits and `-`: see `carillon_engine::report::About::file_name`.
fn attachment(bytes: impl Into<Body>, mime: &'static str, name: &str) -> Response {
    let mut response = Response::new(bytes.into());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(mime));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// A format that there is not.
pub fn unknown_format(wanted: &str) -> AppError {
    let message = format!("There is no format `{wanted}`. Ask for `csv`, `xlsx`, `pdf` or `parquet`.");
    AppError::Invalid(vec![FieldError::new("format", "unknown", message)])
}
