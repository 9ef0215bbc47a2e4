//! Claiming runs: which could start, which do, and whose they are then.

use std::collections::{BTreeMap, BTreeSet};

use jiff_sqlx::Timestamp;
use sqlx::{PgConnection, PgPool};

use super::ledger::number;
use super::{Registry, Result, Usage, begin_keyed};
use crate::failpoint::{Failpoint, hit};
use crate::model::{Class, PartitionKey, Slice};
use crate::plan::{Candidate, PoolStanding, pick};
use crate::spec::Share;

/// A run in the hands of a worker. Its number and attempt are the fence of every write.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// The run.
    pub id: i64,
    /// Which attempt this is, from 1; grows with every claim.
    pub attempt: i32,
    /// How many attempts failed before it.
    pub failures: i32,
    /// Who made it.
    pub backfill: i64,
    /// The dataset, by catalog index.
    pub dataset: usize,
    /// The partition.
    pub key: PartitionKey,
    /// The number of the partition's slice.
    pub slice_id: i32,
    /// When it was planned: what its mappings call "there is" is what there was then.
    pub planned_at: jiff::Timestamp,
    /// Whether it is made even when nothing changed.
    pub is_forced: bool,
    /// What is published: the digest of its inputs and the code that made it.
    pub published: Option<(u128, i32)>,
    /// What its attempt took; nothing before it has ended.
    pub usage: Usage,
}

/// Who claims, and what it can take.
#[derive(Clone, Debug, Default)]
pub struct Claimant {
    /// The worker.
    pub worker: i64,
    /// The versions of code it can run.
    pub codes: Vec<i32>,
    /// The pools it serves; none for all of them.
    pub pools: Option<Vec<i32>>,
    /// How many neighbouring partitions of a dataset it makes at once, by number, where several.
    pub fuse: BTreeMap<i32, i32>,
}

/// How one pool stands, with its name.
#[derive(Clone, Debug)]
pub struct PoolRow {
    /// Its number.
    pub id: i32,
    /// Its name.
    pub name: String,
    /// Whether a person set its slots while everything ran.
    pub is_overridden: bool,
    /// Shares, and what runs.
    pub standing: PoolStanding,
}

/// The name under which claims take turns.
pub(super) const CLAIMS: i64 = 0x7469_6465;

/// Hands at most `limit` due runs to a worker.
///
/// Claims take turns, so that two of them cannot each take the last slot of a pool.
///
/// # Errors
///
/// When a statement fails.
pub async fn claim(
    pool: &PgPool,
    registry: &Registry,
    claimant: &Claimant,
    limit: usize,
) -> Result<Vec<Claimed>> {
    let mut tx = begin_keyed(pool).await?;
    sqlx::query!("select pg_advisory_xact_lock($1)", CLAIMS).fetch_one(&mut *tx).await?;
    let candidates = candidates(&mut tx, claimant, limit).await?;
    if candidates.is_empty() {
        return Ok(Vec::new());
    }
    let pools = pools(&mut tx).await?;
    let standings: BTreeMap<i32, PoolStanding> =
        pools.into_iter().map(|row| (row.id, row.standing)).collect();
    let mut picked = pick(&candidates, &standings, limit);
    if !claimant.fuse.is_empty() {
        picked = with_neighbours(&mut tx, claimant, &candidates, &standings, picked).await?;
    }
    let claimed = take(&mut tx, registry, claimant.worker, &picked).await?;
    hit(Failpoint::InClaim)?;
    tx.commit().await?;
    Ok(claimed)
}

async fn candidates(
    db: &mut PgConnection,
    claimant: &Claimant,
    limit: usize,
) -> Result<Vec<Candidate>> {
    let rows = sqlx::query_file!(
        "src/store/sql/candidates.sql",
        &claimant.codes,
        claimant.pools.as_deref(),
        limit as i64,
    )
    .fetch_all(db)
    .await?;
    let candidates = rows.into_iter().map(|row| Candidate {
        run: row.id,
        class: row.class,
        pool: row.pool_id,
        weight: row.pool_weight,
        job: (row.dataset_id, row.job_room),
        backfill: (row.backfill_id, row.backfill_room),
    });
    Ok(candidates.collect())
}

