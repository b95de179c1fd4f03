//! Building a function, block by block.
//!
//! ```
//! use dala_ir::abi::Atom;
//! use dala_ir::ir::{Constant, FunctionBuilder, Op, Terminator};
//!
//! let mut build = FunctionBuilder::new(Atom::new("successor"), 1);
//! let argument = build.params(build.entry())[0];
//! let one = build.constant(Constant::Int(1));
//! let sum = build.value(Op::Add, &[argument, one]);
//! build.terminate(Terminator::Return(sum));
//! let function = build.finish();
//! assert_eq!(function.blocks.len(), 1);
//! ```

use std::collections::HashMap;

use super::entities::{Block, Value};
use super::function::{BlockData, Function, Location};
use super::inst::{BlockCall, Constant, Immediate, InstData, Terminator};
use super::ops::{Op, Type};
use crate::abi::Atom;

/// Makes a [`Function`]. Instructions go to the current block; a block is open until its terminator is set.
///
/// Whatever is given is checked against the op table at once; what needs the whole function (dominance, arguments
/// of edges) is the verifier's.
#[derive(Debug)]
pub struct FunctionBuilder {
    function: Function,
    terminated: Vec<bool>,
    current: Block,
    location: u32,
    known_locations: HashMap<(u32, u32), u32>,
}

impl FunctionBuilder {
    /// A function of `arity` term arguments; its entry block, which has them as parameters, is the current one.
    pub fn new(name: Atom, arity: u32) -> FunctionBuilder {
        let mut builder = FunctionBuilder {
            function: Function {
                name,
                arity,
                blocks: Vec::new(),
                value_types: Vec::new(),
                locations: vec![Location { file: 0, line: 0 }],
            },
            terminated: Vec::new(),
            current: Function::ENTRY,
            location: 0,
            known_locations: HashMap::new(),
        };
        let entry = builder.create_block();
        for _ in 0..arity {
            builder.append_param(entry, Type::Term);
        }
        builder
    }

    /// The entry block.
    pub fn entry(&self) -> Block {
        Function::ENTRY
    }

    /// The function as far as it is built.
    pub fn function(&self) -> &Function {
        &self.function
    }

    /// A new block without parameters. The current block stays what it is.
    pub fn create_block(&mut self) -> Block {
        let block = Block::new(self.function.blocks.len());
        self.function.blocks.push(BlockData {
            params: Vec::new(),
            insts: Vec::new(),
            terminator: Terminator::Unreachable,
        });
        self.terminated.push(false);
        block
    }

    /// A new block with parameters of these types.
    pub fn create_block_with(&mut self, types: &[Type]) -> Block {
        let block = self.create_block();
        for &ty in types {
            self.append_param(block, ty);
        }
        block
    }

    /// Adds a parameter to a block.
    ///
    /// # Panics
    /// When the block is not of this function.
    #[track_caller]
    pub fn append_param(&mut self, block: Block, ty: Type) -> Value {
        let value = self.new_value(ty);
        self.function.blocks[block.index()].params.push(value);
        value
    }

    /// Parameters of a block.
    ///
    /// # Panics
    /// When the block is not of this function.
    #[track_caller]
    pub fn params(&self, block: Block) -> &[Value] {
        &self.function.block(block).params
    }

    /// Type of a value.
    ///
    /// # Panics
    /// When the value is not of this function.
    #[track_caller]
    pub fn type_of(&self, value: Value) -> Type {
        self.function.type_of(value)
    }

    /// The block that instructions go to.
    pub fn current_block(&self) -> Block {
        self.current
    }

    /// Makes `block` the one that instructions go to.
    ///
    /// # Panics
    /// When the block is not of this function.
    #[track_caller]
    pub fn switch_to(&mut self, block: Block) {
        assert!(block.index() < self.function.blocks.len(), "{block} does not exist");
        self.current = block;
    }

    /// Whether the block has its terminator.
    pub fn is_terminated(&self, block: Block) -> bool {
        self.terminated.get(block.index()).copied().unwrap_or(false)
    }

    /// Source position of the instructions that follow: row of the module's file table, and line from 1.
    pub fn set_location(&mut self, file: u32, line: u32) {
        self.location = self.add_location(file, line);
    }

    /// The instructions that follow have no source position.
    pub fn clear_location(&mut self) {
        self.location = 0;
    }

    /// Row of the position that instructions get now, or 0.
    pub fn location(&self) -> u32 {
        self.location
    }

    /// Row of the function's location table for a position.
    pub fn add_location(&mut self, file: u32, line: u32) -> u32 {
        let locations = &mut self.function.locations;
        *self.known_locations.entry((file, line)).or_insert_with(|| {
            locations.push(Location { file, line });
            (locations.len() - 1) as u32
        })
    }

    /// An instruction for an `attempt`, `try` or tail call, at the current position.
    ///
    /// # Panics
    /// When it does not fit the op's row.
    #[track_caller]
    pub fn make_inst(&self, op: Op, args: &[Value], immediate: Immediate) -> InstData {
        let inst = InstData { op, args: args.into(), immediate, result: None, location: self.location };
        self.assert_fits(&inst);
        inst
    }

