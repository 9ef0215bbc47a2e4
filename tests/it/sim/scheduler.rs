//! Schedulers, which observe, plan and record; and a person, who does what people do.

use std::collections::BTreeMap;

use tidemill::model::{Class, PartitionKey, PartitionSet, Ranges, Registered, Slice};
use tidemill::plan::{Request as Wanted, Select, assess, plan, wire};

use super::database::{Answer, Request, ledger};
use super::settings::SECOND;
use super::simulation::{Process, Simulation, Timer, Who};
use super::world::{CODE, instant};
use crate::model::queue::{Asked, Queue, Spot};

/// How often a scheduler looks at everything.
const PULSE: i64 = 10 * SECOND;
/// Everything that is missing, failed or stale.
const NEEDED: Select =
    Select { missing: true, failed: true, stale: true, keep_code: false, all: false };

/// What one life of a scheduler knows.
#[derive(Clone, Debug)]
pub(super) struct Scheduler {
    pub(super) process: Process,
    /// What had landed when it looked.
    listing: BTreeMap<Spot, u128>,
}

impl Scheduler {
    pub(super) fn new(process: Process) -> Self {
        Self { process, listing: BTreeMap::new() }
    }
}

/// A person at a terminal.
#[derive(Clone, Debug, Default)]
pub(super) struct Person {
    pub(super) is_gone: bool,
    /// The plan that was shown.
    shown: Option<(Wanted, String)>,
}

impl Simulation {
    pub(super) fn scheduler_pulse(&mut self, at: usize) {
        let who = Who::Scheduler(at);
        self.schedulers[at].process.is_up = true;
        self.schedulers[at].listing = self.landed.clone();
        self.ask(who, Request::Sources);
        self.remind_after(who, PULSE, Timer::Pulse);
    }

    /// Whatever fails is left to the next pulse.
    pub(super) fn scheduler_hears(&mut self, at: usize, answer: Option<Answer>) {
        let who = Who::Scheduler(at);
        match answer {
            Some(Answer::Sources(known)) => {
                let known: BTreeMap<Spot, u128> = known.into_iter().collect();
                let listing = &self.schedulers[at].listing;
                let is_news = |(spot, content): &(&Spot, &u128)| known.get(*spot) != Some(*content);
                let news: Vec<(Spot, u128)> = listing
                    .iter()
                    .filter(is_news)
                    .map(|(spot, content)| (spot.clone(), *content))
                    .collect();
                let next = if news.is_empty() { Request::Picture } else { Request::Observe(news) };
                self.ask(who, next);
            }
            Some(Answer::Done) => self.ask(who, Request::Picture),
            Some(Answer::Picture(seen)) => {
                let now = self.now + self.schedulers[at].process.shift;
                let wanted = self.everything(NEEDED, false);
                let class = if self.random.chance(500) { Class::Live } else { Class::Late };
                if let Some(asked) = self.draw(&seen, now, &wanted, class, None) {
                    self.ask(who, Request::Apply(Box::new(asked)));
                }
            }
            _ => {}
        }
    }

    /// Asks for all partitions of all jobs.
    fn everything(&self, select: Select, downstream: bool) -> Wanted {
        let all = || PartitionSet::of(Slice::none(), Ranges::from_range(i64::MIN..i64::MAX));
        let targets = (0..self.catalog.datasets().len()).map(|dataset| (dataset, all()));
        Wanted { targets: targets.collect(), select, upstream: false, downstream }
    }

    /// Plans a request and spells it out; none when there is nothing to make, or the plan is not the
    /// one that was shown.
    fn draw(
        &mut self,
        seen: &Queue,
        now: i64,
        wanted: &Wanted,
        class: Class,
        shown: Option<&str>,
    ) -> Option<Asked> {
        let ledger = ledger(seen, now);
        let plan = plan(self.catalog, &ledger, wanted);
        if plan.runs() == 0 || shown.is_some_and(|hash| hash != plan.hash) {
            return None;
        }
        let assessment = assess(self.catalog, &ledger);
        let wiring = wire(self.catalog, &ledger, &assessment, &plan, self.random.chance(300));
        let jobs = self.catalog.datasets().iter();
        Some(Asked {
            wiring,
            class,
            priority: self.random.below(2) as i16,
            concurrency: self.random.chance(200).then(|| 1 + self.random.below(3) as i32),
            deadlines: Vec::new(),
            codes: jobs.map(|dataset| dataset.job().map(|_| CODE)).collect(),
        })
    }

    /// The partitions of a dataset whose time has come, by the true time.
    pub(super) fn days(&self, dataset: usize) -> Vec<PartitionKey> {
        let extents = self.catalog.extents(instant(self.now), &Registered::new());
        extents.of(dataset).ordinals.iter().map(PartitionKey::time).collect()
    }

    pub(super) fn person_pulse(&mut self) {
        if self.person.is_gone {
            return;
        }
        let next = self.now + self.random.between(2 * SECOND, 15 * SECOND);
        self.remind(Who::Person, next, Timer::Pulse);
        if !self.random.chance(self.settings.faults.meddle) {
            return;
        }
        let is_paused = self.random.chance(400);
        let recent = self.random.below(4);
        match self.random.below(8) {
            0 => {
                let dataset = self.random.below(self.catalog.datasets().len());
                self.ask(Who::Person, Request::PauseJob(dataset, is_paused));
            }
            1 => self.ask(Who::Person, Request::PauseBackfill(recent, is_paused)),
            2 => self.ask(Who::Person, Request::ResumeBackfill(recent)),
            3 => self.ask(Who::Person, Request::CancelBackfill(recent)),
            4 => {
                let back = self.random.below(10) as i64;
                self.ask(Who::Person, Request::CancelRun(self.queue.last.run - back));
            }
            _ => {
                let select = Select { all: self.random.chance(500), ..NEEDED };
                let downstream = self.random.chance(300);
                let mut wanted = self.everything(select, downstream);
                let dataset = self.random.below(self.catalog.datasets().len());
                wanted.targets.retain(|(target, _)| *target == dataset);
                self.person.shown = Some((wanted, String::new()));
                self.ask(Who::Person, Request::Picture);
            }
        }
    }

    /// Looks at a plan, and asks for it a moment later if it is still the same.
    pub(super) fn person_hears(&mut self, answer: Option<Answer>) {
        let Some(Answer::Picture(seen)) = answer else { return };
        let Some((wanted, hash)) = self.person.shown.take() else { return };
        if hash.is_empty() {
            let plan = plan(self.catalog, &ledger(&seen, self.now), &wanted);
            self.person.shown = Some((wanted, plan.hash));
            self.ask(Who::Person, Request::Picture);
        } else if let Some(asked) =
            self.draw(&seen, self.now, &wanted, Class::Backfill, Some(&hash))
        {
            self.ask(Who::Person, Request::Apply(Box::new(asked)));
        }
    }
}
