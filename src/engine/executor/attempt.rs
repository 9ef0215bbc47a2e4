//! One attempt in a child: told, watched, and ended in time.

use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::assignment::Assignment;
use super::crew::Stopped;
use super::death::Death;
use super::process::{News, Process};
use super::usage;
use super::wire::{Answer, Order, Outcome, Spent};
use crate::engine::LogSink;

/// How soon a child is looked at, and how often later.
const WATCH: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(100));

/// What an attempt may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) timeout: Duration,
    pub(super) memory: Option<u64>,
    /// How long it may take to stop when it is told to.
    pub(super) grace: Duration,
    /// For how long its process may be stopped by a signal.
    pub(super) frozen: Duration,
}

/// How an attempt ended.
#[derive(Debug)]
pub(super) enum End {
    /// It said so itself.
    Told { outcomes: Vec<Outcome>, spent: Spent },
    /// It was told to stop, and is gone.
    Stopped { why: Stopped, was_killed: bool, seen: Seen },
    /// Its process ended.
    Died { death: Death, seen: Seen },
    /// Its process ended before the job's code was called.
    NotBegun(String),
    /// It said what is not understood.
    Garbled(String),
}

/// What was seen of a child from outside.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    pub(super) peak_bytes: Option<u64>,
    pub(super) cpu_seconds: Option<f64>,
    is_over: bool,
}

/// Lets a child make an assignment. Only after [`End::Told`] it may be used again.
pub(super) async fn attempt(
    process: &mut Process,
    assignment: Assignment,
    limits: Limits,
    cancel: &CancellationToken,
    logs: &LogSink,
) -> End {
    process.last_words.clear();
    let memory = match process.cap(limits.memory) {
        Ok(memory) => memory,
        Err(error) => return End::NotBegun(format!("could not limit its memory: {error}")),
    };
    let assignment = Assignment { memory, ..assignment };
    if let Err(error) = process.say(&Order::Make(Box::new(assignment))) {
        return End::Garbled(format!("could not say what to make: {error}"));
    }
    let mut watch = Watch {
        process,
        limits,
        logs,
        has_begun: false,
        cpu_before: 0.0,
        seen: Seen::default(),
        frozen_since: None,
    };
    watch.follow(cancel).await
}

struct Watch<'a> {
    process: &'a mut Process,
    limits: Limits,
    logs: &'a LogSink,
    has_begun: bool,
    /// The processor time that the child had taken when it began.
    cpu_before: f64,
    seen: Seen,
    /// Since when it was seen to be stopped by a signal.
    frozen_since: Option<Instant>,
}

impl Watch<'_> {
    async fn follow(&mut self, cancel: &CancellationToken) -> End {
        let mut pause = WATCH.0;
        let mut look_at = Instant::now() + pause;
        let deadline = tokio::time::sleep(self.limits.timeout);
        tokio::pin!(deadline);
        let why = loop {
            // News come last: a job that writes without end must not hide that its time is over.
            tokio::select! {
                biased;
                () = cancel.cancelled() => break Stopped::Cancelled,
                () = &mut deadline => break Stopped::Timeout,
                () = tokio::time::sleep_until(look_at) => {
                    self.look();
                    if self.is_frozen() {
                        break Stopped::Frozen;
                    }
                    pause = (pause * 2).min(WATCH.1);
                    look_at = Instant::now() + pause;
                }
                news = self.process.news(self.logs) => {
                    if let Some(end) = self.hear(news).await {
                        return end;
                    }
                }
            }
        };
        self.look();
        self.stop(why).await
    }

    /// Tells the child to stop, and kills it when it does not.
    async fn stop(&mut self, why: Stopped) -> End {
        // What cannot be said is shown by the signal, and by the end of its patience.
        let _ = self.process.say(&Order::Stop);
        self.process.tell();
        let grace = match why {
            // It hears nothing.
            Stopped::Frozen => Duration::ZERO,
            Stopped::Timeout | Stopped::Cancelled => self.limits.grace,
        };
        let grace = tokio::time::sleep(grace);
        tokio::pin!(grace);
        let was_killed = loop {
            tokio::select! {
                biased;
                () = &mut grace => break true,
                news = self.process.news(self.logs) => match news {
                    News::Answer(Answer::Event { level, text }) => self.logs.event(&level, text),
                    News::Answer(Answer::Ended { spent, .. }) => {
                        self.seen.peak_bytes = spent.peak_bytes.or(self.seen.peak_bytes);
                        self.seen.cpu_seconds = Some(spent.cpu_seconds);
                        break false;
                    }
                    News::Answer(_) => (),
                    News::Garbage(_) | News::Gone => break false,
                },
            }
        };
        self.process.kill();
        self.process.end().await;
        self.process.drain(self.logs);
        End::Stopped { why, was_killed, seen: self.seen }
    }

    /// Whether a signal has held it up for too long.
    fn is_frozen(&self) -> bool {
        self.frozen_since.is_some_and(|since| self.limits.frozen <= since.elapsed())
    }

    /// Looks at the child from outside, and ends it when it has too much memory.
    fn look(&mut self) {
        let id = self.process.id();
        let sample = usage::sample(id);
        self.frozen_since = match sample.is_some_and(|sample| sample.is_frozen) {
            true => Some(self.frozen_since.unwrap_or_else(Instant::now)),
            false => None,
        };
        if !self.has_begun {
            return;
        }
        if let Some(cpu) = usage::cpu(id) {
            self.seen.cpu_seconds = Some((cpu.as_secs_f64() - self.cpu_before).max(0.0));
        }
        let Some(sample) = sample else { return };
        self.seen.peak_bytes = self.seen.peak_bytes.max(Some(sample.peak));
        if self.limits.memory.is_some_and(|limit| limit < sample.own) {
            self.seen.is_over = true;
            self.process.kill();
        }
    }

    async fn hear(&mut self, news: News) -> Option<End> {
        match news {
            News::Answer(Answer::Began { cpu_seconds }) => {
                self.has_begun = true;
                self.cpu_before = cpu_seconds;
            }
            // What a task of the attempt before says now belongs to nobody.
            News::Answer(Answer::Event { .. }) if !self.has_begun => (),
            News::Answer(Answer::Event { level, text }) => self.logs.event(&level, text),
            News::Answer(Answer::Ended { outcomes, spent }) => {
                self.process.drain(self.logs);
                return Some(End::Told { outcomes, spent });
            }
            News::Answer(other) => {
                return Some(End::Garbled(format!("it said `{other:?}` in the middle")));
            }
            News::Garbage(error) => return Some(End::Garbled(error.to_string())),
            News::Gone => return Some(self.gone().await),
        }
        None
    }

    async fn gone(&mut self) -> End {
        let status = self.process.end().await;
        self.process.drain(self.logs);
        let last_words = std::mem::take(&mut self.process.last_words);
        if !self.has_begun {
            let how = status.map_or_else(|| "?".to_owned(), |status| status.to_string());
            return End::NotBegun(format!("{how}: {}", last_words.join("; ")));
        }
        let death = Death {
            is_over: self.seen.is_over || self.process.had_too_much(),
            limit: self.limits.memory,
            peak: self.seen.peak_bytes,
            last_words,
            ..Death::default()
        };
        End::Died { death: death.ended(status), seen: self.seen }
    }
}
