//! Pictures of the simulated database, and what jobs would read and make.

use std::collections::{BTreeMap, BTreeSet};

use tidemill::jiff::{SignedDuration, Timestamp};
use tidemill::model::{PartitionSet, Ranges, Registered, Slice};
use tidemill::plan::{Head, InputsDigest, Ledger, Record, Track, part};
use tidemill::spec::{Catalog, Missing};

use super::random::mix;
use super::shapes::DAWN;
use crate::model::queue::{Claim, Fence, Queue, Spot};

/// The code of every job: there is one release.
pub(super) const CODE: i32 = 1;

/// A claimed run with what it reads.
#[derive(Clone, Debug)]
pub(super) struct Resolved {
    pub(super) claim: Claim,
    /// The digest of what it reads.
    pub(super) digest: u128,
    /// The numbers of the versions it reads.
    pub(super) read: Vec<i64>,
    /// Whether something it needs is not there.
    pub(super) lacks: bool,
}

/// The instant after so many microseconds.
pub(super) fn instant(time: i64) -> Timestamp {
    let dawn: Timestamp = DAWN.parse().expect("it is written as a time");
    dawn + SignedDuration::from_micros(time)
}

/// What a planner sees of the database, at `now` by its own clock.
pub(super) fn picture(queue: &Queue, now: Timestamp) -> Ledger {
    let mut heads: Vec<Vec<Head>> = vec![Vec::new(); queue.jobs.len()];
    // In the order of partitions, so each list ascends.
    for ((dataset, key), head) in &queue.heads {
        heads[*dataset].push(Head {
            ordinal: key.ordinal,
            content: head.content,
            inputs: head.inputs,
            code: head.code,
        });
    }
    let mut tracks: Vec<Track> =
        heads.into_iter().map(|heads| Track::new(&Slice::none(), heads)).collect();
    for (dataset, key) in queue.failures.keys() {
        let track = &mut tracks[*dataset];
        track.failed = track.failed.union(&Ranges::single(key.ordinal));
    }
    for (id, run) in &queue.runs {
        if let Some((dataset, key)) = &run.spot {
            tracks[*dataset].live.insert(key.ordinal, *id);
        }
    }
    let record = |track: Track| Record {
        tracks: BTreeMap::from([(Slice::none(), track)]),
        current_code: BTreeSet::from([CODE]),
        ..Record::default()
    };
    let records = tracks.into_iter().map(record).collect();
    Ledger { now, registered: Registered::new(), records }
}

/// The exact versions that a claimed run reads.
pub(super) fn resolve(queue: &Queue, catalog: &Catalog, claim: &Claim) -> Resolved {
    let extents = catalog.extents(instant(claim.planned_at), &Registered::new());
    let (dataset, key) = &claim.spot;
    let one = PartitionSet::single(key);
    let mut digest = InputsDigest::default();
    let (mut read, mut lacks) = (Vec::new(), false);
    for (position, input) in catalog.inputs(*dataset).iter().enumerate() {
        let link = catalog.link(*dataset, position);
        let needed = link.needs(&one, extents.of(input.dataset));
        let (mut weight, mut found) = (0_u128, 0);
        for key in needed.keys() {
            let Some(head) = queue.heads.get(&(input.dataset, key.clone())) else { continue };
            weight = weight.wrapping_add(part(&key.slice, key.ordinal, head.content));
            read.push(head.version);
            found += 1;
        }
        digest.add(weight);
        lacks |= link.reads.missing == Missing::Wait && found < needed.len();
    }
    Resolved { claim: claim.clone(), digest: digest.finish(), read, lacks }
}

/// What a job makes of its inputs. Often the same of others: then its readers need nothing new.
pub(super) fn content(spot: &Spot, digest: u128) -> u128 {
    let seed = mix(digest as u64 ^ (spot.0 as u64) << 32 ^ spot.1.ordinal as u64);
    u128::from(if spot.0.is_multiple_of(2) { seed } else { seed % 3 })
}

/// The object store. Every attempt has a path of its own, and what is there is never written again.
#[derive(Clone, Debug, Default)]
pub(super) struct Lake {
    /// What is at the path of an attempt, and whether all of it.
    objects: BTreeMap<Fence, (u128, bool)>,
    checked: usize,
}

impl Lake {
    pub(super) fn put(&mut self, path: Fence, content: u128, is_whole: bool) {
        self.objects.entry(path).or_insert((content, is_whole));
    }

    /// I6: every published object is there, whole, with the content that was recorded.
    pub(super) fn fault(&mut self, queue: &Queue) -> Option<String> {
        let from = std::mem::replace(&mut self.checked, queue.versions.len());
        for version in queue.versions.iter().skip(from) {
            let Some(path) = version.made_by else { continue };
            if self.objects.get(&path) != Some(&(version.content, true)) {
                let (run, attempt) = path;
                return Some(format!("I6: {run}-{attempt}.parquet is not what was published"));
            }
        }
        None
    }
}
