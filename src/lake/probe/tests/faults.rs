//! Faulty jobs, each caught at the first level that can see it.

use polars::prelude::*;

use super::super::{Checked, Level};
use super::{Job, checked};
use crate::spec::{Contract, Type};

/// What is wrong, a part of the message, the job.
type Fault = (&'static str, &'static str, Job);

const EXPLODE: ExplodeOptions = ExplodeOptions { empty_as_null: true, keep_nulls: true };

fn hourly() -> DynamicGroupOptions {
    DynamicGroupOptions {
        every: Duration::parse("1h"),
        period: Duration::parse("1h"),
        offset: Duration::parse("0h"),
        ..Default::default()
    }
}

fn asof() -> JoinArgs {
    JoinArgs::new(JoinType::AsOf(Box::default()))
}

fn window(size: usize) -> RollingOptionsFixedWindow {
    RollingOptionsFixedWindow { window_size: size, min_periods: size, ..Default::default() }
}

const UNRESOLVED: &[Fault] = &[
    ("select", "column `amout` does not exist", |e, _| Ok(e.select([col("amout")]))),
    ("filter", "column `amout` does not exist", |e, _| Ok(e.filter(col("amout").gt(lit(1))))),
    ("agg", "column `amout`", |e, _| Ok(e.group_by([col("user")]).agg([col("amout").sum()]))),
    ("key", "column `usr`", |e, _| Ok(e.group_by([col("usr")]).agg([len()]))),
    ("sort", "column `dya`", |e, _| Ok(e.sort(["dya"], SortMultipleOptions::default()))),
    ("join key", "column `usr`", |e, u| Ok(e.inner_join(u, col("usr"), col("user")))),
    ("over", "column `usr`", |e, _| Ok(e.select([col("id").sum().over([col("usr")])?]))),
    ("unique", "column `usr`", |e, _| Ok(e.unique(Some(cols(["usr"])), UniqueKeepStrategy::First))),
    ("drop", "`usr`", |e, _| Ok(e.drop(cols(["usr"])))),
    ("rename", "`usr`", |e, _| Ok(e.rename(["usr"], ["person"], true))),
    ("field", "`citty`", |e, _| Ok(e.select([col("place").struct_().field_by_name("citty")]))),
    ("text minus number", "", |e, _| Ok(e.select([col("user") - col("id")]))),
    ("date times date", "", |e, _| Ok(e.select([col("day") * col("day")]))),
    ("date plus number", "", |e, _| Ok(e.select([col("day") + lit(1)]))),
    ("date against text", "", |e, _| Ok(e.filter(col("day").gt(lit("2024-01-01"))))),
    ("filter by number", "must be of type `Boolean`", |e, _| Ok(e.filter(col("id")))),
    ("join of types", "", |e, u| Ok(e.inner_join(u, col("id"), col("user")))),
    ("join of date and time", "", |e, u| Ok(e.inner_join(u, col("at"), col("since")))),
    ("asof of types", "", |e, u| Ok(e.join(u, [col("at")], [col("user")], asof()))),
    ("same name twice", "", |e, _| Ok(e.select([col("id"), col("count").alias("id")]))),
    ("same column twice", "", |e, _| Ok(e.with_columns([lit(1).alias("x"), lit(2).alias("x")]))),
    ("aggregate named as key", "", |e, _| {
        Ok(e.group_by([col("user")]).agg([col("id").sum().alias("user")]))
    }),
    ("concat of widths", "", |e, u| concat([e, u], UnionArgs::default())),
    ("text in numbers", "", |e, _| {
        Ok(e.filter(col("user").is_in(lit(Series::new("".into(), [1_i64])).implode(true), false)))
    }),
    ("list function on number", "", |e, _| Ok(e.select([col("id").list().sum()]))),
    ("sum of text", "", |e, _| Ok(e.select([col("user").sum()]))),
];

