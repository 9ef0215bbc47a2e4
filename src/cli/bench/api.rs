//! What the API takes to answer, beside a million runs and a hundred thousand versions.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use jiff::SignedDuration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::client::{Client, Connection};
use super::{Figure, cpu};
use crate::api::{self, ServeOptions, accounts};
use crate::cli::args::BenchArgs;
use crate::cluster;
use crate::config::Config;
use crate::engine::{self, Mill};
use crate::job::{Project, Transform, verify};
use crate::model::{Role, Scope};
use crate::plan::Keep;
use crate::spec::{Contract, Mapping, Source, TimePartitions, Type};
use crate::store;

/// How many requests are in flight.
const IN_FLIGHT: usize = 50;
/// For how long each address is asked; before that, for a moment that does not count.
const TIME: Duration = Duration::from_secs(3);
const WARM: Duration = Duration::from_millis(500);
/// What 99 of 100 requests take at most, in milliseconds: what lists and details are held to.
const PROMISED: f64 = 50.0;

/// An address: its three figures, and where it is. `{n}` is another number each time.
struct Address {
    names: [&'static str; 3],
    path: &'static str,
    /// What `{n}` counts from, how many there are, and with how many digits they are written.
    numbers: (u64, u64, usize),
}

impl Address {
    /// The path of the next request: far from the one before, and each in turn.
    fn path(&self, client: &Client) -> String {
        let turn = client.turn.fetch_add(1, Ordering::Relaxed);
        let (first, count, digits) = self.numbers;
        let number = first + turn.wrapping_mul(7_919) % count;
        self.path.replace("{n}", &format!("{number:0digits$}"))
    }
}

/// An address and the names of its figures.
macro_rules! at {
    ($name:literal, $path:literal) => {
        at!($name, $path, (0, 1, 0))
    };
    ($name:literal, $path:literal, $numbers:expr) => {
        Address {
            names: [
                concat!("api_", $name),
                concat!("api_", $name, "_p99"),
                concat!("api_", $name, "_cpu"),
            ],
            path: $path,
            numbers: $numbers,
        }
    };
}

/// Datasets, runs, backfills and versions of the installation that is asked.
const DATASETS: (u64, u64, usize) = (0, 100, 3);
const RUNS: (u64, u64, usize) = (1, 1_000_000, 0);
const BACKFILLS: (u64, u64, usize) = (1, 1_000, 0);
const VERSIONS: (u64, u64, usize) = (1, 100_000, 0);
const DAYS: (u64, u64, usize) = (10, 20, 2);

/// What is asked.
const ADDRESSES: &[Address] = &[
    at!("overview", "/api/v1/overview"),
    at!("datasets", "/api/v1/datasets"),
    at!("dataset", "/api/v1/datasets/d{n}", DATASETS),
    at!("health", "/api/v1/datasets/d{n}/health", DATASETS),
    at!("partition", "/api/v1/datasets/d001/partition?key=2020-03-{n}", DAYS),
    at!("materializations", "/api/v1/datasets/d{n}/materializations", DATASETS),
    at!("materialization", "/api/v1/materializations/{n}", VERSIONS),
    at!("lineage", "/api/v1/lineage?focus=d{n}&up=1&down=1", DATASETS),
    at!("version_lineage", "/api/v1/materializations/{n}/lineage?direction=up", VERSIONS),
    at!("runs", "/api/v1/runs"),
    at!("runs_finished", "/api/v1/runs?state=succeeded,failed,cancelled"),
    at!("runs_failed", "/api/v1/runs?state=failed"),
    at!("runs_of_dataset", "/api/v1/runs?dataset=d{n}", DATASETS),
    at!("runs_of_backfill", "/api/v1/runs?backfill={n}", BACKFILLS),
    at!("runs_by_code", "/api/v1/runs?code=TM0401&class=live"),
    at!("runs_oldest", "/api/v1/runs?order=oldest"),
    at!("runs_histogram", "/api/v1/runs/histogram"),
    at!("run", "/api/v1/runs/{n}", RUNS),
    at!("run_logs", "/api/v1/runs/{n}/logs", RUNS),
    at!("backfills", "/api/v1/backfills"),
    at!("backfill", "/api/v1/backfills/{n}", BACKFILLS),
    at!("schedules", "/api/v1/schedules"),
    at!("workers", "/api/v1/workers"),
    at!("pools", "/api/v1/pools"),
    at!("queue", "/api/v1/queue"),
    at!("events", "/api/v1/events"),
    at!("slas", "/api/v1/slas"),
    at!("audit", "/api/v1/audit"),
];

/// Nothing but a question to the database and its answer, through the same server.
const TRIVIAL: Address = at!("trivial", "/healthz");

/// What lists and details take, at fifty requests in flight. The limit is as many requests of which
/// each asks the database for nothing; of the slowest, what is promised.
pub(super) async fn api(config: &Config, args: &BenchArgs) -> Result<Vec<Figure>> {
    let only = args.name.as_deref().filter(|name| name.starts_with("api_"));
    let home = std::env::temp_dir().join(format!("tidemill-bench-api-{}", std::process::id()));
    std::fs::create_dir_all(home.join("landing"))?;
    let options = cluster::Options {
        database_url: None,
        state_dir: home.clone(),
        bin_dir: config.pg_bin.clone(),
    };
    let database = cluster::open(&options).await?;
    let pool = store::open(database.options.clone()).await?;
    let mill = open_mill(&home, pool).await?;
    engine::keep_history(&mill, &Keep::default()).await?;
    eprintln!("recording a million runs of {} days; this takes a minute or two", args.days);
    store::bench_product(&mill.pool, args.days).await?;
    let figures = serve_and_ask(&home, &mill, only).await;
    mill.pool.close().await;
    database.close().await?;
    std::fs::remove_dir_all(&home)?;
    figures
}

/// Says of each address whether it keeps what is promised.
pub(super) fn verdicts(figures: &[Figure]) -> Vec<String> {
    let slowest = figures.iter().filter_map(|figure| {
        Some((figure.name.strip_prefix("api_")?.strip_suffix("_p99")?, figure))
    });
    let verdict = |(name, figure): (&str, &Figure)| {
        let word = if figure.value < figure.limit { "under" } else { "NOT under" };
        format!("{name:<20} {word} {} ms: p99 {:.1} ms", figure.limit, figure.value)
    };
    slowest.map(verdict).collect()
}

async fn serve_and_ask(home: &Path, mill: &Arc<Mill>, only: Option<&str>) -> Result<Vec<Figure>> {
    let token = token(mill).await?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let host = listener.local_addr()?.to_string();
    let stop = CancellationToken::new();
    let serving = api::serve(Arc::clone(mill), listener, ServeOptions::default(), stop.clone());
    let server = tokio::spawn(serving);
    let client = Arc::new(Client { home: home.to_owned(), host, token, turn: AtomicU64::new(1) });
    let limit = quantiles(&client, &TRIVIAL).await?.context("the server says how it is")?;
    let mut figures = Vec::new();
    for address in ADDRESSES {
        if only.is_some_and(|only| !address.names.contains(&only)) {
            continue;
        }
        let Some(took) = quantiles(&client, address).await? else {
            eprintln!("nothing is at {}", address.path);
            continue;
        };
        for (at, name) in address.names.into_iter().enumerate() {
            let (limit, against) = match at {
                1 => (PROMISED, "what is promised"),
                _ => (limit.figures[at], "as many requests for nothing"),
            };
            let (value, samples) = (took.figures[at], took.samples);
            figures.push(Figure { name, value, unit: "ms", limit, samples, against });
        }
    }
    stop.cancel();
    server.await??;
    Ok(figures)
}

/// A token of somebody who may see everything.
async fn token(mill: &Mill) -> Result<String> {
    let refused = |refusal| anyhow::anyhow!("{refusal:?}");
    let scope = Scope::everything();
    let (login, role) = ("bench", Role::Admin);
    let new = accounts::NewUser { login, name: "Bench", role, scope: &scope, password: None };
    accounts::add_user(&mill.pool, new, "bench").await.map_err(refused)?;
    let mut db = mill.pool.acquire().await?;
    let person = store::person_by_login(&mut db, login).await?.context("it was just added")?;
    drop(db);
    let until = crate::clock::now() + SignedDuration::from_hours(24);
    let made = accounts::make_token(&mill.pool, &person, "bench", role, until, "bench").await;
    Ok(made.map_err(refused)?.1)
}

/// A hundred datasets of a thousand days, ten in a row: a source, and nine jobs, each reading the
/// one before.
async fn open_mill(home: &Path, pool: sqlx::PgPool) -> Result<Arc<Mill>> {
    let mut project = Project::new();
    let day = TimePartitions::daily("2020-01-01").until("2022-09-27");
    let contract = || Contract::new([("n", Type::Int64)]);
    for row in 0..10 {
        let mut last = project.source(
            Source::files(&format!("d{:03}", row * 10), "{day}.parquet")
                .under(home.join("landing").to_string_lossy())
                .partitions(&day)
                .contract(contract()),
        );
        for job in 1..10 {
            last = project.job(
                Transform::new(&format!("d{:03}", row * 10 + job))
                    .reads(&last, Mapping::Same)
                    .partitions(&day)
                    .contract(contract())
                    .run(|_, [input]| Ok(input)),
            );
        }
    }
    let catalog = project.catalog().map_err(|faults| anyhow::anyhow!("{faults:?}"))?;
    let verified = verify(&project, &catalog);
    anyhow::ensure!(verified.faults.is_empty(), "{:?}", verified.faults);
    let lake = home.join("lake");
    let options = std::collections::BTreeMap::new();
    let mill =
        Mill::open(project, catalog, verified, pool, &lake.to_string_lossy(), &options).await?;
    Ok(Arc::new(mill))
}

/// What requests took, in milliseconds: half of them at most the first, 99 of 100 the second; and of
/// the processor, who asks and the database included, whatever else the machine does.
struct Took {
    figures: [f64; 3],
    samples: usize,
}

/// Asks an address; none when nothing is there.
async fn quantiles(client: &Arc<Client>, address: &'static Address) -> Result<Option<Took>> {
    let mut probe = Connection::open(client).await?;
    let (status, body) = probe.ask(client, &address.path(client)).await?;
    if status == 404 && String::from_utf8_lossy(&body).contains("at this address") {
        return Ok(None);
    }
    anyhow::ensure!(status == 200, "{}: {status} {}", address.path, String::from_utf8_lossy(&body));
    let (before, first) = (cpu::of_all(&client.home)?, client.turn.load(Ordering::Relaxed));
    let began = Instant::now();
    let mut asking = JoinSet::new();
    for _ in 0..IN_FLIGHT {
        let client = Arc::clone(client);
        asking.spawn(async move {
            let mut connection = Connection::open(&client).await?;
            let mut took = Vec::new();
            while began.elapsed() < WARM + TIME {
                let asked = Instant::now();
                let (status, body) = connection.ask(&client, &address.path(&client)).await?;
                anyhow::ensure!(
                    status == 200,
                    "{}: {status} {}",
                    address.path,
                    String::from_utf8_lossy(&body)
                );
                if WARM < began.elapsed() {
                    took.push(asked.elapsed().as_secs_f64() * 1e3);
                }
            }
            Ok(took)
        });
    }
    let mut all: Vec<f64> = Vec::new();
    while let Some(took) = asking.join_next().await {
        all.extend(took??);
    }
    anyhow::ensure!(!all.is_empty(), "{} did not answer once", address.path);
    all.sort_by(f64::total_cmp);
    let at = |share: usize| all[(all.len() * share / 100).min(all.len() - 1)];
    let cpu = (cpu::of_all(&client.home)? - before) * 1e3 / client.count_since(first) as f64;
    Ok(Some(Took { figures: [at(50), at(99), cpu], samples: all.len() }))
}
