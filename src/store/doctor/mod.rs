//! What the database says about itself, and rows that must not be.

/// Fetches the examples of a rule; a finding when there are any. At most 20 are spelled out by each
/// statement.
macro_rules! rule {
    (
        $db:expr, $found:expr, $rule:literal, $fault:literal, $advice:expr,
        $sql:literal $(, $arg:expr)*
    ) => {
        let examples = sqlx::query_scalar!($sql $(, $arg)*).fetch_all(&mut *$db).await?;
        if !examples.is_empty() {
            $found.push(crate::plan::Finding::wrong($rule, $fault, $advice).at(examples));
        }
    };
}

mod facts;
mod files;
mod live;
mod published;
mod rest;
mod rules;
mod standing;

pub use facts::{
    BEGINNING, HeldRun, database_facts, database_version, held_runs, horizon, known_since,
    local_data,
};
pub use files::{InputRead, PublishedFile, all_files, inputs_read, some_files};
pub use rest::unrest;
pub use rules::breaches;
pub use standing::{
    OldestTransaction, QueueRow, oldest_transaction, queue_depth, stray_history, worker_count,
};
