//! The words people read for the type of a stored column.

use polars::prelude::{DataType, TimeUnit};

use crate::spec::Type;

/// The type in the words of a contract; types no contract can name keep Polars' words.
pub(super) fn describe(dtype: &DataType) -> String {
    declared(dtype).map_or_else(|| dtype.to_string(), |kind| kind.to_string())
}

fn declared(dtype: &DataType) -> Option<Type> {
    let kind = match dtype {
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
        DataType::Datetime(TimeUnit::Microseconds, Some(zone)) if zone.as_str() == "UTC" => {
            Type::Instant
        }
        DataType::Duration(TimeUnit::Microseconds) => Type::Duration,
        DataType::Decimal(38, scale) => Type::Decimal(u8::try_from(*scale).ok()?),
        DataType::List(inner) => Type::List(Box::new(declared(inner)?)),
        DataType::Struct(fields) => {
            let fields = fields
                .iter()
                .map(|field| Some((field.name().to_string(), declared(field.dtype())?)))
                .collect::<Option<_>>()?;
            Type::Struct(fields)
        }
        _ => return None,
    };
    Some(kind)
}
