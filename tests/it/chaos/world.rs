//! Workers, a client, a database behind a network, and disks: all that faults happen to.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;
use tempfile::TempDir;
use tokio::process::{Child, Command};

use super::disk::Disk;
use super::seed::Seed;
use crate::cli::landing;
use crate::proxy::Proxy;
use crate::support::Cluster;
use crate::support::program::{Landed, Program};

/// After how long a silent worker is taken for dead.
pub(super) const LEASE: Duration = Duration::from_secs(4);
/// The clocks of programs are off by one of these.
const CLOCKS: [&str; 6] = ["+0s", "+0s", "+0s", "+3600s", "-3600s", "+40s"];
/// What the client asks for, over and over, fresh or not.
const WISHES: [&str; 3] = ["dev_events", "retail_lines", "retail_orders"];

/// What a program does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// Everything, until it is stopped.
    Everything,
    Scheduler,
    Worker,
    /// Asks for something, works on it, and ends.
    Client,
}

const ROLES: [Role; 6] =
    [Role::Everything, Role::Scheduler, Role::Scheduler, Role::Worker, Role::Worker, Role::Client];

/// A program that is started again whenever it has ended.
pub(super) struct Worker {
    child: Option<Child>,
    starts_at: Instant,
    role: Role,
    log: PathBuf,
}

/// All that faults happen to.
pub(super) struct World {
    pub(super) workers: Vec<Worker>,
    pub(super) proxy: Proxy,
    pub(super) lake_disk: Disk,
    pub(super) database_disk: Disk,
    pub(super) landed: Landed,
    /// The database, without the network that fails.
    pub(super) direct: PgConnectOptions,
    program: Program,
    cluster: Cluster,
    faketime: PathBuf,
    _folder: TempDir,
}

impl World {
    /// One program for each of the roles.
    pub(super) async fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("tm-").tempdir().unwrap();
        let lake_disk = Disk::new(folder.path().join("lake"), 256);
        let database_disk = Disk::new(folder.path().join("db"), 1536);
        let cluster = Cluster::start(database_disk.path.join("home")).await;
        let direct = cluster.database().await;
        let (proxy, through) = Proxy::before(&direct).await;
        let landed = Landed::new();
        let program = Program::new(&landed, "none", through)
            .at(lake_disk.path.join("lake"))
            .with("TIDEMILL_SLOTS", "2")
            .with("TIDEMILL_LEASE", LEASE.as_secs().to_string());
        let worker = |at: usize| Worker {
            child: None,
            starts_at: Instant::now(),
            role: ROLES[at],
            log: folder.path().join(format!("worker-{at}.log")),
        };
        let workers = (0..ROLES.len()).map(worker).collect();
        Self {
            workers,
            proxy,
            lake_disk,
            database_disk,
            landed,
            direct,
            program,
            cluster,
            faketime: faketime(),
            _folder: folder,
        }
    }

    /// Starts what has ended, a moment later.
    pub(super) fn keep_up(&mut self, seed: &mut Seed) {
        for worker in &mut self.workers {
            if let Some(child) = &mut worker.child {
                if child.try_wait().unwrap().is_none() {
                    continue;
                }
                worker.child = None;
                let pause = seed.between(Duration::from_millis(50), Duration::from_millis(1500));
                worker.starts_at = Instant::now() + pause;
            }
            if worker.starts_at <= Instant::now() {
                let typed = match worker.role {
                    Role::Client => {
                        vec!["backfill", seed.one_of(&WISHES), "--all", "--downstream", "--yes"]
                    }
                    Role::Everything => vec!["up", "--listen", "127.0.0.1:0"],
                    Role::Scheduler => vec!["scheduler"],
                    Role::Worker => vec!["worker"],
                };
                let clock = seed.one_of(&CLOCKS);
                worker.child =
                    Some(start(&self.program, &typed, &worker.log, clock, &self.faketime));
            }
        }
    }

    /// Runs the program once, on the true time and without a failing network, to its end.
    pub(super) async fn say(&self, typed: &[&str]) -> std::process::Output {
        let program = self.program.clone().on(self.direct.clone());
        program.command(typed).stdout(Stdio::piped()).stderr(Stdio::piped()).output().await.unwrap()
    }

    /// Tells all to stop; those that have not ended in time.
    pub(super) async fn stop(&mut self, limit: Duration) -> Vec<String> {
        for worker in &self.workers {
            worker.signal("TERM").await;
        }
        let ends_at = tokio::time::Instant::now() + limit;
        let mut late = Vec::new();
        for worker in &mut self.workers {
            let Some(mut child) = worker.child.take() else { continue };
            if tokio::time::timeout_at(ends_at, child.wait()).await.is_err() {
                late.push(format!("{:?} of `{}`", worker.role, worker.log.display()));
                child.kill().await.unwrap();
            }
        }
        late
    }

    /// Lets nobody ask for more: what clients have asked for goes on.
    pub(super) fn dismiss_clients(&mut self) {
        self.workers.retain(|worker| worker.role != Role::Client);
    }

    /// Where the lake is.
    pub(super) fn lake(&self) -> &Path {
        &self.program.lake
    }

    /// What the programs said, by file.
    pub(super) fn logs(&self) -> Vec<(String, String)> {
        let logs = self.workers.iter().map(|worker| {
            let text = fs::read_to_string(&worker.log).unwrap_or_default();
            (worker.log.file_name().unwrap().to_string_lossy().into_owned(), text)
        });
        logs.collect()
    }

    /// Keeps the logs of a run that failed; where.
    pub(super) fn keep_logs(&self) -> PathBuf {
        let kept = std::env::temp_dir().join(format!("tidemill-chaos-{}", std::process::id()));
        fs::create_dir_all(&kept).unwrap();
        for (name, text) in self.logs() {
            fs::write(kept.join(name), text).unwrap();
        }
        let server = fs::read_dir(self.cluster.data.join("log")).into_iter().flatten().flatten();
        for entry in server {
            let _ = fs::copy(entry.path(), kept.join(entry.file_name()));
        }
        kept
    }

    /// Lands other order lines for one of the days.
    pub(super) fn change_a_source(&self, seed: &mut Seed) {
        let landed = self.landed.home().join("landing");
        let days: Vec<_> = landing::retail_days(&landed).into_iter().collect();
        let Some(day) = (!days.is_empty()).then(|| seed.one_of(&days)) else { return };
        let count = 5 + seed.below(20);
        let line =
            |at: u64| format!("9{at:05},22423,CAKESTAND,{at},{day} 09:{at:02}:00,12.75,,Norway");
        landing::orders(&landed, day, &(10..10 + count).map(line).collect::<Vec<_>>());
    }

    /// The server and its children.
    fn server(&self) -> Vec<u32> {
        let Ok(file) = fs::read_to_string(self.cluster.data.join("postmaster.pid")) else {
            return Vec::new();
        };
        let Some(first) = file.lines().next().and_then(|line| line.trim().parse().ok()) else {
            return Vec::new();
        };
        let mut all = children_of(first);
        all.push(first);
        all
    }

    pub(super) async fn signal_database(&self, name: &str) {
        signal(name, &self.server()).await;
    }

    /// Ends the server at once, as `pg_ctl stop -m immediate` does; [`World::revive`] starts it.
    pub(super) async fn crash_database(&self) {
        if let Some(first) = self.server().last() {
            signal("QUIT", &[*first]).await;
        }
    }

    /// Starts the server again if it is gone; whether it is there.
    pub(super) async fn revive(&self) -> bool {
        match tokio::time::timeout(Duration::from_mins(1), self.cluster.database.revive()).await {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                eprintln!("the server does not start: {error}");
                false
            }
            Err(_) => false,
        }
    }

    /// Whether the server is gone.
    pub(super) fn is_down(&self) -> bool {
        self.server().last().is_none_or(|pid| !Path::new(&format!("/proc/{pid}")).exists())
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // Before its disk is gone: nobody would find it then.
        let server: Vec<String> = self.server().iter().map(u32::to_string).collect();
        for name in ["-QUIT", "-CONT"] {
            let _ = std::process::Command::new("kill").arg(name).args(&server).status();
        }
        self.workers.clear();
    }
}

