//! Instructions and terminators.

use super::entities::{Block, FuncId, ImportId, LambdaId, LiteralId, MessageId, Value};
use super::ops::{Effects, Op};
use crate::abi::{Atom, Word};
use smallvec::SmallVec;

/// A constant term. Immediates stand in the code; everything else is a literal of the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Constant {
    /// Integer that fits a small.
    Int(i64),
    /// Atom.
    Atom(Atom),
    /// The empty list.
    Nil,
    /// Row of the module's literal table.
    Literal(LiteralId),
}

impl Constant {
    /// The immediate word; `None` for a literal, whose word the module has.
    pub fn word(self) -> Option<Word> {
        match self {
            Constant::Int(value) => Word::small(value),
            Constant::Atom(atom) => Some(Word::atom(atom)),
            Constant::Nil => Some(Word::NIL),
            Constant::Literal(_) => None,
        }
    }
}

/// Flags of a binary segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SegmentFlags {
    /// Two's complement.
    pub signed: bool,
    /// Least significant byte first.
    pub little: bool,
}

/// Unit and flags of a binary segment that is matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Segment {
    /// Bits of one unit of the size operand, 1 to 256.
    pub unit: u16,
    /// Flags.
    pub flags: SegmentFlags,
}

/// What a segment under construction holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SegmentKind {
    /// Integer of the given size.
    Integer,
    /// Float of the given size (16, 32 or 64 bits).
    Float,
    /// Bitstring, whole or of the given size.
    Binary,
    /// Bitstring to append to, in place where it may; only the first segment.
    Append,
    /// Like `Append`, and nobody else can see the source.
    PrivateAppend,
    /// Fixed bytes: the source operand is a binary literal.
    String,
    /// Code point in UTF-8.
    Utf8,
    /// Code point in UTF-16.
    Utf16,
    /// Code point in UTF-32.
    Utf32,
}

/// A segment of a binary under construction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BuildSegment {
    /// Kind.
    pub kind: SegmentKind,
    /// Bits of one unit of the size operand; for sizeless bitstrings, what their size must be a multiple of.
    pub unit: u16,
    /// Flags.
    pub flags: SegmentFlags,
    /// Whether a size operand follows the source operand; without one the whole source is meant.
    pub has_size: bool,
    /// Number of the segment in the source expression, from 1, for error texts.
    pub number: u32,
}

/// What an instruction carries besides operands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Immediate {
    /// Nothing.
    None,
    /// Constant term.
    Constant(Constant),
    /// Function of the module.
    Function(FuncId),
    /// Imported function.
    Import(ImportId),
    /// Local fun.
    Lambda(LambdaId),
    /// Number.
    Index(u32),
    /// Arity and tag of a tagged tuple.
    ArityAndTag(u32, Atom),
    /// Segment being matched.
    Segment(Segment),
    /// Bits to match; those after `bit_len` are zero.
    Bits {
        /// Number of bits.
        bit_len: u32,
        /// The bits, first bit first.
        bytes: Box<[u8]>,
    },
    /// Segments being built.
    Segments(Box<[BuildSegment]>),
    /// Numbers.
    Indices(Box<[u32]>),
    /// Message of the module's table.
    Message(MessageId),
}

/// One instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstData {
    /// Operation.
    pub op: Op,
    /// Operands.
    pub args: SmallVec<[Value; 4]>,
    /// Immediate.
    pub immediate: Immediate,
    /// Result, if the op has one. For the instruction of an `attempt` or `try` it is `None`: the result is the
    /// first parameter of the ok block.
    pub result: Option<Value>,
    /// Row of the function's location table, or 0 for no position.
    pub location: u32,
}

/// A control edge: a block and the arguments for its parameters (those that the edge itself does not fill).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockCall {
    /// Target.
    pub block: Block,
    /// Arguments.
    pub args: SmallVec<[Value; 4]>,
}

/// A key of a `switch`, compared by exact equality.
pub type SwitchKey = Constant;

