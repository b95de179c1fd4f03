//! Cutting a function into straight pieces.
//!
//! A piece starts at some instruction in some [`Context`] and ends at the first instruction that control may
//! leave in more than one way, or before a label that something jumps to. Code that is reached in two contexts
//! (with other handlers, say) is two pieces, so that everything about frames and handlers is static.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use smallvec::SmallVec;

use super::context::{Context, Slot};
use super::effects::{self, Effects, From};
use super::flow::{self, EdgeKind};
use super::functions::{FunctionCode, Functions};
use super::{Lowering, Reason};
use crate::load::BeamFile;
use crate::opcode::{Instruction, Located};

/// A number for every register that a function uses.
#[derive(Debug, Default)]
pub(super) struct RegisterMap {
    numbers: HashMap<Slot, u32>,
    slots: Vec<Slot>,
}

impl RegisterMap {
    fn number(&mut self, slot: Slot) -> u32 {
        let slots = &mut self.slots;
        *self.numbers.entry(slot).or_insert_with(|| {
            slots.push(slot);
            slots.len() as u32 - 1
        })
    }

    /// Its number, if the function uses it.
    pub(super) fn get(&self, slot: Slot) -> Option<usize> {
        self.numbers.get(&slot).map(|&number| number as usize)
    }

    /// The registers by number.
    pub(super) fn slots(&self) -> &[Slot] {
        &self.slots
    }
}

/// An instruction that does something.
#[derive(Debug)]
pub(super) struct Step {
    /// Its position.
    pub(super) position: usize,
    /// State before it.
    pub(super) context: Context,
    /// Registers read, by number.
    pub(super) reads: SmallVec<[u32; 6]>,
    /// Registers written, by number.
    pub(super) writes: SmallVec<[(u32, Written); 2]>,
    /// x and float registers lose what they held.
    pub(super) kills_x: bool,
}

/// [`From`] with numbered registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    New(dala_ir::ir::Type),
    Copy(u32),
    Nothing,
}

/// Where control goes from the end of a piece.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub(super) kind: EdgeKind,
    pub(super) to: usize,
}

/// A straight piece of code.
#[derive(Debug, Default)]
pub(super) struct Piece {
    pub(super) steps: Vec<Step>,
    /// Whether the last step decides where control goes; otherwise there is one edge at most.
    pub(super) has_terminal: bool,
    pub(super) edges: Vec<Edge>,
    /// Edges that lead here, as piece and index of the edge.
    pub(super) incoming: Vec<(usize, usize)>,
    /// Whether an exception leads here.
    pub(super) is_landing: bool,
}

/// The pieces of a function; the first is its entry.
#[derive(Debug)]
pub(super) struct Graph {
    pub(super) pieces: Vec<Piece>,
    pub(super) registers: RegisterMap,
    /// Pieces in reverse postorder: a piece comes after those that dominate it.
    pub(super) order: Vec<usize>,
}

/// Pieces of a function at most, for each of its instructions.
const MAX_COPIES: usize = 8;

struct Finder<'a> {
    file: &'a BeamFile,
    functions: &'a Functions,
    function: &'a FunctionCode,
    /// Which labels, by position in the function, something jumps to.
    is_target: Vec<bool>,
    known: HashMap<(usize, Context), usize>,
    open: Vec<(usize, Context)>,
    graph: Graph,
}

/// Finds the pieces.
///
/// # Errors
/// The position that makes no sense, and why.
pub(super) fn find(
    file: &BeamFile,
    functions: &Functions,
    function: &FunctionCode,
) -> Result<Graph, (usize, Reason)> {
    let mut finder = Finder {
        file,
        functions,
        function,
        is_target: vec![false; function.range.len()],
        known: HashMap::new(),
        open: Vec::new(),
        graph: Graph { pieces: Vec::new(), registers: RegisterMap::default(), order: Vec::new() },
    };
    for position in function.range.clone() {
        for (_, label) in flow::flow(file, &file.code[position].instruction).targets {
            finder.mark(label.0).map_err(|reason| (position, reason))?;
        }
        if let Instruction::Try { handler, .. } | Instruction::Catch { handler, .. } =
            &file.code[position].instruction
        {
            finder.mark(handler.0).map_err(|reason| (position, reason))?;
        }
    }
    for slot in [Slot::Class, Slot::Reason, Slot::Trace] {
        finder.graph.registers.number(slot);
    }
    for argument in 0..function.name.arity {
        finder.graph.registers.number(Slot::X(argument.into()));
    }
    let at_entry = |reason| (function.entry, reason);
    finder.piece(function.entry, Context::default()).map_err(at_entry)?;
    // Pieces are opened in the order of their numbers.
    let mut next = 0;
    while next < finder.open.len() {
        finder.fill(next)?;
        next += 1;
    }
    let mut graph = finder.graph;
    graph.link();
    match graph.endless(&file.code) {
        Some(position) => Err((position, "the code goes round and round".into())),
        None => Ok(graph),
    }
}

