//! A function's machine code: its segments compiled, laid out together and made reachable.

#![expect(unsafe_code, reason = "publishes machine code")]

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use cranelift_codegen::binemit::Reloc;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::{ExternalName, Function};
use cranelift_codegen::isa::{self, OwnedTargetIsa};
use cranelift_codegen::settings::{self, Configurable};
use cranelift_codegen::{CodegenError, Context, FinalizedRelocTarget};
use cranelift_frontend::FunctionBuilderContext;

use super::decode::decode;
use super::flow::{Flow, HeadKind};
use super::{frameless, lower, memory, perf};
use crate::interp::code::CodeModule;
use crate::interp::native::Head;

/// Most instructions of a function that is compiled.
const MOST_INSTRUCTIONS: usize = 3000;
/// Alignment of segments.
const ALIGN: usize = 16;
/// What stands between segments: `int3`.
const TRAP: u8 = 0xcc;

/// Why a function has no machine code.
#[derive(Debug, thiserror::Error)]
pub(super) enum CompileError {
    /// It is too long, or nothing of it is worth it.
    #[error("nothing to compile")]
    Nothing,
    /// The host is not what Cranelift knows.
    #[error("no code generator: {0}")]
    Target(String),
    /// Cranelift refused it.
    #[error("code generation failed: {0}")]
    Codegen(Box<CodegenError>),
    /// A reference that is none between segments.
    #[error("unexpected relocation {0:?}")]
    Relocation(Reloc),
    /// No memory.
    #[error("no memory for code: {0}")]
    Memory(#[from] std::io::Error),
}

impl From<CodegenError> for CompileError {
    fn from(error: CodegenError) -> CompileError {
        CompileError::Codegen(Box::new(error))
    }
}

/// Cranelift's target.
struct Engine {
    isa: OwnedTargetIsa,
}

impl Engine {
    fn new() -> Result<Engine, CompileError> {
        let mut flags = settings::builder();
        for (name, value) in [
            ("opt_level", "speed"),
            ("enable_pinned_reg", "true"),
            // Tail calls need it on x86-64.
            ("preserve_frame_pointers", "true"),
            ("enable_verifier", if cfg!(debug_assertions) { "true" } else { "false" }),
        ] {
            flags.set(name, value).map_err(|error| CompileError::Target(error.to_string()))?;
        }
        let isa = isa::lookup(target_lexicon::Triple::host())
            .map_err(|error| CompileError::Target(error.to_string()))?
            .finish(settings::Flags::new(flags))?;
        Ok(Engine { isa })
    }

    /// The one engine.
    fn get() -> Result<&'static Engine, CompileError> {
        static ENGINE: OnceLock<Result<Engine, CompileError>> = OnceLock::new();
        let engine = ENGINE.get_or_init(Engine::new);
        engine.as_ref().map_err(|error| CompileError::Target(error.to_string()))
    }

    /// Compiles a function; with a listing, if asked.
    fn compile(&self, mut function: Function, is_listed: bool) -> Result<Machine, CompileError> {
        let ways = frameless::mark(&mut function);
        let mut listing = if is_listed { function.display().to_string() } else { String::new() };
        let mut context = Context::for_function(function);
        context.set_disasm(is_listed);
        let compiled = context
            .compile(&*self.isa, &mut ControlPlane::default())
            .map_err(|error| CompileError::Codegen(Box::new(error.inner)))?;
        if let Some(code) = &compiled.vcode {
            listing.push_str(code);
        }
        let mut found = Vec::new();
        for reloc in compiled.buffer.relocs() {
            let FinalizedRelocTarget::ExternalName(ExternalName::User(name)) = reloc.target else {
                return Err(CompileError::Relocation(reloc.kind));
            };
            if reloc.kind != Reloc::X86CallPCRel4 {
                return Err(CompileError::Relocation(reloc.kind));
            }
            found.push((reloc.offset, name, reloc.addend));
        }
        let (bytes, entry, moved) = match frameless::cut(compiled, ways) {
            Some(bytes) => (bytes, frameless::OPEN.len(), frameless::CLOSE.len()),
            None => (compiled.code_buffer().to_vec(), 0, 0),
        };
        let names = context.func.params.user_named_funcs();
        let references = found
            .into_iter()
            .map(|(at, name, addend)| Reference { at: at as usize - moved, head: names[name].index, addend })
            .collect();
        Ok(Machine { bytes, entry, references, listing })
    }
}

