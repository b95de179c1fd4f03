//! The requests that wait: kinds that cannot share a run apart, each in the order in which they are run.
use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::time::{Duration, Instant};

use super::desk::Answer;
use super::options::{InferError, Priority};
use super::stream::State;
use crate::oneshot::Sender;
use crate::{Shape, TensorRef};

/// A request that waits.
#[derive(Debug)]
pub(super) struct Queued {
    /// The inputs; after a run, the outputs.
    pub(super) tensors: Vec<TensorRef>,
    pub(super) rows: usize,
    pub(super) state: Option<State>,
    /// Whether the client wants the state back.
    pub(super) is_stream: bool,
    pub(super) deadline: Option<Instant>,
    /// Until when it can wait for others.
    pub(super) patience: Option<Instant>,
    pub(super) priority: Priority,
    pub(super) came: Instant,
    pub(super) sender: Sender<Answer>,
    /// Counts requests.
    pub(super) number: u64,
}

impl Queued {
    /// Greater goes first: priority, then the nearer deadline, then who came first.
    fn rank(&self, other: &Queued) -> Ordering {
        let deadlines = match (self.deadline, other.deadline) {
            (Some(mine), Some(other)) => other.cmp(&mine),
            (Some(_), None) => Ordering::Greater,
            (None, Some(_)) => Ordering::Less,
            (None, None) => Ordering::Equal,
        };
        self.priority.cmp(&other.priority).then(deadlines).then(other.number.cmp(&self.number))
    }
}

impl PartialEq for Queued {
    fn eq(&self, other: &Queued) -> bool {
        self.number == other.number
    }
}

impl Eq for Queued {}

impl PartialOrd for Queued {
    fn partial_cmp(&self, other: &Queued) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Queued {
    fn cmp(&self, other: &Queued) -> Ordering {
        self.rank(other)
    }
}

/// A shape with one row.
pub(super) fn row_shape(shape: Shape) -> Shape {
    if shape.rank() == 0 { shape } else { shape.with_size(0, 1) }
}

/// Requests of the same sizes, but for rows: they can share a run.
#[derive(Debug)]
struct Kind {
    row: Vec<Shape>,
    waiting: BinaryHeap<Queued>,
    rows: usize,
    /// When the first of them came, or some were taken: since then nobody but they was waited for.
    since: Instant,
    /// Until when all of them can wait for others.
    patience: Option<Instant>,
}

impl Kind {
    fn look_for_patience(&mut self) {
        // Without deadlines, which is the most usual, there is nothing to look for.
        if self.patience.is_some() {
            self.patience = self.waiting.iter().filter_map(|queued| queued.patience).min();
        }
    }
}

fn soonest(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    one.into_iter().chain(other).min()
}

/// Kinds without requests that are kept, for those that come.
const EMPTY_KINDS: usize = 8;

/// The requests that wait.
#[derive(Debug, Default)]
pub(super) struct Queue {
    kinds: Vec<Kind>,
    length: usize,
    rows: usize,
}

/// What waits of the kind whose turn it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pending {
    pub(super) rows: usize,
    pub(super) since: Instant,
    kind: usize,
}

/// What became of requests that are not run.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Dropped {
    pub(super) expired: u64,
    pub(super) abandoned: u64,
}

impl Queue {
    pub(super) fn length(&self) -> usize {
        self.length
    }

