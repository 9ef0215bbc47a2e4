//! One faulty project for each code, and one with many faults at once.

use std::time::Duration;

use jiff::{Timestamp, ToSpan};

use super::{days, job};
use crate::model::Window;
use crate::spec::{
    Catalog, Check, Contract, Cron, Dataset, Declaration, DimensionMapping, Fuse, Input, Mapping,
    Partitions, Reads, Retry, Schedule, Sla, Source, SpecError, TimePartitions, Type,
};

fn source(name: &str, template: &str) -> Source {
    Source::files(name, template).partitions(days("2024-01-01")).contract(columns())
}

fn columns() -> Contract {
    Contract::new([("id", Type::String), ("at", Type::Instant)])
}

fn reads(mut job: Declaration, name: &str, reads: impl Into<Reads>) -> Declaration {
    job.reads.push((Input::Of(Dataset(name.to_owned())), reads.into()));
    job
}

#[track_caller]
fn daily(name: &str) -> Declaration {
    Declaration { partitions: days("2024-01-01"), ..job(name) }
}

#[track_caller]
fn with(name: &str, change: impl FnOnce(&mut Declaration)) -> Declaration {
    let mut declared = daily(name);
    change(&mut declared);
    declared
}

fn faults(sources: &[Source], jobs: &[Declaration]) -> Vec<SpecError> {
    Catalog::build(sources, jobs).err().unwrap_or_default()
}

/// Each of these jobs, beside a sound source `orders`, has this one fault.
#[track_caller]
fn check(jobs: &[Declaration], expected: &str) {
    let found = faults(&[source("orders", "{day}/*.csv")], jobs);
    let texts: Vec<String> = found
        .iter()
        .map(|fault| format!("{}: `{}`: {}", fault.code, fault.dataset, fault.message))
        .collect();
    assert_eq!(texts, [expected]);
    assert!(found[0].place.contains("tests/"), "{}", found[0].place);
    assert!(crate::codes::page(found[0].code).is_some());
}

/// This source alone has this one fault.
#[track_caller]
fn check_source(source: Source, expected: &str) {
    let texts: Vec<String> =
        faults(&[source], &[]).iter().map(|f| format!("{}: {}", f.code, f.message)).collect();
    assert_eq!(texts, [expected]);
}

#[test]
fn a_sound_project_has_no_fault() {
    let mut state = reads(daily("state"), "orders", Mapping::Same);
    state.reads.push((Input::Itself, Mapping::previous().into()));
    state.about.contract = Some(columns());
    state.checks = vec![Check::unique(["id"]), Check::rows_at_least(1)];
    state.schedule = Some(Cron::new("@daily").time_zone("Europe/Berlin").into());
    state.about.sla = Some(Sla::complete_by("06:00").objective(0.99));
    state.arity = Some(2);
    let report = reads(job("report"), "state", Mapping::All);
    let found = faults(&[source("orders", "{day}/*.csv")], &[report, state]);
    assert_eq!(found, []);
}

#[test]
fn names() {
    check(
        &[daily("Report")],
        "TM0101: `Report`: `Report` is not a name; use lowercase words joined by `_`, at most 63 \
         bytes",
    );
    check(
        &[daily("report"), daily("report")],
        "TM0102: `report`: this name is declared twice; a dataset is made by one job",
    );
    check(
        &[daily("orders")],
        "TM0102: `orders`: this name is declared twice; a dataset is made by one job",
    );
}

#[test]
fn what_does_not_exist_is_hinted_at() {
    let jobs = [reads(daily("report"), "order", Mapping::Same)];
    check(&jobs, "TM0103: `report`: it reads `order`, which no job makes and no source brings");
    let found = faults(&[source("orders", "{day}/*.csv")], &jobs);
    assert_eq!(found[0].hint.as_deref(), Some("did you mean `orders`?"));
    let found = faults(&[], &[reads(daily("report"), "warehouse", Mapping::Same)]);
    assert_eq!(found[0].hint.as_deref(), Some("declare it, or pass its handle"));
}

#[test]
fn circles() {
    let jobs = [
        reads(daily("a"), "c", Mapping::Same),
        reads(daily("b"), "a", Mapping::Same),
        reads(daily("c"), "b", Mapping::Same),
        reads(daily("d"), "c", Mapping::Same),
    ];
    let found = faults(&[], &jobs);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].code, "TM0104");
    assert_eq!(found[0].message, "these jobs read each other in a circle: `a`, `b`, `c`");
}

/// Reads time backwards from a day in 2030.
fn mirrored(window: Window) -> Window {
    let mirror: Timestamp = "2030-01-01T00:00:00Z".parse().unwrap();
    let start = mirror - window.end.duration_since(mirror);
    Window { start, end: mirror - window.start.duration_since(mirror) }
}

