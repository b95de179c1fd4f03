//! Machine code that is kept for the next OS process: see [`keep`](crate::interp::keep).

#![expect(unsafe_code, reason = "publishes machine code")]

use std::io;
use std::mem::offset_of;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::compile::FunctionCode;
use super::tier::{self, TAKEN};
use super::{STUBS, Stubs, memory, offsets, perf};
use crate::abi::ActorContext;
use crate::interp::ahead::{AheadHead, MachineCode};
use crate::interp::code::{CELL, CodeModule};
use crate::interp::export::{ExportEntry, FunEntry};
use crate::interp::keep::{Constant, Keeper, KeptCode};
use crate::interp::native::Head;
use crate::interp::object::Object;
use crate::interp::patch::FILL;
use crate::term::binary::BYTES_OFFSET;

/// Modules whose object code is kept in memory while functions of theirs become hot.
const OBJECTS: usize = 8;

/// Where machine code finds things in the runtime's structures. The sources say most of it, but compilers are free to
/// lay out what these hold.
const LAYOUT: [u32; 16] = [
    offsets::X as u32,
    offsets::F as u32,
    offsets::CONTEXT as u32,
    offsets::SLACK as u32,
    offsets::REDS as u32,
    offsets::SP as u32,
    offsets::HP as u32,
    offsets::PC as u32,
    offsets::ANSWER as u32,
    offsets::WORD as u32,
    ExportEntry::TARGET as u32,
    FunEntry::CODE as u32,
    FunEntry::TAKES as u32,
    offset_of!(ActorContext, claim) as u32,
    BYTES_OFFSET as u32,
    size_of::<Stubs>() as u32,
];

impl KeptCode {
    /// None.
    fn empty() -> KeptCode {
        KeptCode { layout: LAYOUT, machine: MachineCode::empty(), constants: Vec::new() }
    }

    /// A function's.
    pub(super) fn of(mut code: FunctionCode) -> KeptCode {
        let constants = std::mem::take(&mut code.constants);
        let mut machine = MachineCode::empty();
        machine.push(code);
        KeptCode {
            layout: LAYOUT,
            machine,
            constants: constants.into_iter().map(|(at, constant)| (at as u32, constant)).collect(),
        }
    }

    /// Puts more behind it.
    fn append(&mut self, more: KeptCode) {
        // As in an arena: where in a line of the caches loops begin shows.
        let start = self.machine.text.len().next_multiple_of(memory::START);
        self.machine.text.resize(start, FILL);
        let start = start as u32;
        self.machine.append(more.machine);
        self.constants.extend(more.constants.into_iter().map(|(at, constant)| (start + at, constant)));
    }

    /// Whether it has the function, or block, at an offset.
    pub(super) fn has(&self, offset: u32) -> bool {
        self.machine.heads.0.iter().any(|head| head.offset == offset)
    }

    /// Whether it can be that of a module of so many words: of code that was damaged, at least nothing lies elsewhere.
    fn lies_in(&self, words: usize) -> bool {
        let MachineCode { text, references, heads } = &self.machine;
        let is_head = |head: &AheadHead| (CELL..words).contains(&(head.offset as usize));
        let is_inside = |at: u32, bytes: usize| at as usize + bytes <= text.len();
        let is_constant = |&(at, constant): &(u32, Constant)| {
            is_inside(at, 8)
                && match constant {
                    Constant::Word(offset) => (offset as usize) < words,
                    Constant::Stub(place) => (place as usize) < size_of_val(&STUBS),
                }
        };
        self.layout == LAYOUT
            && heads.lie_in(text.len() as u64)
            && heads.0.iter().all(is_head)
            && references.iter().all(|reference| is_inside(reference.at, 4))
            && self.constants.iter().all(is_constant)
    }

    /// Its bytes for a module, for the address `base`.
    fn write(&self, code: &CodeModule, base: u64) -> io::Result<Vec<u8>> {
        let words = code.words.as_ptr().expose_provenance() as u64;
        let mut text = Vec::with_capacity(self.machine.text.len());
        self.machine.write(words.wrapping_sub(base) as i64, &mut text).map_err(io::Error::other)?;
        for &(at, constant) in &self.constants {
            let value = match constant {
                Constant::Word(offset) => code.word(offset as usize),
                Constant::Stub(place) => STUBS.as_flattened()[place as usize / 8] as *const () as u64,
            };
            text[at as usize..at as usize + 8].copy_from_slice(&value.to_le_bytes());
        }
        Ok(text)
    }
}

