//! `plan --stale` names exactly the partitions that a change affects.

use insta::assert_snapshot;
use polars::prelude::LazyFrame;
use tidemill::prelude::*;

use crate::support::TestMill;

/// The code of the two jobs that tests change.
#[derive(Clone, Copy)]
struct Code {
    clean: fn(LazyFrame) -> LazyFrame,
    weekly: fn(LazyFrame) -> LazyFrame,
}

const FIRST: Code = Code {
    clean: |orders| {
        orders
            .filter(col("amount").gt(lit(0)))
            .with_columns([(col("amount") * lit(100)).alias("cents"), lit("eur").alias("unit")])
    },
    weekly: |clean| clean.select([col("cents").sum().alias("cents"), len().alias("orders")]),
};

/// Two weeks of orders with a roll-up and a running total, events by arrival, and a branch that
/// has nothing to do with either.
fn declare(project: &mut Project, code: Code) {
    let day = TimePartitions::daily("2024-01-01").until("2024-01-15");
    let orders = project.source(
        Source::files("orders", "orders/{day}.csv")
            .partitions(&day)
            .contract(Contract::new([("order", Type::String), ("amount", Type::Int64)])),
    );
    let clean = project.job(
        Transform::new("clean")
            .reads(&orders, Mapping::Same)
            .partitions(&day)
            .run(move |_, [orders]| Ok((code.clean)(orders))),
    );
    project.job(
        Transform::new("weekly")
            .reads(&clean, Mapping::overlapping())
            .partitions(day.weekly())
            .run(move |_, [clean]| Ok((code.weekly)(clean))),
    );
    project.job(
        Transform::new("running")
            .reads(&clean, Mapping::Same)
            .reads_itself(Mapping::previous())
            .partitions(&day)
            .contract(Contract::new([("total", Type::Int64)]))
            .run(|_, [clean, before]| {
                let today = clean.select([col("cents").cast(DataType::Int64).alias("total")]);
                let all = concat([today, before], UnionArgs::default())?;
                Ok(all.select([col("total").sum()]))
            }),
    );
    let arrivals = project.source(
        Source::files("arrivals", "arrivals/{day}/*.csv")
            .partitions(&day)
            .contract(Contract::new([("event", Type::String), ("at", Type::Datetime)])),
    );
    project.job(
        Transform::new("events")
            .reads(&arrivals, Mapping::routed("at"))
            .partitions(&day)
            .run(|_, [arrivals]| Ok(arrivals)),
    );
    let rates = project.source(
        Source::files("rates", "rates/{day}.csv")
            .partitions(&day)
            .contract(Contract::new([("rate", Type::Float64)])),
    );
    project.job(
        Transform::new("rated")
            .reads(&rates, Mapping::Same)
            .partitions(&day)
            .run(|_, [rates]| Ok(rates)),
    );
}

fn day(number: usize) -> String {
    format!("2024-01-{number:02}")
}

/// A mill with everything made, from one order of 10, one of -1 and one event a day.
async fn made() -> TestMill {
    let test = TestMill::new(|project| declare(project, FIRST)).await;
    for number in 1..=14 {
        let day = day(number);
        test.land(
            &format!("orders/{day}.csv"),
            format!("order,amount\na{number},10\nb{number},-1\n"),
        );
        test.land(&format!("rates/{day}.csv"), "rate\n1.5\n");
        let rows = format!("event,at\ne{number},{day}T12:00:00\n");
        test.land(&format!("arrivals/{day}/1.csv"), rows);
    }
    assert_eq!(test.catch_up().await, "58 published");
    assert_eq!(test.plan_needed().await, "nothing");
    test
}

