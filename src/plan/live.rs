//! What those who watch are told of, from two looks at what the pages show.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use crate::model::DimensionValues;
use crate::spec::{Catalog, DatasetSpec};

/// Something that can be watched.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LiveTopic {
    /// Runs, live and finished.
    Runs,
    /// Backfills.
    Backfills,
    /// One backfill.
    Backfill(i64),
    /// Where datasets stand.
    Datasets,
    /// Where one dataset stands, by its name.
    Dataset(String),
    /// Workers, pools, and what they are at.
    Workers,
    /// Schedules and their ticks.
    Schedules,
    /// What is promised, and what was kept.
    Sla,
    /// Who did what.
    Audit,
}

impl fmt::Display for LiveTopic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Runs => f.write_str("runs"),
            Self::Backfills => f.write_str("backfills"),
            Self::Backfill(id) => write!(f, "backfill:{id}"),
            Self::Datasets => f.write_str("datasets"),
            Self::Dataset(name) => write!(f, "dataset:{name}"),
            Self::Workers => f.write_str("workers"),
            Self::Schedules => f.write_str("schedules"),
            Self::Sla => f.write_str("sla"),
            Self::Audit => f.write_str("audit"),
        }
    }
}

/// A word that is no topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoTopic;

impl FromStr for LiveTopic {
    type Err = NoTopic;

    fn from_str(text: &str) -> Result<Self, NoTopic> {
        match text.split_once(':') {
            Some(("backfill", id)) => id.parse().map(Self::Backfill).map_err(|_| NoTopic),
            Some(("dataset", name)) if !name.is_empty() => Ok(Self::Dataset(name.to_owned())),
            Some(_) => Err(NoTopic),
            None => match text {
                "runs" => Ok(Self::Runs),
                "backfills" => Ok(Self::Backfills),
                "datasets" => Ok(Self::Datasets),
                "workers" => Ok(Self::Workers),
                "schedules" => Ok(Self::Schedules),
                "sla" => Ok(Self::Sla),
                "audit" => Ok(Self::Audit),
                _ => Err(NoTopic),
            },
        }
    }
}

/// How a thing looked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LiveMark {
    /// A text that changes when the thing does.
    pub mark: String,
    /// The datasets that it is about, by number.
    pub datasets: Vec<i32>,
}

/// How everything looked: by the kind of a thing and its number.
pub type Marks = BTreeMap<(String, i64), LiveMark>;

/// What changed between two looks. `index` has the place in the catalog of each dataset's number.
#[must_use]
pub fn changed_topics(
    catalog: &Catalog,
    index: &BTreeMap<i32, usize>,
    before: &Marks,
    now: &Marks,
) -> BTreeSet<LiveTopic> {
    let mut topics = BTreeSet::new();
    let mut touched = BTreeSet::new();
    let keys: BTreeSet<_> = before.keys().chain(now.keys()).collect();
    for key in keys {
        let (old, new) = (before.get(key), now.get(key));
        if old.map(|mark| &mark.mark) == new.map(|mark| &mark.mark) {
            continue;
        }
        let (kind, number) = (key.0.as_str(), key.1);
        // One that was over when it was first looked at changes no more; it only falls out of sight.
        let of = [old, new].into_iter().flatten().flat_map(|mark| &mark.datasets);
        touched.extend(of.filter_map(|dataset| index.get(dataset)));
        match kind {
            "backfill" | "running" => {
                topics.extend([LiveTopic::Runs, LiveTopic::Backfills, LiveTopic::Workers]);
                topics.insert(LiveTopic::Backfill(number));
            }
            "latest" => topics.extend([LiveTopic::Runs, LiveTopic::Backfills]),
            "worker" | "pool" => _ = topics.insert(LiveTopic::Workers),
            "schedule" | "tick" => _ = topics.insert(LiveTopic::Schedules),
            "audit" => _ = topics.insert(LiveTopic::Audit),
            "value" => {
                topics.insert(LiveTopic::Datasets);
                touched.extend(dynamic(catalog));
            }
            _ => (),
        }
    }
    for dataset in downstream(catalog, touched) {
        topics.extend([LiveTopic::Datasets, LiveTopic::Sla]);
        topics.insert(LiveTopic::Dataset(catalog.dataset(dataset).name.to_string()));
    }
    topics
}