/// How a block ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Terminator {
    /// Goes on at the block.
    Jump(BlockCall),
    /// Goes to the first block when the bool is true, else to the second.
    Branch {
        /// A bool.
        condition: Value,
        /// Where it is true.
        then: BlockCall,
        /// Where it is false.
        otherwise: BlockCall,
    },
    /// Goes where the key equals the term exactly, else to the default.
    Switch {
        /// The term.
        value: Value,
        /// Keys and their targets; keys differ from one another.
        cases: Vec<(SwitchKey, BlockCall)>,
        /// Where none fits.
        default: BlockCall,
    },
    /// Goes by the arity of a term, else (no tuple, other arity) to the default.
    SwitchArity {
        /// The term.
        value: Value,
        /// Arities and their targets.
        cases: Vec<(u32, BlockCall)>,
        /// Where none fits.
        default: BlockCall,
    },
    /// Runs an instruction that may fail without raising (guard, match).
    /// The ok block's first parameter is the result, if the op has one.
    Attempt {
        /// The instruction.
        inst: InstData,
        /// Where it succeeded.
        ok: BlockCall,
        /// Where it failed; nothing was changed.
        fail: BlockCall,
    },
    /// Runs an instruction that may raise, inside a handler's region.
    /// The ok block's first parameter is the result, if the op has one; the unwind block's first three are class
    /// (term), reason (term) and trace.
    Try {
        /// The instruction.
        inst: InstData,
        /// Where it returned; `None` when it never does.
        ok: Option<BlockCall>,
        /// Where it raised.
        unwind: BlockCall,
    },
    /// Returns the term.
    Return(Value),
    /// Ends by calling what the instruction (`call`, `call_ext`, `call_fun`, `apply`) calls, in place of this
    /// function. Not inside a handler's region.
    TailCall(InstData),
    /// Goes to `got` with the message under the save pointer as its first parameter, or to `empty` when there
    /// is none. Counts as a reduction.
    RecvNext {
        /// Where there is a message.
        got: BlockCall,
        /// Where there is none.
        empty: BlockCall,
        /// Row of the function's location table, or 0: where a process that waits here is.
        location: u32,
    },
    /// Suspends until another message arrives, then goes on at the block.
    Wait(BlockCall),
    /// Suspends until another message arrives or the time is up. The timer is armed when the receive first
    /// gets here. A time that is no timeout raises `timeout_value`.
    WaitTimeout {
        /// Milliseconds, or `infinity`.
        time: Value,
        /// Where a message arrived.
        woken: BlockCall,
        /// Where the time was up.
        expired: BlockCall,
        /// Where `timeout_value` is raised, inside a handler's region (class, reason, trace first).
        unwind: Option<BlockCall>,
        /// As of `RecvNext`.
        location: u32,
    },
    /// Control does not get here.
    Unreachable,
}

impl Terminator {
    /// Calls `f` with each of its control edges, in order.
    #[inline]
    pub fn for_each_successor<'t>(&'t self, mut f: impl FnMut(&'t BlockCall)) {
        match self {
            Terminator::Jump(target) | Terminator::Wait(target) => f(target),
            Terminator::Branch { then: first, otherwise: second, .. }
            | Terminator::Attempt { ok: first, fail: second, .. }
            | Terminator::RecvNext { got: first, empty: second, .. } => {
                f(first);
                f(second);
            }
            Terminator::Switch { cases, default, .. } => {
                cases.iter().for_each(|(_, target)| f(target));
                f(default);
            }
            Terminator::SwitchArity { cases, default, .. } => {
                cases.iter().for_each(|(_, target)| f(target));
                f(default);
            }
            Terminator::Try { ok, unwind, .. } => ok.iter().chain([unwind]).for_each(f),
            Terminator::WaitTimeout { woken, expired, unwind, .. } => {
                [woken, expired].into_iter().chain(unwind).for_each(f);
            }
            Terminator::Return(_) | Terminator::TailCall(_) | Terminator::Unreachable => {}
        }
    }

    /// The instruction that it runs, if any.
    pub fn inst(&self) -> Option<&InstData> {
        match self {
            Terminator::Attempt { inst, .. } | Terminator::Try { inst, .. } | Terminator::TailCall(inst) => {
                Some(inst)
            }
            Terminator::Jump(_)
            | Terminator::Branch { .. }
            | Terminator::Switch { .. }
            | Terminator::SwitchArity { .. }
            | Terminator::Return(_)
            | Terminator::RecvNext { .. }
            | Terminator::Wait(_)
            | Terminator::WaitTimeout { .. }
            | Terminator::Unreachable => None,
        }
    }

    /// Its control edges, in order.
    pub fn successors(&self) -> SmallVec<[&BlockCall; 4]> {
        let mut out = SmallVec::new();
        self.for_each_successor(|call| out.push(call));
        out
    }

