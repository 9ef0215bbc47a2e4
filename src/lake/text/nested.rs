//! Lists and structs, which are JSON even inside other formats.

use std::borrow::Cow;
use std::collections::BTreeMap;

use polars::prelude::{AnyValue, PlSmallStr, Series, TimeUnit, TimeZone};
use serde_json::value::RawValue;

use super::cell::{Cell, convert};
use crate::lake::{data_type, struct_fields};
use crate::spec::Type;

/// The text a JSON value stands for: a string without its quotes, anything else as written.
///
/// Numbers stay text until their type is known, so no decimal passes through a float.
pub(super) fn text_of(raw: &RawValue) -> Option<Cow<'_, str>> {
    let written = raw.get();
    let Some(inner) = written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return Some(Cow::Borrowed(written));
    };
    if inner.contains('\\') {
        return serde_json::from_str(written).ok().map(Cow::Owned);
    }
    Some(Cow::Borrowed(inner))
}

/// A JSON value as a cell of a declared type, or nothing if it says something else.
pub(super) fn json_cell<'a>(kind: &Type, raw: &'a RawValue) -> Option<Cell<'a>> {
    match kind {
        _ if raw.get() == "null" => Some(Cell::Null),
        Type::List(_) | Type::Struct(_) => parse(kind, raw.get()).map(Cell::Nested),
        _ => convert(kind, text_of(raw)?),
    }
}

/// A list or struct from its JSON text.
pub(super) fn parse(kind: &Type, json: &str) -> Option<AnyValue<'static>> {
    match kind {
        Type::List(inner) => {
            let items: Vec<&RawValue> = serde_json::from_str(json).ok()?;
            let items: Vec<AnyValue<'static>> =
                items.into_iter().map(|item| value(inner, item)).collect::<Option<_>>()?;
            let series = Series::from_any_values_and_dtype(
                PlSmallStr::EMPTY,
                &items,
                &data_type(inner),
                true,
            );
            series.ok().map(AnyValue::List)
        }
        Type::Struct(fields) => {
            let found: BTreeMap<String, &RawValue> = serde_json::from_str(json).ok()?;
            let values = fields
                .iter()
                .map(|(name, kind)| match found.get(name) {
                    Some(raw) => value(kind, raw),
                    None => Some(AnyValue::Null),
                })
                .collect::<Option<Vec<_>>>()?;
            Some(AnyValue::StructOwned(Box::new((values, struct_fields(fields)))))
        }
        _ => None,
    }
}

fn value(kind: &Type, raw: &RawValue) -> Option<AnyValue<'static>> {
    let value = match json_cell(kind, raw)? {
        Cell::Null => AnyValue::Null,
        Cell::Boolean(value) => AnyValue::Boolean(value),
        Cell::Int(value) => signed(kind, value),
        Cell::UInt(value) => AnyValue::UInt64(value),
        Cell::Float(value) if *kind == Type::Float32 => AnyValue::Float32(value as f32),
        Cell::Float(value) => AnyValue::Float64(value),
        Cell::Decimal(value) => match kind {
            Type::Decimal(scale) => AnyValue::Decimal(value, 38, usize::from(*scale)),
            _ => return None,
        },
        Cell::Text(text) => AnyValue::StringOwned(text.as_ref().into()),
        Cell::Nested(value) => value,
    };
    Some(value)
}

/// The range was checked when the cell was made, so no cast here loses anything.
fn signed(kind: &Type, value: i64) -> AnyValue<'static> {
    match kind {
        Type::Int8 => AnyValue::Int8(value as i8),
        Type::Int16 => AnyValue::Int16(value as i16),
        Type::Int32 => AnyValue::Int32(value as i32),
        Type::UInt8 => AnyValue::UInt8(value as u8),
        Type::UInt16 => AnyValue::UInt16(value as u16),
        Type::UInt32 => AnyValue::UInt32(value as u32),
        Type::Date => AnyValue::Date(value as i32),
        Type::Datetime => AnyValue::DatetimeOwned(value, TimeUnit::Microseconds, None),
        Type::Instant => {
            AnyValue::DatetimeOwned(value, TimeUnit::Microseconds, Some(TimeZone::UTC.into()))
        }
        Type::Duration => AnyValue::Duration(value, TimeUnit::Microseconds),
        _ => AnyValue::Int64(value),
    }
}
