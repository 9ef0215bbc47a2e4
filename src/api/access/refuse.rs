//! Says no, and writes it down under the words of what was refused.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::super::problem::Problem;
use super::target::Target;
use super::{Action, Contact, Entry, Principal, Shared};
use crate::store;

/// Refuses what takes `A`.
pub(super) async fn refuse<A: Action>(
    shared: &Shared,
    principal: &Principal,
    contact: &Contact,
    target: &Target,
) -> Problem {
    let role = A::PERMISSION.role.as_str();
    let (message, reason, hint) = if principal.reaches(&A::PERMISSION) {
        (
            format!("{} may not do this: it takes `{}`", principal.name, A::NAME),
            format!("it takes `{}` and the role `{role}`", A::NAME),
            format!("ask an admin for the role `{role}`, or for a token with this action"),
        )
    } else {
        let reason = format!("it takes `{}` for every dataset", A::NAME);
        (
            format!("{} may not do this: {reason}, and they see only some", principal.name),
            reason,
            "what all datasets share is changed by somebody who may see all of them".to_owned(),
        )
    };
    let act = target.act.unwrap_or(A::NAME);
    if shared.refusals.is_new(&principal.key(), (act, target.object.clone())) {
        let (kind, object, datasets) =
            target.object(shared).await.unwrap_or(("action", A::NAME.to_owned(), Vec::new()));
        let entry = Entry::new(act, kind, object).datasets(datasets).refused(reason);
        let written = async {
            let mut db = shared.mill.pool.acquire().await.map_err(store::Error::from)?;
            entry.write(&mut db, Some(principal), contact).await
        };
        // They are refused all the same; what is wrong with the database is in the log.
        let _ = written.await;
    }
    Problem::forbidden(message).hint(hint)
}

/// For how long the same refusal of the same principal is not written down again: a program that
/// asks ten times a second must not fill the log.
const REPEAT: Duration = Duration::from_mins(1);
/// Of how many principals refusals are remembered, and how many of each: whoever goes through all
/// numbers fills neither the log nor the memory, and keeps nobody else's refusals out of it.
const PRINCIPALS: usize = 1024;
const OF_EACH: usize = 64;

/// An act, and what it was to be done to.
type Refused = (&'static str, Option<(&'static str, String)>);

/// What was refused lately, by who asked.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    lately: Mutex<BTreeMap<String, BTreeMap<Refused, Instant>>>,
}

impl Refusals {
    /// Whether this one is to be written down.
    fn is_new(&self, who: &str, refused: Refused) -> bool {
        let mut lately = self.lately.lock().unwrap_or_else(PoisonError::into_inner);
        if !lately.contains_key(who) && PRINCIPALS <= lately.len() {
            lately.retain(|_, of_one| of_one.values().any(|at| at.elapsed() < REPEAT));
            if PRINCIPALS <= lately.len() {
                return false;
            }
        }
        let theirs = lately.entry(who.to_owned()).or_default();
        if OF_EACH <= theirs.len() {
            theirs.retain(|_, at| at.elapsed() < REPEAT);
        }
        let is_known = theirs.get(&refused).is_some_and(|at| at.elapsed() < REPEAT);
        if is_known || OF_EACH <= theirs.len() {
            return false;
        }
        theirs.insert(refused, Instant::now());
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_thing_is_refused_anew_and_nobody_fills_the_log() {
        let refusals = Refusals::default();
        let run = |id: usize| ("run.cancel", Some(("run", id.to_string())));
        assert!(refusals.is_new("user 1", run(1)));
        assert!(!refusals.is_new("user 1", run(1)), "the same within a minute");
        assert!(refusals.is_new("user 1", run(2)));
        assert!(refusals.is_new("user 1", ("run.retry", Some(("run", "1".to_owned())))));
        assert!(refusals.is_new("user 1", ("user.manage", None)));
        let written = (0..1000).filter(|id| refusals.is_new("user 1", run(*id))).count();
        assert_eq!(written, OF_EACH - 4);
        assert!(refusals.is_new("user 2", run(1)), "others are not kept out");
        let others = (0..5000).filter(|id| refusals.is_new(&format!("token {id}"), run(1))).count();
        assert_eq!(others, PRINCIPALS - 2);
    }
}
