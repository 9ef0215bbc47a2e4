//! What is wrong now: one row for each cause, with what it blocks.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use utoipa::ToSchema;

use super::super::access::{Action, May};
use super::super::catalog::lookup;
use super::super::instant::Instant;
use super::super::naming;
use super::super::picture::Picture;
use super::super::sla::{SlaState, SlaWindow};
use super::super::standing::Standing;
use super::super::why::{self, cause};
use super::facts::Facts;
use crate::model::{PartitionSet, words};
use crate::plan::Why;

/// So many problems are told.
const PROBLEMS_MAX: usize = 100;
/// So many datasets that are blocked are named.
const BLOCKS_MAX: usize = 50;

/// What kind of problem it is, the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ProblemKind {
    /// Runs failed.
    Failed,
    /// A promise is not kept.
    Late,
    /// Nothing works on runs that wait.
    NoWorker,
    /// A source cannot be looked at.
    SourceFault,
    /// Files that others need are not there.
    MissingUpstream,
    /// A person decides.
    Hold,
    /// A person paused a job, and runs of it wait.
    Paused,
    /// Other code than that of now made what is published.
    Stale,
}

/// Something that is wrong, and what it comes from.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct ProblemItem {
    /// What kind.
    kind: ProblemKind,
    /// The dataset it is about.
    dataset: Option<String>,
    /// The partition, when it is one.
    partition: Option<String>,
    /// The latest run it is about.
    run: Option<i64>,
    /// What it is, in a few words.
    title: String,
    /// What more there is to say.
    detail: String,
    /// Since when.
    since: Option<Instant>,
    /// How many partitions it is about.
    partitions: u64,
    /// The datasets downstream that are not as they should be because of it; at most 50.
    blocks: Vec<String>,
}

impl ProblemItem {
    /// What kind.
    pub(super) const fn kind(&self) -> ProblemKind {
        self.kind
    }
}

/// What is found out from.
pub(super) struct Scene<'a, A> {
    pub(super) may: &'a May<A>,
    pub(super) picture: &'a Picture,
    pub(super) facts: &'a Facts,
    pub(super) deadlines: &'a [SlaWindow],
}

