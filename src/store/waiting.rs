//! Why runs have not started, as the database sees it: the same lanes that the claim reads.

use std::collections::{BTreeMap, BTreeSet};

use jiff_sqlx::Timestamp;
use sqlx::PgConnection;

use super::{PoolRow, Result, pools};
use crate::model::Class;
use crate::plan::{
    OF_LATE, Obstacle, Pace, Queue, Wait, after_retries, expected_start, rate_of_late, slots_for,
};

/// Where many runs are asked about at once, so many before each in a lane are counted.
const COUNTED: i64 = 10_000;

/// Who holds slots of a pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HolderRow {
    /// The pool.
    pub pool_id: i32,
    /// The job.
    pub dataset: String,
    /// How many of its runs.
    pub runs: i64,
    /// How many slots they take.
    pub slots: i32,
}

/// Who holds slots of which pool, most first.
///
/// # Errors
///
/// When the statement fails.
pub async fn pool_holders(db: &mut PgConnection) -> Result<Vec<HolderRow>> {
    Ok(sqlx::query_file_as!(HolderRow, "src/store/sql/pool_holders.sql").fetch_all(db).await?)
}

/// How long and how large the partitions of each dataset usually are, by dataset number; of these
/// datasets only, where that is said.
///
/// # Errors
///
/// When the statement fails.
pub async fn paces(db: &mut PgConnection, only: Option<&[i32]>) -> Result<BTreeMap<i32, Pace>> {
    let rows = sqlx::query_file!("src/store/sql/paces.sql", only).fetch_all(db).await?;
    let pace = |mean: f64, p50: f64, p90: f64, bytes: f64| Pace { seconds: mean, p50, p90, bytes };
    Ok(rows
        .into_iter()
        .map(|row| (row.dataset_id, pace(row.mean, row.half, row.most, row.bytes)))
        .collect())
}

/// Why the runs of a backfill have not started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitGroup {
    /// The dataset.
    pub dataset_id: i32,
    /// The word for why.
    pub why: String,
    /// How many runs.
    pub runs: i64,
    /// One of them.
    pub example: i64,
}

/// Why the runs of a backfill have not started, by dataset.
///
/// # Errors
///
/// When the statement fails.
pub async fn waiting_groups(db: &mut PgConnection, backfill: i64) -> Result<Vec<WaitGroup>> {
    Ok(sqlx::query_file_as!(WaitGroup, "src/store/sql/waiting_groups.sql", backfill)
        .fetch_all(db)
        .await?)
}

/// Why runs of a dataset have not started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueWait {
    /// The dataset.
    pub dataset_id: i32,
    /// Its name.
    pub dataset: String,
    /// The word for why.
    pub why: String,
    /// How many runs.
    pub runs: i64,
    /// One of them.
    pub example: i64,
}

/// Why runs have not started, by dataset, the most first; of these datasets only, where that is
/// said.
///
/// # Errors
///
/// When the statement fails.
pub async fn waiting_all(
    db: &mut PgConnection,
    only: Option<&[i32]>,
    limit: i64,
) -> Result<Vec<QueueWait>> {
    Ok(sqlx::query_file_as!(QueueWait, "src/store/sql/waiting_all.sql", only, limit)
        .fetch_all(db)
        .await?)
}

/// Everything that answers why, at one instant.
struct Scene {
    now: jiff::Timestamp,
    pools: BTreeMap<i32, PoolRow>,
    holders: Vec<HolderRow>,
    /// The pools each living worker serves, none for all, and its slots.
    workers: Vec<(Option<Vec<i32>>, i32)>,
    paces: BTreeMap<i32, Pace>,
    /// By run: dataset and how many of its runs come before.
    ahead: BTreeMap<i64, Vec<(i32, u64)>>,
    /// When the last run of a dataset is tried again that is waited for.
    again: Vec<(i32, jiff::Timestamp)>,
    /// By dataset: how many of its runs finished so many seconds ago.
    finished: BTreeMap<i32, Vec<(i32, u64)>>,
}

