//! Every order in which the statements of two or three transactions can reach the database.
//!
//! Each scenario is played once for each order with at most so many turns away from a connection
//! that could have gone on. Whatever the order, the end must be one that some order of whole
//! transactions has: the model says which those are.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

use super::gate::Gate;
use super::machine::{Op, State};
use super::sql::{Database, Memory};

/// What is asked at once, after what was asked before.
pub(super) struct Scenario {
    pub(super) before: Vec<Op>,
    pub(super) at_once: Vec<Op>,
    /// How often an order may turn away from a connection that could have gone on.
    pub(super) turns: usize,
    /// Other transactions, one after the other, whose end is as good whatever was answered: a claim
    /// that found rows locked, for one.
    pub(super) also: Vec<Vec<Op>>,
}

/// Longer than any statement takes.
const PATIENCE: Duration = Duration::from_secs(30);
/// After how many statements no further order branches off: whoever tries again does the same again.
const DEPTH_MAX: usize = 30;
/// How many statements of one go before another's turn comes: who tries again until another lets go
/// would else never end.
const STAYS_MAX: usize = 24;
/// How long a statement has before it is asked whether it waits for a lock.
const SOON: Duration = Duration::from_millis(1);

/// An end: every answer, unless any will do, and all that is there.
type End = (Option<Vec<String>>, Vec<String>);

impl Scenario {
    /// Plays every order; how many there were.
    pub(super) fn explore(&self) -> usize {
        let database = Database::lock();
        database.runtime.block_on(async {
            let mut gates = Vec::new();
            for _ in &self.at_once {
                gates.push(Gate::open(&database.options).await);
            }
            // First with open gates: statements are prepared, so each is one step from now on.
            for whole in permutations(self.at_once.len()) {
                warm_up(&database, &gates, self, &whole).await;
            }
            let most = self.turns + more_turns();
            let ends = self.whole();
            let mut orders: Vec<Vec<usize>> = vec![Vec::new()];
            let mut played = 0;
            while let Some(order) = orders.pop() {
                let (end, turns) = play(&database, &mut gates, self, &order).await;
                let is_known = ends.contains(&end) || ends.contains(&(None, end.1.clone()));
                assert!(is_known, "{}", self.complaint(&ends, &end, &turns));
                played += 1;
                orders.extend(branches(&order, &turns, most));
            }
            played
        })
    }

    /// Every end that an order of whole transactions has, by the model.
    fn whole(&self) -> BTreeSet<End> {
        let begun = self.before.iter().fold(State::begun(), |state, op| state.after(op));
        let mut ends = BTreeSet::new();
        for order in permutations(self.at_once.len()) {
            let mut state = begun.clone();
            let mut answers = vec![String::new(); order.len()];
            for at in order {
                state = state.after(&self.at_once[at]);
                answers[at].clone_from(&state.answer);
            }
            ends.insert(numbered(Some(answers), &state.queue.lines()));
        }
        for ops in &self.also {
            let state = ops.iter().fold(begun.clone(), |state, op| state.after(op));
            ends.insert(numbered(None, &state.queue.lines()));
        }
        ends
    }

    fn complaint(&self, ends: &BTreeSet<End>, end: &End, turns: &[Turn]) -> String {
        let order: Vec<String> = turns.iter().map(|turn| turn.chosen.to_string()).collect();
        let near = ends.iter().map(|(answers, lines)| {
            let changed = super::sql::difference(&end.1, lines);
            format!("not {answers:?}, since\n{changed}")
        });
        let near: Vec<String> = near.collect();
        let asked = &self.at_once;
        format!(
            "{asked:#?}\nin the order {} answered {:?}\n{}",
            order.join(" "),
            end.0,
            near.join("\n")
        )
    }
}

