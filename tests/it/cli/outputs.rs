//! What the program says, as sets and dates.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::Value;

use super::home::Home;

/// The partitions of each dataset, by label.
pub(crate) type Labels = BTreeMap<String, BTreeSet<String>>;

/// From the first day of a partition to the day after its last, as its label says.
pub(crate) fn days_of(label: &str) -> (Date, Date) {
    let (first, length) = match label.len() {
        4 => (format!("{label}-01-01"), 1.year()),
        7 => (format!("{label}-01"), 1.month()),
        _ => (label.to_owned(), 1.day()),
    };
    let first: Date = first.parse().unwrap();
    (first, first.saturating_add(length))
}

/// The label of the month of a day.
pub(crate) fn month_of(day: Date) -> String {
    day.strftime("%Y-%m").to_string()
}

/// The labels of ranges, both ends included.
pub(crate) fn labels(ranges: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for range in ranges.as_array().unwrap() {
        let (mut label, last) = (text(range, "from"), text(range, "to"));
        loop {
            let next = (label != last).then(|| {
                let (_, next) = days_of(&label);
                next.to_string()[..label.len()].to_owned()
            });
            found.insert(label);
            match next {
                Some(next) => label = next,
                None => break,
            }
        }
    }
    found
}

/// The partitions of a dataset with this status.
pub(crate) fn partitions(home: &Home, dataset: &str, status: &str) -> BTreeSet<String> {
    labels(&home.json(&["partitions", dataset, "--status", status]))
}

/// What the steps of a plan would make.
pub(crate) fn planned(plan: &Value) -> Labels {
    let mut all = Labels::new();
    for step in plan["steps"].as_array().unwrap() {
        all.entry(text(step, "dataset")).or_default().extend(labels(&step["ranges"]));
    }
    all
}

/// How many partitions of all datasets stand so, by `status --json`.
pub(crate) fn standing(status: &Value, name: &str) -> u64 {
    let datasets = status["datasets"].as_array().unwrap();
    datasets.iter().map(|dataset| dataset[name].as_u64().unwrap()).sum()
}

/// A field that is a text.
pub(crate) fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_else(|| panic!("no text `{field}` in {value}")).to_owned()
}
