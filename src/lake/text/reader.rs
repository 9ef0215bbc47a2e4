//! Files go in one after another; one table comes out.

use std::borrow::Cow;
use std::io::Read;

use polars::prelude::DataFrame;

use super::cell::Cell;
use super::columns::Batch;
use super::{Error, Reject, TextFormat, TextTable, csv, decode, ndjson};
use crate::spec::{Column, Contract};

/// Rows per batch: the text of a large file is never in memory as a whole.
const BATCH: usize = 1 << 16;
const REJECTS_MAX: usize = 10_000;
const REJECT_TEXT_MAX: usize = 4 << 10;
const VALUE_TEXT_MAX: usize = 100;

/// The longest record, which is also the most text held in memory at once.
pub(super) const RECORD_MAX: usize = 16 << 20;

/// Reads text files into a table typed by a contract.
///
/// ```
/// use tidemill::lake::text::{TextFormat, TextReader};
/// use tidemill::prelude::*;
///
/// let contract = Contract::new([("id", Type::Int64), ("name", Type::String)]).required(["id"]);
/// let mut reader = TextReader::new(&contract, TextFormat::Csv { delimiter: b',', header: true });
/// reader.read("people.csv", "id,name\n1,Ada\nx,Bob\n".as_bytes())?;
/// let table = reader.finish()?;
///
/// assert_eq!(table.frame.height(), 1);
/// assert_eq!(table.rejects[0].line, 3);
/// assert_eq!(table.rejects[0].reason, "column `id` is `x`, not an int64");
/// # Ok::<(), tidemill::lake::text::Error>(())
/// ```
pub struct TextReader {
    format: TextFormat,
    rows: Rows,
    /// The file that failed, if one did: a table without the rest of it must not be finished.
    failed: Option<String>,
}

impl TextReader {
    /// A reader that has read nothing yet.
    #[must_use]
    pub fn new(contract: &Contract, format: TextFormat) -> Self {
        Self { format, rows: Rows::new(contract), failed: None }
    }

    /// Appends the records of one file, in their order.
    ///
    /// # Errors
    ///
    /// When the file cannot be read to its end, when its header names a column twice, is not that
    /// of the contract or leaves a quote open, or when a CSV record is longer than 16 MiB. The
    /// reader is of no use afterwards.
    pub fn read(&mut self, file_name: &str, bytes: impl Read) -> Result<(), Error> {
        let outcome = self.read_whole(file_name, bytes);
        if outcome.is_err() {
            self.failed = Some(file_name.to_owned());
        }
        outcome
    }

    fn read_whole(&mut self, file: &str, bytes: impl Read) -> Result<(), Error> {
        let source =
            decode::open(bytes).map_err(|source| Error::Read { file: file.to_owned(), source })?;
        match self.format {
            TextFormat::Csv { delimiter, header } => {
                csv::read(file, source, delimiter, header, &mut self.rows)
            }
            TextFormat::NdJson => ndjson::read(file, source, &mut self.rows),
        }
    }

    /// The table of all files read.
    ///
    /// # Errors
    ///
    /// When a file failed before.
    pub fn finish(self) -> Result<TextTable, Error> {
        match self.failed {
            Some(file) => Err(Error::Unfinished { file }),
            None => self.rows.finish(),
        }
    }
}

/// Where a record was found.
pub(super) struct Place<'a> {
    pub(super) file: &'a str,
    pub(super) line: u64,
    pub(super) raw: &'a [u8],
}

/// The two places a record can go to; each call counts one record.
pub(super) struct Rows {
    columns: Vec<Column>,
    missing: Vec<bool>,
    batch: Batch,
    frame: DataFrame,
    rejects: Vec<Reject>,
    rejected: u64,
    seen: u64,
}

impl Rows {
    fn new(contract: &Contract) -> Self {
        let columns = contract.columns().to_vec();
        Self {
            missing: vec![false; columns.len()],
            batch: Batch::new(&columns, 0),
            frame: DataFrame::empty_with_schema(&crate::lake::schema(contract)),
            columns,
            rejects: Vec::new(),
            rejected: 0,
            seen: 0,
        }
    }

    pub(super) fn columns(&self) -> &[Column] {
        &self.columns
    }

    pub(super) fn note_missing(&mut self, column: usize) {
        self.missing[column] = true;
    }

    /// Takes a row if every column has a cell and every required one a value.
    pub(super) fn take(
        &mut self,
        place: &Place<'_>,
        cells: Result<Vec<Cell<'_>>, String>,
    ) -> Result<(), Error> {
        match cells.and_then(|cells| self.complete(cells)) {
            Ok(cells) => self.accept(cells),
            Err(reason) => {
                self.reject(place, reason);
                Ok(())
            }
        }
    }

    fn complete<'a>(&self, cells: Vec<Cell<'a>>) -> Result<Vec<Cell<'a>>, String> {
        let pairs = self.columns.iter().zip(&cells);
        for (column, cell) in pairs {
            if !column.nullable && *cell == Cell::Null {
                return Err(format!("column `{}` is null, the contract requires it", column.name));
            }
        }
        Ok(cells)
    }

    fn accept(&mut self, cells: Vec<Cell<'_>>) -> Result<(), Error> {
        self.seen += 1;
        self.batch.push(cells);
        if BATCH <= self.batch.height() {
            self.flush(BATCH)?;
        }
        Ok(())
    }

    pub(super) fn reject(&mut self, place: &Place<'_>, reason: String) {
        self.seen += 1;
        self.rejected += 1;
        if REJECTS_MAX <= self.rejects.len() {
            return;
        }
        let end = place.raw.len().min(REJECT_TEXT_MAX);
        self.rejects.push(Reject {
            file: place.file.to_owned(),
            line: place.line,
            reason,
            text: String::from_utf8_lossy(&place.raw[..end]).into_owned(),
        });
    }

    fn flush(&mut self, capacity: usize) -> Result<(), Error> {
        let next = Batch::new(&self.columns, capacity);
        let full = std::mem::replace(&mut self.batch, next);
        self.frame.vstack_mut_owned(full.finish(&self.columns)?)?;
        Ok(())
    }

    fn finish(mut self) -> Result<TextTable, Error> {
        if 0 < self.batch.height() {
            self.flush(0)?;
        }
        let pairs = self.columns.into_iter().zip(self.missing);
        let missing_columns =
            pairs.filter(|(_, missing)| *missing).map(|(column, _)| column.name).collect();
        Ok(TextTable {
            frame: self.frame,
            rejects: self.rejects,
            rejected: self.rejected,
            rows_seen: self.seen,
            missing_columns,
        })
    }
}

/// Why a value was not converted: ``column `Quantity` is `abc`, not an int64``.
pub(super) fn mismatch(column: &Column, text: &str) -> String {
    let kind = column.kind.to_string();
    let article = if kind.starts_with('i') { "an" } else { "a" };
    let text = match text.char_indices().nth(VALUE_TEXT_MAX) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    };
    format!("column `{}` is `{text}`, not {article} {kind}", column.name)
}
