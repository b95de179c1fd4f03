//! The native functions of one runtime, by the number that their export entries hold.
//!
//! Numbers go on where those of the built-in functions end. A slot is written once and never freed: an entry that was
//! read just before its function was replaced still finds the old one.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use dala::native::NativeFunction;
use dala_ir::interp::BifIndex;

use crate::bif::table::ROWS;

/// Most native functions of one runtime, replaced ones counted.
pub const MAX_NATIVES: usize = 4096;

type Slot = OnceLock<&'static NativeFunction>;

/// All native functions. They are leaked, as the export entries that name them are: a call then borrows nothing of the
/// process that it changes.
#[derive(Debug)]
pub struct NativeTable {
    /// There from the start (64 KiB), so that a call has one question less to ask.
    slots: Box<[Slot]>,
    used: AtomicUsize,
}

impl Default for NativeTable {
    fn default() -> NativeTable {
        let slots = std::iter::repeat_with(Slot::new).take(MAX_NATIVES).collect();
        NativeTable { slots, used: AtomicUsize::new(0) }
    }
}

impl NativeTable {
    /// Takes a function; its number, or `None` when the table is full.
    pub(super) fn add(&self, function: NativeFunction) -> Option<BifIndex> {
        let place = self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
            (used < MAX_NATIVES).then_some(used + 1)
        });
        let place = place.ok()?;
        self.slots[place].get_or_init(|| Box::leak(Box::new(function)));
        u16::try_from(ROWS.len() + place).ok().map(BifIndex)
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.used.load(Ordering::Relaxed) == 0
    }

    /// The function of this number, unless it is a built-in function's.
    #[inline]
    pub(crate) fn get(&self, index: BifIndex) -> Option<&'static NativeFunction> {
        let place = usize::from(index.0).checked_sub(ROWS.len())?;
        self.slots.get(place)?.get().copied()
    }
}

const _: () = assert!(ROWS.len() + MAX_NATIVES <= u16::MAX as usize, "numbers have 16 bits");
