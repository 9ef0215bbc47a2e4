//! Planning as text: the whole world in a few lines, the whole answer below it.

mod assess;
mod automation;
mod backfill;
mod explain;
mod health;
mod properties;
mod unasked;
mod share;
pub(super) mod world;

use crate::spec::{Catalog, Declaration, JobKind};
use world::{World, plan_text, set_text};

/// A catalog of one job that reads nothing, changed like this.
pub(super) fn declared(name: &str, change: impl FnOnce(&mut Declaration)) -> Catalog {
    let mut job = Declaration::new(JobKind::Transform, name);
    change(&mut job);
    Catalog::build(&[], &[job]).unwrap()
}

/// Plans the request in the last line of a world.
#[track_caller]
fn check(text: &str, expected: &str) {
    let world = World::read(text);
    let request = world.request(text.lines().last().unwrap());
    let plan = super::plan(&world.catalog, &world.ledger, &request);
    assert_eq!(plan_text(&world.catalog, &plan), trimmed(expected));
}

/// The text without indentation.
fn trimmed(text: &str) -> String {
    text.lines().map(str::trim).collect::<Vec<_>>().join("\n")
}
