//! A small language for a catalog and what the database knows of it.
//!
//! ```text
//! raw source daily has 01..05
//! clean daily reads raw has 01..03
//! report weekly reads clean or_skip
//! changed raw 02
//! code clean
//! failed clean 04
//! live clean 05
//! all clean 01..02 downstream
//! ```
//!
//! Days are of January 2024, up to the 14th; weeks are `W01` and `W02`. What a job `has` was made
//! from what is there; `changed` and `code` come after that.

use std::collections::BTreeSet;
use std::panic::Location;

use jiff::{Timestamp, ToSpan};

use crate::model::{PartitionSet, Ranges, Registered, Scheme, Slice};
use crate::plan::{BackfillPlan, Head, InputsDigest, Ledger, Record, Request, Select, Track, part};
use crate::spec::{
    Automation, Catalog, Contract, Dataset, Declaration, Format, Input, JobKind, Mapping,
    Partitions, Reads, Rebuild, Restate, Source, TimePartitions, Type,
};

/// A catalog and what the database knows of it.
#[derive(Debug)]
pub(in crate::plan) struct World {
    pub(in crate::plan) catalog: Catalog,
    pub(in crate::plan) ledger: Ledger,
}

impl World {
    /// Reads a world; its last line is a request.
    #[track_caller]
    pub(in crate::plan) fn read(text: &str) -> Self {
        let lines: Vec<Vec<&str>> =
            text.lines().map(|line| line.split_whitespace().collect()).collect();
        let declared = |line: &&Vec<&str>| {
            line.get(1).is_some_and(|kind| ["source", "daily", "weekly"].contains(kind))
        };
        let (mut sources, mut jobs) = (Vec::new(), Vec::new());
        for line in lines.iter().filter(declared) {
            match line[1] {
                "source" => sources.push(source(line)),
                _ => jobs.push(job(line)),
            }
        }
        let mut world = Self::of(&sources, &jobs);
        for line in lines.iter().filter(declared) {
            if let Some(at) = line.iter().position(|word| *word == "has") {
                let dataset = world.index(line[0]);
                let set = world.set(dataset, &line[at + 1..].join(","));
                world.make(dataset, &set);
            }
        }
        for line in lines.iter().filter(|line| !declared(line)) {
            world.happen(line);
        }
        world
    }

    /// A world in which nothing has been made.
    #[track_caller]
    pub(in crate::plan) fn of(sources: &[Source], jobs: &[Declaration]) -> Self {
        let catalog = Catalog::build(sources, jobs).unwrap();
        let record = Record { current_code: BTreeSet::from([1]), ..Record::default() };
        let records = vec![record; catalog.datasets().len()];
        let now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        Self { catalog, ledger: Ledger { now, registered: Registered::new(), records } }
    }

    pub(super) fn index(&self, name: &str) -> usize {
        self.catalog.index_of(name).unwrap_or_else(|| panic!("no dataset `{name}`"))
    }

    /// The partitions that short labels name.
    pub(super) fn set(&self, dataset: usize, text: &str) -> Ranges {
        let full = |label: &str| match label {
            "" => String::new(),
            week if week.starts_with('W') => format!("2024-{week}"),
            day => format!("2024-01-{day}"),
        };
        let parts = text.split(',').map(|part| match part.split_once("..") {
            Some((first, last)) => format!("{}..{}", full(first), full(last)),
            None => full(part),
        });
        let text = parts.collect::<Vec<_>>().join(",");
        self.catalog.dataset(dataset).scheme.parse_ranges(&text).unwrap()
    }

    /// Publishes partitions as made from what is there.
    pub(in crate::plan) fn make(&mut self, dataset: usize, ranges: &Ranges) {
        let is_source = self.catalog.dataset(dataset).source().is_some();
        let track = self.track(dataset);
        let mut heads = track.heads().to_vec();
        for ordinal in ranges.iter() {
            heads.retain(|head| head.ordinal != ordinal);
            let at = heads.partition_point(|head| head.ordinal < ordinal);
            let content = 1000 + ordinal as u128;
            heads.insert(at, Head { ordinal, content, inputs: None, code: None });
            // The job's own earlier partitions are inputs of the next.
            self.put(dataset, heads.clone());
            if !is_source {
                heads[at].inputs = Some(self.inputs(dataset, ordinal));
                heads[at].code = self.ledger.records[dataset].current_code.first().copied();
            }
        }
        self.put(dataset, heads);
    }

