//! Numbers, instants and sets of partitions as people read them.

use jiff::Timestamp;

use super::{PartitionKey, PartitionSet, Scheme};

/// An instant for people.
#[must_use]
pub fn when(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// The ranges of a set as text: `2024-01-01..2024-01-31`.
#[must_use]
pub fn spans(scheme: &Scheme, set: &PartitionSet) -> Vec<(String, u64)> {
    let mut texts = Vec::new();
    for (slice, ranges) in set.slices() {
        let key = |ordinal| PartitionKey { slice: slice.clone(), ordinal };
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
#[must_use]
pub fn spans_text(scheme: &Scheme, set: &PartitionSet, most: usize) -> String {
    let all = spans(scheme, set);
    let shown: Vec<&str> = all.iter().take(most).map(|(text, _)| text.as_str()).collect();
    let rest = all.len().saturating_sub(most);
    let more = if rest == 0 { String::new() } else { format!(", and {rest} more ranges") };
    format!("{}{more}", shown.join(", "))
}

/// A number with its noun: `1 partition`, `2 partitions`.
#[must_use]
pub fn count(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// A number as people read it: `1,402`.
#[must_use]
pub fn number(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if 0 < place && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Seconds for people: `45 ms`, `12 s`, `3 min 20 s`, `2 h 5 min`.
#[must_use]
pub fn seconds(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match whole {
        _ if seconds < 1.0 => format!("{:.0} ms", seconds * 1000.0),
        0..60 => format!("{whole} s"),
        60..3600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    }
}

/// Bytes for people.
#[must_use]
pub fn bytes(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}
