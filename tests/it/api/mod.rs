//! The API, asked over the network: the real server on a database of its own.

mod access;
mod backfills;
mod document;
mod live;
mod million;
