//! What somebody asks for as commands that can be typed.

use std::collections::BTreeMap;
use std::ops::Range;

use super::asked::{Asked, Target, Which};
use crate::model::{Ranges, Slice};
use crate::spec::{Catalog, DatasetSpec, Extents};

/// More commands than this nobody types.
const LINES_MAX: usize = 20;
/// Nor longer ones.
const LENGTH_MAX: usize = 4000;

/// The commands that ask for the same, one after the other; none when it would take too many, or
/// too long ones.
#[must_use]
pub fn commands(catalog: &Catalog, extents: &Extents, asked: &Asked) -> Option<Vec<String>> {
    let mut lines = Vec::new();
    for words in all_words(catalog, extents, asked)? {
        let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
        let options = asked.options.words();
        lines.push([&["tidemill".to_owned()][..], &words, &options].concat().join(" "));
    }
    let length: usize = lines.iter().map(String::len).sum();
    (length <= LENGTH_MAX).then_some(lines)
}

/// What is asked for in a line: as it would be typed, or in short.
#[must_use]
pub fn request_text(catalog: &Catalog, extents: &Extents, asked: &Asked) -> String {
    const SHORT: usize = 300;
    let options = asked.options.words();
    let typed = all_words(catalog, extents, asked).map(|all| {
        let lines = all.iter().map(|words| [words.as_slice(), &options].concat().join(" "));
        lines.collect::<Vec<_>>().join("; ")
    });
    if let Some(text) = typed.filter(|text| text.len() <= SHORT) {
        return text;
    }
    let mut parts: Vec<String> = Vec::new();
    for target in asked.targets.iter().take(3) {
        let spec = catalog.dataset(target.dataset);
        parts.push(match &target.which {
            Which::All => spec.name.to_string(),
            Which::Text(text) => {
                format!("{} {}", spec.name, text.chars().take(60).collect::<String>())
            }
            Which::Drawn(drawn) => {
                let mut set = crate::model::PartitionSet::new();
                for (slice, ranges) in drawn {
                    set.insert(slice.clone(), &Ranges::from_ranges(ranges.iter().cloned()));
                }
                format!("{} {}", spec.name, spec.scheme.summary(&set))
            }
        });
    }
    if parts.len() < asked.targets.len() {
        parts.push(format!("{} more datasets", asked.targets.len() - parts.len()));
    }
    [vec![format!("backfill {}", parts.join(", "))], options].concat().join(" ")
}

/// The words of each command without its options, not quoted.
fn all_words(catalog: &Catalog, extents: &Extents, asked: &Asked) -> Option<Vec<Vec<String>>> {
    let backfill = || "backfill".to_owned();
    if asked.targets.is_empty() {
        return Some(vec![vec![backfill()]]);
    }
    let mut lines = Vec::new();
    for target in &asked.targets {
        let spec = catalog.dataset(target.dataset);
        let name = spec.name.to_string();
        for (ranges, pairs) in parts(spec, extents.of(target.dataset).slices, target) {
            let mut words = vec![backfill(), name.clone()];
            words.extend(ranges);
            for pair in pairs {
                words.extend(["--where".to_owned(), pair]);
            }
            lines.push(words);
            if LINES_MAX < lines.len() {
                return None;
            }
        }
    }
    Some(lines)
}

/// A target as pairs of ranges and `name=value`s, each of which one command can say.
fn parts(
    spec: &DatasetSpec,
    known: &[Slice],
    target: &Target,
) -> Vec<(Option<String>, Vec<String>)> {
    let drawn = match &target.which {
        Which::All => return vec![(None, Vec::new())],
        Which::Text(text) => return vec![(Some(text.trim().to_owned()), Vec::new())],
        Which::Drawn(drawn) => drawn,
    };
    let mut by_slice: BTreeMap<&Slice, Ranges> = BTreeMap::new();
    for (slice, ranges) in drawn {
        let held = by_slice.entry(slice).or_default();
        *held = held.union(&Ranges::from_ranges(ranges.iter().cloned()));
    }
    let mut alike: BTreeMap<Ranges, Vec<&Slice>> = BTreeMap::new();
    for (slice, ranges) in by_slice {
        alike.entry(ranges).or_default().push(slice);
    }
    let mut parts = Vec::new();
    for (ranges, slices) in &alike {
        let text = spec.scheme.time().map(|_| ranges_text(spec, ranges));
        let shared = shared_values(slices);
        let fits =
            |slice: &&Slice| shared.iter().all(|(at, value)| *slice.values()[*at] == **value);
        if known.iter().filter(fits).count() == slices.len() {
            parts.push((text, pairs(spec, &shared)));
            continue;
        }
        for slice in slices {
            parts.push((text.clone(), pairs(spec, &shared_values(&[slice]))));
        }
    }
    parts
}

/// The values that all of these slices share, by place.
fn shared_values<'a>(slices: &[&'a Slice]) -> Vec<(usize, &'a str)> {
    let Some((first, rest)) = slices.split_first() else { return Vec::new() };
    let all = first.values().iter().enumerate();
    let shared = all.filter(|(at, value)| rest.iter().all(|slice| slice.values()[*at] == **value));
    shared.map(|(at, value)| (at, &**value)).collect()
}

fn pairs(spec: &DatasetSpec, values: &[(usize, &str)]) -> Vec<String> {
    let name = |at: usize| &spec.scheme.dimensions[at].name;
    values.iter().map(|(at, value)| format!("{}={value}", name(*at))).collect()
}

/// Ranges by their first and last labels: `2024-01-01..2024-01-31,2024-03-01`.
fn ranges_text(spec: &DatasetSpec, ranges: &Ranges) -> String {
    let label = |ordinal| spec.scheme.label(ordinal);
    let one = |range: Range<i64>| match range.end - range.start {
        1 => label(range.start),
        _ => format!("{}..{}", label(range.start), label(range.end - 1)),
    };
    ranges.ranges().map(one).collect::<Vec<_>>().join(",")
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_./:,=+-@%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}
