//! Which of some neighbouring windows a row belongs to, by one of its columns.

use jiff::Timestamp;
use jiff::civil::date;
use polars::prelude::*;

use super::Error;
use super::watch::refuse;
use crate::model::TimeAxis;

/// Neighbouring windows, and the column that says which of them a row belongs to: a date in the
/// zone of the axis, a time (in UTC where it has no zone), or the number of the window.
#[derive(Clone, Debug)]
pub struct Cut {
    column: String,
    /// By member, in order: the first value that belongs to it, and the first that does not.
    bounds: Vec<(i64, i64)>,
    unit: Unit,
}

/// What the values of the column count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Days,
    Microseconds,
    Windows,
}

impl Cut {
    /// Cuts by a column of this type into the windows with these numbers, which ascend. None when a
    /// column of this type cannot tell windows of the axis apart.
    #[must_use]
    pub fn new(column: &str, kind: &DataType, axis: &TimeAxis, members: &[i64]) -> Option<Self> {
        let unit = match kind {
            DataType::Date => Unit::Days,
            DataType::Datetime(..) => Unit::Microseconds,
            kind if kind.is_integer() => Unit::Windows,
            _ => return None,
        };
        let bound = |ordinal: i64| match unit {
            Unit::Windows => Some(ordinal),
            Unit::Microseconds => Some(axis.window(ordinal).start.as_microsecond()),
            Unit::Days => axis
                .first_day(ordinal)
                .map(|day| day.duration_since(date(1970, 1, 1)).as_secs().div_euclid(86_400)),
        };
        let bounds = members
            .iter()
            .map(|member| Some((bound(*member)?, bound(member.saturating_add(1))?)))
            .collect::<Option<_>>()?;
        Some(Self { column: column.to_owned(), bounds, unit })
    }

    /// Whether the columns of a plan have what is cut by.
    pub(super) fn fits(&self, schema: &Schema) -> Result<(), Error> {
        let found = schema.get(&self.column);
        let fits = found.is_some_and(|kind| match self.unit {
            Unit::Days => *kind == DataType::Date,
            Unit::Microseconds => matches!(kind, DataType::Datetime(..)),
            Unit::Windows => kind.is_integer(),
        });
        if fits {
            return Ok(());
        }
        let found = found.map_or_else(|| "missing".to_owned(), crate::lake::describe);
        Err(Error::Uncut { column: self.column.clone(), found })
    }

    /// The plan, which fails when a row belongs to none of the windows.
    pub fn guard(&self, plan: LazyFrame) -> LazyFrame {
        let cut = self.clone();
        let pass = move |batch: DataFrame| match cut.members(&batch) {
            Ok(_) => Ok(batch),
            Err(error) => Err(refuse(&error)),
        };
        plan.map(pass, OptFlags::STREAMING, None, Some("windows"))
    }

    /// The rows of each member that has any in this batch, by its place among the members. The
    /// order of rows within a member stays.
    ///
    /// # Errors
    ///
    /// When a row belongs to none of them.
    pub fn deal(&self, batch: &DataFrame) -> Result<Vec<(usize, DataFrame)>, Error> {
        let members = self.members(batch)?;
        let runs = runs(&members);
        let mut seen = vec![false; self.bounds.len()];
        let is_grouped =
            runs.iter().all(|(member, ..)| !std::mem::replace(&mut seen[*member], true));
        if is_grouped {
            let slice = |(member, start, rows)| (member, batch.slice(start as i64, rows));
            return Ok(runs.into_iter().map(slice).collect());
        }
        let mut rows = vec![Vec::new(); self.bounds.len()];
        for (row, member) in members.iter().enumerate() {
            rows[*member].push(row as IdxSize);
        }
        let dealt = rows.into_iter().enumerate().filter(|(_, rows)| !rows.is_empty());
        dealt
            .map(|(member, rows)| {
                let rows = IdxCa::from_vec(PlSmallStr::EMPTY, rows);
                Ok((member, batch.take(&rows).map_err(Error::Plan)?))
            })
            .collect()
    }

    /// The member of each row.
    fn members(&self, batch: &DataFrame) -> Result<Vec<usize>, Error> {
        let values = self.values(batch).map_err(Error::Plan)?;
        let mut members = Vec::with_capacity(batch.height());
        let mut last = 0;
        for value in values.i64().map_err(Error::Plan)?.iter() {
            let value = value.ok_or_else(|| self.outside(None))?;
            // Rows of one member are mostly neighbours.
            if !self.holds(last, value) {
                let after = self.bounds.partition_point(|(start, _)| *start <= value);
                last = after.checked_sub(1).ok_or_else(|| self.outside(Some(value)))?;
                if !self.holds(last, value) {
                    return Err(self.outside(Some(value)));
                }
            }
            members.push(last);
        }
        Ok(members)
    }

    fn holds(&self, member: usize, value: i64) -> bool {
        self.bounds.get(member).is_some_and(|(start, end)| (*start..*end).contains(&value))
    }

    fn values(&self, batch: &DataFrame) -> PolarsResult<Series> {
        let column = batch.column(&self.column)?.as_materialized_series();
        match column.dtype() {
            DataType::Date => column.cast(&DataType::Int32)?.cast(&DataType::Int64),
            DataType::Datetime(unit, zone) if *unit != TimeUnit::Microseconds => column
                .cast(&DataType::Datetime(TimeUnit::Microseconds, zone.clone()))?
                .cast(&DataType::Int64),
            _ => column.cast(&DataType::Int64),
        }
    }

    fn outside(&self, value: Option<i64>) -> Error {
        let told = |value: i64| match self.unit {
            Unit::Windows => value.to_string(),
            Unit::Microseconds => Timestamp::from_microsecond(value)
                .map_or_else(|_| value.to_string(), |instant| instant.to_string()),
            Unit::Days => Timestamp::from_second(value.saturating_mul(86_400)).map_or_else(
                |_| value.to_string(),
                |instant| instant.strftime("%Y-%m-%d").to_string(),
            ),
        };
        let value = value.map_or_else(|| "null".to_owned(), told);
        Error::Outside { column: self.column.clone(), value }
    }
}

/// Runs of equal members: member, first row, rows.
fn runs(members: &[usize]) -> Vec<(usize, usize, usize)> {
    let mut start = 0;
    members
        .chunk_by(|one, other| one == other)
        .map(|run| {
            let held = (run[0], start, run.len());
            start += run.len();
            held
        })
        .collect()
}
