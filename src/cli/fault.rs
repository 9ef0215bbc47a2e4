//! What went wrong, as a person at a terminal reads it.

use std::fmt;
use std::process::ExitCode;

use super::output;
use crate::spec::SpecError;

/// An error with a code, and what to do.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub(super) code: Option<String>,
    pub(super) message: String,
    pub(super) hint: Option<String>,
    /// What belongs to it, for programs.
    pub(super) details: Option<Box<serde_json::Value>>,
}

impl Fault {
    pub(super) fn new(code: &str, message: impl Into<String>) -> Self {
        Self { code: Some(code.to_owned()), message: message.into(), hint: None, details: None }
    }

    /// That no run has this number.
    pub(super) fn no_run(run: i64) -> Self {
        Self::new("TM0210", format!("there is no run {run}"))
            .hint("`tidemill runs` lists the latest")
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(super) fn details(mut self, details: serde_json::Value) -> Self {
        self.details = Some(Box::new(details));
        self
    }

    /// The exit code: 2 for what was typed or declared wrong, 3 for a plan that was not agreed to
    /// or no longer holds, else 1.
    fn exit(&self) -> u8 {
        match self.code.as_deref() {
            Some("TM0203" | "TM0204") => 3,
            Some("TM0201" | "TM0202" | "TM0207" | "TM0209" | "TM0210") => 2,
            Some(code) if code.starts_with("TM01") => 2,
            _ => 1,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.code {
            Some(code) => write!(f, "{code}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for Fault {}

impl From<&crate::cluster::Error> for Fault {
    fn from(error: &crate::cluster::Error) -> Self {
        use crate::cluster::Error;
        let code = match error {
            Error::NoBinaries | Error::UnusableBinaries { .. } => "TM0301",
            Error::Locked { .. } | Error::NotAnswering { .. } | Error::OtherServer { .. } => {
                "TM0304"
            }
            _ => "TM0302",
        };
        Self { hint: error.hint(), ..Self::new(code, error.to_string()) }
    }
}

/// Every fault of what was declared.
#[derive(Debug)]
pub(super) struct Declared {
    pub(super) faults: Vec<SpecError>,
    pub(super) warnings: Vec<SpecError>,
}

impl fmt::Display for Declared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in &self.faults {
            writeln!(f, "{fault}")?;
        }
        write!(f, "{} faults in what is declared", self.faults.len())
    }
}

impl std::error::Error for Declared {}

/// Splits the code off a message that starts with one.
fn from_text(text: &str) -> Fault {
    let code = text.split(':').next().filter(|code| {
        code.len() == 6 && code.starts_with("TM") && code[2..].bytes().all(|b| b.is_ascii_digit())
    });
    match code {
        Some(code) => Fault::new(code, text[7..].trim_start()),
        None => Fault { code: None, message: text.to_owned(), hint: None, details: None },
    }
}

/// Says on standard error, or as JSON on standard output, what went wrong.
pub(super) fn report(error: &anyhow::Error, json: bool) -> ExitCode {
    if let Some(declared) = error.downcast_ref::<Declared>() {
        if json {
            output::json(&output::faults_json(&declared.faults, &declared.warnings));
        } else {
            eprintln!("error: {declared}");
        }
        return ExitCode::from(2);
    }
    let fault = match error.downcast_ref::<Fault>() {
        Some(fault) => fault.clone(),
        None => from_text(&format!("{error:#}")),
    };
    if json {
        let mut error = serde_json::json!({
            "code": fault.code, "message": fault.message, "hint": fault.hint
        });
        if let Some(details) = &fault.details {
            error["details"] = (**details).clone();
        }
        output::json(&serde_json::json!({ "error": error }));
    } else {
        eprintln!("error: {fault}");
        if let Some(hint) = &fault.hint {
            eprintln!("  hint: {hint}");
        }
        if let Some(code) = &fault.code {
            eprintln!("  `tidemill explain {code}` says more");
        }
    }
    ExitCode::from(fault.exit())
}
