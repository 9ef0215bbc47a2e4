//! The odd days of a shop.

use tidemill::prelude::*;

use crate::tests::{project, text};

/// Order lines of (invoice, quantity, price, customer, time).
fn lines(of: &[(&str, i64, &str, &str, &str)]) -> DataFrame {
    let customer = |name: &str| (!name.is_empty()).then(|| name.to_owned());
    df!(
        "InvoiceNo" => of.iter().map(|line| line.0).collect::<Vec<_>>(),
        "StockCode" => of.iter().map(|line| line.0).collect::<Vec<_>>(),
        "Quantity" => of.iter().map(|line| line.1).collect::<Vec<_>>(),
        "UnitPrice" => of.iter().map(|line| line.2).collect::<Vec<_>>(),
        "CustomerID" => of.iter().map(|line| customer(line.3)).collect::<Vec<_>>(),
        "InvoiceDate" => of.iter().map(|line| line.4).collect::<Vec<_>>(),
    )
    .unwrap()
}

const AT: &str = "2011-03-01 10:00:00";

#[test]
fn money_is_exact_and_every_line_counts_once() {
    let lines = lines(&[
        ("1", 3, "0.001", "a", AT),
        ("1", 1, "10.10", "a", AT),
        ("C2", -2, "1.25", "b", AT),
        ("3", -1, "0.50", "", AT),
        ("A4", 1, "-5", "", AT),
    ]);
    let project = project();
    let job = project.job("retail_revenue_daily").partition("2011-03-01");
    let made = job.given("retail_lines", lines).run().unwrap();
    // Gross holds the bad debt, which is no cancellation and has a quantity.
    assert_eq!(text(&made), ["2011-03-01 5 2 2 5.103 -2.500 -0.500 2.103 2"]);
}

#[test]
fn an_empty_file_has_a_row_of_quality() {
    let project = project();
    let job = project.job("retail_quality_daily").partition("2011-03-01");
    assert_eq!(text(&job.run().unwrap()), ["2011-03-01 0 0 0 0 0 0 0"]);
}

#[test]
fn copies_of_a_line_are_counted_beyond_the_first() {
    let line = ("1", 1, "1.00", "", AT);
    let other_day = ("2", 0, "0", "a", "2011-03-02 00:00:00");
    let project = project();
    let job = project.job("retail_quality_daily").partition("2011-03-01");
    let made = job.given("retail_lines", lines(&[line, line, line, other_day])).run().unwrap();
    assert_eq!(text(&made), ["2011-03-01 4 3 4 1 1 2 1"]);
}

#[test]
fn missing_days_lie_within_the_span_of_the_data() {
    let present: Vec<String> =
        (1..=9).filter(|day| *day != 3).map(|day| format!("2011-12-0{day}")).collect();
    let quality = |days: Vec<String>| {
        let mut frame = df!("day" => &days).unwrap();
        for count in [
            "row_count",
            "null_customer",
            "null_description",
            "nonpositive_quantity",
            "nonpositive_price",
            "exact_duplicates",
            "wrong_partition",
        ] {
            frame.with_column(Series::new(count.into(), vec![0_i64; days.len()]).into()).unwrap();
        }
        frame
    };
    let project = project();
    let job = project.job("retail_missing_days").partition("2011-12");
    let made = job.given("retail_quality_daily", quality(present)).run().unwrap();
    assert_eq!(text(&made), ["2011-12-03 Saturday"]);
}

#[test]
fn a_customer_keeps_the_first_sale_and_takes_the_last() {
    let before = df!(
        "customer" => ["a", "b"],
        "first_sale" => ["2011-01-01 09:00:00"; 2],
        "last_sale" => ["2011-02-01 09:00:00"; 2],
    )
    .unwrap();
    let now = lines(&[
        ("1", 1, "1", "a", AT),
        ("C2", -1, "1", "b", AT),
        ("3", 1, "1", "c", AT),
        ("4", 1, "1", "", AT),
    ]);
    let project = project();
    let job = project.job("retail_customers").partition("2011-03");
    let made = job.given("retail_customers", before).given("retail_lines", now).run().unwrap();
    let days: Vec<String> = text(&made).iter().map(|line| line.replace(":00:00", "")).collect();
    assert_eq!(
        days,
        [
            "a 2011-01-01 09 2011-03-01 10",
            "b 2011-01-01 09 2011-02-01 09",
            "c 2011-03-01 10 2011-03-01 10",
        ]
    );
}

