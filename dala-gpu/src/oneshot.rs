//! One value from one thread to another, awaited or waited for.
//!
//! The place where the two ends meet is one allocation; a [`Pool`] uses places again.
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Instant;

struct Slot<T> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

enum State<T> {
    /// Who is to be told when there is something: a task, or threads that block.
    Empty {
        waker: Option<Waker>,
        has_blocked: bool,
    },
    Full(T),
    /// One of the ends went away, or the value was taken.
    Closed,
}

impl<T> State<T> {
    const NEW: Self = State::Empty { waker: None, has_blocked: false };
}

impl<T> Slot<T> {
    fn new() -> Arc<Self> {
        Arc::new(Slot { state: Mutex::new(State::NEW), changed: Condvar::new() })
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts something in, unless nobody waits for it.
    fn put(&self, new: State<T>) {
        let mut state = self.lock();
        if !matches!(*state, State::Empty { .. }) {
            return;
        }
        let old = std::mem::replace(&mut *state, new);
        drop(state);
        if let State::Empty { waker, has_blocked } = old {
            // A condition variable calls the kernel even when nobody waits.
            if has_blocked {
                self.changed.notify_all();
            }
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }
}

/// The end that gives. Dropping it says that nothing will come.
pub(crate) struct Sender<T>(Option<Arc<Slot<T>>>);

/// The end that takes: a future of the value, or of nothing when the other end was dropped.
pub(crate) struct Receiver<T>(Arc<Slot<T>>);

/// Two ends.
pub(crate) fn oneshot<T>() -> (Sender<T>, Receiver<T>) {
    ends(Slot::new())
}

fn ends<T>(slot: Arc<Slot<T>>) -> (Sender<T>, Receiver<T>) {
    (Sender(Some(slot.clone())), Receiver(slot))
}

/// Places where ends met before: pairs made with them allocate nothing.
pub(crate) struct Pool<T> {
    kept: Vec<Arc<Slot<T>>>,
    next: usize,
}

/// Places that a pool keeps.
const KEPT: usize = 256;

/// Places made at the start: more than one pair of ends needs, for an end may still be about to go away.
const FIRST: usize = 8;

impl<T> Default for Pool<T> {
    fn default() -> Self {
        Self { kept: Vec::new(), next: 0 }
    }
}

impl<T> Pool<T> {
    /// Two ends.
    pub(crate) fn oneshot(&mut self) -> (Sender<T>, Receiver<T>) {
        if self.kept.is_empty() {
            self.kept.extend(std::iter::repeat_with(Slot::new).take(FIRST));
        }
        // Those that were used longest ago are likeliest to be free.
        for _ in 0..2.min(self.kept.len()) {
            self.next = (self.next + 1) % self.kept.len();
            let slot = &mut self.kept[self.next];
            if let Some(free) = Arc::get_mut(slot) {
                *free.state.get_mut().unwrap_or_else(PoisonError::into_inner) = State::NEW;
                return ends(slot.clone());
            }
        }
        let slot = Slot::new();
        if self.kept.len() < KEPT {
            self.kept.push(slot.clone());
        }
        ends(slot)
    }
}

impl<T> Sender<T> {
    pub(crate) fn send(mut self, value: T) {
        if let Some(slot) = self.0.take() {
            slot.put(State::Full(value));
        }
    }

    /// Whether nobody waits any more.
    pub(crate) fn is_abandoned(&self) -> bool {
        self.0.as_ref().is_none_or(|slot| matches!(*slot.lock(), State::Closed))
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        if let Some(slot) = self.0.take() {
            slot.put(State::Closed);
        }
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let old = std::mem::replace(&mut *self.0.lock(), State::Closed);
        drop(old);
    }
}

impl<T> Receiver<T> {
    fn take(state: &mut State<T>) -> Option<Option<T>> {
        match std::mem::replace(state, State::Closed) {
            State::Full(value) => Some(Some(value)),
            State::Closed => Some(None),
            empty @ State::Empty { .. } => {
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
            if let State::Empty { has_blocked, .. } = &mut *state {
                *has_blocked = true;
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
        if let State::Empty { waker, .. } = &mut *state {
            *waker = Some(context.waker().clone());
        }
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

impl<T> std::fmt::Debug for Pool<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pool({})", self.kept.len())
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

    #[test]
    fn a_place_is_used_again_when_both_ends_are_gone_and_only_then() {
        let mut pool = Pool::default();
        let (first, second) = (pool.oneshot(), pool.oneshot());
        let places = [Arc::as_ptr(&first.1.0), Arc::as_ptr(&second.1.0)];
        first.0.send(1);
        drop(second.0);
        let third = pool.oneshot();
        assert!(!places.contains(&Arc::as_ptr(&third.1.0)), "the receivers still look");
        assert_eq!((first.1.wait(None), second.1.wait(None)), (Some(Some(1)), Some(None)));
        drop((first.1, second.1));
        let mut seen = std::collections::HashSet::new();
        for _ in 0..100 {
            let (sender, receiver) = pool.oneshot();
            assert!(!sender.is_abandoned());
            seen.insert(Arc::as_ptr(&receiver.0));
            sender.send(2);
            assert_eq!(receiver.wait(None), Some(Some(2)), "and not what was there before");
        }
        assert!(places.iter().all(|place| seen.contains(place)) && seen.len() < FIRST, "{seen:?}");
        drop(third);
    }
}
