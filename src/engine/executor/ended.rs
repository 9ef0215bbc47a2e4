//! What an attempt came to, in the terms of whoever asked for it.

use std::time::Duration;

use super::attempt::{End, Seen};
use super::crew::{Attempted, Stopped};
use crate::engine::Failure;
use crate::store::{Published, Usage};

/// What an attempt comes to that its child did not end itself.
pub(super) fn ended(count: usize, timeout: Duration, end: End) -> Attempted {
    let with = |seen: Seen, exit: String| Usage {
        peak_bytes: seen.peak_bytes.map(|bytes| bytes as i64),
        cpu_seconds: seen.cpu_seconds,
        exit_reason: Some(exit),
        ..Usage::default()
    };
    match end {
        End::Stopped { why, was_killed, seen } => {
            let attempted = stopped(count, why, timeout);
            let reason = attempted.usage.exit_reason.unwrap_or_default();
            let how = if was_killed { "killed" } else { "stopped when told" };
            Attempted { usage: with(seen, format!("{reason}, {how}")), ..attempted }
        }
        End::Died { death, seen } => Attempted {
            outcomes: failed(count, &death.failure()),
            usage: with(seen, death.short()),
            stopped: None,
        },
        End::NotBegun(why) => {
            let message = format!("executors end before they begin: {why}");
            lost(count, &Failure::new("TM0412", message))
        }
        End::Garbled(why) => {
            let message = format!("what the executor said was not understood: {why}");
            lost(count, &Failure::new("TM0412", message))
        }
        End::Told { .. } => unreachable!("it is answered where the child is kept"),
    }
}

pub(super) fn failed(count: usize, failure: &Failure) -> Vec<Result<Published, Failure>> {
    vec![Err(failure.clone()); count]
}

pub(super) fn lost(count: usize, failure: &Failure) -> Attempted {
    let usage = Usage { exit_reason: Some("lost".to_owned()), ..Usage::default() };
    Attempted { outcomes: failed(count, failure), usage, stopped: None }
}

pub(super) fn cancelled(count: usize) -> Attempted {
    stopped(count, Stopped::Cancelled, Duration::ZERO)
}

pub(super) fn stopped(count: usize, why: Stopped, timeout: Duration) -> Attempted {
    let (failure, exit) = match why {
        Stopped::Timeout => {
            let message = format!("it took longer than its timeout of {timeout:?}");
            (Failure::new("TM0403", message), "timeout")
        }
        Stopped::Frozen => {
            let message = "its process was stopped by a signal from outside, and did not go on";
            (Failure::new("TM0411", message), "frozen")
        }
        Stopped::Cancelled => {
            (Failure::new("TM0413", "it was stopped before it was done"), "cancelled")
        }
    };
    let usage = Usage { exit_reason: Some(exit.to_owned()), ..Usage::default() };
    Attempted { outcomes: failed(count, &failure), usage, stopped: Some(why) }
}
