//! What is said on standard error while working.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

/// Starts telling: warnings and errors, and with `verbose` or while serving also what is done.
///
/// `RUST_LOG` overrides it.
pub fn init(verbose: u8, serving: bool) {
    let level = match (verbose, serving) {
        (0, false) => "warn",
        (0, true) | (1, _) => "tidemill=info,warn",
        _ => "tidemill=debug,info",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let started = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .try_init();
    // Somebody who embeds the library may have started telling already.
    drop(started);
}
