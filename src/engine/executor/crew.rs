//! The executors of a worker: as many as it has slots, each ready before it is needed.

use std::cell::RefCell;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tracing::Dispatch;

use super::assignment::{Assignment, writes};
use super::attempt::{self, End, Limits, Seen};
use super::capture;
use super::process::{Process, Recipe};
use crate::engine::execute::{Failure, Stop, execute, said};
use crate::engine::{LogSink, Workshop};
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
    /// How many threads Polars has in each child.
    pub threads: usize,
    /// How long an attempt may take to stop when it is told to.
    pub grace: Duration,
    /// For how long starting a child is tried again before the attempt fails.
    pub patience: Duration,
    /// The variables of children; what names the database does not belong there.
    pub environment: Vec<(OsString, OsString)>,
    /// What a child is started from, with its arguments; this program with `exec` otherwise.
    pub program: Option<(PathBuf, Vec<OsString>)>,
}

impl Default for CrewOptions {
    fn default() -> Self {
        let slots = 2;
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self {
            slots,
            mode: Mode::default(),
            memory: None,
            threads: (cores / slots).max(1),
            grace: Duration::from_secs(1),
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
    options: CrewOptions,
    slots: Semaphore,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Processes { recipe: Recipe, idle: Mutex<Vec<Process>> },
    InProcess { listener: Dispatch },
}

/// The pause before it is tried again, at first and at most.
const START_PAUSE: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));
/// How often an attempt is handed to a fresh child when one ends before it begins.
const HANDS_MAX: u32 = 3;
/// A child that keeps more memory than this is not used again.
const RESIDENT_MAX: u64 = 512 << 20;
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
                Kind::Processes { recipe, idle: Mutex::default() }
            }
            Mode::InProcess => {
                let take = |level: &str, text| CURRENT.with_borrow(|logs| logs.event(level, text));
                Kind::InProcess { listener: capture::dispatch(take) }
            }
        };
        let slots = Semaphore::new(options.slots);
        let crew = Self { workshop, options, slots, kind };
        crew.start_ahead();
        crew
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
            let idle = idle.into_inner().unwrap_or_else(PoisonError::into_inner);
            let patience = self.options.grace;
            futures::future::join_all(idle.into_iter().map(|one| one.dismiss(patience))).await;
        }
    }

    fn job(&self, dataset: &str) -> Option<&JobSpec> {
        let catalog = &self.workshop.catalog;
        catalog.dataset(catalog.index_of(dataset)?).job()
    }

    /// Starts a child for the next attempt, if there are children.
    fn start_ahead(&self) {
        let Kind::Processes { recipe, idle } = &self.kind else { return };
        match Process::start(recipe) {
            Ok(process) => lock(idle).push(process),
            // The next attempt tries again, and says what is wrong when it does not help.
            Err(error) => tracing::warn!("could not start an executor ahead: {error}"),
        }
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

/// One attempt, from hand to hand until a child has begun it.
struct Hands<'a> {
    crew: &'a Crew,
    recipe: &'a Recipe,
    idle: &'a Mutex<Vec<Process>>,
    cancel: &'a CancellationToken,
    logs: &'a LogSink,
}

