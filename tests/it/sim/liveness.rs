//! What must be so once nothing goes wrong any more.

use std::collections::BTreeMap;

use tidemill::model::{PartitionSet, Registered};
use tidemill::plan::{InputsDigest, assess, part};

use super::settings::SECOND;
use super::simulation::Simulation;
use super::world::{content, instant, picture};
use crate::model::queue::Spot;

/// How long the simulated world may take until nothing is left to do: the longest attempts, the
/// longest pauses between tries, and a lease for each worker that died.
const BOUND: i64 = 30 * 60 * SECOND;
/// How often it is looked at.
const LOOK: i64 = 5 * SECOND;

impl Simulation {
    /// Lets everything come to rest, and checks what is there then.
    pub(super) fn drain_all(&mut self) -> Result<(), String> {
        let end = self.now + BOUND;
        while self.now < end {
            // What people paused a moment ago they resume.
            self.calm();
            self.run(self.now + LOOK)?;
            if self.is_done() {
                return self.made_wrong().map_or(Ok(()), Err);
            }
        }
        Err(format!("I15: after {} minutes there is work left", BOUND / SECOND / 60))
    }

    /// Whether no run is live, what landed is recorded, and every partition is fresh.
    fn is_done(&self) -> bool {
        let is_known = |(spot, content): (&Spot, &u128)| {
            self.queue.heads.get(spot).is_some_and(|head| head.content == *content)
        };
        if !self.queue.runs.is_empty() || !self.landed.iter().all(is_known) {
            return false;
        }
        let ledger = picture(&self.queue, instant(self.now));
        let assessment = assess(self.catalog, &ledger);
        let rest = |(at, status): (usize, &tidemill::plan::DatasetStatus)| {
            let is_job = self.catalog.dataset(at).job().is_some();
            if is_job { status.universe.difference(&status.fresh).len() } else { 0 }
        };
        assessment.statuses.iter().enumerate().map(rest).sum::<u64>() == 0
    }

    /// Every partition is what its jobs make of what landed, computed here from nothing else.
    fn made_wrong(&self) -> Option<String> {
        let extents = self.catalog.extents(instant(self.now), &Registered::new());
        let mut expected: BTreeMap<Spot, u128> = self.landed.clone();
        for &dataset in self.catalog.order() {
            if self.catalog.dataset(dataset).job().is_none() {
                continue;
            }
            for key in self.days(dataset) {
                let one = PartitionSet::single(&key);
                let mut digest = InputsDigest::default();
                for (position, input) in self.catalog.inputs(dataset).iter().enumerate() {
                    let link = self.catalog.link(dataset, position);
                    let needed = link.needs(&one, extents.of(input.dataset));
                    let weights = needed.keys().filter_map(|key| {
                        let found = expected.get(&(input.dataset, key.clone()))?;
                        Some(part(&key.slice, key.ordinal, *found))
                    });
                    digest.add(weights.fold(0, u128::wrapping_add));
                }
                let spot = (dataset, key);
                let made = content(&spot, digest.finish());
                if self.queue.heads.get(&spot).is_none_or(|head| head.content != made) {
                    let spot = self.queue.spot_text(&spot);
                    return Some(format!("I10: {spot} is not made from what landed"));
                }
                expected.insert(spot, made);
            }
        }
        None
    }
}
