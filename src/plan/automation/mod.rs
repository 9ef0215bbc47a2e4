//! What is made unasked: which partitions now, in which class, and what waits, why and until when.

mod cut;
mod decide;
mod facts;
mod hold;
mod order;

pub use decide::{Decision, decide};
pub use facts::{EdgeChange, Ended, Facts, day_of};
pub use hold::{Hold, Why};
pub use order::Order;
