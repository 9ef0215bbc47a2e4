//! What an attempt took of the machine.

/// What an attempt took of the machine, and how its process ended. What is not known is none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Usage {
    /// The most memory it had at once.
    pub peak_bytes: Option<i64>,
    /// Processor time.
    pub cpu_seconds: Option<f64>,
    /// The rows of the versions it read.
    pub rows_read: Option<i64>,
    /// The bytes of the files of the versions it read.
    pub bytes_read: Option<i64>,
    /// The rows of what it made.
    pub rows_written: Option<i64>,
    /// The bytes of the files it made.
    pub bytes_written: Option<i64>,
    /// How it ended, in a few words, when it did not end on its own.
    pub exit_reason: Option<String>,
}
