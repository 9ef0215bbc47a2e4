//! Records of separated values.

use std::borrow::Cow;
use std::io::{self, Read};
use std::str;

use csv::{ByteRecord, ReaderBuilder};

use super::Error;
use super::cell::{Cell, convert};
use super::reader::{Place, RECORD_MAX, Rows, mismatch};
use crate::spec::Column;

const BUFFER: usize = 1 << 16;
/// How many columns a reason names.
const NAMED_MAX: usize = 3;

/// Reads every record of a file.
pub(super) fn read(
    file: &str,
    source: impl Read,
    delimiter: u8,
    header: bool,
    rows: &mut Rows,
) -> Result<(), Error> {
    // Without a header record every field belongs to a column by its position.
    let mut layout = (!header).then(|| Layout::by_position(rows.columns().len()));
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .buffer_capacity(BUFFER)
        .from_reader(Tape::new(source));
    let mut record = ByteRecord::new();
    loop {
        let more = reader.read_byte_record(&mut record);
        let end = reader.position().byte();
        let tape = reader.get_mut();
        if !more.map_err(|error| failure(file, tape, error))? {
            return Ok(());
        }
        let ended = tape.ended;
        let (line, raw) = tape.advance(end);
        let place = Place { file, line, raw };
        let open = (ended && quote_is_open(raw, delimiter)).then(|| {
            let lines = raw.split(|byte| *byte == b'\n').count();
            format!("a quote is never closed and takes in all {lines} lines to the end")
        });
        let Some(layout) = &layout else {
            if let Some(reason) = open {
                return Err(Error::Header { file: file.to_owned(), reason });
            }
            layout = Some(Layout::by_name(file, &record, rows)?);
            continue;
        };
        if let Some(reason) = open {
            rows.reject(&place, reason);
            continue;
        }
        let cells = layout.cells(&record, rows.columns());
        rows.take(&place, cells)?;
    }
}

/// Which field of a record holds which column.
struct Layout {
    fields: Vec<Option<usize>>,
    width: usize,
}

impl Layout {
    fn by_position(width: usize) -> Self {
        Self { fields: (0..width).map(Some).collect(), width }
    }

    fn by_name(file: &str, header: &ByteRecord, rows: &mut Rows) -> Result<Self, Error> {
        let mut fields = Vec::with_capacity(rows.columns().len());
        for column in rows.columns() {
            let named = |(_, name): &(usize, &[u8])| *name == column.name.as_bytes();
            let mut places = header.iter().enumerate().filter(named).map(|(place, _)| place);
            fields.push(places.next());
            if places.next().is_some() {
                return Err(Error::Header {
                    file: file.to_owned(),
                    reason: format!("it names `{}` twice; rename one of the two", column.name),
                });
            }
        }
        if let Some(reason) = stranger(&fields, rows.columns()) {
            return Err(Error::Header { file: file.to_owned(), reason });
        }
        for (column, _) in fields.iter().enumerate().filter(|(_, field)| field.is_none()) {
            rows.note_missing(column);
        }
        Ok(Self { fields, width: header.len() })
    }

    fn cells<'a>(
        &self,
        record: &'a ByteRecord,
        columns: &[Column],
    ) -> Result<Vec<Cell<'a>>, String> {
        if record.len() != self.width {
            let fields = if self.width == 1 { "field" } else { "fields" };
            return Err(format!("{} {fields} expected, {} found", self.width, record.len()));
        }
        let mut cells = Vec::with_capacity(columns.len());
        for (column, field) in columns.iter().zip(&self.fields) {
            let bytes = field.map_or(&[][..], |field| &record[field]);
            if bytes.is_empty() {
                cells.push(Cell::Null);
                continue;
            }
            let text = str::from_utf8(bytes)
                .map_err(|_| format!("column `{}` is not valid UTF-8", column.name))?;
            let cell = convert(&column.kind, Cow::Borrowed(text));
            cells.push(cell.ok_or_else(|| mismatch(column, text))?);
        }
        Ok(cells)
    }
}