    /// Rows of all kinds.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn push(&mut self, queued: Queued) {
        let is_it = |kind: &Kind| {
            kind.row.len() == queued.tensors.len()
                && kind.row.iter().zip(&queued.tensors).all(|(row, tensor)| *row == row_shape(tensor.shape()))
        };
        let at = match self.kinds.iter().position(is_it) {
            Some(at) => at,
            None => {
                if self.kinds.len() >= EMPTY_KINDS {
                    self.kinds.retain(|kind| !kind.waiting.is_empty());
                }
                let row = queued.tensors.iter().map(|tensor| row_shape(tensor.shape())).collect();
                self.kinds.push(Kind {
                    row,
                    waiting: BinaryHeap::new(),
                    rows: 0,
                    since: queued.came,
                    patience: None,
                });
                self.kinds.len() - 1
            }
        };
        let kind = &mut self.kinds[at];
        if kind.waiting.is_empty() {
            kind.since = queued.came;
        }
        self.length += 1;
        self.rows += queued.rows;
        kind.rows += queued.rows;
        kind.patience = soonest(kind.patience, queued.patience);
        kind.waiting.push(queued);
    }

    /// The kind of the request that goes first.
    pub(super) fn first(&self) -> Option<Pending> {
        let tops = self.kinds.iter().enumerate().filter_map(|(at, kind)| Some((at, kind.waiting.peek()?)));
        let (kind, _) = tops.max_by(|a, b| a.1.cmp(b.1))?;
        let Kind { rows, since, .. } = self.kinds[kind];
        Some(Pending { rows, since, kind })
    }

    /// Until when all that wait, of whatever kind, can wait for others.
    pub(super) fn patience(&self) -> Option<Instant> {
        self.kinds.iter().filter_map(|kind| kind.patience).min()
    }

    /// Moves the requests to run next of that kind into `batch`, up to so many rows and at least one, and no more than
    /// leave those in it their deadlines, by how long a run of so many rows is `expected` to take. Those that would be too
    /// late even alone are answered; those whose client went away are dropped.
    pub(super) fn take(
        &mut self,
        pending: Pending,
        rows: usize,
        now: Instant,
        expected: impl Fn(usize) -> Duration,
        batch: &mut Vec<Queued>,
    ) -> Dropped {
        let mut dropped = Dropped::default();
        let (mut taken, mut soonest) = (0, None);
        let kind = &mut self.kinds[pending.kind];
        while taken < rows.max(1)
            && let Some(next) = kind.waiting.peek()
        {
            let is_late = next.deadline.is_some_and(|deadline| now + expected(1) > deadline);
            let is_abandoned = next.sender.is_abandoned();
            let first = self::soonest(soonest, next.deadline);
            let leaves_time = || first.is_none_or(|first| now + expected(taken + next.rows) <= first);
            let fits = batch.is_empty() || (taken + next.rows <= rows && leaves_time());
            if !(is_late || is_abandoned || fits) {
                break;
            }
            let next = kind.waiting.pop().expect("just seen");
            kind.rows -= next.rows;
            self.rows -= next.rows;
            self.length -= 1;
            if is_abandoned {
                dropped.abandoned += 1;
            } else if is_late {
                dropped.expired += 1;
                next.sender.send(Err(InferError::Expired));
            } else {
                taken += next.rows;
                soonest = first;
                batch.push(next);
            }
        }
        kind.since = now;
        kind.look_for_patience();
        dropped
    }

    /// Takes out a request that still waits. Linear in those that do.
    pub(super) fn take_out(&mut self, number: u64) -> Option<Queued> {
        for kind in &mut self.kinds {
            if !kind.waiting.iter().any(|queued| queued.number == number) {
                continue;
            }
            let all = std::mem::take(&mut kind.waiting).into_iter();
            let (mut found, stay): (Vec<_>, Vec<_>) = all.partition(|queued| queued.number == number);
            kind.waiting = stay.into();
            let found = found.pop()?;
            kind.rows -= found.rows;
            kind.look_for_patience();
            self.length -= 1;
            self.rows -= found.rows;
            return Some(found);
        }
        None
    }

    /// Takes out the requests of lower priority, but for steps of streams, which would lose their state.
    pub(super) fn take_below(&mut self, least: Priority) -> Vec<Queued> {
        let mut taken = Vec::new();
        for kind in &mut self.kinds {
            let stays = |queued: &Queued| queued.priority >= least || queued.is_stream;
            let (stay, go): (Vec<_>, Vec<_>) = std::mem::take(&mut kind.waiting).into_iter().partition(stays);
            kind.waiting = stay.into();
            kind.rows -= go.iter().map(|queued| queued.rows).sum::<usize>();
            kind.look_for_patience();
            taken.extend(go);
        }
        self.length -= taken.len();
        self.rows -= taken.iter().map(|queued| queued.rows).sum::<usize>();
        taken
    }

    /// All that wait.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = Queued> + use<> {
        std::mem::take(self).kinds.into_iter().flat_map(|kind| kind.waiting)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oneshot::{Receiver, oneshot};
    use crate::{DType, Region};

    fn queued(queue: &mut Queue, columns: usize, number: u64, priority: Priority) -> Receiver<Answer> {
        queued_until(queue, columns, number, priority, None)
    }

    fn queued_until(
        queue: &mut Queue,
        columns: usize,
        number: u64,
        priority: Priority,
        deadline: Option<Instant>,
    ) -> Receiver<Answer> {
        let region = Region::process_wide();
        let shape = Shape::new(&[1, columns]).expect("small");
        let (sender, receiver) = oneshot();
        queue.push(Queued {
            tensors: vec![region.zeros_of(DType::F32, shape).expect("small")],
            rows: 1,
            state: None,
            is_stream: false,
            deadline,
            patience: deadline,
            priority,
            came: Instant::now(),
            sender,
            number,
        });
        receiver
    }

    fn take(queue: &mut Queue, rows: usize) -> Vec<u64> {
        let mut batch = Vec::new();
        let first = queue.first().expect("some wait");
        queue.take(first, rows, Instant::now(), |_| Duration::ZERO, &mut batch);
        batch.iter().map(|queued| queued.number).collect()
    }

    #[test]
    fn a_batch_is_filled_past_requests_of_another_kind() {
        let mut queue = Queue::default();
        let _waits: Vec<_> =
            (0..6).map(|i| queued(&mut queue, 1 + i % 2, i as u64, Priority::Normal)).collect();
        assert_eq!((queue.length(), queue.first().map(|first| first.rows)), (6, Some(3)));
        assert_eq!(take(&mut queue, 4), [0, 2, 4]);
        assert_eq!(take(&mut queue, 2), [1, 3]);
        let _more: Vec<_> = (6..8).map(|i| queued(&mut queue, 1, i, Priority::High)).collect();
        assert_eq!(take(&mut queue, 4), [6, 7], "the kind whose first request goes first");
        assert_eq!(take(&mut queue, 4), [5]);
        assert!(queue.first().is_none());
        assert_eq!((queue.length(), queue.rows()), (0, 0));
    }

    #[test]
    fn a_batch_is_no_larger_than_the_deadlines_in_it_leave_time_for() {
        let mut queue = Queue::default();
        let (now, ms) = (Instant::now(), Duration::from_millis(1));
        // A run takes a millisecond a row. One is too late, two leave time for three rows in all.
        let _waits: Vec<_> = [9, 3, 0, 50, 3]
            .into_iter()
            .enumerate()
            .map(|(i, left)| queued_until(&mut queue, 1, i as u64, Priority::Normal, Some(now + left * ms)))
            .collect();
        let mut batch = Vec::new();
        let mut take = |rows| {
            let first = queue.first().expect("some wait");
            batch.clear();
            let dropped = queue.take(first, rows, now, |rows| rows as u32 * ms, &mut batch);
            (batch.iter().map(|queued| queued.number).collect::<Vec<_>>(), dropped.expired)
        };
        assert_eq!(take(8), (vec![1, 4, 0], 1));
        assert_eq!(take(8), (vec![3], 0));
    }

    #[test]
    fn what_is_less_urgent_is_taken_out_and_the_rest_keeps_its_order() {
        let mut queue = Queue::default();
        let priorities = [Priority::Low, Priority::High, Priority::Normal, Priority::High];
        let _waits: Vec<_> = (0..).zip(priorities).map(|(i, p)| queued(&mut queue, 1, i, p)).collect();
        assert_eq!(queue.take_below(Priority::Low), []);
        let mut taken: Vec<_> = queue.take_below(Priority::High).iter().map(|queued| queued.number).collect();
        taken.sort_unstable();
        assert_eq!((taken, queue.length(), queue.rows()), (vec![0, 2], 2, 2));
        assert_eq!(take(&mut queue, 9), [1, 3]);
    }

    #[test]
    fn one_that_is_taken_out_is_gone_and_the_rest_keeps_its_order() {
        let mut queue = Queue::default();
        let _waits: Vec<_> =
            (0..6).map(|i| queued(&mut queue, 1 + i % 2, i as u64, Priority::Normal)).collect();
        assert_eq!(queue.take_out(2).map(|queued| queued.number), Some(2));
        assert!(queue.take_out(2).is_none() && queue.take_out(9).is_none());
        assert_eq!((queue.length(), queue.rows()), (5, 5));
        assert_eq!((take(&mut queue, 4), take(&mut queue, 4)), (vec![0, 4], vec![1, 3, 5]));
    }

    #[test]
    fn kinds_that_come_once_are_forgotten() {
        let mut queue = Queue::default();
        for columns in 1..200 {
            let _waits = queued(&mut queue, columns, columns as u64, Priority::Normal);
            assert_eq!(take(&mut queue, 1), [columns as u64]);
        }
        assert!(queue.kinds.len() <= EMPTY_KINDS);
    }
}