/// The datasets that are cut by values which come to be known as time goes by.
fn dynamic(catalog: &Catalog) -> impl Iterator<Item = usize> {
    let all = catalog.datasets().iter().enumerate();
    let is_dynamic = |spec: &DatasetSpec| {
        let mut dimensions = spec.scheme.dimensions.iter();
        dimensions.any(|dimension| dimension.values == DimensionValues::Dynamic)
    };
    all.filter(move |(_, spec)| is_dynamic(spec)).map(|(index, _)| index)
}

/// These datasets and all that is made from them: what is published makes its readers stale.
fn downstream(catalog: &Catalog, from: BTreeSet<usize>) -> BTreeSet<usize> {
    let mut reached = from.clone();
    let mut latest: Vec<usize> = from.into_iter().collect();
    while let Some(dataset) = latest.pop() {
        for (reader, _) in catalog.readers(dataset) {
            if reached.insert(reader) {
                latest.push(reader);
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::tests::world::World;

    fn told(before: &[(&str, i64, &str, &[i32])], now: &[(&str, i64, &str, &[i32])]) -> String {
        let world = World::read(
            "raw source daily\nclean daily reads raw\nreport weekly reads clean\nother daily reads raw\n\
             all clean 01",
        );
        let index = (0..4).map(|place| (10 + place as i32, place)).collect();
        let marks = |all: &[(&str, i64, &str, &[i32])]| -> Marks {
            let one = |(kind, key, mark, datasets): &(&str, i64, &str, &[i32])| {
                let mark = LiveMark { mark: (*mark).to_owned(), datasets: datasets.to_vec() };
                (((*kind).to_owned(), *key), mark)
            };
            all.iter().map(one).collect()
        };
        let topics = changed_topics(&world.catalog, &index, &marks(before), &marks(now));
        topics.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_change_is_told_to_all_whom_it_concerns() {
        let clean: &[i32] = &[11];
        let lines = [
            told(&[("backfill", 7, "a", clean)], &[("backfill", 7, "b", clean)]),
            told(&[("backfill", 7, "a", &[12])], &[]),
            told(&[], &[("running", 7, "a", &[12])]),
            told(&[], &[("job", 13, "paused", &[13])]),
            told(&[("source", 10, "a", &[10])], &[("source", 10, "b", &[10])]),
            told(&[("worker", 1, "2", &[])], &[("worker", 2, "2", &[])]),
            told(&[("schedule", 1, "a", &[])], &[("schedule", 1, "b", &[])]),
            told(&[("audit", 0, "1", &[])], &[("audit", 0, "2", &[])]),
            told(&[("value", 0, "1", &[])], &[("value", 0, "2", &[])]),
            told(&[("job", 99, "a", &[99])], &[("job", 99, "b", &[99])]),
            told(&[("backfill", 7, "a", clean)], &[("backfill", 7, "a", clean)]),
        ];
        insta::assert_snapshot!(lines.join("\n"), @"
        runs backfills backfill:7 datasets dataset:clean dataset:report workers sla
        runs backfills backfill:7 datasets dataset:report workers sla
        runs backfills backfill:7 datasets dataset:report workers sla
        datasets dataset:other sla
        datasets dataset:clean dataset:other dataset:raw dataset:report sla
        workers
        schedules
        audit
        datasets
        ");
    }

    #[test]
    fn topics_are_read_as_they_are_written() {
        let words = ["runs", "backfills", "backfill:17", "datasets", "dataset:a", "workers"];
        for word in words.into_iter().chain(["schedules", "sla", "audit"]) {
            assert_eq!(word.parse::<LiveTopic>().unwrap().to_string(), word);
        }
        for wrong in ["", "run", "backfill", "backfill:", "backfill:x", "dataset:", "runs:1"] {
            assert_eq!(wrong.parse::<LiveTopic>(), Err(NoTopic), "{wrong}");
        }
    }
}
