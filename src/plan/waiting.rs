//! Why a run has not started, and when it is expected to: the same words everywhere.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use super::PoolStanding;
use crate::model::Class;

/// Why a run has not started. What lasts until somebody acts comes before what passes by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// Its backfill is paused.
    BackfillPaused {
        /// The backfill.
        backfill: i64,
        /// By whom.
        by: String,
        /// Since when.
        since: Timestamp,
    },
    /// Its job is paused.
    JobPaused {
        /// The job.
        job: String,
        /// By whom.
        by: String,
        /// Since when.
        since: Timestamp,
    },
    /// Inputs are still being made.
    Inputs,
    /// No worker is alive.
    NoWorker,
    /// No living worker has the code it was planned for.
    NoCode {
        /// The fingerprint of that code.
        fingerprint: String,
    },
    /// No living worker with its code serves its pool.
    NoPool {
        /// The pool.
        pool: String,
    },
    /// The last attempt failed, and the next comes later.
    Backoff {
        /// When.
        until: Timestamp,
        /// What happened.
        error: String,
    },
    /// As many runs of its job are at it as may be.
    JobFull {
        /// The job.
        job: String,
        /// How many.
        limit: i32,
    },
    /// As many runs of its backfill are at it as may be.
    BackfillFull {
        /// The backfill.
        backfill: i64,
        /// How many.
        limit: i32,
    },
    /// Its pool has no free slot for it.
    PoolFull {
        /// The pool.
        pool: String,
        /// How many slots are taken.
        used: i32,
        /// How many there are.
        slots: i32,
        /// How many slots it needs.
        weight: i32,
        /// The jobs that hold slots, and how many each.
        holders: Vec<(String, i32)>,
    },
    /// Nothing but others before it.
    Turn,
}

impl Obstacle {
    /// The word programs read.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::BackfillPaused { .. } => "backfill_paused",
            Self::JobPaused { .. } => "job_paused",
            Self::Inputs => "inputs",
            Self::NoWorker => "no_worker",
            Self::NoCode { .. } => "no_code",
            Self::NoPool { .. } => "no_pool",
            Self::Backoff { .. } => "backoff",
            Self::JobFull { .. } => "job_full",
            Self::BackfillFull { .. } => "backfill_full",
            Self::PoolFull { .. } => "pool_full",
            Self::Turn => "turn",
        }
    }

    /// Whether it lasts until somebody acts.
    #[must_use]
    pub const fn needs_a_person(&self) -> bool {
        matches!(
            self,
            Self::BackfillPaused { .. }
                | Self::JobPaused { .. }
                | Self::NoWorker
                | Self::NoCode { .. }
                | Self::NoPool { .. }
        )
    }
}

/// What keeps a run from starting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// The run.
    pub run: i64,
    /// Why it has not started.
    pub why: Obstacle,
    /// On how many runs it waits, gates counted once.
    pub waiting_on: i32,
    /// What kind of work it is.
    pub class: Class,
    /// How many runs of its class and pool come before it; none while it waits for inputs.
    pub ahead: Option<u64>,
    /// When it is expected to start, as far as history tells.
    pub expected_at: Option<Timestamp>,
}

impl Wait {
    /// The command that would help, if one does.
    #[must_use]
    pub fn remedy(&self) -> Option<String> {
        match &self.why {
            Obstacle::BackfillPaused { backfill, .. } => {
                Some(format!("tidemill backfills resume {backfill}"))
            }
            Obstacle::JobPaused { job, .. } => Some(format!("tidemill resume {job}")),
            Obstacle::NoWorker => Some("tidemill up".to_owned()),
            Obstacle::BackfillFull { backfill, .. } => {
                Some(format!("tidemill backfills set {backfill} --concurrency N"))
            }
            Obstacle::PoolFull { pool, .. } => Some(format!("tidemill pools set {pool} --slots N")),
            _ => None,
        }
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BackfillPaused { backfill, by, since } => {
                write!(f, "backfill {backfill} is paused by {by} since {}", when(*since))
            }
            Self::JobPaused { job, by, since } => {
                write!(f, "job `{job}` is paused by {by} since {}", when(*since))
            }
            Self::Inputs => f.write_str("waits for its inputs"),
            Self::NoWorker => f.write_str("no worker is alive"),
            Self::NoCode { fingerprint } => {
                let short = fingerprint.get(..12).unwrap_or(fingerprint);
                write!(f, "no living worker has the code {short} it was planned for")
            }
            Self::NoPool { pool } => {
                write!(f, "no living worker with its code serves the pool `{pool}`")
            }
            Self::Backoff { until, error } => {
                write!(f, "is tried again at {} after: {error}", when(*until))
            }
            Self::JobFull { job, limit } => {
                write!(f, "job `{job}` is at its limit of {limit} at once")
            }
            Self::BackfillFull { backfill, limit } => {
                write!(f, "backfill {backfill} is at its limit of {limit} at once")
            }
            Self::PoolFull { pool, used, slots, weight, holders } => {
                write!(f, "pool `{pool}` is full: {used}/{slots}")?;
                if 1 < *weight {
                    write!(f, ", it needs {weight}")?;
                }
                let held: Vec<String> =
                    holders.iter().map(|(job, slots)| format!("`{job}` {slots}")).collect();
                if held.is_empty() { Ok(()) } else { write!(f, ", held by {}", held.join(", ")) }
            }
            Self::Turn => f.write_str("waits for its turn"),
        }
    }
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.why.fmt(f)?;
        if let (
            Obstacle::Turn | Obstacle::PoolFull { .. } | Obstacle::JobFull { .. },
            Some(ahead),
        ) = (&self.why, self.ahead)
        {
            let class = self.class.as_str();
            match ahead {
                0 => write!(f, "; next of class {class}")?,
                1 => write!(f, "; 1 run of class {class} is before it")?,
                _ => write!(f, "; {ahead} runs of class {class} are before it")?,
            }
        }
        match self.expected_at {
            Some(at) => write!(f, "; expected to start about {}", when(at)),
            None => Ok(()),
        }
    }
}

