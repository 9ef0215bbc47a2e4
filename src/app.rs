//! From a project to a program.

use std::process::ExitCode;

use crate::job::Project;

/// Runs the command line of a project: every role and every command, from one binary.
///
/// ```no_run
/// use tidemill::prelude::*;
///
/// fn main() -> std::process::ExitCode {
///     tidemill::main(|project: &mut Project| {
///         let day = TimePartitions::daily("2024-01-01");
///         let orders = project.source(
///             Source::files("orders", "orders/{day}.csv")
///                 .under("landing")
///                 .partitions(&day)
///                 .contract(Contract::new([("order_id", Type::String), ("amount", Type::Decimal(2))])),
///         );
///         project.job(
///             Transform::new("orders_daily")
///                 .reads(&orders, Mapping::Same)
///                 .partitions(&day)
///                 .run(|cx, [orders]| {
///                     Ok(orders.select([cx.date().alias("day"), len().alias("orders")]))
///                 }),
///         );
///     })
/// }
/// ```
pub fn main(declare: impl Fn(&mut Project) + 'static) -> ExitCode {
    crate::cli::run(&declare)
}