impl Scene {
    /// What it takes to say something about these runs: of those that wait for a person nothing,
    /// since nobody could work out when they start.
    async fn load(
        db: &mut PgConnection,
        rows: &[Row],
        upstream: &[(i32, u64)],
        now: jiff::Timestamp,
    ) -> Result<Self> {
        let mut scene = Self {
            now,
            pools: BTreeMap::new(),
            holders: Vec::new(),
            workers: Vec::new(),
            paces: BTreeMap::new(),
            ahead: BTreeMap::new(),
            again: Vec::new(),
            finished: BTreeMap::new(),
        };
        let moving = rows.iter().filter(|row| !row.waits_for_a_person());
        let moving: Vec<i64> = moving.map(|row| row.run).collect();
        if moving.is_empty() {
            return Ok(scene);
        }
        let counted = if rows.len() == 1 { i64::MAX } else { COUNTED };
        let counts = sqlx::query_file!("src/store/sql/runs_ahead.sql", &moving, counted)
            .fetch_all(&mut *db)
            .await?;
        for row in counts {
            scene.ahead.entry(row.run).or_default().push((row.dataset_id, row.runs as u64));
        }
        scene.pools = pools(&mut *db).await?.into_iter().map(|pool| (pool.id, pool)).collect();
        let workers =
            sqlx::query!("select pools, slots from tidemill.worker where ended_at is null")
                .fetch_all(&mut *db)
                .await?;
        scene.workers = workers.into_iter().map(|row| (row.pools, row.slots)).collect();
        if rows.iter().any(|row| row.why == "pool_full") {
            scene.holders = pool_holders(&mut *db).await?;
        }
        let before: BTreeSet<i32> =
            scene.ahead.values().flatten().chain(upstream).map(|(dataset, _)| *dataset).collect();
        let before: Vec<i32> = before.into_iter().collect();
        if !before.is_empty() {
            scene.paces = paces(&mut *db, Some(&before)).await?;
            scene.finished = finished(&mut *db, &before).await?;
        }
        Ok(scene)
    }

    /// How many slots living workers have for a pool.
    fn served(&self, pool: i32) -> i32 {
        let serves =
            |pools: &Option<Vec<i32>>| pools.as_ref().is_none_or(|all| all.contains(&pool));
        self.workers.iter().filter(|(pools, _)| serves(pools)).map(|(_, slots)| slots).sum()
    }

    /// Seconds of work in so many runs of each dataset; not a number where no history tells.
    fn work(&self, runs: &[(i32, u64)]) -> f64 {
        let one = |dataset| self.paces.get(dataset).map_or(f64::NAN, |pace| pace.seconds);
        runs.iter().filter(|(_, runs)| 0 < *runs).map(|(of, runs)| one(of) * *runs as f64).sum()
    }

    /// When inputs are tried again, and how long each takes then.
    fn retries(&self) -> Vec<(jiff::Timestamp, f64)> {
        let seconds = |dataset| self.paces.get(dataset).map_or(0.0, |pace| pace.seconds);
        self.again.iter().map(|(dataset, at)| (*at, seconds(dataset))).collect()
    }

    fn pool_name(&self, pool: i32) -> String {
        self.pools.get(&pool).map(|pool| pool.name.clone()).unwrap_or_default()
    }

    /// How many runs of these datasets finish in a second, for one that is ready since `due_at`.
    fn rate(&self, runs: &[(i32, u64)], due_at: jiff::Timestamp) -> Option<f64> {
        let of = runs.iter().filter_map(|(dataset, _)| self.finished.get(dataset));
        let finished: Vec<(i32, u64)> = of.flatten().copied().collect();
        rate_of_late(&finished, self.now.duration_since(due_at).as_secs_f64())
    }

    fn pool_full(&self, row: &Row) -> Obstacle {
        let standing = self.pools.get(&row.pool_id).map(|pool| pool.standing);
        let holders = self.holders.iter().filter(|holder| holder.pool_id == row.pool_id);
        Obstacle::PoolFull {
            pool: self.pool_name(row.pool_id),
            used: standing.map_or(0, |standing| standing.used),
            slots: standing.and_then(|standing| standing.slots).unwrap_or_default(),
            weight: row.weight,
            holders: holders.map(|holder| (holder.dataset.clone(), holder.slots)).collect(),
        }
    }

    fn why(&self, row: &Row) -> Obstacle {
        let by = row.paused_by.clone().unwrap_or_default();
        let since = row.paused_at.map_or(self.now, Timestamp::to_jiff);
        let backfill = row.backfill_id;
        match row.why.as_str() {
            "backfill_paused" => Obstacle::BackfillPaused { backfill, by, since },
            "job_paused" => Obstacle::JobPaused { job: row.dataset.clone(), by, since },
            "inputs" => Obstacle::Inputs,
            "no_worker" => Obstacle::NoWorker,
            "no_code" => {
                Obstacle::NoCode { fingerprint: row.fingerprint.clone().unwrap_or_default() }
            }
            "no_pool" => Obstacle::NoPool { pool: self.pool_name(row.pool_id) },
            "backoff" => Obstacle::Backoff {
                until: row.due_at.to_jiff(),
                error: row.error.clone().unwrap_or_else(|| "it failed".to_owned()),
            },
            "job_full" => {
                let limit = row.job_limit.unwrap_or_default();
                Obstacle::JobFull { job: row.dataset.clone(), limit }
            }
            "backfill_full" => {
                Obstacle::BackfillFull { backfill, limit: row.backfill_limit.unwrap_or_default() }
            }
            "pool_full" => self.pool_full(row),
            _ => Obstacle::Turn,
        }
    }