/// Why a header is not that of the contract: no row below it could be taken for what it is, and
/// without rows a wrong file would pass for an empty one.
fn stranger(fields: &[Option<usize>], columns: &[Column]) -> Option<String> {
    let quoted = |columns: &mut dyn Iterator<Item = &Column>| -> String {
        let named: Vec<String> =
            columns.take(NAMED_MAX).map(|column| format!("`{}`", column.name)).collect();
        named.join(", ")
    };
    if !columns.is_empty() && fields.iter().all(Option::is_none) {
        let some = quoted(&mut columns.iter());
        return Some(format!("it names no column of the contract, such as {some}"));
    }
    let absent = columns.iter().zip(fields).filter(|(_, field)| field.is_none());
    let mut absent = absent.map(|(column, _)| column).filter(|column| !column.nullable).peekable();
    absent.peek()?;
    Some(format!("it lacks {}, which the contract requires", quoted(&mut absent)))
}

/// Remembers what the parser was given since the last record, because a reject shows its text as
/// written and its line counted in the file, and the parser keeps neither.
struct Tape<R> {
    source: R,
    /// Bytes handed out and not yet claimed by a record, after `used` claimed ones.
    bytes: Vec<u8>,
    used: usize,
    /// Where in the file `bytes` begins.
    start: u64,
    /// The line the next unclaimed byte is on.
    line: u64,
    /// Whether the last claimed byte was a carriage return, which a line feed may complete.
    after_return: bool,
    ended: bool,
    too_long: bool,
}

impl<R> Tape<R> {
    fn new(source: R) -> Self {
        Self {
            source,
            bytes: Vec::new(),
            used: 0,
            start: 0,
            line: 1,
            after_return: false,
            ended: false,
            too_long: false,
        }
    }

    /// The record that ends before this byte of the file: its first line, and itself without the
    /// line ends around it.
    fn advance(&mut self, end: u64) -> (u64, &[u8]) {
        let begin = self.used;
        self.used = (end - self.start) as usize;
        let claimed = &self.bytes[begin..self.used];
        let is_end = |byte: &u8| *byte == b'\r' || *byte == b'\n';
        let first = claimed.iter().position(|byte| !is_end(byte)).unwrap_or(claimed.len());
        let last = claimed.iter().rposition(|byte| !is_end(byte)).map_or(first, |last| last + 1);
        let mut line = self.line;
        for (place, byte) in claimed.iter().enumerate() {
            if place == first {
                line = self.line;
            }
            let completes = *byte == b'\n' && self.after_return;
            self.line += u64::from(is_end(byte) && !completes);
            self.after_return = *byte == b'\r';
        }
        (line, &claimed[first..last])
    }
}

impl<R: Read> Read for Tape<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // Claimed bytes go before new ones come, so the tape is as long as a record and a buffer.
        self.bytes.drain(..self.used);
        self.start += self.used as u64;
        self.used = 0;
        if RECORD_MAX < self.bytes.len() {
            self.too_long = true;
            return Err(io::Error::other("the record is too long"));
        }
        let count = self.source.read(buffer)?;
        self.bytes.extend_from_slice(&buffer[..count]);
        self.ended = count == 0;
        Ok(count)
    }
}

fn failure<R>(file: &str, tape: &Tape<R>, error: csv::Error) -> Error {
    let file = file.to_owned();
    if tape.too_long {
        return Error::TooLong { file, line: tape.line };
    }
    Error::Read { file, source: error.into() }
}

/// Whether a record that ended with its file ends inside quotes; the parser would close them and
/// take everything since the quote as one value.
fn quote_is_open(raw: &[u8], delimiter: u8) -> bool {
    let mut quoted = false;
    let mut field_starts = true;
    let mut bytes = raw.iter().peekable();
    while let Some(byte) = bytes.next() {
        if quoted {
            // A doubled quote stands for one and closes nothing.
            if *byte == b'"' && bytes.next_if_eq(&&b'"').is_none() {
                quoted = false;
            }
        } else if *byte == b'"' && field_starts {
            quoted = true;
        }
        field_starts = !quoted && *byte == delimiter;
    }
    quoted
}
