//! How long work takes on so many slots: steps as quantities, never as keys.

/// A step as a quantity of work.
#[derive(Clone, Debug, PartialEq)]
pub struct Load {
    /// How many partitions.
    pub partitions: u64,
    /// Seconds that each takes.
    pub seconds: f64,
    /// How many may be at work at once, pools aside.
    pub at_once: Option<u64>,
    /// The pool whose slots it takes, by index, and how many slots each partition takes.
    pub pool: Option<(usize, u32)>,
    /// Steps before this one that it reads, and whether it needs all of one before it begins.
    pub reads: Vec<(usize, bool)>,
}

impl Load {
    fn at_once(&self, slots: f64) -> f64 {
        let limit = self.at_once.map_or(slots, |limit| (limit as f64).min(slots));
        limit.min(self.partitions as f64).max(0.0)
    }
}

/// Less than this is nothing: a part of a step, or a second.
const TINY: f64 = 1e-9;

/// When each step ends, in seconds from now.
///
/// Steps are taken as fluids. Slots go to steps in their order, as workers take runs in the order
/// of plans; a reader keeps behind what it reads. So it costs the same for a million partitions as
/// for ten. Whole partitions are put back in at the end: none takes less than its own time.
#[must_use]
pub fn finish(loads: &[Load], slots: u32, pools: &[u32]) -> Vec<f64> {
    let slots = f64::from(slots.max(1));
    let mut fluid = Fluid::new(loads);
    // Each round ends a step or lets a reader catch up.
    for _ in 0..4 * loads.len() * (loads.len() + 2) + 4 {
        let rates = fluid.rates(slots, pools);
        let Some(span) = fluid.until_next(&rates) else { break };
        fluid.advance(&rates, span);
    }
    let mut ends = vec![0.0_f64; loads.len()];
    for (at, load) in loads.iter().enumerate() {
        let at_once = load.at_once(slots).max(1.0);
        let rounds = (load.partitions as f64 / at_once).ceil();
        let begun = fluid.begun[at].unwrap_or(0.0);
        let read = load.reads.iter().map(|(input, _)| ends[*input] + load.seconds);
        let alone = begun + rounds * load.seconds;
        ends[at] = read.fold(fluid.ended[at].unwrap_or(0.0).max(alone), f64::max);
    }
    ends
}

/// How far each step is, from 0 to 1.
struct Fluid<'a> {
    loads: &'a [Load],
    now: f64,
    done: Vec<f64>,
    begun: Vec<Option<f64>>,
    ended: Vec<Option<f64>>,
}

impl<'a> Fluid<'a> {
    fn new(loads: &'a [Load]) -> Self {
        let ended = loads.iter().map(|load| (load.partitions == 0).then_some(0.0));
        let done = loads.iter().map(|load| if load.partitions == 0 { 1.0 } else { 0.0 });
        Self {
            loads,
            now: 0.0,
            done: done.collect(),
            begun: vec![None; loads.len()],
            ended: ended.collect(),
        }
    }

    fn is_over(&self, step: usize) -> bool {
        self.ended[step].is_some()
    }

    /// The share of an input that must be done before its reader begins.
    fn first(&self, input: usize, needs_all: bool) -> f64 {
        if needs_all { 1.0 } else { 1.0 / self.loads[input].partitions.max(1) as f64 }
    }

    /// How much of each step is done in a second, as a share of it.
    fn rates(&self, slots: f64, pools: &[u32]) -> Vec<f64> {
        let mut free = slots;
        let mut room: Vec<f64> = pools.iter().map(|slots| f64::from(*slots)).collect();
        let mut rates = vec![0.0; self.loads.len()];
        for (at, load) in self.loads.iter().enumerate() {
            if self.is_over(at) {
                continue;
            }
            let is_open = load.reads.iter().all(|(input, needs_all)| {
                self.is_over(*input) || self.first(*input, *needs_all) <= self.done[*input] + TINY
            });
            if !is_open {
                continue;
            }
            let (pool, weight) = load.pool.map_or((None, 1.0), |(pool, weight)| {
                (room.get_mut(pool), f64::from(weight.max(1)))
            });
            // What is heavier than its pool runs alone.
            let fits = pool.as_ref().map_or(f64::MAX, |room| match **room {
                room if room <= TINY => 0.0,
                room => (room / weight).max(1.0_f64.min(room)),
            });
            let used = load.at_once(slots).min(free).min(fits);
            let seconds = load.seconds.max(TINY) * load.partitions as f64;
            let mut rate = used / seconds;
            for (input, _) in &load.reads {
                let is_behind = self.done[at] + TINY < self.done[*input];
                if !self.is_over(*input) && !is_behind {
                    rate = rate.min(rates[*input]);
                }
            }
            rates[at] = rate;
            free -= rate * seconds;
            if let Some(room) = pool {
                *room -= rate * seconds * weight;
            }
        }
        rates
    }

