//! Metrics by the facade `metrics`, one set for each type of actors; without the feature nothing of them is there.

/// Why a message was dropped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Dropped {
    /// Its lane was full and the policy was to drop it.
    Overflow,
    /// The actor ended before its turn came.
    Ended,
    /// It is no message of the actor's protocol.
    Misfit,
}

/// How an actor ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum End {
    /// It was done, or was told to go.
    Orderly,
    /// It failed, or was killed.
    Failed,
}

/// The table of all metrics: docs, field, kind, name and unit; a label beside `actor`, if it has one.
#[cfg(feature = "metrics")]
macro_rules! for_each_metric {
    ($use_it:ident) => {
        $use_it! {
            "Messages whose turn came.", handled, Counter, "dala_messages_total", Count;
            "Messages that were dropped.", overflowed, Counter, "dala_dropped_total", Count, "cause" = "overflow";
            "Messages that were dropped.", orphaned, Counter, "dala_dropped_total", Count, "cause" = "ended";
            "Messages that were dropped.", misfits, Counter, "dala_dropped_total", Count, "cause" = "misfit";
            "Actors that were spawned.", spawned, Counter, "dala_spawned_total", Count;
            "Actors that ended.", ended, Counter, "dala_ended_total", Count, "how" = "orderly";
            "Actors that ended.", failed, Counter, "dala_ended_total", Count, "how" = "failed";
            "Restarts by supervisors.", restarted, Counter, "dala_restarts_total", Count;
            "Actors that live.", alive, Gauge, "dala_actors", Count;
            "Messages in a mailbox, at each message that is sent.", depth, Histogram, "dala_mailbox_depth", Count;
            "From sending a message to its turn.", wait, Histogram, "dala_wait_seconds", Seconds;
            "On a worker, for one message.", run, Histogram, "dala_run_seconds", Seconds;
        }
    };
}

#[cfg(feature = "metrics")]
mod on {
    use super::{Dropped, End};
    use ::metrics::{
        Counter, Gauge, Histogram, Unit, counter, describe_counter, describe_gauge, describe_histogram,
        gauge, histogram,
    };
    use std::time::Duration;

    /// Which kind of metric it is.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    #[non_exhaustive]
    pub enum MetricKind {
        /// It only grows.
        Counter,
        /// It has a value now.
        Gauge,
        /// Values are distributed.
        Histogram,
    }

    /// A metric of [`Builder::metrics`](crate::Builder::metrics). All have the label `actor`, the type of the actors.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    #[non_exhaustive]
    pub struct Metric {
        /// What the recorder knows it as.
        pub name: &'static str,
        /// What it is.
        pub kind: MetricKind,
        /// What it tells.
        pub about: &'static str,
        /// The label that it has beside `actor`, and its value.
        pub label: Option<(&'static str, &'static str)>,
    }

    macro_rules! made {
        (Counter $name:literal $actor:ident $($label:literal $value:literal)?) => {
            counter!($name, "actor" => $actor $(, $label => $value)?)
        };
        (Gauge $name:literal $actor:ident $($label:literal $value:literal)?) => {
            gauge!($name, "actor" => $actor $(, $label => $value)?)
        };
        (Histogram $name:literal $actor:ident $($label:literal $value:literal)?) => {
            histogram!($name, "actor" => $actor $(, $label => $value)?)
        };
    }

    macro_rules! derived {
        ($($about:literal, $field:ident, $kind:ident, $name:literal, $unit:ident $(, $label:literal = $value:literal)?;)*) => {
            /// All metrics, in a row for each value of their second label.
            pub const METRICS: &[Metric] = &[$(Metric {
                name: $name,
                kind: MetricKind::$kind,
                about: $about,
                label: derived!(@label $($label $value)?),
            }),*];

            /// The metrics of one type of actors.
            pub(crate) struct TypeMetrics { $($field: $kind),* }

            impl TypeMetrics {
                pub(crate) fn new(actor: &'static str) -> TypeMetrics {
                    TypeMetrics { $($field: made!($kind $name actor $($label $value)?)),* }
                }
            }

            /// Tells the recorder what they are.
            pub(crate) fn describe() {
                $(derived!(@describe $kind $name $unit $about);)*
            }
        };
        (@label) => { None };
        (@label $label:literal $value:literal) => { Some(($label, $value)) };
        (@describe Counter $name:literal $unit:ident $about:literal) => { describe_counter!($name, Unit::$unit, $about) };
        (@describe Gauge $name:literal $unit:ident $about:literal) => { describe_gauge!($name, Unit::$unit, $about) };
        (@describe Histogram $name:literal $unit:ident $about:literal) => {
            describe_histogram!($name, Unit::$unit, $about)
        };
    }

    for_each_metric!(derived);

    impl std::fmt::Debug for TypeMetrics {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.debug_struct("TypeMetrics").finish_non_exhaustive()
        }
    }

    impl TypeMetrics {
        pub(crate) fn spawned(&self) {
            self.spawned.increment(1);
            self.alive.increment(1.0);
        }

        pub(crate) fn ended(&self, end: End) {
            self.alive.decrement(1.0);
            match end {
                End::Orderly => self.ended.increment(1),
                End::Failed => self.failed.increment(1),
            }
        }

        pub(crate) fn restarted(&self) {
            self.restarted.increment(1);
        }

        pub(crate) fn dropped(&self, why: Dropped) {
            match why {
                Dropped::Overflow => self.overflowed.increment(1),
                Dropped::Ended => self.orphaned.increment(1),
                Dropped::Misfit => self.misfits.increment(1),
            }
        }

        pub(crate) fn sent(&self, depth: usize) {
            self.depth.record(depth as f64);
        }

        pub(crate) fn begun(&self, waited: u64) {
            self.handled.increment(1);
            self.wait.record(Duration::from_nanos(waited));
        }

        pub(crate) fn finished(&self, ran: u64) {
            self.run.record(Duration::from_nanos(ran));
        }
    }
}

#[cfg(not(feature = "metrics"))]
mod off {
    use super::{Dropped, End};

    /// There are none.
    #[derive(Debug)]
    pub(crate) enum TypeMetrics {}

    pub(crate) fn describe() {}

    impl TypeMetrics {
        pub(crate) fn new(actor: &'static str) -> TypeMetrics {
            unreachable!("no metrics of {actor}: nobody can ask for any")
        }
        pub(crate) fn spawned(&self) {
            match *self {}
        }
        pub(crate) fn ended(&self, _: End) {
            match *self {}
        }
        pub(crate) fn restarted(&self) {
            match *self {}
        }
        pub(crate) fn dropped(&self, _: Dropped) {
            match *self {}
        }
        pub(crate) fn sent(&self, _: usize) {
            match *self {}
        }
        pub(crate) fn begun(&self, _: u64) {
            match *self {}
        }
        pub(crate) fn finished(&self, _: u64) {
            match *self {}
        }
    }
}

#[cfg(not(feature = "metrics"))]
pub(crate) use off::*;
#[cfg(feature = "metrics")]
pub use on::{METRICS, Metric, MetricKind};
#[cfg(feature = "metrics")]
pub(crate) use on::{TypeMetrics, describe};
