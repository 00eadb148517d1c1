//! The history as Parquet: a row for each snapshot, in the format that data tools read by themselves.
//!
//! What a look did not give has no row, and what is not known of a row is null; nothing is zero because it is missing. Rows are written group
//! by group, so no more than one group of them is held beside the file.

use std::io::Write;
use std::sync::Arc;

use carillon_domain::error::AppError;
use carillon_store::repo::snapshot::Kept;
use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DataType, Int32Type, Int64Type};
use parquet::errors::{ParquetError, Result as Written};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

use super::About;

/// Most rows of one file, which is held in memory until it is sent.
pub const MOST_SNAPSHOTS: usize = 1_000_000;

/// Its columns. Times are instants, in microseconds UTC.
const SCHEMA: &str = "message history {
  required binary account_id (STRING);
  required binary network (STRING);
  required binary handle (STRING);
  required binary subject (STRING);
  required binary subject_id (STRING);
  optional binary remote_id (STRING);
  optional int64 published_at (TIMESTAMP(MICROS,true));
  required binary metric (STRING);
  required int64 value;
  required int64 as_of (TIMESTAMP(MICROS,true));
  required binary source (STRING);
  required int32 definition;
}";

/// The account of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whose {
    /// Its id.
    pub id: String,
    /// Its network.
    pub network: String,
    /// What it is called now.
    pub handle: String,
    /// The network's id of it.
    pub remote_id: String,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The account.
    pub whose: Arc<Whose>,
    /// The id of a post of it; `None` for its own totals.
    pub post: Option<String>,
    /// The snapshot.
    pub kept: Kept,
}

impl Line {
    fn subject(&self) -> &'static str {
        if self.post.is_some() { "post" } else { "account" }
    }

    fn remote_id(&self) -> Option<&str> {
        if self.post.is_some() { self.kept.remote_id.as_deref() } else { Some(&self.whose.remote_id) }
    }
}

/// A file that is being written.
pub struct History(SerializedFileWriter<Vec<u8>>);

impl History {
    /// Begins one. What it is of stands in its metadata.
    ///
    /// # Errors
    /// None are known: it is written to memory.
    pub fn new(about: &About) -> Result<Self, AppError> {
        let note = |key: &str, value: String| KeyValue::new(key.to_owned(), value);
        let mut notes = vec![
            note("carillon.workspace", about.workspace.clone()),
            note("carillon.zone", about.zone.iana_name().unwrap_or("UTC").to_owned()),
            note("carillon.as_of", about.as_of.to_string()),
        ];
        if let Some(period) = &about.period {
            notes.push(note("carillon.from", period.from.to_string()));
            notes.push(note("carillon.to", period.to.to_string()));
        }
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_key_value_metadata(Some(notes))
            .build();
        let schema = Arc::new(parse_message_type(SCHEMA).map_err(AppError::internal)?);
        let file = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties));
        file.map(Self).map_err(AppError::internal)
    }

    /// Writes a group of rows.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn add(&mut self, lines: &[Line]) -> Result<(), AppError> {
        self.group(lines).map_err(AppError::internal)
    }

    /// The file.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn finish(self) -> Result<Vec<u8>, AppError> {
        self.0.into_inner().map_err(AppError::internal)
    }

    /// The columns in the order of [`SCHEMA`].
    fn group(&mut self, lines: &[Line]) -> Written<()> {
        let mut group = self.0.next_row_group()?;
        let each = || lines.iter();
        texts(&mut group, each().map(|line| line.whose.id.as_str()))?;
        texts(&mut group, each().map(|line| line.whose.network.as_str()))?;
        texts(&mut group, each().map(|line| line.whose.handle.as_str()))?;
        texts(&mut group, each().map(Line::subject))?;
        texts(&mut group, each().map(|line| line.post.as_deref().unwrap_or(&line.whose.id)))?;
        some::<ByteArrayType, _>(&mut group, each().map(|line| line.remote_id().map(ByteArray::from)))?;
        let published = |line: &Line| line.kept.published_at.map(|at| at.as_microsecond());
        some::<Int64Type, _>(&mut group, each().map(published))?;
        texts(&mut group, each().map(|line| line.kept.key.metric.as_str()))?;
        let values: Vec<_> = each().map(|line| line.kept.value).collect();
        column::<Int64Type, _>(&mut group, &values, None)?;
        let times: Vec<_> = each().map(|line| line.kept.key.as_of.as_microsecond()).collect();
        column::<Int64Type, _>(&mut group, &times, None)?;
        texts(&mut group, each().map(|line| line.kept.native.as_str()))?;
        let version = |line: &Line| i32::try_from(line.kept.definition).unwrap_or(i32::MAX);
        let versions: Vec<_> = each().map(version).collect();
        column::<Int32Type, _>(&mut group, &versions, None)?;
        group.close().map(drop)
    }
}

/// The next column, of texts that are all there.
fn texts<'t, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: impl Iterator<Item = &'t str>,
) -> Written<()> {
    let values: Vec<_> = values.map(ByteArray::from).collect();
    column::<ByteArrayType, W>(group, &values, None)
}

/// The next column, of values that may be missing.
fn some<T: DataType, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: impl Iterator<Item = Option<T::T>>,
) -> Written<()> {
    let (mut there, mut levels) = (Vec::new(), Vec::new());
    for value in values {
        levels.push(i16::from(value.is_some()));
        there.extend(value);
    }
    column::<T, W>(group, &there, Some(&levels))
}

/// The next column. A level says of each row whether its value is there.
fn column<T: DataType, W: Write + Send>(
    group: &mut SerializedRowGroupWriter<'_, W>,
    values: &[T::T],
    levels: Option<&[i16]>,
) -> Written<()> {
    let next = group.next_column()?;
    let mut column = next.ok_or_else(|| ParquetError::General("there is no such column".to_owned()))?;
    column.typed::<T>().write_batch(values, levels, None)?;
    column.close()
}
