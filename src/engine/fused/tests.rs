//! Neighbours made by one query, without a database.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jiff::ToSpan;
use polars::prelude::{col, len, lit};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::engine::execute::{Stop, execute};
use crate::engine::{Assignment, Failure, Member, Pinned, Workshop};
use crate::job::{Project, Transform, verify};
use crate::lake;
use crate::spec::{Contract, Fuse, Mapping, RejectLimit, Source, TimePartitions, Type};
use crate::store::Published;

/// A job of daily counts over CSV files, and how often its code was called.
struct Shop {
    folder: TempDir,
    runtime: Runtime,
    works: Workshop,
    calls: Arc<AtomicUsize>,
}

impl Shop {
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = TempDir::new().unwrap();
        let runtime = Runtime::new().unwrap();
        let landing = folder.path().join("landing");
        std::fs::create_dir_all(&landing).unwrap();
        for (day, text) in files {
            std::fs::write(landing.join(format!("{day}.csv")), text).unwrap();
        }
        let calls = Arc::new(AtomicUsize::new(0));
        let mut project = Project::new();
        declare(&mut project, &landing.to_string_lossy(), Arc::clone(&calls));
        let catalog = project.catalog().unwrap();
        let verified = verify(&project, &catalog);
        assert!(verified.faults.is_empty(), "{:?}", verified.faults);
        calls.store(0, Ordering::Relaxed);
        let lake = folder.path().join("lake");
        let none = BTreeMap::new();
        let works =
            Workshop::open(project, catalog, verified, &lake.to_string_lossy(), &none).unwrap();
        Self { folder, runtime, works, calls }
    }

    /// Makes these days in one attempt.
    fn make(&self, days: &[&str]) -> Vec<Result<Published, Failure>> {
        let members = days.iter().enumerate().map(|(at, day)| self.member(at as i64 + 1, day));
        let assignment = Assignment {
            run: 1,
            attempt: 1,
            worker: 1,
            dataset: "daily".to_owned(),
            members: members.collect(),
            routers: Vec::new(),
            memory: None,
            timeout: Duration::from_mins(1),
        };
        execute(&self.works, &assignment, self.runtime.handle(), &Stop::default())
    }

    /// A day that reads itself and the day before.
    fn member(&self, run: i64, label: &str) -> Member {
        let raw = self.works.catalog.index_of("raw").unwrap();
        let spec = self.works.catalog.dataset(raw);
        let ordinal = spec.scheme.time().unwrap().labelled(label).unwrap().start;
        let place = self.works.sources[raw].as_ref().unwrap();
        let listed = lake::list(place, &spec.source().unwrap().template, &spec.scheme);
        let listed = self.runtime.block_on(listed).unwrap();
        let pins = listed
            .iter()
            .filter(|(key, _)| (ordinal - 1..=ordinal).contains(&key.ordinal))
            .map(|(key, files)| Pinned {
                materialization: key.ordinal,
                rows: None,
                paths: files.iter().map(|file| file.path.clone()).collect(),
                sizes: files.iter().map(|file| file.size as i64).collect(),
                tags: files.iter().map(|file| file.tag.clone()).collect(),
            });
        let inputs = vec![pins.collect()];
        Member { run, attempt: 1, ordinal, slice: Vec::new(), inputs, digest: run as u128 }
    }

    fn objects(&self) -> usize {
        let place = &self.works.lake;
        let daily = self.works.catalog.index_of("daily").unwrap();
        let template = "daily/{day}/*.parquet";
        let scheme = &self.works.catalog.dataset(daily).scheme;
        self.runtime.block_on(lake::list(place, template, scheme)).unwrap().len()
    }
}