    /// Adds an instruction to the current block; gives its result, if the op has one.
    ///
    /// # Panics
    /// When it does not fit the op's row, or the block is terminated.
    #[track_caller]
    pub fn inst(&mut self, op: Op, args: &[Value], immediate: Immediate) -> Option<Value> {
        let mut inst = self.make_inst(op, args, immediate);
        assert!(!self.is_terminated(self.current), "{} has its terminator", self.current);
        inst.result = op.result().map(|ty| self.new_value(ty));
        let result = inst.result;
        self.function.blocks[self.current.index()].insts.push(inst);
        result
    }

    /// Adds an instruction that has a result and no immediate.
    ///
    /// # Panics
    /// As [`inst`](FunctionBuilder::inst), and when the op has no result.
    #[track_caller]
    pub fn value(&mut self, op: Op, args: &[Value]) -> Value {
        self.value_with(op, args, Immediate::None)
    }

    /// Adds an instruction that has a result.
    ///
    /// # Panics
    /// As [`inst`](FunctionBuilder::inst), and when the op has no result.
    #[track_caller]
    pub fn value_with(&mut self, op: Op, args: &[Value], immediate: Immediate) -> Value {
        match self.inst(op, args, immediate) {
            Some(value) => value,
            None => panic!("`{}` has no result", op.name()),
        }
    }

    /// Adds a constant.
    ///
    /// # Panics
    /// When the integer is no small, or the block is terminated.
    #[track_caller]
    pub fn constant(&mut self, constant: Constant) -> Value {
        self.value_with(Op::Const, &[], Immediate::Constant(constant))
    }

    /// Ends the current block.
    ///
    /// # Panics
    /// When it has its terminator already, or the terminator's instruction does not fit its row.
    #[track_caller]
    pub fn terminate(&mut self, terminator: Terminator) {
        assert!(!self.is_terminated(self.current), "{} has its terminator", self.current);
        if let Terminator::Attempt { inst, .. } | Terminator::Try { inst, .. } | Terminator::TailCall(inst) =
            &terminator
        {
            self.assert_fits(inst);
        }
        self.function.blocks[self.current.index()].terminator = terminator;
        self.terminated[self.current.index()] = true;
    }

    /// Ends the current block by returning a value: by a tail call, where the block's last instruction is a call of a
    /// fun that gives it.
    ///
    /// # Panics
    /// As [`terminate`](FunctionBuilder::terminate).
    #[track_caller]
    pub fn return_value(&mut self, value: Value) {
        let insts = &mut self.function.blocks[self.current.index()].insts;
        let is_newest = value.index() + 1 == self.function.value_types.len();
        let call = insts.pop_if(|last| is_newest && last.op == Op::CallFun && last.result == Some(value));
        match call {
            Some(call) => {
                self.function.value_types.pop();
                self.terminate(Terminator::TailCall(InstData { result: None, ..call }));
            }
            None => self.terminate(Terminator::Return(value)),
        }
    }

    /// Ends the current block by a jump.
    ///
    /// # Panics
    /// As [`terminate`](FunctionBuilder::terminate).
    #[track_caller]
    pub fn jump(&mut self, block: Block, args: &[Value]) {
        self.terminate(Terminator::Jump(BlockCall::new(block, args)));
    }

    /// The function.
    ///
    /// # Panics
    /// When a block lacks its terminator.
    #[track_caller]
    pub fn finish(self) -> Function {
        if let Some(open) = self.terminated.iter().position(|done| !done) {
            panic!("{} of {} has no terminator", Block::new(open), self.function.name);
        }
        self.function
    }

    fn new_value(&mut self, ty: Type) -> Value {
        let value = Value::new(self.function.value_types.len());
        self.function.value_types.push(ty);
        value
    }

    #[track_caller]
    fn assert_fits(&self, inst: &InstData) {
        let types = &self.function.value_types;
        if let Err(error) = inst.check(|value| types.get(value.index()).copied()) {
            panic!("{error}");
        }
    }
}

impl BlockCall {
    /// An edge to `block` with these arguments.
    pub fn new(block: Block, args: &[Value]) -> BlockCall {
        BlockCall { block, args: args.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_blocks_have_params_and_terminators() {
        let mut build = FunctionBuilder::new(Atom::new("f"), 2);
        let next = build.create_block_with(&[Type::Term]);
        let args = build.params(build.entry()).to_vec();
        build.set_location(0, 7);
        build.jump(next, &args[..1]);
        build.switch_to(next);
        let parameter = build.params(next)[0];
        build.terminate(Terminator::Return(parameter));
        let function = build.finish();
        assert_eq!(function.block(next).params, [parameter]);
        assert_eq!(function.locations[1], Location { file: 0, line: 7 });
    }

    #[test]
    #[should_panic(expected = "operand v1 of `is_nil` is a bool, not a term")]
    fn operand_of_wrong_type_is_refused() {
        let mut build = FunctionBuilder::new(Atom::new("f"), 1);
        let test = build.value(Op::IsNil, &[Value::new(0)]);
        build.value(Op::IsNil, &[test]);
    }
}
