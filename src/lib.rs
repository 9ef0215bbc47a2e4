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
mod app;
pub mod codes;
pub mod clock;
pub mod config;
pub mod telemetry;

pub use app::main;

/// Everything a file that declares jobs needs, Polars' lazy API included.
pub mod prelude {
    pub use std::time::Duration;

    pub use jiff::ToSpan;
    pub use polars::prelude::{
        ChunkedArray, ClosedInterval, Column as PolarsColumn, DataFrame, DataType, Expr, IntoLazy,
        JoinArgs, JoinBuilder, JoinType, LazyFrame, LazyGroupBy, NamedFrom, PolarsError,
        PolarsResult, RankMethod, RankOptions, Series, SortMultipleOptions, SortOptions,
        StrptimeOptions, TimeUnit, UnionArgs, UniqueKeepStrategy, by_name, coalesce, col, cols,
        concat, concat_str, df, first, last, len, lit, when,
    };

    pub use crate::job::{Context, Export, ForGood, JobError, JobResult, Load, Project, Transform};
    pub use crate::model::Window;
    pub use crate::spec::{
        CatchUp, Check, Contract, Cron, Dataset, DimensionMapping, Format, Mapping, Partitions,
        Reads, RejectLimit, Retry, Sla, Source, TimePartitions, Type,
    };
}
