//! Emitting blocks, edges and jumps.

use smallvec::SmallVec;

use super::EncodeError;
use super::color::{BitSet, Colors, Taken};
use super::moves::{Place, sequence};
use super::plan::{Plan, calls};
use crate::abi::Word;
use crate::analysis::liveness::implicit_params;
use crate::interp::code::{
    self, FRAME, FRAME_HEAD, INDEX, INLINE, NO_SOURCE, Opcode, Row, X_EXCEPTION, X_SCRATCH,
};
use crate::interp::export::ExportEntry;
use crate::ir::{
    Block, Constant, FuncId, Function, InstData, LambdaId, Location, Op, Terminator, Type, Value,
};

/// Float register for cyclic moves.
const F_SCRATCH: u16 = code::F_COUNT as u16 - 1;

/// Code of the module so far.
pub(super) struct ModuleEmitter<'m> {
    pub(super) words: Vec<u64>,
    pub(super) rows: Vec<Row>,
    /// Words that become the address of a function.
    pub(super) call_fixups: Vec<(usize, FuncId)>,
    /// Words that become the address of a fun entry.
    pub(super) lambda_fixups: Vec<(usize, LambdaId)>,
    literals: &'m [Word],
    pub(super) imports: Vec<&'static ExportEntry>,
}

impl<'m> ModuleEmitter<'m> {
    pub(super) fn new(literals: &'m [Word], imports: Vec<&'static ExportEntry>) -> ModuleEmitter<'m> {
        ModuleEmitter {
            words: Vec::new(),
            rows: Vec::new(),
            call_fixups: Vec::new(),
            lambda_fixups: Vec::new(),
            literals,
            imports,
        }
    }

    /// Emits a function; gives the offset of its first instruction.
    pub(super) fn function(&mut self, function: &Function, number: usize) -> Result<u32, EncodeError> {
        let plan = Plan::new(function);
        let colors = Colors::compute(&plan)?;
        self.words.push(u64::from(function.arity) | (number as u64) << 32);
        let entry = self.words.len() as u32;
        let labels = vec![None; function.blocks.len()];
        let outs = vec![None; function.blocks.len()];
        let emitter = FunctionEmitter {
            module: self,
            plan: &plan,
            colors: &colors,
            labels,
            fixups: Vec::new(),
            row_fixups: Vec::new(),
            stubs: Vec::new(),
            outs,
            taken: Taken::default(),
            may: BitSet::default(),
            block: Function::ENTRY,
        };
        emitter.run()?;
        Ok(entry)
    }
}

/// A place in the code, known when it is emitted: a block or the moves of an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Label(usize);

/// A jump offset to fill in.
struct Fixup {
    word: usize,
    /// Whether it stands in the word's high half.
    high: bool,
    /// What it counts from.
    base: usize,
    label: Label,
}

pub(super) struct FunctionEmitter<'e, 'm, 'f> {
    pub(super) module: &'e mut ModuleEmitter<'m>,
    pub(super) plan: &'e Plan<'f>,
    colors: &'e Colors,
    labels: Vec<Option<u32>>,
    fixups: Vec<Fixup>,
    row_fixups: Vec<(usize, Label)>,
    stubs: Vec<(Label, Block, usize)>,
    /// Slots that may hold something at the end of a block.
    outs: Vec<Option<BitSet>>,
    taken: Taken,
    /// Slots that may hold something.
    may: BitSet,
    pub(super) block: Block,
}

/// An instruction under construction.
pub(super) struct Ins {
    words: SmallVec<[u64; 8]>,
    constants: SmallVec<[u64; 4]>,
    fields: [u16; 3],
    op: Opcode,
    /// Whether the length stands in the second word.
    is_long: bool,
}

impl Ins {
    /// `count` words besides constants.
    pub(super) fn new(op: Opcode, count: usize) -> Ins {
        Ins {
            words: SmallVec::from_elem(0, count),
            constants: SmallVec::new(),
            fields: [0; 3],
            op,
            is_long: false,
        }
    }

    /// As `new`, with its length in the low half of the second word.
    pub(super) fn long(op: Opcode, count: usize) -> Ins {
        Ins { is_long: true, ..Ins::new(op, count) }
    }

    pub(super) fn a(mut self, field: u16) -> Ins {
        self.fields[0] = field;
        self
    }