impl Finder<'_> {
    fn position(&self, label: u32) -> Lowering<usize> {
        let position = self.functions.labels.get(&label).copied();
        position
            .filter(|position| self.function.range.contains(position))
            .ok_or_else(|| Reason(format!("label {label} is not in this function")))
    }

    fn mark(&mut self, label: u32) -> Lowering<()> {
        let position = self.position(label)?;
        self.is_target[position - self.function.range.start] = true;
        Ok(())
    }

    /// The piece that starts at a position.
    fn piece(&mut self, position: usize, context: Context) -> Lowering<usize> {
        let position = self.skip(position)?;
        let limit = self.function.range.len() * MAX_COPIES + 64;
        let next = self.open.len();
        match self.known.entry((position, context)) {
            Entry::Occupied(known) => Ok(*known.get()),
            Entry::Vacant(_) if next >= limit => Err("handlers are nested in too many ways".into()),
            Entry::Vacant(unknown) => {
                self.open.push(unknown.key().clone());
                unknown.insert(next);
                self.graph.pieces.push(Piece::default());
                Ok(next)
            }
        }
    }

    /// The first instruction from here on that does something; follows jumps.
    fn skip(&self, mut position: usize) -> Lowering<usize> {
        // A loop of jumps that does nothing stays one.
        for _ in 0..64 {
            match self.file.code.get(position).map(|located| &located.instruction) {
                Some(Instruction::Label { .. } | Instruction::Line { .. })
                    if position + 1 < self.function.range.end =>
                {
                    position += 1;
                }
                Some(Instruction::Jump { target }) => position = self.position(target.0)?,
                _ => break,
            }
        }
        Ok(position)
    }

    fn fill(&mut self, number: usize) -> Result<(), (usize, Reason)> {
        let (start, mut context) = self.open[number].clone();
        let code = &self.file.code;
        let mut piece = Piece::default();
        let mut position = start;
        loop {
            let at = |reason| (position, reason);
            // Behind a call that the compiler knows never to return, the function may just end, or a handler
            // follow that no exception led to. A piece without edges says so.
            let is_handler = position < self.function.range.end
                && matches!(code[position].instruction, Instruction::TryCase { .. });
            if position >= self.function.range.end || is_handler && !context.is_unwinding {
                break;
            }
            let is_join = matches!(code[position].instruction, Instruction::Label { .. })
                && self.is_target[position - self.function.range.start];
            if is_join && position != start {
                let to = self.piece(position, context).map_err(at)?;
                piece.edges.push(Edge { kind: EdgeKind::Normal, to });
                break;
            }
            let before = context.clone();
            let arity = self.function.name.arity;
            let effects = effects::effects(self.file, code, position, arity, &mut context).map_err(at)?;
            let absorbed = effects.absorbed;
            self.graph.check_size().map_err(at)?;
            let flow = flow::flow(self.file, &code[position].instruction);
            let handler = before.handler().filter(|_| flow.raises);
            let is_terminal = !flow.next || !flow.targets.is_empty() || handler.is_some();
            let does_something = is_terminal || !is_bookkeeping(&code[position].instruction);
            if does_something {
                let step = self.graph.step(position, before.clone(), &effects);
                piece.steps.push(step);
            }
            if is_terminal {
                piece.has_terminal = true;
                if flow.next {
                    let to = self.piece(position + absorbed + 1, context.clone()).map_err(at)?;
                    piece.edges.push(Edge { kind: EdgeKind::Normal, to });
                }
                for &(kind, label) in &flow.targets {
                    let after = if kind == EdgeKind::Fail { &before } else { &context };
                    let target = self.position(label.0).map_err(at)?;
                    let to = self.piece(target, after.clone()).map_err(at)?;
                    piece.edges.push(Edge { kind, to });
                }
                if let Some(label) = handler {
                    let target = self.position(label.0).map_err(at)?;
                    let to = self.piece(target, before.unwound()).map_err(at)?;
                    piece.edges.push(Edge { kind: EdgeKind::Unwind, to });
                }
                break;
            }
            position += 1 + absorbed;
        }
        self.graph.pieces[number] = piece;
        Ok(())
    }
}

