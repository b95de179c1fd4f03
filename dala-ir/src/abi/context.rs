//! The actor context: what running code keeps at hand of its actor's block.
//!
//! One block of words holds heap and stack. The heap grows up from `base` to `hp`, the stack down from `top`
//! to `sp`; `sp - hp` words are free and one check covers both.
//!
//! # Frames
//! `sp[0]` of a running function's frame is the pc to go on at after its next call, an even address; behind it stand
//! the frame's live terms, all of them valid words. Addresses scan as small integers, so the collector's roots are
//! simply all words of `sp..top`.

use super::Word;

/// Bits of [`ActorContext::flags`].
pub mod flags {
    /// A collection is wanted at the next function entry; set through
    /// [`request_collection`](super::ActorContext::request_collection).
    pub const COLLECT: u64 = 1;
    /// Every safepoint collects (stress mode).
    pub const STRESS: u64 = 2;
}

/// The end of a buffer of the binary region that a heap has claimed ahead, so that a loop that appends a few bytes at a
/// time need not compete for them each time; see `term/binary.rs`. Machine code fills what is claimed, too.
#[derive(Debug)]
#[repr(C)]
pub struct Claim {
    /// The buffer's address; null where nothing is claimed.
    pub(crate) address: *const u8,
    /// Bytes of the buffer up to where they are claimed, and filled.
    pub(crate) claimed: usize,
    pub(crate) filled: usize,
}

impl Claim {
    /// Nothing.
    pub const NONE: Claim = Claim { address: std::ptr::null(), claimed: 0, filled: 0 };
}

/// Registers of one actor's block, and its budget.
#[derive(Debug)]
#[repr(C)]
pub struct ActorContext {
    /// First free word above the heap.
    pub hp: *mut Word,
    /// Lowest used word of the stack.
    pub sp: *mut Word,
    /// First word of the block.
    pub base: *mut Word,
    /// End of the block; the stack grows down from here.
    pub top: *mut Word,
    /// What is left of this activation's budget; a function entry that finds it at or below 0 takes its slow path.
    pub reductions: i64,
    /// See [`flags`].
    pub flags: u64,
    /// Reductions set aside while a collection is wanted.
    withheld: i64,
    /// What the heap claimed of a buffer that one of its objects has a count of.
    pub claim: Claim,
}

const _: () = {
    use std::mem::offset_of;
    assert!(offset_of!(ActorContext, hp) == 0);
    assert!(offset_of!(ActorContext, sp) == 8);
    assert!(offset_of!(ActorContext, base) == 16);
    assert!(offset_of!(ActorContext, top) == 24);
    assert!(offset_of!(ActorContext, reductions) == 32);
    assert!(offset_of!(ActorContext, flags) == 40);
};

impl ActorContext {
    /// A context of no block: everything that needs memory finds none.
    pub const fn empty() -> ActorContext {
        ActorContext {
            hp: std::ptr::null_mut(),
            sp: std::ptr::null_mut(),
            base: std::ptr::null_mut(),
            top: std::ptr::null_mut(),
            reductions: 0,
            flags: 0,
            withheld: 0,
            claim: Claim::NONE,
        }
    }

    /// Words free between heap and stack.
    #[inline]
    pub fn free_words(&self) -> usize {
        (self.sp as usize).wrapping_sub(self.hp as usize) / size_of::<Word>()
    }

    /// Words of the stack.
    #[inline]
    pub fn stack_words(&self) -> usize {
        (self.top as usize - self.sp as usize) / size_of::<Word>()
    }

    /// Words of the heap in the block.
    #[inline]
    pub fn heap_words(&self) -> usize {
        (self.hp as usize - self.base as usize) / size_of::<Word>()
    }

    /// Makes the next function entry take its slow path and collect.
    #[inline]
    pub fn request_collection(&mut self) {
        if self.flags & flags::COLLECT == 0 {
            self.flags |= flags::COLLECT;
            self.withheld = self.reductions;
            self.reductions = 0;
        }
    }

    /// Whether a collection was requested.
    #[inline]
    pub fn is_collection_wanted(&self) -> bool {
        self.flags & flags::COLLECT != 0
    }

    /// Takes the request back (the collection was made) and restores what was left of the budget.
    #[inline]
    pub fn collection_done(&mut self) {
        if self.flags & flags::COLLECT != 0 {
            self.flags &= !flags::COLLECT;
            self.reductions = self.reductions.saturating_add(self.withheld);
            self.withheld = 0;
        }
    }

    /// Charges `amount` reductions, as a built-in function that did much work does.
    #[inline]
    pub fn charge(&mut self, amount: i64) {
        if self.flags & flags::COLLECT == 0 {
            self.reductions = self.reductions.saturating_sub(amount);
        } else {
            self.withheld = self.withheld.saturating_sub(amount);
        }
    }

    /// Starts an activation with a budget of `reductions`.
    #[inline]
    pub fn refill(&mut self, reductions: i64) {
        if self.flags & flags::COLLECT == 0 {
            self.reductions = reductions;
        } else {
            self.withheld = reductions;
            self.reductions = 0;
        }
    }

    /// What is left of the budget.
    #[inline]
    pub fn reductions_left(&self) -> i64 {
        self.reductions.saturating_add(self.withheld)
    }

    /// Whether the budget is used up.
    #[inline]
    pub fn is_budget_spent(&self) -> bool {
        self.reductions_left() <= 0
    }
}
