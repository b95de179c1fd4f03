//! Writing the IR of one function, piece by piece.

use dala_ir::ir::{Block, BlockCall, Function, FunctionBuilder, Immediate, Op, Terminator, Type, Value};

use super::blocks::{self, Graph};
use super::builtins::is_builtin;
use super::context::{Context, Slot};
use super::flow::EdgeKind;
use super::functions::{FunctionCode, Functions};
use super::literals::LiteralPool;
use super::registers::{self, Held, Values};
use super::{Lowering, Reason};
use crate::load::{BeamFile, LoadError};
use crate::opcode::Instruction as I;
use crate::opcode::operand::{Fail, Register, Source};

/// The state of lowering one function.
pub(super) struct Emitter<'a> {
    pub(super) file: &'a BeamFile,
    pub(super) functions: &'a Functions,
    pub(super) literals: &'a mut LiteralPool,
    pub(super) build: FunctionBuilder,
    graph: &'a Graph,
    values: &'a Values,
    /// What each register holds now.
    held: Vec<Option<Value>>,
    /// Results of definitions so far.
    sites: Vec<Option<Value>>,
    /// Block of each piece, made when it is first needed.
    piece_blocks: Vec<Option<Block>>,
    /// Parameters of the blocks made, in the order of `Values::parameters`.
    piece_params: Vec<Vec<Value>>,
    piece: usize,
    /// State before the current instruction.
    pub(super) context: Context,
    pub(super) position: usize,
    is_terminal: bool,
    /// A tuple that `setelement/3` made just now.
    pub(super) fresh: Option<Value>,
}

/// Lowers one function.
pub(super) fn function(
    file: &BeamFile,
    functions: &Functions,
    function: &FunctionCode,
    literals: &mut LiteralPool,
) -> Result<Function, LoadError> {
    let error = |position: usize, reason: Reason| LoadError::Code {
        function: function.name,
        offset: file.code.get(position).map_or(0, |located| located.offset),
        reason: reason.0,
    };
    let graph =
        blocks::find(file, functions, function).map_err(|(position, reason)| error(position, reason))?;
    let values = registers::values(&graph, function.name.arity);
    let places = places(file, function);
    let mut emitter = Emitter {
        file,
        functions,
        literals,
        build: FunctionBuilder::new(function.name.function, function.name.arity.into()),
        graph: &graph,
        values: &values,
        held: vec![None; graph.registers.slots().len()],
        sites: vec![None; values.site_count],
        piece_blocks: vec![None; graph.pieces.len()],
        piece_params: vec![Vec::new(); graph.pieces.len()],
        piece: 0,
        context: Context::default(),
        position: function.entry,
        is_terminal: false,
        fresh: None,
    };
    emitter.enter();
    for &piece in &graph.order {
        emitter.piece(piece, function, &places).map_err(|reason| error(emitter.position, reason))?;
    }
    Ok(emitter.build.finish())
}

/// The `line` in force at each instruction: the last one before it in the function, as in OTP. OTP's loader drops one that
/// stands between a move to x0 and a tail call of a function in Erlang; what comes behind such a call is under the former.
fn places(file: &BeamFile, function: &FunctionCode) -> Vec<u32> {
    let (mut place, mut former) = (0, 0);
    let code = &file.code[function.range.clone()];
    let places = code.iter().enumerate().map(|(at, located)| {
        if let I::Line { index } | I::ExecutableLine { line: index, .. } = located.instruction {
            former = std::mem::replace(&mut place, index);
        }
        let here = place;
        let is_tail_call = matches!(located.instruction, I::CallLast { .. } | I::CallOnly { .. });
        let is_erlang =
            if let I::CallExtLast { target, .. } | I::CallExtOnly { target, .. } = located.instruction {
                let import = &file.imports[target.0 as usize];
                !is_builtin(import.module, import.function, import.arity)
            } else {
                is_tail_call
            };
        if is_erlang
            && at > 1
            && matches!(code[at - 1].instruction, I::Line { .. })
            && matches!(code[at - 2].instruction, I::Move { to: Register::X(0), .. })
        {
            place = former;
        }
        here
    });
    places.collect()
}

