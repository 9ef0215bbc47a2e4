//! What is wrong with a live system, in plain words: judged from facts that others gathered.

use jiff::{SignedDuration, Timestamp};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Something that must hold does not.
    Wrong,
    /// It works, and will not if it goes on like this.
    Watch,
}

impl Severity {
    /// The word people read.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wrong => "wrong",
            Self::Watch => "watch",
        }
    }
}

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What it was held against, in a word: `heads`, `files`, `settings`, `disk`.
    pub rule: &'static str,
    /// What is wrong.
    pub fault: String,
    /// Where, a few of them.
    pub examples: Vec<String>,
    /// What to do about it.
    pub advice: String,
}

impl Finding {
    /// Something that must hold and does not.
    #[must_use]
    pub fn wrong(rule: &'static str, fault: impl Into<String>, advice: impl Into<String>) -> Self {
        let (fault, advice) = (fault.into(), advice.into());
        Self { severity: Severity::Wrong, rule, fault, examples: Vec::new(), advice }
    }

    /// Something that works, and will not if it goes on like this.
    #[must_use]
    pub fn watch(rule: &'static str, fault: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { severity: Severity::Watch, ..Self::wrong(rule, fault, advice) }
    }

    /// Where it is so.
    #[must_use]
    pub fn at(mut self, examples: Vec<String>) -> Self {
        self.examples = examples;
        self
    }
}

/// What the database says about itself.
#[derive(Clone, Debug, PartialEq)]
pub struct DatabaseFacts {
    /// `server_version_num`.
    pub version: i32,
    /// Whether it waits for the disk.
    pub fsync: bool,
    /// Whether pages survive being written half.
    pub full_page_writes: bool,
    /// When a commit is confirmed.
    pub synchronous_commit: String,
    /// Its clock.
    pub now: Timestamp,
    /// Connections it takes from ordinary users.
    pub connections_max: i64,
    /// Connections it has.
    pub connections_used: i64,
    /// Transactions since the oldest that some session still looks back to.
    pub oldest_xmin: i64,
    /// Who that is, and since when.
    pub oldest_session: Option<String>,
    /// For how many seconds the oldest transaction has been open.
    pub oldest_seconds: f64,
    /// Runs in the default partition of the history; counting stops at 1,000.
    pub stray_history: i64,
    /// Whether sessions are shared between transactions.
    pub is_pooled: bool,
}

/// The oldest Postgres that is tested.
const VERSION_MIN: i32 = 150_000;
/// How many connections should be left for a further worker.
const CONNECTIONS_LEFT_MIN: i64 = 15;
/// From here on, a held-back horizon slows the queue down noticeably.
const XMIN_MAX: i64 = 1_000_000;
const TRANSACTION_SECONDS_MAX: f64 = 600.0;
const CLOCKS_APART_MAX: SignedDuration = SignedDuration::from_secs(5);

/// Judges a database; `here` is this machine's clock when the database read its own.
#[must_use]
pub fn judge_database(facts: &DatabaseFacts, here: Timestamp) -> Vec<Finding> {
    let mut found = durability(facts);
    if facts.version < VERSION_MIN {
        found.push(Finding::wrong(
            "settings",
            format!(
                "this is Postgres {}, and 15 is the oldest that is tested",
                facts.version / 10_000
            ),
            "upgrade the server",
        ));
    }
    let apart = facts.now.duration_since(here);
    if CLOCKS_APART_MAX < apart.abs() {
        let word = if apart.is_negative() { "behind" } else { "ahead of" };
        found.push(Finding::wrong(
            "clocks",
            format!("the database's clock is {:#} {word} this machine's", apart.abs()),
            "have both machines keep time (chrony, systemd-timesyncd); what is due waits meanwhile",
        ));
    }
    if facts.is_pooled {
        found.push(Finding::wrong(
            "settings",
            "a pooler shares sessions between transactions: notifications and settings are lost",
            "let DATABASE_URL name the server itself, or a pooler in session mode",
        ));
    }
    let left = facts.connections_max - facts.connections_used;
    if left < CONNECTIONS_LEFT_MIN {
        found.push(Finding::watch(
            "settings",
            format!("{left} of {} connections are left", facts.connections_max),
            "raise max_connections, or run fewer processes; each takes up to 13",
        ));
    }
    found.extend(looking_back(facts));
    if 0 < facts.stray_history {
        let more = if facts.stray_history < 1_000 { "" } else { "or more " };
        found.push(Finding::watch(
            "history",
            format!("{} {more}finished runs are in no week's partition", facts.stray_history),
            "have a `tidemill scheduler` or `up` running all the time: it makes the days ahead and \
             takes these in",
        ));
    }
    found
}

