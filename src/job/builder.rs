//! Declaring jobs.

use std::future::Future;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use polars::prelude::LazyFrame;

use super::{Body, Context, JobResult};
use crate::spec::{
    Automation, Check, Contract, Dataset, Declaration, Fuse, Input, JobKind, Partitions, Pool,
    Reads, Rebuild, Retry, Schedule, Sla,
};

/// A job that makes partitions by a pure function from its inputs to a plan.
///
/// ```
/// use tidemill::prelude::*;
///
/// fn orders_daily(project: &mut Project, orders: &Dataset) -> Dataset {
///     project.job(
///         Transform::new("orders_daily")
///             .reads(orders, Mapping::Same)
///             .partitions(TimePartitions::daily("2022-01-01"))
///             .run(|cx, [orders]| {
///                 Ok(orders.group_by([cx.date().alias("day")]).agg([len().alias("orders")]))
///             }),
///     )
/// }
/// ```
#[derive(Debug)]
pub struct Transform;

/// A job that brings data from outside.
#[derive(Debug)]
pub struct Load;

/// A job that takes inputs out; its own partitions hold receipts.
#[derive(Debug)]
pub struct Export;

impl Transform {
    /// A transform that makes the dataset `name`.
    #[track_caller]
    pub fn new(name: &str) -> Job<Self> {
        Job::declare(JobKind::Transform, name)
    }
}

impl Load {
    /// A load that makes the dataset `name`.
    #[track_caller]
    pub fn new(name: &str) -> Job<Self> {
        Job::declare(JobKind::Load, name)
    }
}

impl Export {
    /// An export whose receipts are the dataset `name`.
    #[track_caller]
    pub fn new(name: &str) -> Job<Self> {
        Job::declare(JobKind::Export, name)
    }
}

/// A job being declared; `run` finishes it.
#[derive(Debug)]
#[must_use = "a job is declared once `run` gave it code and `Project::job` took it"]
pub struct Job<K> {
    declaration: Declaration,
    body: Option<Body>,
    kind: PhantomData<K>,
}

impl<K> Job<K> {
    #[track_caller]
    fn declare(kind: JobKind, name: &str) -> Self {
        Self { declaration: Declaration::new(kind, name), body: None, kind: PhantomData }
    }

    /// Reads a dataset; the code takes frames in the order of the calls.
    pub fn reads(mut self, dataset: &Dataset, reads: impl Into<Reads>) -> Self {
        self.declaration.reads.push((Input::Of(dataset.clone()), reads.into()));
        self
    }

    /// Reads its own earlier partitions: running state.
    pub fn reads_itself(mut self, reads: impl Into<Reads>) -> Self {
        self.declaration.reads.push((Input::Itself, reads.into()));
        self
    }

    /// How the dataset is cut; without it, it is one piece.
    pub fn partitions(mut self, partitions: impl Into<Partitions>) -> Self {
        self.declaration.partitions = partitions.into();
        self
    }

    /// The columns it promises.
    pub fn contract(mut self, contract: Contract) -> Self {
        self.declaration.about.contract = Some(contract);
        self
    }

    /// Adds a test of its rows.
    pub fn check(mut self, check: Check) -> Self {
        self.declaration.checks.push(check);
        self
    }

    /// When it promises to be there.
    pub fn sla(mut self, sla: Sla) -> Self {
        self.declaration.about.sla = Some(sla);
        self
    }

    /// When partitions fall due.
    pub fn schedule(mut self, schedule: impl Into<Schedule>) -> Self {
        self.declaration.schedule = Some(schedule.into());
        self
    }

    /// When it makes partitions unasked; without it, on its schedule, or eagerly when it has none.
    pub fn automation(mut self, automation: Automation) -> Self {
        self.declaration.automated.mode = Some(automation);
        self
    }

    /// What becomes of published partitions when its code changes; without it, they stay until a
    /// person backfills them.
    pub fn on_code_change(mut self, rebuild: Rebuild) -> Self {
        self.declaration.automated.on_code_change = rebuild;
        self
    }

    /// How many published partitions are made again unasked a day, at most; the rest waits for
    /// the next day, or for a person.
    pub fn restatement_budget(mut self, partitions_a_day: u32) -> Self {
        self.declaration.automated.restatements_a_day = Some(partitions_a_day);
        self
    }

