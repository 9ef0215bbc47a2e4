//! What a process takes of the machine, as the kernel says, and how much it may take.

use std::fs;
use std::time::Duration;

use nix::sys::resource::{Resource, UsageWho, getrlimit, getrusage, setrlimit};

/// The unit in which Linux tells programs of processor time, on every kind of machine.
const TICKS_PER_SECOND: u64 = 100;

/// What a process had when it was looked at, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Sample {
    /// The most memory it ever had at once.
    pub(super) peak: u64,
    /// The memory of its own that it has now: what no file on the disk could give back.
    pub(super) own: u64,
    /// What it could write to, touched or not: what the data limit counts.
    pub(super) data: u64,
    /// Whether a signal holds it up, from outside: it does nothing until another lets it go on.
    pub(super) is_frozen: bool,
}

/// Looks at a process; nothing where the kernel does not say.
pub(super) fn sample(pid: u32) -> Option<Sample> {
    parse(&fs::read_to_string(format!("/proc/{pid}/status")).ok()?)
}

fn parse(status: &str) -> Option<Sample> {
    let field = |name: &str| -> Option<u64> {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        let kilobytes: u64 =
            line.trim_start_matches(':').trim().strip_suffix(" kB")?.parse().ok()?;
        Some(kilobytes << 10)
    };
    let peak = field("VmHWM")?;
    let shared = field("RssShmem").unwrap_or(0);
    Some(Sample {
        peak,
        // Memory that is shared with nobody's file cannot be given back either.
        own: field("RssAnon").map_or(peak, |own| own + shared),
        data: field("VmData").unwrap_or(0),
        is_frozen: status.lines().any(|line| line.starts_with("State:\tT")),
    })
}

/// The processor time that a process has taken so far.
pub(super) fn cpu(pid: u32) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold anything; fields are counted after it.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: u64 = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND))
}

/// The processor time that this process and its children that ended have taken so far.
pub(super) fn own_cpu() -> Duration {
    let of = |who| {
        let usage = getrusage(who).ok()?;
        let (user, system) = (usage.user_time(), usage.system_time());
        let seconds = (user.tv_sec() + system.tv_sec()) as u64;
        let micros = (user.tv_usec() + system.tv_usec()) as u64;
        Some(Duration::from_secs(seconds) + Duration::from_micros(micros))
    };
    let parts = [UsageWho::RUSAGE_SELF, UsageWho::RUSAGE_CHILDREN];
    parts.into_iter().filter_map(of).sum()
}

/// Makes this process's peak start anew; false where the kernel cannot.
pub(super) fn reset_peak() -> bool {
    fs::write("/proc/self/clear_refs", "5").is_ok()
}

/// Lets this process have at most `bytes` of memory that it can write to, or as much as it may.
///
/// An allocation beyond it fails, and that ends the process: the supervisor knows what it means.
pub(super) fn limit_data(bytes: Option<u64>) {
    let Ok((_, hard)) = getrlimit(Resource::RLIMIT_DATA) else { return };
    let soft = bytes.map_or(hard, |bytes| bytes.min(hard));
    // A kernel that refuses leaves the supervisor's watch, which looks from outside.
    let _ = setrlimit(Resource::RLIMIT_DATA, soft, hard);
}

/// Makes the kernel take this process before others when the whole machine runs out of memory.
pub(super) fn offer_first() {
    let _ = fs::write("/proc/self/oom_score_adj", "500");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_of_a_process_is_read_as_the_kernel_writes_it() {
        let status = "Name:\ta) b\nState:\tT (stopped)\nVmPeak:\t  9 kB\nVmHWM:\t    300 kB\nVmRSS:\t    250 kB\n\
                      RssAnon:\t     100 kB\nRssShmem:\t       7 kB\nVmData:\t    900 kB\n";
        let sample = parse(status).unwrap();
        let expected = Sample { peak: 300 << 10, own: 107 << 10, data: 900 << 10, is_frozen: true };
        assert_eq!(sample, expected);
        assert_eq!(parse("Name:\tkthreadd\n"), None);
    }

    #[test]
    fn this_process_is_seen() {
        let seen = sample(std::process::id()).unwrap();
        assert!(seen.own <= seen.peak + (64 << 20) && 0 < seen.own, "{seen:?}");
        assert!(!seen.is_frozen && cpu(std::process::id()).is_some());
        assert!(Duration::ZERO < own_cpu());
    }
}
