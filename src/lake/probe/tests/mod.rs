//! Jobs that are wrong, jobs that only moved, and jobs that changed.

mod decimals;
mod digest;
mod faults;
mod kinds;
mod pairs;
mod silence;
mod sound;

use std::sync::Arc;

use polars::prelude::*;

use super::{Checked, Fingerprint, check, fingerprint, probe};
use crate::spec::{Contract, Type};

/// A job over events and users.
type Job = fn(LazyFrame, LazyFrame) -> PolarsResult<LazyFrame>;

/// Every type a job usually meets, in one dataset.
fn events() -> SchemaRef {
    let place = vec![("city".to_owned(), Type::String), ("zip".to_owned(), Type::Int64)];
    Arc::new(crate::lake::schema(&Contract::new([
        ("id", Type::Int64),
        ("user", Type::String),
        ("kind", Type::String),
        ("amount", Type::Float64),
        ("count", Type::Int32),
        ("ok", Type::Boolean),
        ("day", Type::Date),
        ("at", Type::Datetime),
        ("seen", Type::Instant),
        ("tags", Type::List(Box::new(Type::String))),
        ("sizes", Type::List(Box::new(Type::Int64))),
        ("place", Type::Struct(place)),
    ])))
}

fn users() -> SchemaRef {
    Arc::new(crate::lake::schema(&Contract::new([
        ("user", Type::String),
        ("country", Type::String),
        ("since", Type::Date),
        ("at", Type::Datetime),
        ("amount", Type::Float64),
    ])))
}

fn checked(job: Job, contract: Option<&Contract>) -> Checked {
    let build = |frames: Vec<LazyFrame>| {
        let [events, users] = <[LazyFrame; 2]>::try_from(frames).map_err(|_| "two inputs")?;
        job(events, users).map_err(|error| error.to_string())
    };
    check(&build, &[("events", events()), ("users", users())], contract)
}

fn plan(job: Job) -> LazyFrame {
    job(probe("events", events()), probe("users", users())).unwrap()
}

fn named(job: Job) -> Fingerprint {
    fingerprint(plan(job)).unwrap()
}
