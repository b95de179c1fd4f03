//! Limits of a capability: time, uses, bytes.

use super::error::CapError;
use crate::timer::Clock;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What a capability is limited to; nothing unless said.
#[derive(Clone, Debug, Default)]
pub struct Limits {
    expires_after: Option<Duration>,
    clock: Clock,
    uses: Option<u64>,
    bytes: Option<u64>,
}

impl Limits {
    /// No limits.
    pub fn new() -> Limits {
        Limits::default()
    }

    /// It expires `after` the moment when it is lent. What is being waited for then fails once it would be done.
    #[must_use]
    pub fn expires_after(mut self, after: Duration) -> Limits {
        self.expires_after = Some(after);
        self
    }

    /// The clock to expire by; the machine's otherwise. The runtime's own is what [`Builder::clock`](crate::Builder::clock) was given.
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Limits {
        self.clock = clock;
        self
    }

    /// It can be used so many times. Each method that does something with the resource is one use, and so is looking at
    /// it with [`Cap::get`](super::Cap::get).
    #[must_use]
    pub fn uses(mut self, uses: u64) -> Limits {
        self.uses = Some(uses);
        self
    }

    /// It can move so many bytes in and out, together. A read gets at most what is left; a write of more fails whole.
    #[must_use]
    pub fn bytes(mut self, bytes: u64) -> Limits {
        self.bytes = Some(bytes);
        self
    }
}

/// What is left of the limits of one capability.
#[derive(Debug)]
struct Left {
    /// When it ends, on this clock.
    expires: Option<(Clock, u64)>,
    uses: Option<AtomicU64>,
    bytes: Option<AtomicU64>,
}

/// The limits of a capability and of those that it was lent from, all of which count.
#[derive(Clone, Debug, Default)]
pub(super) struct Allowance(Arc<[Arc<Left>]>);

/// Takes as much as there is, at most `amount`.
fn take(from: &AtomicU64, amount: u64) -> u64 {
    let before =
        from.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| Some(left.saturating_sub(amount)));
    before.unwrap_or_else(|left| left).min(amount)
}

impl Allowance {
    /// These limits, and more.
    pub(super) fn with(&self, limits: Limits) -> Allowance {
        let Limits { expires_after, clock, uses, bytes } = limits;
        if expires_after.is_none() && uses.is_none() && bytes.is_none() {
            return self.clone();
        }
        let expires = expires_after.map(|after| {
            let nanoseconds = u64::try_from(after.as_nanos()).unwrap_or(u64::MAX);
            let end = clock.now().saturating_add(nanoseconds);
            (clock, end)
        });
        let left = Left { expires, uses: uses.map(AtomicU64::new), bytes: bytes.map(AtomicU64::new) };
        Allowance(self.0.iter().cloned().chain([Arc::new(left)]).collect())
    }

    /// Whether it is not over yet.
    pub(super) fn check_time(&self) -> Result<(), CapError> {
        let is_over =
            |left: &Arc<Left>| left.expires.as_ref().is_some_and(|(clock, end)| clock.now() >= *end);
        if self.0.iter().any(is_over) { Err(CapError::Expired) } else { Ok(()) }
    }

    /// Takes one use.
    pub(super) fn take_use(&self) -> Result<(), CapError> {
        let limits = || self.0.iter().filter_map(|left| left.uses.as_ref());
        for (index, uses) in limits().enumerate() {
            if take(uses, 1) == 0 {
                for uses in limits().take(index) {
                    uses.fetch_add(1, Ordering::Relaxed);
                }
                return Err(CapError::UsedUp("uses"));
            }
        }
        Ok(())
    }

    /// Takes at most `wanted` bytes, at least one if any are wanted; what is not moved is given back when the
    /// result is dropped.
    pub(super) fn take_bytes(&self, wanted: usize) -> Result<Reserved<'_>, CapError> {
        let mut reserved = Reserved { allowance: self, bytes: wanted as u64 };
        for (index, bytes) in self.byte_limits().enumerate() {
            let got = take(bytes, reserved.bytes);
            // Those before gave more than this one has.
            give_back(self.byte_limits().take(index), reserved.bytes - got);
            reserved.bytes = got;
        }
        if reserved.bytes == 0 && wanted > 0 {
            return Err(CapError::UsedUp("bytes"));
        }
        Ok(reserved)
    }

    /// Takes exactly `wanted` bytes.
    pub(super) fn take_all_bytes(&self, wanted: usize) -> Result<Reserved<'_>, CapError> {
        let reserved = self.take_bytes(wanted)?;
        // Dropped, it gives back what there was.
        if reserved.len() < wanted { Err(CapError::UsedUp("bytes")) } else { Ok(reserved) }
    }

    fn byte_limits(&self) -> impl Iterator<Item = &AtomicU64> {
        self.0.iter().filter_map(|left| left.bytes.as_ref())
    }
}

fn give_back<'a>(limits: impl Iterator<Item = &'a AtomicU64>, amount: u64) {
    if amount > 0 {
        for bytes in limits {
            bytes.fetch_add(amount, Ordering::Relaxed);
        }
    }
}

/// Bytes that were taken and not moved yet.
#[derive(Debug)]
pub(super) struct Reserved<'a> {
    allowance: &'a Allowance,
    bytes: u64,
}

impl Reserved<'_> {
    /// How many may be moved.
    pub(super) fn len(&self) -> usize {
        self.bytes as usize
    }

    /// So many were moved.
    pub(super) fn moved(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_sub(bytes as u64);
    }
}

impl Drop for Reserved<'_> {
    fn drop(&mut self) {
        give_back(self.allowance.byte_limits(), self.bytes);
    }
}
