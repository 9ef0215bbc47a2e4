//! Ticks as text.
