//! What the model is asked, asked of a database by the functions of the store.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{PgConnection, PgPool};
use tidemill::clock;
use tidemill::jiff::{SignedDuration, Timestamp};
use tidemill::model::Origin;
use tidemill::prelude::*;
use tidemill::spec::Catalog;
use tidemill::store::{self, Claimed, Ended, Lease, NewBackfill, NewWorker, Observed, Published};
use tokio::runtime::Runtime;

use super::machine::{JOBS, Op, SLOTS, claimed_text};
use super::queue::{Asked, Claim, Claimant, Fence, Outcome};
use crate::support::Cluster;

/// What one history left is no part of the next. Numbers begin again, so that both sides hand out
/// the same.
const FORGET: &str = "
    delete from tidemill.head;
    delete from tidemill.lineage_edge;
    delete from tidemill.materialization;
    delete from tidemill.attempt;
    delete from tidemill.partition_failure;
    delete from tidemill.run_edge;
    delete from tidemill.run;
    delete from tidemill.run_history;
    delete from tidemill.backfill_event;
    delete from tidemill.backfill;
    delete from tidemill.worker;
    update tidemill.dataset set paused_at = null, paused_by = null where paused_at is not null;
    select setval('tidemill.run_id', 1, false),
        setval(pg_get_serial_sequence('tidemill.worker', 'id'), 1, false),
        setval(pg_get_serial_sequence('tidemill.backfill', 'id'), 1, false),
        setval(pg_get_serial_sequence('tidemill.materialization', 'id'), 1, false);
";

/// The database of all histories: they come one after the other.
pub(super) struct Database {
    pub(super) runtime: Runtime,
    pub(super) options: PgConnectOptions,
    pub(super) pool: PgPool,
    pub(super) setting: Arc<Setting>,
}

/// What both sides were declared with, as the database numbers it.
pub(super) struct Setting {
    catalog: Catalog,
    /// For each version of the code.
    registries: Vec<store::Registry>,
    /// The number of the pool that the model calls 2.
    narrow: i32,
}

/// What was handed out in a history, as the store said it.
#[derive(Clone)]
pub(super) struct Memory {
    began: Timestamp,
    claimed: BTreeMap<Fence, Claimed>,
}

impl Memory {
    /// Of a history that begins now.
    pub(super) fn new() -> Self {
        Self { began: clock::now(), claimed: BTreeMap::new() }
    }

    pub(super) fn remember(&mut self, claimed: Vec<Claimed>) {
        self.claimed.extend(claimed.into_iter().map(|run| ((run.id, run.attempt), run)));
    }
}

impl Database {
    /// The database, for one history alone.
    pub(super) fn lock() -> MutexGuard<'static, Self> {
        static DATABASE: OnceLock<Mutex<Database>> = OnceLock::new();
        let database = DATABASE.get_or_init(|| Mutex::new(Self::open()));
        let database = database.lock().unwrap_or_else(PoisonError::into_inner);
        // A test that failed left its transactions behind gates that nobody opens any more.
        let left = "select count(pg_terminate_backend(pid, 5000)) from pg_stat_activity
            where application_name = 'gate' and datname = current_database()";
        database.runtime.block_on(sqlx::query(left).execute(&database.pool)).unwrap();
        database
    }

    fn open() -> Self {
        let runtime = Runtime::new().unwrap();
        let (options, pool) = runtime.block_on(async {
            let options = Cluster::shared().await.database().await;
            // What a history writes lives for a moment: nothing waits for the disk.
            let options = options.options([("synchronous_commit", "off"), ("lock_timeout", "10s")]);
            store::open(options.clone()).await.unwrap().close().await;
            let pool = PgPoolOptions::new().max_connections(2);
            (options.clone(), pool.connect_with(options).await.unwrap())
        });
        let setting = Arc::new(runtime.block_on(Setting::declare(&pool)));
        Self { runtime, options, pool, setting }
    }

    /// Forgets the history before.
    pub(super) async fn forget(&self) {
        sqlx::raw_sql(FORGET).execute(&self.pool).await.unwrap();
    }

    /// All that is there now.
    pub(super) async fn lines(&self) -> Vec<String> {
        let lines = sqlx::query_scalar(include_str!("state.sql"));
        let mut lines: Vec<String> = lines.fetch_all(&self.pool).await.unwrap();
        lines.sort();
        lines
    }
}

