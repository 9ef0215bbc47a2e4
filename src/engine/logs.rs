//! What jobs say while they run: kept in bounds, and written to the database as they go.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use sqlx::PgPool;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::store::{self, LogChunk};

/// How often what was said is written down.
const FLUSH: Duration = Duration::from_millis(500);
/// How much of the beginning of an attempt's log is kept, in bytes.
const FIRST: u64 = 512 << 10;
/// How much of its end.
const LAST: u64 = 512 << 10;
/// How many bytes a row holds at most, unless a line has more.
const CHUNK_MAX: usize = 64 << 10;
/// How many bytes wait at most for a database that does not answer.
const UNSENT_MAX: usize = 32 << 20;

/// How loud events are.
const LEVELS: [&str; 5] = ["error", "warn", "info", "debug", "trace"];

/// Where a line comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// A tracing event, with its level.
    Event(&'static str),
}

impl Source {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Stdout => "stdout",
            Self::Stderr => "stderr",
            Self::Event(level) => level,
        }
    }
}

/// Takes what the attempts of a worker say, and writes it down in the background.
#[derive(Debug)]
pub struct Logs {
    shared: Arc<Shared>,
    /// Stops the writer, which then writes down what is left.
    stop: DropGuard,
    writer: JoinHandle<()>,
}

/// Takes what one attempt says. When the last copy is dropped, the log is complete.
#[derive(Clone, Debug)]
pub struct LogSink(Option<Arc<Open>>);

#[derive(Debug)]
struct Shared {
    attempts: Mutex<BTreeMap<(i64, i32), Buffer>>,
    /// Something is complete.
    complete: Notify,
}

#[derive(Debug)]
struct Open {
    shared: Arc<Shared>,
    run: i64,
    attempt: i32,
}

/// What an attempt said and nobody has written down.
#[derive(Debug, Default)]
struct Buffer {
    /// Of the beginning, which is kept.
    first: Vec<Line>,
    /// Of the rest, whose oldest make room.
    last: VecDeque<Line>,
    /// How many bytes `last` has.
    waiting: u64,
    /// How many lines there were so far.
    count: i64,
    /// How many bytes there were so far.
    bytes: u64,
    is_complete: bool,
}

#[derive(Debug)]
struct Line {
    number: i64,
    /// How many bytes were said before it.
    before: u64,
    at: Timestamp,
    source: Source,
    text: String,
}

impl Logs {
    /// Starts writing to this database.
    #[must_use]
    pub fn start(pool: PgPool) -> Self {
        let attempts = Mutex::new(BTreeMap::new());
        let shared = Arc::new(Shared { attempts, complete: Notify::new() });
        let stop = CancellationToken::new();
        let writer = tokio::spawn(write(Arc::clone(&shared), pool, stop.clone()));
        Self { shared, stop: stop.drop_guard(), writer }
    }

    /// Where an attempt's lines go.
    #[must_use]
    pub fn sink(&self, run: i64, attempt: i32) -> LogSink {
        LogSink(Some(Arc::new(Open { shared: Arc::clone(&self.shared), run, attempt })))
    }

    /// Writes down what is left.
    pub async fn close(self) {
        drop(self.stop);
        // A writer that panicked has said so.
        let _ = self.writer.await;
    }
}

impl LogSink {
    /// Takes lines and forgets them.
    #[must_use]
    pub const fn nowhere() -> Self {
        Self(None)
    }

    /// Takes a line.
    pub fn line(&self, source: Source, text: String) {
        if let Some(open) = &self.0 {
            let mut attempts = open.shared.lock();
            let buffer = attempts.entry((open.run, open.attempt)).or_default();
            buffer.push(crate::clock::now(), source, text);
        }
    }

