//! Turning a plan into runs.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::{PgConnection, PgPool};

use super::{Error, Registry, Result, Slices, link_ticks};
use crate::failpoint::{Failpoint, hit};
use crate::model::{Class, Origin};
use crate::plan::schedule::Asking;
use crate::plan::{Node, Wiring};
use crate::spec::Catalog;

/// A backfill to be recorded.
#[derive(Clone, Debug)]
pub struct NewBackfill<'a> {
    /// What was asked for, as text.
    pub request: &'a str,
    /// The plan, as people read it.
    pub plan: serde_json::Value,
    /// Its hash.
    pub hash: &'a str,
    /// Who asked.
    pub by: &'a str,
    /// What kind of asker that is.
    pub origin: Origin,
    /// What kind of work it is.
    pub class: Class,
    /// Within its class, the greater goes first.
    pub priority: i16,
    /// How many of its runs may run at once, if limited.
    pub concurrency: Option<i32>,
    /// When each run is promised, in the order of the wiring.
    pub deadlines: &'a [Option<Timestamp>],
    /// The backfill whose failed and cancelled partitions it makes.
    pub retry_of: Option<i64>,
    /// The ticks that ask.
    pub ticks: &'a [Asking],
    /// What whoever asked wants others to know.
    pub note: Option<&'a str>,
}

/// A recorded backfill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Its number.
    pub backfill: i64,
    /// How many runs it has.
    pub runs: u64,
}

/// Records a backfill and all its runs, with who waits on whom, in one transaction.
///
/// # Errors
///
/// When another backfill took one of the partitions meanwhile, or a statement fails; then nothing
/// is recorded.
pub async fn apply(
    pool: &PgPool,
    catalog: &Catalog,
    registry: &Registry,
    wiring: &Wiring,
    new: &NewBackfill<'_>,
) -> Result<Applied> {
    let mut tx = pool.begin().await?;
    let applied = apply_in(&mut tx, catalog, registry, wiring, new).await?;
    tx.commit().await?;
    hit(Failpoint::AfterApply)?;
    Ok(applied)
}

/// The same within a transaction of the caller, who commits it, or not.
///
/// # Errors
///
/// When another backfill took one of the partitions meanwhile, or a statement fails.
pub async fn apply_in(
    db: &mut PgConnection,
    catalog: &Catalog,
    registry: &Registry,
    wiring: &Wiring,
    new: &NewBackfill<'_>,
) -> Result<Applied> {
    let wanted: BTreeSet<_> = wiring.runs.iter().map(|(_, key, _)| key.slice.clone()).collect();
    let slices = Slices::ensure(&mut *db, &wanted.into_iter().collect::<Vec<_>>()).await?;
    let runs = wiring.runs.len() as i64;
    let state = if runs == 0 { "completed" } else { "active" };
    let of: BTreeSet<i32> =
        wiring.runs.iter().map(|(dataset, _, _)| registry.datasets[*dataset]).collect();
    let of: Vec<i32> = of.into_iter().collect();
    let backfill = sqlx::query_scalar!(
        "insert into tidemill.backfill
             (request, plan, plan_hash, runs, created_by, state, finished_at, origin, class,
             priority, concurrency, retry_of, dataset_ids, note)
         values ($1, $2, $3, $4, $5, $6::text::tidemill.backfill_state,
             case when $6 = 'active' then null else now() end, $7, $8, $9, $10, $11, $12,
             $13)
         returning id",
        new.request,
        new.plan,
        new.hash,
        runs,
        new.by,
        state,
        new.origin as Origin,
        new.class as Class,
        new.priority,
        new.concurrency,
        new.retry_of,
        &of,
        new.note,
    )
    .fetch_one(&mut *db)
    .await?;
    // Another scheduler may have asked for the same ticks, or taken all of their partitions.
    if !new.ticks.is_empty() && (runs == 0 || !link_ticks(&mut *db, backfill, new.ticks).await?) {
        return Err(Error::PlanMoved);
    }
    hit(Failpoint::ApplyAfterBackfill)?;
    let live = still_live(&mut *db, wiring).await?;
    let is_gone = |(from, _, required): &(Node, Node, bool)| match from {
        Node::Live(id) => *required && !live.contains(id),
        _ => false,
    };
    // It may have failed: whether its partition is there now is for a new plan to say.
    if wiring.edges.iter().any(is_gone) {
        return Err(Error::PlanMoved);
    }
    let ids = sqlx::query_scalar!(
        r#"select nextval('tidemill.run_id') as "id!" from generate_series(1, $1::bigint)"#,
        runs + wiring.gates as i64,
    )
    .fetch_all(&mut *db)
    .await?;
    let edges = Edges::new(wiring, &ids, &live);
    let promised = new.deadlines;
    insert_runs(&mut *db, catalog, registry, &slices, wiring, promised, backfill, &ids, &edges)
        .await?;
    hit(Failpoint::ApplyAfterRuns)?;
    sqlx::query!(
        "insert into tidemill.run_edge (upstream_id, downstream_id, is_required)
         select * from unnest($1::bigint[], $2::bigint[], $3::bool[])",
        &edges.from,
        &edges.to,
        &edges.required,
    )
    .execute(&mut *db)
    .await?;
    hit(Failpoint::ApplyAfterEdges)?;
    if let Some(before) = new.retry_of {
        super::control::note(&mut *db, before, new.by, "retry", &format!("as {backfill}")).await?;
    }
    Ok(Applied { backfill, runs: runs as u64 })
}

