//! What could not be read of a request, in words that need no Rust.

use serde::de::IgnoredAny;
use serde_json::error::Category;

/// What is wrong with a body, by what the parser says of it.
pub(super) fn body(bytes: &[u8], error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    let is_json = serde_json::from_slice::<IgnoredAny>(bytes).is_ok();
    if error.classify() != Category::Data && is_json {
        // A number where a word belongs is told as if it were no JSON.
        let place = place(bytes, offset(bytes, line, column));
        return format!("the body cannot be taken: `{place}`: it cannot be of this kind");
    }
    if !is_json {
        return match bytes.iter().all(u8::is_ascii_whitespace) {
            true => "the body is empty".to_owned(),
            false => format!("the body is no JSON: line {line}, column {column} cannot be read"),
        };
    }
    let text = error.to_string();
    let why = text.split(" at line ").next().unwrap_or(&text);
    let place = place(bytes, offset(bytes, line, column));
    if place.is_empty() || names_it(why) {
        return format!("the body cannot be taken: {}", sentence(why));
    }
    format!("the body cannot be taken: `{place}`: {}", sentence(why))
}

/// What is wrong with a parameter: `limit: invalid digit found in string`.
pub(super) fn parameter(why: &str) -> String {
    match why.split_once(": ") {
        Some((name, why)) if !name.contains(' ') => format!("`{name}`: {}", sentence(why)),
        _ => sentence(why),
    }
}

/// Whether what is said names the field already.
fn names_it(why: &str) -> bool {
    ["missing field", "unknown field", "duplicate field"].iter().any(|it| why.starts_with(it))
}

/// A message of a parser as a person would say it.
fn sentence(why: &str) -> String {
    let quoted = |text: &str| text.split('`').nth(1).unwrap_or_default().to_owned();
    if let Some(rest) = why.strip_prefix("missing field ") {
        return format!("{rest} is missing");
    }
    if let Some(rest) = why.strip_prefix("duplicate field ") {
        return format!("{rest} is given twice");
    }
    if let Some(rest) = why.strip_prefix("unknown field ") {
        return format!("there is no `{}`{}", quoted(rest), choice(rest, "; there are "));
    }
    if let Some(rest) = why.strip_prefix("unknown variant ") {
        return format!("`{}` is none of{}", quoted(rest), choice(rest, " "));
    }
    if why.starts_with("data did not match any variant") {
        return "it is none of what it may be".to_owned();
    }
    for start in ["invalid type: ", "invalid value: ", "invalid length "] {
        if let Some((found, wanted)) =
            why.strip_prefix(start).and_then(|rest| rest.split_once(", expected "))
        {
            let found = if start == "invalid length " { "" } else { &thing(found) };
            let not = if found.is_empty() { String::new() } else { format!(", not {found}") };
            return format!("it must be {}{not}", kind(wanted));
        }
    }
    match why {
        "invalid digit found in string" | "cannot parse integer from empty string" => {
            "it must be a whole number".to_owned()
        }
        "number too large to fit in target type" => "the number is too large".to_owned(),
        "number too small to fit in target type" => "the number is too small".to_owned(),
        "invalid float literal" | "cannot parse float from empty string" => {
            "it must be a number".to_owned()
        }
        "provided string was not `true` or `false`" => "it must be `true` or `false`".to_owned(),
        other => other.to_owned(),
    }
}

/// What may stand there: ``, expected one of `a`, `b` `` or ``, expected `a` or `b` ``.
fn choice(rest: &str, start: &str) -> String {
    match rest.split_once("expected ") {
        Some((_, words)) => format!("{start}{}", words.trim_start_matches("one of ")),
        None => String::new(),
    }
}

/// What was found: `string "x"`, ``integer `5` ``, `map`.
fn thing(found: &str) -> String {
    match found.split_once(' ') {
        Some(("string", text)) => format!("the text {text}"),
        Some(("integer" | "boolean", value)) => value.to_owned(),
        Some(("floating", rest)) => rest.trim_start_matches("point ").to_owned(),
        _ => kind(found),
    }
}

/// What a type of Rust is for whoever writes JSON.
fn kind(wanted: &str) -> String {
    let whole = |least: i128, most: i128| format!("a whole number from {least} to {most}");
    match wanted {
        "i8" => whole(i8::MIN.into(), i8::MAX.into()),
        "i16" => whole(i16::MIN.into(), i16::MAX.into()),
        "i32" => whole(i32::MIN.into(), i32::MAX.into()),
        "u8" => whole(0, u8::MAX.into()),
        "u16" => whole(0, u16::MAX.into()),
        "u32" => whole(0, u32::MAX.into()),
        "i64" | "isize" => "a whole number".to_owned(),
        "u64" | "usize" => "a whole number from 0 on".to_owned(),
        "f32" | "f64" => "a number".to_owned(),
        "a string" | "a borrowed string" | "string" => "a text".to_owned(),
        "a boolean" => "`true` or `false`".to_owned(),
        "a sequence" | "sequence" => "a list".to_owned(),
        "a map" | "map" => "an object".to_owned(),
        "unit" | "null" => "null".to_owned(),
        "string or map" => "one of its words".to_owned(),
        _ if wanted.starts_with("struct ") => "an object".to_owned(),
        _ if wanted.starts_with("enum ") || wanted.starts_with("variant ") => {
            "one of its words".to_owned()
        }
        _ if wanted.starts_with("a tuple of size ") => {
            let size = wanted.trim_start_matches("a tuple of size ");
            format!("a list of {size}")
        }
        other => other.to_owned(),
    }
}

