//! The whole project looked at without data: types, fingerprints, what cannot be seen into.

use std::sync::Arc;

use jiff::Timestamp;
use polars::prelude::{LazyFrame, SchemaRef};

use super::fusable::fusable;
use super::{Body, Context, Project};
use crate::lake::probe::{self, Finding, Fingerprint, Level};
use crate::model::{Dimension, DimensionValues, PartitionKey, Scheme, Slice};
use crate::spec::{Catalog, DatasetSpec, SpecError};

/// What is known of a project without reading data, by catalog index.
#[derive(Debug, Default)]
pub struct Verified {
    /// The columns of each dataset.
    pub schemas: Vec<Option<SchemaRef>>,
    /// The fingerprint of each job's code.
    pub fingerprints: Vec<Option<Fingerprint>>,
    /// What must be mended before anything runs.
    pub faults: Vec<SpecError>,
    /// What should be looked at.
    pub warnings: Vec<SpecError>,
}

/// Instants whose windows jobs are built for when they are fingerprinted: an ordinary day, a leap
/// day, and the last day of a year, so that code which branches on dates shows.
pub(super) const PROBE_INSTANTS: [i64; 3] = [981_158_400, 1_709_208_000, 1_704_020_400];

/// Builds every job's plan against its inputs' columns, compares it with its contract, tries it on
/// inputs without rows and on rows of nulls, and takes its fingerprint.
#[must_use]
pub fn verify(project: &Project, catalog: &Catalog) -> Verified {
    let count = catalog.datasets().len();
    let mut verified = Verified {
        schemas: vec![None; count],
        fingerprints: vec![None; count],
        ..Verified::default()
    };
    for &index in catalog.order() {
        let dataset = catalog.dataset(index);
        let contract = dataset.about.contract.as_ref();
        verified.schemas[index] = contract.map(|contract| Arc::new(crate::lake::schema(contract)));
        match project.body(dataset.name.as_str()) {
            Some(Body::Transform(_)) => verify_transform(project, catalog, index, &mut verified),
            Some(Body::Load(_) | Body::Export(_)) => verify_opaque(catalog, index, &mut verified),
            None => (),
        }
    }
    verified
}

fn verify_transform(project: &Project, catalog: &Catalog, index: usize, verified: &mut Verified) {
    let dataset = catalog.dataset(index);
    let (Some(Body::Transform(code)), Some(job)) =
        (project.body(dataset.name.as_str()), dataset.job())
    else {
        return;
    };
    let scheme = Arc::new(dataset.scheme.clone());
    let mut inputs: Vec<(&str, SchemaRef)> = Vec::new();
    for input in &job.inputs {
        let upstream = catalog.dataset(input.dataset);
        match &verified.schemas[input.dataset] {
            Some(schema) => inputs.push((upstream.name.as_str(), Arc::clone(schema))),
            // The input's own fault is reported there; without its columns nothing can be said.
            None => return,
        }
    }
    let build = |instant: i64, frames: Vec<LazyFrame>| {
        let cx = probe_context(dataset, &scheme, instant);
        code(&cx, frames).map_err(|error| error.to_string())
    };
    let contract = dataset.about.contract.as_ref();
    let checked = probe::check(&|frames| build(PROBE_INSTANTS[0], frames), &inputs, contract);
    for finding in checked.findings {
        report(dataset, finding, verified);
    }
    if verified.schemas[index].is_none() {
        verified.schemas[index] = checked.schema;
    }
    let Some(first) = checked.plan else { return };
    let mut parts = Vec::new();
    let frames = || -> Vec<LazyFrame> {
        inputs.iter().map(|(name, schema)| probe::probe(name, Arc::clone(schema))).collect()
    };
    let later = PROBE_INSTANTS[1..].iter().filter_map(|instant| build(*instant, frames()).ok());
    // Code may branch on the value of a dimension: each is seen once.
    let others = probe_slices(&scheme).into_iter().skip(1).filter_map(|slice| {
        let ordinal = probe_context(dataset, &scheme, PROBE_INSTANTS[0]).ordinal();
        let key = PartitionKey { slice, ordinal };
        let cx = Context::new(dataset.name.as_str(), Arc::clone(&scheme), key, 1);
        code(&cx, frames()).ok()
    });
    for plan in std::iter::once(first).chain(later).chain(others) {
        match probe::fingerprint(plan) {
            Ok(part) => parts.push(part),
            Err(error) => {
                let message = format!("its plan has no fingerprint: {error}");
                verified.faults.push(fault("TM0120", dataset, message));
                return;
            }
        }
    }
    fusable(dataset, catalog, code, verified, index);
    let fingerprint = probe::combine(&parts, job.version.as_deref(), &[]);
    visibility(dataset, &fingerprint, job.version.is_some(), verified);
    verified.fingerprints[index] = Some(fingerprint);
}

