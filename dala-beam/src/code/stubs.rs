//! Functions that Erlang code declares and the runtime implements.

use dala_ir::abi::Atom;
use dala_ir::ir::{FunctionBuilder, Immediate, Import, ImportId, Module, Op, Terminator, Value};

/// Makes every function of `module` that is the runtime's, by name and arity, a call of that, so that local calls (in
/// `erlang`, `lists`, `maps`, `code`..., and in modules with native functions) reach it as well.
pub(crate) fn redirect_built_ins(module: &mut Module, is_ours: impl Fn(Atom, u32) -> bool) {
    let name = module.name;
    for index in 0..module.functions.len() {
        let (function, arity) = (module.functions[index].name, module.functions[index].arity);
        if !is_ours(function, arity) {
            continue;
        }
        let import = ImportId::new(module.imports.len());
        module.imports.push(Import { module: name, function, arity });
        let mut build = FunctionBuilder::new(function, arity);
        let args: Vec<Value> = build.params(build.entry()).to_vec();
        let call = build.make_inst(Op::CallExt, &args, Immediate::Import(import));
        build.terminate(Terminator::TailCall(call));
        module.functions[index] = build.finish();
    }
}