fn declare(project: &mut Project, landing: &str, calls: Arc<AtomicUsize>) {
    let day = TimePartitions::daily("2024-01-01");
    let raw = project.source(
        Source::files("raw", "{day}.csv")
            .under(landing)
            .partitions(&day)
            .rejects_at_most(RejectLimit::Rows(1))
            .contract(Contract::new([("day", Type::Date), ("id", Type::Int64)])),
    );
    project.job(
        Transform::new("daily")
            .reads(&raw, Mapping::lookback(1.day()).or_skip())
            .partitions(&day)
            .contract(Contract::new([("day", Type::Date), ("rows", Type::UInt32)]))
            .fuse(Fuse::by("day"))
            .run(move |cx, [raw]| {
                calls.fetch_add(1, Ordering::Relaxed);
                let own = col("day").gt_eq(cx.date()).and(col("day").lt(cx.end_date()));
                let late = col("id").eq(lit(99));
                let rows = raw.filter(own.or(late)).group_by([col("day")]);
                Ok(rows.agg([len().alias("rows")]))
            }),
    );
}

fn days() -> [(&'static str, &'static str); 3] {
    [
        ("2024-03-30", "day,id\n2024-03-30,1\n2024-03-30,2\n"),
        ("2024-03-31", "day,id\n2024-03-31,3\n"),
        ("2024-04-01", "day,id\n2024-04-01,4\n2024-04-01,5\n2024-04-01,6\n"),
    ]
}

const THREE: [&str; 3] = ["2024-03-30", "2024-03-31", "2024-04-01"];

/// What is recorded of a partition, but for where its files are and how long it took.
fn recorded(published: &Published) -> impl PartialEq + std::fmt::Debug {
    let file = published.files.first().map(|(_, bytes, sha)| (*bytes, sha.clone()));
    let lineage = published.lineage.clone();
    (published.content, published.rows, file, published.profile.clone(), lineage)
}

#[test]
fn neighbours_are_made_by_one_call_and_come_out_as_alone() {
    let shop = Shop::new(&days());
    let alone: Vec<_> = THREE.iter().map(|day| shop.make(&[day]).remove(0).unwrap()).collect();
    assert_eq!(shop.calls.swap(0, Ordering::Relaxed), 3);
    let together = shop.make(&THREE);
    assert_eq!(shop.calls.load(Ordering::Relaxed), 1);
    assert_eq!(together.len(), 3);
    for ((alone, together), run) in alone.iter().zip(&together).zip(1..) {
        let together = together.as_ref().unwrap();
        assert_eq!(recorded(alone), recorded(together));
        assert_eq!(together.inputs, run);
    }
    let backwards = shop.make(&["2024-04-01", "2024-03-31", "2024-03-30"]);
    assert_eq!(recorded(&alone[0]), recorded(backwards[2].as_ref().unwrap()));
    assert_eq!(shop.objects(), 3);
    drop(shop.folder);
}

#[test]
fn a_row_of_another_day_fails_all_and_leaves_nothing() {
    let mut days = days();
    days[1].1 = "day,id\n2024-03-31,3\n2024-02-01,99\n";
    let shop = Shop::new(&days);
    let told = "a row belongs to none of the partitions that are made: its `day` is 2024-02-01";
    for outcome in shop.make(&THREE) {
        let failure = outcome.unwrap_err();
        assert_eq!(failure.code, "TM0506");
        assert_eq!(failure.message, told);
        assert!(!failure.is_final);
    }
    assert_eq!(shop.objects(), 0);
    let alone = shop.make(&["2024-03-31"]).remove(0).unwrap_err();
    assert!(alone.message.ends_with(told), "{}", alone.message);
    assert!(shop.make(&["2024-03-30"]).remove(0).is_ok());
}

#[test]
fn unreadable_rows_are_counted_by_each_partition_alone() {
    let mut days = days();
    days[1].1 = "day,id\n2024-03-31,3\n2024-03-31,many\n";
    let shop = Shop::new(&days);
    for outcome in shop.make(&THREE) {
        assert_eq!(outcome.unwrap_err().code, "TM0501");
    }
    let alone = shop.make(&["2024-03-31"]).remove(0).unwrap();
    assert_eq!((alone.rows, alone.rejected), (1, 1));
}
