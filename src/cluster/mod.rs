//! Postgres without setup: a database that is given, or a private cluster kept by Tidemill.
//!
//! [`open`] takes `DATABASE_URL` when there is one. Otherwise it looks for installed binaries,
//! makes a cluster below the state directory, and starts it on a Unix socket.
//!
//! Any number of processes may share a private cluster. Two lock files make that safe:
//! `start.lock` is held for the length of one open or one close, so the two never overlap;
//! `users.lock` is held shared by everybody who uses the server, so whoever closes last knows
//! it and stops it. A user that was killed leaves no lock behind, only a running server, which
//! the next one adopts.

mod account;
mod answer;
mod binaries;
mod check;
mod database;
mod error;
mod init;
mod lock;
mod pidfile;
mod place;
mod server;

#[cfg(test)]
mod tests;

pub use database::{Database, Options, Origin, open};
pub use error::Error;