fn durability(facts: &DatabaseFacts) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut lost = |setting: &str, means: &str| {
        found.push(Finding::wrong(
            "settings",
            format!("{setting}: {means}"),
            format!(
                "turn `{}` on and reload the server",
                setting.split(' ').next().unwrap_or_default()
            ),
        ));
    };
    if !facts.fsync {
        lost("fsync is off", "a power cut may lose or damage everything that is recorded");
    }
    if !facts.full_page_writes {
        lost("full_page_writes is off", "a power cut may damage everything that is recorded");
    }
    if facts.synchronous_commit == "off" {
        lost("synchronous_commit is off", "a crash may lose the latest commits");
    }
    found
}

fn looking_back(facts: &DatabaseFacts) -> Option<Finding> {
    if facts.oldest_xmin < XMIN_MAX && facts.oldest_seconds < TRANSACTION_SECONDS_MAX {
        return None;
    }
    let who = facts.oldest_session.as_deref().unwrap_or("a session that is not shown to us");
    Some(Finding::watch(
        "transactions",
        format!(
            "a transaction has been open for {:.0} s and holds back the cleaning of {} others; the \
             queue gets slower from minute to minute",
            facts.oldest_seconds, facts.oldest_xmin
        ),
        "end it (`select pg_terminate_backend(pid)`), and set idle_in_transaction_session_timeout",
    )
    .at(vec![who.to_owned()]))
}

/// How much room there is where something is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskFacts {
    /// What is kept there.
    pub what: &'static str,
    /// Where.
    pub place: String,
    /// Bytes that are free.
    pub free: u64,
    /// Bytes there are.
    pub total: u64,
}

/// Judges how much room is left.
#[must_use]
pub fn judge_disk(disk: &DiskFacts) -> Option<Finding> {
    let (percent, gigabytes) = (disk.free * 100 / disk.total.max(1), disk.free / 1_000_000_000);
    let fault = format!(
        "the disk of {} has {gigabytes} GB left, {percent} percent ({})",
        disk.what, disk.place
    );
    let advice = "make room: `tidemill clean`, shorter TIDEMILL_KEEP_VERSIONS, or a larger disk";
    match () {
        () if percent < 2 || gigabytes < 1 => Some(Finding::wrong("disk", fault, advice)),
        () if percent < 10 => Some(Finding::watch("disk", fault, advice)),
        () => None,
    }
}

/// When a duty of housekeeping last went well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DutyFacts {
    /// Its name.
    pub name: String,
    /// How often it should be done.
    pub every: SignedDuration,
    /// When it last went well.
    pub last_ok_at: Option<Timestamp>,
    /// Why it failed since.
    pub last_error: Option<String>,
    /// Since when it could have been done.
    pub known_since: Timestamp,
}

/// Judges whether house is kept.
#[must_use]
pub fn judge_duty(duty: &DutyFacts, now: Timestamp) -> Option<Finding> {
    let since = duty.last_ok_at.unwrap_or(duty.known_since);
    let silent = now.duration_since(since);
    let advice = "have a `tidemill scheduler` or `up` running all the time; `tidemill clean` does \
                  what can wait no longer";
    if let Some(error) = &duty.last_error {
        return Some(Finding::wrong(
            "housekeeping",
            format!("housekeeping `{}` fails: {error}", duty.name),
            "mend what it says; it is tried again by itself",
        ));
    }
    if silent <= duty.every.saturating_mul(4) {
        return None;
    }
    let days = silent.as_hours() / 24;
    Some(Finding::watch(
        "housekeeping",
        format!("housekeeping `{}` was last done {days} days ago ({since})", duty.name),
        advice,
    ))
}
