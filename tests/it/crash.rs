//! Kills in the middle of a backfill: of Tidemill, and of its database.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use object_store::path::Path as ObjectPath;
use sqlx::postgres::PgListener;
use sqlx::{ConnectOptions as _, Connection as _};
use tempfile::TempDir;
use tidemill::engine;
use tidemill::prelude::*;
use tokio::process::{Child, Command};
use tokio_util::sync::CancellationToken;

use crate::support::{Cluster, NEEDED, Places, TELL, TestMill, work_options};

/// Starts `tidemill up --once` on generated data.
fn up(home: &Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_tidemill"))
        .args(["up", "--once", "--listen", "127.0.0.1:0"])
        .env_clear()
        .env("TIDEMILL_HOME", home)
        .env("TIDEMILL_SLOTS", "2")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

/// What must hold of the database of a killed program once it has come to an end.
const NEVER: [(&str, &str); 6] = [
    ("a live run is left", "select count(*) from tidemill.run"),
    ("an edge between runs is left", "select count(*) from tidemill.run_edge"),
    ("a backfill is active", "select count(*) from tidemill.backfill where state = 'active'"),
    ("an attempt is open", "select count(*) from tidemill.attempt where state = 'running'"),
    (
        "a partition has more than one version",
        "select count(*) from (
             select from tidemill.materialization where run_id is not null
             group by dataset_id, slice_id, ordinal having 1 < count(*)
         ) as twice",
    ),
    (
        "a version is not the head of its partition",
        "select count(*) from tidemill.materialization as version
         where run_id is not null
           and not exists (select from tidemill.head where materialization_id = version.id)",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn what_was_killed_in_the_middle_of_a_backfill_goes_on_at_the_next_start() {
    let home = TempDir::new().unwrap().keep();
    let cluster = Cluster::start(home.clone()).await;
    let pool = tidemill::store::open(cluster.database.options.clone()).await.unwrap();
    sqlx::raw_sql(TELL).execute(&pool).await.unwrap();
    let mut told = PgListener::connect_with(&pool).await.unwrap();
    told.listen("told").await.unwrap();
    let published = "select count(*) from tidemill.materialization where run_id is not null";

    let mut kills = 0;
    for milestone in [40_i64, 300] {
        let mut child = up(&home);
        loop {
            let count: i64 = sqlx::query_scalar(published).fetch_one(&pool).await.unwrap();
            if milestone <= count {
                break;
            }
            let heard = tokio::time::timeout(Duration::from_mins(1), told.recv()).await;
            heard.expect("it goes on publishing").unwrap();
        }
        child.start_kill().unwrap();
        assert!(!child.wait().await.unwrap().success());
        kills += 1;
    }
    let held = "select count(*) from tidemill.run";
    let left: i64 = sqlx::query_scalar(held).fetch_one(&pool).await.unwrap();
    assert!(0 < left, "it was killed {kills} times in the middle");

    let end =
        tokio::time::timeout(Duration::from_mins(2), async { up(&home).wait().await.unwrap() });
    assert!(end.await.expect("it comes to an end").success());
    for (fault, count) in NEVER {
        let found: i64 = sqlx::query_scalar(count).fetch_one(&pool).await.unwrap();
        assert_eq!(found, 0, "{fault}");
    }
    let expired = "select count(*) from tidemill.attempt where state = 'expired'";
    let expired: i64 = sqlx::query_scalar(expired).fetch_one(&pool).await.unwrap();
    assert!(0 < expired, "the dead had attempts in hand");
    check_files(&pool, &home.join("lake")).await;
    // It holds a connection, and closing waits for all of them.
    drop(told);
    pool.close().await;
}

/// Every published file is there, with the size that was recorded.
async fn check_files(pool: &sqlx::PgPool, lake: &Path) {
    let files = "
        select file.path, file.size
        from tidemill.materialization, unnest(paths, sizes) as file (path, size)
        where run_id is not null";
    let files: Vec<(String, i64)> = sqlx::query_as(files).fetch_all(pool).await.unwrap();
    for (path, size) in files {
        let path = lake.join(ObjectPath::from(path).as_ref());
        let held = std::fs::metadata(&path).unwrap_or_else(|error| {
            panic!("`{}` is not there: {error}", path.display());
        });
        assert_eq!(held.len() as i64, size, "size of `{}`", path.display());
    }
}

/// Three hundred partitions and a chain over them.
fn many(project: &mut Project) {
    let hour = TimePartitions::hourly("2024-01-01").until("2024-01-13");
    let hours = project.job(
        Transform::new("hours")
            .partitions(&hour)
            .retry(Retry::fixed(Duration::from_millis(20)).attempts(20))
            .run(|cx, []| Ok(df!("one" => [1_i64])?.lazy().select([cx.start().alias("at")]))),
    );
    project.job(
        Transform::new("days")
            .reads(&hours, Mapping::overlapping())
            .partitions(hour.by_day())
            .retry(Retry::fixed(Duration::from_millis(20)).attempts(20))
            .run(|_, [hours]| Ok(hours.select([len().alias("hours")]))),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backfill_survives_the_death_of_its_database() {
    let cluster = Cluster::start(TempDir::new().unwrap().keep()).await;
    let options = cluster.database().await;
    let test = TestMill::with(many, |folder| Places {
        options,
        lake: format!("{folder}/lake"),
        landing: format!("{folder}/landing"),
        store_options: std::collections::BTreeMap::new(),
    })
    .await;
    let backfill = test.apply(&test.ask(&[], NEEDED).await).await;
    let (stop, bell) = (CancellationToken::new(), Arc::new(engine::Bell::default()));
    let worker =
        tokio::spawn(engine::work(Arc::clone(&test.mill), work_options(), stop.clone(), bell));

    let reached = "select count(*) from tidemill.materialization having $1 <= count(*)";
    for milestone in [20, 150] {
        test.until(reached, milestone).await;
        let pid = cluster.pid();
        let killed = Command::new("kill").args(["-9", &pid]).status().await.unwrap();
        assert!(killed.success());
        cluster.database.revive().await.unwrap();
    }
    test.ended(backfill).await;
    stop.cancel();
    worker.await.unwrap().unwrap();
    assert_eq!(test.published("hours").await, 288);
    assert_eq!(test.published("days").await, 12);
    assert_eq!(test.rows("days", "2024-01-07").await, "24");
    // The connection of the first query may be one that the old server knew.
    let mut db = test.places.options.connect().await.unwrap();
    db.ping().await.unwrap();
    test.finish().await;
}
