//! Real programs and a real database, faults that follow from a seed, and what must hold after.
//!
//! `TIDEMILL_CHAOS_SEED` has the same faults again, `TIDEMILL_CHAOS_SECONDS` more of them.

mod disk;
mod examine;
mod fault;
mod seed;
mod world;

use std::time::{Duration, Instant};

use sqlx::PgPool;

use crate::support::Cluster;
use crate::support::aftermath::{faults, heads};
use crate::support::program::{Program, end_of};
use examine::Examined;
use fault::{Cure, Fault, cure, strike};
use seed::Seed;
use world::{LEASE, World};

/// How long faults happen for, unless the environment says otherwise.
const SECONDS: u64 = 40;
/// How long what is left may take once no fault happens any more.
const DRAIN_MAX: Duration = Duration::from_mins(2);
/// How long a program may take that is told to stop.
const STOP_MAX: Duration = Duration::from_secs(40);
/// How often it is seen to that what has ended is started again.
const TICK: Duration = Duration::from_millis(50);

/// Remembers every head that went back.
const NEVER_BACK: &str = "
    create table public.went_back (head text not null);
    create function public.note() returns trigger language plpgsql as $$ begin
        if new.generation < old.generation then
            insert into public.went_back values (old::text || ' to ' || new::text);
        end if;
        return null;
    end $$;
    create trigger never_back after update on tidemill.head
        for each row execute function public.note();
";

