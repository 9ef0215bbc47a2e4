//! What a fingerprint depends on, and what it admits not to know.

use std::slice;
use std::sync::Arc;
use std::time::Instant;

use polars::prelude::*;

use super::super::{Fingerprint, check, combine, fingerprint, probe};
use super::{Job, checked, events, named, plan, users};
use crate::lake::schema;
use crate::spec::{Contract, Type};

/// Twenty nodes over both inputs.
#[expect(clippy::unnecessary_wraps, reason = "a job may fail")]
fn busy(e: LazyFrame, u: LazyFrame) -> PolarsResult<LazyFrame> {
    let mut frame = e.filter(col("ok")).inner_join(u, col("user"), col("user"));
    for number in 0..8_i64 {
        let next = (col("count") + lit(number)).alias(format!("c{number}"));
        frame = frame.with_column(next).filter(col("id").gt(lit(number)));
    }
    let daily = frame.group_by([col("day"), col("country")]);
    Ok(daily.agg([col("amount").sum(), len()]).sort(["day"], SortMultipleOptions::default()))
}

const SAMPLES: [Job; 3] = [
    busy,
    |e, _| Ok(e.top_k(3, [col("amount")], SortMultipleOptions::default())),
    |e, u| {
        let both = e.select([col("user")]).cache();
        concat([both.clone(), both, u.select([col("user")])], UnionArgs::default())
    },
];

#[test]
fn two_builds_of_one_job_have_one_fingerprint() {
    for job in SAMPLES {
        assert_eq!(named(job), named(job));
    }
}

/// Recorded in another process; a change of scheme, Polars or its features changes them all.
#[test]
fn a_fingerprint_outlives_its_process() {
    let names = SAMPLES.map(|job| {
        let Fingerprint { digest, optimized, .. } = named(job);
        [digest, optimized]
    });
    let recorded = [
        ["5c068f0e5ad509052472d20f75cfac18", "a3653e5a6f044f0e7c836f68bfd0fe8b"],
        ["831c167e6466da4df5831392d60012da", "9a73f8552f84ace6694910356df9b62f"],
        ["f7618f4ca6758f74fed5d43e1532d9e6", "96d2bb4b61df4c545a73e94ab48cce63"],
    ];
    assert_eq!(names, recorded);
}

#[test]
fn a_long_plan_fits_the_stack() {
    let long = |e: LazyFrame| {
        (0..1_000_i64).fold(e, |frame, number| frame.filter(col("id").gt(lit(number))))
    };
    assert!(fingerprint(long(probe("events", events()))).is_ok());
}

