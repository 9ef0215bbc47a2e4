//! Records what became of the windows that are due.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Result;
use jiff::Timestamp;

use super::super::Mill;
use super::blocked::Taken;
use super::told;
use crate::model::{PartitionKey, Slice};
use crate::plan::sla::{self, Judged, Rule};
use crate::spec::DatasetSpec;
use crate::store::{self, NewSlaRule, RecordedSlas, SlaRecording, SlaRuleRow};
use crate::telemetry::metrics;

/// How many windows are recorded in one transaction, unless one instant has more.
const BATCH: usize = 1_000;
/// How many transactions one promise takes before the next has its turn.
const BATCHES_MAX: usize = 20;
/// For how many misses of a turn it is found out what stood in the way.
const EXPLAINED_MAX: usize = 100;
/// How many misses are completed in one statement.
const COMPLETED_MAX: i64 = 5_000;

/// What one look at the promises came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Windows that were recorded.
    pub recorded: RecordedSlas,
    /// Misses that were made up for.
    pub completed: u64,
    /// When the next window is due.
    pub next_due: Option<Timestamp>,
    /// Whether more is due than one turn records.
    pub is_behind: bool,
}

/// The promises of a project that are judged, by catalog index.
pub(super) fn rules(mill: &Mill) -> impl Iterator<Item = (usize, &DatasetSpec, Rule<'_>)> {
    let datasets = mill.catalog.datasets().iter().enumerate();
    datasets.filter_map(|(index, spec)| Some((index, spec, Rule::of(spec)?)))
}

/// The promise of a row, unless another release declares it otherwise.
pub(super) fn rule_of<'a>(mill: &'a Mill, row: &SlaRuleRow) -> Option<(usize, Rule<'a>)> {
    let index = *mill.registry.index.get(&row.dataset_id)?;
    let rule = Rule::of(mill.catalog.dataset(index))?;
    (rule.kind() == row.kind && rule.promise() == row.promise).then_some((index, rule))
}

/// Makes the promises of a project known as of `now`. Of two releases that run side by side, the
/// one that started last says what is promised.
///
/// # Errors
///
/// When the database fails.
pub async fn declare_promises(mill: &Mill, now: Timestamp) -> Result<u64> {
    let declared: Vec<NewSlaRule> = rules(mill)
        .map(|(index, _, rule)| {
            let next_ordinal = rule.first_after(now);
            NewSlaRule {
                dataset: mill.registry.datasets[index],
                kind: rule.kind(),
                promise: rule.promise(),
                objective: rule.objective(),
                since: now,
                next_ordinal,
                next_due: rule.next_due(next_ordinal),
            }
        })
        .collect();
    let mut db = mill.pool.acquire().await?;
    let changed = store::declare_slas(&mut db, &declared, &mill.registry.datasets).await?;
    if 0 < changed {
        tracing::info!("{changed} promises are new or changed");
    }
    Ok(changed)
}

/// Records every window that is due at `now` and not recorded, and when misses were made up for.
/// Nothing may be published any more that counts as of before `now`.
///
/// # Errors
///
/// When the database fails; what was recorded stays so.
pub async fn record_promises(mill: &Arc<Mill>, now: Timestamp) -> Result<Kept> {
    let mut db = mill.pool.acquire().await?;
    let rows = store::sla_rules(&mut db, &mill.registry.datasets).await?;
    let mut kept = Kept::default();
    if rows.is_empty() {
        return Ok(kept);
    }
    let registered = store::registered(&mut db).await?;
    let since = store::registered_at(&mut db).await?;
    drop(db);
    let mut recorder = Recorder { mill, now, taken: None, explained: 0 };
    for row in &rows {
        let Some((dataset, rule)) = rule_of(mill, row) else { continue };
        let scheme = &mill.catalog.dataset(dataset).scheme;
        let slices = scheme.all_slices(&registered).into_iter();
        let slices = slices.map(|slice| (sla::known_since(scheme, &slice, &since), slice));
        let slices: Vec<(Timestamp, Slice)> = slices.collect();
        let at = Promise { row, rule: &rule, dataset, slices: &slices };
        recorder.catch_up(&at, &mut kept).await?;
    }
    let mut db = mill.pool.acquire().await?;
    kept.completed = store::complete_slas(&mut db, &mill.registry.datasets, COMPLETED_MAX).await?;
    metrics::promised(kept.recorded.met, kept.recorded.missed);
    Ok(kept)
}

/// A promise that windows are recorded of.
struct Promise<'a> {
    row: &'a SlaRuleRow,
    rule: &'a Rule<'a>,
    dataset: usize,
    /// Each with since when it is promised anything.
    slices: &'a [(Timestamp, Slice)],
}

struct Recorder<'a> {
    mill: &'a Mill,
    now: Timestamp,
    taken: Option<Taken>,
    explained: usize,
}

