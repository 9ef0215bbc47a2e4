//! What is kept, what goes, and that nothing goes that somebody needs.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use tidemill::engine::{self, DUTIES, Found, HouseOptions};
use tidemill::lake::Place;
use tidemill::plan::Keep;
use tidemill::prelude::*;
use tidemill::store::{self, Claimed, Ended, Published, Step};
use tokio_util::sync::CancellationToken;

use crate::support::{ALL, Cluster, Moto, NEEDED, Places, TestMill};

/// Nothing is kept longer than it must be.
const NOTHING: Keep = Keep {
    history_days: 90,
    versions_days: 0,
    orphan_grace: Duration::ZERO,
    orphan_wait: Duration::ZERO,
};

/// Two days of one job without inputs, and a month that reads them.
fn declare(project: &mut Project) {
    let days = TimePartitions::daily("2024-01-01").until("2024-01-03");
    let numbers = project.job(
        Transform::new("numbers")
            .partitions(&days)
            .run(|cx, []| Ok(df!("one" => [1_i64])?.lazy().with_column(cx.date().alias("day")))),
    );
    project.job(
        Transform::new("sums")
            .reads(&numbers, Mapping::overlapping().or_skip())
            .partitions(days.monthly())
            .run(|_cx, [numbers]| Ok(numbers.group_by([col("one")]).agg([len().alias("rows")]))),
    );
}

async fn made() -> TestMill {
    let test = TestMill::new(declare).await;
    let outcome = test.make(&test.ask(&[], NEEDED).await).await;
    assert!(outcome.contains("published"), "{outcome}");
    test
}

async fn run_sql(test: &TestMill, statement: &'static str) {
    sqlx::raw_sql(statement).execute(&test.mill.pool).await.unwrap();
}

/// An object in the lake that was last changed so many days ago.
fn put(test: &TestMill, path: &str, days: u64) -> PathBuf {
    let file = PathBuf::from(&test.places.lake).join(path);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, "left behind").unwrap();
    age(&file, days);
    file
}

fn age(file: &std::path::Path, days: u64) {
    let at = SystemTime::now() - Duration::from_secs(days * 86_400);
    std::fs::File::options().append(true).open(file).unwrap().set_modified(at).unwrap();
}

/// The files of every version, published long ago as far as the file system knows.
async fn published_files(test: &TestMill) -> Vec<PathBuf> {
    let paths: Vec<String> =
        sqlx::query_scalar("select unnest(paths) from tidemill.materialization order by id")
            .fetch_all(&test.mill.pool)
            .await
            .unwrap();
    let files = paths.iter().map(|path| PathBuf::from(&test.places.lake).join(path));
    files.inspect(|file| age(file, 400)).collect()
}

/// What would be deleted.
async fn superfluous(test: &TestMill, keep: &Keep) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let tell = |what: Found<'_>| match what {
        Found::Orphan(orphan) => drop(found.insert(orphan.path.clone())),
        Found::Superseded(version) => found.extend(version.paths.iter().cloned()),
    };
    let cleaned = engine::clean(&test.mill, keep, true, tell).await.unwrap();
    assert_eq!(cleaned.deleted.count + cleaned.collected.count, 0, "a dry run deletes nothing");
    found
}

async fn clean(test: &TestMill, keep: &Keep) -> engine::Cleaned {
    engine::clean(&test.mill, keep, false, |_| ()).await.unwrap()
}

