//! Frames over files that something else wrote.

use std::fs::File;
use std::io::Write;
use std::sync::Arc;

use object_store::ObjectStoreExt;
use object_store::path::Path;
use polars::prelude::{IntoLazy, LazyFrame};
use tokio::runtime::Handle;

use super::text::{self, Reject, TextFormat, TextReader};
use super::{Place, scan, schema};
use crate::spec::{Contract, Format, RejectLimit, SourceSpec};

/// What was read of a source.
pub struct SourceFrame {
    /// Its rows, as the contract types them.
    pub frame: LazyFrame,
    /// How many rows could not be read.
    pub rejected: u64,
    /// Those rows, or the first of them.
    pub rejects: Vec<Reject>,
}

/// Why files of a source cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// A file is broken.
    #[error("TM0502: {0}")]
    Text(#[from] text::Error),
    /// A file cannot be opened.
    #[error("TM0502: could not open `{path}`: {why}")]
    Open {
        /// The file.
        path: String,
        /// What happened.
        why: String,
    },
    /// The scan cannot be planned.
    #[error("TM0502: could not scan the source: {0}")]
    Scan(#[from] polars::prelude::PolarsError),
    /// Too many rows could not be read.
    #[error(
        "TM0501: {rejected} of {rows} rows could not be read, more than {limit}; the first: \
         {file} line {line}: {reason}"
    )]
    Rejects {
        /// How many could not.
        rejected: u64,
        /// Of how many.
        rows: u64,
        /// What is allowed.
        limit: String,
        /// The first one's file.
        file: String,
        /// Its line.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
}

/// Reads these files of a source.
///
/// Blocks: call it where blocking is allowed.
///
/// # Errors
///
/// When a file cannot be opened or is broken, or too many rows could not be read.
pub fn read(
    place: &Place,
    source: &SourceSpec,
    contract: &Contract,
    files: &[String],
    runtime: &Handle,
) -> Result<SourceFrame, SourceError> {
    let format = match source.format {
        Format::Parquet => {
            let frame = scan(place, files, &Arc::new(schema(contract)))?;
            return Ok(SourceFrame { frame, rejected: 0, rejects: Vec::new() });
        }
        Format::Csv { delimiter } => TextFormat::Csv { delimiter, header: true },
        Format::NdJson => TextFormat::NdJson,
    };
    let mut reader = TextReader::new(contract, format);
    for path in files {
        let fail = |why: String| SourceError::Open { path: place.full_path(path), why };
        if place.is_local() {
            let file =
                File::open(place.full_path(path)).map_err(|error| fail(error.to_string()))?;
            reader.read(path, file)?;
        } else {
            let object = Path::parse(path).map_err(|error| fail(error.to_string()))?;
            let bytes = runtime
                .block_on(async { place.store().get(&object).await?.bytes().await })
                .map_err(|error| fail(error.to_string()))?;
            reader.read(path, &bytes[..])?;
        }
    }
    let table = reader.finish()?;
    let allowed = match source.rejects {
        RejectLimit::Rows(rows) => rows,
        RejectLimit::Share(share) => (table.rows_seen as f64 * share).floor() as u64,
    };
    if let Some(first) = table.rejects.first()
        && allowed < table.rejected
    {
        let limit = match source.rejects {
            RejectLimit::Rows(rows) => format!("the {rows} allowed"),
            RejectLimit::Share(share) => format!("the {} % allowed", share * 100.0),
        };
        return Err(SourceError::Rejects {
            rejected: table.rejected,
            rows: table.rows_seen,
            limit,
            file: first.file.clone(),
            line: first.line,
            reason: first.reason.clone(),
        });
    }
    let frame = table.frame.lazy();
    Ok(SourceFrame { frame, rejected: table.rejected, rejects: table.rejects })
}

/// Unreadable rows as lines of JSON: file, line, reason, text.
#[must_use]
pub fn rejects_file(rejects: &[Reject]) -> Vec<u8> {
    let mut lines = Vec::new();
    for reject in rejects {
        let row = serde_json::json!({
            "file": reject.file,
            "line": reject.line,
            "reason": reject.reason,
            "text": reject.text,
        });
        writeln!(lines, "{row}").expect("a vector takes every byte");
    }
    lines
}
