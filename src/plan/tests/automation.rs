//! What is made unasked, as text.
//!
//! Besides the world: `touched raw 03 5` (minutes ago), `weigh clean 03 raw 4 of 100`,
//! `moved clean 03`, `begun clean 04 60`, `stopped clean 04 60`, `restated clean 2`, `held clean 03 debounce raw 20`,
//! `approved clean 03` and `now 08`.

use jiff::{SignedDuration, Timestamp};

use super::{World, set_text, trimmed};
use crate::model::{PartitionSet, Slice};
use crate::plan::{Decision, EdgeChange, Ended, Facts, Hold, Why, assess, day_of, decide};

fn set(world: &World, dataset: usize, label: &str) -> PartitionSet {
    PartitionSet::of(Slice::none(), world.set(dataset, label))
}

fn ago(world: &World, minutes: &str) -> Timestamp {
    world.ledger.now - SignedDuration::from_mins(minutes.parse().unwrap())
}

/// The facts that the lines of a text name.
#[track_caller]
fn facts(world: &World, text: &str) -> Facts {
    let mut facts = Facts::default();
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [event, name, rest @ ..] = &words[..] else { continue };
        let Some(dataset) = world.catalog.index_of(name) else { continue };
        match (*event, rest) {
            ("touched", [label, minutes]) => {
                let touched = (ago(world, minutes), set(world, dataset, label));
                facts.touched.entry(dataset).or_default().push(touched);
            }
            ("weigh", [label, input, changed, "of", of]) => {
                let input = world.index(input);
                let mut inputs = world.catalog.inputs(dataset).iter();
                let position = inputs.position(|held| held.dataset == input).unwrap();
                let change =
                    EdgeChange { position, changed: changed.parse().ok(), of: of.parse().ok() };
                for key in set(world, dataset, label).keys() {
                    facts.changes.entry((dataset, key)).or_default().push(change);
                }
            }
            ("moved", [label]) => {
                facts.moved.insert(dataset, set(world, dataset, label));
            }
            ("begun", [label, minutes]) => {
                let seen_at = ago(world, minutes);
                let keys = set(world, dataset, label);
                let failures = keys.keys().map(|key| Ended { key, seen_at });
                facts.failures.entry(dataset).or_default().extend(failures);
            }
            ("stopped", [label, minutes]) => {
                let seen_at = ago(world, minutes);
                let keys = set(world, dataset, label);
                let runs = keys.keys().map(|key| Ended { key, seen_at });
                facts.cancelled.entry(dataset).or_default().extend(runs);
            }
            ("restated", [count]) => {
                facts.restated.insert(dataset, count.parse().unwrap());
            }
            ("held", [label, why, about @ .., minutes]) => {
                let why = Why::parse(why, about.first().map(|input| world.index(input))).unwrap();
                let partitions = set(world, dataset, label);
                let since = ago(world, minutes);
                facts.holds.push(Hold { dataset, partitions, why, since, until: None });
            }
            ("approved", [label]) => {
                facts.approved.insert(dataset, set(world, dataset, label));
            }
            _ => (),
        }
    }
    facts
}

fn decision(world: &World, facts: &Facts) -> Decision {
    let assessment = assess(&world.catalog, &world.ledger);
    decide(&world.catalog, &world.ledger, &assessment, facts)
}

fn text(world: &World, decision: &Decision) -> String {
    let now = world.ledger.now;
    let minutes = |at: Timestamp| at.duration_since(now).as_mins();
    let mut lines = Vec::new();
    for order in &decision.orders {
        for (dataset, set) in &order.request.targets {
            let spec = world.catalog.dataset(*dataset);
            let set = set_text(&spec.scheme, set);
            lines.push(format!("{} {} {set}", order.class.as_str(), spec.name));
        }
    }
    for hold in &decision.holds {
        let spec = world.catalog.dataset(hold.dataset);
        let input = hold.why.input().map(|input| world.catalog.dataset(input).name.to_string());
        let input = input.map_or_else(String::new, |input| format!(" {input}"));
        let set = set_text(&spec.scheme, &hold.partitions);
        let until = hold
            .until
            .map_or_else(|| "a person".to_owned(), |until| format!("{} min", minutes(until)));
        let since = -minutes(hold.since);
        let why = hold.why.as_str();
        lines.push(format!("held {} {set} {why}{input} {since} min, until {until}", spec.name));
    }
    for (dataset, set) in &decision.spent {
        let spec = world.catalog.dataset(*dataset);
        lines.push(format!("spent {} {}", spec.name, set_text(&spec.scheme, set)));
    }
    if lines.is_empty() { "nothing".to_owned() } else { lines.join("\n") }
}

