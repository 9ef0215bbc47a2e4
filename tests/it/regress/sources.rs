//! Files that come, change and go while nobody looks, and readers that come later.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use tidemill::engine;
use tidemill::prelude::*;

use crate::support::TestMill;

/// Who reads events by the day they happened.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Routed {
    Nobody,
    FromSource,
    FromJob,
}

/// Three days of events by arrival, a job that takes them over, and perhaps a routed reader.
fn declare(project: &mut Project, routed: Routed) {
    let day = TimePartitions::daily("2024-01-01").until("2024-01-04");
    let contract = || Contract::new([("event", Type::String), ("at", Type::Datetime)]);
    let arrivals = project.source(
        Source::files("arrivals", "arrivals/{day}.csv").partitions(&day).contract(contract()),
    );
    let taken = project.job(
        Transform::new("taken")
            .reads(&arrivals, Mapping::Same)
            .partitions(&day)
            .contract(contract())
            .run(|_, [arrivals]| Ok(arrivals)),
    );
    let input = match routed {
        Routed::Nobody => return,
        Routed::FromSource => &arrivals,
        Routed::FromJob => &taken,
    };
    project.job(
        Transform::new("events")
            .reads(input, Mapping::routed("at"))
            .partitions(&day)
            .run(|_, [events]| Ok(events)),
    );
}

/// Everything is observed and published before the routed reader is declared.
async fn routed_later(routed: Routed) {
    let mut test = TestMill::new(|project| declare(project, Routed::Nobody)).await;
    test.land("arrivals/2024-01-01.csv", "event,at\na,2024-01-01T12:00:00\n");
    test.land("arrivals/2024-01-02.csv", "event,at\nb,2024-01-02T12:00:00\n");
    let late = "event,at\nc,2024-01-03T12:00:00\nd,2024-01-01T23:00:00\n";
    test.land("arrivals/2024-01-03.csv", late);
    assert_eq!(test.catch_up().await, "3 published");

    test.redeclare(|project| declare(project, routed)).await;
    assert_eq!(test.plan_needed().await, "1 events missing: 2024-01-01..2024-01-03");
    assert_eq!(test.catch_up().await, "3 published");
    assert_eq!(
        test.rows("events", "2024-01-01").await,
        "a | 2024-01-01 12:00:00\nd | 2024-01-01 23:00:00"
    );
    assert_eq!(test.rows("events", "2024-01-02").await, "b | 2024-01-02 12:00:00");
    assert_eq!(test.rows("events", "2024-01-03").await, "c | 2024-01-03 12:00:00");
    assert_eq!(test.plan_needed().await, "nothing");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_routed_reader_declared_after_its_source_was_observed_gets_its_rows() {
    routed_later(Routed::FromSource).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_routed_reader_declared_after_its_input_was_published_gets_its_rows() {
    routed_later(Routed::FromJob).await;
}

/// Two days of orders taken over one by one; the next attempt first moves a file over another.
async fn orders(moved: Arc<Mutex<Option<[PathBuf; 2]>>>) -> TestMill {
    TestMill::new(|project| {
        let day = TimePartitions::daily("2024-01-01").until("2024-01-03");
        let orders = project.source(
            Source::files("orders", "orders/{day}.csv")
                .partitions(&day)
                .contract(Contract::new([("amount", Type::Int64)])),
        );
        project.job(
            Transform::new("clean")
                .reads(&orders, Mapping::Same)
                .partitions(&day)
                .retry(Retry::never())
                .run(move |_, [orders]| {
                    let moved = moved.lock().expect("no holder of the lock panics").take();
                    if let Some([from, to]) = moved {
                        std::fs::rename(from, to)?;
                    }
                    Ok(orders)
                }),
        );
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_changes_while_it_is_read_fails_that_attempt_and_is_made_later() {
    let moved = Arc::new(Mutex::new(None));
    let test = orders(Arc::clone(&moved)).await;
    test.land("orders/2024-01-01.csv", "amount\n1\n");
    test.land("next.csv", "amount\n2\n");
    *moved.lock().unwrap() =
        Some([test.landing("next.csv"), test.landing("orders/2024-01-01.csv")]);

    assert_eq!(test.catch_up().await, "1 failed");
    let failures = test.failures("clean").await;
    assert!(failures.starts_with("2024-01-01 TM0502"), "{failures}");
    assert!(failures.contains("changed or went away while it was read"), "{failures}");
    assert_eq!(test.published("clean").await, 0);

    assert_eq!(test.catch_up().await, "1 published");
    assert_eq!(test.rows("clean", "2024-01-01").await, "2");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_without_any_file_left_is_a_fault_and_nothing_turns_missing() {
    let test = orders(Arc::default()).await;
    test.land("orders/2024-01-01.csv", "amount\n1\n");
    test.land("orders/2024-01-02.csv", "amount\n2\n");
    assert_eq!(test.catch_up().await, "2 published");

    std::fs::remove_dir_all(test.landing("orders")).unwrap();
    let observation = engine::observe(&test.mill).await.unwrap();
    assert_eq!(observation.changes, []);
    let [fault] = &observation.faults[..] else { panic!("{:?}", observation.faults) };
    assert!(fault.starts_with("TM0504: source `orders` has no file at all"), "{fault}");
    assert_eq!(test.plan_needed().await, "nothing");

    // Once one is back, what is not there is known to be gone.
    test.land("orders/2024-01-01.csv", "amount\n1\n");
    assert_eq!(
        test.plan_needed().await,
        "1 clean stale_input: 2024-01-01\nblocked clean: 2024-01-02 lacks orders 2024-01-02"
    );
    assert_eq!(test.catch_up().await, "1 published");
    test.finish().await;
}
