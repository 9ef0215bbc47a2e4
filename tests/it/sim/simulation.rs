//! The loop: one thread, one queue of events, and chance that a seed decides.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use tidemill::spec::Catalog;

use super::database::{self, Answer, Request};
use super::random::Random;
use super::scheduler::{Person, Scheduler};
use super::settings::{SECOND, Settings};
use super::shapes::{queue_of, shapes};
use super::worker::Worker;
use super::world::Lake;
use crate::model::queue::{Fence, Flaw, Queue, Spot};

/// Somebody who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Who {
    Worker(usize),
    Scheduler(usize),
    Person,
}

/// What somebody is reminded of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Timer {
    Boot,
    Beat,
    Ask,
    Poll,
    Republish,
    Executed(Fence),
    Staged(Fence, bool),
    Pulse,
}

#[derive(Debug)]
enum Event {
    /// Somebody is reminded of something.
    Timer(Who, u32, Timer),
    /// A question reaches the database; how long the answer takes, if it arrives at all.
    Arrive(Who, u32, Box<Request>, Option<i64>),
    /// An answer, or an error, reaches who asked.
    Answer(Who, u32, Box<Request>, Option<Box<Answer>>),
    /// Something goes wrong somewhere.
    Trouble,
    /// New data lands.
    Land,
}

/// A process: whether it is there, and by which clock it lives.
#[derive(Clone, Debug)]
pub(super) struct Process {
    /// Which of its lives this is: what was sent to another is lost.
    pub(super) life: u32,
    pub(super) is_up: bool,
    pub(super) frozen_until: i64,
    /// How fast its monotonic clock is, in thousandths.
    pub(super) rate: i64,
    /// How far its wall clock is off.
    pub(super) shift: i64,
}

/// How often what must be survived was there to be survived.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    /// Work that was dropped, since somebody else had the run.
    pub(super) fenced: u64,
    /// Groups that were published though their sender heard of an error.
    pub(super) unknown: u64,
    /// Runs that were claimed though their worker heard of an error.
    pub(super) adrift: u64,
    /// Plans that were refused, since the world had moved.
    pub(super) moved: u64,
}

impl Seen {
    fn count(&mut self, answer: &Answer, is_heard: bool) {
        match answer {
            Answer::Committed(held) => {
                self.fenced += held.iter().filter(|held| !**held).count() as u64;
                self.unknown += u64::from(!is_heard);
            }
            Answer::Claimed(claims) if !is_heard => self.adrift += claims.len() as u64,
            Answer::Applied(None) => self.moved += 1,
            _ => {}
        }
    }
}

/// A simulated world.
pub(super) struct Simulation {
    pub(super) catalog: &'static Catalog,
    pub(super) settings: Settings,
    pub(super) random: Random,
    pub(super) now: i64,
    pub(super) queue: Queue,
    pub(super) lake: Lake,
    /// What has landed: the content of each partition of each source.
    pub(super) landed: BTreeMap<Spot, u128>,
    pub(super) workers: Vec<Worker>,
    pub(super) schedulers: Vec<Scheduler>,
    pub(super) person: Person,
    events: BinaryHeap<Reverse<(i64, u64)>>,
    waiting: BTreeMap<u64, Event>,
    sent: u64,
    away_until: i64,
    is_calm: bool,
    trace: Option<Vec<String>>,
    pub(super) seen: Seen,
}

impl Simulation {
    /// The world of a seed; with a trace of what happens if asked for.
    pub(super) fn new(seed: u64, flaw: Option<Flaw>, is_traced: bool) -> Self {
        let mut random = Random::new(seed);
        let settings = Settings::of(&mut random, shapes().len());
        let catalog = &shapes()[settings.shape];
        let queue = Queue { flaw, ..queue_of(catalog) };
        let mut simulation = Self {
            catalog,
            random,
            now: 0,
            queue,
            lake: Lake::default(),
            landed: BTreeMap::new(),
            workers: Vec::new(),
            schedulers: Vec::new(),
            person: Person::default(),
            events: BinaryHeap::new(),
            waiting: BTreeMap::new(),
            sent: 0,
            away_until: 0,
            is_calm: false,
            trace: is_traced.then(Vec::new),
            seen: Seen::default(),
            settings,
        };
        simulation.populate();
        simulation
    }

