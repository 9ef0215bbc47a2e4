//! The first rows of a published partition as plain values, within bounds.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use polars::prelude::{
    DataFrame, DataType, Engine, Expr, LazyFrame, PolarsError, PolarsResult, Schema, SchemaRef,
    TimeZone, col, len, lit,
};
use serde_json::Value;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use super::{Failure, Mill};
use crate::lake::{self, SourceError};
use crate::spec::{DatasetSpec, Format};
use crate::store::VersionRow;

/// How much of a partition is shown at most.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// So many rows.
    pub rows: u32,
    /// The first so many columns.
    pub columns: usize,
    /// Longer values are cut after so many bytes, and numbers that not every reader of JSON keeps
    /// exactly become text; with the greatest number, values stay as they are.
    pub cell: usize,
    /// Text files that are longer together are not read: they are read whole.
    pub text_bytes: i64,
    /// It takes no longer than this.
    pub patience: Duration,
}

impl Bounds {
    /// What is sent over a network.
    pub const NETWORK: Self = Self {
        rows: 500,
        columns: 200,
        cell: 4096,
        text_bytes: 16_000_000,
        patience: Duration::from_secs(5),
    };
    /// What a person at the machine asked for.
    pub const TERMINAL: Self = Self {
        rows: u32::MAX,
        columns: usize::MAX,
        cell: usize::MAX,
        text_bytes: i64::MAX,
        patience: Duration::from_hours(1),
    };
}

/// A column of what is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cells {
    /// Its name.
    pub name: String,
    /// Its type, in the words of a contract.
    pub kind: String,
    /// Whether its values are kept back.
    pub masked: bool,
}

/// The first rows of a partition.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    /// The columns, in order.
    pub columns: Vec<Cells>,
    /// The rows: a value for each column.
    pub rows: Vec<Vec<Value>>,
    /// How many more columns there are.
    pub more_columns: usize,
}

/// Why rows cannot be shown.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PreviewError {
    /// Nothing says which columns there are.
    #[error("the columns of `{0}` are not known; give it a contract, and see `tidemill check`")]
    NoColumns(String),
    /// The files of this version were deleted.
    #[error("the files of version {0} are gone: it was superseded long ago")]
    Gone(i64),
    /// A text file that is too long to be read whole.
    #[error("the first file has {0} bytes of text, too many to show its first rows")]
    TooLong(i64),
    /// It took too long.
    #[error("reading the first rows took longer than {0:?}")]
    TooSlow(Duration),
    /// A file of a source is not what it should be: the code, and why.
    #[error("{1}")]
    Source(&'static str, String),
    /// The files could not be read.
    #[error("could not read the files: {0}")]
    Read(String),
}

/// So many previews read at once: one that is given up on goes on reading for a while.
static READERS: Semaphore = Semaphore::const_new(4);

/// The first rows of a version, with masked columns kept back: they are not even read.
///
/// # Errors
///
/// When the columns are not known, the files are gone, too long, or cannot be read in time.
pub async fn first_rows(
    mill: &Arc<Mill>,
    dataset: usize,
    version: &VersionRow,
    bounds: Bounds,
) -> Result<Preview, PreviewError> {
    let paths = readable(mill, dataset, version, bounds)?;
    let columns = columns(mill, dataset)?;
    let (mill, runtime) = (Arc::clone(mill), Handle::current());
    let reading = async move {
        let permit = READERS.acquire().await;
        let read = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            read(&mill, dataset, &paths, &columns, bounds, &runtime)
        });
        read.await.map_err(|error| PreviewError::Read(error.to_string()))?
    };
    let read = tokio::time::timeout(bounds.patience, reading).await;
    read.map_err(|_| PreviewError::TooSlow(bounds.patience))?
}

/// The columns of a dataset: those of its contract, else those of its plan.
fn columns(mill: &Mill, dataset: usize) -> Result<SchemaRef, PreviewError> {
    let known = mill.verified.schemas[dataset].clone();
    known.ok_or_else(|| PreviewError::NoColumns(mill.catalog.dataset(dataset).name.to_string()))
}