/// Adds to what was picked the neighbours that are made along with it: as many as its job makes at
/// once, where no limit of the pool, the job or the backfill counts them.
async fn with_neighbours(
    db: &mut PgConnection,
    claimant: &Claimant,
    candidates: &[Candidate],
    pools: &BTreeMap<i32, PoolStanding>,
    picked: Vec<i64>,
) -> Result<Vec<i64>> {
    let is_free = |one: &&Candidate| {
        let is_picked = picked.contains(&one.run);
        let is_unlimited = pools.get(&one.pool).is_some_and(|pool| pool.slots.is_none());
        is_picked && is_unlimited && one.job.1.is_none() && one.backfill.1.is_none()
    };
    let seeds = candidates.iter().filter(is_free);
    let seeds = seeds.filter_map(|one| Some((one.run, *claimant.fuse.get(&one.job.0)?)));
    let (runs, most): (Vec<i64>, Vec<i32>) = seeds.unzip();
    if runs.is_empty() {
        return Ok(picked);
    }
    let rows =
        sqlx::query_file!("src/store/sql/neighbours.sql", &runs, &most).fetch_all(db).await?;
    let by_place: BTreeMap<(i64, i64), i64> =
        rows.iter().map(|row| ((row.stretch, row.ordinal), row.id)).collect();
    let places: BTreeMap<i64, (i64, i64)> =
        rows.iter().map(|row| (row.id, (row.stretch, row.ordinal))).collect();
    let limits: BTreeMap<i64, i32> = runs.into_iter().zip(most).collect();
    let (mut all, mut taken) = (Vec::new(), BTreeSet::new());
    for run in picked {
        if !taken.insert(run) {
            continue;
        }
        all.push(run);
        let (Some(&(stretch, ordinal)), Some(most)) = (places.get(&run), limits.get(&run)) else {
            continue;
        };
        let mut room = *most as usize - 1;
        for step in [1, -1] {
            let line = (1..).map(|at| by_place.get(&(stretch, ordinal + at * step)));
            for id in line.map_while(Option::<&i64>::copied).take(room) {
                if !taken.insert(id) {
                    break;
                }
                all.push(id);
                room -= 1;
            }
        }
    }
    Ok(all)
}

/// How every pool stands.
///
/// # Errors
///
/// When the statement fails.
pub async fn pools(db: &mut PgConnection) -> Result<Vec<PoolRow>> {
    let rows = sqlx::query_file!("src/store/sql/pool_standings.sql").fetch_all(db).await?;
    let pools = rows.into_iter().map(|row| {
        let share = |weight: i32, floor: i32| Share::new(weight as u32, floor as u32);
        let standing = PoolStanding {
            slots: row.slots,
            used: row.used,
            shares: [
                share(row.live_weight, row.live_floor),
                share(row.late_weight, row.late_floor),
                share(row.backfill_weight, row.backfill_floor),
            ],
            running: [row.live as u32, row.late as u32, row.backfill as u32],
        };
        PoolRow { id: row.id, name: row.name, is_overridden: row.is_overridden, standing }
    });
    Ok(pools.collect())
}

async fn take(
    db: &mut PgConnection,
    registry: &Registry,
    worker: i64,
    picked: &[i64],
) -> Result<Vec<Claimed>> {
    let rows =
        sqlx::query_file!("src/store/sql/claim_runs.sql", worker, picked).fetch_all(db).await?;
    let mut slices: BTreeMap<i32, Slice> = BTreeMap::new();
    let places: BTreeMap<i64, usize> =
        picked.iter().enumerate().map(|(place, id)| (*id, place)).collect();
    let claimed = rows.into_iter().filter_map(|row| {
        let values = row.dimension_values;
        let slice = slices.entry(row.slice_id).or_insert_with(|| Slice::new(values));
        Some(Claimed {
            id: row.id,
            attempt: row.attempt,
            failures: row.failures,
            backfill: row.backfill_id,
            dataset: *registry.index.get(&row.dataset_id)?,
            key: PartitionKey { slice: slice.clone(), ordinal: row.ordinal },
            slice_id: row.slice_id,
            planned_at: row.created_at.to_jiff(),
            is_forced: row.is_forced,
            published: row.inputs.as_deref().map(number).zip(row.code_id),
            usage: Usage::default(),
        })
    });
    let mut claimed: Vec<Claimed> = claimed.collect();
    claimed.sort_by_key(|run| places.get(&run.id).copied());
    Ok(claimed)
}