    fn populate(&mut self) {
        for at in 0..self.settings.workers {
            let process = self.process();
            self.workers.push(Worker::new(process));
            self.remind(Who::Worker(at), self.now, Timer::Boot);
        }
        for at in 0..self.settings.schedulers {
            let process = self.process();
            self.schedulers.push(Scheduler::new(process));
            let soon = self.random.between(0, SECOND);
            self.remind(Who::Scheduler(at), soon, Timer::Pulse);
        }
        self.remind(Who::Person, 2 * SECOND, Timer::Pulse);
        self.schedule(0, Event::Land);
        self.schedule(SECOND, Event::Trouble);
    }

    fn process(&mut self) -> Process {
        let (skew, shift) = (self.settings.faults.skew, self.settings.faults.shift);
        let rate = 1000 + self.random.between(-skew, skew + 1);
        let shift = self.random.between(-shift, shift + 1) * SECOND;
        Process { life: 0, is_up: true, frozen_until: 0, rate, shift }
    }

    /// Writes down what happens, if anybody reads it.
    pub(super) fn note(&mut self, text: impl FnOnce() -> String) {
        let now = self.now;
        if let Some(trace) = &mut self.trace {
            trace.push(format!("{:>9.3} {}", now as f64 / SECOND as f64, text()));
        }
    }

    /// The last of what happened.
    pub(super) fn trace(&self) -> String {
        let trace = self.trace.as_deref().unwrap_or_default();
        trace[trace.len().saturating_sub(60)..].join("\n")
    }

    fn schedule(&mut self, at: i64, event: Event) {
        self.sent += 1;
        self.events.push(Reverse((at, self.sent)));
        self.waiting.insert(self.sent, event);
    }

    /// Reminds somebody of something at a time, unless they die before.
    pub(super) fn remind(&mut self, who: Who, at: i64, timer: Timer) {
        let life = self.life(who);
        self.schedule(at, Event::Timer(who, life, timer));
    }

    /// The same after a time by their own clock.
    pub(super) fn remind_after(&mut self, who: Who, after: i64, timer: Timer) {
        let rate = self.process_of(who).map_or(1000, |process| process.rate);
        self.remind(who, self.now + after * 1000 / rate, timer);
    }

    /// What somebody's monotonic clock says.
    pub(super) fn clock(&self, who: Who) -> i64 {
        self.now / 1000 * self.process_of(who).map_or(1000, |process| process.rate)
    }

    fn process_of(&self, who: Who) -> Option<&Process> {
        match who {
            Who::Worker(at) => Some(&self.workers[at].process),
            Who::Scheduler(at) => Some(&self.schedulers[at].process),
            Who::Person => None,
        }
    }

    fn process_mut(&mut self, who: Who) -> Option<&mut Process> {
        match who {
            Who::Worker(at) => Some(&mut self.workers[at].process),
            Who::Scheduler(at) => Some(&mut self.schedulers[at].process),
            Who::Person => None,
        }
    }

    fn life(&self, who: Who) -> u32 {
        self.process_of(who).map_or(0, |process| process.life)
    }

