//! Nouns: names, partition keys, sets of partitions, time cut into windows, states.
//!
//! Pure: no I/O, no clock, no serialization.

mod axis;
mod class;
pub(crate) mod civil;
mod cron;
mod cron_times;
mod grain;
mod key;
mod label;
mod name;
mod ranges;
mod role;
mod scheme;
mod set;
mod state;
mod window;
pub mod words;

pub use axis::TimeAxis;
pub use class::{Class, Origin};
pub use cron::CronCuts;
pub use cron_times::CronTimes;
pub use grain::Grain;
pub use key::{PartitionKey, Slice};
pub use label::{InvalidLabel, Period};
pub use name::{InvalidName, Name};
pub use ranges::Ranges;
pub use role::{Role, Scope};
pub use scheme::{Axis, Dimension, DimensionValues, InvalidScheme, Registered, Scheme};
pub use set::PartitionSet;
pub use state::{AttemptState, BackfillState, RunState};
pub use window::Window;

#[cfg(test)]
mod tests;
