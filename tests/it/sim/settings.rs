//! What a seed decides: sizes, and which of the faults there are.

use super::random::Random;

/// A second of simulated time.
pub(super) const SECOND: i64 = 1_000_000;
/// How often a worker shows that it lives.
pub(super) const BEAT: i64 = 3 * SECOND;
/// After how long without a beat it is dead.
pub(super) const LEASE: i64 = 15 * SECOND;

/// How large the simulated world is, and what goes wrong in it.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) shape: usize,
    pub(super) workers: usize,
    pub(super) slots: usize,
    pub(super) schedulers: usize,
    /// How long faults go on.
    pub(super) length: i64,
    /// How long an attempt takes at most, in most cases.
    pub(super) attempt: i64,
    /// How often new data lands, on average.
    pub(super) landing: i64,
    pub(super) faults: Faults,
}

/// How often each fault happens, in a thousand; or how far clocks are apart.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Faults {
    /// A transaction fails, and nothing happened.
    pub(super) abort: u64,
    /// A transaction commits, and whoever sent it hears of an error.
    pub(super) unknown: u64,
    /// A transaction commits long after whoever sent it gave up.
    pub(super) late: u64,
    /// A question or its answer takes seconds.
    pub(super) slow: u64,
    /// The database is away for a while.
    pub(super) outage: u64,
    /// A process dies.
    pub(super) crash: u64,
    /// A process stands still, often for longer than the lease.
    pub(super) freeze: u64,
    /// A worker is told to finish and go.
    pub(super) drain: u64,
    /// How far each clock may be fast or slow.
    pub(super) skew: i64,
    /// How far wall clocks of schedulers may be off, in seconds.
    pub(super) shift: i64,
    /// An attempt fails.
    pub(super) fail: u64,
    /// An attempt fails for good.
    pub(super) for_good: u64,
    /// An object is written not at all, in part, or without an answer.
    pub(super) put: u64,
    /// An attempt takes longer than a lease.
    pub(super) long: u64,
    /// A person pauses, resumes and asks for more.
    pub(super) meddle: u64,
    /// Workers of one machine see whose process is gone.
    pub(super) one_machine: u64,
}

impl Settings {
    /// The settings of a seed: of all faults, any subset.
    pub(super) fn of(random: &mut Random, shapes: usize) -> Self {
        let mut some = |often: u64, most: i64| {
            if random.chance(often) { random.between(1, most + 1) as u64 } else { 0 }
        };
        let faults = Faults {
            abort: some(500, 100),
            unknown: some(600, 150),
            late: some(400, 60),
            slow: some(400, 150),
            outage: some(250, 300),
            crash: some(500, 400),
            freeze: some(500, 400),
            drain: some(300, 200),
            skew: some(400, 300) as i64,
            shift: some(300, 3600) as i64,
            fail: some(500, 400),
            for_good: some(300, 100),
            put: some(400, 200),
            long: some(300, 150),
            meddle: some(400, 700),
            one_machine: some(300, 1000),
        };
        Self {
            shape: random.below(shapes),
            workers: 1 + random.below(3),
            slots: 1 + random.below(3),
            schedulers: 1 + random.below(2),
            length: random.between(40, 100) * SECOND,
            attempt: random.between(1, 40) * SECOND / 10,
            landing: random.between(5, 60) * SECOND,
            faults,
        }
    }

    /// The same world once nothing goes wrong any more.
    pub(super) fn calm(&mut self) {
        self.faults = Faults { one_machine: self.faults.one_machine, ..Faults::default() };
    }
}
