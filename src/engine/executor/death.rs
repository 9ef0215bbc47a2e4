//! How a process ended, in words for the person who looks at the run.

use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use nix::sys::signal::Signal;

use crate::engine::Failure;

/// What is known of a process that ended in the middle of an attempt.
#[derive(Clone, Debug, Default)]
pub(super) struct Death {
    /// The signal that ended it.
    pub(super) signal: Option<i32>,
    /// The code it ended with.
    pub(super) exit: Option<i32>,
    /// Whether it was seen to have, or to have been refused, more memory than it may.
    pub(super) is_over: bool,
    /// How much memory it might take.
    pub(super) limit: Option<u64>,
    /// The most memory it was seen with.
    pub(super) peak: Option<u64>,
    /// The last lines of its standard error.
    pub(super) last_words: Vec<String>,
}

/// How near the limit a process that was killed must have been for the limit to be the reason.
const NEAR: f64 = 0.9;

impl Death {
    pub(super) fn ended(mut self, status: Option<ExitStatus>) -> Self {
        self.signal = status.and_then(|status| status.signal());
        self.exit = status.and_then(|status| status.code());
        self
    }

    /// Why the attempt failed.
    pub(super) fn failure(&self) -> Failure {
        if let Some(message) = self.out_of_memory() {
            return Failure::new("TM0410", message);
        }
        Failure::new("TM0411", self.reason())
    }

    /// The bytes of the allocation that was refused, as the Rust runtime says it before it aborts.
    fn refused(&self) -> Option<u64> {
        self.last_words.iter().rev().find_map(|line| {
            let text = line.split_once("memory allocation of ")?.1;
            text.split_once(" bytes")?.0.parse().ok()
        })
    }

    fn out_of_memory(&self) -> Option<String> {
        let was_near = self
            .limit
            .zip(self.peak)
            .is_some_and(|(limit, peak)| limit as f64 * NEAR <= peak as f64);
        let was_killed = self.signal == Some(Signal::SIGKILL as i32);
        let refused = self.refused().filter(|_| self.signal == Some(Signal::SIGABRT as i32));
        if !self.is_over && refused.is_none() && !(was_killed && was_near) {
            return None;
        }
        let limit = self
            .limit
            .map_or_else(|| "no limit".to_owned(), |limit| format!("limit {}", size(limit)));
        let peak = self.peak.map(|peak| format!(", peak {}", size(peak))).unwrap_or_default();
        let refused = refused
            .map(|bytes| format!(", and {} more were asked for", size(bytes)))
            .unwrap_or_default();
        Some(format!("out of memory: {limit}{peak}{refused}"))
    }

    fn reason(&self) -> String {
        if let Some(code) = self.exit {
            return format!("the job ended the process with exit code {code}");
        }
        let Some(number) = self.signal else {
            return "the process of the job is gone, and nobody said how it ended".to_owned();
        };
        let last = self.last_words.iter().rev().find(|line| !line.trim().is_empty());
        let last = last.map(|line| format!("; its last words: {}", line.trim()));
        let last = last.unwrap_or_default();
        match Signal::try_from(number) {
            Ok(Signal::SIGABRT) => format!("the job aborted the process (signal 6){last}"),
            Ok(Signal::SIGKILL) => {
                let peak = self.peak.map(|peak| format!(", its peak was {}", size(peak)));
                let peak = peak.unwrap_or_default();
                format!(
                    "killed by signal 9 from outside; if nobody did that, the machine ran out of \
                     memory{peak}"
                )
            }
            Ok(signal) => format!("killed by signal {number} ({}){last}", describe(signal)),
            Err(_) => format!("killed by signal {number}{last}"),
        }
    }

    /// The same in a few words, as they are kept beside the attempt.
    pub(super) fn short(&self) -> String {
        match (self.out_of_memory(), self.exit, self.signal) {
            (Some(_), ..) => "out of memory".to_owned(),
            (None, Some(code), _) => format!("exit code {code}"),
            (None, None, Some(number)) => {
                let name = Signal::try_from(number).map(describe);
                name.map_or_else(
                    |_| format!("signal {number}"),
                    |name| format!("signal {number} ({name})"),
                )
            }
            (None, None, None) => "gone".to_owned(),
        }
    }
}

