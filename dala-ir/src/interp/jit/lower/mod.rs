//! Machine code of one segment: what a function does from a head on, until it calls, returns, leaves, or comes to
//! another head.
//!
//! Registers of register code become variables, from which Cranelift's frontend makes SSA; slots stay in memory. A path
//! that has no machine code ends in [`leave`](Segment::leave), always before the instruction has done anything.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "`is_inline` lists all ops, and an inline one that no file knows fails an assertion"
)]

mod addressing;
mod append;
mod arith;
mod bits;
mod call;
mod compare;
mod data;
mod floats;
mod frames;
mod maps;
mod quick;
mod rest;
mod steps;
mod switch;
mod types;
mod utf8;

pub(super) use addressing::{CODE, STUBS, WORDS};

use std::collections::{BTreeMap, BTreeSet};

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{F64, I64};
use cranelift_codegen::ir::{
    AbiParam, Block, BlockArg, ExtFuncData, ExternalName, FuncRef, Function, InstBuilder, MemFlagsData,
    SigRef, Signature, Type, UserExternalName, UserExternalNameRef, UserFuncName, Value,
};
use cranelift_codegen::isa::{CallConv, TargetFrontendConfig};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext, Variable};

use super::decode::{FLOAT, Instruction, Register};
use super::flow::{Flow, HeadKind};
use super::helpers::Helper;
use super::inline::is_inline;
use super::offsets::{ANSWER, F, HP, PC, REDS, SP, WORD, X};
use super::source::Source;
use crate::abi::Word;
use crate::interp::code::{FRAME, FunctionInfo, INDEX};
use crate::interp::opcode::Opcode;
use addressing::SEGMENTS;

/// x registers that are passed in the machine's registers.
pub(super) const PASSED: u16 = 3;
/// What is passed before them: heap pointer, stack pointer, reductions.
const FIXED: u16 = 3;

/// Memory that is there and aligned.
fn memory() -> MemFlagsData {
    MemFlagsData::trusted()
}

/// Memory of bytes, which stand anywhere.
fn bytes_anywhere() -> MemFlagsData {
    MemFlagsData::new().with_notrap()
}

/// Signature of a segment that takes `count` x registers.
fn segment_signature(count: u16) -> Signature {
    let mut signature = Signature::new(CallConv::Tail);
    signature.params.extend((0..count + FIXED).map(|_| AbiParam::new(I64)));
    signature
}

/// x registers that the segment of a head takes in the machine's registers.
///
/// More may be passed: they are in registers that the callee ignores.
fn passed(flow: &Flow, head: u32, arity: u16) -> u16 {
    match flow.heads.get(&head) {
        Some(HeadKind::Return) => 1,
        Some(HeadKind::Entry) => arity.min(PASSED),
        _ => flow.live(head).iter().filter(|&&register| register < PASSED).max().map_or(0, |&last| last + 1),
    }
}

/// Signature of a helper's stub.
fn helper_signature() -> Signature {
    let mut signature = Signature::new(CallConv::PreserveAll);
    signature.params.extend([AbiParam::new(I64), AbiParam::new(I64)]);
    signature
}

/// What is being made.
struct Segment<'a, 'b> {
    b: &'a mut FunctionBuilder<'b>,
    flow: &'a Flow,
    source: &'a Source<'a>,
    head: u32,
    arity: u16,
    /// Whether numbers may well be floats.
    expects_floats: bool,
    /// Where the head's instruction begins, after the registers were read.
    body: Block,
    blocks: BTreeMap<u32, Block>,
    work: Vec<u32>,
    variables: BTreeMap<Register, Variable>,
    hp: Variable,
    sp: Variable,
    reds: Variable,
    signatures: BTreeMap<u16, SigRef>,
    segments: BTreeMap<u32, FuncRef>,
    /// Block in which the current instruction is left, and those of former ones that are still empty.
    leave: Option<Leave>,
    leaves: Vec<Leave>,
    ins: &'a Instruction,
    /// What is known where the current instruction is.
    known: Known,
    /// What is known at places that one way leads to.
    known_at: BTreeMap<u32, Known>,
    /// The `Vm` in a block.
    vm: Option<(Block, Value)>,
    /// The module's register code, if its place is not known yet.
    code: Option<UserExternalNameRef>,
    /// Words that linking fills in, and that are atoms then.
    atoms: BTreeSet<Value>,
}