impl<'a> Emitter<'a> {
    /// Makes the arguments the first definitions, and the way to the first piece.
    fn enter(&mut self) {
        let arguments = self.build.params(self.build.entry()).to_vec();
        for (site, &argument) in arguments.iter().enumerate() {
            self.sites[site] = Some(argument);
        }
        if self.graph.pieces[0].incoming.is_empty() {
            // Nothing jumps to the entry, so it has no parameters of its own.
            self.piece_blocks[0] = Some(self.build.entry());
            return;
        }
        let block = self.block(0);
        let parameters = &self.values.parameters[0];
        let arguments = parameters.iter().filter_map(|&(register, _)| {
            match self.graph.registers.slots()[register as usize] {
                Slot::X(number) => arguments.get(usize::from(number)).copied(),
                Slot::Y(_) | Slot::F(_) | Slot::Class | Slot::Reason | Slot::Trace => None,
            }
        });
        let arguments: Vec<Value> = arguments.collect();
        self.build.jump(block, &arguments);
    }

    fn piece(&mut self, piece: usize, function: &FunctionCode, places: &[u32]) -> Lowering<()> {
        let block = self.block(piece);
        self.build.switch_to(block);
        self.piece = piece;
        self.fresh = None;
        for register in 0..self.held.len() {
            self.held[register] = match self.values.at(piece, register) {
                Held::Site(site) => self.sites[site as usize],
                Held::Parameter(piece, register) => {
                    let parameters = &self.values.parameters[piece as usize];
                    let index = parameters.iter().position(|&(other, _)| other == register);
                    index.and_then(|index| self.piece_params[piece as usize].get(index).copied())
                }
                Held::Nothing | Held::Unvisited => None,
            };
        }
        let graph = self.graph;
        let current = &graph.pieces[piece];
        if let [(from, _)] = current.incoming[..]
            && let Some(last) = graph.pieces[from].steps.last()
        {
            // In a handler's region the call ends its piece.
            let file = self.file;
            self.note_fresh_tuple(&file.code[last.position].instruction);
        }
        let mut site = self.values.first_site[piece] as usize;
        for (index, step) in current.steps.iter().enumerate() {
            self.position = step.position;
            self.context = step.context.clone();
            self.is_terminal = current.has_terminal && index + 1 == current.steps.len();
            match self.file.lines.place(places[step.position - function.range.start]) {
                Some(place) => self.build.set_location(place.file, place.line),
                None => self.build.clear_location(),
            }
            let copies: smallvec::SmallVec<[(u32, Option<Value>); 3]> = step
                .writes
                .iter()
                .filter_map(|&(to, from)| match from {
                    blocks::Written::Copy(from) => Some((to, self.held[from as usize])),
                    blocks::Written::Nothing => Some((to, None)),
                    blocks::Written::New(_) => None,
                })
                .collect();
            let file = self.file;
            let instruction = &file.code[step.position].instruction;
            self.instruction(instruction)?;
            for (to, value) in copies {
                self.held[to as usize] = value;
            }
            for &(to, from) in &step.writes {
                if let blocks::Written::New(_) = from {
                    self.sites[site] = self.held[to as usize];
                    site += 1;
                }
            }
            self.note_fresh_tuple(instruction);
        }
        if current.has_terminal {
            // Whatever `flow` says of an instruction, its lowering does; a function that does not end is refused.
            if !self.build.is_terminated(self.build.current_block()) {
                return Err("an instruction goes nowhere".into());
            }
        } else {
            match current.edges.first() {
                Some(_) => {
                    let target = self.edge(EdgeKind::Normal)?;
                    self.build.terminate(Terminator::Jump(target));
                }
                None => {
                    // The code just ends: what calls itself last here never returns. Should it, it raises.
                    self.build.inst(Op::IfClause, &[], Immediate::None);
                    self.build.terminate(Terminator::Unreachable);
                }
            }
        }
        Ok(())
    }

    /// Keeps track of `fresh` behind an instruction.
    #[expect(clippy::wildcard_enum_match_arm, reason = "whatever else it is, it may share the tuple")]
    fn note_fresh_tuple(&mut self, instruction: &I) {
        match instruction {
            I::CallExt { target, .. } => {
                let import = &self.file.imports[target.0 as usize];
                let makes_tuple = import.module.text() == "erlang"
                    && import.function.text() == "setelement"
                    && import.arity == 3;
                self.fresh = if makes_tuple { self.read_slot(Slot::X(0)).ok() } else { None };
            }
            I::Move { .. } | I::Swap { .. } | I::SetTupleElement { .. } => {}
            _ => self.fresh = None,
        }
    }

    /// The block of a piece.
    fn block(&mut self, piece: usize) -> Block {
        if let Some(block) = self.piece_blocks[piece] {
            return block;
        }
        let types: Vec<Type> = self.values.parameters[piece].iter().map(|&(_, ty)| ty).collect();
        let block = self.build.create_block_with(&types);
        self.piece_params[piece] = self.build.params(block).to_vec();
        self.piece_blocks[piece] = Some(block);
        block
    }