const FAILS_EMPTY: &[Fault] = &[
    ("text equals number", "in `[(col(\"user\")) == (col(\"id\"))]`", |e, _| {
        Ok(e.filter(col("user").eq(col("id"))))
    }),
    ("text above number", "", |e, _| Ok(e.filter(col("user").gt(lit(3))))),
    ("list equals number", "", |e, _| Ok(e.filter(col("sizes").eq(col("id"))))),
    ("text function on number", "", |e, _| Ok(e.select([col("id").str().to_lowercase()]))),
    ("date function on text", "", |e, _| Ok(e.select([col("user").dt().year()]))),
    ("round of text", "", |e, _| Ok(e.select([col("user").round(2, RoundMode::default())]))),
    ("absolute text", "", |e, _| Ok(e.select([col("user").abs()]))),
    ("condition of text", "", |e, _| {
        Ok(e.select([when(col("user")).then(lit(1)).otherwise(lit(2)).alias("x")]))
    }),
    ("windows over text", "", |e, _| {
        Ok(e.group_by_dynamic(col("user"), [], hourly()).agg([len()]))
    }),
    ("broken pattern", "unclosed group", |e, _| {
        Ok(e.filter(col("user").str().contains(lit("("), true)))
    }),
    ("closure that misses a column", "column `gone`", |e, _| {
        let stray = |frame: DataFrame| frame.select(["gone"]);
        Ok(e.map(stray, OptFlags::default(), None, None))
    }),
    ("closure that lies", "says it is string, but comes out as int64", |e, _| {
        let text =
            |_: &Schema, field: &Field| Ok(Field::new(field.name().clone(), DataType::String));
        Ok(e.select([col("id").map(Ok, text)]))
    }),
    ("rolling mean of text", "says it is string", |e, _| {
        Ok(e.select([col("user").rolling_mean(window(3))]))
    }),
];

const FAILS_ON_NULLS: &[Fault] = &[
    ("explode of a number", "`explode` operation not supported", |e, _| {
        Ok(e.explode(cols(["id"]), EXPLODE))
    }),
    ("rows filtered inside a column", "", |e, _| {
        Ok(e.with_columns([col("id").filter(col("ok")).alias("x")]))
    }),
    ("windows over nulls", "null", |e, _| {
        Ok(e.group_by_dynamic(col("at"), [], hourly()).agg([len()]))
    }),
];

const PANICS: &[Fault] = &[
    ("the job itself", "boom", |_, _| panic!("boom")),
    ("a closure", "boom", |e, _| {
        let boom = |_: DataFrame| -> PolarsResult<DataFrame> { panic!("boom") };
        Ok(e.map(boom, OptFlags::default(), None, None))
    }),
    ("a feature that is not built in", "list_arithmetic", |e, _| {
        Ok(e.select([col("sizes") + lit(1)]))
    }),
];