    fn put(&mut self, dataset: usize, heads: Vec<Head>) {
        let mut track = Track::new(&Slice::none(), heads);
        track.failed.clone_from(&self.track(dataset).failed);
        track.live.clone_from(&self.track(dataset).live);
        self.ledger.records[dataset].tracks.insert(Slice::none(), track);
    }

    /// What a partition would be made from, added up one by one.
    fn inputs(&self, dataset: usize, ordinal: i64) -> u128 {
        let mut digest = InputsDigest::default();
        let extents = self.catalog.extents(self.ledger.now, &self.ledger.registered);
        for (position, input) in self.catalog.inputs(dataset).iter().enumerate() {
            let link = self.catalog.link(dataset, position);
            let one = PartitionSet::of(Slice::none(), Ranges::single(ordinal));
            let needed = link.needs(&one, extents.of(input.dataset));
            let track = self.ledger.records[input.dataset].tracks.get(&Slice::none());
            let heads = needed.keys().filter_map(|key| track?.head(key.ordinal));
            let weights = heads.map(|head| part(&Slice::none(), head.ordinal, head.content));
            digest.add(weights.fold(0, u128::wrapping_add));
        }
        digest.finish()
    }

    /// What is known of a dataset without dimensions besides time.
    pub(super) fn track(&mut self, dataset: usize) -> &mut Track {
        self.ledger.records[dataset].tracks.entry(Slice::none()).or_default()
    }

    /// Gives a published partition other rows.
    pub(super) fn alter(&mut self, dataset: usize, ordinal: i64) {
        let track = self.track(dataset);
        let mut heads = track.heads().to_vec();
        for head in heads.iter_mut().filter(|head| head.ordinal == ordinal) {
            head.content = 2000 + ordinal as u128;
        }
        self.put(dataset, heads);
    }

    fn happen(&mut self, line: &[&str]) {
        let [event @ ("changed" | "gone" | "code" | "failed" | "live"), name, rest @ ..] = line
        else {
            return;
        };
        let dataset = self.index(name);
        let ranges = if rest.is_empty() { Ranges::new() } else { self.set(dataset, rest[0]) };
        let record = &mut self.ledger.records[dataset];
        let track = record.tracks.entry(Slice::none()).or_default();
        match *event {
            "code" => record.current_code = BTreeSet::from([2]),
            "failed" => track.failed = ranges,
            "live" => track.live = ranges.iter().map(|ordinal| (ordinal, 9000 + ordinal)).collect(),
            _ => {
                let mut heads = track.heads().to_vec();
                if *event == "gone" {
                    heads.retain(|head| !ranges.contains(head.ordinal));
                }
                for head in heads.iter_mut().filter(|head| ranges.contains(head.ordinal)) {
                    head.content += 1;
                }
                self.put(dataset, heads);
            }
        }
    }

    /// Reads a request: what to select, a dataset and partitions or nothing for all, directions.
    pub(in crate::plan) fn request(&self, line: &str) -> Request {
        let words: Vec<&str> = line.split_whitespace().collect();
        let asks = |word: &str| words.contains(&word);
        let select = Select {
            missing: asks("missing") || asks("needed"),
            failed: asks("failed") || asks("needed"),
            stale: asks("stale") || asks("needed"),
            keep_code: asks("keep_code"),
            all: asks("all"),
        };
        let everything = Ranges::from_range(i64::MIN..i64::MAX);
        let of = |ranges: &Ranges| PartitionSet::of(Slice::none(), ranges.clone());
        let named = words
            .iter()
            .enumerate()
            .find_map(|(at, word)| Some((at, self.catalog.index_of(word)?)));
        let targets = match named {
            Some((at, dataset)) => {
                let ranges = words.get(at + 1).filter(|word| word.starts_with(['0', '1', 'W']));
                let ranges = ranges.map(|text| self.set(dataset, text));
                vec![(dataset, of(&ranges.unwrap_or(everything)))]
            }
            None => (0..self.catalog.datasets().len())
                .map(|dataset| (dataset, of(&everything)))
                .collect(),
        };
        let (upstream, downstream) = (asks("upstream"), asks("downstream"));
        Request { targets, select, upstream, downstream }
    }
}

fn source(line: &[&str]) -> Source {
    Source::files(line[0], "{day}")
        .under("landing")
        .format(Format::Parquet)
        .partitions(days())
        .contract(contract())
}

fn contract() -> Contract {
    Contract::new([("a", Type::Int64)])
}

