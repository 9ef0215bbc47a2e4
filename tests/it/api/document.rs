//! The OpenAPI document: what the pages' types are made from is what is served.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::cli::home::binary;

#[test]
fn the_document_in_the_repository_is_the_one_that_is_served() {
    let printed = Command::new(binary()).arg("openapi").env_clear().output().unwrap();
    assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
    let served: Value = serde_json::from_slice(&printed.stdout).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/openapi.json");
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let kept: Value = serde_json::from_str(&kept).unwrap_or_default();
    assert!(
        kept == served,
        "ui/openapi.json is not what is served any more: `tidemill openapi > ui/openapi.json` \
         writes it, then make the types of the pages again"
    );
}

#[test]
fn every_address_says_what_it_answers_and_bears_a_name_of_its_own() {
    let document: Value = serde_json::from_str(&tidemill::api::openapi()).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"), "{}", document["openapi"]);
    let mut names = std::collections::BTreeSet::new();
    let mut faults = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, about) in methods.as_object().unwrap() {
            let what = format!("{method} {path}");
            let name = about["operationId"].as_str().unwrap_or_default();
            if !names.insert(name.to_owned()) || name.is_empty() {
                faults.push(format!("{what}: the name `{name}` is not its own"));
            }
            let answers = about["responses"].as_object().unwrap();
            if !answers.keys().any(|status| status.starts_with('2') || status.starts_with('3')) {
                faults.push(format!("{what}: no good answer"));
            }
            for (status, answer) in answers {
                let is_problem = status.starts_with('4') || status.starts_with('5');
                let content = &answer["content"]["application/json"]["schema"]["$ref"];
                if is_problem && content != "#/components/schemas/Problem" {
                    faults.push(format!("{what}: {status} is no Problem"));
                }
            }
        }
    }
    let mut wanted = Vec::new();
    references(&document, &mut wanted);
    for name in wanted {
        let found = name.strip_prefix("#/components/schemas/");
        if found.is_none_or(|name| document["components"]["schemas"][name].is_null()) {
            faults.push(format!("`{name}` is not described"));
        }
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

/// Every schema that is referred to.
fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value.as_str() {
                    Some(text) if name == "$ref" => found.push(text.to_owned()),
                    _ => references(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => (),
    }
}
