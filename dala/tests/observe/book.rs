//! Records the metrics that a test program makes.

use dala::observe::{METRICS, MetricKind};
use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock};

/// Values of one metric.
#[derive(Debug, Default)]
pub(crate) struct Values(Mutex<Vec<f64>>);

impl Values {
    fn add(&self, by: f64) {
        let mut values = self.0.lock().unwrap();
        let value = values.pop().unwrap_or_default() + by;
        values.push(value);
    }
}

impl CounterFn for Values {
    fn increment(&self, value: u64) {
        self.add(value as f64);
    }
    fn absolute(&self, _: u64) {
        unreachable!("nothing is set");
    }
}

impl GaugeFn for Values {
    fn increment(&self, value: f64) {
        self.add(value);
    }
    fn decrement(&self, value: f64) {
        self.add(-value);
    }
    fn set(&self, _: f64) {
        unreachable!("nothing is set");
    }
}

impl HistogramFn for Values {
    fn record(&self, value: f64) {
        self.0.lock().unwrap().push(value);
    }
}

/// Keeps all values of all metrics, by name and labels.
#[derive(Clone, Debug, Default)]
pub(crate) struct Book(Arc<Mutex<BTreeMap<String, Arc<Values>>>>);

impl Book {
    /// The one recorder of this program.
    pub(crate) fn installed() -> Book {
        static BOOK: OnceLock<Book> = OnceLock::new();
        let install = || {
            let book = Book::default();
            metrics::set_global_recorder(book.clone()).expect("there is no other");
            book
        };
        BOOK.get_or_init(install).clone()
    }

    fn values(&self, key: &Key) -> Arc<Values> {
        let labels = key.labels().map(|label| format!("{}={}", label.key(), label.value()));
        let key = format!("{} {}", key.name(), labels.collect::<Vec<_>>().join(" "));
        self.0.lock().unwrap().entry(key).or_default().clone()
    }

    #[track_caller]
    pub(crate) fn of(&self, key: &str) -> Vec<f64> {
        self.0.lock().unwrap()[key].0.lock().unwrap().clone()
    }
}

impl Recorder for Book {
    fn describe_counter(&self, name: KeyName, _: Option<Unit>, _: SharedString) {
        assert!(METRICS.iter().any(|m| m.name == name.as_str() && m.kind == MetricKind::Counter));
    }
    fn describe_gauge(&self, name: KeyName, _: Option<Unit>, _: SharedString) {
        assert!(METRICS.iter().any(|m| m.name == name.as_str() && m.kind == MetricKind::Gauge));
    }
    fn describe_histogram(&self, name: KeyName, _: Option<Unit>, _: SharedString) {
        assert!(METRICS.iter().any(|m| m.name == name.as_str() && m.kind == MetricKind::Histogram));
    }
    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.values(key))
    }
    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.values(key))
    }
    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.values(key))
    }
}