/// A block in which an instruction is left.
struct Leave {
    block: Block,
    at: u32,
    /// What is still to be written, see [`Known::unwritten`].
    unwritten: BTreeMap<u16, Value>,
}

/// What is known at a place.
#[derive(Clone, Default)]
struct Known {
    /// What words of the frame hold.
    slots: BTreeMap<u16, Value>,
    /// What words of the frame are to hold. It is written where somebody else may look: at calls, where machine code
    /// is left, before ways meet. So what a call clears, or a return drops, was never written.
    unwritten: BTreeMap<u16, Value>,
    /// How much may be subtracted from what an operand holds, if that is a small integer.
    above_least: BTreeMap<u16, i64>,
    /// Registers and slots (as operands) that hold small integers.
    small: BTreeSet<u16>,
}

/// Makes the function of the segment at `head`.
pub(super) fn segment(
    context: &mut FunctionBuilderContext,
    config: TargetFrontendConfig,
    source: &Source<'_>,
    flow: &Flow,
    head: u32,
    info: &FunctionInfo,
) -> Function {
    let arity = info.arity as u16;
    let taken = passed(flow, head, arity);
    let name = UserFuncName::user(SEGMENTS, head);
    let mut function = Function::with_name_signature(name, segment_signature(taken));
    let mut builder = FunctionBuilder::new(&mut function, context);
    let entry = builder.create_block();
    builder.append_block_params_for_function_params(entry);
    builder.switch_to_block(entry);
    let parameters = builder.block_params(entry).to_vec();
    let [hp, sp, reds] = [(); FIXED as usize].map(|()| builder.declare_var(I64));
    for (variable, &value) in [hp, sp, reds].into_iter().zip(&parameters) {
        builder.def_var(variable, value);
    }
    let body = builder.create_block();
    let mut segment = Segment {
        b: &mut builder,
        flow,
        source,
        head,
        arity,
        expects_floats: info.has_floats,
        body,
        blocks: BTreeMap::from([(head, body)]),
        work: vec![head],
        variables: BTreeMap::new(),
        hp,
        sp,
        reds,
        signatures: BTreeMap::new(),
        segments: BTreeMap::new(),
        leave: None,
        leaves: Vec::new(),
        ins: &flow.instructions[flow.position(head)],
        known: Known::default(),
        known_at: BTreeMap::new(),
        vm: None,
        code: None,
        atoms: BTreeSet::new(),
    };
    segment.read_registers(&parameters[usize::from(FIXED)..]);
    segment.b.ins().jump(body, &[]);
    while let Some(at) = segment.work.pop() {
        segment.block(at);
        for leave in std::mem::take(&mut segment.leaves) {
            segment.b.seal_block(leave.block);
            segment.b.switch_to_block(leave.block);
            segment.known.unwritten = leave.unwritten;
            segment.leave(leave.at);
        }
    }
    builder.seal_all_blocks();
    builder.finalize(config);
    function
}