fn number(name: &str) -> Option<u64> {
    std::env::var_os(name)?.into_string().ok()?.parse().ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_goes_wrong_everything_is_made_once_and_nothing_is_stuck() {
    let number_of_seed = number("TIDEMILL_CHAOS_SEED").unwrap_or_else(|| {
        u64::from(std::process::id()) ^ tidemill::clock::now().as_second() as u64
    });
    let seconds = number("TIDEMILL_CHAOS_SECONDS").unwrap_or(SECONDS);
    eprintln!("chaos: TIDEMILL_CHAOS_SEED={number_of_seed} TIDEMILL_CHAOS_SECONDS={seconds}");
    let mut seed = Seed::new(number_of_seed);
    let mut world = World::new().await;
    let pool = tidemill::store::open(world.direct.clone()).await.unwrap();
    sqlx::raw_sql(NEVER_BACK).execute(&pool).await.unwrap();
    pool.close().await;

    narrow(&world, &mut seed).await;

    let examined = disturb(&mut world, &mut seed, Duration::from_secs(seconds)).await;
    eprintln!("chaos: looked at {} times between faults", examined.times);
    let mut wrong = settle(&mut world, &mut seed).await;
    wrong.extend(examined.wrong);
    if examined.times == 0 {
        wrong.push("nobody could look at the database between faults".to_owned());
    }
    wrong.extend(judge(&world).await);
    if !wrong.is_empty() {
        let kept = world.keep_logs();
        panic!(
            "TIDEMILL_CHAOS_SEED={number_of_seed} TIDEMILL_CHAOS_SECONDS={seconds}: logs are in \
             `{}`\n{}\n",
            kept.display(),
            wrong.join("\n")
        );
    }
}

/// Gives the pool that everybody shares fewer slots than there are workers' hands, on some seeds.
async fn narrow(world: &World, seed: &mut Seed) {
    if seed.below(2) == 0 {
        return;
    }
    let said = world.say(&["pools", "set", "default", "--slots", "3"]).await;
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    eprintln!("chaos: the pool has three slots");
}

/// Lets faults happen, of the kinds that the seed picks, and puts each right after a while. What
/// broke an invariant when somebody looked, before each fault that followed another.
async fn disturb(world: &mut World, seed: &mut Seed, lasts: Duration) -> Examined {
    let menu = seed.some_of(&Fault::ALL);
    eprintln!("chaos: {menu:?}");
    let began = Instant::now();
    let mut cures: Vec<(Instant, Cure)> = Vec::new();
    let mut next = began + Duration::from_secs(2);
    let (mut examined, mut latest) = (Examined::default(), None);
    while began.elapsed() < lasts {
        world.keep_up(seed);
        let now = Instant::now();
        for (_, due) in cures.extract_if(.., |(at, _)| *at <= now) {
            cure(world, due).await;
        }
        let is_held = |held: Cure| cures.iter().any(|(_, cure)| *cure == held);
        if world.is_down() && !is_held(Cure::FreeDatabase) && !is_held(Cure::ThawDatabase) {
            world.revive().await;
        }
        if next <= now {
            if let Some(fault) = latest {
                examined.look(world, &format!("{fault:?}")).await;
            }
            let fault = seed.one_of(&menu);
            latest = Some(fault);
            eprintln!("chaos: {:>6.1} s: {fault:?}", began.elapsed().as_secs_f64());
            let lasting = strike(world, seed, fault).await;
            cures.extend(lasting.map(|(lasts, cure)| (now + lasts, cure)));
            next = now + seed.between(Duration::from_millis(100), Duration::from_secs(2));
        }
        tokio::time::sleep(TICK).await;
    }
    for (_, due) in cures {
        cure(world, due).await;
    }
    for always in [Cure::Network, Cure::FreeLake, Cure::FreeDatabase] {
        cure(world, always).await;
    }
    world.proxy.forgive();
    examined
}

/// Waits until what is left is done, and tells everybody to stop. What took too long.
async fn settle(world: &mut World, seed: &mut Seed) -> Vec<String> {
    let mut wrong = Vec::new();
    world.dismiss_clients();
    let pool = reopened(world).await;
    let began = Instant::now();
    let left = loop {
        world.keep_up(seed);
        let left = left(&pool).await;
        if left == 0 || DRAIN_MAX < began.elapsed() {
            break left;
        }
        tokio::time::sleep(TICK).await;
    };
    eprintln!("chaos: {left} runs were left after {:?}, the lease is {LEASE:?}", began.elapsed());
    if left != 0 {
        wrong.push(format!("{left} runs and backfills are stuck: {:#?}", stuck(&pool).await));
    }
    let late = world.stop(STOP_MAX).await;
    wrong.extend(late.iter().map(|late| format!("{late} did not stop within {STOP_MAX:?}")));
    pool.close().await;
    wrong
}

/// The database, once it has recovered from the last fault.
async fn reopened(world: &World) -> PgPool {
    let began = Instant::now();
    loop {
        if world.is_down() {
            world.revive().await;
        }
        match tidemill::store::open(world.direct.clone()).await {
            Ok(pool) => return pool,
            Err(error) => assert!(began.elapsed() < DRAIN_MAX, "it does not recover: {error}"),
        }
        tokio::time::sleep(TICK).await;
    }
}

async fn left(pool: &PgPool) -> i64 {
    let left = "select (select count(*) from tidemill.run)
        + (select count(*) from tidemill.backfill where state = 'active')";
    sqlx::query_scalar(left).fetch_one(pool).await.unwrap()
}

async fn stuck(pool: &PgPool) -> Vec<String> {
    let stuck = "
        select format('run %s %s attempt %s of worker %s due %s waits on %s: %s', run.id, run.state,
            run.attempt, run.worker_id, run.due_at, run.waiting_on, run.error)
        from tidemill.run order by id limit 20";
    sqlx::query_scalar(stuck).fetch_all(pool).await.unwrap()
}

/// Makes what is missing, failed or stale, and holds it against what an undisturbed program makes.
async fn judge(world: &World) -> Vec<String> {
    let mut wrong = Vec::new();
    for _ in 0..4 {
        let said = world.say(&["backfill", "--yes"]).await;
        let text = String::from_utf8_lossy(&said.stdout);
        if said.status.success() && text.contains("nothing to do") {
            break;
        }
        eprintln!("chaos: {}", text.lines().last().unwrap_or_default());
    }
    let pool = tidemill::store::open(world.direct.clone()).await.unwrap();
    wrong.extend(faults(&pool, world.lake()).await);
    let back: Vec<String> =
        sqlx::query_scalar("select head from public.went_back").fetch_all(&pool).await.unwrap();
    wrong.extend(back.iter().map(|head| format!("a head went back: {head}")));
    let made = heads(&pool).await;
    wrong.extend(summary(&pool).await);
    pool.close().await;

    let database = Cluster::shared().await.database().await;
    let quiet = Program::new(&world.landed, "undisturbed", database);
    let (status, said) = end_of(quiet.up_once()).await;
    assert!(status.is_some_and(|status| status.success()), "{said}");
    // What nobody makes by himself, such as a year that is not over, is asked for here as above.
    let asked = quiet.command(&["backfill", "--yes"]).status().await.unwrap();
    assert!(asked.success(), "{asked}");
    let pool = tidemill::store::open(quiet.database.clone()).await.unwrap();
    let expected = heads(&pool).await;
    pool.close().await;
    wrong.extend(expected.difference(&made).map(|head| format!("not made: {head}")));
    wrong.extend(made.difference(&expected).map(|head| format!("made besides: {head}")));
    for (name, text) in world.logs() {
        let panics = text.lines().filter(|line| line.contains("panicked at"));
        wrong.extend(panics.map(|line| format!("{name}: {line}")));
    }
    wrong
}

/// Says what happened; nothing is wrong with it, unless nothing did.
async fn summary(pool: &PgPool) -> Option<String> {
    let counts = "
        select format('%s versions, %s attempts, %s of them expired, %s failed; %s workers',
            (select count(*) from tidemill.materialization where run_id is not null),
            (select count(*) from tidemill.attempt),
            (select count(*) from tidemill.attempt where state = 'expired'),
            (select count(*) from tidemill.attempt where state = 'failed'),
            (select count(*) from tidemill.worker))";
    let said: String = sqlx::query_scalar(counts).fetch_one(pool).await.unwrap();
    eprintln!("chaos: {said}");
    said.starts_with("0 versions").then(|| "nothing was made at all".to_owned())
}
