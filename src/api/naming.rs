//! What things are called, as far as whoever asks may know of them.

use serde::Serialize;
use utoipa::ToSchema;

use super::access::{Action, May};
use crate::model::{self, PartitionKey, Slice};

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RunState)]
pub(super) enum RunState {
    /// An input is still being made.
    Waiting,
    /// A worker may take it.
    Ready,
    /// A worker is at it.
    Running,
    /// The last attempt failed; it is tried again.
    Backoff,
    /// It published its partition, or found it up to date.
    Succeeded,
    /// It failed for good.
    Failed,
    /// It was stopped, or an input it needs failed.
    Cancelled,
}

impl RunState {
    /// As the database says it.
    pub(super) fn of(word: &str) -> Self {
        match model_state(word) {
            Some(model::RunState::Waiting) => Self::Waiting,
            Some(model::RunState::Ready) => Self::Ready,
            Some(model::RunState::Running) => Self::Running,
            Some(model::RunState::Backoff) => Self::Backoff,
            Some(model::RunState::Succeeded) => Self::Succeeded,
            Some(model::RunState::Cancelled) => Self::Cancelled,
            Some(model::RunState::Failed) | None => Self::Failed,
        }
    }
}

/// Every state of a run.
pub(super) const RUN_STATES: [model::RunState; 7] = [
    model::RunState::Waiting,
    model::RunState::Ready,
    model::RunState::Running,
    model::RunState::Backoff,
    model::RunState::Succeeded,
    model::RunState::Failed,
    model::RunState::Cancelled,
];

/// The state with this word.
pub(super) fn model_state(word: &str) -> Option<model::RunState> {
    RUN_STATES.into_iter().find(|state| state.as_str() == word)
}

/// What kind of work a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum RunClass {
    /// A partition that has just fallen due.
    Live,
    /// What late data, a correction or a missed tick asks for.
    Late,
    /// History.
    Backfill,
}

impl From<model::Class> for RunClass {
    fn from(class: model::Class) -> Self {
        match class {
            model::Class::Live => Self::Live,
            model::Class::Late => Self::Late,
            model::Class::Backfill => Self::Backfill,
        }
    }
}

/// What a partition is called, by the number of its dataset. Windows of a dataset that is not
/// declared any more have numbers only.
pub(super) fn partition<A: Action>(
    may: &May<A>,
    dataset: i32,
    values: &[String],
    ordinal: i64,
) -> String {
    let mill = may.mill();
    match mill.registry.index.get(&dataset) {
        Some(&index) => {
            let slice = Slice::new(values.iter().map(String::as_str));
            mill.catalog.dataset(index).scheme.key(&PartitionKey { slice, ordinal })
        }
        None => format!("window {ordinal}"),
    }
}

/// The name of a dataset that is declared, by its number.
pub(super) fn dataset<A: Action>(may: &May<A>, dataset: i32) -> Option<&str> {
    let mill = may.mill();
    let index = *mill.registry.index.get(&dataset)?;
    Some(mill.catalog.dataset(index).name.as_str())
}

/// The name of a machine, without what tells its starts apart.
pub(super) fn host(host: &str) -> String {
    host.split('/').next().unwrap_or_default().to_owned()
}

/// Text for people without the names of datasets that whoever reads it may not know of: names stand
/// between backticks in everything that is said here.
pub(super) fn conceal<A: Action>(may: &May<A>, text: String) -> String {
    if may.only().is_none() || !text.contains('`') {
        return text;
    }
    let catalog = &may.mill().catalog;
    let is_hidden = |name: &str| catalog.index_of(name).is_some_and(|index| !may.sees(index));
    hide(&text, is_hidden)
}

fn hide(text: &str, is_hidden: impl Fn(&str) -> bool) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    let mut shown = String::with_capacity(text.len());
    for (at, part) in parts.iter().enumerate() {
        // Each second part stands between two backticks, unless the last of them is missing.
        let is_name = at % 2 == 1 && at + 1 < parts.len();
        match is_name {
            true if is_hidden(part) => shown.push_str("another dataset"),
            true => shown.extend(["`", part, "`"]),
            false if at % 2 == 1 => shown.extend(["`", part]),
            false => shown.push_str(part),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_somebody_may_not_know_are_not_told() {
        let hidden = |name: &str| name.starts_with("secret");
        let told = |text: &str| hide(text, hidden);
        assert_eq!(
            told("waits for `secret_a` 2024 and `open` 2024, `secret_b`"),
            "waits for another dataset 2024 and `open` 2024, another dataset"
        );
        for as_it_is in ["", "plain", "`open`", "a ` b", "`secret_a", "it is secret_a"] {
            assert_eq!(told(as_it_is), as_it_is);
        }
        assert_eq!(told("`secret_a`"), "another dataset");
        assert_eq!(told("`secret_a``open`"), "another dataset`open`");
    }

    #[test]
    fn every_state_has_its_word() {
        for state in RUN_STATES {
            let told = serde_json::to_value(RunState::of(state.as_str())).unwrap();
            assert_eq!(told, state.as_str());
        }
        for class in model::Class::ALL {
            assert_eq!(serde_json::to_value(RunClass::from(class)).unwrap(), class.as_str());
        }
    }
}
