//! Places where a test makes this process die, freeze, panic, fail or wait.
//!
//! Each is a line in [`Failpoint`] and one call of [`hit`] at its place, which costs one relaxed
//! load while none is armed. The tests go through [`Failpoint::ALL`], so that a new one is crashed
//! at, and must be hit, without another line.
//!
//! `TIDEMILL_FAILPOINT` arms them: `<point>:<effect>`, then `:<hit>` to mean a later hit than the
//! first, then `:<mark>`, the path of a file that the hit leaves behind. A hit whose mark is there
//! already has no effect, so that a process that is started again does not die again. Several are
//! apart by commas.

use std::fmt;
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use nix::sys::signal::{Signal, raise};
use thiserror::Error;
use tokio::runtime::{Handle, RuntimeFlavor};

/// How often a hit that waits looks whether its mark is gone.
const LOOK: Duration = Duration::from_millis(5);

macro_rules! failpoints {
    ($($(#[doc = $doc:literal])+ $point:ident = $name:literal,)+) => {
        /// A place in the code where something can be made to go wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Failpoint {
            $($(#[doc = $doc])+ $point,)+
        }

        impl Failpoint {
            /// Every one there is.
            pub const ALL: &[Self] = &[$(Self::$point,)+];

            /// Its name in `TIDEMILL_FAILPOINT`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$point => $name,)+ }
            }
        }
    };
}

failpoints! {
    /// A worker is known to the database, and has claimed nothing yet.
    AfterStartWorker = "after_start_worker",
    /// In the claim: runs are marked, and this is not committed.
    InClaim = "in_claim",
    /// Runs are claimed, and nobody knows yet what they read.
    AfterClaim = "after_claim",
    /// The inputs of claimed runs are pinned.
    AfterResolve = "after_resolve",
    /// An attempt is about to read its inputs.
    BeforeExecute = "before_execute",
    /// The file of an attempt lies in the lake, and nothing names it.
    AfterStage = "after_stage",
    /// A group of attempts is about to be published.
    BeforeCommit = "before_commit",
    /// In the commit: the runs are locked.
    AfterFence = "after_fence",
    /// In the commit: versions are recorded and heads moved.
    AfterPublish = "after_publish",
    /// In the commit: all is written but the end of the transaction.
    BeforeCommitEnd = "before_commit_end",
    /// A group is published, and its worker does not know it yet.
    AfterCommit = "after_commit",
    /// In the recording of a plan: the backfill is there, without runs.
    ApplyAfterBackfill = "apply_after_backfill",
    /// In the recording of a plan: its runs are there, without edges.
    ApplyAfterRuns = "apply_after_runs",
    /// In the recording of a plan: all is written but the end of the transaction.
    ApplyAfterEdges = "apply_after_edges",
    /// A plan is recorded, and nobody was told.
    AfterApply = "after_apply",
    /// The runs of a dead worker are taken back, and this is not committed.
    InExpire = "in_expire",
    /// The runs of a dead worker are taken back.
    AfterExpire = "after_expire",
    /// Claimed runs that did not begin are about to be given back.
    BeforeRelease = "before_release",
    /// Claimed runs that did not begin are given back.
    AfterRelease = "after_release",
    /// New versions of a source are about to be recorded.
    ObserveBeforeRecord = "observe_before_record",
    /// New versions of a source are written, and this is not committed.
    ObserveInRecord = "observe_in_record",
    /// New versions of a source are recorded.
    ObserveAfterRecord = "observe_after_record",
}

/// What happens at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The process dies at once, as by `kill -9`.
    Abort,
    /// The process is frozen until it gets `SIGCONT`.
    Stop,
    /// The code panics.
    Panic,
    /// The place fails, as if its connection broke.
    Error,
    /// The place waits until its mark is removed.
    Wait,
}

impl Effect {
    const ALL: [(&str, Self); 5] = [
        ("abort", Self::Abort),
        ("stop", Self::Stop),
        ("panic", Self::Panic),
        ("error", Self::Error),
        ("wait", Self::Wait),
    ];
}

/// A place was told to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("failpoint `{0}` was told to fail here")]
pub struct Hit(pub Failpoint);

impl fmt::Display for Failpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[derive(Debug)]
struct Armed {
    point: Failpoint,
    effect: Effect,
    /// Which hit it is that counts, from 1.
    at: u64,
    mark: Option<PathBuf>,
    hits: AtomicU64,
}

/// Whether [`ARMED`] holds any: all that a place looks at as a rule.
static ANY: AtomicBool = AtomicBool::new(false);
static ARMED: OnceLock<Vec<Armed>> = OnceLock::new();

/// Arms failpoints of this process, once and for all.
///
/// # Errors
///
/// When the text cannot be understood, in words that name what is wrong.
pub fn arm(text: &str) -> Result<(), String> {
    let armed = text.split(',').map(parse).collect::<Result<Vec<_>, _>>()?;
    ANY.store(!armed.is_empty(), Ordering::Relaxed);
    ARMED.set(armed).map_err(|_| "failpoints are armed once for a process".to_owned())
}

fn parse(text: &str) -> Result<Armed, String> {
    let mut parts = text.trim().splitn(4, ':');
    let (point, effect) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let known = Failpoint::ALL.iter().copied().find(|known| known.name() == point);
    let point = known.ok_or_else(|| {
        let names: Vec<_> = Failpoint::ALL.iter().map(|point| point.name()).collect();
        format!("there is no failpoint `{point}`; there are {}", names.join(", "))
    })?;
    let known = Effect::ALL.iter().find(|(name, _)| *name == effect);
    let &(_, effect) = known.ok_or_else(|| {
        let names: Vec<_> = Effect::ALL.iter().map(|(name, _)| *name).collect();
        format!("a failpoint cannot `{effect}`; it can {}", names.join(", "))
    })?;
    let at = parts.next().filter(|at| !at.is_empty()).unwrap_or("1");
    let at = at.parse().map_err(|_| format!("`{at}` is not the number of a hit"))?;
    let mark = parts.next().map(PathBuf::from);
    if effect == Effect::Wait && mark.is_none() {
        return Err("a failpoint that waits needs a mark: `<point>:wait:<hit>:<mark>`".to_owned());
    }
    Ok(Armed { point, effect, at, mark, hits: AtomicU64::new(0) })
}

/// A place that something can be made to go wrong at.
///
/// # Errors
///
/// When the place was told to fail.
#[inline]
pub fn hit(point: Failpoint) -> Result<(), Hit> {
    match ANY.load(Ordering::Relaxed) {
        false => Ok(()),
        true => hit_armed(point),
    }
}

#[cold]
fn hit_armed(point: Failpoint) -> Result<(), Hit> {
    let armed = ARMED.get().into_iter().flatten().filter(|armed| armed.point == point);
    for armed in armed {
        let hits = armed.hits.fetch_add(1, Ordering::Relaxed) + 1;
        if hits == armed.at && armed.mark.as_deref().is_none_or(leave) {
            armed.take_effect()?;
        }
    }
    Ok(())
}

/// Leaves a mark; false when it is there already.
fn leave(mark: &Path) -> bool {
    OpenOptions::new().write(true).create_new(true).open(mark).is_ok()
}

impl Armed {
    fn take_effect(&self) -> Result<(), Hit> {
        let (point, mark) = (self.point, self.mark.as_deref());
        tracing::warn!("failpoint `{point}` takes effect");
        match self.effect {
            Effect::Abort => drop(raise(Signal::SIGKILL)),
            Effect::Stop => drop(raise(Signal::SIGSTOP)),
            Effect::Panic => panic!("failpoint `{point}` was told to panic here"),
            Effect::Error => return Err(Hit(point)),
            Effect::Wait => wait(|| mark.is_some_and(Path::exists)),
        }
        Ok(())
    }
}

/// Waits, and lets the other tasks of the runtime go on.
fn wait(goes_on: impl Fn() -> bool) {
    let wait = || {
        while goes_on() {
            std::thread::sleep(LOOK);
        }
    };
    match Handle::try_current().map(|handle| handle.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(wait),
        _ => wait(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_told_apart() {
        let names: BTreeSet<&str> = Failpoint::ALL.iter().map(|point| point.name()).collect();
        assert_eq!(names.len(), Failpoint::ALL.len());
    }

    #[test]
    fn what_is_armed_is_read_from_a_text() {
        let armed = parse("after_stage:abort").unwrap();
        assert_eq!((armed.point, armed.effect), (Failpoint::AfterStage, Effect::Abort));
        assert_eq!((armed.at, armed.mark), (1, None));
        let armed = parse("in_expire:error:3").unwrap();
        assert_eq!((armed.at, armed.mark), (3, None));
        let armed = parse("after_commit:wait::/tmp/a:b").unwrap();
        assert_eq!((armed.at, armed.mark), (1, Some(PathBuf::from("/tmp/a:b"))));
    }

    #[test]
    fn what_cannot_be_armed_is_said_in_words() {
        let said = |text: &str| parse(text).unwrap_err();
        assert!(said("after_lunch:abort").starts_with("there is no failpoint `after_lunch`; "));
        assert_eq!(
            said("after_stage:explode"),
            "a failpoint cannot `explode`; it can abort, stop, panic, error, wait"
        );
        assert_eq!(said("after_stage:abort:soon"), "`soon` is not the number of a hit");
        assert!(said("after_stage:wait").starts_with("a failpoint that waits needs a mark"));
    }
}
