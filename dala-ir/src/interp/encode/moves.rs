//! Parallel moves: all sources are read before any target is written.

use crate::ir::Constant;

/// Where a word lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// x register.
    X(u16),
    /// Frame slot.
    Slot(u16),
    /// Float register.
    Float(u16),
    /// In the code.
    Constant(Constant),
}

/// Orders `moves` (target, source), whose targets are distinct, into a sequence that does the same; `scratch` gives a
/// free place for a cycle through a place like the given one.
pub(super) fn sequence(moves: Vec<(Place, Place)>, scratch: impl Fn(Place) -> Place) -> Vec<(Place, Place)> {
    let mut pending: Vec<(Place, Place)> = moves.into_iter().filter(|(to, from)| to != from).collect();
    let mut out = Vec::with_capacity(pending.len());
    while !pending.is_empty() {
        let before = pending.len();
        let mut index = 0;
        while index < pending.len() {
            let (to, from) = pending[index];
            let is_read =
                pending.iter().enumerate().any(|(other, (_, source))| other != index && *source == to);
            if is_read {
                index += 1;
            } else {
                out.push((to, from));
                pending.swap_remove(index);
            }
        }
        if pending.len() == before {
            // Only cycles are left: set one target aside, and let who reads it read it there.
            let aside = pending[0].0;
            let place = scratch(aside);
            out.push((place, aside));
            for (_, source) in &mut pending {
                if *source == aside {
                    *source = place;
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sequence_does_what_the_parallel_moves_do(sources in proptest::collection::vec(0u16..8, 1..8)) {
            let moves: Vec<_> =
                sources.iter().enumerate().map(|(to, &from)| (Place::X(to as u16), Place::X(from))).collect();
            let mut registers: Vec<u16> = (0..100).collect();
            for (to, from) in sequence(moves, |_| Place::X(99)) {
                let (Place::X(to), Place::X(from)) = (to, from) else { unreachable!() };
                registers[to as usize] = registers[from as usize];
            }
            for (to, &from) in sources.iter().enumerate() {
                prop_assert_eq!(registers[to], from);
            }
        }
    }
}