fn when(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// The work before a run, in seconds of one slot.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Queue {
    /// All of it, in its class and pool.
    pub work: f64,
    /// That of its own job.
    pub own: f64,
    /// How many slots its class can hope for.
    pub slots: f64,
    /// How many of its job's runs, or its backfill's, may run at once.
    pub limit: Option<i32>,
    /// How many runs are before it.
    pub runs: u64,
    /// How many of such runs finished in a second of late, where that is known.
    pub rate: Option<f64>,
}

/// How far back it is looked for how fast runs finish, in seconds.
pub const OF_LATE: i32 = 30;
/// In less time, and with fewer runs, it is chance how many finish.
const SECONDS_MIN: f64 = 5.0;
const RUNS_MIN: u64 = 10;

/// How many runs finish in a second while one waits that has been ready for so many seconds: for as
/// long there was always something to take. What finished is given by how many seconds ago.
#[must_use]
pub fn rate_of_late(finished: &[(i32, u64)], ready: f64) -> Option<f64> {
    let window = ready.min(f64::from(OF_LATE)).floor();
    let within = finished.iter().filter(|(ago, _)| f64::from(*ago) < window);
    let runs: u64 = within.map(|(_, runs)| runs).sum();
    (SECONDS_MIN <= window && RUNS_MIN <= runs).then(|| runs as f64 / window)
}

/// When a run starts that has this before it; none where nothing works or no history tells.
#[must_use]
pub fn expected_start(now: Timestamp, queue: &Queue) -> Option<Timestamp> {
    if queue.slots <= 0.0 || !queue.work.is_finite() {
        return None;
    }
    let limited = queue.limit.map_or(0.0, |limit| queue.own / f64::from(limit.max(1)));
    // Runs take more than their work: they are handed over, and wait for a disk or a server.
    let at_rate = queue.rate.map_or(0.0, |rate| queue.runs as f64 / rate);
    let wait = (queue.work / queue.slots).max(limited).max(at_rate);
    let wait = SignedDuration::try_from_secs_f64(wait).ok()?;
    now.checked_add(wait).ok()
}

/// When a run starts that was expected to start then, and waits for inputs that are tried again at
/// these instants and take so many seconds.
#[must_use]
pub fn after_retries(expected: Timestamp, retries: &[(Timestamp, f64)]) -> Timestamp {
    let ends = retries.iter().map(|(at, seconds)| {
        let takes = SignedDuration::try_from_secs_f64(*seconds).unwrap_or_default();
        at.checked_add(takes).unwrap_or(*at)
    });
    ends.fold(expected, Timestamp::max)
}

