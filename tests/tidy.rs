//! The rules of the house that no compiler holds: layers, sizes, words, codes and their pages.

#[path = "tidy/docs.rs"]
mod docs;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Stands for every layer in the table below.
const ANY: &str = "*";

/// Each layer, with the layers it may use. A layer may always use itself, and `codes`.
const LAYERS: [(&str, &[&str]); 18] = [
    ("model", &[]),
    ("spec", &["model"]),
    ("plan", &["model", "spec"]),
    ("lake", &["model", "spec"]),
    ("job", &["model", "spec", "lake"]),
    ("store", &["model", "spec", "plan", "failpoint"]),
    (
        "engine",
        &[
            "model",
            "spec",
            "plan",
            "lake",
            "job",
            "store",
            "webhook",
            "clock",
            "telemetry",
            "failpoint",
        ],
    ),
    ("api", &["model", "spec", "plan", "store", "engine", "clock", "telemetry"]),
    ("webhook", &[]),
    ("cli", &[ANY]),
    ("app", &[ANY]),
    ("testing", &[ANY]),
    ("cluster", &[]),
    ("codes", &[]),
    ("clock", &[]),
    ("config", &[]),
    ("failpoint", &[]),
    ("telemetry", &[]),
];

/// What the tests inside a layer may use beside what the layer itself may use.
const FOR_TESTS: [&str; 3] = ["testing", "cluster", "prelude"];

/// Layers the reference jobs must not reach into: they prove the public API.
const INTERNAL: [&str; 4] = ["store", "engine", "cli", "cluster"];

/// Where SQL may stand.
const SQL_HOMES: [&str; 2] = ["src/store/", "src/cluster/"];

/// Words other systems use for what has a name of its own here (CONTRIBUTING.md, Words).
const RIVALS: [&str; 4] = ["dag", "flow", "asset", "pipeline"];

const LINES_MAX: usize = 500;

/// One source file.
struct Source {
    /// Relative to the project, with `/`.
    path: String,
    /// As it is.
    text: String,
    /// The same without comments and without what is in quotes.
    code: String,
}

impl Source {
    fn is_below(&self, folders: &[&str]) -> bool {
        folders.iter().any(|folder| self.path.starts_with(folder))
    }

    /// Where the unit tests begin; 0 for a file that has nothing else.
    fn tests_begin(&self) -> usize {
        let only_tests = self.path.ends_with("/tests.rs") || self.path.contains("/tests/");
        let own = || {
            // A `mod tests;` stands at the top with the other modules: its code is elsewhere.
            let module = self.code.match_indices("#[cfg(test)]").find(|(at, mark)| {
                self.code[at + mark.len()..].trim_start().starts_with("mod tests {")
            });
            module.map_or(self.code.len(), |(at, _)| at)
        };
        if only_tests { 0 } else { own() }
    }

    /// The layer the file belongs to, if it is one of the library.
    fn layer(&self) -> Option<&str> {
        let name = self.path.strip_prefix("src/")?.split('/').next()?;
        let name = name.strip_suffix(".rs").unwrap_or(name);
        (name != "lib").then_some(name)
    }
}

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files below `folder` with this ending, in a fixed order.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = BTreeSet::new();
    let mut folders = vec![project().join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == ending) {
                found.insert(path);
            }
        }
    }
    found.into_iter().collect()
}

/// The Rust files below `folders`.
fn sources(folders: &[&str]) -> Vec<Source> {
    let paths = folders.iter().flat_map(|folder| files(folder, "rs"));
    let sources: Vec<Source> = paths
        .map(|path| {
            let relative = path.strip_prefix(project()).unwrap().display().to_string();
            let text = fs::read_to_string(&path).unwrap();
            Source { path: relative.replace('\\', "/"), code: code(&text), text }
        })
        .collect();
    assert!(!sources.is_empty(), "found no Rust file below {folders:?}");
    sources
}

fn report(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn layers_point_down() {
    let mut faults = Vec::new();
    for source in sources(&["src"]) {
        let Some(layer) = source.layer() else { continue };
        let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == layer) else {
            faults.push(format!("{}: `{layer}` has no line in LAYERS", source.path));
            continue;
        };
        if allowed.contains(&ANY) {
            continue;
        }
        let (own, tests) = source.code.split_at(source.tests_begin());
        for (part, more) in [(own, &[][..]), (tests, &FOR_TESTS[..])] {
            for used in used_layers(part, &source.path) {
                let open = [layer, "codes"].contains(&used.as_str());
                if !open && !allowed.contains(&used.as_str()) && !more.contains(&used.as_str()) {
                    faults.push(format!("{}: `{layer}` must not use `{used}`", source.path));
                }
            }
        }
    }
    report(&faults);
}

