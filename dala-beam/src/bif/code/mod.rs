//! Module `code`, and what `erlang` has about loaded modules. OTP's code server is a process; here it is
//! [`CodeServer`](crate::code::CodeServer), which every process may ask directly.

use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use dala_ir::abi::{Atom, Word, atoms};
use dala_ir::term::TermWriter;

use crate::bif::Answer;
use crate::bif::arguments::{arity, atom, badarg, boolean, list, named};
use crate::code::{CodePaths, LoadFailure, LoadedModule};
use crate::process::Process;

/// `erlang:module_loaded(Module)`.
pub(crate) fn module_loaded(p: &mut Process, [module]: [Word; 1]) -> Answer {
    Ok(boolean(p.system.code.is_loaded(atom(module)?)))
}

/// `erlang:function_exported(Module, Function, Arity)`: of loaded modules, and built-in functions.
pub(crate) fn function_exported(p: &mut Process, [module, function, count]: [Word; 3]) -> Answer {
    let (module, function, count) = (atom(module)?, atom(function)?, arity(count)?);
    let exported = match p.system.code.current(module) {
        Some(loaded) => loaded.exports(function, count),
        None => false,
    };
    Ok(boolean(exported || crate::bif::lookup(module, function, count).is_some()))
}

/// `erlang:get_module_info(Module)`.
pub(crate) fn module_info(p: &mut Process, [module]: [Word; 1]) -> Answer {
    let loaded = p.system.code.current(atom(module)?);
    let Some(loaded) = loaded else { return badarg() };
    let mut pairs = Vec::new();
    for key in ["module", "exports", "attributes", "compile", "md5"] {
        let value = module_property(p, &loaded, key);
        pairs.push(p.heap.tuple(&[Word::atom(Atom::new(key)), value]));
    }
    Ok(p.heap.list(&pairs, Word::NIL))
}

/// `erlang:get_module_info(Module, Key)`.
pub(crate) fn module_info_key(p: &mut Process, [module, key]: [Word; 2]) -> Answer {
    let loaded = p.system.code.current(atom(module)?);
    let Some(loaded) = loaded else { return badarg() };
    match atom(key)?.text() {
        key @ ("module" | "exports" | "functions" | "attributes" | "compile" | "md5" | "nifs" | "native") => {
            Ok(module_property(p, &loaded, key))
        }
        _ => badarg(),
    }
}

fn module_property(p: &mut Process, loaded: &LoadedModule, key: &str) -> Word {
    match key {
        "exports" => functions(p, &loaded.exports),
        "functions" => functions(p, &loaded.functions),
        "attributes" => loaded.attributes,
        "compile" => loaded.compile,
        "md5" => p.heap.binary(&loaded.md5),
        "nifs" => Word::NIL,
        "native" => Word::atom(atoms::FALSE),
        _ => Word::atom(loaded.name),
    }
}

fn functions(p: &mut Process, names: &[(Atom, u32)]) -> Word {
    let items: Vec<Word> = names
        .iter()
        .map(|&(name, arity)| p.heap.tuple(&[Word::atom(name), Word::small_int(i64::from(arity))]))
        .collect();
    p.heap.list(&items, Word::NIL)
}

/// `erlang:loaded()`.
pub(crate) fn loaded(p: &mut Process, []: [Word; 0]) -> Answer {
    let names: Vec<Word> = p.system.code.all().iter().map(|module| Word::atom(module.name)).collect();
    Ok(p.heap.list(&names, Word::NIL))
}

/// `erlang:check_old_code(Module)`.
pub(crate) fn check_old_code(p: &mut Process, [module]: [Word; 1]) -> Answer {
    Ok(boolean(p.system.code.has_old(atom(module)?)))
}

/// `erlang:delete_module(Module)`: its code becomes old.
pub(crate) fn delete_module(p: &mut Process, [module]: [Word; 1]) -> Answer {
    match p.system.code.delete(atom(module)?) {
        Ok(true) => Ok(Word::atom(atoms::TRUE)),
        Ok(false) => Ok(Word::atom(atoms::UNDEFINED)),
        Err(_) => badarg(),
    }
}

