//! One trace per run, from demand to commit, sent by OTLP where an endpoint is configured.
//!
//! The trace of a run follows from its number, so processes agree on it without telling each other:
//! whoever claims, executes or commits a run adds spans below the same root. The root itself is
//! told when the run is over, by [`whole`]; what is over is told by [`past`], what goes on is a
//! [`run_span`]. Without an endpoint each of them is a look at a flag.

use std::cell::Cell;
use std::future::ready;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use opentelemetry::trace::{
    Span as _, SpanBuilder, SpanContext, SpanId, Status, TraceContextExt, TraceFlags, TraceId,
    TraceState, TracerProvider,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_otlp::{ExporterBuildError, Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{
    BatchSpanProcessor, IdGenerator, RandomIdGenerator, SdkTracer, SdkTracerProvider, SpanData,
};
use tracing::{Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::Layer;
use tracing_subscriber::registry::LookupSpan;

/// The target of spans that belong to the trace of a run.
pub const TARGET: &str = "tidemill::trace";

/// How long the end of a process waits for the endpoint.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long one message to the endpoint may take.
const TIMEOUT: Duration = Duration::from_secs(5);

static TRACER: OnceLock<SdkTracer> = OnceLock::new();
static REALM: OnceLock<String> = OnceLock::new();

/// Something that is known of a span.
pub type Attribute = (&'static str, String);

/// Whether traces are sent.
#[must_use]
pub fn is_on() -> bool {
    TRACER.get().is_some()
}

/// Says which database numbers the runs, so that the traces of two of them differ. The first call
/// counts.
pub fn set_realm(realm: &str) {
    REALM.get_or_init(|| realm.to_owned());
}

/// The trace and the root span of a run.
fn root(run: i64) -> (TraceId, SpanId) {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"tidemill run");
    hasher.update(REALM.get().map_or(&[], |realm| realm.as_bytes()));
    hasher.update(&run.to_le_bytes());
    let mut bytes = [0; 24];
    hasher.finalize_xof().fill(&mut bytes);
    let (trace, span) = bytes.split_at(16);
    let (trace, span) = (<[u8; 16]>::try_from(trace), <[u8; 8]>::try_from(span));
    let trace = TraceId::from_bytes(trace.expect("16 of 24 bytes"));
    (trace, SpanId::from_bytes(span.expect("the other 8")))
}

/// What the spans of a run are put below.
fn parent(run: i64) -> Context {
    let (trace, span) = root(run);
    let sampled = TraceFlags::SAMPLED;
    let root = SpanContext::new(trace, span, sampled, true, TraceState::default());
    Context::new().with_remote_span_context(root)
}

/// A span of a run that goes on until it is dropped, such as its attempt; what is logged inside it
/// is part of it.
#[must_use]
pub fn run_span(run: i64, name: &'static str, attributes: &[Attribute]) -> Span {
    if !is_on() {
        return Span::none();
    }
    let span = tracing::info_span!(target: TARGET, "run", otel.name = name, run.id = run);
    // It fails for a span that a filter left out, and then there is nothing to place.
    let _ = span.set_parent(parent(run));
    for (name, value) in attributes {
        span.set_attribute(*name, value.clone());
    }
    span
}

/// Says that what a span of a run stands for failed.
pub fn fail_span(span: &Span, error: &str) {
    if is_on() {
        span.set_status(Status::error(error.to_owned()));
    }
}

/// Tells a span of a run that is over, such as the time it waited.
pub fn past(run: i64, name: &'static str, (from, to): (Timestamp, Timestamp), about: &[Attribute]) {
    let Some(tracer) = TRACER.get() else { return };
    let span = builder(name, run, from, about).start_with_context(tracer, &parent(run));
    end(span, to, None);
}

/// Tells the root span of a run that is over: from demand to commit. `error` is why it failed.
pub fn whole(
    run: i64,
    (demanded, ended): (Timestamp, Timestamp),
    about: &[Attribute],
    error: Option<&str>,
) {
    let Some(tracer) = TRACER.get() else { return };
    NEXT.set(Some(root(run)));
    let span = builder("run", run, demanded, about).start_with_context(tracer, &Context::new());
    NEXT.set(None);
    end(span, ended, error);
}

fn builder(name: &'static str, run: i64, from: Timestamp, about: &[Attribute]) -> SpanBuilder {
    let mut attributes = vec![KeyValue::new("run.id", run)];
    attributes.extend(about.iter().map(|(name, value)| KeyValue::new(*name, value.clone())));
    SpanBuilder::from_name(name).with_start_time(SystemTime::from(from)).with_attributes(attributes)
}

fn end(mut span: opentelemetry_sdk::trace::Span, at: Timestamp, error: Option<&str>) {
    if let Some(error) = error {
        span.set_status(Status::error(error.to_owned()));
    }
    span.end_with_timestamp(SystemTime::from(at));
}

thread_local! {
    /// The numbers of the span that is made next on this thread, when they must not be random.
    static NEXT: Cell<Option<(TraceId, SpanId)>> = const { Cell::new(None) };
}

/// Random numbers, except for the roots of runs.
#[derive(Clone, Debug, Default)]
struct Numbers(RandomIdGenerator);

impl IdGenerator for Numbers {
    fn new_trace_id(&self) -> TraceId {
        NEXT.get().map_or_else(|| self.0.new_trace_id(), |next| next.0)
    }

    fn new_span_id(&self) -> SpanId {
        NEXT.get().map_or_else(|| self.0.new_span_id(), |next| next.1)
    }
}

/// The sending of traces.
#[derive(Debug)]
pub(super) struct Exporting {
    provider: SdkTracerProvider,
    tracer: SdkTracer,
}

/// Begins to send traces to an endpoint such as `http://localhost:4318`.
pub(super) fn start(endpoint: &str) -> Result<Exporting, ExporterBuildError> {
    // The HTTP client brings no cryptography of its own. Another provider does as well.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let exporter = SpanExporter::builder()
        .with_http()
        .with_endpoint(traces_of(endpoint))
        .with_protocol(Protocol::HttpBinary)
        .with_timeout(TIMEOUT)
        .build()?;
    // A queue of 2,048 spans and a thread of its own: whoever makes a span never waits, and what
    // does not fit is dropped.
    let processor = BatchSpanProcessor::builder(Sender::new(exporter)).build();
    let about = Resource::builder()
        .with_service_name("tidemill")
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build();
    let provider = SdkTracerProvider::builder()
        .with_span_processor(processor)
        .with_id_generator(Numbers::default())
        .with_resource(about)
        .build();
    let tracer = provider.tracer("tidemill");
    let tracer = TRACER.get_or_init(|| tracer).clone();
    Ok(Exporting { provider, tracer })
}

/// Where traces go, given where everything goes.
fn traces_of(endpoint: &str) -> String {
    let endpoint = endpoint.trim().trim_end_matches('/');
    match endpoint.ends_with("/v1/traces") {
        true => endpoint.to_owned(),
        false => format!("{endpoint}/v1/traces"),
    }
}

impl Exporting {
    /// Turns the spans of runs, and what this library logs inside them, into spans that are sent.
    pub(super) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        let is_told = |metadata: &tracing::Metadata<'_>| {
            let is_ours = metadata.target().starts_with("tidemill");
            match metadata.is_span() {
                true => metadata.target() == TARGET,
                false => is_ours && *metadata.level() <= tracing::Level::INFO,
            }
        };
        tracing_opentelemetry::layer()
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_tracer(self.tracer.clone())
            .with_filter(filter_fn(is_told))
    }

    /// Sends what is left, for a moment at most.
    pub(super) fn finish(self) {
        // An endpoint that is down must not keep the process; it was told of before.
        let _ = self.provider.shutdown_with_timeout(PATIENCE);
    }
}

/// Sends spans from the thread of the batch processor, on a runtime of its own: it neither needs
/// nor slows that of the work.
#[derive(Debug)]
struct Sender {
    exporter: SpanExporter,
    runtime: Option<tokio::runtime::Runtime>,
    is_failing: AtomicBool,
}

impl Sender {
    fn new(exporter: SpanExporter) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok();
        Self { exporter, runtime, is_failing: AtomicBool::new(false) }
    }
}

