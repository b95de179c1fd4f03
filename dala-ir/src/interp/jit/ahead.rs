//! The machine code of a whole module, position-independent: see [`ahead`](crate::interp::ahead).

use super::compile::{ALIGN, CompileError, function};
use super::flow::HeadKind;
use super::source::Source;
use crate::interp::ahead::{AheadHead, Heads, MachineCode, Reference};
use crate::interp::object::Object;
use crate::interp::patch::FILL;

impl Object {
    /// The machine code of its functions, those apart that are better interpreted.
    ///
    /// # Errors
    /// With a text, when the code generator fails.
    pub fn machine_code(&self) -> Result<MachineCode, String> {
        let source = Source::object(self);
        let (mut text, mut heads, mut references) = (Vec::new(), Vec::new(), Vec::new());
        for (number, info) in self.functions.iter().enumerate() {
            let code = match function(&source, number) {
                Ok(code) => code,
                Err(CompileError::Nothing) => continue,
                Err(error) => return Err(format!("{}:{}/{}: {error}", self.name, info.name, info.arity)),
            };
            text.resize(text.len().next_multiple_of(ALIGN), FILL);
            let start = text.len();
            text.extend_from_slice(&code.bytes);
            heads.extend(code.heads.iter().map(|head| AheadHead {
                offset: head.offset,
                has_cell: head.kind != HeadKind::Middle,
                entry: (start + head.entry) as u32,
            }));
            references.extend(
                code.references
                    .iter()
                    .map(|&(at, addend)| Reference { at: (start + at) as u32, addend: addend as i32 }),
            );
        }
        Ok(MachineCode { text, references, heads: Heads(heads) })
    }
}
