//! One value from one thread to another, awaited or waited for.
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

struct Slot<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

enum State<T> {
    Empty(Option<Waker>),
    Full(T),
    Closed,
}

impl<T> Slot<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, new: State<T>) {
        let old = std::mem::replace(&mut *self.lock(), new);
        self.changed.notify_all();
        if let State::Empty(Some(waker)) = old {
            waker.wake();
        }
    }
}

/// The end that gives. Dropping it says that nothing will come.
pub(crate) struct Sender<T>(Option<Arc<Slot<T>>>);

/// The end that takes: a future of the value, or of nothing when the other end was dropped.
pub(crate) struct Receiver<T>(Arc<Slot<T>>);

/// Two ends.
pub(crate) fn oneshot<T>() -> (Sender<T>, Receiver<T>) {
    let slot = Arc::new(Slot { state: Mutex::new(State::Empty(None)), changed: Condvar::new() });
    (Sender(Some(slot.clone())), Receiver(slot))
}

impl<T> Sender<T> {
    pub(crate) fn send(mut self, value: T) {
        if let Some(slot) = self.0.take() {
            slot.put(State::Full(value));
        }
    }

    /// Whether nobody waits any more.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.0.as_ref().is_none_or(|slot| Arc::strong_count(slot) == 1)
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        if let Some(slot) = self.0.take() {
            slot.put(State::Closed);
        }
    }
}

impl<T> Receiver<T> {
    fn take(state: &mut State<T>) -> Option<Option<T>> {
        match std::mem::replace(state, State::Closed) {
            State::Full(value) => Some(Some(value)),
            State::Closed => Some(None),
            empty @ State::Empty(_) => {
                *state = empty;
                None
            }
        }
    }

    /// Waits on this thread, until `deadline` if there is one. `None` when it passed.
    pub(crate) fn wait(&self, deadline: Option<Instant>) -> Option<Option<T>> {
        let mut state = self.0.lock();
        loop {
            if let Some(value) = Self::take(&mut state) {
                return Some(value);
            }
            state = match deadline {
                None => self.0.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(deadline) => {
                    let left = deadline.checked_duration_since(Instant::now())?;
                    self.0.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
    }
}

impl<T> Future for Receiver<T> {
    type Output = Option<T>;

    fn poll(self: std::pin::Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let mut state = self.0.lock();
        if let Some(value) = Self::take(&mut state) {
            return Poll::Ready(value);
        }
        *state = State::Empty(Some(context.waker().clone()));
        Poll::Pending
    }
}

impl<T> std::fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Receiver")
    }
}

impl<T> std::fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sender")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_value_comes_over_and_a_dropped_sender_says_so() {
        let (sender, receiver) = oneshot();
        assert!(!sender.is_abandoned());
        let there = std::thread::spawn(move || receiver.wait(None));
        sender.send(7);
        assert_eq!(there.join().expect("no panic"), Some(Some(7)));
        let (sender, receiver) = oneshot::<u8>();
        assert_eq!(receiver.wait(Some(Instant::now() + Duration::from_millis(1))), None, "nothing yet");
        drop(sender);
        assert_eq!(receiver.wait(None), Some(None));
        let (sender, receiver) = oneshot::<u8>();
        drop(receiver);
        assert!(sender.is_abandoned());
    }
}