    /// Edge `index` of the current piece, with the values that registers hold now.
    fn edge_at(&mut self, index: usize) -> Lowering<BlockCall> {
        let edge = self.graph.pieces[self.piece].edges[index];
        let block = self.block(edge.to);
        let values = self.values;
        let mut parameters = &values.parameters[edge.to][..];
        if edge.kind == EdgeKind::Unwind {
            // Class, reason and trace are filled by the edge.
            parameters = &parameters[3..];
        }
        let mut call = BlockCall::new(block, &[]);
        for &(register, _) in parameters {
            call.args.push(self.held(register as usize)?);
        }
        Ok(call)
    }

    /// The first edge of this kind.
    pub(super) fn edge(&mut self, kind: EdgeKind) -> Lowering<BlockCall> {
        // The piece's edges are those of the instruction that ends it; one without a label to fail to does not.
        if kind == EdgeKind::Fail && !self.is_terminal {
            return Err("a test has no label to go to when it fails".into());
        }
        let edges = &self.graph.pieces[self.piece].edges;
        let index = edges.iter().position(|edge| edge.kind == kind).ok_or("an edge is missing")?;
        self.edge_at(index)
    }

    /// All edges of a `select`, in order.
    pub(super) fn all_edges(&mut self) -> Lowering<Vec<BlockCall>> {
        (0..self.graph.pieces[self.piece].edges.len()).map(|index| self.edge_at(index)).collect()
    }

    /// Where an exception goes, if the current instruction stands in a handler's region and may raise.
    pub(super) fn unwind(&mut self) -> Lowering<Option<BlockCall>> {
        let edges = &self.graph.pieces[self.piece].edges;
        match edges.iter().position(|edge| edge.kind == EdgeKind::Unwind) {
            Some(index) if self.is_terminal => self.edge_at(index).map(Some),
            _ => Ok(None),
        }
    }

    fn held(&self, register: usize) -> Lowering<Value> {
        self.held[register].ok_or_else(|| {
            let name = match self.graph.registers.slots()[register] {
                Slot::X(number) => format!("x{number}"),
                Slot::Y(number) => format!("stack slot {number}"),
                Slot::F(number) => format!("fr{number}"),
                Slot::Class | Slot::Reason | Slot::Trace => "the exception".into(),
            };
            Reason(format!("{name} is read before it is set"))
        })
    }

    /// The value in a slot.
    pub(super) fn read_slot(&self, slot: Slot) -> Lowering<Value> {
        let register = self.graph.registers.get(slot).ok_or("a register is unknown")?;
        self.held(register)
    }

    /// The value in a register.
    pub(super) fn read(&self, register: Register) -> Lowering<Value> {
        self.read_slot(self.context.slot(register)?)
    }

    /// The values in x0, x1 and so on.
    pub(super) fn arguments(&self, count: impl Into<u32>) -> Lowering<Vec<Value>> {
        (0..count.into() as u16).map(|number| self.read_slot(Slot::X(number))).collect()
    }

    /// Puts a value into a slot.
    pub(super) fn write_slot(&mut self, slot: Slot, value: Value) -> Lowering<()> {
        let register = self.graph.registers.get(slot).ok_or("a register is unknown")?;
        self.held[register] = Some(value);
        Ok(())
    }

    /// Puts a value into a register.
    pub(super) fn write(&mut self, register: Register, value: Value) -> Lowering<()> {
        let slot = self.context.slot(register)?;
        self.write_slot(slot, value)
    }

    /// The value of a source.
    pub(super) fn source(&mut self, source: &Source) -> Lowering<Value> {
        match source {
            Source::Register(register, _) => self.read(*register),
            Source::Integer(_)
            | Source::BigInteger(_)
            | Source::Atom(_)
            | Source::Nil
            | Source::Literal(_) => {
                let constant = self.literals.constant(source).ok_or("a constant is expected")?;
                Ok(self.build.constant(constant))
            }
        }
    }

