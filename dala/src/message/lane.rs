//! The four lanes of a mailbox.

/// How urgent a message is. Within a lane messages of one sender stay in order; between lanes they do not.
///
/// Erlang's `!` sends at `Normal`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
#[repr(u8)]
pub enum Lane {
    /// Ordinary work.
    #[default]
    Normal = 0,
    /// Before ordinary work.
    High = 1,
    /// Before everything else.
    Critical = 2,
    /// When there is nothing else to do, or when it has waited long enough.
    Low = 3,
}

impl Lane {
    /// All lanes, most urgent first.
    pub const BY_URGENCY: [Lane; 4] = [Lane::Critical, Lane::High, Lane::Normal, Lane::Low];

    /// Place in [`Lane::BY_URGENCY`].
    pub(crate) const fn rank(self) -> usize {
        match self {
            Lane::Critical => 0,
            Lane::High => 1,
            Lane::Normal => 2,
            Lane::Low => 3,
        }
    }
}
