use super::*;
use crate::abi::Atom;
use crate::ir::{BlockCall, Constant, FunctionBuilder, Immediate, Op, Terminator, Type};

fn fault(function: Function) -> Option<Fault> {
    let mut module = Module::new(Atom::new("m"));
    module.functions.push(function);
    verify_function(&module.functions[0], &module).err().map(|error| error.fault)
}

#[test]
fn use_in_one_arm_of_a_definition_in_the_other_is_refused() {
    let mut build = FunctionBuilder::new(Atom::new("f"), 1);
    let argument = build.params(build.entry())[0];
    let [then, otherwise] = [(); 2].map(|()| build.create_block());
    let condition = build.value(Op::IsCons, &[argument]);
    build.terminate(Terminator::Branch {
        condition,
        then: BlockCall::new(then, &[]),
        otherwise: BlockCall::new(otherwise, &[]),
    });
    build.switch_to(then);
    let head = build.value(Op::Head, &[argument]);
    build.terminate(Terminator::Return(head));
    build.switch_to(otherwise);
    build.terminate(Terminator::Return(head));
    assert_eq!(fault(build.finish()), Some(Fault::NotDominated(head)));
}

#[test]
fn edge_with_too_few_arguments_is_refused() {
    let mut build = FunctionBuilder::new(Atom::new("f"), 1);
    let next = build.create_block_with(&[Type::Term]);
    build.jump(next, &[]);
    build.switch_to(next);
    let parameter = build.params(next)[0];
    build.terminate(Terminator::Return(parameter));
    assert_eq!(fault(build.finish()), Some(Fault::EdgeArity { block: next, expected: 1, found: 0 }));
}

#[test]
fn float_across_a_call_is_refused() {
    let mut build = FunctionBuilder::new(Atom::new("f"), 1);
    let argument = build.params(build.entry())[0];
    let float = build.value(Op::Unbox, &[argument]);
    let function = crate::ir::FuncId::new(0);
    build.value_with(Op::Call, &[argument], Immediate::Function(function));
    let boxed = build.value(Op::Box, &[float]);
    build.terminate(Terminator::Return(boxed));
    assert_eq!(fault(build.finish()), Some(Fault::MachineValue(float)));
}

#[test]
fn unwind_block_without_its_three_parameters_is_refused() {
    let mut build = FunctionBuilder::new(Atom::new("f"), 1);
    let argument = build.params(build.entry())[0];
    let [ok, unwind] = [build.create_block_with(&[Type::Term]), build.create_block_with(&[Type::Term])];
    let inst = build.make_inst(Op::Negate, &[argument], Immediate::None);
    build.terminate(Terminator::Try {
        inst,
        ok: Some(BlockCall::new(ok, &[])),
        unwind: BlockCall::new(unwind, &[]),
    });
    for block in [ok, unwind] {
        build.switch_to(block);
        let parameter = build.params(block)[0];
        build.terminate(Terminator::Return(parameter));
    }
    assert_eq!(fault(build.finish()), Some(Fault::EdgeArity { block: unwind, expected: 0, found: 0 }));
}

#[test]
fn code_behind_an_op_that_never_returns_is_refused() {
    let mut build = FunctionBuilder::new(Atom::new("f"), 0);
    build.inst(Op::IfClause, &[], Immediate::None);
    let value = build.constant(Constant::Nil);
    build.terminate(Terminator::Return(value));
    assert_eq!(fault(build.finish()), Some(Fault::NotLast("if_clause")));
}

#[test]
fn edge_to_the_entry_is_refused() {
    let mut build = FunctionBuilder::new(Atom::new("f"), 0);
    build.jump(build.entry(), &[]);
    assert_eq!(fault(build.finish()), Some(Fault::EdgeToEntry));
}

#[test]
fn repeated_switch_key_is_refused() {
    let mut build = FunctionBuilder::new(Atom::new("f"), 1);
    let value = build.params(build.entry())[0];
    let next = build.create_block();
    let call = BlockCall::new(next, &[]);
    let cases = vec![(Constant::Int(1), call.clone()), (Constant::Int(1), call.clone())];
    build.terminate(Terminator::Switch { value, cases, default: call });
    build.switch_to(next);
    build.terminate(Terminator::Return(value));
    assert_eq!(fault(build.finish()), Some(Fault::SwitchKeys));
}

#[test]
fn call_with_the_wrong_arity_is_refused() {
    let mut build = FunctionBuilder::new(Atom::new("f"), 0);
    let nil = build.constant(Constant::Nil);
    let callee = Immediate::Function(crate::ir::FuncId::new(0));
    let inst = build.make_inst(Op::Call, &[nil], callee);
    build.terminate(Terminator::TailCall(inst));
    let expected = Fault::CallArity { name: "f/0".into(), expected: 0, found: 1 };
    assert_eq!(fault(build.finish()), Some(expected));
}