impl Worker {
    pub(super) fn pid(&self) -> Option<u32> {
        self.child.as_ref().and_then(Child::id)
    }

    pub(super) async fn signal(&self, name: &str) {
        if let Some(pid) = self.pid() {
            signal(name, &[pid]).await;
        }
    }

    /// Kills one of its own processes, if it has any.
    pub(super) async fn kill_a_child(&self, seed: &mut Seed) {
        let children = self.pid().map(children_of).unwrap_or_default();
        if !children.is_empty() {
            signal("KILL", &[seed.one_of(&children)]).await;
        }
    }
}

/// Sends a signal to those of some processes that are there.
pub(super) async fn signal(name: &str, pids: &[u32]) {
    let pids: Vec<String> = pids.iter().map(u32::to_string).collect();
    if !pids.is_empty() {
        let mut kill = Command::new("kill");
        kill.arg(format!("-{name}")).args(&pids).stderr(Stdio::null());
        let _ = kill.status().await;
    }
}

fn children_of(pid: u32) -> Vec<u32> {
    let text = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    text.split_whitespace().filter_map(|word| word.parse().ok()).collect()
}

fn start(program: &Program, typed: &[&str], log: &Path, clock: &str, faketime: &Path) -> Child {
    let log = File::options().create(true).append(true).open(log).unwrap();
    let mut command = program.command(typed);
    if clock != "+0s" {
        command
            .env("LD_PRELOAD", faketime)
            .env("FAKETIME", clock)
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .env("NO_FAKE_STAT", "1");
    }
    command.stdout(Stdio::null()).stderr(log).spawn().unwrap()
}

/// Where the library is that makes a clock go wrong.
fn faketime() -> PathBuf {
    let name = "faketime/libfaketimeMT.so.1";
    let folders = fs::read_dir("/usr/lib").unwrap().flatten().map(|entry| entry.path());
    let mut places = folders.map(|folder| folder.join(name)).filter(|path| path.exists());
    places.next().expect("libfaketime is missing: run `.ci/need faketime`")
}
