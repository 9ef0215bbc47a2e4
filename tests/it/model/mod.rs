//! The queue, said twice: in plain Rust and in the statements of the store, held together.

mod gate;
mod machine;
mod order;
pub(crate) mod queue;
mod races;
mod reality;
mod sketch;
mod sql;
mod steps;

use proptest::test_runner::Config;
use proptest_state_machine::prop_state_machine;

use reality::Reality;

prop_state_machine! {
    // As many cases as `PROPTEST_CASES` says; each is a history of up to 30 transactions.
    #![proptest_config(Config { failure_persistence: None, ..Config::default() })]

    #[test]
    fn the_statements_do_what_the_model_does(sequential 1..30 => Reality);
}
