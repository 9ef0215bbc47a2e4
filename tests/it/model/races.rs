//! Pairs of transactions that meet, in every order of their statements.

use tidemill::model::{Class, PartitionKey};
use tidemill::plan::{Node, Reason, Wiring};

use super::machine::{Op, State, codes};
use super::queue::{Asked, Claim, Claimant, Outcome};
use super::steps::Scenario;

const FREE: usize = 0;
const LONELY: usize = 1;
const HEAVY: usize = 2;
const LIGHT: usize = 3;

/// A plan of these partitions, who waits on whom, and how many gates there are.
fn plan(runs: &[(usize, i64)], edges: &[(Node, Node, bool)], gates: usize) -> Op {
    let run = |(dataset, ordinal): &(usize, i64)| {
        (*dataset, PartitionKey::time(*ordinal), Reason::Missing)
    };
    let runs = runs.iter().map(run).collect();
    let asked = Asked {
        wiring: Wiring { runs, gates, edges: edges.to_vec() },
        class: Class::Backfill,
        priority: 0,
        concurrency: None,
        deadlines: Vec::new(),
        codes: codes()[1].clone(),
    };
    Op::Apply(asked, 1)
}

fn claim(worker: i64, limit: usize) -> Op {
    let codes = codes().into_iter().flatten().flatten().collect();
    Op::Claim(Claimant { worker, codes, pools: None }, limit)
}

fn published() -> Outcome {
    Outcome::Published { content: 7, inputs: 7, code: 0, read: Vec::new() }
}

/// A scenario that begins with two workers.
fn scenario(before: &[Op]) -> Scenario {
    let before = [Op::Start, Op::Start].iter().chain(before).cloned().collect();
    Scenario { before, at_once: Vec::new(), turns: 1, also: Vec::new() }
}

impl Scenario {
    /// What was handed out before, by the model.
    fn handed(&self) -> Vec<Claim> {
        self.before.iter().fold(State::begun(), |state, op| state.after(op)).handed
    }

    /// A worker reports how the `nth` run that was handed out ended.
    fn ends(mut self, worker: i64, nth: &[usize], outcome: &Outcome) -> Self {
        let handed = self.handed();
        let code = |claim: &Claim| codes()[1][claim.spot.0].unwrap_or_default();
        let end = |at: &usize| {
            let claim = handed[*at].clone();
            let mut outcome = outcome.clone();
            if let Outcome::Published { code: made_by, .. } = &mut outcome {
                *made_by = code(&claim);
            }
            (claim, outcome)
        };
        self.at_once.push(Op::Commit(worker, nth.iter().map(end).collect()));
        self
    }

    fn and(mut self, op: Op) -> Self {
        self.at_once.push(op);
        self
    }

    /// Other transactions whose end is as good.
    fn or(mut self, ops: &[Op]) -> Self {
        self.also.push(ops.to_vec());
        self
    }

    fn with_turns(mut self, turns: usize) -> Self {
        self.turns = turns;
        self
    }

    /// Plays all orders. There are some: both could go first, and something else than that happened.
    #[track_caller]
    fn holds(self) {
        let orders = self.explore();
        assert!(3 < orders, "{orders} orders");
    }
}

const TWO: [(usize, i64); 2] = [(FREE, 0), (FREE, 1)];

#[test]
fn two_claims_share_what_there_is() {
    let narrow = plan(&[(LONELY, 0), (LONELY, 1), (HEAVY, 0), (LIGHT, 0), (LIGHT, 1)], &[], 0);
    scenario(&[narrow]).and(claim(1, 3)).and(claim(2, 3)).with_turns(2).holds();
}

#[test]
fn a_worker_that_is_ended_while_it_claims_keeps_nothing() {
    scenario(&[plan(&TWO, &[], 0)]).and(claim(1, 2)).and(Op::Expire(1)).with_turns(2).holds();
}

#[test]
fn a_worker_that_is_ended_while_it_commits_has_published_or_has_not() {
    let held = scenario(&[plan(&TWO, &[], 0), claim(1, 2)]);
    held.ends(1, &[0, 1], &published()).and(Op::Expire(1)).with_turns(2).holds();
}

