//! From declarations to validated datasets, collecting every fault.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::catalog::nearest;
use super::declared::{About, DatasetSpec, Declaration, Input, InputSpec, JobSpec, Maker};
use super::partitions::DIMENSIONS_MAX;
use super::{
    Dataset, DimensionMapping, Format, Link, Mapping, Missing, Partitions, Reads, Source,
    SourceSpec,
};
use super::{SpecError, Type};
use crate::model::{DimensionValues, Grain, Name, Ranges, Scheme};

/// The least memory that an attempt can do anything in.
const MEMORY_MIN: u64 = 16 << 20;

/// The datasets that could be made out, sources first, and every fault.
///
/// A declaration with a fault still yields a dataset where possible, so that one fault does not
/// hide another.
pub(super) fn datasets(
    sources: &[Source],
    declarations: &[Declaration],
) -> (Vec<DatasetSpec>, Vec<SpecError>) {
    let mut faults = Vec::new();
    let mut found: Vec<DatasetSpec> = Vec::new();
    let mut by_name: BTreeMap<String, usize> = BTreeMap::new();
    let mut uncut: BTreeSet<usize> = BTreeSet::new();
    let from_sources = sources.iter().map(|source| {
        let maker = source_maker(source);
        (source.name.as_str(), &source.partitions, &source.about, source.place, maker)
    });
    let from_jobs = declarations.iter().map(|job| {
        let maker = (Maker::Job(Box::new(job_spec(job))), None);
        (job.name.as_str(), &job.partitions, &job.about, job.place, maker)
    });
    for (name, partitions, about, place, maker) in from_sources.chain(from_jobs) {
        let mut fault = |code, message: String| {
            faults.push(SpecError::new(code, name, place, message));
        };
        let (maker, unreadable) = maker;
        if let Some(message) = unreadable {
            fault("TM0115", message);
        }
        let scheme = scheme(partitions).unwrap_or_else(|message| {
            fault("TM0106", message);
            uncut.insert(found.len());
            Scheme::SINGLE
        });
        let parsed = name.parse::<Name>().map_err(|error| fault("TM0101", error.to_string()));
        if by_name.contains_key(name) {
            fault("TM0102", "this name is declared twice; a dataset is made by one job".to_owned());
            continue;
        }
        about_faults(about, &mut fault);
        let fallback = || "invalid".parse().expect("a constant name is well formed");
        by_name.insert(name.to_owned(), found.len());
        let name = parsed.unwrap_or_else(|()| fallback());
        found.push(DatasetSpec { name, scheme, about: about.clone(), maker, place });
    }
    for job in declarations {
        let Some(&index) = by_name.get(&job.name) else { continue };
        if found[index].job().is_none() || found[index].place != job.place {
            continue;
        }
        let (found_so_far, faults) = (&found, &mut faults);
        let mut resolver =
            Resolver { found: found_so_far, by_name: &by_name, uncut: &uncut, index, faults };
        let inputs = resolver.inputs(job);
        resolver.job_faults(job);
        resolver.fuse_fault(job, &inputs);
        if let Maker::Job(spec) = &mut found[index].maker {
            spec.inputs = inputs;
        }
    }
    for source in sources {
        let Some(&index) = by_name.get(&source.name) else { continue };
        let mut fault = |message: String| {
            faults.push(SpecError::new("TM0115", &source.name, source.place, message));
        };
        if !uncut.contains(&index) && found[index].place == source.place {
            template_faults(&source.template, &found[index].scheme, &mut fault);
        }
        if source.about.contract.is_none() {
            fault("a source needs a contract: the columns and types of its files".to_owned());
        }
        if source.every <= jiff::SignedDuration::ZERO {
            let message = "`every` takes a length above zero, in weeks or smaller units".to_owned();
            faults.push(SpecError::new("TM0119", &source.name, source.place, message));
        }
    }
    faults.sort_by_key(|fault| by_name.get(&fault.dataset).copied());
    (found, faults)
}

