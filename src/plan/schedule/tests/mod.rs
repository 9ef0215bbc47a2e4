//! Ticks as text: what is due, what is asked for, what becomes of it.

mod clock;
mod due;
mod settle;