/// Loads and exports cannot be seen into: their version is all that tells their code apart.
fn verify_opaque(catalog: &Catalog, index: usize, verified: &mut Verified) {
    let dataset = catalog.dataset(index);
    let Some(job) = dataset.job() else { return };
    if job.version.is_none() {
        let message = "its code does I/O and cannot be fingerprinted".to_owned();
        let hint = "add `.version(\"1\")` and raise it when the code changes";
        verified.faults.push(fault("TM0122", dataset, message).hint(hint));
    }
    if dataset.about.contract.is_none() && job.kind == crate::spec::JobKind::Load {
        let message = "a load needs a contract: nothing else says which columns it brings";
        verified.faults.push(fault("TM0121", dataset, message.to_owned()));
    }
    if job.kind == crate::spec::JobKind::Export {
        verified.schemas[index] = Some(Arc::new(super::receipt_schema()));
    }
    let version = job.version.as_deref().unwrap_or_default();
    let kind = format!("{:?}", job.kind);
    verified.fingerprints[index] = Some(probe::combine(&[], Some(version), &[&kind]));
}

pub(super) fn probe_context(dataset: &DatasetSpec, scheme: &Arc<Scheme>, instant: i64) -> Context {
    let instant = Timestamp::from_second(instant).expect("a constant of this file is a time");
    let ordinal = scheme.time().map_or(0, |axis| axis.ordinal_at(instant));
    let slice = probe_slices(scheme).into_iter().next().unwrap_or_default();
    let key = PartitionKey { slice, ordinal };
    Context::new(dataset.name.as_str(), Arc::clone(scheme), key, 1)
}

/// Slices in which each listed value of each dimension occurs at least once; a dynamic dimension,
/// whose values are not known, has its own name as a value.
fn probe_slices(scheme: &Scheme) -> Vec<Slice> {
    let values = |dimension: &Dimension| match &dimension.values {
        DimensionValues::Listed(values) => values.clone(),
        DimensionValues::Dynamic => vec![dimension.name.as_str().into()],
    };
    let all: Vec<Vec<Arc<str>>> = scheme.dimensions.iter().map(values).collect();
    let most = all.iter().map(Vec::len).max().unwrap_or(1);
    (0..most)
        .map(|at| Slice::new(all.iter().map(|values| Arc::clone(&values[at % values.len()]))))
        .collect()
}

fn report(dataset: &DatasetSpec, finding: Finding, verified: &mut Verified) {
    let code = match finding.level {
        Level::Contract => "TM0121",
        _ => "TM0120",
    };
    let message = match finding.level {
        Level::Empty => format!("on inputs without rows: {}", finding.message),
        Level::NullRow => format!("on one row of nulls: {}", finding.message),
        _ => finding.message,
    };
    let mut error = fault(code, dataset, message);
    error.hint = finding.hint.or(error.hint);
    verified.faults.push(error);
}

fn visibility(
    dataset: &DatasetSpec,
    fingerprint: &Fingerprint,
    has_version: bool,
    verified: &mut Verified,
) {
    if !fingerprint.opaque.is_empty() && !has_version {
        let named = fingerprint.opaque.join(", ");
        let message = format!("its plan holds code that cannot be seen into: {named}");
        let hint = "add `.version(\"1\")` and raise it when that code changes";
        verified.faults.push(fault("TM0122", dataset, message).hint(hint));
    }
    for text in &fingerprint.nondeterministic {
        let message = format!("it may give another result each time: {text}");
        let hint = "give it a seed, or an order";
        verified.warnings.push(fault("TM0123", dataset, message).hint(hint));
    }
    for text in &fingerprint.undeclared {
        let message = format!("its plan reads what is no declared input: {text}");
        let hint = "declare a source and read it, so that changes of it are seen";
        verified.faults.push(fault("TM0124", dataset, message).hint(hint));
    }
}

pub(super) fn fault(code: &'static str, dataset: &DatasetSpec, message: String) -> SpecError {
    SpecError::new(code, dataset.name.as_str(), dataset.place, message)
}
