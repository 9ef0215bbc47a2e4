//! The executors of a worker: as many as it has slots, each ready before it is needed.

use std::cell::RefCell;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tracing::Dispatch;

use super::assignment::{Assignment, Member, writes};
use super::capture;
use super::ended::{cancelled, failed, stopped};
use super::hands::{Hands, Idle, lock, recipe, rest, start_ahead};
use super::process::Recipe;
use crate::engine::execute::{Stop, execute, lineage, said};
use crate::engine::{Failure, LogSink, Workshop};
use crate::spec::JobSpec;
use crate::store::{Published, Usage};

/// Where attempts run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Each in a child process.
    #[default]
    Processes,
    /// In this process, which a job can then take along: for tests.
    InProcess,
    /// Nowhere: each partition is published with no rows and no file, to measure what is around it.
    Nothing,
}

/// How a crew works.
#[derive(Clone, Debug)]
pub struct CrewOptions {
    /// How many attempts run at once.
    pub slots: usize,
    /// Where they run.
    pub mode: Mode,
    /// How many bytes of memory an attempt may take whose job does not say.
    pub memory: Option<u64>,
    /// A control group in which this process may make others, one for each child; without it a
    /// child limits itself.
    pub cgroup: Option<PathBuf>,
    /// How many threads Polars has in each child; its share of the cores when nothing is said.
    pub threads: Option<usize>,
    /// How long an attempt may take to stop when it is told to.
    pub grace: Duration,
    /// For how long the process of an attempt may stand still because a signal stopped it, before it
    /// is killed: nobody may be there to let it go on.
    pub frozen: Duration,
    /// For how long starting a child is tried again before the attempt fails.
    pub patience: Duration,
    /// The variables of children; what names the database does not belong there.
    pub environment: Vec<(OsString, OsString)>,
    /// What a child is started from, with its arguments; this program with `exec` otherwise.
    pub program: Option<(PathBuf, Vec<OsString>)>,
}

impl Default for CrewOptions {
    fn default() -> Self {
        Self {
            slots: 2,
            mode: Mode::default(),
            memory: None,
            cgroup: None,
            threads: None,
            grace: Duration::from_secs(1),
            frozen: Duration::from_secs(15),
            patience: Duration::from_secs(30),
            environment: Vec::new(),
            program: None,
        }
    }
}

/// Why an attempt was told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// It took longer than it may.
    Timeout,
    /// Nobody wants it any more.
    Cancelled,
    /// Its process was stopped by a signal, and did not go on.
    Frozen,
}

/// What came of an attempt.
#[derive(Debug)]
pub struct Attempted {
    /// One for each member of the assignment, in their order.
    pub outcomes: Vec<Result<Published, Failure>>,
    /// What it took.
    pub usage: Usage,
    /// Whether it was told to stop, and why.
    pub stopped: Option<Stopped>,
}

/// The executors of a worker.
#[derive(Debug)]
pub struct Crew {
    workshop: Arc<Workshop>,
    pub(super) options: CrewOptions,
    pub(super) slots: Semaphore,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Processes { recipe: Recipe, idle: Idle },
    InProcess { listener: Dispatch },
    Nothing,
}

/// What comes of an assignment of which nothing is made.
fn nothing(assignment: &Assignment) -> Attempted {
    let made = |member: &Member| {
        Ok(Published {
            content: member.ordinal as u128,
            inputs: member.digest,
            lineage: lineage(member),
            ..Published::default()
        })
    };
    let outcomes = assignment.members.iter().map(made).collect();
    Attempted { outcomes, usage: Usage::default(), stopped: None }
}

/// How long a thread of this process may take to notice that it was told to stop.
const THREAD_GRACE: Duration = Duration::from_secs(10);

thread_local! {
    /// Whose attempt this thread runs.
    static CURRENT: RefCell<LogSink> = const { RefCell::new(LogSink::nowhere()) };
}

