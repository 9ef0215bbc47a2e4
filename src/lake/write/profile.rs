//! What each column of a partition holds, gathered batch by batch.

use polars::prelude::*;

use super::content::Content;
use super::extent::extent;
use super::sketch::Sketch;
use super::whole::Whole;
use crate::lake::describe;

/// Longer values are cut, so that a profile stays a row and not a document.
const TEXT_MAX: usize = 100;

/// What one column of a partition holds.
#[derive(Clone, Debug, PartialEq)]
pub struct ColumnProfile {
    /// The column's name.
    pub name: String,
    /// Its type, in the words of a contract.
    pub kind: String,
    /// How many rows have no value.
    pub nulls: u64,
    /// About how many different values there are, nulls not counted; 0 for lists and structs.
    pub distinct: u64,
    /// The smallest value as text, cut after 100 characters; NaN is left out.
    pub min: Option<String>,
    /// The largest value as text, cut after 100 characters; NaN is left out.
    pub max: Option<String>,
    /// The mean of a numeric column; none if it is not finite.
    pub mean: Option<f64>,
}

/// Gathers the profile and the content hash of all batches it is shown.
pub(super) struct Profiler {
    tallies: Vec<Tally>,
    sketches: Vec<Option<Sketch>>,
    content: Content,
}

/// One column so far.
struct Tally {
    name: String,
    dtype: DataType,
    nulls: u64,
    min: Option<AnyValue<'static>>,
    max: Option<AnyValue<'static>>,
    sum: Sum,
    values: u64,
}

/// A sum that hardly depends on the order of its parts: what each addition loses is kept apart.
#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    sum: f64,
    lost: f64,
}

impl Profiler {
    pub(super) fn new(schema: &Schema) -> Self {
        let tallies = schema.iter().map(|(name, dtype)| Tally::new(name, dtype)).collect();
        let sketches =
            schema.iter_values().map(|dtype| is_ordered(dtype).then(Sketch::new)).collect();
        Self { tallies, sketches, content: Content::new(schema) }
    }

    pub(super) fn observe(&mut self, batch: &DataFrame) -> PolarsResult<()> {
        let found = self.content.observe(batch, &mut self.sketches)?;
        for ((tally, column), whole) in self.tallies.iter_mut().zip(batch.columns()).zip(found) {
            tally.observe(column.as_materialized_series(), whole)?;
        }
        Ok(())
    }

    /// Adds what another saw of the same columns.
    pub(super) fn absorb(&mut self, other: Self) {
        self.content.absorb(&other.content);
        for (tally, seen) in self.tallies.iter_mut().zip(other.tallies) {
            tally.absorb(seen);
        }
        for (sketch, seen) in self.sketches.iter_mut().zip(other.sketches) {
            if let (Some(sketch), Some(seen)) = (sketch, seen) {
                sketch.absorb(&seen);
            }
        }
    }

    /// How many rows were observed.
    pub(super) const fn rows(&self) -> u64 {
        self.content.rows()
    }

    pub(super) fn finish(self) -> (Vec<ColumnProfile>, [u8; 16]) {
        let columns = self.tallies.into_iter().zip(self.sketches);
        let profile = columns.map(|(tally, sketch)| tally.finish(sketch)).collect();
        (profile, self.content.finish())
    }
}

impl Tally {
    fn new(name: &str, dtype: &DataType) -> Self {
        Self {
            name: name.to_owned(),
            dtype: dtype.clone(),
            nulls: 0,
            min: None,
            max: None,
            sum: Sum::default(),
            values: 0,
        }
    }

    fn observe(&mut self, series: &Series, whole: Option<Whole>) -> PolarsResult<()> {
        self.nulls += series.null_count() as u64;
        let values = series.len() - series.null_count();
        if values == 0 || !is_ordered(&self.dtype) {
            return Ok(());
        }
        let (least, greatest) = match &whole {
            Some(whole) => whole.extent(&self.dtype)?,
            None => extent(series)?,
        };
        self.widen(Some(least), Some(greatest));
        if self.dtype.is_numeric() {
            let mean = || series.mean().unwrap_or(f64::NAN) * values as f64;
            self.values += values as u64;
            self.sum.add(whole.map_or_else(mean, |whole| whole.sum()));
        }
        Ok(())
    }

    fn widen(&mut self, least: Option<AnyValue<'static>>, greatest: Option<AnyValue<'static>>) {
        if let Some(least) = least
            && !is_nan(&least)
            && self.min.as_ref().is_none_or(|min| least < *min)
        {
            self.min = Some(least);
        }
        if let Some(greatest) = greatest
            && !is_nan(&greatest)
            && self.max.as_ref().is_none_or(|max| *max < greatest)
        {
            self.max = Some(greatest);
        }
    }

    fn absorb(&mut self, other: Self) {
        self.nulls += other.nulls;
        self.values += other.values;
        self.sum.add(other.sum.sum);
        self.sum.add(other.sum.lost);
        self.widen(other.min, other.max);
    }

    fn finish(self, sketch: Option<Sketch>) -> ColumnProfile {
        let seen = sketch.map_or(0, |sketch| sketch.estimate());
        // The sketch saw the null as one more value.
        let distinct = seen.saturating_sub(u64::from(0 < self.nulls));
        let mean = (0 < self.values).then(|| self.sum.total() / self.values as f64);
        ColumnProfile {
            kind: describe(&self.dtype),
            name: self.name,
            nulls: self.nulls,
            distinct,
            min: self.min.map(|value| text(&value)),
            max: self.max.map(|value| text(&value)),
            mean: mean.filter(|mean| mean.is_finite()),
        }
    }
}

impl Sum {
    fn add(&mut self, part: f64) {
        let sum = self.sum + part;
        self.lost += match part.abs() <= self.sum.abs() {
            true => (self.sum - sum) + part,
            false => (part - sum) + self.sum,
        };
        self.sum = sum;
    }

    /// What is not finite has lost nothing that could be told.
    fn total(self) -> f64 {
        if self.sum.is_finite() { self.sum + self.lost } else { self.sum }
    }
}

fn is_ordered(dtype: &DataType) -> bool {
    dtype.is_numeric() || dtype.is_temporal() || dtype.is_bool() || dtype.is_string()
}

fn is_nan(value: &AnyValue<'_>) -> bool {
    match value {
        AnyValue::Float32(value) => value.is_nan(),
        AnyValue::Float64(value) => value.is_nan(),
        _ => false,
    }
}

fn text(value: &AnyValue<'_>) -> String {
    match value {
        // The general form shows floats rounded and text in quotes.
        AnyValue::Float32(value) => value.to_string(),
        AnyValue::Float64(value) => value.to_string(),
        AnyValue::String(value) => cut(value),
        AnyValue::StringOwned(value) => cut(value),
        value => cut(&value.to_string()),
    }
}

fn cut(text: &str) -> String {
    text.chars().take(TEXT_MAX).collect()
}
