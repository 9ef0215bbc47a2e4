//! The pure parts of what is shown, on a small catalog and ledgers made by hand.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;

use super::lineage::{Node, Steps, tree};
use super::partitions::parse;
use crate::api::Standing;
use crate::api::why::{Hop, World, cause, chain, change_text};
use crate::model::{PartitionKey, PartitionSet, Ranges, Registered, Slice};
use crate::plan::{Assessment, Head, InputsDigest, Ledger, Record, Track, assess};
use crate::prelude::*;
use crate::spec::{Catalog, Extents};
use crate::store::InputChange;

/// Files a day, their rows, a running state over the rows, and months of the state.
fn catalog() -> Catalog {
    let mut project = Project::new();
    let day = TimePartitions::daily("2024-01-01").until("2024-02-01");
    let columns = || Contract::new([("n", Type::Int64)]);
    let files = project.source(
        Source::files("files", "{day}.csv").under("landing").partitions(&day).contract(columns()),
    );
    let rows = project.job(
        Transform::new("rows")
            .reads(&files, Mapping::Same)
            .partitions(&day)
            .run(|_cx, [files]| Ok(files)),
    );
    let state = project.job(
        Transform::new("state")
            .reads(&rows, Mapping::Same)
            .reads_itself(Mapping::previous().or_skip())
            .partitions(&day)
            .contract(columns())
            .run(|_cx, [rows, _before]| Ok(rows)),
    );
    project.job(
        Transform::new("months")
            .reads(&state, Mapping::overlapping())
            .partitions(day.monthly())
            .run(|_cx, [state]| Ok(state)),
    );
    project.catalog().unwrap()
}

/// A ledger in which these windows of each dataset are published with this content.
fn ledger(catalog: &Catalog, published: [&[(i64, u128)]; 4]) -> Ledger {
    let now: Timestamp = "2024-03-01T00:00:00Z".parse().unwrap();
    let records = vec![Record::default(); 4];
    let mut ledger = Ledger { now, registered: Registered::new(), records };
    let extents = catalog.extents(now, &Registered::new());
    for (dataset, windows) in published.iter().enumerate() {
        let is_job = catalog.dataset(dataset).job().is_some();
        let mut heads = Vec::new();
        for (ordinal, content) in *windows {
            let inputs = is_job.then(|| digest(catalog, &ledger, &extents, dataset, *ordinal));
            let head =
                Head { ordinal: *ordinal, content: *content, inputs, code: is_job.then_some(1) };
            heads.push(head);
            // Later partitions may read this one.
            let track = Track::new(&Slice::none(), heads.clone());
            ledger.records[dataset].tracks.insert(Slice::none(), track);
        }
        ledger.records[dataset].current_code = BTreeSet::from([1]);
    }
    ledger
}

/// What a partition made now would be made from.
fn digest(
    catalog: &Catalog,
    ledger: &Ledger,
    extents: &Extents,
    dataset: usize,
    ordinal: i64,
) -> u128 {
    let mut digest = InputsDigest::default();
    for (position, input) in catalog.inputs(dataset).iter().enumerate() {
        let link = catalog.link(dataset, position);
        let existing = extents.of(input.dataset).ordinals;
        let needed = link.ordinals_needed(&Ranges::single(ordinal), existing);
        let track = ledger.records[input.dataset].tracks.get(&Slice::none());
        let weight = |range| track.map_or(0, |track| track.weight(&range));
        digest.add(needed.ranges().map(weight).fold(0, u128::wrapping_add));
    }
    digest.finish()
}

fn day(catalog: &Catalog, label: &str) -> i64 {
    catalog.dataset(0).scheme.parse_ranges(label).unwrap().span().unwrap().start
}

fn put(ledger: &mut Ledger, dataset: usize, heads: Vec<Head>) {
    let track = Track::new(&Slice::none(), heads);
    ledger.records[dataset].tracks.insert(Slice::none(), track);
}

fn causes(catalog: &Catalog, assessment: &Assessment, dataset: usize, label: &str) -> String {
    let ranges = catalog.dataset(dataset).scheme.parse_ranges(label).unwrap();
    let set = PartitionSet::of(Slice::none(), ranges);
    let lacks = cause::lacks(catalog, assessment, dataset, &set);
    cause::text(catalog, assessment, &lacks)
}