    /// How long these rates hold: until a step ends, opens its readers, or is caught up with.
    fn until_next(&self, rates: &[f64]) -> Option<f64> {
        let mut next = f64::MAX;
        for (at, load) in self.loads.iter().enumerate().filter(|(at, _)| !self.is_over(*at)) {
            if 0.0 < rates[at] {
                next = next.min((1.0 - self.done[at]) / rates[at]);
            }
            for (input, needs_all) in &load.reads {
                if self.is_over(*input) || rates[*input] <= 0.0 {
                    continue;
                }
                let opens = self.first(*input, *needs_all) - self.done[*input];
                if TINY < opens {
                    next = next.min(opens / rates[*input]);
                }
                let (ahead, gain) = (self.done[*input] - self.done[at], rates[at] - rates[*input]);
                if TINY < ahead && 0.0 < gain {
                    next = next.min(ahead / gain);
                }
            }
        }
        (next < f64::MAX).then_some(next)
    }

    fn advance(&mut self, rates: &[f64], span: f64) {
        for (at, rate) in rates.iter().enumerate().filter(|(_, rate)| 0.0 < **rate) {
            self.begun[at].get_or_insert(self.now);
            self.done[at] += rate * span;
            if 1.0 <= self.done[at] + TINY {
                self.done[at] = 1.0;
                self.ended[at].get_or_insert(self.now + span);
            }
        }
        self.now += span;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Load, finish};

    fn load(partitions: u64, seconds: f64) -> Load {
        Load { partitions, seconds, at_once: None, pool: None, reads: Vec::new() }
    }

    /// When the last step ends, in whole seconds.
    fn last(loads: &[Load], slots: u32, pools: &[u32]) -> u64 {
        let ends = finish(loads, slots, pools);
        ends.into_iter().fold(0.0, f64::max).round() as u64
    }

    #[test]
    fn partitions_spread_over_slots_in_whole_rounds() {
        assert_eq!(last(&[load(8, 10.0)], 4, &[]), 20);
        assert_eq!(last(&[load(9, 10.0)], 4, &[]), 30);
        assert_eq!(last(&[load(1, 10.0)], 4, &[]), 10);
        assert_eq!(last(&[load(0, 10.0)], 4, &[]), 0);
        assert_eq!(last(&[load(1_000_000, 0.5)], 8, &[]), 62_500);
    }

    #[test]
    fn limits_and_pools_hold_a_step_back_and_not_its_neighbors() {
        let one_by_one = Load { at_once: Some(1), ..load(10, 10.0) };
        assert_eq!(last(std::slice::from_ref(&one_by_one), 4, &[]), 100);
        assert_eq!(last(&[one_by_one, load(30, 10.0)], 4, &[]), 100, "beside each other");
        let pooled = Load { pool: Some((0, 1)), ..load(10, 10.0) };
        assert_eq!(last(&[pooled.clone(), pooled], 8, &[2]), 100, "two share a pool");
        let heavy = Load { pool: Some((0, 3)), ..load(4, 10.0) };
        assert_eq!(last(&[heavy], 8, &[2]), 40, "heavier than its pool: alone");
    }

    #[test]
    fn a_reader_begins_when_its_first_input_is_there_unless_it_needs_them_all() {
        let input = Load { at_once: Some(1), ..load(10, 10.0) };
        let reader = Load { reads: vec![(0, false)], ..load(10, 10.0) };
        assert_eq!(last(&[input.clone(), reader], 4, &[]), 110, "one behind the other");
        let all = Load { reads: vec![(0, true)], ..load(4, 10.0) };
        assert_eq!(last(&[input, all], 4, &[]), 110);
        let chain = |slots| {
            let mut loads = vec![load(8, 1.0)];
            loads.extend((0..3).map(|at| Load { reads: vec![(at, false)], ..load(8, 1.0) }));
            last(&loads, slots, &[])
        };
        assert_eq!(chain(8), 4);
        assert_eq!(chain(2), 16, "as much as the work");
    }

    proptest! {
        /// No estimate is below what no schedule can beat, nor above doing it all one by one.
        #[test]
        fn estimates_lie_between_the_bounds(
            shape in prop::collection::vec((1_u64..200, 1_u32..50, prop::option::of(1_u64..5)), 1..8),
            reads in prop::collection::vec((0_usize..8, any::<bool>()), 8),
            slots in 1_u32..16,
        ) {
            let loads: Vec<Load> = shape
                .iter()
                .enumerate()
                .map(|(at, (partitions, tenths, at_once))| Load {
                    at_once: *at_once,
                    reads: reads[at..=at].iter().filter(|(input, _)| *input < at).copied().collect(),
                    ..load(*partitions, f64::from(*tenths) / 10.0)
                })
                .collect();
            let ends = finish(&loads, slots, &[]);
            let last = ends.iter().copied().fold(0.0, f64::max);
            let work: f64 = loads.iter().map(|load| load.seconds * load.partitions as f64).sum();
            prop_assert!(work / f64::from(slots) <= last + 1e-6, "{last} for {work} on {slots}");
            prop_assert!(last <= work + 1e-6, "{last} for {work}");
            for (load, end) in loads.iter().zip(&ends) {
                for (input, _) in &load.reads {
                    prop_assert!(ends[*input] + load.seconds <= end + 1e-6);
                }
            }
        }
    }
}