/// `erlang:load_module(Module, Binary)`.
pub(crate) fn load_module(p: &mut Process, [module, binary]: [Word; 2]) -> Answer {
    let name = atom(module)?;
    let bytes = crate::bif::arguments::bytes(binary)?.into_owned();
    match p.system.code.load_binary(name, None, &bytes) {
        Ok(loaded) => Ok(p.heap.tuple(&[Word::atom(atoms::MODULE), Word::atom(loaded.name)])),
        Err(failure) => Ok(error(p, &failure)),
    }
}

fn error(p: &mut Process, failure: &LoadFailure) -> Word {
    p.heap.tuple(&[Word::atom(atoms::ERROR), Word::atom(failure.reason())])
}

fn loaded_tuple(p: &mut Process, module: Atom) -> Word {
    p.heap.tuple(&[Word::atom(atoms::MODULE), Word::atom(module)])
}

/// `code:ensure_loaded(Module)`.
pub(crate) fn ensure_loaded(p: &mut Process, [module]: [Word; 1]) -> Answer {
    let module = atom(module)?;
    match p.system.code.ensure_loaded(module) {
        Ok(_) => Ok(loaded_tuple(p, module)),
        Err(failure) => Ok(error(p, &failure)),
    }
}

/// `code:ensure_modules_loaded(Modules)`.
pub(crate) fn ensure_modules_loaded(p: &mut Process, [modules]: [Word; 1]) -> Answer {
    let mut failed = Vec::new();
    for module in list(modules)? {
        if let Err(failure) = p.system.code.ensure_loaded(atom(module)?) {
            let reason = Word::atom(failure.reason());
            failed.push(p.heap.tuple(&[module, reason]));
        }
    }
    if failed.is_empty() {
        return Ok(Word::atom(atoms::OK));
    }
    let failed = p.heap.list(&failed, Word::NIL);
    Ok(p.heap.tuple(&[Word::atom(atoms::ERROR), failed]))
}

/// `code:load_file(Module)`: loads it anew.
pub(crate) fn load_file(p: &mut Process, [module]: [Word; 1]) -> Answer {
    let module = atom(module)?;
    p.system.code.purge(module);
    match p.system.code.load_file(module) {
        Ok(_) => Ok(loaded_tuple(p, module)),
        Err(failure) => Ok(error(p, &failure)),
    }
}

/// `code:load_abs(File)`: `File.beam`.
pub(crate) fn load_abs(p: &mut Process, [file]: [Word; 1]) -> Answer {
    let path = PathBuf::from(format!("{}.beam", text(file)?));
    let name = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| Atom::try_new(stem).ok());
    let Some(name) = name else { return badarg() };
    let loaded = match std::fs::read(&path) {
        Ok(bytes) => {
            p.system.code.purge(name);
            p.system.code.load_binary(name, Some(&path), &bytes)
        }
        Err(source) => Err(LoadFailure::Unreadable { path, source }),
    };
    match loaded {
        Ok(loaded) => Ok(loaded_tuple(p, loaded.name)),
        Err(failure) => Ok(error(p, &failure)),
    }
}

/// `code:load_binary(Module, File, Binary)`.
pub(crate) fn load_binary(p: &mut Process, [module, file, binary]: [Word; 3]) -> Answer {
    let module = atom(module)?;
    let path = text(file).ok().map(PathBuf::from);
    let bytes = crate::bif::arguments::bytes(binary)?.into_owned();
    p.system.code.purge(module);
    match p.system.code.load_binary(module, path.as_deref(), &bytes) {
        Ok(_) => Ok(loaded_tuple(p, module)),
        Err(failure) => Ok(error(p, &failure)),
    }
}

/// `code:is_loaded(Module)`.
pub(crate) fn is_loaded(p: &mut Process, [module]: [Word; 1]) -> Answer {
    let Some(loaded) = p.system.code.current(atom(module)?) else { return Ok(Word::atom(atoms::FALSE)) };
    let path = path_of(p, loaded.path.as_deref());
    Ok(p.heap.tuple(&[Word::atom(atoms::FILE), path]))
}

fn path_of(p: &mut Process, path: Option<&Path>) -> Word {
    match path {
        Some(path) => p.heap.charlist(&path.to_string_lossy()),
        None => Word::NIL,
    }
}

