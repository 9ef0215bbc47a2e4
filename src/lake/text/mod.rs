//! Reading source files of text without losing a row silently.
//!
//! Every record of a file ends in one of two places: in the frame, typed by the contract, or among
//! the rejects, with its line and the reason. A file that cannot be read to its end is an error,
//! never a shorter table.

mod cell;
mod columns;
mod csv;
mod decode;
mod ndjson;
mod nested;
mod reader;
mod time;

#[cfg(test)]
mod tests;

pub use reader::TextReader;

use polars::prelude::{DataFrame, PolarsError};

/// How a text file is laid out; compression is recognised from the bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextFormat {
    /// Separated values, quoted with `"`; a quoted value may span lines. Empty is null.
    Csv {
        /// What separates the values.
        delimiter: u8,
        /// Whether the first record names the columns. Names are matched in any order, columns
        /// the contract does not name are ignored, and columns the file lacks are null. A header
        /// that lacks a required column, or names none of the contract, is that of another file.
        /// Without a header the columns are those of the contract, in its order.
        header: bool,
    },
    /// One JSON object per line; a missing key is null, a key the contract does not name is
    /// ignored, and the last of two equal keys counts.
    NdJson,
}

/// A record that is not in the frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// The file it came from.
    pub file: String,
    /// The line its record starts on, counted from 1.
    pub line: u64,
    /// Why it was rejected.
    pub reason: String,
    /// The record as it was written, cut after 4 KiB.
    pub text: String,
}

/// What the files held.
#[derive(Clone, Debug)]
pub struct TextTable {
    /// The accepted records in file order, with the columns of the contract in its order.
    pub frame: DataFrame,
    /// The first 10,000 records that were rejected.
    pub rejects: Vec<Reject>,
    /// How many records were rejected in all.
    pub rejected: u64,
    /// How many records there were: those in the frame and those rejected.
    pub rows_seen: u64,
    /// Columns of the contract that the header of some file did not name.
    pub missing_columns: Vec<String>,
}

/// Why a file could not be read to its end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes could not be read or decompressed.
    #[error("could not read `{file}`: {source}; if the file was cut short, land it again")]
    Read {
        /// The file.
        file: String,
        /// What failed.
        source: std::io::Error,
    },
    /// The header names a column twice, lacks one that is required, names none of the contract, or
    /// a quote in it is never closed.
    #[error("could not read the header of `{file}`: {reason}")]
    Header {
        /// The file.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// One record is larger than a record can be.
    #[error(
        "could not read `{file}`: the record on line {line} is longer than 16 MiB; \
         look for a quote that is opened and not closed"
    )]
    TooLong {
        /// The file.
        file: String,
        /// The line the record starts on.
        line: u64,
    },
    /// An earlier file failed half-way, so the table would be short.
    #[error("could not finish the table: `{file}` was not read to its end")]
    Unfinished {
        /// The file that failed.
        file: String,
    },
    /// Accepted values did not fit their column, which is a defect of this module.
    #[error("could not build the table: {0}")]
    Build(#[from] PolarsError),
}
