//! A crash of the real program at every place that has a name, and what the next start makes of it.

use std::collections::BTreeSet;
use std::os::unix::process::ExitStatusExt as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tidemill::failpoint::Failpoint;
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::support::Cluster;
use crate::support::aftermath::{faults, heads, made_again};
use crate::support::program::{Landed, Program, UP_ONCE, end_of};

/// How many programs are crashed at once.
const AT_ONCE: usize = 3;
/// After how long a frozen program is taken for dead.
const LEASE: Duration = Duration::from_secs(3);
/// How long a place may take to be reached.
const PATIENCE: Duration = Duration::from_mins(1);

/// What leads to a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scene {
    /// Making everything.
    Work,
    /// A worker that died before.
    AfterADeath,
    /// A worker that is told to stop with claimed runs in hand.
    ToldToStop,
}

/// Most places are reached by making everything.
fn scene(point: Failpoint) -> Scene {
    match point {
        Failpoint::InExpire | Failpoint::AfterExpire => Scene::AfterADeath,
        Failpoint::BeforeRelease | Failpoint::AfterRelease => Scene::ToldToStop,
        _ => Scene::Work,
    }
}

/// Whether a place is reached by the process that makes one partition.
fn is_in_executor(point: Failpoint) -> bool {
    matches!(point, Failpoint::BeforeExecute | Failpoint::AfterStage)
}

/// What an undisturbed program makes.
async fn undisturbed(landed: &Landed) -> BTreeSet<String> {
    let database = Cluster::shared().await.database().await;
    let program = Program::new(landed, "undisturbed", database);
    let (status, said) = end_of(program.up_once()).await;
    assert!(status.is_some_and(|status| status.success()), "{said}");
    let pool = tidemill::store::open(program.database.clone()).await.unwrap();
    let made = heads(&pool).await;
    assert!(100 < made.len(), "there is enough to make: {made:#?}");
    assert_eq!(faults(&pool, &program.lake).await, Vec::<String>::new());
    pool.close().await;
    made
}

/// Disturbs a program at a place, starts it again, and says what is wrong in the end.
async fn disturb(
    landed: &Landed,
    point: Failpoint,
    effect: &str,
    expected: &BTreeSet<String>,
) -> Vec<String> {
    let database = Cluster::shared().await.database().await;
    let program = Program::new(landed, &format!("{point}-{effect}"), database);
    let mark = program.mark("hit");
    let arms = format!("{point}:{effect}:1:{}", mark.display());
    if scene(point) == Scene::AfterADeath {
        let dying = program.clone().with("TIDEMILL_FAILPOINT", "after_claim:abort");
        end_of(dying.up_once()).await;
    }
    let child = match scene(point) {
        Scene::ToldToStop => stop_in_the_middle(&program, &arms).await,
        _ => program.clone().with("TIDEMILL_FAILPOINT", &arms).up_once(),
    };
    let (status, said) = end_of(child).await;
    let mut found = Vec::new();
    if !mark.exists() {
        found.push("it was never hit".to_owned());
    }
    match status {
        None => found.push(format!("it did not come to an end: {said}")),
        // Who makes a partition dies alone, and the worker lives.
        Some(_) if effect != "abort" || is_in_executor(point) => (),
        Some(status) if status.signal() == Some(9) => (),
        Some(status) => found.push(format!("it was not killed: {status}: {said}")),
    }
    found.extend(remains(&program, expected).await);
    found
}

/// What is wrong once a program was started again and has made all there is to make.
async fn remains(program: &Program, expected: &BTreeSet<String>) -> Vec<String> {
    let mut found = Vec::new();
    let (status, said) = end_of(program.up_once()).await;
    if !status.is_some_and(|status| status.success()) {
        found.push(format!("the next start ended with {status:?}: {said}"));
    }
    let pool = tidemill::store::open(program.database.clone()).await.unwrap();
    found.extend(faults(&pool, &program.lake).await);
    let again = made_again(&pool).await;
    if again != 0 {
        found.push(format!("{again} partitions were published twice"));
    }
    let made = heads(&pool).await;
    found.extend(expected.difference(&made).map(|head| format!("not made: {head}")));
    found.extend(made.difference(expected).map(|head| format!("made besides: {head}")));
    pool.close().await;
    found
}

