//! What a worker does when the network to its database fails.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tidemill::engine::{self, Bell, WorkOptions};
use tidemill::prelude::*;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{Link, Proxy, Rule, Way};
use crate::support::api::Api;
use crate::support::{Cluster, NEEDED, Places, TestMill, check_invariants, work_options};

/// What the publication of an attempt sends: where the file is, and the end of its transaction.
const PUBLICATION: [&[u8]; 2] = [b".parquet", b"COMMIT"];

/// Ten days of hours, and the days over them.
fn hours_and_days(project: &mut Project) {
    let hour = TimePartitions::hourly("2024-01-01").until("2024-01-11");
    let hours = project.job(
        Transform::new("hours")
            .partitions(&hour)
            .run(|cx, []| Ok(df!("one" => [1_i64])?.lazy().select([cx.start().alias("at")]))),
    );
    project.job(
        Transform::new("days")
            .reads(&hours, Mapping::overlapping())
            .partitions(hour.by_day())
            .run(|_, [hours]| Ok(hours.select([len().alias("hours")]))),
    );
}

/// A mill whose database is behind a network that can fail, and a backfill for it.
struct Behind {
    proxy: Proxy,
    test: TestMill,
    backfill: i64,
}

impl Behind {
    async fn new() -> Self {
        let direct = Cluster::shared().await.database().await;
        let (proxy, options) = Proxy::before(&direct).await;
        let test = TestMill::with(hours_and_days, |folder| Places {
            options,
            lake: format!("{folder}/lake"),
            landing: format!("{folder}/landing"),
            store_options: BTreeMap::new(),
        })
        .await;
        let backfill = test.apply(&test.ask(&[], NEEDED).await).await;
        Self { proxy, test, backfill }
    }

    /// A worker, and how to stop it.
    fn worker(&self, options: WorkOptions) -> (JoinHandle<anyhow::Result<()>>, CancellationToken) {
        let (stop, bell) = (CancellationToken::new(), Arc::new(Bell::default()));
        let worker = engine::work(Arc::clone(&self.test.mill), options, stop.clone(), bell);
        (tokio::spawn(worker), stop)
    }