#[track_caller]
fn job(line: &[&str]) -> Declaration {
    let mut job = declaration(line[0], line[1] == "weekly");
    job.place = Location::caller();
    let mut words = line[2..].iter().copied().peekable();
    while let Some(word) = words.next() {
        if word == "has" {
            break;
        }
        if behaves(&mut job, word) {
            continue;
        }
        assert_eq!(word, "reads");
        let name = words.next().unwrap();
        let mut reads: Reads = mapping(name == "itself", line[1] == "weekly").into();
        while let Some(how) = words.next_if(|word| !["reads", "has"].contains(word)) {
            reads = match how {
                "or_skip" => reads.or_skip(),
                "all" => Reads { mapping: Mapping::All, ..reads },
                how => weighed(reads, how),
            };
        }
        let input =
            if name == "itself" { Input::Itself } else { Input::Of(Dataset(name.to_owned())) };
        job.reads.push((input, reads));
    }
    job
}

/// What a job does unasked; whether the word speaks of that.
fn behaves(job: &mut Declaration, word: &str) -> bool {
    match word {
        "manual" => job.automated.mode = Some(Automation::Manual),
        "rebuilds" => job.automated.on_code_change = Rebuild::All,
        budget => match budget.strip_prefix("budget_") {
            Some(most) => job.automated.restatements_a_day = Some(most.parse().unwrap()),
            None => return false,
        },
    }
    true
}

/// `at_least_3`, or which changes are acted upon: `approval`, `below_10`, `debounce_5` and
/// `at_most_15` minutes.
fn weighed(reads: Reads, how: &str) -> Reads {
    if how == "approval" {
        return reads.restate(Restate::AfterApproval);
    }
    let (word, number) = how.rsplit_once('_').unwrap();
    let number: u32 = number.parse().unwrap();
    match word {
        "at_least" => reads.mapping.at_least(number),
        "below" => reads.ignore_below_rows(number.into()),
        "debounce" => reads.debounce(i64::from(number).minutes()),
        "at_most" => reads.debounce_at_most(i64::from(number).minutes()),
        _ => panic!("`{how}` says nothing of a read"),
    }
}

/// A job that reads nothing yet.
pub(in crate::plan) fn declaration(name: &str, is_weekly: bool) -> Declaration {
    let mut job = Declaration::new(JobKind::Transform, name);
    job.about.contract = Some(contract());
    job.partitions = if is_weekly { days().weekly().into() } else { Partitions::from(days()) };
    job
}

fn mapping(is_self: bool, is_weekly: bool) -> Mapping {
    match (is_self, is_weekly) {
        (true, _) => Mapping::previous(),
        (false, true) => Mapping::overlapping(),
        (false, false) => Mapping::Same,
    }
}

fn days() -> TimePartitions {
    TimePartitions::daily("2024-01-01").until("2024-01-15")
}

/// A plan: a line for each dataset and reason, then a line for each blocker.
pub(in crate::plan) fn plan_text(catalog: &Catalog, plan: &BackfillPlan) -> String {
    let mut lines = Vec::new();
    for step in &plan.steps {
        let dataset = catalog.dataset(step.dataset);
        for (reason, set) in &step.sets {
            let set = set_text(&dataset.scheme, set);
            lines.push(format!("{} {} {} {set}", step.wave, dataset.name, reason.as_str()));
        }
    }
    // Equal waves go at once: their order says nothing.
    lines.sort();
    let mut blocked: Vec<String> = plan
        .blocked
        .iter()
        .map(|held| {
            let (dataset, input) = (held.dataset, held.blocker.input);
            let (dataset, input) = (catalog.dataset(dataset), catalog.dataset(input));
            let blocks = set_text(&dataset.scheme, &held.blocker.blocks);
            let lacks = set_text(&input.scheme, &held.blocker.lacks);
            format!("blocked {} {blocks} lacks {} {lacks}", dataset.name, input.name)
        })
        .collect();
    blocked.sort();
    lines.extend(blocked);
    if lines.is_empty() { "nothing".to_owned() } else { lines.join("\n") }
}

/// A set as short labels: `01..03 07`.
pub(in crate::plan) fn set_text(scheme: &Scheme, set: &PartitionSet) -> String {
    let short = |ordinal| {
        let label = scheme.label(ordinal);
        let short = label.trim_start_matches("2024-01-").trim_start_matches("2024-");
        short.to_owned()
    };
    let ranges = set.slices().flat_map(|(_, ranges)| ranges.ranges());
    let parts = ranges.map(|range| match range.end - range.start {
        1 => short(range.start),
        _ => format!("{}..{}", short(range.start), short(range.end - 1)),
    });
    parts.collect::<Vec<_>>().join(" ")
}
