//! One attempt in a child process: which child, and what becomes of the child afterwards.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use super::assignment::Assignment;
use super::attempt::{self, End, Limits};
use super::crew::{Attempted, Crew, CrewOptions};
use super::ended::{cancelled, ended, lost};
use super::process::{Process, Recipe};
use crate::engine::{Failure, LogSink, Workshop};
use crate::store::Usage;

/// Children that wait for an attempt, the one that was used last at the end.
pub(super) type Idle = Arc<Mutex<Vec<Process>>>;

/// How long a child waits before it is let go, unless it is the last.
const REST: Duration = Duration::from_mins(1);
/// The pause before it is tried again, at first and at most.
const START_PAUSE: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));
/// How often an attempt is handed to a fresh child when one ends before it begins.
const HANDS_MAX: u32 = 3;
/// A child that keeps more memory than this is not used again.
const RESIDENT_MAX: u64 = 512 << 20;

/// One attempt, from hand to hand until a child has begun it.
pub(super) struct Hands<'a> {
    pub(super) crew: &'a Crew,
    pub(super) recipe: &'a Recipe,
    pub(super) idle: &'a Idle,
    pub(super) cancel: &'a CancellationToken,
    pub(super) logs: &'a LogSink,
}

impl Hands<'_> {
    pub(super) async fn attempt(&self, assignment: Assignment) -> Attempted {
        let (count, timeout) = (assignment.members.len(), assignment.timeout);
        let options = &self.crew.options;
        let job = self.crew.job(&assignment.dataset);
        let memory = assignment.memory.or(job.and_then(|job| job.memory)).or(options.memory);
        let (grace, frozen) = (options.grace, options.frozen);
        let limits = Limits { timeout, memory, grace, frozen };
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
    fn give_back(&self, mut process: Process, is_good: bool) {
        if is_good {
            process.idle_since = Instant::now();
            lock(self.idle).push(process);
        } else {
            drop(process);
            start_ahead(self.recipe, &mut lock(self.idle));
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
        let idle = {
            // Held until the next is there, or somebody who comes in between starts one more.
            let mut idle = lock(self.idle);
            let taken = idle.pop();
            if idle.is_empty() && 0 < self.crew.slots.available_permits() {
                start_ahead(self.recipe, &mut idle);
            }
            taken
        };
        let mut process = match idle.filter(fits) {
            Some(process) => process,
            None => Process::start(self.recipe).map_err(|error| error.to_string())?,
        };
        process.ready(&self.recipe.code).await?;
        Ok(process)
    }
}

/// Starts a child for the next attempt.
pub(super) fn start_ahead(recipe: &Recipe, idle: &mut Vec<Process>) {
    match Process::start(recipe) {
        Ok(process) => idle.push(process),
        // The next attempt tries again, and says what is wrong when it does not help.
        Err(error) => tracing::warn!("could not start an executor ahead: {error}"),
    }
}

/// Lets go of children that nobody has needed for a while, all but one.
pub(super) async fn rest(idle: Weak<Mutex<Vec<Process>>>) {
    loop {
        tokio::time::sleep(REST).await;
        let Some(idle) = idle.upgrade() else { return };
        let mut idle = lock(&idle);
        let tired = idle.iter().take_while(|process| REST < process.idle_since.elapsed()).count();
        let gone = tired.min(idle.len().saturating_sub(1));
        idle.drain(..gone);
    }
}

/// How the children of a crew are started.
pub(super) fn recipe(workshop: &Workshop, options: &CrewOptions) -> Recipe {
    let own = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("tidemill"));
    let name = own.file_name().unwrap_or(own.as_os_str()).to_owned();
    // The link leads to this very program, even when another was put in its place since.
    let link = PathBuf::from("/proc/self/exe");
    let own = if link.exists() { link } else { own };
    let (program, arguments) =
        options.program.clone().unwrap_or_else(|| (own, vec!["exec".into()]));
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    Recipe {
        program,
        name,
        arguments,
        environment: options.environment.clone(),
        threads: options.threads.unwrap_or(cores / options.slots.max(1)).max(1),
        cgroup: options.cgroup.clone(),
        code: workshop.code(),
    }
}

pub(super) fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