/// The orders that differ from one that was played in their last choice, and turn away from a
/// connection that could have gone on at most so often.
fn branches(order: &[usize], turns: &[Turn], most: usize) -> Vec<Vec<usize>> {
    let turns_away = |order: &[usize]| {
        let pairs = order.windows(2).zip(&turns[1..]);
        pairs.filter(|(pair, turn)| pair[0] != pair[1] && turn.open.contains(&pair[0])).count()
    };
    let mut branches = Vec::new();
    for at in order.len()..turns.len().min(DEPTH_MAX) {
        let chosen: Vec<usize> = turns[..at].iter().map(|turn| turn.chosen).collect();
        for other in turns[at].open.iter().filter(|other| **other != turns[at].chosen) {
            let branch: Vec<usize> = chosen.iter().copied().chain([*other]).collect();
            if turns_away(&branch) <= most {
                branches.push(branch);
            }
        }
    }
    branches
}

/// How many more turns than by default are taken: `TIDEMILL_TURNS=1` is a matter of minutes.
fn more_turns() -> usize {
    let more = std::env::var_os("TIDEMILL_TURNS");
    more.and_then(|turns| turns.to_str()?.parse().ok()).unwrap_or_default()
}

/// A choice: who could go on, and who did.
#[derive(Debug)]
struct Turn {
    open: Vec<usize>,
    chosen: usize,
}

/// A transaction on its way.
struct Run {
    task: Option<JoinHandle<(String, Vec<tidemill::store::Claimed>)>>,
    answer: String,
    /// Whether its next statement stands at the gate.
    stands: bool,
}

/// Brings a database to where a scenario begins.
async fn prepare(database: &Database, scenario: &Scenario) -> Memory {
    database.forget().await;
    let mut memory = Memory::new();
    for op in &scenario.before {
        let done = database.setting.perform(&database.pool, &memory, op).await.unwrap();
        memory.remember(done.1);
    }
    memory
}

/// Plays a scenario with open gates, one transaction after the other.
async fn warm_up(database: &Database, gates: &[Gate], scenario: &Scenario, whole: &[usize]) {
    let memory = prepare(database, scenario).await;
    for at in whole {
        gates[*at].shut(false);
        let (db, op) = (&gates[*at].pool, &scenario.at_once[*at]);
        database.setting.perform(db, &memory, op).await.unwrap();
    }
}

/// Plays a scenario in an order, and goes on with whoever is open after its end.
async fn play(
    database: &Database,
    gates: &mut [Gate],
    scenario: &Scenario,
    order: &[usize],
) -> (End, Vec<Turn>) {
    let memory = prepare(database, scenario).await;
    let mut runs = Vec::new();
    let mut turns = Vec::new();
    for (gate, op) in gates.iter().zip(&scenario.at_once) {
        gate.shut(true);
        let (setting, db) = (Arc::clone(&database.setting), gate.pool.clone());
        let (memory, op) = (memory.clone(), op.clone());
        let task = tokio::spawn(async move {
            let performed = setting.perform(&db, &memory, &op).await.unwrap();
            // A transaction that was dropped is rolled back before its connection comes back.
            drop(db.acquire().await.unwrap());
            performed
        });
        runs.push(Run { task: Some(task), answer: String::new(), stands: false });
    }
    for at in 0..runs.len() {
        settle(database, &mut gates[at], &mut runs[at]).await;
    }
    loop {
        let open: Vec<usize> = (0..runs.len()).filter(|at| runs[*at].stands).collect();
        let Some(first) = open.first() else { break };
        let chosen = order.get(turns.len()).copied().unwrap_or_else(|| {
            let last = turns.last().map(|turn: &Turn| turn.chosen);
            let stays = turns.iter().rev().take_while(|turn| Some(turn.chosen) == last).count();
            let last = last.filter(|last| stays < STAYS_MAX && open.contains(last));
            last.unwrap_or_else(|| {
                // Somebody else, if there is.
                let before = turns.last().map(|turn| turn.chosen);
                *open.iter().find(|at| Some(**at) != before).unwrap_or(first)
            })
        });
        assert!(open.contains(&chosen), "{chosen} cannot go on after {turns:?}");
        turns.push(Turn { open, chosen });
        runs[chosen].stands = false;
        gates[chosen].let_through();
        settle(database, &mut gates[chosen], &mut runs[chosen]).await;
        // Who waited for it may go on now.
        for at in 0..runs.len() {
            if !runs[at].stands && runs[at].task.is_some() {
                settle(database, &mut gates[at], &mut runs[at]).await;
            }
        }
    }
    assert!(runs.iter().all(|run| run.task.is_none()), "everybody waits for somebody");
    let answers = runs.into_iter().map(|run| run.answer).collect();
    (numbered(Some(answers), &database.lines().await), turns)
}