impl Hands<'_> {
    async fn attempt(&self, assignment: Assignment) -> Attempted {
        let (count, timeout) = (assignment.members.len(), assignment.timeout);
        let options = &self.crew.options;
        let job = self.crew.job(&assignment.dataset);
        let memory = assignment.memory.or(job.and_then(|job| job.memory)).or(options.memory);
        let limits = Limits { timeout, memory, grace: options.grace };
        let assignment = Assignment { memory, ..assignment };
        let mut hands = 0;
        loop {
            hands += 1;
            let Some(child) = self.child(memory).await else { return cancelled(count) };
            let mut process = match child {
                Ok(process) => process,
                Err(why) => return lost(count, &Failure::new("TM0412", why)),
            };
            let work = assignment.clone();
            let end = attempt::attempt(&mut process, work, limits, self.cancel, self.logs).await;
            match end {
                End::NotBegun(_) if hands < HANDS_MAX => drop(process),
                End::Told { outcomes, spent } => {
                    process.resident = spent.resident_bytes.unwrap_or(0);
                    let is_spent = spent.has_children || RESIDENT_MAX < process.resident;
                    self.give_back(process, !is_spent);
                    let usage = Usage {
                        peak_bytes: spent.peak_bytes.map(|bytes| bytes as i64),
                        cpu_seconds: Some(spent.cpu_seconds),
                        ..Usage::default()
                    };
                    let outcomes: Vec<_> = outcomes.into_iter().map(Result::from).collect();
                    if outcomes.len() != count {
                        let message = format!("{} of {count} outcomes came back", outcomes.len());
                        return lost(count, &Failure::new("TM0412", message));
                    }
                    return Attempted { outcomes, usage, stopped: None };
                }
                other => {
                    self.give_back(process, false);
                    return ended(count, timeout, other);
                }
            }
        }
    }

    /// Lets a child do the next attempt too, or puts a fresh one in its place.
    fn give_back(&self, process: Process, is_good: bool) {
        if is_good {
            lock(self.idle).push(process);
        } else {
            drop(process);
            self.crew.start_ahead();
        }
    }

    /// A child that is ready; none when nobody wants one any more.
    async fn child(&self, memory: Option<u64>) -> Option<Result<Process, String>> {
        let began = Instant::now();
        let mut pause = START_PAUSE.0;
        loop {
            let why = tokio::select! {
                biased;
                () = self.cancel.cancelled() => return None,
                tried = self.try_child(memory) => match tried {
                    Ok(process) => return Some(Ok(process)),
                    Err(why) => why,
                },
            };
            let why = format!("could not start an executor: {why}");
            if self.crew.options.patience < began.elapsed() + pause {
                return Some(Err(why));
            }
            tracing::warn!("TM0412: {why}; trying again in {pause:?}");
            tokio::select! {
                () = self.cancel.cancelled() => return None,
                () = tokio::time::sleep(pause) => pause = (pause * 2).min(START_PAUSE.1),
            }
        }
    }

    async fn try_child(&self, memory: Option<u64>) -> Result<Process, String> {
        // What one keeps from before must not be held against the next attempt.
        let fits = |process: &Process| memory.is_none_or(|limit| process.resident <= limit / 2);
        let (idle, is_last) = {
            let mut idle = lock(self.idle);
            (idle.pop(), idle.is_empty())
        };
        if is_last && 0 < self.crew.slots.available_permits() {
            self.crew.start_ahead();
        }
        let mut process = match idle.filter(fits) {
            Some(process) => process,
            None => Process::start(self.recipe).map_err(|error| error.to_string())?,
        };
        process.ready(&self.recipe.code).await?;
        Ok(process)
    }
}

/// What an attempt comes to that its child did not end itself.
fn ended(count: usize, timeout: Duration, end: End) -> Attempted {
    let with = |seen: Seen, exit: String| Usage {
        peak_bytes: seen.peak_bytes.map(|bytes| bytes as i64),
        cpu_seconds: seen.cpu_seconds,
        exit_reason: Some(exit),
        ..Usage::default()
    };
    match end {
        End::Stopped { why, was_killed, seen } => {
            let attempted = stopped(count, why, timeout);
            let reason = attempted.usage.exit_reason.unwrap_or_default();
            let how = if was_killed { "killed" } else { "stopped when told" };
            Attempted { usage: with(seen, format!("{reason}, {how}")), ..attempted }
        }
        End::Died { death, seen } => Attempted {
            outcomes: failed(count, &death.failure()),
            usage: with(seen, death.short()),
            stopped: None,
        },
        End::NotBegun(why) => {
            let message = format!("executors end before they begin: {why}");
            lost(count, &Failure::new("TM0412", message))
        }
        End::Garbled(why) => {
            let message = format!("what the executor said was not understood: {why}");
            lost(count, &Failure::new("TM0412", message))
        }
        End::Told { .. } => unreachable!("it is answered where the child is kept"),
    }
}

fn recipe(workshop: &Workshop, options: &CrewOptions) -> Recipe {
    let own = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("tidemill"));
    let name = own.file_name().unwrap_or(own.as_os_str()).to_owned();
    // The link leads to this very program, even when another was put in its place since.
    let link = PathBuf::from("/proc/self/exe");
    let own = if link.exists() { link } else { own };
    let (program, arguments) =
        options.program.clone().unwrap_or_else(|| (own, vec!["exec".into()]));
    Recipe {
        program,
        name,
        arguments,
        environment: options.environment.clone(),
        threads: options.threads.max(1),
        code: workshop.code(),
    }
}

fn failed(count: usize, failure: &Failure) -> Vec<Result<Published, Failure>> {
    vec![Err(failure.clone()); count]
}

fn lost(count: usize, failure: &Failure) -> Attempted {
    let usage = Usage { exit_reason: Some("lost".to_owned()), ..Usage::default() };
    Attempted { outcomes: failed(count, failure), usage, stopped: None }
}

fn cancelled(count: usize) -> Attempted {
    stopped(count, Stopped::Cancelled, Duration::ZERO)
}

fn stopped(count: usize, why: Stopped, timeout: Duration) -> Attempted {
    let (failure, exit) = match why {
        Stopped::Timeout => {
            let message = format!("it took longer than its timeout of {timeout:?}");
            (Failure::new("TM0403", message), "timeout")
        }
        Stopped::Cancelled => {
            (Failure::new("TM0413", "it was stopped before it was done"), "cancelled")
        }
    };
    let usage = Usage { exit_reason: Some(exit.to_owned()), ..Usage::default() };
    Attempted { outcomes: failed(count, &failure), usage, stopped: Some(why) }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
