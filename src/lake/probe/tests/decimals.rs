//! A decimal is a key like any other.

use polars::prelude::*;

use crate::lake::probe::check;
use crate::spec::{Contract, Type};

/// A relation over a frame by its column `key`.
type Relation = fn(LazyFrame) -> LazyFrame;

/// Relations that use a decimal as a key of its own.
const RELATIONS: [(&str, Relation); 9] = [
    ("group by", |frame| frame.group_by([col("key")]).agg([col("id").sum()])),
    ("join", |frame| {
        let other = frame.clone().select([col("key"), col("id").alias("other")]);
        frame.inner_join(other, col("key"), col("key"))
    }),
    ("semi join", |frame| {
        let some = frame.clone().filter(col("id").lt(lit(40)));
        frame.join(some, [col("key")], [col("key")], JoinArgs::new(JoinType::Semi))
    }),
    ("unique", |frame| frame.select([col("key")]).unique(None, UniqueKeepStrategy::Any)),
    ("window", |frame| {
        frame.with_columns([col("id").sum().over([col("key")]).expect("a key is given")])
    }),
    ("rank", |frame| {
        let rank = RankOptions { method: RankMethod::Dense, descending: true };
        frame.with_columns([col("key").rank(rank, None).alias("rank")])
    }),
    ("top", |frame| {
        frame.select([col("key")]).top_k(5, [col("key")], SortMultipleOptions::default())
    }),
    ("sort and limit", |frame| {
        frame.select([col("key")]).sort(["key"], SortMultipleOptions::default()).limit(7)
    }),
    ("count distinct", |frame| frame.select([col("key").n_unique(), col("key").max().alias("m")])),
];

/// Whole amounts with repetitions and nulls, so that a decimal and an integer say the same.
fn rows() -> LazyFrame {
    let amounts: Vec<Option<i64>> =
        (0..200_i64).map(|row| (row % 13 != 0).then_some(row * 7 % 31 - 9)).collect();
    let ids: Vec<i64> = (0..200).collect();
    df!("id" => ids, "key" => amounts).expect("columns of one length").lazy()
}

/// What a relation makes of these rows, in an order that does not depend on it.
fn made(frame: LazyFrame, relation: Relation, engine: Engine) -> DataFrame {
    let whole = |name: &str| col(name).cast(DataType::Int64);
    let result = relation(frame);
    let names: Vec<String> =
        result.clone().collect_schema().unwrap().iter_names().map(ToString::to_string).collect();
    let plan = result
        .select(names.iter().map(|name| whole(name)).collect::<Vec<_>>())
        .sort(names, SortMultipleOptions::default());
    plan.collect_with_engine(engine).unwrap().unwrap_single()
}

#[test]
fn a_decimal_key_gives_what_an_integer_key_gives_in_both_engines() {
    let decimal = || rows().with_columns([col("key").cast(DataType::Decimal(38, 2))]);
    for (name, relation) in RELATIONS {
        let expected = made(rows(), relation, Engine::InMemory);
        for engine in [Engine::InMemory, Engine::Streaming] {
            let found = made(decimal(), relation, engine);
            assert!(found.equals_missing(&expected), "{name}: {found}, not {expected}");
        }
    }
}

#[test]
fn a_decimal_key_passes_the_check() {
    let schema =
        crate::lake::schema(&Contract::new([("id", Type::Int64), ("key", Type::Decimal(2))]));
    let inputs = [("amounts", std::sync::Arc::new(schema))];
    for (name, relation) in RELATIONS {
        let build = |mut frames: Vec<LazyFrame>| {
            Ok(relation(frames.pop().ok_or_else(|| "one input".to_owned())?))
        };
        assert_eq!(check(&build, &inputs, None).findings, [], "{name}");
    }
}
