//! Planning, tested as text.
