//! The same histories against a database, by the functions of the store.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use proptest_state_machine::StateMachineTest;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use tidemill::clock;
use tidemill::jiff::{SignedDuration, Timestamp};
use tidemill::model::Origin;
use tidemill::prelude::*;
use tidemill::spec::Catalog;
use tidemill::store::{self, Claimed, Ended, Lease, NewBackfill, NewWorker, Observed, Published};
use tokio::runtime::Runtime;

use super::machine::{JOBS, Op, SLOTS, State, claimed_text};
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
    delete from tidemill.backfill;
    delete from tidemill.worker;
    update tidemill.dataset set paused_at = null, paused_by = null;
    alter sequence tidemill.run_id restart;
    alter table tidemill.worker alter column id restart;
    alter table tidemill.backfill alter column id restart;
    alter table tidemill.materialization alter column id restart;
";

/// The database of all histories: they come one after the other.
struct Database {
    runtime: Runtime,
    pool: PgPool,
    catalog: Catalog,
    /// The numbers, for each version of the code.
    registries: Vec<store::Registry>,
}

static DATABASE: OnceLock<Mutex<Database>> = OnceLock::new();

/// The queue as the database has it.
pub(super) struct Reality {
    database: MutexGuard<'static, Database>,
    began: Timestamp,
    /// What was handed out, as the store said it.
    claimed: BTreeMap<Fence, Claimed>,
}

impl StateMachineTest for Reality {
    type SystemUnderTest = Self;
    type Reference = State;

    fn init_test(_: &State) -> Self {
        let database = DATABASE.get_or_init(|| Mutex::new(Database::open()));
        let database = database.lock().unwrap_or_else(PoisonError::into_inner);
        let forget = sqlx::raw_sql(FORGET).execute(&database.pool);
        database.runtime.block_on(forget).unwrap();
        Self { database, began: clock::now(), claimed: BTreeMap::new() }
    }

    fn apply(mut reality: Self, state: &State, _: super::machine::Step) -> Self {
        let (answer, claimed, lines) =
            reality.database.runtime.block_on(async { reality.live(&state.asked).await });
        let asked = &state.asked;
        assert_eq!(answer, state.answer, "answer to {asked:?}");
        let expected = state.queue.lines();
        assert_eq!(lines, expected, "after {asked:?}\n{}", difference(&lines, &expected));
        reality.claimed.extend(claimed.into_iter().map(|run| ((run.id, run.attempt), run)));
        reality
    }
}

/// What only one side says.
fn difference(found: &[String], expected: &[String]) -> String {
    let only = |these: &[String], those: &[String], mark: &str| {
        let lines = these.iter().filter(|line| !those.contains(line));
        lines.map(|line| format!("{mark} {line}\n")).collect::<String>()
    };
    only(found, expected, "the database:") + &only(expected, found, "the model:   ")
}

impl Database {
    fn open() -> Self {
        let runtime = Runtime::new().unwrap();
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
        let (pool, registries) = runtime.block_on(async {
            let options = Cluster::shared().await.database().await;
            // What a history writes lives for a moment: nothing waits for the disk.
            let options = options.options([("synchronous_commit", "off")]);
            store::open(options.clone()).await.unwrap().close().await;
            let pool = PgPoolOptions::new().max_connections(2).connect_with(options).await.unwrap();
            let mut registries = Vec::new();
            for version in ["1", "2"] {
                let code = store::CodeVersion {
                    fingerprint: version.to_owned(),
                    optimized: version.to_owned(),
                };
                let codes = vec![Some(code); JOBS.len()];
                registries.push(store::register(&pool, &catalog, &codes).await.unwrap());
            }
            (pool, registries)
        });
        let codes: Vec<_> = registries.iter().map(|registry| registry.code.clone()).collect();
        assert_eq!(codes, super::machine::codes());
        Self { runtime, pool, catalog, registries }
    }
}

impl Reality {
    /// Does it to the database: the answer, what was handed out, and all that is there now.
    async fn live(&self, op: &Op) -> (String, Vec<Claimed>, Vec<String>) {
        let (answer, claimed) = match op {
            Op::Claim(claimant, limit) => {
                let claimed = self.claim(claimant, *limit).await;
                let seen: Vec<Claim> = claimed.iter().map(seen).collect();
                (claimed_text(&seen), claimed)
            }
            _ => (self.answer(op).await, Vec::new()),
        };
        let lines = sqlx::query_scalar(include_str!("state.sql"));
        let mut lines: Vec<String> = lines.fetch_all(&self.database.pool).await.unwrap();
        lines.sort();
        (answer, claimed, lines)
    }