    /// The values of sources.
    pub(super) fn sources<'s>(
        &mut self,
        sources: impl IntoIterator<Item = &'s Source>,
    ) -> Lowering<Vec<Value>> {
        sources.into_iter().map(|source| self.source(source)).collect()
    }

    /// An integer.
    pub(super) fn integer(&mut self, value: u64) -> Lowering<Value> {
        let value = i64::try_from(value).map_err(|_| "a number is too large")?;
        let constant = self.literals.integer(value);
        Ok(self.build.constant(constant))
    }

    /// An instruction that neither fails nor raises, with a result.
    pub(super) fn total(
        &mut self,
        op: Op,
        args: &[Value],
        immediate: Immediate,
        to: Register,
    ) -> Lowering<()> {
        let value = self.build.value_with(op, args, immediate);
        self.write(to, value)
    }

    /// An instruction that goes to `fail` or, when there is no such label, raises. Its result goes to `to`.
    pub(super) fn fallible(
        &mut self,
        op: Op,
        args: &[Value],
        immediate: Immediate,
        fail: Fail,
        to: Option<Register>,
    ) -> Lowering<()> {
        let to = to.map(|register| self.context.slot(register)).transpose()?;
        self.fallible_to(op, args, immediate, fail, to)
    }

    /// As [`Emitter::fallible`], to any slot.
    pub(super) fn fallible_to(
        &mut self,
        op: Op,
        args: &[Value],
        immediate: Immediate,
        fail: Fail,
        to: Option<Slot>,
    ) -> Lowering<()> {
        if fail.is_some() {
            let fail = self.edge(EdgeKind::Fail)?;
            let inst = self.build.make_inst(op, args, immediate);
            return self.finish(op, to, |ok| Terminator::Attempt { inst, ok, fail });
        }
        if let Some(unwind) = self.unwind()? {
            let inst = self.build.make_inst(op, args, immediate);
            return self.finish(op, to, |ok| Terminator::Try { inst, ok: Some(ok), unwind });
        }
        match (self.build.inst(op, args, immediate), to) {
            (Some(value), Some(to)) => self.write_slot(to, value),
            (_, None) => Ok(()),
            (None, Some(_)) => Err("an instruction has no result".into()),
        }
    }

    /// As [`Emitter::fallible`], for a step in the middle of an instruction: goes on in a new block.
    pub(super) fn attempt(
        &mut self,
        op: Op,
        args: &[Value],
        immediate: Immediate,
        fail: BlockCall,
    ) -> Option<Value> {
        let inst = self.build.make_inst(op, args, immediate);
        let types: Vec<Type> = op.result().into_iter().collect();
        let next = self.build.create_block_with(&types);
        let ok = BlockCall::new(next, &[]);
        self.build.terminate(Terminator::Attempt { inst, ok, fail });
        self.build.switch_to(next);
        self.build.params(next).first().copied()
    }

    /// Ends the piece with an instruction whose result, if any, the ok edge carries to the next piece.
    pub(super) fn finish(
        &mut self,
        op: Op,
        to: Option<Slot>,
        terminator: impl FnOnce(BlockCall) -> Terminator,
    ) -> Lowering<()> {
        self.finish_typed(op.result(), to, terminator)
    }

    /// As [`Emitter::finish`], with the type of what the edge carries.
    pub(super) fn finish_typed(
        &mut self,
        result: Option<Type>,
        to: Option<Slot>,
        terminator: impl FnOnce(BlockCall) -> Terminator,
    ) -> Lowering<()> {
        let Some(ty) = result else {
            let ok = self.edge(EdgeKind::Normal)?;
            self.build.terminate(terminator(ok));
            return Ok(());
        };
        let graph = self.graph;
        let edge = graph.pieces[self.piece].edges.iter().find(|edge| edge.kind == EdgeKind::Normal);
        let next = edge.ok_or("an edge is missing")?.to;
        if graph.pieces[next].incoming.len() == 1 && next != 0 {
            // Nothing else leads there: its block takes the result itself.
            let block = self.block(next);
            let value = self.build.append_param(block, ty);
            self.piece_params[next].push(value);
            self.build.terminate(terminator(BlockCall::new(block, &[])));
            return to.map_or(Ok(()), |to| self.write_slot(to, value));
        }
        let landing = self.build.create_block_with(&[ty]);
        let value = self.build.params(landing)[0];
        self.build.terminate(terminator(BlockCall::new(landing, &[])));
        self.build.switch_to(landing);
        if let Some(to) = to {
            self.write_slot(to, value)?;
        }
        let target = self.edge(EdgeKind::Normal)?;
        self.build.terminate(Terminator::Jump(target));
        Ok(())
    }

    /// Ends the piece: goes on when `condition` is true, to the fail label when not.
    pub(super) fn branch(&mut self, condition: Value) -> Lowering<()> {
        let then = self.edge(EdgeKind::Normal)?;
        let otherwise = self.edge(EdgeKind::Fail)?;
        self.build.terminate(Terminator::Branch { condition, then, otherwise });
        Ok(())
    }

    /// An instruction without a result that neither fails nor raises.
    pub(super) fn effect(&mut self, op: Op, sources: &[&Source]) -> Lowering<()> {
        let values = self.sources(sources.iter().copied())?;
        self.build.inst(op, &values, Immediate::None);
        Ok(())
    }
}
