//! The test kit for jobs: one partition of one job, frames in, frame out, no database and no files.
//!
//! ```
//! use tidemill::prelude::*;
//! use tidemill::testing::TestProject;
//!
//! fn declare(project: &mut Project) {
//!     let orders = project.source(
//!         Source::files("orders", "orders/{day}.csv")
//!             .partitions(TimePartitions::daily("2024-01-01"))
//!             .contract(Contract::new([
//!                 ("ordered_at", Type::Datetime),
//!                 ("sum", Type::Decimal(2)),
//!             ])),
//!     );
//!     project.job(
//!         Transform::new("revenue")
//!             .reads(&orders, Mapping::Same)
//!             .partitions(TimePartitions::daily("2024-01-01"))
//!             .contract(Contract::new([("day", Type::Date), ("sum", Type::Decimal(2))]))
//!             .run(|cx, [orders]| {
//!                 Ok(orders.select([cx.date().alias("day"), col("sum").sum()]))
//!             }),
//!     );
//! }
//!
//! let orders = df!("ordered_at" => ["2024-03-31 10:00:00"], "sum" => ["12.50"])?;
//! let revenue = TestProject::new(declare)
//!     .job("revenue")
//!     .partition("2024-03-31")
//!     .given("orders", orders)
//!     .run()?;
//! assert_eq!(revenue.height(), 1);
//! assert_eq!(revenue.column("sum")?.get(0)?.to_string(), "12.50");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod fit;
mod fuse;
mod project;

pub use error::TestError;
pub use fuse::{Reading, assert_fusable};
pub use project::{TestJob, TestProject};

#[cfg(test)]
mod tests;
