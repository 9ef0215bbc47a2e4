//! What the kit accepts, and what it refuses.

use crate::prelude::*;
use crate::testing::{TestError, TestProject, assert_fusable};

fn columns() -> [(&'static str, Type); 3] {
    [("at", Type::Instant), ("id", Type::Int64), ("region", Type::String)]
}

/// A job by day and region that copies its input, and one of each other kind.
fn declare(project: &mut Project) {
    let day = TimePartitions::daily("2024-01-01").until("2025-01-01").time_zone("Europe/Berlin");
    let raw = project.source(
        Source::files("raw", "{month}/*.parquet")
            .partitions(TimePartitions::months("2024-01-01"))
            .contract(Contract::new(columns()).required(["id"])),
    );
    project.job(
        Transform::new("copy")
            .reads(&raw, Mapping::routed("at"))
            .partitions(day.listed("region", ["eu", "us"]))
            .contract(Contract::new([("id", Type::Int64), ("day", Type::Date)]).required(["id"]))
            .run(|cx, [raw]| {
                let region = cx.value("region").unwrap_or("none").to_owned();
                Ok(raw
                    .filter(col("region").eq(lit(region)))
                    .select([cx.date().alias("day"), col("id")]))
            }),
    );
    project
        .job(Load::new("load").version("1").run(|_cx| async { Ok(df!("id" => [1_i64])?.lazy()) }));
    project.job(
        Export::new("export")
            .version("1")
            .reads(&raw, Mapping::All)
            .run(|_cx, [raw]| async move { Ok(raw.collect()?.height() as u64) }),
    );
    project.job(
        Transform::new("wrong")
            .reads(&raw, Mapping::All)
            .contract(Contract::new([("rows", Type::Int64)]))
            .run(|_cx, [raw]| Ok(raw.select([len().alias("rows")]))),
    );
    project.job(
        Transform::new("fails")
            .reads(&raw, Mapping::All)
            .run(|_cx, [raw]| Ok(raw.select([col("absent")]))),
    );
}

fn raw() -> DataFrame {
    df!(
        "at" => ["2024-03-30T22:59:59Z", "2024-03-30T23:00:00Z", "2024-03-31T21:59:59Z"],
        "id" => [1_i32, 2, 3],
        "region" => ["eu", "eu", "us"],
        "extra" => [0, 0, 0],
    )
    .unwrap()
}

fn error(made: Result<DataFrame, TestError>) -> String {
    made.unwrap_err().to_string()
}

#[test]
fn a_routed_input_holds_only_the_rows_of_the_window() {
    let project = TestProject::new(declare);
    let job = project.job("copy").partition("2024-03-31").value("region", "eu");
    let made = job.given("raw", raw()).run().unwrap();
    assert_eq!(
        made,
        df!("id" => [2_i64], "day" => [19_813])
            .unwrap()
            .lazy()
            .with_column(col("day").cast(DataType::Date))
            .collect()
            .unwrap()
    );
}

#[test]
fn what_is_not_given_is_empty_and_what_is_left_out_is_null() {
    let project = TestProject::new(declare);
    let job = project.job("copy").partition("2024-03-31").value("region", "eu");
    assert_eq!(job.run().unwrap().height(), 0);
    let ids = df!("id" => [1_i64, 2]).unwrap();
    let made = project.job("export").given("raw", ids).run().unwrap();
    assert_eq!(made, df!("rows" => [2_u64]).unwrap());
}

#[test]
fn loads_and_exports_run_as_well() {
    let project = TestProject::new(declare);
    assert_eq!(project.job("load").run().unwrap(), df!("id" => [1_i64]).unwrap());
}

#[test]
fn a_given_frame_must_fit_the_contract() {
    let project = TestProject::new(declare);
    let given = |frame: DataFrame| error(project.job("export").given("raw", frame).run());
    let text = df!("id" => ["one"]).unwrap();
    let hint = "cast it, or leave it out for nulls";
    let expected = "could not give `raw` to `export`: column `id` is str, the contract says int64";
    assert_eq!(given(text), format!("{expected}; {hint}"));
    let null = df!("region" => ["eu"]).unwrap();
    let nulls = "column `id` holds 1 nulls, but the contract requires it";
    assert_eq!(given(null), format!("could not give `raw` to `export`: {nulls}"));
    let time = df!("id" => [1_i64], "at" => ["yesterday"]).unwrap();
    let instant = "column `at`: `yesterday` is not an instant";
    assert_eq!(given(time), format!("could not give `raw` to `export`: {instant}"));
    let stray = error(project.job("export").given("rav", raw()).run());
    assert_eq!(stray, "could not give `rav` to `export`: the job does not read it");
}

#[test]
fn what_is_made_must_fit_the_contract() {
    let project = TestProject::new(declare);
    let wrong = error(project.job("wrong").given("raw", raw()).run());
    let why = "column `rows` is u32, the contract says int64; cast it";
    assert_eq!(wrong, format!("`wrong` broke its contract: {why}"));
    let failed = error(project.job("fails").given("raw", raw()).run());
    assert!(failed.starts_with("`fails` failed: "), "{failed}");
}

#[test]
fn a_partition_is_named_exactly() {
    let project = TestProject::new(declare);
    let copy = || project.job("copy").value("region", "eu");
    let choose = |why: &str| format!("could not choose a partition of `copy`: {why}");
    assert_eq!(error(copy().run()), choose("it is daily; name one by `partition`"));
    let month = error(copy().partition("2024-03").run());
    assert_eq!(month, choose("`2024-03` names more than one"));
    let after = error(copy().partition("2025-01-01").run());
    assert_eq!(after, choose("`2025-01-01` lies outside its calendar"));
    let region = error(project.job("copy").partition("2024-03-31").run());
    assert_eq!(region, choose("say its `region` by `value`"));
    let unlisted = error(project.job("copy").partition("2024-03-31").value("region", "x").run());
    assert_eq!(unlisted, choose("`region` has no value `x`"));
    let stray = error(copy().partition("2024-03-31").value("zone", "x").run());
    assert_eq!(stray, choose("it has no dimension `zone`"));
}

#[test]
fn an_unknown_job_has_a_hint_and_a_faulty_project_says_all_faults() {
    let project = TestProject::new(declare);
    assert_eq!(error(project.job("coppy").run()), "no job makes `coppy`; did you mean `copy`?");
    assert_eq!(error(project.job("raw").run()), "no job makes `raw`");
    let broken = TestProject::new(|project| {
        let absent = project.named("absent");
        let job = Transform::new("Bad Name").reads(&absent, Mapping::All);
        project.job(job.run(|_cx, [absent]| Ok(absent)));
    });
    let faults = error(broken.job("any").run());
    assert!(faults.contains("TM0101") && faults.contains("TM0103"), "{faults}");
}

/// Daily counts by two jobs: one that counts by day, and one that takes all rows for its own.
fn fused() -> TestProject {
    TestProject::new(|project| {
        let day = TimePartitions::daily("2024-01-01");
        let raw = project.source(
            Source::files("raw", "{day}.csv")
                .partitions(&day)
                .contract(Contract::new([("day", Type::Date), ("id", Type::Int64)])),
        );
        let declare = |name: &str| {
            Transform::new(name)
                .reads(&raw, Mapping::Same)
                .partitions(&day)
                .contract(Contract::new([("day", Type::Date), ("rows", Type::UInt32)]))
                .fuse(Fuse::by("day"))
        };
        project.job(
            declare("by_day")
                .run(|_cx, [raw]| Ok(raw.group_by([col("day")]).agg([len().alias("rows")]))),
        );
        project.job(
            declare("in_all")
                .run(|cx, [raw]| Ok(raw.select([cx.date().alias("day"), len().alias("rows")]))),
        );
    })
}

fn on(day: &str, rows: i64) -> [(&'static str, DataFrame); 1] {
    let days = vec![day; rows as usize];
    [("raw", df!("day" => days, "id" => (0..rows).collect::<Vec<_>>()).unwrap())]
}

#[test]
fn a_job_that_counts_by_day_can_be_fused() {
    let (first, second) = (on("2024-03-30", 2), on("2024-03-31", 3));
    assert_fusable(&fused(), "by_day", &[("2024-03-30", &first), ("2024-03-31", &second)]);
}

#[test]
#[should_panic(expected = "2024-03-30 of `in_all` is ")]
fn a_job_that_takes_all_rows_for_its_own_day_cannot() {
    let (first, second) = (on("2024-03-30", 2), on("2024-03-31", 3));
    assert_fusable(&fused(), "in_all", &[("2024-03-30", &first), ("2024-03-31", &second)]);
}

#[test]
fn rows_of_other_days_are_refused_when_partitions_are_made_together() {
    let [(dataset, rows)] = on("2024-04-01", 1);
    let project = fused();
    let together = project.job("by_day").partition("2024-03-30").given(dataset, rows);
    let told = together.run_up_to("2024-03-31").unwrap_err().to_string();
    assert!(told.ends_with("its `day` is 2024-04-01"), "{told}");
}
