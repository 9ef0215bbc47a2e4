//! Which of the runs that could start do: classes share pools by weight, above a floor.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::model::Class;
use crate::spec::Share;

/// A run that could start now, seen alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The run.
    pub run: i64,
    /// What kind of work.
    pub class: Class,
    /// Whose slots it takes.
    pub pool: i32,
    /// How many.
    pub weight: i32,
    /// Its job, and how many more of that job's runs may start.
    pub job: (i32, Option<i32>),
    /// Its backfill, and how many more of that backfill's runs may start.
    pub backfill: (i64, Option<i32>),
}

/// How a pool stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolStanding {
    /// How many slots it has; none for no limit.
    pub slots: Option<i32>,
    /// How many slots are taken.
    pub used: i32,
    /// The shares of the classes, in the order of [`Class::ALL`].
    pub shares: [Share; 3],
    /// How many runs of each class hold slots.
    pub running: [u32; 3],
}

impl PoolStanding {
    /// Whether a run of this weight may start. One that is heavier than the pool starts when the
    /// pool is empty: else it never would.
    #[must_use]
    pub fn fits(&self, weight: i32) -> bool {
        self.used == 0 || self.slots.is_none_or(|slots| self.used + weight <= slots)
    }
}

/// Picks at most `limit` runs. `candidates` come in the order in which their class would start
/// them: by priority, then deadline, then age.
///
/// At each step a class below its floor goes next, else the one that has least for its weight; that
/// is max-min fairness over slots. Between classes below their floors lots are drawn by weight, anew
/// for each start: a pool with fewer slots than floors would else be the heaviest class's alone.
///
/// So a class that has anything to run waits for no more starts than it takes the others to reach
/// their floors, where the pool has slots for all floors; else it has its share by weight.
#[must_use]
pub fn pick(
    candidates: &[Candidate],
    pools: &BTreeMap<i32, PoolStanding>,
    limit: usize,
) -> Vec<i64> {
    let mut queues: BTreeMap<(i32, Class), std::slice::Iter<'_, Candidate>> = BTreeMap::new();
    let mut by_queue: BTreeMap<(i32, Class), Vec<Candidate>> = BTreeMap::new();
    for candidate in candidates {
        by_queue.entry((candidate.pool, candidate.class)).or_default().push(*candidate);
    }
    for (queue, held) in &by_queue {
        queues.insert(*queue, held.iter());
    }
    let mut rooms = Rooms { pools: pools.clone(), ..Rooms::default() };
    let mut picked = Vec::new();
    while picked.len() < limit {
        let draws = draws(&queues);
        let turn = |queue: &(i32, Class)| Some((rooms.turn(*queue, draws[&queue.0])?, *queue));
        let Some((_, queue)) = queues.keys().filter_map(turn).min() else { break };
        let found = queues.get_mut(&queue).and_then(|held| held.find(|one| rooms.fits(one)));
        match found {
            Some(candidate) => {
                rooms.take(candidate);
                picked.push(candidate.run);
            }
            None => drop(queues.remove(&queue)),
        }
    }
    picked
}

/// How many runs a worker claims beyond its free slots, given how long an attempt usually takes:
/// enough to be busy for a tenth of a second, so that short attempts never wait for a claim and
/// long ones are not held back from others.
#[must_use]
pub fn look_ahead(slots: usize, usual: Duration) -> usize {
    if usual.is_zero() {
        return 0;
    }
    let ahead = slots as u128 * AHEAD.as_micros() / usual.as_micros().max(1);
    usize::try_from(ahead).unwrap_or(AHEAD_MAX).min(AHEAD_MAX)
}

/// How long claimed runs may keep a worker busy.
const AHEAD: Duration = Duration::from_millis(100);
/// The most runs that are claimed ahead.
const AHEAD_MAX: usize = 1024;

/// When a queue's turn comes: the least first.
type Turn = (bool, u64, Class);

/// For each pool a number that is another after each start: whoever starts is no longer the first of
/// its queue.
fn draws(queues: &BTreeMap<(i32, Class), std::slice::Iter<'_, Candidate>>) -> BTreeMap<i32, u64> {
    let mut draws: BTreeMap<i32, u64> = BTreeMap::new();
    for ((pool, _), held) in queues {
        let draw = draws.entry(*pool).or_default();
        let first = held.as_slice().first().map_or(0, |candidate| candidate.run);
        *draw = mix(draw.wrapping_add(first.cast_unsigned()));
    }
    draws
}

/// The lot of a class in a draw, the least first: each class comes first as often as its weight says.
fn lot(draw: u64, class: Class, weight: u32) -> u64 {
    let chance = (mix(draw ^ (class as u64 + 1)) >> 11) as f64 / (1_u64 << 53) as f64;
    // In parts of a million, as for weights.
    (-(1.0 - chance).ln() / f64::from(weight.max(1)) * 1e6) as u64
}

/// Spreads the bits of a number over all of it.
fn mix(number: u64) -> u64 {
    let mixed = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[derive(Default)]
struct Rooms {
    pools: BTreeMap<i32, PoolStanding>,
    jobs: BTreeMap<i32, i32>,
    backfills: BTreeMap<i64, i32>,
}

impl Rooms {
    /// When the turn of a class in a pool comes; none when the pool is not known.
    fn turn(&self, (pool, class): (i32, Class), draw: u64) -> Option<Turn> {
        let standing = self.pools.get(&pool)?;
        let at = class as usize;
        let (share, running) = (standing.shares[at], standing.running[at]);
        if running < share.floor {
            return Some((false, lot(draw, class, share.weight), class));
        }
        // In parts of a million, so that turns compare exactly.
        let for_its_weight = (u64::from(running) + 1) * 1_000_000 / u64::from(share.weight.max(1));
        Some((true, for_its_weight, class))
    }

    fn fits(&self, one: &Candidate) -> bool {
        let left = |room: Option<i32>, used: i32| room.is_none_or(|room| 0 < room - used);
        self.pools.get(&one.pool).is_some_and(|pool| pool.fits(one.weight))
            && left(one.job.1, self.jobs.get(&one.job.0).copied().unwrap_or_default())
            && left(
                one.backfill.1,
                self.backfills.get(&one.backfill.0).copied().unwrap_or_default(),
            )
    }

    fn take(&mut self, one: &Candidate) {
        if let Some(pool) = self.pools.get_mut(&one.pool) {
            pool.running[one.class as usize] += 1;
            pool.used += one.weight;
        }
        *self.jobs.entry(one.job.0).or_default() += 1;
        *self.backfills.entry(one.backfill.0).or_default() += 1;
    }
}
