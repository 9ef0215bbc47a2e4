//! What the documents say about the code is so: diagrams, lists of files, links.

use std::fs;

use tidemill::model::RunState;

use super::{files, project, report};

/// The documents whose links are followed.
const DOCUMENTS: [&str; 7] = [
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "deploy/README.md",
    "jobs/README.md",
    "migrations/README.md",
];

fn read(document: &str) -> String {
    fs::read_to_string(project().join(document)).unwrap()
}

/// The legal moves of a run, as ARCHITECTURE.md draws them.
fn diagram() -> String {
    let mut text = String::from("```mermaid\nstateDiagram-v2\n    direction LR\n");
    text.push_str("    [*] --> waiting\n    [*] --> ready\n");
    let mut finals = Vec::new();
    for (from, to) in RunState::MOVES {
        text.push_str(&format!("    {} --> {}\n", from.as_str(), to.as_str()));
        if to.is_final() && !finals.contains(&to) {
            finals.push(to);
        }
    }
    for state in finals {
        text.push_str(&format!("    {} --> [*]\n", state.as_str()));
    }
    text.push_str("```\n");
    text
}

#[test]
fn the_diagram_of_run_states_shows_the_legal_moves() {
    let diagram = diagram();
    let is_current = read("ARCHITECTURE.md").contains(&diagram);
    assert!(is_current, "ARCHITECTURE.md: the diagram of run states is stale; write\n{diagram}");
}

#[test]
fn each_migration_is_listed_and_says_why_it_exists() {
    let list = read("migrations/README.md");
    let mut faults = Vec::new();
    for (at, path) in files("migrations", "sql").iter().enumerate() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.starts_with(&format!("{:04}_", at + 1)) {
            faults.push(format!("migrations/{name}: its number does not follow the one before"));
        }
        if !list.contains(&format!("`{name}`")) {
            faults.push(format!("migrations/{name}: not listed in migrations/README.md"));
        }
        if !fs::read_to_string(path).unwrap().starts_with("-- ") {
            faults.push(format!("migrations/{name}: does not begin with why it exists"));
        }
    }
    report(&faults);
}

#[test]
fn links_of_documents_lead_to_files_that_exist() {
    let mut faults = Vec::new();
    for document in DOCUMENTS {
        let text = read(document);
        let folder = project().join(document).parent().unwrap().to_owned();
        // What follows `](` up to `)` is a link; only those into the project are followed.
        let links = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for link in links.filter(|link| !link.contains("://")) {
            let file = link.split('#').next().unwrap_or_default();
            if !folder.join(file).exists() {
                faults.push(format!("{document}: `{link}` leads nowhere"));
            }
        }
    }
    report(&faults);
}
