//! Examines a live system: its invariants, its files, its settings, and whether anybody works.

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};

use super::super::{Mill, assess_now};
use super::{DUTIES, files, lineage, machine};
use crate::clock;
use crate::plan::{DutyFacts, Finding, Severity, judge_database, judge_duty, judge_given_up};
use crate::store;

/// How far back rows are looked at unless all are.
const RECENT: SignedDuration = SignedDuration::from_hours(48);
/// How many versions are picked by chance to read their files.
const SAMPLE: i32 = 20;
/// Of how many partitions of a dataset the lineage is compared in a deep look.
const LINEAGE_SAMPLE: usize = 500;
/// How much longer than its timeout an attempt may take to be stopped and recorded.
const GRACE: SignedDuration = SignedDuration::from_mins(1);

/// Everything that is not as it should be, the worst first. A deep look reads every published file,
/// looks at all that is kept and watches whether workers move.
///
/// # Errors
///
/// When the database does not answer.
pub async fn examine(mill: &Mill, deep: bool) -> Result<Vec<Finding>> {
    let mut db = mill.pool.acquire().await?;
    let facts = store::database_facts(&mut db).await?;
    let here = clock::now();
    let mut found = judge_database(&facts, here);
    let since = since(mill, if deep { store::BEGINNING } else { facts.now - RECENT }).await?;
    found.extend(store::breaches(&mut db, since).await?);
    found.extend(judge_given_up(&store::given_up(&mut db, since).await?));
    found.extend(duties(mill, facts.now).await?);
    found.extend(overdue(mill).await?);
    found.extend(unrecorded(mill, facts.now).await?);
    drop(db);
    found.extend(machine::disks(mill).await?);
    found.extend(machine::gone_workers(mill).await?);
    if deep {
        found.extend(machine::still_workers(mill).await?);
        found.extend(files::all(mill).await?);
        found.extend(lineages(mill, LINEAGE_SAMPLE).await?);
    } else {
        found.extend(files::some(mill, SAMPLE).await?);
    }
    found.sort_by_key(|finding| finding.severity);
    Ok(found)
}

/// What is not as it should be, of what can be seen at once: settings, sessions, clocks, webhooks,
/// housekeeping, room, workers. No rows of history and no files are looked at.
///
/// # Errors
///
/// When the database does not answer.
pub async fn examine_quickly(mill: &Mill) -> Result<Vec<Finding>> {
    let mut db = mill.pool.acquire().await?;
    let facts = store::database_facts(&mut db).await?;
    let given_up = store::given_up(&mut db, facts.now - RECENT).await?;
    drop(db);
    let mut found = judge_database(&facts, clock::now());
    found.extend(judge_given_up(&given_up));
    found.extend(duties(mill, facts.now).await?);
    found.extend(overdue(mill).await?);
    found.extend(machine::disks(mill).await?);
    found.extend(machine::gone_workers(mill).await?);
    found.sort_by_key(|finding| finding.severity);
    Ok(found)
}

/// Everything that is not as it must be when nothing is under way, settings and machines aside. All
/// that is kept is looked at.
///
/// # Errors
///
/// When the database does not answer.
pub async fn examine_at_rest(mill: &Mill) -> Result<Vec<Finding>> {
    let since = since(mill, store::BEGINNING).await?;
    let mut db = mill.pool.acquire().await?;
    let mut found = store::unrest(&mut db).await?;
    found.extend(store::breaches(&mut db, since).await?);
    let now = store::database_now(&mut db).await?;
    drop(db);
    found.extend(unrecorded(mill, now).await?);
    found.extend(files::all(mill).await?);
    found.extend(lineages(mill, usize::MAX).await?);
    found.retain(|finding| finding.severity == Severity::Wrong);
    Ok(found)
}

/// From when on rows are looked at: what is no longer kept is not missed.
async fn since(mill: &Mill, wanted: Timestamp) -> Result<Timestamp> {
    let mut db = mill.pool.acquire().await?;
    let kept = store::horizon(&mut db).await?.unwrap_or(store::BEGINNING);
    Ok(kept.max(wanted))
}

/// Whether house is kept.
async fn duties(mill: &Mill, now: Timestamp) -> Result<Vec<Finding>> {
    let mut db = mill.pool.acquire().await?;
    let rows = store::duties(&mut db).await?;
    let known_since = store::known_since(&mut db).await?;
    let facts = DUTIES.iter().map(|duty| {
        let row = rows.iter().find(|row| row.name == duty.name);
        DutyFacts {
            name: duty.name.to_owned(),
            every: SignedDuration::try_from(duty.every).unwrap_or(SignedDuration::MAX),
            last_ok_at: row.and_then(|row| row.last_ok_at),
            last_error: row.and_then(|row| row.last_error.clone()),
            known_since,
        }
    });
    Ok(facts.filter_map(|duty| judge_duty(&duty, now)).collect())
}

/// Windows of promises that were passed over when they were due.
async fn unrecorded(mill: &Mill, now: Timestamp) -> Result<Option<Finding>> {
    let lacking = super::super::unrecorded(mill, now).await?;
    if lacking.is_empty() {
        return Ok(None);
    }
    let advice = "report it with these lines, and with the log of the schedulers of that time";
    let fault = "windows of promises were due and are not recorded";
    let examples = lacking.into_iter().take(20).collect();
    Ok(Some(Finding::wrong("slas", fault, advice).at(examples)))
}

/// Runs that are in a worker's hands for longer than their job allows.
async fn overdue(mill: &Mill) -> Result<Vec<Finding>> {
    let mut db = mill.pool.acquire().await?;
    let held = store::held_runs(&mut db, 1_000).await?;
    let mut late = Vec::new();
    for run in held {
        let Some(index) = mill.registry.index.get(&run.dataset_id) else { continue };
        let dataset = mill.catalog.dataset(*index);
        let Some(limit) = dataset.job().map(|job| job.timeout) else { continue };
        let limit = SignedDuration::try_from(limit).unwrap_or(SignedDuration::MAX);
        let held_for = SignedDuration::from_secs(run.seconds);
        if limit.saturating_add(GRACE) < held_for {
            late.push(format!(
                "run {} of `{}`, {}: worker {} has had it for {held_for:#}, and {limit:#} is its \
                 limit",
                run.id,
                dataset.name,
                dataset.scheme.label(run.ordinal),
                run.worker
            ));
        }
    }
    if late.is_empty() {
        return Ok(Vec::new());
    }
    let advice = "look at that worker: it beats and does not stop what ran out of time; end its \
                  process, and another takes the run over";
    Ok(vec![
        Finding::wrong("workers", "runs are in hand for longer than they may be", advice).at(late),
    ])
}

/// Published partitions whose lineage is not what their reads say. What was published while it was
/// looked at is looked at again.
async fn lineages(mill: &Mill, sample: usize) -> Result<Option<Finding>> {
    let (ledger, assessment) = assess_now(mill, clock::now()).await?;
    let doubtful = lineage::differing(mill, &ledger, &assessment, sample, None).await?;
    if doubtful.is_empty() {
        return Ok(None);
    }
    let (ledger, assessment) = assess_now(mill, clock::now()).await?;
    let differing = lineage::differing(mill, &ledger, &assessment, sample, Some(&doubtful)).await?;
    if differing.is_empty() {
        return Ok(None);
    }
    let advice = "make these partitions again (`tidemill run`), and report it with these lines";
    let examples = differing.into_values().take(20).collect();
    let fault = "the lineage of published partitions is not what their reads say";
    Ok(Some(Finding::wrong("lineage", fault, advice).at(examples)))
}
