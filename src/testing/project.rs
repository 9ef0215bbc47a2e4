//! Running one partition of one job on frames.

use std::collections::BTreeMap;
use std::sync::Arc;

use polars::prelude::{DataFrame, Engine, Expr, IntoLazy, LazyFrame, col, df};

use super::{TestError, fit};
use crate::job::{Body, Context, JobResult, Project};
use crate::lake::write::Cut;
use crate::model::{DimensionValues, PartitionKey, Slice};
use crate::spec::{Catalog, Contract, DatasetSpec, InputSpec, Mapping, SpecError, Type};

/// A project whose jobs can be run on frames.
#[derive(Debug)]
pub struct TestProject {
    project: Project,
    catalog: Result<Catalog, Vec<SpecError>>,
}

impl TestProject {
    /// A project without settings.
    #[must_use]
    pub fn new(declare: impl FnOnce(&mut Project)) -> Self {
        Self::with_settings(&[], declare)
    }

    /// A project with settings of its own: `data` is what `TIDEMILL_DATA` would say.
    #[must_use]
    pub fn with_settings(settings: &[(&str, &str)], declare: impl FnOnce(&mut Project)) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let mut project = Project::with_settings(settings.iter().map(owned).collect());
        declare(&mut project);
        let catalog = project.catalog();
        Self { project, catalog }
    }

    /// Everything declared.
    ///
    /// # Errors
    ///
    /// When a declaration has a fault: all of them.
    pub fn catalog(&self) -> Result<&Catalog, TestError> {
        self.catalog.as_ref().map_err(|faults| TestError::Declarations(faults.clone()))
    }

    /// One job of it, to be run.
    pub fn job(&self, name: &str) -> TestJob<'_> {
        TestJob {
            project: self,
            name: name.to_owned(),
            label: None,
            values: BTreeMap::new(),
            given: BTreeMap::new(),
        }
    }
}

/// One partition of a job, being prepared; [`run`](Self::run) makes it.
#[derive(Clone, Debug)]
#[must_use = "nothing is made until `run` is called"]
pub struct TestJob<'a> {
    project: &'a TestProject,
    name: String,
    label: Option<String>,
    values: BTreeMap<String, Arc<str>>,
    given: BTreeMap<String, DataFrame>,
}

