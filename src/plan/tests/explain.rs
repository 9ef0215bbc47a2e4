//! Plans as values: what they take, what moved between two of them, what is left of one.

use super::world::{World, plan_text, set_text};
use crate::model::PartitionSet;
use crate::plan::{Again, Explanation, Pace, Resources, explain, moved, plan, plan_again};

/// Plans the last line of a world and explains it on four slots, ten seconds a partition.
fn explained(text: &str) -> (World, Explanation) {
    explained_with(text, Resources { slots: 4, ..Resources::default() })
}

fn explained_with(text: &str, resources: Resources) -> (World, Explanation) {
    let mut world = World::read(text);
    let pace = Pace { seconds: 10.0, p50: 10.0, p90: 30.0, bytes: 1000.0 };
    for record in &mut world.ledger.records {
        record.pace = Some(pace);
    }
    let request = world.request(text.lines().last().unwrap());
    let drawn = plan(&world.catalog, &world.ledger, &request);
    let resources = Resources { hourly_rate: Some(36.0), ..resources };
    let shown = explain(&world.catalog, &world.ledger, &drawn, &resources);
    (world, shown)
}

const WORLD: &str = "raw source has 01..10
    clean daily reads raw
    report weekly reads clean
    missing upstream";

#[test]
fn a_plan_says_what_it_takes_and_when_it_ends() {
    let (_, shown) = explained(WORLD);
    let steps: Vec<String> = shown
        .steps
        .iter()
        .map(|step| {
            let range = &step.ranges[0];
            let before = range.before.as_deref().unwrap_or_default();
            format!(
                "{} {} {}..{} before {before}: {:?} s, {:?} bytes, cost {:?}",
                step.wave, step.dataset, range.from, range.to, step.seconds, step.bytes, step.cost
            )
        })
        .collect();
    insta::assert_snapshot!(steps.join("\n"), @"
    1 clean 2024-01-01..2024-01-10 before 2024-01-11: Some(100.0) s, Some(10000.0) bytes, cost Some(1.0)
    2 report 2024-W01..2024-W01 before 2024-W02: Some(10.0) s, Some(1000.0) bytes, cost Some(0.1)
    ");
    let estimate = &shown.estimate;
    assert_eq!((estimate.seconds, estimate.slots), (Some(40.0), 4), "three rounds and a week");
    assert!(estimate.seconds < estimate.seconds_p90);
    assert_eq!(estimate.finish_at.as_deref(), Some("2026-01-01T00:00:40Z"));
    assert_eq!((estimate.work_seconds, estimate.cost), (110.0, Some(1.1)));
}

#[test]
fn a_plan_counts_on_no_more_slots_than_its_pools_have() {
    let pools = [("default".to_owned(), Some(1))].into();
    let (_, shown) = explained_with(WORLD, Resources { slots: 4, pools, ..Resources::default() });
    assert_eq!((shown.estimate.seconds, shown.estimate.slots), (Some(110.0), 1));
}

#[test]
fn a_plan_reads_back_from_json_as_it_was() {
    let (_, shown) = explained(WORLD);
    let text = serde_json::to_string(&shown).unwrap();
    assert_eq!(serde_json::from_str::<Explanation>(&text).unwrap(), shown);
}

#[test]
fn what_moved_is_told_by_dataset_and_reason() {
    let before = "raw source has 01..05
        clean daily reads raw has 01..02
        changed raw 01
        needed clean";
    let now = "raw source has 01..03 05..06
        clean daily reads raw has 01..02
        failed clean 03
        changed raw 02
        needed clean";
    let (world, before) = explained(before);
    let (_, now) = explained(now);
    let lines: Vec<String> =
        moved(&world.catalog, &before, &now).iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    `clean` 2024-01-06 (1): was blocked, is missing
    `clean` 2024-01-04 (1): was missing, is blocked
    `clean` 2024-01-03 (1): was missing, is failed
    `clean` 2024-01-01 (1): was stale input, is not in the plan
    `clean` 2024-01-02 (1): was not in the plan, is stale input
    ");
    assert!(moved(&world.catalog, &now, &now).is_empty());
}

#[test]
fn what_is_left_is_made_as_far_as_it_needs_it_and_nothing_beside_it() {
    let world = World::read(
        "raw source has 01..07
         clean daily reads raw has 01..05
         report weekly reads clean
         failed clean 02
         code clean",
    );
    let set = |name: &str, text: &str| {
        let dataset = world.catalog.index_of(name).unwrap();
        let ranges = world.catalog.dataset(dataset).scheme.parse_ranges(text).unwrap();
        (dataset, PartitionSet::of(crate::model::Slice::none(), ranges))
    };
    let again = Again {
        needed: vec![set("clean", "2024-01-02,2024-01-06..2024-01-07"), set("report", "2024-W01")],
        forced: vec![set("clean", "2024-01-04")],
    };
    let drawn = plan_again(&world.catalog, &world.ledger, &again);
    insta::assert_snapshot!(plan_text(&world.catalog, &drawn), @"
    1 clean failed 02
    1 clean forced 04
    1 clean missing 06..07
    2 report missing W01
    ");
    let none = plan_again(&world.catalog, &world.ledger, &Again::default());
    assert_eq!(none.runs(), 0);
    let made = &drawn.steps[0];
    let scheme = &world.catalog.dataset(made.dataset).scheme;
    assert_eq!(set_text(scheme, &made.partitions()), "02 04 06..07");
}