/// Instructions that only `effects` sees: they change the frame and no value.
fn is_bookkeeping(instruction: &Instruction) -> bool {
    matches!(
        instruction,
        Instruction::Label { .. }
            | Instruction::Line { .. }
            | Instruction::TestHeap { .. }
            | Instruction::Deallocate { .. }
            | Instruction::Trim { .. }
            | Instruction::NifStart {}
            | Instruction::OnLoad {}
            | Instruction::ExecutableLine { .. }
            | Instruction::DebugLine { .. }
            | Instruction::FClearError {}
            | Instruction::FCheckError { .. }
            | Instruction::RecvMark { .. }
            | Instruction::RecvSet { .. }
    )
}

/// Most pieces times registers of a function: bounds the memory that finding values takes.
const MAX_CELLS: usize = 1 << 26;

impl Graph {
    fn check_size(&self) -> Lowering<()> {
        if self.pieces.len().saturating_mul(self.registers.slots.len()) > MAX_CELLS {
            return Err("the function is too large".into());
        }
        Ok(())
    }

    fn step(&mut self, position: usize, context: Context, effects: &Effects) -> Step {
        let reads = effects.reads.iter().map(|&slot| self.registers.number(slot)).collect();
        let writes = effects.writes.iter().map(|&(slot, from)| {
            let from = match from {
                From::New(ty) => Written::New(ty),
                From::Copy(from) => Written::Copy(self.registers.number(from)),
                From::Nothing => Written::Nothing,
            };
            (self.registers.number(slot), from)
        });
        let writes = writes.collect();
        Step { position, context, reads, writes, kills_x: effects.kills_x }
    }

    /// An instruction on a way that leads back to itself past no safepoint: once there, a process would never give its
    /// worker back. Compilers write no loops but those of `receive`.
    fn endless(&self, code: &[Located]) -> Option<usize> {
        // To look at the next message is a safepoint, and so is to wait, unless the time is up at once.
        let is_safepoint = |piece: usize, kind: EdgeKind| {
            self.pieces[piece].steps.last().is_some_and(|step| {
                let last = &code[step.position].instruction;
                let waits = matches!(last, Instruction::WaitTimeout { .. }) && kind == EdgeKind::Fail;
                waits || matches!(last, Instruction::LoopRec { .. } | Instruction::Wait { .. })
            })
        };
        let onward = |piece: usize| {
            let edges = self.pieces[piece].edges.iter();
            edges.filter(move |edge| !is_safepoint(piece, edge.kind)).map(|edge| edge.to)
        };
        // Pieces go when nothing that is left leads to them; those on a circle stay.
        let mut left = vec![0_usize; self.pieces.len()];
        (0..left.len()).flat_map(onward).for_each(|to| left[to] += 1);
        let mut ready: Vec<usize> = (0..left.len()).filter(|&piece| left[piece] == 0).collect();
        while let Some(piece) = ready.pop() {
            for to in onward(piece) {
                left[to] -= 1;
                if left[to] == 0 {
                    ready.push(to);
                }
            }
        }
        let stuck = (0..left.len()).filter(|&piece| left[piece] > 0);
        stuck.filter_map(|piece| self.pieces[piece].steps.last()).map(|step| step.position).next()
    }

    fn link(&mut self) {
        let mut state = vec![0_usize; self.pieces.len()];
        let mut is_seen = vec![false; self.pieces.len()];
        let mut stack = vec![0];
        is_seen[0] = true;
        while let Some(&piece) = stack.last() {
            let next = state[piece];
            state[piece] += 1;
            // Last edge first, so that the first one follows directly.
            let edges = &self.pieces[piece].edges;
            match edges.len().checked_sub(next + 1).map(|index| edges[index].to) {
                Some(to) if !is_seen[to] => {
                    is_seen[to] = true;
                    stack.push(to);
                }
                Some(_) => {}
                None => {
                    stack.pop();
                    self.order.push(piece);
                }
            }
        }
        self.order.reverse();
        for from in 0..self.pieces.len() {
            for index in 0..self.pieces[from].edges.len() {
                let Edge { kind, to } = self.pieces[from].edges[index];
                self.pieces[to].incoming.push((from, index));
                self.pieces[to].is_landing |= kind == EdgeKind::Unwind;
            }
        }
    }
}