    /// Asks the database. What becomes of question and answer is chance.
    pub(super) fn ask(&mut self, who: Who, request: Request) {
        let faults = self.settings.faults;
        let life = self.life(who);
        let mut there = self.random.between(200, 3000);
        let mut back = self.random.between(200, 3000);
        if self.random.chance(faults.slow) {
            there += self.random.between(0, 8 * SECOND);
            back += self.random.between(0, 8 * SECOND);
        }
        let request = Box::new(request);
        if self.random.chance(faults.abort) {
            self.schedule(self.now + there + back, Event::Answer(who, life, request, None));
        } else if self.random.chance(faults.unknown) {
            let event = Event::Answer(who, life, request.clone(), None);
            self.schedule(self.now + there, Event::Arrive(who, life, request, None));
            self.schedule(self.now + there + back, event);
        } else if self.random.chance(faults.late) {
            let patience = 3 * SECOND;
            let event = Event::Answer(who, life, request.clone(), None);
            let late = self.random.between(0, 25 * SECOND);
            self.schedule(self.now + patience + late, Event::Arrive(who, life, request, None));
            self.schedule(self.now + patience, event);
        } else {
            self.schedule(self.now + there, Event::Arrive(who, life, request, Some(back)));
        }
    }

    /// Lives until `end`; the first promise that did not hold.
    pub(super) fn run(&mut self, end: i64) -> Result<(), String> {
        while let Some(Reverse((at, number))) = self.events.peek().copied() {
            if end < at {
                break;
            }
            self.events.pop();
            let Some(event) = self.waiting.remove(&number) else { continue };
            self.now = at;
            self.happen(event)?;
        }
        self.now = end;
        Ok(())
    }

    fn happen(&mut self, event: Event) -> Result<(), String> {
        match event {
            Event::Timer(who, life, _) | Event::Answer(who, life, ..) if life != self.life(who) => {
            }
            Event::Timer(who, ..) | Event::Answer(who, ..) if self.now < self.thaws(who) => {
                // It stands still, and finds all of it when it goes on.
                let thaws = self.thaws(who);
                self.schedule(thaws, event);
            }
            Event::Timer(who, _, timer) => self.timer(who, timer),
            Event::Answer(who, _, request, answer) => {
                if answer.is_none() {
                    self.note(|| format!("{who:?} hears of an error: {}", request.text()));
                }
                match who {
                    Who::Worker(at) => self.worker_hears(at, *request, answer.map(|one| *one)),
                    Who::Scheduler(at) => self.scheduler_hears(at, answer.map(|one| *one)),
                    Who::Person => self.person_hears(answer.map(|one| *one)),
                }
            }
            Event::Arrive(who, life, request, back) => {
                return self.arrive(who, life, request, back);
            }
            Event::Trouble => self.trouble(),
            Event::Land => self.land(),
        }
        Ok(())
    }

    fn thaws(&self, who: Who) -> i64 {
        self.process_of(who).map_or(0, |process| process.frozen_until)
    }

    fn timer(&mut self, who: Who, timer: Timer) {
        match who {
            Who::Worker(at) => self.worker_timer(at, timer),
            Who::Scheduler(at) => self.scheduler_pulse(at),
            Who::Person => self.person_pulse(),
        }
    }

    /// A question reaches the database.
    fn arrive(
        &mut self,
        who: Who,
        life: u32,
        request: Box<Request>,
        back: Option<i64>,
    ) -> Result<(), String> {
        let is_away = self.now < self.away_until;
        let answer = if is_away {
            None
        } else {
            // No two transactions have the same time.
            self.queue.now = (self.queue.now + 1).max(self.now);
            let answer = request.execute(&mut self.queue, self.catalog);
            if request.changes() {
                let is_idle = matches!(&answer, Answer::Claimed(claims) if claims.is_empty());
                if !is_idle {
                    self.note(|| format!("{who:?}: {} = {}", request.text(), brief(&answer)));
                }
                self.seen.count(&answer, back.is_some());
                let fault = database::fault(&request, &answer, &self.queue);
                let fault = fault.or_else(|| self.queue.fault());
                let fault = fault.or_else(|| self.lake.fault(&self.queue));
                if let Some(fault) = fault {
                    return Err(fault);
                }
            }
            Some(Box::new(answer))
        };
        if let Some(back) = back {
            self.schedule(self.now + back, Event::Answer(who, life, request, answer));
        }
        Ok(())
    }

