//! The rows of one batch, column by column.

use polars::prelude::*;

use super::cell::Cell;
use crate::lake::data_type;
use crate::spec::{Column as Declared, Type};

/// A column under construction: few physical shapes stand for all declared types.
enum Builder {
    Boolean(BooleanChunkedBuilder),
    Int(PrimitiveChunkedBuilder<Int64Type>),
    UInt(PrimitiveChunkedBuilder<UInt64Type>),
    Float(PrimitiveChunkedBuilder<Float64Type>),
    Decimal(PrimitiveChunkedBuilder<Int128Type>),
    Text(StringChunkedBuilder),
    Nested(Vec<AnyValue<'static>>),
}

/// Typed columns that grow row by row and become a frame.
pub(super) struct Batch {
    builders: Vec<Builder>,
    height: usize,
}

impl Batch {
    pub(super) fn new(columns: &[Declared], capacity: usize) -> Self {
        let builders = columns.iter().map(|column| Builder::new(column, capacity)).collect();
        Self { builders, height: 0 }
    }

    pub(super) fn height(&self) -> usize {
        self.height
    }

    /// Appends a row: one cell per column, each of the column's type.
    pub(super) fn push(&mut self, cells: Vec<Cell<'_>>) {
        debug_assert_eq!(cells.len(), self.builders.len(), "a row has a cell for every column");
        for (builder, cell) in self.builders.iter_mut().zip(cells) {
            builder.push(cell);
        }
        self.height += 1;
    }

    pub(super) fn finish(self, columns: &[Declared]) -> PolarsResult<DataFrame> {
        let pairs = self.builders.into_iter().zip(columns);
        let columns = pairs
            .map(|(builder, column)| builder.finish(column).map(Series::into_column))
            .collect::<PolarsResult<_>>()?;
        DataFrame::new(self.height, columns)
    }
}

impl Builder {
    fn new(column: &Declared, capacity: usize) -> Self {
        let name = PlSmallStr::from_str(&column.name);
        match column.kind {
            Type::Boolean => Self::Boolean(BooleanChunkedBuilder::new(name, capacity)),
            Type::UInt64 => Self::UInt(PrimitiveChunkedBuilder::new(name, capacity)),
            Type::Float32 | Type::Float64 => {
                Self::Float(PrimitiveChunkedBuilder::new(name, capacity))
            }
            Type::Decimal(_) => Self::Decimal(PrimitiveChunkedBuilder::new(name, capacity)),
            Type::String => Self::Text(StringChunkedBuilder::new(name, capacity)),
            Type::List(_) | Type::Struct(_) => Self::Nested(Vec::with_capacity(capacity)),
            _ => Self::Int(PrimitiveChunkedBuilder::new(name, capacity)),
        }
    }

    fn push(&mut self, cell: Cell<'_>) {
        match (self, cell) {
            (Self::Boolean(builder), Cell::Boolean(value)) => builder.append_value(value),
            (Self::Boolean(builder), Cell::Null) => builder.append_null(),
            (Self::Int(builder), Cell::Int(value)) => builder.append_value(value),
            (Self::Int(builder), Cell::Null) => builder.append_null(),
            (Self::UInt(builder), Cell::UInt(value)) => builder.append_value(value),
            (Self::UInt(builder), Cell::Null) => builder.append_null(),
            (Self::Float(builder), Cell::Float(value)) => builder.append_value(value),
            (Self::Float(builder), Cell::Null) => builder.append_null(),
            (Self::Decimal(builder), Cell::Decimal(value)) => builder.append_value(value),
            (Self::Decimal(builder), Cell::Null) => builder.append_null(),
            (Self::Text(builder), Cell::Text(value)) => builder.append_value(value),
            (Self::Text(builder), Cell::Null) => builder.append_null(),
            (Self::Nested(values), Cell::Nested(value)) => values.push(value),
            (Self::Nested(values), Cell::Null) => values.push(AnyValue::Null),
            (_, cell) => unreachable!("{cell:?} was converted for another type"),
        }
    }

    fn finish(self, column: &Declared) -> PolarsResult<Series> {
        let dtype = data_type(&column.kind);
        let name = PlSmallStr::from_str(&column.name);
        let series = match self {
            Self::Boolean(builder) => builder.finish().into_series(),
            Self::Int(builder) => builder.finish().into_series(),
            Self::UInt(builder) => builder.finish().into_series(),
            Self::Float(builder) => builder.finish().into_series(),
            Self::Text(builder) => builder.finish().into_series(),
            Self::Decimal(builder) => {
                let DataType::Decimal(precision, scale) = dtype else {
                    unreachable!("only decimals have this builder")
                };
                return Ok(builder.finish().into_decimal(precision, scale)?.into_series());
            }
            Self::Nested(values) => {
                return Series::from_any_values_and_dtype(name, &values, &dtype, true);
            }
        };
        // Strict: a value that did not fit would be a defect of the conversion, never a null.
        series.strict_cast(&dtype)
    }
}
