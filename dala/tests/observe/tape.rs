//! Records the spans that a test makes.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing_subscriber::layer::{self, Layer};

/// A span as it was recorded.
#[derive(Debug, Default)]
pub(crate) struct Span {
    name: &'static str,
    pub(crate) fields: BTreeMap<&'static str, String>,
    parent: Option<usize>,
    /// Entered minus exited.
    depth: i64,
    /// On so many threads at once it was entered.
    deepest: i64,
    entered: u64,
    is_closed: bool,
}

impl Visit for Span {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.fields.insert(field.name(), format!("{value:?}"));
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.insert(field.name(), value.to_owned());
    }
}

#[derive(Debug, Default)]
pub(crate) struct Recorded {
    spans: Vec<Span>,
    /// Of those that are open.
    by_id: HashMap<u64, usize>,
}

/// Records spans.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tape(Arc<Mutex<Recorded>>);

impl Tape {
    /// Also when a test failed in between: spans that are closed while its panic unwinds must not end the process.
    pub(crate) fn recorded(&self) -> std::sync::MutexGuard<'_, Recorded> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn with<R>(&self, id: &Id, act: impl FnOnce(&mut Span) -> R) -> R {
        let mut recorded = self.recorded();
        let index = recorded.by_id[&id.into_u64()];
        act(&mut recorded.spans[index])
    }

    /// All spans, as `name actor message` from the root on, sorted.
    pub(crate) fn paths(&self) -> Vec<String> {
        let recorded = self.recorded();
        let path = |mut index: usize| {
            let mut parts = Vec::new();
            loop {
                let span = &recorded.spans[index];
                parts.push(match (span.fields.get("actor"), span.fields.get("message")) {
                    (Some(actor), Some(message)) => format!("{actor}.{message}"),
                    _ => span.name.to_owned(),
                });
                match span.parent {
                    Some(parent) => index = parent,
                    None => break,
                }
            }
            parts.reverse();
            parts.join(" > ")
        };
        let mut paths: Vec<String> = (0..recorded.spans.len()).map(path).collect();
        paths.sort();
        paths
    }

    /// The field of the one span of an actor type.
    pub(crate) fn field(&self, actor: &str, field: &str) -> Option<String> {
        let recorded = self.recorded();
        let of_actor = |span: &&Span| span.fields.get("actor").is_some_and(|name| name == actor);
        recorded.spans.iter().find(of_actor).and_then(|span| span.fields.get(field).cloned())
    }

    /// Spans of an actor type so far.
    pub(crate) fn count(&self, actor: &str) -> usize {
        let recorded = self.recorded();
        recorded
            .spans
            .iter()
            .filter(|span| span.fields.get("actor").is_some_and(|name| name == actor))
            .count()
    }

    /// After the runtime: nothing is left open, nothing is on any thread's stack. The pool for blocking work ends its spans when
    /// its threads come to it.
    pub(crate) fn check_all_closed(&self) {
        let is_closed = |span: &Span| span.is_closed && span.depth == 0;
        let patience = std::time::Instant::now() + Duration::from_secs(10);
        while !self.recorded().spans.iter().all(is_closed) && std::time::Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(1));
        }
        for span in &self.recorded().spans {
            assert!(is_closed(span), "{span:?}");
            // A blocking pool may begin before the handler that asked it to has returned.
            let has_pool = span.fields.get("message").is_some_and(|message| message == "Blocks");
            assert!(span.deepest <= if has_pool { 2 } else { 1 }, "entered on two threads: {span:?}");
        }
    }
}

impl<S: tracing::Subscriber> Layer<S> for Tape {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: layer::Context<'_, S>) {
        let mut recorded = self.recorded();
        let parent = match attributes.is_contextual() {
            true => context.current_span().id().cloned(),
            false => attributes.parent().cloned(),
        };
        let parent = parent.map(|parent| recorded.by_id[&parent.into_u64()]);
        let mut span = Span { name: attributes.metadata().name(), parent, ..Span::default() };
        attributes.record(&mut span);
        let index = recorded.spans.len();
        recorded.by_id.insert(id.into_u64(), index);
        recorded.spans.push(span);
    }
    fn on_record(&self, id: &Id, values: &Record<'_>, _: layer::Context<'_, S>) {
        self.with(id, |span| values.record(span));
    }
    fn on_enter(&self, id: &Id, _: layer::Context<'_, S>) {
        self.with(id, |span| {
            span.depth += 1;
            span.entered += 1;
            span.deepest = span.deepest.max(span.depth);
        });
    }
    fn on_exit(&self, id: &Id, _: layer::Context<'_, S>) {
        self.with(id, |span| span.depth -= 1);
    }
    fn on_close(&self, id: Id, _: layer::Context<'_, S>) {
        self.with(&id, |span| span.is_closed = true);
        self.recorded().by_id.remove(&id.into_u64());
    }
}
