//! Emitting a function: places of values, labels, rows.

use super::EncodeError;
use super::color::{BitSet, Colors, Taken};
use super::instruction::Ins;
use super::moves::{Place, sequence};
use super::plan::Plan;
use crate::abi::Word;
use crate::interp::code::{self, FRAME_HEAD, Row, X_SCRATCH};
use crate::interp::object::{Relocation, Symbol};
use crate::interp::opcode::{LEN_MAX, Opcode, quick_words};
use crate::ir::{Block, Constant, Function, Location, Message, Type, Value};

/// Float register for cyclic moves.
const F_SCRATCH: u16 = code::F_COUNT as u16 - 1;

/// Code of the module so far.
#[derive(Default)]
pub(super) struct ModuleEmitter {
    pub(super) words: Vec<u64>,
    pub(super) rows: Vec<Row>,
    /// Words that linking fills in.
    pub(super) relocations: Vec<Relocation>,
    /// Where switches stand whose keys linking sorts.
    pub(super) switches: Vec<u32>,
    /// Messages that its instructions name.
    pub(super) messages: Vec<Message>,
}

impl ModuleEmitter {
    /// Linking fills the word at `at` in.
    pub(super) fn relocate(&mut self, at: usize, symbol: Symbol) {
        self.relocations.push(Relocation { at: at as u32, symbol });
    }

    fn put(&mut self, at: usize, constant: Constant) {
        match constant {
            Constant::Int(_) | Constant::Nil => {
                self.words[at] = constant.word().unwrap_or(Word::NIL).to_bits();
            }
            Constant::Atom(atom) => self.relocate(at, Symbol::Atom(atom)),
            Constant::Literal(id) => self.relocate(at, Symbol::Literal(id.index() as u32)),
        }
    }

    /// Emits a function; gives the offset of its first instruction, and the words of its open frame.
    pub(super) fn function(&mut self, function: &Function, number: usize) -> Result<(u32, u16), EncodeError> {
        let plan = Plan::new(function);
        let colors = Colors::compute(&plan)?;
        // The native cell of the entry.
        self.words.push(0);
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
        Ok((entry, colors.slots + FRAME_HEAD as u16))
    }
}

/// A place in the code, known when it is emitted: a block or the moves of an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Label(pub(super) usize);

/// A jump offset to fill in.
pub(super) struct Fixup {
    pub(super) word: usize,
    /// Whether it stands in the word's high half.
    pub(super) high: bool,
    /// What it counts from.
    pub(super) base: usize,
    pub(super) label: Label,
}

pub(super) struct FunctionEmitter<'e, 'f> {
    pub(super) module: &'e mut ModuleEmitter,
    pub(super) plan: &'e Plan<'f>,
    pub(super) colors: &'e Colors,
    pub(super) labels: Vec<Option<u32>>,
    pub(super) fixups: Vec<Fixup>,
    pub(super) row_fixups: Vec<(usize, Label)>,
    pub(super) stubs: Vec<(Label, Block, usize)>,
    /// Slots that may hold something at the end of a block.
    pub(super) outs: Vec<Option<BitSet>>,
    pub(super) taken: Taken,
    /// Slots that may hold something.
    pub(super) may: BitSet,
    pub(super) block: Block,
}

impl FunctionEmitter<'_, '_> {
    pub(super) fn run(mut self) -> Result<(), EncodeError> {
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

    pub(super) fn block_plan(&self, block: Block) -> &super::plan::BlockPlan {
        &self.plan.blocks[block.index()]
    }

    pub(super) fn is_open(&self) -> bool {
        self.block_plan(self.block).is_open
    }

    /// Words of the open frame, 0 where none is open.
    pub(super) fn frame_words(&self) -> u16 {
        if self.is_open() { self.colors.slots + FRAME_HEAD as u16 } else { 0 }
    }

    /// Where a value lies while the frame is open or not.
    pub(super) fn place_when(&self, value: Value, open: bool) -> Place {
        if let Some(constant) = self.plan.constants[value.index()] {
            return Place::Constant(constant);
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
    pub(super) fn push(&mut self, mut ins: Ins) -> Result<usize, EncodeError> {
        let at = self.module.words.len();
        let len = ins.words.len() + ins.constants.len();
        let short = if ins.is_long { 0 } else { len };
        if short > LEN_MAX {
            return Err(EncodeError::TooLong);
        }
        let [a, b, c] = ins.fields;
        let mut first = code::word(ins.op, short as u8, a, b, c) | ins.words[0];
        let second = ins.words.get(1).copied().unwrap_or(0);
        if !ins.is_long
            && let Some((quick, second)) = quick_words(ins.op, first, second, len)
        {
            first = quick;
            ins.words.get_mut(1).into_iter().for_each(|word| *word = second);
        }
        self.module.words.push(first);
        self.module.words.extend_from_slice(&ins.words[1..]);
        let behind = at + ins.words.len();
        self.module.words.resize(behind + ins.constants.len(), 0);
        for (index, &constant) in ins.constants.iter().enumerate() {
            self.module.put(behind + index, constant);
        }
        for &(index, constant) in &ins.named {
            self.module.put(at + index, constant);
        }
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
            Place::X(_) | Place::Slot(_) | Place::Constant(_) => Place::X(X_SCRATCH),
        });
        let mut index = 0;
        while index < moves.len() {
            let (to, from) = moves[index];
            if let (Place::Float(to), Place::Float(from)) = (to, from) {
                self.push(Ins::new(Opcode::MoveFloat, 1).a(to).b(from))?;
                index += 1;
                continue;
            }
            if let Place::Constant(constant) = from {
                let mut ins = Ins::new(Opcode::MoveWord, 2).constant(1, constant);
                let to = ins.operand(to)?;
                self.push(ins.a(to))?;
                index += 1;
                continue;
            }
            let next = moves.get(index + 1);
            let next = next
                .filter(|(to, from)| !matches!((to, from), (Place::Float(_), _) | (_, Place::Constant(_))));
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
}
