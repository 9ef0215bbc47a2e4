//! The API, asked over the network: the real server on a database of its own.

mod access;
mod browser;
mod guard;
mod matrix;
mod oidc;
mod people;
mod sign_in;