fn scheme(partitions: &Partitions) -> Result<Scheme, String> {
    let scheme = partitions.scheme().map_err(|error| error.to_string())?;
    let count = scheme.dimensions.len() + usize::from(scheme.time().is_some());
    if DIMENSIONS_MAX < count {
        return Err(format!("{count} dimensions; at most {DIMENSIONS_MAX} make a key"));
    }
    for (at, dimension) in scheme.dimensions.iter().enumerate() {
        let name = &dimension.name;
        if name.parse::<Name>().is_err() {
            return Err(format!("`{name}` is not a dimension name; use lowercase words"));
        }
        if scheme.dimensions[..at].iter().any(|earlier| earlier.name == *name) {
            return Err(format!("dimension `{name}` is declared twice"));
        }
        let DimensionValues::Listed(values) = &dimension.values else { continue };
        if values.is_empty() {
            return Err(format!("dimension `{name}` lists no value, so there is no partition"));
        }
        let mut sorted = values.clone();
        sorted.sort();
        if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(format!("dimension `{name}` lists a value twice"));
        }
    }
    Ok(scheme)
}

/// The source, with any format where none can be told, so that its other faults are found as well.
fn source_maker(source: &Source) -> (Maker, Option<String>) {
    let format = source.resolved_format();
    let fault = format
        .is_none()
        .then(|| format!("the ending of `{}` names no format; add `.format(…)`", source.template));
    let maker = Maker::Source(SourceSpec {
        root: source.root.clone(),
        template: source.template.clone(),
        format: format.unwrap_or(Format::Parquet),
        rejects: source.rejects,
        every: source.every,
    });
    (maker, fault)
}

fn job_spec(job: &Declaration) -> JobSpec {
    JobSpec {
        kind: job.kind,
        inputs: Vec::new(),
        retry: job.retry,
        timeout: job.timeout,
        memory: job.memory,
        limits: job.limits.clone(),
        schedule: job.schedule.clone().map(Box::new),
        automated: job.automated,
        checks: job.checks.clone(),
        version: job.version.clone(),
        fuse: job.fuse.clone().map(Box::new),
    }
}

fn about_faults(about: &About, fault: &mut impl FnMut(&'static str, String)) {
    if let Some(message) = about.sla.as_ref().and_then(super::Sla::fault) {
        fault("TM0112", message);
    }
    let Some(contract) = &about.contract else { return };
    for name in contract.unknown_names() {
        fault("TM0108", format!("the contract speaks of `{name}`, which is none of its columns"));
    }
    let mut names: Vec<&str> = contract.columns().iter().map(|c| c.name.as_str()).collect();
    names.sort_unstable();
    if let Some([name, _]) = names.windows(2).find(|pair| pair[0] == pair[1]) {
        fault("TM0108", format!("the contract names column `{name}` twice"));
    }
}

/// Each placeholder of a template names time or a dimension, and each dimension is named.
fn template_faults(template: &str, scheme: &Scheme, fault: &mut impl FnMut(String)) {
    let mut names = Vec::new();
    for part in template.split('{').skip(1) {
        match part.split_once('}') {
            Some((name, _)) => names.push(name),
            None => fault(format!("`{template}` has a `{{` without a `}}`")),
        }
    }
    let is_time = |name: &str| {
        ["year", "quarter", "month", "week", "day", "hour"].contains(&name)
            || name.starts_with("time:")
    };
    let dimensions = &scheme.dimensions;
    for name in &names {
        if is_time(name) && scheme.time().is_none() {
            fault(format!("`{{{name}}}` names a time, but the source is not cut by time"));
        } else if !is_time(name) && !dimensions.iter().any(|d| d.name == *name) {
            fault(format!("`{{{name}}}` is neither a time nor a dimension of the source"));
        }
    }
    if scheme.time().is_some() && !names.iter().any(|name| is_time(name)) {
        fault(format!("`{template}` does not say the time, such as `{{day}}`"));
    }
    for dimension in dimensions {
        if !names.contains(&dimension.name.as_str()) {
            fault(format!("`{template}` does not say `{{{}}}`", dimension.name));
        }
    }
}

struct Resolver<'a> {
    found: &'a [DatasetSpec],
    by_name: &'a BTreeMap<String, usize>,
    /// Datasets whose scheme is itself at fault, and says nothing about mappings.
    uncut: &'a BTreeSet<usize>,
    index: usize,
    faults: &'a mut Vec<SpecError>,
}