#[test]
fn a_missing_month_names_the_files_that_are_not_there() {
    let catalog = catalog();
    let first = day(&catalog, "2024-01-01");
    let lost = [day(&catalog, "2024-01-06"), day(&catalog, "2024-01-20")];
    let files: Vec<(i64, u128)> =
        (first..first + 31).filter(|at| !lost.contains(at)).map(|at| (at, 1)).collect();
    let ledger = ledger(&catalog, [&files, &[], &[], &[]]);

    let assessment = assess(&catalog, &ledger);

    let expected = "no file for `files` 2024-01-06, 2024-01-20";
    assert_eq!(causes(&catalog, &assessment, 3, "2024-01"), expected);
    assert_eq!(causes(&catalog, &assessment, 1, "2024-01-06"), "no file for `files` 2024-01-06");
    assert_eq!(causes(&catalog, &assessment, 1, "2024-01-07"), "");
}

#[test]
fn a_changed_file_is_found_behind_every_step() {
    let catalog = catalog();
    let first = day(&catalog, "2024-01-01");
    let all: Vec<(i64, u128)> = (first..first + 31).map(|at| (at, 1)).collect();
    let month = catalog.dataset(3).scheme.calendar().span().unwrap().start;
    let mut ledger = ledger(&catalog, [&all, &all, &all, &[(month, 1)]]);
    assert!(assess(&catalog, &ledger).statuses[3].stale().is_empty(), "all is fresh before");
    let changed = |at: i64| Head {
        ordinal: at,
        content: if at == first + 4 { 2 } else { 1 },
        inputs: None,
        code: None,
    };
    put(&mut ledger, 0, (first..first + 31).map(changed).collect());

    let assessment = assess(&catalog, &ledger);
    let world = World { catalog: &catalog, ledger: &ledger, assessment: &assessment };
    let trail = world.trail(3, &PartitionKey::time(month));

    let text = "`months` 2024-01 ← `state` 2024-01-05 ← `rows` 2024-01-05";
    assert_eq!(chain(&catalog, &trail), text);
    let last = Hop { dataset: 1, key: PartitionKey::time(first + 4) };
    assert_eq!(trail.last(), Some(&last));
    let later = world.trail(2, &PartitionKey::time(first + 7));
    let text = "`state` 2024-01-05..2024-01-08 ← `rows` 2024-01-05";
    assert_eq!(chain(&catalog, &later), text, "a running state is one link");
}

#[test]
fn a_status_names_places() {
    let stale = [Standing::StaleCode, Standing::StaleInput, Standing::StaleUpstream];
    assert_eq!(parse("stale").unwrap(), stale);
    assert_eq!(parse("missing_upstream").unwrap(), [Standing::MissingUpstream]);
    assert_eq!(parse("fresh").unwrap(), [Standing::Fresh, Standing::Present]);
    let fault = parse("rotten").unwrap_err();
    assert_eq!(fault.to_string(), "TM0202: `rotten` is no status of a partition");
}

#[test]
fn lineage_folds_days_into_ranges() {
    let catalog = catalog();
    let first = day(&catalog, "2024-01-01");
    let mut steps = Steps::default();
    let node =
        |dataset, ordinal, is_head| Node { dataset, key: PartitionKey::time(ordinal), is_head };
    for at in 0..31 {
        steps.nodes.insert(100 + at, node(2, first + at, true));
        steps.edges.entry(1).or_default().insert(100 + at);
        steps.nodes.insert(200 + at, node(1, first + at, at != 3));
        steps.edges.entry(100 + at).or_default().insert(200 + at);
    }

    let expected = [
        "`state` 2024-01-01..2024-01-31 (31 partitions)",
        "  `rows` 2024-01-01..2024-01-31 (31 partitions) (1 replaced or gone since)",
    ];
    assert_eq!(tree(&catalog, &steps, 1), expected);
}

#[test]
fn a_change_says_versions_and_rows() {
    let change = InputChange {
        slice_id: 1,
        ordinal: 0,
        before_id: Some(17),
        before_rows: Some(1000),
        before_bytes: Some(5),
        before_at: None,
        after_id: Some(31),
        files: Vec::new(),
        after_rows: Some(1003),
        after_bytes: Some(6),
        after_at: Some(Timestamp::UNIX_EPOCH.to_sqlx()),
    };
    let expected = "version 17, 1000 rows for this window, became version 31, 1003 rows for this \
                    window, at 1970-01-01 00:00:00Z: 3 rows more";
    assert_eq!(change_text(&change, true), expected);
    let gone =
        InputChange { after_id: None, after_rows: None, after_bytes: None, ..change.clone() };
    assert_eq!(change_text(&gone, false), "is gone; version 17 was read, 1000 rows");
    let new = InputChange { before_id: None, ..change };
    let expected = "was not there: version 31, 1003 rows, came at 1970-01-01 00:00:00Z";
    assert_eq!(change_text(&new, false), expected);
}