/// Puts machine code of a module where it can be executed, and makes it reachable.
///
/// # Errors
/// When there is no memory, or none near the module.
///
/// # Safety
/// It was made of the module, or of the object code that the module was linked from.
pub(super) unsafe fn publish(code: &CodeModule, kept: &KeptCode) -> io::Result<()> {
    let machine = &kept.machine;
    let base = memory::install(machine.text.len(), |base| kept.write(code, base))?;
    let head = |head: &AheadHead| Head {
        offset: head.offset,
        has_cell: head.has_cell,
        address: base + u64::from(head.entry),
    };
    let heads: Vec<Head> = machine.heads.0.iter().map(head).collect();
    perf::record(code, &heads, base + machine.text.len() as u64);
    // SAFETY: as the caller says, for these heads.
    unsafe { code.publish(&heads) };
    Ok(())
}

/// Gives a module what is kept for it, and notes who keeps what is going to be made.
///
/// # Safety
/// See [`CodeModule::keep_machine_code`].
pub(crate) unsafe fn keep(code: &Arc<CodeModule>, keeper: Box<dyn Keeper>) {
    // Where exits are counted, machine code has the counters' addresses in it.
    if super::exits::are_counted() {
        return;
    }
    let kept =
        tier::is_keeping().then(|| keeper.kept()).flatten().filter(|kept| kept.lies_in(code.words.len()));
    if let Some(kept) = kept
        // SAFETY: as the caller says.
        && unsafe { publish(code, &kept) }.is_ok()
    {
        let mut functions: Vec<usize> =
            kept.machine.heads.0.iter().filter_map(|head| code.function_number(head.offset)).collect();
        functions.dedup();
        for &number in &functions {
            code.heat[number].store(TAKEN, Ordering::Relaxed);
        }
        tier::count_kept(functions.len(), kept.machine.text.len());
    }
    let _ = code.keeper.set(keeper);
}

/// Object code of the modules that functions were compiled of last.
pub(super) struct Objects(Vec<(Arc<CodeModule>, Option<Object>)>);

impl Objects {
    pub(super) const fn none() -> Objects {
        Objects(Vec::new())
    }

    /// That of a module that somebody keeps.
    pub(super) fn of(&mut self, code: &Arc<CodeModule>) -> Option<&Object> {
        let place = match self.0.iter().position(|(other, _)| Arc::ptr_eq(other, code)) {
            Some(place) => place,
            None => {
                let object = code.keeper.get()?.object();
                if self.0.len() == OBJECTS {
                    self.0.remove(0);
                }
                self.0.push((code.clone(), object));
                self.0.len() - 1
            }
        };
        self.0[place].1.as_ref()
    }
}

/// Functions that were made and not kept yet, with their modules.
static MADE: Mutex<Vec<(Arc<CodeModule>, KeptCode)>> = Mutex::new(Vec::new());

fn made() -> MutexGuard<'static, Vec<(Arc<CodeModule>, KeptCode)>> {
    MADE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A function of a module was made that somebody keeps.
pub(super) fn note(code: &Arc<CodeModule>, function: KeptCode) {
    if tier::is_keeping() {
        made().push((code.clone(), function));
    }
}

/// Whether there is something to keep.
pub(super) fn is_waiting() -> bool {
    !made().is_empty()
}

/// Lets all that was made be kept.
pub(crate) fn keep_all() {
    let mut made = std::mem::take(&mut *made());
    while let Some((code, _)) = made.first() {
        let code = code.clone();
        let (own, others) = made.into_iter().partition(|(other, _)| Arc::ptr_eq(other, &code));
        made = others;
        let Some(keeper) = code.keeper.get() else { continue };
        // Another OS process may have kept something meanwhile.
        let mut all = keeper.kept().filter(|kept| kept.lies_in(code.words.len()));
        let all = all.get_or_insert_with(KeptCode::empty);
        for (_, function) in own {
            if function.machine.heads.0.first().is_some_and(|head| !all.has(head.offset)) {
                all.append(function);
            }
        }
        keeper.keep(all);
    }
}
