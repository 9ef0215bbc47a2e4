//! What can go wrong in a test of a job.

use crate::spec::SpecError;

/// Why a test of a job has no result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TestError {
    /// The project is declared with faults.
    #[error("could not build the project:\n{}", listed(.0))]
    Declarations(Vec<SpecError>),
    /// No such job.
    #[error("no job makes `{name}`{hint}")]
    UnknownJob {
        /// The name asked for.
        name: String,
        /// The nearest name, as a sentence, or nothing.
        hint: String,
    },
    /// No such partition, or more than one.
    #[error("could not choose a partition of `{job}`: {why}")]
    Partition {
        /// The job.
        job: String,
        /// What is wrong with the choice.
        why: String,
    },
    /// A given frame is no input of the job, or does not fit its contract.
    #[error("could not give `{dataset}` to `{job}`: {why}")]
    Input {
        /// The job.
        job: String,
        /// The dataset of the frame.
        dataset: String,
        /// What is wrong with the frame.
        why: String,
    },
    /// The job's code failed, when its plan was built or run.
    #[error("`{job}` failed: {why}")]
    Job {
        /// The job.
        job: String,
        /// What its code said.
        why: String,
    },
    /// What the job made breaks its contract.
    #[error("`{job}` broke its contract: {why}")]
    Output {
        /// The job.
        job: String,
        /// How it did.
        why: String,
    },
}

fn listed(faults: &[SpecError]) -> String {
    let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
    lines.join("\n")
}
