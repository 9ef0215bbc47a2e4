//! What people implement: jobs as code, and the project they are declared in.

mod body;
mod builder;
mod context;
mod error;
mod project;

pub use body::{Body, ExportFn, LoadFn, TransformFn};
pub use builder::{Export, Job, Load, Transform};
pub use context::Context;
pub use error::{ForGood, JobError, JobResult};
pub use project::Project;
