//! Frames that stand for a job's inputs while it is only looked at.

use std::any::Any;
use std::sync::Arc;

use polars::prelude::{
    AnonymousScan, AnonymousScanArgs, DataFrame, IntoLazy, LazyFrame, PolarsResult,
    ScanArgsAnonymous, Schema, SchemaRef,
};
use polars_plan::prelude::{FileScanIR, IR};

/// A scan that knows which dataset it stands for, and that survives into the resolved plan.
struct Probe {
    dataset: String,
    schema: SchemaRef,
}

impl AnonymousScan for Probe {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn scan(&self, args: AnonymousScanArgs) -> PolarsResult<DataFrame> {
        let schema = args.output_schema.unwrap_or_else(|| self.schema.clone());
        Ok(DataFrame::empty_with_schema(&schema))
    }

    fn schema(&self, _infer_schema_length: Option<usize>) -> PolarsResult<SchemaRef> {
        Ok(self.schema.clone())
    }

    // Filters and projections must stay in the plan: the fingerprint knows the scan by name only.
    fn allows_predicate_pushdown(&self) -> bool {
        false
    }

    fn allows_projection_pushdown(&self) -> bool {
        false
    }
}

/// An input without data that carries the name of its dataset.
#[expect(clippy::missing_panics_doc, reason = "a scan whose schema is given cannot fail")]
pub fn probe(dataset: &str, schema: SchemaRef) -> LazyFrame {
    let probe = Probe { dataset: dataset.to_owned(), schema: schema.clone() };
    let args = ScanArgsAnonymous { schema: Some(schema), name: "INPUT", ..Default::default() };
    LazyFrame::anonymous_scan(Arc::new(probe), args)
        .expect("a scan whose schema is given is not opened")
}

/// The dataset a plan node reads, if it is a [`probe`].
#[must_use]
pub fn dataset_of(ir: &IR) -> Option<&str> {
    let IR::Scan { scan_type, .. } = ir else { return None };
    let FileScanIR::Anonymous { function, .. } = scan_type.as_ref() else { return None };
    let probe = function.as_any().downcast_ref::<Probe>()?;
    Some(&probe.dataset)
}

/// An input without rows.
pub fn empty(schema: &Schema) -> LazyFrame {
    DataFrame::empty_with_schema(schema).lazy()
}

/// An input of one row in which every column is null.
pub fn one_null_row(schema: &Schema) -> LazyFrame {
    DataFrame::full_null(schema, 1).lazy()
}
