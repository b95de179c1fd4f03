//! What an actor has to do with others; allocated when it first has something.

use super::alias::Aliases;
use super::end_waits::EndWaits;
use super::held_calls::HeldCalls;
use super::link::Links;
use super::monitor::Monitors;
use super::own_timers::OwnTimers;
use crate::mailbox::lanes::Lanes;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map whose keys are ids that we give out ourselves: no attacker chooses them.
pub(crate) type IdMap<K, V> = HashMap<K, V, BuildHasherDefault<IdHasher>>;

/// Multiplies (Fibonacci hashing, Knuth 6.4).
#[derive(Default, Debug)]
pub(crate) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }
    fn write_u32(&mut self, id: u32) {
        self.write_u64(u64::from(id));
    }
    fn write_u64(&mut self, id: u64) {
        self.0 = (self.0 ^ id).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(26);
    }
}

/// Links, monitors, aliases, calls that are answered later, who waits for the end, timers, and the lanes beside the normal one.
/// Touched by the actor's owner only.
#[derive(Debug, Default)]
pub(crate) struct Relations {
    pub(crate) links: Links,
    pub(crate) monitors: Monitors,
    pub(crate) aliases: Aliases,
    pub(crate) calls: HeldCalls,
    pub(crate) ends: EndWaits,
    pub(crate) timers: OwnTimers,
    pub(crate) lanes: Option<Box<Lanes>>,
}