    /// What becomes of a failed run.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.declaration.retry = retry;
        self
    }

    /// How long an attempt may take; an hour when nothing is said.
    pub fn timeout(mut self, length: Duration) -> Self {
        self.declaration.timeout = length;
        self
    }

    /// How many bytes of memory an attempt may take, such as `2 << 30`; what the worker allows
    /// when nothing is said.
    pub fn memory(mut self, bytes: u64) -> Self {
        self.declaration.memory = Some(bytes);
        self
    }

    /// Makes its runs take slots of a pool that other jobs share.
    pub fn pool(mut self, pool: &Pool) -> Self {
        self.declaration.limits.pool = pool.clone();
        self
    }

    /// How many slots of its pool each run takes; one when nothing is said.
    pub fn weight(mut self, slots: u32) -> Self {
        self.declaration.limits.weight = slots;
        self
    }

    /// How many of its partitions are made at once; as many as fit when nothing is said.
    pub fn concurrency(mut self, runs: u32) -> Self {
        self.declaration.limits.concurrency = Some(runs);
        self
    }

    /// Who answers for it.
    pub fn owner(mut self, owner: &str) -> Self {
        self.declaration.about.owner = Some(owner.to_owned());
        self
    }

    /// What it is, in a sentence.
    pub fn description(mut self, text: &str) -> Self {
        self.declaration.about.description = Some(text.to_owned());
        self
    }

    /// Adds tags.
    pub fn tags<T: Into<String>>(mut self, tags: impl IntoIterator<Item = T>) -> Self {
        self.declaration.about.tags.extend(tags.into_iter().map(Into::into));
        self
    }

    /// Names the version of code that a fingerprint cannot see into, such as closures on columns.
    pub fn version(mut self, version: &str) -> Self {
        self.declaration.version = Some(version.to_owned());
        self
    }

    pub(super) fn into_parts(self) -> (Declaration, Option<Body>) {
        (self.declaration, self.body)
    }
}

impl Job<Transform> {
    /// Lets one query make neighbouring partitions, which a backfill of many small ones is made of.
    pub fn fuse(mut self, fuse: Fuse) -> Self {
        self.declaration.fuse = Some(fuse);
        self
    }

    /// Gives the code: a pure function of the context and one frame per `reads`.
    pub fn run<const N: usize, F>(mut self, code: F) -> Self
    where
        F: Fn(&Context, [LazyFrame; N]) -> JobResult<LazyFrame> + Send + Sync + 'static,
    {
        self.declaration.arity = Some(N);
        self.body = Some(Body::Transform(Arc::new(move |cx, frames| code(cx, exactly(frames)))));
        self
    }

    /// Gives the code when the number of inputs is not known where it is written.
    pub fn run_all<F>(mut self, code: F) -> Self
    where
        F: Fn(&Context, Vec<LazyFrame>) -> JobResult<LazyFrame> + Send + Sync + 'static,
    {
        self.body = Some(Body::Transform(Arc::new(code)));
        self
    }
}

impl Job<Load> {
    /// Gives the code: brings the partition's rows. It needs a [`version`](Self::version), since
    /// nothing can see into it.
    pub fn run<F, R>(mut self, code: F) -> Self
    where
        F: Fn(Context) -> R + Send + Sync + 'static,
        R: Future<Output = JobResult<LazyFrame>> + Send + 'static,
    {
        self.declaration.arity = Some(0);
        self.body = Some(Body::Load(Arc::new(move |cx| Box::pin(code(cx)))));
        self
    }
}

impl Job<Export> {
    /// Gives the code: takes the frames out and says how many rows went. It may be called again for
    /// the same partition: use [`Context::idempotency_key`].
    pub fn run<const N: usize, F, R>(mut self, code: F) -> Self
    where
        F: Fn(Context, [LazyFrame; N]) -> R + Send + Sync + 'static,
        R: Future<Output = JobResult<u64>> + Send + 'static,
    {
        self.declaration.arity = Some(N);
        let code = move |cx: Context, frames: Vec<LazyFrame>| {
            let future: futures::future::BoxFuture<'static, _> =
                Box::pin(code(cx, exactly(frames)));
            future
        };
        self.body = Some(Body::Export(Arc::new(code)));
        self
    }
}

fn exactly<const N: usize>(frames: Vec<LazyFrame>) -> [LazyFrame; N] {
    let frames: Result<[LazyFrame; N], _> = frames.try_into();
    frames
        .unwrap_or_else(|_| unreachable!("the catalog refuses a job whose arity is not its reads"))
}
