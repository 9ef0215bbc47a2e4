//! Rids a serialized plan node of what does not belong to the identity of a job.

use serde_json::{Map, Value};

/// How a node is executed, not what it computes.
const EXECUTION_ONLY: [&str; 9] = [
    "allow_parallel",
    "duplicate_check",
    "flattened_by_opt",
    "force_parallel",
    "parallel",
    "rechunk",
    "rows",
    "run_parallel",
    "should_broadcast",
];

/// The canonical text of a plan node.
pub(super) fn node_text(mut node: Value) -> String {
    if let Some((variant, fields)) = variant_of(&mut node) {
        // Derived from the inputs: a column the job does not use must not count.
        fields.remove("schema");
        if variant == "Sort" {
            drop_dynamic_predicate(fields);
        }
        if let Some(options) = fields.get_mut("options").and_then(Value::as_object_mut) {
            for key in EXECUTION_ONLY {
                options.remove(key);
            }
        }
    }
    expr_text(node)
}

/// The canonical text of an expression.
pub(super) fn expr_text(mut expr: Value) -> String {
    simplify(&mut expr);
    let mut text = String::new();
    write_sorted(&expr, &mut text);
    text
}

/// The name and the fields of a serialized enum value.
fn variant_of(node: &mut Value) -> Option<(String, &mut Map<String, Value>)> {
    let (variant, fields) = node.as_object_mut()?.iter_mut().next()?;
    Some((variant.clone(), fields.as_object_mut()?))
}

/// The optimizer hands a top-k sort a filter with a random id, third in its slice.
fn drop_dynamic_predicate(fields: &mut Map<String, Value>) {
    if let Some(slice) = fields.get_mut("slice").and_then(Value::as_array_mut) {
        slice.truncate(2);
    }
}

/// Removes random ids, and how a name came about: only the name itself can be seen from outside.
fn simplify(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(simplify),
        Value::Object(fields) => {
            for (key, field) in fields {
                match key.as_str() {
                    "output_name" => {
                        if let Some(name) = only_value(field) {
                            *field = name;
                        }
                    }
                    "DynamicPred" => *field = Value::Null,
                    _ => simplify(field),
                }
            }
        }
        _ => {}
    }
}

fn only_value(field: &Value) -> Option<Value> {
    let fields = field.as_object()?;
    if fields.len() == 1 { fields.values().next().cloned() } else { None }
}

/// Writes a value with its keys in order, whatever order the map of this build keeps.
fn write_sorted(value: &Value, text: &mut String) {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().collect();
            fields.sort_by_key(|(key, _)| *key);
            text.push('{');
            for (key, field) in fields {
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push(':');
                write_sorted(field, text);
                text.push(',');
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for item in items {
                write_sorted(item, text);
                text.push(',');
            }
            text.push(']');
        }
        scalar => text.push_str(&scalar.to_string()),
    }
}
