//! What others are told of a miss.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::plan::sla::{Blocking, Judged, Rule};
use crate::spec::{Catalog, DatasetSpec};

/// What stands in the way, as it is stored and told.
pub(super) fn blocking(catalog: &Catalog, found: &Blocking, text: &str) -> Value {
    let spec = catalog.dataset(found.dataset);
    json!({
        "dataset": spec.name.as_str(),
        "partition": spec.scheme.key(&found.key),
        "text": text,
        "run": found.run,
    })
}

/// What a partition is called where many datasets are spoken of.
pub(super) fn object(spec: &DatasetSpec, judged: &Judged) -> String {
    format!("{} {}", spec.name, spec.scheme.key(&judged.key))
}

/// The message about a miss. It is written once and sent as it is, however often.
pub(super) fn missed(
    (spec, rule): (&DatasetSpec, &Rule<'_>),
    judged: &Judged,
    blocking: Option<&Value>,
    now: Timestamp,
) -> String {
    json!({
        "type": "sla.missed",
        "timestamp": now.to_string(),
        "data": {
            "sla": format!("{}:{}", spec.name, rule.kind()),
            "dataset": spec.name.as_str(),
            "owner": spec.about.owner,
            "promise": rule.in_words(),
            "objective": rule.objective(),
            "partition": spec.scheme.key(&judged.key),
            "due_at": judged.due_at.to_string(),
            "completed_at": judged.completed_at.map(|at| at.to_string()),
            "blocking": blocking,
        },
    })
    .to_string()
}