    /// One of its control edges, by its place in [`Terminator::successors`]. In O(1): a switch has thousands of them.
    ///
    /// # Panics
    /// When there is no such edge.
    pub fn successor(&self, edge: usize) -> &BlockCall {
        if let Terminator::Switch { cases, .. } = self
            && let Some((_, target)) = cases.get(edge)
        {
            return target;
        }
        if let Terminator::SwitchArity { cases, .. } = self
            && let Some((_, target)) = cases.get(edge)
        {
            return target;
        }
        // A switch's default, or one of few.
        self.successors()[edge]
    }

    /// Its control edges, in the same order, to be changed.
    pub fn successors_mut(&mut self) -> SmallVec<[&mut BlockCall; 4]> {
        let mut out = SmallVec::new();
        match self {
            Terminator::Jump(target) | Terminator::Wait(target) => out.push(target),
            Terminator::Branch { then, otherwise, .. } => out.extend([then, otherwise]),
            Terminator::Switch { cases, default, .. } => {
                out.extend(cases.iter_mut().map(|(_, target)| target));
                out.push(default);
            }
            Terminator::SwitchArity { cases, default, .. } => {
                out.extend(cases.iter_mut().map(|(_, target)| target));
                out.push(default);
            }
            Terminator::Attempt { ok, fail, .. } => out.extend([ok, fail]),
            Terminator::Try { ok, unwind, .. } => out.extend(ok.iter_mut().chain([unwind])),
            Terminator::RecvNext { got, empty, .. } => out.extend([got, empty]),
            Terminator::WaitTimeout { woken, expired, unwind, .. } => {
                out.extend([woken, expired].into_iter().chain(unwind))
            }
            Terminator::Return(_) | Terminator::TailCall(_) | Terminator::Unreachable => {}
        }
        out
    }

    /// Whether what lives past it must lie in the frame: it calls or waits.
    pub fn is_safepoint(&self) -> bool {
        match self {
            Terminator::Try { inst, .. } => inst.op.effects().has(Effects::CALLS),
            Terminator::RecvNext { .. } | Terminator::Wait(_) | Terminator::WaitTimeout { .. } => true,
            Terminator::Jump(_)
            | Terminator::Branch { .. }
            | Terminator::Switch { .. }
            | Terminator::SwitchArity { .. }
            | Terminator::Attempt { .. }
            | Terminator::Return(_)
            | Terminator::TailCall(_)
            | Terminator::Unreachable => false,
        }
    }

    /// Calls `f` with every value that it uses, edge arguments included, to be changed.
    pub fn for_each_value_mut(&mut self, mut f: impl FnMut(&mut Value)) {
        match self {
            Terminator::Branch { condition: value, .. }
            | Terminator::Switch { value, .. }
            | Terminator::SwitchArity { value, .. }
            | Terminator::WaitTimeout { time: value, .. }
            | Terminator::Return(value) => f(value),
            Terminator::Attempt { inst, .. } | Terminator::Try { inst, .. } | Terminator::TailCall(inst) => {
                inst.args.iter_mut().for_each(&mut f);
            }
            Terminator::Jump(_)
            | Terminator::RecvNext { .. }
            | Terminator::Wait(_)
            | Terminator::Unreachable => {}
        }
        for call in self.successors_mut() {
            call.args.iter_mut().for_each(&mut f);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edge_of_its_own_is_the_one_among_all() {
        let call = |index| BlockCall::new(Block::new(index), &[]);
        let value = Value::new(0);
        let cases = (0..3).map(|arity| (arity, call(arity as usize))).collect();
        let keys = (0..3).map(|key| (SwitchKey::Int(key), call(key as usize))).collect();
        for terminator in [
            Terminator::Jump(call(1)),
            Terminator::Branch { condition: value, then: call(1), otherwise: call(2) },
            Terminator::Switch { value, cases: keys, default: call(3) },
            Terminator::SwitchArity { value, cases, default: call(3) },
        ] {
            let all = terminator.successors();
            let each: Vec<&BlockCall> = (0..all.len()).map(|edge| terminator.successor(edge)).collect();
            assert_eq!(each, all.to_vec());
            assert!(std::panic::catch_unwind(|| terminator.successor(all.len()).block).is_err());
        }
    }
}
