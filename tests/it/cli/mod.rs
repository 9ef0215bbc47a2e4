//! The whole program, driven as people and scripts drive it: arguments in, text and exit code out.

mod affected;
mod automation;
mod backfills;
mod commands;
mod counts;
pub(crate) mod home;
mod house;
pub(crate) mod landing;
mod late;
mod life;
mod logs;
mod metrics;
mod outputs;
mod pipes;
mod reference;
mod rows;
mod schedules;
pub(crate) mod shop;
