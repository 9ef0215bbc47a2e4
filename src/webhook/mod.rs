//! Tells another program what happened: signed, and only where it may be told.
//!
//! A message is signed as [Standard Webhooks](https://www.standardwebhooks.com) says, so that who
//! receives it can see that it is ours, that nothing of it was changed, and whether it was had
//! before. Where it goes is held against what an address of a stranger may be, at the moment of
//! each connection and after all of its disguises are taken off.

mod guard;
mod resolve;
mod send;
mod sign;
mod target;

pub use guard::{Allowed, InvalidRange, is_public};
pub use send::{Failure, SEND_MAX, Webhook};
pub use sign::{InvalidSecret, Secrets};
pub use target::{InvalidTarget, Target, TargetOptions};

#[cfg(test)]
mod tests;