/// A world at a day of January 2024, or long after.
fn world(text: &str) -> World {
    let mut world = World::read(&format!("{text}\n-"));
    let mut lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    if let Some(day) = lines.find_map(|line| match line[..] {
        ["now", day] => Some(format!("2024-01-{day}T00:00:00Z")),
        _ => None,
    }) {
        world.ledger.now = day.parse().unwrap();
    }
    world
}

#[track_caller]
fn check(lines: &str, expected: &str) {
    let world = world(lines);
    let facts = facts(&world, lines);
    assert_eq!(text(&world, &decision(&world, &facts)), trimmed(expected));
}

#[test]
fn what_has_all_it_requires_is_made_and_what_lacks_something_is_not() {
    check(
        "raw source has 01..03
         clean daily reads raw has 01
         report weekly reads clean
         tally weekly reads clean or_skip",
        "late clean 02..03
         late tally W01..W02",
    );
}

#[test]
fn the_newest_is_live_a_gap_is_late_and_nothing_is_ordered_twice() {
    check(
        "raw source has 01..09
         clean daily reads raw has 01..02,04
         now 10",
        "late clean 03 05..07
         live clean 08..09",
    );
    check(
        "raw source has 01..09
         clean daily reads raw has 01..07
         now 10
         live clean 08..09",
        "nothing",
    );
}

#[test]
fn a_changed_input_takes_its_readers_along_and_no_others() {
    check(
        "raw source has 01..14
         clean daily reads raw has 01..14
         report weekly reads clean has W01..W02
         total daily reads clean reads itself has 01..14
         changed raw 12",
        "late clean 12
         late report W02
         late total 12..14",
    );
}

#[test]
fn a_person_starts_what_is_manual() {
    check(
        "raw source has 01..14
         clean daily manual reads raw
         report weekly reads clean or_skip",
        "late report W01..W02",
    );
}

#[test]
fn what_is_made_from_something_that_failed_waits_for_it() {
    check(
        "raw source has 01..02
         clean daily reads raw has 01
         report daily reads clean has 01
         failed clean 02",
        "nothing",
    );
}

#[test]
fn a_failure_is_tried_again_once_an_input_changed_since() {
    let lines = "raw source has 01..03
         clean daily reads raw has 01
         failed clean 02..03
         begun clean 02..03 60";
    check(&format!("{lines}\ntouched raw 02 61\ntouched raw 03 59"), "late clean 03");
}

#[test]
fn what_a_person_cancelled_is_left_alone_until_an_input_changes_or_it_is_approved() {
    check(
        "raw source has 01..04
         clean daily reads raw has 01
         report daily reads clean
         changed raw 01
         stopped clean 01..04 60
         touched raw 03 59
         approved clean 04",
        "late clean 03..04
         late report 01 03..04
         held clean 01..02 cancelled 0 min, until a person",
    );
}

#[test]
fn other_code_rebuilds_nothing_unless_the_job_says_so_or_an_input_moved() {
    let lines = "raw source has 01..04
         clean daily reads raw has 01..04
         code clean";
    check(lines, "held clean 01..04 code 0 min, until a person");
    check(
        &format!("{lines}\nmoved clean 02\napproved clean 04"),
        "backfill clean 04
         late clean 02
         held clean 01 03 code 0 min, until a person",
    );
    check(&lines.replace("daily", "daily rebuilds"), "backfill clean 01..04");
}

