//! Writing one partition: a plan goes in, a staged Parquet object and its profile come out.
//!
//! An attempt writes to an object of its own, and nothing else names that object until the attempt
//! commits. So the only duty here is that a returned [`Staged`] describes a whole object, and that
//! a failure leaves none behind that looks whole.

mod content;
mod cut;
mod disk;
mod durable;
mod extent;
mod part;
mod profile;
mod sketch;
mod split;
mod stage;
mod upload;
mod watch;
mod whole;

#[cfg(test)]
mod cost;
#[cfg(test)]
mod tests;

pub use content::content_of;
pub(super) use content::row_hashes;
pub use cut::Cut;
pub(super) use disk::Folder;
pub use profile::ColumnProfile;
pub use split::stage_split;
pub use stage::{Staged, stage};

use polars::prelude::PolarsError;

/// Why a partition was not staged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The attempt was told to stop.
    #[error("could not finish the partition: the attempt was stopped")]
    Stopped,
    /// The plan failed: a data error, or a plan that does not resolve.
    #[error("could not run the plan: {0}")]
    Plan(#[source] PolarsError),
    /// Job code or the engine panicked.
    #[error("could not run the plan: it panicked: {0}")]
    Panic(String),
    /// A batch did not have the columns the plan resolved to.
    #[error(
        "could not run the plan: it promised `{promised}` and produced `{produced}`; \
         give the closure its true output schema"
    )]
    Schema {
        /// The columns and types the plan resolved to.
        promised: String,
        /// The columns and types of the batch.
        produced: String,
    },
    /// The column that says which partition a row belongs to is not there, or of another type.
    #[error("could not tell partitions apart: column `{column}` is {found}")]
    Uncut {
        /// The column.
        column: String,
        /// Its type, or that it is missing.
        found: String,
    },
    /// A row belongs to none of the partitions that are made.
    #[error("a row belongs to none of the partitions that are made: its `{column}` is {value}")]
    Outside {
        /// The column that says which partition a row belongs to.
        column: String,
        /// What it says.
        value: String,
    },
    /// The rows could not be encoded as Parquet.
    #[error("could not encode `{path}`: {source}")]
    Encode {
        /// Where the object was to be.
        path: String,
        /// What the encoder said.
        source: PolarsError,
    },
    /// The object store refused or lost the object.
    #[error("could not store `{path}`: {source}")]
    Store {
        /// Where the object was to be.
        path: String,
        /// What the store said.
        source: object_store::Error,
    },
    /// The local disk did not make the object durable.
    #[error("could not make `{path}` durable: {source}")]
    Durable {
        /// Where the object is.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The store holds an object of another size than was sent.
    #[error("could not store `{path}`: {sent} bytes were sent and the store holds {held}")]
    Size {
        /// Where the object was to be.
        path: String,
        /// How many bytes were sent.
        sent: u64,
        /// How many bytes the store says it holds.
        held: u64,
    },
}
