//! A function's machine code: its segments compiled and laid out together.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use cranelift_codegen::binemit::Reloc;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::{ExternalName, Function};
use cranelift_codegen::isa::{self, OwnedTargetIsa};
use cranelift_codegen::settings::{self, Configurable};
use cranelift_codegen::{CodegenError, Context, FinalizedRelocTarget};
use cranelift_frontend::FunctionBuilderContext;

use super::decode::decode;
use super::flow::{Flow, HeadKind};
#[cfg(target_arch = "x86_64")]
use super::frameless;
use super::lower;
use super::lower::{CODE, STUBS, WORDS};
use super::source::Source;
use crate::interp::keep::Constant;
use crate::interp::patch::{FILL, patch};

/// Most instructions of a function that is compiled.
const MOST_INSTRUCTIONS: usize = 3000;
/// Alignment of segments.
pub(super) const ALIGN: usize = 16;

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
    /// A reference that is neither to a segment nor to register code, and no constant.
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
            // Tail calls need it on x86-64. Elsewhere it would give each segment a frame.
            ("preserve_frame_pointers", if cfg!(target_arch = "x86_64") { "true" } else { "false" }),
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
    fn compile(&self, function: Function, is_listed: bool) -> Result<Machine, CompileError> {
        #[cfg(target_arch = "x86_64")]
        let (function, ways) = frameless::marked(function);
        let mut listing = if is_listed { function.display().to_string() } else { String::new() };
        let names = function.params.user_named_funcs().clone();
        let mut context = Context::for_function(function);
        context.set_disasm(is_listed);
        let compiled = context
            .compile(&*self.isa, &mut ControlPlane::default())
            .map_err(|error| CompileError::Codegen(Box::new(error.inner)))?;
        if let Some(code) = &compiled.vcode {
            listing.push_str(code);
        }
        let mut references = Vec::new();
        for reloc in compiled.buffer.relocs() {
            let FinalizedRelocTarget::ExternalName(ExternalName::User(name)) = reloc.target else {
                return Err(CompileError::Relocation(reloc.kind));
            };
            if !matches!(
                reloc.kind,
                Reloc::X86CallPCRel4
                    | Reloc::Arm64Call
                    | Reloc::Aarch64AdrPrelPgHi21
                    | Reloc::Aarch64AddAbsLo12Nc
                    | Reloc::Abs8
            ) {
                return Err(CompileError::Relocation(reloc.kind));
            }
            let (at, name) = (reloc.offset as usize, &names[name]);
            let to = match name.namespace {
                CODE => Symbol::Code,
                WORDS => Symbol::Constant(Constant::Word(name.index)),
                STUBS => Symbol::Constant(Constant::Stub(name.index)),
                _ => Symbol::Head(name.index),
            };
            references.push(Reference { at, to, addend: reloc.addend });
        }
        #[cfg(target_arch = "x86_64")]
        {
            let is_jump = |reference: &&mut Reference| matches!(reference.to, Symbol::Head(_));
            let jumps: Vec<usize> =
                references.iter_mut().filter(is_jump).map(|reference| reference.at + 4).collect();
            if let Some(bytes) = frameless::cut(compiled, ways, &jumps) {
                references.iter_mut().filter(is_jump).for_each(|jump| jump.at -= frameless::CLOSE.len());
                return Ok(Machine { bytes, entry: frameless::OPEN.len(), references, listing });
            }
        }
        Ok(Machine { bytes: compiled.code_buffer().to_vec(), entry: 0, references, listing })
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

/// A place in machine code that says where something else is, and `addend` bytes behind.
struct Reference {
    at: usize,
    to: Symbol,
    addend: i64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Symbol {
    /// The segment of a head of the same function.
    Head(u32),
    /// The module's register code.
    Code,
    /// Eight bytes that hold what is only known where the code runs.
    Constant(Constant),
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
    source: &Source<'_>,
    number: usize,
    is_listed: bool,
) -> Result<Vec<SegmentCode>, CompileError> {
    let instructions = decode(source, number).ok_or(CompileError::Nothing)?;
    if instructions.is_empty() || instructions.len() > MOST_INSTRUCTIONS {
        return Err(CompileError::Nothing);
    }
    let engine = Engine::get()?;
    let flow = Flow::new(instructions);
    let function = &source.functions[number];
    let mut context = FunctionBuilderContext::new();
    let compile = |(&head, &kind): (&u32, &HeadKind)| {
        let config = engine.isa.frontend_config();
        let function = lower::segment(&mut context, config, source, &flow, head, function);
        let Machine { bytes, entry, references, listing } = engine.compile(function, is_listed)?;
        Ok(SegmentCode { head, kind, bytes, entry, references, listing })
    };
    flow.heads.iter().map(compile).collect()
}

/// Machine code of a function.
pub(super) struct FunctionCode {
    pub(super) bytes: Vec<u8>,
    pub(super) heads: Vec<FunctionHead>,
    /// Places of four bytes that hold the distance to the module's register code, with what is to be added to that.
    pub(super) references: Vec<(usize, i64)>,
    /// Places of eight bytes that hold what is only known where the code runs.
    pub(super) constants: Vec<(usize, Constant)>,
}

/// A head of a function, and where in its machine code that is entered.
pub(super) struct FunctionHead {
    pub(super) offset: u32,
    pub(super) kind: HeadKind,
    pub(super) entry: usize,
}

/// The machine code of function `number`.
pub(super) fn function(source: &Source<'_>, number: usize) -> Result<FunctionCode, CompileError> {
    let segments = segments(source, number, false)?;
    if segments.is_empty() {
        return Err(CompileError::Nothing);
    }
    let mut bytes: Vec<u8> = Vec::new();
    let (mut entries, mut starts) = (BTreeMap::new(), Vec::new());
    for segment in &segments {
        bytes.resize(bytes.len().next_multiple_of(ALIGN), FILL);
        starts.push(bytes.len());
        entries.insert(segment.head, bytes.len() + segment.entry);
        bytes.extend_from_slice(&segment.bytes);
    }
    let (mut references, mut constants) = (Vec::new(), Vec::new());
    for (segment, start) in segments.iter().zip(starts) {
        for reference in &segment.references {
            let at = start + reference.at;
            let target = match reference.to {
                Symbol::Code => {
                    references.push((at, reference.addend));
                    continue;
                }
                Symbol::Constant(constant) => {
                    constants.push((at, constant));
                    continue;
                }
                Symbol::Head(head) => entries.get(&head),
            };
            let target = target.map(|&target| target as i64 + reference.addend);
            target.and_then(|target| patch(&mut bytes, at, target)).ok_or(CompileError::Nothing)?;
        }
    }
    let heads = segments
        .iter()
        .map(|segment| FunctionHead {
            offset: segment.head,
            kind: segment.kind,
            entry: entries[&segment.head],
        })
        .collect();
    Ok(FunctionCode { bytes, heads, references, constants })
}
