//! What somebody asks to be made, as it is typed or drawn in a grid, and the request it comes to.

use std::collections::BTreeSet;
use std::ops::Range;

use super::{Request, Select};
use crate::model::{Class, PartitionSet, Ranges, Slice};
use crate::spec::{Catalog, DatasetSpec, Extents};

/// What somebody asks to be made, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Of which datasets what; of every dataset everything when there is none.
    pub targets: Vec<Target>,
    /// In which manner.
    pub options: Options,
}

/// Partitions of one dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The dataset, by catalog index.
    pub dataset: usize,
    /// Its partitions.
    pub which: Which,
}

/// Partitions of one dataset, as somebody names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// All.
    All,
    /// Stretches of time as text, in every slice.
    Text(String),
    /// Ranges of ordinals by slice.
    Drawn(Vec<(Slice, Vec<Range<i64>>)>),
}

/// The words of a command line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Those that are not published.
    pub missing: bool,
    /// Those whose last run failed.
    pub failed: bool,
    /// Those made from other code or other inputs.
    pub stale: bool,
    /// All, fresh ones too.
    pub all: bool,
    /// Also what they are made from.
    pub upstream: bool,
    /// Also what is made from them.
    pub downstream: bool,
    /// Newest partitions first.
    pub newest_first: bool,
    /// How many at once, if limited.
    pub concurrency: Option<u32>,
    /// Within its class, the greater goes first.
    pub priority: i16,
    /// What kind of work; history when nothing is said.
    pub class: Option<Class>,
}

impl Options {
    /// Which of the partitions asked for are made: what is needed, when nothing is said.
    #[must_use]
    pub const fn select(&self) -> Select {
        let said = self.missing || self.failed || self.stale || self.all;
        Select {
            missing: self.missing || !said,
            failed: self.failed || !said,
            stale: self.stale || !said,
            all: self.all,
            keep_code: false,
        }
    }

    /// The options as they are typed.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        let flags = [
            (self.missing, "--missing"),
            (self.failed, "--failed"),
            (self.stale, "--stale"),
            (self.all, "--all"),
            (self.upstream, "--upstream"),
            (self.downstream, "--downstream"),
            (self.newest_first, "--newest-first"),
        ];
        let mut words: Vec<String> =
            flags.iter().filter(|(on, _)| *on).map(|(_, flag)| (*flag).to_owned()).collect();
        words.extend(self.concurrency.map(|runs| format!("--concurrency {runs}")));
        words.extend((self.priority != 0).then(|| format!("--priority {}", self.priority)));
        let class = self.class.filter(|class| *class != Class::Backfill);
        words.extend(class.map(|class| format!("--class {}", class.as_str())));
        words
    }
}

/// Why what is asked for makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Senseless {
    /// What is wrong with it.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

impl Senseless {
    fn new(message: String, hint: &str) -> Self {
        Self { message, hint: Some(hint.to_owned()) }
    }
}

/// The request that is asked for.
///
/// # Errors
///
/// When a text names no time, or a drawing names slices or ordinals that there are not.
pub fn request(catalog: &Catalog, extents: &Extents, asked: &Asked) -> Result<Request, Senseless> {
    let mut targets = Vec::new();
    for target in &asked.targets {
        let spec = catalog.dataset(target.dataset);
        if spec.source().is_some() && !asked.options.downstream {
            return Err(Senseless::new(
                format!("`{}` is a source: something else writes it", spec.name),
                "choose what is made from it as well (downstream), or a dataset that a job makes",
            ));
        }
        targets
            .push((target.dataset, partitions(spec, extents.of(target.dataset).slices, target)?));
    }
    if asked.targets.is_empty() {
        let all = Ranges::from_range(i64::MIN..i64::MAX);
        for dataset in 0..catalog.datasets().len() {
            targets.push((dataset, in_all(extents.of(dataset).slices, &all)));
        }
    }
    let Options { upstream, downstream, .. } = asked.options;
    Ok(Request { targets, select: asked.options.select(), upstream, downstream })
}

fn partitions(
    spec: &DatasetSpec,
    known: &[Slice],
    target: &Target,
) -> Result<PartitionSet, Senseless> {
    match &target.which {
        Which::All => Ok(in_all(known, &Ranges::from_range(i64::MIN..i64::MAX))),
        Which::Text(text) => {
            let ranges =
                spec.scheme.parse_ranges(text).map_err(|error| match spec.scheme.time() {
                    Some(_) => Senseless { message: error.to_string(), hint: None },
                    None => Senseless::new(
                        format!(
                            "`{}` is not cut by time, so `{text}` names nothing of it",
                            spec.name
                        ),
                        "leave the ranges out",
                    ),
                })?;
            Ok(in_all(known, &ranges))
        }
        Which::Drawn(drawn) => selection(spec, known, drawn),
    }
}

fn in_all(slices: &[Slice], ranges: &Ranges) -> PartitionSet {
    let mut set = PartitionSet::new();
    for slice in slices {
        set.insert(slice.clone(), ranges);
    }
    set
}

