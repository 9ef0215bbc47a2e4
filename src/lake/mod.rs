//! Where partitions live: everything that knows Polars and object stores.

pub mod probe;
pub mod text;
pub mod write;
