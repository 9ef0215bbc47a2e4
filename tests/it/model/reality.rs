//! The same histories against a database.

use std::sync::MutexGuard;

use proptest_state_machine::StateMachineTest;

use super::machine::{State, Step};
use super::sql::{Database, Memory, difference};

/// The queue as the database has it.
pub(super) struct Reality {
    database: MutexGuard<'static, Database>,
    memory: Memory,
}

impl StateMachineTest for Reality {
    type SystemUnderTest = Self;
    type Reference = State;

    fn init_test(_: &State) -> Self {
        let database = Database::lock();
        database.runtime.block_on(database.forget());
        Self { database, memory: Memory::new() }
    }

    fn apply(mut reality: Self, state: &State, _: Step) -> Self {
        let (database, asked) = (&*reality.database, &state.asked);
        let performed = database.runtime.block_on(async {
            let db = &database.pool;
            let performed = database.setting.perform(db, &reality.memory, asked).await.unwrap();
            (performed, database.lines().await)
        });
        let ((answer, claimed), lines) = performed;
        assert_eq!(answer, state.answer, "answer to {asked:?}");
        let expected = state.queue.lines();
        assert_eq!(lines, expected, "after {asked:?}\n{}", difference(&lines, &expected));
        reality.memory.remember(claimed);
        reality
    }
}