/// What was drawn, if all of it is in the calendar.
fn selection(
    spec: &DatasetSpec,
    known: &[Slice],
    drawn: &[(Slice, Vec<Range<i64>>)],
) -> Result<PartitionSet, Senseless> {
    let known: BTreeSet<&Slice> = known.iter().collect();
    let calendar = spec.scheme.time().map_or(0..1, crate::model::TimeAxis::calendar);
    let mut set = PartitionSet::new();
    for (slice, ranges) in drawn {
        if !known.contains(slice) {
            return Err(Senseless::new(
                no_slice(spec, slice),
                "load the dataset again: its slices are in its health",
            ));
        }
        for range in ranges {
            let Range { start, end } = range;
            if end <= start {
                return Err(Senseless::new(
                    format!("[{start}, {end}] of `{}` holds nothing", spec.name),
                    "a range is the first ordinal, and the first one after it",
                ));
            }
            if *start < calendar.start || calendar.end < *end {
                return Err(Senseless::new(
                    format!(
                        "[{start}, {end}] is outside of the calendar of `{}`, which {}",
                        spec.name,
                        calendar_text(spec, &calendar)
                    ),
                    "load the dataset again: ordinals are those of its axis",
                ));
            }
        }
        set.insert(slice.clone(), &Ranges::from_ranges(ranges.iter().cloned()));
    }
    Ok(set)
}

fn no_slice(spec: &DatasetSpec, slice: &Slice) -> String {
    let names: Vec<&str> =
        spec.scheme.dimensions.iter().map(|dimension| dimension.name.as_str()).collect();
    let given: Vec<&str> = slice.values().iter().map(AsRef::as_ref).collect();
    match (names.len(), given.len()) {
        (0, _) => format!("`{}` has no slices, so its only slice is []", spec.name),
        (wanted, found) if wanted != found => format!(
            "a slice of `{}` has a value for each of its dimensions ({}), not {found}",
            spec.name,
            names.join(", ")
        ),
        _ => {
            let pairs: Vec<String> =
                names.iter().zip(&given).map(|(name, value)| format!("{name}={value}")).collect();
            format!("`{}` has no slice {}", spec.name, pairs.join(" "))
        }
    }
}

fn calendar_text(spec: &DatasetSpec, calendar: &Range<i64>) -> String {
    let first = format!("begins with {} ({})", calendar.start, spec.scheme.label(calendar.start));
    match calendar.end {
        i64::MAX => first,
        end => format!("{first} and ends before {end}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Registered;
    use crate::spec::{
        Contract, Declaration, Format, JobKind, Partitions, Source, TimePartitions, Type,
    };

    fn catalog() -> Catalog {
        let day = TimePartitions::daily("2024-01-01").until("2024-02-01");
        let regions: Partitions = day.clone().listed("region", ["de", "us"]);
        let (source, _) = Source::files("raw", "raw/{day}.csv")
            .format(Format::Parquet)
            .partitions(&day)
            .contract(Contract::new([("a", Type::Int64)]))
            .declared(Some("landing".to_owned()));
        let mut sales = Declaration::new(JobKind::Transform, "sales");
        sales.partitions = regions;
        let one = Declaration::new(JobKind::Transform, "one");
        Catalog::build(&[source], &[sales, one]).unwrap()
    }

    fn says(target: &str, which: Which, downstream: bool) -> String {
        let catalog = catalog();
        let extents = catalog.extents("2024-01-15T00:00:00Z".parse().unwrap(), &Registered::new());
        let dataset = catalog.index_of(target).unwrap();
        let options = Options { downstream, ..Options::default() };
        let asked = Asked { targets: vec![Target { dataset, which }], options };
        match request(&catalog, &extents, &asked) {
            Ok(request) => format!("{:?}", request.targets[0].1),
            Err(error) => error.to_string(),
        }
    }

    fn drawn(values: &[&str], range: Range<i64>) -> Which {
        Which::Drawn(vec![(Slice::new(values.iter().copied()), vec![range])])
    }

    #[test]
    fn what_cannot_be_meant_is_refused_in_plain_words() {
        let day = 19_723;
        let lines = [
            says("sales", drawn(&["de"], day..day + 2), false),
            says("sales", drawn(&["fr"], day..day + 2), false),
            says("sales", drawn(&[], day..day + 2), false),
            says("sales", drawn(&["de"], day - 1..day + 2), false),
            says("sales", drawn(&["de"], day..day + 32), false),
            says("sales", drawn(&["de"], day..day), false),
            says("one", drawn(&["x"], 0..1), false),
            says("one", drawn(&[], 0..2), false),
            says("one", Which::Text("2024-01".to_owned()), false),
            says("sales", Which::Text("soon".to_owned()), false),
            says("raw", Which::All, false),
        ];
        insta::assert_snapshot!(lines.join("\n"), @r#"
        PartitionSet({Slice(["de"]): Ranges([(19723, 19725)])})
        `sales` has no slice region=fr
        a slice of `sales` has a value for each of its dimensions (region), not 0
        [19722, 19725] is outside of the calendar of `sales`, which begins with 19723 (2024-01-01) and ends before 19754
        [19723, 19755] is outside of the calendar of `sales`, which begins with 19723 (2024-01-01) and ends before 19754
        [19723, 19723] of `sales` holds nothing
        `one` has no slices, so its only slice is []
        [0, 2] is outside of the calendar of `one`, which begins with 0 (all) and ends before 1
        `one` is not cut by time, so `2024-01` names nothing of it
        `soon` names no time; write a year `2024`, quarter `2024-Q1`, month `2024-03`, week `2024-W13`, day `2024-03-31`, or time `2024-03-31T02:30+01:00`
        `raw` is a source: something else writes it
        "#);
        assert!(says("raw", Which::All, true).contains("PartitionSet"));
    }

    #[test]
    fn nothing_said_means_what_is_needed() {
        let needed = Options::default().select();
        assert!(needed.missing && needed.failed && needed.stale && !needed.all);
        let all = Options { all: true, ..Options::default() }.select();
        assert!(all.all && !all.missing && !all.failed);
    }
}
