//! The machine code of a whole module, position-independent: see [`ahead`](crate::interp::ahead).

use super::compile::{ALIGN, CompileError, FunctionCode, function};
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
        let mut all = MachineCode::empty();
        for (number, info) in self.functions.iter().enumerate() {
            match function(&source, number) {
                Ok(code) => all.push(code),
                Err(CompileError::Nothing) => {}
                Err(error) => return Err(format!("{}:{}/{}: {error}", self.name, info.name, info.arity)),
            }
        }
        Ok(all)
    }
}

impl MachineCode {
    /// None.
    pub(super) fn empty() -> MachineCode {
        MachineCode { text: Vec::new(), references: Vec::new(), heads: Heads(Vec::new()) }
    }

    /// Puts a function behind it.
    pub(super) fn push(&mut self, code: FunctionCode) {
        debug_assert!(code.constants.is_empty(), "nobody will write to it");
        let heads = code.heads.iter().map(|head| AheadHead {
            offset: head.offset,
            has_cell: head.kind != HeadKind::Middle,
            entry: head.entry as u32,
        });
        let references = code
            .references
            .iter()
            .map(|&(at, addend)| Reference { at: at as u32, addend: addend as i32 })
            .collect();
        self.append(MachineCode { text: code.bytes, references, heads: Heads(heads.collect()) });
    }

    /// Puts more behind it.
    pub(super) fn append(&mut self, more: MachineCode) {
        self.text.resize(self.text.len().next_multiple_of(ALIGN), FILL);
        let start = self.text.len() as u32;
        self.text.extend_from_slice(&more.text);
        let heads = more.heads.0.into_iter();
        self.heads.0.extend(heads.map(|head| AheadHead { entry: start + head.entry, ..head }));
        let references = more.references.into_iter();
        self.references
            .extend(references.map(|reference| Reference { at: start + reference.at, ..reference }));
    }
}
