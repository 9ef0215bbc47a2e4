//! What each column of a partition holds, gathered batch by batch.

use polars::prelude::*;

use super::content::Content;
use super::sketch::Sketch;
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
    sum: f64,
    values: u64,
}

impl Profiler {
    pub(super) fn new(schema: &Schema) -> Self {
        let tallies = schema.iter().map(|(name, dtype)| Tally::new(name, dtype)).collect();
        let sketches =
            schema.iter_values().map(|dtype| is_ordered(dtype).then(Sketch::new)).collect();
        Self { tallies, sketches, content: Content::new(schema) }
    }

    pub(super) fn observe(&mut self, batch: &DataFrame) -> PolarsResult<()> {
        self.content.observe(batch, &mut self.sketches)?;
        for (tally, column) in self.tallies.iter_mut().zip(batch.columns()) {
            tally.observe(column.as_materialized_series())?;
        }
        Ok(())
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
            sum: 0.0,
            values: 0,
        }
    }

    fn observe(&mut self, series: &Series) -> PolarsResult<()> {
        self.nulls += series.null_count() as u64;
        let values = series.len() - series.null_count();
        if values == 0 || !is_ordered(&self.dtype) {
            return Ok(());
        }
        let least = series.min_reduce()?.into_value();
        if !is_nan(&least) && self.min.as_ref().is_none_or(|min| least < *min) {
            self.min = Some(least);
        }
        let greatest = series.max_reduce()?.into_value();
        if !is_nan(&greatest) && self.max.as_ref().is_none_or(|max| *max < greatest) {
            self.max = Some(greatest);
        }
        if self.dtype.is_numeric() {
            self.values += values as u64;
            self.sum += series.cast(&DataType::Float64)?.sum::<f64>()?;
        }
        Ok(())
    }

    fn finish(self, sketch: Option<Sketch>) -> ColumnProfile {
        let seen = sketch.map_or(0, |sketch| sketch.estimate());
        // The sketch saw the null as one more value.
        let distinct = seen.saturating_sub(u64::from(0 < self.nulls));
        let mean = (0 < self.values).then(|| self.sum / self.values as f64);
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
