//! What a function's machine code looks like, for people: register code, then each segment's Cranelift IR and machine
//! code.

use std::fmt::Write;

use super::compile::{CompileError, segments};
use super::decode::{FLOAT, Instruction, decode};
use super::source::Source;
use crate::interp::code::CodeModule;

/// The listing of function `number`.
pub(in crate::interp) fn listing(code: &CodeModule, number: usize) -> Result<String, String> {
    let source = Source::linked(code);
    let instructions =
        decode(&source, number).ok_or(CompileError::Nothing).map_err(|error| error.to_string())?;
    let function = code.functions[number];
    let mut text = String::new();
    let name = format!("{}/{}", function.name, function.arity);
    let _ = writeln!(text, "== {name}: register code");
    let mut line = None;
    for instruction in &instructions {
        let place = code.place_before(code.pc(instruction.at + 1)).and_then(|place| place.line);
        if place.is_some() && place != line {
            line = place;
            if let Some((file, number)) = place {
                let _ = writeln!(text, "; {file}:{number}");
            }
        }
        show(&mut text, instruction);
    }
    for segment in segments(&source, number, true).map_err(|error| error.to_string())? {
        let head = segment.head;
        let _ = writeln!(text, "== {name}: {:?} at {head}, {} bytes", segment.kind, segment.bytes.len());
        text.push_str(&segment.listing);
    }
    Ok(text)
}

fn show(text: &mut String, instruction: &Instruction) {
    let _ = write!(text, "{:5} {:?}", instruction.at, instruction.op);
    let registers = |text: &mut String, sign: &str, registers: &[u16]| {
        if !registers.is_empty() {
            let _ = write!(text, " {sign}");
        }
        for register in registers {
            let kind = if register & FLOAT != 0 { 'f' } else { 'x' };
            let _ = write!(text, " {kind}{}", register & !FLOAT);
        }
    };
    registers(text, "writes", &instruction.writes);
    registers(text, "reads", &instruction.reads);
    if !instruction.targets.is_empty() {
        let _ = write!(text, " to {:?}", instruction.targets);
    }
    text.push('\n');
}