#[test]
fn a_worker_that_is_ended_while_it_fails_has_failed_once() {
    let held = scenario(&[plan(&TWO, &[(Node::Run(0), Node::Run(1), true)], 0), claim(1, 2)]);
    held.ends(1, &[0], &Outcome::Failed).and(Op::Expire(1)).holds();
    let held = scenario(&[plan(&TWO, &[], 0), claim(1, 2)]);
    held.ends(1, &[0, 1], &Outcome::Backoff(1)).and(Op::Expire(1)).holds();
}

#[test]
fn two_judges_end_a_worker_once() {
    let held = scenario(&[plan(&TWO, &[], 0), claim(1, 2)]);
    held.and(Op::Expire(1)).and(Op::Expire(1)).with_turns(2).holds();
}

#[test]
fn what_is_given_back_while_its_worker_is_ended_is_given_back_once() {
    let held = scenario(&[plan(&TWO, &[], 0), claim(1, 2)]);
    let runs = held.handed().iter().map(|claim| claim.id).collect();
    held.and(Op::Release(1, runs)).and(Op::Expire(1)).with_turns(2).holds();
}

#[test]
fn what_is_given_back_while_another_claims_goes_to_one() {
    let held = scenario(&[plan(&TWO, &[], 0), claim(1, 1)]);
    let runs = held.handed().iter().map(|claim| claim.id).collect();
    held.and(Op::Release(1, runs)).and(claim(2, 2)).with_turns(2).holds();
}

#[test]
fn a_group_that_is_sent_again_before_it_is_through_is_published_once() {
    let held = scenario(&[plan(&TWO, &[], 0), claim(1, 2)]);
    held.ends(1, &[0, 1], &published()).ends(1, &[0, 1], &published()).holds();
    let held = scenario(&[plan(&TWO, &[], 0), claim(1, 2)]);
    held.ends(1, &[0], &Outcome::Backoff(1)).ends(1, &[0], &Outcome::Backoff(1)).holds();
}

/// Two runs in two hands, and one that waits on both; by a gate if asked for.
fn joined(by_gate: bool, required: bool) -> Scenario {
    let (to, gates) = if by_gate { (Node::Gate(0), 1) } else { (Node::Run(2), 0) };
    let mut edges = vec![(Node::Run(0), to, required), (Node::Run(1), to, required)];
    if by_gate {
        edges.push((to, Node::Run(2), required));
    }
    let three = plan(&[(FREE, 0), (FREE, 1), (LIGHT, 0)], &edges, gates);
    scenario(&[three, claim(1, 1), claim(2, 1)])
}

#[test]
fn who_waits_on_two_that_commit_at_once_is_ready_after_both() {
    for by_gate in [false, true] {
        let held = joined(by_gate, true);
        held.ends(1, &[0], &published()).ends(2, &[1], &published()).holds();
    }
}

#[test]
fn who_needs_one_that_fails_is_cancelled_though_the_other_commits() {
    for (by_gate, required) in [(false, true), (true, true), (false, false), (true, false)] {
        let held = joined(by_gate, required);
        held.ends(1, &[0], &Outcome::Failed).ends(2, &[1], &published()).holds();
    }
}

#[test]
fn who_needs_two_that_fail_at_once_is_cancelled_once() {
    for by_gate in [false, true] {
        let held = joined(by_gate, true);
        held.ends(1, &[0], &Outcome::Failed).ends(2, &[1], &Outcome::Failed).holds();
    }
}

#[test]
fn a_reader_that_is_recorded_while_its_input_ends_waits_for_nothing_that_is_gone() {
    let held = || scenario(&[plan(&TWO, &[], 0), claim(1, 1)]);
    for required in [true, false] {
        let first = held().handed()[0].id;
        let edge = (Node::Live(first), Node::Run(0), required);
        let reader = || plan(&[(LIGHT, 0)], &[edge], 0);
        held().ends(1, &[0], &published()).and(reader()).holds();
        held().ends(1, &[0], &Outcome::Failed).and(reader()).holds();
        held().ends(1, &[0], &Outcome::Unchanged).and(reader()).holds();
    }
}

