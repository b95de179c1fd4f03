//! A function's machine code: its segments compiled, laid out together and made reachable.

#![expect(unsafe_code, reason = "publishes machine code")]

use std::sync::{Arc, OnceLock};

use cranelift_codegen::binemit::Reloc;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{AbiParam, ExternalName, Function, InstBuilder, Signature, UserFuncName};
use cranelift_codegen::isa::{self, CallConv, OwnedTargetIsa};
use cranelift_codegen::settings::{self, Configurable};
use cranelift_codegen::{CodegenError, Context, FinalizedRelocTarget};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};

use super::decode::decode;
use super::flow::{Flow, HeadKind};
use super::{lower, memory};
use crate::interp::code::CodeModule;
use crate::interp::native::{self, Enter, Head};

/// Most instructions of a function that is compiled.
const MOST_INSTRUCTIONS: usize = 3000;
/// Alignment of segments.
const ALIGN: usize = 16;

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

/// Cranelift's target, and the code through which machine code is entered.
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
        let engine = Engine { isa };
        let enter = memory::install(&engine.compile(engine.enter())?.0)?;
        // SAFETY: the function has this signature, and does what the protocol says.
        unsafe {
            let enter = std::ptr::with_exposed_provenance::<()>(enter as usize);
            native::set_enter(std::mem::transmute::<*const (), Enter>(enter));
        }
        Ok(engine)
    }

    /// The one engine.
    fn get() -> Result<&'static Engine, CompileError> {
        static ENGINE: OnceLock<Result<Engine, CompileError>> = OnceLock::new();
        let engine = ENGINE.get_or_init(Engine::new);
        engine.as_ref().map_err(|error| CompileError::Target(error.to_string()))
    }

    /// The function behind [`Enter`].
    fn enter(&self) -> Function {
        let mut signature = Signature::new(CallConv::SystemV);
        signature.params.extend([AbiParam::new(I64), AbiParam::new(I64)]);
        let mut function = Function::with_name_signature(UserFuncName::user(1, 0), signature);
        let mut context = FunctionBuilderContext::new();
        let mut b = FunctionBuilder::new(&mut function, &mut context);
        let block = b.create_block();
        b.append_block_params_for_function_params(block);
        b.switch_to_block(block);
        let (address, vm) = (b.block_params(block)[0], b.block_params(block)[1]);
        lower::enter(&mut b, address, vm);
        b.ins().return_(&[]);
        b.seal_all_blocks();
        b.finalize(self.isa.frontend_config());
        function
    }

    /// The bytes of a function, and where it refers to others.
    fn compile(&self, function: Function) -> Result<(Vec<u8>, Vec<Reference>), CompileError> {
        let mut context = Context::for_function(function);
        let compiled = context
            .compile(&*self.isa, &mut ControlPlane::default())
            .map_err(|error| CompileError::Codegen(Box::new(error.inner)))?;
        let mut references = Vec::new();
        let names = &compiled.buffer;
        for reloc in names.relocs() {
            let FinalizedRelocTarget::ExternalName(ExternalName::User(name)) = reloc.target else {
                return Err(CompileError::Relocation(reloc.kind));
            };
            if reloc.kind != Reloc::X86CallPCRel4 {
                return Err(CompileError::Relocation(reloc.kind));
            }
            references.push((reloc.offset, name, reloc.addend));
        }
        let bytes = compiled.code_buffer().to_vec();
        let names = context.func.params.user_named_funcs();
        let references = references
            .into_iter()
            .map(|(at, name, addend)| Reference { at: at as usize, head: names[name].index, addend })
            .collect();
        Ok((bytes, references))
    }
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

/// Compiles function `number` and makes the machine code reachable.
pub(super) fn compile(code: &Arc<CodeModule>, number: usize) -> Result<Compiled, CompileError> {
    let instructions = decode(code, number).ok_or(CompileError::Nothing)?;
    if instructions.is_empty() || instructions.len() > MOST_INSTRUCTIONS {
        return Err(CompileError::Nothing);
    }
    let engine = Engine::get()?;
    let flow = Flow::new(instructions);
    if flow.heads.is_empty() {
        return Err(CompileError::Nothing);
    }
    let arity = code.functions[number].arity as u16;
    let mut context = FunctionBuilderContext::new();
    let mut image: Vec<u8> = Vec::new();
    let mut places: Vec<(u32, HeadKind, usize)> = Vec::new();
    let mut references = Vec::new();
    for (&head, &kind) in &flow.heads {
        let function = lower::segment(&mut context, engine.isa.frontend_config(), code, &flow, head, arity);
        let (bytes, own) = engine.compile(function)?;
        image.resize(image.len().next_multiple_of(ALIGN), 0xcc);
        let start = image.len();
        places.push((head, kind, start));
        references
            .extend(own.into_iter().map(|reference| Reference { at: start + reference.at, ..reference }));
        image.extend_from_slice(&bytes);
    }
    for reference in references {
        let Some(&(_, _, target)) = places.iter().find(|(head, _, _)| *head == reference.head) else {
            return Err(CompileError::Relocation(Reloc::X86CallPCRel4));
        };
        let distance = target as i64 + reference.addend - reference.at as i64;
        image[reference.at..reference.at + 4].copy_from_slice(&(distance as i32).to_le_bytes());
    }
    let base = memory::install(&image)?;
    let heads: Vec<Head> = places
        .iter()
        .map(|&(offset, kind, start)| Head {
            offset,
            has_cell: kind != HeadKind::Middle,
            address: base + start as u64,
        })
        .collect();
    // SAFETY: the segments were made for these heads.
    unsafe { code.publish(&heads) };
    Ok(Compiled { bytes: image.len(), has_entry: flow.heads.contains_key(&flow.entry()) })
}
