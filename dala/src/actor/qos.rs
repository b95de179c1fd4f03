//! The class of an actor, which says who goes first.

/// Which share of the workers an actor gets when there is more to do than they can.
///
/// | class | for | share | an activation lasts at most |
/// |---|---|---|---|
/// | `Realtime` | work that must not be late: sound, input, control loops | 8 | 128 messages or 1 ms |
/// | `UserFacing` | somebody waits for it; the default | 4 | 128 messages or 0.5 ms |
/// | `Utility` | somebody will want it soon | 3 | 128 messages or 0.2 ms |
/// | `Background` | nobody waits | 1 | 128 messages or 50 µs |
///
/// Shares are of a worker's time, and count only while several classes have work. A class that has had less than its share
/// goes first; Realtime actors also end others' activations after the message in hand. So one of them waits for one
/// handler, however many Background actors there are, unless Realtime actors use more than their share. A handler
/// that is too long is not interrupted; [`Builder::watchdog`](crate::Builder::watchdog) finds it. What the shares bound is
/// written and tested in the module `sched::fair`.
///
/// Who handles a call has the class of the actor that waits for it, if that is the more urgent one, until the call is handled;
/// and so on with the calls that it makes meanwhile.
///
/// # Deadlines
/// Within a class, actors with a deadline go before those without, the nearest deadline first; each eighth is one without. Which
/// class has its turn, deadlines do not change. Who has one:
/// - an actor with `#[dala::actor(deadline = "5ms")]` or [`SpawnOptions::deadline`](crate::SpawnOptions::deadline): so long after each
///   time that it becomes due;
/// - an actor that handles a call of an actor with a deadline: that of the caller, until it has handled the call; and so on with those
///   that it calls meanwhile;
/// - a Realtime actor, or one with a deadline of its own, that handles a call with a limit
///   ([`call_timeout`](crate::ActorRef::call_timeout)): that of the call, if it is the nearer one.
///
/// A deadline is a wish: nothing is dropped, and what is late when it becomes due is as if its deadline were then. An actor
/// with a deadline pays for it, a lock each time that it is put into a queue; others do not.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Qos {
    /// Before everything else; for work that must not be late.
    Realtime = 0,
    /// Somebody waits for it.
    #[default]
    UserFacing = 1,
    /// Somebody will want it soon.
    Utility = 2,
    /// Nobody waits.
    Background = 3,
}

/// Number of classes.
pub(crate) const CLASSES: usize = 4;

impl Qos {
    /// All classes, the most urgent first.
    pub const ALL: [Qos; CLASSES] = [Qos::Realtime, Qos::UserFacing, Qos::Utility, Qos::Background];

    #[inline(always)]
    pub(crate) fn of_rank(rank: u8) -> Qos {
        match rank {
            0 => Qos::Realtime,
            1 => Qos::UserFacing,
            2 => Qos::Utility,
            _ => Qos::Background,
        }
    }
}
