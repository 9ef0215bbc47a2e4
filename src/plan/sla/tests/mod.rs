//! Promises as text: declared, due, judged, blocked.

mod blocking;
mod due;
mod state;

use jiff::Timestamp;

use crate::plan::tests::declared;
use crate::spec::{DatasetSpec, Partitions, Sla};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A job that is cut like this and promises this.
fn job(partitions: impl Into<Partitions>, sla: Sla) -> DatasetSpec {
    let partitions = partitions.into();
    let catalog = declared("job", |job| {
        job.partitions = partitions;
        job.about.sla = Some(sla);
    });
    catalog.dataset(0).clone()
}