/// A program that is told to stop when it has claimed runs and begun none of them.
async fn stop_in_the_middle(program: &Program, arms: &str) -> Child {
    let (waits, said) = (program.mark("waits"), program.mark("said"));
    let waiting = format!("after_resolve:wait:1:{}", waits.display());
    let log = std::fs::File::create(&said).unwrap();
    let child = program
        .clone()
        .with("TIDEMILL_FAILPOINT", format!("{waiting},{arms}"))
        .command(&UP_ONCE)
        .stderr(log)
        .spawn()
        .unwrap();
    until(|| waits.exists(), "it claims").await;
    let pid = child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().await.unwrap().success());
    let hears = || std::fs::read_to_string(&said).unwrap().contains("stopping; ");
    until(hears, "it hears that it is to stop").await;
    std::fs::remove_file(&waits).unwrap();
    child
}

/// Waits until something is so.
async fn until(is_so: impl Fn() -> bool, what: &str) {
    let waiting = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let waited = tokio::time::timeout(PATIENCE, waiting).await;
    assert!(waited.is_ok(), "{what}: not within {PATIENCE:?}");
}

/// Freezes a program at a place, has another do all there is to do, lets the first go on, and says
/// what is wrong in the end.
async fn freeze(landed: &Landed, point: Failpoint, expected: &BTreeSet<String>) -> Vec<String> {
    let database = Cluster::shared().await.database().await;
    let program = Program::new(landed, &format!("{point}-stop"), database)
        .with("TIDEMILL_LEASE", LEASE.as_secs().to_string());
    if scene(point) == Scene::AfterADeath {
        let dying = program.clone().with("TIDEMILL_FAILPOINT", "after_claim:abort");
        end_of(dying.up_once()).await;
    }
    let mark = program.mark("hit");
    let arms = format!("{point}:stop:1:{}", mark.display());
    let frozen = match scene(point) {
        Scene::ToldToStop => stop_in_the_middle(&program, &arms).await,
        _ => program.clone().with("TIDEMILL_FAILPOINT", &arms).up_once(),
    };
    let pid = frozen.id().unwrap().to_string();
    until(|| mark.exists(), &format!("{point} is reached")).await;
    let mut found = Vec::new();
    let began = Instant::now();
    let (status, said) = end_of(program.up_once()).await;
    if !status.is_some_and(|status| status.success()) {
        found.push(format!("the other ended with {status:?}: {said}"));
    }
    eprintln!("{point}: the other was done after {:?}", began.elapsed());
    assert!(Command::new("kill").args(["-CONT", &pid]).status().await.unwrap().success());
    let (status, said) = end_of(frozen).await;
    if status.is_none() || said.contains("panicked at") {
        found.push(format!("the frozen one did not end well: {status:?}: {said}"));
    }
    found.extend(remains(&program, expected).await);
    found
}

async fn disturb_everywhere(effect: &'static str) {
    let landed = Arc::new(Landed::new());
    let expected = Arc::new(undisturbed(&landed).await);
    // Who waits for a frozen one needs no core.
    let at_once = if effect == "stop" { AT_ONCE + 1 } else { AT_ONCE };
    let places = Arc::new(Semaphore::new(at_once));
    let mut tasks = JoinSet::new();
    for (at, point) in Failpoint::ALL.iter().copied().enumerate() {
        // A crash is the hardest, and happens at every place; the others take their turns, and have
        // them all in `make chaos`.
        if effect != "abort" && at % 4 != 0 && std::env::var_os("TIDEMILL_CHAOS_SECONDS").is_none()
        {
            continue;
        }
        // A frozen attempt is one that takes long: its timeout ends it.
        if effect == "stop" && is_in_executor(point) {
            continue;
        }
        let (landed, expected) = (Arc::clone(&landed), Arc::clone(&expected));
        let places = Arc::clone(&places);
        tasks.spawn(async move {
            let _place = places.acquire().await.unwrap();
            let began = Instant::now();
            let found = match effect {
                "stop" => freeze(&landed, point, &expected).await,
                _ => disturb(&landed, point, effect, &expected).await,
            };
            eprintln!("{point}:{effect} took {:?}", began.elapsed());
            (point, found)
        });
    }
    let mut all = Vec::new();
    for (point, found) in tasks.join_all().await {
        all.extend(found.iter().map(|fault| format!("{point}:{effect}: {fault}")));
    }
    assert!(all.is_empty(), "\n{}\n", all.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_at_any_place_is_made_good_by_the_next_start() {
    disturb_everywhere("abort").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_at_any_place_ends_well_or_is_made_good_by_the_next_start() {
    disturb_everywhere("error").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_frozen_at_any_place_holds_up_nobody_and_does_nothing_twice() {
    disturb_everywhere("stop").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_at_any_place_ends_well_or_is_made_good_by_the_next_start() {
    disturb_everywhere("panic").await;
}
