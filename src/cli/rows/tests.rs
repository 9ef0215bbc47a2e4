//! Rows as text, exactly.
