//! A Merkle walk over a plan: each node is hashed with the hashes of what it reads.

use std::collections::HashMap;

use polars::prelude::{PolarsResult, UniqueKeepStrategy, polars_err};
use polars_plan::plans::is_inherently_nondeterministic_top_level;
use polars_plan::prelude::{AExpr, FunctionIR, IR, IRPlan, Node, SinkTypeIR};
use serde::Serialize;

use super::input::dataset_of;
use super::leaf::{closure_in, constant_table, undeclared_scan, unwritable_float};
use super::normal::{expr_text, node_text};

pub(super) type Digest = [u8; 32];

/// Stands for every arena index, which depends on how the plan was built.
const ERASED: Node = Node(0);

/// What a walk found.
pub(super) struct Walk {
    pub(super) root: Digest,
    pub(super) opaque: Vec<String>,
    pub(super) nondeterministic: Vec<String>,
    pub(super) undeclared: Vec<String>,
}

/// Hashes a whole plan.
///
/// # Errors
///
/// Returns an error when a node cannot be serialized.
pub(super) fn walk(plan: &IRPlan) -> PolarsResult<Walk> {
    let mut walker = Walker {
        plan,
        nodes: HashMap::new(),
        exprs: HashMap::new(),
        caches: Vec::new(),
        found: Walk {
            root: [0; 32],
            opaque: Vec::new(),
            nondeterministic: Vec::new(),
            undeclared: Vec::new(),
        },
    };
    walker.found.root = walker.node(plan.lp_top)?;
    Ok(walker.found)
}

/// Hashes a text and the hashes below it; no two different pairs read the same.
pub(super) fn mix(own: &str, below: &[Digest]) -> Digest {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&(own.len() as u64).to_le_bytes());
    hasher.update(own.as_bytes());
    for digest in below {
        hasher.update(digest);
    }
    *hasher.finalize().as_bytes()
}

struct Walker<'a> {
    plan: &'a IRPlan,
    nodes: HashMap<usize, Digest>,
    exprs: HashMap<usize, Digest>,
    /// Caches carry random ids; here they are numbered by first visit.
    caches: Vec<u128>,
    found: Walk,
}