    pub(super) fn b(mut self, field: u16) -> Ins {
        self.fields[1] = field;
        self
    }

    pub(super) fn c(mut self, field: u16) -> Ins {
        self.fields[2] = field;
        self
    }

    /// The high half of the first word.
    pub(super) fn high(self, value: u32) -> Ins {
        self.b(value as u16).c((value >> 16) as u16)
    }

    pub(super) fn word(mut self, index: usize, value: u64) -> Ins {
        self.words[index] |= value;
        self
    }

    /// The operand for what lies at `place`.
    pub(super) fn operand(&mut self, place: Place) -> Result<u16, EncodeError> {
        let (bit, index) = match place {
            Place::X(register) => return Ok(register),
            Place::Float(register) => return Ok(register),
            Place::Slot(slot) => (FRAME, usize::from(slot) + FRAME_HEAD),
            Place::Word(word) => {
                let known = self.constants.iter().position(|&constant| constant == word);
                let index = known.unwrap_or_else(|| {
                    self.constants.push(word);
                    self.constants.len() - 1
                });
                (INLINE, self.words.len() + index)
            }
        };
        if index > usize::from(INDEX) { Err(EncodeError::TooLong) } else { Ok(bit | index as u16) }
    }

    /// Puts operands four a word from word `from` on.
    pub(super) fn pack(
        &mut self,
        from: usize,
        places: impl Iterator<Item = Place>,
    ) -> Result<(), EncodeError> {
        for (index, place) in places.enumerate() {
            let operand = self.operand(place)?;
            self.words[from + index / 4] |= u64::from(operand) << (16 * (index % 4));
        }
        Ok(())
    }
}