impl opentelemetry_sdk::trace::SpanExporter for Sender {
    fn export(&self, batch: Vec<SpanData>) -> impl Future<Output = OTelSdkResult> + Send {
        let sending = self.exporter.export(batch);
        let outcome = match &self.runtime {
            Some(runtime) => runtime.block_on(sending),
            None => Err(OTelSdkError::InternalFailure("there is no runtime".to_owned())),
        };
        // Said once when it begins to fail, and not for each batch.
        let failed_before = self.is_failing.swap(outcome.is_err(), Ordering::Relaxed);
        if let (Err(error), false) = (&outcome, failed_before) {
            tracing::warn!("traces do not arrive and are dropped until they do: {error}");
        }
        ready(outcome)
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trace_of_a_run_follows_from_its_number() {
        assert_eq!(root(7), root(7));
        assert_ne!(root(7).0, root(8).0);
        assert_ne!(root(7).1, root(8).1);
        let context = parent(7);
        assert_eq!(context.span().span_context().trace_id(), root(7).0);
        assert!(context.span().span_context().is_sampled());
    }

    #[test]
    fn traces_have_an_address_of_their_own_below_the_endpoint() {
        for endpoint in ["http://a:4318", "http://a:4318/", "http://a:4318/v1/traces"] {
            assert_eq!(traces_of(endpoint), "http://a:4318/v1/traces");
        }
    }

    #[test]
    fn nothing_is_made_where_nothing_is_sent() {
        assert!(!is_on());
        assert!(run_span(7, "attempt", &[]).is_disabled());
        let now = Timestamp::UNIX_EPOCH;
        past(7, "wait", (now, now), &[]);
        whole(7, (now, now), &[], Some("it failed"));
    }
}