#[test]
fn mappings_that_cannot_be() {
    let weekly = Partitions::from(TimePartitions::weeks("2024-01-01"));
    let cases: [(Partitions, Reads, &str); 9] = [
        (
            weekly.clone(),
            Mapping::Same.into(),
            "`same` needs both cut alike, but it is daily in UTC and this is weekly in UTC; use \
             `Mapping::overlapping()`",
        ),
        (
            TimePartitions::daily("2024-01-01").time_zone("Asia/Tokyo").into(),
            Mapping::Same.into(),
            "`same` needs both cut alike, but it is daily in UTC and this is daily in Asia/Tokyo; \
             use `Mapping::overlapping()`",
        ),
        (
            Partitions::single(),
            Mapping::Offset(-1).into(),
            "`offset -1` needs both cut alike, but it is daily in UTC and this is single; use \
             `Mapping::overlapping()`",
        ),
        (
            TimePartitions::daily("2020-01-01").until("2021-01-01").into(),
            Mapping::overlapping().into(),
            "their calendars never meet, so no partition would have an input",
        ),
        (
            weekly.clone(),
            Mapping::custom(mirrored).into(),
            "its custom mapping goes back in time for a later window",
        ),
        (weekly.clone(), Mapping::routed("id").into(), "`id` is string, not a time to route by"),
        (weekly.clone(), Mapping::routed("when").into(), "it has no column `when` to route by"),
        (
            Partitions::single(),
            Mapping::routed("at").into(),
            "a routed mapping needs an output cut by time",
        ),
        (weekly, Mapping::All.at_least(0), "`at_least(0)` waits for nothing; use `or_skip()`"),
    ];
    for (partitions, how, message) in cases {
        let report = reads(Declaration { partitions, ..job("report") }, "orders", how);
        check(&[report], &format!("TM0105: `report`: it cannot read `orders`: {message}"));
    }
}

#[test]
fn mappings_of_dimensions_that_cannot_be() {
    let all = Mapping::Same.dimension("region", DimensionMapping::All);
    check(
        &[reads(daily("report"), "orders", all)],
        "TM0105: `report`: `orders` has no dimension `region`",
    );
    let by_region = with("by_region", |job| {
        job.partitions = TimePartitions::daily("2024-01-01").listed("region", ["eu", "us"]);
    });
    let of = Mapping::Same.dimension("region", DimensionMapping::Of("area".to_owned()));
    check(
        &[by_region, reads(daily("report"), "by_region", of)],
        "TM0105: `report`: it has no dimension `area` to read `region` by",
    );
}

#[test]
fn calendars_that_meet_late_are_no_fault() {
    let partitions = TimePartitions::minutes(5, "2020-01-01").into();
    let early = reads(Declaration { partitions, ..job("early") }, "orders", Mapping::overlapping());
    assert_eq!(faults(&[source("orders", "{day}/*.csv")], &[early]), []);
}

#[test]
fn reading_oneself() {
    let itself = |how: Mapping| {
        with("state", |job| {
            job.reads.push((Input::Itself, how.into()));
            job.about.contract = Some(columns());
        })
    };
    for (how, message) in [
        (Mapping::Same, "a partition cannot be made from itself; use `Mapping::previous()`"),
        (Mapping::Offset(1), "a job reads only its own earlier partitions"),
        (Mapping::All, "it reads itself; use `Mapping::previous()`"),
    ] {
        let expected = format!("TM0105: `state`: it cannot read `state`: {message}");
        check(&[itself(how)], &expected);
    }
    let bare = with("state", |job| job.reads.push((Input::Itself, Mapping::previous().into())));
    check(
        &[bare],
        "TM0114: `state`: a job that reads itself needs a contract: its own columns are its input",
    );
}

