//! Picking registers and slots: greedy colouring of the SSA form in an order in which every block stands after its
//! dominator, where it needs no more colours than values are live at once (Hack, "Register Allocation for Programs in
//! SSA Form", 2007), with preferences so that most moves vanish.

use super::EncodeError;
use super::plan::{Plan, calls};
use crate::interp::code::{F_COUNT, FRAME_HEAD, INDEX, X_LIMIT};
use crate::ir::{Block, Function, Terminator, Type, Value};

/// Registers of a function's values.
pub(super) struct Colors {
    /// x register, or float register of a float.
    register: Vec<Option<u16>>,
    /// Frame slot of a value that lives across a call.
    slot: Vec<Option<u16>>,
    /// Register of the result of a block's terminator, by block.
    end_result: Vec<Option<u16>>,
    /// Slots of the frame.
    pub(super) slots: u16,
}

/// A growing set of small numbers.
#[derive(Clone, Default)]
pub(super) struct BitSet(Vec<u64>);

impl BitSet {
    pub(super) fn insert(&mut self, bit: u16) {
        let word = usize::from(bit) / 64;
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (bit % 64);
    }

    pub(super) fn remove(&mut self, bit: u16) {
        if let Some(word) = self.0.get_mut(usize::from(bit) / 64) {
            *word &= !(1 << (bit % 64));
        }
    }

    pub(super) fn has(&self, bit: u16) -> bool {
        self.0.get(usize::from(bit) / 64).is_some_and(|word| word >> (bit % 64) & 1 == 1)
    }

    pub(super) fn words(&self) -> &[u64] {
        &self.0
    }

    fn first_free(&self) -> u16 {
        for (index, word) in self.0.iter().enumerate() {
            if *word != u64::MAX {
                return (index * 64) as u16 + word.trailing_ones() as u16;
            }
        }
        (self.0.len() * 64) as u16
    }
}

/// What is taken at a point of a block.
#[derive(Clone, Default)]
pub(super) struct Taken {
    pub(super) x: BitSet,
    pub(super) f: BitSet,
    pub(super) slots: BitSet,
}

impl Colors {
    pub(super) fn compute(plan: &Plan<'_>) -> Result<Colors, EncodeError> {
        let count = plan.function.value_types.len();
        let mut colors = Colors {
            register: vec![None; count],
            slot: vec![None; count],
            end_result: vec![None; plan.function.blocks.len()],
            slots: 0,
        };
        let wishes = Wishes::new(plan);
        for &block in plan.cfg.reverse_postorder() {
            colors.color_block(plan, &wishes, block)?;
        }
        Ok(colors)
    }

    /// The x or float register of a value.
    pub(super) fn register(&self, value: Value) -> u16 {
        self.register[value.index()].unwrap_or(0)
    }

    /// The slot of a value that lives across a call.
    pub(super) fn slot(&self, value: Value) -> u16 {
        self.slot[value.index()].unwrap_or(0)
    }

    /// Where a block's terminator leaves its result (x or float register).
    pub(super) fn end_result(&self, block: Block) -> u16 {
        self.end_result[block.index()].unwrap_or(0)
    }

    fn color_block(&mut self, plan: &Plan<'_>, wishes: &Wishes, block: Block) -> Result<(), EncodeError> {
        let function = plan.function;
        let data = function.block(block);
        let block_plan = &plan.blocks[block.index()];
        let mut taken = self.taken_on_entry(plan, block, block_plan.enters_open);
        for (index, &parameter) in data.params.iter().enumerate() {
            // Arguments arrive in x0, x1, ..
            let fixed = (block == Function::ENTRY).then_some(index as u16);
            self.define(plan, wishes, parameter, block_plan.enters_open, fixed, &mut taken)?;
        }
        for &parameter in &block_plan.dead_params {
            self.release(plan, parameter, block_plan.enters_open, &mut taken);
        }
        if block_plan.is_open && !block_plan.enters_open {
            self.open(plan, block, &mut taken);
        }
        let open = block_plan.is_open;
        for (place, &index) in block_plan.schedule.iter().enumerate() {
            let inst = &data.insts[index as usize];
            for &value in &block_plan.dies[place] {
                self.release(plan, value, open, &mut taken);
            }
            if let Some(result) = inst.result {
                let wish = calls(inst.op).then_some(0);
                self.define_wishing(plan, wishes, result, open, wish, &mut taken)?;
                if block_plan.unused[place] {
                    self.release(plan, result, open, &mut taken);
                }
            }
        }
        for &value in &block_plan.dies_at_end {
            self.release(plan, value, open, &mut taken);
        }
        self.color_end(plan, wishes, block, &taken)
    }

