//! What the rest of the example may rely on, read back from the files.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::Path;

use flate2::read::GzDecoder;
use polars::prelude::{DataFrame, ParquetReader, SerReader as _};

use super::arrivals::Arrivals;
use super::events::Event;
use super::*;

const NOW: &str = "2026-03-04T10:37:12Z";
const DAY: i64 = 86_400;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A feed in an empty folder, landed until [`NOW`].
fn landed() -> (tempfile::TempDir, Feed) {
    let folder = tempfile::tempdir().unwrap();
    let feed = Feed::open(folder.path(), 7, at(NOW)).unwrap();
    assert!(0 < feed.land_until(at(NOW)).unwrap().files);
    (folder, feed)
}

/// Every visible file below `root`, by its path there.
fn files(root: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.file_name().unwrap().to_string_lossy().starts_with('.') {
                found.insert(path.strip_prefix(root).unwrap().display().to_string());
            }
        }
    }
    found
}

fn unzip(path: &Path) -> String {
    let mut text = String::new();
    GzDecoder::new(File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    text
}

fn frame(path: &Path) -> DataFrame {
    ParquetReader::new(File::open(path).unwrap()).finish().unwrap()
}

/// All events of the span of `feed` and how they arrive.
fn stream(feed: &Feed) -> Vec<Event> {
    let mut arrivals = Arrivals::new(feed.seed);
    let last = time::day_of(at(NOW).as_second());
    time::days(feed.start, last).flat_map(|day| arrivals.take(day)).collect()
}

#[test]
fn the_span_starts_on_a_monday_at_least_ninety_days_ago() {
    let (_folder, feed) = landed();
    assert_eq!(feed.start().to_string(), "2025-12-01");
    assert_eq!(feed.start().weekday(), Weekday::Monday);
    assert!(files(&feed.root).contains("retail/2025-12-01.csv.gz"));
    assert!(files(&feed.root).contains("clicks/session_dataset.csv.gz"));
}

#[test]
fn the_same_seed_lands_the_same_files() {
    let ((_one, first), (_two, second)) = (landed(), landed());
    assert_eq!(files(&first.root), files(&second.root));
    for file in files(&first.root) {
        let (one, two) = (first.root.join(&file), second.root.join(&file));
        if file.ends_with(".parquet") {
            assert!(frame(&one).equals_missing(&frame(&two)), "{file}");
        } else {
            assert_eq!(fs::read(one).unwrap(), fs::read(two).unwrap(), "{file}");
        }
    }
}

#[test]
fn landing_again_adds_nothing_and_changes_nothing() {
    let (_folder, feed) = landed();
    let before = files(&feed.root);
    assert_eq!(feed.land_until(at(NOW)).unwrap(), Landed::default());
    assert_eq!(files(&feed.root), before);
}

#[test]
fn who_opens_a_feed_later_gets_its_seed_and_start() {
    let (_folder, feed) = landed();
    assert_eq!(Feed::open(&feed.root, 99, at("2026-06-01T00:00:00Z")).unwrap(), feed);
    fs::write(feed.root.join("feed.json"), "{}").unwrap();
    let error = Feed::open(&feed.root, 99, at(NOW)).unwrap_err().to_string();
    assert!(error.contains("is not a feed; remove the file"), "{error}");
}

#[test]
fn the_files_have_the_columns_and_types_of_the_real_ones() {
    let (_folder, feed) = landed();
    let day = feed.root.join("devstream/by_arrival_month/received_month=2026-02/part-17.parquet");
    let shape: Vec<String> = frame(&day)
        .columns()
        .iter()
        .map(|column| format!("{} {}", column.name(), column.dtype()))
        .collect();
    let expected = [
        "event_id str",
        "event_time datetime[μs]",
        "received_at datetime[μs]",
        "tz_offset_min i16",
        "user_id str",
        "actor_id str",
        "event_type str",
        "product str",
        "section str",
        "page str",
        "pr i32",
        "batch_id str",
    ];
    assert_eq!(shape, expected);
}

#[test]
fn slices_and_whole_days_hold_every_event_once() {
    let (_folder, feed) = landed();
    for later in ["2026-03-04T10:41:00Z", "2026-03-04T16:20:00Z", "2026-03-06T00:03:00Z"] {
        let _ = feed.land_until(at(later)).unwrap();
    }
    let month = feed.root.join("devstream/by_arrival_month/received_month=2026-03");
    let names = files(&month);
    assert!(names.contains("part-03.parquet") && names.contains("part-05.parquet"), "{names:?}");
    assert!(names.contains("part-04-1030.parquet"), "{names:?}");
    assert!(names.contains("part-04-2400.parquet"), "{names:?}");

    let mut arrivals = Arrivals::new(feed.seed);
    let expected = arrivals.take("2026-03-04".parse().unwrap());
    let rows: usize = names
        .iter()
        .filter(|name| name.starts_with("part-04"))
        .map(|name| frame(&month.join(name)).height())
        .sum();
    assert_eq!(rows, expected.len());
}

#[test]
fn something_lands_exactly_when_it_is_due() {
    let (_folder, feed) = landed();
    let mut now = at("2026-03-04T23:00:00Z");
    let _ = feed.land_until(now).unwrap();
    for _ in 0..24 {
        let due = feed.next_due(now);
        assert!(now < due);
        let just_before = due - SignedDuration::from_secs(1);
        assert_eq!(feed.land_until(just_before).unwrap(), Landed::default(), "before {due}");
        assert!(0 < feed.land_until(due).unwrap().files, "at {due}");
        now = due;
    }
    assert!(at("2026-03-05T02:00:00Z") <= now, "the walk passes midnight and a retail file");
}

#[test]
fn events_are_as_untidy_as_the_real_ones() {
    let (_folder, feed) = landed();
    let events = stream(&feed);
    let days = 94;
    assert!((250 * days..370 * days).contains(&events.len()), "{} events", events.len());

    let share = |part: usize| 100.0 * part as f64 / events.len() as f64;
    let count = |keep: fn(&Event) -> bool| events.iter().filter(|event| keep(event)).count();
    let late = share(count(|event| DAY < event.received - event.happened));
    assert!((6.5..9.5).contains(&late), "{late} % more than a day late");
    let very_late = share(count(|event| 30 * DAY < event.received - event.happened));
    assert!((0.6..1.5).contains(&very_late), "{very_late} % more than 30 days late");
    assert_eq!(count(|event| 60 * DAY < event.received - event.happened), 0);
    let early = share(count(|event| event.received < event.happened));
    assert!((0.02..0.6).contains(&early), "{early} % before they happen");

    let ids: BTreeSet<String> = events.iter().map(Event::id).collect();
    assert_eq!(ids.len(), events.len(), "event ids are unique");
    let keys: BTreeSet<_> = events
        .iter()
        .map(|event| (&event.user, event.happened, event.kind, event.product, &event.page))
        .collect();
    let repeated = share(events.len() - keys.len());
    assert!((0.3..0.8).contains(&repeated), "{repeated} % duplicates");

    assert!((1..200).contains(&count(|event| event.user.is_none())));
    let pageless = share(count(|event| event.page.is_none()));
    assert!((5.0..20.0).contains(&pageless), "{pageless} % without a page");
    assert!((1..60).contains(&count(|event| 840 < event.offset)));
    let products: BTreeSet<_> = events.iter().map(|event| event.product).collect();
    assert_eq!(products.len(), 4);
    assert!(events.iter().any(|event| 79 <= event.index), "a bot made a burst");
    assert!(pairs_across_midnight(&events));
}

/// Whether someone is active within minutes on both sides of a midnight.
fn pairs_across_midnight(events: &[Event]) -> bool {
    let mut sorted: Vec<_> = events.iter().map(|event| (&event.user, event.happened)).collect();
    sorted.sort_unstable();
    sorted.windows(2).any(|pair| {
        let ((one, first), (two, second)) = (pair[0], pair[1]);
        one == two && second - first < 1_800 && time::day_of(first) != time::day_of(second)
    })
}

#[test]
fn retail_is_as_untidy_as_the_real_files() {
    let (_folder, feed) = landed();
    let all = files(&feed.root.join("retail"));
    let yesterday = "2026-03-03".parse().unwrap();
    let (mut closed, mut mixed, mut lines) = (0, 0, Vec::new());
    for day in time::days(feed.start, yesterday) {
        let file = format!("{day}.csv.gz");
        assert_eq!(all.contains(&file), !retail::is_closed(feed.seed, day), "{file}");
        if day.weekday() == Weekday::Saturday {
            assert!(!all.contains(&file), "{file}");
        }
        if !all.contains(&file) {
            closed += 1;
            continue;
        }
        let text = unzip(&feed.root.join("retail").join(file));
        mixed += usize::from(text.contains("\r\n"));
        lines.extend(text.lines().skip(1).map(str::to_owned));
    }
    assert!((14..20).contains(&closed), "{closed} days are closed");
    assert!((2..16).contains(&mixed), "{mixed} files have mixed line endings");
    let per_file = lines.len() / all.len();
    assert!((150..260).contains(&per_file), "{per_file} lines a file");

    let with = |keep: fn(&str) -> bool| lines.iter().filter(|line| keep(line)).count();
    assert!(0 < with(|line| line.starts_with('C') && line.contains(",-")));
    assert!(0 < with(|line| line.starts_with('A')));
    assert!(0 < with(|line| line.contains(".0,United Kingdom")));
    assert!(0 < with(|line| line.contains(",,United Kingdom")));
    assert!(0 < with(|line| line.contains(",0.0,,")), "no description");
    assert!(0 < with(|line| line.contains('"')));
    let distinct: BTreeSet<_> = lines.iter().collect();
    assert!(lines.len() / 300 < lines.len() - distinct.len());

    let fields = |line: &&String| {
        let quoted = line.matches('"').count();
        // The one description with a comma is the one that is quoted without quotes inside.
        line.split(',').count() - usize::from(quoted == 2)
    };
    let broken = lines.iter().filter(|line| fields(line) != 8 || line.contains("n/a")).count();
    assert!((1..40).contains(&broken), "{broken} lines are broken");
}
