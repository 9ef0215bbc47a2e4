//! Tables, counts and JSON for the terminal.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::spec::SpecError;

pub(super) use crate::model::words::{bytes, count, seconds, spans_text};

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