    /// A register for what the terminator computes.
    fn color_end(
        &mut self,
        plan: &Plan<'_>,
        wishes: &Wishes,
        block: Block,
        taken: &Taken,
    ) -> Result<(), EncodeError> {
        let (target, ty) = match &plan.function.block(block).terminator {
            Terminator::Attempt { inst, ok, .. } => (ok.block, inst.op.result()),
            Terminator::Try { inst, ok: Some(ok), .. } if !calls(inst.op) => (ok.block, inst.op.result()),
            Terminator::RecvNext { got, .. } => (got.block, Some(Type::Term)),
            Terminator::Jump(_)
            | Terminator::Branch { .. }
            | Terminator::Switch { .. }
            | Terminator::SwitchArity { .. }
            | Terminator::Try { .. }
            | Terminator::Return(_)
            | Terminator::TailCall(_)
            | Terminator::Wait(_)
            | Terminator::WaitTimeout { .. }
            | Terminator::Unreachable => return Ok(()),
        };
        let Some(ty) = ty else { return Ok(()) };
        let (taken, limit) = if ty == Type::F64 { (&taken.f, F_COUNT as u16) } else { (&taken.x, X_LIMIT) };
        let parameter = plan.function.block(target).params.first().copied();
        let wish = parameter
            .and_then(|parameter| self.register[parameter.index()].or(wishes.register[parameter.index()]));
        let color = match wish.filter(|&wish| wish < limit && !taken.has(wish)) {
            Some(wish) => wish,
            None => taken.first_free(),
        };
        if color >= limit {
            return Err(EncodeError::TooManyValues);
        }
        self.end_result[block.index()] = Some(color);
        Ok(())
    }

    /// Colours taken where control arrives at a block, its parameters not among them.
    pub(super) fn taken_on_entry(&self, plan: &Plan<'_>, block: Block, open: bool) -> Taken {
        let mut taken = Taken::default();
        for &value in plan.live.live_in(block) {
            self.take(plan, value, open, &mut taken);
        }
        taken
    }

    /// The frame opens: what lives across calls moves from x registers to slots.
    pub(super) fn open(&self, plan: &Plan<'_>, block: Block, taken: &mut Taken) {
        let block_plan = &plan.blocks[block.index()];
        let here = plan.live.live_in(block).iter().chain(&plan.function.block(block).params);
        let mut rest = Taken { slots: std::mem::take(&mut taken.slots), ..Taken::default() };
        for &value in here {
            if !block_plan.dead_params.contains(&value) {
                self.take(plan, value, true, &mut rest);
            }
        }
        *taken = rest;
    }

    fn take(&self, plan: &Plan<'_>, value: Value, open: bool, taken: &mut Taken) {
        let index = value.index();
        if plan.is_constant(value) {
            return;
        }
        if let Some(slot) = self.slot[index] {
            taken.slots.insert(slot);
        }
        if plan.function.type_of(value) == Type::F64 {
            taken.f.insert(self.register(value));
        } else if !(open && plan.crossing[index]) {
            taken.x.insert(self.register(value));
        }
    }

    pub(super) fn release(&self, plan: &Plan<'_>, value: Value, open: bool, taken: &mut Taken) {
        let index = value.index();
        if plan.is_constant(value) {
            return;
        }
        if let Some(slot) = self.slot[index] {
            taken.slots.remove(slot);
        }
        if plan.function.type_of(value) == Type::F64 {
            taken.f.remove(self.register(value));
        } else if !(open && plan.crossing[index]) {
            taken.x.remove(self.register(value));
        }
    }

    /// Marks a value that the emitter defines as taken.
    pub(super) fn define_taken(&self, plan: &Plan<'_>, value: Value, open: bool, taken: &mut Taken) {
        self.take(plan, value, open, taken);
    }

