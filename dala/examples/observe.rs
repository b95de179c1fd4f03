//! Learn: how one request is followed from actor to actor. `cargo run -p dala --features tracing --example observe`
//!
//! Each line is a span: what was handled, under what it was sent in.

use dala::{Builder, Runtime};
use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Subscriber, info_span};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;

/// Writes a line for each span that begins. An app has `tracing_subscriber::fmt` or an exporter here.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<String>>);

/// What a span says of itself.
#[derive(Default)]
struct Said(String);

impl Visit for Said {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if matches!(field.name(), "actor" | "message") {
            self.0 = format!("{} {value:?}", self.0);
        }
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Lines {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let depth = context.span(id).map_or(0, |span| span.scope().skip(1).count());
        let mut said = Said::default();
        attributes.record(&mut said);
        let line = format!("{}{}{}\n", "  ".repeat(depth), attributes.metadata().name(), said.0);
        self.0.lock().unwrap_or_else(|broken| broken.into_inner()).push_str(&line);
    }
}

struct Stock;

#[dala::actor]
impl Stock {
    #[message]
    fn take(&mut self, count: u32) -> bool {
        count < 10
    }
}

struct Orders {
    stock: StockRef,
}

#[dala::actor]
impl Orders {
    #[message]
    async fn place(&mut self, count: u32) -> bool {
        self.stock.take(count).await.unwrap_or(false)
    }
}

/// Runs two requests; what was seen of them.
pub(crate) fn run() -> Result<String, Box<dyn std::error::Error>> {
    let lines = Lines::default();
    let _guard = tracing::subscriber::set_default(tracing_subscriber::registry().with(lines.clone()));
    // The subscriber of this thread is the runtime's.
    let runtime: Runtime = Builder::default().tracing().build()?;
    let stock = StockRef::from(runtime.spawn(Stock)?);
    let orders = OrdersRef::from(runtime.spawn(Orders { stock })?);
    for count in [3, 30] {
        let call = info_span!("request").in_scope(|| orders.place(count));
        assert_eq!(runtime.block_on(call)?, count < 10);
    }
    drop(runtime);
    let lines = lines.0.lock().unwrap_or_else(|broken| broken.into_inner()).clone();
    Ok(lines)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    print!("{}", run()?);
    Ok(())
}
