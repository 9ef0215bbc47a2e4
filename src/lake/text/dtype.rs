//! The Polars type of a declared type.

use polars::prelude::{DataType, Field, Schema, TimeUnit, TimeZone};

use crate::spec::{Contract, Type};

/// The Polars type that holds values of a declared type.
pub(super) fn data_type(kind: &Type) -> DataType {
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
        Type::Decimal(scale) => DataType::Decimal(38, usize::from(*scale)),
        Type::List(inner) => DataType::List(Box::new(data_type(inner))),
        Type::Struct(fields) => DataType::Struct(struct_fields(fields)),
    }
}

/// The fields of a struct.
pub(super) fn struct_fields(fields: &[(String, Type)]) -> Vec<Field> {
    fields.iter().map(|(name, kind)| Field::new(name.into(), data_type(kind))).collect()
}

/// The schema of a contract, in its order.
pub(super) fn schema(contract: &Contract) -> Schema {
    let columns = contract.columns().iter();
    columns.map(|column| Field::new((&column.name).into(), data_type(&column.kind))).collect()
}