impl Recorder<'_> {
    /// Records what is due of one promise, a batch at a time.
    async fn catch_up(&mut self, promise: &Promise<'_>, kept: &mut Kept) -> Result<()> {
        let due = promise.rule.due_until(promise.row.next_ordinal, self.now);
        let step = (BATCH / promise.slices.len().max(1)).max(1) as i64;
        let mut from = due.start;
        for _ in 0..BATCHES_MAX {
            if due.end <= from {
                break;
            }
            let until = from.saturating_add(step).min(due.end);
            let recording = self.judge(promise, from, until).await?;
            let Some(recorded) = store::record_slas(&self.mill.pool, &recording).await? else {
                // Somebody else is at it, or got further.
                return Ok(());
            };
            kept.recorded.met += recorded.met;
            kept.recorded.missed += recorded.missed;
            self.log(promise, &recording);
            from = until;
        }
        kept.is_behind |= from < due.end;
        let next = promise.rule.next_due(from);
        kept.next_due = kept.next_due.into_iter().chain(next).min();
        Ok(())
    }

    /// Judges the windows from one up to another.
    async fn judge(
        &mut self,
        promise: &Promise<'_>,
        from: i64,
        until: i64,
    ) -> Result<SlaRecording> {
        let Promise { row, rule, dataset, slices } = promise;
        let keys: Vec<PartitionKey> = (from..until)
            .flat_map(|ordinal| {
                let due = rule.due_at(ordinal);
                let promised = slices.iter().filter(move |(since, _)| *since < due);
                promised.map(move |(_, slice)| PartitionKey { slice: slice.clone(), ordinal })
            })
            .collect();
        let completed = first_committed(self.mill, *dataset, &keys).await?;
        let judged = keys.into_iter().zip(completed);
        let windows: Vec<Judged> =
            judged.map(|(key, completed)| sla::record(rule, key, completed)).collect();
        let spec = self.mill.catalog.dataset(*dataset);
        let (mut blocking, mut bodies) = (Vec::new(), Vec::new());
        for window in &windows {
            if window.is_met {
                blocking.push(None);
                bodies.push(None);
                continue;
            }
            let held = self.explain(*dataset, window).await?;
            bodies.push(Some(told::missed((spec, rule), window, held.as_ref(), self.now)));
            blocking.push(held);
        }
        Ok(SlaRecording {
            rule: row.id,
            promise: row.promise.clone(),
            from,
            until,
            next_due: rule.next_due(until),
            objects: windows.iter().map(|window| told::object(spec, window)).collect(),
            windows,
            blocking,
            bodies,
        })
    }

    /// What stands in the way of a miss; nothing when it is there by now.
    async fn explain(
        &mut self,
        dataset: usize,
        window: &Judged,
    ) -> Result<Option<serde_json::Value>> {
        if window.completed_at.is_some() || EXPLAINED_MAX <= self.explained {
            return Ok(None);
        }
        self.explained += 1;
        if self.taken.is_none() {
            self.taken = Some(Taken::take(self.mill, self.now).await?);
        }
        let Some(taken) = &self.taken else { return Ok(None) };
        let mut db = self.mill.pool.acquire().await?;
        let found = taken.scene(self.mill).blocking(&mut db, dataset, &window.key).await?;
        Ok(found.map(|(found, text)| told::blocking(&self.mill.catalog, &found, &text)))
    }

    /// Says what was missed: one line for each promise.
    fn log(&self, promise: &Promise<'_>, recording: &SlaRecording) {
        let missed = recording.windows.iter().zip(&recording.objects).filter(|(it, _)| !it.is_met);
        let Some((_, object)) = missed.clone().next_back() else { return };
        let spec = self.mill.catalog.dataset(promise.dataset);
        tracing::warn!(
            dataset.name = spec.name.as_str(),
            windows = missed.count(),
            "missed a promise: {object} was not there in time ({})",
            promise.rule.in_words()
        );
    }
}

/// When partitions of a dataset were first published.
pub(super) async fn first_committed(
    mill: &Mill,
    dataset: usize,
    keys: &[PartitionKey],
) -> Result<Vec<Option<Timestamp>>> {
    let mut db = mill.pool.acquire().await?;
    let slices = store::Slices::load(&mut db).await?;
    let id = mill.registry.datasets[dataset];
    // A slice that the database has never seen has no version: none has the number 0.
    let slice = |key: &PartitionKey| slices.id(&key.slice).unwrap_or_default();
    let asked: Vec<(i32, i32, i64)> =
        keys.iter().map(|key| (id, slice(key), key.ordinal)).collect();
    Ok(store::first_committed(&mut db, &asked).await?)
}

/// How many windows of each promise are looked at for [`unrecorded`].
const LOOKED_AT: i64 = 200;

/// Windows of the last that were due at `now` which should be recorded and are not, in words.
///
/// # Errors
///
/// When the database fails.
pub async fn unrecorded(mill: &Mill, now: Timestamp) -> Result<Vec<String>> {
    let mut db = mill.pool.acquire().await?;
    let rows = store::sla_rules(&mut db, &mill.registry.datasets).await?;
    let registered = store::registered(&mut db).await?;
    let since: BTreeMap<(String, String), Timestamp> = store::registered_at(&mut db).await?;
    let known = store::Slices::load(&mut db).await?;
    let mut lacking = Vec::new();
    for row in &rows {
        let Some((dataset, rule)) = rule_of(mill, row) else { continue };
        let spec = mill.catalog.dataset(dataset);
        let first = rule.first_after(row.since_at.to_jiff());
        let until = rule.first_after(now).min(row.next_ordinal);
        let from = first.max(until.saturating_sub(LOOKED_AT));
        if until <= from {
            continue;
        }
        let recorded = store::recorded_slas(&mut db, row.id, from, until).await?;
        for slice in spec.scheme.all_slices(&registered) {
            let since = sla::known_since(&spec.scheme, &slice, &since);
            let id = known.id(&slice).unwrap_or_default();
            let is_lacking = |ordinal: &i64| {
                // One whose value came about when it was due may be judged or not.
                since.saturating_add(jiff::SignedDuration::from_mins(2)).unwrap_or(since)
                    < rule.due_at(*ordinal)
                    && !recorded.contains(&(*ordinal, id))
            };
            for ordinal in (from..until).filter(is_lacking) {
                let key = PartitionKey { slice: slice.clone(), ordinal };
                lacking.push(format!("{} {}", spec.name, spec.scheme.describe(&key)));
            }
        }
    }
    Ok(lacking)
}
