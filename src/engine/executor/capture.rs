//! Tracing events of a job, as lines of its log.

use std::fmt::{self, Write as _};

use tracing::field::{Field, Visit};
use tracing::{Dispatch, Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::{EnvFilter, Layer, Registry};

/// What a job tells, when nothing else is asked for by `RUST_LOG`.
const USUAL: &str = "info";

/// Hands events to a function, as a level and a text.
struct Capture<F>(F);

impl<S: Subscriber, F: Fn(&str, String) + 'static> Layer<S> for Capture<F> {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        (self.0)(name(*event.metadata().level()), text(event));
    }
}

/// Where threads that run jobs send their events.
pub(super) fn dispatch(take: impl Fn(&str, String) + Send + Sync + 'static) -> Dispatch {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(USUAL));
    Dispatch::new(Registry::default().with(Capture(take).with_filter(filter)))
}

const fn name(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}

/// An event as a line: where it comes from, what it says, and its fields.
fn text(event: &Event<'_>) -> String {
    let mut line = Line { fields: String::new(), message: String::new() };
    event.record(&mut line);
    format!("{}: {}{}", event.metadata().target(), line.message, line.fields)
}

struct Line {
    message: String,
    fields: String,
}

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let written = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
        written.expect("text is written without fail");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::dispatch;

    #[test]
    fn an_event_becomes_a_line_with_its_fields() {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let taken = Arc::clone(&lines);
        let listener = dispatch(move |level, text| {
            taken.lock().unwrap().push(format!("{level} {text}"));
        });
        tracing::dispatcher::with_default(&listener, || {
            tracing::warn!(target: "jobs", rows = 3, name = "a b", "dropped {} rows", 3);
            tracing::trace!("not asked for");
        });
        assert_eq!(*lines.lock().unwrap(), ["warn jobs: dropped 3 rows rows=3 name=a b"]);
    }
}