/// Collects every disagreement first: one run shows them all.
fn assert_caught(faults: &[Fault], level: Level) {
    let mut wrong = Vec::new();
    for (name, part, job) in faults {
        let Checked { findings, schema, plan } = checked(*job, None);
        match findings.as_slice() {
            [found] if found.level == level && found.message.contains(part) => {
                assert!(!found.message.contains('\n'), "{name}: {}", found.message);
                assert_eq!(schema.is_some(), plan.is_some(), "{name}");
            }
            other => wrong.push(format!("{name}: {other:?}")),
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn wrong_names_and_types_are_caught_when_the_plan_resolves() {
    assert_caught(UNRESOLVED, Level::Schema);
}

#[test]
fn what_resolution_lets_pass_fails_on_empty_inputs() {
    assert_caught(FAILS_EMPTY, Level::Empty);
}

#[test]
fn what_emptiness_hides_fails_on_a_row_of_nulls() {
    assert_caught(FAILS_ON_NULLS, Level::NullRow);
}

#[test]
fn a_panic_is_a_finding() {
    assert_caught(PANICS, Level::Panic);
}

#[test]
fn a_misspelt_column_is_met_with_the_nearest_one() {
    let hint = |job: Job| checked(job, None).findings[0].hint.clone();
    let near = Some("did you mean `amount`?".to_owned());
    assert_eq!(hint(|e, _| Ok(e.select([col("amout")]))), near);
    assert_eq!(hint(|e, _| Ok(e.select([col("mamount")]))), near);
    assert_eq!(hint(|e, _| Ok(e.select([col("qqqqqqq")]))), None);
    let field = hint(|e, _| Ok(e.select([col("place").struct_().field_by_name("ctiy")])));
    assert_eq!(field.unwrap(), "did you mean `city`?");
    let swapped = hint(|e, _| Ok(e.sort(["dya"], SortMultipleOptions::default())));
    assert_eq!(swapped.unwrap(), "did you mean `day`?");
    let gone = hint(|e, _| Ok(e.select([col("id")]).filter(col("amount").gt(lit(1)))));
    assert!(gone.unwrap().contains("no longer"));
}

#[test]
fn advice_of_polars_becomes_the_hint() {
    let said = |job: Job| {
        let found = &checked(job, None).findings[0];
        format!("{} / {}", found.message, found.hint.as_deref().unwrap_or("-"))
    };
    assert_eq!(
        said(|e, _| Ok(e.select([col("user") - col("id")]))),
        "arithmetic on dtypes str and i64 is not allowed (lhs: column 'user', rhs: column 'id'), \
         in step `select` / try an explicit cast first"
    );
    let twice = said(|e, _| Ok(e.select([col("id"), col("count").alias("id")])));
    assert!(
        twice.contains("duplicate output name 'id', in step `select` / try renaming"),
        "{twice}"
    );
    let nulls = said(|e, _| Ok(e.group_by_dynamic(col("at"), [], hourly()).agg([len()])));
    assert!(
        nulls.ends_with("drop or fill the nulls first: `drop_nulls` or `fill_null`"),
        "{nulls}"
    );
}

#[test]
fn sound_jobs_pass() {
    let sound: &[Job] = &[
        |e, u| Ok(e.left_join(u, col("user"), col("user"))),
        |e, u| Ok(e.join(u, [col("at")], [col("at")], asof())),
        |e, _| {
            let sum = col("amount").sum();
            Ok(e.filter(col("ok")).group_by([col("user")]).agg([sum, len().alias("n")]))
        },
        |e, _| {
            let hours = e.drop_nulls(None).group_by_dynamic(col("at"), [col("user")], hourly());
            Ok(hours.agg([len()]))
        },
        |e, _| Ok(e.explode(cols(["tags"]), EXPLODE)),
        |e, _| Ok(e.select([col("place").struct_().field_by_name("city"), col("seen")])),
    ];
    for (number, job) in sound.iter().enumerate() {
        assert_eq!(checked(*job, None).findings, [], "job {number}");
    }
}

#[test]
fn the_output_is_compared_with_the_contract() {
    let contract =
        Contract::new([("user", Type::String), ("dau", Type::Int64), ("amounts", Type::Float64)]);
    let job: Job = |e, _| {
        let aggs = [len().alias("dau"), col("amount").sum(), col("id").max()];
        Ok(e.group_by([col("user")]).agg(aggs))
    };
    let found = checked(job, Some(&contract)).findings;
    assert!(found.iter().all(|finding| finding.level == Level::Contract));
    let said: Vec<_> = found
        .iter()
        .map(|finding| format!("{} / {}", finding.message, finding.hint.as_deref().unwrap_or("-")))
        .collect();
    let surplus = |name: &str| {
        let message = format!("the job makes column `{name}`, the contract does not have it");
        message + " / add it to the contract or drop it"
    };
    let missing = "the contract has column `amounts`, the job does not make it";
    let expected = [
        "column `dau` is uint32, the contract says int64; cast it / -".to_owned(),
        format!("{missing} / did you mean `amount`?"),
        surplus("amount"),
        surplus("id"),
    ];
    assert_eq!(said, expected);
}

#[test]
fn the_order_of_columns_is_free() {
    let contract = Contract::new([("id", Type::Int64), ("user", Type::String)]);
    let job: Job = |e, _| Ok(e.select([col("user"), col("id")]));
    assert_eq!(checked(job, Some(&contract)).findings, []);
}
