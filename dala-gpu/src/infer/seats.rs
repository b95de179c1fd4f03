//! The sessions that work for one desk: who is free, who runs, who rests.
//!
//! ```text
//!           wake            takes a batch              done
//!   Idle ---------> Told -----------------> Running ---------> Idle, or Told if more waits
//!    ^               | nothing to do, or      |
//!    +---------------+ not its turn           +---> Resting ---> Told when its time is over
//! ```
//! - Whoever is told, runs or rests looks at the queue again by itself: nobody need tell it.
//! - One at a time is woken, the first that is idle: sessions that are not needed stay cold. Who takes a batch and leaves
//!   requests behind wakes the next: one request wakes one session, and many wake all.
//! - When one ends, whatever it did, the desk wakes another if something waits.
use std::time::{Duration, Instant};

use dala::ActorRef;

use super::ModelActor;

/// What a session does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doing {
    /// Nothing; it knows of nothing that waits.
    Idle,
    /// It is about to look at the queue, or looks all the time.
    Told,
    /// It runs a batch.
    Running,
    /// It runs nothing for a time, because of heat or power, and then looks.
    Resting,
}

/// An actor with its session.
#[derive(Clone, Copy, Debug)]
struct Seat {
    actor: ActorRef<ModelActor>,
    incarnation: u64,
    doing: Doing,
    /// No run before.
    rests_until: Option<Instant>,
}

impl Seat {
    fn rest(&self, now: Instant) -> Duration {
        self.rests_until.map_or(Duration::ZERO, |until| until.saturating_duration_since(now))
    }

    fn is_busy(&self) -> bool {
        matches!(self.doing, Doing::Running | Doing::Resting)
    }
}

/// The actors that work for a desk, in the order in which they began.
#[derive(Debug, Default)]
pub(super) struct Seats(Vec<Seat>);

/// What an actor that looks at the queue may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// Take a batch.
    Take,
    /// Rest for so long, and look again.
    Rest(Duration),
    /// Nothing: as many as may run do, and look again by themselves.
    Leave,
}

impl Seats {
    /// How many work.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// How many of them run a batch.
    pub(super) fn running(&self) -> usize {
        self.0.iter().filter(|seat| seat.doing == Doing::Running).count()
    }

    /// An actor begins.
    pub(super) fn join(&mut self, actor: ActorRef<ModelActor>, incarnation: u64) {
        self.0.push(Seat { actor, incarnation, doing: Doing::Idle, rests_until: None });
    }

    /// An actor ended.
    pub(super) fn leave(&mut self, incarnation: u64) {
        self.0.retain(|seat| seat.incarnation != incarnation);
    }

    /// Whom to tell that something waits, when so many may be busy: nobody if one who may take it looks by itself.
    pub(super) fn wake(&mut self, most: usize) -> Option<(ActorRef<ModelActor>, u64)> {
        if self.busy() >= most || self.0.iter().any(|seat| seat.doing == Doing::Told) {
            return None;
        }
        let seat = self.0.iter_mut().find(|seat| seat.doing == Doing::Idle)?;
        seat.doing = Doing::Told;
        Some((seat.actor, seat.incarnation))
    }

    /// An actor looks at the queue, when so many may be busy. Unless it takes a batch it is idle, or rests.
    pub(super) fn look(&mut self, incarnation: u64, most: usize, now: Instant) -> Turn {
        let Some(at) = self.place(incarnation) else { return Turn::Leave };
        let rest = self.0[at].rest(now);
        self.0[at].doing = if rest.is_zero() { Doing::Idle } else { Doing::Resting };
        if !rest.is_zero() {
            Turn::Rest(rest)
        } else if self.busy() < most {
            Turn::Take
        } else {
            Turn::Leave
        }
    }

    /// An actor takes a batch.
    pub(super) fn run(&mut self, incarnation: u64) {
        self.set(incarnation, Doing::Running);
    }

    /// An actor looks before long, by itself. Returns whether it still works.
    pub(super) fn tell(&mut self, incarnation: u64) -> bool {
        self.set(incarnation, Doing::Told)
    }

    /// An actor must not run before that much time has passed.
    pub(super) fn rest(&mut self, incarnation: u64, time: Duration) {
        if let Some(at) = self.place(incarnation) {
            self.0[at].rests_until = (!time.is_zero()).then(|| Instant::now() + time);
        }
    }

    /// How long until the next may take a batch, when so many may be busy; of those that run nothing is known.
    pub(super) fn until_free(&self, most: usize, now: Instant) -> Duration {
        if self.busy() < most && self.0.iter().any(|seat| !seat.is_busy() && seat.rest(now).is_zero()) {
            return Duration::ZERO;
        }
        let rests = self.0.iter().map(|seat| seat.rest(now)).filter(|rest| !rest.is_zero());
        rests.min().unwrap_or_default()
    }

    fn busy(&self) -> usize {
        self.0.iter().filter(|seat| seat.is_busy()).count()
    }

    fn place(&self, incarnation: u64) -> Option<usize> {
        self.0.iter().position(|seat| seat.incarnation == incarnation)
    }

    fn set(&mut self, incarnation: u64, doing: Doing) -> bool {
        let place = self.place(incarnation);
        if let Some(at) = place {
            self.0[at].doing = doing;
        }
        place.is_some()
    }
}