#[test]
fn a_change_is_acted_upon_once_the_input_is_quiet() {
    let lines = "raw source has 01..09
         clean daily reads raw debounce_10 at_most_30 has 01..04
         report weekly reads clean or_skip has W01..W02
         changed raw 01..04";
    check(
        &format!("{lines}\ntouched raw 01..02 20\ntouched raw 03,05 4\ntouched raw 04 1"),
        "late clean 01..02 06..09
         late report W01..W02
         held clean 03 05 debounce raw 0 min, until 6 min
         held clean 04 debounce raw 0 min, until 9 min",
    );
}

#[test]
fn an_input_that_never_rests_is_waited_for_no_longer_than_allowed() {
    let lines = "raw source has 01..03
         clean daily reads raw debounce_10 at_most_30 has 01..03
         changed raw 01..03
         touched raw 01..03 1";
    check(
        &format!("{lines}\nheld clean 01 debounce raw 30\nheld clean 02 debounce raw 25"),
        "late clean 01
         held clean 02 debounce raw 25 min, until 5 min
         held clean 03 debounce raw 0 min, until 9 min",
    );
}

#[test]
fn what_is_being_made_is_not_quiet() {
    check(
        "raw source has 01..03
         clean daily reads raw
         report daily reads clean debounce_10",
        "late clean 01..03
         held report 01..03 debounce clean 0 min, until 120 min",
    );
}

#[test]
fn small_changes_wait_until_together_they_are_large() {
    check(
        "raw source has 01..05
         clean daily reads raw below_10 has 01..05
         changed raw 01..04
         weigh clean 01 raw 9 of 100
         weigh clean 02 raw 10 of 100
         weigh clean 03 raw unknown of 100",
        "late clean 02..04
         held clean 01 small raw 0 min, until a person",
    );
}

#[test]
fn a_person_decides_about_published_partitions_and_not_about_new_ones() {
    let lines = "raw source has 01..05
         clean daily reads raw approval has 01..04
         report weekly reads clean or_skip has W01
         changed raw 01..03
         weigh clean 01..03 raw 5 of 100";
    check(
        &format!("{lines}\napproved clean 02,05"),
        "late clean 02 05
         late report W01..W02
         held clean 01 03 approval raw 0 min, until a person",
    );
    check(
        &format!("{lines}\nlive clean 02\napproved clean 02,04"),
        "late clean 05
         late report W01..W02
         held clean 01 03 approval raw 0 min, until a person
         spent clean 02 04",
    );
}

#[test]
fn one_change_that_needs_nobody_is_enough() {
    check(
        "raw source has 01..02
         rates source has 01..02
         clean daily reads raw approval reads rates has 01..02
         changed raw 01..02
         changed rates 02
         weigh clean 01..02 raw 5 of 100
         weigh clean 02 rates 1 of 1",
        "late clean 02
         held clean 01 approval raw 0 min, until a person",
    );
}

#[test]
fn a_budget_caps_what_is_made_again_and_not_what_is_new() {
    check(
        "raw source has 01..08
         clean daily budget_3 reads raw has 01..06
         report daily reads clean has 01..06
         changed raw 01..06
         restated clean 1
         held clean 02 budget 300",
        "late clean 02 06..08
         late report 02 06..08
         held clean 01 03..05 budget 0 min, until 1440 min",
    );
}

#[test]
fn a_gone_input_uses_no_budget() {
    check(
        "raw source has 01..04
         clean daily budget_1 reads raw has 01..04
         changed raw 01
         gone raw 04",
        "late clean 01",
    );
}

#[test]
fn a_budget_counts_by_the_day_where_the_data_is() {
    let world = world("raw source has 01\nclean daily reads raw");
    let now = "2024-03-31T12:34:56Z".parse().unwrap();
    let day = day_of(&world.catalog, world.index("clean"), now);
    assert_eq!(format!("{}..{}", day.start, day.end), "2024-03-31T00:00:00Z..2024-04-01T00:00:00Z");
}