/// The files to read, from the first on.
fn readable(
    mill: &Mill,
    dataset: usize,
    version: &VersionRow,
    bounds: Bounds,
) -> Result<Vec<String>, PreviewError> {
    if version.expired_at.is_some() {
        return Err(PreviewError::Gone(version.id));
    }
    let source = mill.catalog.dataset(dataset).source();
    if source.is_none_or(|source| source.format == Format::Parquet) {
        return Ok(version.paths.clone());
    }
    let mut bytes = 0_i64;
    let sizes = version.sizes.iter().take_while(|size| {
        bytes = bytes.saturating_add(**size);
        bytes <= bounds.text_bytes
    });
    let files = sizes.count();
    match version.sizes.first() {
        Some(size) if files == 0 => Err(PreviewError::TooLong(*size)),
        _ => Ok(version.paths[..files.min(version.paths.len())].to_vec()),
    }
}

fn read(
    mill: &Mill,
    dataset: usize,
    paths: &[String],
    schema: &SchemaRef,
    bounds: Bounds,
    runtime: &Handle,
) -> Result<Preview, PreviewError> {
    let failed = |error: PolarsError| PreviewError::Read(error.to_string());
    let spec = mill.catalog.dataset(dataset);
    let columns: Vec<Cells> = schema
        .iter()
        .take(bounds.columns)
        .map(|(name, dtype)| Cells {
            name: name.to_string(),
            kind: lake::describe(dtype),
            masked: spec.is_masked(name),
        })
        .collect();
    let frame = published_frame(mill, dataset, paths, schema, runtime).map_err(unreadable)?;
    let limited = frame.limit(bounds.rows);
    let open: Schema = schema
        .iter()
        .take(bounds.columns)
        .filter(|(name, _)| !spec.is_masked(name))
        .map(|(name, dtype)| (name.clone(), dtype.clone()))
        .collect();
    // Without any column a frame has no rows: then they are only counted.
    let chosen = if open.is_empty() { limited.select([len()]) } else { as_text(limited, &open) };
    let first = chosen.collect_with_engine(Engine::Streaming).map_err(failed)?.unwrap_single();
    let values = if open.is_empty() {
        let rows = first.columns().first().map(|rows| rows.get(0)).transpose().map_err(failed)?;
        let rows = rows.and_then(|rows| rows.extract::<usize>()).unwrap_or_default();
        vec![Value::Null; rows]
    } else {
        lines(first).map_err(failed)?
    };
    let row = |value: &Value| {
        let cell = |column: &Cells| match column.masked {
            true => Value::Null,
            false if bounds.cell == usize::MAX => value[column.name.as_str()].clone(),
            false => plain(&value[column.name.as_str()], bounds.cell),
        };
        columns.iter().map(cell).collect()
    };
    let rows = values.iter().map(row).collect();
    let more_columns = schema.len() - columns.len();
    Ok(Preview { columns, rows, more_columns })
}

/// What a source's own file says of itself may be told; what a store says may hold addresses.
fn unreadable(error: anyhow::Error) -> PreviewError {
    match error.downcast::<SourceError>() {
        Ok(error @ (SourceError::Text(_) | SourceError::Rejects { .. })) => {
            let Failure { code, message, .. } = error.into();
            PreviewError::Source(code, message)
        }
        Ok(error) => PreviewError::Read(error.to_string()),
        Err(error) => PreviewError::Read(format!("{error:#}")),
    }
}

/// A frame over files of a dataset. Blocks: the text files of a source are read at once.
///
/// # Errors
///
/// When a text file cannot be read, or the plan cannot be built.
pub fn published_frame(
    mill: &Mill,
    dataset: usize,
    paths: &[String],
    schema: &SchemaRef,
    runtime: &Handle,
) -> anyhow::Result<LazyFrame> {
    let spec = mill.catalog.dataset(dataset);
    if let (Some(source), Some(contract), Some(place)) =
        (spec.source(), &spec.about.contract, &mill.sources[dataset])
    {
        return Ok(lake::read(place, source, contract, paths, runtime)?.frame);
    }
    Ok(lake::scan(&mill.lake, paths, schema)?)
}

