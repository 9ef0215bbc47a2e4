//! Error codes and their help pages.

// One list for both, so that a code without a page cannot be.
macro_rules! pages {
    ($($code:literal),+ $(,)?) => {
        const CODES: &[&str] = &[$($code),+];
        const PAGES: &[&str] = &[$(include_str!(concat!("codes/", $code, ".md"))),+];
    };
}

pages![
    // TM01: what is declared
    "TM0101", "TM0102", "TM0103", "TM0104", "TM0105", "TM0106", "TM0107", "TM0108", "TM0109",
    "TM0111", "TM0112", "TM0113", "TM0114", "TM0115", "TM0116", "TM0117", "TM0119", "TM0120",
    "TM0121", "TM0122", "TM0123", "TM0124", // TM02: planning
    "TM0201", "TM0202", "TM0203", "TM0204", "TM0205", "TM0206", "TM0207", "TM0208", "TM0209",
    "TM0210", // TM03: the database
    "TM0301", "TM0302", "TM0303", "TM0304", "TM0305", // TM04: execution
    "TM0401", "TM0402", "TM0403", "TM0404", "TM0405", "TM0406", "TM0407", "TM0408", "TM0409",
    "TM0410", "TM0411", "TM0412", "TM0413", // TM05: sources and the lake
    "TM0501", "TM0502", "TM0503", "TM0504", "TM0505", "TM0506", // TM06: the API
    "TM0601", "TM0602", "TM0603", "TM0604", "TM0605", "TM0606", "TM0607", "TM0608",
    // TM07: housekeeping
    "TM0701", "TM0702", "TM0703", // TM08: what others are told
    "TM0801", "TM0802",
];

/// The help page of an error code, as Markdown; letters may be small.
///
/// ```
/// let page = tidemill::codes::page("TM0103").expect("a code of this version");
/// assert!(page.starts_with("# TM0103: "));
/// assert_eq!(tidemill::codes::page("TM"), None);
/// ```
#[must_use]
pub fn page(code: &str) -> Option<&'static str> {
    let at = CODES.iter().position(|known| known.eq_ignore_ascii_case(code.trim()))?;
    PAGES.get(at).copied()
}

/// Every code that has a page, ascending.
#[must_use]
pub fn all() -> &'static [&'static str] {
    CODES
}

#[cfg(test)]
mod tests {
    use super::{all, page};

    #[test]
    fn codes_ascend_without_repeats() {
        assert!(all().windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn a_code_is_found_however_it_is_typed() {
        assert_eq!(page(" tm0101 "), page("TM0101"));
        assert!(page("TM0101").is_some());
        assert_eq!(page("TM0110"), None);
        assert_eq!(page(""), None);
    }

    #[test]
    fn each_page_is_short_and_answers_the_four_questions() {
        for code in all() {
            let text = page(code).unwrap();
            let headings: Vec<&str> = text.lines().filter(|line| line.starts_with("## ")).collect();
            let expected = ["## What happened", "## Why", "## What to do", "## Example"];
            assert_eq!(headings, expected, "{code}");
            assert!(text.starts_with(&format!("# {code}: ")), "{code}");
            assert!(text.lines().count() <= 40, "{code} is too long for a tired reader");
            assert!(text.matches("```").count().is_multiple_of(2), "{code} leaves a fence open");
        }
    }

    #[test]
    fn each_page_file_is_in_the_list() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/codes");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let listed: Vec<String> = all().iter().map(|code| format!("{code}.md")).collect();
        assert_eq!(files, listed);
    }
}
