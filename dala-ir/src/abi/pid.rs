//! Process identifiers of this node: a slot of the pid table and that slot's generation.

/// Bits of a pid that name the slot.
pub const SLOT_BITS: u32 = 28;
/// Bits of a pid that hold the generation.
pub const GENERATION_BITS: u32 = 30;

/// Names one incarnation of one actor of this node, native or BEAM, for ever: a slot is retired when its
/// generation would wrap, so a stale pid never reaches a new actor.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(transparent)]
pub struct Pid(u64);

impl Pid {
    /// The pid of generation `generation` in slot `slot`.
    ///
    /// # Panics
    /// When one of them has more bits than [`SLOT_BITS`] or [`GENERATION_BITS`].
    #[inline]
    #[track_caller]
    pub const fn from_parts(slot: u32, generation: u32) -> Pid {
        assert!(slot < 1 << SLOT_BITS && generation < 1 << GENERATION_BITS);
        Pid((generation as u64) << SLOT_BITS | slot as u64)
    }

    /// Index into the pid table.
    #[inline]
    pub const fn slot(self) -> u32 {
        (self.0 & ((1 << SLOT_BITS) - 1)) as u32
    }

    /// How often the slot was used before.
    #[inline]
    pub const fn generation(self) -> u32 {
        (self.0 >> SLOT_BITS) as u32
    }

    /// The 58 bits of the pid.
    #[inline]
    pub const fn to_bits(self) -> u64 {
        self.0
    }

    /// The pid with these bits; any 58 bits are a pid, if of nobody.
    #[inline]
    pub const fn from_bits(bits: u64) -> Pid {
        Pid(bits & ((1 << (SLOT_BITS + GENERATION_BITS)) - 1))
    }
}

impl std::fmt::Display for Pid {
    /// As Erlang prints a local pid: `<0.Slot.Generation>`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<0.{}.{}>", self.slot(), self.generation())
    }
}

impl std::fmt::Debug for Pid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}
