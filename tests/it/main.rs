//! What only shows with a database, a lake and a worker at work.

#[expect(dead_code, unused_imports, reason = "the tests of the terminal will ask it")]
mod oracle;
mod support;

mod backfill;
mod fence;
mod staleness;
