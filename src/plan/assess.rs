//! What every partition of every dataset is: fresh, stale and why, missing, blocked and by what.

use super::{InputsDigest, Ledger};
use crate::model::{PartitionKey, PartitionSet, Ranges, Slice};
use crate::spec::{Catalog, Extents, Join, Mapping, Missing};

/// What stands in the way of partitions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocker {
    /// The dataset that lacks partitions.
    pub input: usize,
    /// The partitions it lacks.
    pub lacks: PartitionSet,
    /// The partitions that wait for them.
    pub blocks: PartitionSet,
}

/// Where the partitions of one dataset stand. Each partition whose time has come is in exactly one
/// of `fresh`, `missing`, `stale_code`, `stale_input` and `stale_upstream`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DatasetStatus {
    /// Every partition whose time has come.
    pub universe: PartitionSet,
    /// Published, and made from what is there now by the code of today.
    pub fresh: PartitionSet,
    /// Not published.
    pub missing: PartitionSet,
    /// Published by other code.
    pub stale_code: PartitionSet,
    /// Published from other versions of its inputs.
    pub stale_input: PartitionSet,
    /// Published from what is there now, but an input is itself missing or stale.
    pub stale_upstream: PartitionSet,
    /// Whose last run failed; they are also missing or stale.
    pub failed: PartitionSet,
    /// That cannot be made: something they need is not there and nothing of this project makes it.
    /// They are also missing, or stale.
    pub blocked: PartitionSet,
    /// With a live run.
    pub live: PartitionSet,
    /// What blocks them.
    pub blockers: Vec<Blocker>,
}

impl DatasetStatus {
    /// Everything stale, for whatever reason.
    #[must_use]
    pub fn stale(&self) -> PartitionSet {
        self.stale_code.union(&self.stale_input).union(&self.stale_upstream)
    }
}

/// Where everything stands.
#[derive(Debug)]
pub struct Assessment {
    /// One status per dataset, by catalog index.
    pub statuses: Vec<DatasetStatus>,
    /// What there is by now.
    pub extents: Extents,
}

/// Says where every partition of every dataset stands.
#[must_use]
pub fn assess(catalog: &Catalog, ledger: &Ledger) -> Assessment {
    let extents = catalog.extents(ledger.now, &ledger.registered);
    let mut statuses = vec![DatasetStatus::default(); catalog.datasets().len()];
    for &dataset in catalog.order() {
        let mut view = View { catalog, ledger, extents: &extents, statuses: &statuses, dataset };
        let status = view.status();
        statuses[dataset] = status;
    }
    Assessment { statuses, extents }
}

struct View<'a> {
    catalog: &'a Catalog,
    ledger: &'a Ledger,
    extents: &'a Extents,
    statuses: &'a [DatasetStatus],
    dataset: usize,
}