/// The profile of a version with what masked columns hold kept back, and a field that says so.
#[must_use]
pub fn open_profile(spec: &DatasetSpec, profile: &Value) -> Value {
    let Value::Array(columns) = profile else { return Value::Null };
    let open = |column: &Value| {
        let masked = column["name"].as_str().is_some_and(|name| spec.is_masked(name));
        let mut column = column.clone();
        if masked {
            for field in ["min", "max", "mean"] {
                column[field] = Value::Null;
            }
        }
        column["masked"] = Value::Bool(masked);
        column
    };
    Value::Array(columns.iter().map(open).collect())
}

/// Shapes rows for text: instants are written as ISO 8601 says, in UTC.
pub fn as_text(frame: LazyFrame, schema: &Schema) -> LazyFrame {
    let columns = schema.iter().map(|(name, dtype)| -> Expr {
        let column = col(name.clone());
        match dtype {
            DataType::Datetime(_, None) => column.dt().to_string("%Y-%m-%dT%H:%M:%S%.f"),
            DataType::Datetime(_, Some(_)) => {
                let utc = column.dt().convert_time_zone(TimeZone::UTC);
                (utc.dt().to_string("%Y-%m-%dT%H:%M:%S%.f") + lit("Z")).alias(name.clone())
            }
            DataType::Duration(_) => column.dt().to_string("iso"),
            _ => column,
        }
    });
    frame.select(columns.collect::<Vec<_>>())
}

/// Rows as JSON objects, with exact values.
fn lines(mut rows: DataFrame) -> PolarsResult<Vec<Value>> {
    if rows.height() == 0 {
        return Ok(Vec::new());
    }
    rows.rechunk_mut();
    let text = Shared::default();
    let mut out = text.clone();
    polars_io::json::BatchedWriter::new(&mut out).write_batch(&rows)?;
    let bytes = text.0.lock().unwrap_or_else(PoisonError::into_inner);
    let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let parsed = lines.map(|line| {
        serde_json::from_slice(line)
            .map_err(|error| PolarsError::ComputeError(error.to_string().into()))
    });
    parsed.collect()
}

/// Bytes in memory that the encoder writes to.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The greatest whole number that every reader of JSON keeps exactly.
const EXACT_MAX: u64 = (1 << 53) - 1;

/// A value that any reader of JSON keeps as it is: numbers too long for a double become text, and
/// long values are cut.
fn plain(value: &Value, bytes_max: usize) -> Value {
    match value {
        Value::Number(number) => {
            let exact = number.as_i64().map_or_else(
                || number.as_u64().is_none_or(|number| number <= EXACT_MAX),
                |number| number.unsigned_abs() <= EXACT_MAX,
            );
            if exact { value.clone() } else { Value::String(number.to_string()) }
        }
        Value::String(text) if bytes_max < text.len() => Value::String(cut(text, bytes_max)),
        Value::Array(_) | Value::Object(_) => {
            let text = value.to_string();
            if bytes_max < text.len() {
                Value::String(cut(&text, bytes_max))
            } else {
                value.clone()
            }
        }
        _ => value.clone(),
    }
}

fn cut(text: &str, bytes: usize) -> String {
    format!("{}…", &text[..text.floor_char_boundary(bytes)])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{cut, plain};

    #[test]
    fn values_arrive_as_they_are_or_say_that_they_were_cut() {
        assert_eq!(plain(&json!(9_007_199_254_740_991_i64), 10), json!(9_007_199_254_740_991_i64));
        assert_eq!(plain(&json!(9_007_199_254_740_992_i64), 10), json!("9007199254740992"));
        assert_eq!(plain(&json!(-9_007_199_254_740_993_i64), 10), json!("-9007199254740993"));
        assert_eq!(plain(&json!(0.1), 10), json!(0.1));
        assert_eq!(plain(&json!("0123456789a"), 10), json!("0123456789…"));
        assert_eq!(plain(&json!([1, 2]), 10), json!([1, 2]));
        assert_eq!(plain(&json!([1, 2, 3, 4, 5]), 10), json!("[1,2,3,4,5…"));
        assert_eq!(cut("aé", 2), "a…");
    }
}
