//! Tables, counts and JSON for the terminal.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::model::{PartitionSet, Scheme};
use crate::spec::SpecError;

/// Whether the reader of standard output went away.
static IS_UNHEARD: AtomicBool = AtomicBool::new(false);

/// Writes a line to standard output; a reader that went away is no error.
pub(super) fn line(text: &str) {
    write(format!("{text}\n").as_bytes());
}

/// Writes bytes to standard output; a reader that went away is no error.
pub(super) fn write(bytes: &[u8]) {
    if IS_UNHEARD.load(Ordering::Relaxed) {
        return;
    }
    let mut out = std::io::stdout().lock();
    // Nobody is left to tell, but what was begun is finished and the database let go of: ending
    // the process here would leave a private server running.
    if out.write_all(bytes).and_then(|()| out.flush()).is_err() {
        IS_UNHEARD.store(true, Ordering::Relaxed);
    }
}

/// Writes a value as JSON, indented for people and on one line for programs.
pub(super) fn json(value: &serde_json::Value) {
    let text = if std::io::stdout().is_terminal() {
        serde_json::to_string_pretty(value)
    } else {
        serde_json::to_string(value)
    };
    line(&text.unwrap_or_default());
}

/// A table: columns are as wide as their widest cell, the last is not padded.
pub(super) fn table(header: &[&str], rows: &[Vec<String>]) {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0).max(header[column].len())
    };
    let widths: Vec<usize> = (0..header.len()).map(width).collect();
    let print = |cells: &[String]| {
        let mut text = String::new();
        for (cell, width) in cells.iter().zip(&widths) {
            let padding = width.saturating_sub(cell.chars().count()) + 2;
            text.push_str(cell);
            text.push_str(&" ".repeat(padding));
        }
        line(text.trim_end());
    };
    print(&header.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
    for row in rows {
        print(row);
    }
}

/// The ranges of a set as text: `2024-01-01..2024-01-31`.
pub(super) fn spans(scheme: &Scheme, set: &PartitionSet) -> Vec<(String, u64)> {
    let mut texts = Vec::new();
    for (slice, ranges) in set.slices() {
        let key = |ordinal| crate::model::PartitionKey { slice: slice.clone(), ordinal };
        for range in ranges.ranges() {
            let last = scheme.label(range.end - 1);
            let first = scheme.describe(&key(range.start));
            let count = range.end.abs_diff(range.start);
            texts.push((if count == 1 { first } else { format!("{first}..{last}") }, count));
        }
    }
    texts
}

/// At most `most` ranges of a set as one text, and how many more there are.
pub(super) fn spans_text(scheme: &Scheme, set: &PartitionSet, most: usize) -> String {
    let all = spans(scheme, set);
    let shown: Vec<&str> = all.iter().take(most).map(|(text, _)| text.as_str()).collect();
    let rest = all.len().saturating_sub(most);
    let more = if rest == 0 { String::new() } else { format!(", and {rest} more ranges") };
    format!("{}{more}", shown.join(", "))
}

/// A number with its noun: `1 partition`, `2 partitions`.
pub(super) fn count(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// Seconds for people: `45 ms`, `12 s`, `3 min 20 s`, `2 h 5 min`.
pub(super) fn seconds(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match whole {
        _ if seconds < 1.0 => format!("{:.0} ms", seconds * 1000.0),
        0..60 => format!("{whole} s"),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    }
}

/// Bytes for people.
pub(super) fn bytes(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

/// Faults and warnings of a check as JSON.
pub(super) fn faults_json(faults: &[SpecError], warnings: &[SpecError]) -> serde_json::Value {
    let view = |fault: &SpecError| {
        serde_json::json!({
            "code": fault.code,
            "dataset": fault.dataset,
            "place": fault.place,
            "message": fault.message,
            "hint": fault.hint,
        })
    };
    serde_json::json!({
        "ok": faults.is_empty(),
        "faults": faults.iter().map(view).collect::<Vec<_>>(),
        "warnings": warnings.iter().map(view).collect::<Vec<_>>(),
    })
}
