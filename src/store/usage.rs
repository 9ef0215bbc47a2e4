//! What an attempt took of the machine.

use sqlx::PgConnection;

use super::Result;
use super::commit::clean;

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

impl Usage {
    /// What one of `members` partitions took that were made together.
    #[must_use]
    pub fn share(&self, members: usize) -> Self {
        let part = |whole: Option<i64>| whole.map(|whole| whole / members.max(1) as i64);
        Self {
            peak_bytes: self.peak_bytes,
            cpu_seconds: self.cpu_seconds.map(|seconds| seconds / members.max(1) as f64),
            rows_read: part(self.rows_read),
            bytes_read: part(self.bytes_read),
            rows_written: part(self.rows_written),
            bytes_written: part(self.bytes_written),
            exit_reason: self.exit_reason.clone(),
        }
    }
}

/// The usages of several attempts, column by column.
pub(super) struct UsageColumns {
    /// Peak, rows and bytes read, rows and bytes written.
    pub(super) counts: [Vec<Option<i64>>; 5],
    pub(super) cpu_seconds: Vec<Option<f64>>,
    pub(super) exit_reasons: Vec<Option<String>>,
}

impl UsageColumns {
    pub(super) fn of(usages: &[&Usage]) -> Self {
        let column = |f: fn(&Usage) -> Option<i64>| usages.iter().map(|usage| f(usage)).collect();
        Self {
            counts: [
                column(|usage| usage.peak_bytes),
                column(|usage| usage.rows_read),
                column(|usage| usage.bytes_read),
                column(|usage| usage.rows_written),
                column(|usage| usage.bytes_written),
            ],
            cpu_seconds: usages.iter().map(|usage| usage.cpu_seconds).collect(),
            exit_reasons: usages.iter().map(|usage| reason(usage)).collect(),
        }
    }
}

fn reason(usage: &Usage) -> Option<String> {
    usage.exit_reason.as_deref().map(clean)
}

/// Notes what an attempt took that somebody else has ended: it was cancelled or taken away.
///
/// # Errors
///
/// When the statement fails.
pub async fn note_usage(
    db: &mut PgConnection,
    run: i64,
    attempt: i32,
    usage: &Usage,
) -> Result<()> {
    sqlx::query!(
        "update tidemill.attempt
         set peak_bytes = $3, cpu_seconds = $4, exit_reason = $5
         where run_id = $1
           and number = $2
           and exit_reason is null",
        run,
        attempt,
        usage.peak_bytes,
        usage.cpu_seconds,
        reason(usage),
    )
    .execute(db)
    .await?;
    Ok(())
}