impl Walker<'_> {
    fn node(&mut self, node: Node) -> PolarsResult<Digest> {
        if let Some(digest) = self.nodes.get(&node.0) {
            return Ok(*digest);
        }
        let plan = self.plan;
        let ir = plan.lp_arena.get(node);
        let mut below = Vec::new();
        for input in ir.inputs() {
            below.push(self.node(input)?);
        }
        for expr in ir.exprs() {
            below.push(self.expr(expr.node())?);
        }
        let digest = mix(&self.node_text(ir)?, &below);
        self.nodes.insert(node.0, digest);
        Ok(digest)
    }

    /// What a node is, without what it reads.
    fn node_text(&mut self, ir: &IR) -> PolarsResult<String> {
        if let (Some(dataset), IR::Scan { unified_scan_args, .. }) = (dataset_of(ir), ir) {
            // The schema is the dataset's business: it is stored beside the digest, not in it.
            let (index, slice) = (&unified_scan_args.row_index, &unified_scan_args.pre_slice);
            return Ok(format!("input {dataset:?} {index:?} {slice:?}"));
        }
        let closure = match ir {
            IR::Cache { id, .. } => {
                return Ok(format!("cache {}", self.cache_number(id.as_u128())));
            }
            IR::SimpleProjection { columns, .. } => {
                let names: Vec<_> = columns.iter_names().collect();
                return Ok(format!("project {names:?}"));
            }
            IR::DataFrameScan { df, schema, output_schema } => {
                return constant_table(df, output_schema.as_ref().unwrap_or(schema));
            }
            IR::Scan { sources, scan_type, .. } => {
                let text = undeclared_scan(sources, scan_type);
                remark(&mut self.found.undeclared, text.clone());
                return Ok(text);
            }
            IR::MapFunction { function: FunctionIR::Opaque { fmt_str, .. }, .. } => {
                format!("closure `{fmt_str}` on the whole frame")
            }
            IR::GroupBy { apply: Some(_), options, maintain_order, .. } => {
                let text = "closure applied to each group".to_owned();
                remark(&mut self.found.opaque, text.clone());
                return Ok(format!("{text} {maintain_order} {}", serialize("group", options)?));
            }
            IR::Sink { payload: SinkTypeIR::Callback(_), .. } => "closure as a sink".to_owned(),
            _ => {
                self.note_arbitrary_choice(ir);
                return node_text_of(ir);
            }
        };
        remark(&mut self.found.opaque, closure.clone());
        Ok(closure)
    }

    /// Polars may keep another of two equal keys each time, unless told which.
    fn note_arbitrary_choice(&mut self, ir: &IR) {
        if let IR::Distinct { options, .. } = ir
            && options.subset.is_some()
            && options.keep_strategy == UniqueKeepStrategy::Any
        {
            let text = "`unique` on some columns keeps any row; keep the first or last of a sort";
            remark(&mut self.found.nondeterministic, text.to_owned());
        }
    }

    fn cache_number(&mut self, id: u128) -> usize {
        if let Some(number) = self.caches.iter().position(|known| *known == id) {
            return number;
        }
        self.caches.push(id);
        self.caches.len() - 1
    }

    fn expr(&mut self, node: Node) -> PolarsResult<Digest> {
        if let Some(digest) = self.exprs.get(&node.0) {
            return Ok(*digest);
        }
        let plan = self.plan;
        let original = plan.expr_arena.get(node);
        let mut inputs = Vec::new();
        original.inputs_rev(&mut inputs);
        inputs.reverse();
        let mut own = original.clone().replace_inputs(&vec![ERASED; inputs.len()]);
        // What is evaluated on elements or fields is part of the expression, but not an input.
        match &mut own {
            AExpr::Eval { evaluation, .. } => {
                inputs.push(std::mem::replace(evaluation, ERASED));
            }
            AExpr::StructEval { evaluation, .. } => {
                for field in evaluation {
                    inputs.push(field.node());
                    field.set_node(ERASED);
                }
            }
            _ => {}
        }
        let below =
            inputs.iter().map(|input| self.expr(*input)).collect::<PolarsResult<Vec<_>>>()?;
        let digest = mix(&self.expr_text(&own)?, &below);
        self.exprs.insert(node.0, digest);
        Ok(digest)
    }

    /// What an expression is, without its inputs.
    fn expr_text(&mut self, own: &AExpr) -> PolarsResult<String> {
        if let Some(closure) = closure_in(own) {
            remark(&mut self.found.opaque, closure.clone());
            return Ok(closure);
        }
        if is_inherently_nondeterministic_top_level(own) {
            let name = match own {
                AExpr::Function { function, .. } => format!("`{function}`"),
                _ => "an expression".to_owned(),
            };
            remark(&mut self.found.nondeterministic, format!("{name} draws its result at random"));
        }
        let text = expr_text(serialize("expression", own)?);
        Ok(match own {
            AExpr::Literal(literal) => format!("{text}{}", unwritable_float(literal)),
            _ => text,
        })
    }
}

/// The text of a node of a kind that needs no special care.
fn node_text_of(ir: &IR) -> PolarsResult<String> {
    let exprs = ir.exprs().map(|expr| {
        let mut expr = expr.clone();
        expr.set_node(ERASED);
        expr
    });
    let exprs: Vec<_> = exprs.collect();
    let inputs = vec![ERASED; ir.inputs().count()];
    let own = ir.clone().with_inputs(inputs).with_exprs(exprs);
    Ok(node_text(serialize(ir.name(), &own)?))
}

fn serialize(what: &str, value: &impl Serialize) -> PolarsResult<serde_json::Value> {
    serde_json::to_value(value)
        .map_err(|error| polars_err!(ComputeError: "could not fingerprint `{}`: {}", what, error))
}

/// Notes a remark once.
fn remark(remarks: &mut Vec<String>, text: String) {
    if !remarks.contains(&text) {
        remarks.push(text);
    }
}