#[test]
fn a_reader_of_what_is_about_to_be_cancelled_is_cancelled_or_refused() {
    let chain = plan(&TWO, &[(Node::Run(0), Node::Run(1), true)], 0);
    let held = scenario(&[chain, claim(1, 1)]);
    let second = held.handed()[0].id + 1;
    let reader = plan(&[(LIGHT, 0)], &[(Node::Live(second), Node::Run(0), true)], 0);
    held.ends(1, &[0], &Outcome::Failed).and(reader).holds();
}

#[test]
fn two_plans_of_one_partition_make_one_run() {
    scenario(&[]).and(plan(&TWO, &[], 0)).and(plan(&[(FREE, 1)], &[], 0)).holds();
}

#[test]
fn a_plan_that_waits_on_what_is_being_claimed_holds_nobody_up() {
    let held = scenario(&[plan(&TWO, &[], 0)]);
    let reader = plan(&[(LIGHT, 0)], &[(Node::Live(1), Node::Run(0), true)], 0);
    // The claim leaves the run that the plan looks at to the next claim.
    let alone = [reader.clone()];
    held.and(claim(1, 1)).and(reader).or(&alone).holds();
}

#[test]
fn a_claim_takes_none_of_what_a_commit_has_not_made_ready_yet() {
    let chain = plan(&TWO, &[(Node::Run(0), Node::Run(1), true)], 0);
    let held = scenario(&[chain, claim(1, 1)]);
    held.ends(1, &[0], &published()).and(claim(2, 2)).holds();
}

#[test]
fn a_backfill_that_is_cancelled_while_its_runs_end_is_cancelled() {
    let chain = || plan(&TWO, &[(Node::Run(0), Node::Run(1), true)], 0);
    for outcome in [published(), Outcome::Failed] {
        let held = scenario(&[chain(), claim(1, 1)]).ends(1, &[0], &outcome);
        // The run that waits is taken while the commit holds the other.
        let commit = held.at_once[0].clone();
        let parts = [Op::CancelRuns(vec![2]), commit, Op::CancelRest(1)];
        let late = [parts[1].clone(), Op::CancelRest(1)];
        held.and(Op::CancelBackfill(1)).or(&parts).or(&late).holds();
    }
}

#[test]
fn a_run_that_is_cancelled_while_a_plan_waits_on_it_takes_its_reader_along_or_refuses_it() {
    for required in [true, false] {
        let held = scenario(&[plan(&TWO, &[], 0)]);
        let reader = plan(&[(LIGHT, 0)], &[(Node::Live(1), Node::Run(0), required)], 0);
        held.and(Op::CancelRuns(vec![1])).and(reader).holds();
    }
}

#[test]
fn what_is_cancelled_or_paused_while_it_is_claimed_is_not_begun_or_is_taken_back() {
    let ready = || scenario(&[plan(&TWO, &[], 0)]);
    ready().and(claim(1, 2)).and(Op::CancelBackfill(1)).holds();
    ready().and(claim(1, 2)).and(Op::PauseBackfill(1, false)).holds();
}

#[test]
fn what_is_paused_while_it_ends_has_ended_or_is_handed_back() {
    for outcome in [published(), Outcome::Backoff(1)] {
        let held = scenario(&[plan(&TWO, &[], 0), claim(1, 2)]);
        let held = held.ends(1, &[0, 1], &outcome);
        // What a commit has locked finishes, as it may when the pause says so.
        let lets = [Op::PauseBackfill(1, true), held.at_once[0].clone()];
        held.and(Op::PauseBackfill(1, false)).or(&lets).holds();
    }
}

#[test]
fn three_at_once_end_as_one_after_the_other() {
    let held = joined(true, true);
    held.ends(1, &[0], &published()).ends(2, &[1], &published()).and(Op::Expire(1)).holds();
}
