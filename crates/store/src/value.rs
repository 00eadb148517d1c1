//! Typed parameters, which both engines understand.

use carillon_domain::id::{Id, Kind};
use carillon_domain::time::Timestamp;
use uuid::Uuid;

use crate::StoreError;

/// A parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `bigint`.
    Int(Option<i64>),
    /// `text`.
    Text(Option<String>),
    /// `blob` or `bytea`.
    Blob(Option<Vec<u8>>),
    /// `uuid`, or a blob of 16 bytes.
    Uuid(Option<Uuid>),
    /// `boolean`.
    Bool(Option<bool>),
    /// `double precision`.
    Float(Option<f64>),
    /// A column of them, for statements of PostgreSQL that are about many rows; see [`Value::columns`].
    Ints(Vec<Option<i64>>),
    /// A column of texts.
    Texts(Vec<Option<String>>),
    /// A column of ids.
    Uuids(Vec<Option<Uuid>>),
    /// A column of truths.
    Bools(Vec<Option<bool>>),
}

impl Value {
    /// The parameters of many rows, as the columns that `unnest` makes rows of again.
    ///
    /// # Errors
    /// [`StoreError::Config`] when the rows differ in length or types: a mistake of ours.
    pub(crate) fn columns(rows: Vec<Vec<Self>>) -> Result<Vec<Self>, StoreError> {
        let mut rows = rows.into_iter();
        let Some(first) = rows.next() else { return Ok(Vec::new()) };
        let mut columns = first.into_iter().map(Self::column).collect::<Result<Vec<_>, _>>()?;
        for row in rows {
            if row.len() != columns.len() {
                return Err(StoreError::Config("rows of different lengths".to_owned()));
            }
            for (column, value) in columns.iter_mut().zip(row) {
                column.append(value)?;
            }
        }
        Ok(columns)
    }

    fn column(self) -> Result<Self, StoreError> {
        Ok(match self {
            Self::Int(value) => Self::Ints(vec![value]),
            Self::Text(value) => Self::Texts(vec![value]),
            Self::Uuid(value) => Self::Uuids(vec![value]),
            Self::Bool(value) => Self::Bools(vec![value]),
            other => return Err(StoreError::Config(format!("no column of {other:?}"))),
        })
    }

    fn append(&mut self, value: Self) -> Result<(), StoreError> {
        match (self, value) {
            (Self::Ints(column), Self::Int(value)) => column.push(value),
            (Self::Texts(column), Self::Text(value)) => column.push(value),
            (Self::Uuids(column), Self::Uuid(value)) => column.push(value),
            (Self::Bools(column), Self::Bool(value)) => column.push(value),
            (_, value) => return Err(StoreError::Config(format!("{value:?} is of another type"))),
        }
        Ok(())
    }
}

/// Builds a list of parameters.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::Value::from($value)),*] };
}

macro_rules! values {
    ($($variant:ident($type:ty) from $($source:ty => $convert:expr),+;)*) => {$($(
        impl From<$source> for Value {
            fn from(value: $source) -> Self {
                let convert: fn($source) -> $type = $convert;
                Self::$variant(Some(convert(value)))
            }
        }
        impl From<Option<$source>> for Value {
            fn from(value: Option<$source>) -> Self {
                let convert: fn($source) -> $type = $convert;
                Self::$variant(value.map(convert))
            }
        }
    )+)*};
}

values! {
    Int(i64) from i64 => |v| v, i32 => i64::from, u32 => i64::from, u16 => i64::from,
        // What is counted here (bytes, milliseconds) stays far below 2⁶³.
        u64 => |v| i64::try_from(v).unwrap_or(i64::MAX), Timestamp => Timestamp::as_microsecond;
    Text(String) from String => |v| v, &str => str::to_owned, &String => String::clone,
        serde_json::Value => |v| v.to_string(), &serde_json::Value => |v| v.to_string();
    Blob(Vec<u8>) from Vec<u8> => |v| v, &[u8] => <[u8]>::to_vec;
    Uuid(Uuid) from Uuid => |v| v;
    Bool(bool) from bool => |v| v;
    Float(f64) from f64 => |v| v;
}

impl<K: Kind> From<Id<K>> for Value {
    fn from(id: Id<K>) -> Self {
        Self::Uuid(Some(id.uuid()))
    }
}
impl<K: Kind> From<Option<Id<K>>> for Value {
    fn from(id: Option<Id<K>>) -> Self {
        Self::Uuid(id.map(Id::uuid))
    }
}
