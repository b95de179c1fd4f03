//! From a .beam file's register code to SSA.
//!
//! One function at a time: `blocks` cuts the code into straight pieces and follows control flow, frames and
//! handlers; `effects` says what each instruction reads and writes; `registers` turns that into values and
//! block parameters; `emit` writes the IR, `dispatch` sends each
//! instruction to the file of its family. Frames vanish: a y
//! register is a value like any other, and the interpreter decides anew what lives in a frame.
//!
//! The file is untrusted. Operands are in range already (`load`); here control flow is: a register read
//! before it is set, a frame that does not fit, a jump out of the function, a loop without a safepoint, an unknown
//! handler is a [`LoadError::Code`]. What an instruction takes for granted about a value (that `hd` gets a cons cell) cannot
//! be proven from the file, so the op that it becomes checks it when it is run.

// A new instruction, operand or register has to be thought of in every match here.
#![warn(clippy::wildcard_enum_match_arm)]

/// Instructions of which the operands say all: what they read and write, and where they go when they fail (their rows in
/// `opcode::table`). A new instruction belongs here, or into the matches of `effects` and `flow` by its name.
#[rustfmt::skip]
macro_rules! by_operands {
    () => {
        I::Label { .. } | I::IntCodeEnd {} | I::Bif0 { .. } | I::TestHeap { .. } | I::Init { .. }
        | I::RemoveMessage {} | I::Timeout {} | I::IsLt { .. } | I::IsGe { .. } | I::IsEq { .. }
        | I::IsNe { .. } | I::IsEqExact { .. } | I::IsNeExact { .. } | I::IsInteger { .. }
        | I::IsFloat { .. } | I::IsNumber { .. } | I::IsAtom { .. } | I::IsPid { .. }
        | I::IsReference { .. } | I::IsPort { .. } | I::IsNil { .. } | I::IsBinary { .. } | I::IsList { .. }
        | I::IsNonemptyList { .. } | I::IsTuple { .. } | I::TestArity { .. } | I::GetList { .. }
        | I::GetTupleElement { .. } | I::PutList { .. } | I::IsFunction { .. } | I::FClearError {}
        | I::FMove { .. } | I::FAdd { .. } | I::FSub { .. } | I::FMul { .. }
        | I::FDiv { .. } | I::IsBoolean { .. } | I::IsFunction2 { .. } | I::BsGetInteger2 { .. }
        | I::BsGetFloat2 { .. } | I::BsGetBinary2 { .. } | I::BsSkipBits2 { .. } | I::BsTestTail2 { .. }
        | I::IsBitstring { .. } | I::BsTestUnit { .. } | I::BsMatchString { .. } | I::BsGetUtf8 { .. }
        | I::BsSkipUtf8 { .. } | I::BsGetUtf16 { .. } | I::BsSkipUtf16 { .. } | I::BsGetUtf32 { .. }
        | I::BsSkipUtf32 { .. } | I::OnLoad {} | I::RecvMark { .. } | I::RecvSet { .. } | I::Line { .. }
        | I::PutMapAssoc { .. } | I::PutMapExact { .. } | I::IsMap { .. } | I::HasMapFields { .. }
        | I::GetMapElements { .. } | I::IsTaggedTuple { .. } | I::GetHead { .. } | I::GetTail { .. }
        | I::PutTuple2 { .. } | I::BsGetTail { .. } | I::BsGetPosition { .. } | I::BsSetPosition { .. }
        | I::MakeFun3 { .. } | I::InitYregs { .. } | I::RecvMarkerBind { .. } | I::RecvMarkerClear { .. }
        | I::RecvMarkerUse { .. } | I::BsCreateBin { .. } | I::NifStart {} | I::UpdateRecord { .. }
        | I::BsMatch { .. } | I::ExecutableLine { .. } | I::DebugLine { .. }
    };
}

mod bifs;
mod bits;
mod blocks;
mod builtins;
mod calls;
mod context;
mod dispatch;
mod effects;
mod emit;
mod exceptions;
mod floats;
mod flow;
mod functions;
mod literals;
mod maps;
mod matching;
mod names_only;
mod receive;
mod registers;

use std::collections::HashMap;

use dala_ir::ir;

use crate::etf::CodeLookup;
use crate::load::error::FunctionName;
use crate::load::{BeamFile, LoadError};
use functions::Functions;
use literals::LiteralPool;
pub use names_only::NamesOnly;

/// Lowers a whole module; `code` knows the functions that literals (`fun M:F/A`) name.
///
/// The module's literals are those of the file, in order, then those that its code implies.
///
/// # Errors
/// When a literal is malformed, or code makes no sense; the error names the function and the byte.
pub fn lower(file: &BeamFile, code: &mut dyn CodeLookup) -> Result<ir::Module, LoadError> {
    let functions = Functions::find(file)?;
    let mut literals = LiteralPool::new(file, code)?;
    let mut lowered = Vec::with_capacity(functions.list.len());
    for function in &functions.list {
        lowered.push(emit::function(file, &functions, function, &mut literals)?);
    }
    let exports = file
        .exports
        .iter()
        .map(|export| {
            let function = functions.by_entry(export.label)?;
            let name = functions.list[function.index()].name;
            if name.arity != export.arity {
                return Err(misnamed(name, format!("it is exported with {} arguments", export.arity)));
            }
            Ok((export.function, u32::from(export.arity), function))
        })
        .collect::<Result<_, LoadError>>()?;
    let lambdas = file
        .lambdas
        .iter()
        .map(|lambda| {
            let function = functions.by_entry(lambda.label)?;
            let name = functions.list[function.index()].name;
            if lambda.free > name.arity {
                return Err(misnamed(
                    name,
                    format!("a fun with {} free variables has its code", lambda.free),
                ));
            }
            Ok(ir::Lambda {
                function,
                free: lambda.free.into(),
                index: lambda.index,
                old_uniq: lambda.old_unique,
            })
        })
        .collect::<Result<_, LoadError>>()?;
    let imports = file
        .imports
        .iter()
        .map(|import| ir::Import {
            module: import.module,
            function: import.function,
            arity: import.arity.into(),
        })
        .collect();
    let own_source = format!("{}.erl", file.name.text());
    Ok(ir::Module {
        name: file.name,
        functions: lowered,
        exports,
        imports,
        literals: literals.finish(),
        lambdas,
        // A file without a name, of what was compiled from memory, is the module's own too.
        files: std::iter::once(&own_source)
            .chain(file.lines.files().iter().map(|name| if name.is_empty() { &own_source } else { name }))
            .cloned()
            .collect(),
        on_load: functions.on_load,
        typing: ir::Typing::default(),
    })
}

/// A row of the file's tables does not fit the function that it names.
fn misnamed(function: FunctionName, reason: String) -> LoadError {
    LoadError::Code { function, offset: 0, reason }
}

/// Why an instruction cannot be lowered; the caller knows where it stands.
#[derive(Clone, Debug)]
struct Reason(String);

type Lowering<T> = Result<T, Reason>;

impl<T: Into<String>> From<T> for Reason {
    fn from(text: T) -> Reason {
        Reason(text.into())
    }
}

/// Positions of labels in the instructions.
type Labels = HashMap<u32, usize>;

#[cfg(test)]
mod tests;