const fn describe(signal: Signal) -> &'static str {
    match signal {
        Signal::SIGSEGV => "segmentation fault",
        Signal::SIGBUS => "bus error",
        Signal::SIGFPE => "arithmetic error",
        Signal::SIGILL => "illegal instruction",
        Signal::SIGABRT => "abort",
        other => other.as_str(),
    }
}

/// Bytes in the units that limits are given in.
pub(super) fn size(bytes: u64) -> String {
    let units = [(30, "GiB"), (20, "MiB"), (10, "KiB")];
    let unit = units.into_iter().find(|(shift, _)| 1 << shift <= bytes);
    let Some((shift, name)) = unit else { return format!("{bytes} B") };
    let number = format!("{:.1}", bytes as f64 / (1_u64 << shift) as f64);
    format!("{} {name}", number.strip_suffix(".0").unwrap_or(&number))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIB: u64 = 1 << 30;

    fn check(death: &Death, expected: &str) {
        let failure = death.failure();
        let found = format!("{}: {} [{}]", failure.code, failure.message, death.short());
        assert_eq!(found, expected);
    }

    fn by(signal: Signal) -> Death {
        let last_words = vec!["thread 'main' has overflowed its stack".to_owned(), " ".to_owned()];
        Death { signal: Some(signal as i32), last_words, peak: Some(GIB), ..Death::default() }
    }

    #[test]
    fn a_process_that_ran_out_of_memory_says_limit_and_peak() {
        let near = Death { limit: Some(GIB + (100 << 20)), ..by(Signal::SIGKILL) };
        check(&near, "TM0410: out of memory: limit 1.1 GiB, peak 1 GiB [out of memory]");
        let over = Death { limit: Some(2 * GIB), is_over: true, ..by(Signal::SIGKILL) };
        check(&over, "TM0410: out of memory: limit 2 GiB, peak 1 GiB [out of memory]");
        let words = "memory allocation of 1610612736 bytes failed".to_owned();
        let refused = Death {
            limit: Some(2 * GIB),
            last_words: vec![words, "stack backtrace:".to_owned()],
            ..by(Signal::SIGABRT)
        };
        check(
            &refused,
            "TM0410: out of memory: limit 2 GiB, peak 1 GiB, and 1.5 GiB more were asked for \
             [out of memory]",
        );
    }

    #[test]
    fn every_other_end_names_the_signal_or_the_code() {
        check(
            &by(Signal::SIGSEGV),
            "TM0411: killed by signal 11 (segmentation fault); its last words: thread 'main' has \
             overflowed its stack [signal 11 (segmentation fault)]",
        );
        check(
            &by(Signal::SIGABRT),
            "TM0411: the job aborted the process (signal 6); its last words: thread 'main' has \
             overflowed its stack [signal 6 (abort)]",
        );
        check(
            &Death { limit: Some(4 * GIB), ..by(Signal::SIGKILL) },
            "TM0411: killed by signal 9 from outside; if nobody did that, the machine ran out of \
             memory, its peak was 1 GiB [signal 9 (SIGKILL)]",
        );
        check(
            &Death { exit: Some(3), ..Death::default() },
            "TM0411: the job ended the process with exit code 3 [exit code 3]",
        );
        check(
            &Death { signal: Some(40), ..Death::default() },
            "TM0411: killed by signal 40 [signal 40]",
        );
    }

    #[test]
    fn sizes_are_said_as_people_set_them() {
        let all = [0, 1023, 1024, 1536 << 10, 512 << 20, 2 * GIB, 3 * GIB / 2];
        let said = all.map(size).join(", ");
        assert_eq!(said, "0 B, 1023 B, 1 KiB, 1.5 MiB, 512 MiB, 2 GiB, 1.5 GiB");
    }
}
