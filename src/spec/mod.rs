//! What people declare, as data, and its validation into a [`Catalog`].

mod automation;
mod contract;
mod mapping;
mod partitions;
mod retry;
mod promise;
mod schedule;
mod pool;
mod source;
mod declared;
mod error;
mod fuse;
mod join;
mod link;
mod stretch;
mod catalog;
mod validate;

pub use automation::{Automated, Automation, Debounce, Policy, Rebuild, Restate, Threshold};
pub use catalog::{Catalog, Extents};
pub use contract::{Column, Contract, Type};
pub use declared::{
    About, Dataset, DatasetSpec, Declaration, Input, InputSpec, JobKind, JobSpec, Maker, SourceSpec,
};
pub use error::SpecError;
pub use fuse::Fuse;
pub use join::Join;
pub use link::{Extent, Link};
pub use mapping::{DimensionMapping, Mapping, Missing, Reads, WindowFn};
pub use partitions::{Partitions, TimePartitions};
pub use pool::{Limits, Pool, Share};
pub use promise::{Check, CheckKind, Promise, Sla};
pub use retry::Retry;
pub use schedule::{CatchUp, Cron, Schedule, When};
pub use source::{Format, RejectLimit, Source};

#[cfg(test)]
mod tests;
