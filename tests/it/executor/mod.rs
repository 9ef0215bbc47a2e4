//! Jobs that do the worst they can: the attempt fails with a reason, and nothing else happens.

mod crew;
mod hostile;
mod limits;
mod said;

use std::io::Write as _;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixStream};
use std::sync::Arc;
use std::time::Duration;

use tidemill::engine::{
    Assignment, Attempted, Crew, CrewOptions, LogSink, Logs, Member, Mode, serve,
};
use tidemill::store::{self, LogLine, LogQuery};
use tokio_util::sync::CancellationToken;

use crate::support::TestMill;

/// Says where partitions go, to the process that serves the project of these tests.
const LAKE: &str = "TIDEMILL_TEST_SERVES";

/// The lake of an executor that has lost its mind.
const GIBBERISH: &str = "gibberish";

/// Longer than any test waits for anything.
const PATIENCE: Duration = Duration::from_mins(2);

/// Not only a test: executors of these tests are this very program, told to run this.
#[test]
fn the_project_of_these_tests_is_sound_and_can_be_served() {
    let Some(lake) = std::env::var_os(LAKE) else {
        let shop = hostile::workshop("lake-of-nobody");
        std::fs::remove_dir_all("lake-of-nobody").unwrap();
        assert_eq!(shop.verified.schemas.len(), shop.catalog.datasets().len());
        return;
    };
    let name = std::env::args().next_back().expect("a worker says its name last");
    if lake == GIBBERISH {
        let address = SocketAddr::from_abstract_name(&name).unwrap();
        let mut worker = UnixStream::connect_addr(&address).unwrap();
        worker.write_all(b"\xff\xff\xff\xffwhat nobody can read").unwrap();
        return;
    }
    let _ = serve(&name, || Ok(hostile::workshop(&lake.to_string_lossy())));
}

/// A crew for the hostile project, and what its attempts say.
struct Bench {
    test: TestMill,
    crew: Crew,
    logs: Logs,
}

impl Bench {
    async fn new() -> Self {
        Self::with(|options| options).await
    }

    async fn with(change: impl FnOnce(CrewOptions) -> CrewOptions) -> Self {
        let test = TestMill::new(hostile::declare).await;
        let options = change(options(&test));
        let crew = Crew::start(Arc::clone(&test.mill.workshop), options);
        let logs = Logs::start(test.mill.pool.clone());
        Self { test, crew, logs }
    }

    /// Lets a job make its one partition.
    async fn attempt(&self, run: i64, job: &str) -> Attempted {
        self.crew.attempt(assignment(run, job), &CancellationToken::new(), &self.sink(run)).await
    }

    fn sink(&self, run: i64) -> LogSink {
        self.logs.sink(run, 1)
    }

    /// What a job's attempt fails with, as one line.
    async fn failure(&self, run: i64, job: &str) -> String {
        line(&self.attempt(run, job).await)
    }

    /// The slot can be used again, and what it makes is whole.
    async fn goes_on(&self) {
        let attempted = self.attempt(1_000, "fine").await;
        let made = attempted.outcomes[0].as_ref().unwrap();
        assert_eq!(made.rows, 3);
    }

    /// What the first attempt of a run said.
    async fn said(&self, run: i64) -> Vec<LogLine> {
        let mut db = self.test.mill.pool.acquire().await.unwrap();
        let query = LogQuery {
            run,
            attempt: Some(1),
            after: (0, 0),
            limit: 1_000_000,
            ..LogQuery::default()
        };
        store::logs(&mut db, &query).await.unwrap()
    }

    /// The same, as soon as there is something.
    async fn hears(&self, run: i64) -> Vec<LogLine> {
        let hears = async {
            loop {
                let said = self.said(run).await;
                if !said.is_empty() {
                    return said;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, hears).await.expect("it says something")
    }

    async fn finish(self) {
        self.crew.close().await;
        self.logs.close().await;
        self.test.finish().await;
    }

    /// The same, and afterwards what a run said.
    async fn finish_and_read(self, run: i64) -> Vec<LogLine> {
        let Self { test, crew, logs } = self;
        crew.close().await;
        logs.close().await;
        let mut db = test.mill.pool.acquire().await.unwrap();
        let query = LogQuery {
            run,
            attempt: Some(1),
            after: (0, 0),
            limit: 1_000_000,
            ..LogQuery::default()
        };
        let lines = store::logs(&mut db, &query).await.unwrap();
        drop(db);
        test.finish().await;
        lines
    }
}

/// Executors that are this very program.
fn options(test: &TestMill) -> CrewOptions {
    let own = std::env::current_exe().unwrap();
    let name = concat!(module_path!(), "::the_project_of_these_tests_is_sound_and_can_be_served");
    // Tests are named without the crate.
    let name = name.split_once("::").expect("a path has a crate").1;
    let arguments = ["--exact", name, "--nocapture", "--test-threads=1"];
    let lake = test.places.lake.clone();
    let path = std::env::var_os("PATH").unwrap_or_default();
    CrewOptions {
        slots: 1,
        mode: Mode::Processes,
        environment: vec![(LAKE.into(), lake.into()), ("PATH".into(), path)],
        program: Some((own, arguments.map(Into::into).to_vec())),
        ..CrewOptions::default()
    }
}

fn assignment(run: i64, job: &str) -> Assignment {
    let member = Member { run, attempt: 1, ordinal: 0, slice: vec![], inputs: vec![], digest: 7 };
    Assignment {
        run,
        attempt: 1,
        worker: 1,
        dataset: job.to_owned(),
        members: vec![member],
        routers: vec![],
        memory: None,
        timeout: Duration::from_mins(2),
    }
}

/// The failure of a single member as one line.
fn line(attempted: &Attempted) -> String {
    let failure = attempted.outcomes[0].as_ref().expect_err("it fails");
    let exit = attempted.usage.exit_reason.as_deref().unwrap_or("none");
    format!("{}: {} [{exit}]", failure.code, failure.message)
}