/// Returns once a transaction stands at the gate, has ended, or waits for a lock.
async fn settle(database: &Database, gate: &mut Gate, run: &mut Run) {
    let settled = async {
        loop {
            let Some(task) = &mut run.task else { return };
            tokio::select! {
                () = gate.stands() => {
                    run.stands = true;
                    return;
                }
                done = task => {
                    run.answer = done.unwrap().0;
                    run.task = None;
                    return;
                }
                () = tokio::time::sleep(SOON) => (),
            }
            let waits = "select 0 < cardinality(pg_blocking_pids($1))";
            let waits = sqlx::query_scalar::<_, bool>(waits).bind(gate.pid);
            if waits.fetch_one(&database.pool).await.unwrap() {
                return;
            }
        }
    };
    let settled = tokio::time::timeout(PATIENCE, settled).await;
    assert!(settled.is_ok(), "a statement neither ends nor waits for a lock");
}

/// An end with runs and backfills numbered from 0, and versions not at all: numbers are handed out
/// in the order of statements, and a transaction that failed leaves gaps.
fn numbered(answers: Option<Vec<String>>, lines: &[String]) -> End {
    let mut runs: BTreeSet<i64> = BTreeSet::new();
    let mut backfills: BTreeSet<i64> = BTreeSet::new();
    for line in lines {
        let mut words = line.split(' ');
        let (kind, number) = (words.next(), words.next().and_then(|word| word.parse().ok()));
        match (kind, number) {
            (Some("run" | "ended"), Some(id)) => drop(runs.insert(id)),
            (Some("backfill"), Some(id)) => drop(backfills.insert(id)),
            _ => {}
        }
    }
    let place = |ids: &BTreeSet<i64>, word: &str| -> Option<String> {
        let (id, rest) = word.split_at(word.find(['/', ':']).unwrap_or(word.len()));
        let at = ids.iter().position(|known| Some(*known) == id.parse().ok())?;
        Some(format!("#{at}{rest}"))
    };
    let renamed = lines.iter().map(|line| {
        let mut before = "";
        let words = line.split(' ').map(|word| {
            let renamed = match before {
                "run" | "ended" | "edge" | "->" | "attempt" | "by" | "generation" => {
                    place(&runs, word)
                }
                "of" | "backfill" => place(&backfills, word),
                "version" | "is" => Some("#".to_owned()),
                _ => None,
            };
            before = word;
            renamed.unwrap_or_else(|| word.to_owned())
        });
        words.collect::<Vec<_>>().join(" ")
    });
    let answer = |answer: &String| match answer.strip_prefix("Some(") {
        // The number of a backfill that was recorded.
        Some(_) if !answer.contains(',') => "Some".to_owned(),
        _ => answer.clone(),
    };
    let answers = answers.map(|answers| answers.iter().map(answer).collect());
    let mut renamed: Vec<String> = renamed.collect();
    renamed.sort();
    (answers, renamed)
}

/// Every order of so many.
fn permutations(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let shorter = permutations(count - 1);
    let longer = shorter.iter().flat_map(|order| {
        (0..count).map(move |at| {
            let mut longer = order.clone();
            longer.insert(at, count - 1);
            longer
        })
    });
    longer.collect()
}
