//! Whether partitions that may be made together come out as they would alone.

use std::sync::Arc;

use polars::prelude::{LazyFrame, SchemaRef, col};

use super::Verified;
use super::body::TransformFn;
use super::verify::{PROBE_INSTANTS, fault, probe_context};
use crate::lake::probe::{Reading, differs_together};
use crate::lake::write::Cut;
use crate::spec::{Catalog, DatasetSpec, Mapping};

/// Looks at what tells fused partitions apart, and then makes two neighbours of made-up rows: a job
/// that takes every row for its own window is found out here, before its rows are lost.
pub(super) fn fusable(
    dataset: &DatasetSpec,
    catalog: &Catalog,
    code: &TransformFn,
    verified: &mut Verified,
    index: usize,
) {
    let fuse = dataset.job().and_then(|job| job.fuse.as_ref());
    let (Some(fuse), Some(axis), Some(schema)) =
        (fuse, dataset.scheme.time(), &verified.schemas[index])
    else {
        return;
    };
    let (column, first) = (fuse.column(), axis.calendar().start);
    let found = schema.get(column);
    if found.and_then(|kind| Cut::new(column, kind, axis, &[first])).is_none() {
        let found = found.map_or_else(|| "missing".to_owned(), crate::lake::describe);
        let message = format!("`{column}` tells its partitions apart, but is {found}");
        verified.faults.push(fault("TM0117", dataset, message));
        return;
    }
    let Some(inputs) = readings(dataset, catalog, &verified.schemas) else { return };
    let scheme = Arc::new(dataset.scheme.clone());
    let context = probe_context(dataset, &scheme, PROBE_INSTANTS[0]);
    let build = |from: i64, to: i64, frames: Vec<LazyFrame>| {
        let cx = context.clone().between(from, to);
        let plan = code(&cx, frames).map_err(|error| error.to_string())?;
        Ok(match &dataset.about.contract {
            Some(contract) => {
                let names = contract.columns().iter().map(|column| col(column.name.as_str()));
                plan.select(names.collect::<Vec<_>>())
            }
            None => plan,
        })
    };
    if let Some(what) = differs_together(&build, &inputs, axis, column, context.ordinal()) {
        let message =
            format!("made in one query, its partitions are not what they are alone: {what}");
        let hint = "let its code take each row's own window from the row, not from the context";
        verified.faults.push(fault("TM0117", dataset, message).hint(hint));
    }
}

/// What is read, with whether neighbours read the same.
fn readings(
    dataset: &DatasetSpec,
    catalog: &Catalog,
    schemas: &[Option<SchemaRef>],
) -> Option<Vec<Reading>> {
    let reading = |input: &crate::spec::InputSpec| {
        let apart = match &input.reads.mapping {
            Mapping::Same | Mapping::Offset(_) | Mapping::Routed(_) => true,
            Mapping::Overlapping { back, ahead } => back.is_zero() && ahead.is_zero(),
            _ => false,
        };
        // A coarser input is one for many windows.
        let is_cut = catalog.dataset(input.dataset).scheme.time().is_some();
        let schema = Arc::clone(schemas[input.dataset].as_ref()?);
        Some(Reading { schema, is_shared: !(apart && is_cut) })
    };
    dataset.job()?.inputs.iter().map(reading).collect()
}
