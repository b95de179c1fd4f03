//! Machine code without frame pointers.
//!
//! Cranelift (0.135, x86-64) gives each function that ends in tail calls a frame: `push rbp; mov rbp, rsp` at its start,
//! `mov rsp, rbp; pop rbp` before each way out. A segment is a few instructions long and keeps nothing on the native
//! stack, but each loads what the one before it has just stored, which makes a chain through all of them: without it
//! tak runs 1.4 times as fast. So these instructions are cut out of segments that have no other use for a frame.
//!
//! Nothing is guessed: [`marked`] gives each way out a source location of its own, with which Cranelift says where its
//! machine code ends. [`cut`] wants the exact bytes there, at each way out, or changes nothing at all.

use cranelift_codegen::CompiledCode;
use cranelift_codegen::ir::{Function, Opcode, SourceLoc};

/// `push rbp; mov rbp, rsp`
pub(super) const OPEN: [u8; 4] = [0x55, 0x48, 0x89, 0xe5];
/// `mov rsp, rbp; pop rbp`
pub(super) const CLOSE: [u8; 4] = [0x48, 0x89, 0xec, 0x5d];
/// `ret`
const RETURN: u8 = 0xc3;
/// `jmp` to a distance of four bytes.
const JUMP: u8 = 0xe9;
/// What stands where nothing is executed: `int3`.
const TRAP: u8 = 0xcc;

/// The function with its ways out marked, and their number.
pub(super) fn marked(mut function: Function) -> (Function, u32) {
    let mut count = 0;
    let blocks: Vec<_> = function.layout.blocks().collect();
    for block in blocks {
        let Some(last) = function.layout.last_inst(block) else { continue };
        let opcode = function.dfg.insts[last].opcode();
        if matches!(opcode, Opcode::Return | Opcode::ReturnCall | Opcode::ReturnCallIndirect) {
            function.set_srcloc(last, SourceLoc::new(count));
            count += 1;
        }
    }
    (function, count)
}

/// The code without what makes and drops its frame, where it needs none: it is entered [`OPEN`] bytes later, and its
/// jumps stand [`CLOSE`] bytes earlier.
///
/// `jumps` are where the direct ones of them end.
pub(super) fn cut(compiled: &CompiledCode, ways: u32, jumps: &[usize]) -> Option<Vec<u8>> {
    let mut code = compiled.code_buffer().to_vec();
    let is_frame_used = compiled.buffer.frame_layout()?.frame_to_fp_offset != 0;
    if is_frame_used || !code.starts_with(&OPEN) {
        return None;
    }
    let ends = ends(compiled, ways)?;
    if !jumps.iter().all(|jump| ends.contains(jump)) {
        return None;
    }
    for end in ends {
        let len = last_instruction(&code[..end], jumps.contains(&end))?;
        let start = end - len - CLOSE.len();
        if !code[start..].starts_with(&CLOSE) {
            return None;
        }
        code.copy_within(end - len..end, start);
        code[start + len..end].fill(TRAP);
    }
    Some(code)
}

/// Where the code of each way out ends; `None` where that of one is not known.
fn ends(compiled: &CompiledCode, ways: u32) -> Option<Vec<usize>> {
    let mut ends = vec![None; ways as usize];
    for place in compiled.buffer.get_srclocs_sorted() {
        if !place.loc.is_default() {
            *ends.get_mut(place.loc.bits() as usize)? = Some(place.end as usize);
        }
    }
    ends.into_iter().collect()
}

/// Length of the `jmp` or `ret` that the code ends with, behind the end of a frame.
fn last_instruction(code: &[u8], is_direct: bool) -> Option<usize> {
    let len = match *code {
        [.., JUMP, _, _, _, _] if is_direct => 5,
        [.., RETURN] => 1,
        // `jmp` to what a register of r8 to r15, or of the others, holds.
        [.., 0x41, 0xff, 0xe0..=0xe7] => 3,
        [.., 0xff, 0xe0..=0xe7] => 2,
        _ => return None,
    };
    (code.len() >= len + CLOSE.len()).then_some(len)
}
