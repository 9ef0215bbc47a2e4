//! What the leaves of a plan are: files, tables, closures, odd numbers.

use polars::prelude::{AnyValue, DataFrame, LiteralValue, PlRefPath, PolarsResult, Schema};
use polars::series::IsSorted;
use polars_plan::prelude::{
    AExpr, DynLiteralValue, FileScanIR, IRFunctionExpr, IRRollingFunction, ScanSources,
};

/// A scan that is not one of the job's inputs, and what it reads.
pub(super) fn undeclared_scan(sources: &ScanSources, scan_type: &FileScanIR) -> String {
    let kind: &'static str = scan_type.into();
    match sources {
        ScanSources::Paths(paths) => {
            let paths: Vec<_> = paths.iter().map(PlRefPath::as_str).collect();
            format!("{} scan of `{}`", kind.to_lowercase(), paths.join("`, `"))
        }
        _ => format!("{} scan", kind.to_lowercase()),
    }
}

/// A table the job wrote down itself: its rows are part of the code.
///
/// # Errors
///
/// Returns Polars' error when a column cannot be written down.
pub(super) fn constant_table(table: &DataFrame, schema: &Schema) -> PolarsResult<String> {
    let mut hasher = blake3::Hasher::new();
    for name in schema.iter_names() {
        let mut column = table.column(name)?.as_materialized_series().rechunk();
        // A flag that a query may have left behind, not a value.
        column.set_sorted_flag(IsSorted::Not);
        hasher.update(&column.serialize_to_bytes()?);
    }
    let names: Vec<_> = schema.iter_names().collect();
    Ok(format!("table {names:?} of {} rows {}", table.height(), hasher.finalize().to_hex()))
}

/// The name of a closure whose body the plan does not show.
pub(super) fn closure_in(expr: &AExpr) -> Option<String> {
    use IRFunctionExpr as Function;
    let name = match expr {
        AExpr::AnonymousFunction { fmt_str, .. } | AExpr::AnonymousAgg { fmt_str, .. } => {
            return Some(format!("closure `{fmt_str}` in an expression"));
        }
        AExpr::Function { function, .. } => match function {
            Function::FoldHorizontal { .. }
            | Function::ReduceHorizontal { .. }
            | Function::CumFoldHorizontal { .. }
            | Function::CumReduceHorizontal { .. }
            | Function::RollingExpr { function: IRRollingFunction::Map(_), .. } => function,
            _ => return None,
        },
        _ => return None,
    };
    Some(format!("closure in `{name}`"))
}

/// The bits of a float that JSON has no number for.
pub(super) fn unwritable_float(literal: &LiteralValue) -> String {
    let float = match literal {
        LiteralValue::Dyn(DynLiteralValue::Float(float)) => *float,
        LiteralValue::Scalar(scalar) => match scalar.value() {
            AnyValue::Float64(float) => *float,
            AnyValue::Float32(float) => f64::from(*float),
            _ => return String::new(),
        },
        _ => return String::new(),
    };
    if float.is_finite() { String::new() } else { format!(" {:x}", float.to_bits()) }
}
