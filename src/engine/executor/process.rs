//! One child process as the worker has it: started, greeted, listened to, killed.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{UnixListener, UnixStream};
use tokio::process::{Child, Command};

use super::cgroup::Cgroup;
use super::meet;
use super::output::Output;
use super::wire::{self, Answer, Order, PROTOCOL};
use crate::engine::{LogSink, Source};

/// How long a child may take to declare and check the project.
const READY_MAX: Duration = Duration::from_mins(2);
/// How much is read at once.
const READ: usize = 64 << 10;

/// How children are started.
#[derive(Clone, Debug)]
pub(super) struct Recipe {
    pub(super) program: PathBuf,
    /// What it is called among the processes of the machine.
    pub(super) name: OsString,
    pub(super) arguments: Vec<OsString>,
    pub(super) environment: Vec<(OsString, OsString)>,
    pub(super) threads: usize,
    /// Where control groups for children may be made.
    pub(super) cgroup: Option<PathBuf>,
    /// The digest of what a child must declare.
    pub(super) code: String,
}

/// A running child. Dropping it kills its whole group.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    group: Pid,
    cgroup: Option<Cgroup>,
    is_ready: bool,
    /// Since when it waits for an attempt.
    pub(super) idle_since: Instant,
    /// The memory it had when it last told.
    pub(super) resident: u64,
    /// Until it has called.
    meeting: Option<Meeting>,
    socket: Option<UnixStream>,
    inbox: Vec<u8>,
    outbox: Vec<u8>,
    is_dead: bool,
    out: Output,
    err: Output,
    pub(super) last_words: Vec<String>,
}

/// What a child told or did.
#[derive(Debug)]
pub(super) enum News {
    /// It said something.
    Answer(Answer),
    /// It said something that is not understood.
    Garbage(io::Error),
    /// It is gone, or will not speak again.
    Gone,
}

impl Process {
    /// Starts a child; it makes itself ready on its own.
    pub(super) fn start(recipe: &Recipe) -> io::Result<Self> {
        let (listener, name) = meet::open()?;
        let (out, out_end) = io::pipe()?;
        let (err, err_end) = io::pipe()?;
        let child = Command::new(&recipe.program)
            .arg0(&recipe.name)
            .args(&recipe.arguments)
            .arg(&name)
            .env_clear()
            .envs(recipe.environment.iter().map(|(name, value)| (name, value)))
            .env("POLARS_MAX_THREADS", recipe.threads.to_string())
            .stdin(Stdio::null())
            .stdout(out_end)
            .stderr(err_end)
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let pid = child.id().unwrap_or_default();
        let cgroup = recipe.cgroup.as_deref().map(|base| {
            let failed = |error| {
                let text = format!("no control group below `{}`: {error}", base.display());
                io::Error::other(text)
            };
            Cgroup::around(base, pid).map_err(failed)
        });
        let mut process = Self {
            child,
            group: Pid::from_raw(pid as i32),
            cgroup: cgroup.transpose()?,
            is_ready: false,
            idle_since: Instant::now(),
            resident: 0,
            meeting: Some(Meeting { listener: UnixListener::from_std(listener)?, name }),
            socket: None,
            inbox: Vec::new(),
            outbox: Vec::new(),
            is_dead: false,
            out: Output::new(out.into(), Source::Stdout)?,
            err: Output::new(err.into(), Source::Stderr)?,
            last_words: Vec::new(),
        };
        process.say(&Order::Hello { protocol: PROTOCOL })?;
        Ok(process)
    }

    /// Says something; it goes out while the answer is waited for.
    pub(super) fn say(&mut self, order: &Order) -> io::Result<()> {
        self.outbox.extend(wire::frame(order)?);
        Ok(())
    }

    pub(super) fn id(&self) -> u32 {
        self.group.as_raw() as u32
    }

    /// Holds the child to this much memory, as far as that can be done from outside; what is left
    /// for it to hold itself to.
    pub(super) fn cap(&self, bytes: Option<u64>) -> io::Result<Option<u64>> {
        let Some(cgroup) = &self.cgroup else { return Ok(bytes) };
        cgroup.limit(bytes)?;
        Ok(None)
    }

    /// Whether the kernel found it to have too much memory.
    pub(super) fn had_too_much(&self) -> bool {
        self.cgroup.as_ref().is_some_and(Cgroup::has_killed)
    }

    /// Waits until the child is ready for work.
    pub(super) async fn ready(&mut self, code: &str) -> Result<(), String> {
        if self.is_ready {
            return Ok(());
        }
        let waited = tokio::time::timeout(READY_MAX, self.first_answer()).await;
        let answer = waited.map_err(|_| format!("it was not ready after {READY_MAX:?}"))?;
        match answer? {
            Answer::Hello { protocol, .. } if protocol != PROTOCOL => {
                Err(format!("it speaks protocol {protocol}, this worker speaks {PROTOCOL}"))
            }
            Answer::Hello { code: theirs, .. } if theirs != code => {
                Err("it declares other jobs than this worker; is the program another one now, or \
                     does what it declares depend on the time?"
                    .to_owned())
            }
            Answer::Hello { .. } => {
                // What was written so far belongs to no attempt.
                self.drain(&LogSink::nowhere());
                self.is_ready = true;
                Ok(())
            }
            Answer::Refused { why } => Err(why),
            other => Err(format!("its first word was not a greeting: {other:?}")),
        }
    }