    fn define_wishing(
        &mut self,
        plan: &Plan<'_>,
        wishes: &Wishes,
        value: Value,
        open: bool,
        wish: Option<u16>,
        taken: &mut Taken,
    ) -> Result<(), EncodeError> {
        // A call leaves its result in x0: unless something better is wished for, it stays there.
        let fixed = wish.filter(|&wish| wishes.register[value.index()].is_none() && !taken.x.has(wish));
        self.define(plan, wishes, value, open, fixed, taken)
    }

    fn define(
        &mut self,
        plan: &Plan<'_>,
        wishes: &Wishes,
        value: Value,
        open: bool,
        fixed: Option<u16>,
        taken: &mut Taken,
    ) -> Result<(), EncodeError> {
        let index = value.index();
        let is_float = plan.function.type_of(value) == Type::F64;
        if plan.crossing[index] {
            let wish = wishes.partners[index]
                .iter()
                .find_map(|partner| self.slot[partner.index()].filter(|&slot| !taken.slots.has(slot)));
            let slot = wish.unwrap_or_else(|| taken.slots.first_free());
            if slot >= INDEX - FRAME_HEAD as u16 - 1 {
                return Err(EncodeError::TooManyValues);
            }
            self.slot[index] = Some(slot);
            self.slots = self.slots.max(slot + 1);
        }
        if !(open && plan.crossing[index]) {
            let (set, limit) = if is_float { (&taken.f, F_COUNT as u16) } else { (&taken.x, X_LIMIT) };
            let is_free = |color: &u16| *color < limit && !set.has(*color);
            let color = fixed
                .or_else(|| {
                    let partner = wishes.partners[index].iter();
                    partner.filter_map(|partner| self.register[partner.index()]).find(is_free)
                })
                .or_else(|| wishes.register[index].filter(is_free))
                .or_else(|| {
                    let partner = wishes.partners[index].iter();
                    partner.filter_map(|partner| wishes.register[partner.index()]).find(is_free)
                })
                .unwrap_or_else(|| set.first_free());
            if color >= limit {
                return Err(EncodeError::TooManyValues);
            }
            self.register[index] = Some(color);
        }
        self.take(plan, value, open, taken);
        Ok(())
    }
}

/// Where values would best lie.
struct Wishes {
    /// A register that a call wants its argument in.
    register: Vec<Option<u16>>,
    /// Values at the other end of edges.
    partners: Vec<smallvec::SmallVec<[Value; 2]>>,
}

impl Wishes {
    fn new(plan: &Plan<'_>) -> Wishes {
        let count = plan.function.value_types.len();
        let mut wishes =
            Wishes { register: vec![None; count], partners: vec![smallvec::SmallVec::new(); count] };
        for &block in plan.cfg.reverse_postorder().iter().rev() {
            let data = plan.function.block(block);
            let call = match &data.terminator {
                Terminator::Try { inst, .. } if calls(inst.op) => Some(inst),
                Terminator::TailCall(inst) => Some(inst),
                Terminator::Return(value) => {
                    wishes.register[value.index()] = Some(0);
                    None
                }
                Terminator::Jump(_)
                | Terminator::Branch { .. }
                | Terminator::Switch { .. }
                | Terminator::SwitchArity { .. }
                | Terminator::Attempt { .. }
                | Terminator::Try { .. }
                | Terminator::RecvNext { .. }
                | Terminator::Wait(_)
                | Terminator::WaitTimeout { .. }
                | Terminator::Unreachable => None,
            };
            let schedule = &plan.blocks[block.index()].schedule;
            let insts =
                schedule.iter().map(|&index| &data.insts[index as usize]).filter(|inst| calls(inst.op));
            for inst in insts.chain(call) {
                for (value, register) in super::calls::call_registers(inst) {
                    wishes.register[value.index()].get_or_insert(register);
                }
            }
            for edge in 0..data.terminator.successors().len() {
                for (parameter, argument) in plan.edge_pairs(block, edge) {
                    if parameter != argument && !plan.is_constant(argument) {
                        wishes.partners[parameter.index()].push(argument);
                        wishes.partners[argument.index()].push(parameter);
                    }
                }
            }
        }
        wishes
    }
}
