//! Between the types people declare and the types Polars computes with.

use polars::prelude::{DataType, Field, Schema, TimeUnit, TimeZone};

use crate::spec::{Contract, Type};

/// Every declared decimal has this many digits in all.
const DECIMAL_DIGITS: usize = 38;

/// The Polars type of a declared type.
#[must_use]
pub fn data_type(kind: &Type) -> DataType {
    match kind {
        Type::Boolean => DataType::Boolean,
        Type::Int8 => DataType::Int8,
        Type::Int16 => DataType::Int16,
        Type::Int32 => DataType::Int32,
        Type::Int64 => DataType::Int64,
        Type::UInt8 => DataType::UInt8,
        Type::UInt16 => DataType::UInt16,
        Type::UInt32 => DataType::UInt32,
        Type::UInt64 => DataType::UInt64,
        Type::Float32 => DataType::Float32,
        Type::Float64 => DataType::Float64,
        Type::String => DataType::String,
        Type::Date => DataType::Date,
        Type::Datetime => DataType::Datetime(TimeUnit::Microseconds, None),
        Type::Instant => DataType::Datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)),
        Type::Duration => DataType::Duration(TimeUnit::Microseconds),
        Type::Decimal(scale) => DataType::Decimal(DECIMAL_DIGITS, usize::from(*scale)),
        Type::List(inner) => DataType::List(Box::new(data_type(inner))),
        Type::Struct(fields) => DataType::Struct(struct_fields(fields)),
    }
}

/// The Polars fields of a declared struct.
#[must_use]
pub fn struct_fields(fields: &[(String, Type)]) -> Vec<Field> {
    fields.iter().map(|(name, kind)| Field::new(name.as_str().into(), data_type(kind))).collect()
}

/// The Polars schema of a contract, in the contract's order.
#[must_use]
pub fn schema(contract: &Contract) -> Schema {
    contract
        .columns()
        .iter()
        .map(|column| Field::new(column.name.as_str().into(), data_type(&column.kind)))
        .collect()
}

/// The declared type that means exactly this Polars type, if there is one.
///
/// Milliseconds, zones other than UTC and decimals of fewer digits have none: what is stored must
/// be what was promised.
#[must_use]
pub fn type_of(dtype: &DataType) -> Option<Type> {
    Some(match dtype {
        DataType::Boolean => Type::Boolean,
        DataType::Int8 => Type::Int8,
        DataType::Int16 => Type::Int16,
        DataType::Int32 => Type::Int32,
        DataType::Int64 => Type::Int64,
        DataType::UInt8 => Type::UInt8,
        DataType::UInt16 => Type::UInt16,
        DataType::UInt32 => Type::UInt32,
        DataType::UInt64 => Type::UInt64,
        DataType::Float32 => Type::Float32,
        DataType::Float64 => Type::Float64,
        DataType::String => Type::String,
        DataType::Date => Type::Date,
        DataType::Datetime(TimeUnit::Microseconds, None) => Type::Datetime,
        DataType::Datetime(TimeUnit::Microseconds, Some(zone)) if *zone == TimeZone::UTC => {
            Type::Instant
        }
        DataType::Duration(TimeUnit::Microseconds) => Type::Duration,
        DataType::Decimal(DECIMAL_DIGITS, scale) => Type::Decimal(u8::try_from(*scale).ok()?),
        DataType::List(inner) => Type::List(Box::new(type_of(inner)?)),
        DataType::Struct(fields) => Type::Struct(
            fields
                .iter()
                .map(|field| Some((field.name().to_string(), type_of(field.dtype())?)))
                .collect::<Option<_>>()?,
        ),
        _ => return None,
    })
}

/// A Polars type in the words of a contract, or in Polars' own where a contract has none.
#[must_use]
pub fn describe(dtype: &DataType) -> String {
    type_of(dtype).map_or_else(|| dtype.to_string(), |kind| kind.to_string())
}