impl Resolver<'_> {
    fn fault(&mut self, code: &'static str, job: &Declaration, message: String) {
        self.faults.push(SpecError::new(code, &job.name, job.place, message));
    }

    fn inputs(&mut self, job: &Declaration) -> Vec<InputSpec> {
        let mut inputs = Vec::new();
        for (input, reads) in &job.reads {
            let (dataset, is_self) = match input {
                Input::Itself => (self.index, true),
                Input::Of(Dataset(name)) => {
                    let Some(&dataset) = self.by_name.get(name) else {
                        self.unknown(job, name);
                        continue;
                    };
                    (dataset, dataset == self.index)
                }
            };
            self.mapping_faults(job, dataset, is_self, reads);
            if let Some(message) = reads.policy.fault() {
                self.fault("TM0119", job, message.to_owned());
            }
            inputs.push(InputSpec { dataset, reads: reads.clone(), is_self });
        }
        inputs
    }

    fn unknown(&mut self, job: &Declaration, name: &str) {
        let message = format!("it reads `{name}`, which no job makes and no source brings");
        let error = SpecError::new("TM0103", &job.name, job.place, message);
        let near = nearest(name, self.by_name.keys().map(String::as_str));
        self.faults.push(match near {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error.hint("declare it, or pass its handle"),
        });
    }

    fn mapping_faults(&mut self, job: &Declaration, dataset: usize, is_self: bool, reads: &Reads) {
        let found = self.found;
        let (input, output) = (&found[dataset], &found[self.index]);
        let link = Link { reads, output: &output.scheme, input: &input.scheme };
        let is_cut = !self.uncut.contains(&dataset) && !self.uncut.contains(&self.index);
        if is_cut && let Some(message) = impossible(input, &link, is_self) {
            self.fault("TM0105", job, format!("it cannot read `{}`: {message}", input.name));
        }
        let has = |scheme: &Scheme, name: &str| scheme.dimensions.iter().any(|d| d.name == name);
        for (name, mapping) in reads.dimensions.iter().filter(|_| is_cut) {
            if let DimensionMapping::Of(other) = mapping
                && !has(&output.scheme, other)
            {
                let message = format!("it has no dimension `{other}` to read `{name}` by");
                self.fault("TM0105", job, message);
            }
            if !has(&input.scheme, name) {
                let message = format!("`{}` has no dimension `{name}`", input.name);
                self.fault("TM0105", job, message);
            }
        }
        if is_self && output.about.contract.is_none() {
            let message = "a job that reads itself needs a contract: its own columns are its input";
            self.fault("TM0114", job, message.to_owned());
        }
    }

    fn fuse_fault(&mut self, job: &Declaration, inputs: &[InputSpec]) {
        let scheme = &self.found[self.index].scheme;
        let is_cut = !self.uncut.contains(&self.index);
        if let Some(fuse) = job.fuse.as_ref().filter(|_| is_cut)
            && let Some(message) = fuse.fault(scheme, inputs, job.about.contract.as_ref())
        {
            self.fault("TM0117", job, message);
        }
    }

    fn job_faults(&mut self, job: &Declaration) {
        if let Some(message) = job.retry.fault() {
            self.fault("TM0111", job, message.to_owned());
        }
        if job.timeout.is_zero() {
            self.fault("TM0111", job, "a timeout of zero lets no attempt finish".to_owned());
        }
        if job.memory.is_some_and(|bytes| bytes < MEMORY_MIN) {
            let message = "a memory limit below 16 MiB lets no attempt finish";
            self.fault("TM0111", job, message.to_owned());
        }
        let scheme = &self.found[self.index].scheme;
        let scheme = (!self.uncut.contains(&self.index)).then_some(scheme);
        if let Some(message) = job.schedule.as_ref().and_then(|schedule| schedule.fault(scheme)) {
            self.fault("TM0107", job, message);
        }
        if let Some(message) = job.limits.fault() {
            self.fault("TM0116", job, message);
        }
        if let Some(arity) = job.arity
            && arity != job.reads.len()
        {
            let reads = job.reads.len();
            let message = format!("its code takes {arity} frames, but it reads {reads} datasets");
            self.fault("TM0109", job, message);
        }
        let waits = job.automated.mode == Some(super::Automation::OnSchedule);
        if waits && job.schedule.is_none() {
            let message = "`Automation::on_schedule()` needs a schedule; add `.schedule(…)`";
            self.fault("TM0119", job, message.to_owned());
        }
        let Some(contract) = &job.about.contract else { return };
        for check in &job.checks {
            for name in check.columns() {
                if !contract.columns().iter().any(|column| column.name == name) {
                    let message = format!("a check speaks of `{name}`, not in the contract");
                    self.fault("TM0113", job, message);
                }
            }
        }
    }
}

