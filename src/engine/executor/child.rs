//! The other side: the process in which jobs run.

use std::io::{self, Write as _};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nix::sys::signal::{Signal, killpg};
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use nix::unistd::{getpgrp, getpid};
use tokio::runtime::{Handle, Runtime};
use tokio::signal::unix::{SignalKind, signal};

use super::assignment::Assignment;
use super::wire::{self, Answer, Order, Outcome, PROTOCOL, Spent};
use super::{capture, meet, usage};
use crate::engine::Workshop;
use crate::engine::execute::{Stop, execute};

/// Makes partitions for the worker that listens under `name`, until it hangs up.
///
/// `open` declares and opens the project; what it says when it fails reaches the worker.
pub fn serve(name: &str, open: impl FnOnce() -> Result<Workshop, String>) -> ExitCode {
    let socket = match meet::call(name) {
        Ok(socket) => socket,
        Err(error) => {
            eprintln!("error: no worker listens under `{name}`: {error}");
            return ExitCode::from(2);
        }
    };
    usage::offer_first();
    match session(&socket, open) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

fn session(
    socket: &UnixStream,
    open: impl FnOnce() -> Result<Workshop, String>,
) -> Result<(), String> {
    let broken = |error: io::Error| format!("could not speak to the worker: {error}");
    let mut listening = socket.try_clone().map_err(broken)?;
    let voice = Voice(Arc::new(Mutex::new(socket.try_clone().map_err(broken)?)));
    // The worker greets when it needs this process, which should be ready by then.
    let opened = open();
    let opened = match wire::read(&mut listening).map_err(broken)? {
        Some(Order::Hello { protocol }) if protocol == PROTOCOL => opened,
        Some(Order::Hello { protocol }) => {
            Err(format!("the worker speaks protocol {protocol}, this program {PROTOCOL}"))
        }
        Some(Order::Make(_) | Order::Stop) => Err("the worker did not greet".to_owned()),
        None => return Ok(()),
    };
    let shop = match opened {
        Ok(shop) => shop,
        Err(why) => {
            voice.say(&Answer::Refused { why: why.clone() }).map_err(broken)?;
            return Err(why);
        }
    };
    let runtime = runtime().map_err(broken)?;
    runtime.block_on(async { outlive() }).map_err(broken)?;
    let stop = Current::default();
    let events = voice.clone();
    let listener = capture::dispatch(move |level, text| {
        // A worker that went away is noticed where it is listened to.
        let _ = events.say(&Answer::Event { level: level.to_owned(), text });
    });
    // Somebody who embeds the library may be listening already.
    let _ = tracing::dispatcher::set_global_default(listener);
    let (sender, orders) = mpsc::channel();
    let told = Arc::clone(&stop);
    std::thread::spawn(move || listen(&mut listening, &sender, &told));
    let base = usage::sample(std::process::id()).map_or(0, |sample| sample.data);
    let hello = Answer::Hello { protocol: PROTOCOL, code: shop.code() };
    voice.say(&hello).map_err(broken)?;
    let desk = Desk { shop, voice, stop, base };
    desk.work(&orders, runtime.handle()).map_err(broken)
}

/// What the job's own tasks, and those that read for it, run on.
fn runtime() -> io::Result<Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()
}

/// The end of the socket that is spoken into.
#[derive(Clone)]
struct Voice(Arc<Mutex<UnixStream>>);

impl Voice {
    fn say(&self, answer: &Answer) -> io::Result<()> {
        let mut socket = lock(&self.0);
        wire::write(&mut *socket, answer)
    }
}

/// What can be told to stop now.
type Current = Arc<Mutex<Option<Stop>>>;

/// Lives on when it is told to end: that is the worker's to say, over the socket, which it does
/// together with the signal. Alone the signal comes from whoever stops the whole service, and then
/// the worker may want what is in hand finished. What the job has started ends by it.
fn outlive() -> io::Result<()> {
    let mut told = signal(SignalKind::terminate())?;
    tokio::spawn(async move { while told.recv().await.is_some() {} });
    Ok(())
}

/// Hands on what the worker says. When it hangs up, nobody is left to make anything for: this
/// process and all that it started end at once.
fn listen(socket: &mut UnixStream, orders: &Sender<Box<Assignment>>, current: &Current) {
    while let Ok(Some(order)) = wire::read(socket) {
        let is_heeded = match order {
            Order::Make(assignment) => orders.send(assignment).is_ok(),
            Order::Stop => {
                lock(current).iter().for_each(Stop::set);
                true
            }
            Order::Hello { .. } => false,
        };
        if !is_heeded {
            break;
        }
    }
    let _ = socket.shutdown(Shutdown::Both);
    if getpgrp() == getpid() {
        let _ = killpg(getpgrp(), Signal::SIGKILL);
    }
    std::process::exit(0);
}

struct Desk {
    shop: Workshop,
    voice: Voice,
    stop: Current,
    /// What this process could write to before it made anything.
    base: u64,
}

impl Desk {
    fn work(&self, orders: &Receiver<Box<Assignment>>, runtime: &Handle) -> io::Result<()> {
        for assignment in orders {
            let stop = Stop::default();
            *lock(&self.stop) = Some(stop.clone());
            usage::limit_data(assignment.memory.map(|bytes| bytes.saturating_add(self.base)));
            let is_fresh = usage::reset_peak();
            let before = usage::own_cpu();
            self.voice.say(&Answer::Began { cpu_seconds: before.as_secs_f64() })?;
            let made = execute(&self.shop, &assignment, runtime, &stop);
            let cpu = usage::own_cpu().saturating_sub(before);
            *lock(&self.stop) = None;
            // What the job printed is in the pipe before the worker hears of the end.
            let _ = io::stdout().flush();
            let seen = usage::sample(std::process::id());
            let spent = Spent {
                peak_bytes: seen.filter(|_| is_fresh).map(|seen| seen.peak),
                resident_bytes: seen.map(|seen| seen.own),
                cpu_seconds: cpu.as_secs_f64(),
                has_children: has_children(),
            };
            let outcomes = made.into_iter().map(Outcome::from).collect();
            self.voice.say(&Answer::Ended { outcomes, spent })?;
        }
        Ok(())
    }
}

/// Whether a process that the job started is still there.
fn has_children() -> bool {
    let look = WaitPidFlag::WEXITED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
    matches!(waitid(Id::All, look), Ok(WaitStatus::StillAlive))
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
