//! Bounds on what a file may ask for. They are far above what compilers write: the largest module of OTP 25
//! and Elixir 1.14 is named beside each.

/// Bytes of a file after decompression. Largest seen: 1.6 MB.
pub const MAX_FILE_BYTES: usize = 256 << 20;
/// Bytes of literals after decompression. Largest seen: 0.9 MB.
pub const MAX_LITERAL_BYTES: usize = 256 << 20;
/// Atoms of a module. Largest seen: 3,900.
pub const MAX_ATOMS: usize = 1 << 18;
/// Labels of a module. Largest seen: 17,000.
pub const MAX_LABELS: u32 = 1 << 22;
/// Free variables and arguments of a fun together.
pub const MAX_ARITY: u32 = 255;
/// How many times larger than its compressed form data may be, beyond the first [`RATIO_FREE_BYTES`]. DEFLATE
/// cannot exceed 1,032.
pub const MAX_RATIO: usize = 1_100;
/// Data up to this size is not held to [`MAX_RATIO`].
pub const RATIO_FREE_BYTES: usize = 1 << 20;
