//! Spans of the crate `tracing`; without the feature nothing of them is there.

use super::observed::Handled;

/// The subscriber that spans go to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Subscriber(#[cfg(feature = "tracing")] Option<tracing::Dispatch>);

/// While it lives, the thread's spans go to the runtime's subscriber.
#[derive(Debug)]
pub(crate) struct Worker(
    #[cfg(feature = "tracing")]
    #[expect(dead_code, reason = "kept for what it does when it is dropped")]
    Option<tracing::dispatcher::DefaultGuard>,
);

/// A span that what happens elsewhere, or later, belongs to.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "tracing"), derive(Default))]
pub(crate) struct Follow(#[cfg(feature = "tracing")] tracing::Span);

/// The span in which a message is handled.
#[derive(Debug)]
#[cfg_attr(not(feature = "tracing"), derive(Default))]
pub(super) struct HandlingSpan(#[cfg(feature = "tracing")] tracing::Span);

/// Gives a report to the subscriber of this thread, as an event (target `dala`, level `ERROR`). Returns false if there is none.
#[cfg(feature = "tracing")]
pub(crate) fn tell_subscriber(report: &dyn std::fmt::Display) -> bool {
    use tracing::subscriber::NoSubscriber;
    let is_there = !tracing::dispatcher::get_default(tracing::Dispatch::is::<NoSubscriber>);
    if is_there {
        tracing::error!(target: "dala", "{report}");
    }
    is_there
}

/// As above.
#[cfg(not(feature = "tracing"))]
pub(crate) fn tell_subscriber(_: &dyn std::fmt::Display) -> bool {
    false
}

#[cfg(feature = "tracing")]
mod on {
    use super::{Follow, Handled, HandlingSpan, Subscriber, Worker};
    use tracing::field::Empty;
    use tracing::subscriber::NoSubscriber;
    use tracing::{Dispatch, Span, dispatcher, info_span};

    impl Subscriber {
        /// That of this thread; the application's if it gets one later.
        pub(crate) fn of_this_thread() -> Subscriber {
            Subscriber(Some(dispatcher::get_default(Dispatch::clone)))
        }

        pub(crate) fn is_on(&self) -> bool {
            self.0.is_some()
        }

        pub(crate) fn enter(&self) -> Worker {
            let own = self.0.as_ref().filter(|dispatch| !dispatch.is::<NoSubscriber>());
            Worker(own.map(dispatcher::set_default))
        }
    }

    impl Default for Follow {
        fn default() -> Follow {
            Follow(Span::none())
        }
    }

    /// Under the span's own subscriber: a registry of `tracing-subscriber` that closes a span lets go of its parent by way of the
    /// thread's subscriber, and a thread of the blocking pool has none.
    impl Drop for Follow {
        fn drop(&mut self) {
            if let Some(dispatch) = self.subscriber() {
                dispatcher::with_default(&dispatch, || self.0 = Span::none());
            }
        }
    }

    impl Follow {
        /// The span that the code on this thread is in.
        pub(crate) fn current() -> Follow {
            Follow(Span::current())
        }

        /// Whose span it is, if it is one.
        fn subscriber(&self) -> Option<Dispatch> {
            self.0.with_subscriber(|(_, dispatch)| dispatch.clone())
        }

        /// Does `work` in the span, with the span's subscriber: the thread may be none of the runtime's workers.
        pub(crate) fn within<R>(&self, work: impl FnOnce() -> R) -> R {
            match self.subscriber() {
                Some(dispatch) => dispatcher::with_default(&dispatch, || self.0.in_scope(work)),
                None => work(),
            }
        }
    }

    impl Default for HandlingSpan {
        fn default() -> HandlingSpan {
            HandlingSpan(Span::none())
        }
    }

    impl HandlingSpan {
        pub(crate) fn new(
            Follow(sender): &Follow,
            actor: &'static str,
            handled: Handled,
            wait_ns: u64,
        ) -> HandlingSpan {
            let Handled { pid, message, is_call, .. } = handled;
            let pid = dala_ir::abi::Pid::from_bits(pid);
            let parent = sender.id();
            // Whoever asks the builder for spans wants to see them: no level that is off by default.
            HandlingSpan(info_span!(
                target: "dala", parent: parent, "handle", actor, %pid, message, is_call, wait_ns, failure = Empty
            ))
        }

        // A guard would have to stay on this stack, and handling goes on in another activation.
        pub(crate) fn enter(&self) {
            self.0.with_subscriber(|(id, dispatch)| dispatch.enter(id));
        }

        pub(crate) fn exit(&self) {
            self.0.with_subscriber(|(id, dispatch)| dispatch.exit(id));
        }

        pub(crate) fn fail(&self, failure: &dyn std::fmt::Display) {
            self.0.record("failure", tracing::field::display(failure));
        }
    }
}

#[cfg(not(feature = "tracing"))]
mod off {
    use super::{Follow, Handled, HandlingSpan, Subscriber, Worker};

    impl Subscriber {
        pub(crate) fn is_on(&self) -> bool {
            false
        }

        pub(crate) fn enter(&self) -> Worker {
            Worker()
        }
    }

    impl Follow {
        pub(crate) fn current() -> Follow {
            Follow()
        }

        pub(crate) fn within<R>(&self, work: impl FnOnce() -> R) -> R {
            work()
        }
    }

    impl HandlingSpan {
        pub(crate) fn new(_: &Follow, _: &'static str, handled: Handled, _: u64) -> HandlingSpan {
            let Handled { node: _, pid: _pid, message: _message, is_call: _is_call } = handled;
            HandlingSpan()
        }
        pub(crate) fn enter(&self) {}
        pub(crate) fn exit(&self) {}
        pub(crate) fn fail(&self, _: &dyn std::fmt::Display) {}
    }
}
