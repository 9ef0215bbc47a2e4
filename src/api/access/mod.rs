//! Who asks, and what they may: without a principal there is no database and no catalog.

mod may;
mod policy;
mod principal;
mod shared;

pub(super) use may::May;
pub(super) use policy::{Action, PERMISSIONS};
pub(super) use principal::{Principal, Who};
pub(super) use shared::Shared;

/// What a request may be let do; see [`May`].
pub(super) mod act {
    pub(in super::super) use super::policy::actions::*;
}
