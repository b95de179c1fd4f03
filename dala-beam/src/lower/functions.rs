//! Where the functions of a module begin and end.

use std::collections::HashMap;
use std::ops::Range;

use dala_ir::ir::FuncId;

use super::Labels;
use crate::load::error::FunctionName;
use crate::load::{BeamFile, LoadError};
use crate::opcode::Instruction;

/// A function of the file.
#[derive(Clone, Debug)]
pub(super) struct FunctionCode {
    pub(super) name: FunctionName,
    /// Its instructions, from the label of its `func_info` on.
    pub(super) range: Range<usize>,
    /// Position of its entry.
    pub(super) entry: usize,
}

/// All functions of the file.
#[derive(Debug)]
pub(super) struct Functions {
    pub(super) list: Vec<FunctionCode>,
    pub(super) labels: Labels,
    pub(super) on_load: Option<FuncId>,
    by_entry: HashMap<u32, FuncId>,
    module: dala_ir::abi::Atom,
}

impl Functions {
    #[expect(clippy::wildcard_enum_match_arm, reason = "all others stand in functions")]
    pub(super) fn find(file: &BeamFile) -> Result<Functions, LoadError> {
        let code = &file.code;
        let error = |position: usize, name: Option<FunctionName>, reason: &str| LoadError::Code {
            function: name.unwrap_or(FunctionName { module: file.name, function: file.name, arity: 0 }),
            offset: code.get(position).map_or(0, |located| located.offset),
            reason: reason.into(),
        };
        let mut functions = Functions {
            list: Vec::new(),
            labels: HashMap::new(),
            on_load: None,
            by_entry: HashMap::new(),
            module: file.name,
        };
        for (position, located) in code.iter().enumerate() {
            let id = FuncId::new(functions.list.len().saturating_sub(1));
            match &located.instruction {
                Instruction::Label { label } => {
                    let is_known = functions.labels.insert(*label, position).is_some();
                    if is_known || *label == 0 || *label >= file.labels {
                        return Err(error(position, None, "a label is repeated or out of range"));
                    }
                }
                Instruction::FuncInfo { module, function, arity } => {
                    let name = FunctionName { module: *module, function: *function, arity: *arity };
                    let start = start_of(code, position);
                    if let Some(last) = functions.list.last_mut() {
                        last.range.end = start;
                    } else if start != 0 {
                        return Err(error(0, None, "there is code before the first function"));
                    }
                    let Some(Instruction::Label { label }) =
                        code.get(position + 1).map(|next| &next.instruction)
                    else {
                        return Err(error(position, Some(name), "no entry label follows func_info"));
                    };
                    functions.by_entry.insert(*label, FuncId::new(functions.list.len()));
                    functions.list.push(FunctionCode { name, range: start..code.len(), entry: position + 1 });
                }
                Instruction::OnLoad {} if !functions.list.is_empty() => functions.on_load = Some(id),
                _ => {}
            }
        }
        if functions.list.is_empty() && !code.is_empty() {
            return Err(error(0, None, "there is code but no function"));
        }
        Ok(functions)
    }

    /// The function whose entry is `label`.
    pub(super) fn by_entry(&self, label: u32) -> Result<FuncId, LoadError> {
        self.entry(label).ok_or_else(|| LoadError::Code {
            function: FunctionName { module: self.module, function: self.module, arity: 0 },
            offset: 0,
            reason: format!("label {label} is the entry of no function"),
        })
    }

    /// The function whose entry is `label`, if there is one.
    pub(super) fn entry(&self, label: u32) -> Option<FuncId> {
        self.by_entry.get(&label).copied()
    }
}

/// The first of the labels and lines before the `func_info` at `position`.
fn start_of(code: &[crate::opcode::Located], position: usize) -> usize {
    let before = code[..position].iter().rev().take_while(|located| {
        matches!(located.instruction, Instruction::Label { .. } | Instruction::Line { .. })
    });
    position - before.count()
}
