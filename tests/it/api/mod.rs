//! The API, asked over the network: the real server on a database of its own.

mod access;
mod runs;
mod work;
mod backfills;
mod live;
mod million;
mod slas;
