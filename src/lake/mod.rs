//! Where partitions live: reading source files, writing partitions.

pub mod text;
pub mod write;
