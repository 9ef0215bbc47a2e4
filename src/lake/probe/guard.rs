//! Runs code that may panic, and keeps the panic off the terminal.

use std::any::Any;
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// How many guarded calls are under way in this process.
static GUARDED: AtomicUsize = AtomicUsize::new(0);

/// Runs `work`; a panic becomes its message.
///
/// # Errors
///
/// Returns the text of the panic when `work` panicked.
pub(super) fn catch<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    install_hook();
    let _quiet = Quiet::enter();
    panic::catch_unwind(AssertUnwindSafe(work)).map_err(|payload| text_of(payload.as_ref()))
}

/// Silences this thread while it lives.
struct Quiet {
    before: bool,
}

impl Quiet {
    fn enter() -> Self {
        GUARDED.fetch_add(1, Ordering::SeqCst);
        Self { before: QUIET.replace(true) }
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        QUIET.set(self.before);
        GUARDED.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Puts a filter before whatever hook is set, once per process.
fn install_hook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let loud = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !silenced() {
                loud(info);
            }
        }));
    });
}

/// Whether the panic of this thread will be reported by [`catch`].
pub(super) fn silenced() -> bool {
    // Polars evaluates on its own pool and raises the panic again in the calling thread.
    let in_pool = || thread::current().name().is_some_and(|name| name.starts_with("polars-"));
    QUIET.get() || (0 < GUARDED.load(Ordering::SeqCst) && in_pool())
}

fn text_of(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a panic without a message").to_owned()
}
