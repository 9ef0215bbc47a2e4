//! What a missing input partition means to its readers.

use tidemill::prelude::*;

use crate::support::TestMill;

/// A week of orders and three roll-ups of it: of all days, of any, of at least five.
fn declare(project: &mut Project) {
    let day = TimePartitions::daily("2024-01-01").until("2024-01-08");
    let orders = project.source(
        Source::files("orders", "orders/{day}.csv")
            .partitions(&day)
            .contract(Contract::new([("amount", Type::Int64)])),
    );
    let clean = project.job(
        Transform::new("clean")
            .reads(&orders, Mapping::Same)
            .partitions(&day)
            .run(|_, [orders]| Ok(orders)),
    );
    let readers: [(&str, Reads); 3] = [
        ("of_all", Mapping::overlapping().into()),
        ("of_any", Mapping::overlapping().or_skip()),
        ("of_five", Mapping::overlapping().at_least(5)),
    ];
    for (name, reads) in readers {
        project.job(
            Transform::new(name)
                .reads(&clean, reads)
                .partitions(day.weekly())
                .run(|_, [clean]| Ok(clean.select([col("amount").sum()]))),
        );
    }
}

fn land(test: &TestMill, days: impl IntoIterator<Item = u32>) {
    for day in days {
        test.land(&format!("orders/2024-01-0{day}.csv"), "amount\n1\n");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_without_a_file_blocks_who_needs_it_and_nobody_else() {
    let test = TestMill::new(declare).await;
    land(&test, 1..=4);

    assert_eq!(
        test.plan_needed().await,
        "1 clean missing: 2024-01-01..2024-01-04\n\
         2 of_any missing: 2024-W01\n\
         blocked clean: 2024-01-05..2024-01-07 lacks orders 2024-01-05..2024-01-07\n\
         blocked of_all: 2024-W01 lacks clean 2024-01-05..2024-01-07\n\
         blocked of_five: 2024-W01 lacks clean 2024-01-05..2024-01-07"
    );
    assert_eq!(test.catch_up().await, "5 published");
    assert_eq!(test.rows("of_any", "2024-W01").await, "4");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_made_without_a_day_is_stale_once_the_day_arrives() {
    let test = TestMill::new(declare).await;
    land(&test, 1..=4);
    test.catch_up().await;

    land(&test, [5]);
    assert_eq!(test.catch_up().await, "3 published");
    assert_eq!(test.rows("of_any", "2024-W01").await, "5");
    assert_eq!(test.rows("of_five", "2024-W01").await, "5");

    land(&test, [6, 7]);
    assert_eq!(test.catch_up().await, "5 published");
    for name in ["of_all", "of_any", "of_five"] {
        assert_eq!(test.rows(name, "2024-W01").await, "7");
    }
    assert_eq!(test.plan_needed().await, "nothing");
    test.finish().await;
}
