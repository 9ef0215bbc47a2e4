//! The doctor finds what is wrong, and says nothing when nothing is.

use std::path::PathBuf;

use sqlx::AssertSqlSafe;
use tidemill::engine;
use tidemill::plan::Finding;
use tidemill::prelude::*;
use tidemill::store::{self, NewWorker};

use crate::support::{ALL, NEEDED, TestMill};

/// Two days that read a number, and the number.
fn declare(project: &mut Project) {
    let days = TimePartitions::daily("2024-01-01").until("2024-01-03");
    let numbers = project.job(
        Transform::new("numbers")
            .partitions(&days)
            .run(|cx, []| Ok(df!("one" => [1_i64])?.lazy().with_column(cx.date().alias("day")))),
    );
    project.job(
        Transform::new("sums")
            .reads(&numbers, Mapping::Same)
            .partitions(&days)
            .run(|_cx, [numbers]| Ok(numbers.group_by([col("day")]).agg([len().alias("rows")]))),
    );
}

/// A damage, what undoes it, and the rule that must name it.
const DAMAGES: [(&str, &str, &str, &str); 14] = [
    (
        "update tidemill.backfill set runs = runs + 1",
        "update tidemill.backfill set runs = runs - 1",
        "counts",
        "other runs than were planned",
    ),
    (
        "update tidemill.backfill set state = 'active', finished_at = null",
        "update tidemill.backfill set state = 'completed', finished_at = now()",
        "backfills",
        "active without live runs",
    ),
    (
        "insert into tidemill.attempt (run_id, number, worker_id, state, ended_at)
         select run_id, 90, worker_id, 'committed', now() from tidemill.attempt",
        "delete from tidemill.attempt where number = 90",
        "publication",
        "not exactly one committed attempt",
    ),
    (
        "update tidemill.materialization set attempt = attempt + 1",
        "update tidemill.materialization set attempt = attempt - 1",
        "publication",
        "an attempt that was over",
    ),
    (
        "update tidemill.head set generation = generation - 1000",
        "update tidemill.head set generation = generation + 1000",
        "heads",
        "readers see an old version",
    ),
    (
        "update tidemill.head set content = '\\x00000000000000000000000000000000'",
        "update tidemill.head set content = version.content
         from tidemill.materialization as version where version.id = materialization_id",
        "heads",
        "differs from the version it points to",
    ),
    (
        "update tidemill.materialization as version set expired_at = now()
         from tidemill.head where version.id = materialization_id",
        "update tidemill.materialization set expired_at = null",
        "heads",
        "whose files are gone",
    ),
    (
        "update tidemill.materialization
         set paths = paths || 'one/for/all'::text, sizes = sizes || 1::bigint,
             hashes = hashes || ''::text",
        "update tidemill.materialization
         set paths = trim_array(paths, 1), sizes = trim_array(sizes, 1),
             hashes = trim_array(hashes, 1)",
        "files",
        "two versions name the same file",
    ),
    (
        "insert into tidemill.orphan
         values ('a/b/1-1.parquet', 1, 1, 1, now() - interval '9 days')",
        "delete from tidemill.orphan",
        "orphans",
        "objects that nothing names",
    ),
    (
        "insert into tidemill.run_edge values (900001, 900002, true)",
        "delete from tidemill.run_edge",
        "waiting",
        "waits for one that is over",
    ),
    (
        "update tidemill.attempt set state = 'running', ended_at = null",
        "update tidemill.attempt set state = 'committed', ended_at = now()",
        "attempts",
        "an attempt is open",
    ),
    (
        "insert into tidemill.lineage_edge
         select min(output_id), max(output_id), 7 from tidemill.lineage_edge",
        "delete from tidemill.lineage_edge where position = 7",
        "lineage",
        "made from one that was published after it",
    ),
    (
        "update tidemill.materialization set generation = generation + 7;
         update tidemill.head set generation = generation + 7",
        "update tidemill.materialization set generation = generation - 7;
         update tidemill.head set generation = generation - 7",
        "generations",
        "another generation than its run",
    ),
    (
        "insert into tidemill.schedule
             (dataset_id, timetable, zone, catch_up, ticks_max, cursor_at, covered_until, next_due)
         select min(id), '0 6 * * *', 'UTC', 'all', 10, now(), now(), now() - interval '1 hour'
         from tidemill.dataset",
        "delete from tidemill.schedule",
        "schedules",
        "ticks are due and nobody records them",
    ),
];

