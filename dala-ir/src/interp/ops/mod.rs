//! The handlers of all ops, by family, and what they call that takes more than a few instructions: arithmetic beyond small
//! integers (`arith`), bitstrings (`bits`), calls that are not plain (`control`), funs. Nothing here collects except
//! heap checks and function entries, so words stay put in between.

mod arith;
pub(in crate::interp) mod bits;
pub(super) mod breakpoints;
pub(super) mod building;
pub(super) mod calls;
pub(super) mod compare;
pub(super) mod control;
pub(super) mod data;
pub(super) mod floats;
pub(super) mod frames;
pub(super) mod funs;
pub(super) mod maps;
pub(super) mod matching;
pub(super) mod moves;
pub(super) mod native;
pub(super) mod raising;
pub(super) mod receive;
pub(super) mod sends;
pub(super) mod small;
pub(super) mod switch;
pub(super) mod types;
