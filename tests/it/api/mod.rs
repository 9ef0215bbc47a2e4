//! The API, asked over the network: the real server on a database of its own.

mod access;
mod audit;
mod backfills;
mod browser;
mod catalog;
mod document;
mod guard;
mod history;
mod live;
mod matrix;
mod million;
mod schemathesis;
mod oidc;
mod people;
mod runs;
mod sign_in;
mod slas;
mod why;
mod work;
