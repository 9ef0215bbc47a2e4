//! Who asks, and what they may: without a principal there is no database and no catalog.

mod audit;
mod contact;
mod identify;
mod known;
mod may;
mod open;
pub(crate) mod password;
mod policy;
mod principal;
mod refuse;
pub(crate) mod secret;
mod shared;
mod standing;
mod target;

pub(super) use audit::Entry;
pub(super) use contact::{Contact, is_at};
pub(super) use identify::{IDLE, LONGEST, cookie_name, cookie_value};
pub(super) use may::May;
pub(super) use open::Open;
pub(super) use policy::{Action, PERMISSIONS, Permission, Reach};
pub(super) use principal::{Principal, Who};
pub(super) use shared::Shared;

/// What a request may be let do; see [`May`].
pub(super) mod act {
    pub(in super::super) use super::policy::actions::*;
}
