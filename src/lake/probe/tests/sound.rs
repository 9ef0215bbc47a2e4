//! Everyday expressions that must not be taken for faults.

use polars::prelude::*;

use super::{Job, checked, events};
use crate::lake::probe::check;

fn window() -> RollingOptionsFixedWindow {
    RollingOptionsFixedWindow { window_size: 7, min_periods: 1, ..Default::default() }
}

fn week() -> RollingOptionsDynamicWindow {
    RollingOptionsDynamicWindow {
        window_size: Duration::parse("7d"),
        min_periods: 1,
        closed_window: ClosedWindow::Right,
        fn_params: None,
    }
}

fn elementwise() -> Vec<Expr> {
    let text = || col("user").str();
    let dates = StrptimeOptions { format: Some("%Y-%m-%d".into()), ..Default::default() };
    let zone = TimeZone::opt_try_new(Some("Europe/Warsaw")).unwrap().unwrap();
    vec![
        col("count") + col("id"),
        col("count") / lit(3),
        col("amount").log(lit(2.0)),
        col("amount").round(2, RoundMode::default()),
        col("amount").abs().sign(),
        col("amount").cast(DataType::Decimal(38, 2)),
        col("ok").cast(DataType::Int64),
        col("id").is_between(lit(1), lit(5), ClosedInterval::Both),
        col("kind").is_in(lit(Series::new("".into(), ["a", "b"])).implode(true), false),
        when(col("ok")).then(col("id")).otherwise(lit(NULL)),
        coalesce(&[col("count"), col("id")]),
        text().to_lowercase(),
        text().len_chars(),
        text().extract(lit("(a+)"), 1),
        text().replace_all(lit("a"), lit("b"), true),
        text().split(lit(",")),
        text().json_path_match(lit("$.a")),
        text().to_date(dates),
        concat_str([col("user"), col("kind")], "-", true),
        col("at").dt().truncate(lit("1h")),
        col("day").dt().month_start(),
        col("day").dt().offset_by(lit("-1d")),
        col("at").dt().hour(),
        col("seen").dt().convert_time_zone(zone).dt().date(),
        (col("at") - col("at").shift(lit(1))).dt().total_seconds(false),
        col("tags").list().len(),
        col("tags").list().first(),
        col("sizes").list().sum(),
        col("place").struct_().field_by_name("zip"),
        col("kind").replace(lit("a"), lit("b")),
    ]
}

fn windowed() -> Vec<Expr> {
    let rank = RankOptions { method: RankMethod::Dense, descending: true };
    vec![
        col("amount").cum_sum(false),
        col("count").cum_sum(false),
        col("id").diff(lit(1), polars::series::ops::NullBehavior::Ignore),
        col("amount").rolling_mean(window()),
        col("count").rolling_sum(window()),
        col("amount").rolling_mean_by(col("day"), week()),
        col("amount").rank(rank, None).over([col("user")]).unwrap(),
        col("id").max().over([col("user")]).unwrap(),
        col("id").is_first_distinct(),
    ]
}

fn aggregating() -> Vec<Expr> {
    vec![
        col("count").sum(),
        col("count").cast(DataType::Int8).sum(),
        col("amount").mean(),
        col("id").mean(),
        col("ok").sum(),
        col("day").max(),
        col("at").mean(),
        col("id").median(),
        col("amount").std(1),
        col("count").quantile(lit(0.9), QuantileMethod::Linear),
        col("user").n_unique(),
        col("user").first(),
        col("amount").cast(DataType::Decimal(38, 2)).sum(),
        col("id").filter(col("ok")).count(),
        col("amount").skew(true),
        col("tags").implode(true),
        len(),
    ]
}

fn assert_sound(exprs: Vec<Expr>, build: fn(LazyFrame, Expr) -> LazyFrame) {
    let inputs = [("events", events())];
    for expr in exprs {
        let shown = format!("{expr}");
        let job = |mut frames: Vec<LazyFrame>| {
            let events = frames.pop().ok_or("one input")?;
            Ok(build(events, expr.clone().alias("x")))
        };
        assert_eq!(check(&job, &inputs, None).findings, [], "{shown}");
    }
}

#[test]
fn everyday_expressions_pass() {
    assert_sound(elementwise(), |events, expr| events.with_columns([expr]));
    assert_sound(windowed(), |events, expr| events.with_columns([expr]));
}

#[test]
fn everyday_aggregations_pass() {
    assert_sound(aggregating(), |events, expr| events.select([expr]));
    assert_sound(aggregating(), |events, expr| events.group_by([col("user")]).agg([expr]));
}

#[test]
fn everyday_relations_pass() {
    let sound: &[Job] = &[
        |e, u| Ok(e.join(u, [col("user")], [col("user")], JoinArgs::new(JoinType::Semi))),
        |e, u| Ok(e.join(u, [col("user")], [col("user")], JoinArgs::new(JoinType::Full))),
        |e, u| Ok(e.cross_join(u, None)),
        |e, u| concat_lf_diagonal([e, u], UnionArgs::default()),
        |e, _| Ok(e.top_k(3, [col("amount")], SortMultipleOptions::default())),
        |e, _| Ok(e.unique_stable(Some(cols(["user"])), UniqueKeepStrategy::Last)),
        |e, _| Ok(e.with_row_index("row", None).filter(col("row").lt(lit(5)))),
        |e, _| Ok(e.unnest(cols(["place"]), None)),
        |e, u| Ok(e.select([col("user")]).left_join(u, col("user"), col("user")).drop_nulls(None)),
    ];
    for (number, job) in sound.iter().enumerate() {
        assert_eq!(checked(*job, None).findings, [], "job {number}");
    }
}