impl View<'_> {
    fn status(&mut self) -> DatasetStatus {
        let record = &self.ledger.records[self.dataset];
        let mut universe = PartitionSet::new();
        let extent = self.extents.of(self.dataset);
        for slice in extent.slices {
            universe.insert(slice.clone(), extent.ordinals);
        }
        let published = record.published();
        let mut status = DatasetStatus {
            missing: universe.difference(&published),
            failed: record.failed().intersection(&universe),
            live: record.live(),
            universe,
            ..DatasetStatus::default()
        };
        if self.catalog.dataset(self.dataset).job().is_some() {
            self.block(&mut status);
            self.compare_heads(&mut status);
            self.spread(&mut status);
        }
        let stale = status.stale();
        status.fresh = published.intersection(&status.universe).difference(&stale);
        status
    }

    /// Finds what cannot be made, and why.
    fn block(&self, status: &mut DatasetStatus) {
        let own = self.extents.of(self.dataset);
        for (position, input) in self.catalog.inputs(self.dataset).iter().enumerate() {
            let link = self.catalog.link(self.dataset, position);
            if input.is_self || link.reads.missing == Missing::Skip {
                continue;
            }
            let theirs = self.extents.of(input.dataset);
            let upstream = &self.statuses[input.dataset];
            let obtainable = match self.catalog.dataset(input.dataset).source() {
                Some(_) => upstream.universe.difference(&upstream.missing),
                None => upstream.universe.difference(&upstream.missing_for_good()),
            };
            let (lacks, blocks) = if let Missing::AtLeast(least) = link.reads.missing {
                let lacking = status.universe.keys().filter(|key| {
                    let needs = link.needs(&PartitionSet::single(key), theirs);
                    needs.intersection(&obtainable).len() < u64::from(least)
                });
                let blocks = collect(lacking);
                (link.needs(&blocks, theirs).difference(&obtainable), blocks)
            } else {
                let lacks = link.needs(&status.universe, theirs).difference(&obtainable);
                let blocks = link.affects(&lacks, theirs, own);
                (lacks, blocks)
            };
            if !blocks.is_empty() {
                status.blocked.extend(&blocks);
                status.blockers.push(Blocker { input: input.dataset, lacks, blocks });
            }
        }
        self.chain(status);
    }

    /// Passes on what is blocked along reads of the job's own partitions.
    fn chain(&self, status: &mut DatasetStatus) {
        let own = self.extents.of(self.dataset);
        for (position, _) in self.own_reads(Missing::Wait) {
            let link = self.catalog.link(self.dataset, position);
            let mut latest = status.blocked.intersection(&status.missing);
            let (mut lacks, mut blocks) = (PartitionSet::new(), PartitionSet::new());
            while !latest.is_empty() {
                let reached = link.affects(&latest, own, own).difference(&status.blocked);
                if !reached.is_empty() {
                    lacks.extend(&latest);
                    blocks.extend(&reached);
                    status.blocked.extend(&reached);
                }
                // What is published lets the chain go on from there.
                latest = reached.intersection(&status.missing);
            }
            if !blocks.is_empty() {
                status.blockers.push(Blocker { input: self.dataset, lacks, blocks });
            }
        }
    }

    fn own_reads(&self, missing: Missing) -> impl Iterator<Item = (usize, &Mapping)> {
        let inputs = self.catalog.inputs(self.dataset).iter().enumerate();
        inputs
            .filter(move |(_, input)| input.is_self && input.reads.missing == missing)
            .map(|(position, input)| (position, &input.reads.mapping))
    }

    /// Tells what is published from other code or other inputs than those of now.
    fn compare_heads(&self, status: &mut DatasetStatus) {
        let record = &self.ledger.records[self.dataset];
        let joins = self.joins();
        for (slice, track) in &record.tracks {
            let (mut code, mut input) = (Vec::new(), Vec::new());
            let Some(universe) = status.universe.get(slice) else { continue };
            let inputs: Vec<&[Slice]> = joins.iter().map(|join| join.of(slice)).collect();
            for head in track.heads().iter().filter(|head| universe.contains(head.ordinal)) {
                if head.code.is_none_or(|made_by| !record.current_code.contains(&made_by)) {
                    code.push(head.ordinal);
                } else if head.inputs != Some(self.inputs_digest(&inputs, head.ordinal)) {
                    input.push(head.ordinal);
                }
            }
            status.stale_code.insert(slice.clone(), &Ranges::from_sorted(code));
            status.stale_input.insert(slice.clone(), &Ranges::from_sorted(input));
        }
    }

    /// The slices of each input, by those of this dataset.
    fn joins(&self) -> Vec<Join> {
        let inputs = self.catalog.inputs(self.dataset).iter().enumerate();
        inputs
            .map(|(position, input)| {
                let theirs = self.extents.of(input.dataset);
                self.catalog.link(self.dataset, position).inputs_joined(theirs.slices)
            })
            .collect()
    }

    /// The digest a partition would have if it were made now from what is published, given the
    /// slices it reads of each input.
    fn inputs_digest(&self, inputs: &[&[Slice]], ordinal: i64) -> u128 {
        let mut digest = InputsDigest::default();
        let wanted = Ranges::single(ordinal);
        for (position, input) in self.catalog.inputs(self.dataset).iter().enumerate() {
            let link = self.catalog.link(self.dataset, position);
            let slices = inputs[position].iter();
            let mut weight = 0_u128;
            if let Mapping::Routed(_) = link.reads.mapping {
                let routes = self.ledger.records[self.dataset].routes.get(&position);
                for slice in slices {
                    let routed = routes.map_or(0, |routes| routes.weight(slice, ordinal));
                    weight = weight.wrapping_add(routed);
                }
            } else {
                let upstream = &self.ledger.records[input.dataset];
                let theirs = self.extents.of(input.dataset);
                let needed = link.ordinals_needed(&wanted, theirs.ordinals);
                for track in slices.filter_map(|slice| upstream.tracks.get(slice)) {
                    for range in needed.ranges() {
                        weight = weight.wrapping_add(track.weight(&range));
                    }
                }
            }
            digest.add(weight);
        }
        digest.finish()
    }

    /// Marks what is made from something that is to be made again.
    fn spread(&self, status: &mut DatasetStatus) {
        let own = self.extents.of(self.dataset);
        let known = status.missing.union(&status.stale_code).union(&status.stale_input);
        let mut reached = PartitionSet::new();
        for (position, input) in self.catalog.inputs(self.dataset).iter().enumerate() {
            if input.is_self || self.catalog.dataset(input.dataset).job().is_none() {
                continue;
            }
            let upstream = &self.statuses[input.dataset];
            let moving = upstream.missing.union(&upstream.stale()).difference(&upstream.blocked);
            let link = self.catalog.link(self.dataset, position);
            reached.extend(&link.affects(&moving, self.extents.of(input.dataset), own));
            if let Mapping::Routed(_) = link.reads.mapping
                && let Some(routes) = self.ledger.records[self.dataset].routes.get(&position)
            {
                for (slice, ranges) in moving.slices() {
                    let windows = routes.from_inputs(slice, ranges);
                    for output in link.output_slices(slice, own.slices) {
                        reached.insert(output, &windows);
                    }
                }
            }
        }
        reached = reached.intersection(&status.universe).difference(&known);
        for position in 0..self.catalog.inputs(self.dataset).len() {
            if !self.catalog.inputs(self.dataset)[position].is_self {
                continue;
            }
            let link = self.catalog.link(self.dataset, position);
            let mut latest = reached.union(&known).difference(&status.blocked);
            while !latest.is_empty() {
                let next = link.affects(&latest, own, own);
                latest = next.difference(&reached).difference(&known);
                reached.extend(&latest);
            }
        }
        status.stale_upstream = reached;
    }
}

impl DatasetStatus {
    /// What is not published and cannot be.
    fn missing_for_good(&self) -> PartitionSet {
        self.missing.intersection(&self.blocked)
    }
}

fn collect(keys: impl Iterator<Item = PartitionKey>) -> PartitionSet {
    let mut set = PartitionSet::new();
    for key in keys {
        set.extend(&PartitionSet::single(&key));
    }
    set
}
