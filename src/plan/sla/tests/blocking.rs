//! What stands in the way.

use std::collections::BTreeMap;

use insta::assert_snapshot;

use crate::model::PartitionKey;
use crate::plan::assess;
use crate::plan::sla::blocking;
use crate::plan::tests::world::World;

/// What stands in the way of each of some partitions; the jobs of `paused` are paused by ann.
fn shown(world: &World, paused: &[&str], asked: &[(&str, &str)]) -> String {
    let (catalog, ledger) = (&world.catalog, &world.ledger);
    let assessment = assess(catalog, ledger);
    let index = |name: &str| catalog.index_of(name).unwrap();
    let paused: BTreeMap<usize, String> =
        paused.iter().map(|name| (index(name), "ann".to_owned())).collect();
    let line = |(name, label): &(&str, &str)| {
        let dataset = index(name);
        let ordinals = catalog.dataset(dataset).scheme.parse_ranges(label).unwrap();
        let key = PartitionKey::time(ordinals.iter().next().unwrap());
        let found = blocking(catalog, ledger, &assessment, &paused, (dataset, &key));
        let text = found.map_or_else(
            || "it is there".to_owned(),
            |found| {
                let spec = catalog.dataset(found.dataset);
                let text = found.text(catalog, &paused);
                let trouble = if found.cause.is_trouble() { " (trouble)" } else { "" };
                format!("{} {}: {text}{trouble}", spec.name, spec.scheme.key(&found.key))
            },
        );
        format!("{name} {label} <- {text}")
    };
    asked.iter().map(line).collect::<Vec<_>>().join("\n")
}

const CHAIN: &str = "raw source daily has 01..09
    clean daily reads raw has 01..07
    report weekly reads clean
    failed clean 08
    live clean 09";

#[test]
fn it_is_the_input_farthest_up_that_is_not_there() {
    let world = World::read(CHAIN);
    let asked = [
        ("clean", "2024-01-07"),
        ("clean", "2024-01-08"),
        ("clean", "2024-01-09"),
        ("clean", "2024-01-10"),
        ("report", "2024-W01"),
        ("report", "2024-W02"),
        ("raw", "2024-01-10"),
    ];
    assert_snapshot!(shown(&world, &[], &asked), @r"
    clean 2024-01-07 <- it is there
    clean 2024-01-08 <- clean 2024-01-08: its last run failed (trouble)
    clean 2024-01-09 <- clean 2024-01-09: run 28731 has not published it yet
    clean 2024-01-10 <- raw 2024-01-10: no file has come
    report 2024-W01 <- report 2024-W01: no run was asked for
    report 2024-W02 <- clean 2024-01-08: its last run failed (trouble)
    raw 2024-01-10 <- raw 2024-01-10: no file has come
    ");
    assert_snapshot!(shown(&world, &["clean", "report"], &asked[2..6]), @r"
    clean 2024-01-09 <- clean 2024-01-09: its job is paused by ann (trouble)
    clean 2024-01-10 <- raw 2024-01-10: no file has come
    report 2024-W01 <- report 2024-W01: its job is paused by ann (trouble)
    report 2024-W02 <- clean 2024-01-08: its last run failed (trouble)
    ");
}

#[test]
fn what_may_be_missing_stands_in_nobodys_way() {
    let world = World::read(
        "raw source daily has 01..03
         all weekly reads raw or_skip",
    );
    assert_snapshot!(shown(&world, &[], &[("all", "2024-W01")]), @"all 2024-W01 <- all 2024-W01: no run was asked for");
}

#[test]
fn what_has_not_closed_is_waited_for() {
    let mut world = World::read("raw source daily has 01..03\n clean daily reads raw");
    world.ledger.now = "2024-01-04T12:00:00Z".parse().unwrap();
    let asked = [("clean", "2024-01-03"), ("clean", "2024-01-04")];
    assert_snapshot!(shown(&world, &[], &asked), @r"
    clean 2024-01-03 <- clean 2024-01-03: no run was asked for
    clean 2024-01-04 <- raw 2024-01-04: its window closes at 2024-01-05 00:00:00Z
    ");
}
