//! A test kit for one job: frames in, a frame out, no database.
