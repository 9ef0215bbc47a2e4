//! People, their sessions and tokens, and an account of what was done.

mod answered;
mod attempts;
mod audit;
mod links;
mod people;
mod sessions;
mod tokens;

use crate::model::{Role, Scope};

pub use answered::{Before, claim_answer, forget_answers, keep_answer};
pub use attempts::{begin_attempt, clear_attempts, forget_attempts};
pub use audit::{AuditQuery, AuditRow, NewAudit, audit_entries, audit_entry, record_audit};
pub use links::{
    Elsewhere, LinkKind, begin_elsewhere, come_back, drop_setup_links, forget_links, new_link,
    take_link,
};
pub use people::{
    Changed, NewPerson, PersonRow, PersonTaken, add_person, change_person, forget_password,
    has_admin, lock_admins, lock_people, people, person, person_by_login, person_elsewhere,
    set_password, touch_person,
};
pub use sessions::{
    NewSession, SessionFound, SessionRow, end_session, end_sessions, find_session, forget_sessions,
    new_session, own_session, sessions, touch_session,
};
pub use tokens::{
    NewToken, TokenFound, TokenRow, add_token, find_token, live_tokens, revoke_token, token,
    tokens, touch_token,
};

/// A role as it is kept. A word that a CHECK keeps out is read as the least.
fn role(word: &str) -> Role {
    Role::parse(word).unwrap_or(Role::Viewer)
}

fn scope(all: bool, prefixes: Vec<String>, tags: Vec<String>) -> Scope {
    Scope { all, prefixes: prefixes.into_iter().collect(), tags: tags.into_iter().collect() }
}

/// The prefixes and tags of a scope, as they are kept.
fn parts(scope: &Scope) -> (Vec<String>, Vec<String>) {
    (scope.prefixes.iter().cloned().collect(), scope.tags.iter().cloned().collect())
}