/// Where in the text a line and a column are.
fn offset(bytes: &[u8], line: usize, column: usize) -> usize {
    let lines = bytes.split_inclusive(|byte| *byte == b'\n');
    let before: usize = lines.take(line.saturating_sub(1)).map(<[u8]>::len).sum();
    (before + column).min(bytes.len())
}

/// The names that lead to a place in a JSON text: `targets.ranges`. Positions in lists are left out.
fn place(bytes: &[u8], end: usize) -> String {
    let (mut path, mut name): (Vec<String>, String) = (Vec::new(), String::new());
    let mut at = 0;
    while at < end {
        match bytes[at] {
            b'"' => {
                let start = at + 1;
                at = start;
                while at < end && bytes[at] != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                let text = String::from_utf8_lossy(&bytes[start..at.min(end)]);
                let is_name = bytes[(at + 1).min(bytes.len())..]
                    .iter()
                    .find(|byte| !byte.is_ascii_whitespace())
                    .is_some_and(|byte| *byte == b':');
                if is_name {
                    name = text.chars().take(40).collect();
                }
            }
            b'{' | b'[' => path.push(std::mem::take(&mut name)),
            b'}' | b']' => name = path.pop().unwrap_or_default(),
            _ => (),
        }
        at += 1;
    }
    path.push(name);
    path.retain(|name| !name.is_empty());
    path.join(".")
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only whether they can be read matters")]
    struct Asked {
        targets: Vec<Target>,
        priority: Option<i16>,
        is_all: Option<bool>,
        class: Option<Class>,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only whether they can be read matters")]
    struct Target {
        dataset: String,
        range: Option<(i64, i64)>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Class {
        Live,
        Late,
    }

    #[test]
    fn what_a_body_lacks_is_said_in_plain_words() {
        let said = |text: &str| {
            let error = serde_json::from_str::<Asked>(text).unwrap_err();
            body(text.as_bytes(), &error)
        };
        let lines = [
            "[]",
            "7",
            "",
            r#"{"targets":[}"#,
            r#"{"targets":{}}"#,
            r#"{"targets":[{"dataset":"a"},{"dataset":5}]}"#,
            r#"{"targets":[{"dataset":"a","range":[1]}]}"#,
            r#"{"targets":[{"dataset":"\"q\"","range":["x",2]}]}"#,
            r#"{"targets":[{}]}"#,
            r#"{"targets":[],"priority":40000}"#,
            "{\"targets\":[],\n \"priority\":\"high\"}",
            r#"{"targets":[],"is_all":"yes"}"#,
            r#"{"targets":[],"class":"fast"}"#,
            r#"{"targets":[],"class":7}"#,
            r#"{"targets":[],"slots":7}"#,
            r#"{"targets":[],"targets":[]}"#,
        ];
        insta::assert_snapshot!(lines.map(said).join("\n"), @r#"
        the body cannot be taken: it must be an object
        the body cannot be taken: it must be an object, not `7`
        the body is empty
        the body is no JSON: line 1, column 13 cannot be read
        the body cannot be taken: `targets`: it must be a list, not an object
        the body cannot be taken: `targets.dataset`: it must be a text, not `5`
        the body cannot be taken: `targets.range`: it must be a list of 2
        the body cannot be taken: `targets.range`: it must be a whole number, not the text "x"
        the body cannot be taken: `dataset` is missing
        the body cannot be taken: `priority`: it must be a whole number from -32768 to 32767, not `40000`
        the body cannot be taken: `priority`: it must be a whole number from -32768 to 32767, not the text "high"
        the body cannot be taken: `is_all`: it must be `true` or `false`, not the text "yes"
        the body cannot be taken: `class`: `fast` is none of `live` or `late`
        the body cannot be taken: `class`: it cannot be of this kind
        the body cannot be taken: there is no `slots`; there are `targets`, `priority`, `is_all`, `class`
        the body cannot be taken: `targets` is given twice
        "#);
    }

    #[test]
    fn what_is_wrong_with_a_parameter_is_said_in_plain_words() {
        let lines = [
            "limit: invalid digit found in string",
            "limit: number too large to fit in target type",
            "all: provided string was not `true` or `false`",
            "by: unknown variant `week`, expected `day` or `hour`",
            "missing field `from`",
            "at: not an instant such as `2024-06-30T00:00:00Z`",
        ];
        insta::assert_snapshot!(lines.map(parameter).join("\n"), @"
        `limit`: it must be a whole number
        `limit`: the number is too large
        `all`: it must be `true` or `false`
        `by`: `week` is none of `day` or `hour`
        `from` is missing
        `at`: not an instant such as `2024-06-30T00:00:00Z`
        ");
    }
}