    /// Takes a tracing event.
    pub fn event(&self, level: &str, text: String) {
        let level = LEVELS.into_iter().find(|known| *known == level).unwrap_or("info");
        self.line(Source::Event(level), text);
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if let Some(buffer) = self.shared.lock().get_mut(&(self.run, self.attempt)) {
            buffer.is_complete = true;
            self.shared.complete.notify_one();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<(i64, i32), Buffer>> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes everything that waits.
    fn take(&self) -> Vec<LogChunk> {
        let mut chunks = Vec::new();
        self.lock().retain(|(run, attempt), buffer| {
            buffer.take(*run, *attempt, &mut chunks);
            !buffer.is_complete
        });
        chunks
    }
}

impl Buffer {
    fn push(&mut self, at: Timestamp, source: Source, text: String) {
        self.count += 1;
        let (number, before, length) = (self.count, self.bytes, text.len() as u64 + 1);
        self.bytes += length;
        let line = Line { number, before, at, source, text };
        if before < FIRST {
            self.first.push(line);
            return;
        }
        self.last.push_back(line);
        self.waiting += length;
        while LAST < self.waiting {
            let Some(dropped) = self.last.pop_front() else { break };
            self.waiting -= dropped.text.len() as u64 + 1;
        }
    }

    fn take(&mut self, run: i64, attempt: i32, chunks: &mut Vec<LogChunk>) {
        let (mut held, mut next) = (0, 0);
        let is_beyond = FIRST + LAST < self.bytes;
        let keep_from = is_beyond.then(|| (self.bytes - LAST) as i64);
        for line in self.first.drain(..).chain(self.last.drain(..)) {
            if next != line.number || CHUNK_MAX < held + line.text.len() || held == 0 {
                chunks.push(LogChunk {
                    run,
                    attempt,
                    first_line: line.number,
                    first_byte: line.before as i64,
                    drop_range: keep_from.map(|until| (FIRST as i64, until)),
                    ..LogChunk::default()
                });
                held = 0;
            }
            let chunk = chunks.last_mut().expect("one was made for the first line");
            held += line.text.len() + 1;
            next = line.number + 1;
            chunk.at.push(line.at);
            chunk.sources.push(line.source.as_str());
            chunk.lines.push(line.text);
        }
        self.waiting = 0;
    }
}

async fn write(shared: Arc<Shared>, pool: PgPool, stop: CancellationToken) {
    let mut unsent: Vec<LogChunk> = Vec::new();
    let mut is_failing = false;
    loop {
        let is_last = stop.is_cancelled();
        unsent.extend(shared.take());
        drop_excess(&mut unsent);
        if !unsent.is_empty() {
            match send(&pool, &unsent).await {
                Ok(()) => {
                    unsent.clear();
                    is_failing = false;
                }
                Err(error) if error.is_about_data() => {
                    tracing::error!("could not keep what attempts said: {error}");
                    unsent.clear();
                }
                Err(error) if !is_failing => {
                    tracing::warn!("could not keep what attempts said, trying again: {error}");
                    is_failing = true;
                }
                Err(_) => (),
            }
        }
        if is_last {
            return;
        }
        tokio::select! {
            () = stop.cancelled() => (),
            () = shared.complete.notified(), if !is_failing => (),
            () = tokio::time::sleep(FLUSH) => (),
        }
    }
}

async fn send(pool: &PgPool, chunks: &[LogChunk]) -> store::Result<()> {
    let sending = async {
        let mut db = pool.acquire().await?;
        store::append_logs(&mut db, chunks).await
    };
    store::in_time(sending).await
}

/// Forgets the oldest when the database has not answered for long.
fn drop_excess(unsent: &mut Vec<LogChunk>) {
    let size = |chunk: &LogChunk| chunk.lines.iter().map(String::len).sum::<usize>();
    let mut all: usize = unsent.iter().map(size).sum();
    let mut dropped = 0;
    while UNSENT_MAX < all && dropped < unsent.len() {
        all -= size(&unsent[dropped]);
        dropped += 1;
    }
    if 0 < dropped {
        tracing::warn!("the database does not answer; {dropped} pieces of attempts' logs are lost");
        unsent.drain(..dropped);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(lines: impl Iterator<Item = String>) -> (Buffer, Vec<LogChunk>) {
        let (mut buffer, mut chunks) = (Buffer::default(), Vec::new());
        for line in lines {
            buffer.push(Timestamp::UNIX_EPOCH, Source::Stdout, line);
        }
        buffer.take(1, 1, &mut chunks);
        (buffer, chunks)
    }

    #[test]
    fn a_short_log_is_kept_whole() {
        let (_, chunks) = said((0..100).map(|line| line.to_string()));
        assert_eq!(chunks.len(), 1);
        assert_eq!(chunks[0].lines.len(), 100);
        assert_eq!((chunks[0].first_line, chunks[0].first_byte), (1, 0));
    }

    #[test]
    fn of_a_long_log_the_beginning_and_the_end_are_kept() {
        let (buffer, chunks) = said((0..200_000).map(|line| format!("line {line:>20}")));
        let lines: Vec<&String> = chunks.iter().flat_map(|chunk| &chunk.lines).collect();
        let bytes: usize = lines.iter().map(|line| line.len() + 1).sum();
        assert!(bytes as u64 <= FIRST + LAST + 30, "{bytes}");
        assert!(lines[0].ends_with(" 0") && lines[lines.len() - 1].ends_with(" 199999"));
        let ends = chunks.iter().map(|chunk| chunk.first_line + chunk.lines.len() as i64);
        let gaps = ends.zip(&chunks[1..]).filter(|(end, next)| *end != next.first_line).count();
        assert_eq!(gaps, 1, "it is cut at one place");
        assert_eq!(buffer.count, 200_000);
        let largest = chunks.iter().map(|chunk| chunk.lines.iter().map(String::len).sum::<usize>());
        assert!(largest.max().unwrap() <= CHUNK_MAX);
    }

    #[test]
    fn what_waits_stays_small_when_nobody_writes_it_down() {
        let mut buffer = Buffer::default();
        for _ in 0..300_000 {
            buffer.push(Timestamp::UNIX_EPOCH, Source::Stderr, "0123456789".to_owned());
        }
        let all = buffer.first.iter().chain(&buffer.last);
        let held: usize = all.map(|line| line.text.len() + 1).sum();
        assert!(held as u64 <= FIRST + LAST + 11, "{held}");
    }
}