    fn wait(&self, row: &Row, upstream: &[(i32, u64)]) -> Wait {
        let why = self.why(row);
        let ahead = self.ahead.get(&row.run).map(Vec::as_slice);
        let before = ahead.unwrap_or(upstream);
        let own: Vec<(i32, u64)> =
            before.iter().filter(|(dataset, _)| *dataset == row.dataset_id).copied().collect();
        let standing = self.pools.get(&row.pool_id).map(|pool| pool.standing);
        let queue = Queue {
            work: self.work(before),
            own: self.work(&own),
            slots: standing.map_or(0.0, |standing| {
                slots_for(&standing, row.class, self.served(row.pool_id), row.weight)
            }),
            limit: [row.job_limit, row.backfill_limit].into_iter().flatten().min(),
            runs: before.iter().map(|(_, runs)| runs).sum(),
            rate: ahead.and_then(|runs| self.rate(runs, row.due_at.to_jiff())),
        };
        let expected = expected_start(self.now, &queue);
        let expected_at = match &why {
            // Nobody knows how long people take.
            why if why.needs_a_person() => None,
            // What its inputs wait for was not looked at, or waits for a person.
            Obstacle::Inputs if upstream.is_empty() => None,
            Obstacle::Inputs => expected.map(|at| after_retries(at, &self.retries())),
            Obstacle::Backoff { until, .. } => Some(expected.map_or(*until, |at| at.max(*until))),
            _ => expected,
        };
        Wait {
            run: row.run,
            why,
            waiting_on: row.waiting_on,
            class: row.class,
            ahead: ahead.map(|runs| runs.iter().map(|(_, runs)| runs).sum()),
            expected_at,
        }
    }
}

/// How many runs of each dataset finished so many seconds ago.
async fn finished(
    db: &mut PgConnection,
    datasets: &[i32],
) -> Result<BTreeMap<i32, Vec<(i32, u64)>>> {
    let rows = sqlx::query!(
        r#"select dataset_id as "dataset_id!",
               floor(extract(epoch from now() - finished_at))::int as "ago!", count(*) as "runs!"
           from tidemill.run_history
           where dataset_id = any($1)
             and now() - make_interval(secs => $2) < finished_at
             and state <> 'cancelled'
           group by 1, 2"#,
        datasets,
        f64::from(OF_LATE),
    )
    .fetch_all(db)
    .await?;
    let mut all: BTreeMap<i32, Vec<(i32, u64)>> = BTreeMap::new();
    for row in rows {
        all.entry(row.dataset_id).or_default().push((row.ago, row.runs as u64));
    }
    Ok(all)
}

/// A waiting run with what there is to say about it.
struct Row {
    run: i64,
    why: String,
    waiting_on: i32,
    backfill_id: i64,
    dataset_id: i32,
    dataset: String,
    due_at: Timestamp,
    error: Option<String>,
    class: Class,
    backfill_limit: Option<i32>,
    paused_by: Option<String>,
    paused_at: Option<Timestamp>,
    job_limit: Option<i32>,
    weight: i32,
    pool_id: i32,
    fingerprint: Option<String>,
}

impl Row {
    /// Whether it starts only once somebody has acted, whatever pools have free.
    fn waits_for_a_person(&self) -> bool {
        ["backfill_paused", "job_paused", "no_worker", "no_code"].contains(&self.why.as_str())
    }
}

/// Why these runs have not started. What runs, and what is over, is left out.
///
/// Asked about one run that waits for inputs, it looks all the way up for when that may end.
///
/// # Errors
///
/// When a statement fails.
pub async fn waiting(
    db: &mut PgConnection,
    runs: &[i64],
    now: jiff::Timestamp,
) -> Result<Vec<Wait>> {
    let rows =
        sqlx::query_file_as!(Row, "src/store/sql/waiting.sql", runs).fetch_all(&mut *db).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let (mut upstream, mut again) = (Vec::new(), Vec::new());
    if let ([run], [row]) = (runs, rows.as_slice())
        && row.why == "inputs"
    {
        let found =
            sqlx::query_file!("src/store/sql/upstream_of.sql", run).fetch_all(&mut *db).await?;
        // Nobody knows how long people take, those above it too.
        if !found.iter().any(|row| row.is_paused) {
            let due =
                found.iter().filter_map(|row| Some((row.dataset_id, row.again_at?.to_jiff())));
            again = due.collect();
            upstream = found.into_iter().map(|row| (row.dataset_id, row.runs as u64)).collect();
        }
    }
    let scene = Scene { again, ..Scene::load(&mut *db, &rows, &upstream, now).await? };
    Ok(rows.iter().map(|row| scene.wait(row, &upstream)).collect())
}