impl<A: Action> Scene<'_, A> {
    /// All problems, the most urgent first. What does not follow from the clock is found once for
    /// each look at the database.
    pub(super) fn problems(&self) -> Vec<ProblemItem> {
        let mut found = self.facts.problems.get_or_init(|| self.lasting()).clone();
        self.late(&mut found);
        found.sort_by_key(|item| {
            (item.kind, std::cmp::Reverse((item.blocks.len(), item.partitions)))
        });
        found.truncate(PROBLEMS_MAX);
        found
    }

    fn lasting(&self) -> Vec<ProblemItem> {
        let mut found = Vec::new();
        self.failed(&mut found);
        self.waits(&mut found);
        self.faults(&mut found);
        self.missing(&mut found);
        self.holds(&mut found);
        self.stale(&mut found);
        found
    }

    fn name(&self, dataset: usize) -> String {
        self.may.mill().catalog.dataset(dataset).name.to_string()
    }

    /// Partitions whose last run failed, by dataset and code.
    fn failed(&self, found: &mut Vec<ProblemItem>) {
        for group in &self.facts.failures {
            let Some(&dataset) = self.may.mill().registry.index.get(&group.dataset_id) else {
                continue;
            };
            let spec = self.may.mill().catalog.dataset(dataset);
            let partitions = group.partitions.unsigned_abs();
            let key = lookup::key(self.picture, group.slice_id, group.ordinal);
            let key = spec.scheme.key(&key);
            let title = match partitions {
                1 => format!("`{}` {key} failed", spec.name),
                several => format!("{several} partitions of `{}` failed", spec.name),
            };
            let first = group.error.lines().next().unwrap_or_default();
            let set = &self.picture.assessment.statuses[dataset].failed;
            found.push(ProblemItem {
                kind: ProblemKind::Failed,
                dataset: Some(spec.name.to_string()),
                partition: (partitions == 1).then_some(key),
                run: Some(group.run_id),
                title,
                detail: naming::conceal(self.may, format!("{}: {first}", group.error_code)),
                since: Some(group.since.into()),
                partitions,
                blocks: self.blocks(dataset, set),
            });
        }
    }

    /// Promises that are not kept.
    fn late(&self, found: &mut Vec<ProblemItem>) {
        for window in self.deadlines.iter().filter(|window| window.state == SlaState::Late) {
            let Ok((dataset, _)) = self.may.dataset(&window.dataset) else { continue };
            let blocking = window.blocking.as_ref().map(|blocking| blocking.text.clone());
            found.push(ProblemItem {
                kind: ProblemKind::Late,
                dataset: Some(window.dataset.clone()),
                partition: Some(window.partition.clone()),
                run: window.blocking.as_ref().and_then(|blocking| blocking.run),
                title: format!("`{}` {} is late", window.dataset, window.partition),
                detail: blocking.unwrap_or_else(|| format!("promised: {}", window.rule)),
                since: Some(window.due_at),
                partitions: 1,
                blocks: self.blocks(dataset, &PartitionSet::new()),
            });
        }
    }

    /// Runs that wait for somebody to act.
    fn waits(&self, found: &mut Vec<ProblemItem>) {
        let mut unserved: BTreeMap<&str, (i64, BTreeSet<&str>)> = BTreeMap::new();
        for wait in &self.facts.waits {
            let Some(&dataset) = self.may.mill().registry.index.get(&wait.dataset_id) else {
                continue;
            };
            let runs = words::count(wait.runs.unsigned_abs(), "run");
            match wait.why.as_str() {
                "no_worker" | "no_code" | "no_pool" => {
                    let held = unserved.entry(&wait.why).or_default();
                    held.0 += wait.runs;
                    held.1.insert(&wait.dataset);
                }
                "job_paused" => {
                    let paused = self.picture.paused.get(&dataset);
                    let by = paused.map_or_else(String::new, |(by, _)| format!(" by {by}"));
                    found.push(ProblemItem {
                        kind: ProblemKind::Paused,
                        dataset: Some(wait.dataset.clone()),
                        partition: None,
                        run: Some(wait.example),
                        title: format!("`{}` is paused{by}", wait.dataset),
                        detail: format!("{runs} wait until it is resumed"),
                        since: paused.map(|(_, since)| Instant(*since)),
                        partitions: wait.runs.unsigned_abs(),
                        blocks: self
                            .blocks(dataset, &self.picture.assessment.statuses[dataset].live),
                    });
                }
                _ => (),
            }
        }
        for (why, (runs, datasets)) in unserved {
            let (title, detail) = match why {
                "no_worker" => ("no worker is alive", "start one: `tidemill worker`, or `up`"),
                "no_code" => (
                    "no living worker has the code that runs were planned for",
                    "start a worker of the program of now, or let it take over what waits",
                ),
                _ => (
                    "no living worker serves the pool that runs wait for",
                    "start a worker that does: `tidemill worker --pools …`",
                ),
            };
            let runs = words::count(runs.unsigned_abs(), "run");
            found.push(ProblemItem {
                kind: ProblemKind::NoWorker,
                dataset: None,
                partition: None,
                run: None,
                title: title.to_owned(),
                detail: format!("{runs} wait; {detail}"),
                since: None,
                partitions: 0,
                blocks: datasets.into_iter().take(BLOCKS_MAX).map(str::to_owned).collect(),
            });
        }
    }

    /// Sources that cannot be looked at.
    fn faults(&self, found: &mut Vec<ProblemItem>) {
        for watch in &self.facts.watches {
            let known = self.may.mill().registry.index.get(&watch.dataset_id);
            let (Some(&dataset), Some(fault)) = (known, &watch.fault) else { continue };
            if !self.may.sees(dataset) {
                continue;
            }
            let every = self.picture.assessment.extents.of(dataset);
            let mut all = PartitionSet::new();
            every.slices.iter().for_each(|slice| all.insert(slice.clone(), every.ordinals));
            found.push(ProblemItem {
                kind: ProblemKind::SourceFault,
                dataset: Some(self.name(dataset)),
                partition: None,
                run: None,
                title: format!("source `{}` cannot be looked at", self.name(dataset)),
                detail: fault.clone(),
                since: watch.fault_since.map(Into::into),
                partitions: 0,
                blocks: self.blocks(dataset, &all),
            });
        }
    }

    /// Files that are not there and that others need, by the dataset that lacks them.
    fn missing(&self, found: &mut Vec<ProblemItem>) {
        let (catalog, assessment) = (&self.may.mill().catalog, &self.picture.assessment);
        let mut roots: BTreeMap<usize, (PartitionSet, BTreeSet<usize>)> = BTreeMap::new();
        for (dataset, status) in assessment.statuses.iter().enumerate() {
            let is_seen = self.may.sees(dataset) && catalog.dataset(dataset).job().is_some();
            let blocked = status.missing.intersection(&status.blocked);
            if !is_seen || blocked.is_empty() {
                continue;
            }
            for (root, lacks) in cause::lacks(catalog, assessment, dataset, &blocked) {
                // What has not come yet is not lacking.
                let lacks = lacks.intersection(&assessment.statuses[root].universe);
                if !lacks.is_empty() && self.may.sees(root) {
                    let held = roots.entry(root).or_default();
                    held.0.extend(&lacks);
                    held.1.insert(dataset);
                }
            }
        }
        for (root, (lacks, blocked)) in roots {
            let spec = catalog.dataset(root);
            let count = words::count(lacks.len(), "partition");
            let what = if spec.source().is_some() { "no file" } else { "nothing published" };
            let one = lacks.keys().next().filter(|_| lacks.len() == 1);
            // It has been lacking since its window was over.
            let first = lacks.slices().filter_map(|(_, ranges)| ranges.span());
            let first = first.map(|span| span.start).min();
            found.push(ProblemItem {
                kind: ProblemKind::MissingUpstream,
                dataset: Some(spec.name.to_string()),
                partition: one.map(|key| spec.scheme.key(&key)),
                run: None,
                title: format!("{what} for {count} of `{}`", spec.name),
                detail: words::spans_text(&spec.scheme, &lacks, 3),
                since: first.map(|ordinal| Instant(spec.scheme.window(ordinal).end)),
                partitions: lacks.len(),
                blocks: blocked.into_iter().take(BLOCKS_MAX).map(|at| self.name(at)).collect(),
            });
        }
    }

    /// What a person decides about.
    fn holds(&self, found: &mut Vec<ProblemItem>) {
        for hold in self.facts.holds.iter().filter(|hold| hold.why.needs_a_person()) {
            // Too little is no decision that anybody waits for.
            if !self.may.sees(hold.dataset) || matches!(hold.why, Why::Small(_)) {
                continue;
            }
            let spec = self.may.mill().catalog.dataset(hold.dataset);
            let count = words::count(hold.partitions.len(), "partition");
            let verb = if hold.partitions.len() == 1 { "is" } else { "are" };
            let reason = why::held(&self.may.mill().catalog, hold);
            let one = hold.partitions.keys().next().filter(|_| hold.partitions.len() == 1);
            found.push(ProblemItem {
                kind: ProblemKind::Hold,
                dataset: Some(spec.name.to_string()),
                partition: one.map(|key| spec.scheme.key(&key)),
                run: None,
                title: format!("{count} of `{}` {verb} held back", spec.name),
                detail: naming::conceal(self.may, reason),
                since: Some(hold.since.into()),
                partitions: hold.partitions.len(),
                blocks: self.blocks(hold.dataset, &hold.partitions),
            });
        }
    }

    /// What other code made, where nobody is asked about it already.
    fn stale(&self, found: &mut Vec<ProblemItem>) {
        let catalog = &self.may.mill().catalog;
        for dataset in (0..catalog.datasets().len()).filter(|dataset| self.may.sees(*dataset)) {
            let standings = self.picture.standings(catalog, dataset);
            let stale = standings.iter().find(|(standing, _)| *standing == Standing::StaleCode);
            let mut set = stale.map_or_else(PartitionSet::new, |(_, set)| set.clone());
            for hold in self.facts.holds.iter().filter(|hold| hold.dataset == dataset) {
                set = set.difference(&hold.partitions);
            }
            if set.is_empty() {
                continue;
            }
            let spec = catalog.dataset(dataset);
            let count = words::count(set.len(), "partition");
            let verb = if set.len() == 1 { "was" } else { "were" };
            found.push(ProblemItem {
                kind: ProblemKind::Stale,
                dataset: Some(spec.name.to_string()),
                partition: None,
                run: None,
                title: format!("{count} of `{}` {verb} made by other code", spec.name),
                detail: words::spans_text(&spec.scheme, &set, 3),
                since: None,
                partitions: set.len(),
                blocks: self.blocks(dataset, &set),
            });
        }
    }

    /// The datasets downstream of a set that are not as they should be, as far as they follow from
    /// it.
    fn blocks(&self, dataset: usize, set: &PartitionSet) -> Vec<String> {
        let (catalog, assessment) = (&self.may.mill().catalog, &self.picture.assessment);
        let mut reached = BTreeMap::from([(dataset, set.clone())]);
        let mut blocked = BTreeSet::new();
        // Inputs come before their readers, so each is settled when it is met.
        for at in catalog.order() {
            let Some(moved) = reached.get(at).cloned() else { continue };
            for (reader, position) in catalog.readers(*at) {
                let link = catalog.link(reader, position);
                let (theirs, own) = (assessment.extents.of(*at), assessment.extents.of(reader));
                let status = &assessment.statuses[reader];
                let open = status.missing.union(&status.stale());
                let affected = link.affects(&moved, theirs, own).intersection(&open);
                if !affected.is_empty() {
                    reached.entry(reader).or_default().extend(&affected);
                    blocked.insert(reader);
                }
            }
        }
        let seen = blocked.into_iter().filter(|reader| self.may.sees(*reader));
        seen.take(BLOCKS_MAX).map(|reader| self.name(reader)).collect()
    }
}
