//! Where everything stands.

use super::{World, set_text, trimmed};
use crate::plan::assess;

/// Says where the partitions of one dataset stand.
#[track_caller]
fn check_status(text: &str, name: &str, expected: &str) {
    let world = World::read(text);
    let assessment = assess(&world.catalog, &world.ledger);
    let dataset = world.catalog.index_of(name).unwrap();
    let status = &assessment.statuses[dataset];
    let sets = [
        ("fresh", &status.fresh),
        ("missing", &status.missing),
        ("stale_code", &status.stale_code),
        ("stale_input", &status.stale_input),
        ("stale_upstream", &status.stale_upstream),
    ];
    let total: u64 = sets.iter().map(|(_, set)| set.len()).sum();
    assert_eq!(total, status.universe.len(), "each partition is in exactly one");
    let more = [("failed", &status.failed), ("blocked", &status.blocked), ("live", &status.live)];
    let scheme = &world.catalog.dataset(dataset).scheme;
    let shown = sets.iter().chain(&more).filter(|(_, set)| !set.is_empty());
    let lines = shown.map(|(word, set)| format!("{word} {}", set_text(scheme, set)));
    assert_eq!(lines.collect::<Vec<_>>().join("\n"), trimmed(expected));
}

const WORLD: &str = "raw source has 01..10
    clean daily reads raw has 01..08
    report weekly reads clean or_skip has W01";

#[test]
fn every_partition_is_in_exactly_one_set() {
    let events = "changed raw 02\nfailed clean 09\nlive clean 10";
    check_status(
        &format!("{WORLD}\n{events}\n"),
        "clean",
        "fresh 01 03..08
         missing 09..14
         stale_input 02
         failed 09
         blocked 11..14
         live 10",
    );
    check_status(&format!("{WORLD}\n{events}\n"), "report", "missing W02\nstale_upstream W01");
}

#[test]
fn a_day_that_arrives_makes_who_skipped_it_stale() {
    let text = "raw source has 01..05
        clean daily reads raw has 01..04
        report weekly reads clean or_skip has W01
        ";
    check_status(text, "report", "missing W02\nstale_upstream W01");
}

#[test]
fn other_code_comes_before_other_inputs() {
    let text = format!("{WORLD}\nchanged raw 02\ncode clean\n");
    check_status(&text, "clean", "missing 09..14\nstale_code 01..08\nblocked 11..14");
}

#[test]
fn what_cannot_be_made_for_good_is_blocked_through_readers_and_running_state() {
    let text = "raw source has 01..03
        clean daily reads raw
        total daily reads clean reads itself
        ";
    check_status(text, "total", "missing 01..14\nblocked 04..14");
}