/// The first second of the year 3000.
const YEAR_3000: i64 = 32_503_680_000;

/// Why a mapping can never yield an input, if so.
fn impossible(input: &DatasetSpec, link: &Link<'_>, is_self: bool) -> Option<String> {
    let alike = match (link.output.time(), link.input.time()) {
        (Some(output), Some(input)) => output.cuts_like(input),
        (None, None) => true,
        _ => false,
    };
    match &link.reads.mapping {
        Mapping::Same if is_self => {
            return Some(
                "a partition cannot be made from itself; use `Mapping::previous()`".into(),
            );
        }
        Mapping::Same | Mapping::Offset(_) if !alike => {
            return Some(format!(
                "`{}` needs both cut alike, but it is {} and this is {}; use \
                 `Mapping::overlapping()`",
                link.reads.mapping, link.input, link.output
            ));
        }
        Mapping::Offset(windows) if is_self && 0 <= *windows => {
            return Some("a job reads only its own earlier partitions".to_owned());
        }
        Mapping::Fixed(labels) => {
            let bad = labels.iter().find_map(|label| link.input.parse_ranges(label).err());
            return bad.map(|error| error.to_string());
        }
        Mapping::Routed(column) => return routed_fault(input, link, column),
        Mapping::Offset(_) => (),
        _ if is_self => return Some("it reads itself; use `Mapping::previous()`".to_owned()),
        _ => (),
    }
    if let Missing::AtLeast(0) = link.reads.missing {
        return Some("`at_least(0)` waits for nothing; use `or_skip()`".to_owned());
    }
    let never = |text: &str| Some(text.to_owned());
    if let (Some(output), Some(axis)) = (link.output.time(), link.input.time())
        && let Mapping::Same | Mapping::Overlapping { .. } | Mapping::Custom(_) = link.reads.mapping
    {
        // Far enough for any start, near enough for the calendar of every zone.
        let far = Timestamp::from_second(YEAR_3000).expect("within the range of time");
        let horizon = output.calendar().end.min(output.ordinal_at(far));
        let some = Ranges::from_range(output.calendar().start..horizon);
        let extent = Ranges::from_range(axis.calendar());
        let needed = link.ordinals_needed(&some, &extent);
        if needed.is_empty() {
            return never("their calendars never meet, so no partition would have an input");
        }
        if let Mapping::Custom(_) = link.reads.mapping
            && !monotone(link, output.calendar().start)
        {
            return never("its custom mapping goes back in time for a later window");
        }
    }
    None
}

/// Whether a custom mapping never needs earlier time for a later window, on a sample.
fn monotone(link: &Link<'_>, first: i64) -> bool {
    let all = Ranges::from_range(i64::MIN..i64::MAX);
    let spans: Vec<_> = (first..first + 64)
        .filter_map(|ordinal| link.ordinals_needed(&Ranges::single(ordinal), &all).span())
        .collect();
    spans.windows(2).all(|pair| pair[0].start <= pair[1].start && pair[0].end <= pair[1].end)
}

fn routed_fault(input: &DatasetSpec, link: &Link<'_>, column: &str) -> Option<String> {
    if link.output.time().is_none() {
        return Some("a routed mapping needs an output cut by time".to_owned());
    }
    let Some(contract) = &input.about.contract else {
        return Some(format!("a routed mapping needs a contract with `{column}`"));
    };
    match contract.columns().iter().find(|held| held.name == column) {
        None => Some(format!("it has no column `{column}` to route by")),
        Some(held) if !matches!(held.kind, Type::Date | Type::Datetime | Type::Instant) => {
            Some(format!("`{column}` is {}, not a time to route by", held.kind))
        }
        Some(held) if held.kind == Type::Date && sub_day(link.output) => {
            Some(format!("`{column}` is a date, too coarse for windows shorter than a day"))
        }
        Some(_) => None,
    }
}

fn sub_day(scheme: &Scheme) -> bool {
    scheme.time().is_some_and(|axis| matches!(axis.grain(), Grain::Minutes(_) | Grain::Cron(_)))
}
