//! Says in one line what Polars says in many.

use polars::prelude::PolarsError;

/// A fault in a sentence, and what to do about it when that can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

/// The longest expression that is repeated in a message.
const EXPRESSION_MAX: usize = 80;

/// The first useful line of an error: what is wrong, in which expression, at which step.
///
/// `columns` are the names a missing column may have been meant as.
pub(super) fn tell(error: &PolarsError, columns: &[&str]) -> Told {
    let mut step = None;
    let mut expression = None;
    let mut inner = error;
    loop {
        inner = match inner {
            PolarsError::Context { error, msg } => {
                step = step.or_else(|| Some(step_name(msg)));
                error
            }
            // The innermost expression is the one at fault; the outer ones repeat it.
            PolarsError::ExprContext { error, expr } => {
                expression = Some(shorten(expr));
                error
            }
            _ => break,
        };
    }
    let text = inner.to_string();
    let missing_column =
        matches!(inner, PolarsError::ColumnNotFound(_) | PolarsError::SchemaFieldNotFound(_));
    let mut told = match (missing_column, inner) {
        (true, _) => missing("column", &text, columns),
        (false, PolarsError::StructFieldNotFound(_)) => missing("field", &text, columns),
        (false, _) => tell_text(&text, columns),
    };
    let place = match (expression, step) {
        (Some(expression), _) => format!(", in `{expression}`"),
        (None, Some(step)) => format!(", in step `{step}`"),
        (None, None) => String::new(),
    };
    told.message += &place;
    told
}

/// As [`tell`], for an error that reached us as text.
pub(super) fn tell_text(text: &str, columns: &[&str]) -> Told {
    if text.contains("unable to find column") {
        return missing("column", text, columns);
    }
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("no message");
    Told { message: decapitalize(line.trim_end_matches('.')), hint: suggested(text) }
}

/// The name that is nearest to `name`, if one is near enough to be meant.
pub(super) fn nearest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let reach = name.chars().count().div_ceil(3);
    candidates
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(far, _)| *far <= reach)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Words a missing name; Polars' own suggestion knows the step, ours knows every input.
fn missing(what: &str, text: &str, columns: &[&str]) -> Told {
    let line = text.lines().next().unwrap_or_default();
    // Some errors quote the operation before the column.
    let Some(name) = quoted(line.split("on column: ").last().unwrap_or(line)) else {
        let message = decapitalize(line.split("; valid").next().unwrap_or(line));
        return Told { message, hint: suggested(text) };
    };
    let hint = suggested(text).or_else(|| match nearest(name, columns.iter().copied()) {
        Some(near) if near == name => {
            Some(format!("an input has `{name}`, but the frame no longer does at this step"))
        }
        Some(near) => Some(format!("did you mean `{near}`?")),
        None => None,
    });
    Told { message: format!("{what} `{name}` does not exist"), hint }
}

/// Polars' own suggestion, in our quotes.
fn suggested(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("Did you mean ")?;
    quoted(rest).map(|name| format!("did you mean `{name}`?"))
}

/// The first quoted word, in any of the three kinds of quotes Polars uses.
fn quoted(text: &str) -> Option<&str> {
    let start = text.find(['"', '\'', '`'])?;
    let quote = text[start..].chars().next()?;
    let rest = &text[start + 1..];
    rest.find(quote).map(|end| &rest[..end])
}

/// The bare name in `'select'` or `'select' failed`.
fn step_name(message: &str) -> String {
    quoted(message).unwrap_or(message).to_owned()
}

fn shorten(expression: &str) -> String {
    if expression.chars().count() <= EXPRESSION_MAX {
        return expression.to_owned();
    }
    let start: String = expression.chars().take(EXPRESSION_MAX).collect();
    format!("{start}…")
}

/// Messages start with a small letter, unless the first word is all capitals or a name.
fn decapitalize(line: &str) -> String {
    let mut letters = line.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
            first.to_lowercase().chain(line.chars().skip(1)).collect()
        }
        _ => line.to_owned(),
    }
}

/// How many letters must be added, dropped or changed to get from one name to the other.
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, letter) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, other) in to.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *other);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[to.len()]
}
