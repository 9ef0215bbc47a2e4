//! From requests to plans.

use super::check;

#[test]
fn a_backfill_stops_where_a_source_is_missing() {
    check(
        "raw source has 01..03
         clean daily reads raw
         report weekly reads clean
         missing report W01 upstream",
        "1 clean missing 01..03
         blocked clean 04..07 lacks raw 04..07
         blocked report W01 lacks clean 04..07",
    );
}

#[test]
fn a_reader_that_skips_what_is_missing_is_made_from_what_is_there() {
    check(
        "raw source has 01..03
         clean daily reads raw
         report weekly reads clean or_skip
         missing report W01 upstream",
        "1 clean missing 01..03
         2 report missing W01
         blocked clean 04..07 lacks raw 04..07",
    );
}

#[test]
fn a_reader_that_wants_so_many_is_made_once_they_are_there_or_planned() {
    check(
        "raw source has 01..05
         clean daily reads raw has 01..03
         three weekly reads clean at_least_3
         five weekly reads clean at_least_5
         six weekly reads clean at_least_6
         missing",
        "1 clean missing 04..05
         2 five missing W01
         2 three missing W01
         blocked clean 06..14 lacks raw 06..14
         blocked five W02 lacks clean 08..14
         blocked six W01..W02 lacks clean 06..14
         blocked three W02 lacks clean 08..14",
    );
}

#[test]
fn a_changed_input_reaches_exactly_what_is_made_from_it() {
    check(
        "raw source has 01..14
         other source has 01..14
         clean daily reads raw has 01..14
         beside daily reads other has 01..14
         report weekly reads clean has W01..W02
         changed raw 09
         stale",
        "1 clean stale_input 09
         2 report upstream W02",
    );
}

#[test]
fn changed_code_reaches_all_of_the_job_and_its_readers() {
    check(
        "raw source has 01..14
         clean daily reads raw has 01..10
         report weekly reads clean has W01
         code clean
         stale",
        "1 clean stale_code 01..10
         2 report upstream W01",
    );
}

#[test]
fn what_other_code_made_may_be_kept() {
    check(
        "raw source has 01..14
         clean daily reads raw has 01..14
         report weekly reads clean has W01
         code clean
         changed raw 02
         stale keep_code",
        "1 report upstream W01",
    );
}

#[test]
fn running_state_is_made_again_from_the_change_on() {
    check(
        "raw source has 01..14
         total daily reads raw reads itself has 01..14
         changed raw 12
         stale",
        "1 total stale_input 12
         1 total upstream 13..14",
    );
}

#[test]
fn running_state_waits_for_the_first_day_that_cannot_be_made() {
    check(
        "raw source has 01..03 05..14
         total daily reads raw reads itself has 01
         missing total 01..06",
        "1 total missing 02..03
         blocked total 04 lacks raw 04
         blocked total 05..06 lacks total 04..05",
    );
}

#[test]
fn running_state_in_the_middle_takes_what_comes_before_along_when_upstream_is_asked_for() {
    let world = "raw source has 01..14
         total daily reads raw reads itself has 01..04\n";
    check(&format!("{world}missing total 08"), "blocked total 08 lacks total 07");
    check(&format!("{world}missing total 08 upstream"), "1 total missing 05..08");
}

#[test]
fn downstream_takes_every_reader_along_and_nothing_else() {
    check(
        "raw source has 01..14
         clean daily reads raw has 01..14
         report weekly reads clean has W01..W02
         last daily reads report all has 01..14
         beside daily reads raw has 01..14
         all clean 03 downstream",
        "1 clean forced 03
         2 report forced W01
         3 last forced 01..14",
    );
}

#[test]
fn what_has_a_live_run_is_not_planned_again_and_counts_as_coming() {
    check(
        "raw source has 01..14
         clean daily reads raw has 01..05
         report weekly reads clean
         live clean 06..07
         missing",
        "1 clean missing 08..14
         2 report missing W01..W02",
    );
}

#[test]
fn what_failed_is_made_again_only_when_failures_are_asked_for() {
    let world = "raw source has 01..03
         clean daily reads raw has 01
         failed clean 02
         ";
    check(&format!("{world}missing clean 01..03"), "1 clean missing 03");
    check(
        &format!("{world}needed clean 01..03"),
        "1 clean failed 02
         1 clean missing 03",
    );
}

#[test]
fn a_source_that_lost_a_file_blocks_its_readers_though_they_are_published() {
    check(
        "raw source has 01..14
         clean daily reads raw has 01..14
         report weekly reads clean has W01..W02
         gone raw 03
         stale",
        "blocked clean 03 lacks raw 03",
    );
}

#[test]
fn equal_worlds_have_equal_hashes_and_a_moved_world_another() {
    let hash = |has: &str| {
        let text = format!("raw source has {has}\nclean daily reads raw\nmissing");
        let world = super::World::read(&text);
        crate::plan::plan(&world.catalog, &world.ledger, &world.request("missing")).hash
    };
    assert_eq!(hash("01..03"), hash("01..03"));
    assert_ne!(hash("01..03"), hash("01..04"));
}
