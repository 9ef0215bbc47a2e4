//! Neighbours made by one query: what becomes of each when that query comes to nothing.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};

use tidemill::prelude::*;
use tidemill::store::{self, LogQuery};
use tokio::sync::Notify;

use crate::support::{NEEDED, TestMill};

/// Five days of orders, made by one query where nothing speaks against it; `before` is called in
/// each attempt.
fn declare(project: &mut Project, before: impl Fn(&Context) + Send + Sync + 'static) {
    let day = TimePartitions::daily("2024-01-01").until("2024-01-06");
    let columns = [("day", Type::Date), ("amount", Type::Int64)];
    let orders = project.source(
        Source::files("orders", "orders/{day}.csv")
            .partitions(&day)
            .contract(Contract::new(columns.clone())),
    );
    project.job(
        Transform::new("clean")
            .reads(&orders, Mapping::Same)
            .partitions(&day)
            .contract(Contract::new(columns).required(["amount"]))
            .fuse(Fuse::by("day"))
            .version("1")
            .run(move |cx, [orders]| {
                before(cx);
                Ok(orders)
            }),
    );
}

const DAYS: [&str; 5] = ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"];

fn land(test: &TestMill, bad: Option<&str>) {
    for day in DAYS {
        let amount = if bad == Some(day) { "" } else { "1" };
        test.land(&format!("orders/{day}.csv"), format!("day,amount\n{day},{amount}\n"));
    }
}

/// What the one attempt at a day said, and how it ended.
async fn told(test: &TestMill, day: &str) -> (String, String) {
    let key = test.key("clean", day);
    let find = "select run_id from tidemill.attempt
         join tidemill.run_history on run_history.id = run_id
         where ordinal = $1";
    let run = test.number(find, key.ordinal).await;
    let mut db = test.mill.pool.acquire().await.unwrap();
    let attempts = store::attempts(&mut db, run).await.unwrap();
    assert_eq!(attempts.len(), 1, "made together and then alone is one attempt");
    let query = LogQuery { run, limit: 100, ..LogQuery::default() };
    let lines = store::logs(&mut db, &query).await.unwrap();
    assert!(lines.iter().map(|line| line.number).eq(1..=lines.len() as i64), "{lines:?}");
    let lines: Vec<String> = lines.into_iter().map(|line| line.text).collect();
    (lines.join("\n"), attempts[0].state.clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_cannot_be_made_fails_alone_and_every_log_says_what_was_tried() {
    let test = TestMill::new(|project| {
        declare(project, |cx| tracing::info!("makes {:?}", cx.window()));
    })
    .await;
    let bad = DAYS[2];
    land(&test, Some(bad));
    assert_eq!(test.catch_up().await, "4 published, 1 failed");
    assert_eq!(
        test.failures("clean").await,
        format!("{bad} TM0505 1 rows have no `amount`, which the contract requires")
    );
    let distinct =
        "select count(distinct content) from tidemill.materialization where dataset_id = $1";
    for day in DAYS.into_iter().filter(|day| *day != bad) {
        assert_eq!(test.rows("clean", day).await, format!("{day} | 1"), "its own rows alone");
    }
    for day in DAYS {
        let (said, state) = told(&test, day).await;
        let first =
            "first made together with 4 neighbours as one query, which failed with TM0505: ";
        assert!(said.contains(first) && said.contains("; now made alone\n"), "{day}: {said}");
        assert_eq!(said.matches("makes ").count(), if day == DAYS[0] { 2 } else { 1 }, "{said}");
        assert_eq!(state, if day == bad { "failed" } else { "committed" });
    }
    assert_eq!(test.published("clean").await, 4);
    let clean = test.mill.registry.datasets[test.index("clean")];
    assert_eq!(test.number(distinct, clean.into()).await, 4, "each day has a version of its own");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_cancelled_leaves_the_others_to_be_made_alone_and_their_logs_say_so() {
    let (began, is_armed) = (Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
    let (release, hold) = mpsc::channel::<()>();
    let test = TestMill::new(|project| {
        let (began, is_armed, hold) = (began.clone(), is_armed.clone(), Mutex::new(hold));
        declare(project, move |_| {
            // The first call is for all; it ends when nobody waits for it any more.
            if is_armed.swap(false, Ordering::SeqCst) {
                began.notify_one();
                let _ = hold.lock().unwrap().recv();
            }
        });
    })
    .await;
    is_armed.store(true, Ordering::SeqCst);
    land(&test, None);
    tidemill::engine::observe(&test.mill).await.unwrap();
    let backfill = test.apply(&test.ask(&["clean"], NEEDED).await).await;
    let cancel = async {
        began.notified().await;
        let find = "select id from tidemill.run where ordinal = $1";
        let run = test.number(find, test.key("clean", DAYS[2]).ordinal).await;
        let done = store::cancel_runs(&test.mill.pool, &[run], "ada").await.unwrap();
        assert_eq!((done.runs, done.running), (1, 1));
    };
    tokio::join!(test.work(backfill), cancel);
    drop(release);
    for day in DAYS {
        let (said, state) = told(&test, day).await;
        let expected = match day == DAYS[2] {
            true => {
                "made together with 4 neighbours as one query until the worker had to let go \
                     of this one (cancelled, paused or given to another worker)"
            }
            false => {
                "which was stopped, not because of this one: the worker had to let go of \
                      2024-01-03 (cancelled, paused or given to another worker); now made alone"
            }
        };
        assert!(said.contains(expected), "{day}: {said}");
        assert_eq!(state, if day == DAYS[2] { "cancelled" } else { "committed" });
    }
    assert_eq!(test.published("clean").await, 4);
    test.finish().await;
}