fn repeat(orders: &[(&str, &str)]) -> Vec<String> {
    let customers = df!(
        "customer" => ["a", "old"],
        "first_sale" => [AT, "2011-01-01 10:00:00"],
        "last_sale" => [AT, AT],
    )
    .unwrap();
    let orders = df!(
        "customer" => orders.iter().map(|order| order.0).collect::<Vec<_>>(),
        "invoice" => (0..orders.len()).map(|at| at.to_string()).collect::<Vec<_>>(),
        "ordered_at" => orders.iter().map(|order| order.1).collect::<Vec<_>>(),
    )
    .unwrap();
    let project = project();
    let job = project.job("retail_repeat_monthly").partition("2011-03");
    let job = job.given("retail_customers", customers).given("retail_orders", orders);
    text(&job.run().unwrap())
}

#[test]
fn a_second_order_counts_up_to_exactly_30_days_and_a_third_up_to_90() {
    let (day_30, day_90) = ("2011-03-31 10:00:00", "2011-05-30 10:00:00");
    assert_eq!(repeat(&[("a", AT), ("a", day_30), ("a", day_90)]), ["2011-03-01 1 1 1"]);
    let late = "2011-05-30 10:00:01";
    assert_eq!(repeat(&[("a", AT), ("a", day_30), ("a", late)]), ["2011-03-01 1 1 0"]);
    let late = "2011-03-31 10:00:01";
    assert_eq!(repeat(&[("a", AT), ("a", late), ("a", late)]), ["2011-03-01 1 0 0"]);
}

#[test]
fn two_orders_at_the_same_instant_are_a_first_and_a_second() {
    assert_eq!(repeat(&[("a", AT), ("a", AT), ("old", AT)]), ["2011-03-01 1 1 0"]);
}

#[test]
fn a_customer_is_gone_after_more_than_90_days() {
    // 90 days before 2011-04-01 00:00 is 2011-01-01 00:00.
    let customers = df!(
        "customer" => ["a", "b"],
        "first_sale" => ["2010-12-05 10:00:00"; 2],
        "last_sale" => ["2010-12-31 23:59:59", "2011-01-01 00:00:00"],
    )
    .unwrap();
    let project = project();
    let job = project.job("retail_churn_90d").partition("2011-04");
    let made = job.given("retail_customers", customers).run().unwrap();
    assert_eq!(text(&made), ["2011-04-01 2 1"]);
}

#[test]
fn a_cohort_of_customers_is_the_month_of_the_first_sale() {
    let customers = df!(
        "customer" => ["a", "b", "c"],
        "first_sale" => ["2010-12-31 23:59:59", AT, "2011-01-01 00:00:00"],
        "last_sale" => [AT; 3],
    )
    .unwrap();
    let orders = df!(
        "customer" => ["a", "a", "b"],
        "invoice" => ["1", "2", "3"],
        "ordered_at" => [AT; 3],
    )
    .unwrap();
    let project = project();
    let job = project.job("retail_retention_monthly").partition("2011-03");
    let job = job.given("retail_customers", customers).given("retail_orders", orders);
    assert_eq!(text(&job.run().unwrap()), ["2010-12-01 3 1", "2011-03-01 0 1"]);
}

#[test]
fn equal_products_are_told_apart_by_code() {
    let many: Vec<String> = (10..=22).rev().map(|code| code.to_string()).collect();
    let lines: Vec<_> = many.iter().map(|code| (code.as_str(), 1, "1", "a", AT)).collect();
    let project = project();
    let job = project.job("retail_top_products_monthly").partition("2011-03");
    let made = job.given("retail_lines", self::lines(&lines)).run().unwrap();
    let codes = made.column("stock_code").unwrap().str().unwrap().iter().flatten();
    let expected = ["10", "11", "12", "13", "14", "15", "16", "17", "18", "19"];
    assert_eq!(codes.collect::<Vec<_>>(), expected);
}
