//! What can go wrong, and how it is put right.

use std::time::Duration;

use super::seed::Seed;
use super::world::World;
use crate::proxy::{Link, Rule, Way};

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A worker is killed.
    Kill,
    /// All of them are, at once.
    KillAll,
    /// One of a worker's own processes is killed.
    KillChild,
    /// A worker is frozen, perhaps for longer than its lease.
    Freeze,
    /// A worker is told to stop.
    Terminate,
    /// Every connection to the database is reset.
    Reset,
    /// Every connection to the database falls silent.
    Silence,
    /// The network to the database holds everything back for a while.
    Hold,
    /// The network to the database is slow for a while.
    Slow,
    /// The network to the database is narrow for a while.
    Narrow,
    /// Nobody is let in to the database for a while.
    Refuse,
    /// Answers to commits are lost.
    LoseAnswers,
    /// Commits are lost.
    LoseCommits,
    /// Connections break after some bytes.
    Break,
    /// The database dies at once, and recovers.
    Crash,
    /// The processes of the database are frozen for a while.
    FreezeDatabase,
    /// The disk of the lake is full for a while.
    FullLake,
    /// The disk of the database is full for a while.
    FullDatabase,
    /// A source changes.
    Change,
}

impl Fault {
    /// All of them; what is worth more stands twice.
    pub(super) const ALL: [Self; 20] = [
        Self::Kill,
        Self::Kill,
        Self::KillAll,
        Self::KillChild,
        Self::Freeze,
        Self::Terminate,
        Self::Reset,
        Self::Silence,
        Self::Hold,
        Self::Slow,
        Self::Narrow,
        Self::Refuse,
        Self::LoseAnswers,
        Self::LoseCommits,
        Self::Break,
        Self::Crash,
        Self::FreezeDatabase,
        Self::FullLake,
        Self::FullDatabase,
        Self::Change,
    ];
}

/// How something is put right again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cure {
    /// A frozen process, by its number, goes on.
    Thaw(u32),
    /// The network is as it should be.
    Network,
    /// The processes of the database go on.
    ThawDatabase,
    /// The disk of the lake has room.
    FreeLake,
    /// The disk of the database has room.
    FreeDatabase,
}

const WHILE: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(8));

/// Lets a fault happen. What it needs to be put right, and when.
pub(super) async fn strike(
    world: &mut World,
    seed: &mut Seed,
    fault: Fault,
) -> Option<(Duration, Cure)> {
    let lasts = seed.between(WHILE.0, WHILE.1);
    let place = seed.below(world.workers.len() as u64) as usize;
    let network = |link| {
        world.proxy.set(link);
        Some((lasts, Cure::Network))
    };
    match fault {
        Fault::Slow => return network(Link::Slow(Duration::from_millis(30))),
        Fault::Narrow => return network(Link::Narrow(200_000)),
        Fault::Hold => return network(Link::Held),
        Fault::Refuse => return network(Link::Refusing),
        Fault::Reset => world.proxy.reset_all(),
        Fault::Silence => world.proxy.silence_all(),
        Fault::LoseAnswers => {
            world.proxy.cut(Rule::answer_to(&[b"COMMIT"]).times(1 + seed.below(6)));
        }
        Fault::LoseCommits => {
            world.proxy.cut(Rule::before(Way::Up, &[b"COMMIT"]).times(1 + seed.below(6)));
        }
        Fault::Break => {
            let (way, bytes) = (seed.one_of(&[Way::Up, Way::Down]), seed.below(30_000));
            world.proxy.cut(Rule::after_bytes(way, bytes).times(1 + seed.below(6)));
        }
        Fault::Kill => world.workers[place].signal("KILL").await,
        Fault::KillAll => {
            for worker in &world.workers {
                worker.signal("KILL").await;
            }
        }
        Fault::KillChild => world.workers[place].kill_a_child(seed).await,
        Fault::Terminate => world.workers[place].signal("TERM").await,
        Fault::Freeze => {
            let pid = world.workers[place].pid()?;
            world.workers[place].signal("STOP").await;
            return Some((lasts, Cure::Thaw(pid)));
        }
        Fault::Crash => world.crash_database().await,
        Fault::FreezeDatabase => {
            world.signal_database("STOP").await;
            return Some((lasts, Cure::ThawDatabase));
        }
        Fault::FullLake => {
            world.lake_disk.fill();
            return Some((lasts, Cure::FreeLake));
        }
        Fault::FullDatabase => {
            world.database_disk.fill();
            return Some((lasts, Cure::FreeDatabase));
        }
        Fault::Change => world.change_a_source(seed),
    }
    None
}

/// Puts something right.
pub(super) async fn cure(world: &World, cure: Cure) {
    match cure {
        Cure::Thaw(pid) => super::world::signal("CONT", &[pid]).await,
        Cure::Network => world.proxy.set(Link::Open),
        Cure::ThawDatabase => world.signal_database("CONT").await,
        Cure::FreeLake => world.lake_disk.free(),
        Cure::FreeDatabase => world.database_disk.free(),
    }
}
