//! Says in one line what Polars says in many.

use polars::prelude::PolarsError;

/// A fault in a sentence, and what to do about it when that can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) message: String,
    pub(super) hint: Option<String>,
}

/// The names a misspelt one may have been meant as.
#[derive(Debug, Default)]
pub(super) struct Known<'a> {
    pub(super) columns: Vec<&'a str>,
    /// Fields of struct columns.
    pub(super) fields: Vec<&'a str>,
}

/// The longest expression that is repeated in a message.
const EXPRESSION_MAX: usize = 80;

/// The first useful line of an error: what is wrong, in which expression, at which step.
pub(super) fn tell(error: &PolarsError, known: &Known<'_>) -> Told {
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
    let mut told = match inner {
        PolarsError::ColumnNotFound(_) | PolarsError::SchemaFieldNotFound(_) => {
            missing("column", &text, &known.columns)
        }
        PolarsError::StructFieldNotFound(_) => missing("field", &text, &known.fields),
        _ => tell_text(&text, known),
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
pub(super) fn tell_text(text: &str, known: &Known<'_>) -> Told {
    if text.contains("unable to find column") {
        return missing("column", text, &known.columns);
    }
    if text.starts_with("field not found") {
        return missing("field", text, &known.fields);
    }
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("no message");
    let line = line.trim_end_matches(",got");
    if let Some(cause) = cause_below(text).filter(|_| line.ends_with(':')) {
        return Told { message: decapitalize(&format!("{line} {cause}")), hint: suggested(text) };
    }
    // Polars' advice follows in the same line.
    let fault = line.split(". ").next().unwrap_or(line);
    let fault = fault.split("; try ").next().unwrap_or(fault).trim_end_matches('.');
    let advice = line[fault.len()..].split_once("try ").map(|(_, advice)| advice);
    let advice = advice.map(|advice| format!("try {}", advice.trim_end_matches('.')));
    Told { message: decapitalize(fault), hint: suggested(text).or(advice) }
}

/// The last line of an error that draws a picture first, as a broken pattern does.
fn cause_below(text: &str) -> Option<&str> {
    text.lines().find_map(|line| line.trim().strip_prefix("error: "))
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
fn missing(what: &str, text: &str, known: &[&str]) -> Told {
    let line = text.lines().next().unwrap_or_default();
    // Some errors quote the operation before the column, some do not quote the name at all.
    let tail = line.split("on column: ").last().unwrap_or(line);
    let name = quoted(tail).or_else(|| tail.rsplit(": ").next()).unwrap_or(tail);
    let hint = suggested(text).or_else(|| match nearest(name, known.iter().copied())? {
        near if near == name => {
            Some(format!("an input has `{name}`, but the frame no longer does at this step"))
        }
        near => Some(format!("did you mean `{near}`?")),
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

/// How many letters must be added, dropped, changed or swapped with the next to get from one
/// name to the other.
fn distance(from: &str, to: &str) -> usize {
    let [from, to] = [from, to].map(|name| name.chars().collect::<Vec<_>>());
    let mut rows = vec![vec![0; to.len() + 1]; from.len() + 1];
    for i in 0..=from.len() {
        for j in 0..=to.len() {
            if i == 0 || j == 0 {
                rows[i][j] = i + j;
                continue;
            }
            let changed = rows[i - 1][j - 1] + usize::from(from[i - 1] != to[j - 1]);
            let mut least = changed.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            let swapped = 2 <= i && 2 <= j && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
            if swapped {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = least;
        }
    }
    rows[from.len()][to.len()]
}