/// `code:which(Module)`: the file of a loaded module, or where it would be loaded from.
pub(crate) fn which(p: &mut Process, [module]: [Word; 1]) -> Answer {
    let module = atom(module)?;
    if let Some(loaded) = p.system.code.current(module) {
        return Ok(path_of(p, loaded.path.as_deref()));
    }
    let found = with_paths(p, |paths| paths.module(module.text()));
    match found {
        Some(path) => Ok(path_of(p, Some(&path))),
        None => Ok(Word::atom(named!("non_existing"))),
    }
}

/// `code:get_object_code(Module)`: `{Module, Binary, File}` or `error`.
pub(crate) fn get_object_code(p: &mut Process, [module]: [Word; 1]) -> Answer {
    let name = atom(module)?;
    let found = with_paths(p, |paths| paths.module(name.text()));
    match found.and_then(|path| std::fs::read(&path).ok().map(|bytes| (path, bytes))) {
        Some((path, bytes)) => {
            let (binary, path) = (p.heap.binary(&bytes), path_of(p, Some(&path)));
            Ok(p.heap.tuple(&[module, binary, path]))
        }
        None => Ok(Word::atom(atoms::ERROR)),
    }
}

/// `code:get_path()`.
pub(crate) fn get_path(p: &mut Process, []: [Word; 0]) -> Answer {
    let folders = with_paths(p, |paths| paths.folders().to_vec());
    let items: Vec<Word> = folders.iter().map(|folder| p.heap.charlist(&folder.to_string_lossy())).collect();
    Ok(p.heap.list(&items, Word::NIL))
}

/// `code:add_patha(Folder)`.
pub(crate) fn add_path_first(p: &mut Process, [folder]: [Word; 1]) -> Answer {
    add_path(p, folder, CodePaths::add_first)
}

/// `code:add_pathz(Folder)`, `code:add_path(Folder)`.
pub(crate) fn add_path_last(p: &mut Process, [folder]: [Word; 1]) -> Answer {
    add_path(p, folder, CodePaths::add_last)
}

fn add_path(p: &mut Process, folder: Word, add: fn(&mut CodePaths, PathBuf)) -> Answer {
    let folder = PathBuf::from(text(folder)?);
    if folder.is_dir() {
        let mut paths = p.system.code.paths.write().unwrap_or_else(PoisonError::into_inner);
        add(&mut paths, folder);
        return Ok(Word::atom(atoms::TRUE));
    }
    Ok(p.heap.tuple(&[Word::atom(atoms::ERROR), Word::atom(named!("bad_directory"))]))
}

/// `code:add_pathsa(Folders)`.
pub(crate) fn add_paths_first(p: &mut Process, [folders]: [Word; 1]) -> Answer {
    add_paths(p, folders, CodePaths::add_first)
}

/// `code:add_pathsz(Folders)`, `code:add_paths(Folders)`.
pub(crate) fn add_paths_last(p: &mut Process, [folders]: [Word; 1]) -> Answer {
    add_paths(p, folders, CodePaths::add_last)
}

fn add_paths(p: &mut Process, folders: Word, add: fn(&mut CodePaths, PathBuf)) -> Answer {
    for folder in list(folders)? {
        add_path(p, folder, add)?;
    }
    Ok(Word::atom(atoms::OK))
}

/// `code:del_path(Folder)`.
pub(crate) fn del_path(p: &mut Process, [folder]: [Word; 1]) -> Answer {
    let folder = PathBuf::from(text(folder)?);
    let removed = p.system.code.paths.write().unwrap_or_else(PoisonError::into_inner).remove(&folder);
    Ok(boolean(removed))
}

/// `code:root_dir()`.
pub(crate) fn root_dir(p: &mut Process, []: [Word; 0]) -> Answer {
    let root = with_paths(p, |paths| paths.otp_root().map(PathBuf::from)).unwrap_or_default();
    Ok(p.heap.charlist(&root.to_string_lossy()))
}

