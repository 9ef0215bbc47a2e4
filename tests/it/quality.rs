//! Contracts and unreadable rows.

use object_store::ObjectStoreExt as _;
use object_store::path::Path;
use tidemill::prelude::*;

use crate::support::TestMill;

/// A day of orders of which one row may be unreadable, and a job that requires an amount.
fn declare(project: &mut Project) {
    let day = TimePartitions::daily("2024-01-01").until("2024-01-02");
    let orders = project.source(
        Source::files("orders", "orders/{day}.csv")
            .partitions(&day)
            .rejects_at_most(RejectLimit::Rows(1))
            .contract(Contract::new([("order", Type::String), ("amount", Type::Int64)])),
    );
    project.job(
        Transform::new("clean")
            .reads(&orders, Mapping::Same)
            .partitions(&day)
            .contract(
                Contract::new([("order", Type::String), ("amount", Type::Int64)])
                    .required(["amount"]),
            )
            .run(|_, [orders]| Ok(orders)),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_break_the_contract_are_not_published() {
    let test = TestMill::new(declare).await;
    test.land("orders/2024-01-01.csv", "order,amount\na,1\nb,\nc,\n");

    assert_eq!(test.catch_up().await, "1 failed");
    assert_eq!(
        test.failures("clean").await,
        "2024-01-01 TM0505 2 rows have no `amount`, which the contract requires"
    );
    assert_eq!(test.published("clean").await, 0);

    test.land("orders/2024-01-01.csv", "order,amount\na,1\n");
    assert_eq!(test.catch_up().await, "1 published");
    assert_eq!(test.failures("clean").await, "");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unreadable_rows_are_counted_and_kept_aside() {
    let test = TestMill::new(declare).await;
    test.land("orders/2024-01-01.csv", "order,amount\na,1\nb,many\nc,3\n");

    assert_eq!(test.catch_up().await, "1 published");
    assert_eq!(test.rows("clean", "2024-01-01").await, "a | 1\nc | 3");
    let head = test.head("clean", &test.key("clean", "2024-01-01")).await.unwrap();
    assert_eq!(head.rejected, 1);
    let aside = Path::from(head.rejects_path.unwrap());
    let aside = test.mill.lake.store().get(&aside).await.unwrap().bytes().await.unwrap();
    let row: serde_json::Value = serde_json::from_slice(&aside).unwrap();
    assert_eq!((row["line"].as_u64(), row["text"].as_str()), (Some(3), Some("b,many")));
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_unreadable_rows_than_allowed_fail_the_run_at_once() {
    let test = TestMill::new(declare).await;
    test.land("orders/2024-01-01.csv", "order,amount\na,1\nb,many\nc,more\n");

    assert_eq!(test.catch_up().await, "1 failed");
    let failures = test.failures("clean").await;
    assert!(failures.starts_with("2024-01-01 TM0501 2 of 3 rows could not be read"), "{failures}");
    assert_eq!(test.number("select count(*) from tidemill.attempt where run_id <> $1", 0).await, 1);
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_another_kind_is_never_an_empty_partition() {
    let test = TestMill::new(declare).await;
    test.land("orders/2024-01-01.csv", "this is not gzip\n");

    assert_eq!(test.catch_up().await, "1 failed");
    let failures = test.failures("clean").await;
    assert!(failures.starts_with("2024-01-01 TM0502 could not read the header of"), "{failures}");
    assert!(failures.contains("it names no column of the contract"), "{failures}");
    assert_eq!(test.published("clean").await, 0);
    assert_eq!(test.number("select count(*) from tidemill.attempt where run_id <> $1", 0).await, 1);

    for empty in ["order,amount\n", ""] {
        test.land("orders/2024-01-01.csv", empty);
        assert_eq!(test.catch_up().await, "1 published");
        assert_eq!(test.rows("clean", "2024-01-01").await, "");
    }
    test.finish().await;
}
