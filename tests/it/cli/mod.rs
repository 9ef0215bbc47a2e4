//! The whole program, driven as people and scripts drive it: arguments in, text and exit code out.

mod affected;
mod home;
mod landing;
mod late;
mod metrics;
mod outputs;
mod reference;