#[test]
fn a_digest_is_32_hexadecimal_digits() {
    let Fingerprint { digest, optimized, .. } = named(busy);
    for name in [digest, optimized] {
        assert_eq!(name.len(), 32);
        assert!(name.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
}

#[test]
fn a_column_nobody_uses_does_not_count() {
    let wider = Contract::new([("user", Type::String), ("country", Type::String)]);
    let narrow = Contract::new([("user", Type::String)]);
    let over = |contract: &Contract| {
        let users = probe("users", Arc::new(schema(contract)));
        let job = users.filter(col("user").is_not_null()).group_by([col("user")]).agg([len()]);
        fingerprint(job).unwrap().digest
    };
    assert_eq!(over(&narrow), over(&wider));
}

#[test]
fn closures_are_named() {
    let jobs: [(&str, Job); 4] = [
        ("closure `trim` in an expression", |e, _| {
            let same = |_: &Schema, field: &Field| Ok(field.clone());
            Ok(e.select([col("user").map_with_fmt_str(Ok, same, "trim")]))
        }),
        ("closure `dedupe` on the whole frame", |e, _| {
            Ok(e.map(Ok, OptFlags::default(), None, Some("dedupe")))
        }),
        ("closure applied to each group", |e, u| {
            let schema = u.clone().collect_schema()?;
            let same = PlanCallback::new(Ok);
            Ok(e.select([col("user")]).group_by([col("user")]).apply(same, schema))
        }),
        ("closure in `reduce`", |e, _| {
            let add = PlanCallback::new(|(left, right): (Series, Series)| left + right);
            Ok(e.select([reduce_exprs(add, [col("id"), col("count")], false, None)]))
        }),
    ];
    for (name, job) in jobs {
        let found = named(job);
        assert_eq!(found.opaque, [name]);
        assert_eq!(found.nondeterministic, [""; 0], "an opaque expression is named once");
    }
}

#[test]
fn an_arbitrary_row_is_named() {
    let keep = |e: LazyFrame, keep| e.unique(Some(cols(["user"])), keep);
    let any = fingerprint(keep(probe("events", events()), UniqueKeepStrategy::Any)).unwrap();
    assert_eq!(any.nondeterministic.len(), 1);
    let first = fingerprint(keep(probe("events", events()), UniqueKeepStrategy::First)).unwrap();
    assert_eq!(first.nondeterministic, [""; 0]);
}

#[test]
fn a_file_nobody_declared_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("rates.csv");
    std::fs::write(&file, "user,rate\nann,1\n").unwrap();
    let path = file.to_str().unwrap();
    let rates = LazyCsvReader::new(PlRefPath::new(path)).finish().unwrap();
    let job = probe("users", users()).left_join(rates, col("user"), col("user"));
    assert_eq!(fingerprint(job).unwrap().undeclared, [format!("csv scan of `{path}`")]);
}

#[test]
fn a_sound_job_has_nothing_to_admit() {
    let Fingerprint { opaque, nondeterministic, undeclared, .. } = named(busy);
    assert_eq!([opaque, nondeterministic, undeclared], [const { Vec::<String>::new() }; 3]);
}

#[test]
fn every_window_the_version_and_the_extras_count() {
    let one = named(busy);
    let other = named(|e, _| Ok(e));
    let digests = [
        combine(slice::from_ref(&one), None, &[]),
        combine(&[one.clone(), other.clone()], None, &[]),
        combine(&[other, one.clone()], None, &[]),
        combine(slice::from_ref(&one), Some(""), &[]),
        combine(slice::from_ref(&one), Some("2"), &[]),
        combine(slice::from_ref(&one), None, &["2"]),
        combine(&[one], None, &["", "2"]),
    ]
    .map(|combined| combined.digest);
    for (position, digest) in digests.iter().enumerate() {
        assert!(!digests[..position].contains(digest), "{position}");
    }
}

#[test]
fn a_version_answers_for_opaque_code() {
    let found = named(|e, _| Ok(e.map(Ok, OptFlags::default(), None, None)));
    assert_eq!(combine(slice::from_ref(&found), None, &[]).opaque.len(), 1);
    assert_eq!(combine(&[found], Some("7"), &[]).opaque, [""; 0]);
}

#[test]
fn a_checked_plan_can_be_fingerprinted() {
    let checked = checked(busy, None);
    assert_eq!(checked.findings, []);
    assert_eq!(fingerprint(checked.plan.unwrap()).unwrap(), named(busy));
}

#[test]
fn five_hundred_jobs_are_checked_and_fingerprinted() {
    let inputs = [("events", events()), ("users", users())];
    let timed = |what: &str, work: &dyn Fn()| {
        let start = Instant::now();
        (0..500).for_each(|_| work());
        println!("500 × {what}: {:?}", start.elapsed());
    };
    timed("build", &|| drop(plan(busy)));
    timed("build and fingerprint", &|| drop(named(busy)));
    timed("check", &|| {
        let build = |frames: Vec<LazyFrame>| {
            let [e, u] = <[LazyFrame; 2]>::try_from(frames).map_err(|_| "two inputs")?;
            busy(e, u).map_err(|error| error.to_string())
        };
        assert_eq!(check(&build, &inputs, None).findings, []);
    });
}
