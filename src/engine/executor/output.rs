//! What a job writes to one of its two streams.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::{AsFd as _, OwnedFd};

use tokio::net::unix::pipe::Receiver;

use super::lines::Lines;
use crate::engine::{LogSink, Source};

/// How much is read at once.
const READ: usize = 64 << 10;
/// How many last lines of standard error are remembered.
const LAST_WORDS: usize = 20;

/// One of the two streams that a job writes to.
#[derive(Debug)]
pub(super) struct Output {
    pipe: Receiver,
    /// The same pipe, read without asking whether there is something.
    direct: File,
    source: Source,
    buffer: Box<[u8]>,
    lines: Lines,
    is_closed: bool,
}

impl Output {
    pub(super) fn new(pipe: OwnedFd, source: Source) -> io::Result<Self> {
        let pipe = Receiver::from_owned_fd(pipe)?;
        let direct = File::from(pipe.as_fd().try_clone_to_owned()?);
        let buffer = vec![0; READ].into_boxed_slice();
        Ok(Self { pipe, direct, source, buffer, lines: Lines::default(), is_closed: false })
    }

    /// Waits until there is something to take.
    pub(super) async fn readable(&self) {
        if self.is_closed || self.pipe.readable().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Takes some of what is there.
    pub(super) fn take(&mut self, logs: &LogSink, last_words: &mut Vec<String>) {
        match self.pipe.try_read(&mut self.buffer) {
            Ok(0) => self.is_closed = true,
            Ok(count) => self.hand_on(count, logs, last_words),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => (),
            Err(_) => self.is_closed = true,
        }
    }

    /// Takes all of what is there, and ends the last line.
    pub(super) fn drain(&mut self, logs: &LogSink, last_words: &mut Vec<String>) {
        // A child of the job may go on writing without end: a few full pipes are enough.
        for _ in 0..64 {
            match self.direct.read(&mut self.buffer) {
                Ok(0) => {
                    self.is_closed = true;
                    break;
                }
                Ok(count) => self.hand_on(count, logs, last_words),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => (),
                Err(_) => break,
            }
        }
        let source = self.source;
        self.lines.finish(|line| say(source, line, logs, last_words));
    }

    /// Makes lines of what was read.
    fn hand_on(&mut self, count: usize, logs: &LogSink, last_words: &mut Vec<String>) {
        let source = self.source;
        self.lines.push(&self.buffer[..count], |line| say(source, line, logs, last_words));
    }
}

fn say(source: Source, line: String, logs: &LogSink, last_words: &mut Vec<String>) {
    if source == Source::Stderr {
        if last_words.len() == LAST_WORDS {
            last_words.remove(0);
        }
        last_words.push(line.clone());
    }
    logs.line(source, line);
}