/// Of the live runs of others that this plan waits on, those that still are, locked until the end.
async fn still_live(db: &mut PgConnection, wiring: &Wiring) -> Result<BTreeSet<i64>> {
    let mut named: Vec<i64> = wiring
        .edges
        .iter()
        .filter_map(|(from, _, _)| if let Node::Live(id) = from { Some(*id) } else { None })
        .collect();
    named.sort_unstable();
    named.dedup();
    let live = sqlx::query_scalar!(
        "select id from tidemill.run where id = any($1) order by id for update",
        &named,
    )
    .fetch_all(db)
    .await?;
    Ok(live.into_iter().collect())
}

/// Edges by run id, without repeats, and how many point at each run.
struct Edges {
    from: Vec<i64>,
    to: Vec<i64>,
    required: Vec<bool>,
    waiting: BTreeMap<i64, i32>,
}

impl Edges {
    fn new(wiring: &Wiring, ids: &[i64], live: &BTreeSet<i64>) -> Self {
        let runs = wiring.runs.len();
        let id = |node: &Node| match node {
            Node::Run(place) => Some(ids[*place]),
            Node::Gate(gate) => Some(ids[runs + gate]),
            Node::Live(id) => live.contains(id).then_some(*id),
        };
        let waits: BTreeSet<usize> = wiring
            .edges
            .iter()
            .filter_map(|(from, to, _)| match to {
                Node::Gate(gate) => id(from).map(|_| *gate),
                _ => None,
            })
            .collect();
        // All that a gate stood for may have finished since the plan: then there is no gate.
        let is_open = |node: &Node| matches!(node, Node::Gate(gate) if !waits.contains(gate));
        let mut pairs: BTreeMap<(i64, i64), bool> = BTreeMap::new();
        for (from, to, required) in wiring.edges.iter().filter(|(from, _, _)| !is_open(from)) {
            if let (Some(from), Some(to)) = (id(from), id(to)) {
                *pairs.entry((from, to)).or_default() |= required;
            }
        }
        let mut edges =
            Self { from: vec![], to: vec![], required: vec![], waiting: BTreeMap::new() };
        for ((from, to), required) in pairs {
            edges.from.push(from);
            edges.to.push(to);
            edges.required.push(required);
            *edges.waiting.entry(to).or_default() += 1;
        }
        edges
    }
}

#[expect(clippy::too_many_arguments, reason = "one statement, called once, built from all of them")]
async fn insert_runs(
    db: &mut PgConnection,
    catalog: &Catalog,
    registry: &Registry,
    slices: &Slices,
    wiring: &Wiring,
    promised: &[Option<Timestamp>],
    backfill: i64,
    ids: &[i64],
    edges: &Edges,
) -> Result<()> {
    let (made, gates) = ids.split_at(wiring.runs.len());
    let gates = gates.iter().filter(|gate| edges.waiting.contains_key(gate));
    let ids: Vec<i64> = made.iter().chain(gates).copied().collect();
    let waiting: Vec<i32> =
        ids.iter().map(|id| edges.waiting.get(id).copied().unwrap_or_default()).collect();
    let mut datasets: Vec<Option<i32>> = Vec::with_capacity(ids.len());
    let mut slice_ids: Vec<Option<i32>> = Vec::with_capacity(ids.len());
    let mut ordinals: Vec<Option<i64>> = Vec::with_capacity(ids.len());
    let mut reasons: Vec<String> = Vec::with_capacity(ids.len());
    let mut attempts: Vec<i32> = Vec::with_capacity(ids.len());
    let mut codes: Vec<Option<i32>> = Vec::with_capacity(ids.len());
    let mut deadlines: Vec<Option<jiff_sqlx::Timestamp>> =
        promised.iter().map(|deadline| deadline.map(ToSqlx::to_sqlx)).collect();
    deadlines.resize(ids.len(), None);
    for (dataset, key, reason) in &wiring.runs {
        datasets.push(Some(registry.datasets[*dataset]));
        slice_ids.push(slices.id(&key.slice));
        ordinals.push(Some(key.ordinal));
        reasons.push(reason.as_str().to_owned());
        let job = catalog.dataset(*dataset).job();
        attempts.push(job.map_or(1, |job| job.retry.attempts_max() as i32));
        codes.push(registry.code[*dataset]);
    }
    for _ in wiring.runs.len()..ids.len() {
        datasets.push(None);
        slice_ids.push(None);
        ordinals.push(None);
        reasons.push("gate".to_owned());
        attempts.push(1);
        codes.push(None);
    }
    let inserted = sqlx::query_file!(
        "src/store/sql/insert_runs.sql",
        backfill,
        &ids,
        &datasets as &[Option<i32>],
        &slice_ids as &[Option<i32>],
        &ordinals as &[Option<i64>],
        &reasons,
        &waiting,
        &attempts,
        &codes as &[Option<i32>],
        &deadlines as &[Option<jiff_sqlx::Timestamp>],
    )
    .execute(db)
    .await?;
    // Another backfill took a partition since the picture was taken.
    if inserted.rows_affected() != ids.len() as u64 {
        return Err(Error::PlanMoved);
    }
    Ok(())
}
