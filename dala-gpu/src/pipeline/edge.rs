//! What lies between two stages: a bounded queue of frames. Not dala's bounded mailbox: that dies with its actor, and
//! these frames wait for the stage that is started again.
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use super::stage::Frame;

/// What happens when a frame comes and there is no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Policy {
    /// Its sender waits: nothing is lost, and the source slows down.
    Block,
    /// The oldest frame that waits is dropped.
    DropOldest,
}

/// How frames wait before a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Edge {
    /// What happens to frames for which there is no room.
    pub policy: Policy,
    /// Frames that may wait, at least 1.
    pub capacity: usize,
    /// Frames whose source gave them longer ago are dropped before they are handled.
    pub max_age: Option<Duration>,
}

impl Edge {
    /// Up to so many frames; more wait at their sender.
    pub fn block(capacity: usize) -> Self {
        Self { policy: Policy::Block, capacity: capacity.max(1), max_age: None }
    }

    /// Up to so many frames; for more the oldest are dropped.
    pub fn drop_oldest(capacity: usize) -> Self {
        Self { policy: Policy::DropOldest, ..Self::block(capacity) }
    }

    /// The newest frame, as for live pictures.
    pub fn latest_only() -> Self {
        Self::drop_oldest(1)
    }

    /// Drops frames that are older when their turn comes.
    #[must_use]
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }
}

/// What an edge counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct EdgeCounts {
    pub(super) taken: u64,
    pub(super) dropped: u64,
    pub(super) late: u64,
    pub(super) waiting: usize,
    pub(super) most: usize,
}

/// The queue of an edge: many senders, one receiver, which may be replaced.
#[derive(Debug)]
pub(super) struct Queue<T> {
    edge: Edge,
    state: Mutex<State<T>>,
}

#[derive(Debug)]
struct State<T> {
    frames: VecDeque<Frame<T>>,
    counts: EdgeCounts,
    /// Stages and sources that still send.
    senders: usize,
    receiver: Option<Waker>,
    /// Senders that wait for room.
    blocked: Vec<Waker>,
}

impl<T> Queue<T> {
    pub(super) fn new(edge: Edge, senders: usize) -> Self {
        let state = State {
            frames: VecDeque::new(),
            counts: EdgeCounts::default(),
            senders,
            receiver: None,
            blocked: Vec::new(),
        };
        Self { edge, state: Mutex::new(state) }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn send(&self, frame: Frame<T>) {
        let mut frame = Some(frame);
        std::future::poll_fn(|context| self.poll_send(&mut frame, context)).await;
    }

    fn poll_send(&self, frame: &mut Option<Frame<T>>, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.lock();
        if state.frames.len() >= self.edge.capacity {
            match self.edge.policy {
                Policy::Block => {
                    state.blocked.push(context.waker().clone());
                    return Poll::Pending;
                }
                Policy::DropOldest => {
                    state.frames.pop_front();
                    state.counts.dropped += 1;
                }
            }
        }
        state.frames.extend(frame.take());
        state.counts.most = state.counts.most.max(state.frames.len());
        wake(state.receiver.take());
        Poll::Ready(())
    }

    /// The next frame that is not too old; none when all senders are done.
    pub(super) async fn receive(&self) -> Option<Frame<T>> {
        std::future::poll_fn(|context| self.poll_receive(context)).await
    }

    fn poll_receive(&self, context: &mut Context<'_>) -> Poll<Option<Frame<T>>> {
        let mut state = self.lock();
        let mut found = None;
        while let Some(frame) = state.frames.pop_front() {
            if self.edge.max_age.is_none_or(|most| frame.at.elapsed() <= most) {
                state.counts.taken += 1;
                found = Some(frame);
                break;
            }
            state.counts.late += 1;
        }
        let blocked = std::mem::take(&mut state.blocked);
        let answer = match found {
            Some(frame) => Poll::Ready(Some(frame)),
            None if state.senders == 0 => Poll::Ready(None),
            None => {
                state.receiver = Some(context.waker().clone());
                Poll::Pending
            }
        };
        drop(state);
        blocked.into_iter().for_each(|sender| wake(Some(sender)));
        answer
    }

    /// One of the senders is done.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.senders = state.senders.saturating_sub(1);
        wake(state.receiver.take());
    }

    pub(super) fn counts(&self) -> EdgeCounts {
        let state = self.lock();
        EdgeCounts { waiting: state.frames.len(), ..state.counts }
    }
}

fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}

/// Latencies of the last frames, from their source to the end of a stage.
#[derive(Debug, Default)]
pub(super) struct Latencies {
    last: Mutex<(Vec<Duration>, usize)>,
}

/// Latencies that are kept.
const KEPT: usize = 1024;

impl Latencies {
    pub(super) fn note(&self, at: Instant) {
        let took = at.elapsed();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let (kept, next) = &mut *last;
        if kept.len() < KEPT {
            kept.push(took);
        } else {
            kept[*next] = took;
            *next = (*next + 1) % KEPT;
        }
    }

    /// The latency that so many of a hundred frames do not pass.
    pub(super) fn percentile(&self, percent: usize) -> Duration {
        let mut sorted = self.last.lock().unwrap_or_else(PoisonError::into_inner).0.clone();
        sorted.sort_unstable();
        let at = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
        sorted.get(at).copied().unwrap_or_default()
    }
}