/// `code:lib_dir()`.
pub(crate) fn lib_dir(p: &mut Process, []: [Word; 0]) -> Answer {
    let root = with_paths(p, |paths| paths.otp_root().map(PathBuf::from)).unwrap_or_default();
    Ok(p.heap.charlist(&root.join("lib").to_string_lossy()))
}

/// `code:lib_dir(Application)`.
pub(crate) fn lib_dir_of(p: &mut Process, [application]: [Word; 1]) -> Answer {
    let name = atom(application)?;
    let folder = with_paths(p, |paths| paths.application(name.text()));
    match folder {
        Some(folder) => Ok(p.heap.charlist(&folder.to_string_lossy())),
        None => Ok(p.heap.tuple(&[Word::atom(atoms::ERROR), Word::atom(named!("bad_name"))])),
    }
}

/// `code:priv_dir(Application)`.
pub(crate) fn priv_dir(p: &mut Process, [application]: [Word; 1]) -> Answer {
    let name = atom(application)?;
    let folder = with_paths(p, |paths| paths.application(name.text()));
    match folder {
        Some(folder) => Ok(p.heap.charlist(&folder.join("priv").to_string_lossy())),
        None => Ok(p.heap.tuple(&[Word::atom(atoms::ERROR), Word::atom(named!("bad_name"))])),
    }
}

/// `code:all_loaded()`.
pub(crate) fn all_loaded(p: &mut Process, []: [Word; 0]) -> Answer {
    let modules = p.system.code.all();
    let mut items = Vec::with_capacity(modules.len());
    for module in modules {
        let path = path_of(p, module.path.as_deref());
        items.push(p.heap.tuple(&[Word::atom(module.name), path]));
    }
    Ok(p.heap.list(&items, Word::NIL))
}

/// `code:delete(Module)`.
pub(crate) fn delete(p: &mut Process, [module]: [Word; 1]) -> Answer {
    Ok(boolean(p.system.code.delete(atom(module)?).unwrap_or(false)))
}

/// `code:purge(Module)`: whether there was old code. Processes that run it are not killed.
pub(crate) fn purge(p: &mut Process, [module]: [Word; 1]) -> Answer {
    p.system.code.purge(atom(module)?);
    Ok(Word::atom(atoms::FALSE))
}

/// `code:soft_purge(Module)`.
pub(crate) fn soft_purge(p: &mut Process, [module]: [Word; 1]) -> Answer {
    p.system.code.purge(atom(module)?);
    Ok(Word::atom(atoms::TRUE))
}

/// `code:get_mode()`.
pub(crate) fn get_mode(_: &mut Process, []: [Word; 0]) -> Answer {
    Ok(Word::atom(named!("interactive")))
}

/// `code:where_is_file(Name)`.
pub(crate) fn where_is_file(p: &mut Process, [name]: [Word; 1]) -> Answer {
    let name = text(name)?;
    let found = with_paths(p, |paths| {
        paths.folders().iter().map(|folder| folder.join(&name)).find(|path| path.is_file())
    });
    match found {
        Some(path) => Ok(p.heap.charlist(&path.to_string_lossy())),
        None => Ok(Word::atom(named!("non_existing"))),
    }
}

/// `code:is_sticky(Module)`: no folder is.
pub(crate) fn is_sticky(_: &mut Process, [module]: [Word; 1]) -> Answer {
    atom(module)?;
    Ok(Word::atom(atoms::FALSE))
}

fn with_paths<R>(p: &Process, look: impl FnOnce(&CodePaths) -> R) -> R {
    look(&p.system.code.paths.read().unwrap_or_else(PoisonError::into_inner))
}

/// A file name: an atom, a string or a binary.
fn text(name: Word) -> Result<String, dala_ir::interp::Exception> {
    if let Some(atom) = name.as_atom() {
        return Ok(atom.text().to_owned());
    }
    if let Some(items) = dala_ir::term::view::list_to_vec(name) {
        let characters = items.iter().map(|item| item.as_small().and_then(|point| char::from_u32(point as u32)));
        if let Some(text) = characters.collect::<Option<String>>() {
            return Ok(text);
        }
    }
    String::from_utf8(crate::bif::arguments::bytes(name)?.into_owned())
        .map_err(|_| dala_ir::interp::Exception::badarg())
}