    /// Everything is there, and was published by the first attempt.
    async fn all_at_the_first_attempt(self) {
        assert_eq!(self.test.published("hours").await, 240);
        assert_eq!(self.test.published("days").await, 10);
        let again = "select count(*) from tidemill.attempt
                     where state <> 'committed' or 1 < number + $1";
        assert_eq!(self.test.number(again, 0).await, 0, "no attempt was needed twice");
        self.test.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_is_lost_is_looked_up_and_not_guessed() {
    let behind = Behind::new().await;
    behind.proxy.cut(Rule::answer_to(&PUBLICATION).times(5));
    let (worker, stop) = behind.worker(work_options());
    behind.test.ended(behind.backfill).await;
    stop.cancel();
    worker.await.unwrap().unwrap();
    assert_eq!(behind.proxy.cuts(), 5, "five commits were cut");
    behind.all_at_the_first_attempt().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_never_arrives_is_sent_again() {
    let behind = Behind::new().await;
    behind.proxy.cut(Rule::before(Way::Up, &PUBLICATION).times(5));
    let (worker, stop) = behind.worker(work_options());
    behind.test.ended(behind.backfill).await;
    stop.cancel();
    worker.await.unwrap().unwrap();
    assert_eq!(behind.proxy.cuts(), 5, "five commits were cut");
    behind.all_at_the_first_attempt().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_lost_answer_to_any_commit_loses_a_run_or_doubles_one() {
    let behind = Behind::new().await;
    // Claims, beats and publications alike.
    behind.proxy.cut(Rule::answer_to(&[b"COMMIT"]).times(20));
    let (worker, stop) = behind.worker(work_options());
    behind.test.ended(behind.backfill).await;
    stop.cancel();
    worker.await.unwrap().unwrap();
    assert_eq!(behind.proxy.cuts(), 20, "twenty commits were cut");
    assert_eq!(behind.test.published("hours").await, 240);
    assert_eq!(behind.test.published("days").await, 10);
    behind.test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_break_anywhere_lose_nothing() {
    let behind = Behind::new().await;
    let (worker, stop) = behind.worker(work_options());
    for (way, bytes, cuts) in [(Way::Down, 3_000, 8), (Way::Up, 5_000, 16), (Way::Down, 777, 24)] {
        behind.proxy.cut(Rule::after_bytes(way, bytes).times(8));
        let cut = tokio::time::timeout(Duration::from_mins(1), behind.proxy.cut_often(cuts));
        cut.await.expect("it goes on sending");
    }
    behind.proxy.reset_all();
    behind.test.ended(behind.backfill).await;
    stop.cancel();
    worker.await.unwrap().unwrap();
    assert_eq!(behind.test.published("hours").await, 240);
    assert_eq!(behind.test.published("days").await, 10);
    behind.test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_half_open_connection_holds_nobody_up_for_long() {
    let behind = Behind::new().await;
    let options = WorkOptions {
        beat: Duration::from_millis(500),
        lease: Duration::from_secs(3),
        ..work_options()
    };
    let (mut worker, stop) = behind.worker(options.clone());
    behind
        .test
        .until("select count(*) from tidemill.materialization having $1 < count(*)", 20)
        .await;
    behind.proxy.silence_all();
    // What is silent for so long may have lost its lease, and then another worker goes on.
    let (again, stop_again) = behind.worker(options);
    behind.test.ended(behind.backfill).await;
    stop_again.cancel();
    again.await.unwrap().unwrap();
    stop.cancel();
    let ended = tokio::time::timeout(Duration::from_mins(1), &mut worker).await;
    let _ = ended.expect("what waited for a half-open connection comes to an end");
    // The pool may hold a silent connection for ever, so that it cannot be closed.
    check_invariants(&behind.test.mill).await;
}

/// A worker that looks by itself only so often, and hears of work through the database.
fn hearing(behind: &Behind, poll: Duration) -> (JoinHandle<()>, CancellationToken) {
    let (stop, bell) = (CancellationToken::new(), Arc::new(Bell::default()));
    let carrying = engine::carry(Arc::clone(&bell), behind.test.mill.pool.clone(), stop.clone());
    tokio::spawn(carrying);
    let options = WorkOptions { poll, ..work_options() };
    let mill = Arc::clone(&behind.test.mill);
    (tokio::spawn(engine::keep_working(mill, options, stop.clone(), bell)), stop)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_can_never_listen_looks_by_itself() {
    let behind = Behind::new().await;
    behind.proxy.cut(Rule::before(Way::Up, &[b"LISTEN"]).times(u64::MAX));
    // Nothing rings for what was asked for before.
    let (worker, stop) = hearing(&behind, Duration::from_millis(200));
    let published = "select count(*) from tidemill.backfill where id = $1 and state <> 'active'";
    let ended = async {
        while behind.test.number(published, behind.backfill).await == 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), ended).await.expect("it comes to an end");
    assert!(0 < behind.proxy.cuts(), "it tried to listen");
    stop.cancel();
    worker.await.unwrap();
    behind.proxy.forgive();
    behind.test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_lost_its_database_for_longer_than_its_lease_goes_on_by_itself() {
    let behind = Behind::new().await;
    let options = WorkOptions { lease: Duration::from_secs(2), ..work_options() };
    let options = WorkOptions { beat: Duration::from_millis(400), ..options };
    let (stop, bell) = (CancellationToken::new(), Arc::new(Bell::default()));
    let mill = Arc::clone(&behind.test.mill);
    let worker = tokio::spawn(engine::keep_working(mill, options, stop.clone(), bell));
    let some = "select count(*) from tidemill.materialization having $1 < count(*)";
    behind.test.until(some, 20).await;
    behind.proxy.set(Link::Held);
    tokio::time::sleep(Duration::from_secs(5)).await;
    behind.proxy.set(Link::Open);
    behind.test.ended(behind.backfill).await;
    stop.cancel();
    worker.await.unwrap();
    assert_eq!(behind.test.published("hours").await, 240);
    assert_eq!(behind.test.published("days").await, 10);
    behind.test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_a_server_whose_database_is_silent_is_told_so_and_answered_once_it_is_back() {
    let direct = Api::empty().await;
    let (proxy, options) = Proxy::before(&direct.program.database).await;
    let behind = direct.program.clone().on(options);
    let api = Api::start(behind, direct.tokens().clone()).await;
    api.get("viewer", "/runs").await.ok();
    let live = api.request(reqwest::Method::GET, "viewer", "/live?topics=runs");
    assert_eq!(live.send().await.unwrap().status(), 200);

    proxy.set(Link::Held);
    let asked = tokio::join!(api.get("viewer", "/backfills"), api.get("viewer", "/runs"));
    for reply in [asked.0, asked.1] {
        let told = reply.problem(503, "TM0302");
        assert_eq!(told, "the database does not answer in time");
        assert!(reply.headers.contains_key("retry-after"), "{reply:?}");
    }

    proxy.set(Link::Open);
    let back = async {
        while api.get("viewer", "/runs").await.status != 200 {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), back).await.expect("it recovers by itself");
}
