//! Finds the faults of a transform before it sees a row.

use polars::prelude::{
    DataFrame, DataType, Engine, LazyFrame, PlSmallStr, PolarsResult, Schema, SchemaRef,
};

use super::message::{Known, Told, nearest, tell, tell_text};
use super::{describe, empty, guard, one_null_row, probe, type_of};
use crate::spec::{Contract, Type};

/// Where a fault showed itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The plan does not resolve: a name or a type is wrong.
    Schema,
    /// The plan resolves, but fails on inputs without rows, or makes other types than it said.
    Empty,
    /// The plan fails on one row of nulls.
    NullRow,
    /// The output is not what the contract promises.
    Contract,
    /// The job, or Polars on its behalf, panicked.
    Panic,
}

/// One fault of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where it showed itself.
    pub level: Level,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// What a check found out about a job.
pub struct Checked {
    /// The faults; none means the job is sound as far as can be told without data.
    pub findings: Vec<Finding>,
    /// The columns the job makes, if its plan resolves.
    pub schema: Option<SchemaRef>,
    /// The plan on [`probe`] inputs, if it resolves: what to fingerprint.
    pub plan: Option<LazyFrame>,
}

/// A job as a function from input frames, in declared order, to its output.
type Build<'a> = dyn Fn(Vec<LazyFrame>) -> Result<LazyFrame, String> + 'a;

/// Checks a job in three steps, each of which finds what the one before cannot, and then
/// compares its output with the contract.
///
/// `build` is called once a step: with tagged probes, with empty frames, with one null row each.
/// Only the first step that fails reports, because later ones would repeat it.
#[must_use]
pub fn check(
    build: &Build<'_>,
    inputs: &[(&str, SchemaRef)],
    contract: Option<&Contract>,
) -> Checked {
    let subject = Subject { build, inputs };
    let (plan, schema) = match subject.resolve() {
        Ok(resolved) => resolved,
        Err(finding) => return Checked { findings: vec![finding], schema: None, plan: None },
    };
    let mut findings = subject.try_out(&schema);
    if let Some(contract) = contract {
        findings.extend(compare(&schema, contract));
    }
    Checked { findings, schema: Some(schema), plan: Some(plan) }
}

/// A job under check.
struct Subject<'a> {
    build: &'a Build<'a>,
    inputs: &'a [(&'a str, SchemaRef)],
}

impl Subject<'_> {
    fn resolve(&self) -> Result<(LazyFrame, SchemaRef), Finding> {
        let frames = self.inputs.iter().map(|(dataset, schema)| probe(dataset, schema.clone()));
        self.guarded(Level::Schema, frames.collect(), |plan| {
            // Asked of a copy: a resolved frame would carry its arenas along.
            let schema = plan.clone().collect_schema()?;
            Ok((plan, schema))
        })
    }

    /// Runs the job on next to nothing; `declared` is what it should make.
    fn try_out(&self, declared: &Schema) -> Vec<Finding> {
        let made = match self.run(Level::Empty, empty) {
            Ok(made) => made,
            Err(finding) => return vec![finding],
        };
        let untrue = untrue_types(declared, made.schema());
        if !untrue.is_empty() {
            return untrue;
        }
        self.run(Level::NullRow, one_null_row).err().into_iter().collect()
    }

    fn run(&self, level: Level, stand_in: fn(&Schema) -> LazyFrame) -> Result<DataFrame, Finding> {
        let frames = self.inputs.iter().map(|(_, schema)| stand_in(schema));
        self.guarded(level, frames.collect(), |plan| {
            Ok(plan.collect_with_engine(Engine::InMemory)?.unwrap_single())
        })
    }

    /// Builds the job on `frames` and works on its plan; every way to fail is a finding.
    fn guarded<T>(
        &self,
        level: Level,
        frames: Vec<LazyFrame>,
        work: impl FnOnce(LazyFrame) -> PolarsResult<T>,
    ) -> Result<T, Finding> {
        let known = self.known();
        let told = guard::catch(|| {
            let plan = (self.build)(frames).map_err(|text| tell_text(&text, &known))?;
            work(plan).map_err(|error| tell(&error, &known))
        });
        match told {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(Told { message, hint })) => {
                let hint = hint.or_else(|| null_hint(level, &message));
                Err(Finding { level, message, hint })
            }
            Err(panic) => Err(panicked(level, &panic)),
        }
    }

    fn known(&self) -> Known<'_> {
        let mut known = Known::default();
        for (name, dtype) in self.inputs.iter().flat_map(|(_, schema)| schema.iter()) {
            known.columns.push(name);
            if let DataType::Struct(fields) = dtype {
                known.fields.extend(fields.iter().map(|field| field.name().as_str()));
            }
        }
        known
    }
}

/// What to do about a column that must not be null.
fn null_hint(level: Level, message: &str) -> Option<String> {
    let about_nulls = level == Level::NullRow && message.contains("null");
    about_nulls.then(|| "drop or fill the nulls first: `drop_nulls` or `fill_null`".to_owned())
}

fn panicked(level: Level, text: &str) -> Finding {
    let when = match level {
        Level::Empty => "on empty inputs",
        Level::NullRow => "on a row of nulls",
        _ => "while its plan was made",
    };
    let line = text.lines().next().unwrap_or_default();
    // Polars panics where it was compiled without what the expression needs.
    let hint = line.contains("activate").then(|| {
        "this binary was built without that feature of `polars`; add it to `Cargo.toml`".to_owned()
    });
    Finding { level: Level::Panic, message: format!("the job panicked {when}: {line}"), hint }
}

/// Columns that came out with another type than the resolved plan said.
fn untrue_types(declared: &Schema, made: &Schema) -> Vec<Finding> {
    let untrue = declared.iter().filter_map(|(name, said)| {
        let message = match made.get(name) {
            Some(real) if real == said => return None,
            Some(real) => {
                let (said, real) = (describe(said), describe(real));
                format!("column `{name}` says it is {said}, but comes out as {real}")
            }
            None => format!("column `{name}` is in the plan, but does not come out"),
        };
        let hint = "a closure must return the type it declares; otherwise cast the column";
        Some(Finding { level: Level::Empty, message, hint: Some(hint.to_owned()) })
    });
    untrue.collect()
}

/// Compares what a job makes with what its contract promises; the order of columns is free.
fn compare(schema: &Schema, contract: &Contract) -> Vec<Finding> {
    let finding = |message, hint| Finding { level: Level::Contract, message, hint };
    let mut findings = Vec::new();
    let promised: Vec<&str> =
        contract.columns().iter().map(|column| column.name.as_str()).collect();
    let surplus = || schema.iter_names().map(PlSmallStr::as_str).filter(|n| !promised.contains(n));
    for column in contract.columns() {
        let name = &column.name;
        match schema.get(name) {
            None => {
                let hint = match nearest(name, surplus()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "make the column, or drop it from the contract".to_owned(),
                };
                let message = format!("the contract has column `{name}`, the job does not make it");
                findings.push(finding(message, Some(hint)));
            }
            Some(made) if type_of(made).as_ref() == Some(&column.kind) => {}
            Some(made) => {
                findings.push(finding(type_differs(name, &describe(made), &column.kind), None));
            }
        }
    }
    for name in surplus() {
        let message = format!("the job makes column `{name}`, the contract does not have it");
        findings.push(finding(message, Some("add it to the contract or drop it".to_owned())));
    }
    findings
}

fn type_differs(name: &str, made: &str, promised: &Type) -> String {
    format!("column `{name}` is {made}, the contract says {promised}; cast it")
}
