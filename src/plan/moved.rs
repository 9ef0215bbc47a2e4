//! What moved between two plans for the same request.

use std::collections::BTreeMap;
use std::fmt;

use super::explain::{Explanation, RangeView, ranges};
use crate::model::{PartitionSet, Ranges, Slice};
use crate::spec::{Catalog, DatasetSpec};

/// Partitions of one dataset that a plan makes for another reason than the plan before, or of which
/// only one of the two speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The dataset.
    pub dataset: String,
    /// Why they were to be made; `blocked` when they could not be, none when they were left out.
    pub was: Option<String>,
    /// The same for the plan of now.
    pub now: Option<String>,
    /// How many.
    pub partitions: u64,
    /// Which.
    pub ranges: Vec<RangeView>,
}

/// The word for partitions that cannot be made.
const BLOCKED: &str = "blocked";

/// Says what is in one plan and not, or otherwise, in the other.
#[must_use]
pub fn moved(catalog: &Catalog, before: &Explanation, now: &Explanation) -> Vec<Moved> {
    let (before, now) = (sets(catalog, before), sets(catalog, now));
    let none = PartitionSet::new();
    let mut all = Vec::new();
    let mut datasets: Vec<usize> = before.keys().chain(now.keys()).map(|(at, _)| *at).collect();
    datasets.sort_unstable();
    datasets.dedup();
    for dataset in datasets {
        let spec = catalog.dataset(dataset);
        let of = |sets: &Sets| -> Vec<(String, PartitionSet)> {
            let own = sets.iter().filter(|((held, _), _)| *held == dataset);
            own.map(|((_, reason), set)| (reason.clone(), set.clone())).collect()
        };
        let (old, new) = (of(&before), of(&now));
        let union = |sets: &[(String, PartitionSet)]| {
            sets.iter().fold(none.clone(), |all, (_, set)| all.union(set))
        };
        let (all_old, all_new) = (union(&old), union(&new));
        let mut add = |was: Option<&String>, is: Option<&String>, set: &PartitionSet| {
            if !set.is_empty() {
                all.push(one(spec, was.cloned(), is.cloned(), set));
            }
        };
        for (reason, set) in &old {
            add(Some(reason), None, &set.difference(&all_new));
            for (other, theirs) in new.iter().filter(|(other, _)| other != reason) {
                add(Some(reason), Some(other), &set.intersection(theirs));
            }
        }
        for (reason, set) in &new {
            add(None, Some(reason), &set.difference(&all_old));
        }
    }
    all
}

fn one(spec: &DatasetSpec, was: Option<String>, now: Option<String>, set: &PartitionSet) -> Moved {
    let dataset = spec.name.to_string();
    Moved { dataset, was, now, partitions: set.len(), ranges: ranges(spec, set) }
}

/// Sets by dataset and reason.
type Sets = BTreeMap<(usize, String), PartitionSet>;

/// The sets that an explanation names. What is not declared any more is left out: a plan of now
/// cannot speak of it.
fn sets(catalog: &Catalog, explanation: &Explanation) -> Sets {
    let mut all = Sets::new();
    let steps = explanation.steps.iter().map(|step| (&step.dataset, &*step.reason, &step.ranges));
    let blocked = explanation.blocked.iter().map(|held| (&held.dataset, BLOCKED, &held.ranges));
    for (dataset, reason, ranges) in steps.chain(blocked) {
        let Some(at) = catalog.index_of(dataset) else { continue };
        let spec = catalog.dataset(at);
        let set = all.entry((at, reason.to_owned())).or_default();
        for range in ranges {
            let (slice, ordinals) = read(spec, range);
            set.insert(slice, &ordinals);
        }
    }
    all
}

fn read(spec: &DatasetSpec, range: &RangeView) -> (Slice, Ranges) {
    let scheme = &spec.scheme;
    let value = |name: &str| range.dimensions.get(name).cloned().unwrap_or_default();
    let values: Vec<String> =
        scheme.dimensions.iter().map(|dimension| value(&dimension.name)).collect();
    let ordinals = match scheme.time() {
        // Labels of an earlier plan were written by the same calendar, or name nothing now.
        Some(_) => scheme.parse_ranges(&format!("{}..{}", range.from, range.to)),
        None => Ok(Ranges::single(0)),
    };
    (Slice::new(values), ordinals.unwrap_or_default())
}

impl fmt::Display for Moved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 4;
        let word = |reason: &Option<String>| match reason.as_deref() {
            None => "not in the plan".to_owned(),
            Some(reason) => reason.replace('_', " "),
        };
        write!(f, "`{}` ", self.dataset)?;
        for (at, range) in self.ranges.iter().take(SHOWN).enumerate() {
            f.write_str(if at == 0 { "" } else { ", " })?;
            match range.partitions {
                1 => f.write_str(&range.from)?,
                _ => write!(f, "{}..{}", range.from, range.to)?,
            }
            for (name, value) in &range.dimensions {
                write!(f, " {name}={value}")?;
            }
        }
        if SHOWN < self.ranges.len() {
            write!(f, " and {} more ranges", self.ranges.len() - SHOWN)?;
        }
        write!(f, " ({}): was {}, is {}", self.partitions, word(&self.was), word(&self.now))
    }
}
