//! Modules as bytes: what is in their files, and loading in two steps (`erlang:prepare_loading/2`, `erlang:finish_loading/1`).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dala_ir::abi::{Atom, Word, atoms};
use dala_ir::interp::Exception;
use dala_ir::term::resource::{self, Resource};
use dala_ir::term::{TermWriter, view};

use super::code::{failure, text_of};
use crate::bif::Answer;
use crate::bif::arguments::{atom, badarg, boolean, bytes, named};
use crate::code::{CodeServer, LoadFailure, Origin};
use crate::load::digest::module_md5;
use crate::load::iff::{self, ChunkName};
use crate::process::Process;

/// `erts_internal:beamfile_chunk(Binary, Name)`: the chunk's data, `undefined` where there is none or the file is malformed.
pub(crate) fn beamfile_chunk(p: &mut Process, [binary, name]: [Word; 2]) -> Answer {
    let (file, name) = (bytes(binary)?, text_of(name).ok_or(Exception::badarg())?);
    if name.len() != 4 {
        return badarg();
    }
    let found = iff::chunks(&file).ok().and_then(|chunks| {
        chunks.iter().find(|chunk| chunk.name == ChunkName::of(&name)).map(|chunk| chunk.data.to_vec())
    });
    Ok(match found {
        Some(data) => p.heap.binary(&data),
        None => Word::atom(atoms::UNDEFINED),
    })
}

/// `erts_internal:beamfile_module_md5(Binary)`: `undefined` where it is no module.
pub(crate) fn beamfile_module_md5(p: &mut Process, [binary]: [Word; 1]) -> Answer {
    let file = bytes(binary)?;
    Ok(match iff::chunks(&file) {
        Ok(chunks) => p.heap.binary(&module_md5(&chunks)),
        Err(_) => Word::atom(atoms::UNDEFINED),
    })
}

/// A module that `erlang:prepare_loading/2` found good, until it is loaded.
struct PreparedCode {
    module: Atom,
    has_on_load: bool,
    bytes: Mutex<Option<Box<[u8]>>>,
}

impl PreparedCode {
    /// `None` once it was loaded.
    fn bytes(&self) -> MutexGuard<'_, Option<Box<[u8]>>> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `erts_internal:prepare_loading(Module, Binary)`: a reference for [`finish_loading`], or `{error, badfile}`.
pub(crate) fn prepare_loading(p: &mut Process, [module, binary]: [Word; 2]) -> Answer {
    let (module, bytes) = (atom(module)?, bytes(binary)?);
    p.charge(500);
    let system = Arc::clone(&p.system);
    Ok(match system.code.check(module, &bytes) {
        Ok(has_on_load) => {
            let bytes = Mutex::new(Some(bytes.to_vec().into_boxed_slice()));
            Resource::new(PreparedCode { module, has_on_load, bytes }).write(&mut p.heap)
        }
        Err(_) => failure(p, named!("badfile")),
    })
}

fn prepared<'a>(word: Word) -> Result<&'a PreparedCode, Exception> {
    resource::get(word).ok_or(Exception::badarg())
}

/// `erlang:has_prepared_code_on_load(Prepared)`.
pub(crate) fn has_prepared_code_on_load(_: &mut Process, [code]: [Word; 1]) -> Answer {
    Ok(boolean(prepared(code)?.has_on_load))
}

/// `erlang:finish_loading(List)`: `ok`, or what stands in the way of all of them. `dala_code` gives `{Prepared, File}`, since no
/// code server keeps the files' names.
pub(crate) fn finish_loading(p: &mut Process, [list]: [Word; 1]) -> Answer {
    let mut codes: Vec<(&PreparedCode, Origin)> = Vec::new();
    for code in crate::bif::arguments::list(list)? {
        let (code, origin) = match view::tuple_elements(code) {
            Some(&[code, file]) => {
                (code, text_of(file).map_or(Origin::Memory, |path| Origin::File(path.into())))
            }
            _ => (code, Origin::Memory),
        };
        codes.push((prepared(code)?, origin));
    }
    if codes.iter().any(|(code, _)| code.bytes().is_none()) {
        return badarg();
    }
    let system = Arc::clone(&p.system);
    if let Some((why, refused)) = refused(&system.code, &codes) {
        return Ok(refusal(p, why, &refused));
    }
    for (code, origin) in codes {
        let Some(bytes) = code.bytes().take() else { return badarg() };
        p.charge(500);
        match system.code.load_from(code.module, origin, &bytes) {
            Ok(_) => {}
            Err(LoadFailure::OnLoad(module)) => return Ok(refusal(p, named!("on_load"), &[module])),
            Err(_) => return badarg(),
        }
    }
    Ok(Word::atom(atoms::OK))
}

/// Why all are refused, and which modules are at fault: the first of OTP's reasons that is one.
fn refused(server: &CodeServer, codes: &[(&PreparedCode, Origin)]) -> Option<(Atom, Vec<Atom>)> {
    let modules = || codes.iter().map(|(code, _)| code.module);
    let duplicated =
        modules().enumerate().filter(|&(at, module)| modules().take(at).any(|other| other == module));
    let not_purged = modules().filter(|&module| server.is_loaded(module) && server.has_old(module));
    // A function that decides whether a module is loaded must be asked before the next one is.
    let on_load = codes.iter().filter(|(code, _)| codes.len() > 1 && code.has_on_load);
    let reasons: [(Atom, Vec<Atom>); 3] = [
        (named!("duplicated"), duplicated.map(|(_, module)| module).collect()),
        (named!("not_purged"), not_purged.collect()),
        (named!("on_load"), on_load.map(|(code, _)| code.module).collect()),
    ];
    reasons.into_iter().find(|(_, modules)| !modules.is_empty())
}

fn refusal(p: &mut Process, why: Atom, modules: &[Atom]) -> Word {
    let names: Vec<Word> = modules.iter().map(|&module| Word::atom(module)).collect();
    let names = p.heap.list(&names, Word::NIL);
    p.heap.tuple(&[Word::atom(why), names])
}
