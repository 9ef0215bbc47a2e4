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
            format!("{} {more}finished runs are in no day's partition", facts.stray_history),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2024-03-01T12:00:00Z".parse().unwrap()
    }

    fn sound() -> DatabaseFacts {
        DatabaseFacts {
            version: 150_018,
            fsync: true,
            full_page_writes: true,
            synchronous_commit: "on".to_owned(),
            now: now(),
            connections_max: 97,
            connections_used: 30,
            oldest_xmin: 12,
            oldest_session: None,
            oldest_seconds: 0.2,
            stray_history: 0,
            is_pooled: false,
        }
    }

    /// A text in lines that are not too long.
    fn wrap(text: &str) -> String {
        let mut lines = vec![String::new()];
        for word in text.split(' ') {
            let last = lines.last_mut().expect("there is a first line");
            if !last.is_empty() && 80 < last.len() + 1 + word.len() {
                lines.push(format!("  {word}"));
            } else if last.is_empty() {
                last.push_str(word);
            } else {
                last.push_str(&format!(" {word}"));
            }
        }
        lines.join("\n")
    }

    fn text(found: &[Finding]) -> String {
        let mut lines = Vec::new();
        for finding in found {
            let severity = finding.severity.as_str();
            lines.push(wrap(&format!("{severity} {}: {}", finding.rule, finding.fault)));
            lines.extend(finding.examples.iter().map(|place| wrap(&format!("  at {place}"))));
            lines.push(wrap(&format!("  do {}", finding.advice)));
        }
        lines.join("\n")
    }

    #[test]
    fn a_sound_database_is_not_complained_about() {
        assert_eq!(judge_database(&sound(), now()), []);
    }

    #[test]
    fn everything_that_may_lose_data_or_time_is_said_with_what_to_do() {
        let facts = DatabaseFacts {
            version: 140_004,
            fsync: false,
            full_page_writes: false,
            synchronous_commit: "off".to_owned(),
            connections_used: 90,
            oldest_xmin: 3_000_000,
            oldest_session: Some("pid 7, `psql`, idle in transaction".to_owned()),
            oldest_seconds: 1_200.0,
            stray_history: 1_000,
            is_pooled: true,
            ..sound()
        };
        let here = now() + SignedDuration::from_secs(90);
        insta::assert_snapshot!(text(&judge_database(&facts, here)), @r"
        wrong settings: fsync is off: a power cut may lose or damage everything that is
          recorded
        do turn `fsync` on and reload the server
        wrong settings: full_page_writes is off: a power cut may damage everything that
          is recorded
        do turn `full_page_writes` on and reload the server
        wrong settings: synchronous_commit is off: a crash may lose the latest commits
        do turn `synchronous_commit` on and reload the server
        wrong settings: this is Postgres 14, and 15 is the oldest that is tested
        do upgrade the server
        wrong clocks: the database's clock is 1m 30s behind this machine's
        do have both machines keep time (chrony, systemd-timesyncd); what is due waits
          meanwhile
        wrong settings: a pooler shares sessions between transactions: notifications and
          settings are lost
        do let DATABASE_URL name the server itself, or a pooler in session mode
        watch settings: 7 of 97 connections are left
        do raise max_connections, or run fewer processes; each takes up to 13
        watch transactions: a transaction has been open for 1200 s and holds back the
          cleaning of 3000000 others; the queue gets slower from minute to minute
        at pid 7, `psql`, idle in transaction
        do end it (`select pg_terminate_backend(pid)`), and set
          idle_in_transaction_session_timeout
        watch history: 1000 or more finished runs are in no day's partition
        do have a `tidemill scheduler` or `up` running all the time: it makes the days
          ahead and takes these in
        ");
    }

    #[test]
    fn a_disk_is_watched_before_it_is_full() {
        let disk = |free: u64, total: u64| DiskFacts {
            what: "the lake",
            place: "lake".to_owned(),
            free: free * 1_000_000_000,
            total: total * 1_000_000_000,
        };
        assert_eq!(judge_disk(&disk(50, 100)), None);
        let severity = |disk| judge_disk(&disk).map(|finding| finding.severity);
        assert_eq!(severity(disk(9, 100)), Some(Severity::Watch));
        assert_eq!(severity(disk(1, 100)), Some(Severity::Wrong));
        assert_eq!(severity(disk(0, 0)), Some(Severity::Wrong));
    }

    #[test]
    fn a_duty_that_fails_or_is_not_done_is_told() {
        let hours = SignedDuration::from_hours;
        let duty = |last_ok_at, last_error: Option<&str>| DutyFacts {
            name: "orphans".to_owned(),
            every: hours(6),
            last_ok_at,
            last_error: last_error.map(str::to_owned),
            known_since: now() - hours(1),
        };
        assert_eq!(judge_duty(&duty(None, None), now()), None, "it may still come");
        assert_eq!(judge_duty(&duty(Some(now() - hours(24)), None), now()), None);
        let found = [
            judge_duty(&duty(Some(now() - hours(80)), None), now()),
            judge_duty(&duty(Some(now() - hours(2)), Some("access denied")), now()),
        ];
        insta::assert_snapshot!(text(&found.map(Option::unwrap)), @r"
        watch housekeeping: housekeeping `orphans` was last done 3 days ago
          (2024-02-27T04:00:00Z)
        do have a `tidemill scheduler` or `up` running all the time; `tidemill clean`
          does what can wait no longer
        wrong housekeeping: housekeeping `orphans` fails: access denied
        do mend what it says; it is tried again by itself
        ");
    }
}
