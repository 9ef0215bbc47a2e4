//! What people implement: jobs as code, and the project they are declared in.

mod body;
mod builder;
mod context;
mod error;
mod fusable;
mod project;
mod verify;

pub use body::{Body, ExportFn, LoadFn, TransformFn};
pub use builder::{Export, Job, Load, Transform};
pub use context::Context;
pub use error::{ForGood, JobError, JobResult};
pub use project::Project;
pub use verify::{Verified, verify};

use polars::prelude::{DataType, Field, Schema};

/// The columns of an export's receipts: what was taken out, under which key.
#[must_use]
pub fn receipt_schema() -> Schema {
    Schema::from_iter([
        Field::new("idempotency_key".into(), DataType::String),
        Field::new("rows".into(), DataType::Int64),
    ])
}
