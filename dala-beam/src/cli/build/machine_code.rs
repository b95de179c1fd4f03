//! `dala build --release`: machine code of the modules, in the executable.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::{Mutex, PoisonError};

use dala_ir::interp::HAS_CODE_GENERATOR;

#[cfg(feature = "codegen")]
use crate::code::bundle::{self, BundledProgram};
use crate::code::bundle::{BundledModule, Placing};
#[cfg(feature = "codegen")]
use crate::code::image::{elf, layout::Layout, object_file};
use crate::process::System;

/// Compiles the modules, as many at a time as there are processors.
///
/// # Errors
/// With a text, when this build makes no machine code, or that fails.
pub(super) fn make(system: &System, modules: &mut BTreeMap<String, BundledModule>) -> Result<(), String> {
    if !HAS_CODE_GENERATOR {
        return Err(
            "--release: this dala makes no machine code (feature `codegen`, Unix on x86-64 or arm64)"
                .to_owned(),
        );
    }
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let pending = Mutex::new(modules.values_mut());
    let work = || loop {
        let Some(module) = pending.lock().unwrap_or_else(PoisonError::into_inner).next() else {
            return Ok(());
        };
        module.machine = Some(system.code.machine_code(&module.object)?);
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().unwrap_or_else(|_| Err("the compiler panicked".to_owned())))
    })
}

/// Adds the machine code of the modules to a program.
///
/// # Errors
/// With a text, when the program is not one that it can be added to.
#[cfg(feature = "codegen")]
pub(super) fn add(
    program: &mut Vec<u8>,
    modules: &BTreeMap<String, BundledModule>,
) -> Result<Placing, String> {
    let (layout, mut placing) = laid_out(modules);
    placing.image = elf::add(program, &layout).map_err(|error| error.to_string())?;
    Ok(placing)
}

/// Where the machine code of the modules comes to lie.
#[cfg(feature = "codegen")]
fn laid_out(modules: &BTreeMap<String, BundledModule>) -> (Layout<'_>, Placing) {
    let (mut layout, mut placing) = (Layout::default(), Placing::default());
    for (name, module) in modules {
        if let Some(code) = &module.machine {
            placing.places.insert(name.clone(), layout.add(code, module.object.words()));
        }
    }
    (layout, placing)
}

/// An object file of the modules.
///
/// # Errors
/// With a text, when there are no such files for this system.
#[cfg(feature = "codegen")]
pub(super) fn object_file(
    modules: &BTreeMap<String, BundledModule>,
    program: BundledProgram,
) -> Result<Vec<u8>, String> {
    let (layout, placing) = laid_out(modules);
    object_file::write(&layout, |image| {
        let mut bundle = Vec::new();
        bundle::write(&mut bundle, modules, Placing { image, ..placing }, program)
            .map_err(|error| error.to_string())?;
        Ok(bundle)
    })
}

#[cfg(not(feature = "codegen"))]
pub(super) fn add(_: &mut Vec<u8>, _: &BTreeMap<String, BundledModule>) -> Result<Placing, String> {
    Err("this dala makes no machine code".to_owned())
}
