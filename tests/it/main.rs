//! What only shows with a database, a lake and a worker at work.

#[expect(dead_code, unused_imports, reason = "the tests of the terminal will ask it")]
mod oracle;
mod support;

mod backfill;
mod crash;
mod dimensions;
mod fence;
mod missing;
mod outside;
mod quality;
mod retries;
mod staleness;