impl TestJob<'_> {
    /// The time of the partition, such as `2024-03-31`; a job that is one piece needs none.
    pub fn partition(mut self, label: &str) -> Self {
        self.label = Some(label.to_owned());
        self
    }

    /// The partition's value of a dimension other than time.
    pub fn value(mut self, dimension: &str, value: &str) -> Self {
        self.values.insert(dimension.to_owned(), value.into());
        self
    }

    /// What the job reads of a dataset: the rows of all partitions its mapping asks for. A dataset
    /// that is not given is empty. For running state, give the job's own dataset.
    ///
    /// Columns the contract does not name are left out, and missing ones are null. Text is read as
    /// the date, datetime, instant or decimal of the contract.
    pub fn given(mut self, dataset: &str, frame: DataFrame) -> Self {
        self.given.insert(dataset.to_owned(), frame);
        self
    }

    /// Makes the partition: its rows in the contract's order of columns. An export yields one row
    /// with the column `rows`.
    ///
    /// # Errors
    ///
    /// When the project, the partition or a given frame is wrong, when the job's code fails, or
    /// when what it made breaks its contract.
    pub fn run(self) -> Result<DataFrame, TestError> {
        let catalog = self.project.catalog()?;
        let spec = self.spec(catalog)?;
        let cx = Context::new(&self.name, Arc::new(spec.scheme.clone()), self.key(spec)?, 1);
        self.make(catalog, spec, cx)
    }

    /// Makes the partitions from the one of `partition` up to the one named here in one query, as
    /// a fused backfill does: the rows of each, in order. What is given is what any of them reads.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run), and when the job does not say how its partitions are fused, or a row
    /// belongs to none of them.
    pub fn run_up_to(self, label: &str) -> Result<Vec<DataFrame>, TestError> {
        let catalog = self.project.catalog()?;
        let spec = self.spec(catalog)?;
        let first = self.key(spec)?;
        let last = Self { label: Some(label.to_owned()), ..self.clone() }.key(spec)?.ordinal;
        let members: Vec<i64> = (first.ordinal..=last).collect();
        let cx = Context::new(&self.name, Arc::new(spec.scheme.clone()), first, 1).up_to(last);
        let job = self.name.clone();
        let made = self.make(catalog, spec, cx)?;
        let error = |why: String| TestError::Output { job: job.clone(), why };
        let column = spec.job().and_then(|job| job.fuse.as_ref()).map(|fuse| fuse.column());
        let column = column.ok_or_else(|| error("it does not say `.fuse(…)`".to_owned()))?;
        let kind = made.schema().get(column);
        let cut = kind.zip(spec.scheme.time());
        let cut = cut.and_then(|(kind, axis)| Cut::new(column, kind, axis, &members));
        let cut = cut.ok_or_else(|| error(format!("`{column}` does not tell windows apart")))?;
        let mut parts = vec![made.clear(); members.len()];
        for (member, rows) in cut.deal(&made).map_err(|why| error(why.to_string()))? {
            parts[member] = rows;
        }
        Ok(parts)
    }

    /// Makes what a context asks for, and holds it against the contract.
    fn make(
        self,
        catalog: &Catalog,
        spec: &DatasetSpec,
        cx: Context,
    ) -> Result<DataFrame, TestError> {
        let inputs = spec.job().map_or(&[][..], |job| &job.inputs);
        let is_input = |name: &str| {
            inputs.iter().any(|input| catalog.dataset(input.dataset).name.as_str() == name)
        };
        if let Some(stray) = self.given.keys().find(|name| !is_input(name)) {
            return Err(self.input_error(stray, "the job does not read it".to_owned()));
        }
        let frames = inputs.iter().map(|input| self.frame(catalog, input, &cx));
        let frames = frames.collect::<Result<Vec<_>, _>>()?;
        let job = self.name.clone();
        let made = self.execute(cx, frames).map_err(|error| TestError::Job {
            job: job.clone(),
            why: error.message().to_owned(),
        })?;
        match &spec.about.contract {
            Some(contract) => {
                fit::output(&made, contract).map_err(|why| TestError::Output { job, why })
            }
            None => Ok(made),
        }
    }

    fn spec<'c>(&self, catalog: &'c Catalog) -> Result<&'c DatasetSpec, TestError> {
        let found = catalog.index_of(&self.name).map(|index| catalog.dataset(index));
        found.filter(|spec| spec.job().is_some()).ok_or_else(|| {
            let near = catalog.nearest(&self.name).filter(|near| *near != self.name);
            let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            TestError::UnknownJob { name: self.name.clone(), hint }
        })
    }

    fn key(&self, spec: &DatasetSpec) -> Result<PartitionKey, TestError> {
        let error = |why: String| TestError::Partition { job: self.name.clone(), why };
        let ordinal = match (&self.label, spec.scheme.time()) {
            (None, None) => 0,
            (None, Some(axis)) => {
                return Err(error(format!("it is {}; name one by `partition`", axis.grain())));
            }
            (Some(label), _) => {
                let ranges =
                    spec.scheme.parse_ranges(label).map_err(|why| error(why.to_string()))?;
                let [ordinal] = ranges.iter().take(2).collect::<Vec<_>>()[..] else {
                    return Err(error(format!("`{label}` names more than one")));
                };
                if !spec.scheme.calendar().contains(ordinal) {
                    return Err(error(format!("`{label}` lies outside its calendar")));
                }
                ordinal
            }
        };
        let mut values = Vec::new();
        for dimension in &spec.scheme.dimensions {
            let name = &dimension.name;
            let value = self.values.get(name);
            let value = value.ok_or_else(|| error(format!("say its `{name}` by `value`")))?;
            if let DimensionValues::Listed(listed) = &dimension.values
                && !listed.contains(value)
            {
                return Err(error(format!("`{name}` has no value `{value}`")));
            }
            values.push(value.clone());
        }
        let is_dimension = |name: &String| spec.scheme.dimensions.iter().any(|d| d.name == *name);
        if let Some(stray) = self.values.keys().find(|name| !is_dimension(name)) {
            return Err(error(format!("it has no dimension `{stray}`")));
        }
        Ok(PartitionKey { slice: Slice::new(values), ordinal })
    }

    /// One input as the engine would hand it over.
    fn frame(
        &self,
        catalog: &Catalog,
        input: &InputSpec,
        cx: &Context,
    ) -> Result<LazyFrame, TestError> {
        let dataset = catalog.dataset(input.dataset);
        let name = dataset.name.as_str();
        let frame = match (&dataset.about.contract, self.given.get(name)) {
            (Some(contract), Some(given)) => {
                fit::input(given, contract).map_err(|why| self.input_error(name, why))?
            }
            (Some(contract), None) => fit::empty(contract),
            (None, Some(given)) => given.clone(),
            (None, None) => {
                let why = "it has no contract, so a frame without rows has to be given as well";
                return Err(self.input_error(name, why.to_owned()));
            }
        };
        Ok(match &input.reads.mapping {
            Mapping::Routed(column) => frame.lazy().filter(routed(dataset, column, cx)),
            _ => frame.lazy(),
        })
    }

    fn execute(&self, cx: Context, frames: Vec<LazyFrame>) -> JobResult<DataFrame> {
        let plan = match self.project.project.body(&self.name) {
            Some(Body::Transform(code)) => code(&cx, frames)?,
            Some(Body::Load(code)) => runtime()?.block_on(code(cx))?,
            Some(Body::Export(code)) => {
                let rows = runtime()?.block_on(code(cx, frames))?;
                return Ok(df!("rows" => [rows])?);
            }
            None => return Err(crate::job::JobError::new("it was declared without code")),
        };
        Ok(plan.collect_with_engine(Engine::Streaming)?.unwrap_single())
    }

    fn input_error(&self, dataset: &str, why: String) -> TestError {
        TestError::Input { job: self.name.clone(), dataset: dataset.to_owned(), why }
    }
}

/// Which rows of a routed input belong to the partition.
fn routed(dataset: &DatasetSpec, column: &str, cx: &Context) -> Expr {
    let columns = dataset.about.contract.as_ref().map_or(&[][..], Contract::columns);
    let kind = columns.iter().find(|held| held.name == column).map(|held| &held.kind);
    match kind {
        Some(Type::Date) => col(column).gt_eq(cx.date()).and(col(column).lt(cx.end_date())),
        Some(Type::Instant) => cx.during_instants(column),
        _ => cx.during(column),
    }
}

/// Of one worker thread, but of the kind in which Polars can block: code that collects needs it.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()
}
