//! Mappings both ways, retries, and what is wrong with declarations.

mod faults;
mod link;
mod millions;
mod retry;
mod slices;
mod stretch;

use super::{Declaration, JobKind, Partitions, TimePartitions};
use crate::model::{Axis, Scheme, TimeAxis};

#[track_caller]
fn job(name: &str) -> Declaration {
    Declaration::new(JobKind::Transform, name)
}

fn days(start: &str) -> Partitions {
    TimePartitions::daily(start).into()
}

fn by_time(axis: TimeAxis) -> Scheme {
    Scheme { axis: Axis::Time(axis), dimensions: Vec::new() }
}