/// What `code` uses of the crate: after `crate::`, and after as many `super::` as lead there.
fn used_layers(code: &str, path: &str) -> BTreeSet<String> {
    let mut used: BTreeSet<String> = roots(code, "crate::").into_iter().collect();
    let inside = path.trim_start_matches("src/").trim_end_matches(".rs");
    let depth = inside.trim_end_matches("/mod").split('/').count();
    let up = "super::".repeat(depth);
    let folder = project().join("src").join(inside.trim_end_matches("/mod"));
    for name in roots(code, &up) {
        // In a module within the file, the same words name a neighbor and not a layer.
        let neighbor = folder.join(&name).exists() || folder.join(format!("{name}.rs")).exists();
        if !neighbor && LAYERS.iter().any(|(layer, _)| *layer == name) {
            used.insert(name);
        }
    }
    used
}

#[test]
fn jobs_use_the_public_interface_only() {
    let mut faults = Vec::new();
    for source in sources(&["jobs"]) {
        for used in roots(&source.code, "tidemill::") {
            if INTERNAL.contains(&used.as_str()) || source.is_below(&["jobs/feed/"]) {
                faults.push(format!("{}: must not use `tidemill::{used}`", source.path));
            }
        }
    }
    report(&faults);
}

#[test]
fn sql_stands_in_the_store() {
    let mut faults = Vec::new();
    for source in sources(&["src", "jobs"]) {
        let own = &source.code[..source.tests_begin()];
        for used in roots(own, "sqlx::") {
            let is_sql = used.starts_with("query") || ["QueryBuilder", "raw_sql"].contains(&&*used);
            if is_sql && !source.is_below(&SQL_HOMES) {
                faults.push(format!("{}: `sqlx::{used}` belongs into src/store", source.path));
            }
        }
    }
    report(&faults);
}

#[test]
fn files_are_short_and_say_what_they_are_for() {
    let mut faults = Vec::new();
    for source in sources(&["src", "jobs", "tests"]) {
        let lines = source.text.lines().count();
        if LINES_MAX < lines {
            faults.push(format!("{}: {lines} lines, at most {LINES_MAX}", source.path));
        }
        if !source.text.starts_with("//! ") {
            faults.push(format!("{}: does not begin with a `//!` line", source.path));
        }
    }
    report(&faults);
}

#[test]
fn nothing_is_left_unfinished_or_silenced() {
    let notes = [concat!("TO", "DO"), concat!("FIX", "ME")];
    let mut faults = Vec::new();
    for source in sources(&["src", "jobs", "tests"]) {
        for mark in ["todo!", "unimplemented!", "dbg!", "[allow(", "[ignore"] {
            if calls(&source.code, mark) {
                faults.push(format!("{}: has `{mark}`", source.path));
            }
        }
        for note in notes.iter().filter(|note| words(&source.text).any(|word| word == **note)) {
            faults.push(format!("{}: has a note `{note}`", source.path));
        }
    }
    report(&faults);
}

#[test]
fn things_have_the_names_of_the_house() {
    let mut faults = Vec::new();
    for source in sources(&["src"]) {
        for name in declared(&source.code) {
            if let Some(rival) = rival(&name) {
                faults.push(format!("{}: `{name}` has the word `{rival}`", source.path));
            }
        }
    }
    let sql = [files("migrations", "sql"), files("src/store", "sql")].concat();
    for path in sql {
        let text = fs::read_to_string(&path).unwrap();
        let lines = text.lines().map(|line| line.split("--").next().unwrap_or_default());
        for name in lines.flat_map(words) {
            if let Some(rival) = rival(name) {
                faults.push(format!("{}: `{name}` has the word `{rival}`", path.display()));
            }
        }
    }
    report(&faults);
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let mut used = BTreeSet::new();
    for source in sources(&["src"]) {
        // Comments and texts are the same in `text`; only what stands before the tests counts.
        let tests = source.code[source.tests_begin()..].lines().count();
        let lines = source.text.lines().count();
        let own = source.text.lines().take(lines - tests);
        used.extend(own.flat_map(words).filter(|word| is_code(word)).map(str::to_owned));
    }
    let mut pages = BTreeSet::new();
    let mut faults = Vec::new();
    for path in files("src/codes", "md") {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if !is_code(&name) {
            faults.push(format!("src/codes/{name}.md: not the name of a code"));
        }
        if fs::read_to_string(&path).unwrap().trim().is_empty() {
            faults.push(format!("src/codes/{name}.md: is empty"));
        }
        pages.insert(name);
    }
    faults.extend(used.difference(&pages).map(|code| format!("{code}: no src/codes/{code}.md")));
    faults.extend(pages.difference(&used).map(|code| format!("{code}: nothing in src has it")));
    report(&faults);
}

