//! What is declared, in words.

use jiff::fmt::friendly::{Designator, Spacing, SpanPrinter};
use jiff::{SignedDuration, Span};

use crate::model::words;
use crate::spec::{
    Catalog, DatasetSpec, Debounce, DimensionMapping, Mapping, Missing, Reads, Rebuild, Restate,
    Threshold,
};

/// Which partitions a read takes.
pub(in super::super) fn mapping(reads: &Reads) -> String {
    let mut text = match &reads.mapping {
        Mapping::Same => "the same partition".to_owned(),
        Mapping::Overlapping { back, ahead } => {
            let mut text = "partitions of the same time".to_owned();
            if !back.is_zero() {
                text.push_str(&format!(", and of {} before", span(back)));
            }
            if !ahead.is_zero() {
                text.push_str(&format!(", and of {} after", span(ahead)));
            }
            text
        }
        Mapping::Offset(-1) => "the partition before".to_owned(),
        Mapping::Offset(windows) if *windows < 0 => {
            format!("the partition {} windows before", windows.unsigned_abs())
        }
        Mapping::Offset(windows) => format!("the partition {windows} windows after"),
        Mapping::All => "every partition".to_owned(),
        Mapping::Last => "the newest partition".to_owned(),
        Mapping::Fixed(labels) => format!("always {}", labels.join(", ")),
        Mapping::Routed(column) => format!("partitions with rows for its window, by `{column}`"),
        other => other.to_string(),
    };
    for (name, of) in &reads.dimensions {
        let which = match of {
            DimensionMapping::All => "all".to_owned(),
            DimensionMapping::Fixed(values) => values.join(", "),
            DimensionMapping::Of(own) => format!("that of `{own}`"),
        };
        text.push_str(&format!("; {name}: {which}"));
    }
    match reads.missing {
        Missing::Wait => (),
        Missing::Skip => text.push_str("; goes on without what is missing"),
        Missing::AtLeast(least) => text.push_str(&format!("; once {least} are there")),
    }
    text
}

/// Which changes a job acts upon, and when; none when it acts upon all at once. Inputs that may not
/// be seen are left out.
pub(super) fn policy(
    catalog: &Catalog,
    spec: &DatasetSpec,
    sees: impl Fn(usize) -> bool,
) -> Option<String> {
    let job = spec.job()?;
    let mut parts = Vec::new();
    if job.automated.on_code_change == Rebuild::All {
        parts.push("makes everything again when its code changes".to_owned());
    }
    if let Some(most) = job.automated.restatements_a_day {
        parts.push(format!("makes at most {most} partitions again in a day"));
    }
    for input in job.inputs.iter().filter(|input| sees(input.dataset)) {
        let (name, policy) = (&catalog.dataset(input.dataset).name, &input.reads.policy);
        if let Some(Debounce { quiet, at_most }) = policy.debounce {
            let (quiet, at_most) = (length(quiet), length(at_most));
            parts.push(format!(
                "waits until `{name}` has been quiet for {quiet}, at most {at_most}"
            ));
        }
        match policy.ignore_below {
            Some(Threshold::Rows(rows)) => {
                let rows = words::count(rows, "row");
                parts.push(format!("ignores changes of `{name}` by less than {rows}"));
            }
            Some(Threshold::Percent(percent)) => {
                parts.push(format!(
                    "ignores changes of `{name}` by less than {percent} % of its rows"
                ));
            }
            None => (),
        }
        if policy.restate == Restate::AfterApproval {
            parts.push(format!("asks a person before a change of `{name}` makes it again"));
        }
    }
    (!parts.is_empty()).then(|| parts.join("; "))
}

fn span(span: &Span) -> String {
    SpanPrinter::new()
        .designator(Designator::Verbose)
        .spacing(Spacing::BetweenUnitsAndDesignators)
        .span_to_string(span)
}

fn length(length: SignedDuration) -> String {
    words::seconds(length.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::mapping;
    use jiff::ToSpan as _;

    use crate::spec::{DimensionMapping, Mapping};

    #[test]
    fn a_read_is_told_in_words() {
        let cases = [
            (Mapping::Same.reads(), "the same partition"),
            (
                Mapping::lookback(27.days()).or_skip(),
                "partitions of the same time, and of 27 days before; goes on without what is missing",
            ),
            (
                Mapping::previous().or_skip(),
                "the partition before; goes on without what is missing",
            ),
            (Mapping::All.at_least(3), "every partition; once 3 are there"),
            (
                Mapping::Last.dimension("region", DimensionMapping::All),
                "the newest partition; region: all",
            ),
            (Mapping::routed("at").reads(), "partitions with rows for its window, by `at`"),
        ];
        for (reads, expected) in cases {
            assert_eq!(mapping(&reads), expected);
        }
    }
}