    /// Something goes wrong, or nothing.
    fn trouble(&mut self) {
        if self.is_calm {
            return;
        }
        let faults = self.settings.faults;
        let everyone = self.settings.workers + self.settings.schedulers;
        let chosen = self.random.below(everyone);
        let who = match chosen.checked_sub(self.settings.workers) {
            Some(scheduler) => Who::Scheduler(scheduler),
            None => Who::Worker(chosen),
        };
        if self.random.chance(faults.outage / 4) {
            self.away_until = self.now + self.random.between(0, 30 * SECOND);
            self.note(|| "the database is away".to_owned());
        }
        if self.random.chance(faults.crash) {
            let pause = self.random.between(0, 20 * SECOND);
            self.crash(who, pause);
        } else if self.random.chance(faults.freeze) {
            let until = self.now + self.random.between(0, 40 * SECOND);
            self.note(|| format!("{who:?} stands still until {}", until / SECOND));
            if let Some(process) = self.process_mut(who) {
                process.frozen_until = until;
            }
        } else if let Who::Worker(at) = who
            && self.random.chance(faults.drain)
        {
            self.note(|| format!("{who:?} is told to go"));
            self.drain(at);
        }
        let next = self.now + self.random.between(SECOND, 5 * SECOND);
        self.schedule(next, Event::Trouble);
    }

    /// A process is gone, and another like it comes after a pause.
    pub(super) fn crash(&mut self, who: Who, pause: i64) {
        self.note(|| format!("{who:?} dies"));
        if let Some(process) = self.process_mut(who) {
            process.life += 1;
            process.is_up = false;
            process.frozen_until = 0;
        }
        let timer = match who {
            Who::Worker(at) => {
                self.workers[at] = Worker::new(self.workers[at].process.clone());
                Timer::Boot
            }
            Who::Scheduler(at) => {
                self.schedulers[at] = Scheduler::new(self.schedulers[at].process.clone());
                Timer::Pulse
            }
            Who::Person => return,
        };
        self.remind(who, self.now + pause, timer);
    }

    /// New data lands, or what landed changes.
    fn land(&mut self) {
        if !self.is_calm {
            let next = self.now + self.random.between(SECOND, 2 * self.settings.landing);
            self.schedule(next, Event::Land);
        }
        let sources = self.catalog.datasets().iter().enumerate();
        let sources: Vec<usize> =
            sources.filter(|(_, one)| one.source().is_some()).map(|(index, _)| index).collect();
        for source in sources {
            for key in self.days(source) {
                let spot = (source, key);
                let is_new = !self.landed.contains_key(&spot);
                if is_new || (!self.is_calm && self.random.chance(150)) {
                    let content = self.random.below(1000) as u128;
                    self.landed.insert(spot, content);
                }
            }
        }
    }

    /// Everything stops going wrong, and whoever stood still goes on.
    pub(super) fn calm(&mut self) {
        if !self.is_calm {
            self.note(|| "nothing goes wrong any more".to_owned());
            self.is_calm = true;
            // What was still to come comes now.
            self.land();
        }
        self.settings.calm();
        self.away_until = 0;
        let now = self.now;
        let everyone = (0..self.workers.len()).map(Who::Worker);
        let everyone: Vec<Who> =
            everyone.chain((0..self.schedulers.len()).map(Who::Scheduler)).collect();
        for who in everyone {
            // What was put off until then comes then; nothing new is put off.
            if let Some(process) = self.process_mut(who) {
                process.frozen_until = process.frozen_until.min(now);
                process.shift = 0;
            }
        }
        self.person.is_gone = true;
        self.queue.jobs.iter_mut().for_each(|job| job.is_paused = false);
        self.queue.backfills.values_mut().for_each(|backfill| backfill.is_paused = false);
    }
}

fn brief(answer: &Answer) -> String {
    match answer {
        Answer::Claimed(claims) => {
            let runs = claims.iter().map(|claim| format!("{}/{}", claim.id, claim.attempt));
            runs.collect::<Vec<_>>().join(" ")
        }
        other => format!("{other:?}"),
    }
}