async fn made() -> TestMill {
    let test = TestMill::new(declare).await;
    assert_eq!(test.make(&test.ask(&[], NEEDED).await).await, "4 published");
    test
}

/// What is wrong, machines and settings aside: tests run on a server that may forget.
async fn wrong(test: &TestMill, deep: bool) -> Vec<Finding> {
    let mut found = engine::examine(&test.mill, deep).await.unwrap();
    let elsewhere = ["settings", "clocks", "transactions", "history", "disk", "housekeeping"];
    found.retain(|finding| !elsewhere.contains(&finding.rule));
    found
}

fn has(found: &[Finding], rule: &str, fault: &str) -> bool {
    found.iter().any(|finding| {
        finding.rule == rule && finding.fault.contains(fault) && !finding.examples.is_empty()
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sound_system_has_nothing_wrong_and_each_damage_is_named() {
    let test = made().await;
    assert_eq!(wrong(&test, false).await, []);
    for (damage, undo, rule, fault) in DAMAGES {
        sqlx::raw_sql(damage).execute(&test.mill.pool).await.unwrap();
        let found = wrong(&test, false).await;
        assert!(has(&found, rule, fault), "{damage}\n{found:#?}");
        assert!(!engine::examine_at_rest(&test.mill).await.unwrap().is_empty(), "{damage}");
        sqlx::raw_sql(undo).execute(&test.mill.pool).await.unwrap();
    }
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn live_runs_are_judged_as_they_are() {
    let test = made().await;
    let backfill = test.apply(&test.ask(&[], ALL).await).await;
    let idle = test.stranger().await;
    assert_eq!(wrong(&test, false).await, [], "what waits is not wrong");
    assert!(!engine::examine_at_rest(&test.mill).await.unwrap().is_empty(), "and not at rest");
    let live = [
        (
            "update tidemill.run set waiting_on = waiting_on + 1 where state = 'waiting'",
            "update tidemill.run set waiting_on = waiting_on - 1 where state = 'waiting'",
            "waiting",
            "waits for more, or for less",
        ),
        (
            "insert into tidemill.worker (host, pid, ended_at)
             values ('gone', 1, now() - interval '1 hour');
             update tidemill.run
             set state = 'running', attempt = 1, worker_id = (select max(id) from tidemill.worker)
             where state = 'ready';
             insert into tidemill.attempt (run_id, number, worker_id, started_at)
             select id, 1, worker_id, now() - interval '3 hours'
             from tidemill.run where state = 'running'",
            "",
            "workers",
            "a worker that has ended still holds runs",
        ),
    ];
    for (damage, undo, rule, fault) in live {
        sqlx::raw_sql(damage).execute(&test.mill.pool).await.unwrap();
        let found = wrong(&test, false).await;
        assert!(has(&found, rule, fault), "{damage}\n{found:#?}");
        sqlx::raw_sql(undo).execute(&test.mill.pool).await.unwrap();
    }
    let found = wrong(&test, false).await;
    assert!(has(&found, "workers", "in hand for longer than they may be"), "{found:#?}");
    let mut db = test.mill.pool.acquire().await.unwrap();
    store::end_worker(&mut db, idle).await.unwrap();
    drop(db);
    test.work(backfill).await;
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_that_no_living_worker_would_take_are_named_within_seconds() {
    let test = TestMill::new(declare).await;
    let backfill = test.apply(&test.ask(&[], NEEDED).await).await;
    let age = |age: &'static str| {
        let set = format!("update tidemill.run set due_at = now() - interval '{age}'");
        let pool = test.mill.pool.clone();
        async move { sqlx::raw_sql(AssertSqlSafe(set)).execute(&pool).await.unwrap() }
    };
    age("-1 minute").await;
    assert_eq!(wrong(&test, false).await, [], "what is not due is not missed");
    age("20 seconds").await;
    let says = |found: &[Finding], why: &str| {
        has(found, "workers", "no living worker would take them")
            && found.iter().any(|one| one.examples.iter().all(|example| example.ends_with(why)))
    };
    let found = wrong(&test, false).await;
    assert!(says(&found, ": no worker is alive"), "{found:#?}");

    let mut db = test.mill.pool.acquire().await.unwrap();
    let new = |pools| NewWorker {
        host: "elsewhere".to_owned(),
        pid: 1,
        slots: 2,
        codes: test.codes(),
        pools,
    };
    let other = store::start_worker(&mut db, &new(Some(vec![i32::MAX]))).await.unwrap();
    let found = wrong(&test, false).await;
    assert!(says(&found, "that has their code serves the pool"), "{found:#?}");
    let fit = store::start_worker(&mut db, &new(None)).await.unwrap();
    assert_eq!(wrong(&test, false).await, [], "that one takes them, if it is given a while");
    age("20 minutes").await;
    let found = wrong(&test, false).await;
    assert!(has(&found, "workers", "the workers that are there take none"), "{found:#?}");
    for gone in [other, fit] {
        store::end_worker(&mut db, gone).await.unwrap();
    }
    drop(db);
    test.work(backfill).await;
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_gone_or_changed_are_found() {
    let test = made().await;
    let paths: Vec<String> =
        sqlx::query_scalar("select unnest(paths) from tidemill.materialization order by id")
            .fetch_all(&test.mill.pool)
            .await
            .unwrap();
    let files: Vec<PathBuf> =
        paths.iter().map(|path| PathBuf::from(&test.places.lake).join(path)).collect();
    let whole: Vec<Vec<u8>> = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
    let mut other = whole[1].clone();
    other[5] ^= 1;
    std::fs::remove_file(&files[0]).unwrap();
    std::fs::write(&files[1], other).unwrap();
    std::fs::write(&files[2], &whole[2][..9]).unwrap();

    let found = wrong(&test, true).await;
    let finding = found.iter().find(|finding| finding.rule == "files").unwrap();
    let told = finding.examples.join("\n");
    assert_eq!(finding.examples.len(), 3, "{told}");
    for text in ["it is not there", "its bytes are others", "it has 9 bytes"] {
        assert!(told.contains(text), "{told}");
    }
    for (file, bytes) in files.iter().zip(whole) {
        std::fs::write(file, bytes).unwrap();
    }
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lineage_that_lacks_what_was_read_is_found() {
    let test = made().await;
    let one = "delete from tidemill.lineage_edge
               where output_id = (select max(output_id) from tidemill.lineage_edge)
               returning format('(%s, %s, %s)', output_id, input_id, position)";
    let row: String = sqlx::query_scalar(one).fetch_one(&test.mill.pool).await.unwrap();
    let found = wrong(&test, true).await;
    assert!(has(&found, "lineage", "not what their reads say"), "{found:#?}");
    let back = format!("insert into tidemill.lineage_edge values {row}");
    sqlx::raw_sql(AssertSqlSafe(back)).execute(&test.mill.pool).await.unwrap();
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_may_forget_is_named_with_what_to_do() {
    let test = made().await;
    let mut db = test.mill.pool.acquire().await.unwrap();
    sqlx::raw_sql("set synchronous_commit = off").execute(&mut *db).await.unwrap();
    let facts = tidemill::store::database_facts(&mut db).await.unwrap();
    assert_eq!(facts.synchronous_commit, "off");
    assert!(!facts.is_pooled && facts.stray_history == 4, "{facts:?}");
    let found = tidemill::plan::judge_database(&facts, tidemill::clock::now());
    assert!(found.iter().any(|finding| finding.fault.contains("synchronous_commit is off")));
    // A transaction that was left open is seen from another session.
    let mut idle = test.mill.pool.begin_with(tidemill::store::ONE_PICTURE).await.unwrap();
    sqlx::raw_sql("select 1 from tidemill.run").execute(&mut *idle).await.unwrap();
    let facts = tidemill::store::database_facts(&mut db).await.unwrap();
    assert!(facts.oldest_session.is_some_and(|session| session.contains("idle in transaction")));
    idle.rollback().await.unwrap();
    sqlx::raw_sql("reset synchronous_commit").execute(&mut *db).await.unwrap();
    drop(db);
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_whose_process_is_gone_is_named_until_another_takes_over() {
    let test = TestMill::new(declare).await;
    let backfill = test.apply(&test.ask(&[], NEEDED).await).await;
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default().trim().to_owned();
    let (name, boot) = (read("/proc/sys/kernel/hostname"), read("/proc/sys/kernel/random/boot_id"));
    let space = std::fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    // No process has this number.
    let dead = test.stranger_at(&format!("{name}/{boot}/{}", space.display()), i32::MAX).await;
    assert_eq!(wrong(&test, false).await, [], "it holds nothing");
    assert_eq!(test.claim(dead, 2).await.len(), 2);
    let found = wrong(&test, false).await;
    assert!(has(&found, "workers", "process is gone"), "{found:#?}");
    test.work(backfill).await;
    assert_eq!(wrong(&test, false).await, []);
    test.finish().await;
}