/// Machine code of one function of Cranelift's.
struct Machine {
    bytes: Vec<u8>,
    /// Where it is entered.
    entry: usize,
    references: Vec<Reference>,
    listing: String,
}

/// A place in a segment that holds the distance to another segment.
struct Reference {
    at: usize,
    head: u32,
    addend: i64,
}

/// What was compiled of a function.
#[derive(Debug)]
pub(super) struct Compiled {
    /// Bytes of machine code.
    pub(super) bytes: usize,
    /// Whether the entry has machine code.
    pub(super) has_entry: bool,
}

/// Machine code of one head.
pub(super) struct SegmentCode {
    pub(super) head: u32,
    pub(super) kind: HeadKind,
    pub(super) bytes: Vec<u8>,
    entry: usize,
    references: Vec<Reference>,
    /// Cranelift IR and machine code as text, if asked for.
    pub(super) listing: String,
}

/// Machine code of all heads of function `number`, in order.
pub(super) fn segments(
    code: &CodeModule,
    number: usize,
    is_listed: bool,
) -> Result<Vec<SegmentCode>, CompileError> {
    let instructions = decode(code, number).ok_or(CompileError::Nothing)?;
    if instructions.is_empty() || instructions.len() > MOST_INSTRUCTIONS {
        return Err(CompileError::Nothing);
    }
    let engine = Engine::get()?;
    let flow = Flow::new(instructions);
    let arity = code.functions[number].arity as u16;
    let mut context = FunctionBuilderContext::new();
    let compile = |(&head, &kind): (&u32, &HeadKind)| {
        let config = engine.isa.frontend_config();
        let function = lower::segment(&mut context, config, code, &flow, head, arity);
        let Machine { bytes, entry, references, listing } = engine.compile(function, is_listed)?;
        Ok(SegmentCode { head, kind, bytes, entry, references, listing })
    };
    flow.heads.iter().map(compile).collect()
}

/// Compiles function `number` and makes the machine code reachable.
pub(super) fn compile(code: &Arc<CodeModule>, number: usize) -> Result<Compiled, CompileError> {
    let segments = segments(code, number, false)?;
    let mut image: Vec<u8> = Vec::new();
    let (mut entries, mut starts) = (BTreeMap::new(), Vec::new());
    for segment in &segments {
        image.resize(image.len().next_multiple_of(ALIGN), TRAP);
        starts.push(image.len());
        entries.insert(segment.head, image.len() + segment.entry);
        image.extend_from_slice(&segment.bytes);
    }
    for (segment, start) in segments.iter().zip(starts) {
        for reference in &segment.references {
            let (Some(&target), at) = (entries.get(&reference.head), start + reference.at) else {
                return Err(CompileError::Relocation(Reloc::X86CallPCRel4));
            };
            let distance = target as i64 + reference.addend - at as i64;
            image[at..at + 4].copy_from_slice(&(distance as i32).to_le_bytes());
        }
    }
    if segments.is_empty() {
        return Err(CompileError::Nothing);
    }
    let base = memory::install(&image)?;
    let heads: Vec<Head> = segments
        .iter()
        .map(|segment| Head {
            offset: segment.head,
            has_cell: segment.kind != HeadKind::Middle,
            address: base + entries[&segment.head] as u64,
        })
        .collect();
    perf::record(code, number, &heads, base + image.len() as u64);
    // SAFETY: the segments were made for these heads.
    unsafe { code.publish(&heads) };
    let has_entry = segments.iter().any(|segment| segment.kind == HeadKind::Entry);
    Ok(Compiled { bytes: image.len(), has_entry })
}