#[tokio::test(flavor = "multi_thread")]
async fn a_touched_file_is_looked_at_again_and_changes_nothing() {
    let test = made().await;
    test.land("orders/2024-01-03.csv", "order,amount\na3,10\nb3,-1\n");
    test.land("arrivals/2024-01-03/1.csv", "event,at\ne3,2024-01-03T12:00:00\n");

    // Events are compared by their rows, so that day is not even asked for.
    assert_snapshot!(test.plan_stale().await, @"
    1 clean stale_input: 2024-01-03
    2 running upstream: 2024-01-03..2024-01-14
    2 weekly upstream: 2024-W01
    ");
    assert_eq!(test.catch_up().await, "1 published, 13 unchanged");
    assert_eq!(test.plan_needed().await, "nothing");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_changed_row_of_an_old_day_makes_that_day_and_what_is_made_from_it_stale() {
    let test = made().await;
    test.land("orders/2024-01-10.csv", "order,amount\na10,11\nb10,-1\n");

    assert_snapshot!(test.plan_stale().await, @"
    1 clean stale_input: 2024-01-10
    2 running upstream: 2024-01-10..2024-01-14
    2 weekly upstream: 2024-W02
    ");
    assert_eq!(test.catch_up().await, "7 published");
    assert_eq!(test.rows("weekly", "2024-W02").await, "7100 | 7");
    assert_eq!(test.rows("running", "2024-01-14").await, "14100");
    assert_eq!(test.plan_needed().await, "nothing");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_the_job_filters_out_stops_at_that_job() {
    let test = made().await;
    test.land("orders/2024-01-10.csv", "order,amount\na10,10\nb10,-999\n");

    assert_eq!(test.catch_up().await, "1 published, 6 unchanged");
    assert_eq!(test.plan_needed().await, "nothing");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_file_makes_exactly_the_event_days_it_has_rows_for_stale() {
    let test = made().await;
    let rows =
        "event,at\nl3,2024-01-03T23:59:59\nl5,2024-01-05T00:00:00\nl14,2024-01-14T01:00:00\n";
    test.land("arrivals/2024-01-14/2.csv", rows);

    assert_eq!(test.plan_stale().await, "1 events stale_input: 2024-01-03 2024-01-05 2024-01-14");
    assert_eq!(test.catch_up().await, "3 published");
    assert_eq!(
        test.rows("events", "2024-01-03").await,
        "e3 | 2024-01-03 12:00:00\nl3 | 2024-01-03 23:59:59"
    );
    assert_eq!(test.plan_needed().await, "nothing");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_file_blocks_its_day_until_it_is_back() {
    let test = made().await;
    std::fs::remove_file(test.landing("orders/2024-01-05.csv")).unwrap();

    assert_eq!(test.plan_stale().await, "blocked clean: 2024-01-05 lacks orders 2024-01-05");
    assert_eq!(test.catch_up().await, "nothing");
    test.land("orders/2024-01-05.csv", "order,amount\na5,10\nb5,-1\n");
    assert_snapshot!(test.plan_stale().await, @"
    1 clean stale_input: 2024-01-05
    2 running upstream: 2024-01-05..2024-01-14
    2 weekly upstream: 2024-W01
    ");
    assert_eq!(test.catch_up().await, "1 published, 11 unchanged");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_expression_makes_that_job_and_what_is_made_from_it_stale() {
    let mut test = made().await;
    let weekly =
        |clean: LazyFrame| clean.select([col("cents").max().alias("cents"), len().alias("orders")]);
    test.redeclare(|project| declare(project, Code { weekly, ..FIRST })).await;
    assert_snapshot!(test.plan_stale().await, @"1 weekly stale_code: 2024-W01..2024-W02");
    assert_eq!(test.catch_up().await, "2 published");

    let clean = |orders: LazyFrame| {
        orders
            .filter(col("amount").gt_eq(lit(0)))
            .with_columns([(col("amount") * lit(100)).alias("cents"), lit("eur").alias("unit")])
    };
    test.redeclare(|project| declare(project, Code { clean, weekly })).await;
    assert_snapshot!(test.plan_stale().await, @"
    1 clean stale_code: 2024-01-01..2024-01-14
    2 running upstream: 2024-01-01..2024-01-14
    2 weekly upstream: 2024-W01..2024-W02
    ");
    // No order has an amount of 0, so the rows come out equal and the change ends there.
    assert_eq!(test.catch_up().await, "14 published, 16 unchanged");
    assert_eq!(test.plan_needed().await, "nothing");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refactoring_that_leaves_the_plan_alone_makes_nothing_stale() {
    let mut test = made().await;
    let clean = |orders: LazyFrame| {
        let cents = col("amount") * lit(100);
        let paid = orders.filter(col("amount").gt(lit(0)));
        paid.with_column(cents.alias("cents")).with_column(lit("eur").alias("unit"))
    };
    test.redeclare(|project| declare(project, Code { clean, ..FIRST })).await;

    assert_eq!(test.plan_stale().await, "nothing");
    assert_eq!(test.catch_up().await, "nothing");
    test.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changed_data_late_data_and_changed_code_at_once_are_told_apart() {
    let mut test = made().await;
    test.land("orders/2024-01-02.csv", "order,amount\na2,12\n");
    test.land("arrivals/2024-01-14/2.csv", "event,at\nl9,2024-01-09T08:00:00\n");
    let weekly =
        |clean: LazyFrame| clean.select([col("cents").max().alias("cents"), len().alias("orders")]);
    test.redeclare(|project| declare(project, Code { weekly, ..FIRST })).await;

    assert_snapshot!(test.plan_stale().await, @"
    1 clean stale_input: 2024-01-02
    1 events stale_input: 2024-01-09
    2 running upstream: 2024-01-02..2024-01-14
    2 weekly stale_code: 2024-W01..2024-W02
    ");
    assert_eq!(test.catch_up().await, "17 published");
    assert_eq!(test.plan_needed().await, "nothing");
    test.finish().await;
}