impl Crew {
    /// Starts the first child; each that is needed starts the next, up to one a slot, so that one
    /// is ready before it is needed. They make themselves ready on their own.
    #[must_use]
    pub fn start(workshop: Arc<Workshop>, options: CrewOptions) -> Self {
        let kind = match options.mode {
            Mode::Processes => {
                let recipe = recipe(&workshop, &options);
                let idle = Idle::default();
                start_ahead(&recipe, &mut lock(&idle));
                tokio::spawn(rest(Arc::downgrade(&idle)));
                Kind::Processes { recipe, idle }
            }
            Mode::InProcess => {
                let take = |level: &str, text| CURRENT.with_borrow(|logs| logs.event(level, text));
                Kind::InProcess { listener: capture::dispatch(take) }
            }
            Mode::Nothing => Kind::Nothing,
        };
        let slots = Semaphore::new(options.slots);
        Self { workshop, options, slots, kind }
    }

    /// Makes what is assigned, in the next slot that is free. Ends soon after `cancel` fires.
    ///
    /// Whatever the job does, an answer comes; when this future is dropped, its child is killed.
    pub async fn attempt(
        &self,
        assignment: Assignment,
        cancel: &CancellationToken,
        logs: &LogSink,
    ) -> Attempted {
        let count = assignment.members.len();
        let (bytes_read, rows_read) = assignment.reads();
        let permit = tokio::select! {
            biased;
            () = cancel.cancelled() => return cancelled(count),
            // The semaphore is never closed; without a slot nothing is made.
            permit = self.slots.acquire() => permit,
        };
        let mut attempted = match &self.kind {
            Kind::Processes { recipe, idle } => {
                Hands { crew: self, recipe, idle, cancel, logs }.attempt(assignment).await
            }
            Kind::InProcess { listener } => {
                self.in_this_process(assignment, listener, cancel, logs).await
            }
            Kind::Nothing => nothing(&assignment),
        };
        drop(permit);
        let usage = &mut attempted.usage;
        (usage.bytes_read, usage.rows_read) = (Some(bytes_read), rows_read);
        let (bytes, rows) = writes(&attempted.outcomes);
        (usage.bytes_written, usage.rows_written) = (Some(bytes), Some(rows));
        attempted
    }

    /// Lets the children go.
    pub async fn close(self) {
        if let Kind::Processes { idle, .. } = self.kind {
            let idle = std::mem::take(&mut *lock(&idle));
            let patience = self.options.grace;
            futures::future::join_all(idle.into_iter().map(|one| one.dismiss(patience))).await;
        }
    }

    pub(super) fn job(&self, dataset: &str) -> Option<&JobSpec> {
        let catalog = &self.workshop.catalog;
        catalog.dataset(catalog.index_of(dataset)?).job()
    }

    async fn in_this_process(
        &self,
        assignment: Assignment,
        listener: &Dispatch,
        cancel: &CancellationToken,
        logs: &LogSink,
    ) -> Attempted {
        let count = assignment.members.len();
        let timeout = assignment.timeout;
        let stop = Stop::default();
        let (shop, told, runtime) = (Arc::clone(&self.workshop), stop.clone(), Handle::current());
        let (listener, logs) = (listener.clone(), logs.clone());
        let mut thread = tokio::task::spawn_blocking(move || {
            let before = CURRENT.replace(logs);
            let made = tracing::dispatcher::with_default(&listener, || {
                execute(&shop, &assignment, &runtime, &told)
            });
            CURRENT.set(before);
            made
        });
        let why = tokio::select! {
            biased;
            () = cancel.cancelled() => Stopped::Cancelled,
            () = tokio::time::sleep(timeout) => Stopped::Timeout,
            made = &mut thread => {
                let made = made.unwrap_or_else(|error| {
                    let message = match error.try_into_panic() {
                        Ok(panic) => format!("the attempt panicked: {}", said(panic.as_ref())),
                        Err(error) => format!("the attempt was dropped: {error}"),
                    };
                    failed(count, &Failure::new("TM0402", message))
                });
                return Attempted { outcomes: made, usage: Usage::default(), stopped: None };
            }
        };
        stop.set();
        let _ = tokio::time::timeout(THREAD_GRACE, &mut thread).await;
        stopped(count, why, timeout)
    }
}
