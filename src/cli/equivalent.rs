//! Whether the commands that the server tells people to type are read as what they stand for.

use std::ops::Range;
use std::process::Command as Process;

use clap::Parser as _;
use proptest::prelude::*;

use super::args::{BackfillArgs, Cli, Command};
use super::backfill::options;
use crate::model::{Class, PartitionSet, Ranges, Registered, Slice};
use crate::plan::{Asked, Options, Target, Which, commands, request, request_text};
use crate::spec::{Catalog, Declaration, Extents, JobKind, Partitions, TimePartitions};

const NOW: &str = "2024-11-15T12:00:00Z";

fn catalog() -> Catalog {
    let berlin = |time: TimePartitions| time.time_zone("Europe/Berlin");
    let kinds: [(&str, Partitions); 6] = [
        ("days", berlin(TimePartitions::daily("2024-01-01")).into()),
        ("hours", berlin(TimePartitions::hourly("2024-10-20")).into()),
        ("weeks", TimePartitions::weeks("2024-01-01").into()),
        ("cut", berlin(TimePartitions::cron("0 6,18 * * *", "2024-03-25")).into()),
        ("single", Partitions::single()),
        (
            "regions",
            TimePartitions::months("2023-01")
                .listed("region", ["de", "us"])
                .listed("kind", ["it's", "a b"]),
        ),
    ];
    let jobs: Vec<Declaration> = kinds
        .into_iter()
        .map(|(name, partitions)| {
            let mut job = Declaration::new(JobKind::Transform, name);
            job.partitions = partitions;
            job
        })
        .collect();
    Catalog::build(&[], &jobs).unwrap()
}

/// The words that a shell makes of a line.
fn words(line: &str) -> Vec<String> {
    let script = format!("printf '%s\\0' {line}");
    let output = Process::new("sh").args(["-c", &script]).output().unwrap();
    assert!(output.status.success(), "{line}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.split_terminator('\0').map(str::to_owned).collect()
}

fn read(line: &str) -> BackfillArgs {
    let cli = Cli::try_parse_from(words(line)).unwrap_or_else(|error| panic!("{line}: {error}"));
    match cli.command {
        Command::Backfill(args) => args,
        other => panic!("{line}: {other:?}"),
    }
}

/// What a command names of a dataset.
fn named(catalog: &Catalog, extents: &Extents, args: &BackfillArgs) -> PartitionSet {
    let dataset = catalog.index_of(args.dataset.as_deref().unwrap()).unwrap();
    let scheme = &catalog.dataset(dataset).scheme;
    let ranges = match &args.partitions {
        None => Ranges::from_range(i64::MIN..i64::MAX),
        Some(text) => scheme.parse_ranges(text).unwrap_or_else(|error| panic!("{error}")),
    };
    let mut set = PartitionSet::new();
    for slice in extents.of(dataset).slices {
        let fits = |pair: &String| {
            let (name, value) = pair.split_once('=').unwrap();
            let at = scheme.dimensions.iter().position(|held| held.name == name).unwrap();
            &*slice.values()[at] == value
        };
        if args.within.dimensions.iter().all(fits) {
            set.insert(slice.clone(), &ranges.intersection(extents.of(dataset).ordinals));
        }
    }
    set
}

/// Ranges of places among the ordinals that there are, each as shares of all.
fn drawing() -> impl Strategy<Value = Vec<(u8, u8, u8)>> {
    proptest::collection::vec((0..4_u8, any::<u8>(), 1..40_u8), 1..6)
}

proptest! {
    // Each case starts shells.
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn commands_name_what_was_drawn(
        dataset in 0..6_usize,
        drawing in drawing(),
        flags in any::<[bool; 7]>(),
        concurrency in proptest::option::of(1..100_u32),
        priority in -5..5_i16,
        class in 0..3_usize,
    ) {
        let catalog = catalog();
        let extents = catalog.extents(NOW.parse().unwrap(), &Registered::new());
        let extent = extents.of(dataset);
        let (slices, all) = (extent.slices, extent.ordinals.span().unwrap());
        let mut drawn: Vec<(Slice, Vec<Range<i64>>)> = Vec::new();
        for (slice, from, length) in drawing {
            let first = all.start + (all.end - all.start) * i64::from(from) / 256;
            let after = (first + i64::from(length)).min(all.end);
            let slice = slices[usize::from(slice) % slices.len()].clone();
            drawn.push((slice, std::iter::once(first..after).collect()));
        }
        let [missing, failed, stale, all, upstream, downstream, newest_first] = flags;
        let class = Some(Class::ALL[class]);
        let options_asked = Options {
            missing, failed, stale, all, upstream, downstream, newest_first, concurrency, priority,
            class,
        };
        let which = Which::Drawn(drawn);
        let asked = Asked { targets: vec![Target { dataset, which }], options: options_asked };
        let meant = request(&catalog, &extents, &asked).unwrap();
        let mut typed = PartitionSet::new();
        for line in commands(&catalog, &extents, &asked).unwrap() {
            let args = read(&line);
            prop_assert_eq!(options(&args), options_asked);
            typed.extend(&named(&catalog, &extents, &args));
        }
        prop_assert_eq!(&typed, &meant.targets[0].1);
        prop_assert!(request_text(&catalog, &extents, &asked).starts_with("backfill "));
    }
}

#[test]
fn what_is_typed_is_said_as_it_was_typed() {
    let catalog = catalog();
    let extents = catalog.extents(NOW.parse().unwrap(), &Registered::new());
    let says = |name: &str, which: Which| {
        let dataset = catalog.index_of(name).unwrap();
        let targets = vec![Target { dataset, which }];
        let asked = Asked { targets, options: Options::default() };
        commands(&catalog, &extents, &asked).map(|lines| lines.join("\n")).unwrap_or_default()
    };
    let drawn = |name: &str, slices: &[[&str; 2]]| {
        let range: Vec<Range<i64>> = std::iter::once(24_290..24_293).collect();
        let all = slices.iter().map(|values| (Slice::new(values.iter().copied()), range.clone()));
        says(name, Which::Drawn(all.collect()))
    };
    let lines = [
        says("days", Which::All),
        says("days", Which::Text("2024-01..2024-03, 2024-05".to_owned())),
        drawn("regions", &[["de", "it's"], ["de", "a b"]]),
        drawn("regions", &[["de", "it's"], ["us", "a b"]]),
        drawn("regions", &[["de", "it's"], ["us", "a b"], ["us", "it's"], ["de", "a b"]]),
    ];
    insta::assert_snapshot!(lines.join("\n"), @r"
    tidemill backfill days
    tidemill backfill days '2024-01..2024-03, 2024-05'
    tidemill backfill regions 2024-03..2024-05 --where region=de
    tidemill backfill regions 2024-03..2024-05 --where region=de --where 'kind=it'\''s'
    tidemill backfill regions 2024-03..2024-05 --where region=us --where 'kind=a b'
    tidemill backfill regions 2024-03..2024-05
    ");
    let many: Vec<Range<i64>> = (0..400).map(|at| 19_800 + 2 * at..19_801 + 2 * at).collect();
    assert_eq!(says("days", Which::Drawn(vec![(Slice::none(), many)])), "", "nobody types that");
}
