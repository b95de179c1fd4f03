//! Results of the built-in functions that guards may call, by name: the only imports whose meaning the IR knows.

use super::{AtomSet, IntRange, Kinds, TermType};
use crate::ir::Import;

/// Largest tuple.
const MAX_ARITY: i64 = (1 << 24) - 1;

/// Type of what a built-in function gives when it gives something.
pub fn result_type(import: &Import) -> TermType {
    if import.module.text() != "erlang" {
        return TermType::ANY;
    }
    let natural =
        |most: Option<i64>| TermType::integer(IntRange::new(Some(0), most).unwrap_or(IntRange::ANY));
    match (import.function.text(), import.arity) {
        ("length" | "byte_size" | "bit_size" | "size" | "map_size", 1) => natural(None),
        ("tuple_size", 1) => natural(Some(MAX_ARITY)),
        ("round" | "trunc" | "ceil" | "floor", 1) => TermType::of(Kinds::INTEGER),
        ("float", 1) => TermType::of(Kinds::FLOAT),
        ("abs", 1) => TermType::of(Kinds::NUMBER),
        ("not", 1) | ("and" | "or" | "xor", 2) | ("is_map_key", 2) | ("is_function", 2) => {
            TermType::atoms_of(AtomSet::booleans())
        }
        ("node", 0 | 1) => TermType::of(Kinds::ATOM),
        ("self", 0) => TermType::of(Kinds::PID),
        ("binary_part", 2 | 3) => TermType::of(Kinds::BITSTRING),
        _ => TermType::ANY,
    }
}
