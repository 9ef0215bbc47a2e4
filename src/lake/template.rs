//! Path templates of sources: from a path to the partition it belongs to.

use std::sync::Arc;

use crate::model::{PartitionKey, Scheme, Slice};

/// A path template, ready to be matched.
#[derive(Clone, Debug)]
pub struct Template {
    segments: Vec<Vec<Piece>>,
}

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Text(String),
    /// `*`: any text.
    Any,
    /// `{name}`: a value.
    Hole(String),
}

impl Template {
    /// Reads a template such as `landing/{day}/*.ndjson.gz`.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let segments = text.trim_matches('/').split('/').map(pieces).collect();
        Self { segments }
    }

    /// The folder that every matching path starts with.
    #[must_use]
    pub fn prefix(&self) -> String {
        let fixed =
            self.segments[..self.segments.len() - 1].iter().map_while(
                |segment| match &segment[..] {
                    [Piece::Text(text)] => Some(text.as_str()),
                    _ => None,
                },
            );
        fixed.collect::<Vec<_>>().join("/")
    }

    /// The partition a path belongs to; none when the path is not of this template.
    #[must_use]
    pub fn partition(&self, path: &str, scheme: &Scheme) -> Option<PartitionKey> {
        let parts: Vec<&str> = path.split('/').collect();
        // A control character cannot be a value: the database and terminals refuse it.
        if parts.len() != self.segments.len() || unescape(path).contains(char::is_control) {
            return None;
        }
        let mut values: Vec<(String, String)> = Vec::new();
        for (segment, part) in self.segments.iter().zip(parts) {
            if part.starts_with('.') || !fits(segment, part, &mut values) {
                return None;
            }
        }
        let value = |name: &str| values.iter().find(|(held, _)| held == name).map(|(_, v)| v);
        let slice: Option<Vec<Arc<str>>> = scheme
            .dimensions
            .iter()
            .map(|dimension| value(&dimension.name).map(|value| unescape(value).into()))
            .collect();
        let ordinal = match scheme.time() {
            None => 0,
            Some(axis) => {
                let is_dimension =
                    |name: &str| scheme.dimensions.iter().any(|dimension| dimension.name == name);
                let (name, text) = values.iter().find(|(name, _)| !is_dimension(name))?;
                let label = match name.strip_prefix("time:") {
                    Some(format) => reformat(format, text)?,
                    None => unescape(text),
                };
                let range = axis.labelled(&label).ok()?;
                if range.end - range.start != 1 {
                    return None;
                }
                range.start
            }
        };
        Some(PartitionKey { slice: Slice::new(slice?), ordinal })
    }
}

fn pieces(segment: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    let mut rest = segment;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('*') {
            found.push(Piece::Any);
            rest = after;
        } else if let Some((name, after)) =
            rest.strip_prefix('{').and_then(|inner| inner.split_once('}'))
        {
            found.push(Piece::Hole(name.to_owned()));
            rest = after;
        } else {
            let next = rest.char_indices().skip(1).find(|(_, c)| ['*', '{'].contains(c));
            let end = next.map_or(rest.len(), |(at, _)| at);
            found.push(Piece::Text(rest[..end].to_owned()));
            rest = &rest[end..];
        }
    }
    found
}

/// Whether a path segment fits, leftmost and shortest first; values of holes are collected.
fn fits(pieces: &[Piece], text: &str, values: &mut Vec<(String, String)>) -> bool {
    match pieces {
        [] => text.is_empty(),
        [Piece::Text(expected), rest @ ..] => {
            text.strip_prefix(expected.as_str()).is_some_and(|after| fits(rest, after, values))
        }
        [hole, rest @ ..] => {
            let least = usize::from(matches!(hole, Piece::Hole(_)));
            let ends = (least..=text.len()).filter(|end| text.is_char_boundary(*end));
            for end in ends {
                let mark = values.len();
                if let Piece::Hole(name) = hole {
                    let value = text[..end].to_owned();
                    if values.iter().any(|(held, seen)| held == name && *seen != value) {
                        continue;
                    }
                    values.push((name.clone(), value));
                }
                if fits(rest, &text[end..], values) {
                    return true;
                }
                values.truncate(mark);
            }
            false
        }
    }
}

/// A time written by a `strftime` format, as a label.
fn reformat(format: &str, text: &str) -> Option<String> {
    let parsed = jiff::fmt::strtime::parse(format, text).ok()?;
    if let Ok(at) = parsed.to_datetime() {
        return Some(at.strftime("%Y-%m-%dT%H:%M").to_string());
    }
    if let Ok(day) = parsed.to_date() {
        return Some(day.to_string());
    }
    let (year, month) = (parsed.year()?, parsed.month());
    Some(month.map_or_else(|| format!("{year:04}"), |month| format!("{year:04}-{month:02}")))
}

/// Undoes the percent encoding that writers of hive-style folders use.
fn unescape(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let coded = (bytes[at] == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten()
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        plain.push(coded.unwrap_or(bytes[at]));
        at += if coded.is_some() { 3 } else { 1 };
    }
    String::from_utf8(plain).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::Template;
    use crate::spec::{Partitions, TimePartitions};

    fn place(template: &str, partitions: impl Into<Partitions>, path: &str) -> Option<String> {
        let scheme = partitions.into().scheme().unwrap();
        let key = Template::new(template).partition(path, &scheme)?;
        Some(scheme.describe(&key))
    }

    #[test]
    fn a_path_names_its_partition() {
        let day = TimePartitions::daily("2010-01-01");
        let cases = [
            ("retail/{day}.csv.gz", "retail/2010-12-01.csv.gz", Some("2010-12-01")),
            ("retail/{day}.csv.gz", "retail/2010-12-01.csv", None),
            ("retail/{day}.csv.gz", "retail/2010-12.csv.gz", None),
            ("in/{day}/*.ndjson.gz", "in/2010-12-01/part-7.ndjson.gz", Some("2010-12-01")),
            ("in/{day}/*.ndjson.gz", "in/2010-12-01/.part-7.ndjson.gz", None),
            ("in/{day}/*.ndjson.gz", "in/2010-12-01/a/b.ndjson.gz", None),
            ("in/{time:%Y%m%d}-*.csv", "in/20101201-a.csv", Some("2010-12-01")),
            ("in/dt={day}/x.csv", "in/dt=2010-12-01/x.csv", Some("2010-12-01")),
        ];
        for (template, path, expected) in cases {
            assert_eq!(place(template, &day, path).as_deref(), expected, "{template} {path}");
        }
    }

    #[test]
    fn dimensions_are_read_from_the_path() {
        let daily = || TimePartitions::daily("2010-01-01").listed("region", ["eu", "a,b/c"]);
        let template = "in/{region}/day={day}/*.parquet";
        let found = place(template, daily(), "in/eu/day=2010-12-01/0.parquet");
        assert_eq!(found.as_deref(), Some("2010-12-01 region=eu"));
        let found = place(template, daily(), "in/a%2Cb%2Fc/day=2010-12-01/0.parquet");
        assert_eq!(found.as_deref(), Some("2010-12-01 region=\"a,b/c\""));
    }

    #[test]
    fn the_prefix_is_what_every_path_starts_with() {
        assert_eq!(Template::new("a/b/c={month}/*.parquet").prefix(), "a/b");
        assert_eq!(Template::new("{day}.csv").prefix(), "");
        assert_eq!(Template::new("a/one.csv").prefix(), "a");
    }
}
