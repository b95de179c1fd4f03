//! What observes one runtime.

use super::metrics::{self, TypeMetrics};
use super::observed::Observed;
use super::trace::{Subscriber, Worker};
use crate::sync::{Arc, Mutex, lock};
use std::collections::HashMap;

/// What the builder was told.
#[derive(Clone, Debug, Default)]
pub(crate) struct ObserverOptions {
    pub(crate) subscriber: Subscriber,
    pub(crate) has_metrics: bool,
}

/// Knows the types of actors that were seen, and their metrics.
#[derive(Debug)]
pub(crate) struct Observer {
    options: ObserverOptions,
    types: Mutex<HashMap<&'static str, Arc<TypeMetrics>>>,
}

impl Observer {
    /// None if nothing is to be observed.
    pub(crate) fn new(options: ObserverOptions) -> Option<Arc<Observer>> {
        if !options.subscriber.is_on() && !options.has_metrics {
            return None;
        }
        if options.has_metrics {
            metrics::describe();
        }
        Some(Arc::new(Observer { options, types: Mutex::default() }))
    }

    /// For an actor that is about to be spawned.
    #[cold]
    pub(crate) fn actor(&self, name: &'static str) -> Observed {
        Observed::new(name, self.metrics_of(name), self.options.subscriber.is_on())
    }

    /// A supervisor starts an actor of this type again.
    pub(crate) fn restarted(&self, name: &'static str) {
        if let Some(metrics) = self.metrics_of(name) {
            metrics.restarted();
        }
    }

    fn metrics_of(&self, name: &'static str) -> Option<Arc<TypeMetrics>> {
        let new = || Arc::new(TypeMetrics::new(name));
        self.options.has_metrics.then(|| lock(&self.types).entry(name).or_insert_with(new).clone())
    }

    /// This thread is a worker of the runtime while the guard lives.
    pub(crate) fn enter(&self) -> Worker {
        self.options.subscriber.enter()
    }
}