impl<'a> Segment<'a, '_> {
    /// Gives the live registers their values: those passed, and from memory.
    fn read_registers(&mut self, passed: &[Value]) {
        for &register in self.flow.live(self.head) {
            let value = match passed.get(usize::from(register)) {
                Some(&value) => value,
                None => self.load_register(register),
            };
            self.define(register, value);
        }
    }

    /// The block of the instructions at `at`.
    fn block(&mut self, at: u32) {
        let block = self.blocks[&at];
        self.b.switch_to_block(block);
        self.known = self.known_at.remove(&at).unwrap_or_default();
        if at != self.head && self.flow.heads.contains_key(&at) {
            return self.go_to_head(at);
        }
        let flow = self.flow;
        for ins in &flow.instructions[flow.position(at)..] {
            if ins.at != at && flow.is_leader(ins.at) {
                return self.go_on(ins.at);
            }
            if !is_inline(ins) {
                return self.leave(ins.at);
            }
            self.ins = ins;
            self.leave = None;
            if self.ways_meet() {
                self.write_frame();
            }
            let before = self.known.clone();
            self.instruction();
            self.pass_on(before);
            self.leaves.extend(self.leave.take());
            if !ins.falls || !ins.targets.is_empty() {
                return;
            }
        }
    }

    /// Goes on at a place that begins a block.
    fn go_on(&mut self, at: u32) {
        if !self.flow.has_one_way(at) {
            self.write_frame();
        }
        let next = self.target(at);
        self.b.ins().jump(next, &[]);
    }

    /// Whether the instruction goes on at a place that other ways lead to, too.
    fn ways_meet(&self) -> bool {
        let next = self.ins.next();
        let falls = (self.ins.falls && self.flow.is_leader(next)).then_some(next);
        self.ins.targets.iter().copied().chain(falls).any(|at| !self.flow.has_one_way(at))
    }

    /// Writes what words of the frame are to hold.
    fn write_frame(&mut self) {
        let sp = self.sp();
        for (slot, value) in std::mem::take(&mut self.known.unwritten) {
            self.store(value, sp, i32::from(slot) * 8);
        }
    }

    /// Keeps what is known for the places that the instruction goes on at, where nothing else leads there.
    fn pass_on(&mut self, before: Known) {
        let (ins, flow) = (self.ins, self.flow);
        if ins.targets.is_empty() && !flow.is_leader(ins.next()) {
            return;
        }
        // An ordering has asked for small integers before it branches; others may do so on one of the ways.
        let is_order = matches!(ins.op, Opcode::Lt | Opcode::Ge | Opcode::LtSmall | Opcode::GeSmall);
        for &target in ins.targets.iter().filter(|&&target| flow.has_one_way(target)) {
            let mut known = if is_order { self.known.clone() } else { before.clone() };
            known.above_least.extend(self.bound(false));
            self.known_at.insert(target, known);
        }
        if ins.falls && flow.has_one_way(ins.next()) {
            let mut known = self.known.clone();
            known.above_least.extend(self.bound(true));
            self.known_at.insert(ins.next(), known);
        }
    }

    /// What a comparison that holds, or not, says of an operand: see [`Known::above_least`].
    fn bound(&self, holds: bool) -> Option<(u16, i64)> {
        // Small integers as they are, in words.
        let one = Word::small_int(1).to_bits() as i64;
        let ins = self.ins;
        let (operand, above) = match (ins.op, holds) {
            // Above anything else it might be the least one all the same.
            (Opcode::Lt, true) | (Opcode::Ge, false) if self.known.small.contains(&ins.a()) => (ins.b(), one),
            (Opcode::LtSmall, false) | (Opcode::GeSmall, true) => {
                (ins.a(), (ins.words[2] as i64).saturating_sub(i64::MIN))
            }
            _ => return None,
        };
        ins.constant(operand).is_none().then_some((operand, above))
    }

    /// The block that is at an offset.
    fn target(&mut self, at: u32) -> Block {
        if let Some(&block) = self.blocks.get(&at) {
            return block;
        }
        let block = self.b.create_block();
        self.blocks.insert(at, block);
        self.work.push(at);
        block
    }

    /// The block where the current instruction jumps to, and the one behind it.
    fn ways(&mut self) -> (Block, Block) {
        (self.target(self.ins.targets[0]), self.target(self.ins.next()))
    }

    fn instruction(&mut self) {
        match self.ins.op {
            Opcode::Jump => {
                let to = self.target(self.ins.targets[0]);
                self.b.ins().jump(to, &[]);
            }
            Opcode::Move => self.copy(self.ins.b(), self.ins.a()),
            Opcode::Move2 => {
                self.copy(self.ins.b(), self.ins.a());
                self.copy(self.ins.words[1] as u16, self.ins.c());
            }
            Opcode::MoveWord => {
                let value = self.own_word(1);
                self.set(self.ins.a(), value);
            }
            Opcode::MoveFloat => {
                let value = self.register(self.ins.b() | FLOAT);
                self.define(self.ins.a() | FLOAT, value);
            }
            Opcode::Open | Opcode::Open0 | Opcode::Open1 | Opcode::Open2 | Opcode::Open3 | Opcode::Open4 => {
                self.open()
            }
            Opcode::Gc | Opcode::GcOne => self.room((self.ins.words[0] >> 32) as i64),
            Opcode::Kill => self.kill(),
            Opcode::Return => {
                let value = self.register(0);
                self.return_value(value, self.ins.a());
            }
            Opcode::ReturnValue => {
                let value = self.get(self.ins.a());
                self.return_value(value, self.ins.b());
            }
            Opcode::ReturnWord => {
                let value = self.own_word(1);
                self.return_value(value, self.ins.b());
            }
            Opcode::Call | Opcode::CallTail => self.call(),
            Opcode::CallExt | Opcode::CallExtTail => self.call_export(),
            Opcode::CallFun | Opcode::CallFunTail => self.call_fun(),
            Opcode::SwitchTable | Opcode::SwitchWords => self.switch_value(),
            Opcode::SwitchArity => self.switch_arity(),
            _ => {
                let is_done = self.type_test()
                    || self.comparison()
                    || self.data()
                    || self.matching()
                    || self.map()
                    || self.append()
                    || self.step()
                    || self.arithmetic()
                    || self.float_arithmetic();
                debug_assert!(is_done, "{:?} is inline", self.ins.op);
            }
        }
    }

    /// Moves an operand to a place.
    fn copy(&mut self, from: u16, to: u16) {
        let is_small = self.known.small.contains(&from);
        let above_least = self.known.above_least.get(&from).copied();
        let value = self.get(from);
        self.set(to, value);
        if is_small {
            self.known.small.insert(to);
        }
        if let Some(above) = above_least {
            self.known.above_least.insert(to, above);
        }
    }

    fn word(&mut self, bits: u64) -> Value {
        self.b.ins().iconst(I64, bits as i64)
    }

    /// The `Vm`: read once a block, since Cranelift copies the register each time.
    fn vm(&mut self) -> Value {
        let block = self.b.current_block();
        if let Some((of, vm)) = self.vm
            && Some(of) == block
        {
            return vm;
        }
        let vm = self.b.ins().get_pinned_reg(I64);
        self.vm = block.map(|block| (block, vm));
        vm
    }

    fn load(&mut self, base: Value, offset: i32) -> Value {
        self.b.ins().load(I64, memory(), base, offset)
    }

    fn store(&mut self, value: Value, base: Value, offset: i32) {
        self.b.ins().store(memory(), value, base, offset);
    }

    fn hp(&mut self) -> Value {
        self.b.use_var(self.hp)
    }

    fn sp(&mut self) -> Value {
        self.b.use_var(self.sp)
    }

    fn reds(&mut self) -> Value {
        self.b.use_var(self.reds)
    }

    /// Takes `words` words of the heap; gives where they are.
    fn allocate(&mut self, words: usize) -> Value {
        let at = self.hp();
        let after = self.b.ins().iadd_imm_s(at, words as i64 * 8);
        self.b.def_var(self.hp, after);
        at
    }

    /// The type and place of a register in `Vm`.
    fn place(register: Register) -> (Type, i32) {
        let index = i32::from(register & !FLOAT) * 8;
        if register & FLOAT != 0 { (F64, F + index) } else { (I64, X + index) }
    }

    fn variable(&mut self, register: Register) -> Variable {
        if let Some(&variable) = self.variables.get(&register) {
            return variable;
        }
        let variable = self.b.declare_var(Self::place(register).0);
        self.variables.insert(register, variable);
        variable
    }

    fn register(&mut self, register: Register) -> Value {
        let variable = self.variable(register);
        self.b.use_var(variable)
    }

    fn define(&mut self, register: Register, value: Value) {
        self.forget(register);
        let variable = self.variable(register);
        self.b.def_var(variable, value);
    }

    /// Forgets what was known of an operand's value.
    fn forget(&mut self, operand: u16) {
        self.known.small.remove(&operand);
        self.known.above_least.remove(&operand);
    }

    fn load_register(&mut self, register: Register) -> Value {
        let (kind, offset) = Self::place(register);
        let vm = self.vm();
        self.b.ins().load(kind, memory(), vm, offset)
    }

    /// Writes a register where the interpreter has it.
    fn flush(&mut self, register: Register) {
        let value = self.register(register);
        let vm = self.vm();
        let (_, offset) = Self::place(register);
        self.store(value, vm, offset);
    }

    /// The value of an operand.
    fn get(&mut self, operand: u16) -> Value {
        if let Some(word) = self.ins.constant(operand) {
            return self.word(word);
        }
        if let Some(index) = self.ins.own_word(operand) {
            return self.own_word(index);
        }
        if operand & FRAME == 0 {
            return self.register(operand);
        }
        // Cranelift forwards a store to a load only when no other store is between.
        let slot = operand & INDEX;
        if let Some(&value) = self.known.slots.get(&slot) {
            return value;
        }
        let sp = self.sp();
        let value = self.load(sp, i32::from(slot) * 8);
        self.known.slots.insert(slot, value);
        value
    }

    /// Writes an operand.
    fn set(&mut self, operand: u16, value: Value) {
        if operand & FRAME == 0 {
            return self.define(operand, value);
        }
        self.write_slot(operand & INDEX, value);
    }

    /// Writes a word of the frame.
    fn write_slot(&mut self, slot: u16, value: Value) {
        self.known.unwritten.insert(slot, value);
        self.known.slots.insert(slot, value);
        self.forget(FRAME | slot);
    }

    /// Goes on where `condition` is not zero, and leaves the instruction where it is.
    fn guard(&mut self, condition: Value) {
        let (leave, next) = (self.leave_block(), self.b.create_block());
        self.b.ins().brif(condition, next, &[], leave, &[]);
        self.b.switch_to_block(next);
    }

    /// Goes on where `condition` is zero, and leaves the instruction where it is not.
    fn guard_not(&mut self, condition: Value) {
        let (leave, next) = (self.leave_block(), self.b.create_block());
        self.b.ins().brif(condition, leave, &[], next, &[]);
        self.b.switch_to_block(next);
    }

    fn leave_block(&mut self) -> Block {
        let leave = self.leave.get_or_insert_with(|| {
            let block = self.b.create_block();
            self.b.set_cold_block(block);
            Leave { block, at: self.ins.at, unwritten: self.known.unwritten.clone() }
        });
        debug_assert_eq!(
            leave.unwritten, self.known.unwritten,
            "an instruction is left before it has done anything"
        );
        leave.block
    }

    /// A new block, reached from where the caller says, with parameters of these types.
    fn block_with(&mut self, types: &[Type]) -> Block {
        let block = self.b.create_block();
        for &kind in types {
            self.b.append_block_param(block, kind);
        }
        block
    }

    /// Jumps to a block with one parameter.
    fn jump_with(&mut self, block: Block, value: Value) {
        self.b.ins().jump(block, &[BlockArg::Value(value)]);
    }

    /// Calls one of our functions.
    fn helper(&mut self, helper: Helper, args: [Value; 2]) -> Value {
        let signature = self.b.import_signature(helper_signature());
        let address = self.stub(helper);
        self.b.ins().call_indirect(signature, address, &args);
        let vm = self.vm();
        self.load(vm, ANSWER)
    }

    /// The interpreter goes on at the instruction at `at`.
    fn leave(&mut self, at: u32) {
        let flow = self.flow;
        self.write_frame();
        for &register in flow.live(at) {
            self.flush(register);
        }
        let ins = &flow.instructions[flow.position(at)];
        self.count_exit(ins.op);
        let (pc, word) = (self.address(at), self.word(ins.first));
        self.leave_to(pc, word);
    }

    /// Counts an exit, if exits are counted. (Two at once may count as one.)
    fn count_exit(&mut self, op: Opcode) {
        if let Some(counter) = self.counter(op) {
            let place = self.word(counter);
            let count = self.load(place, 0);
            let count = self.b.ins().iadd_imm_s(count, 1);
            self.store(count, place, 0);
        }
    }

    /// The interpreter goes on at `pc` with the instruction whose first word is `word`.
    fn leave_to(&mut self, pc: Value, word: Value) {
        self.write_pointers();
        let vm = self.vm();
        self.store(pc, vm, PC);
        self.store(word, vm, WORD);
        self.b.ins().return_(&[]);
    }

    /// Writes heap and stack pointer and reductions where others find them.
    fn write_pointers(&mut self) {
        let (vm, hp, sp, reds) = (self.vm(), self.hp(), self.sp(), self.reds());
        self.store(hp, vm, HP);
        self.store(sp, vm, SP);
        self.store(reds, vm, REDS);
    }

    fn signature(&mut self, count: u16) -> SigRef {
        if let Some(&signature) = self.signatures.get(&count) {
            return signature;
        }
        let signature = self.b.import_signature(segment_signature(count));
        self.signatures.insert(count, signature);
        signature
    }

    /// Heap and stack pointer, reductions, and the first `count` x registers.
    fn arguments(&mut self, count: u16) -> Vec<Value> {
        let mut arguments = vec![self.hp(), self.sp(), self.reds()];
        for register in 0..count {
            let value = self.register(register);
            arguments.push(value);
        }
        arguments
    }

    /// The function of another segment.
    fn segment_of(&mut self, head: u32) -> FuncRef {
        if let Some(&function) = self.segments.get(&head) {
            return function;
        }
        let signature = self.signature(passed(self.flow, head, self.arity));
        let name = UserExternalName { namespace: SEGMENTS, index: head };
        let name = ExternalName::user(self.b.func.declare_imported_user_function(name));
        let data = ExtFuncData { name, signature, colocated: true, patchable: false };
        let function = self.b.import_function(data);
        self.segments.insert(head, function);
        function
    }

    /// Goes on in the segment of another head, which is no function's entry that is called.
    fn go_to_head(&mut self, head: u32) {
        let count = passed(self.flow, head, self.arity);
        let flow = self.flow;
        self.write_frame();
        for &register in flow.live(head).iter().filter(|&&register| register >= count) {
            self.flush(register);
        }
        let arguments = self.arguments(count);
        let function = self.segment_of(head);
        self.b.ins().return_call(function, &arguments);
    }

    /// Whether a word's low bits are those of a cons cell.
    fn is_cons(&mut self, word: Value) -> Value {
        self.has_tag(word, 0b001)
    }

    fn is_boxed(&mut self, word: Value) -> Value {
        self.has_tag(word, 0b011)
    }

    fn has_tag(&mut self, word: Value, tag: i64) -> Value {
        let low = self.b.ins().band_imm_s(word, 0b111);
        self.b.ins().icmp_imm_s(IntCC::Equal, low, tag)
    }

    /// Whether a word is a small integer, as a value that is zero then.
    fn not_small(&mut self, word: Value) -> Value {
        self.b.ins().band_imm_s(word, 1)
    }
}