impl FunctionEmitter<'_, '_, '_> {
    fn run(mut self) -> Result<(), EncodeError> {
        let order = self.plan.cfg.reverse_postorder().to_vec();
        for (index, &block) in order.iter().enumerate() {
            self.labels[block.index()] = Some(self.module.words.len() as u32);
            self.emit_block(block, order.get(index + 1).copied())?;
        }
        let mut done = 0;
        while done < self.stubs.len() {
            let (label, block, edge) = self.stubs[done];
            done += 1;
            self.labels[label.0] = Some(self.module.words.len() as u32);
            self.block = block;
            self.emit_edge(block, edge, None)?;
        }
        for fixup in &self.fixups {
            let target = self.labels[fixup.label.0].unwrap_or(0);
            let offset = target.wrapping_sub(fixup.base as u32);
            self.module.words[fixup.word] |= u64::from(offset) << if fixup.high { 32 } else { 0 };
        }
        for &(row, label) in &self.row_fixups {
            self.module.rows[row].handler = self.labels[label.0].unwrap_or(0);
        }
        Ok(())
    }

    fn block_plan(&self, block: Block) -> &super::plan::BlockPlan {
        &self.plan.blocks[block.index()]
    }

    pub(super) fn is_open(&self) -> bool {
        self.block_plan(self.block).is_open
    }

    /// Words of the open frame, 0 where none is open.
    pub(super) fn frame_words(&self) -> u16 {
        if self.is_open() { self.colors.slots + FRAME_HEAD as u16 } else { 0 }
    }

    fn constant_word(&self, constant: Constant) -> u64 {
        match constant {
            Constant::Literal(id) => self.module.literals[id.index()].to_bits(),
            other => other.word().unwrap_or(Word::NIL).to_bits(),
        }
    }

    /// Where a value lies while the frame is open or not.
    fn place_when(&self, value: Value, open: bool) -> Place {
        if let Some(constant) = self.plan.constants[value.index()] {
            return Place::Word(self.constant_word(constant));
        }
        if self.plan.function.type_of(value) == Type::F64 {
            Place::Float(self.colors.register(value))
        } else if open && self.plan.crossing[value.index()] {
            Place::Slot(self.colors.slot(value))
        } else {
            Place::X(self.colors.register(value))
        }
    }

    /// Where a value lies in this block.
    pub(super) fn place(&self, value: Value) -> Place {
        self.place_when(value, self.is_open())
    }

    /// The constant that a value is.
    pub(super) fn constant(&self, value: Value) -> Option<Constant> {
        self.plan.constants[value.index()]
    }

    pub(super) fn new_label(&mut self) -> Label {
        self.labels.push(None);
        Label(self.labels.len() - 1)
    }

    pub(super) fn bind(&mut self, label: Label) {
        self.labels[label.0] = Some(self.module.words.len() as u32);
    }

    /// Adds an instruction; gives its offset.
    pub(super) fn push(&mut self, ins: Ins) -> Result<usize, EncodeError> {
        let at = self.module.words.len();
        let len = ins.words.len() + ins.constants.len();
        let short = if ins.is_long { 0 } else { u8::try_from(len).map_err(|_| EncodeError::TooLong)? };
        let [a, b, c] = ins.fields;
        let first = code::word(ins.op, short, a, b, c) | ins.words[0];
        self.module.words.push(first);
        self.module.words.extend_from_slice(&ins.words[1..]);
        self.module.words.extend_from_slice(&ins.constants);
        if ins.is_long {
            self.module.words[at + 1] |= u64::from(u32::try_from(len).map_err(|_| EncodeError::TooLong)?);
        }
        Ok(at)
    }

    /// Fills the jump offset of the instruction at `at`, in half `high` of its word `word`.
    pub(super) fn target(&mut self, at: usize, word: usize, high: bool, label: Label) {
        self.fixups.push(Fixup { word: at + word, high, base: at, label });
    }

    /// The row of the instruction at `at`.
    pub(super) fn row(&mut self, at: usize, location: u32, handler: Option<Label>) {
        let unknown = Location { file: 0, line: 0 };
        let place = self.plan.function.locations.get(location as usize).copied();
        let Location { file, line } = place.filter(|_| location != 0).unwrap_or(unknown);
        let frame = self.frame_words();
        if let Some(label) = handler {
            self.row_fixups.push((self.module.rows.len(), label));
        }
        self.module.rows.push(Row { offset: at as u32, frame, handler: 0, file, line });
    }

    /// Moves in parallel.
    pub(super) fn moves(&mut self, moves: Vec<(Place, Place)>) -> Result<(), EncodeError> {
        let moves = sequence(moves, |place| match place {
            Place::Float(_) => Place::Float(F_SCRATCH),
            _ => Place::X(X_SCRATCH),
        });
        let mut index = 0;
        while index < moves.len() {
            let (to, from) = moves[index];
            if let (Place::Float(to), Place::Float(from)) = (to, from) {
                self.push(Ins::new(Opcode::MoveFloat, 1).a(to).b(from))?;
                index += 1;
                continue;
            }
            let next = moves.get(index + 1).filter(|(to, _)| !matches!(to, Place::Float(_)));
            if let Some(&(to2, from2)) = next {
                let mut ins = Ins::new(Opcode::Move2, 2);
                let fields = [ins.operand(to)?, ins.operand(from)?, ins.operand(to2)?, ins.operand(from2)?];
                self.push(ins.a(fields[0]).b(fields[1]).c(fields[2]).word(1, u64::from(fields[3])))?;
                index += 2;
            } else {
                let mut ins = Ins::new(Opcode::Move, 1);
                let (to, from) = (ins.operand(to)?, ins.operand(from)?);
                self.push(ins.a(to).b(from))?;
                index += 1;
            }
        }
        Ok(())
    }

    /// Opens the frame: `stores` are (slot, x register), `live` the x registers that are live.
    fn open_frame(&mut self, stores: &[(u16, u16)], live: &BitSet, need: u16) -> Result<(), EncodeError> {
        let slots = usize::from(self.colors.slots);
        let masks = live.words();
        let mut ins = Ins::long(Opcode::Open, 2 + masks.len() + slots.div_ceil(4));
        ins.words[2..2 + masks.len()].copy_from_slice(masks);
        let mut sources = vec![NO_SOURCE; slots];
        for &(slot, register) in stores {
            sources[usize::from(slot)] = register;
        }
        for (index, source) in sources.into_iter().enumerate() {
            ins.words[2 + masks.len() + index / 4] |= u64::from(source) << (16 * (index % 4));
        }
        let count = masks.len() as u16;
        self.push(ins.a(self.colors.slots).b(need).c(count))?;
        Ok(())
    }

    /// Slots that may hold something where the block begins.
    fn may_on_entry(&self, block: Block) -> BitSet {
        let mut may = BitSet::default();
        for before in self.plan.cfg.predecessors(block) {
            match &self.outs[before.index()] {
                Some(out) => {
                    (0..self.colors.slots).filter(|&slot| out.has(slot)).for_each(|slot| may.insert(slot))
                }
                None => (0..self.colors.slots).for_each(|slot| may.insert(slot)),
            }
        }
        let data = self.plan.function.block(block);
        for &value in self.plan.live.live_in(block).iter().chain(&data.params) {
            if let Place::Slot(slot) = self.place_when(value, true) {
                may.insert(slot);
            }
        }
        may
    }

    fn emit_block(&mut self, block: Block, next: Option<Block>) -> Result<(), EncodeError> {
        let plan = self.plan;
        let data = plan.function.block(block);
        let block_plan = &plan.blocks[block.index()];
        self.block = block;
        let enters_open = block_plan.enters_open;
        let mut taken = self.colors.taken_on_entry(plan, block, enters_open);
        for parameter in data.params.iter().filter(|parameter| !block_plan.dead_params.contains(parameter)) {
            self.colors.define_taken(plan, *parameter, enters_open, &mut taken);
        }
        self.taken = taken;
        self.may = if enters_open { self.may_on_entry(block) } else { BitSet::default() };
        let mut needs = super::insts::heap_needs(plan, block);
        if block_plan.is_open && !enters_open {
            let live_in = plan.live.live_in(block).iter().chain(&data.params);
            let stores: Vec<(u16, u16)> = live_in
                .filter(|value| !block_plan.dead_params.contains(value) && plan.crossing[value.index()])
                .filter(|value| !plan.is_constant(**value))
                .map(|&value| (self.colors.slot(value), self.colors.register(value)))
                .collect();
            // The first heap check merges with that for the frame when nothing else allocates before it.
            let need = match needs.first_mut() {
                Some(first) if first.is_first && first.words <= u32::from(u16::MAX) => {
                    std::mem::take(&mut first.words)
                }
                _ => 0,
            };
            let live = self.taken.x.clone();
            self.open_frame(&stores, &live, need as u16)?;
            stores.iter().for_each(|&(slot, _)| self.may.insert(slot));
            let mut taken = std::mem::take(&mut self.taken);
            self.colors.open(plan, block, &mut taken);
            self.taken = taken;
        }
        let open = block_plan.is_open;
        // The head that was left to the next instruction, which takes the tail.
        let mut head_of: Option<Value> = None;
        for (place, &index) in block_plan.schedule.iter().enumerate() {
            let inst = &data.insts[index as usize];
            if let Some(need) = needs.iter().find(|need| need.place == place && need.words > 0) {
                self.heap_check(need.words)?;
            }
            for &value in &block_plan.dies[place] {
                let mut taken = std::mem::take(&mut self.taken);
                self.colors.release(plan, value, open, &mut taken);
                self.taken = taken;
            }
            match (head_of, self.head_before_tail(block, place)) {
                // Head and tail of one cell at once.
                (Some(head), _) => self.emit_head_tail(head, inst)?,
                (None, true) => {}
                (None, false) => self.emit_inst(inst, block_plan.unused[place])?,
            }
            head_of = match head_of {
                None if self.head_before_tail(block, place) => inst.result,
                _ => None,
            };
            if let Some(result) = inst.result.filter(|_| !block_plan.unused[place]) {
                let mut taken = std::mem::take(&mut self.taken);
                self.colors.define_taken(plan, result, open, &mut taken);
                self.taken = taken;
                if let Place::Slot(slot) = self.place(result) {
                    self.may.insert(slot);
                }
            }
        }
        for &value in &block_plan.dies_at_end {
            let mut taken = std::mem::take(&mut self.taken);
            self.colors.release(plan, value, open, &mut taken);
            self.taken = taken;
        }
        self.emit_terminator(block, next)?;
        self.outs[block.index()] = Some(std::mem::take(&mut self.may));
        Ok(())
    }

    /// Whether the instruction takes the head, and the next one the tail, of one cell, and both are used.
    fn head_before_tail(&self, block: Block, place: usize) -> bool {
        let plan = self.block_plan(block);
        let (Some(&first), Some(&second)) = (plan.schedule.get(place), plan.schedule.get(place + 1)) else {
            return false;
        };
        let insts = &self.plan.function.block(block).insts;
        let (first, second) = (&insts[first as usize], &insts[second as usize]);
        first.op == Op::Head
            && second.op == Op::Tail
            && first.args == second.args
            && !plan.unused[place]
            && !plan.unused[place + 1]
    }

    fn emit_head_tail(&mut self, head: Value, tail: &InstData) -> Result<(), EncodeError> {
        let mut ins = Ins::new(Opcode::HeadTail, 1);
        let list = ins.operand(self.place(tail.args[0]))?;
        let head = ins.operand(self.place(head))?;
        let tail = match tail.result {
            Some(result) => ins.operand(self.place(result))?,
            None => X_SCRATCH,
        };
        self.push(ins.a(head).b(list).c(tail))?;
        Ok(())
    }

    fn heap_check(&mut self, words: u32) -> Result<(), EncodeError> {
        let masks: SmallVec<[u64; 4]> = self.taken.x.words().into();
        let mut ins = Ins::new(Opcode::Gc, 1 + masks.len());
        ins.words[1..].copy_from_slice(&masks);
        self.push(ins.a(masks.len() as u16).high(words))?;
        Ok(())
    }

    /// Puts a call's operands into registers and clears dead slots; gives the mask for those of the first 16 that the
    /// call itself clears.
    pub(super) fn prepare_call(&mut self, inst: &InstData, is_tail: bool) -> Result<u16, EncodeError> {
        let moves = super::call_registers(inst)
            .into_iter()
            .map(|(value, register)| (Place::X(register), self.place(value)))
            .collect();
        self.moves(moves)?;
        if is_tail {
            return Ok(0);
        }
        let mut mask = 0;
        let mut dead: SmallVec<[u64; 4]> = SmallVec::new();
        for slot in (0..self.colors.slots).filter(|&slot| self.may.has(slot) && !self.taken.slots.has(slot)) {
            if slot < 16 {
                mask |= 1 << slot;
            } else {
                let word = usize::from(slot - 16) / 64;
                dead.resize(dead.len().max(word + 1), 0);
                dead[word] |= 1 << ((slot - 16) % 64);
            }
        }
        for (index, &bits) in dead.iter().enumerate().filter(|(_, bits)| **bits != 0) {
            let first = (FRAME_HEAD + 16 + 64 * index) as u16;
            self.push(Ins::new(Opcode::Kill, 2).a(first).word(1, bits))?;
        }
        self.may = self.taken.slots.clone();
        Ok(mask)
    }

    /// The label to jump to for an edge: its block, or moves that are emitted later.
    pub(super) fn edge_label(&mut self, block: Block, edge: usize) -> Label {
        let call = self.plan.function.block(block).terminator.successors()[edge];
        let target = call.block;
        let is_plain = self.block_plan(block).is_open == self.block_plan(target).enters_open
            && self.edge_moves(block, edge).iter().all(|(to, from)| to == from);
        if is_plain {
            return Label(target.index());
        }
        let label = self.new_label();
        self.stubs.push((label, block, edge));
        label
    }

    /// Moves of an edge, as if the frame were as the target wants it.
    fn edge_moves(&self, block: Block, edge: usize) -> Vec<(Place, Place)> {
        let terminator = &self.plan.function.block(block).terminator;
        let target = terminator.successors()[edge].block;
        let (from_open, to_open) = (self.block_plan(block).is_open, self.block_plan(target).enters_open);
        let target_plan = self.block_plan(target);
        let params = &self.plan.function.block(target).params;
        let filled = implicit_params(terminator, edge);
        let mut moves = Vec::with_capacity(params.len());
        for (index, &parameter) in params.iter().take(filled).enumerate() {
            let from = match terminator {
                Terminator::Attempt { .. } | Terminator::RecvNext { .. } => self.end_place(block),
                Terminator::Try { ok: Some(_), .. } if edge == 0 => self.end_place(block),
                _ => Place::X(X_EXCEPTION + index as u16),
            };
            moves.push((parameter, from));
        }
        for (parameter, argument) in self.plan.edge_pairs(block, edge) {
            moves.push((parameter, self.place_when(argument, from_open)));
        }
        moves
            .into_iter()
            .filter(|(parameter, _)| !target_plan.dead_params.contains(parameter))
            .map(|(parameter, from)| (self.place_when(parameter, to_open), from))
            .collect()
    }

    /// Where the terminator of a block leaves its result.
    pub(super) fn end_place(&self, block: Block) -> Place {
        match &self.plan.function.block(block).terminator {
            Terminator::Try { inst, .. } if calls(inst.op) => Place::X(0),
            Terminator::Attempt { inst, .. } | Terminator::Try { inst, .. }
                if inst.op.result() == Some(Type::F64) =>
            {
                Place::Float(self.colors.end_result(block))
            }
            _ => Place::X(self.colors.end_result(block)),
        }
    }

    /// Emits an edge: opens the frame if the target wants it open, moves, and jumps unless the target is `next`.
    pub(super) fn emit_edge(
        &mut self,
        block: Block,
        edge: usize,
        next: Option<Block>,
    ) -> Result<(), EncodeError> {
        let target = self.plan.function.block(block).terminator.successors()[edge].block;
        let mut moves = self.edge_moves(block, edge);
        if !self.block_plan(block).is_open && self.block_plan(target).enters_open {
            let mut stores: Vec<(u16, u16)> = Vec::new();
            let mut live = BitSet::default();
            for &value in self.plan.live.live_in(target) {
                if let Place::X(register) = self.place_when(value, false) {
                    live.insert(register);
                    if let Place::Slot(slot) = self.place_when(value, true) {
                        stores.push((slot, register));
                    }
                }
            }
            for (to, from) in &moves {
                if let Place::X(register) = from {
                    live.insert(*register);
                    if let Place::Slot(slot) = to {
                        stores.push((*slot, *register));
                    }
                }
            }
            moves.retain(|(to, from)| !matches!((to, from), (Place::Slot(_), Place::X(_))));
            self.open_frame(&stores, &live, 0)?;
        }
        self.moves(moves)?;
        if next != Some(target) {
            let at = self.push(Ins::new(Opcode::Jump, 1))?;
            self.target(at, 0, true, Label(target.index()));
        }
        Ok(())
    }

    fn emit_terminator(&mut self, block: Block, next: Option<Block>) -> Result<(), EncodeError> {
        let plan = self.plan;
        let data = plan.function.block(block);
        match &data.terminator {
            Terminator::Jump(_) => self.emit_edge(block, 0, next),
            Terminator::Branch { condition, .. } => {
                let otherwise = self.edge_label(block, 1);
                match plan.blocks[block.index()].fused {
                    Some(test) => self.emit_test(&data.insts[test as usize], otherwise)?,
                    None => {
                        let mut ins = Ins::new(Opcode::IsTrue, 1);
                        let bool = ins.operand(self.place(*condition))?;
                        let at = self.push(ins.a(bool))?;
                        self.target(at, 0, true, otherwise);
                    }
                }
                self.emit_edge(block, 0, next)
            }
            Terminator::Switch { value, cases, .. } => {
                let keys: Vec<Constant> = cases.iter().map(|(key, _)| *key).collect();
                self.emit_switch(block, *value, &keys)
            }
            Terminator::SwitchArity { value, cases, .. } => {
                let arities: Vec<u32> = cases.iter().map(|(arity, _)| *arity).collect();
                self.emit_switch_arity(block, *value, &arities)
            }
            Terminator::Attempt { inst, .. } => {
                let fail = self.edge_label(block, 1);
                self.emit_op(inst, Some(self.end_place(block)), Some(fail), None)?;
                self.emit_edge(block, 0, next)
            }
            Terminator::Try { inst, ok, .. } => {
                let handler = self.edge_label(block, usize::from(ok.is_some()));
                if calls(inst.op) {
                    self.emit_call(inst, Some(handler))?;
                } else {
                    let result = inst.op.result().map(|_| self.end_place(block));
                    self.emit_op(inst, result, None, Some(handler))?;
                }
                if ok.is_some() { self.emit_edge(block, 0, next) } else { Ok(()) }
            }
            Terminator::Return(value) => {
                let pop = self.frame_words();
                match self.place(*value) {
                    Place::X(0) => self.push(Ins::new(Opcode::Return, 1).a(pop))?,
                    place => {
                        let mut ins = Ins::new(Opcode::ReturnValue, 1);
                        let value = ins.operand(place)?;
                        self.push(ins.a(value).b(pop))?
                    }
                };
                Ok(())
            }
            Terminator::TailCall(inst) => self.emit_tail_call(inst),
            Terminator::RecvNext { .. } => {
                let empty = self.edge_label(block, 1);
                let mut ins = Ins::new(Opcode::RecvNext, 1);
                let message = ins.operand(self.end_place(block))?;
                let at = self.push(ins.a(message))?;
                self.target(at, 0, true, empty);
                self.emit_edge(block, 0, next)
            }
            Terminator::Wait(_) => {
                let woken = self.edge_label(block, 0);
                let at = self.push(Ins::new(Opcode::Wait, 1))?;
                self.target(at, 0, true, woken);
                Ok(())
            }
            Terminator::WaitTimeout { time, unwind, .. } => {
                let [woken, expired] = [0, 1].map(|edge| self.edge_label(block, edge));
                let handler = unwind.as_ref().map(|_| self.edge_label(block, 2));
                let mut ins = Ins::new(Opcode::WaitTimeout, 2);
                let time = ins.operand(self.place(*time))?;
                let at = self.push(ins.a(time))?;
                self.target(at, 1, false, expired);
                self.row(at, 0, handler);
                let at = self.push(Ins::new(Opcode::Woken, 2))?;
                self.target(at, 0, true, expired);
                self.target(at, 1, false, woken);
                Ok(())
            }
            // Behind an op that never returns. A block of its own without one is never reached: verified code has
            // no other way to say so, and raising is better than running into what follows.
            Terminator::Unreachable => {
                let ends = data
                    .insts
                    .last()
                    .is_some_and(|inst| inst.op.effects().has(crate::ir::Effects::NO_RETURN));
                if !ends {
                    let at = self.push(Ins::new(Opcode::IfClause, 1))?;
                    self.row(at, 0, None);
                }
                Ok(())
            }
        }
    }

    fn emit_switch(&mut self, block: Block, value: Value, keys: &[Constant]) -> Result<(), EncodeError> {
        let default = self.edge_label(block, keys.len());
        let mut immediates: Vec<(u64, Label)> = Vec::new();
        for (edge, key) in keys.iter().enumerate() {
            let label = self.edge_label(block, edge);
            if key.word().is_some() {
                immediates.push((self.constant_word(*key), label));
            } else {
                // `/=` leads to the target when the terms are equal.
                let mut ins = Ins::new(Opcode::NeExact, 2);
                let word = Place::Word(self.constant_word(*key));
                let (left, right) = (ins.operand(self.place(value))?, ins.operand(word)?);
                let at = self.push(ins.a(left).b(right))?;
                self.target(at, 1, false, label);
            }
        }
        let integers: Option<Vec<i64>> = keys
            .iter()
            .filter(|key| key.word().is_some())
            .map(|key| if let Constant::Int(value) = key { Some(*value) } else { None })
            .collect();
        if let Some(integers) = integers
            && let (Some(&low), Some(&high)) = (integers.iter().min(), integers.iter().max())
            && integers.len() >= 4
            && high.checked_sub(low).is_some_and(|range| range / 4 <= integers.len() as i64)
        {
            return self.emit_switch_table(value, low, high, &integers, &immediates, default);
        }
        immediates.sort_by_key(|(word, _)| *word);
        let count = immediates.len();
        let mut ins = Ins::long(Opcode::SwitchWords, 3 + count + count.div_ceil(2));
        let operand = ins.operand(self.place(value))?;
        ins.words[2] = count as u64;
        for (index, (word, _)) in immediates.iter().enumerate() {
            ins.words[3 + index] = *word;
        }
        let at = self.push(ins.a(operand))?;
        self.target(at, 2, true, default);
        for (index, &(_, label)) in immediates.iter().enumerate() {
            self.target(at, 3 + count + index / 2, index % 2 == 1, label);
        }
        Ok(())
    }

    fn emit_switch_table(
        &mut self,
        value: Value,
        low: i64,
        high: i64,
        integers: &[i64],
        targets: &[(u64, Label)],
        default: Label,
    ) -> Result<(), EncodeError> {
        let count = (high - low + 1) as usize;
        let mut table = vec![default; count];
        for (integer, (_, label)) in integers.iter().zip(targets) {
            table[(integer - low) as usize] = *label;
        }
        let mut ins = Ins::long(Opcode::SwitchTable, 4 + count.div_ceil(2));
        let operand = ins.operand(self.place(value))?;
        ins.words[2] = low as u64;
        ins.words[3] = count as u64;
        let at = self.push(ins.a(operand))?;
        self.target(at, 3, true, default);
        for (index, &label) in table.iter().enumerate() {
            self.target(at, 4 + index / 2, index % 2 == 1, label);
        }
        Ok(())
    }

    fn emit_switch_arity(&mut self, block: Block, value: Value, arities: &[u32]) -> Result<(), EncodeError> {
        let default = self.edge_label(block, arities.len());
        let mut cases: Vec<(u32, Label)> = Vec::new();
        for (edge, &arity) in arities.iter().enumerate() {
            cases.push((arity, self.edge_label(block, edge)));
        }
        cases.sort_by_key(|(arity, _)| *arity);
        let mut ins = Ins::long(Opcode::SwitchArity, 3 + cases.len());
        let operand = ins.operand(self.place(value))?;
        ins.words[2] = cases.len() as u64;
        for (index, (arity, _)) in cases.iter().enumerate() {
            ins.words[3 + index] = u64::from(*arity);
        }
        let at = self.push(ins.a(operand))?;
        self.target(at, 2, true, default);
        for (index, &(_, label)) in cases.iter().enumerate() {
            self.target(at, 3 + index, true, label);
        }
        Ok(())
    }

    fn emit_tail_call(&mut self, inst: &InstData) -> Result<(), EncodeError> {
        self.prepare_call(inst, true)?;
        let pop = self.frame_words();
        let arity = super::call_arity(inst);
        let at = match (inst.op, &inst.immediate) {
            (Op::Call, crate::ir::Immediate::Function(id)) => {
                let at = self.push(Ins::new(Opcode::CallTail, 2).a(pop))?;
                self.module.call_fixups.push((at + 1, *id));
                at
            }
            (Op::CallExt, crate::ir::Immediate::Import(id)) => {
                let entry = super::entry_word(self.module.imports[id.index()]);
                self.push(Ins::new(Opcode::CallExtTail, 3).a(pop).b(arity).word(1, entry))?
            }
            (Op::CallFun, _) => self.push(Ins::new(Opcode::CallFunTail, 3).a(pop).b(arity))?,
            _ => self.push(Ins::new(Opcode::ApplyTail, 3).a(pop).b(arity))?,
        };
        self.row(at, inst.location, None);
        if inst.op != Op::Call {
            // Where what is called turns out not to be code, the frame stays until it has returned.
            self.module.words[at + 2] |= u64::from(pop);
            self.push(Ins::new(Opcode::Return, 1).a(pop))?;
        }
        Ok(())
    }

    /// Emits a call that returns; the result is then in x0.
    pub(super) fn emit_call(&mut self, inst: &InstData, handler: Option<Label>) -> Result<(), EncodeError> {
        let mask = self.prepare_call(inst, false)?;
        let arity = super::call_arity(inst);
        let at = match (inst.op, &inst.immediate) {
            (Op::Call, crate::ir::Immediate::Function(id)) => {
                let at = self.push(Ins::new(Opcode::Call, 3).a(mask))?;
                self.module.call_fixups.push((at + 1, *id));
                at
            }
            (Op::CallExt, crate::ir::Immediate::Import(id)) => {
                let entry = super::entry_word(self.module.imports[id.index()]);
                self.push(Ins::new(Opcode::CallExt, 3).a(mask).b(arity).word(1, entry))?
            }
            (Op::CallFun, _) => self.push(Ins::new(Opcode::CallFun, 3).a(mask).b(arity))?,
            _ => self.push(Ins::new(Opcode::Apply, 3).a(mask).b(arity))?,
        };
        self.module.words[at + 2] |= u64::from(self.frame_words());
        if let Some(label) = handler {
            self.fixups.push(Fixup { word: at + 2, high: true, base: at + 3, label });
        }
        self.row(at, inst.location, handler);
        Ok(())
    }
}