impl Setting {
    async fn declare(db: &PgPool) -> Self {
        let mut project = Project::new();
        let narrow = Pool::new("narrow").slots(SLOTS);
        for (name, pool, weight, concurrency, attempts) in JOBS {
            let days = TimePartitions::daily("2024-01-01").until("2024-01-11");
            let retry = Retry::fixed(Duration::ZERO).attempts(attempts);
            let mut job = Transform::new(name).partitions(days).retry(retry).weight(weight);
            if pool == 2 {
                job = job.pool(&narrow);
            }
            if let Some(runs) = concurrency {
                job = job.concurrency(runs);
            }
            project.job(job.run(|_, []| Ok(df!("one" => [1_i64])?.lazy())));
        }
        let catalog = project.catalog().unwrap();
        let mut registries = Vec::new();
        for version in ["1", "2"] {
            let code = store::CodeVersion {
                fingerprint: version.to_owned(),
                optimized: version.to_owned(),
            };
            let codes = vec![Some(code); JOBS.len()];
            registries.push(store::register(db, &catalog, &codes).await.unwrap());
        }
        let codes: Vec<_> = registries.iter().map(|registry| registry.code.clone()).collect();
        assert_eq!(codes, super::machine::codes());
        let pools = store::pools(&mut db.acquire().await.unwrap()).await.unwrap();
        let narrow = pools.iter().find(|pool| pool.name == "narrow").unwrap().id;
        Self { catalog, registries, narrow }
    }

    /// Does it to the database: the answer, and what was handed out. An error is one that the engine
    /// answers by asking again.
    pub(super) async fn perform(
        &self,
        db: &PgPool,
        memory: &Memory,
        op: &Op,
    ) -> store::Result<(String, Vec<Claimed>)> {
        let answer = match op {
            Op::Nothing => String::new(),
            Op::Claim(claimant, limit) => {
                let claimed = self.claim(db, claimant, *limit).await?;
                let seen: Vec<Claim> = claimed.iter().map(seen).collect();
                return Ok((claimed_text(&seen), claimed));
            }
            Op::Apply(asked, version) => {
                format!("{:?}", self.apply(db, memory, asked, *version).await?)
            }
            Op::Commit(worker, group) => {
                let group: Vec<_> = group.iter().map(|one| ended(memory, one)).collect();
                let done = store::commit(db, &self.registries[1], *worker, &group).await?;
                let held = done.leases.iter().map(|lease| *lease == Lease::Held);
                format!("{:?}", (held.collect::<Vec<_>>(), done.made_ready))
            }
            Op::PauseBackfill(id, finish) => {
                unless_over(store::pause_backfill(db, *id, "me", *finish).await)?
            }
            Op::ResumeBackfill(id) => unless_over(store::resume_backfill(db, *id, "me").await)?,
            Op::CancelBackfill(id) => {
                let done = store::cancel_backfill(db, *id, "me").await;
                unless_over(done.map(|done| (done.runs, done.running, done.dependents)))?
            }
            Op::CancelRuns(runs) => {
                let done = store::cancel_runs(db, runs, "me").await?;
                format!("{:?}", (done.runs, done.running, done.dependents))
            }
            _ => {
                let mut tx = db.begin().await?;
                let answer = self.perform_in(&mut tx, op).await?;
                tx.commit().await?;
                answer
            }
        };
        Ok((answer, Vec::new()))
    }

    /// What takes a connection and no more.
    async fn perform_in(&self, db: &mut PgConnection, op: &Op) -> store::Result<String> {
        let answer = match op {
            Op::Start => {
                let new = NewWorker {
                    host: "elsewhere".to_owned(),
                    pid: 1,
                    slots: 2,
                    codes: Vec::new(),
                    pools: None,
                };
                store::start_worker(db, &new).await?.to_string()
            }
            Op::Release(worker, runs) => {
                store::release(db, *worker, runs).await?;
                String::new()
            }
            Op::Expire(worker) => store::expire_worker(db, *worker).await?.to_string(),
            Op::Beat(worker) => {
                // Nothing waits for nothing, so the safety net finds nothing.
                assert_eq!(store::free_waiting(db).await?, [] as [i64; 0]);
                let lives = store::beat(db, *worker).await?;
                format!("{lives:?} {:?}", store::held(db, *worker).await?)
            }
            Op::Observe(spot, content) => {
                let observed = Observed {
                    key: spot.1.clone(),
                    content: *content,
                    rows: None,
                    files: Vec::new(),
                    tags: Vec::new(),
                    routes: Vec::new(),
                    routed_by: Vec::new(),
                };
                let registry = &self.registries[0];
                store::record_observed(db, registry, spot.0, &[observed], &[]).await?;
                String::new()
            }
            Op::Adopt(version, own) => {
                store::adopt_stranded(db, &self.registries[*version], own).await?.to_string()
            }
            Op::PauseJob(dataset, is_paused) => {
                let id = self.registries[0].datasets[*dataset];
                match is_paused {
                    true => store::pause_job(db, id, "me").await?,
                    false => store::resume_job(db, id).await?,
                };
                String::new()
            }
            _ => by_hand(db, op).await?,
        };
        Ok(answer)
    }

