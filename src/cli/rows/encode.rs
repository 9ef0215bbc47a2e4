//! Batches of rows as text or Parquet, with exact values.

use std::io::{BufWriter, Write};

use anyhow::Result;
use polars::prelude::{
    CsvWriter, DataFrame, LazyFrame, ParquetCompression, ParquetWriter, Schema, SchemaRef,
    SerWriter,
};
use polars_io::json::BatchedWriter as JsonLines;
use polars_io::parquet::write::BatchedWriter as Parquet;

use crate::cli::args::ExportFormat;
use crate::cli::fault::Fault;
use crate::engine;

/// Rows are encoded this many at a time, however they arrive.
const GROUP: usize = 1 << 17;

/// Where encoded bytes go.
type Out = Box<dyn Write + Send>;

/// Encodes batches one after the other.
pub(super) struct Encoder {
    kind: Kind,
    pending: DataFrame,
    rows: u64,
}

enum Kind {
    Csv { out: BufWriter<Out>, has_header: bool },
    NdJson(BufWriter<Out>),
    Parquet(Box<Parquet<Out>>),
}

impl Encoder {
    /// An encoder of rows with these columns, as [`shape`] makes them.
    pub(super) fn new(format: ExportFormat, out: Out, schema: &SchemaRef) -> Result<Self> {
        let kind = match format {
            ExportFormat::Csv => Kind::Csv { out: BufWriter::new(out), has_header: false },
            ExportFormat::Ndjson => Kind::NdJson(BufWriter::new(out)),
            ExportFormat::Parquet => {
                let writer = ParquetWriter::new(out)
                    .with_compression(ParquetCompression::Zstd(None))
                    .batched(schema)?;
                Kind::Parquet(Box::new(writer))
            }
        };
        let pending = DataFrame::empty_with_schema(schema);
        Ok(Self { kind, pending, rows: 0 })
    }

    /// Takes a batch.
    pub(super) fn take(&mut self, batch: DataFrame) -> Result<()> {
        self.rows += batch.height() as u64;
        self.pending.vstack_mut_owned(batch)?;
        while GROUP <= self.pending.height() {
            let (group, rest) = self.pending.split_at(GROUP as i64);
            self.pending = rest;
            self.encode(group)?;
        }
        Ok(())
    }

    /// Encodes what is left, and says how many rows there were.
    pub(super) fn finish(mut self) -> Result<u64> {
        let last = std::mem::take(&mut self.pending);
        // Without any row, CSV still has its header.
        if 0 < last.height() || self.rows == 0 {
            self.encode(last)?;
        }
        match self.kind {
            Kind::Csv { mut out, .. } | Kind::NdJson(mut out) => out.flush()?,
            Kind::Parquet(writer) => {
                writer.finish()?;
            }
        }
        Ok(self.rows)
    }

    fn encode(&mut self, mut group: DataFrame) -> Result<()> {
        group.rechunk_mut();
        match &mut self.kind {
            Kind::Csv { out, has_header } => {
                let mut writer = CsvWriter::new(out).include_header(!*has_header);
                writer.finish(&mut group)?;
                *has_header = true;
            }
            Kind::NdJson(out) => {
                if 0 < group.height() {
                    JsonLines::new(out).write_batch(&group)?;
                }
            }
            Kind::Parquet(writer) => {
                if 0 < group.height() {
                    writer.write_batch(&group)?;
                }
            }
        }
        Ok(())
    }
}

/// Shapes rows for a format: in text, instants are written as ISO 8601 says, in UTC.
pub(super) fn shape(frame: LazyFrame, schema: &Schema, format: ExportFormat) -> LazyFrame {
    if format == ExportFormat::Parquet {
        return frame;
    }
    engine::as_text(frame, schema)
}

/// Whether rows with these columns can be written so.
///
/// # Errors
///
/// When a column of lists or fields is to be CSV.
pub(super) fn check(name: &str, schema: &Schema, format: ExportFormat) -> Result<(), Fault> {
    let nested = schema.iter().find(|(_, dtype)| dtype.is_nested());
    match nested {
        Some((column, _)) if format == ExportFormat::Csv => {
            let message = format!("CSV has no room for `{column}` of `{name}`, which is nested");
            Err(Fault {
                code: None,
                message,
                hint: Some("try `--format ndjson`".to_owned()),
                details: None,
            })
        }
        _ => Ok(()),
    }
}