#[test]
fn schemes() {
    let day = TimePartitions::daily("2024-01-01");
    let by = |name: &str, values: &[&str]| day.clone().listed(name, values.iter().copied());
    let nine = (0..8).fold(Partitions::from(&day), |cut, n| cut.listed(&format!("d{n}"), ["x"]));
    for (partitions, message) in [
        (
            day.clone().time_zone("Mars/Base").into(),
            "`Mars/Base` is not an IANA time zone, such as `Europe/Berlin` or `UTC`",
        ),
        (
            TimePartitions::minutes(0, "2024").into(),
            "a window needs a length; use at least one minute or month",
        ),
        (
            day.clone().until("2023").into(),
            "the end is not after the start, so there is no partition",
        ),
        (
            TimePartitions::cron("0 61 * * *", "2024").into(),
            "`0 61 * * *` cannot cut time into windows: component error: number out of bounds",
        ),
        (nine, "9 dimensions; at most 8 make a key"),
        (by("Region", &["eu"]), "`Region` is not a dimension name; use lowercase words"),
        (by("region", &["eu"]).dynamic("region"), "dimension `region` is declared twice"),
        (by("region", &[]), "dimension `region` lists no value, so there is no partition"),
        (by("region", &["eu", "us", "eu"]), "dimension `region` lists a value twice"),
    ] {
        let report = Declaration { partitions, ..job("report") };
        // Whether it can be read as declared is not asked of a scheme that is at fault.
        let reader = reads(daily("reader"), "report", Mapping::Same);
        check(&[report, reader], &format!("TM0106: `report`: {message}"));
    }
}

#[test]
fn schedules_retries_and_promises() {
    check(
        &[with("report", |job| job.schedule = Some(Cron::new("0 0 12 * * *").into()))],
        "TM0107: `report`: `0 0 12 * * *` is not a schedule: it has 6 fields; minute to day of \
         week are five",
    );
    check(
        &[with("report", |job| job.schedule = Some(Cron::new("@daily").time_zone("CET+1").into()))],
        "TM0107: `report`: `CET+1` is not an IANA time zone",
    );
    check(
        &[with("report", |job| job.schedule = Some(Cron::new("0 0 30 2 *").into()))],
        "TM0107: `report`: `0 0 30 2 *` is not a schedule: it never fires",
    );
    check(
        &[with("report", |job| job.schedule = Some(Cron::new("0 0 * * *").ticks_max(0)))],
        "TM0107: `report`: `ticks_max(0)` makes up for nothing; use `CatchUp::None`",
    );
    let early = || Schedule::at_close().after(-20.minutes());
    check(
        &[with("report", |job| job.schedule = Some(early()))],
        "TM0107: `report`: `20m ago` after a window closes is before it closes",
    );
    let mut whole = job("report");
    whole.schedule = Some(Schedule::at_close());
    check(
        &[whole],
        "TM0107: `report`: none of its windows ever closes, since it is not cut by time; \
         schedule it by `Cron::new(…)`",
    );
    check(
        &[with("report", |job| job.retry = Retry::exponential().attempts(0))],
        "TM0111: `report`: a job needs between 1 and 100 attempts",
    );
    let long = Retry::exponential().first_pause(Duration::from_mins(15));
    check(
        &[with("report", |job| job.retry = long)],
        "TM0111: `report`: the longest pause is shorter than the first",
    );
    check(
        &[with("report", |job| job.timeout = Duration::ZERO)],
        "TM0111: `report`: a timeout of zero lets no attempt finish",
    );
    check(
        &[with("report", |job| job.memory = Some(1 << 20))],
        "TM0111: `report`: a memory limit below 16 MiB lets no attempt finish",
    );
    for (sla, message) in [
        (Sla::complete_by("6:00"), "`6:00` is not a time of day; write `06:00`"),
        (Sla::complete_by("24:10"), "`24:10` is not a time of day; write `06:00`"),
        (
            Sla::within(Duration::from_mins(1)).objective(99.0),
            "the objective 99 is not above 0 and at most 1",
        ),
        (
            Sla::complete_by("06:00").objective(f64::NAN),
            "the objective NaN is not above 0 and at most 1",
        ),
        (Sla::complete_by("06:00").time_zone("Nowhere"), "`Nowhere` is not an IANA time zone"),
    ] {
        check(
            &[with("report", |job| job.about.sla = Some(sla))],
            &format!("TM0112: `report`: {message}"),
        );
    }
}

#[test]
fn contracts_checks_and_arity() {
    let promise = |contract: Contract| with("report", |job| job.about.contract = Some(contract));
    check(
        &[promise(columns().required(["ID"]))],
        "TM0108: `report`: the contract speaks of `ID`, which is none of its columns",
    );
    check(
        &[promise(columns().masked(["email"]))],
        "TM0108: `report`: the contract speaks of `email`, which is none of its columns",
    );
    check(
        &[promise(Contract::new([("id", Type::String), ("id", Type::Int64)]))],
        "TM0108: `report`: the contract names column `id` twice",
    );
    let mut checked = promise(columns());
    checked.checks = vec![Check::not_null(["id", "user"])];
    check(&[checked], "TM0113: `report`: a check speaks of `user`, not in the contract");
    let mut short = reads(daily("report"), "orders", Mapping::Same);
    short.arity = Some(2);
    check(&[short], "TM0109: `report`: its code takes 2 frames, but it reads 1 datasets");
}

