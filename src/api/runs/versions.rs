//! Versions that a run read and made.

use serde::Serialize;
use utoipa::ToSchema;

use super::super::access::{Action, May};
use super::super::instant::Instant;
use super::super::naming;
use crate::store::{RunInput, RunLine, RunOutput};

/// How many files of a version are listed.
const PATHS: usize = 100;

/// A version that another was read from, or that was made from another.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct LineageLink {
    /// Its number.
    id: i64,
    /// The dataset.
    dataset: String,
    /// The partition.
    partition: String,
    /// How many rows.
    rows: Option<i64>,
    /// When it was published.
    committed_at: Instant,
    /// Its files, at most a hundred.
    paths: Vec<String>,
    /// As which input it was read, from 0.
    position: i16,
    /// Whether it is one of a source.
    is_source: bool,
}

impl LineageLink {
    pub(super) fn of<A: Action>(may: &May<A>, input: RunInput) -> Self {
        let partition =
            naming::partition(may, input.dataset_id, &input.dimension_values, input.ordinal);
        let mut paths = input.paths;
        paths.truncate(PATHS);
        Self {
            id: input.id,
            dataset: input.dataset,
            partition,
            rows: input.rows,
            committed_at: input.committed_at.into(),
            paths,
            position: input.position,
            is_source: input.is_source,
        }
    }
}

/// A version of a partition.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct Materialization {
    /// Its number.
    id: i64,
    /// The dataset.
    dataset: String,
    /// The partition.
    partition: String,
    /// The run that made it; none for a source.
    run: Option<i64>,
    /// The attempt that made it.
    attempt: Option<i32>,
    /// How many rows.
    rows: Option<i64>,
    /// How many bytes.
    bytes: i64,
    /// Rows that could not be read.
    rejected: i64,
    /// When it was published.
    committed_at: Instant,
    /// How long it took.
    seconds: Option<f64>,
    /// Whether it is what readers see.
    head: bool,
    /// When its files were given up, since another took its place.
    expired_at: Option<Instant>,
    /// The fingerprint of the code that made it.
    code: Option<String>,
    /// A hash of its rows.
    content: String,
}

impl Materialization {
    pub(super) fn of<A: Action>(may: &May<A>, run: &RunLine, output: RunOutput) -> Self {
        Self {
            id: output.id,
            dataset: run.dataset.clone(),
            partition: naming::partition(may, run.dataset_id, &run.dimension_values, run.ordinal),
            run: Some(run.id),
            attempt: output.attempt,
            rows: output.rows,
            bytes: output.bytes,
            rejected: output.rejected,
            committed_at: output.committed_at.into(),
            seconds: output.seconds,
            head: output.is_head,
            expired_at: output.expired_at.map(Instant::from),
            code: output.fingerprint,
            content: output.content.iter().map(|byte| format!("{byte:02x}")).collect(),
        }
    }
}
