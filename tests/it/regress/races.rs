//! Two transactions at once, each of which cannot see the other.

use std::sync::Arc;

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, Postgres};
use tidemill::clock;
use tidemill::engine::{self, Demand};
use tidemill::prelude::*;
use tidemill::store::{self, Claimed, Ended, Lease, Published};
use tokio::task::JoinHandle;

use crate::support::{NEEDED, TestMill};

/// Lets transactions go as far as their very end, and no further while somebody holds the lock.
const HOLD: &str = "
    create function public.hold() returns trigger language plpgsql as
        $$ begin perform pg_advisory_xact_lock_shared(1); return null; end $$;
    create constraint trigger hold after update on tidemill.attempt
        deferrable initially deferred for each row execute function public.hold();
    create constraint trigger hold after insert on tidemill.run
        deferrable initially deferred for each row execute function public.hold();
";

/// Seven days, and their week if asked for: more than that many days are worth a gate.
async fn days(with_week: bool) -> (TestMill, i64) {
    let test = TestMill::new(|project| {
        let day = TimePartitions::daily("2024-01-01").until("2024-01-08");
        let numbers = project.job(
            Transform::new("numbers")
                .partitions(&day)
                .run(|_, []| Ok(df!("one" => [1_i64])?.lazy())),
        );
        if with_week {
            project.job(
                Transform::new("week")
                    .reads(&numbers, Mapping::overlapping())
                    .partitions(day.weekly())
                    .run(|_, [numbers]| Ok(numbers.select([len().alias("rows")]))),
            );
        }
    })
    .await;
    let backfill = test.apply(&test.ask(&[], NEEDED).await).await;
    (test, backfill)
}

/// Claims all seven days and publishes all but the last two, which are left to the caller.
async fn but_two(test: &TestMill) -> (i64, Vec<Claimed>) {
    let mill = &test.mill;
    let worker = test.stranger().await;
    let mut runs = test.claim(worker, 10).await;
    assert_eq!(runs.len(), 7);
    let last = runs.split_off(5);
    let group: Vec<_> = runs.into_iter().map(made_up).collect();
    let committed = store::commit(&mill.pool, &mill.registry, worker, &group).await.unwrap();
    assert_eq!(committed.leases, [Lease::Held; 5]);
    (worker, last)
}

/// A result that nobody computed.
fn made_up(run: Claimed) -> (Claimed, Ended) {
    let published = Published { content: 7, inputs: 7, rows: 1, ..Published::default() };
    (run, Ended::Published(Box::new(published)))
}

/// Commits each run by a transaction of its own; both have written everything before either ends.
async fn commit_at_once(test: &TestMill, worker: i64, runs: Vec<Claimed>) {
    let mut holder = hold(test).await;
    let mut commits: Vec<JoinHandle<Vec<Lease>>> = Vec::new();
    for run in runs {
        let mill = Arc::clone(&test.mill);
        let group = [made_up(run)];
        commits.push(tokio::spawn(async move {
            store::commit(&mill.pool, &mill.registry, worker, &group).await.unwrap().leases
        }));
        stuck(&mut holder, commits.len() as i64).await;
    }
    let_go(&mut holder).await;
    for commit in commits {
        assert_eq!(commit.await.unwrap(), [Lease::Held]);
    }
}

/// From now on no transaction ends that reports an attempt or records runs.
async fn hold(test: &TestMill) -> PoolConnection<Postgres> {
    sqlx::raw_sql(HOLD).execute(&test.mill.pool).await.unwrap();
    let mut holder = test.mill.pool.acquire().await.unwrap();
    sqlx::raw_sql("select pg_advisory_lock(1)").execute(&mut *holder).await.unwrap();
    holder
}

async fn let_go(holder: &mut PgConnection) {
    sqlx::raw_sql("select pg_advisory_unlock(1)").execute(holder).await.unwrap();
}

/// Waits until this many transactions wait for a lock, or for each other.
async fn stuck(db: &mut PgConnection, wanted: i64) {
    let count = "select count(*) from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'
            and application_name = 'tidemill'";
    let waiting = async {
        let mut found = 0;
        while found < wanted {
            found = sqlx::query_scalar(count).fetch_one(&mut *db).await.unwrap();
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(8), waiting).await;
    assert!(waited.is_ok(), "fewer than {wanted} commits came to wait");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gate_opens_when_its_last_two_runs_are_committed_at_once() {
    let (test, backfill) = days(true).await;
    let gates = "select count(*) from tidemill.run where dataset_id is null and backfill_id = $1";
    assert_eq!(test.number(gates, backfill).await, 1);
    let (worker, last) = but_two(&test).await;
    commit_at_once(&test, worker, last).await;

    assert_eq!(test.number(gates, backfill).await, 0);
    let ready = "select count(*) from tidemill.run where state = 'ready' and backfill_id = $1";
    assert_eq!(test.number(ready, backfill).await, 1, "the week is ready");
    test.work(backfill).await;
    assert_eq!(test.published("week").await, 1);
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backfill_whose_last_two_runs_are_committed_at_once_is_completed() {
    let (test, backfill) = days(false).await;
    let (worker, last) = but_two(&test).await;
    commit_at_once(&test, worker, last).await;

    let completed = "select count(*) from tidemill.backfill where state = 'completed' and id = $1";
    assert_eq!(test.number(completed, backfill).await, 1);
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_reaches_readers_that_are_recorded_at_the_same_time() {
    let test = TestMill::new(|project| {
        let day = TimePartitions::daily("2024-01-01").until("2024-01-02");
        let top = Transform::new("top").partitions(&day);
        let mut made = project.job(top.run(|_, []| Ok(df!("one" => [1_i64])?.lazy())));
        for name in ["middle", "bottom"] {
            let below = Transform::new(name).reads(&made, Mapping::Same).partitions(&day);
            made = project.job(below.run(|_, [above]| Ok(above)));
        }
    })
    .await;
    let first = test.apply(&test.ask(&["top", "middle"], NEEDED).await).await;
    let worker = test.stranger().await;
    let runs = test.claim(worker, 1).await;
    let request = test.ask(&["bottom"], NEEDED).await;
    let hash = engine::plan_now(&test.mill, &request, clock::now()).await.unwrap().plan.hash;

    // The reader of `middle` is recorded, but nobody else can see it yet.
    let mut holder = hold(&test).await;
    let mill = Arc::clone(&test.mill);
    let recorded = tokio::spawn(async move {
        let demand = Demand::backfill(request, &hash, "test", "test");
        engine::demand(&mill, &demand).await.unwrap().backfill
    });
    stuck(&mut holder, 1).await;
    let mill = Arc::clone(&test.mill);
    let failed = Ended::Failed { code: "TM0401", error: "never".to_owned() };
    let group = [(runs[0].clone(), failed)];
    let commit = tokio::spawn(async move {
        store::commit(&mill.pool, &mill.registry, worker, &group).await.unwrap().leases
    });
    stuck(&mut holder, 2).await;
    let_go(&mut holder).await;

    let second = recorded.await.unwrap();
    assert_eq!(commit.await.unwrap(), [Lease::Held]);
    let failed = "select count(*) from tidemill.backfill where state = 'failed' and id = $1";
    assert_eq!(test.number(failed, first).await, 1);
    assert_eq!(test.number(failed, second).await, 1);
    drop(holder);
    test.finish().await;
}
