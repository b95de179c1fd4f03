//! Receives that know what they can match: from when on a queue is indexed, how far, and for how long.
//!
//! A receive that skips many messages asks for the next one of its keys ([`Cursor::seek`]). The index covers a stretch of the queue, and
//! grows with the receives that look behind it; it goes when nobody has asked for a while, or nothing is left that it covers.

use super::Cursor;
use crate::mailbox::index::{Index, Key, KeyOf};
use crate::message::Node;
use std::ptr::{NonNull, null_mut};

/// Messages that a receive skips one by one before they are indexed. A guess: an entry costs about as much as some looks.
#[cfg(not(test))]
const LONG: u32 = 64;
/// Messages that are covered at a time: a receive that finds what it wants pays for no more behind it.
#[cfg(not(test))]
pub(super) const STRETCH: u32 = 256;
/// Messages that are taken without looking for any before the index is dropped: they are taken in order again.
#[cfg(not(test))]
const UNUSED: u32 = 256;
#[cfg(test)]
const LONG: u32 = 3;
#[cfg(test)]
pub(super) const STRETCH: u32 = 4;
#[cfg(test)]
const UNUSED: u32 = 5;

impl Cursor<'_, '_> {
    /// The message at the cursor does not match: goes on to the next. Returns whether so many were skipped that
    /// [`seek`](Cursor::seek) pays.
    #[inline]
    pub fn skip(&mut self) -> bool {
        self.advance();
        self.place.skipped = self.place.skipped.saturating_add(1);
        self.place.skipped >= LONG || self.place.index.is_some()
    }

    /// Only messages of one of `keys` can match: goes past others, if the one at the cursor is no such. It may stop at any
    /// message, so what is there still has to be tried. `key_of` is the same for all calls on one [`Receive`](super::Receive).
    #[cold]
    #[inline(never)]
    pub fn seek(&mut self, keys: &[Key], key_of: KeyOf) {
        let Some(next) = NonNull::new(self.next_node()) else { return };
        let first = self.activation.cell.queue.first.get();
        let place = &mut *self.place;
        let index = place.index.get_or_insert_with(|| Box::new(Index::new(key_of)));
        let mut has_covered = false;
        if index.place_of(next).is_none() {
            has_covered = true;
            let beyond = index.beyond();
            // What was behind the last one covered has just been tried, or is what is next.
            let follows = !beyond.is_null() && (beyond == next.as_ptr() || beyond == place.tried);
            let mut is_covered = follows && index.cover(beyond, STRETCH);
            if !follows {
                // None yet, or it covers another part of the queue.
                if place.skipped < LONG {
                    return;
                }
                **index = Index::new(key_of);
                is_covered = index.cover(first, LONG + STRETCH);
                if index.place_of(next).is_none() {
                    // The receive began at a mark.
                    **index = Index::new(key_of);
                    is_covered = index.cover(next.as_ptr(), STRETCH);
                }
            }
            if !is_covered {
                place.index = None;
                return;
            }
        }
        let Some(mut from) = index.place_of(next) else { return };
        loop {
            if let Some(found) = index.find(keys, from) {
                if found != from {
                    place.tried = index.before(found).map_or(null_mut(), NonNull::as_ptr);
                }
                return;
            }
            let Some(last) = index.last() else { return };
            place.tried = last.as_ptr();
            let Some(beyond) = NonNull::new(index.beyond()).filter(|_| !has_covered) else { return };
            has_covered = true;
            if !index.cover(beyond.as_ptr(), STRETCH) {
                place.index = None;
                return;
            }
            let Some(beyond) = index.place_of(beyond) else { return };
            from = beyond;
        }
    }

    /// The node left the queue.
    #[inline]
    pub(super) fn note_unlinked(&mut self, node: NonNull<Node>) {
        if let Some(index) = &mut self.place.index {
            index.remove(node);
            if index.len() == 0 || index.unused() > UNUSED {
                self.place.index = None;
            }
        }
    }
}
