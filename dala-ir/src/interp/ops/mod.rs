//! What the dispatch loop does not do in line: arithmetic beyond small integers, maps, binaries, calls that are not
//! plain. Nothing here collects, so words stay put.

pub(super) mod arith;
pub(super) mod bits;
pub(super) mod control;
pub(super) mod floats;
pub(super) mod maps;
pub(super) mod term;
