//! Whether a frame fits a contract, as given to a job and as made by one.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, date};
use jiff::tz::TimeZone;
use polars::prelude::{Column as Values, DataFrame, DataType, IntoColumn, NamedFrom, Series};

use crate::lake::{data_type, schema};
use crate::spec::{Column, Contract, Type};

/// A frame of the contract's columns without rows.
pub(super) fn empty(contract: &Contract) -> DataFrame {
    DataFrame::empty_with_schema(&schema(contract))
}

/// A given frame as the job would read it: extra columns are left out, missing ones are null,
/// narrower numbers are widened, and text stands for times and decimals.
pub(super) fn input(frame: &DataFrame, contract: &Contract) -> Result<DataFrame, String> {
    let columns = contract.columns().iter().map(|column| {
        let wanted = data_type(&column.kind);
        let values = match frame.column(&column.name) {
            Ok(held) => read(held, column, &wanted)?,
            Err(_) => Values::full_null(column.name.as_str().into(), frame.height(), &wanted),
        };
        no_forbidden_null(&values, column)?;
        Ok(values)
    });
    let columns = columns.collect::<Result<Vec<_>, String>>()?;
    DataFrame::new(frame.height(), columns).map_err(|error| error.to_string())
}

/// A made frame in the contract's order, its types as promised.
pub(super) fn output(frame: &DataFrame, contract: &Contract) -> Result<DataFrame, String> {
    let columns = contract.columns();
    for name in frame.get_column_names() {
        if !columns.iter().any(|column| column.name == name.as_str()) {
            let why = "which the contract does not name; add it there or drop it";
            return Err(format!("it made column `{name}`, {why}"));
        }
    }
    for column in columns {
        let Ok(values) = frame.column(&column.name) else {
            return Err(format!("it made no column `{}`", column.name));
        };
        if *values.dtype() != data_type(&column.kind) {
            return Err(differs(values, column, "cast it"));
        }
        no_forbidden_null(values, column)?;
    }
    let names = columns.iter().map(|column| column.name.as_str());
    frame.select(names).map_err(|error| error.to_string())
}

fn read(held: &Values, column: &Column, wanted: &DataType) -> Result<Values, String> {
    let given = held.dtype();
    if given == wanted {
        return Ok(held.clone());
    }
    let parsed = match (given, &column.kind) {
        (DataType::String, Type::Date) => parse(held, column, "a date", |text| {
            let day: Date = text.parse().ok()?;
            Some(day.duration_since(date(1970, 1, 1)).as_secs() / 86_400)
        }),
        (DataType::String, Type::Datetime) => parse(held, column, "a date and time", |text| {
            let at: DateTime = text.parse().ok()?;
            Some(TimeZone::UTC.to_timestamp(at).ok()?.as_microsecond())
        }),
        (DataType::String, Type::Instant) => parse(held, column, "an instant", |text| {
            Some(text.parse::<Timestamp>().ok()?.as_microsecond())
        }),
        _ if widens(given, wanted) => Ok(held.clone()),
        _ => Err(differs(held, column, "cast it, or leave it out for nulls")),
    };
    // A date counts days in 32 bits, and Polars casts to it from no other width.
    let days = |values: Values| match wanted {
        DataType::Date => values.strict_cast(&DataType::Int32),
        _ => Ok(values),
    };
    let cast = days(parsed?).and_then(|values| values.strict_cast(wanted));
    cast.map_err(|error| format!("column `{}`: {error}", column.name))
}

fn parse(
    held: &Values,
    column: &Column,
    what: &str,
    read: impl Fn(&str) -> Option<i64>,
) -> Result<Values, String> {
    let texts = held.str().map_err(|error| error.to_string())?;
    let mut numbers = Vec::with_capacity(texts.len());
    for text in texts.iter() {
        let number = text.map(|text| {
            read(text).ok_or_else(|| format!("column `{}`: `{text}` is not {what}", column.name))
        });
        numbers.push(number.transpose()?);
    }
    Ok(Series::new(column.name.as_str().into(), numbers).into_column())
}

/// Whether a job would read `given` as `wanted` without losing anything.
fn widens(given: &DataType, wanted: &DataType) -> bool {
    use DataType as D;
    let rank = |kind: &DataType| {
        let signed = [D::Int8, D::Int16, D::Int32, D::Int64];
        let unsigned = [D::UInt8, D::UInt16, D::UInt32, D::UInt64];
        let within = |kinds: &[DataType]| kinds.iter().position(|held| held == kind);
        within(&signed).map(|at| (true, at)).or(within(&unsigned).map(|at| (false, at)))
    };
    match (given, wanted) {
        (D::Null, _)
        | (D::Float32, D::Float64)
        | (D::String | D::Decimal(..) | D::Int32 | D::Int64, D::Decimal(..))
        | (D::Duration(_), D::Duration(_)) => true,
        (D::Datetime(_, from), D::Datetime(_, to)) => from == to,
        _ => match (rank(given), rank(wanted)) {
            (Some((from_sign, from)), Some((to_sign, to))) => from_sign == to_sign && from < to,
            _ => false,
        },
    }
}

fn no_forbidden_null(values: &Values, column: &Column) -> Result<(), String> {
    if column.nullable || values.null_count() == 0 {
        return Ok(());
    }
    let nulls = values.null_count();
    Err(format!("column `{}` holds {nulls} nulls, but the contract requires it", column.name))
}

fn differs(values: &Values, column: &Column, hint: &str) -> String {
    let (name, made, wanted) = (&column.name, values.dtype(), &column.kind);
    format!("column `{name}` is {made}, the contract says {wanted}; {hint}")
}
