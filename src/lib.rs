//! A Postgres-backed scheduler of batches and backfills: jobs are declared in Rust, each makes one
//! partitioned dataset with Polars, and every partition knows what it was made from.
//!
//! # A project
//!
//! A project is a program. It declares sources and jobs, and hands itself to [`main`], which is the
//! whole command line: `check`, `plan`, `backfill`, `up`, `why`, `lineage`, `export` and the rest.
//!
//! ```no_run
//! use tidemill::prelude::*;
//!
//! fn main() -> std::process::ExitCode {
//!     tidemill::main(|project: &mut Project| {
//!         let day = TimePartitions::daily("2024-01-01").time_zone("Europe/Berlin");
//!         let orders = project.source(
//!             Source::files("orders", "orders/{day}.csv")
//!                 .under("landing")
//!                 .partitions(&day)
//!                 .contract(Contract::new([("region", Type::String), ("sum", Type::Decimal(2))])),
//!         );
//!         let revenue = project.job(
//!             Transform::new("revenue_daily")
//!                 .reads(&orders, Mapping::Same)
//!                 .partitions(&day)
//!                 .run(|cx, [orders]| {
//!                     Ok(orders
//!                         .group_by([col("region")])
//!                         .agg([col("sum").sum()])
//!                         .with_columns([cx.date().alias("day")]))
//!                 }),
//!         );
//!         project.job(
//!             Transform::new("revenue_monthly")
//!                 .reads(&revenue, Mapping::overlapping().or_skip())
//!                 .partitions(day.monthly())
//!                 .run(|_cx, [revenue]| {
//!                     Ok(revenue.group_by([col("region")]).agg([col("sum").sum()]))
//!                 }),
//!         );
//!     })
//! }
//! ```
//!
//! # What is declared
//!
//! - A [`Source`](spec::Source) is a dataset that something else writes: files under a template.
//! - A [`Transform`](job::Transform) is a pure function from input frames to one frame. It does no
//!   I/O, so it can be type-checked and fingerprinted before any data is read.
//! - A [`Load`](job::Load) brings rows from outside, an [`Export`](job::Export) takes them out.
//! - [`TimePartitions`](spec::TimePartitions) and [`Partitions`](spec::Partitions) say how a
//!   dataset is cut, a [`Mapping`](spec::Mapping) which input partitions one output needs.
//! - A [`Contract`](spec::Contract) names columns and types; what breaks it is not published.
//!
//! [`testing`] runs one job on small frames, without a database. [`codes`] holds the help pages of
//! the error codes.
//!
//! # The modules, in reading order
//!
//! [`model`] has names, keys and partition sets; [`spec`] what is declared, as data; [`plan`] what
//! should happen next, as pure functions. [`lake`] knows Polars and object stores, [`job`] is what
//! users implement, [`store`] is all SQL. [`engine`] observes, plans, claims, executes and
//! publishes; [`api`] serves the status page, [`cli`] the terminal; [`cluster`] runs a private
//! Postgres. `ARCHITECTURE.md` tells how they work together.

pub mod model;
pub mod spec;
pub mod plan;
pub mod lake;
pub mod job;
pub mod store;
pub mod webhook;
pub mod engine;
pub mod api;
pub mod cli;
pub mod cluster;
pub mod testing;
mod app;
pub mod codes;
pub mod clock;
pub mod config;
pub mod failpoint;
pub mod telemetry;

pub use app::main;

/// The versions of these crates that jobs are written against.
pub use {jiff, polars};

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
        Automation, CatchUp, Check, Contract, Cron, Dataset, DimensionMapping, Format, Fuse,
        Mapping, Partitions, Pool, Reads, Rebuild, RejectLimit, Restate, Retry, Schedule, Share,
        Sla, Source, TimePartitions, Type,
    };
}

// The programs in the README compile.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