#[test]
fn sources() {
    let bare = Source::files("orders", "{day}/*.csv").partitions(days("2024"));
    check_source(bare, "TM0115: a source needs a contract: the columns and types of its files");
    for (template, message) in [
        ("{day}/*.dat", "the ending of `{day}/*.dat` names no format; add `.format(…)`"),
        ("all/*.csv", "`all/*.csv` does not say the time, such as `{day}`"),
        ("{day}/{region}.csv", "`{region}` is neither a time nor a dimension of the source"),
        ("{day}/{hour.csv", "`{day}/{hour.csv` has a `{` without a `}`"),
    ] {
        check_source(source("orders", template), &format!("TM0115: {message}"));
    }
    let single = source("orders", "{day}/*.csv").partitions(Partitions::single());
    check_source(single, "TM0115: `{day}` names a time, but the source is not cut by time");
    let by_region = TimePartitions::daily("2024").listed("region", ["eu"]);
    let unsaid = source("orders", "{day}/*.csv").partitions(by_region);
    check_source(unsaid, "TM0115: `{day}/*.csv` does not say `{region}`");
    let nowhere = TimePartitions::daily("2024").time_zone("Nowhere");
    check_source(
        source("orders", "{day}/*.csv").partitions(nowhere),
        "TM0106: `Nowhere` is not an IANA time zone, such as `Europe/Berlin` or `UTC`",
    );
}

#[test]
fn many_faults_are_reported_at_once() {
    let sources = [Source::files("orders", "{day}/*.dat").partitions(days("2024"))];
    let mut weekly = reads(job("weekly"), "orders", Mapping::Same);
    weekly.partitions = TimePartitions::weeks("2024-01-01").into();
    weekly.retry = Retry::exponential().attempts(0);
    weekly.arity = Some(3);
    let jobs = [
        weekly,
        reads(daily("Report"), "ordres", Mapping::Same),
        with("broken", |job| job.partitions = days("2024-02-30")),
        with("broken", |job| job.timeout = Duration::ZERO),
        with("promised", |job| {
            job.schedule = Some(Cron::new("often").into());
            job.about.sla = Some(Sla::complete_by("dawn"));
        }),
        reads(daily("hen"), "egg", Mapping::Same),
        reads(daily("egg"), "hen", Mapping::Same),
    ];
    let found: Vec<String> = faults(&sources, &jobs)
        .iter()
        .map(|fault| format!("{} {}", fault.dataset, fault.code))
        .collect();
    // In the order declared, circles last.
    let expected = [
        "orders TM0115",
        "orders TM0115",
        "weekly TM0105",
        "weekly TM0111",
        "weekly TM0109",
        "Report TM0101",
        "Report TM0103",
        "broken TM0106",
        "broken TM0102",
        "promised TM0112",
        "promised TM0107",
        "egg TM0104",
    ];
    assert_eq!(found, expected);
}

#[test]
fn tm0117_partitions_that_cannot_be_fused() {
    let fused = |fuse: Fuse, change: fn(&mut Declaration)| {
        with("daily", |job| {
            job.fuse = Some(fuse);
            change(job);
        })
    };
    let day = || Fuse::by("at");
    check(
        &[fused(day().up_to(1), |_| ())],
        "TM0117: `daily`: it fuses up to 1 partitions; say 2 to 1000",
    );
    check(
        &[fused(day(), |job| job.partitions = Partitions::single())],
        "TM0117: `daily`: only partitions of time have neighbours to fuse",
    );
    check(
        &[fused(day(), |job| {
            job.about.contract = Some(columns());
            job.reads.push((Input::Itself, Mapping::previous().into()));
        })],
        "TM0117: `daily`: its partitions cannot be fused: it reads itself, so each partition has \
         to wait for the one before",
    );
    check(
        &[fused(Fuse::by("day"), |job| job.about.contract = Some(columns()))],
        "TM0117: `daily`: the contract has no `day` to tell partitions apart by",
    );
    check(
        &[fused(Fuse::by("id"), |job| job.about.contract = Some(columns()))],
        "TM0117: `daily`: `id` is string: a date, a time or a whole number is needed",
    );
    check(
        &[fused(Fuse::by("day"), |job| {
            job.partitions = TimePartitions::hourly("2024-01-01").into();
            job.about.contract = Some(Contract::new([("day", Type::Date)]));
        })],
        "TM0117: `daily`: `day` is a date, too coarse to tell windows shorter than a day apart",
    );
    assert!(faults(&[], &[fused(day(), |_| ())]).is_empty());
    assert!(faults(&[], &[fused(day(), |job| job.about.contract = Some(columns()))]).is_empty());
}
