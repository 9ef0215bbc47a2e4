//! Columns of whole numbers, looked at once: hashed, summed and measured in the same loop.

use std::hash::{BuildHasher, Hash};

use polars::prelude::*;

use super::extent::Extent;
use super::sketch::Sketch;

/// What one look at a batch of whole numbers found.
#[derive(Clone, Copy, Debug)]
pub(super) struct Whole {
    least: i128,
    greatest: i128,
    sum: i128,
}

/// What the numbers of a batch are added to.
pub(super) struct Sums<'a, S> {
    /// Hashes a number, as Polars hashes a column of them.
    pub(super) state: &'a S,
    /// Each hash counts so many times.
    pub(super) salt: u64,
    /// One per row.
    pub(super) rows: &'a mut [u64],
    pub(super) sketch: &'a mut Sketch,
}

/// Adds a batch of a column, if it holds whole numbers (dates and times are) and none is missing.
///
/// Other columns are untouched, and looked at in several passes: one for the hashes, one or two for
/// the extent, one for the mean. These passes are most of what a partition costs beyond its query.
pub(super) fn look<S: BuildHasher>(series: &Series, sums: &mut Sums<'_, S>) -> Option<Whole> {
    if series.is_empty() || 0 < series.null_count() || !is_whole(series.dtype()) {
        return None;
    }
    let numbers = series.to_physical_repr();
    match numbers.dtype() {
        DataType::Int32 => pass(numbers.i32().ok()?, sums),
        DataType::Int64 => pass(numbers.i64().ok()?, sums),
        DataType::UInt32 => pass(numbers.u32().ok()?, sums),
        DataType::UInt64 => pass(numbers.u64().ok()?, sums),
        _ => None,
    }
}

fn is_whole(kind: &DataType) -> bool {
    kind.is_integer() || kind.is_temporal()
}

fn pass<T, S>(numbers: &ChunkedArray<T>, sums: &mut Sums<'_, S>) -> Option<Whole>
where
    T: PolarsIntegerType,
    T::Native: Ord + Hash + Into<i128>,
    S: BuildHasher,
{
    let (state, salt, sketch) = (sums.state, sums.salt, &mut *sums.sketch);
    let (mut all, mut from) = (None::<Whole>, 0);
    for chunk in numbers.downcast_iter() {
        let values = chunk.values().as_slice();
        let Some(first) = values.first() else { continue };
        let (mut least, mut greatest, mut sum) = (*first, *first, 0_i128);
        for (value, row) in values.iter().zip(&mut sums.rows[from..]) {
            let hash = state.hash_one(value);
            *row = row.wrapping_add(hash.wrapping_mul(salt));
            sketch.insert(hash);
            least = least.min(*value);
            greatest = greatest.max(*value);
            sum += (*value).into();
        }
        from += values.len();
        let part = Whole { least: least.into(), greatest: greatest.into(), sum };
        all = Some(all.map_or(part, |all| all.and(part)));
    }
    all
}

impl Whole {
    fn and(self, other: Self) -> Self {
        Self {
            least: self.least.min(other.least),
            greatest: self.greatest.max(other.greatest),
            sum: self.sum + other.sum,
        }
    }

    /// The extent, in the type of the column.
    pub(super) fn extent(&self, kind: &DataType) -> PolarsResult<Extent> {
        let physical = kind.to_physical();
        let ends = [self.least, self.greatest].map(AnyValue::Int128);
        let ends = Series::from_any_values_and_dtype("".into(), &ends, &physical, true)?;
        let ends = ends.cast(kind)?;
        Ok((ends.get(0)?.into_static(), ends.get(1)?.into_static()))
    }

    /// The sum of all numbers.
    pub(super) const fn sum(&self) -> f64 {
        self.sum as f64
    }
}

#[cfg(test)]
mod tests {
    use polars::prelude::*;
    use polars_utils::aliases::{PlSeedableRandomStateQuality, SeedableFromU64SeedExt};

    use super::{Sums, look};
    use crate::lake::write::extent::extent;
    use crate::lake::write::sketch::Sketch;

    /// One column of each kind, in two chunks.
    fn columns() -> Vec<Series> {
        let far = [i64::MIN, -1, 0, 7, 7, i64::MAX, 86_399_999_999_999];
        let mut numbers = Series::new("n".into(), far);
        numbers.append(&Series::new("n".into(), [3_i64, -9])).unwrap();
        let days = Series::new("n".into(), [-40_000, 0, 19_000, 19_001]);
        let kinds = [
            DataType::Datetime(TimeUnit::Microseconds, None),
            DataType::Datetime(TimeUnit::Milliseconds, Some(TimeZone::UTC)),
            DataType::Duration(TimeUnit::Nanoseconds),
        ];
        let mut columns: Vec<Series> =
            kinds.iter().map(|kind| numbers.cast(kind).unwrap()).collect();
        columns.push(Series::new("n".into(), [u64::MAX, 0, 5]));
        columns.push(Series::new("n".into(), [u32::MAX, 1]));
        columns.push(
            Series::new("n".into(), [0_i64, 86_399_999_999_999]).cast(&DataType::Time).unwrap(),
        );
        columns.extend([days.cast(&DataType::Date).unwrap(), days, numbers]);
        columns
    }

    #[test]
    fn one_look_finds_what_several_find() {
        let state = PlSeedableRandomStateQuality::seed_from_u64(7);
        for column in columns() {
            let mut hashes = Vec::new();
            column.vec_hash(state.clone(), &mut hashes).unwrap();
            let (mut rows, mut sketch) = (vec![5; column.len()], Sketch::new());
            let mut sums = Sums { state: &state, salt: 3, rows: &mut rows, sketch: &mut sketch };
            let found = look(&column, &mut sums).expect("it holds whole numbers");
            let expected: Vec<u64> =
                hashes.iter().map(|hash| hash.wrapping_mul(3).wrapping_add(5)).collect();
            assert_eq!(rows, expected, "{}", column.dtype());
            let mut other = Sketch::new();
            hashes.iter().for_each(|hash| other.insert(*hash));
            assert_eq!(sketch.estimate(), other.estimate());
            assert_eq!(found.extent(column.dtype()).unwrap(), extent(&column).unwrap());
            let physical = column.to_physical_repr().cast(&DataType::Float64).unwrap();
            let sum: f64 = physical.f64().unwrap().sum().unwrap();
            assert!((found.sum() - sum).abs() <= sum.abs() * 1e-9 + 2048.0, "{}", column.dtype());
        }
    }

    #[test]
    fn other_columns_are_left_alone() {
        let state = PlSeedableRandomStateQuality::seed_from_u64(7);
        let others = [
            Series::new("n".into(), [Some(1), None]),
            Series::new("n".into(), [0.5, 1.0]),
            Series::new("n".into(), ["a", "b"]),
            Series::new("n".into(), Vec::<i64>::new()),
        ];
        for column in others {
            let (mut rows, mut sketch) = ([5; 2], Sketch::new());
            let mut sums = Sums { state: &state, salt: 3, rows: &mut rows, sketch: &mut sketch };
            assert!(look(&column, &mut sums).is_none());
            assert_eq!(rows, [5; 2]);
        }
    }
}
