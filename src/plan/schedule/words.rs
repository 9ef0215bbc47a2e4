//! What became of a tick, and what it asks for, in words.

use jiff::Timestamp;

use crate::spec::DatasetSpec;

/// The windows that a tick asks for: those that closed after one instant and until another.
#[must_use]
pub fn windows_between(spec: &DatasetSpec, after: Timestamp, until: Timestamp) -> String {
    let Some(axis) = spec.scheme.time() else { return "all".to_owned() };
    let (first, last) = (axis.ordinal_at(after), axis.ordinal_at(until) - 1);
    let (first, last) = (first.max(axis.calendar().start), last.min(axis.calendar().end - 1));
    match last - first {
        ..0 => "-".to_owned(),
        0 => axis.label(first),
        _ => format!("{}..{}", axis.label(first), axis.label(last)),
    }
}

/// Why a tick was skipped.
#[must_use]
pub fn why_skipped(reason: &str, detail: Option<&str>) -> String {
    match (reason, detail) {
        ("paused", _) => "the schedule was paused".to_owned(),
        ("catch_up", _) => "missed, and not made up for".to_owned(),
        ("bound", _) => "missed, beyond the bound of catching up".to_owned(),
        (_, Some(detail)) => detail.to_owned(),
        (other, None) => other.replace('_', " "),
    }
}
