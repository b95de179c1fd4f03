//! Printing modules and functions.

use std::fmt::{self, Write};

use super::lexer::quote;
use super::literal;
use crate::abi::Atom;
use crate::ir::inst::{BuildSegment, SegmentFlags, SegmentKind};
use crate::ir::{
    Block, BlockCall, Constant, FuncId, Function, Immediate, InstData, Module, Terminator, Value,
};

/// The text form of a module.
pub fn print_module(module: &Module) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = module_text(module, &mut out);
    out
}

/// The text form of function number `id`.
pub fn print_function(function: &Function, id: FuncId) -> String {
    let mut out = String::new();
    let _ = function_text(function, id, &mut out);
    out
}

fn atom(atom: Atom) -> String {
    let mut out = String::new();
    quote(atom.text(), '\'', &mut out);
    out
}

fn module_text(module: &Module, out: &mut String) -> fmt::Result {
    writeln!(out, "module {}", atom(module.name))?;
    for file in &module.files {
        out.push_str("file ");
        quote(file, '"', out);
        out.push('\n');
    }
    for (index, import) in module.imports.iter().enumerate() {
        writeln!(
            out,
            "import import{index} = {}:{}/{}",
            atom(import.module),
            atom(import.function),
            import.arity
        )?;
    }
    for (index, term) in module.literals.iter().enumerate() {
        write!(out, "literal lit{index} = ")?;
        literal::print(term.root(), out);
        out.push('\n');
    }
    for (index, lambda) in module.lambdas.iter().enumerate() {
        writeln!(
            out,
            "lambda lambda{index} = {} free {} index {} uniq {}",
            lambda.function, lambda.free, lambda.index, lambda.old_uniq
        )?;
    }
    super::typing::print(&module.typing, out)?;
    for (name, arity, function) in &module.exports {
        writeln!(out, "export {}/{arity} = {function}", atom(*name))?;
    }
    if let Some(function) = module.on_load {
        writeln!(out, "on_load {function}")?;
    }
    for (index, function) in module.functions.iter().enumerate() {
        out.push('\n');
        function_text(function, FuncId::new(index), out)?;
    }
    Ok(())
}

fn function_text(function: &Function, id: FuncId, out: &mut String) -> fmt::Result {
    writeln!(out, "function {id} {}/{} {{", atom(function.name), function.arity)?;
    for block in function.block_ids() {
        block_text(function, block, out)?;
    }
    out.push_str("}\n");
    Ok(())
}

fn block_text(function: &Function, block: Block, out: &mut String) -> fmt::Result {
    let data = function.block(block);
    write!(out, "{block}(")?;
    for (index, &parameter) in data.params.iter().enumerate() {
        let comma = if index > 0 { ", " } else { "" };
        write!(out, "{comma}{parameter}: {}", function.type_of(parameter).name())?;
    }
    out.push_str("):\n");
    for inst in &data.insts {
        out.push_str("    ");
        if let Some(result) = inst.result {
            write!(out, "{result} = ")?;
        }
        inst_text(inst, out)?;
        location_text(function, inst.location, out)?;
        out.push('\n');
    }
    out.push_str("    ");
    terminator_text(function, &data.terminator, out)?;
    out.push('\n');
    Ok(())
}

fn location_text(function: &Function, location: u32, out: &mut String) -> fmt::Result {
    match function.locations.get(location as usize).filter(|_| location != 0) {
        Some(location) => write!(out, " @{}:{}", location.file, location.line),
        None => Ok(()),
    }
}

fn values_text(values: &[Value], out: &mut String) -> fmt::Result {
    for (index, value) in values.iter().enumerate() {
        write!(out, "{}{value}", if index > 0 { ", " } else { "" })?;
    }
    Ok(())
}

fn inst_text(inst: &InstData, out: &mut String) -> fmt::Result {
    out.push_str(inst.op.name());
    if inst.immediate != Immediate::None {
        out.push(' ');
        immediate_text(&inst.immediate, out)?;
    }
    if !inst.args.is_empty() {
        out.push(' ');
        values_text(&inst.args, out)?;
    }
    Ok(())
}

fn constant_text(constant: &Constant, out: &mut String) -> fmt::Result {
    match constant {
        Constant::Int(value) => write!(out, "{value}"),
        Constant::Atom(name) => out.write_str(&atom(*name)),
        Constant::Nil => out.write_str("[]"),
        Constant::Literal(id) => write!(out, "{id}"),
    }
}

