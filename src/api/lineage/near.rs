//! Which datasets are near one.

use std::collections::{BTreeMap, BTreeSet};

use crate::spec::Catalog;

/// What may be seen of a catalog's graph.
pub(super) struct Near<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) sees: &'a dyn Fn(usize) -> bool,
}

impl Near<'_> {
    /// What a dataset is made from, each once, itself not counted.
    pub(super) fn above(&self, dataset: usize) -> BTreeSet<usize> {
        let inputs = self.catalog.inputs(dataset).iter().filter(|input| !input.is_self);
        inputs.map(|input| input.dataset).filter(|input| (self.sees)(*input)).collect()
    }

    /// What is made from a dataset, each once, itself not counted.
    pub(super) fn below(&self, dataset: usize) -> BTreeSet<usize> {
        let readers = self.catalog.readers(dataset).map(|(reader, _)| reader);
        readers.filter(|reader| (self.sees)(*reader)).collect()
    }

    /// A dataset, what is at most `up` steps above it, and what is at most `down` steps below it;
    /// the nearest first, with how many steps away.
    pub(super) fn around(&self, focus: usize, up: usize, down: usize) -> Vec<(usize, usize)> {
        let mut steps = BTreeMap::from([(focus, 0)]);
        self.walk(focus, up, &mut steps, Self::above);
        self.walk(focus, down, &mut steps, Self::below);
        let mut found: Vec<(usize, usize)> = steps.into_iter().map(|(at, far)| (far, at)).collect();
        found.sort_unstable();
        found.into_iter().map(|(far, at)| (at, far)).collect()
    }

    fn walk(
        &self,
        focus: usize,
        most: usize,
        steps: &mut BTreeMap<usize, usize>,
        next: impl Fn(&Self, usize) -> BTreeSet<usize>,
    ) {
        let (mut seen, mut edge) = (BTreeSet::from([focus]), vec![focus]);
        for step in 1..=most {
            let reached: BTreeSet<usize> = edge.iter().flat_map(|at| next(self, *at)).collect();
            edge = reached.into_iter().filter(|at| seen.insert(*at)).collect();
            if edge.is_empty() {
                return;
            }
            for at in &edge {
                let held = steps.entry(*at).or_insert(step);
                *held = step.min(*held);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{
        Contract, Dataset, Declaration, Input, JobKind, Mapping, Source, TimePartitions, Type,
    };

    /// a → b → d, a → c → d → e, and d reads itself.
    fn catalog() -> Catalog {
        let day = TimePartitions::daily("2024-01-01");
        let columns = Contract::new([("n", Type::Int64)]);
        let a = Source::files("a", "{day}.csv").partitions(&day).contract(columns.clone());
        let (a, _) = a.declared(Some("x".to_owned()));
        let job = |name: &str, inputs: &[&str]| {
            let mut job = Declaration::new(JobKind::Transform, name);
            job.partitions = (&day).into();
            let of =
                |input: &&str| (Input::Of(Dataset((*input).to_owned())), Mapping::Same.reads());
            job.reads = inputs.iter().map(of).collect();
            job
        };
        let mut d = job("d", &["b", "c"]);
        d.about.contract = Some(columns);
        d.reads.push((Input::Itself, Mapping::previous().or_skip()));
        let jobs = [job("b", &["a"]), job("c", &["a"]), d, job("e", &["d"])];
        Catalog::build(&[a], &jobs).unwrap()
    }

    #[test]
    fn neighbours_are_found_by_steps_and_only_those_that_may_be_seen() {
        let catalog = catalog();
        let all = Near { catalog: &catalog, sees: &|_| true };
        assert_eq!(all.around(3, 1, 0), [(3, 0), (1, 1), (2, 1)]);
        assert_eq!(all.around(3, 9, 9), [(3, 0), (1, 1), (2, 1), (4, 1), (0, 2)]);
        assert_eq!(all.around(0, 9, 1), [(0, 0), (1, 1), (2, 1)]);
        assert_eq!(all.above(3), BTreeSet::from([1, 2]), "it is not its own input");
        let some = Near { catalog: &catalog, sees: &|at| at != 1 };
        assert_eq!(some.around(3, 9, 0), [(3, 0), (2, 1), (0, 2)]);
        assert_eq!(some.below(0), BTreeSet::from([2]));
    }
}
