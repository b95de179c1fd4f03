//! Calls, and making funs.

use dala_ir::ir::{FuncId, Immediate, ImportId, LambdaId, Op, Terminator, Value};

use super::emit::Emitter;
use super::flow;
use super::{Lowering, Reason};
use crate::opcode::operand::{Import, Label, Lambda, Register, Source};

impl Emitter<'_> {
    fn local(&self, target: Label) -> Lowering<FuncId> {
        let function = self.functions.entry(target.0);
        function.ok_or_else(|| Reason(format!("label {} is the entry of no function", target.0)))
    }

    fn callee(&self, target: Label, arity: u8) -> Lowering<Immediate> {
        let function = self.local(target)?;
        if self.functions.list[function.index()].name.arity != arity {
            return Err("a function is called with another number of arguments than it has".into());
        }
        Ok(Immediate::Function(function))
    }

    fn imported(&self, target: Import, arity: u8) -> Lowering<Immediate> {
        if self.file.imports[target.0 as usize].arity != arity {
            return Err("a function is called with another number of arguments than it has".into());
        }
        Ok(Immediate::Import(ImportId::new(target.0 as usize)))
    }

    pub(super) fn call(&mut self, arity: u8, target: Label) -> Lowering<()> {
        let callee = self.callee(target, arity)?;
        let arguments = self.arguments(arity)?;
        self.fallible(Op::Call, &arguments, callee, None, Some(Register::X(0)))
    }

    pub(super) fn tail_call(&mut self, arity: u8, target: Label) -> Lowering<()> {
        let callee = self.callee(target, arity)?;
        let arguments = self.arguments(arity)?;
        self.finish_by_call(Op::Call, &arguments, callee)
    }

    fn finish_by_call(&mut self, op: Op, arguments: &[Value], callee: Immediate) -> Lowering<()> {
        let inst = self.build.make_inst(op, arguments, callee);
        self.build.terminate(Terminator::TailCall(inst));
        Ok(())
    }

    pub(super) fn call_ext(&mut self, arity: u8, target: Import) -> Lowering<()> {
        let callee = self.imported(target, arity)?;
        let arguments = self.arguments(arity)?;
        if !flow::never_returns(self.file, target) {
            return self.fallible(Op::CallExt, &arguments, callee, None, Some(Register::X(0)));
        }
        // Nothing follows; should it return all the same, so does this function.
        match self.unwind()? {
            Some(unwind) => {
                let inst = self.build.make_inst(Op::CallExt, &arguments, callee);
                let result = self.build.create_block_with(&[dala_ir::ir::Type::Term]);
                let ok = Some(dala_ir::ir::BlockCall::new(result, &[]));
                self.build.terminate(Terminator::Try { inst, ok, unwind });
                self.build.switch_to(result);
                let value = self.build.params(result)[0];
                self.build.terminate(Terminator::Return(value));
            }
            None => {
                let value = self.build.value_with(Op::CallExt, &arguments, callee);
                self.build.terminate(Terminator::Return(value));
            }
        }
        Ok(())
    }

    pub(super) fn tail_call_ext(&mut self, arity: u8, target: Import) -> Lowering<()> {
        let callee = self.imported(target, arity)?;
        let arguments = self.arguments(arity)?;
        self.finish_by_call(Op::CallExt, &arguments, callee)
    }

    pub(super) fn call_fun(&mut self, arity: u8, fun: &Source) -> Lowering<()> {
        let mut arguments = vec![self.source(fun)?];
        arguments.extend(self.arguments(arity)?);
        self.fallible(Op::CallFun, &arguments, Immediate::None, None, Some(Register::X(0)))
    }

    /// Module and function lie behind the arguments.
    fn applied(&self, arity: u8) -> Lowering<Vec<Value>> {
        let mut values = self.arguments(u32::from(arity) + 2)?;
        values.rotate_right(2);
        Ok(values)
    }

    pub(super) fn apply(&mut self, arity: u8) -> Lowering<()> {
        let values = self.applied(arity)?;
        self.fallible(Op::Apply, &values, Immediate::None, None, Some(Register::X(0)))
    }

    pub(super) fn tail_apply(&mut self, arity: u8) -> Lowering<()> {
        let values = self.applied(arity)?;
        self.finish_by_call(Op::Apply, &values, Immediate::None)
    }

    pub(super) fn make_fun(&mut self, lambda: Lambda, to: Register, free: &[Source]) -> Lowering<()> {
        let row = self.file.lambdas[lambda.0 as usize];
        if free.len() != usize::from(row.free) {
            return Err(format!("a fun of {} free variables is given {}", row.free, free.len()).into());
        }
        self.local(Label(row.label))?;
        let values = self.sources(free)?;
        self.total(Op::MakeFun, &values, Immediate::Lambda(LambdaId::new(lambda.0 as usize)), to)
    }

    /// `make_fun2`: the free variables lie in x0 and so on.
    pub(super) fn make_fun_of_arguments(&mut self, lambda: Lambda) -> Lowering<()> {
        let count = self.file.lambdas[lambda.0 as usize].free;
        let free: Vec<Source> =
            (0..count).map(|number| Source::Register(Register::X(number.into()), None)).collect();
        self.make_fun(lambda, Register::X(0), &free)
    }
}
