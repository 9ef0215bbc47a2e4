//! Tidemill.

pub mod model;
pub mod spec;
pub mod plan;
pub mod lake;
pub mod job;
pub mod store;
pub mod engine;
pub mod api;
pub mod cli;
pub mod cluster;
pub mod testing;
pub mod codes;
pub mod clock;
pub mod config;
pub mod telemetry;

/// Everything a file that declares jobs needs.
pub mod prelude {
    pub use crate::spec::{Contract, Type};
}
