//! The whole program, driven as people and scripts drive it: arguments in, text and exit code out.

mod affected;
mod automation;
mod commands;
mod home;
mod house;
mod landing;
mod late;
mod life;
mod logs;
mod metrics;
mod outputs;
mod pipes;
mod reference;
mod rows;
mod schedules;
mod shop;
