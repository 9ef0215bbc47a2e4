//! Records of one JSON object per line.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, BufRead, BufReader, Read};
use std::str;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::Error;
use super::cell::Cell;
use super::nested::{json_cell, text_of};
use super::reader::{Place, RECORD_MAX, Rows, mismatch};
use crate::spec::Column;

/// Reads every line of a file.
pub(super) fn read(file: &str, source: impl Read, rows: &mut Rows) -> Result<(), Error> {
    let positions = rows.columns().iter().enumerate();
    let positions: BTreeMap<String, usize> =
        positions.map(|(position, column)| (column.name.clone(), position)).collect();
    let mut reader = BufReader::with_capacity(1 << 16, source);
    let mut buffer = Vec::new();
    for line in 1.. {
        let end = next_line(&mut reader, &mut buffer)
            .map_err(|source| Error::Read { file: file.to_owned(), source })?;
        let place = Place { file, line, raw: buffer.trim_ascii_end() };
        match end {
            LineEnd::File => break,
            LineEnd::TooLong => rows.reject(&place, "the line is longer than 16 MiB".to_owned()),
            LineEnd::Line if place.raw.trim_ascii_start().is_empty() => {}
            LineEnd::Line => {
                let cells = cells(place.raw, &positions, rows.columns());
                rows.take(&place, cells)?;
            }
        }
    }
    Ok(())
}

fn cells<'a>(
    raw: &'a [u8],
    positions: &BTreeMap<String, usize>,
    columns: &[Column],
) -> Result<Vec<Cell<'a>>, String> {
    let text = str::from_utf8(raw).map_err(|_| "the line is not valid UTF-8".to_owned())?;
    let mut parser = serde_json::Deserializer::from_str(text);
    let values = Wanted { positions }
        .deserialize(&mut parser)
        .and_then(|values| parser.end().map(|()| values))
        .map_err(|error| reason(&error))?;
    let mut cells = Vec::with_capacity(columns.len());
    for (column, value) in columns.iter().zip(values) {
        let Some(value) = value else {
            cells.push(Cell::Null);
            continue;
        };
        let cell = json_cell(&column.kind, value);
        cells.push(cell.ok_or_else(|| {
            let text = text_of(value).unwrap_or_else(|| value.get().into());
            mismatch(column, &text)
        })?);
    }
    Ok(cells)
}

/// What the parser says, without the line: it counts lines from the start of the record.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    match text.strip_suffix(&place) {
        Some(text) => format!("{text} at column {}", error.column()),
        None => text,
    }
}

/// Takes the values of the columns out of an object, as they are written.
struct Wanted<'c> {
    positions: &'c BTreeMap<String, usize>,
}

impl<'de> DeserializeSeed<'de> for Wanted<'_> {
    type Value = Vec<Option<&'de RawValue>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Wanted<'_> {
    type Value = Vec<Option<&'de RawValue>>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
        let mut values = vec![None; self.positions.len()];
        while let Some(position) = object.next_key_seed(Key(self.positions))? {
            match position {
                Some(position) => values[position] = Some(object.next_value()?),
                None => {
                    object.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(values)
    }
}

/// Finds the column a key names, without keeping the key.
struct Key<'c>(&'c BTreeMap<String, usize>);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Option<usize>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.0.get(key).copied())
    }
}

/// How a line ended.
enum LineEnd {
    /// With a line feed, or with the file after at least one byte.
    Line,
    /// It was cut; its rest was skipped.
    TooLong,
    /// There was no line.
    File,
}

fn next_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<LineEnd> {
    line.clear();
    let mut end = LineEnd::File;
    loop {
        let available = match reader.fill_buf() {
            Ok(available) => available,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if available.is_empty() {
            return Ok(end);
        }
        let feed = available.iter().position(|byte| *byte == b'\n');
        let part = &available[..feed.unwrap_or(available.len())];
        let room = RECORD_MAX - line.len();
        line.extend_from_slice(&part[..part.len().min(room)]);
        if room < part.len() || matches!(end, LineEnd::TooLong) {
            end = LineEnd::TooLong;
        } else {
            end = LineEnd::Line;
        }
        let consumed = feed.map_or(available.len(), |feed| feed + 1);
        reader.consume(consumed);
        if feed.is_some() {
            return Ok(end);
        }
    }
}
