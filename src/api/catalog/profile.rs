//! What the columns of a version hold, with what is masked kept back.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::engine;
use crate::spec::DatasetSpec;

/// What one column of a version holds.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(super) struct ColumnProfile {
    /// Its name.
    name: String,
    /// Its type.
    #[serde(rename = "type")]
    kind: String,
    /// How many rows have no value.
    nulls: Option<u64>,
    /// About how many different values there are.
    distinct: Option<u64>,
    /// The smallest value.
    min: Value,
    /// The largest value.
    max: Value,
    /// The mean of a column of numbers.
    mean: Option<f64>,
    /// Whether its values are kept from everybody who looks.
    masked: bool,
}

/// A profile as it was recorded, without values where they are not to be shown.
pub(super) fn read(spec: &DatasetSpec, profile: &Value, shows_values: bool) -> Vec<ColumnProfile> {
    let open = engine::open_profile(spec, profile);
    let columns = open.as_array().map_or(&[][..], Vec::as_slice);
    let value = |column: &Value, field: &str| match shows_values {
        true => column[field].clone(),
        false => Value::Null,
    };
    let one = |column: &Value| ColumnProfile {
        name: column["name"].as_str().unwrap_or_default().to_owned(),
        kind: column["type"].as_str().unwrap_or_default().to_owned(),
        nulls: column["nulls"].as_u64(),
        distinct: column["distinct"].as_u64(),
        min: value(column, "min"),
        max: value(column, "max"),
        mean: value(column, "mean").as_f64(),
        masked: column["masked"] == Value::Bool(true),
    };
    columns.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::spec::{Catalog, Contract, Source, TimePartitions, Type};

    #[test]
    fn what_is_masked_says_so_and_shows_no_value() {
        let columns =
            Contract::new([("n", Type::Int64), ("email", Type::String)]).masked(["email"]);
        let day = TimePartitions::daily("2024-01-01");
        let file = Source::files("people", "{day}.csv").partitions(&day).contract(columns);
        let (file, _) = file.declared(Some("x".to_owned()));
        let catalog = Catalog::build(&[file], &[]).unwrap();
        let spec = catalog.dataset(0);
        let recorded = json!([
            { "name": "n", "type": "int64", "nulls": 0, "distinct": 2, "min": "1", "max": "2", "mean": 1.5 },
            { "name": "email", "type": "string", "nulls": 1, "distinct": 2, "min": "a@x", "max": "z@x", "mean": null },
        ]);
        let shown = read(spec, &recorded, true);
        assert_eq!(
            (&shown[0].min, shown[0].mean, shown[0].masked),
            (&json!("1"), Some(1.5), false)
        );
        assert_eq!((&shown[1].min, &shown[1].max), (&Value::Null, &Value::Null));
        assert_eq!((shown[1].masked, shown[1].nulls, shown[1].distinct), (true, Some(1), Some(2)));
        let hidden = read(spec, &recorded, false);
        assert_eq!(
            (&hidden[0].min, hidden[0].mean, hidden[0].nulls),
            (&Value::Null, None, Some(0))
        );
    }
}