/// How many slots a class can hope for in a pool that living workers serve with so many: its share
/// by weight among the classes that run there, and no less than its floor.
#[must_use]
pub fn slots_for(pool: &PoolStanding, class: Class, served: i32, weight: i32) -> f64 {
    let slots = pool.slots.map_or(served, |slots| (slots / weight.max(1)).max(1).min(served));
    let at = class as usize;
    let rivals = Class::ALL.iter().map(|class| *class as usize);
    let rivals = rivals.filter(|rival| *rival == at || 0 < pool.running[*rival]);
    let weights: u32 = rivals.map(|rival| pool.shares[rival].weight).sum();
    let share = f64::from(pool.shares[at].weight) / f64::from(weights.max(1));
    let floor = f64::from(pool.shares[at].floor);
    (f64::from(slots) * share).max(floor).min(f64::from(slots))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{Obstacle, Queue, Wait, after_retries, expected_start, rate_of_late, slots_for};
    use crate::model::Class;
    use crate::plan::PoolStanding;
    use crate::spec::Share;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn says(why: Obstacle, ahead: Option<u64>, expected: Option<&str>) -> String {
        let expected_at = expected.map(at);
        let wait = Wait { run: 1, why, waiting_on: 0, class: Class::Late, ahead, expected_at };
        wait.to_string()
    }

    #[test]
    fn each_reason_is_one_sentence() {
        let since = at("2024-03-31T09:12:00Z");
        let (by, pool) = ("ada".to_owned(), "gcs".to_owned());
        let holders = vec![("orders".to_owned(), 6), ("clicks".to_owned(), 2)];
        let job = "orders".to_owned();
        let full = Obstacle::PoolFull { pool: pool.clone(), used: 8, slots: 8, weight: 1, holders };
        let lines = [
            says(Obstacle::BackfillPaused { backfill: 7, by: by.clone(), since }, Some(3), None),
            says(Obstacle::JobPaused { job: job.clone(), by, since }, None, None),
            says(Obstacle::Inputs, None, Some("2024-03-31T10:00:00Z")),
            says(Obstacle::NoWorker, None, None),
            says(Obstacle::NoCode { fingerprint: "0123456789abcdef".to_owned() }, None, None),
            says(Obstacle::NoPool { pool }, None, None),
            says(Obstacle::Backoff { until: since, error: "no answer".to_owned() }, None, None),
            says(Obstacle::JobFull { job, limit: 1 }, Some(1), None),
            says(Obstacle::BackfillFull { backfill: 7, limit: 2 }, Some(9), None),
            says(full, Some(41), Some("2024-03-31T09:12:30Z")),
            says(Obstacle::Turn, Some(0), None),
        ];
        insta::assert_snapshot!(lines.join("\n"), @"
        backfill 7 is paused by ada since 2024-03-31 09:12:00Z
        job `orders` is paused by ada since 2024-03-31 09:12:00Z
        waits for its inputs; expected to start about 2024-03-31 10:00:00Z
        no worker is alive
        no living worker has the code 0123456789ab it was planned for
        no living worker with its code serves the pool `gcs`
        is tried again at 2024-03-31 09:12:00Z after: no answer
        job `orders` is at its limit of 1 at once; 1 run of class late is before it
        backfill 7 is at its limit of 2 at once
        pool `gcs` is full: 8/8, held by `orders` 6, `clicks` 2; 41 runs of class late are before it; expected to start about 2024-03-31 09:12:30Z
        waits for its turn; next of class late
        ");
    }

    #[test]
    fn a_start_is_expected_only_where_something_works() {
        let now = at("2024-01-01T00:00:00Z");
        let starts = |work, own, slots, limit| {
            let queue = Queue { work, own, slots, limit, ..Queue::default() };
            expected_start(now, &queue).map(|at| at.to_string())
        };
        assert_eq!(starts(120.0, 0.0, 2.0, None).as_deref(), Some("2024-01-01T00:01:00Z"));
        assert_eq!(starts(120.0, 120.0, 2.0, Some(1)).as_deref(), Some("2024-01-01T00:02:00Z"));
        assert_eq!(starts(120.0, 0.0, 0.0, None), None, "nobody works");
        assert_eq!(starts(f64::NAN, 0.0, 2.0, None), None, "no history");
    }

    #[test]
    fn runs_that_take_more_than_their_work_are_expected_as_fast_as_they_finish() {
        let finished = [(0, 40), (4, 110), (9, 150), (29, 600)];
        assert_eq!(rate_of_late(&finished, 3600.0), Some(30.0));
        assert_eq!(rate_of_late(&finished, 10.5), Some(30.0), "since it could have been taken");
        assert_eq!(rate_of_late(&finished, 4.0), None, "too short to tell");
        assert_eq!(rate_of_late(&[(3, 9)], 3600.0), None, "too few to tell");

        let now = at("2024-01-01T00:00:00Z");
        let rate = rate_of_late(&finished, 3600.0);
        let queue = Queue { work: 4.0, slots: 4.0, runs: 600, rate, ..Queue::default() };
        assert_eq!(expected_start(now, &queue), Some(at("2024-01-01T00:00:20Z")));
    }

    #[test]
    fn nothing_starts_before_the_inputs_it_waits_for_were_tried_again() {
        let expected = at("2024-01-01T00:00:10Z");
        let (soon, late) = (at("2024-01-01T00:00:05Z"), at("2024-01-01T00:02:00Z"));
        assert_eq!(after_retries(expected, &[]), expected);
        assert_eq!(after_retries(expected, &[(soon, 1.0)]), expected);
        let then = at("2024-01-01T00:02:04Z");
        assert_eq!(after_retries(expected, &[(late, 4.0), (soon, 1.0)]), then);
        assert_eq!(after_retries(expected, &[(late, f64::NAN)]), late);
    }

    #[test]
    fn a_class_hopes_for_its_share_and_no_less_than_its_floor() {
        let shares = [Share::new(6, 1), Share::new(3, 1), Share::new(1, 1)];
        let mut pool = PoolStanding { slots: Some(8), used: 0, shares, running: [0, 0, 0] };
        let hopes = |pool: &PoolStanding, served, weight| {
            (slots_for(pool, Class::Backfill, served, weight) * 1000.0).round() as u32
        };
        assert_eq!(hopes(&pool, 20, 1), 8000, "alone it has the pool");
        assert_eq!(hopes(&pool, 4, 1), 4000, "or what the workers have");
        assert_eq!(hopes(&pool, 20, 4), 2000, "heavy runs need more of it");
        pool.running = [3, 0, 2];
        assert_eq!(hopes(&pool, 20, 1), 1143);
        assert_eq!(hopes(&pool, 2, 1), 1000, "the floor");
    }
}
