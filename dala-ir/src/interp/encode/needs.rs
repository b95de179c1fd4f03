//! Where a block needs heap checks, and for how much.

use super::plan::{Plan, calls};
use crate::ir::{Block, Effects, Immediate, InstData, Op};

/// A heap check.
#[derive(Clone, Copy)]
pub(super) struct HeapNeed {
    /// Before the instruction at this place of the schedule.
    pub(super) place: usize,
    /// Words.
    pub(super) words: u32,
    /// Whether nothing before it in the block allocates otherwise.
    pub(super) is_first: bool,
}

/// Words that an instruction takes from what a heap check has made sure of.
fn checked_words(inst: &InstData) -> Option<u32> {
    Some(match inst.op {
        Op::Cons | Op::Box => 2,
        Op::Tuple => inst.args.len() as u32 + 1,
        Op::MakeFun => inst.args.len() as u32 + 3,
        Op::TupleUpdate => match &inst.immediate {
            Immediate::Indices(indices) => indices.first().copied().unwrap_or(0) + 1,
            _ => 1,
        },
        _ => return None,
    })
}

/// Whether the op may take heap words by itself, so that what was checked before it is no longer sure.
fn takes_heap(op: Op) -> bool {
    op.effects().has(Effects::ALLOCATES) || op.effects().has(Effects::WRITES) || calls(op)
}

/// The heap checks of a block: one for each run of allocations with nothing in between that allocates by itself.
pub(super) fn heap_needs(plan: &Plan<'_>, block: Block) -> Vec<HeapNeed> {
    let data = plan.function.block(block);
    let mut needs: Vec<HeapNeed> = Vec::new();
    let mut is_open = false;
    let mut is_first = true;
    for (place, &index) in plan.blocks[block.index()].schedule.iter().enumerate() {
        let inst = &data.insts[index as usize];
        match checked_words(inst) {
            Some(words) => {
                match needs.last_mut().filter(|_| is_open) {
                    Some(need) => need.words += words,
                    None => needs.push(HeapNeed { place, words, is_first }),
                }
                is_open = true;
            }
            None if takes_heap(inst.op) && inst.op != Op::TupleSet => {
                is_open = false;
                is_first = false;
            }
            None => {}
        }
    }
    needs
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The matches of the encoder with a wildcard arm are over these; a new op has to be put into one list or both.
    #[test]
    fn ops_that_allocate_or_call_are_those_that_the_encoder_knows() {
        let all = |found: &dyn Fn(Effects) -> bool| -> Vec<Op> {
            Op::ALL.iter().copied().filter(|op| found(op.effects())).collect()
        };
        // What takes words that a heap check has made sure of, and two that ask the writer.
        assert_eq!(
            all(&|effects| effects == Effects::ALLOCATES),
            [Op::Cons, Op::Tuple, Op::TupleUpdate, Op::MakeFun, Op::Box, Op::BuildStacktrace, Op::CatchValue]
        );
        assert_eq!(
            all(&|effects| effects.has(Effects::CALLS)),
            [Op::Call, Op::CallExt, Op::CallFun, Op::Apply]
        );
    }
}