    async fn apply(
        &self,
        db: &PgPool,
        memory: &Memory,
        asked: &Asked,
        version: usize,
    ) -> store::Result<Option<i64>> {
        let deadlines: Vec<Option<Timestamp>> = asked
            .deadlines
            .iter()
            .map(|after| after.map(|after| memory.began + SignedDuration::from_micros(after)))
            .collect();
        let new = NewBackfill {
            request: "test",
            plan: serde_json::Value::Null,
            hash: "test",
            by: "test",
            origin: Origin::Person,
            class: asked.class,
            priority: asked.priority,
            concurrency: asked.concurrency,
            deadlines: &deadlines,
            retry_of: None,
            ticks: &[],
            note: None,
        };
        let registry = &self.registries[version];
        match store::apply(db, &self.catalog, registry, &asked.wiring, &new).await {
            Ok(applied) => Ok(Some(applied.backfill)),
            Err(store::Error::PlanMoved) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn claim(
        &self,
        db: &PgPool,
        claimant: &Claimant,
        limit: usize,
    ) -> store::Result<Vec<Claimed>> {
        let Claimant { worker, codes, pools } = claimant.clone();
        let pools = pools.map(|_| vec![self.narrow]);
        let claimant = store::Claimant { worker, codes, pools, ..Default::default() };
        store::claim(db, &self.registries[1], &claimant, limit).await
    }
}

/// An answer; none when a person asks something of a backfill that is over.
fn unless_over<T: std::fmt::Debug>(outcome: store::Result<T>) -> store::Result<String> {
    match outcome {
        Ok(done) => Ok(format!("{:?}", Some(done))),
        Err(store::Error::BackfillOver { .. }) => Ok("None".to_owned()),
        Err(error) => Err(error),
    }
}

/// What time does.
async fn by_hand(db: &mut PgConnection, op: &Op) -> store::Result<String> {
    let statement = match op {
        Op::Advance(hours) => {
            format!("update tidemill.run set due_at = due_at - interval '{hours} hours'")
        }
        op => unreachable!("{op:?} is no matter of hands"),
    };
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(db).await?;
    Ok(String::new())
}

/// An outcome as the store takes it.
fn ended(memory: &Memory, (claim, outcome): &(Claim, Outcome)) -> (Claimed, Ended) {
    let run = memory.claimed[&(claim.id, claim.attempt)].clone();
    let (code, error) = ("TM0401", "no luck".to_owned());
    let ended = match outcome {
        Outcome::Published { content, inputs, read, .. } => {
            let lineage = read.iter().map(|input| (0, *input)).collect();
            let (content, inputs) = (*content, *inputs);
            let published = Published { content, inputs, lineage, ..Published::default() };
            Ended::Published(Box::new(published))
        }
        Outcome::Unchanged => Ended::Unchanged,
        Outcome::Backoff(pause) => {
            Ended::Backoff { code, error, pause: Duration::from_micros(*pause as u64) }
        }
        Outcome::Failed => Ended::Failed { code, error },
    };
    (run, ended)
}

/// What was handed out, as the model says it.
fn seen(run: &Claimed) -> Claim {
    Claim {
        id: run.id,
        attempt: run.attempt,
        failures: run.failures,
        backfill: run.backfill,
        spot: (run.dataset, run.key.clone()),
        is_forced: run.is_forced,
        planned_at: 0,
        published: run.published,
    }
}

/// What only one side says.
pub(super) fn difference(found: &[String], expected: &[String]) -> String {
    let only = |these: &[String], those: &[String], mark: &str| {
        let lines = these.iter().filter(|line| !those.contains(line));
        lines.map(|line| format!("{mark} {line}\n")).collect::<String>()
    };
    only(found, expected, "the database:") + &only(expected, found, "the model:   ")
}