    async fn answer(&self, op: &Op) -> String {
        let Database { pool, registries, .. } = &*self.database;
        match op {
            Op::Nothing | Op::Claim(..) => String::new(),
            Op::Apply(asked, version) => format!("{:?}", self.apply_plan(asked, *version).await),
            Op::Commit(worker, group) => {
                let group: Vec<_> = group.iter().map(|ended| self.ended(ended)).collect();
                let done = store::commit(pool, &registries[1], *worker, &group).await.unwrap();
                let held = done.leases.iter().map(|lease| *lease == Lease::Held);
                format!("{:?}", (held.collect::<Vec<_>>(), done.made_ready))
            }
            _ => self.answer_in_one(op).await,
        }
    }

    /// What takes a connection and no more.
    async fn answer_in_one(&self, op: &Op) -> String {
        let mut tx = self.database.pool.begin().await.unwrap();
        let answer = match op {
            Op::Start => {
                let new = NewWorker {
                    host: "elsewhere".to_owned(),
                    pid: 1,
                    slots: 2,
                    codes: Vec::new(),
                    pools: None,
                };
                store::start_worker(&mut tx, &new).await.unwrap().to_string()
            }
            Op::Release(worker, runs) => {
                store::release(&mut tx, *worker, runs).await.unwrap();
                String::new()
            }
            Op::Expire(worker) => store::expire_worker(&mut tx, *worker).await.unwrap().to_string(),
            Op::Beat(worker) => {
                let lives = store::beat(&mut tx, *worker).await.unwrap();
                format!("{lives:?} {:?}", store::held(&mut tx, *worker).await.unwrap())
            }
            Op::Observe(spot, content) => {
                let observed = Observed {
                    key: spot.1.clone(),
                    content: *content,
                    files: Vec::new(),
                    tags: Vec::new(),
                    routes: Vec::new(),
                    routed_by: Vec::new(),
                };
                let registry = &self.database.registries[0];
                store::record_observed(&mut tx, registry, spot.0, &[observed], &[]).await.unwrap();
                String::new()
            }
            Op::Adopt(version, own) => {
                let claimant = store::Claimant { worker: 0, codes: own.clone(), pools: None };
                let registry = &self.database.registries[*version];
                store::adopt_stranded(&mut tx, registry, &claimant).await.unwrap().to_string()
            }
            _ => self.by_hand(&mut tx, op).await,
        };
        tx.commit().await.unwrap();
        answer
    }

    /// What time and people do.
    async fn by_hand(&self, db: &mut sqlx::PgConnection, op: &Op) -> String {
        let pause = |table: &str, id: i64, is_paused: bool| {
            let (at, by) = if is_paused { ("now()", "'me'") } else { ("null", "null") };
            format!(
                "update tidemill.{table} set paused_at = {at}, paused_by = {by} where id = {id}"
            )
        };
        let statement = match op {
            Op::PauseJob(dataset, is_paused) => pause("dataset", *dataset as i64 + 1, *is_paused),
            Op::PauseBackfill(id, is_paused) => pause("backfill", *id, *is_paused),
            Op::Advance(hours) => {
                format!("update tidemill.run set due_at = due_at - interval '{hours} hours'")
            }
            op => unreachable!("{op:?} is no matter of hands"),
        };
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(db).await.unwrap();
        String::new()
    }

    async fn apply_plan(&self, asked: &Asked, version: usize) -> Option<i64> {
        let Database { pool, catalog, registries, .. } = &*self.database;
        let deadlines: Vec<Option<Timestamp>> = asked
            .deadlines
            .iter()
            .map(|after| after.map(|after| self.began + SignedDuration::from_micros(after)))
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
        };
        match store::apply(pool, catalog, &registries[version], &asked.wiring, &new).await {
            Ok(applied) => Some(applied.backfill),
            Err(store::Error::PlanMoved) => None,
            Err(error) => panic!("{error}"),
        }
    }

    async fn claim(&self, claimant: &Claimant, limit: usize) -> Vec<Claimed> {
        let Claimant { worker, codes, pools } = claimant.clone();
        let claimant = store::Claimant { worker, codes, pools };
        let Database { pool, registries, .. } = &*self.database;
        store::claim(pool, &registries[1], &claimant, limit).await.unwrap()
    }

    /// An outcome as the store takes it.
    fn ended(&self, (claim, outcome): &(Claim, Outcome)) -> (Claimed, Ended) {
        let run = self.claimed[&(claim.id, claim.attempt)].clone();
        let (code, error) = ("TM0401", "no luck".to_owned());
        let ended = match outcome {
            Outcome::Published { content, inputs, read, .. } => {
                let lineage = read.iter().map(|input| (0, *input)).collect();
                let (content, inputs) = (*content, *inputs);
                Ended::Published(Box::new(Published {
                    content,
                    inputs,
                    lineage,
                    ..Published::default()
                }))
            }
            Outcome::Unchanged => Ended::Unchanged,
            Outcome::Backoff(pause) => {
                Ended::Backoff { code, error, pause: Duration::from_micros(*pause as u64) }
            }
            Outcome::Failed => Ended::Failed { code, error },
        };
        (run, ended)
    }
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