/// The words of a text: letters, digits and `_`.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !is_word(c)).filter(|word| !word.is_empty())
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether this is an error code, like `TM` and four digits.
fn is_code(word: &str) -> bool {
    let digits = word.strip_prefix("TM").unwrap_or_default();
    digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether `mark` stands in `code`, and not as the end of a longer word.
fn calls(code: &str, mark: &str) -> bool {
    code.match_indices(mark).any(|(at, _)| !code[..at].ends_with(is_word))
}

/// The names `code` gives: to functions, types and fields.
fn declared(code: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for line in code.lines() {
        let mut before = "";
        for word in words(line) {
            if ["fn", "struct", "enum", "trait", "type"].contains(&before) {
                names.insert(word.to_owned());
            }
            before = word;
        }
        let field = line.trim_start().trim_start_matches("pub(crate) ").trim_start_matches("pub ");
        if let Some((name, rest)) = field.split_once(':')
            && name.chars().all(is_word)
            && !rest.starts_with(':')
        {
            names.insert(name.to_owned());
        }
    }
    names
}

/// The first word in `name`, written in either case, that the house has another word for.
fn rival(name: &str) -> Option<&'static str> {
    let mut spaced = String::new();
    for c in name.chars() {
        if c.is_uppercase() {
            spaced.push('_');
        }
        spaced.extend(c.to_lowercase());
    }
    RIVALS.into_iter().find(|rival| spaced.split('_').any(|word| word == *rival))
}

/// The first names after `prefix` everywhere in `code`; `prefix{a, b::c}` has two.
fn roots(code: &str, prefix: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices(prefix) {
        // Not the end of a longer path, of a longer word or of `$crate::`.
        if code[..at].ends_with(|c: char| is_word(c) || c == ':' || c == '$') {
            continue;
        }
        let rest = &code[at + prefix.len()..];
        let names = rest.strip_prefix('{').map_or_else(|| vec![rest], group);
        for name in names {
            found.extend(words(name.trim_start()).next().map(str::to_owned));
        }
    }
    found
}

/// The members of a group of paths, given what follows its opening brace.
fn group(rest: &str) -> Vec<&str> {
    let (mut members, mut depth, mut from) = (Vec::new(), 0, 0);
    for (at, c) in rest.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                members.push(&rest[from..at]);
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                members.push(&rest[from..at]);
                from = at + 1;
            }
            _ => (),
        }
    }
    members
}

/// `text` without comments and without what is in quotes. Lines stay lines.
fn code(text: &str) -> String {
    let mut left = text;
    let mut code = String::with_capacity(text.len());
    while let Some(c) = left.chars().next() {
        let skipped = comment(left).or_else(|| literal(left, &code));
        let step = skipped.unwrap_or(c.len_utf8());
        if skipped.is_some() {
            code.extend(left[..step].chars().filter(|c| *c == '\n'));
        } else {
            code.push(c);
        }
        left = &left[step..];
    }
    code
}

/// How long the comment is that `text` begins with.
fn comment(text: &str) -> Option<usize> {
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    let inside = text.strip_prefix("/*")?;
    Some(inside.find("*/").map_or(text.len(), |end| end + 4))
}

/// How long the text or character is that `text` begins with, in quotes; `before` comes first.
fn literal(text: &str, before: &str) -> Option<usize> {
    if let Some(inside) = text.strip_prefix('\'') {
        // Else it is a lifetime.
        let second = inside.chars().nth(1);
        let length = inside.chars().next()?.len_utf8();
        return match (inside.starts_with('\\'), second) {
            (true, _) => Some(inside[2..].find('\'')? + 4),
            (false, Some('\'')) => Some(length + 2),
            _ => None,
        };
    }
    if text.starts_with('r') && !before.ends_with(is_word) {
        let fence = text[1..].len() - text[1..].trim_start_matches('#').len();
        if text[1 + fence..].starts_with('"') {
            let close = format!("\"{}", "#".repeat(fence));
            let inside = &text[fence + 2..];
            return Some(inside.find(&close).map_or(text.len(), |end| end + 2 * fence + 3));
        }
    }
    let inside = text.strip_prefix('"')?;
    let mut escaped = false;
    let end = inside.find(|c: char| {
        let closes = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        closes
    });
    Some(end.map_or(text.len(), |end| end + 2))
}

#[test]
fn code_is_read_without_its_comments_and_texts() {
    let text = "a // crate::x\nb(\"crate::y \\\" //\", 'c', '\\'', &'static d) /* e\n */ r#\"f\"#;";
    assert_eq!(code(text), "a \nb(, , , &'static d) \n ;");
}

#[test]
fn uses_are_found_in_groups_and_paths() {
    let code = "use crate::{model::{Key, Set}, plan};\n x(crate::store::y); $crate::z; my_crate::q";
    assert_eq!(roots(code, "crate::"), ["model", "plan", "store"]);
    let used = used_layers("super::engine::x; super::super::lake; crate::api", "src/plan/mod.rs");
    assert_eq!(used.into_iter().collect::<Vec<_>>(), ["api", "engine"]);
}

#[test]
fn rivals_are_found_as_words_only() {
    assert_eq!(rival("JobFlow"), Some("flow"));
    assert_eq!(rival("flow_id"), Some("flow"));
    assert_eq!(rival("overflow"), None);
    assert_eq!(
        declared("pub fn a<T>(b: T) {\n    pub(crate) c: u8,\n    d::e();\nstruct F;"),
        BTreeSet::from(["a", "c", "F"].map(str::to_owned))
    );
}
