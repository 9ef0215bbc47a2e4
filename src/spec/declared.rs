//! A declared job as data: everything but its code.

use std::panic::Location;
use std::time::Duration;

use jiff::SignedDuration;

use super::{
    Automated, Automation, Check, Contract, Fuse, Limits, Partitions, Reads, Retry, Schedule, Sla,
};
use crate::model::Name;

/// What people say about a dataset.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// The columns it promises.
    pub contract: Option<Contract>,
    /// Who answers for it.
    pub owner: Option<String>,
    /// What it is, in a sentence.
    pub description: Option<String>,
    /// Free words to find it by.
    pub tags: Vec<String>,
    /// When it promises to be there.
    pub sla: Option<Sla>,
}

/// A handle to a declared dataset, by which jobs read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset(pub(crate) String);

impl Dataset {
    /// The dataset's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }
}

/// What kind of job makes a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobKind {
    /// A pure function from inputs to a plan.
    Transform,
    /// Brings data from outside.
    Load,
    /// Takes inputs out; its partitions hold receipts.
    Export,
}

/// A declared job, not validated yet.
#[derive(Clone, Debug)]
pub struct Declaration {
    pub(crate) kind: JobKind,
    pub(crate) name: String,
    pub(crate) reads: Vec<(Input, Reads)>,
    pub(crate) partitions: Partitions,
    pub(crate) about: About,
    pub(crate) retry: Retry,
    pub(crate) timeout: Duration,
    /// Bytes.
    pub(crate) memory: Option<u64>,
    pub(crate) limits: Limits,
    pub(crate) schedule: Option<Schedule>,
    pub(crate) automated: Automated,
    pub(crate) checks: Vec<Check>,
    pub(crate) version: Option<String>,
    pub(crate) fuse: Option<Fuse>,
    /// How many frames the job's code takes, when its type says so.
    pub(crate) arity: Option<usize>,
    pub(crate) place: &'static Location<'static>,
}

/// What a job reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Another dataset.
    Of(Dataset),
    /// Its own other partitions.
    Itself,
}

/// How long an attempt may take when nothing else is said.
const TIMEOUT: Duration = Duration::from_hours(1);

impl Declaration {
    /// A job that reads nothing yet.
    #[track_caller]
    pub(crate) fn new(kind: JobKind, name: &str) -> Self {
        Self {
            kind,
            name: name.to_owned(),
            reads: Vec::new(),
            partitions: Partitions::single(),
            about: About::default(),
            retry: Retry::default(),
            timeout: TIMEOUT,
            memory: None,
            limits: Limits::default(),
            schedule: None,
            automated: Automated::default(),
            checks: Vec::new(),
            version: None,
            fuse: None,
            arity: None,
            place: Location::caller(),
        }
    }
}

/// A job, validated.
#[derive(Clone, Debug)]
pub struct JobSpec {
    /// What kind of job.
    pub kind: JobKind,
    /// What it reads, in the order its code takes the frames.
    pub inputs: Vec<InputSpec>,
    /// What becomes of a failed run.
    pub retry: Retry,
    /// How long an attempt may take.
    pub timeout: Duration,
    /// How many bytes of memory an attempt may take; the worker's default otherwise.
    pub memory: Option<u64>,
    /// What else its runs have to wait for.
    pub limits: Limits,
    /// When partitions fall due.
    pub schedule: Option<Box<Schedule>>,
    /// What it does unasked.
    pub automated: Automated,
    /// Tests of its rows.
    pub checks: Vec<Check>,
    /// The version people gave its code.
    pub version: Option<String>,
    /// Whether neighbouring partitions may be made in one query.
    pub fuse: Option<Box<Fuse>>,
}

impl JobSpec {
    /// When it makes partitions unasked.
    #[must_use]
    pub const fn automation(&self) -> Automation {
        match (self.automated.mode, &self.schedule) {
            (Some(mode), _) => mode,
            (None, Some(_)) => Automation::OnSchedule,
            (None, None) => Automation::Eager,
        }
    }
}

/// One read, resolved.
#[derive(Clone, Debug)]
pub struct InputSpec {
    /// The index of the dataset in the catalog.
    pub dataset: usize,
    /// How partitions follow.
    pub reads: Reads,
    /// Whether the job reads its own other partitions.
    pub is_self: bool,
}

/// A source, validated.
#[derive(Clone, Debug)]
pub struct SourceSpec {
    /// The folder or URL the template starts from.
    pub root: Option<String>,
    /// Where files are, with placeholders.
    pub template: String,
    /// How they are written.
    pub format: super::Format,
    /// How many unreadable rows are too many.
    pub rejects: super::RejectLimit,
    /// How often it is looked at.
    pub every: SignedDuration,
}

/// Who makes a dataset.
#[derive(Clone, Debug)]
pub enum Maker {
    /// Something else.
    Source(SourceSpec),
    /// A job of this project.
    Job(Box<JobSpec>),
}

/// A dataset, validated.
#[derive(Clone, Debug)]
pub struct DatasetSpec {
    /// Its name, and that of the job that makes it.
    pub name: Name,
    /// How it is cut.
    pub scheme: crate::model::Scheme,
    /// What people say about it.
    pub about: About,
    /// Who makes it.
    pub maker: Maker,
    /// Where it is declared.
    pub place: &'static Location<'static>,
}

impl DatasetSpec {
    /// Whether the values of a column are kept from whoever looks.
    #[must_use]
    pub fn is_masked(&self, column: &str) -> bool {
        self.about.contract.as_ref().is_some_and(|contract| contract.is_masked(column))
    }

    /// The job that makes it, unless it is a source.
    #[must_use]
    pub const fn job(&self) -> Option<&JobSpec> {
        match &self.maker {
            Maker::Job(job) => Some(job),
            Maker::Source(_) => None,
        }
    }

    /// The source it is, unless a job makes it.
    #[must_use]
    pub const fn source(&self) -> Option<&SourceSpec> {
        match &self.maker {
            Maker::Source(source) => Some(source),
            Maker::Job(_) => None,
        }
    }
}