async fn claim(test: &TestMill, limit: usize) -> (i64, Vec<Claimed>) {
    let worker = test.stranger().await;
    (worker, test.claim(worker, limit).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn history_has_weeks_ahead_and_takes_in_what_no_week_had() {
    let test = made().await;
    let stray = "select count(*) from tidemill.run_history_default where $1 = 0";
    assert_eq!(test.number(stray, 0).await, 3, "no week was there yet");
    run_sql(
        &test,
        "insert into tidemill.run_history
         select (json_populate_record(run, json_build_object(
             'id', nextval('tidemill.run_id'), 'outcome', 'unchanged',
             'finished_at', now() - interval '40 days'))).*
         from tidemill.run_history as run
         limit 1;
         update tidemill.backfill set runs = runs + 1",
    )
    .await;

    let report = engine::keep_history(&test.mill, &Keep::default()).await.unwrap();
    assert_eq!(report, "3 weeks made, 0 dropped");
    assert_eq!(test.number(stray, 0).await, 0);
    let all = "select count(*) from tidemill.run_history where $1 = 0";
    assert_eq!(test.number(all, 0).await, 4, "nothing is lost on the way");
    let again = engine::keep_history(&test.mill, &Keep::default()).await.unwrap();
    assert_eq!(again, "0 weeks made, 0 dropped");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_older_than_kept_goes_with_its_attempts_and_is_not_missed() {
    let test = made().await;
    run_sql(
        &test,
        "update tidemill.run_history
         set finished_at = finished_at - interval '100 days',
             created_at = created_at - interval '100 days';
         update tidemill.backfill set created_at = created_at - interval '100 days';
         update tidemill.materialization set committed_at = committed_at - interval '100 days';
         insert into tidemill.schedule
             (dataset_id, timetable, zone, catch_up, ticks_max, cursor_at, covered_until)
         select min(id), '0 6 * * *', 'UTC', 'all', 10, now(), now() from tidemill.dataset;
         insert into tidemill.tick
             (schedule_id, tick_at, local_label, first_at, first_label, ticks, closes_after,
              closes_until, is_late, state, settled_at)
         select id, at, 'then', at, 'then', 1, at, at, false, 'done', at
         from tidemill.schedule, (select now() - interval '100 days' as at) as long_ago;",
    )
    .await;
    let keep = Keep { history_days: 200, ..Keep::default() };
    engine::keep_history(&test.mill, &keep).await.unwrap();
    assert_eq!(test.make(&test.ask(&["sums"], ALL).await).await, "1 published");

    let report = engine::keep_history(&test.mill, &Keep::default()).await.unwrap();
    assert_eq!(report, "0 weeks made, 1 dropped, 1 ticks forgotten, 1 batches of runs forgotten");
    let left = "select count(*) from tidemill.run_history where $1 = 0";
    assert_eq!(test.number(left, 0).await, 1);
    let attempts = "select count(*) from tidemill.attempt where $1 = 0";
    assert_eq!(test.number(attempts, 0).await, 1);
    // The doctor does not miss what was dropped.
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_that_somebody_reads_is_changed_later() {
    let test = made().await;
    let mut reader = test.mill.pool.begin().await.unwrap();
    sqlx::raw_sql("select count(*) from tidemill.run_history").execute(&mut *reader).await.unwrap();
    let monday = jiff::civil::date(2031, 1, 6);
    assert_eq!(store::keep_week(&test.mill.pool, monday).await.unwrap(), Step::Busy);
    reader.rollback().await.unwrap();
    assert_eq!(store::keep_week(&test.mill.pool, monday).await.unwrap(), Step::Done);
    assert_eq!(store::keep_week(&test.mill.pool, monday).await.unwrap(), Step::Done);
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_old_objects_of_attempts_that_nothing_names_are_orphans() {
    let test = made().await;
    let published = published_files(&test).await;
    let orphan = put(&test, "numbers/2024-01-01/900000-1.parquet", 30);
    let rejects = put(&test, "numbers/2024-01-01/900000-1.rejects.ndjson", 30);
    let mut others = vec![
        put(&test, "numbers/2024-01-01/900001-1.parquet", 0),
        put(&test, "numbers/2024-01-01/notes.txt", 30),
        put(&test, "elsewhere/2024-01-01/900002-1.parquet", 30),
        put(&test, "numbers_by_hand/2024-01-01/900002-1.parquet", 30),
    ];
    others.extend(published);

    let expected = ["parquet", "rejects.ndjson"];
    let expected = expected.map(|ending| format!("numbers/2024-01-01/900000-1.{ending}"));
    assert_eq!(superfluous(&test, &Keep::default()).await, BTreeSet::from(expected));
    let first = clean(&test, &Keep::default()).await;
    assert_eq!((first.orphans.count, first.deleted.count, first.waiting.count), (2, 0, 2));
    assert_eq!(first.foreign, 1, "the notes");
    assert!(orphan.exists() && rejects.exists(), "they wait for a second look");

    let second = clean(&test, &NOTHING).await;
    assert_eq!((second.deleted.count, second.deleted.bytes), (2, 22));
    assert_eq!(second.waiting.count, 0);
    assert!(!orphan.exists() && !rejects.exists());
    assert!(others.iter().all(|file| file.exists()));
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_live_attempt_may_still_write_is_no_orphan() {
    let test = TestMill::new(declare).await;
    let backfill = test.apply(&test.ask(&["numbers"], NEEDED).await).await;
    let (worker, runs) = claim(&test, 2).await;
    let path = |run: &Claimed, attempt| format!("numbers/2024-01-01/{}-{attempt}.parquet", run.id);
    let files: Vec<PathBuf> = runs.iter().map(|run| put(&test, &path(run, 1), 30)).collect();
    assert_eq!(superfluous(&test, &NOTHING).await, BTreeSet::new());

    // Their worker is taken for dead, and others make the partitions.
    let mut tx = test.mill.pool.begin().await.unwrap();
    store::expire_worker(&mut tx, worker).await.unwrap();
    tx.commit().await.unwrap();
    test.work(backfill).await;
    let stale: BTreeSet<String> = runs.iter().map(|run| path(run, 1)).collect();
    assert_eq!(superfluous(&test, &NOTHING).await, stale);
    assert_eq!(clean(&test, &NOTHING).await.deleted.count, 2);
    assert!(files.iter().all(|file| !file.exists()));
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mark_on_what_a_version_names_is_taken_back() {
    let test = made().await;
    let files = published_files(&test).await;
    // As if some version named objects under the number of another's run.
    run_sql(
        &test,
        "insert into tidemill.orphan (path, size, run_id, attempt)
         select unnest(paths), bytes, 900000, 1 from tidemill.materialization",
    )
    .await;
    let cleaned = clean(&test, &NOTHING).await;
    assert_eq!((cleaned.deleted.count, cleaned.waiting.count), (0, 0));
    assert!(files.iter().all(|file| file.exists()));
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn superseded_versions_lose_their_files_and_keep_their_lineage() {
    let test = made().await;
    let old = published_files(&test).await;
    assert_eq!(test.make(&test.ask(&[], ALL).await).await, "3 published");
    let new = published_files(&test).await.split_off(old.len());
    assert_eq!(superfluous(&test, &Keep::default()).await.len(), 0, "they are kept for 30 days");
    assert_eq!(superfluous(&test, &NOTHING).await.len(), 3);

    let cleaned = clean(&test, &NOTHING).await;
    assert_eq!((cleaned.expired.count, cleaned.collected.count), (3, 3));
    assert!(old.iter().all(|file| !file.exists()) && new.iter().all(|file| file.exists()));
    let edges = "select count(*) from tidemill.lineage_edge where $1 = 0";
    assert_eq!(test.number(edges, 0).await, 4, "what was read is still said");
    assert_eq!(clean(&test, &NOTHING).await, engine::Cleaned::default(), "there is nothing left");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collection_that_was_cut_short_is_taken_up_again() {
    let test = made().await;
    let old = published_files(&test).await;
    test.make(&test.ask(&[], ALL).await).await;
    // Expired in one transaction; then the process died, after one file.
    run_sql(
        &test,
        "update tidemill.materialization as version
         set expired_at = now()
         where not exists (select from tidemill.head where materialization_id = version.id)",
    )
    .await;
    std::fs::remove_file(&old[0]).unwrap();
    let cleaned = clean(&test, &Keep::default()).await;
    assert_eq!((cleaned.expired.count, cleaned.collected.count), (0, 3));
    assert!(old.iter().all(|file| !file.exists()));
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_live_run_may_have_pinned_is_kept() {
    let test = made().await;
    let backfill = test.apply(&test.ask(&["numbers", "sums"], ALL).await).await;
    let (worker, runs) = claim(&test, 1).await;
    // Another run publishes while that one reads, or may read, what was published before.
    let (other, rest) = claim(&test, 1).await;
    let published = Published { content: 7, inputs: 7, rows: 1, ..Published::default() };
    let group = [(rest[0].clone(), Ended::Published(Box::new(published)))];
    let (pool, registry) = (&test.mill.pool, &test.mill.registry);
    let committed = store::commit(pool, registry, other, &group).await.unwrap();
    assert_eq!(committed.leases, [store::Lease::Held]);
    assert_eq!(superfluous(&test, &NOTHING).await.len(), 0, "an attempt began before");

    let mut db = test.mill.pool.acquire().await.unwrap();
    store::release(&mut db, worker, &[runs[0].id]).await.unwrap();
    drop(db);
    assert_eq!(superfluous(&test, &NOTHING).await.len(), 1);
    test.work(backfill).await;
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_deleted_from_the_lake_of_another_database() {
    let test = made().await;
    clean(&test, &Keep::default()).await;
    let orphan = put(&test, "numbers/2024-01-01/900000-1.parquet", 30);
    run_sql(&test, "update tidemill.installation set id = gen_random_uuid()").await;
    let refused = engine::clean(&test.mill, &NOTHING, false, |_| ()).await.unwrap_err();
    assert!(refused.to_string().starts_with("TM0702: "), "{refused}");
    assert!(orphan.exists());
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_keep_house_one_takes_each_turn() {
    let test = TestMill::new(declare).await;
    let pool = &test.mill.pool;
    let hour = Duration::from_hours(1);
    let claims = (0..8).map(|_| store::claim_duty(pool, "orphans", hour));
    let taken = futures::future::try_join_all(claims).await.unwrap();
    assert_eq!(taken.iter().filter(|taken| **taken).count(), 1, "{taken:?}");
    assert!(!store::claim_duty(pool, "orphans", hour).await.unwrap());
    assert!(store::claim_duty(pool, "orphans", Duration::ZERO).await.unwrap(), "its time came");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn house_is_kept_from_the_start_and_what_fails_is_recorded() {
    let test = made().await;
    let options = HouseOptions::default();
    let stop = CancellationToken::new();
    let keeping = |stop: CancellationToken| {
        tokio::spawn(engine::keep_house(Arc::clone(&test.mill), options, stop))
    };
    let first = keeping(stop.clone());
    let done = "select (count(*) = $1)::int::bigint from tidemill.housekeeping
                where last_ok_at is not null";
    test.until(done, DUTIES.len() as i64).await;
    stop.cancel();
    first.await.unwrap().unwrap();

    run_sql(
        &test,
        "update tidemill.installation set id = gen_random_uuid();
         update tidemill.housekeeping set started_at = started_at - interval '1 day'",
    )
    .await;
    let stop = CancellationToken::new();
    let second = keeping(stop.clone());
    let failed = "select (count(*) = $1)::int::bigint from tidemill.housekeeping
                  where last_error like 'TM0702: %'";
    test.until(failed, 2).await;
    stop.cancel();
    second.await.unwrap().unwrap();
    let found = engine::examine(&test.mill, false).await.unwrap();
    let told = found.iter().filter(|finding| finding.rule == "housekeeping");
    assert_eq!(told.count(), 2, "{found:#?}");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_of_many_pages_is_cleaned_whole() {
    let test = made().await;
    for run in 0..2_300 {
        put(&test, &format!("numbers/2024-01-0{}/{}-1.parquet", run % 2 + 1, 900_000 + run), 30);
    }
    assert_eq!(superfluous(&test, &Keep::default()).await.len(), 2_300);
    let cleaned = clean(&test, &NOTHING).await;
    assert_eq!((cleaned.orphans.count, cleaned.deleted.count), (2_300, 2_300));
    assert_eq!(superfluous(&test, &NOTHING).await.len(), 0);
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_store_is_kept_like_a_folder() {
    let moto = Moto::start().await;
    let options = Cluster::shared().await.database().await;
    let test = TestMill::with(declare, |folder| Places {
        options,
        lake: "s3://bucket/some/lake".to_owned(),
        landing: format!("{folder}/landing"),
        store_options: moto.options(),
    })
    .await;
    assert_eq!(test.catch_up().await, "3 published");
    assert_eq!(test.make(&test.ask(&["sums"], ALL).await).await, "1 published");
    let lake = Place::open("s3://bucket/some/lake", &moto.options()).unwrap();
    let orphan = Path::from("numbers/2024-01-01/900000-1.parquet");
    lake.store().put(&orphan, "left behind".into()).await.unwrap();

    let cleaned = clean(&test, &NOTHING).await;
    assert_eq!((cleaned.orphans.count, cleaned.collected.count), (0, 1), "the object is young");
    sqlx::raw_sql(
        "insert into tidemill.orphan values
             ('numbers/2024-01-01/900000-1.parquet', 11, 900000, 1, now() - interval '2 hours')",
    )
    .execute(&test.mill.pool)
    .await
    .unwrap();
    assert_eq!(clean(&test, &Keep::default()).await.deleted.count, 1);
    assert!(lake.store().head(&orphan).await.is_err());
    test.finish().await;
}