fn immediate_text(immediate: &Immediate, out: &mut String) -> fmt::Result {
    match immediate {
        Immediate::None => Ok(()),
        Immediate::Constant(constant) => constant_text(constant, out),
        Immediate::Function(id) => write!(out, "{id}"),
        Immediate::Import(id) => write!(out, "{id}"),
        Immediate::Lambda(id) => write!(out, "{id}"),
        Immediate::Message(id) => write!(out, "{id}"),
        Immediate::Index(index) => write!(out, "{index}"),
        Immediate::ArityAndTag(arity, tag) => write!(out, "{arity} {}", atom(*tag)),
        Immediate::Segment(segment) => {
            write!(out, "[{}", segment.unit)?;
            flags_text(segment.flags, out);
            out.push(']');
            Ok(())
        }
        Immediate::Bits { bit_len, bytes } => {
            write!(out, "{bit_len} \"")?;
            for byte in bytes {
                write!(out, "{byte:02x}")?;
            }
            out.push('"');
            Ok(())
        }
        Immediate::Segments(rows) => {
            out.push('[');
            for (index, row) in rows.iter().enumerate() {
                out.push_str(if index > 0 { ", " } else { "" });
                build_segment_text(row, out)?;
            }
            out.push(']');
            Ok(())
        }
        Immediate::Indices(indices) => {
            out.push('[');
            for (index, number) in indices.iter().enumerate() {
                write!(out, "{}{number}", if index > 0 { ", " } else { "" })?;
            }
            out.push(']');
            Ok(())
        }
    }
}

fn flags_text(flags: SegmentFlags, out: &mut String) {
    if flags.signed {
        out.push_str(" signed");
    }
    if flags.little {
        out.push_str(" little");
    }
}

fn build_segment_text(row: &BuildSegment, out: &mut String) -> fmt::Result {
    write!(out, "{} {}", segment_kind_name(row.kind), row.unit)?;
    flags_text(row.flags, out);
    if row.has_size {
        out.push_str(" sized");
    }
    write!(out, " #{}", row.number)
}

/// Names of segment kinds.
pub(crate) const SEGMENT_KINDS: &[(SegmentKind, &str)] = &[
    (SegmentKind::Integer, "integer"),
    (SegmentKind::Float, "float"),
    (SegmentKind::Binary, "binary"),
    (SegmentKind::Append, "append"),
    (SegmentKind::PrivateAppend, "private_append"),
    (SegmentKind::String, "string"),
    (SegmentKind::Utf8, "utf8"),
    (SegmentKind::Utf16, "utf16"),
    (SegmentKind::Utf32, "utf32"),
];

fn segment_kind_name(kind: SegmentKind) -> &'static str {
    SEGMENT_KINDS.iter().find(|(row, _)| *row == kind).map_or("integer", |(_, name)| name)
}

fn call_text(call: &BlockCall, out: &mut String) -> fmt::Result {
    write!(out, "{}(", call.block)?;
    values_text(&call.args, out)?;
    out.push(')');
    Ok(())
}

fn terminator_text(function: &Function, terminator: &Terminator, out: &mut String) -> fmt::Result {
    match terminator {
        Terminator::Jump(target) => {
            out.push_str("jump ");
            call_text(target, out)
        }
        Terminator::Branch { condition, then, otherwise } => {
            write!(out, "branch {condition}, ")?;
            call_text(then, out)?;
            out.push_str(", ");
            call_text(otherwise, out)
        }
        Terminator::Switch { value, cases, default } => {
            write!(out, "switch {value} {{")?;
            for (key, target) in cases {
                out.push_str("\n        ");
                constant_text(key, out)?;
                out.push_str(" => ");
                call_text(target, out)?;
                out.push(',');
            }
            default_text(default, out)
        }
        Terminator::SwitchArity { value, cases, default } => {
            write!(out, "switch_arity {value} {{")?;
            for (arity, target) in cases {
                write!(out, "\n        {arity} => ")?;
                call_text(target, out)?;
                out.push(',');
            }
            default_text(default, out)
        }
        Terminator::Attempt { inst, ok, fail } => {
            out.push_str("attempt ");
            inst_text(inst, out)?;
            out.push_str(" -> ");
            call_text(ok, out)?;
            out.push_str(", ");
            call_text(fail, out)?;
            location_text(function, inst.location, out)
        }
        Terminator::Try { inst, ok, unwind } => {
            out.push_str("try ");
            inst_text(inst, out)?;
            if let Some(ok) = ok {
                out.push_str(" -> ");
                call_text(ok, out)?;
            }
            out.push_str(", unwind ");
            call_text(unwind, out)?;
            location_text(function, inst.location, out)
        }
        Terminator::Return(value) => write!(out, "return {value}"),
        Terminator::TailCall(inst) => {
            out.push_str("tail ");
            inst_text(inst, out)?;
            location_text(function, inst.location, out)
        }
        Terminator::RecvNext { got, empty, location } => {
            out.push_str("recv_next ");
            call_text(got, out)?;
            out.push_str(", ");
            call_text(empty, out)?;
            location_text(function, *location, out)
        }
        Terminator::Wait(target) => {
            out.push_str("wait ");
            call_text(target, out)
        }
        Terminator::WaitTimeout { time, woken, expired, unwind, location } => {
            write!(out, "wait_timeout {time}, ")?;
            call_text(woken, out)?;
            out.push_str(", ");
            call_text(expired, out)?;
            if let Some(unwind) = unwind {
                out.push_str(", unwind ");
                call_text(unwind, out)?;
            }
            location_text(function, *location, out)
        }
        Terminator::Unreachable => out.write_str("unreachable"),
    }
}

fn default_text(default: &BlockCall, out: &mut String) -> fmt::Result {
    out.push_str("\n        else ");
    call_text(default, out)?;
    out.push_str("\n    }");
    Ok(())
}