    async fn first_answer(&mut self) -> Result<Answer, String> {
        let nowhere = LogSink::nowhere();
        match self.news(&nowhere).await {
            News::Answer(answer) => Ok(answer),
            News::Garbage(error) => Err(format!("its first word is not understood: {error}")),
            News::Gone => {
                let status = self.end().await;
                self.drain(&nowhere);
                let how = status.map_or_else(|| "?".to_owned(), |status| status.to_string());
                let words = self.last_words.join("; ");
                Err(format!("it ended before it was ready ({how}): {words}"))
            }
        }
    }

    /// Waits for the next answer; what the job writes meanwhile goes to `logs`. May be dropped at
    /// any time without losing anything.
    pub(super) async fn news(&mut self, logs: &LogSink) -> News {
        loop {
            match wire::take(&mut self.inbox) {
                Ok(Some(answer)) => return News::Answer(answer),
                Ok(None) => (),
                Err(error) => return News::Garbage(error),
            }
            let Some(socket) = &self.socket else {
                match self.meet(logs).await {
                    true => continue,
                    false => return News::Gone,
                }
            };
            let (out, err, child) = (&mut self.out, &mut self.err, &mut self.child);
            tokio::select! {
                biased;
                _ = socket.readable() => {
                    if !hear(socket, &mut self.inbox) {
                        return News::Gone;
                    }
                }
                _ = socket.writable(), if !self.outbox.is_empty() => {
                    if !speak(socket, &mut self.outbox) {
                        return News::Gone;
                    }
                }
                () = out.readable() => out.take(logs, &mut self.last_words),
                () = err.readable() => err.take(logs, &mut self.last_words),
                _ = child.wait(), if !self.is_dead => {
                    self.is_dead = true;
                    // What it said before is still to be read; nobody else may hold the socket.
                    self.kill();
                }
            }
        }
    }

    /// Waits until the child calls; false when it is gone before.
    async fn meet(&mut self, logs: &LogSink) -> bool {
        loop {
            let Some(Meeting { listener, .. }) = &self.meeting else { return false };
            let (out, err, child) = (&mut self.out, &mut self.err, &mut self.child);
            tokio::select! {
                biased;
                called = listener.accept() => {
                    let pid = self.group.as_raw();
                    let is_ours = |socket: &UnixStream| {
                        socket.peer_cred().is_ok_and(|peer| peer.pid() == Some(pid))
                    };
                    // Anybody may call; only the child is let in.
                    let Some((socket, _)) = called.ok().filter(|(socket, _)| is_ours(socket)) else {
                        tokio::task::yield_now().await;
                        continue;
                    };
                    (self.socket, self.meeting) = (Some(socket), None);
                    return true;
                }
                () = out.readable() => out.take(logs, &mut self.last_words),
                () = err.readable() => err.take(logs, &mut self.last_words),
                _ = child.wait() => return false,
            }
        }
    }

    /// Takes everything that the job has written by now.
    pub(super) fn drain(&mut self, logs: &LogSink) {
        self.out.drain(logs, &mut self.last_words);
        self.err.drain(logs, &mut self.last_words);
    }

    /// Tells the whole group to stop.
    pub(super) fn tell(&self) {
        // A group that is gone needs not be told.
        let _ = killpg(self.group, Signal::SIGTERM);
    }

    /// Kills the whole group.
    pub(super) fn kill(&self) {
        let _ = killpg(self.group, Signal::SIGKILL);
    }

    /// Kills what is left of it and says how it ended.
    pub(super) async fn end(&mut self) -> Option<ExitStatus> {
        // One that just ended on its own has its own status; its children have to go as well.
        let ended = tokio::time::timeout(Duration::from_millis(20), self.child.wait()).await;
        self.kill();
        match ended {
            Ok(status) => status.ok(),
            Err(_) => self.child.wait().await.ok(),
        }
    }

    /// Lets it go when it has nothing to do: it ends when nobody speaks to it any more.
    pub(super) async fn dismiss(mut self, patience: Duration) {
        if let Some(socket) = &mut self.socket
            && socket.shutdown().await.is_ok()
        {
            let _ = tokio::time::timeout(patience, self.child.wait()).await;
        }
    }
}

/// Where a child is waited for.
#[derive(Debug)]
struct Meeting {
    listener: UnixListener,
    name: String,
}

impl Drop for Meeting {
    fn drop(&mut self) {
        meet::close(&self.name);
    }
}

/// Reads what there is of answers; false at the end of them.
fn hear(socket: &UnixStream, inbox: &mut Vec<u8>) -> bool {
    inbox.reserve(READ);
    match socket.try_read_buf(inbox) {
        Ok(count) => 0 < count,
        Err(error) => error.kind() == io::ErrorKind::WouldBlock,
    }
}

/// Sends what fits; false when nobody reads it.
fn speak(socket: &UnixStream, outbox: &mut Vec<u8>) -> bool {
    match socket.try_write(outbox) {
        Ok(count) => {
            outbox.drain(..count);
            true
        }
        Err(error) => error.kind() == io::ErrorKind::WouldBlock,
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Its number is only given to others once it was waited for.
        if self.child.id().is_some() {
            self.kill();
        }
    }
}
