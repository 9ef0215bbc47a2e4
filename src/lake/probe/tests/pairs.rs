//! Pairs of jobs: moved code keeps its fingerprint, changed code does not.

use polars::prelude::*;

use super::{Job, named};

/// What is done to the job, before, after.
type Pair = (&'static str, Job, Job);

fn dynamic(every: &str, closed_window: ClosedWindow) -> DynamicGroupOptions {
    let [every, offset] = [every, "0h"].map(Duration::parse);
    DynamicGroupOptions { every, period: every, offset, closed_window, ..Default::default() }
}

fn asof(tolerance: &str) -> JoinArgs {
    let options = AsOfOptions { tolerance_str: Some(tolerance.into()), ..Default::default() };
    JoinArgs::new(JoinType::AsOf(Box::new(options)))
}

fn rolling(e: LazyFrame, window_size: usize, min_periods: usize) -> LazyFrame {
    let options = RollingOptionsFixedWindow { window_size, min_periods, ..Default::default() };
    e.select([col("amount").rolling_mean(options)])
}

fn parsed(e: LazyFrame, format: &str, strict: bool) -> LazyFrame {
    let options = StrptimeOptions { format: Some(format.into()), strict, ..Default::default() };
    e.select([col("kind").str().to_date(options)])
}

fn ranked(e: LazyFrame, method: RankMethod) -> LazyFrame {
    e.select([col("amount").rank(RankOptions { method, descending: false }, None)])
}

fn joined(e: LazyFrame, u: LazyFrame, args: JoinArgs) -> LazyFrame {
    e.join(u, [col("user")], [col("user")], args)
}

fn left() -> JoinArgs {
    JoinArgs::new(JoinType::Left)
}

fn sorted(e: LazyFrame, options: SortMultipleOptions) -> LazyFrame {
    e.sort(["day"], options)
}

fn rates(u: LazyFrame, rate: f64) -> PolarsResult<LazyFrame> {
    let table = df!("country" => ["PL", "DE"], "rate" => [1.0, rate])?;
    Ok(u.left_join(table.lazy(), col("country"), col("country")))
}

fn above(e: LazyFrame, least: f64) -> LazyFrame {
    e.filter(col("amount").gt(lit(least)))
}

const MOVED: &[Pair] = &[
    (
        "a selector instead of columns",
        |e, _| Ok(e.select([col("id"), col("user")])),
        |e, _| Ok(e.select([Expr::Selector(cols(["id", "user"]))])),
    ),
    (
        "a pattern instead of columns",
        |e, _| Ok(e.select([col("id"), col("user")])),
        |e, _| Ok(e.select([col("^(id|user)$")])),
    ),
    (
        "a whole number on a float",
        |e, _| Ok(above(e, 1.0)),
        |e, _| Ok(e.filter(col("amount").gt(lit(1)))),
    ),
    (
        "the schema asked on the way",
        |e, _| Ok(e.filter(col("ok")).select([col("id")])),
        |e, _| {
            let mut kept = e.filter(col("ok"));
            kept.collect_schema()?;
            Ok(kept.select([col("id")]))
        },
    ),
    ("limit for slice", |e, _| Ok(e.limit(10)), |e, _| Ok(e.slice(0, 10))),
    (
        "one new column in a list",
        |e, _| Ok(e.with_column(lit(1).alias("x"))),
        |e, _| Ok(e.with_columns([lit(1).alias("x")])),
    ),
    (
        "sort by expression",
        |e, _| Ok(sorted(e, SortMultipleOptions::default())),
        |e, _| Ok(e.sort_by_exprs([col("day")], SortMultipleOptions::default())),
    ),
    (
        "join by its short name",
        |e, u| Ok(joined(e, u, left())),
        |e, u| Ok(e.left_join(u, col("user"), col("user"))),
    ),
    (
        "a name given twice",
        |e, _| Ok(e.select([col("id"), len()])),
        |e, _| Ok(e.select([col("id").alias("id"), len().alias("len")])),
    ),
    (
        "a concat that may run in parallel",
        |e, _| concat([e.clone(), e], UnionArgs::default()),
        |e, _| concat([e.clone(), e], UnionArgs { parallel: false, ..Default::default() }),
    ),
    (
        "a suffix for an alias",
        |e, _| Ok(e.select([col("id").alias("id_old")])),
        |e, _| Ok(e.select([col("id").name().suffix("_old")])),
    ),
];

/// Refactorings that change the digest today; whether the optimized digest still agrees.
const MISTAKEN: &[(&str, bool, Job, Job)] = &[
    (
        "new columns one by one",
        true,
        |e, _| Ok(e.with_columns([col("id").alias("x"), col("count").alias("y")])),
        |e, _| Ok(e.with_column(col("id").alias("x")).with_column(col("count").alias("y"))),
    ),
    (
        "a trailing select of all",
        true,
        |e, _| Ok(above(e, 1.0)),
        |e, _| Ok(above(e, 1.0).select([col("*")])),
    ),
    (
        "rename for alias",
        true,
        |e, _| Ok(e.select([col("id").alias("key"), col("user")])),
        |e, _| Ok(e.select([col("id"), col("user")]).rename(["id"], ["key"], true)),
    ),
    ("a cache", true, |e, _| Ok(above(e, 1.0)), |e, _| Ok(above(e, 1.0).cache())),
    (
        "new columns in another order",
        false,
        |e, _| {
            Ok(e.with_columns([lit(1).alias("x"), lit(2).alias("y")]).select([col("x"), col("y")]))
        },
        |e, _| {
            Ok(e.with_columns([lit(2).alias("y"), lit(1).alias("x")]).select([col("x"), col("y")]))
        },
    ),
];

const CHANGED: &[Pair] = &[
    (
        "degrees of freedom",
        |e, _| Ok(e.select([col("amount").std(0)])),
        |e, _| Ok(e.select([col("amount").std(1)])),
    ),
    (
        "quantile method",
        |e, _| Ok(e.select([col("amount").quantile(lit(0.5), QuantileMethod::Lower)])),
        |e, _| Ok(e.select([col("amount").quantile(lit(0.5), QuantileMethod::Higher)])),
    ),
    (
        "quantile",
        |e, _| Ok(e.select([col("amount").quantile(lit(0.5), QuantileMethod::Lower)])),
        |e, _| Ok(e.select([col("amount").quantile(lit(0.9), QuantileMethod::Lower)])),
    ),
    (
        "kind of join",
        |e, u| Ok(joined(e, u, left())),
        |e, u| Ok(joined(e, u, JoinArgs::new(JoinType::Inner))),
    ),
    (
        "suffix",
        |e, u| Ok(joined(e, u, left())),
        |e, u| Ok(joined(e, u, left().with_suffix(Some("_u".into())))),
    ),
    (
        "join validation",
        |e, u| Ok(joined(e, u, left())),
        |e, u| Ok(joined(e, u, JoinArgs { validation: JoinValidation::ManyToOne, ..left() })),
    ),
    (
        "nulls join",
        |e, u| Ok(joined(e, u, left())),
        |e, u| Ok(joined(e, u, JoinArgs { nulls_equal: true, ..left() })),
    ),
    (
        "pattern or literal",
        |e, _| Ok(e.filter(col("kind").str().contains(lit("a.c"), true))),
        |e, _| Ok(e.filter(col("kind").str().contains_literal(lit("a.c")))),
    ),
    ("window", |e, _| Ok(rolling(e, 3, 1)), |e, _| Ok(rolling(e, 4, 1))),
    ("least values in a window", |e, _| Ok(rolling(e, 3, 1)), |e, _| Ok(rolling(e, 3, 2))),
    ("date format", |e, _| Ok(parsed(e, "%Y-%m-%d", true)), |e, _| Ok(parsed(e, "%d-%m-%Y", true))),
    (
        "strict dates",
        |e, _| Ok(parsed(e, "%Y-%m-%d", true)),
        |e, _| Ok(parsed(e, "%Y-%m-%d", false)),
    ),
    ("a row of a table", |_, u| rates(u, 4.3), |_, u| rates(u, 4.4)),
    (
        "closed side",
        |e, _| {
            let options = dynamic("1h", ClosedWindow::Left);
            Ok(e.group_by_dynamic(col("at"), [], options).agg([len()]))
        },
        |e, _| {
            let options = dynamic("1h", ClosedWindow::Right);
            Ok(e.group_by_dynamic(col("at"), [], options).agg([len()]))
        },
    ),
    (
        "length of windows",
        |e, _| {
            let options = dynamic("1h", ClosedWindow::Left);
            Ok(e.group_by_dynamic(col("at"), [], options).agg([len()]))
        },
        |e, _| {
            let options = dynamic("1d", ClosedWindow::Left);
            Ok(e.group_by_dynamic(col("at"), [], options).agg([len()]))
        },
    ),
    ("rank method", |e, _| Ok(ranked(e, RankMethod::Dense)), |e, _| Ok(ranked(e, RankMethod::Min))),
    ("last bit of a float", |e, _| Ok(above(e, 0.1)), |e, _| Ok(above(e, 0.1_f64.next_up()))),
    (
        "no small number",
        |e, _| Ok(e.filter(col("amount").gt(lit(f32::NAN)))),
        |e, _| Ok(e.filter(col("amount").gt(lit(f32::INFINITY)))),
    ),
    ("no number", |e, _| Ok(above(e, f64::NAN)), |e, _| Ok(above(e, f64::INFINITY))),
    (
        "tolerance",
        |e, u| Ok(e.join(u, [col("at")], [col("at")], asof("5m"))),
        |e, u| Ok(e.join(u, [col("at")], [col("at")], asof("6m"))),
    ),
    (
        "direction",
        |e, _| Ok(sorted(e, SortMultipleOptions::default())),
        |e, _| Ok(sorted(e, SortMultipleOptions::default().with_order_descending(true))),
    ),
    (
        "place of nulls",
        |e, _| Ok(sorted(e, SortMultipleOptions::default())),
        |e, _| Ok(sorted(e, SortMultipleOptions::default().with_nulls_last(true))),
    ),
    (
        "aggregation",
        |e, _| Ok(e.group_by([col("user")]).agg([col("amount").sum()])),
        |e, _| Ok(e.group_by([col("user")]).agg([col("amount").mean()])),
    ),
    ("bound", |e, _| Ok(above(e, 1.0)), |e, _| Ok(e.filter(col("amount").gt_eq(lit(1.0))))),
    ("limit", |e, _| Ok(e.limit(10)), |e, _| Ok(e.limit(11))),
    (
        "row kept",
        |e, _| Ok(e.unique_stable(Some(cols(["id"])), UniqueKeepStrategy::First)),
        |e, _| Ok(e.unique_stable(Some(cols(["id"])), UniqueKeepStrategy::Last)),
    ),
    ("dataset", |e, _| Ok(e.select([col("user")])), |_, u| Ok(u.select([col("user")]))),
    (
        "strict cast",
        |e, _| Ok(e.select([col("user").cast(DataType::Int64)])),
        |e, _| Ok(e.select([col("user").strict_cast(DataType::Int64)])),
    ),
    (
        "inside a list",
        |e, _| Ok(e.select([col("sizes").list().eval(element().sum())])),
        |e, _| Ok(e.select([col("sizes").list().eval(element().max())])),
    ),
    (
        "inside a struct",
        |e, _| Ok(e.select([col("place").struct_().with_fields(vec![lit(1).alias("zip")])])),
        |e, _| Ok(e.select([col("place").struct_().with_fields(vec![lit(2).alias("zip")])])),
    ),
    (
        "partition of a window",
        |e, _| Ok(e.select([col("id").sum().over([col("user")])?])),
        |e, _| Ok(e.select([col("id").sum().over([col("kind")])?])),
    ),
    (
        "name",
        |e, _| Ok(e.select([col("id").alias("a")])),
        |e, _| Ok(e.select([col("id").alias("b")])),
    ),
];

#[test]
fn moved_code_keeps_its_fingerprint() {
    let parted = |(name, before, after): &Pair| {
        let (before, after) = (named(*before), named(*after));
        (before.digest != after.digest || before.optimized != after.optimized).then_some(*name)
    };
    assert_eq!(MOVED.iter().filter_map(parted).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn five_refactorings_are_taken_for_changes_and_four_are_seen_through_by_the_optimizer() {
    assert_eq!(MOVED.len() + MISTAKEN.len(), 16);
    let mut surprises = Vec::new();
    for (name, seen_through, before, after) in MISTAKEN {
        let (before, after) = (named(*before), named(*after));
        let same = before.optimized == after.optimized;
        if before.digest == after.digest || same != *seen_through {
            surprises.push((*name, before.digest == after.digest, same));
        }
    }
    assert_eq!(surprises, []);
}

#[test]
fn changed_code_changes_its_fingerprint() {
    let missed = |(name, before, after): &Pair| {
        let (before, after) = (named(*before), named(*after));
        (before.digest == after.digest || before.optimized == after.optimized).then_some(*name)
    };
    assert_eq!(CHANGED.iter().filter_map(missed).collect::<Vec<_>>(), [""; 0]);
}
