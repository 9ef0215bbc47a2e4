//! A job's code.

use std::fmt;
use std::sync::Arc;

use futures::future::BoxFuture;
use polars::prelude::LazyFrame;

use super::{Context, JobResult};

/// A pure function from the context and the inputs to a plan.
pub type TransformFn = Arc<dyn Fn(&Context, Vec<LazyFrame>) -> JobResult<LazyFrame> + Send + Sync>;
/// Brings data from outside.
pub type LoadFn = Arc<dyn Fn(Context) -> BoxFuture<'static, JobResult<LazyFrame>> + Send + Sync>;
/// Takes inputs out, and says how many rows it took.
pub type ExportFn =
    Arc<dyn Fn(Context, Vec<LazyFrame>) -> BoxFuture<'static, JobResult<u64>> + Send + Sync>;

/// The code of a job.
#[derive(Clone)]
pub enum Body {
    /// Of a transform.
    Transform(TransformFn),
    /// Of a load.
    Load(LoadFn),
    /// Of an export.
    Export(ExportFn),
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Transform(_) => "Transform",
            Self::Load(_) => "Load",
            Self::Export(_) => "Export",
        })
    }
}
