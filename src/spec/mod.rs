//! What people declare, as data.

mod contract;

pub use contract::{Column, Contract, Type};
