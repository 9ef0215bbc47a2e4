//! (stub)

pub mod probe;
