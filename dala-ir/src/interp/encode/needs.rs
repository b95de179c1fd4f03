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

/// Words that an op takes from what a heap check has made sure of.
#[derive(Clone, Copy)]
enum Words {
    Fixed(u32),
    /// Besides one for each operand.
    AndOperands(u32),
    /// A tuple of as many elements as the immediate says.
    Tuple,
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the assertion below finds a new op")]
const fn checked(op: Op) -> Option<Words> {
    match op {
        Op::Cons | Op::Box => Some(Words::Fixed(2)),
        Op::Tuple | Op::MapNew => Some(Words::AndOperands(1)),
        Op::MakeFun => Some(Words::AndOperands(3)),
        Op::TupleUpdate => Some(Words::Tuple),
        _ => None,
    }
}

// An op that does nothing but allocate is one of these, or asks the writer of terms for room itself.
const _: () = {
    let mut index = 0;
    while index < Op::ALL.len() {
        let op = Op::ALL[index];
        let allocates = op.effects().has(Effects::ALLOCATES) && Effects::ALLOCATES.has(op.effects());
        let asks = matches!(op, Op::BuildStacktrace | Op::CatchValue);
        assert!(allocates == (checked(op).is_some() || asks), "how does the op get its heap words?");
        index += 1;
    }
};

fn checked_words(inst: &InstData) -> Option<u32> {
    Some(match checked(inst.op)? {
        Words::Fixed(words) => words,
        Words::AndOperands(words) => words + inst.args.len() as u32,
        Words::Tuple => match &inst.immediate {
            Immediate::Indices(indices) => indices.first().copied().unwrap_or(0) + 1,
            Immediate::None
            | Immediate::Constant(_)
            | Immediate::Function(_)
            | Immediate::Import(_)
            | Immediate::Lambda(_)
            | Immediate::Index(_)
            | Immediate::ArityAndTag(..)
            | Immediate::Segment(_)
            | Immediate::Bits { .. }
            | Immediate::Segments(_)
            | Immediate::Message(_) => unreachable!("verified"),
        },
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
